//! What may be submitted without a person's approval.
//!
//! ```toml
//! [[policy.rules]]
//! name = "defects of Veeam"
//! action = "submit"
//! customers = ["acme"]
//! signatures = ["veeam/**"]
//! severities = ["high", "critical"]
//! trackers = ["desk"]
//! vendor = "veeam"
//! ```
//!
//! With `vendor`, a watch also makes the package by itself, of what support here cannot solve: defects that only the vendor can mend,
//! and, if the rule names no signatures, unexplained errors. It goes to the one tracker of the rule, at once if its action is
//! `submit`, else when a person has approved it.

use super::{Config, ConfigError};
use crate::connect::Package;
use serde::Deserialize;
use toml::Spanned;

/// What stands below `[policy]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    #[serde(default)]
    rules: Vec<Rule>,
}

/// A rule. The first that fits decides; what it does not say fits everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: Spanned<String>,
    action: Action,
    customers: Option<Vec<Spanned<String>>>,
    signatures: Option<Vec<Spanned<String>>>,
    severities: Option<Vec<Spanned<String>>>,
    trackers: Option<Vec<Spanned<String>>>,
    vendor: Option<Spanned<String>>,
}

/// What a rule has a watch do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The rule.
    pub rule: String,
    /// The vendor for whom the package is made.
    pub vendor: String,
    /// The tracker it goes to.
    pub tracker: String,
    /// The number of the customer's contract with the vendor, if it is known.
    pub contract: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Without a person.
    Submit,
    /// A person decides.
    Ask,
}

/// Who decides on a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is submitted, by the rule of this name.
    Submit {
        /// The rule.
        rule: String,
    },
    /// A person has to approve it.
    Ask {
        /// Why.
        why: String,
    },
}

impl Policy {
    /// The names of trackers, customers, vendors and signatures in all rules.
    pub(super) fn trackers(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.rules.iter().flat_map(|it| it.trackers.iter().flatten())
    }

    pub(super) fn customers(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.rules.iter().flat_map(|it| it.customers.iter().flatten())
    }

    pub(super) fn vendors(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.rules.iter().filter_map(|it| it.vendor.as_ref())
    }

    pub(super) fn signatures(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.rules.iter().flat_map(|it| it.signatures.iter().flatten())
    }
}

impl Config {
    /// Who decides on a package of a customer that shall go to a tracker. Without a rule a person does, and whatever the rules say
    /// on one that the gate would not let pass.
    pub fn decide(&self, package: &Package, customer: &str, tracker: &str) -> Decision {
        let ticket = &package.ticket;
        if ticket.reason.is_some() {
            return Decision::Ask {
                why: "something lacks in the package, and a person has overridden the gate".to_owned(),
            };
        }
        let fits = |rule: &&Rule| {
            let severity = ticket.our_severity.as_deref();
            is_any(rule.customers.as_deref(), |it| it.get_ref() == customer)
                && is_any(rule.trackers.as_deref(), |it| it.get_ref() == tracker)
                && is_any(rule.severities.as_deref(), |it| Some(&**it.get_ref()) == severity)
                && is_any(rule.signatures.as_deref(), |it| {
                    ticket.finding.as_deref().is_some_and(|id| covers(it.get_ref(), id))
                })
        };
        match self.policy.rules.iter().find(fits) {
            Some(rule) if rule.action == Action::Submit => Decision::Submit { rule: rule.name.get_ref().clone() },
            Some(rule) => Decision::Ask { why: format!("the rule `{}` says so", rule.name.get_ref()) },
            None => Decision::Ask { why: "no rule of the policy fits it".to_owned() },
        }
    }

    /// Whether any rule has a watch make packages.
    pub fn has_orders(&self) -> bool {
        self.policy.rules.iter().any(|it| it.vendor.is_some())
    }

    /// Whether packages for vendors go to a tracker: it says so itself, or a rule does.
    pub(super) fn is_of_a_vendor(&self, tracker: &str) -> bool {
        self.trackers.get(tracker).is_some_and(|it| it.get_ref().vendor.is_some())
            || self
                .policy
                .rules
                .iter()
                .filter_map(|it| it.trackers.as_ref())
                .flatten()
                .any(|it| it.get_ref() == tracker)
    }

    /// What the first rule with a vendor that fits has a watch do with a finding of a customer: a signature, or an unexplained error if that is
    /// `None`. Whether the package may go without a person is decided of the package, once it is there.
    pub fn order(&self, customer: &str, signature: Option<&str>, severity: &str) -> Option<Order> {
        let fits = |rule: &&Rule| {
            rule.vendor.is_some()
                && is_any(rule.customers.as_deref(), |it| it.get_ref() == customer)
                && is_any(rule.severities.as_deref(), |it| it.get_ref() == severity)
                && is_any(rule.signatures.as_deref(), |it| signature.is_some_and(|id| covers(it.get_ref(), id)))
        };
        let rule = self.policy.rules.iter().find(fits)?;
        let (vendor, tracker) = (rule.vendor.as_ref()?.get_ref(), rule.trackers.as_ref()?.first()?.get_ref());
        Some(Order {
            rule: rule.name.get_ref().clone(),
            vendor: vendor.clone(),
            tracker: tracker.clone(),
            contract: self.contract_number(customer, vendor),
        })
    }

    /// Looks for mistakes in the rules. One that is misspelt must not fit less, or more, than was meant.
    pub(super) fn check_policy(&self) -> Result<(), ConfigError> {
        for rule in &self.policy.rules {
            if rule.name.get_ref().trim().is_empty() {
                return Err(self.error(Some(rule.name.span()), "a rule needs a name".to_owned()));
            }
            if let Some(vendor) = &rule.vendor
                && rule.trackers.as_ref().is_none_or(|it| it.len() != 1)
            {
                let reason =
                    "a rule with `vendor` makes packages, and needs one tracker they go to in `trackers`".to_owned();
                return Err(self.error(Some(vendor.span()), reason));
            }
            for severity in rule.severities.iter().flatten() {
                if !["critical", "high", "medium", "low", "info"].contains(&&**severity.get_ref()) {
                    let reason = format!("there is no severity `{}`", severity.get_ref());
                    return Err(self.error(Some(severity.span()), reason));
                }
            }
            for signature in rule.signatures.iter().flatten() {
                let plain = signature.get_ref().strip_suffix("/**").unwrap_or(signature.get_ref());
                if plain.is_empty() || plain.contains('*') {
                    let reason = format!("`{}`: write the id of a signature, or `VENDOR/**`", signature.get_ref());
                    return Err(self.error(Some(signature.span()), reason));
                }
            }
        }
        Ok(())
    }
}

fn is_any<T>(wanted: Option<&[T]>, is: impl Fn(&T) -> bool) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(is))
}

/// Whether a pattern covers the id of a signature: `veeam/**` all below `veeam`.
pub(super) fn covers(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix("/**") {
        Some(folder) => id.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
        None => pattern == id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escalate::Ticket;
    use serde_json::json;
    use std::path::Path;

    const RULES: &str = r#"
[[policy.rules]]
name = "never for bolt"
action = "ask"
customers = ["bolt"]
[[policy.rules]]
name = "defects"
action = "submit"
signatures = ["veeam/**", "acme/app/one"]
severities = ["high", "critical"]
trackers = ["desk"]
[trackers.desk]
kind = "folder"
path = "x"
"#;

    fn package(finding: &str, severity: &str, reason: Option<&str>) -> Package {
        let ticket = json!({
            "schema": "tierline.ticket/1", "key": "k", "vendor": "Veeam", "product": "p", "version": "1", "severity": "1",
            "first_response": null, "contract": null, "ransomware": false, "summary": "s", "message": "m", "place": null,
            "occurrence": "once", "first_time": null, "last_time": null, "codes": [], "files": [], "environment": [],
            "timeline": [], "tried": [], "untried": [], "known": [], "missing": [], "reason": reason, "attachments": [],
            "finding": finding, "our_severity": severity,
        });
        let ticket: Ticket = serde_json::from_value(ticket).unwrap();
        Package { folder: "/p".into(), ticket, manifest: String::new(), files: Vec::new() }
    }

    fn config(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("c.toml"), text.to_owned()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(package: &Package, customer: &str, tracker: &str, expected: Result<&str, &str>) {
        match (config(RULES).unwrap().decide(package, customer, tracker), expected) {
            (Decision::Submit { rule }, Ok(expected)) => assert_eq!(rule, expected),
            (Decision::Ask { why }, Err(expected)) => assert!(why.contains(expected), "{why}"),
            (decision, expected) => panic!("{decision:?}, not {expected:?}"),
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let high = package("veeam/vbr/x", "high", None);
        check(&high, "acme", "desk", Ok("defects"));
        check(&package("acme/app/one", "critical", None), "acme", "desk", Ok("defects"));
        check(&high, "bolt", "desk", Err("`never for bolt`"));
        check(&high, "acme", "other", Err("no rule"));
        check(&package("veeam/vbr/x", "low", None), "acme", "desk", Err("no rule"));
        for other in ["veeamish/x", "veeam", "acme/app/one2", "0f3a"] {
            check(&package(other, "high", None), "acme", "desk", Err("no rule"));
        }
    }

    #[test]
    fn what_nobody_has_ruled_on_is_asked() {
        let decision = config("").unwrap().decide(&package("veeam/vbr/x", "high", None), "acme", "desk");
        assert!(matches!(decision, Decision::Ask { .. }));
        // An older package says neither.
        let mut old = package("veeam/vbr/x", "high", None);
        (old.ticket.finding, old.ticket.our_severity) = (None, None);
        check(&old, "acme", "desk", Err("no rule"));
    }

    #[test]
    fn an_overridden_gate_always_needs_a_person() {
        check(&package("veeam/vbr/x", "high", Some("late")), "acme", "desk", Err("overridden"));
    }

    #[test]
    fn a_rule_with_a_vendor_has_packages_made() {
        let folder = "kind = \"folder\"\npath = \"x\"\n";
        let own = RULES.find("[[policy.rules]]\nname = \"defects\"").unwrap()..RULES.find("[trackers").unwrap();
        let rules = format!(
            "[[policy.rules]]\nname = \"never for bolt\"\naction = \"ask\"\ncustomers = [\"bolt\"]\n{}vendor = \"veeam\"\n\
             [[policy.rules]]\nname = \"rest\"\naction = \"ask\"\ntrackers = [\"portal\"]\nvendor = \"ivanti\"\n\
             [customers.acme]\ncontracts = {{ Veeam = \"0815\" }}\n[trackers.desk]\n{folder}[trackers.portal]\nkind = \"portal\"\n",
            &RULES[own]
        );
        let config = config(&rules).unwrap();
        assert!(config.has_orders());
        let order = |customer: &str, signature, severity| {
            config.order(customer, signature, severity).map(|it| (it.rule, it.vendor, it.tracker, it.contract))
        };
        let own = |words: [&str; 3], contract: Option<&str>| {
            let [rule, vendor, tracker] = words.map(str::to_owned);
            Some((rule, vendor, tracker, contract.map(str::to_owned)))
        };
        assert_eq!(order("acme", Some("veeam/vbr/x"), "high"), own(["defects", "veeam", "desk"], Some("0815")));
        assert_eq!(order("acme", Some("veeam/vbr/x"), "low"), own(["rest", "ivanti", "portal"], None));
        assert_eq!(order("carl", None, "high"), own(["rest", "ivanti", "portal"], None));
        // A person is asked about it all the same, once the package is there.
        assert_eq!(order("bolt", Some("veeam/vbr/x"), "high"), own(["defects", "veeam", "desk"], None));
        assert!(!Config::default().has_orders());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str, words: &str| {
            let error = config(text).unwrap_err();
            assert!(error.contains(words), "{error}");
        };
        let rule = "[[policy.rules]]\nname = \"a\"\naction = \"submit\"\n";
        told(&format!("{rule}severities = [\"urgent\"]\n"), "line 4: there is no severity `urgent`");
        told(&format!("{rule}signatures = [\"*\"]\n"), "line 4: `*`: write the id");
        told(&format!("{rule}signature = [\"a\"]\n"), "line 4: unknown field `signature`");
        told(&format!("{rule}vendor = \"veeam\"\n"), "line 4: a rule with `vendor` makes packages");
        told("[[policy.rules]]\nname = \"\"\naction = \"ask\"\n", "line 2: a rule needs a name");
        told("[[policy.rules]]\nname = \"a\"\naction = \"send\"\n", "line 3: ");
    }
}

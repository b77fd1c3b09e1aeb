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
//! ```

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
    customers: Option<Vec<String>>,
    signatures: Option<Vec<Spanned<String>>>,
    severities: Option<Vec<Spanned<String>>>,
    trackers: Option<Vec<String>>,
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
            is_any(rule.customers.as_deref(), |it| it == customer)
                && is_any(rule.trackers.as_deref(), |it| it == tracker)
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

    /// Looks for mistakes in the rules. One that is misspelt must not fit less, or more, than was meant.
    pub(super) fn check_policy(&self) -> Result<(), ConfigError> {
        for rule in &self.policy.rules {
            if rule.name.get_ref().trim().is_empty() {
                return Err(self.error(Some(rule.name.span()), "a rule needs a name".to_owned()));
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
fn covers(pattern: &str, id: &str) -> bool {
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
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str, words: &str| {
            let error = config(text).unwrap_err();
            assert!(error.contains(words), "{error}");
        };
        let rule = "[[policy.rules]]\nname = \"a\"\naction = \"submit\"\n";
        told(&format!("{rule}severities = [\"urgent\"]\n"), "line 4: there is no severity `urgent`");
        told(&format!("{rule}signatures = [\"*\"]\n"), "line 4: `*`: write the id");
        told(&format!("{rule}signature = [\"a\"]\n"), "line 4: unknown field `signature`");
        told("[[policy.rules]]\nname = \"\"\naction = \"ask\"\n", "line 2: a rule needs a name");
        told("[[policy.rules]]\nname = \"a\"\naction = \"send\"\n", "line 3: ");
    }
}

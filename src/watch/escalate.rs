//! What the rules of the policy have done with bundles that were filed: packages for vendors, into the outbox.
//!
//! It works on what the store says, beside the watch and never before it. Making a package is the caller's, who does it in a process of
//! its own; whatever happens there is written down with the case.

use super::filed::read_report;
use super::inside::is_gone;
use crate::connect::{Config, Order};
use crate::store::{Escalation, FiledBundle, Store, StoreError};
use serde_json::Value;
use std::io;
use std::path::Path;

/// A package that a rule wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it may be about, the likeliest first: a signature, or unexplained errors.
    pub findings: Vec<String>,
    /// What the rule says.
    pub order: Order,
}

/// What came of making a package and putting it into the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there; the store has the word of it.
    Queued,
    /// The vendor would not accept it yet; the message to the customer.
    Lacks(String),
    /// There is nothing in it for this vendor.
    Nothing,
    /// It cannot be done.
    Failed(String),
    /// It did not work, and may another time: the disk is full, the logs cannot be read just now.
    Again(String),
    /// The disk has no room for it; it is begun again.
    NoRoom,
    /// The program is to end; it is begun again.
    Later,
}

/// What a case says of a package for which there is no room.
const NO_ROOM: &str =
    "a package waits until there is room on the disk of the store (see `--min-free` of `tierline watch`)";
/// So often a package is begun.
const TRIES: u32 = 6;
/// Seconds until it is begun again; each time four times as many.
const FIRST: i64 = 15;
/// Of so many errors at most one that is of a product of the vendor is sought.
const MOST: usize = 100;

/// Goes through the bundles that were filed since this was asked for the first time. `make` makes a package and puts it into the
/// outbox. Returns how many are there now.
pub fn escalate(
    store: &Store,
    config: &Config,
    now: &dyn Fn() -> i64,
    make: &mut dyn FnMut(&FiledBundle, &Wanted) -> Made,
) -> Result<u64, StoreError> {
    if !config.has_orders() {
        return Ok(0);
    }
    let since = store.since("escalation", now())?;
    let mut queued = 0;
    for bundle in store.not_escalated(since)? {
        if bundle.tries > 0
            && now() < bundle.done.saturating_add(FIRST.saturating_mul(4_i64.saturating_pow(bundle.tries)))
        {
            continue;
        }
        let case = store.case(bundle.case)?;
        // The list may be hours old. What was given to a customer since is asked about with that customer the next time.
        if case.customer != bundle.customer {
            continue;
        }
        let findings = store.findings(bundle.case, now())?.into_iter().map(|it| it.finding);
        let quiet: Vec<String> = findings.filter(|it| it.suppressed.is_some()).map(|it| it.problem).collect();
        let wanted = match wanted(config, &bundle, case.severity.as_deref(), &quiet) {
            Ok(Some(wanted)) => wanted,
            Ok(None) => {
                store.reach_escalation(&bundle, Escalation::Nothing, None, now())?;
                continue;
            }
            Err(why) => {
                let tries = store.begin_escalation(&bundle)?;
                let state = if tries < TRIES { Escalation::Working } else { Escalation::Failed };
                let note = format!("no package could be made: the report cannot be read: {why}");
                store.reach_escalation(&bundle, state, Some(&note), now())?;
                continue;
            }
        };
        if case.closed.is_some() {
            store.reach_escalation(&bundle, Escalation::Nothing, None, now())?;
            continue;
        }
        if let Some(entry) = store.on_its_way(bundle.case)? {
            let note = format!("no further package: entry {entry} of the outbox has not gone yet");
            store.reach_escalation(&bundle, Escalation::Nothing, Some(&note), now())?;
            continue;
        }
        let tries = store.begin_escalation(&bundle)?;
        let made = match tries > TRIES {
            true => Made::Failed(format!("the program has ended {TRIES} times while it was made")),
            false => make(&bundle, &wanted),
        };
        let rule = &wanted.order.rule;
        match made {
            Made::Queued => queued += 1,
            Made::Later => {
                store.put_off_escalation(&bundle)?;
                break;
            }
            Made::NoRoom => {
                // However long that takes. Another one may be small enough.
                store.put_off_escalation(&bundle)?;
                store.reach_escalation(&bundle, Escalation::Working, Some(NO_ROOM), now())?;
            }
            Made::Again(why) if tries < TRIES => {
                let note = format!("no package could be made yet by the rule `{rule}`, which is tried again: {why}");
                store.reach_escalation(&bundle, Escalation::Working, Some(&note), now())?;
            }
            Made::Nothing => store.reach_escalation(&bundle, Escalation::Nothing, None, now())?,
            Made::Lacks(request) => {
                // Nobody waits before somebody has asked.
                let case = bundle.case;
                let note = format!(
                    "to be asked of the customer (`tierline case reply {case} --sent` says that it was): {request}"
                );
                store.reach_escalation(&bundle, Escalation::Lacks, Some(&note), now())?;
            }
            Made::Failed(why) | Made::Again(why) => {
                let note = format!("no package was made by the rule `{rule}`: {why}");
                store.reach_escalation(&bundle, Escalation::Failed, Some(&note), now())?;
            }
        }
    }
    Ok(queued)
}

/// What the rules want of a bundle, by its report: of defects that only the vendor can mend, the likeliest first; else of unexplained
/// errors. What is `quiet` is suppressed. What is not there any more is nobody's wish.
fn wanted(
    config: &Config,
    bundle: &FiledBundle,
    severity: Option<&str>,
    quiet: &[String],
) -> io::Result<Option<Wanted>> {
    let bytes = match read_report(Path::new(&bundle.report), "report.json", &bundle.sha256) {
        Err(error) if is_gone(&error) => return Ok(None),
        read => read?,
    };
    let report = serde_json::from_slice(&bytes)?;
    Ok(wanted_of(&report, config, bundle, severity, quiet))
}

fn wanted_of(
    report: &Value,
    config: &Config,
    bundle: &FiledBundle,
    severity: Option<&str>,
    quiet: &[String],
) -> Option<Wanted> {
    let is_quiet = |it: &Value| quiet.iter().any(|quiet| it.as_str() == Some(quiet));
    let is = |it: &Value, field: &str, value: &str| it[field].as_str() == Some(value);
    let known = report["diagnoses"].as_array().into_iter().flatten();
    for it in known.filter(|it| is(it, "state", "match") && is(it, "level", "L3") && it["caused_by"].is_null()) {
        let Some(signature) = it["signature"].as_str().filter(|_| !is_quiet(&it["signature"])) else { continue };
        let own = it["severity"].as_str().unwrap_or("medium");
        if let Some(order) = config.order(&bundle.customer, Some(signature), severity.unwrap_or(own)) {
            return Some(Wanted { findings: vec![signature.to_owned()], order });
        }
    }
    let unexplained = report["unresolved"].as_array().into_iter().flatten().filter(|it| !is_quiet(&it["id"]));
    let mut unexplained = unexplained.filter_map(|it| {
        // As a package counts an error that nobody understands.
        let own = match it["level"].as_str()? {
            "fatal" => "critical",
            "error" => "high",
            "warn" => "medium",
            _ => return None,
        };
        Some((it["id"].as_str()?.to_owned(), config.order(&bundle.customer, None, severity.unwrap_or(own))))
    });
    let (first, order) = unexplained.next()?;
    let order = order?;
    // The likeliest may be of no product of the vendor. Of the others those count that the same rule wants.
    let others = unexplained.filter(|it| it.1.as_ref() == Some(&order)).map(|it| it.0);
    let findings = std::iter::once(first).chain(others).take(MOST).collect();
    Some(Wanted { findings, order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{About, Finished, UNASSIGNED, Upload};
    use serde_json::json;
    use std::fs;

    const RULES: &str = "[[policy.rules]]\nname = \"defects\"\naction = \"ask\"\nsignatures = [\"veeam/**\"]\n\
        trackers = [\"desk\"]\nvendor = \"veeam\"\n\
        [[policy.rules]]\nname = \"unexplained\"\naction = \"ask\"\nseverities = [\"critical\"]\ntrackers = [\"desk\"]\n\
        vendor = \"ivanti\"\n[trackers.desk]\nkind = \"folder\"\npath = \"desk\"\n";

    struct Desk {
        folder: tempfile::TempDir,
        store: Store,
        config: Config,
    }

    fn known(signature: &str, level: &str) -> Value {
        json!({"signature": signature, "level": level, "state": "match", "severity": "high", "caused_by": null})
    }

    fn unknown(id: &str, level: &str) -> Value {
        json!({"id": id, "level": level})
    }

    impl Desk {
        fn new() -> Desk {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("store.db")).unwrap();
            let config = Config::parse(Path::new("c.toml"), RULES.to_owned()).unwrap();
            let desk = Desk { folder, store, config };
            assert_eq!(desk.go(10, &mut |_, _| Made::Nothing), 0);
            desk
        }

        /// Files a bundle with a report.
        fn file(&self, name: &str, report: &Value, at: i64) -> i64 {
            self.file_of("acme", name, report, at)
        }

        fn file_of(&self, customer: &str, name: &str, report: &Value, at: i64) -> i64 {
            let folder = self.folder.path().join(name);
            fs::create_dir(&folder).unwrap();
            let mut report = report.clone();
            report["inputs"] = json!([{"sha256": name}]);
            fs::write(folder.join("report.json"), report.to_string()).unwrap();
            let upload = Upload::working(customer, name, at);
            let finished = Finished {
                upload: &upload,
                sha256: name,
                catalogue: "c",
                path: name,
                report: &folder.to_string_lossy(),
                title: name,
                problem: Some(name),
                about: About::default(),
                quiet: None,
                findings: &[],
            };
            self.store.finish(&finished, at).unwrap().case()
        }

        fn go(&self, now: i64, make: &mut dyn FnMut(&FiledBundle, &Wanted) -> Made) -> u64 {
            escalate(&self.store, &self.config, &|| now, make).unwrap()
        }

        /// What is wanted of all that was filed, as findings and vendor.
        fn wanted(&self, now: i64) -> Vec<(String, String)> {
            let mut all = Vec::new();
            self.go(now, &mut |_, wanted| {
                all.push((wanted.findings.join(" "), wanted.order.vendor.clone()));
                Made::Nothing
            });
            all
        }

        fn notes(&self, case: i64) -> Vec<String> {
            let events = self.store.case(case).unwrap().events.into_iter();
            events.filter(|it| it.what.name() == "note").map(|it| it.text).collect()
        }
    }

    #[test]
    fn rules_want_defects_and_what_nobody_explains() {
        let desk = Desk::new();
        let one = [known("veeam/vbr/easy", "L1"), known("veeam/vbr/defect", "L3")];
        desk.file("defect", &json!({"diagnoses": one, "unresolved": [unknown("other", "fatal")]}), 20);
        let others = [unknown("one", "fatal"), unknown("two", "error"), unknown("three", "fatal")];
        desk.file("fatal", &json!({"diagnoses": [known("acme/app/defect", "L3")], "unresolved": others}), 20);
        desk.file("error", &json!({"diagnoses": [], "unresolved": [unknown("an error", "error")]}), 20);
        desk.file("known", &json!({"diagnoses": [known("veeam/vbr/easy", "L2")], "unresolved": []}), 20);
        let wanted =
            [("veeam/vbr/defect", "veeam"), ("one three", "ivanti")].map(|it| (it.0.to_owned(), it.1.to_owned()));
        assert_eq!(desk.wanted(20), wanted, "never one that no rule wants");
        assert_eq!(desk.wanted(21), [], "once");
    }

    #[test]
    fn what_was_filed_before_the_rules_is_left() {
        let desk = Desk::new();
        desk.file("old", &json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []}), 9);
        assert_eq!(desk.wanted(20), []);
    }

    #[test]
    fn trouble_is_told_and_tried_again_ever_more_rarely() {
        let desk = Desk::new();
        let case = desk.file("a", &json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []}), 100);
        let mut begun = Vec::new();
        for moment in (100..100_000).step_by(5) {
            desk.go(moment, &mut |_, _| {
                begun.push(moment - 100);
                Made::Again("the disk is full".to_owned())
            });
        }
        assert_eq!(begun, [0, 60, 240, 960, 3840, 15_360]);
        let notes = desk.notes(case);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(
            notes[0].contains("tried again: the disk is full")
                && notes[1].starts_with("no package was made by the rule")
        );
    }

    #[test]
    fn a_full_disk_gives_no_package_up_and_keeps_none_waiting() {
        let desk = Desk::new();
        let report = json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []});
        let cases = ["large", "small"].map(|name| desk.file(name, &report, 100));
        let mut made = Vec::new();
        for now in 100..120 {
            desk.go(now, &mut |bundle, _| match bundle.case == cases[0] && now < 119 {
                true => Made::NoRoom,
                false => {
                    made.push((bundle.case, now));
                    Made::Nothing
                }
            });
        }
        assert_eq!(made, [(cases[1], 100), (cases[0], 119)]);
        assert_eq!(desk.notes(cases[0]), [NO_ROOM]);
    }

    #[test]
    fn a_report_that_cannot_be_read_now_is_read_again() {
        let desk = Desk::new();
        let report = json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []});
        let case = desk.file("a", &report, 100);
        let file = desk.folder.path().join("a/report.json");
        let whole = fs::read(&file).unwrap();
        fs::write(&file, "").unwrap();
        assert_eq!(desk.wanted(100), []);
        assert!(desk.notes(case)[0].contains("the report cannot be read"));
        fs::write(&file, whole).unwrap();
        assert_eq!(desk.wanted(1000).len(), 1);
    }

    #[test]
    fn what_is_given_to_a_customer_while_others_are_made_is_made_for_that_customer() {
        let desk = Desk::new();
        let report = json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []});
        let cases = ["a", "b"].map(|name| desk.file_of(UNASSIGNED, name, &report, 20));
        let mut made = Vec::new();
        for now in [20, 21] {
            desk.go(now, &mut |bundle, _| {
                if made.is_empty() {
                    desk.store.give_case(cases[1], "bolt", "me", now).unwrap();
                }
                made.push((bundle.case, bundle.customer.clone()));
                Made::Nothing
            });
        }
        assert_eq!(made, [(cases[0], UNASSIGNED.to_owned()), (cases[1], "bolt".to_owned())]);
    }

    #[test]
    fn what_lacks_is_asked_and_the_end_of_the_program_is_no_answer() {
        let desk = Desk::new();
        let case = desk.file("a", &json!({"diagnoses": [known("veeam/vbr/defect", "L3")], "unresolved": []}), 100);
        (0..=TRIES).for_each(|_| assert_eq!(desk.go(100, &mut |_, _| Made::Later), 0));
        assert_eq!(desk.notes(case), Vec::<String>::new());
        desk.go(200, &mut |_, _| Made::Lacks("send the logs".to_owned()));
        let asked = format!(
            "to be asked of the customer (`tierline case reply {case} --sent` says that it was): send the logs"
        );
        assert_eq!(desk.notes(case), [asked]);
        assert_eq!(desk.store.case(case).unwrap().status, crate::store::Status::Open);
        assert_eq!(desk.wanted(10_000), []);
    }
}

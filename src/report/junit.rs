//! The report as JUnit XML: what build servers show as the result of a check.
//!
//! The names are those that Jenkins, GitLab and others read: <https://github.com/testmoapp/junitxml>.

use super::neutral::{lines, one_line};
use super::wording::{found, headline, hidden_identity, hiding, identity, occurrence, place, product, standing};
use crate::bundle::{Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, Hidden, Known, State, Unresolved};
use askama::Template;

/// Renders JUnit XML with three suites: known problems (each a failure; old, undecided and hidden ones are skipped), unexplained
/// errors (failures) and parts that were not examined (errors). A suite without any has one test that passed.
pub fn junit(diagnosis: &Diagnosis) -> String {
    let open = diagnosis.problems.iter().filter(|it| it.kind != ProblemKind::Skipped);
    let suites = [
        Suite::of("known problems", diagnosis.known.iter().map(known).chain(diagnosis.hidden.iter().map(hidden))),
        Suite::of("unexplained errors", diagnosis.unresolved.iter().map(unknown)),
        Suite::of("not examined", open.map(not_examined)),
    ];
    let page = Page { name: xml(&found(diagnosis)), suites };
    page.render().expect("templates print strings and numbers into a string, which cannot fail")
}

#[derive(Template)]
#[template(path = "junit.xml")]
struct Page {
    name: String,
    suites: [Suite; 3],
}

impl Page {
    fn total(&self, outcome: Outcome) -> usize {
        self.suites.iter().map(|suite| suite.count(outcome)).sum()
    }

    fn tests(&self) -> usize {
        self.suites.iter().map(|suite| suite.cases.len()).sum()
    }
}

struct Suite {
    name: &'static str,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
    /// One line.
    message: String,
    kind: &'static str,
    details: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Suite {
    fn of(name: &'static str, cases: impl Iterator<Item = Case>) -> Suite {
        let mut cases: Vec<Case> = cases.collect();
        if cases.is_empty() {
            let (class, name) =
                ("tierline".into(), format!("no {name}").replace("no not examined", "all was examined"));
            let (message, details) = (String::new(), String::new());
            cases.push(Case { class, name, outcome: Outcome::Passed, message, kind: "", details });
        }
        Suite { name, cases }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }
}

fn known(known: &Known) -> Case {
    let (signature, group) = (&known.signature, &known.group);
    let mut details = vec![format!("Seen {}", occurrence(group))];
    details.extend(place(group).map(|it| format!("Where: {it}")));
    details.extend(group.evidence.first().map(|it| it.text.trim_end().to_owned()));
    details.push(format!("Cause: {}", signature.advice.cause));
    for fix in &signature.advice.fixes {
        details.push(format!("{} steps ({}):", fix.level.name(), fix.audience.name()));
        details.extend(fix.steps.iter().enumerate().map(|(index, step)| format!("  {}. {step}", index + 1)));
    }
    details.extend(signature.advice.references.iter().map(|it| format!("See {}", it.url)));
    Case {
        class: xml(&product(signature)),
        name: xml(&identity(known)),
        outcome: if known.state == State::Match { Outcome::Failure } else { Outcome::Skipped },
        message: xml(&standing(known).map_or(signature.title.clone(), |it| format!("{}: {it}", signature.title))),
        kind: signature.severity.name(),
        details: xml_lines(&details),
    }
}

fn hidden(it: &Hidden) -> Case {
    Case {
        class: "tierline".into(),
        name: xml(&hidden_identity(it)),
        outcome: Outcome::Skipped,
        message: xml(&format!("{}: {}", it.title, hiding(it))),
        kind: "",
        details: String::new(),
    }
}

fn unknown(unresolved: &Unresolved) -> Case {
    let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
    let mut details = vec![format!("Seen {}", occurrence(group))];
    details.extend(place(group).map(|it| format!("Where: {it}")));
    details.push(group.evidence.first().map_or(finding.template.clone(), |it| it.text.trim_end().to_owned()));
    Case {
        class: "tierline".into(),
        name: xml(&unresolved.id),
        outcome: Outcome::Failure,
        message: xml(&headline(finding)),
        kind: finding.level.name(),
        details: xml_lines(&details),
    }
}

fn not_examined(problem: &Problem) -> Case {
    Case {
        class: "tierline".into(),
        name: xml(&problem.file),
        outcome: Outcome::Error,
        message: xml(&problem.message),
        kind: problem.kind.name(),
        details: String::new(),
    }
}

/// Neutral text of several lines.
fn xml_lines(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().flat_map(|text| lines(text)).collect();
    allowed(&all.join("\n"))
}

/// Neutral text on one line.
fn xml(text: &str) -> String {
    allowed(&one_line(text))
}

/// XML 1.0 knows no way to write these two (<https://www.w3.org/TR/xml/#charsets>); all others it forbids are neutral
/// already.
fn allowed(text: &str) -> String {
    text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::finding::Level;
    use crate::report::hostile;
    use crate::signature::Severity;
    use proptest::prelude::*;

    #[test]
    fn a_whole_document() {
        let seen = || group(14, vec![evidence("case.zip!/a.log", 12, "went <wrong> on srv01\n  at \"x\"")]);
        let odd = unknown(Level::Error, "odd <n>", group(1, vec![evidence("case.zip!/a.log", 40, "12:01 odd & 7")]));
        let crash = (signature("acme/rocket/crash", Severity::High), seen());
        let old = (signature("acme/rocket/old", Severity::Low), seen());
        let mut diagnosis = diagnosis(vec![crash, old], vec![odd]);
        diagnosis.known[1].state = State::Old;
        insta::assert_snapshot!(junit(&diagnosis));
    }

    #[test]
    fn nothing_found_is_three_tests_that_passed() {
        let junit = junit(&Diagnosis::default());
        assert!(junit.contains("tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\""), "{junit}");
        for name in ["no known problems", "no unexplained errors", "all was examined"] {
            assert!(junit.contains(&format!("name=\"{name}\"/>")), "{name}: {junit}");
        }
    }

    /// The text between the tags, and the values of attributes, hold no character that XML gives a meaning or forbids.
    fn is_well_formed(xml: &str) -> bool {
        let mut depth = 0_i32;
        let mut rest = xml.split_once("?>").map_or(xml, |it| it.1);
        while let Some((text, tag)) = rest.split_once('<') {
            let Some((inside, behind)) = tag.split_once('>') else { return false };
            if text.contains('>') || inside.matches('"').count() % 2 == 1 {
                return false;
            }
            depth += match (inside.starts_with('/'), inside.ends_with('/')) {
                (true, _) => -1,
                (_, true) => 0,
                _ => 1,
            };
            rest = behind;
        }
        let forbidden = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
        depth == 0 && !xml.contains(forbidden)
    }

    proptest! {
        #[test]
        fn any_text_gives_well_formed_xml(log in any::<String>(), path in any::<String>()) {
            let junit = junit(&hostile(&log, &path));
            prop_assert!(is_well_formed(&junit), "{}", junit);
        }
    }
}

//! The report as one JSON object per line: for `jq`, log pipelines and databases, which take a stream better than a tree.

use super::json::{Report, escape_hidden};
use crate::diagnosis::Diagnosis;
use serde::Serialize;

/// Renders JSON lines: the objects of [`json`](super::json()), each with a `type` before its fields: `report` (schema and
/// tool), `input`, `fact`, `coverage`, `diagnosis`, `hidden`, `unresolved`, `timeline`, `problem`.
pub fn jsonl(diagnosis: &Diagnosis) -> String {
    let report = Report::from(diagnosis);
    let mut lines = Lines(String::new());
    lines.add("report", &Head { schema: &report.schema, tool: &report.tool });
    report.inputs.iter().for_each(|it| lines.add("input", it));
    report.facts.iter().for_each(|it| lines.add("fact", it));
    lines.add("coverage", &report.coverage);
    report.diagnoses.iter().for_each(|it| lines.add("diagnosis", it));
    report.hidden.iter().for_each(|it| lines.add("hidden", it));
    report.unresolved.iter().for_each(|it| lines.add("unresolved", it));
    lines.add("timeline", &report.timeline);
    report.problems.iter().for_each(|it| lines.add("problem", it));
    lines.0
}

#[derive(Serialize)]
struct Head<'a, T> {
    schema: &'a str,
    tool: &'a T,
}

#[derive(Serialize)]
struct Line<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    object: &'a T,
}

struct Lines(String);

impl Lines {
    fn add<T: Serialize>(&mut self, r#type: &'static str, object: &T) {
        let line = serde_json::to_string(&Line { r#type, object });
        self.0.push_str(&escape_hidden(&line.expect("no map with other keys than strings, no failing Serialize")));
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{hostile, json};
    use proptest::prelude::*;
    use serde_json::Value;

    /// What all lines of a type hold, without the type.
    fn of_type(lines: &str, r#type: &str) -> Vec<Value> {
        let objects = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut objects: Vec<Value> = objects.filter(|it| it["type"] == r#type).collect();
        objects.iter_mut().for_each(|it| drop(it.as_object_mut().unwrap().shift_remove("type")));
        objects
    }

    proptest! {
        #[test]
        fn the_lines_hold_what_the_tree_holds(log in any::<String>(), path in any::<String>()) {
            let diagnosis = hostile(&log, &path);
            let (tree, lines): (Value, String) = (serde_json::from_str(&json(&diagnosis)).unwrap(), jsonl(&diagnosis));
            let lists = [("input", "inputs"), ("fact", "facts"), ("diagnosis", "diagnoses"), ("unresolved", "unresolved"), ("problem", "problems")];
            for (one, many) in lists {
                prop_assert_eq!(&Value::from(of_type(&lines, one)), &tree[many]);
            }
            prop_assert_eq!(&of_type(&lines, "coverage"), &[tree["coverage"].clone()]);
            prop_assert_eq!(&of_type(&lines, "timeline"), &[tree["timeline"].clone()]);
            prop_assert_eq!(&of_type(&lines, "report")[0]["schema"], "tierline.report/1");
            prop_assert!(!lines.chars().any(|c| c != '\n' && crate::report::neutral::is_hidden(c)));
        }
    }
}

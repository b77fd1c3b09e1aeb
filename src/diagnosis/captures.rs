use super::Known;
use crate::signature::{Condition, FieldValue, Signature};
use std::sync::Arc;

impl Known {
    /// Puts what was captured in the log into all texts that people read.
    pub(super) fn explain(&mut self) {
        let mut signature = Signature::clone(&self.signature);
        let put_in = |text: &mut String| *text = self.filled_in(text);
        [&mut signature.title, &mut signature.advice.cause].into_iter().for_each(put_in);
        signature.advice.impact.iter_mut().for_each(put_in);
        for fix in &mut signature.advice.fixes {
            fix.steps.iter_mut().chain(&mut fix.risk).chain(&mut fix.verify).for_each(put_in);
        }
        signature.advice.escalate.iter_mut().filter_map(|it| it.when.as_mut()).for_each(put_in);
        self.signature = Arc::new(signature);
    }

    /// Returns a text of the signature with `{name}` replaced by what was captured in the log.
    ///
    /// A value comes from the log and may hold anything: it is put on one line and cut at 120 characters; making it
    /// harmless for a terminal or for HTML is the report's work. A capture that took no part shows as `<name>`; braces
    /// around anything else are left alone, because steps may contain commands.
    fn filled_in(&self, text: &str) -> String {
        let mut names = Vec::new();
        capture_names(&self.signature.condition, &mut names);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open + 1..];
            let name = rest.split('}').next().filter(|name| name.len() < rest.len());
            match name.map(|name| (name, self.group.captures.get(name))) {
                Some((name, Some(value))) => {
                    out.push_str(&one_line(value));
                    rest = &rest[name.len() + 1..];
                }
                Some((name, None)) if names.contains(&name) => {
                    out.push('<');
                    out.push_str(name);
                    out.push('>');
                    rest = &rest[name.len() + 1..];
                }
                _ => out.push('{'),
            }
        }
        out.push_str(rest);
        out
    }
}

impl Known {
    /// Returns the plain words of the signature's patterns, to find the lines of a long record that it is about.
    pub fn marks(&self) -> Vec<&str> {
        let mut marks = Vec::new();
        collect_marks(&self.signature.condition, &mut marks);
        marks
    }
}

/// Texts, and runs of plain characters in regexes that are long enough to mean something.
fn collect_marks<'a>(condition: &'a Condition, marks: &mut Vec<&'a str>) {
    const SHORTEST: usize = 8;
    match condition {
        Condition::Any(parts) | Condition::All(parts) => parts.iter().for_each(|part| collect_marks(part, marks)),
        Condition::None(_) => {}
        Condition::Text { text, .. } => marks.push(text.trim()),
        // A value of one or two bytes stands in every other line.
        Condition::Fields(tests) => tests.iter().flat_map(|test| &test.values).for_each(|value| match value {
            FieldValue::Is(text) if text.len() > 2 => marks.push(text),
            FieldValue::Is(_) => {}
            FieldValue::Like(condition) => collect_marks(condition, marks),
        }),
        Condition::Regex(pattern) => {
            let runs = pattern.split(|c: char| !(c.is_alphanumeric() || " _-:,'\"/=".contains(c))).map(str::trim);
            marks.extend(runs.filter(|run| run.len() >= SHORTEST));
        }
    }
}

fn one_line(value: &str) -> String {
    const LONGEST: usize = 120;
    let mut line: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push_str("...");
    }
    line
}

/// Names of the groups `(?P<name>` and `(?<name>` in all patterns of the condition.
fn capture_names<'a>(condition: &'a Condition, names: &mut Vec<&'a str>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => parts.iter().for_each(|part| capture_names(part, names)),
        Condition::Fields(tests) => {
            let values = tests.iter().flat_map(|test| &test.values);
            values.filter_map(FieldValue::condition).for_each(|condition| capture_names(condition, names));
        }
        Condition::None(_) | Condition::Text { .. } => {}
        Condition::Regex(pattern) => {
            for after in pattern.split("(?").skip(1) {
                let after = after.strip_prefix('P').unwrap_or(after);
                if let Some((name, _)) = after.strip_prefix('<').and_then(|it| it.split_once('>')) {
                    names.push(name);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::sample::{diagnosis, group, signature};
    use crate::signature::{Condition, Severity};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut signature = signature("a/b/c", Severity::High);
        signature.advice.cause = text.into();
        signature.condition = Condition::Any(vec![Condition::Regex("(?P<host>x)(?<user>y)(?:z)(?i:w)".into())]);
        let mut group = group(1, Vec::new());
        group.captures.insert("long".into(), "é ".repeat(200));
        group.captures.insert("lines".into(), "a\r\n  b".into());
        let diagnosis = diagnosis(vec![(signature, group)], Vec::new());
        assert_eq!(diagnosis.known[0].signature.advice.cause, expected);
    }

    #[test]
    fn a_capture_is_put_in_and_one_that_took_no_part_keeps_its_name() {
        check("{user} on {host}: {lines}", "<user> on srv01: a b");
    }

    #[test]
    fn other_braces_are_left_alone() {
        check("awk '{print $1}' {} { {host} ${host", "awk '{print $1}' {} { srv01 ${host");
        check("{host", "{host");
        check("{é}}{", "{é}}{");
    }

    #[test]
    fn the_marks_are_the_plain_words_of_the_patterns() {
        let text = |text: &str| Condition::Text { text: text.into(), nocase: true };
        let regex = Condition::Regex("^Cannot open (?P<file>\\\\S+): access denied".into());
        let mut signature = signature("a/b/c", Severity::High);
        signature.condition = Condition::All(vec![text("E1"), regex, Condition::None(vec![text("not this")])]);
        let diagnosis = diagnosis(vec![(signature, group(1, Vec::new()))], Vec::new());
        assert_eq!(diagnosis.known[0].marks(), ["E1", "Cannot open", ": access denied"]);
    }

    #[test]
    fn a_long_value_is_cut() {
        check("{long}", &format!("{}...", "é ".repeat(60)));
    }
}

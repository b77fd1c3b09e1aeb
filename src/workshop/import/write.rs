//! Drafts as YAML.
//!
//! Texts of other people go into the file, so what a line can hold decides how it is written: in single quotes, in which
//! nothing has a meaning, as a block of lines, or with escapes.

use super::draft::{Draft, Matching, Several};
use crate::signature::{Condition, FieldTest, FieldValue, Reference};
use crate::workshop::quoting::{escaped, is_odd};
use std::fmt::Write as _;

/// Returns the text of the draft's file.
pub(super) fn yaml(draft: &Draft) -> String {
    let mut out = Out::default();
    for comment in &draft.comments {
        out.comment(comment);
    }
    out.field(0, "title", &draft.title);
    out.line(0, "status: draft");
    // Whom a problem concerns is nothing that other formats say.
    out.line(0, "level: L2");
    out.line(0, &format!("side: {}", draft.side.name()));
    out.line(0, &format!("severity: {}", draft.severity.name()));
    if let Some(component) = &draft.component {
        out.field(0, "component", component);
    }
    match &draft.matching {
        Matching::One(condition) => {
            out.line(0, "match:");
            out.condition(1, condition);
        }
        Matching::Several(several) => out.several(several),
    }
    out.field(0, "cause", &draft.cause);
    if let Some(impact) = &draft.impact {
        out.field(0, "impact", impact);
    }
    if !draft.steps.is_empty() {
        out.line(0, "fixes:");
        out.line(1, "- level: L2");
        out.line(2, "audience: partner");
        out.line(2, "steps:");
        draft.steps.iter().for_each(|step| out.item(3, step));
    }
    if !draft.references.is_empty() {
        out.line(0, "references:");
        draft.references.iter().for_each(|reference| out.reference(reference));
    }
    if !(draft.fires.is_empty() && draft.silent.is_empty()) {
        out.line(0, "examples:");
        out.examples("match", &draft.fires);
        out.examples("no_match", &draft.silent);
    }
    out.text
}

/// Returns the text of a `_product.yaml`.
pub(super) fn product(vendor: &str, product: &str, aliases: &[String]) -> String {
    let mut out = Out::default();
    out.field(0, "vendor", vendor);
    out.field(0, "product", product);
    if !aliases.is_empty() {
        out.line(0, "aliases:");
        aliases.iter().for_each(|alias| out.item(1, alias));
    }
    out.text
}

#[derive(Default)]
struct Out {
    text: String,
}

impl Out {
    fn line(&mut self, depth: usize, line: &str) {
        let _ = writeln!(self.text, "{:width$}{line}", "", width = depth * 2);
    }

    /// A comment of several lines; a control character in it would be one in the file.
    fn comment(&mut self, comment: &str) {
        for line in comment.trim_end().lines() {
            let line: String = line.chars().map(|c| if is_odd(c) && c != '\t' { '\u{fffd}' } else { c }).collect();
            self.line(0, format!("# {line}").trim_end());
        }
    }

    fn field(&mut self, depth: usize, name: &str, text: &str) {
        let value = scalar(text, depth + 1);
        self.line(depth, &format!("{name}: {value}"));
    }

    fn item(&mut self, depth: usize, text: &str) {
        let value = scalar(text, depth + 1);
        self.line(depth, &format!("- {value}"));
    }

    fn reference(&mut self, reference: &Reference) {
        self.line(1, &format!("- kind: {}", reference.kind));
        if let Some(id) = &reference.id {
            self.field(2, "id", id);
        }
        self.field(2, "url", &reference.url);
    }

    fn examples(&mut self, name: &str, examples: &[String]) {
        if !examples.is_empty() {
            self.line(1, &format!("{name}:"));
            examples.iter().for_each(|example| self.item(2, example));
        }
    }

    /// The fields of a condition, each on a line of its own.
    fn condition(&mut self, depth: usize, condition: &Condition) {
        match condition {
            Condition::Any(parts) => self.list(depth, "any", parts),
            Condition::All(parts) => self.list(depth, "all", parts),
            Condition::None(parts) => self.list(depth, "none", parts),
            Condition::Text { text, nocase } => {
                self.field(depth, "text", text);
                if *nocase {
                    self.line(depth, "nocase: true");
                }
            }
            Condition::Regex(pattern) => self.field(depth, "regex", pattern),
            Condition::Fields(tests) => {
                self.line(depth, "field:");
                tests.iter().for_each(|test| self.test(depth + 1, test));
            }
        }
    }

    fn list(&mut self, depth: usize, name: &str, parts: &[Condition]) {
        self.line(depth, &format!("{name}:"));
        for part in parts {
            self.begun_item(depth + 1, |out| out.condition(depth + 2, part));
        }
    }

    /// Writes an item that is a mapping: its first line begins with `- `.
    fn begun_item(&mut self, depth: usize, write: impl FnOnce(&mut Out)) {
        let begin = self.text.len();
        write(self);
        let at = begin + depth * 2;
        if self.text.get(at..at + 2) == Some("  ") {
            self.text.replace_range(at..at + 2, "- ");
        }
    }

    fn test(&mut self, depth: usize, test: &FieldTest) {
        let name = scalar(&test.name, depth);
        match test.values.as_slice() {
            [FieldValue::Is(text)] => self.line(depth, &format!("{name}: {}", scalar(text, depth + 1))),
            [FieldValue::Like(condition)] => {
                self.line(depth, &format!("{name}:"));
                self.condition(depth + 1, condition);
            }
            values => {
                self.line(depth, &format!("{name}:"));
                for value in values {
                    match value {
                        FieldValue::Is(text) => self.item(depth + 1, text),
                        FieldValue::Like(condition) => {
                            self.begun_item(depth + 1, |out| out.condition(depth + 2, condition));
                        }
                    }
                }
            }
        }
    }

    fn several(&mut self, several: &Several) {
        self.line(0, "match:");
        let single = several.parts.len() == 1;
        if let (true, Some(part)) = (single, several.parts.first()) {
            // `all` beside `count` would be a list of parts.
            match &part.condition {
                Condition::All(_) => self.list(1, "any", std::slice::from_ref(&part.condition)),
                condition => self.condition(1, condition),
            }
            if part.count > 1 {
                self.line(1, &format!("count: {}", part.count));
            }
        } else {
            self.line(1, if several.ordered { "sequence:" } else { "all:" });
            for part in &several.parts {
                self.begun_item(2, |out| {
                    out.condition(3, &part.condition);
                    if part.count > 1 {
                        out.line(3, &format!("count: {}", part.count));
                    }
                });
            }
        }
        if let Some(within) = several.within {
            self.line(1, &format!("within: {within}"));
        }
        if !several.same.is_empty() {
            self.line(1, &format!("same: [{}]", several.same.join(", ")));
        }
        if let Some(place) = several.place {
            self.line(1, &format!("in: {place}"));
        }
        if !several.unless.is_empty() {
            self.line(1, "unless:");
        }
        for unless in &several.unless {
            self.begun_item(2, |out| {
                out.condition(3, &unless.condition);
                if let Some(anchor) = unless.anchor {
                    // Of a part with a count a number means the record that completes it.
                    let anchor = if anchor == 0 { "first".to_owned() } else { (anchor + 1).to_string() };
                    out.line(3, &format!("anchor: {anchor}"));
                }
                if (unless.from.0, unless.to.0) != (0, 0) {
                    out.line(3, &format!("from: {}", unless.from));
                    out.line(3, &format!("to: {}", unless.to));
                }
            });
        }
    }
}

/// Returns a text as a YAML scalar. `depth` is that of its lines if it becomes a block.
pub(in crate::workshop) fn scalar(text: &str, depth: usize) -> String {
    let lines = text.contains('\n');
    if text.chars().any(|c| is_odd(c) && c != '\n' && c != '\t') {
        return escaped(text);
    }
    if !lines {
        return format!("'{}'", text.replace('\'', "''"));
    }
    // A block's indentation is that of its first line, and a blank line at its end is not sure to stay.
    if text.starts_with([' ', '\t', '\n']) || text.ends_with("\n\n") || text.lines().any(|line| line.starts_with('\t'))
    {
        return escaped(text);
    }
    let mut block = if text.ends_with('\n') { "|".to_owned() } else { "|-".to_owned() };
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        block.push('\n');
        if !line.is_empty() {
            let _ = write!(block, "{:width$}{line}", "", width = depth * 2);
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::yaml;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back(text in "(?s)[ -~\n\t\r'\"#:|>&*!%@`\\\\{}\\[\\]-]{0,40}|\\PC{0,20}|[\u{1}-\u{20}\u{7f}-\u{a0}\u{feff}a]{0,8}", depth in 0..4_usize) {
            let mut out = Out::default();
            out.line(0, "a:");
            (0..depth).for_each(|it| out.line(it + 1, "a:"));
            out.field(depth + 1, "text", &text);
            let root = yaml::parse(&out.text);
            let Ok(mut node) = root.as_ref() else { panic!("{:?}\n{}", root, out.text) };
            for _ in 0..=depth {
                node = node.get("a").unwrap();
            }
            prop_assert_eq!(node.get("text").unwrap().text(), Some(text.as_str()), "{}", out.text);
        }
    }

    #[test]
    fn items_that_are_mappings_begin_with_a_dash() {
        let text = |text: &str| Condition::Text { text: text.into(), nocase: true };
        let condition = Condition::All(vec![text("a"), Condition::Any(vec![text("b"), Condition::Regex("c".into())])]);
        let mut out = Out::default();
        out.condition(0, &condition);
        let expected = "all:\n  - text: 'a'\n    nocase: true\n  - any:\n      - text: 'b'\n        nocase: true\n      - regex: 'c'\n";
        assert_eq!(out.text, expected);
    }
}

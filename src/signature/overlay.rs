//! `_overlay.yaml`: what one house changes of signatures without editing them.
//!
//! It stands at the top of a catalogue folder and speaks of all signatures of a run, those of other catalogues too. A
//! signature that it disables is still looked for, so that a report can say what was hidden.

use super::fields::Reader;
use super::schema::{LEVELS, SEVERITIES, SIDES};
use super::yaml::{self, Mistake, Node, Place};
use super::{Audience, Day, Fix, Severity, Side, Signature, SupportLevel};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The changes of one file.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// In the order of the file: a later one wins.
    pub overrides: Vec<Override>,
    /// Where it was read from.
    pub source: PathBuf,
}

/// What is changed of some signatures.
#[derive(Clone, Debug)]
pub struct Override {
    /// Their ids as a glob: `*` stays between two slashes, `**` does not.
    pub id: String,
    /// Whether they are hidden.
    pub disables: bool,
    /// In place of their own.
    pub level: Option<SupportLevel>,
    /// In place of their own.
    pub side: Option<Side>,
    /// In place of their own.
    pub severity: Option<Severity>,
    /// What is said of them in a report.
    pub note: Option<String>,
    /// What to do before all else.
    pub steps: Vec<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Where it stands.
    pub place: Place,
    ids: GlobMatcher,
}

/// An override of one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The file of the overlay.
    pub file: PathBuf,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// That day is over: nothing was changed.
    pub is_over: bool,
    /// Whether the signature is hidden.
    pub disables: bool,
    /// What it made different, each a lower-case fragment: `severity low in place of high`.
    pub changes: Vec<String>,
    /// What is said of it.
    pub note: Option<String>,
}

/// Reads an `_overlay.yaml`.
pub(super) fn overlay(file: &Path, yaml: &str) -> Result<Overlay, Vec<Mistake>> {
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    let mut reader = Reader::default();
    let fields = reader.fields(&root, "an overlay", &["overrides"]);
    let mut overrides: Vec<Override> = Vec::new();
    let items = match fields.get("overrides") {
        Some(node) => reader.list(node, "overrides"),
        None => {
            reader.missing(&fields, "overrides");
            &[]
        }
    };
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for item in items {
        let Some(next) = one(&mut reader, item) else { continue };
        if let Some(first) = places.insert(next.id.clone(), next.place) {
            let hint = format!("the first one is in line {}: put both together", first.line);
            reader.mistake(Mistake::new(next.place, format!("a second override of `{}`", next.id)).hint(hint));
        }
        overrides.push(next);
    }
    match reader.mistakes.is_empty() {
        true => Ok(Overlay { overrides, source: file.to_path_buf() }),
        false => Err(reader.mistakes),
    }
}

fn one(reader: &mut Reader, node: &Node<'_>) -> Option<Override> {
    const FIELDS: &[&str] = &["id", "status", "level", "side", "severity", "note", "steps", "reason", "until"];
    let before = reader.mistakes.len();
    let fields = reader.fields(node, "an override", FIELDS);
    let id = reader.required(&fields, "id");
    let place = fields.get("id").map_or(node.place, |node| node.place);
    let ids = match GlobBuilder::new(&id).literal_separator(true).build() {
        Ok(glob) => Some(glob.compile_matcher()),
        Err(err) => {
            let hint = "write an id, or a glob such as `veeam/backup-replication/*`";
            reader.mistake(Mistake::new(place, format!("wrong pattern of ids: {}", err.kind())).hint(hint));
            None
        }
    };
    let disables = fields.get("status").and_then(|node| reader.one_of(node, "status", &[("disabled", true)]));
    let level = fields.get("level").and_then(|node| reader.one_of(node, "level", LEVELS));
    let side = fields.get("side").and_then(|node| reader.one_of(node, "side", SIDES));
    let severity = fields.get("severity").and_then(|node| reader.one_of(node, "severity", SEVERITIES));
    let note = reader.optional(&fields, "note");
    let steps = reader.texts(&fields, "steps");
    let reason = reader.required(&fields, "reason");
    let until = fields.get("until").and_then(|node| {
        let text = reader.text(node, "until")?;
        let day = Day::parse(&text);
        if day.is_none() {
            let hint = "write the last day on which it holds as `2026-12-31`, or remove it";
            reader.mistake(Mistake::new(node.place, format!("`{text}` is not a day")).hint(hint));
        }
        day
    });
    if reader.mistakes.len() > before {
        return None;
    }
    let changes = level.is_some() || side.is_some() || severity.is_some() || note.is_some() || !steps.is_empty();
    if disables.is_none() && !changes {
        let hint = "add `status: disabled`, or what is different: `level`, `side`, `severity`, `note` or `steps`";
        reader.mistake(Mistake::new(node.place, "the override changes nothing").hint(hint));
    } else if disables.is_some() && changes {
        let hint = "remove `status: disabled`, or all but `reason` and `until`";
        reader.mistake(Mistake::new(node.place, "a signature that is hidden cannot show changes").hint(hint));
    }
    let disables = disables.unwrap_or(false);
    Some(Override { id, disables, level, side, severity, note, steps, reason, until, place, ids: ids? })
}

impl Override {
    /// Whether it speaks of the signature with this id.
    pub fn is_about(&self, id: &str) -> bool {
        self.ids.is_match(id)
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.until.is_none_or(|until| day <= until)
    }

    /// Changes a signature. Returns what was made different, each in words; what is equal already is no difference.
    pub fn apply(&self, signature: &mut Signature) -> Vec<String> {
        let mut changes = Vec::new();
        let mut say = |what: &str, new: &str, old: &str| {
            if new != old {
                changes.push(format!("{what} {new} in place of {old}"));
            }
        };
        let mut rows = signature.variants.as_mut().map(|it| it.rows.as_mut_slice()).unwrap_or_default().iter_mut();
        if let Some(level) = self.level {
            say("level", level.name(), signature.level.name());
            signature.level = level;
        }
        if let Some(side) = self.side {
            say("side", side.name(), signature.side.name());
            signature.side = side;
        }
        if let Some(severity) = self.severity {
            say("severity", severity.name(), signature.severity.name());
            signature.severity = severity;
        }
        // A row of variants would say otherwise.
        rows.by_ref().for_each(|row| {
            row.level = row.level.map(|own| self.level.unwrap_or(own));
            row.side = row.side.map(|own| self.side.unwrap_or(own));
            row.severity = row.severity.map(|own| self.severity.unwrap_or(own));
            if !self.steps.is_empty() {
                row.advice.fixes.iter_mut().for_each(|fixes| fixes.insert(0, self.fix(signature.level)));
            }
        });
        if !self.steps.is_empty() {
            signature.advice.fixes.insert(0, self.fix(signature.level));
            changes.push("steps of the house come first".to_owned());
        }
        changes
    }

    fn fix(&self, level: SupportLevel) -> Fix {
        Fix { level, audience: Audience::Partner, steps: self.steps.clone(), risk: None, verify: None }
    }
}

impl Applied {
    /// Says in one line what it does: `hidden until 2026-12-31: known and accepted`.
    pub fn says(&self) -> String {
        let what = match (self.disables, self.changes.is_empty()) {
            (true, _) => "hidden".to_owned(),
            (false, false) => self.changes.join(", "),
            (false, true) => "noted".to_owned(),
        };
        let until = self.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let over = if self.is_over { ", which is over" } else { "" };
        format!("{what}{until}{over}: {}", self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::super::load_str;
    use super::*;

    #[track_caller]
    fn check(yaml: &str, expected: &[&str]) {
        let mistakes = overlay(Path::new("_overlay.yaml"), yaml).err().unwrap_or_default();
        let shown: Vec<String> = mistakes
            .iter()
            .map(|it| {
                let Place { line, column } = it.place;
                format!("{line}:{column} {} ({})", it.message, it.hint.as_deref().unwrap_or_default())
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        check("overrides: [{ id: a/b/c, status: disabled, reason: r, until: 2026-12-31 }]", &[]);
        check(
            "x: 1",
            &[
                "1:1 unknown field `x` of an overlay (the fields of an overlay are `overrides`)",
                "1:1 the field `overrides` of an overlay is missing (add `overrides:`)",
            ],
        );
        check(
            "overrides:\n  - id: a/b/c\n    severity: low",
            &["2:5 the field `reason` of an override is missing (add `reason:`)"],
        );
        check(
            "overrides:\n  - { id: a/b/c, reason: r }",
            &["2:5 the override changes nothing (add `status: disabled`, or what is different: `level`, `side`, \
               `severity`, `note` or `steps`)"],
        );
        check(
            "overrides:\n  - { id: a/b/c, status: disabled, level: L2, reason: r }",
            &[
                "2:5 a signature that is hidden cannot show changes (remove `status: disabled`, or all but `reason` and \
               `until`)",
            ],
        );
        check(
            "overrides:\n  - { id: 'a/[', status: off, reason: r, until: tomorrow }",
            &[
                "2:11 wrong pattern of ids: unclosed character class; missing ']' (write an id, or a glob such as \
                 `veeam/backup-replication/*`)",
                "2:26 `off` is not a value of `status` (write `disabled`)",
                "2:49 `tomorrow` is not a day (write the last day on which it holds as `2026-12-31`, or remove it)",
            ],
        );
        check(
            "overrides:\n  - { id: a/b/c, note: n, reason: r }\n  - { id: a/b/c, level: L2, reason: r }",
            &["3:11 a second override of `a/b/c` (the first one is in line 2: put both together)"],
        );
    }

    #[test]
    fn an_override_changes_rows_too_and_says_what() {
        let yaml = "title: t\nlevel: L1\nside: server\nseverity: high\ncause: c\nmatch: { regex: 'code (?<code>.*)' }\n\
                    fixes: [{ level: L1, steps: [Look.], verify: v }]\n\
                    variants: { key: code, rows: { '5': { level: L2, severity: critical, fixes: [] } } }\n";
        let mut signature = load_str("a/b/c", Path::new("c.yaml"), yaml).unwrap();
        let text = "overrides: [{ id: 'a/*/c', level: L3, side: server, severity: low, steps: [Call us.], reason: r, until: 2026-01-31 }]";
        let overlay = overlay(Path::new("_overlay.yaml"), text).unwrap();
        let it = &overlay.overrides[0];
        assert!(it.is_about("a/b/c") && !it.is_about("a/b/d/c") && !it.is_about("a/b/cc"));
        let day = |text| Day::parse(text).unwrap();
        assert!(it.holds_on(day("2026-01-31")) && !it.holds_on(day("2026-02-01")));
        let changes = it.apply(&mut signature);
        assert_eq!(
            changes,
            ["level L3 in place of L1", "severity low in place of high", "steps of the house come first"]
        );
        let row = signature.with_row(signature.row(0).unwrap());
        assert_eq!((row.level, row.severity, row.side), (SupportLevel::L3, Severity::Low, Side::Server));
        assert_eq!((&*row.advice.fixes[0].steps[0], signature.advice.fixes.len()), ("Call us.", 2));
    }
}

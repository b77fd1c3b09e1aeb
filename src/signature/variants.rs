//! `variants`: one family of problems, and a table of what each of its codes means.
//!
//! A condition finds the family and captures the code; the row of the code says what is different: another title, level,
//! cause or fix. A value without a row has the family's own texts. [`Rows`] finds the row of a value.

use super::fields::{Fields, Reader, listed};
use super::schema::{LEVELS, SEVERITIES, SIDES, each, examples, fix, reference};
use super::yaml::{Key, Mistake, Node, Place, Value};
use super::{Examples, Fix, Reference, Severity, Side, Signature, SupportLevel};
use std::collections::{BTreeMap, BTreeSet};
use std::collections::btree_map::Entry;

/// A table of what each value of a capture means.
#[derive(Clone, Debug)]
pub struct Variants {
    /// The capture whose value decides.
    pub key: String,
    /// In the order of the file; no two are for the same value.
    pub rows: Vec<Row>,
}

/// What is different for some values of the key; what a row leaves out is as the family says.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The value, as its author wrote it.
    pub key: String,
    /// Further values that mean the same.
    pub also: Vec<String>,
    /// In place of [`Signature::title`].
    pub title: Option<String>,
    /// In place of [`Signature::level`].
    pub level: Option<SupportLevel>,
    /// In place of [`Signature::side`].
    pub side: Option<Side>,
    /// In place of [`Signature::severity`].
    pub severity: Option<Severity>,
    /// In place of [`Signature::cause`].
    pub cause: Option<String>,
    /// In place of [`Signature::impact`].
    pub impact: Option<String>,
    /// In place of [`Signature::fixes`].
    pub fixes: Option<Vec<Fix>>,
    /// In place of [`Signature::references`].
    pub references: Option<Vec<Reference>>,
    /// Log excerpts that must be this row's, and that must not be.
    pub examples: Examples,
}

/// Finds the row of a value.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Folded values and the numbers of their rows.
    by_value: BTreeMap<Vec<u8>, u32>,
}

impl Variants {
    /// Returns what finds rows by their values.
    pub fn rows_by_value(&self) -> Rows {
        let rows = self.rows.iter().zip(0..);
        let values = rows.flat_map(|(row, number)| row.values().map(move |value| (folded(value.as_bytes()), number)));
        Rows { by_value: values.collect() }
    }
}

impl Row {
    /// The values that the row is for.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.key).chain(&self.also).map(String::as_str)
    }
}

impl Rows {
    /// Returns the number of the row for a value: blanks around it and the case of ASCII letters make no difference.
    pub fn row_of(&self, value: &[u8]) -> Option<u32> {
        self.by_value.get(folded(value).as_slice()).copied()
    }
}

impl Signature {
    /// Returns a row of the variants.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.variants.as_ref()?.rows.get(number as usize)
    }

    /// Returns the examples that must match: its own, then those of its rows.
    pub fn positive_examples(&self) -> impl Iterator<Item = &String> {
        let rows = self.variants.iter().flat_map(|variants| &variants.rows);
        self.examples.matching.iter().chain(rows.flat_map(|row| &row.examples.matching))
    }

    /// Returns the signature as it is for the values of a row, without the table.
    pub fn with_row(&self, row: &Row) -> Signature {
        let mut own = Signature { variants: None, ..self.clone() };
        if let Some(title) = &row.title {
            own.title.clone_from(title);
        }
        if let Some(cause) = &row.cause {
            own.cause.clone_from(cause);
        }
        if row.impact.is_some() {
            own.impact.clone_from(&row.impact);
        }
        if let Some(fixes) = &row.fixes {
            own.fixes.clone_from(fixes);
        }
        if let Some(references) = &row.references {
            own.references.clone_from(references);
        }
        own.level = row.level.unwrap_or(own.level);
        own.side = row.side.unwrap_or(own.side);
        own.severity = row.severity.unwrap_or(own.severity);
        own
    }
}

fn folded(value: &[u8]) -> Vec<u8> {
    value.trim_ascii().to_ascii_lowercase()
}

/// Reads `variants`. Whether a pattern has the key is the caller's question.
pub(super) fn variants(reader: &mut Reader, node: &Node<'_>) -> Variants {
    let fields = reader.fields(node, "variants", &["key", "rows"]);
    let key = reader.required(&fields, "key");
    let mut rows = Vec::new();
    match fields.get("rows") {
        None => reader.missing(&fields, "rows"),
        Some(Node { value: Value::Map(entries), place }) => {
            if entries.is_empty() {
                let hint = "write a value of the key and, below it, what is different for it";
                reader.mistake(Mistake::new(*place, "`rows` has no rows").hint(hint));
            }
            let mut taken = BTreeMap::new();
            for (name, node) in entries {
                rows.extend(row(reader, name, node, &mut taken));
            }
        }
        Some(node) => {
            let message = format!("`rows` must be a mapping, not {}", node.kind());
            let hint = "write a value of the key, a colon and, below it, what is different for it";
            reader.mistake(Mistake::new(node.place, message).hint(hint));
        }
    }
    Variants { key, rows }
}

/// The key names a capture that no pattern has; these there are.
pub(super) fn no_such_capture(place: Place, name: &str, captures: &BTreeSet<String>) -> Mistake {
    let captures: Vec<&str> = captures.iter().map(String::as_str).collect();
    let others = if captures.is_empty() { String::new() } else { format!("; there are {}", listed(&captures, "and")) };
    let mistake = Mistake::new(place, format!("no pattern has a group named `{name}`"));
    mistake.hint(format!("name one `(?<{name}>...)`{others}"))
}

const ROW: &[&str] =
    &["also", "title", "level", "side", "severity", "cause", "impact", "fixes", "references", "examples"];

/// Reads one row. `taken` are the values of the rows before.
fn row(reader: &mut Reader, name: &Key<'_>, node: &Node<'_>, taken: &mut BTreeMap<Vec<u8>, Place>) -> Option<Row> {
    let key = name.name.trim();
    if node.kind() == "nothing" || matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
        let hint = "write below it what is different for this value, or remove it";
        reader.mistake(Mistake::new(name.place, format!("the row `{key}` says nothing")).hint(hint));
        return None;
    }
    let fields = reader.fields(node, "a row", ROW);
    let also = also(reader, &fields);
    let values = std::iter::once((key, name.place)).chain(also.iter().map(|(value, place)| (value.as_str(), *place)));
    for (value, place) in values {
        if value.is_empty() {
            let mistake = Mistake::new(place, "a row for no value");
            reader.mistake(mistake.hint("write the value that the capture has; a capture without a value has no row"));
            continue;
        }
        match taken.entry(folded(value.as_bytes())) {
            Entry::Vacant(own) => _ = own.insert(place),
            Entry::Occupied(first) => {
                let hint = format!(
                    "the first one is in line {}: case and blanks make no difference, keep one of them",
                    first.get().line
                );
                reader.mistake(Mistake::new(place, format!("a second row for the value `{value}`")).hint(hint));
            }
        }
    }
    let level = fields.get("level").and_then(|node| reader.one_of(node, "level", LEVELS));
    let side = fields.get("side").and_then(|node| reader.one_of(node, "side", SIDES));
    let severity = fields.get("severity").and_then(|node| reader.one_of(node, "severity", SEVERITIES));
    Some(Row {
        key: key.to_owned(),
        also: also.into_iter().map(|(value, _)| value).collect(),
        title: reader.optional(&fields, "title"),
        level,
        side,
        severity,
        cause: reader.optional(&fields, "cause"),
        impact: reader.optional(&fields, "impact"),
        fixes: fields.get("fixes").map(|_| each(reader, &fields, "fixes", fix)),
        references: fields.get("references").map(|_| each(reader, &fields, "references", reference)),
        examples: fields.get("examples").map(|node| examples(reader, node)).unwrap_or_default(),
    })
}

fn also(reader: &mut Reader, fields: &Fields<'_, '_>) -> Vec<(String, Place)> {
    let Some(node) = fields.get("also") else { return Vec::new() };
    reader.list(node, "also").iter().filter_map(|item| Some((reader.text(item, "also")?, item.place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    /// A family with this table.
    fn family(variants: &str) -> Result<Signature, Vec<String>> {
        let yaml = format!(
            "title: The share of {{host}} fails ({{code}})\nlevel: L2\nside: server\nseverity: medium\ncause: Unknown.\n\
             match: {{ regex: 'share (?<host>\\S+) code (?<code>.*)' }}\nfixes: [{{ level: L2, steps: [Look.] }}]\n\
             variants:\n{variants}\n"
        );
        load_str("a/b/c", Path::new("c.yaml"), &yaml).map_err(|errors| {
            let shown = errors.iter().map(|it| {
                format!("{}:{} {} ({})", it.line, it.column, it.message, it.hint.as_deref().unwrap_or_default())
            });
            shown.collect()
        })
    }

    #[track_caller]
    fn check(variants: &str, expected: &[&str]) {
        assert_eq!(family(variants).err().unwrap_or_default(), expected);
    }

    #[test]
    fn a_row_overrides_what_it_states_and_nothing_else() {
        let family = family(
            "  key: code\n  rows:\n    Access is denied:\n      also: [0x5, '5']\n      title: No access to {host}\n      \
             level: L1\n      side: config\n      fixes: [{ level: L1, steps: [Grant it.], verify: v }]\n    \
             5 0:\n      severity: high\n",
        )
        .unwrap();
        let rows = family.variants.as_ref().unwrap().rows_by_value();
        assert_eq!(rows.row_of(b" ACCESS is Denied\r"), Some(0));
        assert_eq!((rows.row_of(b"0X5"), rows.row_of(b"5"), rows.row_of(b"5 0")), (Some(0), Some(0), Some(1)));
        assert_eq!((rows.row_of(b"05"), rows.row_of(b""), rows.row_of(b"\xff")), (None, None, None));
        let denied = family.with_row(family.row(0).unwrap());
        assert_eq!((&*denied.title, denied.level, denied.side), ("No access to {host}", SupportLevel::L1, Side::Config));
        assert_eq!((&*denied.cause, denied.severity, denied.fixes.len()), ("Unknown.", Severity::Medium, 1));
        let other = family.with_row(family.row(1).unwrap());
        assert_eq!((&other.title, other.severity, other.level), (&family.title, Severity::High, SupportLevel::L2));
        assert!(family.row(2).is_none());
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        check(
            "  key: cod\n  rows: { x: { title: t } }",
            &["9:8 no pattern has a group named `cod` (name one `(?<cod>...)`; there are `code` and `host`)"],
        );
        check("  rows: { x: { title: t } }", &["9:3 the field `key` of variants is missing (add `key:`)"]);
        check("  key: code", &["9:3 the field `rows` of variants is missing (add `rows:`)"]);
        check(
            "  key: code\n  rows: [a]",
            &["10:9 `rows` must be a mapping, not a list (write a value of the key, a colon and, below it, what is \
               different for it)"],
        );
        check(
            "  key: code\n  rows: {}",
            &["10:9 `rows` has no rows (write a value of the key and, below it, what is different for it)"],
        );
        check(
            "  key: code\n  rows:\n    a:\n    b: { titel: t }",
            &[
                "11:5 the row `a` says nothing (write below it what is different for this value, or remove it)",
                "12:10 unknown field `titel` of a row (did you mean `title`?)",
            ],
        );
        check(
            "  key: code\n  rows:\n    a: { level: L4 }\n    '': { title: t }",
            &[
                "11:17 `L4` is not a known level (write `L1`, `L2` or `L3`)",
                "12:5 a row for no value (write the value that the capture has; a capture without a value has no row)",
            ],
        );
    }

    #[test]
    fn a_value_has_one_row() {
        check(
            "  key: code\n  rows:\n    Denied: { title: t }\n    'denied ': { title: u, also: [gone, DENIED] }",
            &[
                "12:5 a second row for the value `denied` (the first one is in line 11: case and blanks make no \
                 difference, keep one of them)",
                "12:40 a second row for the value `DENIED` (the first one is in line 11: case and blanks make no \
                 difference, keep one of them)",
            ],
        );
    }
}

//! The table of variants.

use super::super::apart::{self, ADVICE};
use super::super::fields::{Fields, Reader, listed};
use super::super::variants::folded;
use super::super::yaml::{Key, Mistake, Node, Place, Value};
use super::super::{Row, Variants};
use super::{LEVELS, SEVERITIES, SIDES, examples_in, remedy};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

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
        advice: match reader.shelves {
            Some(shelves) => apart::stored(shelves.rows, &fields, ADVICE),
            None => remedy::row_advice(reader, &fields).into(),
        },
        examples: examples_in(reader, &fields),
    })
}

fn also(reader: &mut Reader, fields: &Fields<'_, '_>) -> Vec<(String, Place)> {
    let Some(node) = fields.get("also") else { return Vec::new() };
    reader.list(node, "also").iter().filter_map(|item| Some((reader.text(item, "also")?, item.place))).collect()
}

#[cfg(test)]
mod tests {

    use super::super::super::{Severity, Side, Signature, SupportLevel, load_str};
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
        assert_eq!(
            (&*denied.title, denied.level, denied.side),
            ("No access to {host}", SupportLevel::L1, Side::Config)
        );
        assert_eq!(
            (&*denied.advice.cause, denied.severity, denied.advice.fixes.len()),
            ("Unknown.", Severity::Medium, 1)
        );
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
                "11:17 `L4` is not a value of `level` (did you mean `L1`?)",
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
                "12:41 a second row for the value `DENIED` (the first one is in line 11: case and blanks make no \
                 difference, keep one of them)",
            ],
        );
    }
}

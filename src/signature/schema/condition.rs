//! Conditions of signatures: what one record must contain.

use super::super::fields::Reader;
use super::super::pattern;
use super::super::yaml::{Mistake, Node, Value};
use super::super::{Condition, FieldTest, FieldValue};

/// Reads a condition. `in_all` says whether it stands directly in a list of `all`, where alone `none` has a meaning.
pub(super) fn condition(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>, in_all: bool) -> Option<Condition> {
    condition_with(reader, yaml, node, in_all, "a condition", &[])
}

/// Reads a condition that stands in the mapping of something else, of which the fields are `beside`. `what` completes
/// "of ...", e.g. `a part`.
pub(super) fn condition_beside(
    reader: &mut Reader,
    yaml: Option<&str>,
    node: &Node<'_>,
    what: &'static str,
    beside: &[&str],
) -> Option<Condition> {
    condition_with(reader, yaml, node, false, what, beside)
}

fn condition_with(
    reader: &mut Reader,
    yaml: Option<&str>,
    node: &Node<'_>,
    in_all: bool,
    what: &'static str,
    beside: &[&str],
) -> Option<Condition> {
    misplaced(reader, node, beside);
    let names = [&["any", "all", "none", "text", "regex", "nocase", "field", "use"], beside, SEVERAL].concat();
    let fields = reader.fields(node, what, &names);
    let kinds: Vec<_> = fields.entries().iter().filter(|(key, _)| CONDITIONS.contains(&&*key.name)).collect();
    let [(key, value)] = kinds.as_slice() else {
        if let [_, (second, _), ..] = kinds.as_slice() {
            let message = format!("a second condition, `{}`, in the same mapping", second.name);
            let hint = "make each an item of a list (`- `) below `all:` or `any:`";
            reader.mistake(Mistake::new(second.place, message).hint(hint));
        } else if matches!(node.value, Value::Map(_)) && reader.mistakes.is_empty() {
            let hint = "write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`";
            reader.mistake(Mistake::new(node.place, "a condition is missing here").hint(hint));
        }
        return None;
    };
    let nocase = fields.get("nocase");
    if let (Some(node), true) = (nocase, key.name != "text") {
        let hint = if key.name == "regex" { "begin the pattern with `(?i)`" } else { "put it beside each `text:`" };
        reader.mistake(Mistake::new(node.place, "`nocase` belongs to `text` only").hint(hint));
    }
    match &*key.name {
        "text" => {
            let nocase = nocase.is_some_and(|node| reader.flag(node, "nocase"));
            let text = reader.verbatim(value, "text")?;
            if text.contains(['\n', '\r']) {
                let hint =
                    "use `|-` or quotes so that no line end is added; for several lines use `regex` with `\\r?\\n`";
                reader.mistake(Mistake::new(value.place, "`text` contains a line end").hint(hint));
                return None;
            }
            Some(Condition::Text { text, nocase })
        }
        "regex" => {
            let regex = reader.verbatim(value, "regex")?;
            if regex.ends_with('\n') {
                let hint = "use `|-` in place of `|`, or single quotes";
                reader.mistake(Mistake::new(value.place, "`regex` ends with a line end").hint(hint));
                return None;
            }
            match yaml.map_or(Ok(()), |yaml| pattern::check(yaml, value, &regex)) {
                Ok(()) => Some(Condition::Regex(regex)),
                Err(mistake) => {
                    reader.mistake(mistake);
                    None
                }
            }
        }
        "field" => field_tests(reader, yaml, value),
        "use" => reader.fragment(value),
        name => {
            let all = name == "all";
            if name == "none" && !in_all {
                let hint = "write `all:` with what must be there and, as its last item, `- none: [...]`";
                reader.mistake(Mistake::new(key.place, "`none` stands outside `all`").hint(hint));
            }
            let items = reader.list(value, name);
            let parts: Vec<_> = items.iter().filter_map(|item| condition(reader, yaml, item, all)).collect();
            if items.is_empty() && matches!(value.value, Value::List(_)) {
                let mistake = Mistake::new(value.place, format!("`{name}` has no conditions"));
                reader.mistake(mistake.hint("write at least one item: `- text: ...`"));
            }
            // A part that is broken may have said it.
            let is_whole = !parts.is_empty() && parts.len() == items.len();
            if all && is_whole && parts.iter().all(|part| matches!(part, Condition::None(_))) {
                let hint = "add what the record must contain";
                reader.mistake(Mistake::new(key.place, "`all` says only what must not be there").hint(hint));
            }
            Some(match name {
                "any" => Condition::Any(parts),
                "all" => Condition::All(parts),
                _ => Condition::None(parts),
            })
        }
    }
}

const CONDITIONS: &[&str] = &["any", "all", "none", "text", "regex", "field", "use"];

/// Fields of a match of several records; they get a better message than unknown ones.
const SEVERAL: &[&str] = &["sequence", "within", "same", "in", "count", "unless", "absent"];

/// Tells what belongs to a match of several records and stands in the condition of one.
fn misplaced(reader: &mut Reader, node: &Node<'_>, beside: &[&str]) {
    let Value::Map(entries) = &node.value else { return };
    for (key, _) in entries.iter().filter(|(key, _)| SEVERAL.contains(&&*key.name) && !beside.contains(&&*key.name)) {
        let message = format!("`{}` stands in the condition of one record", key.name);
        let hint = match &*key.name {
            "sequence" => "write it directly below `match:`",
            _ => "write it directly below `match:`, beside the condition or the list of parts",
        };
        reader.mistake(Mistake::new(key.place, message).hint(hint));
    }
}

/// Reads the names and values of `field`.
fn field_tests(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>) -> Option<Condition> {
    const EXAMPLE: &str = "write names and values, e.g. `field: { event_id: 7000, provider: Service Control Manager }`";
    let Value::Map(entries) = &node.value else {
        let message = format!("`field` must be a mapping, not {}", node.kind());
        reader.mistake(Mistake::new(node.place, message).hint(EXAMPLE));
        return None;
    };
    if entries.is_empty() {
        reader.mistake(Mistake::new(node.place, "`field` names no field").hint(EXAMPLE));
        return None;
    }
    let mut tests = Vec::new();
    for (key, value) in entries {
        let name = &*key.name;
        let is_path = !name.is_empty() && name.len() <= 128 && name.split('.').all(|part| !part.is_empty());
        if !is_path || name.trim() != name {
            let hint = "write it as `tierline records --fields` shows it; parts of a path are joined by one dot";
            reader.mistake(Mistake::new(key.place, format!("`{name}` is not the name of a field")).hint(hint));
            continue;
        }
        let items = match &value.value {
            Value::List(items) => items.as_slice(),
            Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(value),
        };
        if items.is_empty() {
            let mistake = Mistake::new(value.place, format!("the field `{name}` has no values"));
            reader.mistake(mistake.hint("write one, or several of which any fits"));
        }
        let values = items.iter().filter_map(|item| field_value(reader, yaml, name, item)).collect();
        tests.push(FieldTest { name: name.to_owned(), values });
    }
    Some(Condition::Fields(tests))
}

/// Reads one value of a field: a text that it is, or what it contains or matches.
fn field_value(reader: &mut Reader, yaml: Option<&str>, name: &str, node: &Node<'_>) -> Option<FieldValue> {
    match &node.value {
        Value::Scalar { .. } if node.text().is_none() => {
            let hint = "write its value; that a field is missing is said with `none:` and `{ regex: '.' }`";
            reader.mistake(Mistake::new(node.place, format!("the field `{name}` has no value")).hint(hint));
            None
        }
        Value::Scalar { .. } => {
            let text = reader.verbatim(node, name)?;
            if text.ends_with('\n') {
                let hint = "use `|-` in place of `|`, or quotes";
                reader.mistake(
                    Mistake::new(node.place, format!("the value of `{name}` ends with a line end")).hint(hint),
                );
                return None;
            }
            Some(FieldValue::Is(text))
        }
        Value::List(_) => {
            let mistake = Mistake::new(node.place, format!("a list in the list of values of `{name}`"));
            reader.mistake(mistake.hint("write one list; any of its values may fit"));
            None
        }
        Value::Map(entries) => {
            let other = entries.iter().find(|(key, _)| !matches!(&*key.name, "text" | "regex" | "nocase"));
            if let Some((key, _)) = other {
                let message = format!("unknown field `{}` of the value of `{name}`", key.name);
                let hint = format!(
                    "a value is text, `{{ regex: '...' }}` or `{{ text: '...', nocase: true }}`; \
                     a field in a field is `{name}.{}: ...`",
                    key.name
                );
                reader.mistake(Mistake::new(key.place, message).hint(hint));
                return None;
            }
            if entries.is_empty() {
                let mistake = Mistake::new(node.place, format!("the field `{name}` has no value"));
                reader.mistake(mistake.hint("write text, `{ regex: '...' }` or `{ text: '...', nocase: true }`"));
                return None;
            }
            condition(reader, yaml, node, false).map(FieldValue::Like)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_match, complete, read};
    use super::*;

    #[test]
    fn codes_in_a_text_stay_as_the_author_wrote_them() {
        for code in ["0x80070005", "1e3", "yes", "007", "12:30:00", "2026-01-01", ".5", "+1"] {
            let it = read("a/b/c", &complete(&format!("match: {{ text: {code} }}\n"))).unwrap();
            assert!(matches!(it.condition, Condition::Text { ref text, .. } if text == code), "{code}");
        }
    }

    #[test]
    fn a_wrong_regex_is_told_at_the_place_inside_it() {
        // 0-based offset 4 of the pattern, behind `  regex: '`.
        check_match(
            "  regex: 'abc (def'",
            &["7:15 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: 'it''s (def'",
            &["7:17 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: \"a\\\\d\\x41 (def\"",
            &["7:20 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: |-\n    abc\n    d (def",
            &["9:7 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: abc (?=def)",
            &[
                "7:14 wrong regular expression: look-around, including look-ahead and look-behind, is not supported (patterns run in linear time, without look-around: say what must not stand there with `none:`)",
            ],
        );
    }

    #[test]
    fn a_regex_that_would_need_much_memory_is_refused() {
        check_match(
            "  regex: '(\\w{500}){500}'",
            &["7:10 the regular expression needs more than 1048576 bytes (use smaller repetitions)"],
        );
    }

    #[test]
    fn a_text_must_fit_on_one_line() {
        check_match(
            "  text: |\n    abc",
            &["8:5 `text` contains a line end (use `|-` or quotes so that no line end is added; \
               for several lines use `regex` with `\\r?\\n`)"],
        );
        check_match("  text: |-\n    abc", &[]);
    }

    #[test]
    fn conditions_are_one_at_a_time() {
        check_match(
            "  text: abc\n  regex: def",
            &[
                "8:3 a second condition, `regex`, in the same mapping (make each an item of a list (`- `) below `all:` or `any:`)",
            ],
        );
        check_match(
            "  nocase: true",
            &["7:3 a condition is missing here (write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`)"],
        );
        check_match("  any: []", &["7:8 `any` has no conditions (write at least one item: `- text: ...`)"]);
        check_match(
            "  any: [{none: [{text: abc}]}]",
            &[
                "7:10 `none` stands outside `all` (write `all:` with what must be there and, as its last item, `- none: [...]`)",
            ],
        );
        check_match(
            "  all: [{none: [{text: abc}]}]",
            &["7:3 `all` says only what must not be there (add what the record must contain)"],
        );
        check_match(
            "  regex: abc\n  nocase: true",
            &["8:11 `nocase` belongs to `text` only (begin the pattern with `(?i)`)"],
        );
    }

    #[test]
    fn fields_have_values_that_are_texts_patterns_or_lists() {
        let yaml = complete(
            "match:\n  field:\n    event_id: [7000, 0x1b58, '007']\n    provider: Service Control Manager\n    \
             data.param1: { regex: '(?<service>Shop.*)' }\n    message: [{ text: ab c, nocase: true }, yes]\n",
        );
        let it = read("a/b/c", &yaml).unwrap();
        let shown = format!("{:?}", it.condition);
        assert_eq!(
            shown,
            "Fields([FieldTest { name: \"event_id\", values: [Is(\"7000\"), Is(\"0x1b58\"), Is(\"007\")] }, \
             FieldTest { name: \"provider\", values: [Is(\"Service Control Manager\")] }, \
             FieldTest { name: \"data.param1\", values: [Like(Regex(\"(?<service>Shop.*)\"))] }, \
             FieldTest { name: \"message\", values: [Like(Text { text: \"ab c\", nocase: true }), Is(\"yes\")] }])"
        );
        assert_eq!(it.condition.captures().into_iter().collect::<Vec<_>>(), ["service"]);
    }

    #[test]
    fn mistakes_in_fields_have_place_and_hint() {
        const EXAMPLE: &str =
            "(write names and values, e.g. `field: { event_id: 7000, provider: Service Control Manager }`)";
        const NAME: &str = "(write it as `tierline records --fields` shows it; parts of a path are joined by one dot)";
        check_match("  field: event_id", &[&format!("7:10 `field` must be a mapping, not text {EXAMPLE}")]);
        check_match("  field: {}", &[&format!("7:10 `field` names no field {EXAMPLE}")]);
        check_match("  field: { a..b: c }", &[&format!("7:12 `a..b` is not the name of a field {NAME}")]);
        check_match("  field: { ' a': c }", &[&format!("7:12 ` a` is not the name of a field {NAME}")]);
        check_match(
            "  field: { a: }",
            &["7:13 the field `a` has no value \
               (write its value; that a field is missing is said with `none:` and `{ regex: '.' }`)"],
        );
        check_match("  field: { a: '' }", &["7:15 `a` is empty (write the text as it stands in the log)"]);
        check_match(
            "  field: { a: [] }",
            &["7:15 the field `a` has no values (write one, or several of which any fits)"],
        );
        check_match(
            "  field: { a: [b, [c]] }",
            &["7:19 a list in the list of values of `a` (write one list; any of its values may fit)"],
        );
        check_match(
            "  field:\n    data: { param1: x }",
            &["8:13 unknown field `param1` of the value of `data` (a value is text, `{ regex: '...' }` or \
               `{ text: '...', nocase: true }`; a field in a field is `data.param1: ...`)"],
        );
        check_match(
            "  field:\n    a: { regex: 'abc (def' }",
            &["8:22 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  field:\n    a: |\n      abc",
            &["9:7 the value of `a` ends with a line end (use `|-` in place of `|`, or quotes)"],
        );
        check_match(
            "  field: { a: { nocase: true } }",
            &["7:15 a condition is missing here (write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`)"],
        );
    }
}

//! One selection of a Sigma rule: fields with modifiers and values, or words.

use super::condition::any;
use super::logsource::Source;
use crate::signature::yaml::{Mistake, Node, Value};
use crate::signature::{Condition, FieldTest, FieldValue};
use crate::workshop::import::conditions::all;

/// Returns what a selection asks for.
pub(super) fn selection(node: &Node<'_>, source: &Source) -> Result<Condition, Mistake> {
    match &node.value {
        Value::Map(fields) => {
            let tests =
                fields.iter().map(|(key, value)| test(&key.name, value, source).map_err(|it| at(key.place, it)));
            Ok(all(tests.collect::<Result<_, _>>()?))
        }
        Value::List(items) => {
            let items = items.iter().map(|item| match &item.value {
                Value::Map(_) => selection(item, source),
                Value::Scalar { .. } | Value::List(_) => word(item).map_err(|it| at(item.place, it)),
            });
            let items = items.collect::<Result<Vec<_>, _>>()?;
            if items.is_empty() {
                return Err(at(node.place, "the selection is empty".into()));
            }
            any(items).map_err(|it| at(node.place, it))
        }
        Value::Scalar { .. } => word(node).map_err(|it| at(node.place, it)),
    }
}

fn at(place: crate::signature::yaml::Place, message: String) -> Mistake {
    Mistake::new(place, message).hint("change the rule, or write the signature by hand")
}

/// What is done to a value before it is compared.
#[derive(Default)]
struct Modifiers {
    how: How,
    all: bool,
    cased: bool,
    /// Flags of a regex.
    flags: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum How {
    #[default]
    Is,
    Contains,
    Starts,
    Ends,
    Regex,
    Cidr,
    Exists,
}

impl Modifiers {
    fn read(names: &[&str]) -> Result<Modifiers, String> {
        let mut modifiers = Modifiers::default();
        for name in names {
            match *name {
                "contains" => modifiers.how = How::Contains,
                "startswith" => modifiers.how = How::Starts,
                "endswith" => modifiers.how = How::Ends,
                "re" => modifiers.how = How::Regex,
                "cidr" => modifiers.how = How::Cidr,
                "exists" => modifiers.how = How::Exists,
                "all" => modifiers.all = true,
                "cased" => modifiers.cased = true,
                "i" | "m" | "s" if modifiers.how == How::Regex => modifiers.flags.push_str(name),
                other => return Err(format!("the modifier `{other}` has no equal here")),
            }
        }
        Ok(modifiers)
    }
}

fn test(key: &str, value: &Node<'_>, source: &Source) -> Result<Condition, String> {
    let mut names = key.split('|');
    let field = names.next().unwrap_or_default();
    let modifiers = Modifiers::read(&names.collect::<Vec<_>>())?;
    let values = match &value.value {
        Value::List(items) => items.iter().collect(),
        Value::Scalar { .. } => vec![value],
        Value::Map(_) => return Err(format!("the value of `{key}` is a mapping")),
    };
    if values.is_empty() {
        return Err(format!("`{key}` has no values"));
    }
    if field.is_empty() {
        // `'|all': [...]` are words that must all be there.
        let words = values.into_iter().map(word).collect::<Result<Vec<_>, _>>()?;
        return if modifiers.all { Ok(all(words)) } else { any(words) };
    }
    let name = source.field(field);
    if modifiers.how == How::Exists {
        let exists = one(&name, FieldValue::Like(Condition::Regex("(?s).".into())));
        return match value.text() {
            Some("false") => Ok(Condition::None(vec![exists])),
            _ => Ok(exists),
        };
    }
    let mut wanted = Vec::new();
    let mut missing = false;
    for value in values {
        match value.text() {
            Some(text) => wanted.push(of_value(text, &modifiers)?),
            // `null`: there is no such field.
            None => missing = true,
        }
    }
    if missing {
        if !wanted.is_empty() {
            return Err(format!("`{key}` may be missing or have a value"));
        }
        return Ok(Condition::None(vec![one(&name, FieldValue::Like(Condition::Regex("(?s).".into())))]));
    }
    if modifiers.all {
        return Ok(all(wanted.into_iter().map(|value| one(&name, value)).collect()));
    }
    Ok(Condition::Fields(vec![FieldTest { name, values: wanted }]))
}

fn one(name: &str, value: FieldValue) -> Condition {
    Condition::Fields(vec![FieldTest { name: name.to_owned(), values: vec![value] }])
}

/// A word that stands anywhere in the record.
fn word(node: &Node<'_>) -> Result<Condition, String> {
    let text = node.text().filter(|text| !text.is_empty()).ok_or_else(|| "a word is empty".to_owned())?;
    let modifiers = Modifiers { how: How::Contains, ..Modifiers::default() };
    match of_value(text, &modifiers)? {
        FieldValue::Like(condition) => Ok(condition),
        FieldValue::Is(text) => Ok(Condition::Text { text, nocase: true }),
    }
}

/// Makes a value of what Sigma writes: case does not matter, `*` and `?` stand for anything, `\` takes their meaning away.
fn of_value(text: &str, modifiers: &Modifiers) -> Result<FieldValue, String> {
    let like = |pattern: String| Ok(FieldValue::Like(Condition::Regex(pattern)));
    match modifiers.how {
        How::Regex => {
            let pattern = super::super::re2::translated(text);
            return like(if modifiers.flags.is_empty() { pattern } else { format!("(?{}){pattern}", modifiers.flags) });
        }
        How::Cidr => return like(network(text)?),
        _ => {}
    }
    let (pattern, plain) = unescaped(text);
    let (before, after) = match modifiers.how {
        How::Contains => ("", ""),
        How::Starts => (r"\A", ""),
        How::Ends => ("", r"\z"),
        _ => (r"\A", r"\z"),
    };
    match plain {
        // Digits have no case.
        Some(plain) if modifiers.how == How::Is && plain.bytes().all(|it| it.is_ascii_digit()) && !plain.is_empty() => {
            Ok(FieldValue::Is(plain))
        }
        Some(plain) if modifiers.how == How::Is && modifiers.cased && !plain.is_empty() => Ok(FieldValue::Is(plain)),
        Some(plain) if modifiers.how == How::Contains && is_ascii_line(&plain) => {
            Ok(FieldValue::Like(Condition::Text { text: plain, nocase: !modifiers.cased }))
        }
        plain => {
            let flags = match (modifiers.cased, plain.is_none()) {
                (true, true) => "(?s)",
                (true, false) => "",
                (false, true) => "(?is)",
                (false, false) => "(?i)",
            };
            let pattern = format!("{before}{pattern}{after}");
            // `*abc` is what ends in `abc`, without a search through what is before it.
            let pattern = pattern.strip_prefix(r"\A.*").unwrap_or(&pattern).to_owned();
            let pattern = pattern.strip_suffix(r".*\z").unwrap_or(&pattern).to_owned();
            like(format!("{flags}{pattern}"))
        }
    }
}

fn is_ascii_line(text: &str) -> bool {
    !text.is_empty() && text.is_ascii() && !text.contains(['\n', '\r'])
}

/// The value as a pattern, and as a text if nothing in it stands for anything else.
fn unescaped(text: &str) -> (String, Option<String>) {
    let (mut pattern, mut plain, mut is_plain) = (String::new(), String::new(), true);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let literal = match c {
            '*' | '?' => {
                pattern.push_str(if c == '*' { ".*" } else { "." });
                is_plain = false;
                continue;
            }
            // Only before these a backslash is none.
            '\\' => rest.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'),
            c => c,
        };
        plain.push(literal);
        pattern.push_str(&regex_syntax::escape(literal.encode_utf8(&mut [0; 4])));
    }
    (pattern, is_plain.then_some(plain))
}

/// A pattern of the addresses of an IPv4 network. What is not a whole number of octets is written out.
fn network(text: &str) -> Result<String, String> {
    let wrong = || format!("the network `{text}` has no equal here: only networks of IPv4 have");
    let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
    let address: std::net::Ipv4Addr = address.parse().map_err(|_| wrong())?;
    let bits: u32 = bits.parse().ok().filter(|bits| (1..=32).contains(bits)).ok_or_else(wrong)?;
    let octets = address.octets();
    let mut pattern = String::from(r"\A");
    for (number, octet) in (0..).zip(octets) {
        let known = bits.saturating_sub(number * 8).min(8);
        if known == 0 {
            return Ok(pattern);
        }
        if known == 8 {
            pattern.push_str(&octet.to_string());
        } else {
            let size = 1_u32 << (8 - known);
            let first = u32::from(octet) & !(size - 1);
            let all: Vec<String> = (first..first + size).map(|it| it.to_string()).collect();
            pattern.push_str(&format!("(?:{})", all.join("|")));
        }
        pattern.push_str(if number == 3 { r"\z" } else { r"\." });
    }
    Ok(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::yaml;
    use crate::workshop::import::conditions::shown;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let root = yaml::parse(text).unwrap();
        let source = Source::of(None);
        let shown = match selection(&root, &source) {
            Ok(condition) => shown(&condition),
            Err(mistake) => format!("{}: {}", mistake.place.line, mistake.message),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn values_are_compared_without_case() {
        check("a: 7000", "a=7000");
        check("a: [x, 5]", r"a=~/(?i)\Ax\z/|5");
        check("a|cased: Xy", "a=Xy");
        check("a|contains: x y", "a=~x y");
        check("a|startswith: 'C:\\x'", r"a=~/(?i)\AC:\\x/");
        check("{a|endswith: [one, two], b: 1}", r"all(a=~/(?i)one\z/|~/(?i)two\z/ b=1)");
        check("a|contains|all: [one, two]", "all(a=~one a=~two)");
    }

    #[test]
    fn stars_stand_for_anything_unless_escaped() {
        check("a: '*\\x.exe'", r"a=~/(?is)\\x\.exe\z/");
        check("a: 'x*y?'", r"a=~/(?is)\Ax.*y.\z/");
        check(r"a: 'x\*'", r"a=~/(?i)\Ax\*\z/");
    }

    #[test]
    fn lists_of_maps_are_alternatives_and_words_stand_anywhere() {
        check("[{a: 1}, {b: 2}]", "any(a=1 b=2)");
        check("[one word, 'two*x']", "any(one word /(?is)two.*x/)");
        check("'|all': [one, two]", "all(one two)");
    }

    #[test]
    fn missing_fields_are_said_with_none() {
        check("{a: 1, b: null}", "all(a=1 none(b=~/(?s)./))");
        check("{a: 1, b|exists: false}", "all(a=1 none(b=~/(?s)./))");
        check("a|exists: true", "a=~/(?s)./");
        check("a: [1, null]", "1: `a` may be missing or have a value");
    }

    #[test]
    fn regexes_and_networks() {
        check("a|re: 'x.+\\d'", r"a=~/(?s)x.+\d/");
        check("a|re|i: 'x'", "a=~/(?i)x/");
        check("a|cidr: 10.0.0.0/8", r"a=~/\A10\./");
        check("a|cidr: 172.16.0.0/14", r"a=~/\A172\.(?:16|17|18|19)\./");
        check("a|cidr: 1.2.3.4/32", r"a=~/\A1\.2\.3\.4\z/");
        check("a|cidr: 'fe80::/10'", "1: the network `fe80::/10` has no equal here: only networks of IPv4 have");
    }

    #[test]
    fn what_has_no_equal_is_named() {
        check("a|base64offset|contains: x", "1: the modifier `base64offset` has no equal here");
        check("a|gt: 5", "1: the modifier `gt` has no equal here");
        check("[]", "1: the selection is empty");
        check("a: []", "1: `a` has no values");
        check("a: {b: c}", "1: the value of `a` is a mapping");
    }
}

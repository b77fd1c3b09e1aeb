//! The other half of `tree.rs`, which only `build.rs` and tests need.

use super::apart::{ADVICE, ADVICE_FIELDS, EXAMPLES};
use super::tree::{LIST, MAP, PLAIN, QUOTED};
use super::yaml::{Key, Node, Place, Value};
use std::borrow::Cow;

/// Appends a node and all in it.
pub fn encode(node: &Node<'_>, bytes: &mut Vec<u8>) {
    match &node.value {
        Value::Scalar { text, plain, .. } => {
            bytes.push(if *plain { PLAIN } else { QUOTED });
            encode_text(text, bytes);
        }
        Value::List(items) => {
            bytes.push(LIST);
            encode_number(items.len(), bytes);
            items.iter().for_each(|item| encode(item, bytes));
        }
        Value::Map(fields) => {
            bytes.push(MAP);
            encode_number(fields.len(), bytes);
            for (key, value) in fields {
                encode_text(&key.name, bytes);
                encode(value, bytes);
            }
        }
    }
}

/// What stands apart from the trees, see `apart.rs`.
#[derive(Default)]
pub struct Stores {
    /// What signatures and rows of variants tell.
    pub advice: Vec<u8>,
    /// Their examples.
    pub examples: Vec<u8>,
    /// Examples are left out.
    pub without_examples: bool,
}

/// The fields of a mapping.
type Entries<'a> = Vec<(Key<'a>, Node<'a>)>;

impl Stores {
    /// Takes what stands apart out of the tree of a signature's file, of itself and of the rows of its variants.
    pub fn take_from(&mut self, root: &mut Node<'_>) {
        let Value::Map(entries) = &mut root.value else { return };
        self.take(entries);
        let Some((_, variants)) = entries.iter_mut().find(|(key, _)| key.name == "variants") else { return };
        let Value::Map(parts) = &mut variants.value else { return };
        let Some((_, rows)) = parts.iter_mut().find(|(key, _)| key.name == "rows") else { return };
        let Value::Map(rows) = &mut rows.value else { return };
        for (_, row) in rows {
            if let Value::Map(entries) = &mut row.value {
                self.take(entries);
            }
        }
    }

    fn take(&mut self, entries: &mut Entries<'_>) {
        if self.without_examples {
            entries.retain(|(key, _)| key.name != EXAMPLES);
        }
        let advice: Entries<'_> = entries.extract_if(.., |(key, _)| ADVICE_FIELDS.contains(&&*key.name)).collect();
        if !advice.is_empty() {
            let place = put(&node(Value::Map(advice)), &mut self.advice);
            entries.push((Key { place: Place::default(), name: Cow::Borrowed(ADVICE) }, place));
        }
        if let Some((_, examples)) = entries.iter_mut().find(|(key, _)| key.name == EXAMPLES) {
            *examples = put(examples, &mut self.examples);
        }
    }
}

/// Puts a node behind those of a store. Returns where it is there, `FIRST END`.
fn put(it: &Node<'_>, store: &mut Vec<u8>) -> Node<'static> {
    let first = store.len();
    encode(it, store);
    let text = Cow::Owned(format!("{first} {}", store.len()));
    node(Value::Scalar { text, plain: true, block: false, source: 0..0 })
}

fn node(value: Value<'_>) -> Node<'_> {
    Node { place: Place::default(), value }
}

fn encode_text(text: &str, bytes: &mut Vec<u8>) {
    encode_number(text.len(), bytes);
    bytes.extend(text.as_bytes());
}

/// Files are limited to far less than what does not fit.
fn encode_number(number: usize, bytes: &mut Vec<u8>) {
    bytes.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::tree::decode;
    use super::super::yaml::parse;
    use super::*;

    /// The tree without places, which is what has to survive.
    fn shown(node: &Node<'_>) -> String {
        match &node.value {
            Value::Scalar { text, plain, .. } => format!("{text:?}{plain}"),
            Value::List(items) => format!("{:?}", items.iter().map(shown).collect::<Vec<_>>()),
            Value::Map(fields) => {
                format!("{:?}", fields.iter().map(|(key, value)| (&key.name, shown(value))).collect::<Vec<_>>())
            }
        }
    }

    #[test]
    fn a_tree_survives() {
        let yaml = "a: [1, 'two', \"x\\ty\", ~, {b: c}]\nd:\n  - |\n    text\n    more\n  - {}\n  - []\ne: ''\nf:\n";
        let tree = parse(yaml).unwrap();
        let mut bytes = Vec::new();
        encode(&tree, &mut bytes);
        let mut rest = bytes.as_slice();
        assert_eq!(shown(&decode(&mut rest).unwrap()), shown(&tree));
        assert!(rest.is_empty());
        for cut in 0..bytes.len() {
            assert!(decode(&mut &bytes[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn what_stands_apart_is_where_the_tree_says() {
        let yaml = "title: a\ncause: b\nvariants:\n  key: code\n  rows:\n    1: {title: c, examples: {match: [y]}}\n    \
            2: {impact: d}\nexamples: {match: [x]}\nfixes: [e]\n";
        let mut tree = parse(yaml).unwrap();
        let mut stores = Stores::default();
        stores.take_from(&mut tree);
        let row = |name: &str| tree.get("variants").unwrap().get("rows").unwrap().get(name).unwrap().clone();
        let (one, two) = (row("1"), row("2"));
        assert_eq!(["cause", "fixes"].map(|name| tree.get(name).is_some()), [false, false]);
        assert_eq!((one.get("title").is_some(), one.get(ADVICE).is_some()), (true, false));
        let at = |store: &[u8], place: &Node<'_>| {
            let (first, end) = place.text().unwrap().split_once(' ').unwrap();
            shown(&decode(&mut &store[first.parse().unwrap()..end.parse().unwrap()]).unwrap())
        };
        let expected = |yaml: &str| shown(&parse(yaml).unwrap());
        assert_eq!(at(&stores.advice, tree.get(ADVICE).unwrap()), expected("cause: b\nfixes: [e]\n"));
        assert_eq!(at(&stores.advice, two.get(ADVICE).unwrap()), expected("impact: d\n"));
        assert_eq!(at(&stores.examples, tree.get(EXAMPLES).unwrap()), expected("match: [x]\n"));
        assert_eq!(at(&stores.examples, one.get(EXAMPLES).unwrap()), expected("match: [y]\n"));
    }

    #[test]
    fn examples_may_be_left_out() {
        let yaml =
            "variants:\n  rows:\n    1: {cause: c, examples: {match: [y]}}\nexamples: {match: [w, x], no_match: [z]}\n";
        let mut tree = parse(yaml).unwrap();
        let mut stores = Stores { without_examples: true, ..Stores::default() };
        stores.take_from(&mut tree);
        assert!(stores.examples.is_empty() && tree.get(EXAMPLES).is_none());
        assert!(tree.get("variants").unwrap().get("rows").unwrap().get("1").unwrap().get(EXAMPLES).is_none());
    }
}

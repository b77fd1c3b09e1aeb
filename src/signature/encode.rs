//! The other half of `tree.rs`, which only `build.rs` and tests need.

use super::apart::{NAME, each_mapping};
use super::tree::{LIST, MAP, PLAIN, QUOTED};
use super::yaml::{Node, Place, Value};

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

/// Takes the examples out of the tree of a signature's file: a list of its own ones and those of each row of its variants.
pub fn take_examples<'a>(root: &mut Node<'a>) -> Node<'a> {
    let mut taken = Vec::new();
    each_mapping(root, &mut |fields| {
        // A row needs a field to be one.
        let own = fields.iter().position(|(key, _)| key.name == NAME).filter(|_| fields.len() > 1);
        taken.push(own.map_or_else(|| node(Value::List(Vec::new())), |at| fields.remove(at).1));
    });
    node(Value::List(taken))
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
    use super::super::apart::put_examples;
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
    fn what_is_taken_out_can_be_put_back() {
        let yaml = "title: a\nvariants:\n  key: code\n  rows:\n    1: {cause: a, examples: {match: [y]}}\n    \
            2: {cause: b}\n    3: {examples: {match: [z]}}\nexamples: {match: [x]}\n";
        let mut tree = parse(yaml).unwrap();
        let taken = take_examples(&mut tree);
        assert_eq!(shown(&tree).matches("examples").count(), 1, "a row is not left without a field");
        put_examples(&mut tree, taken);
        assert_eq!(shown(&tree), shown(&parse(yaml).unwrap()));
        let mut none = parse("title: a\n").unwrap();
        let taken = take_examples(&mut none);
        put_examples(&mut none, taken);
        assert_eq!(shown(&none), shown(&parse("title: a\n").unwrap()));
    }
}

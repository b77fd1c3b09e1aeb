//! The other half of `tree.rs`, which only `build.rs` and tests need.

use super::tree::{LIST, MAP, PLAIN, QUOTED};
use super::yaml::{Node, Value};

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
}

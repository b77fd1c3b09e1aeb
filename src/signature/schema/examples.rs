//! Log excerpts that prove a signature.

use super::super::Examples;
use super::super::fields::Reader;
use super::super::yaml::Node;

pub(super) fn examples(reader: &mut Reader, node: &Node<'_>) -> Examples {
    let fields = reader.fields(node, "the examples", &["match", "no_match"]);
    let mut take = |name: &str| -> Vec<String> {
        let Some(node) = fields.get(name) else { return Vec::new() };
        reader.list(node, name).iter().filter_map(|item| reader.verbatim(item, name)).collect()
    };
    Examples { matching: take("match"), not_matching: take("no_match") }
}

use super::Known;
use crate::signature::{Signature, SignatureSet};
use std::collections::BTreeMap;

/// The words by which products are called.
pub(super) struct Products<'s> {
    words: BTreeMap<&'s str, Vec<String>>,
}

/// Shorter words stand in other words.
const SHORTEST: usize = 4;

impl<'s> Products<'s> {
    pub(super) fn new(set: &'s SignatureSet) -> Products<'s> {
        let words = set.products().iter().map(|product| {
            let names = [&product.product].into_iter().chain(&product.aliases);
            let mut words: Vec<String> = names.filter_map(|name| first_word(name)).collect();
            words.sort_unstable();
            words.dedup();
            (&*product.folder, words)
        });
        Products { words: words.collect() }
    }

    /// Whether something around a problem names its product: its records, the lines beside them, the path of their file, or the
    /// text that the signature asks for.
    pub(super) fn is_named(&self, known: &Known) -> bool {
        let words = self.of(&known.signature);
        let names_it = |text: &str| {
            let text = text.to_lowercase();
            words.iter().any(|word| text.contains(word.as_str()))
        };
        let group = &known.group;
        known.marks().iter().any(|text| names_it(text))
            || group.files.iter().any(|file| names_it(file))
            || group
                .evidence
                .iter()
                .any(|it| names_it(&it.text) || it.before.iter().chain(&it.after).any(|line| names_it(line)))
    }

    /// Whether two problems are of one product, or of products with one name.
    pub(super) fn is_same(&self, a: &Known, b: &Known) -> bool {
        let (words, others) = (self.of(&a.signature), self.of(&b.signature));
        folder(&a.signature) == folder(&b.signature) || words.iter().any(|word| others.contains(word))
    }

    fn of(&self, signature: &Signature) -> Vec<String> {
        match self.words.get(folder(signature)) {
            Some(words) => words.clone(),
            None => first_word(&signature.product).into_iter().collect(),
        }
    }
}

fn folder(signature: &Signature) -> &str {
    signature.id.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `Grafana Alloy` is called `grafana` in its logs, `redis-operator` stands beside `redis`.
fn first_word(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find(|word| word.len() >= SHORTEST).map(str::to_owned)
}

//! What a catalogue is worth, in numbers that a project keeps beside it, so that a change for the worse is seen.
//!
//! Everything is counted from the files alone: no clock and no machine has a part in it, and the same catalogue gives the
//! same report.

use super::matrix::{Allowed, Cross, matrix};
use super::ordinary::Ordinary;
use crate::scan::required_sets;
use crate::signature::{Signature, SignatureSet, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Texts of so many times in a MiB of ordinary logs are common.
const COMMON: usize = 20;
/// Common texts that are listed.
const MOST: usize = 40;

/// The report.
#[derive(Clone, Debug)]
pub struct Quality {
    /// All signatures in use.
    pub signatures: usize,
    /// How many of them are drafts.
    pub drafts: usize,
    /// Rows of `variants`, each of which is a problem of its own.
    pub rows: usize,
    /// How many there are of each product (`Acme App`), level, side and severity.
    pub by_product: BTreeMap<String, ProductCounts>,
    /// By level.
    pub by_level: BTreeMap<&'static str, usize>,
    /// By side.
    pub by_side: BTreeMap<&'static str, usize>,
    /// By level and side.
    pub by_level_and_side: BTreeMap<(&'static str, &'static str), usize>,
    /// By severity.
    pub by_severity: BTreeMap<&'static str, usize>,
    /// Examples that must match, and that must not.
    pub examples: (usize, usize),
    /// Signatures that name a page of each kind.
    pub by_reference: BTreeMap<String, usize>,
    /// Signatures that name a page of each host.
    pub by_host: BTreeMap<String, usize>,
    /// Signatures that name no public page.
    pub without_reference: Vec<Arc<str>>,
    /// L1 signatures none of whose fixes is for L1.
    pub without_first_level_fix: Vec<Arc<str>>,
    /// Who claims examples of others.
    pub crosses: Vec<Cross>,
    /// Signatures whose rarest required text is common in ordinary logs, with the text and how often it stands in a MiB,
    /// the most frequent first.
    pub common: Vec<(Arc<str>, String, usize)>,
}

/// The signatures of one product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductCounts {
    /// All of them.
    pub signatures: usize,
    /// Rows of their `variants`.
    pub rows: usize,
    /// Those of L1, L2 and L3.
    pub by_level: [usize; 3],
    /// Those that name a public page.
    pub with_reference: usize,
}

impl Quality {
    /// Returns how many pairs of signatures a reader would see for one example.
    pub fn cross_fire(&self) -> usize {
        self.crosses.iter().filter(|it| it.allowed == Allowed::No && !it.by_scope_only).count()
    }
}

/// Counts a catalogue.
pub fn quality(set: &SignatureSet) -> Quality {
    let ordinary = Ordinary::builtin();
    let all = set.signatures();
    let count = |name: &dyn Fn(&Signature) -> &'static str| {
        let mut counts = BTreeMap::new();
        for signature in all {
            *counts.entry(name(signature)).or_insert(0) += 1;
        }
        counts
    };
    let mut by_product: BTreeMap<String, ProductCounts> = BTreeMap::new();
    let (mut by_level_and_side, mut by_reference, mut by_host) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for it in all {
        let counts = by_product.entry(format!("{} {}", it.vendor, it.product)).or_default();
        counts.signatures += 1;
        counts.rows += rows(it);
        counts.by_level[it.level as usize] += 1;
        counts.with_reference += usize::from(!it.advice.references.is_empty());
        *by_level_and_side.entry((it.level.name(), it.side.name())).or_insert(0) += 1;
        for kind in it.advice.references.iter().map(|it| it.kind.as_str()).collect::<BTreeSet<_>>() {
            *by_reference.entry(kind.to_owned()).or_insert(0) += 1;
        }
        for host in it.advice.references.iter().map(|it| host(&it.url)).collect::<BTreeSet<_>>() {
            *by_host.entry(host.to_owned()).or_insert(0) += 1;
        }
    }
    let ids = |wanted: &dyn Fn(&Signature) -> bool| {
        all.iter().filter(|it| wanted(it)).map(|it| Arc::clone(&it.id)).collect::<Vec<_>>()
    };
    let mut common: Vec<(Arc<str>, String, usize)> = all.iter().filter_map(|it| rarest(it, &ordinary)).collect();
    common.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    common.truncate(MOST);
    Quality {
        signatures: all.len(),
        rows: all.iter().map(rows).sum(),
        drafts: all.iter().filter(|it| it.status == Status::Draft).count(),
        by_product,
        by_level: count(&|it| it.level.name()),
        by_side: count(&|it| it.side.name()),
        by_level_and_side,
        by_reference,
        by_host,
        by_severity: count(&|it| it.severity.name()),
        examples: (
            all.iter().map(|it| it.examples.matching.len()).sum(),
            all.iter().map(|it| it.examples.not_matching.len()).sum(),
        ),
        without_reference: ids(&|it| it.advice.references.is_empty()),
        without_first_level_fix: ids(&|it| {
            it.level.name() == "L1" && it.advice.fixes.iter().all(|fix| fix.level.name() != "L1")
        }),
        crosses: matrix(set),
        common,
    }
}

fn rows(signature: &Signature) -> usize {
    signature.variants.as_ref().map_or(0, |it| it.rows.len())
}

/// The host of an address, without `www.`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The set of texts by which the scan finds a signature, if it is common: its most frequent text and the times of all.
fn rarest(signature: &Signature, ordinary: &Ordinary) -> Option<(Arc<str>, String, usize)> {
    let sets = required_sets(&signature.condition);
    let (times, set) = sets.iter().map(|set| (ordinary.per_mebibyte(set), set)).min_by_key(|(times, _)| *times)?;
    let most = set.iter().max_by_key(|literal| ordinary.per_mebibyte(std::slice::from_ref(literal)))?;
    (times >= COMMON).then(|| (Arc::clone(&signature.id), String::from_utf8_lossy(most).into_owned(), times))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    #[test]
    fn a_host_is_what_people_call_it() {
        assert_eq!(host("https://www.veeam.com/kb1230"), "veeam.com");
        assert_eq!(host("http://docs.example.com:8080?x"), "docs.example.com");
    }

    #[test]
    fn a_catalogue_is_counted() {
        let yaml = |level: &str, text: &str| {
            format!(
                "title: t\nlevel: {level}\nside: server\nseverity: low\ncause: c\nmatch: {{ text: '{text}' }}\n\
                 examples: {{ match: ['10:00:00 {text}'], no_match: ['10:00:00 x', y] }}\n"
            )
        };
        let load = |id, level, text| load_str(id, Path::new("c.yaml"), &yaml(level, text)).unwrap();
        let set = SignatureSet::new(vec![load("a/b/one", "L1", "qzoff is sealed"), load("a/b/two", "L3", " from ")]);
        let it = quality(&set);
        assert_eq!((it.signatures, it.examples, it.cross_fire()), (2, (2, 4), 0));
        let product = ProductCounts { signatures: 2, rows: 0, by_level: [1, 0, 1], with_reference: 0 };
        assert_eq!(it.by_product.into_iter().collect::<Vec<_>>(), [("a b".to_owned(), product)]);
        assert_eq!(it.by_level_and_side.into_values().sum::<usize>(), 2);
        assert_eq!(it.by_level.into_iter().collect::<Vec<_>>(), [("L1", 1), ("L3", 1)]);
        assert_eq!(it.without_reference.len(), 2);
        assert_eq!(it.without_first_level_fix.iter().map(|id| &**id).collect::<Vec<_>>(), ["a/b/one"]);
        assert_eq!(
            it.common.iter().map(|(id, text, _)| (&**id, text.as_str())).collect::<Vec<_>>(),
            [("a/b/two", " from ")]
        );
    }
}

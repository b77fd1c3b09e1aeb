//! Groups that are kept by file, for signatures whose meaning depends on the computer that a file comes from.

use super::group::{Group, UnknownGroup};
use crate::bundle::FilePath;
use std::collections::BTreeMap;

/// The groups of each key by file, bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByFile<K: Ord, G> {
    keys: BTreeMap<K, Files<G>>,
}

/// What can be counted in parts.
pub trait Merge {
    /// Adds what another part has counted.
    fn add(&mut self, other: Self);
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Files<G> {
    groups: BTreeMap<FilePath, G>,
    /// Of all files that found no room.
    rest: Option<G>,
}

/// Files of a key that are told apart: the first in the order of their paths.
const FILES: usize = 32;

impl<K: Ord, G> Default for ByFile<K, G> {
    fn default() -> Self {
        ByFile { keys: BTreeMap::new() }
    }
}

impl<G> Default for Files<G> {
    fn default() -> Self {
        Files { groups: BTreeMap::new(), rest: None }
    }
}

impl Merge for Group {
    fn add(&mut self, other: Group) {
        self.merge(other);
    }
}

impl Merge for UnknownGroup {
    fn add(&mut self, other: UnknownGroup) {
        self.merge(other);
    }
}

impl<K: Ord, G: Merge> ByFile<K, G> {
    /// Adds what a whole file has shown.
    pub(super) fn add(&mut self, key: K, file: &FilePath, group: G) {
        self.keys.entry(key).or_default().add(file.clone(), group);
    }

    /// Adds those of other files. Any order gives the same: what is dropped once has enough files before it for ever.
    pub(super) fn merge(&mut self, other: ByFile<K, G>) {
        for (key, files) in other.keys {
            let own = self.keys.entry(key).or_default();
            files.groups.into_iter().for_each(|(file, group)| own.add(file, group));
            files.rest.into_iter().for_each(|group| own.add_rest(group));
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the groups of each key: one for each file, then one for the rest.
    pub fn finish(self) -> impl Iterator<Item = (K, Vec<G>)> {
        self.keys.into_iter().map(|(key, files)| (key, files.groups.into_values().chain(files.rest).collect()))
    }
}

impl<G: Merge> Files<G> {
    fn add(&mut self, file: FilePath, group: G) {
        match self.groups.get_mut(&file) {
            Some(own) => own.add(group),
            None => _ = self.groups.insert(file, group),
        }
        if self.groups.len() > FILES
            && let Some((_, dropped)) = self.groups.pop_last()
        {
            self.add_rest(dropped);
        }
    }

    fn add_rest(&mut self, group: G) {
        match &mut self.rest {
            Some(own) => own.add(group),
            None => self.rest = Some(group),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn group(file: &str, count: u64) -> Group {
        Group { count, files: vec![file.into()], ..Group::default() }
    }

    proptest! {
        #[test]
        fn files_merge_in_any_order(files in proptest::collection::vec((0..3_usize, 0..200_u32, 1..9_u64), 0..300), cut in 0..300_usize) {
            let by_file = |files: &[(usize, u32, u64)]| {
                let mut by_file = ByFile::default();
                for (claim, file, count) in files {
                    let path = format!("{file:03}.log");
                    by_file.add(*claim, &path.as_str().into(), group(&path, *count));
                }
                by_file
            };
            let expected = by_file(&files);
            let (one, other) = files.split_at(cut.min(files.len()));
            for (mut merged, other) in [(by_file(one), by_file(other)), (by_file(other), by_file(one))] {
                merged.merge(other);
                prop_assert_eq!(&merged, &expected);
            }
            let total: u64 = expected.clone().finish().flat_map(|(_, groups)| groups).map(|it| it.count).sum();
            prop_assert_eq!(total, files.iter().map(|it| it.2).sum::<u64>());
            prop_assert!(expected.finish().all(|(_, groups)| groups.len() <= FILES + 1));
        }
    }
}

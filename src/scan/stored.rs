//! What `build.rs` has found out about the regexes of the built-in catalogue.
//!
//! To parse some thousand regexes takes longer than to scan a small bundle, so their literals are computed when the program
//! is built, by the code of `inner.rs`, and looked up here. The small build has no room for them. The form is private to one build
//! of the program:
//!
//! ```text
//! number of places (u32, little endian; a power of two), then for each place where an entry begins, or 0 (u32); an entry has
//!        the place of its regex's hash (see `inner.rs`) or the next one that was free
//! entry: length of the regex (u16), the regex, number of sets (u16), for each set
//!        number of literals (u16), for each literal its length (u8) and its bytes
//! ```

use super::inner::{Set, hash_of_regex};
use crate::signature::{Unpacked, unpacked_at_start};
use std::sync::LazyLock;

static STORED: Unpacked =
    LazyLock::new(|| unpacked_at_start(include_bytes!(concat!(env!("OUT_DIR"), "/literals.bin"))));

/// Returns what [`super::inner::sets_of_regex`] does, if it is stored.
pub(super) fn sets_of_regex(pattern: &str) -> Option<Vec<Set>> {
    find(&STORED, pattern.as_bytes())
}

fn find(stored: &[u8], pattern: &[u8]) -> Option<Vec<Set>> {
    let (count, places) = stored.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    let home = hash_of_regex(pattern) as usize;
    for step in 0..count {
        let place = places.get(4 * (home.wrapping_add(step) & (count - 1))..)?;
        let place = u32::from_le_bytes(*place.first_chunk()?) as usize;
        if place == 0 {
            return None;
        }
        let mut entry = stored.get(place..)?;
        let length = usize::from(u16::from_le_bytes(take(&mut entry)?));
        if entry.split_off(..length)? == pattern {
            return sets(entry);
        }
    }
    None
}

fn sets(mut entry: &[u8]) -> Option<Vec<Set>> {
    let count = u16::from_le_bytes(take(&mut entry)?);
    let mut sets = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let count = u16::from_le_bytes(take(&mut entry)?);
        let mut set = Set::with_capacity(usize::from(count));
        for _ in 0..count {
            let [length] = take(&mut entry)?;
            set.push(entry.split_off(..usize::from(length))?.to_vec());
        }
        sets.push(set);
    }
    Some(sets)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::super::inner;
    use super::*;
    use crate::signature::{Condition, FieldValue, SignatureSet};

    fn regexes<'c>(condition: &'c Condition, found: &mut Vec<&'c str>) {
        match condition {
            Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => {
                parts.iter().for_each(|part| regexes(part, found));
            }
            Condition::Regex(pattern) => found.push(pattern),
            Condition::Text { .. } => {}
            Condition::Fields(tests) => {
                tests
                    .iter()
                    .flat_map(|test| &test.values)
                    .filter_map(FieldValue::condition)
                    .for_each(|it| regexes(it, found));
            }
        }
    }

    #[test]
    fn the_built_in_catalogue_is_stored_as_it_would_be_computed() {
        let set = SignatureSet::load(true, &[]).unwrap();
        let mut found = Vec::new();
        set.signatures().iter().for_each(|it| regexes(&it.condition, &mut found));
        set.facts().iter().flat_map(|group| &group.sources).for_each(|it| regexes(&it.patterns, &mut found));
        set.wanted().for_each(|it| regexes(&it.wanted.condition, &mut found));
        assert!(found.len() > 1000);
        for pattern in found {
            assert_eq!(sets_of_regex(pattern), inner::sets_of_regex(pattern).ok(), "{pattern}");
        }
        assert_eq!(sets_of_regex("(in no signature)"), None);
    }

    #[test]
    fn what_is_damaged_is_not_there() {
        let stored = b"\x01\0\0\0\x08\0\0\0\x01\0a\x01\0\x01\0\x03abc";
        assert_eq!(find(stored, b"a"), Some(vec![vec![b"abc".to_vec()]]));
        for end in 0..stored.len() {
            assert_eq!(find(&stored[..end], b"a"), None);
        }
    }
}

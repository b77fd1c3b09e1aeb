//! Groups all messages of a log by template, without settings: `Templates` of `tierline templates`.
//!
//! [`Miner::add`] masks each message (`tokens.rs`) and counts it under the hash of what is left; miners of files and
//! threads are merged in any order. [`Miner::finish`] then looks at the distinct masked messages together and opens the
//! positions in which many of them differ (`generalise.rs`), so that names without a digit become variables too. The
//! result depends on the set of messages only.
//!
//! These templates are coarse: `code 5` and `code 1326` are one. [`template`](super::template()) is the fine form that
//! keeps apart what has another cause; it is what unresolved findings are grouped by.

mod generalise;
mod tokens;

use super::memo::Memo;
use super::template::{Fingerprint, hash};
use crate::record::Record;
use crate::scan::{Counted, Enough, Hit, More};
use generalise::generalise;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use tokens::Masking;

/// Counts messages by their masked form.
///
/// Bounded: of more than [`Miner::KEYS`] masked messages those with the smallest hashes are kept; all others are counted
/// together, as the template `<*>`, and so no message is lost.
#[derive(Debug, Default)]
pub struct Miner {
    keys: HashMap<u64, Key, BuildHasherDefault<Identity>>,
    /// Messages that found no room.
    rest: u64,
    /// Keys from here on have no room; it only falls.
    bar: Option<u64>,
    masking: Masking,
}

/// A masked message.
#[derive(Clone, Debug)]
struct Key {
    /// Its tokens, with blanks between.
    text: Box<[u8]>,
    count: u64,
}

/// A group of messages that differ only in what varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Stable between runs and machines: the hash of `text`.
    pub id: u64,
    /// The words they have in common, with `<*>` where they differ.
    pub text: String,
    /// How many messages.
    pub count: u64,
}

/// All templates of some messages.
#[derive(Debug, Default)]
pub struct Templates {
    /// The most frequent first, equals by text.
    templates: Vec<Template>,
    /// From the hash of a masked message to an index in `templates`.
    by_key: HashMap<u64, u32, BuildHasherDefault<Identity>>,
    masking: Masking,
}

impl Miner {
    /// Masked messages that are kept.
    pub const KEYS: usize = 200_000;
    /// So many more may gather until the greatest are dropped together.
    const SLACK: usize = Miner::KEYS / 8;

    /// Counts a message, which is one line without its header.
    pub fn add(&mut self, message: &[u8]) {
        self.add_masked(message);
    }

    /// Counts a record, by the first line of its message that is not blank, and says of which records like it that is all.
    /// `memo` is this miner's kind of memo: one that has served a tally knows other templates.
    ///
    /// No digit of a message is in its mask, so records of one shape have one mask, whatever its digits are.
    pub fn add_hit(&mut self, memo: &mut Memo, hit: &Hit<'_, '_>) -> Option<Enough> {
        let record = hit.record;
        let shape = hit.shape.filter(|_| first_line_decides(record));
        let known = shape.and_then(|shape| memo.fingerprint(shape));
        let key = match known {
            Some(Fingerprint(key)) if self.count_known(key, 1) => key,
            _ => {
                let mut lines = record.message().split(|&byte| byte == b'\n');
                let key = self.add_masked(lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default());
                if let Some(shape) = shape {
                    memo.remember(shape, Fingerprint(key));
                }
                key
            }
        };
        let counted = Counted { group: key, level: None };
        shape.map(|_| Enough { counted: Some(counted), after: i64::MIN, undated: true })
    }

    /// Counts records of which it was enough to know how many there are.
    pub fn add_more(&mut self, more: &More) {
        if !self.count_known(more.counted.group, more.count) {
            // It was dropped in the meantime.
            self.rest += more.count;
        }
    }

    /// Counts messages by the key that an earlier one has had; false if it is not known here.
    fn count_known(&mut self, key: u64, count: u64) -> bool {
        match self.keys.get_mut(&key) {
            Some(found) => found.count += count,
            None if self.bar.is_some_and(|bar| key >= bar) => self.rest += count,
            None => return false,
        }
        true
    }

    /// Counts a message and returns its key.
    fn add_masked(&mut self, message: &[u8]) -> u64 {
        let key = hash(self.masking.mask(message));
        if !self.count_known(key, 1) {
            self.keys.insert(key, Key { text: self.masking.masked().into(), count: 1 });
            if self.keys.len() > Miner::KEYS + Miner::SLACK {
                self.drop_greatest();
            }
        }
        key
    }

    /// Adds what another miner has counted. Any order gives the same result.
    pub fn merge(&mut self, other: Miner) {
        self.bar = [self.bar, other.bar].into_iter().flatten().min();
        self.rest += other.rest;
        for (hash, key) in other.keys {
            match self.keys.get_mut(&hash) {
                Some(own) => own.count += key.count,
                None => _ = self.keys.insert(hash, key),
            }
        }
        self.drop_greatest();
    }

    /// Returns the templates of all messages.
    pub fn finish(mut self) -> Templates {
        self.drop_greatest();
        // In a fixed order, whatever the maps' own is.
        let mut keys: Vec<(u64, Key)> = self.keys.into_iter().collect();
        keys.sort_unstable_by(|(_, a), (_, b)| a.text.cmp(&b.text));
        let texts: Vec<&[u8]> = keys.iter().map(|(_, key)| &*key.text).collect();
        let general = generalise(&texts);
        let mut counts: HashMap<&[u8], u64> = HashMap::new();
        for ((_, key), text) in keys.iter().zip(general.all()) {
            *counts.entry(text).or_default() += key.count;
        }
        if self.rest > 0 {
            *counts.entry(ALL).or_default() += self.rest;
        }
        let template = |(text, count): (&[u8], u64)| Template {
            id: hash(text),
            text: String::from_utf8_lossy(text).into_owned(),
            count,
        };
        let mut templates: Vec<Template> = counts.into_iter().map(template).collect();
        templates.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        let index: HashMap<u64, u32> = templates.iter().map(|it| it.id).zip(0..).collect();
        let by_key =
            keys.iter().zip(general.all()).filter_map(|((key, _), text)| Some((*key, *index.get(&hash(text))?)));
        Templates { by_key: by_key.collect(), templates, masking: Masking::default() }
    }

    /// Drops the keys that are over the bound.
    fn drop_greatest(&mut self) {
        if let Some(bar) = self.bar {
            let greater: Vec<u64> = self.keys.keys().copied().filter(|&key| key >= bar).collect();
            self.drop(&greater);
        }
        if self.keys.len() > Miner::KEYS {
            let mut hashes: Vec<u64> = self.keys.keys().copied().collect();
            let (_, &mut bar, _) = hashes.select_nth_unstable(Miner::KEYS);
            self.bar = Some(bar);
            hashes.retain(|&key| key >= bar);
            self.drop(&hashes);
        }
    }

    fn drop(&mut self, hashes: &[u64]) {
        for hash in hashes {
            if let Some(key) = self.keys.remove(hash) {
                self.rest += key.count;
            }
        }
    }
}

/// Whether the first line of the message that is not blank is in the record's first line.
fn first_line_decides(record: &Record<'_>) -> bool {
    if record.lines == 1 {
        return true;
    }
    let end = memchr::memchr(b'\n', record.text).unwrap_or(record.text.len());
    record.text.get(record.header.message..end).is_some_and(|head| !head.trim_ascii().is_empty())
}

/// The template of messages that found no room.
const ALL: &[u8] = b"<*>";

impl Templates {
    /// All of them, the most frequent first.
    pub fn all(&self) -> &[Template] {
        &self.templates
    }

    /// Returns the template of a message that was counted.
    pub fn of(&mut self, message: &[u8]) -> Option<&Template> {
        let text = self.masking.mask(message);
        match self.by_key.get(&hash(text)) {
            Some(&index) => self.templates.get(index as usize),
            None => self.templates.iter().find(|it| it.text.as_bytes() == ALL),
        }
    }
}

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

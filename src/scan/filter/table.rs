//! What stands behind the filter's candidates: from a key to the literals it was taken from, and the exact comparison.

use super::LiteralHit;
use super::bitmap::{BLOCK, FOLD, Positions, key_at, other_hash};

/// One alignment of one literal: where in it a key was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) key: u64,
    /// Its number among all literals.
    pub(super) literal: u32,
    /// Where the key begins in the literal.
    pub(super) at: u16,
}

/// The keys of one length and their literals.
pub(super) struct Table {
    length: usize,
    /// A bitmap with another hash and more room than the first: most candidates that are none fall out here, without a
    /// branch.
    sieve: Box<[u32]>,
    /// Open addressing: a key and the range of its entries.
    slots: Box<[Slot]>,
    entries: Box<[Entry]>,
    /// All literals one after the other.
    literals: Box<[u8]>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// 0 if the slot is free.
    key: u64,
    start: u32,
    end: u32,
}

/// A [`Place`] made ready.
struct Entry {
    /// Up to eight more bytes of the literal, folded, that are compared before the literal itself is touched.
    context: u64,
    mask: u64,
    owner: u32,
    /// Where the literal begins in [`Table::literals`].
    literal: u32,
    /// Its length, and how much of it stands before the key.
    bytes: u16,
    before: u16,
    /// Where the context begins, relative to the key.
    context_at: i16,
}

impl Table {
    /// `places` are in order. `literals` are all literals, in lower-case ASCII, each behind its owner. They must be shorter than
    /// 32 KiB.
    pub(super) fn new(length: usize, places: &[Place], literals: &[(u32, &[u8])]) -> Table {
        let mut bytes = Vec::with_capacity(literals.iter().map(|(_, literal)| literal.len()).sum());
        let mut starts = Vec::with_capacity(literals.len());
        for (_, literal) in literals {
            starts.push(bytes.len() as u32);
            bytes.extend_from_slice(literal);
        }
        let keys = places.chunk_by(|a, b| a.key == b.key).count();
        let mut slots = vec![Slot::default(); (keys * 2).next_power_of_two()].into_boxed_slice();
        let mut sieve = vec![0; ((keys * 32).next_power_of_two() / 32).clamp(32, 1 << 16)].into_boxed_slice();
        let mut entries = Vec::with_capacity(places.len());
        for group in places.chunk_by(|a, b| a.key == b.key) {
            let start = entries.len() as u32;
            entries.extend(group.iter().map(|place| {
                let number = place.literal as usize;
                let (owner, literal) = literals[number];
                Entry::new(owner, literal, starts[number], usize::from(place.at), length)
            }));
            let key = group[0].key;
            let hash = other_hash(key);
            let (word, bit) = sieve_place(&sieve, hash);
            sieve[word] |= 1 << bit;
            let mut home = home(&slots, hash);
            while slots[home].key != 0 {
                home = (home + 1) % slots.len();
            }
            slots[home] = Slot { key, start, end: entries.len() as u32 };
        }
        Table { length, sieve, slots, entries: entries.into(), literals: bytes.into() }
    }

    /// Keeps those of the first `count` positions, relative to `from`, that may have a key, in order. Returns how many.
    pub(super) fn sieve(&self, text: &[u8], from: usize, count: usize, positions: &mut Positions) -> usize {
        let mut kept = 0;
        for index in 0..count.min(BLOCK) {
            let position = positions[index];
            let Some(key) = key_at(text, from + usize::from(position), self.length) else { break };
            let (word, bit) = sieve_place(&self.sieve, other_hash(key));
            positions[kept] = position;
            kept += usize::from(self.sieve[word] >> bit & 1 == 1);
        }
        kept
    }

    /// Adds the literals that have a key at `position`.
    pub(super) fn check(&self, text: &[u8], position: usize, hits: &mut Vec<LiteralHit>) {
        let Some(key) = key_at(text, position, self.length) else { return };
        let mut home = home(&self.slots, other_hash(key));
        let slot = loop {
            let slot = &self.slots[home];
            if slot.key == key {
                break slot;
            }
            if slot.key == 0 {
                return;
            }
            home = (home + 1) % self.slots.len();
        };
        for entry in &self.entries[slot.start as usize..slot.end as usize] {
            let context_at = position.wrapping_add_signed(isize::from(entry.context_at));
            // At the very borders of the text there may be no eight bytes; then the literal itself decides.
            if let Some(context) = text.get(context_at..).and_then(|rest| rest.first_chunk())
                && (u64::from_le_bytes(*context) | FOLD) & entry.mask != entry.context
            {
                continue;
            }
            let Some(start) = position.checked_sub(usize::from(entry.before)) else { continue };
            let literal = &self.literals[entry.literal as usize..][..usize::from(entry.bytes)];
            if let Some(place) = text.get(start..start + literal.len())
                && place.eq_ignore_ascii_case(literal)
            {
                hits.push(LiteralHit { start, asker: entry.owner });
            }
        }
    }
}

fn sieve_place(sieve: &[u32], hash: u64) -> (usize, u32) {
    let place = (hash >> 32) as usize & (sieve.len() * 32 - 1);
    (place >> 5, place as u32 & 31)
}

/// Where a key is looked for first. The number of slots is a power of two.
fn home(slots: &[Slot], hash: u64) -> usize {
    (hash >> 40) as usize & (slots.len() - 1)
}

impl Entry {
    /// Of the key of `length` bytes at `at` in a literal that begins at `stands_at` among all.
    fn new(owner: u32, literal: &[u8], stands_at: u32, at: usize, length: usize) -> Entry {
        let (before, behind) = (&literal[..at], &literal[at + length..]);
        // The side that has more to say.
        let (context, context_at) = if behind.len() >= before.len().min(8) {
            (&behind[..behind.len().min(8)], length as i16)
        } else {
            let length = before.len().min(8);
            (&before[before.len() - length..], -(length as i16))
        };
        // A copy of so few bytes would take longer.
        let bytes = context.iter().rev().fold(0, |bytes, &byte| bytes << 8 | u64::from(byte));
        let mask = if context.len() == 8 { u64::MAX } else { (1 << (8 * context.len())) - 1 };
        Entry {
            context: (bytes | FOLD) & mask,
            mask,
            owner,
            literal: stands_at,
            bytes: literal.len() as u16,
            before: at as u16,
            context_at,
        }
    }
}

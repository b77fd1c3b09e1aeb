//! Repeated parts of rotated logs in a stream, where what came first cannot be read again.
//!
//! Each file of the stream leaves its size and two hashes: of its head and of all of it. A file whose head is that of an
//! earlier part of the same log is set aside until it is read to its end; if it is the same, it is not visited. So only
//! likely repeats are copied, and all others are hashed while the visitor reads them.

use super::family::Turn;
use super::fingerprint::{Hashing, Keys};
use super::guard::Counted;
use super::kind::HEAD;
use super::repeats::{file_name, has_digit, same_content};
use super::source::Source;
use super::visit::{Facts, Place, Visit};
use super::{Content, FilePath, ProblemKind};
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a stream that were visited. One thread reads the stream, so they come in one order.
#[derive(Default)]
pub(super) struct Earlier {
    keys: Keys,
    files: Mutex<Remembered>,
}

/// The files of logs by the hash of the log.
#[derive(Default)]
struct Remembered {
    logs: HashMap<u64, Vec<Visited>>,
    /// What they take, about.
    bytes: usize,
}

/// What may be remembered, about, and how many files of one log; later ones are visited even if they are repeats.
const MOST_BYTES: usize = 32 << 20;
const FILES: usize = 64;

struct Visited {
    /// Without its folder.
    name: Arc<str>,
    turn: Turn,
    bytes: u64,
    head: u64,
    whole: u64,
}

impl Earlier {
    /// Visits a file of which all bytes are at hand, unless it is a repeat.
    pub(super) fn leaf(&self, visit: &Visit<'_>, place: &Place<'_>, facts: Facts, content: &[u8]) {
        let path = FilePath::from(Arc::clone(&place.path));
        let (bytes, hash) = (content.len() as u64, self.keys.hash(content));
        let is_same = |it: &Visited| it.bytes == bytes && it.whole == hash;
        if let Some(first) = self.find(&path, is_same).filter(|_| has_digit(content)) {
            return skip(visit, place, &first, bytes);
        }
        visit.leaf(place, facts.modified, Content::Mapped(content.into()), bytes);
        self.remember(&path, bytes, hash, hash);
    }

    /// Visits a file that begins with `head`, unless it is a repeat.
    pub(super) fn stream(
        &self,
        visit: &Visit<'_>,
        place: &Place<'_>,
        facts: Facts,
        head: Vec<u8>,
        source: &mut (dyn Read + Send),
    ) {
        let path = FilePath::from(Arc::clone(&place.path));
        let mut hashing = self.keys.start();
        hashing.add(&head);
        let head_hash = hashing.clone().finish();
        let may_be = |it: &Visited| {
            it.head == head_hash && it.bytes >= HEAD as u64 && facts.size.is_none_or(|bytes| bytes == it.bytes)
        };
        let likely = has_digit(&head) && self.find(&path, may_be).is_some();
        let mut whole = Cursor::new(head).chain(source);
        if !likely {
            let mut source = Hashed { source: &mut whole, hashing: self.keys.start() };
            let mut counted = Counted::new(&mut source);
            visit.read(place, facts, &mut counted);
            if let (true, bytes) = (counted.ended && !place.is_cut(), counted.bytes) {
                self.remember(&path, bytes, head_hash, source.hashing.finish());
            }
            return;
        }
        let spooled = match visit.spool(&mut whole) {
            Ok(spooled) => spooled,
            Err(error) => {
                visit.fail_with(place, &error);
                return visit.saw(facts.size.unwrap_or(0));
            }
        };
        let bytes = spooled.len();
        let Ok(hash) = self.hash_of(&spooled) else {
            return visit.read(place, facts, &mut Counted::new(&mut spooled.range(0, bytes)));
        };
        let is_same = |it: &Visited| it.bytes == bytes && it.whole == hash;
        match self.find(&path, is_same).filter(|_| !place.is_cut()) {
            Some(first) => skip(visit, place, &first, bytes),
            None => {
                visit.read(place, facts, &mut Counted::new(&mut spooled.range(0, bytes)));
                self.remember(&path, bytes, head_hash, hash);
            }
        }
    }

    fn hash_of(&self, source: &Source<'_>) -> io::Result<u64> {
        let mut reader = Hashed { source: &mut source.range(0, source.len()), hashing: self.keys.start() };
        io::copy(&mut reader, &mut io::sink())?;
        Ok(reader.hashing.finish())
    }

    /// Returns the first earlier part of the log that fits.
    fn find(&self, path: &FilePath, fits: impl Fn(&Visited) -> bool) -> Option<Arc<str>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = files.logs.get(&self.keys.hash(path.log().as_bytes()))?;
        let found = earlier.iter().find(|it| it.turn.may_repeat(path.turn()) && fits(it));
        found.map(|it| Arc::clone(&it.name))
    }

    fn remember(&self, path: &FilePath, bytes: u64, head: u64, whole: u64) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let log = self.keys.hash(path.log().as_bytes());
        let name = file_name(path);
        let size = size_of::<Visited>() * 4 + name.len();
        let all = files.bytes.saturating_add(size);
        if all > MOST_BYTES {
            return;
        }
        let parts = files.logs.entry(log).or_default();
        if parts.len() < FILES {
            parts.push(Visited { name: name.into(), turn: path.turn(), bytes, head, whole });
            files.bytes = all;
        }
    }
}

fn skip(visit: &Visit<'_>, place: &Place<'_>, first: &str, bytes: u64) {
    visit.note(place, ProblemKind::Skipped, same_content(first));
    visit.saw(bytes);
}

/// Hashes what is read.
struct Hashed<'s, 'k, R: ?Sized> {
    source: &'s mut R,
    hashing: Hashing<'k>,
}

impl<R: Read + ?Sized> Read for Hashed<'_, '_, R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(output)?;
        self.hashing.add(output.get(..read).unwrap_or_default());
        Ok(read)
    }
}

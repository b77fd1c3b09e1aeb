use super::{Level, Time};
use crate::record::Chunk;
use crate::scan::{Counts, Hit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a finding was seen, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Path as people read it.
    pub file: Arc<str>,
    /// Line of the record's first line, from 1 once the file is complete.
    pub line: u64,
    /// Byte offset in the file as stored.
    pub offset: u64,
    /// When, if the record says so.
    pub time: Option<Time>,
    /// The record's text; very long ones are cut with `…`.
    pub text: String,
    /// Up to three lines before it.
    pub before: Vec<String>,
    /// Up to three lines after it.
    pub after: Vec<String>,
}

/// What was counted for one signature or template.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Records.
    pub count: u64,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// Captures of the first evidence.
    pub captures: BTreeMap<String, String>,
    /// The first few in time (then path, then line) order.
    pub evidence: Vec<Evidence>,
    /// Files it was seen in, bounded.
    pub files: Vec<Arc<str>>,
}

/// An error that no signature claims.
#[derive(Clone, Debug)]
pub struct UnknownGroup {
    /// The message with its varying parts replaced.
    pub template: String,
    /// The worst suspicion seen.
    pub level: Level,
    /// Error codes found in it.
    pub codes: Vec<String>,
    /// Counts and evidence.
    pub group: Group,
}

/// How much was examined.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Files that were scanned.
    pub files: u64,
    /// Bytes that were scanned.
    pub bytes: u64,
    /// Lines, records, times, levels.
    pub counts: Counts,
}

/// Everything one file, or a whole bundle, has shown so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How much was examined.
    pub coverage: Coverage,
    /// By signature index.
    pub known: BTreeMap<usize, Group>,
    /// By template hash.
    pub unknown: BTreeMap<u64, UnknownGroup>,
    /// Records of unknown errors that found no room in `unknown`.
    pub unknown_overflow: u64,
}

impl Tally {
    /// Adds one hit of a chunk of `file`.
    pub fn add(&mut self, file: &Arc<str>, chunk: &Chunk<'_>, hit: &Hit<'_, '_>) {
        let _ = (file, chunk, hit);
    }

    /// Adds the tally of the piece that follows this one in the same file (its lines are counted from 0).
    pub fn append(&mut self, next: Tally) {
        let _ = next;
    }

    /// Adds the tally of another file. Any order gives the same result.
    pub fn merge(&mut self, other: Tally) {
        let _ = other;
    }
}

//! One visit of a bundle: takes sources of bytes, finds out what they are and hands every file in them to the visitor.
//!
//! A source goes through [`Visit::stream`]: its head decides whether it is a leaf for the visitor or a container whose
//! members come back here, one container deeper. Trouble never travels upwards as an error: [`Guarded`] turns it into a
//! problem where it happens and into the end of the stream for everybody above.

mod account;
mod place;

pub(super) use place::{Facts, Place};

use self::account::FRUITLESS;
use super::budget::{Allowance, Clock};
use super::decode::unpack;
use super::foreign::{self, Format, Helper};
use super::guard::{Counted, Guarded};
use super::kind::{Compression, HEAD, Kind};
use super::problem::Problems;
use super::repeats::Repeat;
use super::source::{self, Source};
use super::{Content, Entry, Limits, ProblemKind, Visited, ar, cpio, gzip, rpm, tape, zip};
use std::any::Any;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What all threads of a visit share: the visitor, the budget and the result.
pub(super) struct Visit<'a> {
    examine: &'a (dyn Fn(Entry<'_>) + Sync),
    depth: u32,
    /// The program that reads foreign formats, if there is one.
    pub(super) helper: Option<&'a Helper>,
    unpacked: Allowance,
    /// Bytes that slow decoders may unpack.
    slow: Allowance,
    members: Allowance,
    clock: Clock,
    memory: Allowance,
    compared: Allowance,
    /// Milliseconds that parsers of foreign formats may work for little or nothing.
    fruitless: Allowance,
    files: AtomicU64,
    bytes: AtomicU64,
    problems: Mutex<Problems>,
}

/// Bytes of nested archives that all threads together may keep in memory; what is more goes to temporary files.
const MEMORY: u64 = 128 << 20;

/// Bytes that may be read to compare files, beside those in proportion to the input.
const COMPARED: u64 = 1 << 30;

impl<'a> Visit<'a> {
    /// Prepares a visit of inputs of `bytes` bytes on disk, of whose time `spent` is gone already.
    pub(super) fn new(
        limits: &Limits,
        bytes: u64,
        spent: Duration,
        helper: Option<&'a Helper>,
        examine: &'a (dyn Fn(Entry<'_>) + Sync),
    ) -> Visit<'a> {
        let clock = Clock::new(limits, bytes, spent);
        Visit {
            examine,
            depth: limits.depth,
            helper,
            unpacked: Allowance::new(limits.unpacked_bytes.saturating_add(limits.ratio.saturating_mul(bytes))),
            slow: Allowance::new(
                (limits.unpacked_bytes / limits.slow_share.max(1)).saturating_add(limits.ratio.saturating_mul(bytes)),
            ),
            members: Allowance::new(limits.members),
            memory: Allowance::new(MEMORY),
            compared: Allowance::new(COMPARED.saturating_add(bytes.saturating_mul(16))).until(clock.end()),
            fruitless: Allowance::new(FRUITLESS),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            problems: Mutex::default(),
            clock,
        }
    }

    /// Returns the result.
    pub(super) fn finish(self) -> Visited {
        let problems = self.problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        Visited {
            files: self.files.into_inner(),
            bytes: self.bytes.into_inner(),
            problems: problems.finish(),
            is_late: self.clock.past().is_some(),
            took: self.clock.spent(),
        }
    }

    /// Finds out what `source` is and visits it.
    pub(super) fn stream(&self, place: &Place<'_>, facts: Facts, source: &mut (dyn Read + Send)) {
        let head = head_of(source);
        match Kind::recognise(&head) {
            Kind::Plain if head.len() < HEAD && zip::ends_as_zip(&head) => {
                self.container(place, facts, Kind::Zip, Cursor::new(head));
            }
            Kind::Plain if head.len() == HEAD && zip::may_be_behind(&head) => self.program(place, facts, head, source),
            Kind::Plain => self.plain(place, facts, head, source),
            kind => self.container(place, facts, kind, Cursor::new(head).chain(source)),
        }
    }

    /// Visits a program, whose end may be a zip archive that it unpacks.
    fn program(&self, place: &Place<'_>, facts: Facts, head: Vec<u8>, source: &mut (dyn Read + Send)) {
        let spooled = match self.spool(&mut Cursor::new(head).chain(source)) {
            Ok(spooled) => spooled,
            Err(error) => {
                self.fail_with(place, &error);
                return self.saw(facts.size.unwrap_or(0));
            }
        };
        let tail = spooled.bytes_at(spooled.len().saturating_sub(zip::TAIL as u64), zip::TAIL).unwrap_or_default();
        match zip::ends_as_zip(&tail) {
            false => self.text(place, facts, &mut spooled.range(0, spooled.len())),
            true if self.too_deep(place) => self.saw(spooled.len()),
            true => self.caught(place, || zip::members(self, place, &spooled, zip::Order::Sequential)),
        }
    }

    /// Hands `source` to the visitor whatever it looks like.
    pub(super) fn text(&self, place: &Place<'_>, facts: Facts, source: &mut (dyn Read + Send)) {
        let head = head_of(source);
        self.plain(place, facts, head, source);
    }

    fn plain(&self, place: &Place<'_>, facts: Facts, head: Vec<u8>, source: &mut (dyn Read + Send)) {
        match place.earlier {
            Some(earlier) if head.len() < HEAD => earlier.leaf(self, place, facts, &head),
            Some(earlier) => earlier.stream(self, place, facts, head, source),
            None if head.len() < HEAD => {
                self.leaf(place, facts.modified, Content::Mapped(head.as_slice().into()), head.len() as u64);
            }
            None => self.read(place, facts, &mut Counted::new(&mut Cursor::new(head).chain(source))),
        }
    }

    /// Hands a file to the visitor that is read as a stream.
    pub(super) fn read(&self, place: &Place<'_>, facts: Facts, counted: &mut Counted<'_>) {
        self.examine(place, facts.modified, Content::Stream(counted));
        let bytes = match facts.size {
            Some(size) if !counted.ended && !place.is_cut() => size.max(counted.bytes),
            _ => counted.bytes,
        };
        self.saw(bytes);
    }

    /// Copies a stream to where it can be read again.
    pub(super) fn spool(&self, source: &mut (dyn Read + Send)) -> io::Result<Source<'_>> {
        Source::spool(source, &self.memory, &self.unpacked)
    }

    /// What may be read to compare files.
    pub(super) fn compared(&self) -> &Allowance {
        &self.compared
    }

    /// Visits a container, or says why not. A panic in its parser is a problem of this container only.
    fn container(&self, place: &Place<'_>, facts: Facts, kind: Kind, mut source: impl Read + Send) {
        self.caught(place, || match kind {
            Kind::Plain => {}
            Kind::Encrypted(_) | Kind::Unsupported(_) => self.refused(place, facts, kind),
            // Knows itself whether it is a container.
            Kind::Foreign(format) => match source::temporary(&mut source, &self.unpacked) {
                Ok(file) => foreign::members(self, place, facts, format, file),
                Err(error) => {
                    self.fail_with(place, &error);
                    self.saw(0);
                }
            },
            _ if self.too_deep(place) => self.saw(facts.size.unwrap_or(0)),
            Kind::Compressed(compression) => {
                self.compressed(place, facts, compression, BufReader::with_capacity(HEAD, source))
            }
            Kind::Tar => tape::members(self, place, &mut source),
            Kind::Ar => ar::members(self, place, &mut source),
            Kind::Cpio => cpio::members(self, place, &mut source),
            Kind::Rpm => match rpm::skip_headers(&mut source) {
                Ok(()) => self.stream(&place.unpacked(), facts, &mut source),
                Err(error) => {
                    self.fail_with(place, &error);
                    self.saw(0);
                }
            },
            Kind::Zip => match self.spool(&mut source) {
                Ok(source) => zip::members(self, place, &source, zip::Order::Sequential),
                Err(error) => {
                    self.fail_with(place, &error);
                    self.saw(0);
                }
            },
        });
    }

    /// Records a file that is recognised and not read.
    pub(super) fn refused(&self, place: &Place<'_>, facts: Facts, kind: Kind) {
        match kind {
            Kind::Encrypted(format) => self.fail(place, ProblemKind::Encrypted, format!("encrypted: {format}")),
            Kind::Unsupported(format) => self.fail(place, ProblemKind::Unsupported, format!("unsupported: {format}")),
            _ => {}
        }
        self.saw(facts.size.unwrap_or(0));
    }

    /// Visits what a compressed stream unpacks to.
    pub(super) fn compressed(
        &self,
        place: &Place<'_>,
        facts: Facts,
        compression: Compression,
        mut source: BufReader<impl Read + Send>,
    ) {
        let own_time = match (compression, io::BufRead::fill_buf(&mut source)) {
            (Compression::Gzip, Ok(head)) => gzip::modified(head),
            _ => None,
        };
        if !self.count_member(place) {
            return;
        }
        let member = place.unpacked();
        match unpack(compression, source) {
            Ok(unpacked) => {
                let facts = Facts { modified: own_time.or(facts.modified), size: None };
                let mut unpacked = Guarded::charged(self, place, place, unpacked).slow(compression.is_slow());
                self.stream(&member, facts, &mut unpacked);
            }
            Err(error) => {
                self.fail_with(place, &error);
                self.saw(0);
            }
        }
    }

    /// Visits a zip archive that lies on disk.
    pub(super) fn zip(&self, place: &Place<'_>, source: &Source) {
        self.caught(place, || match self.too_deep(place) {
            true => self.saw(source.len()),
            false => zip::members(self, place, source, zip::Order::Parallel),
        });
    }

    /// Visits a file of a foreign format that lies on disk.
    pub(super) fn foreign(&self, place: &Place<'_>, facts: Facts, format: Format, file: File) {
        self.caught(place, || foreign::members(self, place, facts, format, file));
    }

    /// Hands a file whose bytes are all at hand to the visitor.
    pub(super) fn leaf(&self, place: &Place<'_>, modified: Option<i64>, content: Content<'_>, bytes: u64) {
        self.examine(place, modified, content);
        self.saw(bytes);
    }

    /// Tells that a file is the same as another one, and so is not visited.
    pub(super) fn skip_repeat(&self, place: &Place<'_>, repeat: &Repeat) {
        self.note(place, ProblemKind::Skipped, repeat.message.clone());
        self.saw(repeat.bytes);
    }

    fn examine(&self, place: &Place<'_>, modified: Option<i64>, content: Content<'_>) {
        let is_unpacked = place.outer.is_some_and(|outer| outer.path == place.path);
        let entry = Entry { path: Arc::clone(&place.path).into(), modified, is_unpacked, content };
        self.caught(place, || (self.examine)(entry));
    }

    fn caught(&self, place: &Place<'_>, work: impl FnOnce()) {
        // Nothing of ours is left half-changed: what is shared are counters and a list that is pushed to.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
            self.note(place, ProblemKind::Panic, format!("our own failure: {}", panic_message(&*panic)));
        }
    }
}

/// Reads what is needed to recognise a source. A guarded one reports its errors itself.
fn head_of(source: &mut (dyn Read + Send)) -> Vec<u8> {
    let mut head = Vec::new();
    let _ = source.take(HEAD as u64).read_to_end(&mut head);
    head
}

/// Returns what a panic says.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

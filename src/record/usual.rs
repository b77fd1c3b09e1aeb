//! The usual headers of syslog (RFC 3164) and of logs with ISO times, read by what earlier lines of the file have shown.
//!
//! Times of neighbouring lines stand at the same place in the same form and mostly on the same day, which [`TimeMemo`]
//! keeps. If `host program[12]: text` follows, or a level, perhaps a group in brackets and text, and nothing in it could
//! have another meaning, the header is told without the walk of `rest`. All other lines are left to that walk: this
//! changes the speed and never the result, which a property test compares.

use super::clock::zone;
use super::fold::{self, Kind, Line, LineReader};
use super::format::{Format, Header};
use super::keyvalue::leading_level;
use super::layout::Layout;
use super::level::Level;
use super::marks::{behind_subject, message_code};
use super::possible::possible;
use super::rest::host_and_program;
use super::severity::postgres_follow_up;
use super::stamp::Shape;
use super::time::Time;
use super::time_memo::TimeMemo;
use super::token::{identifier, letters, pairs_begin, program, strip};
use super::watch::Note;

/// Bytes of a message that could tell something about a header in front of it, see `rest` and `fold`.
const NEAR: usize = 200;

/// Lines that are read without a try to learn from them, at most, after one that was of no use.
const MOST_WAIT: u32 = 64;

/// What lines of a file have shown of their times.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    known: Option<Known>,
    /// Lines to be left out before the next one is learnt from, and how many it will be after that.
    wait: u32,
    next_wait: u32,
}

/// A time at the start of a line.
#[derive(Clone, Debug)]
struct Known {
    memo: TimeMemo,
    /// The look that has shown it.
    note: Note,
    is_syslog: bool,
    /// Where the clock stands.
    clock: usize,
    /// Where the digits of the fraction stand; empty if there are none.
    fraction: std::ops::Range<usize>,
    /// Where the time ends.
    end: usize,
    /// A zone ends it, so no word behind it can be one.
    zoned: bool,
}

/// What has come of a line.
enum Tried<'a> {
    Read(Line<'a>),
    /// Its time is known, the rest of it is not usual.
    Unusual,
    /// Its time is not known.
    Unknown,
}

impl Usual {
    /// Does what [`Format::learn`] does. All lines have to be of one file.
    pub fn learn<'a>(&mut self, format: &Format, line: &'a [u8]) -> (Line<'a>, Option<Layout>) {
        match self.read(format, line) {
            Tried::Read(read) => {
                let layout = self.known.as_ref().and_then(|known| Layout::timed(line, &read, known.note));
                (read, layout)
            }
            Tried::Unusual => format.learn(line),
            Tried::Unknown => {
                let (read, layout) = format.learn(line);
                if self.is_due() {
                    self.take(format, line, layout.as_ref());
                }
                (read, layout)
            }
        }
    }

    /// Does what [`Format::classify`] does. All lines have to be of one file.
    pub(super) fn classify<'a>(&mut self, format: &Format, line: &'a [u8]) -> Line<'a> {
        match self.read(format, line) {
            Tried::Read(read) => read,
            Tried::Unknown if self.is_due() => {
                let (read, layout) = format.learn(line);
                self.take(format, line, layout.as_ref());
                read
            }
            _ => format.classify(line),
        }
    }

    /// Whether a line with an unknown time should be learnt from. Where that has been of no use it is done less often.
    fn is_due(&mut self) -> bool {
        if self.wait > 0 {
            self.wait -= 1;
            return false;
        }
        self.next_wait = (self.next_wait * 2).clamp(1, MOST_WAIT);
        self.wait = self.next_wait - 1;
        true
    }

    #[inline(always)]
    fn read<'a>(&mut self, format: &Format, line: &'a [u8]) -> Tried<'a> {
        let Some(known) = &self.known else { return Tried::Unknown };
        let Some(time) = known.time(line) else { return Tried::Unknown };
        (self.wait, self.next_wait) = (0, 0);
        let header = if known.is_syslog { known.program(line, time) } else { known.levelled(line, time) };
        let Some(header) = header else { return Tried::Unusual };
        let continues = format.headers && fold::message_continues(&line[header.message..], true);
        let kind = if continues { Kind::Continues } else { Kind::Begins };
        Tried::Read(Line::new(kind, Some(header)))
    }

    /// Takes note of a line's time.
    #[cold]
    fn take(&mut self, format: &Format, line: &[u8], layout: Option<&Layout>) {
        if !format.is_bare() {
            self.wait = u32::MAX;
            return;
        }
        let Some((note, plan)) = layout.and_then(Layout::leading_time) else { return };
        let is_syslog = note.outcome.has_shape(Shape::Syslog);
        if !is_syslog && !note.outcome.has_shape(Shape::Iso) {
            return;
        }
        let (places, end) = (plan.places(), usize::from(note.taken));
        let Some((clock, _)) = places.clock.filter(|&(clock, _)| places.end == clock + 8) else { return };
        let fraction = places.fraction.map_or(places.end..places.end, |(at, run)| at..at + usize::from(run));
        // One or two digits may mean something else, and so may marks without any.
        let is_marked = matches!(line.get(places.end), Some(b'.' | b',' | b':'));
        if is_marked == fraction.is_empty() || fraction.end > end {
            return;
        }
        let same = self.known.take().filter(|known| {
            (known.note.at, known.note.taken, known.note.look, known.note.outcome, known.note.detail)
                == (note.at, note.taken, note.look, note.outcome, note.detail)
        });
        let memo = same.map(|known| known.memo).or_else(|| TimeMemo::new(&layout?.time_key()?));
        let Some(mut memo) = memo else { return };
        let time = layout.and_then(|layout| format.recall_time(layout, line));
        format.remember_time(&mut memo, line, time);
        let zoned = fraction.end < end;
        self.known = Some(Known { memo, note, is_syslog, clock, fraction, end, zoned });
    }
}

impl Known {
    /// The time of a line, if it has the form and the day that are known and text behind it.
    #[inline]
    fn time(&self, line: &[u8]) -> Option<Time> {
        if !is_clock(line.get(self.clock..)?.first_chunk()?)
            || !line.get(self.fraction.clone())?.iter().all(u8::is_ascii_digit)
            || line.get(self.end) != Some(&b' ')
            || !line.get(self.end + 1)?.is_ascii_alphabetic()
        {
            return None;
        }
        self.memo.read(line)??
    }

    /// `host program[12]: text`
    fn program<'a>(&self, line: &'a [u8], time: Time) -> Option<Header<'a>> {
        let host = self.end + 1;
        let (program, colon) = host_and_program(line, host)?;
        let message = colon + 1;
        let text = line.get(message..)?;
        let near = &line[self.end..line.len().min(message + NEAR)];
        if !self.zoned && is_of_time(line, self.end)
            || program == b"haproxy"
            || has_columns(near)
            || names_device(text)
            || may_be_level(text)
            || behind_subject(line, message).is_some()
            || !is_plain_start(line, message)
        {
            return None;
        }
        Some(Header { time: Some(time), level: None, component: Some(program), message })
    }

    /// `INFO text`, `INFO  [name] text`, `INFO [name] program(x): text`
    fn levelled<'a>(&self, line: &'a [u8], time: Time) -> Option<Header<'a>> {
        let (level, length) = shouted_level(&line[self.end + 1..])?;
        let mut at = self.end + 1 + length;
        at += blanks(line, at)?;
        let mut component = None;
        if line.get(at) == Some(&b'[') {
            let name = line[at + 1..].iter().take(80).take_while(|&&byte| is_in_name(byte)).count();
            let name = &line[at + 1..at + 1 + name];
            at += name.len() + 1;
            if !name.first()?.is_ascii_alphabetic() || line.get(at) != Some(&b']') {
                return None;
            }
            component = Some(name).filter(|name| identifier(name) && Level::from_word(name).is_none());
            at += 1;
            at += blanks(line, at)?;
        }
        if !is_plain_start(line, at) {
            return None;
        }
        let mut end = at + letters(&line[at..], 40);
        if line.get(end) == Some(&b'_') {
            end += 1 + letters(&line[end + 1..], 40);
        }
        match *line.get(end)? {
            // What follows a name would make a class or thread of it.
            b' ' if !matches!(line.get(end + 1)?, b' ' | b'\t' | b'|' | b':' | b'-') => {}
            b'(' | b'[' | b':' if !postgres_follow_up(&line[at..end]) => {
                let colon = program(line, end)?;
                component = Some(strip(&line[at..end]));
                at = colon + blanks(line, colon)?;
                if !is_plain_start(line, at) {
                    return None;
                }
            }
            _ => return None,
        }
        Some(Header { time: Some(time), level: Some(level), component, message: at })
    }
}

/// Whether these are hour, minute and second with colons between them, whatever their values.
#[inline]
fn is_clock(text: &[u8; 8]) -> bool {
    // Digits and colons become 0 to 9 and 0.
    let values = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*b"00:00:00");
    // Above 9, or 0 in the places of colons, a sum reaches into the upper half of its byte; the lower bytes cannot have
    // made it do so, unless they are not what they should be either.
    let most = u64::from_le_bytes([6, 6, 15, 6, 6, 15, 6, 6]);
    let upper = 0xf0f0_f0f0_f0f0_f0f0;
    (values | values.wrapping_add(most)) & upper == 0
}

/// Whether the word behind a time may belong to it: half of a day or a zone.
fn is_of_time(line: &[u8], end: usize) -> bool {
    let word = line.get(end + 1..end + 4).unwrap_or_default();
    let half = matches!(word, [_, b'm' | b'M', last] if !last.is_ascii_alphanumeric());
    half || word.first().is_some_and(u8::is_ascii_uppercase) && zone(line, end) != (None, end)
}

/// Whether two blanks stand side by side: what is written in columns may have a level in one of them.
fn has_columns(text: &[u8]) -> bool {
    let behind = text.get(1..).unwrap_or_default();
    // Without an early end this is done for many bytes at once.
    text.iter().zip(behind).fold(false, |found, (&one, &other)| found | (one == b' ' && other == b' '))
}

/// Whether a network device's mark may stand in the message, see [`super::network::mark_near`].
fn names_device(text: &[u8]) -> bool {
    let near = &text[..text.len().min(40)];
    memchr::memchr_iter(b'%', near).any(|at| at == 0 || near[at - 1] == b' ')
}

/// Whether the message may begin with a level in any form.
fn may_be_level(text: &[u8]) -> bool {
    let letters = letters(text, 15);
    let capital = text.first().is_some_and(u8::is_ascii_uppercase);
    match letters {
        0 => true,
        1 => text.get(1) == Some(&b'!'),
        2 => capital,
        _ => {
            Level::from_word(&text[..letters]).is_some()
                || capital && message_code(text, 0).is_some()
                || matches!(text[0], b'l' | b's') && leading_level(text, 0).is_some()
        }
    }
}

/// Whether a message with a letter at its start begins neither with another time nor in a format of its own.
fn is_plain_start(line: &[u8], at: usize) -> bool {
    let own = match (line.get(at), line.get(at + 1)) {
        (Some(b'C' | b'L'), Some(b'E')) => true,
        (Some(b'a'..=b'z'), _) => pairs_begin(line, at),
        (Some(b'A'..=b'Z'), _) => false,
        _ => true,
    };
    !own && !possible(line, at)
}

/// The level whose name in capitals begins a text and is followed by a blank, and the length of that name.
fn shouted_level(text: &[u8]) -> Option<(Level, usize)> {
    Some(match text {
        [b'I', b'N', b'F', b'O', b' ', ..] => (Level::Info, 4),
        [b'W', b'A', b'R', b'N', b' ', ..] => (Level::Warn, 4),
        [b'E', b'R', b'R', b'O', b'R', b' ', ..] => (Level::Error, 5),
        [b'D', b'E', b'B', b'U', b'G', b' ', ..] => (Level::Debug, 5),
        [b'T', b'R', b'A', b'C', b'E', b' ', ..] => (Level::Trace, 5),
        [b'F', b'A', b'T', b'A', b'L', b' ', ..] => (Level::Fatal, 5),
        _ => return None,
    })
}

/// How many blanks stand at a place, some.
fn blanks(line: &[u8], at: usize) -> Option<usize> {
    let count = line.get(at..)?.iter().take(8).take_while(|&&byte| byte == b' ').count();
    (count > 0).then_some(count)
}

fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Reads the lines of one file one after the other.
#[derive(Clone, Debug)]
pub struct InTurn<'a> {
    format: &'a Format,
    usual: Usual,
}

impl<'a> InTurn<'a> {
    pub(super) fn new(format: &'a Format) -> InTurn<'a> {
        InTurn { format, usual: Usual::default() }
    }
}

impl<'a> LineReader<'a> for InTurn<'a> {
    fn line(&mut self, line: &'a [u8], _: usize) -> Line<'a> {
        self.usual.classify(self.format, line)
    }
}

#[cfg(test)]
#[path = "usual_tests.rs"]
mod tests;

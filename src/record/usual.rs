//! The usual headers of syslog (RFC 3164), of logs with ISO times and of Veeam's, read by what earlier lines of the file have shown.
//!
//! Times of neighbouring lines stand at the same place in the same form and mostly on the same day, which [`TimeMemo`]
//! keeps. If `host program[12]: text` follows, or a level, perhaps a group in brackets and text, and nothing in it could
//! have another meaning, the header is told without the walk of `rest`. All other lines are left to that walk: this
//! changes the speed and never the result, which a property test compares.

use super::fold::{self, Kind, Line, LineReader};
use super::format::{Format, Header};
use super::layout::Layout;
use super::level::Level;
use super::marks::behind_subject;
use super::possible::possible;
use super::programs::{NEAR, Programs, begins_own_format, is_of_time, may_be_level};
use super::rest::host_and_program;
use super::severity::{LATE, late_level, postgres_follow_up};
use super::sixteen::has_capitals;
use super::stamp::Shape;
use super::start::digits;
use super::time::Time;
use super::time_memo::TimeMemo;
use super::token::{identifier, letters, program, strip};
use super::veeam;
use super::watch::Note;

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
    form: Form,
    /// Where the clock stands.
    clock: usize,
    /// Where the digits of the fraction stand; empty if there are none.
    fraction: std::ops::Range<usize>,
    /// Where the time ends.
    end: usize,
    /// A zone ends it, so no word behind it can be one.
    zoned: bool,
    programs: Programs,
}

/// What may follow a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Behind a time of RFC 3164 a host and a program.
    Syslog,
    /// Behind an ISO time a level, or a host and a program (rsyslog, systemd).
    Iso,
    /// Behind a time in brackets a thread and a level: `[02.01.2026 10:11:12] <01> Info     text`, since version 12 with blanks
    /// in front of the thread and a number behind the level: `[02.01.2026 10:11:12.345]    <01>    Info (3)    text`.
    Veeam,
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
        let Some(known) = &mut self.known else { return Tried::Unknown };
        let Some(time) = known.time(line) else { return Tried::Unknown };
        (self.wait, self.next_wait) = (0, 0);
        let header = match known.form {
            Form::Syslog => {
                if let Some((program, message)) = known.programs.read(line, known.end + 1) {
                    let header = Header { time: Some(time), level: None, component: Some(program), message };
                    return Tried::Read(Line::new(Kind::Begins, Some(header)));
                }
                known.program(line, time)
            }
            Form::Iso => known.levelled(line, time).unwrap_or_else(|| known.relayed(line, time)),
            Form::Veeam => known.threaded(line, time),
        };
        let Some(header) = header else { return Tried::Unusual };
        let continues = format.headers
            && (fold::message_continues(&line[header.message..], true)
                || known.form == Form::Veeam && veeam::continues(line, header.message));
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
        let start = usize::from(note.at);
        let has_shape = |shape| note.outcome.has_shape(shape);
        let form = match start {
            0 if has_shape(Shape::Syslog) => Form::Syslog,
            0 if has_shape(Shape::Iso) => Form::Iso,
            1 if has_shape(Shape::Dotted) && line.first() == Some(&b'[') => Form::Veeam,
            _ => return,
        };
        let (places, end) = (plan.places(), start + usize::from(note.taken));
        let Some((clock, _)) = places.clock.filter(|&(clock, _)| places.end == clock + 8) else { return };
        let clock = start + clock;
        let fraction = places.fraction.map_or(places.end..places.end, |(at, run)| at..at + usize::from(run));
        let fraction = start + fraction.start..start + fraction.end;
        // One or two digits may mean something else, and so may marks without any.
        let is_marked = matches!(line.get(clock + 8), Some(b'.' | b',' | b':'));
        if is_marked == fraction.is_empty() || fraction.end > end {
            return;
        }
        let same = self.known.take().filter(|known| {
            (known.note.at, known.note.taken, known.note.look, known.note.outcome, known.note.detail)
                == (note.at, note.taken, note.look, note.outcome, note.detail)
        });
        let zoned = fraction.end < end;
        let known = same.map(|known| (known.memo, known.programs));
        let known =
            known.or_else(|| Some((TimeMemo::new(&layout?.time_key()?)?, Programs::new(zoned, form == Form::Iso))));
        let Some((mut memo, programs)) = known else { return };
        let time = layout.and_then(|layout| format.recall_time(layout, line));
        format.remember_time(&mut memo, line, time);
        self.known = Some(Known { memo, note, form, clock, fraction, end, zoned, programs });
    }
}

impl Known {
    /// The time of a line, if it has the form and the day that are known and text behind it.
    #[inline]
    fn time(&self, line: &[u8]) -> Option<Time> {
        if !is_clock(line.get(self.clock..)?.first_chunk()?)
            || !self.fraction.is_empty() && !line.get(self.fraction.clone())?.iter().all(u8::is_ascii_digit)
        {
            return None;
        }
        let goes_on = match (self.form, line.get(self.end..)?) {
            (Form::Veeam, [b']', b' ', b'<' | b' ', ..]) => true,
            (Form::Syslog | Form::Iso, [b' ', letter, ..]) => letter.is_ascii_alphabetic(),
            _ => false,
        };
        if goes_on { self.memo.read(line)?? } else { None }
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

    /// `host program[12]: text` behind a time that syslog has not had for long; a level may stand in the message.
    #[inline(never)]
    fn relayed<'a>(&mut self, line: &'a [u8], time: Time) -> Option<Header<'a>> {
        let (program, message) = self.programs.read(line, self.end + 1)?;
        // A level there has three capitals at least.
        let near = &line[self.end..line.len().min(self.end + LATE)];
        let level = if has_capitals(near) { late_level(line, self.end) } else { None };
        Some(Header { time: Some(time), level, component: Some(program), message })
    }

    /// `<12> Info     text`, `<12> Error    [name] text`, `   <12>    Info (3)    [name] text`
    #[inline(never)]
    fn threaded<'a>(&self, line: &'a [u8], time: Time) -> Option<Header<'a>> {
        let thread = self.end + 1 + blanks(line, self.end + 1)?;
        let rest = line.get(thread..)?.strip_prefix(b"<")?;
        let digits = digits(rest.first_chunk()?);
        if digits == 0 || rest.get(digits) != Some(&b'>') {
            return None;
        }
        let word = thread + digits + 2;
        let word = word + blanks(line, word)?;
        let length = letters(&line[word..], 15);
        let name = &line[word..word + length];
        let level = Level::from_word(name).filter(|_| !Level::everyday(name))?;
        let end = word + length;
        let end = match line.get(end..end + 4)? {
            [b' ', b'(', b'0'..=b'9', b')'] => end + 4,
            [b' ', b'(', ..] => return None,
            _ => end,
        };
        self.behind_level(line, time, level, end + blanks(line, end)?)
    }

    /// `INFO text`, `INFO  [name] text`, `INFO [name] program(x): text`; `None` if there is no such level.
    #[inline(always)]
    fn levelled<'a>(&self, line: &'a [u8], time: Time) -> Option<Option<Header<'a>>> {
        let (level, length) = shouted_level(&line[self.end + 1..])?;
        let end = self.end + 1 + length;
        Some(blanks(line, end).and_then(|blanks| self.behind_level(line, time, level, end + blanks)))
    }

    /// `text`, `[name] text`, `[name] program(x): text`, `[name] a.b.Class - text`
    #[inline(always)]
    fn behind_level<'a>(&self, line: &'a [u8], time: Time, level: Level, mut at: usize) -> Option<Header<'a>> {
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
        let class = class(&line[at..]);
        if let Some(class) = class {
            component = Some(class);
            at += class.len() + DASH.len();
            if !is_plain_start(line, at) {
                return None;
            }
        }
        let mut end = at + letters(&line[at..], 40);
        if line.get(end) == Some(&b'_') {
            end += 1 + letters(&line[end + 1..], 40);
        }
        match *line.get(end)? {
            // What follows a name would make a class or thread of it.
            b' ' if !matches!(line.get(end + 1)?, b' ' | b'\t' | b'|' | b':' | b'-') => {}
            // Behind a class it depends on more whether that names a program.
            b'(' | b'[' | b':' if class.is_none() && !postgres_follow_up(&line[at..end]) => {
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

/// What Logback and Log4j put between class and message.
const DASH: &[u8] = b" - ";

/// The name of a class that begins a text, if [`DASH`] follows: `com.example.Orders - text`.
fn class(text: &[u8]) -> Option<&[u8]> {
    let of_class = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$');
    let name = &text[..text.iter().take(100).take_while(|byte| of_class(byte)).count()];
    let has_dot = name.contains(&b'.') && !name.ends_with(b".");
    (has_dot && text[name.len()..].starts_with(DASH)).then_some(name)
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

/// Whether a message with a letter at its start begins neither with another time nor in a format of its own.
fn is_plain_start(line: &[u8], at: usize) -> bool {
    !begins_own_format(line, at) && !possible(line, at)
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

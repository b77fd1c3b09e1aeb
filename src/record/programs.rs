//! `host program[12]: text` of syslog, read by what earlier lines of the file have shown.
//!
//! A file has few hosts and programs, and its messages begin with few words. For each of them it is found out once that it
//! is what it seems to be: that the host is no zone, the program no level, and that the word begins neither a time nor a
//! format of its own nor a stack. Then it takes a comparison to know it again.

use super::clock::{month, weekday, zone};
use super::keyvalue::leading_level;
use super::level::Level;
use super::marks::message_code;
use super::rest::host_and_program;
use super::sixteen::has_marked_blank;
use super::start::{Start, Starts, digits};
use super::token::{letters, pairs_begin};

/// Bytes of a message that could tell something about a header in front of it, see `rest` and `fold`.
pub(super) const NEAR: usize = 200;

/// What the lines of a file have shown of their hosts, programs and messages.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    /// `host program[` and `host program:`, with where the program begins and how long it is.
    heads: Starts<(u8, u8)>,
    /// First words with the blank behind them.
    words: Starts<Word>,
    /// A zone stands before the hosts, so that none of them can be one.
    zoned: bool,
    /// The time is one of ISO 8601.
    is_iso: bool,
}

/// What the first word of a message leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Word {
    /// It says nothing about the header.
    #[default]
    Plain,
    /// A level may follow if it begins with a capital letter.
    Subject,
}

impl Programs {
    pub(super) fn new(zoned: bool, is_iso: bool) -> Programs {
        Programs { heads: Starts::new(), words: Starts::new(), zoned, is_iso }
    }

    /// The program and where the message begins, if that is all that a line says behind the time; the host begins at `at`.
    #[inline(always)]
    pub(super) fn read<'a>(&mut self, line: &'a [u8], at: usize) -> Option<(&'a [u8], usize)> {
        let (program, message) = self.head(line, at)?;
        let text = Start::of(line, message)?;
        let length = text.places(b' ').trailing_zeros() as usize;
        let first = text.first(length + 1)?;
        let word = match self.words.get(&first) {
            Some(word) => word,
            None => self.learn_word(line, message, length, first)?,
        };
        // A tab there may make a time of hexadecimal digits of it.
        let follows = word == Word::Subject && line.get(message + length + 1).is_none_or(u8::is_ascii_uppercase);
        if follows || text.byte(15) == b'\t' {
            return None;
        }
        // What is written in columns may have a level in one of them, and a percent sign begins a network device's mark.
        let near = line.get(at - 1..line.len().min(message + NEAR))?;
        (!has_marked_blank(near)).then_some((program, message))
    }

    /// The program and where the text begins behind `host program: ` or `host program[12]: `.
    #[inline(always)]
    fn head<'a>(&mut self, line: &'a [u8], at: usize) -> Option<(&'a [u8], usize)> {
        let start = Start::of(line, at)?;
        let (brackets, colons) = (start.places(b'['), start.places(b':'));
        let length = (brackets | colons).trailing_zeros() as usize;
        let head = start.first(length + 1)?;
        let (begin, name) = match self.heads.get(&head) {
            Some(known) => known,
            None => self.learn_head(line, at, length, head)?,
        };
        let end = at + length;
        let number = digits(line.get(end + 1..)?.first_chunk()?);
        let bracket = line.get(end) == Some(&b'[');
        if bracket && (number == 0 || line.get(end + 1 + number) != Some(&b']')) {
            return None;
        }
        let colon = if bracket { end + 2 + number } else { end };
        let program = line.get(at + usize::from(begin)..)?.get(..usize::from(name))?;
        (line.get(colon..colon + 2) == Some(b": ")).then_some((program, colon + 2))
    }

    #[cold]
    fn learn_head(&mut self, line: &[u8], at: usize, length: usize, head: Start) -> Option<(u8, u8)> {
        let (program, _) = host_and_program(line, at)?;
        let begin = program.as_ptr() as usize - line.as_ptr() as usize;
        let inside = begin > at && begin + program.len() <= at + length;
        // What macOS writes behind ISO times begins with `0x` or such words; see `marks`.
        let is_mark = self.is_iso && (matches!(line.get(at..at + 2), Some(b"Df" | b"Db" | [_, b'x'])));
        if !inside || is_mark || program == b"haproxy" || !self.zoned && is_of_time(line, at - 1) {
            return None;
        }
        let known = ((begin - at) as u8, program.len() as u8);
        self.heads.put(head, known);
        Some(known)
    }

    #[cold]
    fn learn_word(&mut self, line: &[u8], at: usize, length: usize, first: Start) -> Option<Word> {
        let word = line.get(at..at + length)?;
        let begins_stack = matches!(word, b"at" | b"Caused" | b"File");
        if !begins_plainly(line, at) || begins_stack || may_be_level(&line[at..]) {
            return None;
        }
        let word = if word.ends_with(b":") { Word::Subject } else { Word::Plain };
        self.words.put(first, word);
        Some(word)
    }
}

/// Whether a word that a blank follows begins neither a time, whatever follows it, nor a format of its own.
fn begins_plainly(line: &[u8], at: usize) -> bool {
    let is_time =
        line.get(at + 1).is_some_and(u8::is_ascii_digit) || month(line, at).is_some() || weekday(line, at).is_some();
    !begins_own_format(line, at) && !is_time
}

/// Whether a message begins in a format of its own: CEF, LEEF, pairs of names and values, or with anything but a letter.
pub(super) fn begins_own_format(line: &[u8], at: usize) -> bool {
    match (line.get(at), line.get(at + 1)) {
        (Some(b'C' | b'L'), Some(b'E')) => true,
        (Some(b'a'..=b'z'), _) => pairs_begin(line, at),
        (Some(b'A'..=b'Z'), _) => false,
        _ => true,
    }
}

/// Whether the word behind a time may belong to it: half of a day or a zone.
pub(super) fn is_of_time(line: &[u8], end: usize) -> bool {
    let word = line.get(end + 1..end + 4).unwrap_or_default();
    let half = matches!(word, [_, b'm' | b'M', last] if !last.is_ascii_alphanumeric());
    half || word.first().is_some_and(u8::is_ascii_uppercase) && zone(line, end) != (None, end)
}

/// Whether the message may begin with a level in any form.
pub(super) fn may_be_level(text: &[u8]) -> bool {
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

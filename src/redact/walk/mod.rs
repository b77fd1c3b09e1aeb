//! One walk over a text that finds everything that is to be replaced. It knows no key and makes no pseudonyms.
//!
//! A run is what may be one name, number or address: letters, digits, `-`, `_` and `.`. While its end is looked for, its
//! bytes are put together to flags, and each of its atoms (letters and digits) is looked up with one bit. Most runs have
//! neither a shape nor a known word nor a sign behind them that asks for a closer look, so they cost only that. What has
//! is looked at by the files beside this one, each with one subject.

mod addresses;
mod commands;
mod dns;
mod escapes;
mod header;
mod hosts;
mod key_names;
mod keys;
mod paths;
mod pem;
mod people;
mod phrases;
mod secrets;
mod sentences;
mod tokens;
mod value;

pub(super) use escapes::plain;

use super::Kind;
use super::names::{Dictionary, Meaning, key};
use escapes::Escape;

/// Something to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Find {
    pub start: usize,
    pub end: usize,
    pub what: What,
}

/// What is to be replaced, by how its pseudonym is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing of it may stay.
    Secret(Kind),
    /// One name.
    Name(Kind),
    /// A dotted DNS name.
    Dns,
    /// An IPv4 address, with the length of its prefix if that stands behind it.
    Ipv4(Option<u32>),
    /// An IPv6 address, likewise.
    Ipv6(Option<u32>),
    /// A hardware address.
    Mac,
    /// The part of a security identifier that is a domain's.
    Sid,
}

/// What a text passes on to the next one of the same file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The last line belongs to a private key that is not at its end.
    pub in_key: bool,
    /// What a program writes before each line of the key is so long.
    pub indent: usize,
}

/// Adds all finds in a text, in order and without overlaps. The text begins at a line.
pub(super) fn finds(text: &[u8], dictionary: &Dictionary, state: &mut State, finds: &mut Vec<Find>) {
    let mut walk = Walk { text, dictionary, line: 0, done: 0, unescaped: 0, state, finds, hits: Vec::new() };
    walk.run();
}

/// Whether a text that was wrapped in another one holds anything that is to be replaced.
fn names_in(text: &[u8], dictionary: &Dictionary) -> bool {
    let mut found = Vec::new();
    finds(text, dictionary, &mut State::default(), &mut found);
    !found.is_empty()
}

/// A place in the text with all that finders need.
pub(super) struct Walk<'a> {
    pub text: &'a [u8],
    pub dictionary: &'a Dictionary,
    /// Where the line begins.
    pub line: usize,
    /// The end of the last find. Nothing before it can be found any more.
    pub done: usize,
    /// Up to here escapes were read.
    pub unescaped: usize,
    pub state: &'a mut State,
    finds: &'a mut Vec<Find>,
    /// Known words in the current run.
    hits: Vec<(usize, usize, Meaning)>,
}

/// A run.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub start: usize,
    pub end: usize,
    pub flags: u8,
}

/// A letter or digit, or a byte of a letter that is not ASCII.
const ATOM: u8 = 1;
/// `-`, `_` or `.`.
const JOIN: u8 = 2;
pub(super) const DIGIT: u8 = 4;
pub(super) const LETTER: u8 = 8;
/// A letter that is no hexadecimal digit.
pub(super) const NOT_HEX: u8 = 16;
pub(super) const DOT: u8 = 32;
pub(super) const DASH: u8 = 64;
pub(super) const UPPER: u8 = 128;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            b'0'..=b'9' => ATOM | DIGIT,
            b'a'..=b'f' => ATOM | LETTER,
            b'A'..=b'F' => ATOM | LETTER | UPPER,
            b'g'..=b'z' => ATOM | LETTER | NOT_HEX,
            b'G'..=b'Z' => ATOM | LETTER | NOT_HEX | UPPER,
            b'-' => JOIN | DASH,
            b'.' => JOIN | DOT,
            b'_' => JOIN,
            0x80.. => ATOM | LETTER | NOT_HEX,
            _ => 0,
        };
        at += 1;
    }
    classes
}

/// Whether a byte is part of a word.
#[inline]
pub(super) fn is_atom(byte: u8) -> bool {
    CLASS[usize::from(byte)] & ATOM != 0
}

/// Whether a byte is part of a run.
#[inline]
pub(super) fn is_run(byte: u8) -> bool {
    CLASS[usize::from(byte)] & (ATOM | JOIN) != 0
}

impl Walk<'_> {
    fn run(&mut self) {
        let text = self.text;
        let mut at = self.key_lines(0);
        self.line = at;
        self.header(at);
        while let Some(&byte) = text.get(at) {
            if CLASS[usize::from(byte)] != 0 {
                at = self.token(at).max(self.done);
                continue;
            }
            at += 1;
            match byte {
                b'\n' => {
                    self.line = at;
                    self.header(at);
                }
                b'\\' if text.get(at) == Some(&b'u') && text.get(at + 1) == Some(&b'0') => {
                    self.escaped(at - 1, Escape::Unicode);
                    at = self.backslash(at - 1).max(self.done);
                }
                b'\\' => at = self.backslash(at - 1).max(self.done),
                b'%' if text.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                    self.escaped(at - 1, Escape::Percent);
                    at = at.max(self.done);
                }
                b'&' if text.get(at).is_some_and(|it| b"#qalg".contains(it)) => {
                    self.escaped(at - 1, Escape::Entity);
                    at = at.max(self.done);
                }
                b'+' if text.get(at).is_some_and(u8::is_ascii_digit) => at = self.plus(at - 1),
                b':' if text.get(at) == Some(&b':') => {
                    self.colons(at - 1);
                    at = at.max(self.done);
                }
                _ => {}
            }
        }
    }

    /// Looks at the run that begins at `start`; returns its end.
    #[inline]
    fn token(&mut self, start: usize) -> usize {
        let text = self.text;
        let (mut at, mut atom, mut flags) = (start, start, 0);
        self.hits.clear();
        loop {
            let class = text.get(at).map_or(0, |byte| CLASS[usize::from(*byte)]);
            flags |= class;
            if class & ATOM == 0 {
                if at > atom {
                    self.atom(atom, at);
                }
                atom = at + 1;
                if class == 0 {
                    break;
                }
            }
            at += 1;
        }
        let run = Run { start, end: at, flags };
        // A line may hold a name that was found by its header.
        if start >= self.done {
            self.look(run);
        }
        at
    }

    #[inline]
    fn atom(&mut self, start: usize, end: usize) {
        let key = key(&self.text[start..end]);
        if self.dictionary.may_have(key)
            && let Some((end, meaning)) = self.dictionary.word_at(self.text, start, key)
        {
            self.hits.push((start, end, meaning));
        }
    }

    /// Looks closer at what the shape of a run, the sign behind it or its words allow.
    fn look(&mut self, run: Run) {
        let Run { start, end, flags } = run;
        let length = end - start;
        let next = self.text.get(end).copied().unwrap_or(b'\n');
        let shaped = match next {
            b'@' => self.mail(run),
            b'$' if length <= 13 && self.before(start) == Some(b'$') => self.crypt(run),
            b':' if self.text[end..].starts_with(b"://") => self.address_of(run),
            b':' if self.text.get(end + 1) == Some(&b'/') => self.export(run),
            b'/' if length < 64 && self.text[..start].ends_with(b"//") => self.share(run),
            b'+' if length < 12 => self.base64(run),
            b'/' if length < 12 && flags & UPPER != 0 => self.base64(run),
            b'+' | b'/' if flags & (UPPER | DIGIT) == UPPER && start == self.line => self.base64(run),
            b'(' => self.of_realm(run),
            b'#' if start == self.line => self.prompt(run),
            b':' if flags & LETTER == 0 && (8..=10).contains(&length) => self.bot_token(run),
            b':' if length <= 4 && flags & (NOT_HEX | JOIN) == 0 => self.colon_hex(start),
            b':' if length > 4 && self.text[end - 3] == b'_' && flags & DIGIT != 0 => self.colon_hex(end - 2),
            _ => false,
        };
        let shaped = shaped
            || flags & (DOT | DIGIT) == DOT | DIGIT && self.dotted_digits(run)
            || flags & (DOT | LETTER) == DOT | LETTER && self.dns(run)
            || flags & DASH != 0 && self.dashed(run)
            || (length >= 12 || flags & DIGIT != 0 && length == 4) && self.long(run);
        if shaped {
            return;
        }
        let mut index = 0;
        while let Some(&(from, to, meaning)) = self.hits.get(index) {
            index += 1;
            if let Meaning::Name(kind) = meaning {
                // Its sign is in no run: `jdoe+logs@contoso.com`.
                if to > end && self.text.get(to) == Some(&b'@') && self.mail(Run { start: from, end: to, flags }) {
                    return;
                }
                self.push(from, to, What::Name(kind));
            }
        }
        if self.assigned(run, next) {
            return;
        }
        let mut index = 0;
        while let Some(&(from, to, meaning)) = self.hits.get(index) {
            index += 1;
            if let Meaning::Trigger(trigger) = meaning
                && self.triggered(trigger, from, to)
            {
                return;
            }
        }
    }

    /// Adds a find, unless it begins before the end of the last one or is empty.
    pub(super) fn push(&mut self, start: usize, end: usize, what: What) -> bool {
        let fits = start >= self.done && start < end;
        if fits {
            self.finds.push(Find { start, end, what });
            self.done = end;
        }
        fits
    }

    /// The end of the line.
    pub(super) fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.text[from..]).map_or(self.text.len(), |length| from + length)
    }

    /// The end of the run that begins at `from`, which may be empty.
    pub(super) fn run_end(&self, from: usize) -> usize {
        self.text[from..].iter().position(|byte| !is_run(*byte)).map_or(self.text.len(), |length| from + length)
    }

    /// The byte before a place in the text.
    pub(super) fn before(&self, at: usize) -> Option<u8> {
        self.text[..at].last().copied()
    }
}

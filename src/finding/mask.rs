//! Replaces what varies in a message by marks.
//!
//! One line goes in, at most [`MAX_LENGTH`] bytes come out. The line is cut into words at blanks and punctuation; each
//! word is kept, or replaced by a mark that says what it was:
//!
//! | mark     | stands for                                                      |
//! |----------|-----------------------------------------------------------------|
//! | `<n>`    | numbers, dates, times, sizes with their unit                    |
//! | `<hex>`  | numbers that begin with `0x`                                    |
//! | `<id>`   | UUIDs                                                           |
//! | `<ip>`   | IPv4 and IPv6 addresses, with port                              |
//! | `<mac>`  | hardware addresses                                              |
//! | `<path>` | files and folders                                               |
//! | `<url>`  | URLs                                                            |
//! | `<host>` | lower-case dotted names, with port                              |
//! | `<*>`    | other words with digits, quoted words, the value in `key=value` |
//!
//! Neighbouring marks of one kind are one mark, so that lists of any length look alike. Error codes are kept, see
//! [`is_code`](super::codes::is_code), and so are numbers after words such as `error code`.

use super::codes::{Lead, depends_on_digits, is_code};
use super::kinds::{Kinds, kinds};
use super::words::{Word, is_name_in_slot, is_word_of_date};

/// Bytes that a template has at most.
pub const MAX_LENGTH: usize = 512;

/// Bytes of the head of a stack trace's template; the rest is left for its root.
const HEAD_LENGTH: usize = 340;

/// A longer word is no word.
const MAX_WORD: usize = 48;

const CUT: &[u8] = "…".as_bytes();

/// Writes masked lines behind each other.
pub(super) struct Masker<'o> {
    out: &'o mut Vec<u8>,
    /// A blank is due before the next thing.
    blank: bool,
    /// The last mark and where it ended in `out`.
    last_mark: Option<(&'static str, usize)>,
    /// What the words before say about a number that follows.
    lead: Lead,
    /// The key if the next word is its value, and whether a word is to be kept as such.
    value: Option<bool>,
    /// The word before is followed by a name: `user root from`.
    slot: bool,
    full: bool,
    /// With other digits in the lines the output may be another one: a digit was kept, or a decision has depended on
    /// which digit one is, and not just on its being one.
    by_digits: bool,
}

impl<'o> Masker<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Masker<'o> {
        Masker {
            out,
            blank: false,
            last_mark: None,
            lead: Lead::None,
            value: None,
            slot: false,
            full: false,
            by_digits: false,
        }
    }

    /// Whether the output is surely the same with any other digits in the lines.
    pub(super) fn is_fixed(&self) -> bool {
        !self.by_digits
    }

    /// Adds a line. `more_follows` leaves room for another one.
    pub(super) fn add(&mut self, line: &[u8], more_follows: bool) {
        let limit = if more_follows { HEAD_LENGTH } else { MAX_LENGTH };
        self.full = false;
        let mut at = 0;
        while let Some(&byte) = line.get(at)
            && !self.full
        {
            let class = CLASSES[byte as usize];
            if class & BLANK != 0 {
                self.blank = true;
                self.value = None;
                at += 1;
                continue;
            }
            let rest = &line[at..];
            at += match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => self.word(rest, limit),
                b'<' if mark_at(rest).is_some() => {
                    let mark = mark_at(rest).unwrap_or("*");
                    self.mark(mark, limit);
                    mark.len() + 2 + if mark == "n" { units_after(&rest[3..]) } else { 0 }
                }
                _ if class & CAREFUL != 0 && rest.starts_with(CUT) => {
                    self.push_cut(limit);
                    CUT.len()
                }
                b'"' | b'\'' => self.quoted(rest, limit),
                _ if begins_word(rest, self.out.last(), self.blank) => self.word(rest, limit),
                _ => {
                    self.punctuation(byte, limit);
                    1
                }
            };
        }
    }

    /// Takes a quoted word as a whole, or only its quote.
    fn quoted(&mut self, rest: &[u8], limit: usize) -> usize {
        let quote = rest[0];
        let within = &rest[1..rest.len().min(130)];
        let length = within.iter().position(|&byte| byte == quote || byte <= b' ').unwrap_or(within.len());
        let closed = within.get(length) == Some(&quote) && length > 0;
        let after = within.get(length + 1).copied().unwrap_or(b' ');
        let bordered = self.blank || !self.out.last().is_some_and(u8::is_ascii_alphanumeric);
        if !closed || after.is_ascii_alphanumeric() || !bordered {
            self.punctuation(quote, limit);
            return 1;
        }
        let content = &within[..length];
        if after == b':' && Word::of(content).is_plain() {
            // A key of JSON: the value that follows is judged by it.
            self.push(&rest[..length + 2], limit);
            self.push(b":", limit);
            self.lead = self.lead.after(content);
            self.value = Some(kinds(content).has(Kinds::TELLING_KEY));
            return length + 3;
        }
        self.by_digits |= depends_on_digits(content);
        let kept = (self.value == Some(true) && Word::of(content).is_plain()) || is_code(content);
        self.value = None;
        if kept {
            self.push(&rest[..length + 2], limit);
            self.by_digits |= content.iter().any(u8::is_ascii_digit);
            self.lead = Lead::None;
        } else {
            self.push(&[quote], limit);
            self.mark("*", limit);
            self.push(&[quote], limit);
        }
        length + 2
    }

    /// Takes a word, or the part of it before a colon.
    fn word(&mut self, rest: &[u8], limit: usize) -> usize {
        let (run, classes) = word_run(rest);
        let has = |class: u16| classes & class != 0;
        self.by_digits |= has(DIGIT) && depends_on_digits(run.text);
        if has(COLON) && has(SLASH) && run.is_url() {
            self.mark("url", limit);
            self.value = None;
            return url_length(rest);
        }
        let value = self.value.take();
        if value == Some(false) && !is_code(run.text) {
            self.mark("*", limit);
            return run.text.len();
        }
        if has(SLASH) && run.text.starts_with(b"HTTP/") {
            self.push(run.text, limit);
            self.by_digits |= has(DIGIT);
            self.lead = self.lead.after(b"http");
            return run.text.len();
        }
        if has(COLON | DIGIT)
            && let Some(mark) = run.whole_mark()
        {
            // A date in a code's place (`status 2024-01-02`) is no code; a bare number may be one.
            if !run.is_bare_number() {
                self.mark(mark, limit);
                return run.text.len() + if mark == "n" { units_after(&rest[run.text.len()..]) } else { 0 };
            }
        }
        let (piece, classes) = if has(COLON) { before_colon(run) } else { (run, classes) };
        self.piece(piece, classes, rest, limit)
    }

    /// Takes a word without colons. The classes of its bytes say which questions are not worth asking.
    fn piece(&mut self, piece: Word<'_>, classes: u16, rest: &[u8], limit: usize) -> usize {
        let has = |class: u16| classes & class != 0;
        self.by_digits |= has(DIGIT) && depends_on_digits(piece.text);
        let slot = std::mem::take(&mut self.slot);
        let length = piece.text.len();
        let after = &rest[length..];
        let may_be_code = !has(LOWER) || piece.text.starts_with(b"0");
        let may_follow_lead = self.lead != Lead::None && (has(DIGIT) || self.lead.takes_letters());
        if (may_be_code && is_code(piece.text)) || (may_follow_lead && self.lead.makes_code(piece.text, after)) {
            self.push(piece.text, limit);
            self.by_digits |= has(DIGIT);
            self.lead = Lead::None;
            return length;
        }
        let kinds = kinds(piece.text);
        if is_word_of_date(piece.text, kinds, after) {
            self.mark("n", limit);
            return length + units_after(after);
        }
        if length > MAX_WORD || (slot && piece.is_plain() && is_name_in_slot(piece.text, after)) {
            self.mark("*", limit);
            return length;
        }
        if has(DIGIT | DOT | SLASH | BACKSLASH | AT)
            && !kinds.has(Kinds::NAME)
            && let Some(mark) = piece.mark()
        {
            self.mark(mark, limit);
            return length + if mark == "n" { units_after(after) } else { 0 };
        }
        self.push(piece.text, limit);
        self.by_digits |= has(DIGIT);
        self.lead = self.lead.after_known(piece.text, kinds);
        self.slot = kinds.has(Kinds::SLOT) && after.first() == Some(&b' ');
        if after.first() == Some(&b'=') {
            self.push(b"=", limit);
            self.value = Some(kinds.has(Kinds::TELLING_KEY));
            return length + 1;
        }
        length
    }

    fn punctuation(&mut self, byte: u8, limit: usize) {
        self.slot = false;
        self.push(&[byte], limit);
        self.lead = self.lead.over(byte);
        if !matches!(byte, b'"' | b'\'' | b'[' | b'(') {
            self.value = None;
        }
    }

    fn mark(&mut self, mark: &'static str, limit: usize) {
        self.lead = Lead::None;
        self.slot = false;
        if let Some((last, end)) = self.last_mark
            && last == mark
            && is_list_gap(self.out.get(end..).unwrap_or_default())
        {
            self.out.truncate(end);
            self.blank = false;
            return;
        }
        let mut text = [b'<'; 8];
        let length = mark.len() + 2;
        text[1..=mark.len()].copy_from_slice(mark.as_bytes());
        text[length - 1] = b'>';
        self.push(&text[..length], limit);
        self.last_mark = Some((mark, self.out.len()));
    }

    /// Writes text, with the blank that is due before it, or the sign that the rest is cut.
    fn push(&mut self, text: &[u8], limit: usize) {
        if self.full {
            return;
        }
        let blank = self.blank && !self.out.is_empty();
        if self.out.len() + usize::from(blank) + text.len() + CUT.len() > limit {
            self.full = true;
            if !self.out.ends_with(CUT) {
                self.out.extend_from_slice(CUT);
            }
            return;
        }
        if blank {
            self.out.push(b' ');
        }
        self.blank = false;
        self.out.extend_from_slice(text);
    }

    /// Writes the sign that something was cut, which needs no room for another one.
    fn push_cut(&mut self, limit: usize) {
        let blank = self.blank && !self.out.is_empty();
        if self.full || self.out.len() + usize::from(blank) + CUT.len() > limit {
            return self.push(CUT, limit);
        }
        self.out.extend_from_slice(if blank { b" " } else { b"" });
        self.out.extend_from_slice(CUT);
        self.blank = false;
    }
}

// What a byte is in a word. Of a word the classes of all its bytes are known at once.
const LOWER: u16 = 1 << 0;
const DIGIT: u16 = 1 << 1;
const DOT: u16 = 1 << 2;
const SLASH: u16 = 1 << 3;
const BACKSLASH: u16 = 1 << 4;
const COLON: u16 = 1 << 5;
const AT: u16 = 1 << 6;
/// Ends a sentence and so no word if it stands last.
const TRIMMED: u16 = 1 << 7;
const BLANK: u16 = 1 << 8;
/// Ends a word.
const END: u16 = 1 << 9;
/// May end a word: an apostrophe, the first byte of [`CUT`].
const CAREFUL: u16 = 1 << 10;

static CLASSES: [u16; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0..=b' ' | 0x7f => BLANK | END,
            b'=' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'"' | b'|' => END,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT | TRIMMED,
            b'/' => SLASH,
            b'\\' => BACKSLASH,
            b':' => COLON | TRIMMED,
            b'@' => AT,
            b'!' | b'?' | b'-' => TRIMMED,
            b'\'' => CAREFUL,
            first if first == CUT[0] => CAREFUL,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Name of the mark that a text begins with.
fn mark_at(text: &[u8]) -> Option<&'static str> {
    let names = ["n", "hex", "id", "ip", "mac", "path", "url", "host", "*"];
    let name = text.strip_prefix(b"<")?;
    names.into_iter().find(|it| name.starts_with(it.as_bytes()) && name.get(it.len()) == Some(&b'>'))
}

/// Whether only a comma, a dash or nothing stands between two marks.
fn is_list_gap(gap: &[u8]) -> bool {
    gap.len() <= 3 && gap.iter().all(|byte| matches!(byte, b' ' | b',' | b';' | b'-' | b'/' | b':' | b'+'))
}

/// Whether a word begins here: a letter or digit, a path, a number's sign.
fn begins_word(rest: &[u8], before: Option<&u8>, blank: bool) -> bool {
    let next = rest.get(1).copied().unwrap_or(b' ');
    match rest[0] {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80.. => true,
        b'/' | b'\\' => next.is_ascii_alphanumeric() || matches!(next, b'\\' | b'.' | b'_'),
        b'-' | b'+' => {
            next.is_ascii_digit() && (blank || before.is_none_or(|it| matches!(it, b'=' | b'(' | b'[' | b':')))
        }
        b'_' => next.is_ascii_alphanumeric(),
        b':' => next == b':' && rest.get(2).is_some_and(u8::is_ascii_hexdigit) && blank,
        _ => false,
    }
}

/// The word that a text begins with, colons and slashes included, without the punctuation at its end; and the classes
/// of its bytes.
fn word_run(text: &[u8]) -> (Word<'_>, u16) {
    let (mut seen, mut classes, mut end) = (0, 0, 0);
    for (at, &byte) in text.iter().enumerate() {
        let class = CLASSES[byte as usize];
        if class & (END | CAREFUL) != 0 && at > 0 {
            let apostrophe = byte == b'\'' && !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
            if class & END != 0 || apostrophe || text[at..].starts_with(CUT) {
                break;
            }
        }
        seen |= class;
        if class & TRIMMED == 0 || at == 0 {
            (classes, end) = (seen, at + 1);
        }
    }
    (Word::of(&text[..end]), classes)
}

/// The part of a word before its first colon.
fn before_colon(word: Word<'_>) -> (Word<'_>, u16) {
    let end = memchr::memchr(b':', word.text).unwrap_or(word.text.len());
    let text = &word.text[..end];
    (Word::of(text), text.iter().fold(0, |classes, &byte| classes | CLASSES[byte as usize]))
}

/// Length of the URL that a text begins with.
fn url_length(text: &[u8]) -> usize {
    let is_end = |byte: &u8| *byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'|' | b'`');
    let end = text.iter().position(is_end).unwrap_or(text.len());
    let trimmed = text[..end].iter().rposition(|byte| !matches!(byte, b'.' | b',' | b';' | b':' | b')' | b']' | b'}'));
    trimmed.map_or(end, |at| at + 1)
}

/// Length of the units, with the blank before, that follow a number.
fn units_after(text: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        let word = rest.strip_prefix(b" ").unwrap_or(rest);
        let end = word.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(word.len());
        let unit = if word.first() == Some(&b'%') { 1 } else { end };
        let next = word.get(unit).copied().unwrap_or(b' ');
        if unit == 0
            || !kinds(&word[..unit]).has(Kinds::UNIT)
            || matches!(next, b'0'..=b'9' | b'_' | b'=' | b'/' | b'\\' | 0x80..)
        {
            return length;
        }
        length += rest.len() - word.len() + unit;
    }
}

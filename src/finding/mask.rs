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
//! [`is_code`], and so are numbers after words such as `error code`.

use super::classes::{
    AT, BACKSLASH, BLANK, CAREFUL, CLASSES, COLON, CUT, Classes, DASH, DIGIT, DOT, END, LOWER, NON_ASCII, OTHER, SLASH,
    UNDERSCORE, UPPER,
};
use super::codes::{Lead, is_code};
use super::kinds::{Kinds, kinds};
use super::mark::{MAX_LENGTH, Mark, Masked};
use super::words::{Word, is_name_in_slot, is_word_of_date};

/// Bytes of the head of a stack trace's template; the rest is left for its root.
const HEAD_LENGTH: usize = 340;

/// A longer word is no word.
const MAX_WORD: usize = 48;

/// Writes masked lines behind each other.
pub(super) struct Masker<'o> {
    out: &'o mut Masked,
    /// Bytes that the output may have behind this line.
    limit: usize,
    /// A blank is due before the next thing.
    blank: bool,
    /// The last mark and where it ended in `out`.
    last_mark: Option<(Mark, usize)>,
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
    pub(super) fn new(out: &'o mut Masked) -> Masker<'o> {
        out.clear();
        Masker {
            out,
            limit: MAX_LENGTH,
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
        self.limit = if more_follows { HEAD_LENGTH } else { MAX_LENGTH };
        self.full = false;
        let mut rest = line;
        while let Some(&byte) = rest.first()
            && !self.full
        {
            let class = CLASSES[byte as usize];
            let length = if class & BLANK != 0 {
                self.blank = true;
                self.value = None;
                1
            } else if class & (LOWER | UPPER | DIGIT) != 0 {
                self.word(rest)
            } else if class & END != 0 && !matches!(byte, b'<' | b'"') {
                self.punctuation(byte);
                1
            } else {
                self.other(rest, class)
            };
            rest = &rest[length..];
        }
    }

    /// Takes what begins with neither a letter nor a digit.
    fn other(&mut self, rest: &[u8], class: Classes) -> usize {
        let byte = rest[0];
        if let Some(mark) = Mark::at_start(rest) {
            self.mark(mark);
            let length = mark.text().len();
            length + if mark == Mark::Number { units_after(&rest[length..]) } else { 0 }
        } else if class & CAREFUL != 0 && rest.starts_with(CUT) {
            self.push_cut();
            CUT.len()
        } else if matches!(byte, b'"' | b'\'') {
            self.quoted(rest)
        } else if class & WORD_BEGINS != 0 && begins_word(rest, self.out.last(), self.blank) {
            self.word(rest)
        } else {
            self.punctuation(byte);
            1
        }
    }

    /// Takes a quoted word as a whole, or only its quote.
    fn quoted(&mut self, rest: &[u8]) -> usize {
        let quote = rest[0];
        let within = &rest[1..rest.len().min(130)];
        let length = within.iter().position(|&byte| byte == quote || byte <= b' ').unwrap_or(within.len());
        let closed = within.get(length) == Some(&quote) && length > 0;
        let after = within.get(length + 1).copied().unwrap_or(b' ');
        let bordered = self.blank || !self.out.last().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !closed || after.is_ascii_alphanumeric() || !bordered {
            self.punctuation(quote);
            return 1;
        }
        let content = Word::of(&within[..length]);
        if after == b':' && content.is_plain() {
            // A key of JSON: the value that follows is judged by it.
            self.push(rest, length + 2);
            self.push_byte(b':');
            let kinds = kinds(content.text);
            self.lead = self.lead.after_known(content.text, kinds);
            self.value = Some(kinds.has(Kinds::TELLING_KEY));
            return length + 3;
        }
        self.by_digits |= content.depends_on_digits();
        let kept = (self.value == Some(true) && content.is_plain()) || is_code(content.text);
        self.value = None;
        if kept {
            self.by_digits |= content.has(DIGIT);
            self.push(rest, length + 2);
            self.lead = Lead::None;
        } else {
            self.push_byte(quote);
            self.mark(Mark::Any);
            self.push_byte(quote);
        }
        length + 2
    }

    /// Takes a word, or the part of it before a colon.
    fn word(&mut self, rest: &[u8]) -> usize {
        let run = Word::at_start(rest);
        if !run.has(DIGIT | DOT | SLASH | BACKSLASH | AT | COLON) && self.value != Some(false) {
            self.value = None;
            return self.letters(run, rest);
        }
        if run.is_digits() {
            return self.digits(run, rest);
        }
        if run.has(COLON) && run.has(SLASH) && run.is_url() {
            self.mark(Mark::Url);
            self.value = None;
            return url_length(rest);
        }
        self.by_digits |= run.depends_on_digits();
        let value = self.value.take();
        if value == Some(false) && !is_code(run.text) {
            self.mark(Mark::Any);
            return run.text.len();
        }
        if run.has(SLASH) && run.text.starts_with(b"HTTP/") {
            self.by_digits |= run.has(DIGIT);
            self.push(rest, run.text.len());
            self.lead = self.lead.after(b"http");
            return run.text.len();
        }
        if run.has(COLON | DIGIT)
            && let Some(mark) = run.whole_mark()
        {
            // A date in a code's place (`status 2024-01-02`) is no code; a bare number may be one.
            if !run.is_bare_number() {
                self.mark(mark);
                let length = run.text.len();
                return length + if mark == Mark::Number { units_after(&rest[length..]) } else { 0 };
            }
        }
        if !run.has(COLON) {
            return self.piece(run, rest);
        }
        let piece = run.before_colon();
        self.by_digits |= piece.depends_on_digits();
        self.piece(piece, rest)
    }

    /// Takes a word without colons.
    fn piece(&mut self, piece: Word<'_>, rest: &[u8]) -> usize {
        let may_follow_lead = self.lead != Lead::None && (piece.has(DIGIT) || self.lead.takes_letters());
        let may_be_code = if piece.has(LOWER) { piece.text.starts_with(b"0") } else { piece.has(UPPER) };
        if may_be_code && is_code(piece.text)
            || may_follow_lead && self.lead.makes_code(piece.text, &rest[piece.text.len()..])
        {
            return self.code(rest, piece);
        }
        self.known_piece(piece, kinds(piece.text), rest)
    }

    /// Takes a word without colons that is no code.
    fn known_piece(&mut self, piece: Word<'_>, kinds: Kinds, rest: &[u8]) -> usize {
        let slot = std::mem::take(&mut self.slot);
        let length = piece.text.len();
        let after = &rest[length..];
        if kinds.has(Kinds::OF_DATE) && is_word_of_date(piece.text, kinds, after) {
            self.mark(Mark::Number);
            return length + units_after(after);
        }
        if length > MAX_WORD || (slot && piece.is_plain() && is_name_in_slot(piece.text, after)) {
            self.mark(Mark::Any);
            return length;
        }
        if piece.has(DIGIT | DOT | SLASH | BACKSLASH | AT)
            && !kinds.has(Kinds::NAME)
            && let Some(mark) = piece.mark()
        {
            self.mark(mark);
            return length + if mark == Mark::Number { units_after(after) } else { 0 };
        }
        self.by_digits |= piece.has(DIGIT);
        self.push(rest, length);
        self.lead = self.lead.after_known(piece.text, kinds);
        self.slot = kinds.has(Kinds::SLOT) && after.first() == Some(&b' ');
        if after.first() == Some(&b'=') {
            self.push_byte(b'=');
            self.value = Some(kinds.has(Kinds::TELLING_KEY));
            return length + 1;
        }
        length
    }

    /// Takes a word of letters and punctuation that means nothing, which is what most words are. Does what
    /// [`Masker::piece`] does with it.
    fn letters(&mut self, word: Word<'_>, rest: &[u8]) -> usize {
        if !word.has(LOWER) || self.lead.takes_letters() {
            return self.piece(word, rest);
        }
        let kinds = kinds(word.text);
        if kinds != Kinds::default() || self.slot || word.text.len() > MAX_WORD {
            return self.known_piece(word, kinds, rest);
        }
        let length = word.text.len();
        self.lead = Lead::None;
        self.push(rest, length);
        if rest.get(length) == Some(&b'=') {
            self.push_byte(b'=');
            self.value = Some(false);
            return length + 1;
        }
        length
    }

    /// Takes digits. Does what [`Masker::word`] does with them.
    fn digits(&mut self, word: Word<'_>, rest: &[u8]) -> usize {
        let length = word.text.len();
        let after = &rest[length..];
        let value = self.value.take();
        if value == Some(false) {
            self.mark(Mark::Any);
            return length;
        }
        if self.lead != Lead::None && self.lead.makes_code(word.text, after) {
            return self.code(rest, word);
        }
        if length > MAX_WORD {
            self.mark(Mark::Any);
            return length;
        }
        self.mark(Mark::Number);
        length + units_after(after)
    }

    fn code(&mut self, rest: &[u8], code: Word<'_>) -> usize {
        self.by_digits |= code.has(DIGIT);
        self.push(rest, code.text.len());
        self.lead = Lead::None;
        self.slot = false;
        code.text.len()
    }

    fn punctuation(&mut self, byte: u8) {
        self.slot = false;
        self.push_byte(byte);
        self.lead = self.lead.over(byte);
        if !matches!(byte, b'"' | b'\'' | b'[' | b'(') {
            self.value = None;
        }
    }

    fn mark(&mut self, mark: Mark) {
        self.lead = Lead::None;
        self.slot = false;
        if let Some((last, end)) = self.last_mark
            && last == mark
            && is_list_gap(self.out.text().get(end..).unwrap_or_default())
        {
            self.out.truncate(end);
            self.blank = false;
            return;
        }
        let text = mark.text();
        self.push(text, text.len());
        self.last_mark = Some((mark, self.out.len()));
    }

    /// Writes the first `length` bytes of a text, with the blank that is due before it, or the sign that the rest is cut.
    fn push(&mut self, text: &[u8], length: usize) {
        if self.has_room(length) {
            self.out.push(text, length);
        }
    }

    fn push_byte(&mut self, byte: u8) {
        if self.has_room(1) {
            self.out.push_byte(byte);
        }
    }

    /// Whether so many bytes may be written, and the sign that the rest is cut. If so the blank is written that is due.
    fn has_room(&mut self, length: usize) -> bool {
        let blank = self.blank && self.out.len() > 0;
        if self.full || self.out.len() + usize::from(blank) + length + CUT.len() > self.limit {
            self.cut();
            return false;
        }
        if blank {
            self.out.push_byte(b' ');
        }
        self.blank = false;
        true
    }

    #[cold]
    fn cut(&mut self) {
        if !self.full {
            self.full = true;
            if !self.out.ends_cut() {
                self.out.push(CUT, CUT.len());
            }
        }
    }

    /// Writes the sign that something was cut, which needs no room for another one.
    fn push_cut(&mut self) {
        let blank = self.blank && self.out.len() > 0;
        if self.full || self.out.len() + usize::from(blank) + CUT.len() > self.limit {
            return self.cut();
        }
        if blank {
            self.out.push_byte(b' ');
        }
        self.out.push(CUT, CUT.len());
        self.blank = false;
    }
}

/// Whether only a comma, a dash or nothing stands between two marks.
fn is_list_gap(gap: &[u8]) -> bool {
    gap.len() <= 3 && gap.iter().all(|byte| matches!(byte, b' ' | b',' | b';' | b'-' | b'/' | b':' | b'+'))
}

/// What a word may begin with apart from letters and digits.
const WORD_BEGINS: Classes = NON_ASCII | SLASH | BACKSLASH | DASH | OTHER | UNDERSCORE | COLON;

/// Whether a word begins here although neither a letter nor a digit stands here: a path, a number's sign.
fn begins_word(rest: &[u8], before: Option<u8>, blank: bool) -> bool {
    let next = rest.get(1).copied().unwrap_or(b' ');
    match rest[0] {
        0x80.. => true,
        b'/' | b'\\' => next.is_ascii_alphanumeric() || matches!(next, b'\\' | b'.' | b'_'),
        b'-' | b'+' => {
            next.is_ascii_digit() && (blank || before.is_none_or(|it| matches!(it, b'=' | b'(' | b'[' | b':')))
        }
        b'_' => next.is_ascii_alphanumeric(),
        b':' => next == b':' && rest.get(2).is_some_and(u8::is_ascii_hexdigit) && blank,
        _ => false,
    }
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

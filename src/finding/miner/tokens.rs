//! The coarse mask: a message becomes words with `<*>` for all that is surely a value.
//!
//! Values are what has a digit, paths, lower-case dotted names, what stands in quotes or behind `key=`, names of days and
//! months, empty brackets. A run of values is one, and a unit behind a number belongs to it. Two messages that differ only
//! in values of one shape have the same mask; what differs in plain words is left to `generalise.rs`.

/// What stands for a value.
pub(super) const VALUE: &[u8] = b"<*>";

/// Longer masks are cut.
const LONGEST: usize = 512;

/// Words behind a number that are part of it.
const UNITS: &[&[u8]] = &[
    b"b", b"kb", b"mb", b"gb", b"tb", b"kib", b"mib", b"gib", b"bytes", b"ms", b"us", b"ns", b"s", b"sec", b"secs",
    b"seconds", b"min", b"mins", b"k", b"m", b"g",
];

/// Names of days, months and clocks, by their first three letters; longer forms must be whole.
const CALENDAR: &[&[u8]] = &[
    b"mon",
    b"tue",
    b"wed",
    b"thu",
    b"fri",
    b"sat",
    b"sun",
    b"jan",
    b"feb",
    b"mar",
    b"apr",
    b"may",
    b"jun",
    b"jul",
    b"aug",
    b"sep",
    b"oct",
    b"nov",
    b"dec",
    b"monday",
    b"tuesday",
    b"wednesday",
    b"thursday",
    b"friday",
    b"saturday",
    b"sunday",
    b"january",
    b"february",
    b"march",
    b"april",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
    b"am",
    b"pm",
    b"utc",
    b"gmt",
    b"est",
    b"edt",
    b"pst",
    b"pdt",
    b"cet",
    b"cest",
];

/// What a byte can be part of.
const WORD: u16 = 1 << 0;
const BLANK: u16 = 1 << 1;
const DIGIT: u16 = 1 << 2;
/// Cuts a token into pieces.
const CUT: u16 = 1 << 3;
/// Means nothing at either end of a token.
const EDGE: u16 = 1 << 4;
/// May stand beside a value that fills a token.
const FILL: u16 = 1 << 5;
/// Joins two values to one.
const JOIN: u16 = 1 << 6;
/// Begins a value behind `=` or `:`.
const OPENS: u16 = 1 << 7;
const SLASH: u16 = 1 << 8;
const DOT: u16 = 1 << 9;

static CLASSES: [u16; 256] = {
    let mut classes = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let mut class = 0;
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
            class |= WORD;
        }
        if byte.is_ascii_digit() {
            class |= DIGIT;
        }
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
            class |= BLANK;
        }
        if matches!(
            byte,
            b'=' | b','
                | b':'
                | b';'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'<'
                | b'>'
                | b'"'
                | b'\''
                | b'|'
                | b'@'
                | b'#'
                | b'&'
                | b'?'
                | b'!'
                | b'*'
        ) {
            class |= CUT;
        }
        if matches!(
            byte,
            b'.' | b','
                | b';'
                | b':'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'"'
                | b'\''
                | b'<'
                | b'>'
                | b'!'
                | b'?'
        ) {
            class |= EDGE;
        }
        if class & EDGE != 0
            || matches!(byte, b'-' | b'+' | b'=' | b'#' | b'/' | b'@' | b'%' | b'*' | b'&' | b'|' | b'_')
        {
            class |= FILL;
        }
        if matches!(byte, b':' | b',' | b'.' | b';' | b'/' | b'@' | b'#' | b'x' | b'-') {
            class |= JOIN;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'(' | b'{' | b'"' | b'\'' | b'/' | b'<' | b'-') {
            class |= OPENS;
        }
        if matches!(byte, b'/' | b'\\') {
            class |= SLASH;
        }
        if byte == b'.' {
            class |= DOT;
        }
        classes[index] = class;
        index += 1;
    }
    classes
};

fn is(byte: u8, class: u16) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Buffers that are used again for the next message.
#[derive(Clone, Debug, Default)]
pub(super) struct Masking {
    prepared: Vec<u8>,
    token: Vec<u8>,
    masked: Vec<u8>,
}

impl Masking {
    /// Returns the masked message: tokens with one blank between, at most [`LONGEST`] bytes.
    pub(super) fn mask(&mut self, message: &[u8]) -> &[u8] {
        self.prepare(message);
        self.masked.clear();
        let mut after_value = false;
        let prepared = std::mem::take(&mut self.prepared);
        for token in prepared.split(|&byte| is(byte, BLANK)).filter(|token| !token.is_empty()) {
            self.mask_token(token);
            let token = &self.token;
            let is_value = token == VALUE;
            if after_value
                && (is_value || is_one_of(trim(token, |byte| matches!(byte, b'.' | b',' | b';' | b')' | b']')), UNITS))
            {
                continue;
            }
            if self.masked.len() + token.len() >= LONGEST {
                break;
            }
            if !self.masked.is_empty() {
                self.masked.push(b' ');
            }
            self.masked.extend_from_slice(token);
            after_value = is_value;
        }
        self.prepared = prepared;
        &self.masked
    }

    /// The message that was masked last.
    pub(super) fn masked(&self) -> &[u8] {
        &self.masked
    }

    /// Replaces what stands in quotes and behind `key=`, and puts a blank behind `=` and `:` that a value follows, so that key
    /// and value are two tokens.
    fn prepare(&mut self, message: &[u8]) {
        let out = &mut self.prepared;
        out.clear();
        let mut at = 0;
        while let Some(&byte) = message.get(at) {
            let inside = at > 0 && is(message[at - 1], WORD);
            if !inside && let Some(end) = address_end(message, at) {
                put(out, b'<');
                out.extend_from_slice(&VALUE[1..]);
                at = end;
            } else if let Some(end) = quoted(message, at, inside) {
                put(out, byte);
                if end > at + 2 {
                    out.extend_from_slice(VALUE);
                }
                out.push(byte);
                at = end;
            } else if !inside && (byte.is_ascii_alphabetic() || byte == b'_') {
                let length =
                    message[at..].iter().take_while(|&&byte| is(byte, WORD) || matches!(byte, b'.' | b'-')).count();
                let end = at + length;
                put(out, byte);
                out.extend_from_slice(&message[at + 1..end]);
                at = end;
                let value = message.get(end + 1).copied().unwrap_or(b' ');
                if message.get(end) == Some(&b'=')
                    && !is(value, BLANK)
                    && !matches!(value, b'=' | b'<' | b'>' | b',' | b';' | b')')
                {
                    out.extend_from_slice(b"= ");
                    out.extend_from_slice(VALUE);
                    at = value_end(message, end + 1);
                }
            } else {
                put(out, byte);
                at += 1;
            }
        }
    }

    /// Puts the masked form of a token into `self.token`.
    fn mask_token(&mut self, token: &[u8]) {
        // Most tokens are words and numbers, of which one look at their bytes tells all.
        let classes = token.iter().fold(0, |classes, &byte| classes | CLASSES[usize::from(byte)]);
        let form = match classes & (CUT | SLASH | DOT) {
            0 if classes & DIGIT != 0 || is_calendar(token) || token == b"-" || token == b"null" => VALUE,
            0 => token,
            _ if token == VALUE => VALUE,
            _ => return self.mask_compound(token),
        };
        self.token.clear();
        self.token.extend_from_slice(form);
    }

    /// The same for any token.
    fn mask_compound(&mut self, token: &[u8]) {
        let out = &mut self.token;
        out.clear();
        let core = trim(token, |byte| is(byte, EDGE));
        let slashes = core.iter().filter(|&&byte| matches!(byte, b'/' | b'\\')).count();
        let of_path =
            |byte: &u8| is(*byte, WORD) || matches!(byte, b'.' | b'$' | b'+' | b'%' | b'~' | b'-' | b'/' | b'\\');
        if slashes >= 2 && core.iter().all(of_path) || core.contains(&b'/') && core.iter().any(u8::is_ascii_digit) {
            out.extend_from_slice(VALUE);
            return;
        }
        let mut has_value = false;
        let mut rest = token;
        while !rest.is_empty() {
            let cut = rest.iter().take_while(|&&byte| is(byte, CUT)).count();
            // Of so few bytes a searcher takes longer to make than to search.
            has_value |= rest[..cut].windows(VALUE.len()).any(|it| it == VALUE);
            out.extend_from_slice(&rest[..cut]);
            rest = &rest[cut..];
            // Dots lead to a number: `prefetch depth....................0`.
            let dots = rest.iter().take_while(|&&byte| byte == b'.').count();
            if dots > 1 {
                out.extend_from_slice(&rest[..dots]);
                rest = &rest[dots..];
                continue;
            }
            let length = rest.iter().take_while(|&&byte| !is(byte, CUT)).count();
            let length = rest[..length].windows(2).position(|it| it == b"..").unwrap_or(length);
            let piece = &rest[..length];
            rest = &rest[length..];
            if is_value(trim(piece, |byte| byte == b'.')) {
                has_value = true;
                out.extend_from_slice(VALUE);
            } else {
                out.extend_from_slice(piece);
            }
        }
        if has_value {
            join_values(out);
            if without_values(out, |byte| is(byte, FILL)) {
                out.clear();
                out.extend_from_slice(VALUE);
            }
            return;
        }
        let word = trim(out, |byte| matches!(byte, b'.' | b',' | b';' | b'(' | b')' | b'[' | b']'));
        let empty: [&[u8]; 11] = [b"()", b"[]", b"{}", b"<>", b"\"\"", b"''", b"(null)", b"null", b"-", b"(),", b"[],"];
        if empty.contains(&&out[..]) || is_calendar(word) {
            out.clear();
            out.extend_from_slice(VALUE);
        }
    }
}

/// Adds a byte, with a blank before it if it begins a value.
fn put(out: &mut Vec<u8>, byte: u8) {
    if is(byte, OPENS) && matches!(out.last(), Some(b'=' | b':')) {
        out.push(b' ');
    }
    out.push(byte);
}

/// Where a quoted part that begins at `at` has ended. An apostrophe inside of a word quotes nothing.
fn quoted(message: &[u8], at: usize, inside: bool) -> Option<usize> {
    let quote = *message.get(at)?;
    if quote != b'"' && (quote != b'\'' || inside) {
        return None;
    }
    let end = at + 2 + memchr::memchr(quote, message.get(at + 1..)?)?;
    let ends = quote == b'"' || !message.get(end).is_some_and(|&byte| is(byte, WORD));
    ends.then_some(end)
}

/// Where a hardware or IPv6 address that begins at `at` has ended: four or more groups of hexadecimal digits with colons
/// between.
fn address_end(message: &[u8], at: usize) -> Option<usize> {
    let (mut end, mut groups) = (at, 0);
    loop {
        let digits = message[end..].iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
        groups += usize::from((1..=4).contains(&digits));
        end += digits;
        if digits == 5 || digits == 0 {
            return None;
        }
        if message.get(end) != Some(&b':') {
            break;
        }
        end += 1;
    }
    (groups >= 4 && !message.get(end).is_some_and(|&byte| is(byte, WORD))).then_some(end)
}

/// Where the value that begins at `at` ends.
fn value_end(message: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = message.get(at) {
        if is(byte, BLANK) || matches!(byte, b',' | b';' | b')') {
            break;
        }
        at = if byte == b'"' { quoted(message, at, false).unwrap_or(at + 1) } else { at + 1 };
    }
    at
}

fn trim(mut text: &[u8], drops: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = text
        && drops(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && drops(*last)
    {
        text = rest;
    }
    text
}

/// Whether a word is the name of a day, a month or a clock.
fn is_calendar(word: &[u8]) -> bool {
    // What a table of two letters lets pass is compared.
    (2..=9).contains(&word.len())
        && CALENDAR_STARTS[usize::from(word[0] & 31)] >> (word[1] & 31) & 1 != 0
        && is_one_of(word, CALENDAR)
}

/// For the first letter of a word, the second letters with which a name of [`CALENDAR`] goes on, by their last five bits.
static CALENDAR_STARTS: [u32; 32] = {
    let mut starts = [0; 32];
    let mut index = 0;
    while index < CALENDAR.len() {
        let word = CALENDAR[index];
        starts[(word[0] & 31) as usize] |= 1 << (word[1] & 31);
        index += 1;
    }
    starts
};

fn is_one_of(word: &[u8], words: &[&[u8]]) -> bool {
    word.len() <= 9 && words.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Something with a digit, or a lower-case name of three labels or more.
fn is_value(piece: &[u8]) -> bool {
    if piece.iter().any(|&byte| is(byte, DIGIT)) {
        return true;
    }
    let of_label = |byte: &u8| (is(*byte, WORD) || matches!(byte, b'$' | b'-')) && !byte.is_ascii_uppercase();
    memchr::memchr_iter(b'.', piece).count() >= 2
        && piece.split(|&byte| byte == b'.').all(|label| !label.is_empty() && label.iter().all(of_label))
}

/// Makes one value of values with nothing but [`JOIN`] between.
fn join_values(token: &mut Vec<u8>) {
    let (mut read, mut written) = (0, 0);
    while read < token.len() {
        if token[read..].starts_with(VALUE) {
            let mut end = read + VALUE.len();
            loop {
                let joint = token[end..].iter().take_while(|&&byte| is(byte, JOIN)).count();
                if joint == 0 || !token[end + joint..].starts_with(VALUE) {
                    break;
                }
                end += joint + VALUE.len();
            }
            token.copy_within(read..read + VALUE.len(), written);
            (read, written) = (end, written + VALUE.len());
        } else {
            token[written] = token[read];
            (read, written) = (read + 1, written + 1);
        }
    }
    token.truncate(written);
}

/// Whether a token consists of values and bytes that `fills` admits.
fn without_values(token: &[u8], fills: impl Fn(u8) -> bool) -> bool {
    let mut rest = token;
    while let Some(&byte) = rest.first() {
        match rest.strip_prefix(VALUE) {
            Some(after) => rest = after,
            None if fills(byte) => rest = &rest[1..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;

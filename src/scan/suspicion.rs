//! Whether a record looks like an error, from its level and its words.
//!
//! [`strength`] judges one occurrence of a word of the table in `markers.rs`; [`of_record`] puts the strongest word and
//! the header's level together:
//!
//! | level          | no word | weak  | strong | certain |
//! |----------------|---------|-------|--------|---------|
//! | fatal, error   | level   | level | level  | level   |
//! | warn           | warn    | warn  | error  | error   |
//! | info           | -       | -     | warn   | error   |
//! | debug, trace   | -       | -     | warn   | warn    |
//! | none stated    | -       | warn  | error  | error   |
//!
//! Missing an error is worse than an extra one far down in the ranking, so only plain negations are taken as such:
//! `0 errors`, `no error`, `errors: 0`, `error=null`, `without errors`, `did not fail`.

mod value;

use super::markers::{Marker, Place, Strength};
use super::vocabulary::Vocabulary;
use crate::record::{Level, Record};
use value::{has_empty_value, is_zero, skip_counting};

/// How much text around a word is looked at, in bytes.
const AROUND: usize = 64;

/// How far into a message the parameters of a request may begin, in bytes.
const REQUEST: usize = 128;

/// Words that deny what follows.
const DENYING: &str = "\
    0 no none nothing without zero not never cannot kein keine ohne";

/// Words that may stand between a denying word and the denied one: `no new critical errors`, `0 warnings and errors`.
const LINKING: &str = "\
    a an and or nor any more new other known active pending errors error failures failure warnings warning \
    exceptions critical fatal serious major hard soft read write crc i/o hardware checksum parity unexpected \
    uncorrected jobs items of was were is been has have them in";

/// Words after which an error is only spoken of: `if it may fail`.
const SUPPOSING: &str = "\
    on if upon when whether unless until any ignore ignored ignoring handle handles handling possible potential may \
    might could would should can cleared clearing fixed corrected correctable expected simulated checking";

/// What a program is told to do `on error`.
const REACTIONS: &str = "\
    retry restart continue stop exit resume abort rollback notify";

/// Words before which an error is a part of a name: `error handler`, `critical section`.
const NAMING: &str = "\
    handler handlers reporting reporter reports record records lookup log logs logging page pages messages \
    collector policy policies threshold thresholds budget tolerance detector detection section sections mode \
    correction injection alerts dump dumps path domain support";

/// Words before which an error may be a part of a name.
const PERHAPS_NAMING: &str = "\
    handling recovery recovered checking over";

/// Words before what somebody looks for: `show logging | include error`.
const SEARCHING: &str = "grep egrep fgrep findstr include exclude";

/// Words between an error and its number: `error count: 0`, `errors found: 0`.
const COUNTING: &str = "\
    count counts counter code rate ratio number level status total found detected so far is was are still remains \
    reported seen flag information handle behaviour behavior last run runs";

const DENIES: u32 = 1 << 0;
const LINKS: u32 = 1 << 1;
const SUPPOSES: u32 = 1 << 2;
const REACTS: u32 = 1 << 3;
const NAMES: u32 = 1 << 4;
const PERHAPS_NAMES: u32 = 1 << 5;
const COUNTS: u32 = 1 << 6;
const SEARCHES: u32 = 1 << 7;

static VOCABULARY: Vocabulary<512> = Vocabulary::new()
    .with(DENYING, DENIES)
    .with(LINKING, LINKS)
    .with(SUPPOSING, SUPPOSES)
    .with(REACTIONS, REACTS)
    .with(NAMING, NAMES)
    .with(PERHAPS_NAMING, PERHAPS_NAMES)
    .with(COUNTING, COUNTS)
    .with(SEARCHING, SEARCHES);

/// Returns the severity that a record's level and its words suggest together.
pub(super) fn of_record(record: &Record<'_>, strength: Strength) -> Option<Level> {
    let suspected = suspicion(record.header.level, strength)?;
    let is_usual = record.header.level.is_some_and(|level| level <= Level::Info);
    (!is_usual || !(repeats_request(record.message()) || record.announces_next())).then_some(suspected)
}

/// Whether a message only repeats what a client has sent: Rails logs the parameters of each request, and the words in them
/// are what somebody wrote.
fn repeats_request(message: &[u8]) -> bool {
    // The id of the request may stand before it.
    let near = message.get(..REQUEST).unwrap_or(message);
    memchr::memmem::find(near, b"Parameters: {\"").is_some_and(|at| {
        let before = near[..at].trim_ascii();
        before.is_empty() || before.starts_with(b"[") && before.ends_with(b"]")
    })
}

/// Returns the severity that level and words suggest together, whatever the message says.
pub(super) fn suspicion(level: Option<Level>, strength: Strength) -> Option<Level> {
    use Strength::{Certain, Nothing, Strong, Weak};
    match (level, strength) {
        (Some(Level::Fatal), _) => Some(Level::Fatal),
        (Some(Level::Error), _) => Some(Level::Error),
        (Some(Level::Warn), Nothing | Weak) => Some(Level::Warn),
        (Some(Level::Warn), Strong | Certain) => Some(Level::Error),
        (Some(Level::Info), Certain) => Some(Level::Error),
        (Some(Level::Info), Strong) | (Some(Level::Debug | Level::Trace), Strong | Certain) => Some(Level::Warn),
        (Some(Level::Info | Level::Debug | Level::Trace), Nothing | Weak) => None,
        (None, Nothing) => None,
        (None, Weak) => Some(Level::Warn),
        (None, Strong | Certain) => Some(Level::Error),
    }
}

/// Returns the strength from which on a stronger word makes no difference to [`of_record`].
pub(super) fn enough(level: Option<Level>) -> Strength {
    match level {
        Some(Level::Fatal | Level::Error) => Strength::Nothing,
        Some(Level::Warn | Level::Debug | Level::Trace) | None => Strength::Strong,
        Some(Level::Info) => Strength::Certain,
    }
}

/// Returns what `marker` says where it ends before `end` in `text`, in any ASCII case.
pub(super) fn strength(text: &[u8], end: usize, marker: &Marker) -> Strength {
    let start = end.saturating_sub(marker.word.len());
    let (Some(before), Some(word), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return Strength::Nothing;
    };
    if !word.eq_ignore_ascii_case(marker.word.as_bytes()) {
        return Strength::Nothing;
    }
    // The line it stands in, as far as it matters.
    let before = &before[before.len().saturating_sub(AROUND)..];
    let before = &before[memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..];
    let after = &after[..after.len().min(AROUND)];
    let after = match memchr::memchr(b'\n', after) {
        Some(end) => after[..end].strip_suffix(b"\r").unwrap_or(&after[..end]),
        None => after,
    };
    let occurrence = Occurrence { before, word, after };
    match marker.place {
        Place::Hex => occurrence.as_hex(marker),
        Place::Status => occurrence.as_status(marker),
        Place::Anywhere => marker.strength,
        _ => occurrence.as_symbol().unwrap_or_else(|| occurrence.as_word(marker)),
    }
}

/// A marker with what stands around it in its line.
struct Occurrence<'t> {
    before: &'t [u8],
    word: &'t [u8],
    after: &'t [u8],
}

impl Occurrence<'_> {
    fn as_hex(&self, marker: &Marker) -> Strength {
        let digits = self.after.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let borders = digits == 4 && !self.before.last().is_some_and(u8::is_ascii_alphanumeric);
        // Ranges of addresses: `[mem 0xc0001000-0xeebfffff window]`.
        let ends_range = matches!(self.before, [.., byte, b'-'] if byte.is_ascii_hexdigit());
        let begins_range = self.after.get(digits..).is_some_and(|rest| rest.starts_with(b"-0x"));
        if begins_range || ends_range {
            return Strength::Nothing;
        }
        if borders { marker.strength } else { Strength::Nothing }
    }

    /// Judges what leads to the status of a command: `exited with 1`, `exit code: 0x5`, `exit status is 2`.
    fn as_status(&self, marker: &Marker) -> Strength {
        let rest = trim_start(skip_counting(self.after), b" \t:=#(\"'-");
        let is_number = rest.first().is_some_and(u8::is_ascii_digit) && rest.len() < self.after.len();
        if is_number && !is_zero(rest) { marker.strength.min(self.left_border(marker)) } else { Strength::Nothing }
    }

    /// Judges names of constants such as `ERROR_ACCESS_DENIED`; `None` if it does not stand in one.
    fn as_symbol(&self) -> Option<Strength> {
        if !self.word.first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        let of_symbol = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let left = &self.before[self.before.iter().rposition(|byte| !of_symbol(byte)).map_or(0, |at| at + 1)..];
        let right = &self.after[..self.after.iter().position(|byte| !of_symbol(byte)).unwrap_or(self.after.len())];
        let next = self.after.get(right.len()).copied().unwrap_or(b' ');
        let joined = left.contains(&b'_') || right.contains(&b'_');
        let part = left.last().is_none_or(|byte| *byte == b'_') && right.first().is_none_or(|byte| *byte == b'_');
        if !joined || !self.word.iter().all(of_symbol) || next.is_ascii_lowercase() {
            return None;
        }
        let contains = |part: &[u8], word: &str| part.windows(word.len()).any(|it| it == word.as_bytes());
        let harmless = ["SUCCESS", "NO_", "_LOG", "_LEVEL", "_HANDLER", "_COUNT", "_PAGE", "_FILE", "_MODE", "_REPORT"];
        if !part || harmless.iter().any(|word| contains(left, word) || contains(right, word)) {
            return Some(Strength::Nothing);
        }
        Some(if next == b'=' { Strength::Weak } else { Strength::Strong })
    }

    fn as_word(&self, marker: &Marker) -> Strength {
        let limit = self.left_border(marker).min(self.right_border(marker));
        // `Oops: 0000 [#1] SMP`: the number says what the kernel was doing.
        let is_empty = marker.word != "oops" && has_empty_value(self.after);
        if limit == Strength::Nothing || self.is_denied() || is_empty || self.is_made_up_for(marker) {
            return Strength::Nothing;
        }
        let strength = match (marker.word, self.after.first()) {
            ("err", Some(b':' | b'=')) => Strength::Strong,
            _ => marker.strength,
        };
        strength.min(limit).min(self.spoken_of(marker))
    }

    /// The most that the byte before the word allows.
    fn left_border(&self, marker: &Marker) -> Strength {
        let capital = self.word.first().is_some_and(u8::is_ascii_uppercase);
        match *self.before {
            [ref before @ .., b'm'] if ends_colour(before) => Strength::Certain,
            [.., b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'] => match marker.place {
                Place::WordEnd => Strength::Certain,
                // `java.io.IOException` and `TypeError:` are classes, `GetLastError` is a function.
                Place::NameEnd if capital && marker.word == "exception" => Strength::Certain,
                Place::NameEnd if capital && matches!(self.after.first(), None | Some(b':' | b'\r')) => {
                    Strength::Certain
                }
                Place::NameEnd if capital => Strength::Weak,
                _ => Strength::Nothing,
            },
            [.., b'_'] if self.after.first() == Some(&b'_') => Strength::Nothing,
            // What a processor can do, in every `/proc/cpuinfo`.
            [.., b'f', b'p', b'u', b'_'] if marker.word == "exception" => Strength::Nothing,
            [.., b'_' | b'$' | b'@' | b'%' | b'#'] => Strength::Weak,
            [.., b'.'] if !capital => Strength::Weak,
            // A quoted word that is neither a key nor its value: `where level = 'FATAL'`.
            [ref rest @ .., quote @ (b'"' | b'\'')] if self.after.first() == Some(&quote) => match rest {
                [.., b':' | b'='] | [.., b':', b' '] => Strength::Certain,
                _ if self.after.get(1) == Some(&b':') => Strength::Certain,
                _ => Strength::Weak,
            },
            [.., b'-', b'-'] => Strength::Nothing,
            _ if self.is_joined() => Strength::Weak,
            [ref rest @ .., b':'] if is_argument(rest, self.after) => Strength::Nothing,
            _ if marker.place == Place::NotOption && self.before.ends_with(b"oops=") => Strength::Nothing,
            [.., byte, b'/'] if byte.is_ascii_alphabetic() && matches!(self.after, [] | [b' ' | b':' | b',', ..]) => {
                Strength::Weak
            }
            [.., b'/' | b'\\'] => Strength::Nothing,
            _ => Strength::Certain,
        }
    }

    /// The most that the bytes after the word allow.
    fn right_border(&self, marker: &Marker) -> Strength {
        let capitals = self.word.iter().all(|byte| !byte.is_ascii_lowercase());
        if marker.place == Place::Capitals && !capitals {
            return Strength::Nothing;
        }
        match *self.after {
            [b'a'..=b'z', ..] => Strength::Nothing,
            [b'A'..=b'Z', ..] if capitals => Strength::Nothing,
            [b'_', ref rest @ ..]
                if is_a(first_word(rest), NAMES)
                    || ["log", "page", "level", "file", "mode"].iter().any(|it| starts_with(rest, it)) =>
            {
                Strength::Nothing
            }
            // A package: `libgpg-error0`, `libcom-err2:amd64`, `libgpg-error-1.12-3.el7`.
            [next, ..] | [b'-', next, ..] if next.is_ascii_digit() && self.is_joined() => Strength::Nothing,
            [b'A'..=b'Z' | b'0'..=b'9' | b'_', ..] => Strength::Weak,
            [b'-', b'a'..=b'z', ..] | [b'@', b'a'..=b'z', ..] => Strength::Nothing,
            [b'-', b'A'..=b'Z', ..] => Strength::Weak,
            [b'.' | b'/' | b'\\', next, ..] if next.is_ascii_lowercase() => Strength::Nothing,
            // A rotated log: `error.1.gz`.
            [b'.', next, ..] if next.is_ascii_digit() => Strength::Nothing,
            [b'(', next, ..] if marker.place == Place::NameEnd && !next.is_ascii_digit() && next != b's' => {
                Strength::Weak
            }
            [b'=' | b':', ..] if marker.place == Place::NotSetting => Strength::Nothing,
            [b'=', ref value @ ..] if marker.place == Place::NotOption && is_option(value) => Strength::Nothing,
            // Holes in the memory of every computer: `zone DMA: 97 pages in unavailable ranges`.
            [b' ', b'r', b'a', b'n', b'g', b'e', b's', ..] if marker.word == "unavailable" => Strength::Nothing,
            _ => Strength::Certain,
        }
    }

    /// Whether a dash joins it to the word before.
    fn is_joined(&self) -> bool {
        matches!(self.before, [.., byte, b'-'] if byte.is_ascii_alphanumeric())
    }

    /// What stands before it, without the rest of its own name: `handler for ` of `handler for java.io.IOException`.
    fn sentence(&self) -> &[u8] {
        let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$');
        &self.before[..self.before.iter().rposition(|byte| !of_name(byte)).map_or(0, |at| at + 1)]
    }

    /// Whether a word before says that it did not happen.
    fn is_denied(&self) -> bool {
        let mut rest = self.sentence();
        for distance in 0..5 {
            let (word, further) = last_word(rest);
            let zero = word.starts_with(b"0/") || (word.starts_with(b"0") && word.ends_with(b"%"));
            let short = word.len() > 3 && word[word.len() - 3..].eq_ignore_ascii_case(b"n't");
            let bits = VOCABULARY.bits(word);
            if bits & DENIES != 0 || zero || (short && distance < 2) {
                return true;
            }
            if bits & LINKS == 0 {
                // `0 repositories failed`
                return distance == 0 && word.ends_with(b"s") && last_word(further).0 == b"0";
            }
            rest = further;
        }
        false
    }

    /// Whether the program says what it takes instead: `PMU not available due to virtualization, using software events only`.
    fn is_made_up_for(&self, marker: &Marker) -> bool {
        matches!(marker.word, "not available" | "not found") && memchr::memmem::find(self.after, b", using ").is_some()
    }

    /// The most that the words around allow: it may be a name, or only be spoken of.
    fn spoken_of(&self, marker: &Marker) -> Strength {
        let (word, further) = last_word(self.sentence());
        let (second, _) = last_word(further);
        let next = match self.after {
            [b' ', rest @ ..] => first_word(rest),
            _ => &[],
        };
        let option = matches!(word.len(), 1 | 2) && matches!(further, [b'-'] | [.., b' ', b'-']);
        if option
            || is_a(word, SEARCHES)
            || (is_a(next, NAMES) && may_name(marker.word))
            || (word.eq_ignore_ascii_case(b"on") && is_a(second, REACTS))
        {
            return Strength::Nothing;
        }
        let case_of = word.eq_ignore_ascii_case(b"of") && second.eq_ignore_ascii_case(b"case");
        let handler_for = word.eq_ignore_ascii_case(b"for") && is_a(second, NAMES);
        // `e.g. 'Error connecting to {0}'` is a message before its values are put in.
        let brace = memchr::memchr(b'{', self.after).unwrap_or(self.after.len());
        let pattern = matches!(self.after[brace..], [b'{', b'0'..=b'9', b'}', ..]);
        if pattern || is_a(word, SUPPOSES) || case_of || handler_for || is_a(next, PERHAPS_NAMES) {
            return Strength::Weak;
        }
        Strength::Certain
    }
}

/// Whether a marker can begin the name of a part or a feature (`error handler`, `exception support`). The others say what
/// happened, whatever follows: `cannot log`, `exceeded threshold`, `missing support`.
fn may_name(marker: &str) -> bool {
    const NAMING: &[&str] = &[
        "error",
        "errors",
        "err",
        "fail",
        "failure",
        "failures",
        "exception",
        "exceptions",
        "fatal",
        "critical",
        "crit",
        "emerg",
        "emergency",
        "alert",
        "severe",
        "panic",
        "oops",
        "bug",
        "crash",
        "call trace",
        "traceback",
        "assertion",
        "out of memory",
        "oom",
        "timeout",
        "abort",
        "mismatch",
        "violation",
        "overflow",
        "expired",
        "deadlock",
        "corruption",
        "warn",
        "warning",
        "warnings",
    ];
    NAMING.contains(&marker)
}

/// Whether a word behind `:` is a symbol that a call is given, as code has them: `add_column(:jobs, :timeout, :integer)`.
/// In other brackets it is a value: `{:error, :timeout}`.
fn is_argument(before: &[u8], after: &[u8]) -> bool {
    let opened = before.iter().rposition(|byte| b"()[]{}\"'".contains(byte));
    let call = opened.is_some_and(|at| {
        before[at] == b'(' && at.checked_sub(1).is_some_and(|name| before[name].is_ascii_alphanumeric())
    });
    call && matches!(before.last(), Some(b'(' | b' ' | b',')) && matches!(after, [b',' | b')', ..])
}

/// Whether a value is one that options of the kernel have: a number, or what to do.
fn is_option(value: &[u8]) -> bool {
    matches!(value, [b'-' | b'0'..=b'9', ..]) || value.starts_with(b"panic")
}

/// Whether `m` ends an escape sequence here: `\x1b[31;1`.
fn ends_colour(before: &[u8]) -> bool {
    let rest = &before[..before.iter().rposition(|byte| !matches!(byte, b'0'..=b'9' | b';')).map_or(0, |at| at + 1)];
    rest.ends_with(b"\x1b[")
}

fn first_word(text: &[u8]) -> &[u8] {
    &text[..text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len())]
}

/// The last word of a text and what stands before it; empty if the sentence begins here.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b',' | b'"' | b'\'' | b'(' | b'[' | b'{');
    let end = text.iter().rposition(|byte| !is_space(byte)).map_or(0, |at| at + 1);
    let text = &text[..end];
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'/' | b'%' | b'_') || !byte.is_ascii();
    let start = text.iter().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    // `5.0 errors` and `-0 errors` are not zero.
    match (&text[..start], &text[start..]) {
        ([.., b'.' | b'-' | b':'], [b'0', ..]) => (&[], &[]),
        (before, word) => (word, before),
    }
}

fn is_a(word: &[u8], kind: u32) -> bool {
    VOCABULARY.bits(word) & kind != 0
}

fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()))
}

fn trim_start<'t>(text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    &text[text.iter().take_while(|byte| bytes.contains(byte)).count()..]
}

#[cfg(test)]
mod tests;

//! Conditions about several records: in which order, how close in time, where, and what must not stand beside them.
//!
//! Each of the records is described by a [`Condition`] of its own, as if it were a signature; what a pass over the logs
//! finds of them is put together at its end. The semantics are those of `signatures/README.md`.

use super::Condition;
use std::collections::BTreeSet;
use std::fmt;

/// What several records must be to each other.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Whether the parts have an order.
    pub order: Order,
    /// What must be there, at least one part.
    pub parts: Vec<Part>,
    /// The longest time from the first record to the last.
    pub within: Option<Span>,
    /// What has equal values in all records that a part which can have it describes.
    pub same: Vec<Bond>,
    /// Where all records stand.
    pub place: Where,
    /// Records that make it another case.
    pub unless: Vec<Unless>,
    /// Records that should follow and do not.
    pub absent: Vec<Absent>,
}

/// The order of the parts of a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// There is one part only.
    One,
    /// As they are written (`sequence`).
    Sequence,
    /// Any (`all`); one record may be that of several parts.
    Any,
}

/// A part of a correlation.
#[derive(Clone, Debug)]
pub struct Part {
    /// What `anchor` calls it.
    pub name: Option<String>,
    /// Its records.
    pub wanted: Wanted,
    /// How many of them there must be at least.
    pub count: u32,
}

/// Which records a part of a correlation is about.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the record contains.
    pub condition: Condition,
    /// Globs of the files in which it stands, in place of those of the signature; empty for those.
    pub files: Vec<String>,
}

/// What records of a correlation have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bond {
    /// The value of a capture.
    Capture(String),
    /// The computer.
    Host,
    /// The log; a rotated family is one.
    File,
    /// The component that the header of the record names.
    Component,
}

/// Where the records of a correlation stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In one log; a rotated family is one.
    File,
    /// In logs of one computer.
    Host,
    /// Anywhere.
    Bundle,
}

/// A record that makes it another case if it stands in a window of time.
#[derive(Clone, Debug)]
pub struct Unless {
    /// The record.
    pub wanted: Wanted,
    /// To what the window is relative.
    pub anchor: Anchor,
    /// Its beginning, inclusive.
    pub from: Span,
    /// Its end, inclusive.
    pub to: Span,
}

/// A record that should follow.
#[derive(Clone, Debug)]
pub struct Absent {
    /// The record.
    pub wanted: Wanted,
    /// What it should follow.
    pub anchor: Anchor,
    /// In which time.
    pub within: Span,
}

/// A place in a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// From its first record to its last.
    Whole,
    /// Its first record.
    First,
    /// Its last record.
    Last,
    /// The record of the part with this index; of a part with a count the one that completes it.
    Part(usize),
}

/// A length of time in nanoseconds; negative if it counts back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);

impl Correlation {
    /// The greatest count of a part.
    pub const MOST: u32 = 4096;

    /// Returns what every record that counts as part of a match contains: the condition of one of the parts.
    pub fn of_any_part(&self) -> Condition {
        match self.parts.as_slice() {
            [one] => one.wanted.condition.clone(),
            parts => Condition::Any(parts.iter().map(|part| part.wanted.condition.clone()).collect()),
        }
    }

    /// All records that are looked for: of the parts, then of `unless`, then of `absent`. A record's place in this order is
    /// its number in the correlation.
    pub fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        let parts = self.parts.iter().map(|part| &part.wanted);
        parts.chain(self.unless.iter().map(|it| &it.wanted)).chain(self.absent.iter().map(|it| &it.wanted))
    }

    /// Whether times decide something, so that records without one cannot be judged.
    pub fn needs_times(&self) -> bool {
        let is_timed = |it: &Unless| (it.anchor, it.from, it.to) != (Anchor::Whole, Span(0), Span(0));
        self.within.is_some() || !self.absent.is_empty() || self.unless.iter().any(is_timed)
    }
}

impl Wanted {
    /// Whether a record of it can have a value for the bond.
    pub fn carries(&self, bond: &Bond, captures: &BTreeSet<String>) -> bool {
        match bond {
            Bond::Capture(name) => captures.contains(name),
            Bond::Host | Bond::File | Bond::Component => true,
        }
    }
}

impl Bond {
    /// Returns the name used in files.
    pub fn name(&self) -> &str {
        match self {
            Bond::Capture(name) => name,
            Bond::Host => "host",
            Bond::File => "file",
            Bond::Component => "component",
        }
    }
}

impl Where {
    /// Returns the name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Where::File => "file",
            Where::Host => "host",
            Where::Bundle => "bundle",
        }
    }
}

const UNITS: &[(&str, i64)] = &[
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

impl Span {
    /// The longest span, ten years.
    const LONGEST: i64 = 3_650 * 86_400_000_000_000;

    /// Reads `30m`, `-30s`, `500ms`; `None` for anything else and for more than ten years.
    pub fn parse(text: &str) -> Option<Span> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let unit_at = digits.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = digits.split_at(unit_at);
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
        let span = number.parse::<i64>().ok()?.checked_mul(*unit).filter(|span| *span <= Span::LONGEST)?;
        Some(Span(if negative { -span } else { span }))
    }
}

impl fmt::Display for Span {
    /// The number of the largest unit that leaves nothing over: `90s`, `-2h`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let unit = UNITS.iter().rev().find(|(_, unit)| self.0 % unit == 0);
        match unit {
            Some((name, unit)) => write!(f, "{}{name}", self.0 / unit),
            None => write!(f, "{}ns", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Span::parse(text).map(|span| span.to_string()).as_deref(), expected, "{text}");
        };
        check("30m", Some("30m"));
        check("90s", Some("90s"));
        check("120s", Some("2m"));
        check("-30s", Some("-30s"));
        check("+24 h", Some("1d"));
        check("500ms", Some("500ms"));
        check("0s", Some("0s"));
        check("0", None);
        check("30", None);
        check("m", None);
        check("1.5h", None);
        check("1h30m", None);
        check("9999999999999999999d", None);
        check("4000d", None);
    }
}

//! A signature that was read from another format and is not yet a file.

use crate::signature::{Condition, Reference, Severity, Side};

/// A signature to be written. Its status is always `draft`: nobody has looked at it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Path of its file below the catalogue, without `.yaml`.
    pub(super) id: String,
    /// What is kept as comments at the top: where it comes from and what has no field here.
    pub(super) comments: Vec<String>,
    pub(super) title: String,
    pub(super) side: Side,
    pub(super) severity: Severity,
    pub(super) component: Option<String>,
    pub(super) matching: Matching,
    pub(super) cause: String,
    pub(super) impact: Option<String>,
    pub(super) steps: Vec<String>,
    pub(super) references: Vec<Reference>,
    /// Log excerpts that must match.
    pub(super) fires: Vec<String>,
    /// Log excerpts that must not.
    pub(super) silent: Vec<String>,
}

/// What the records must contain.
#[derive(Clone, Debug)]
pub(super) enum Matching {
    One(Condition),
    Several(Several),
}

/// A condition about several records.
#[derive(Clone, Debug, Default)]
pub(super) struct Several {
    /// Whether the parts have an order.
    pub(super) ordered: bool,
    pub(super) parts: Vec<Part>,
    /// The longest time from the first to the last.
    pub(super) within: Option<Span>,
    pub(super) same: Vec<String>,
    /// `host` or `bundle`; in one file otherwise.
    pub(super) place: Option<&'static str>,
    pub(super) unless: Vec<Unless>,
}

/// One of the records.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) condition: Condition,
    pub(super) count: u64,
}

/// A record that must not stand in a window of time.
#[derive(Clone, Debug)]
pub(super) struct Unless {
    pub(super) condition: Condition,
    /// The part to which the window is relative, from 0; `None` is the whole match.
    pub(super) anchor: Option<usize>,
    pub(super) from: Span,
    pub(super) to: Span,
}

/// A length of time in milliseconds; negative if it counts back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(pub(super) i64);

impl std::fmt::Display for Span {
    /// As signatures write it: `90s`, `-2h`, `0s`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
        // Zero has a unit, too; `0d` would be odd.
        let (unit, length) = match self.0 {
            0 => ("s", 1000),
            ms => units.into_iter().find(|(_, length)| ms % length == 0).unwrap_or(("ms", 1)),
        };
        write!(f, "{}{unit}", self.0 / length)
    }
}

impl Span {
    /// The longest time that a signature can state: ten years.
    const LONGEST: f64 = 3650.0 * 86_400_000.0;

    /// Reads a duration as Go and Sigma write it: `90s`, `1h30m`, `-500ms`, `1.5h`.
    pub(super) fn parse(text: &str) -> Option<Span> {
        let (sign, mut rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, text.trim().trim_start_matches('+')),
        };
        if rest == "0" {
            return Some(Span(0));
        }
        let mut sum = 0.0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let at = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
            let number: f64 = rest[..at].parse().ok()?;
            let end = rest[at..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| at + end);
            let unit = match rest[at..end].trim() {
                "ns" => 1e-6,
                "us" | "µs" => 1e-3,
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 6e4,
                "h" => 3.6e6,
                "d" => 8.64e7,
                _ => return None,
            };
            sum += number * unit;
            rest = &rest[end..];
        }
        // A time below a millisecond is one, so that a window never becomes none.
        (sum <= Span::LONGEST).then(|| Span((sign * sum.ceil()) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_other_programs_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Span::parse(text).map(|span| span.to_string()).as_deref(), expected, "{text}");
        };
        check("30s", Some("30s"));
        check("120s", Some("2m"));
        check("1h30m", Some("90m"));
        check("-500ms", Some("-500ms"));
        check("1.5h", Some("90m"));
        check("7d", Some("7d"));
        check("0", Some("0s"));
        check("10us", Some("1ms"));
        check("30", None);
        check("soon", None);
        check("", None);
        check("99999d", None);
    }
}

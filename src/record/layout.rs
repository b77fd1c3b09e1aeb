//! What the header of a line has shown, for all lines that differ from it only in the values of digits.
//!
//! Where the message begins, what the component is and which words were levels does not depend on such values. What does
//! is in the notes of `watch`: looks at times, which are repeated, and numbers, which have to be the same.

use super::fold::{Kind, Line};
use super::format::Header;
use super::header::Rules;
use super::level::Level;
use super::stamp::{Attempt, Orders, attempt};
use super::watch::{CALLS, Call, How, NUMBERS, Number, Outcome, Watch};
use super::{Time, field};

/// What the header of a line has shown, for all lines that differ from it only in the values of digits: they have the
/// same length, the same bytes that are no digits, and digits at the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    calls: [Call; CALLS],
    numbers: [Number; NUMBERS],
    n_calls: u8,
    n_numbers: u8,
    /// Which look at a time gives the record's.
    time_from: Option<u8>,
    kind: Kind,
    headed: bool,
    level: Option<Level>,
    message: u16,
    /// Where the component begins, and its length.
    component: Option<(u16, u16)>,
}

impl Layout {
    /// The layout that `line` has shown; `None` if it depends on values of digits in other ways.
    pub(super) fn of(line: &[u8], read: &Line<'_>, time_from: Option<u8>, watch: &Watch<'_>) -> Option<Layout> {
        let (calls, n_calls, numbers, n_numbers) = watch.notes()?;
        let header = read.header.unwrap_or_default();
        let component = match header.component {
            Some(component) => {
                let at = (component.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
                Some((u16::try_from(at).ok()?, u16::try_from(component.len()).ok()?))
            }
            None => None,
        };
        if time_from.is_some_and(|call| usize::from(call) >= n_calls) {
            return None;
        }
        Some(Layout {
            calls,
            numbers,
            n_calls: n_calls as u8,
            n_numbers: n_numbers as u8,
            time_from,
            kind: read.kind,
            headed: read.header.is_some(),
            level: header.level,
            message: u16::try_from(header.message).ok()?,
            component,
        })
    }

    /// Reads a line that differs from the one that has shown the layout only in the values of digits.
    pub(super) fn read<'a>(&self, line: &'a [u8], rules: &Rules) -> Option<Line<'a>> {
        for number in &self.numbers[..usize::from(self.n_numbers)] {
            let same =
                |(index, &digit): (usize, &u8)| digit == 0 || line.get(usize::from(number.at) + index) == Some(&digit);
            if !number.digits.iter().enumerate().all(same) {
                return None;
            }
        }
        let mut found = None;
        for (index, call) in self.calls[..usize::from(self.n_calls)].iter().enumerate() {
            let time = call.again(line, rules)?;
            if self.time_from == Some(index as u8) {
                found = time;
            }
        }
        if !self.headed {
            return Some(Line { kind: self.kind, header: None });
        }
        let component = match self.component {
            Some((at, length)) => Some(line.get(usize::from(at)..usize::from(at) + usize::from(length))?),
            None => None,
        };
        let message = usize::from(self.message).min(line.len());
        Some(Line { kind: self.kind, header: Some(Header { time: found, level: self.level, component, message }) })
    }
}

impl Call {
    /// Looks again: `None` if anything but the time itself is different now.
    fn again(&self, line: &[u8], rules: &Rules) -> Option<Option<Time>> {
        let at = usize::from(self.at);
        let text = line.get(at..at + usize::from(self.length))?;
        let orders = match self.how {
            How::Stamp => rules.orders,
            How::Usual => Orders::Usual,
            How::Field => {
                let found = field::time(text, rules);
                return (found.is_some() == (self.outcome != Outcome::default())).then(|| found.map(|(time, _)| time));
            }
        };
        match attempt(text, 0, orders) {
            Attempt::Read(stamp, end) => (Outcome::of(&stamp) == self.outcome && end == usize::from(self.taken))
                .then(|| Some(rules.calendar.time(&stamp))),
            _ => (self.outcome == Outcome::default()).then_some(None),
        }
    }
}

/// Is equal for rules that read the same from a line, apart from what completes its time.
pub(super) fn rules_key(rules: &Rules) -> u64 {
    let flags = [rules.prefixed, rules.indented, rules.level_only];
    flags.iter().fold(rules.orders as u64, |key, &flag| key << 1 | u64::from(flag))
}

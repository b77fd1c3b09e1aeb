//! What the header of a line has shown, for all lines that differ from it only in the values of digits.
//!
//! Where the message begins, what the component is and which words were levels does not depend on such values. What does
//! is in the notes of `watch`: looks at times, which are repeated, and numbers, which have to be the same.

use super::field;
use super::fold::{Kind, Line};
use super::format::Header;
use super::header::Rules;
use super::level::Level;
use super::plan::Plan;
use super::stamp::{Attempt, Orders, attempt};
use super::time::Time;
use super::watch::{Look, NOTES, Note, Outcome, Watch};

/// What the header of a line has shown, for all lines that differ from it only in the values of digits: they have the
/// same length, the same bytes that are no digits, and digits at the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    notes: [Note; NOTES],
    n_notes: u8,
    /// Which note gives the record's time; none if there are less.
    time_from: u8,
    kind: Kind,
    headed: bool,
    level: Option<Level>,
    message: u16,
    /// Where the component begins, or `NOWHERE`, and its length.
    component: (u16, u16),
}

/// There is no component. No line is so long that one could begin there.
const NOWHERE: u16 = u16::MAX;

impl Layout {
    /// The layout that `line` has shown; `None` if it depends on values of digits in other ways.
    pub(super) fn of(line: &[u8], read: &Line<'_>, time_from: Option<u8>, watch: &Watch<'_>) -> Option<Layout> {
        let (mut notes, n_notes) = watch.notes()?;
        let header = read.header.unwrap_or_default();
        let component = match header.component {
            Some(component) => {
                let at = (component.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
                (u16::try_from(at).ok().filter(|&at| at < NOWHERE)?, u16::try_from(component.len()).ok()?)
            }
            None => (NOWHERE, 0),
        };
        if time_from.is_some_and(|note| usize::from(note) >= n_notes) {
            return None;
        }
        for note in &mut notes[..n_notes] {
            note.plan(line, watch);
        }
        Some(Layout {
            notes,
            n_notes: n_notes as u8,
            time_from: time_from.unwrap_or(u8::MAX),
            kind: read.kind,
            headed: read.header.is_some(),
            level: header.level,
            message: u16::try_from(header.message).ok()?,
            component,
        })
    }

    /// Reads a line that differs from the one that has shown the layout only in the values of digits.
    pub(super) fn read<'a>(&self, line: &'a [u8], rules: &Rules) -> Option<Line<'a>> {
        let mut time = None;
        for (index, note) in self.notes.iter().take(usize::from(self.n_notes)).enumerate() {
            let wanted = index == usize::from(self.time_from);
            let found = note.again(line, rules, wanted)?;
            if wanted {
                time = found;
            }
        }
        if !self.headed {
            return Some(Line { kind: self.kind, header: None });
        }
        let component = match self.component {
            (NOWHERE, _) => None,
            (at, length) => Some(line.get(usize::from(at)..usize::from(at) + usize::from(length))?),
        };
        let message = usize::from(self.message).min(line.len());
        Some(Line { kind: self.kind, header: Some(Header { time, level: self.level, component, message }) })
    }
}

impl Note {
    /// Makes a plan for the next look, if the time has one of the usual shapes.
    fn plan(&mut self, line: &[u8], rules: &Rules) {
        let orders = match self.look {
            Look::Stamp => rules.orders,
            Look::Usual => Orders::Usual,
            _ => return,
        };
        let at = usize::from(self.at);
        let Some(text) = line.get(at..at + usize::from(self.length)) else { return };
        let plan = match attempt(text, 0, orders) {
            Attempt::Read(stamp, end) => Plan::of(text, orders, Some((&stamp, end))),
            _ => Plan::of(text, orders, None),
        };
        if let Some(plan) = plan {
            self.look = Look::Planned(plan.kind);
            self.detail = plan.pack();
        }
    }

    /// Looks again: `None` if anything but the time itself is different now. Returns the time if it is `wanted`.
    #[inline]
    fn again(&self, line: &[u8], rules: &Rules, wanted: bool) -> Option<Option<Time>> {
        let at = usize::from(self.at);
        if let Look::Planned(kind) = self.look {
            let text = line.get(at..at + usize::from(self.length))?;
            let plan = Plan::unpack(kind, self.detail);
            if !self.outcome.is_time() {
                return plan.refuses(text).then_some(None);
            }
            let stamp = plan.read(text, usize::from(self.taken))?;
            let time = || rules.calendar.complete(stamp.date, stamp.clock, stamp.offset, stamp.digits);
            return Some(wanted.then(time));
        }
        self.again_in_general(line, rules)
    }

    #[inline(never)]
    fn again_in_general(&self, line: &[u8], rules: &Rules) -> Option<Option<Time>> {
        let at = usize::from(self.at);
        if self.look == Look::Number {
            let length = self.detail.iter().position(|&digit| digit == 0).unwrap_or(self.detail.len());
            return (line.get(at..at + length) == Some(&self.detail[..length])).then_some(None);
        }
        let text = line.get(at..at + usize::from(self.length))?;
        if self.look == Look::Field {
            let found = field::time(text, rules);
            return (found.is_some() == self.outcome.is_time()).then(|| found.map(|(time, _)| time));
        }
        let orders = if self.look == Look::Usual { Orders::Usual } else { rules.orders };
        match attempt(text, 0, orders) {
            Attempt::Read(stamp, end) => (Outcome::of(&stamp) == self.outcome && end == usize::from(self.taken))
                .then(|| Some(rules.calendar.time(&stamp))),
            _ => (!self.outcome.is_time()).then_some(None),
        }
    }
}

/// Is equal for rules that read the same from a line, apart from what completes its time.
pub(super) fn rules_key(rules: &Rules) -> u64 {
    let flags = [rules.prefixed, rules.indented, rules.level_only];
    flags.iter().fold(rules.orders as u64, |key, &flag| key << 1 | u64::from(flag))
}

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
use super::stamp::{Attempt, Stamp};
use super::time::Time;
use super::time_memo::TimeKey;
use super::watch::{Look, NOTES, Note, Outcome, Watch};

/// What the header of a line has shown, for all lines that differ from it only in the values of digits: they have the
/// same length, the same bytes that are no digits, and digits at the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    notes: [Note; NOTES],
    n_notes: u8,
    /// All notes have plans.
    planned: bool,
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
        let header = read.header;
        let component = component_of(line, &header)?;
        if time_from.is_some_and(|note| usize::from(note) >= n_notes) {
            return None;
        }
        for (index, note) in notes[..n_notes].iter_mut().enumerate() {
            note.plan(line, watch.stamp_of(index), watch);
        }
        Some(Layout {
            notes,
            n_notes: n_notes as u8,
            planned: notes[..n_notes].iter().all(|note| matches!(note.look, Look::Planned(_))),
            time_from: time_from.unwrap_or(u8::MAX),
            kind: read.kind,
            headed: read.headed,
            level: header.level,
            message: u16::try_from(header.message).ok()?,
            component,
        })
    }

    /// The layout of a line whose header depends on the digits of one time only.
    pub(super) fn timed(line: &[u8], read: &Line<'_>, note: Note) -> Option<Layout> {
        let header = read.header;
        let mut notes = [Note::default(); NOTES];
        let rest = line.len().saturating_sub(note.at.into());
        notes[0] = Note { length: rest.min(usize::from(u8::MAX)) as u8, ..note };
        Some(Layout {
            notes,
            n_notes: 1,
            planned: true,
            time_from: 0,
            kind: read.kind,
            headed: read.headed,
            level: header.level,
            message: u16::try_from(header.message).ok()?,
            component: component_of(line, &header)?,
        })
    }

    /// The look at the time that begins the line, perhaps behind a bracket, and its plan, if the header depends on the digits of nothing else.
    pub(super) fn leading_time(&self) -> Option<(Note, Plan)> {
        let note = self.notes[0];
        let Look::Planned(kind) = note.look else { return None };
        let only = self.n_notes == 1 && self.time_from == 0 && note.at <= 1;
        only.then(|| (note, Plan::unpack(kind, note.detail)))
    }

    /// The key of the memo for its times; `None` if there can be none.
    pub fn time_key(&self) -> Option<TimeKey> {
        TimeKey::new(self.notes.get(..usize::from(self.n_notes))?, self.time_from)
    }

    /// Whether such a line begins a record whatever stands before it.
    #[inline]
    pub fn begins(&self) -> bool {
        self.kind == Kind::Begins
    }

    /// Whether such a line belongs to the record before it, unless that has become too long.
    #[inline]
    pub fn continues(&self) -> bool {
        self.kind == Kind::Continues
    }

    /// How serious such a line says it is.
    #[inline]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// Where the message of such a line begins.
    #[inline]
    pub fn message(&self) -> usize {
        self.message.into()
    }

    /// Reads a line that differs from the one that has shown the layout only in the values of digits.
    #[inline]
    pub(super) fn read<'a>(&self, line: &'a [u8], rules: &Rules) -> Option<Line<'a>> {
        let time = self.time(line, rules)?;
        self.with_time(line, time)
    }

    /// Reads its time.
    #[inline]
    pub(super) fn time(&self, line: &[u8], rules: &Rules) -> Option<Option<Time>> {
        if !self.planned {
            return self.time_in_general(line, rules);
        }
        let notes = self.notes.get(..usize::from(self.n_notes))?;
        // Most headers have one time. It is made last and at once: copying it while it is being written is slow.
        for (index, note) in notes.iter().enumerate() {
            if index != usize::from(self.time_from) && !note.holds(line) {
                return None;
            }
        }
        let Some(note) = notes.get(usize::from(self.time_from)) else { return Some(None) };
        let (text, plan) = note.planned(line)?;
        let stamp = plan.read(text, usize::from(note.taken))?;
        Some(Some(rules.calendar.complete(stamp.date, stamp.clock, stamp.offset, stamp.digits)))
    }

    #[cold]
    fn time_in_general(&self, line: &[u8], rules: &Rules) -> Option<Option<Time>> {
        let mut time = None;
        for (index, note) in self.notes.iter().take(usize::from(self.n_notes)).enumerate() {
            let found = note.again(line, rules)?;
            if index == usize::from(self.time_from) {
                time = found;
            }
        }
        Some(time)
    }

    /// The header of a line, with its time.
    #[inline]
    pub(super) fn header<'a>(&self, line: &'a [u8], time: Option<Time>) -> Header<'a> {
        let (at, length) = (usize::from(self.component.0), usize::from(self.component.1));
        let component = line.get(at..at + length).filter(|_| self.component.0 != NOWHERE);
        Header { time, level: self.level, component, message: usize::from(self.message).min(line.len()) }
    }

    /// The line, with its time.
    #[inline]
    pub(super) fn with_time<'a>(&self, line: &'a [u8], time: Option<Time>) -> Option<Line<'a>> {
        if !self.headed {
            return Some(Line::new(self.kind, None));
        }
        let component = match self.component {
            (NOWHERE, _) => None,
            (at, length) => Some(line.get(usize::from(at)..usize::from(at) + usize::from(length))?),
        };
        let message = usize::from(self.message).min(line.len());
        let header = Header { time, level: self.level, component, message };
        Some(Line { kind: self.kind, headed: true, header })
    }
}

/// Where the component stands in its line; `None` if that is too far.
fn component_of(line: &[u8], header: &Header<'_>) -> Option<(u16, u16)> {
    let Some(component) = header.component else { return Some((NOWHERE, 0)) };
    let at = (component.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
    Some((u16::try_from(at).ok().filter(|&at| at < NOWHERE)?, u16::try_from(component.len()).ok()?))
}

impl Note {
    /// Makes a plan for the next look, if the time has one of the usual shapes.
    fn plan(&mut self, line: &[u8], stamp: Option<Stamp>, rules: &Rules) {
        if !matches!(self.look, Look::Stamp | Look::Usual | Look::Universal) {
            return;
        }
        let orders = self.look.orders(rules);
        let at = usize::from(self.at);
        let Some(text) = line.get(at..at + usize::from(self.length)) else { return };
        let read = stamp.as_ref().map(|stamp| (stamp, usize::from(self.taken)));
        if let Some(plan) = Plan::of(text, orders, read) {
            self.look = Look::Planned(plan.kind);
            self.detail = plan.pack();
        }
    }

    /// What was looked at, and the plan for looking again.
    #[inline]
    fn planned<'l>(&self, line: &'l [u8]) -> Option<(&'l [u8], Plan)> {
        let Look::Planned(kind) = self.look else { return None };
        let at = usize::from(self.at);
        Some((line.get(at..at + usize::from(self.length))?, Plan::unpack(kind, self.detail)))
    }

    /// Whether there is the same, if there is a plan for it.
    #[inline]
    fn holds(&self, line: &[u8]) -> bool {
        let Some((text, plan)) = self.planned(line) else { return false };
        if self.outcome.is_time() { plan.accepts(text, usize::from(self.taken)) } else { plan.refuses(text) }
    }

    /// Looks again: `None` if anything but the time itself is different now.
    fn again(&self, line: &[u8], rules: &Rules) -> Option<Option<Time>> {
        if let Some((text, plan)) = self.planned(line) {
            if !self.outcome.is_time() {
                return plan.refuses(text).then_some(None);
            }
            let stamp = plan.read(text, usize::from(self.taken))?;
            return Some(Some(rules.calendar.complete(stamp.date, stamp.clock, stamp.offset, stamp.digits)));
        }
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
        if self.look == Look::Boot {
            let seconds = text.get(..usize::from(self.taken))?;
            return super::watch::since_boot(rules.boot?, seconds).map(Some);
        }
        match self.look.attempt(text, 0, rules) {
            Attempt::Read(stamp, end) => (Outcome::of(&stamp) == self.outcome && end == usize::from(self.taken))
                .then(|| Some(rules.calendar.time(&stamp))),
            _ => (!self.outcome.is_time()).then_some(None),
        }
    }
}

/// Is equal for rules that read the same from a line, apart from what completes its time.
pub(super) fn rules_key(rules: &Rules) -> u64 {
    let flags = [rules.prefixed, rules.headings, rules.indented, rules.level_only, rules.boot.is_some()];
    let key = flags.iter().fold(rules.orders as u64, |key, &flag| key << 1 | u64::from(flag));
    // The directives' key has all bits; those of the flags must stay what they are for files without.
    rules.directives.as_ref().map_or(key, |directives| directives.key() << 8 ^ key)
}

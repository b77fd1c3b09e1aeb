//! What of a match of several records is in a bundle, and which of its rules is against it.

use super::super::explain::PartRun;
use super::condition::Part;
use super::probes::{Answers, Probe, Probes};
use super::{counted, first_place, moment};
use crate::diagnosis::Known;
use crate::finding::Evidence;
use crate::signature::{Bond, Correlation, Order, Scope, Signature, Wanted, Where};

/// The records that a correlation asks for, and what it would be without one of its rules.
pub(super) struct Several<'c> {
    correlation: &'c Correlation,
    wanted: Vec<(String, Part, u64, Option<Probe>)>,
    /// Each with what it says if it holds.
    without: Vec<(String, Option<Probe>)>,
    /// Without any of them.
    bare: Option<Probe>,
}

impl<'c> Several<'c> {
    pub(super) fn ask(probes: &mut Probes<'_>, signature: &Signature, correlation: &'c Correlation) -> Several<'c> {
        let numbers = correlation.parts.len();
        let name = |number: usize| match number {
            _ if correlation.order == Order::One && number < numbers => "the record".to_owned(),
            _ if number < numbers => {
                let name = correlation.parts.get(number).and_then(|part| part.name.as_ref());
                let name = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
                format!("part {}{name}", number + 1)
            }
            _ if number < numbers + correlation.unless.len() => format!("`unless` {}", number - numbers + 1),
            _ => format!("`absent` {}", number - numbers - correlation.unless.len() + 1),
        };
        let of_wanted = |(number, wanted): (usize, &'c Wanted)| {
            let files = if wanted.files.is_empty() { &signature.scope.files } else { &wanted.files };
            let scope = Scope { files: files.clone(), ..signature.scope.clone() };
            let needed = correlation.parts.get(number).map_or(0, |part| u64::from(part.count));
            let whole = probes.records(&wanted.condition, &scope);
            (name(number), Part::ask(probes, &wanted.condition, &scope), needed, whole)
        };
        let wanted = correlation.wanted().enumerate().map(of_wanted).collect();
        let mut without = Vec::new();
        let mut ask = |says: String, change: &dyn Fn(&mut Correlation)| {
            let probe = probes.ask(|probe| {
                let Some(correlation) = &mut probe.correlation else { return };
                change(correlation);
                probe.condition = correlation.of_any_part();
            });
            without.push((says, probe));
        };
        for number in 0..correlation.unless.len() {
            ask(format!("without `unless` {}", number + 1), &|it| _ = it.unless.remove(number));
        }
        for number in 0..correlation.absent.len() {
            ask(format!("without `absent` {}", number + 1), &|it| _ = it.absent.remove(number));
        }
        if let Some(within) = correlation.within {
            ask(format!("without `within: {within}`"), &|it| it.within = None);
        }
        if !correlation.same.is_empty() {
            let names: Vec<&str> = correlation.same.iter().map(Bond::name).collect();
            ask(format!("without `same: [{}]`", names.join(", ")), &|it| it.same.clear());
        }
        if correlation.place != Where::Bundle {
            ask(format!("with `in: bundle` in place of `in: {}`", correlation.place.name()), &|it| {
                it.place = Where::Bundle;
            });
        }
        if correlation.order == Order::Sequence {
            ask("in any order".to_owned(), &|it| it.order = Order::Any);
        }
        let bare = probes.ask(|probe| {
            let Some(it) = &mut probe.correlation else { return };
            it.unless.clear();
            it.absent.clear();
            (it.within, it.place) = (None, Where::Bundle);
            it.same.clear();
            it.order = if it.order == Order::Sequence { Order::Any } else { it.order };
            probe.condition = it.of_any_part();
        });
        Several { correlation, wanted, without, bare }
    }

    /// Says what was found. `is_found` says that it matches as it is.
    pub(super) fn tell(&self, answers: &Answers, is_found: bool, told: &mut Vec<PartRun>) {
        let mut is_missing = false;
        for (name, part, needed, whole) in &self.wanted {
            let found = answers.count(*whole);
            let is_part = *needed > 0;
            let holds = if is_part { found >= *needed } else { true };
            is_missing |= !holds;
            let place = first_place(answers.get(*whole));
            let said = match (found, *needed) {
                (0, _) if is_part => "no record".to_owned(),
                (0, _) => "no record, so it rules nothing out".to_owned(),
                (found, needed) if found < needed => {
                    format!("{} of {needed} that are needed, first in {place}", counted(found))
                }
                (found, _) => format!("{}, first in {place}", counted(found)),
            };
            told.push(PartRun { depth: 1, part: name.clone(), holds, said });
            // What of the condition is there only matters if something is missing, or for what it is.
            if !holds || !is_part {
                part.tell(answers, 2, told);
            }
        }
        if is_found || is_missing {
            return;
        }
        let against = self.without.iter().filter_map(|(says, probe)| Some((says, answers.get(*probe)?)));
        let against: Vec<(&String, &Known)> = against.collect();
        for (says, known) in &against {
            let said = format!("it would match: {}", self.records(known));
            told.push(PartRun { depth: 1, part: (*says).clone(), holds: true, said });
        }
        if against.is_empty() {
            let said = match answers.get(self.bare) {
                Some(known) => format!(
                    "more than one of order, `within`, `same`, `in`, `unless` and `absent` is against it: {}",
                    self.records(known)
                ),
                None => "not all of them are there together".to_owned(),
            };
            told.push(PartRun { depth: 1, part: "all parts".to_owned(), holds: false, said });
        }
    }

    /// The records of the first match, with their times and the values that must be the same.
    fn records(&self, known: &Known) -> String {
        const SHOWN: usize = 4;
        let group = &known.group;
        let one = |it: &Evidence| {
            let time = it.time.map(|time| format!(" at {}", moment(time))).unwrap_or_default();
            format!("{}:{}{time}", it.file, it.line)
        };
        let mut records: Vec<String> = group.evidence.iter().take(SHOWN).map(one).collect();
        if group.evidence.len() > SHOWN {
            records.push("more".to_owned());
        }
        let values = self.correlation.same.iter().filter_map(|bond| {
            let Bond::Capture(name) = bond else { return None };
            Some(format!("{name} = {}", group.captures.get(name)?))
        });
        let values: Vec<String> = values.collect();
        let values = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
        format!("{}{values}", records.join(", "))
    }
}

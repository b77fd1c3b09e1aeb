//! How far the condition of one record gets in a bundle, part by part.

use super::super::condition::shown;
use super::super::explain::{PartRun, beginnings, how_far};
use super::probes::{Answers, Probe, Probes};
use super::{counted, first_place};
use crate::signature::{Condition, Scope};

/// A part of a condition and what is asked about it.
pub(super) struct Part {
    condition: Condition,
    /// Its records in the files of the scope.
    scoped: Option<Probe>,
    /// Its records in all files; `None` if the scope is all of them.
    anywhere: Option<Probe>,
    /// Its beginnings, the longest first, to say where it stops.
    beginnings: Vec<(Condition, Option<Probe>)>,
    parts: Vec<Part>,
    has_scope: bool,
}

/// Parts of one list that are told although nothing of them is there.
const TOLD: usize = 12;
/// Beginnings of one text or pattern that are looked for.
const BEGINNINGS: usize = 10;

impl Part {
    pub(super) fn ask(probes: &mut Probes<'_>, condition: &Condition, scope: &Scope) -> Part {
        let has_scope = !(scope.files.is_empty() && scope.not_files.is_empty());
        let wanted = match condition {
            Condition::None(parts) => Condition::Any(parts.clone()),
            other => other.clone(),
        };
        let parts: Vec<Condition> = match condition {
            Condition::None(parts) | Condition::Any(parts) | Condition::All(parts) => parts.clone(),
            Condition::Fields(tests) if tests.len() > 1 => {
                tests.iter().map(|test| Condition::Fields(vec![test.clone()])).collect()
            }
            Condition::Text { .. } | Condition::Regex(_) | Condition::Fields(_) => Vec::new(),
        };
        let scoped = probes.records(&wanted, scope);
        let anywhere = if has_scope { probes.records(&wanted, &Scope::default()) } else { None };
        let shorter = beginnings(condition, BEGINNINGS).into_iter();
        let shorter = shorter.map(|it| {
            let probe = probes.records(&it, scope);
            (it, probe)
        });
        let beginnings = shorter.collect();
        let parts = parts.iter().map(|part| Part::ask(probes, part, scope)).collect();
        Part { condition: condition.clone(), scoped, anywhere, beginnings, parts, has_scope }
    }

    /// Says what was found of it. `is_whole` says that it must hold by itself.
    pub(super) fn tell(&self, answers: &Answers, depth: usize, told: &mut Vec<PartRun>) {
        let found = answers.count(self.scoped);
        let (part, holds) = match &self.condition {
            Condition::Any(_) => ("`any`".to_owned(), found > 0),
            Condition::All(_) => ("`all`".to_owned(), found > 0),
            Condition::None(_) => ("`none`".to_owned(), found == 0),
            Condition::Text { .. } | Condition::Regex(_) | Condition::Fields(_) => (shown(&self.condition), found > 0),
        };
        told.push(PartRun { depth, part, holds, said: self.said(answers, found) });
        let mut left_out = 0;
        let mut missing = 0;
        for part in &self.parts {
            if answers.count(part.scoped) == 0 && matches!(&self.condition, Condition::Any(_) | Condition::None(_)) {
                missing += 1;
                if missing > TOLD {
                    left_out += 1;
                    continue;
                }
            }
            part.tell(answers, depth + 1, told);
        }
        if left_out > 0 {
            let said = "stand in no record".to_owned();
            told.push(PartRun { depth: depth + 1, part: format!("{left_out} more"), holds: false, said });
        }
    }

    fn said(&self, answers: &Answers, found: u64) -> String {
        let everywhere = answers.count(self.anywhere);
        let place = first_place(answers.get(self.scoped).or_else(|| answers.get(self.anywhere)));
        match &self.condition {
            _ if found == 0 && self.has_scope && everywhere > 0 => {
                format!(
                    "stands in {}, but only in files that the scope leaves out, first in {place}",
                    counted(everywhere)
                )
            }
            Condition::None(_) if found > 0 => format!("{} with one of these, first in {place}", counted(found)),
            Condition::None(_) => "no record has any of these".to_owned(),
            Condition::All(_) if found == 0 && self.parts.iter().all(|part| part.holds_somewhere(answers)) => {
                "no record holds all of these".to_owned()
            }
            Condition::Any(_) | Condition::All(_) if found == 0 => "holds in no record".to_owned(),
            Condition::Any(_) | Condition::All(_) => format!("holds in {}, first in {place}", counted(found)),
            _ if found > 0 => format!("stands in {}, first in {place}", counted(found)),
            _ => self.stops(answers).unwrap_or_else(|| "stands in no record".to_owned()),
        }
    }

    fn holds_somewhere(&self, answers: &Answers) -> bool {
        matches!(&self.condition, Condition::None(_)) || answers.count(self.scoped) > 0
    }

    /// Where the longest beginning that stands there stops.
    fn stops(&self, answers: &Answers) -> Option<String> {
        let (_, known) = self.beginnings.iter().find_map(|(it, probe)| Some((it, answers.get(*probe)?)))?;
        let evidence = known.group.evidence.first()?;
        let said = how_far(&self.condition, &[(evidence.line, evidence.text.as_bytes())])?;
        Some(format!("in no record; in {} it {said}", evidence.file))
    }
}

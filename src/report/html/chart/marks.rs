//! Marks below the picture: where each finding is first seen.

use super::decimal;
use crate::diagnosis::Diagnosis;
use crate::finding::{Group, Time};
use crate::report::html::anchor;
use crate::report::neutral::one_line;
use crate::report::wording::{headline, label, seconds};

/// Where a finding is first seen.
pub(in crate::report::html) struct Mark {
    pub(in crate::report::html) mark: String,
    pub(in crate::report::html) anchor: String,
    /// Severity or level, for the colour.
    pub(in crate::report::html) class: &'static str,
    pub(in crate::report::html) left: String,
    pub(in crate::report::html) lane: usize,
    pub(in crate::report::html) title: String,
}

/// Percent of the width that two marks in a row must be apart: on a telephone a mark is that wide.
const APART: f64 = 9.0;
/// Rows of marks; what finds no room has none and is counted.
const LANES: usize = 4;

/// The marks of the known problems and the `top` first unexplained errors that have a time, and where each is in percent of
/// the width. `place` says where in the picture a time of a file is, from 0 to 1.
pub(super) fn marks(diagnosis: &Diagnosis, top: usize, place: &dyn Fn(Time, &str) -> Option<f64>) -> Vec<(f64, Mark)> {
    let mut marks: Vec<(f64, Mark)> = Vec::new();
    let mut add = |anchor: String, mark: String, class: &'static str, title: &str, group: &Group| {
        let (Some(time), Some(evidence)) = (group.first_time, group.evidence.first()) else { return };
        let Some(place) = place(time, &evidence.file).map(|it| it * 100.0) else { return };
        let title = one_line(&format!("{mark}: {title}, first {}", seconds(time)));
        marks.push((place, Mark { mark, anchor, class, left: decimal(place), lane: 0, title }));
    };
    for (index, known) in diagnosis.known.iter().enumerate() {
        let signature = &known.signature;
        let mark = label(&diagnosis.known, index);
        add(anchor(&mark), mark, signature.severity.name(), &signature.title, &known.group);
    }
    for (index, unresolved) in diagnosis.unresolved.iter().take(top).enumerate() {
        let finding = &unresolved.finding;
        add(
            format!("u{}", index + 1),
            format!("U{}", index + 1),
            finding.level.name(),
            &headline(finding),
            &finding.group,
        );
    }
    marks
}

/// Gives the marks their rows, the first in the report first, and tells how many find no room.
pub(super) fn in_rows(marks: Vec<(f64, Mark)>) -> (Vec<Mark>, usize) {
    let all = marks.len();
    let mut taken: [Vec<f64>; LANES] = Default::default();
    let mut placed: Vec<(f64, Mark)> = Vec::new();
    for (place, mark) in marks {
        let free = |lane: &[f64]| lane.iter().all(|other| (other - place).abs() >= APART);
        let Some((lane, row)) = taken.iter_mut().enumerate().find(|(_, lane)| free(lane)) else { continue };
        row.push(place);
        placed.push((place, Mark { lane, ..mark }));
    }
    // In the order of time for who goes through them by keyboard.
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let unplaced = all - placed.len();
    (placed.into_iter().map(|(_, mark)| mark).collect(), unplaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_without_room_are_counted() {
        let mark = |(index, place): (usize, f64)| {
            let mark = (index + 1).to_string();
            let (anchor, title) = (mark.clone(), mark.clone());
            (place, Mark { mark, anchor, class: "high", left: decimal(place), lane: 0, title })
        };
        let rows = |places: &[f64]| {
            let (marks, unplaced) = in_rows(places.iter().copied().enumerate().map(mark).collect());
            (marks.iter().map(|it| format!("{} in {}", it.mark, it.lane)).collect::<Vec<_>>().join(", "), unplaced)
        };
        assert_eq!(rows(&[50.0, 10.0, 12.0]), ("2 in 0, 3 in 1, 1 in 0".to_owned(), 0));
        assert_eq!(
            rows(&[5.0, 5.0, 90.0, 5.0, 5.0, 5.0, 6.0]),
            ("1 in 0, 2 in 1, 4 in 2, 5 in 3, 3 in 0".to_owned(), 2)
        );
    }
}

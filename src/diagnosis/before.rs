//! Known problems that a baseline has too: they may be there and still not be why the customer calls.

use super::{Diagnosis, Known, State};

/// Adds a note to each known problem that is also in the diagnosis of a healthy or earlier bundle, made with the same
/// signatures. Order and confidence stay: a baseline is healthy by what somebody says only.
pub fn note_known_before(diagnosis: &mut Diagnosis, before: &Diagnosis) {
    for known in diagnosis.known.iter_mut().filter(|it| it.state == State::Match) {
        let is_same = |it: &&Known| {
            it.state == State::Match && it.signature.id == known.signature.id && it.variant == known.variant
        };
        let Some(earlier) = before.known.iter().find(is_same) else { continue };
        let times = |count: u64| if count == 1 { "once".to_string() } else { format!("{count} times") };
        let (there, here) = (earlier.group.count, known.group.count);
        known.notes.push(match there >= here {
            true => format!("also in the baseline, as often or more: {} there", times(there)),
            false => format!("also in the baseline, less often: {} there", times(there)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, group, signature};
    use crate::signature::Severity;

    #[test]
    fn what_the_baseline_has_too_is_noted_with_how_often() {
        let of = |counts: &[(&str, u64)]| {
            let known = |&(id, count): &(&str, u64)| (signature(id, Severity::High), group(count, Vec::new()));
            diagnosis(counts.iter().map(known).collect(), Vec::new())
        };
        let mut now = of(&[("a", 5), ("b", 5), ("c", 5), ("d", 5)]);
        now.known[3].state = State::Old;
        note_known_before(&mut now, &of(&[("a", 5), ("b", 1), ("d", 5)]));
        let notes: Vec<_> = now.known.iter().map(|it| it.notes.join("; ")).collect();
        let expected = [
            "also in the baseline, as often or more: 5 times there",
            "also in the baseline, less often: once there",
            "",
            "",
        ];
        assert_eq!(notes, expected);
    }
}

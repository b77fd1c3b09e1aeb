use super::State;
use crate::finding::Group;
use crate::signature::{Correlation, Demand, Signature, Status};

/// Returns how sure it is that the problem is there, between 0 and 1, in steps of 0.01.
///
/// It is a sum, so that anybody can check it by hand:
///
/// | what holds                                                                      |   adds |
/// |---------------------------------------------------------------------------------|--------|
/// | a record contains what the signature asks for                                   |   0.60 |
/// | at least two parts stand in that record, or a literal of 24 bytes               |   0.12 |
/// | at least three parts, or a literal of 48 bytes                                  |   0.05 |
/// | values were captured                                                            |   0.05 |
/// | the signature names the files it applies to, and the file fits                  |   0.10 |
/// | seen more than once                                                             |   0.05 |
/// | the signature is a draft                                                        | - 0.15 |
/// | it is a match, and there is a reason why it is less sure                        | - 0.15 |
/// | it is inconclusive                                                              | - 0.30 |
///
/// Of several ways to claim a record those count that hold for the first one seen; of a problem that takes several records,
/// the least that each must contain.
///
/// The largest sum is 0.97: a log line alone never proves a cause. The level that the program gave its record is no
/// part of it: many products write their errors as `info`.
pub(super) fn confidence(signature: &Signature, group: &Group, state: State, has_reason: bool) -> f64 {
    let demand = match &signature.correlation {
        Some(correlation) => demand_of_several(correlation),
        None => group.demand,
    };
    let mut points = 60;
    points += if demand.parts >= 2 || demand.literal >= 24 { 12 } else { 0 };
    points += if demand.parts >= 3 || demand.literal >= 48 { 5 } else { 0 };
    points += if group.captures.is_empty() { 0 } else { 5 };
    points += if signature.scope.files.is_empty() { 0 } else { 10 };
    points += if group.count > 1 { 5 } else { 0 };
    points -= if signature.status == Status::Draft { 15 } else { 0 };
    points -= match state {
        State::Match if has_reason => 15,
        State::Match | State::Old => 0,
        State::Inconclusive => 30,
    };
    f64::from(points) / 100.0
}

/// All parts had to be there; a part with a count is a second one, and what must not be there another.
fn demand_of_several(correlation: &Correlation) -> Demand {
    let parts = correlation.parts.iter().map(|part| {
        let demand = Demand::least(&part.wanted.condition);
        Demand { parts: demand.parts.saturating_add(u32::from(part.count > 1)), ..demand }
    });
    let ruled_out = u32::from(!correlation.unless.is_empty()) + u32::from(!correlation.absent.is_empty());
    parts.fold(Demand { parts: ruled_out, literal: 0 }, Demand::and)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{group, signature};
    use crate::signature::Severity;

    #[track_caller]
    fn check(parts: u32, literal: usize, change: impl FnOnce(&mut Signature, &mut Group), expected: f64) {
        let mut signature = signature("a/b/c", Severity::High);
        let mut group = group(1, Vec::new());
        group.captures.clear();
        group.demand = Demand { parts, literal };
        change(&mut signature, &mut group);
        assert_eq!(confidence(&signature, &group, State::Match, false), expected);
    }

    #[test]
    fn a_short_text_alone_proves_little() {
        check(1, 23, |_, _| (), 0.60);
        check(1, 24, |_, _| (), 0.72);
        check(1, 48, |_, _| (), 0.77);
    }

    #[test]
    fn the_most_demanding_signature_seen_twice_is_nearly_certain() {
        let all = |signature: &mut Signature, group: &mut Group| {
            signature.scope.files.push("*.log".into());
            group.captures.insert("a".into(), "b".into());
            group.count = 2;
        };
        check(3, 1, all, 0.97);
    }

    #[test]
    fn a_draft_is_less_sure() {
        check(1, 6, |signature, _| signature.status = Status::Draft, 0.45);
    }
}

use super::State;
use crate::finding::Group;
use crate::signature::{Condition, Correlation, FieldValue, Signature, Status};

/// Returns how sure it is that the problem is there, between 0 and 1, in steps of 0.01.
///
/// It is a sum, so that anybody can check it by hand:
///
/// | what holds                                                                      |   adds |
/// |---------------------------------------------------------------------------------|--------|
/// | a record contains what the signature asks for                                   |   0.60 |
/// | at least two parts had to be in the same record, or a literal of 24 bytes       |   0.12 |
/// | at least three parts, or a literal of 48 bytes                                  |   0.05 |
/// | values were captured                                                            |   0.05 |
/// | the signature names the files it applies to, and the file fits                  |   0.10 |
/// | seen more than once                                                             |   0.05 |
/// | the signature is a draft                                                        | - 0.15 |
/// | it is a match, and there is a reason why it is less sure                        | - 0.15 |
/// | it is inconclusive                                                              | - 0.30 |
///
/// The largest sum is 0.97: a log line alone never proves a cause. The level that the program gave its record is no
/// part of it: many products write their errors as `info`.
pub(super) fn confidence(signature: &Signature, group: &Group, state: State, has_reason: bool) -> f64 {
    let demand = match &signature.correlation {
        Some(correlation) => demand_of_several(correlation),
        None => demand(&signature.condition),
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

/// The least that a record must have contained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Demand {
    /// Texts and regexes that must hold together.
    parts: u32,
    /// Bytes of the longest text among them. A regex counts with its plain characters, which is a lower bound only for
    /// patterns without alternatives; good enough for a step in a table.
    literal: usize,
}

/// All parts had to be there; a part with a count is a second one, and what must not be there another.
fn demand_of_several(correlation: &Correlation) -> Demand {
    let parts = correlation.parts.iter().map(|part| {
        let demand = demand(&part.wanted.condition);
        Demand { parts: demand.parts.saturating_add(u32::from(part.count > 1)), ..demand }
    });
    let ruled_out = u32::from(!correlation.unless.is_empty()) + u32::from(!correlation.absent.is_empty());
    parts.fold(Demand { parts: ruled_out, literal: 0 }, |sum, next| Demand {
        parts: sum.parts.saturating_add(next.parts),
        literal: sum.literal.max(next.literal),
    })
}

/// Which branch of an `any` matched is not recorded, so the least demanding one counts.
fn demand(condition: &Condition) -> Demand {
    match condition {
        Condition::Text { text, .. } => Demand { parts: 1, literal: text.len() },
        Condition::Regex(pattern) => Demand { parts: 1, literal: plain_run(pattern) },
        // Several values of which any fits count as the shortest.
        Condition::Fields(tests) => tests.iter().fold(Demand::default(), |sum, test| Demand {
            parts: sum.parts.saturating_add(1),
            literal: sum.literal.max(test.values.iter().map(value_length).min().unwrap_or(0)),
        }),
        Condition::None(_) => Demand::default(),
        Condition::All(parts) => parts.iter().map(demand).fold(Demand::default(), |sum, next| Demand {
            parts: sum.parts.saturating_add(next.parts),
            literal: sum.literal.max(next.literal),
        }),
        Condition::Any(branches) => {
            let branches: Vec<Demand> = branches.iter().map(demand).collect();
            Demand {
                parts: branches.iter().map(|it| it.parts).min().unwrap_or(0),
                literal: branches.iter().map(|it| it.literal).min().unwrap_or(0),
            }
        }
    }
}

fn value_length(value: &FieldValue) -> usize {
    match value {
        FieldValue::Is(text) => text.len(),
        FieldValue::Like(condition) => demand(condition).literal,
    }
}

/// Length of the longest run of letters, digits, spaces and harmless marks in a regex.
fn plain_run(pattern: &str) -> usize {
    let plain = |c: char| c.is_alphanumeric() || " _-:,;'\"/=<>@#%&!~".contains(c);
    pattern.split(|c| !plain(c)).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{group, signature};
    use crate::signature::{FieldTest, Severity};

    #[track_caller]
    fn check(condition: Condition, change: impl FnOnce(&mut Signature, &mut Group), expected: f64) {
        let mut signature = signature("a/b/c", Severity::High);
        signature.condition = condition;
        let mut group = group(1, Vec::new());
        group.captures.clear();
        change(&mut signature, &mut group);
        assert_eq!(confidence(&signature, &group, State::Match, false), expected);
    }

    fn text(text: &str) -> Condition {
        Condition::Text { text: text.into(), nocase: false }
    }

    #[test]
    fn a_short_text_alone_proves_little() {
        check(text("failed"), |_, _| (), 0.60);
    }

    #[test]
    fn the_most_demanding_signature_seen_twice_is_nearly_certain() {
        let parts = vec![text("a"), text("b"), Condition::Regex("c".into()), Condition::None(vec![text("d")])];
        let all = |signature: &mut Signature, group: &mut Group| {
            signature.scope.files.push("*.log".into());
            group.captures.insert("a".into(), "b".into());
            group.count = 2;
        };
        check(Condition::All(parts), all, 0.97);
    }

    #[test]
    fn the_least_demanding_branch_counts() {
        let branches = vec![text("a text that is long enough to be specific"), text("short")];
        check(Condition::Any(branches), |_, _| (), 0.60);
    }

    #[test]
    fn each_field_is_a_part() {
        let test = |name: &str, values: &[&str]| FieldTest {
            name: name.into(),
            values: values.iter().map(|value| FieldValue::Is(value.to_string())).collect(),
        };
        check(Condition::Fields(vec![test("event_id", &["7000"])]), |_, _| (), 0.60);
        let pair = vec![test("event_id", &["7000", "7001"]), test("provider", &["Service Control Manager"])];
        check(Condition::Fields(pair), |_, _| (), 0.72);
    }

    #[test]
    fn a_draft_is_less_sure() {
        check(text("failed"), |signature, _| signature.status = Status::Draft, 0.45);
    }
}

//! Plans read what `stamp` reads.

use super::*;
use crate::record::stamp::{Attempt, attempt};
use crate::record::watch::Outcome;
use proptest::prelude::*;

/// Times of all shapes, usual and not, with what may stand behind them.
fn times() -> impl Strategy<Value = String> {
    let before = prop_oneof![8 => Just(""), 1 => Just("Mon "), 1 => Just("Sun, ")];
    let date = prop_oneof![
        "(19|20)[0-9]{2}(-[0-9]{2}-|/[0-9]{2}/|[.][0-9]{2}[.]|-[0-9]-|-Jan-)[0-3][0-9]",
        "(19|20)[0-9]{2}[01][0-9][0-3][0-9]",
        "[0-9]{2}[01][0-9][0-3][0-9]",
        "[0-3]?[0-9]([-/.])[0-1][0-9]([-/.])(20)?[0-9]{2}",
        "[0-3]?[0-9]([-/.])Jan([-/.])2?0?[0-9]{2}",
        "(Jan|Feb|Sept|March|Jun) {1,4}[0-3]?[0-9],?",
        "[0-3][0-9][-/.][0-3][0-9]",
        "[1-4][0-9]{9}",
        "[1-4][0-9]{12}",
        "[IWEX][01][0-9][0-3][0-9]",
        Just(String::new()),
    ];
    let gap = prop_oneof![6 => Just(" "), 2 => Just("T"), 1 => Just("-"), 1 => Just(":"), 1 => Just(""), 1 => Just("   "), 1 => Just(", ")];
    let clock = prop_oneof![
        4 => "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
        1 => "[0-2][0-9][.][0-5][0-9][.][0-5][0-9]",
        1 => "[0-2]?[0-9]:[0-5]?[0-9]:[0-6]?[0-9]",
        1 => "[0-2][0-9][0-5][0-9][0-5][0-9]",
        1 => "[0-2]?[0-9]:[0-5][0-9]",
    ];
    let fraction = prop_oneof![2 => Just(String::new()), 2 => "[.,:][0-9]{1,3}", 1 => "[.,:][0-9]{4,13}"];
    let behind = prop_oneof![
        4 => Just(" x"),
        1 => Just(""),
        1 => Just("Z "),
        1 => Just("]"),
        1 => Just(" PM x"),
        1 => Just("+02:00 x"),
        1 => Just(" -0730 x"),
        1 => Just(" +05"),
        1 => Just(" UTC x"),
        1 => Just(" UTC 2026"),
        1 => Just(" CST+3"),
        1 => Just(" GMT-7"),
        1 => Just(" 2026 x"),
        1 => Just(" 2026-1"),
        1 => Just(" 2026 +02:00"),
        1 => Just(" -7"),
        1 => Just(",123"),
        1 => Just("x"),
    ];
    (before, date, gap, clock, fraction, behind).prop_map(|(before, date, gap, clock, fraction, behind)| {
        [before, &date, gap, &clock, &fraction, behind].concat()
    })
}

fn with_digits(text: &str, digits: &[u8]) -> String {
    let mut digits = digits.iter().cycle();
    let mut other = |c: char| match (c, digits.next()) {
        ('0'..='9', Some(&digit)) if digit < 10 => char::from(b'0' + digit),
        _ => c,
    };
    text.chars().map(&mut other).collect()
}

fn check(text: &str, others: &[String], orders: Orders) -> bool {
    let shown = |text: &str| match attempt(text.as_bytes(), 0, orders) {
        Attempt::Read(stamp, end) => Some((stamp, end)),
        _ => None,
    };
    let read = shown(text);
    let Some(plan) = Plan::of(text.as_bytes(), orders, read.as_ref().map(|(stamp, end)| (stamp, *end))) else {
        return false;
    };
    let plan = Plan::unpack(plan.kind, plan.pack());
    for other in others {
        let now = shown(other);
        match &read {
            None if plan.refuses(other.as_bytes()) => assert!(now.is_none(), "{other} from {text}"),
            None => {}
            Some((stamp, end)) => {
                let Some(moment) = plan.read(other.as_bytes(), *end) else { continue };
                let (found, found_end) = now.unwrap_or_else(|| panic!("{other} from {text}"));
                assert_eq!((Outcome::of(&found), found_end), (Outcome::of(stamp), *end), "{other} from {text}");
                let expected =
                    Moment { date: found.date, clock: found.clock, digits: found.digits, offset: found.offset };
                assert_eq!(moment, expected, "{other} from {text}");
            }
        }
    }
    true
}

#[test]
fn usual_shapes_have_plans() {
    for text in [
        "2026-01-05 10:11:12,345 x",
        "2026-01-05T10:11:12.345678Z x",
        "2026-01-05T10:11:12.345678+02:00 x",
        "2026-00-05 10:11:12,345 x",
        "2005-06-03-15.42.50.363779 x",
        "Jan  5 10:11:12 x",
        "Jan 5 10:11:12 x",
        "Mon Jan 05 10:11:12 2026] x",
        "1767607872 x",
        "1767607872345 x",
        "1767607872.345678 x",
        "05.01.2026 10:11:12.345] x",
        "01/05/2026 10:11:12 x",
        "05/Jan/2026:10:11:12 -0700] x",
        "20171224-0:7:20:444|x",
        "20173120-0:7:20:444|x",
        "081109 203615 x",
        "17/06/09 20:10:40 x",
        "03-17 16:13:38.811 x",
    ] {
        for orders in [Orders::Usual, Orders::DayFirst, Orders::MonthFirst] {
            assert!(check(text, &[text.to_owned()], orders), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn plans_read_what_the_scanner_reads(
        text in times(),
        changes in proptest::collection::vec(proptest::collection::vec(prop_oneof![1 => 0_u8..10, 4 => Just(10_u8)], 1..40), 8),
        orders in prop_oneof![Just(Orders::Usual), Just(Orders::DayFirst), Just(Orders::MonthFirst)],
    ) {
        let mut all = vec![text.clone()];
        all.extend(changes.iter().map(|digits| with_digits(&text, digits)));
        for text in &all {
            check(text, &all, orders);
        }
    }
}

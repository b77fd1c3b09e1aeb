//! The quick way gives what the walk gives.

use super::*;
use crate::record::calendar::Calendar;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn host_and_program_in_one_go_are_those_of_the_walk(
        time in prop_oneof![Just("Jan  5 10:11:12"), Just("2026-01-05T10:11:12.345+02:00"), Just("2026-01-05 10:11:12")],
        host in "[a-zA-Z]{0,3}[a-z0-9.-]{0,4}|error|Mon|E0517|CEF|DETAIL|local0.err|log1|Fine-1|ab",
        program in "[a-zA-Z]{0,3}[a-z0-9._-]{0,4}|WARN|Jan|warn_x|kernel|HINT|ab-|1",
        number in prop_oneof![Just(""), Just("[12]"), Just("[]"), Just("[a]"), Just("(x)[1]")],
        message in prop_oneof![
            Just(""), Just(" "), Just(" x"), Just("x"), Just("  ERROR: x"), Just(" error: x"), Just(" [a=b] x y"), Just(" E x"),
            Just(" 2026-01-05 10:11:13 - gw - [10.0.0.1] a[] - x"), Just(" DETAIL:  x"), Just(" a:  ERROR:  x"),
        ],
    ) {
        let line = format!("{time} {host} {program}{number}:{message}");
        let line = line.as_bytes();
        let rules = crate::record::header::Rules {
            orders: crate::record::stamp::Orders::Usual,
            calendar: Calendar::default(),
            boot: None,
            directives: None,
            prefixed: true,
            headings: true,
            indented: true,
            level_only: true,
        };
        let rules = Watch::new(&rules, line);
        let (first, end) = rules.stamp(line, 0).expect("a time");
        let (mut quick, mut general) = (Found::default(), Found::default());
        let at = rest(line, end, &first, &mut quick, &rules);
        prop_assert_eq!(at, walk(line, end, &first, &mut general, &rules, None), "{}", String::from_utf8_lossy(line));
        prop_assert_eq!(
            (quick.time.map(|it| it.time), quick.level, quick.component),
            (general.time.map(|it| it.time), general.level, general.component),
            "{}",
            String::from_utf8_lossy(line)
        );
    }
}

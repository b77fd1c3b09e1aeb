use super::*;
use proptest::prelude::*;

fn moment(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn calendar(zone: &str, hours: &[&str], holidays: &[&str]) -> Calendar {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    Calendar::parse(zone, &owned(hours), &owned(holidays)).unwrap()
}

/// 8 to 18 in Berlin, Monday to Friday.
fn office() -> Calendar {
    calendar("Europe/Berlin", &["mon-fri 08:00-18:00"], &["12-25", "2026-04-06"])
}

#[track_caller]
fn check_due(calendar: &Calendar, from: &str, hours: i64, due: &str) {
    let found = calendar.due(moment(from), hours * 3600).map(|it| Timestamp::from_second(it).unwrap().to_string());
    assert_eq!(found.as_deref(), Some(due));
    assert_eq!(calendar.between(moment(from), moment(due)), hours * 3600);
}

#[test]
fn time_goes_on_on_the_next_working_day() {
    // A Friday at 17:00 in Berlin.
    check_due(&office(), "2026-11-27T16:00:00Z", 2, "2026-11-30T08:00:00Z");
    // A Saturday counts from Monday at 8:00.
    check_due(&office(), "2026-11-28T12:00:00Z", 10, "2026-11-30T17:00:00Z");
    // What is due at the end of a day is not due on the next one.
    check_due(&office(), "2026-11-30T07:00:00Z", 10, "2026-11-30T17:00:00Z");
}

#[test]
fn holidays_do_not_count() {
    // Easter Monday of 2026 once, the 25th of December of every year.
    check_due(&office(), "2026-04-03T15:00:00Z", 2, "2026-04-07T07:00:00Z");
    check_due(&office(), "2026-12-24T16:00:00Z", 2, "2026-12-28T08:00:00Z");
    check_due(&office(), "2028-12-22T16:00:00Z", 2, "2028-12-26T08:00:00Z");
}

#[test]
fn hours_are_those_of_the_zone_when_clocks_are_set() {
    // The last Sunday of March and of October lies between.
    check_due(&office(), "2026-03-27T16:00:00Z", 2, "2026-03-30T07:00:00Z");
    check_due(&office(), "2026-10-23T15:00:00Z", 2, "2026-10-26T08:00:00Z");
    // A day that is open all day has 23 hours, or 25.
    let days = calendar("Europe/Berlin", &["sun 00:00-24:00"], &[]);
    assert_eq!(days.between(moment("2026-03-28T00:00:00Z"), moment("2026-03-30T00:00:00Z")), 23 * 3600);
    assert_eq!(days.between(moment("2026-10-24T00:00:00Z"), moment("2026-10-26T00:00:00Z")), 25 * 3600);
    // Half past two is left out in spring: what ends then and what begins at three do not count twice.
    let gap = calendar("Europe/Berlin", &["sun 01:00-02:30", "sun 03:00-04:00"], &[]);
    assert_eq!(gap.between(moment("2026-03-28T00:00:00Z"), moment("2026-03-30T00:00:00Z")), 2 * 3600);
}

#[test]
fn always_is_always() {
    assert_eq!(Calendar::always().due(100, 7), Some(107));
    assert_eq!(Calendar::always().between(100, 107), 7);
    assert_eq!(Calendar::always().between(107, 100), 0);
    assert_eq!(Calendar::always().due(i64::MAX, 1), None);
}

#[test]
fn what_never_comes_is_never_due() {
    assert_eq!(office().due(moment("2026-01-01T00:00:00Z"), i64::MAX), None);
    assert_eq!(office().due(i64::MAX, 1), None);
    assert_eq!(office().between(i64::MIN, i64::MAX), 0);
}

#[test]
fn what_is_no_calendar_is_told() {
    #[track_caller]
    fn check(zone: &str, hours: &[&str], holidays: &[&str], told: &str) {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let error = Calendar::parse(zone, &owned(hours), &owned(holidays)).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    check("Berlin", &["mon 08:00-09:00"], &[], "no time zone `Berlin`");
    check("UTC", &[], &[], "no hours");
    for hours in ["mon", "mon 8-9", "mon 09:00-08:00", "day 08:00-09:00", "mon 08:00-24:01", "mon 08:60-09:00"] {
        check("UTC", &[hours], &[], "are no hours");
    }
    check("UTC", &["mon-fri 08:00-12:00", "wed 11:59-13:00"], &[], "overlap");
    for day in ["2026-02-30", "13-01", "christmas", "2026-1-1", ""] {
        check("UTC", &["mon 08:00-09:00"], &[day], "is no day");
    }
    let all = calendar("UTC", &["sat-tue 00:00-24:00"], &["02-29"]);
    assert_eq!(all.between(moment("2026-11-23T00:00:00Z"), moment("2026-11-30T00:00:00Z")), 4 * 86_400);
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let zones = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Pacific/Apia",
        "Africa/Casablanca",
    ]);
    // An hour a week at least: what is looked for comes within 40 years.
    let window = (0..7_usize, 0..1380_i16, 60..1440_i16);
    (zones, prop::collection::vec(window, 1..6), prop::collection::vec((1..=12_i8, 1..=28_i8), 0..3)).prop_map(
        |(zone, windows, holidays)| {
            let mut week: [Vec<(i16, i16)>; 7] = Default::default();
            for (day, open, length) in windows {
                week[day] = vec![(open, (open + length).min(DAY))];
            }
            let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
            let (holidays, yearly) = (BTreeSet::new(), holidays.into_iter().collect());
            Calendar { hours: Some(Hours { zone, week, holidays, yearly }) }
        },
    )
}

/// Around the times when clocks are set, from 1995 on, with the day that Samoa left out.
fn moments() -> impl Strategy<Value = i64> {
    800_000_000..2_000_000_000_i64
}

proptest! {
    /// What is due after so much time has so much time before it, and not a second less would do.
    #[test]
    fn due_and_between_are_each_other_turned_round(calendar in calendars(), from in moments(), seconds in 1..400_000_i64) {
        let due = calendar.due(from, seconds).unwrap();
        prop_assert!(due >= from + seconds);
        prop_assert_eq!(calendar.between(from, due), seconds);
        prop_assert_eq!(calendar.between(from, due - 1), seconds - 1);
    }

    /// Time adds up, however it is cut; never more counts than passes.
    #[test]
    fn times_add_up(calendar in calendars(), from in moments(), first in 0..5_000_000_i64, second in 0..5_000_000_i64) {
        let (middle, end) = (from + first, from + first + second);
        prop_assert_eq!(
            calendar.between(from, middle) + calendar.between(middle, end),
            calendar.between(from, end)
        );
        prop_assert!(calendar.between(from, end) <= end - from);
    }

    /// In two steps it is the same as in one.
    #[test]
    fn steps_add_up(calendar in calendars(), from in moments(), first in 1..200_000_i64, second in 1..200_000_i64) {
        let middle = calendar.due(from, first).unwrap();
        prop_assert_eq!(calendar.due(middle, second), calendar.due(from, first + second));
    }

    /// The words of a calendar never make it panic.
    #[test]
    fn no_words_panic(zone in ".{0,20}", hours in ".{0,20}", holiday in ".{0,12}") {
        let _ = Calendar::parse(&zone, std::slice::from_ref(&hours), std::slice::from_ref(&holiday));
        let _ = Calendar::parse("UTC", &["mon 08:00-09:00".to_owned(), hours], &[holiday]);
    }
}

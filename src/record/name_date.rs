//! The day in a file's name: `app.2026-02-18.log`, `messages-20260118`, `Helper_18.02.2026.log`.
//!
//! A log that leaves dates out of its lines is usually cut by day, and its name says by which. Unlike the modification
//! time, that survives every copy.

use super::civil;

/// A day that the name of a log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamedDay {
    /// Counted from 1970-01-01.
    pub(super) day: i64,
    /// The log was put away on that day, so that its last line is of it. Else it was begun on that day.
    pub(super) is_last: bool,
}

impl NamedDay {
    /// The day on which a log was begun.
    pub(super) fn first(day: i64) -> NamedDay {
        NamedDay { day, is_last: false }
    }
}

/// Returns the day in the last part of a path; the last one if there are several.
pub(super) fn day_in_name(path: &str) -> Option<NamedDay> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).as_bytes();
    let mut day = None;
    let mut at = 0;
    while at < name.len() {
        let run = run(name, at);
        if run == 0 {
            at += 1;
            continue;
        }
        match date(name, at, run) {
            Some((found, end)) => {
                let is_last = run == 8 && name[..at].ends_with(b"-") && is_packing(&name[end..]);
                (day, at) = (Some(NamedDay { day: found, is_last }), end);
            }
            None => at += run,
        }
    }
    day
}

/// Whether nothing stands behind the day but how the file is packed: so logrotate names what it has put away
/// (`messages-20260118.gz`).
fn is_packing(rest: &[u8]) -> bool {
    matches!(rest, b"" | b".gz" | b".bz2" | b".xz" | b".zst" | b".lz4" | b".Z")
}

/// Reads the date whose first `run` digits stand at `at`, and where it ends.
fn date(name: &[u8], at: usize, run: usize) -> Option<(i64, usize)> {
    let number = |at: usize, digits: usize| {
        let text = name.get(at..at + digits)?;
        text.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
    };
    let day = |year: i64, month: i64, day: i64| {
        // Other years are numbers of another kind; no log is older than this.
        let exists = (1990..2100).contains(&year) && civil::valid(year, month, day);
        exists.then(|| civil::days(year, month, day))
    };
    // IIS names its logs by short years: `u_ex260105.log`, by the hour `u_ex26010510.log`.
    if matches!(run, 6 | 8) && name[..at].ends_with(b"ex") {
        return Some((day(2000 + number(at, 2)?, number(at + 2, 2)?, number(at + 4, 2)?)?, at + run));
    }
    if run == 8 || run == 12 || run == 14 || run == 17 {
        return Some((day(number(at, 4)?, number(at + 4, 2)?, number(at + 6, 2)?)?, at + run));
    }
    let separator = *name.get(at + run).filter(|byte| matches!(byte, b'-' | b'.' | b'_'))?;
    let second = at + run + 1;
    let third = second + self::run(name, second) + 1;
    let (n_second, n_third) = (self::run(name, second), self::run(name, third));
    if !(1..=2).contains(&n_second) || name.get(third - 1) != Some(&separator) {
        return None;
    }
    let (one, two, three) = (number(at, run)?, number(second, n_second)?, number(third, n_third)?);
    let found = match (run, n_third) {
        (4, 1 | 2) => day(one, two, three)?,
        (1 | 2, 4) => day(three, two, one).or_else(|| day(three, one, two))?,
        _ => return None,
    };
    Some((found, third + n_third))
}

/// Counts the digits from `at` on.
fn run(name: &[u8], at: usize) -> usize {
    name.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(path: &str, expected: Option<(i64, i64, i64)>) {
        assert_eq!(day_in_name(path).map(|it| civil::date(it.day)), expected, "{path}");
    }

    #[test]
    fn days_in_names_are_read_however_they_are_written() {
        for path in [
            "VeeamGuestHelper_18.02.2026.log",
            "case.zip!/var/log/messages-20260218",
            "messages-20260218.gz",
            "messages-20260218.bz2",
            "app.18.02.2026.lz4",
            "app.2026-02-18.log",
            "2026-02-18-app.log.3",
            "x_2026_02_18_05_33_09.log",
            "C:\\Logs\\job_20260218103000.log",
            "Case 04711_2025-01-01_2026-02-18.log",
            "u_ex260218.log",
            "u_ex26021810.log",
            "x-18-2-2026",
            "x-2-18-2026",
        ] {
            check(path, Some((2026, 2, 18)));
        }
    }

    #[test]
    fn other_numbers_in_names_are_no_days() {
        for path in [
            "",
            "messages",
            "2026-02-18/app.log",
            "app.2026-02-30.log",
            "app-1.2.3.log",
            "vm-10.20.30.40.log",
            "dump_00000000.txt",
            "build-23118472.log",
            "18.02-2026.log",
        ] {
            check(path, None);
        }
    }

    #[test]
    fn a_log_that_was_put_away_ends_on_its_day() {
        let is_last = |path: &str| day_in_name(path).map(|it| it.is_last);
        for path in ["messages-20260218", "case.zip!/var/log/app.log-20260218.gz"] {
            assert_eq!(is_last(path), Some(true), "{path}");
        }
        for path in
            ["app.2026-02-18.log", "x_2026_02_18.log", "app-20260218.log", "app.log.2026-02-18", "u_ex260218.log"]
        {
            assert_eq!(is_last(path), Some(false), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_name_panics(path in "[0-9._/-]{0,60}|.{0,20}") {
            let _ = day_in_name(&path);
        }

        #[test]
        fn every_day_is_found(days in 7_305_i64..47_482) {
            let (year, month, day) = civil::date(days);
            for name in [
                format!("a_{year}{month:02}{day:02}.log"),
                format!("a.{year}-{month:02}-{day:02}.log"),
                format!("a_{day:02}.{month:02}.{year}.log"),
            ] {
                prop_assert_eq!(day_in_name(&name).map(|it| it.day), Some(days));
            }
        }
    }
}

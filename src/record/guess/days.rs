//! What a file shows of the days of lines that leave out the year or the whole date.

use super::super::civil::{self, DAY, SECOND};
use super::super::clock::{month, weekday, weekday_number};
use super::super::header::{Cut, Rules, cut};
use super::super::stamp::{Date, stamp};
use super::super::token::of_something_else;
use super::super::watch::Watch;
use super::inner_lines;

/// The day of the first time without year, if what the file shows of its year is not what its last change says: a file
/// that was copied has a late one.
pub(super) fn yearless_since<'l, I: Iterator<Item = (&'l [u8], &'l Cut<'l>)>>(
    cuts: impl Fn() -> I,
    rules: &Rules,
    seen: Option<i64>,
    modified: Option<i64>,
) -> Option<i64> {
    let yearless = |cut: &Cut<'_>| {
        let time = cut.found.time.filter(|it| it.time.assumed() && cut.yearless)?.time;
        Some(time.wall_day())
    };
    let first = cuts().find_map(|(_, cut)| yearless(cut))?;
    let (year, month, day) = civil::date(first);
    let in_year = |year: i64| civil::valid(year, month, day).then(|| civil::days(year, month, day));
    let possible = |since: &i64| modified.is_none_or(|modified| since * DAY <= modified + DAY);
    let other = |since: &i64| *since != first;
    // A whole date in another header: the year in which the two are nearest.
    if let Some(seen) = seen {
        let (near, _, _) = civil::date(seen);
        let years = (near - 1..=near + 1).filter_map(in_year);
        return years
            .min_by_key(|day| (day - seen).abs())
            .filter(possible)
            .filter(|it| other(it) || modified.is_none());
    }
    // A whole date in a message that is this very moment, perhaps in another zone.
    let stated = cuts().take(200).find_map(|(line, cut)| {
        let header = cut.found.time.filter(|_| cut.yearless)?.time;
        let stated = date_in_message(line.get(cut.message..)?, header.instant(), rules)?;
        // How far the header's year is off.
        Some(civil::date(stated).0 - civil::date(header.wall_day()).0)
    });
    if let Some(off) = stated {
        return in_year(year + off).filter(possible).filter(other);
    }
    // A day of the week: the latest year in which it was that.
    let (line, cut) = cuts().find(|(_, cut)| yearless(cut).is_some())?;
    let wanted = weekday_before(line, cut)?;
    let mut years = (year - 12..=year).rev().filter_map(in_year);
    years.find(|day| (day + 4).rem_euclid(7) == wanted).filter(possible).filter(other)
}

/// The first time of day, if the lines have no dates and are in order.
pub(super) fn first_clock(cuts: &[Option<Cut<'_>>]) -> Option<i64> {
    let timed = cuts.iter().flatten().filter(|cut| cut.found.time.is_some()).count();
    let clocks: Vec<i64> = cuts.iter().flatten().filter_map(time_of_day).collect();
    let steps = |wrong: bool| {
        let pairs = clocks.windows(2);
        pairs.filter(|pair| if wrong { pair[0] > pair[1] } else { pair[0] < pair[1] }).count()
    };
    // Some logs have the newest line first.
    (clocks.len() * 10 >= timed * 9 && steps(false) > steps(true)).then(|| clocks.first().copied()).flatten()
}

/// The last time of day in the end of a file.
pub(super) fn last_clock(tail: &[u8], rules: &Rules) -> Option<i64> {
    let lines: Vec<&[u8]> = inner_lines(tail).collect();
    lines.iter().rev().take(100).find_map(|line| cut(line, &Watch::new(rules, line)).as_ref().and_then(time_of_day))
}

/// The nanoseconds since midnight of a time without date.
fn time_of_day(cut: &Cut<'_>) -> Option<i64> {
    let time = cut.found.time.filter(|it| it.time.assumed())?.time;
    (!cut.yearless && cut.day.is_none() && cut.name != "kernel").then(|| time.wall_clock())
}

/// The day of a whole date in a message whose clock shows the same minutes as `instant`, and which is the same day of the
/// year but for the zone.
fn date_in_message(message: &[u8], instant: i64, rules: &Rules) -> Option<i64> {
    let near = &message[..message.len().min(400)];
    let starts = (0..near.len()).filter(|&at| {
        near[at].is_ascii_alphanumeric() && at.checked_sub(1).is_none_or(|before| !near[before].is_ascii_alphanumeric())
    });
    starts.take(60).find_map(|at| {
        let (found, _) = stamp(near, at, rules.orders).filter(|(found, _)| found.strong())?;
        let Date::Days(day) = found.date else { return None };
        let seconds = (instant / SECOND).rem_euclid(DAY) - found.clock / SECOND;
        let (_, month, date) = civil::date(day);
        let (_, own_month, own_date) = civil::date(instant.div_euclid(DAY * SECOND));
        let near_hour = (seconds.rem_euclid(3600) + 60) % 3600 <= 120;
        let same_day = month == own_month && date == own_date;
        (same_day && near_hour && !of_something_else(&near[..at])).then_some(day)
    })
}

/// The day of the week before a month's name near the line's start, from Sunday on.
fn weekday_before(line: &[u8], cut: &Cut<'_>) -> Option<i64> {
    let near = &line[..line.len().min(cut.message).min(64)];
    (0..near.len()).find_map(|at| {
        let end = weekday(near, at).filter(|_| at == 0 || !near[at - 1].is_ascii_alphanumeric())?;
        let next = end + usize::from(near.get(end) == Some(&b','));
        month(near, next + 1).filter(|_| near.get(next) == Some(&b' '))?;
        weekday_number(near, at)
    })
}

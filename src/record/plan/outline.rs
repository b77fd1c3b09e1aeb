//! Where the parts of a time stand, as far as its digits and marks show.

use super::{Kind, LONG, NO_ZONE, PACKED, Plan, clock_length};
use crate::record::clock::{digits_run, fraction, gap, month, weekday};
use crate::record::reports::errpt_columns;
use crate::record::stamp::Orders;

/// The parts of the time that begins `text` as far as its digits and marks show them, and where the fraction ends.
pub(super) fn outline(text: &[u8], orders: Orders) -> Option<(Plan, usize)> {
    let plan = |kind, detail, clock, digits| Plan { kind, detail, clock, digits, zone: NO_ZONE };
    let (kind, detail, end) = date(text, orders)?;
    if matches!(kind, Kind::Seconds | Kind::Millis) {
        let behind = if kind == Kind::Seconds { fraction(text, end).2 } else { end };
        return Some((plan(kind, 0, end as u8, run_digits(end, behind) | LONG), behind));
    }
    let packed = match kind {
        Kind::Eight => matches!(text.get(end), Some(b'T' | b' ' | b'-' | b'_')),
        Kind::Six => text.get(end) == Some(&b' '),
        _ => false,
    };
    let (at, form) = if packed && digits_run(text, end + 1) == 6 {
        (end + 1, PACKED)
    } else {
        let at = gap(text, end)?;
        (at, clock_form(text, at)?)
    };
    let clock_end = at + clock_length(form);
    let behind = fraction(text, clock_end).2;
    Some((plan(kind, detail, u8::try_from(at).ok()?, run_digits(clock_end, behind) | form), behind))
}

/// The digits of a fraction with its mark, as a plan keeps them.
fn run_digits(at: usize, end: usize) -> u8 {
    (end - at).saturating_sub(1).min(15) as u8 * 16
}

/// The kind of a date, the detail of its plan, and where it ends.
fn date(text: &[u8], orders: Orders) -> Option<(Kind, u8, usize)> {
    let digits = |at: usize| digits_run(text, at);
    let at = |index: usize| text.get(index).copied();
    let named = |from: usize| month(text, from).filter(|&(_, end)| end == from + 3).map(|(month, _)| month as u8);
    let separated = |mark: u8| matches!(mark, b'-' | b'/' | b'.');
    match (digits(0), at(digits(0))?) {
        (4, mark) if separated(mark) && at(7) == Some(mark) && digits(5) == 2 && digits(8) == 2 => {
            Some((Kind::YearFirst, 0, 10))
        }
        (2, mark) if separated(mark) && digits(3) == 2 => match (at(5)?, digits(6)) {
            (second, 4) if second == mark => Some((Kind::YearLast, orders as u8, 10)),
            (second, 2) if second == mark => Some((Kind::ShortYear, orders as u8, 8)),
            (b' ', _) => Some((Kind::MonthDay, orders as u8, 5)),
            _ => None,
        },
        (2, mark) if separated(mark) && at(6) == Some(mark) && digits(7) == 4 => Some((Kind::Named, named(3)?, 11)),
        (6, _) => Some((Kind::Six, 0, 6)),
        (8, _) => Some((Kind::Eight, 0, 8)),
        (10, _) if !errpt_columns(text, 10) => Some((Kind::Seconds, 0, 10)),
        (13, _) => Some((Kind::Millis, 0, 13)),
        (0, _) => {
            let start = if weekday(text, 0) == Some(3) && at(3) == Some(b' ') { 4 } else { 0 };
            let month = named(start)?;
            let day = start + 3 + blanks(text, start + 3);
            let run = digits(day);
            let end = day + run;
            // A comma behind the day stands before a year.
            (day > start + 3 && (1..=2).contains(&run) && end < 16 && at(end) == Some(b' ')).then_some((
                Kind::Yearless,
                month | (end as u8) << 4,
                end,
            ))
        }
        _ => None,
    }
}

/// Which numbers of the clock at `at` have two digits; `None` if it is another clock.
fn clock_form(text: &[u8], at: usize) -> Option<u8> {
    let mut next = at;
    let mut form = 0;
    let separator = *text.get(at + digits_run(text, at))?;
    for part in 0..3 {
        let run = digits_run(text, next);
        let least = if separator == b'.' && part > 0 { 2 } else { 1 };
        let ends = part == 2 || text.get(next + run) == Some(&separator);
        if !(least..=2).contains(&run) || !ends || !matches!(separator, b':' | b'.') {
            return None;
        }
        form = form << 1 | (run as u8 - 1);
        next += run + 1;
    }
    Some(form)
}

fn blanks(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take(4).take_while(|&&byte| byte == b' ').count())
}

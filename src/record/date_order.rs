//! In which order day and month stand in a file's dates, and whether the file shows that or it was assumed: the other parts
//! of a rotated log may know better.

use super::format::Format;
use super::header::{Rules, cut};
use super::stamp::Orders;
use super::watch::Watch;

/// Which of two numbers of a date is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateOrder {
    /// `31.12.2026`
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
}

/// What a file tells about that order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dates {
    /// There are no such dates, or they contradict each other.
    #[default]
    Clear,
    /// There is a date that exists in this order only.
    Shown(DateOrder),
    /// All dates exist in both orders, and they are read in this one.
    Assumed(DateOrder),
}

impl Dates {
    /// What these lines show; `rules` has the order in which the file is read.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l [u8]>, rules: &Rules) -> Dates {
        let of = |orders| Rules { orders, ..rules.clone() };
        let (by_day, by_month, usual) = (of(Orders::DayFirst), of(Orders::MonthFirst), of(Orders::Usual));
        let (mut only_day, mut only_month, mut assumed) = (0, 0, None);
        for line in lines {
            let read = |rules: &Rules| {
                let cut = cut(line, &Watch::new(rules, line))?;
                Some((cut.found.time?.time, cut.forced))
            };
            let (Some(day), Some(month), Some(usual)) = (read(&by_day), read(&by_month), read(&usual)) else {
                continue;
            };
            // The year stands first, or nothing is in doubt.
            if usual.0 != day.0 && usual.0 != month.0 || day == month {
                continue;
            }
            match (day.1, month.1) {
                (false, true) => only_day += 1,
                (true, false) => only_month += 1,
                _ if assumed.is_none() => {
                    assumed = read(rules).map(|own| match own.0 == day.0 {
                        true => DateOrder::DayFirst,
                        false => DateOrder::MonthFirst,
                    });
                }
                _ => {}
            }
        }
        match (only_day, only_month) {
            (0, 0) => assumed.map_or(Dates::Clear, Dates::Assumed),
            (_, 0) => Dates::Shown(DateOrder::DayFirst),
            (0, _) => Dates::Shown(DateOrder::MonthFirst),
            _ => Dates::Clear,
        }
    }
}

impl Format {
    /// What the file tells about the order of day and month.
    pub fn dates(&self) -> Dates {
        self.dates
    }

    /// Reads the dates in this order, whatever the file has shown.
    pub fn set_date_order(&mut self, order: DateOrder) {
        self.rules.orders = match order {
            DateOrder::DayFirst => Orders::DayFirst,
            DateOrder::MonthFirst => Orders::MonthFirst,
        };
        self.dates = Dates::Shown(order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateOrder::{DayFirst, MonthFirst};

    #[track_caller]
    fn check(text: &str, expected: Dates) {
        assert_eq!(Format::guess(text.as_bytes(), Some(1_780_000_000)).dates(), expected, "{text}");
    }

    #[test]
    fn a_date_that_exists_in_one_order_only_shows_it() {
        check("13/04/2026 10:11:12 x\n05/04/2026 10:11:12 x\n", Dates::Shown(DayFirst));
        check("04/13/2026 10:11:12 x\n", Dates::Shown(MonthFirst));
        check("[13.04.2026 10:11:12] x\n", Dates::Shown(DayFirst));
        check("04-13 10:11:12.123 1 2 E tag: x\n", Dates::Shown(MonthFirst));
    }

    #[test]
    fn dates_that_exist_in_both_are_assumed() {
        check("05/04/2026 10:11:12 x\n", Dates::Assumed(MonthFirst));
        check("05.04.2026 10:11:12 x\n", Dates::Assumed(DayFirst));
    }

    #[test]
    fn other_dates_are_clear() {
        check("2026-04-05 10:11:12 x\n", Dates::Clear);
        check("26/04/05 10:11:12 INFO x\n26/04/13 10:11:12 INFO x\n", Dates::Clear);
        check("05/05/2026 10:11:12 x\n", Dates::Clear);
        check("Apr 13 10:11:12 host app: x\n", Dates::Clear);
        check("text\n", Dates::Clear);
    }

    #[test]
    fn another_order_can_be_set() {
        let mut format = Format::guess(b"05/04/2026 10:11:12 x\n", None);
        format.set_date_order(DayFirst);
        let header = format.header(b"05/04/2026 10:11:12 x").expect("a header");
        assert_eq!(header.time.map(|time| time.to_string()).as_deref(), Some("2026-04-05T10:11:12"));
    }
}

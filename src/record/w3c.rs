//! Logs in the extended format of the W3C (IIS, HTTPERR, CloudFront, Exchange): directives in the file say what the columns
//! are.
//!
//! [`Directives`] is what a file's head shows; a row is then read by the directive that has as many columns. So the
//! columns may change inside a file, and what a row says depends on nothing but the row.

use super::header::Cut;
use super::level::Level;
use super::rest::Found;
use super::stamp::Date;
use super::watch::Watch;
use super::web;

/// How many directives with different numbers of columns are kept.
const MOST: usize = 8;

/// What the directives of a file say.
#[derive(Clone, Debug)]
pub(super) struct Directives {
    /// The name of the file's first directive: it begins a block of them.
    first: Box<[u8]>,
    rows: Vec<Columns>,
    /// Times are those of UTC.
    utc: bool,
}

/// Where in a row something stands, counted in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Columns {
    count: usize,
    separator: u8,
    /// The date, or date and time in one.
    date: Option<usize>,
    /// The time of day, where it is not the column behind the date.
    time: Option<usize>,
    status: Option<usize>,
    /// What Windows said about the answer.
    win32: Option<usize>,
}

impl Directives {
    /// Looks at the lines of a file; `None` if there is no `#Fields:` among them.
    pub(super) fn guess(lines: &[&[u8]]) -> Option<Directives> {
        let mut rows: Vec<Columns> = Vec::new();
        for line in lines.iter().filter_map(|line| line.strip_prefix(b"#Fields:")) {
            let columns = Columns::of(line.trim_ascii());
            if rows.len() < MOST && !rows.iter().any(|known| known.count == columns.count) {
                rows.push(columns);
            }
        }
        let first = *lines.iter().find(|line| line.starts_with(b"#"))?;
        let colon = first.iter().position(|&byte| byte == b':')?;
        let local = lines.iter().any(|line| line.starts_with(b"#Time Format: Local"));
        (!rows.is_empty()).then(|| Directives { first: first[..=colon].into(), rows, utc: !local })
    }

    /// The day that `#Date:` names, for rows that have only the time of day.
    pub(super) fn day(&self, lines: &[&[u8]]) -> Option<i64> {
        let undated = self.rows.iter().all(|columns| columns.date.is_none());
        let date = lines.iter().find_map(|line| line.strip_prefix(b"#Date:"))?.trim_ascii();
        let (stamp, _) = super::stamp::stamp(date, 0, super::stamp::Orders::Usual)?;
        match stamp.date {
            Date::Days(day) if undated => Some(day),
            _ => None,
        }
    }

    /// Whether a line that begins with `#` begins a block of directives. It does with any digits in the name, because what
    /// a line means must not depend on their values.
    pub(super) fn begins(&self, line: &[u8]) -> bool {
        let same = |(own, other): (&u8, &u8)| own == other || own.is_ascii_digit() && other.is_ascii_digit();
        line.get(..self.first.len()).is_some_and(|name| name.iter().zip(&self.first).all(same))
    }

    /// Is equal for directives that read the same from a row and begin with the same one.
    pub(super) fn key(&self) -> u64 {
        let mut key = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(self.utc);
        let mut add = |value: usize| key = (key ^ value as u64).wrapping_mul(0x0100_0000_01b3);
        self.first.iter().for_each(|&byte| add(if byte.is_ascii_digit() { 0 } else { byte.into() }));
        for Columns { count, separator, date, time, status, win32 } in &self.rows {
            [*count, usize::from(*separator)].into_iter().for_each(&mut add);
            [date, time, status, win32].into_iter().for_each(|it| add(it.map_or(usize::MAX, |it| it)));
        }
        key
    }

    /// Returns the header of a row.
    pub(super) fn row<'a>(&self, line: &'a [u8], rules: &Watch<'_>) -> Option<Cut<'a>> {
        let columns = self.rows.iter().find(|columns| columns.count == count(line, columns.separator))?;
        let at = |column: Option<usize>| column.and_then(|column| columns.start(line, column));
        let mut found = Found::default();
        let mut message = 0;
        let mut day = None;
        if let Some(start) = at(columns.date).or_else(|| at(columns.time)) {
            let (stamp, end) = if self.utc { rules.universal_stamp(line, start) } else { rules.stamp(line, start) }?;
            found.time = Some(rules.moment(&stamp));
            day = if let Date::Days(day) = stamp.date { Some(day) } else { None };
            // Times lead in nearly all of these logs; the message is what stands behind them.
            message = if start == 0 { (end + 1).min(line.len()) } else { 0 };
        }
        if let Some(start) = at(columns.status) {
            found.level = web::status(line, start, line, rules).map(|(level, _)| level);
        }
        // A status that says no explains the code of Windows.
        if found.level == Some(Level::Info)
            && at(columns.status).is_some_and(|start| line[start] != b'4')
            && let Some(start) = at(columns.win32)
            && failed(line, start, rules)
        {
            found.level = Some(Level::Warn);
        }
        Some(Cut { day, ..Cut::new("w3c", found, message) })
    }
}

impl Columns {
    fn of(names: &[u8]) -> Columns {
        let separator = [b'\t', b','].into_iter().find(|separator| names.contains(separator)).unwrap_or(b' ');
        let names: Vec<&[u8]> = split(names, separator).collect();
        let place =
            |wanted: &[&[u8]]| names.iter().position(|name| wanted.iter().any(|it| name.eq_ignore_ascii_case(it)));
        let date = place(&[b"date-time", b"datetime", b"timestamp", b"date"]);
        let time = place(&[b"time"]);
        Columns {
            count: names.len(),
            separator,
            // Date and time apart cannot be read in one go; only neighbours can.
            date: date.filter(|&date| time.is_none() || time == Some(date + 1) && separator != b','),
            time: time.filter(|_| date.is_none()),
            status: place(&[b"sc-status", b"x-edge-response-status"]),
            win32: place(&[b"sc-win32-status"]),
        }
    }

    /// Where a column begins.
    fn start(&self, line: &[u8], column: usize) -> Option<usize> {
        let value = split(line, self.separator).nth(column)?;
        Some(value.as_ptr() as usize - line.as_ptr() as usize)
    }
}

/// Blanks may stand in a row, other separators may have nothing between them.
fn split(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    line.split(move |&byte| byte == separator).filter(move |part| separator != b' ' || !part.is_empty())
}

fn count(line: &[u8], separator: u8) -> usize {
    split(line, separator).count()
}

/// Whether Windows could not send the answer, for another reason than that the client had gone.
fn failed(line: &[u8], at: usize, rules: &Watch<'_>) -> bool {
    let digits = line[at..].iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let code = &line[at..at + digits];
    match digits {
        0 => return false,
        1..=4 => rules.number(code),
        _ => {
            rules.lose();
        }
    }
    !matches!(code, b"0" | b"64" | b"121" | b"995" | b"1229" | b"1236")
}

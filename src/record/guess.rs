//! What the head of a file shows about the rest of it: which headers it has, in which order days and months are written,
//! from which year its times are.
//!
//! Where the head does not decide the order of day and month, a few pieces from the middle and the end of the file are
//! looked at as well, if the whole file is at hand.

mod days;

use super::Encoding;
use super::boot::boot_time;
use super::calendar::{Calendar, passes_midnight};
use super::civil::{DAY, SECOND};
use super::container::{Container, Unwrapper};
use super::date_order::Dates;
use super::fold;
use super::follow::Follow;
use super::format::Format;
use super::header::{Cut, ERRORLOG, Origin, Rules, cut};
use super::name_date::{NamedDay, day_in_name};
use super::stamp::Orders;
use super::w3c::Directives;
use super::watch::Watch;
use super::windows::{self, Export};
use days::{first_clock, last_clock, yearless_since};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How one file is read: what its head showed.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How characters are stored.
    pub encoding: Encoding,
    /// How record headers look.
    pub format: Format,
}

/// Pieces behind the head that are looked at, and how long they are.
const PIECES: usize = 16;
const PIECE: usize = 8 << 10;

/// How many lines are asked for the order of day and month where no date leaves it open.
const CLEAR_LINES: usize = 50;

impl Reading {
    /// How many bytes of a file's head [`Reading::guess`] wants (or the whole file if it is shorter).
    pub const HEAD: usize = 64 << 10;

    /// Looks at the head of a file; `None` if it is not text. `modified` (seconds since 1970) fills in years that the
    /// log leaves out.
    ///
    /// An empty file is text. A missing year is the latest with which the time is at most a day after `modified`, unless
    /// the head shows another one: by whole dates or by days of the week. A missing date is that of `modified`, or the one
    /// before if the whole file is at hand and its lines pass midnight. Without `modified` the first full date in the head
    /// serves, else 1970.
    pub fn guess(head: &[u8], modified: Option<i64>) -> Option<Reading> {
        Reading::of_file("", head, modified)
    }

    /// Does the same for a file whose path may name a day (`app.2026-02-18.log`). That day comes before `modified`: it
    /// is the day of times without date until they pass midnight (or from then on, if the log was put away on that day), and
    /// years that are left out are those of times up to that day.
    pub fn of_file(path: &str, head: &[u8], modified: Option<i64>) -> Option<Reading> {
        Reading::of_parts(path, head, &[], modified)
    }

    /// Does the same for a file that is at hand as a whole: where its head leaves open in which order days and months are
    /// written, a little of the rest is looked at.
    pub fn of_text(path: &str, text: &[u8], modified: Option<i64>) -> Option<Reading> {
        let (head, rest) = text.split_at(text.len().min(Reading::HEAD));
        Reading::of_parts(path, head, rest, modified)
    }

    fn of_parts(path: &str, head: &[u8], rest: &[u8], modified: Option<i64>) -> Option<Reading> {
        let dates = Outside { named: day_in_name(path), modified };
        let mut encoding = Encoding::guess(head)?;
        if encoding == Encoding::Bytes
            && let Some(container) = Container::guess(head)
        {
            encoding = Encoding::Container(container);
        }
        let decode = |bytes: &[u8]| match encoding {
            Encoding::Bytes | Encoding::Container(Container::JournalJson) => None,
            Encoding::Container(container) => Some(Unwrapper::sample(container, bytes)),
            Encoding::Vc0 => {
                let mut text = Vec::new();
                super::vc0::decode(bytes, 0, &mut text, &mut super::lines::Starts::default());
                Some(text)
            }
            Encoding::Oem(page) => Some(page.text(bytes).into_bytes()),
            Encoding::Legacy(code) => Some(code.decode_without_bom_handling(bytes).0.into_owned().into_bytes()),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let mut text = String::with_capacity(bytes.len() * 3);
                let _ = encoding.decoder()?.decode_to_string(bytes, &mut text, false);
                Some(text.into_bytes())
            }
        };
        let whole = rest.is_empty() && head.len() < Reading::HEAD;
        let tail = || {
            let text = if rest.is_empty() { head } else { rest };
            let tail = &text[text.len().saturating_sub(PIECE) & !1..];
            (whole || !rest.is_empty()).then(|| decode(tail).unwrap_or_else(|| tail.to_vec()))
        };
        let more = || pieces(rest).map(|piece| decode(piece).unwrap_or_else(|| piece.to_vec())).collect();
        let format = match decode(&head[encoding.mark(head)..]) {
            None => Format::guess_dated(head, &more, &tail, dates),
            Some(text) => Format::guess_dated(&text, &more, &tail, dates),
        };
        // What completes records looks at lines as they are stored.
        let format = match encoding {
            Encoding::Container(container) if container != Container::JournalJson => {
                Format { container: Some(container), export: None, follow: None, ..format }
            }
            _ => format,
        };
        Some(Reading { encoding, format })
    }

    /// Reads every line as a record without header, as grep does; `None` if the file is not text.
    pub fn of_lines(head: &[u8]) -> Option<Reading> {
        let encoding = Encoding::guess(head)?;
        let format = Format::guess_dated(b"", &Vec::new, &|| None, Outside::default());
        Some(Reading { encoding, format: Format { lines_only: true, ..format } })
    }
}

/// What is known of the file's days from outside.
#[derive(Clone, Copy, Debug, Default)]
struct Outside {
    /// The day in its name.
    named: Option<NamedDay>,
    /// Its last change, in seconds since 1970.
    modified: Option<i64>,
}

impl Format {
    /// Looks at the decoded head of a file.
    #[cfg(test)]
    pub(super) fn guess(head: &[u8], modified: Option<i64>) -> Format {
        Format::guess_dated(head, &Vec::new, &|| None, Outside { named: None, modified })
    }

    /// Looks at the decoded head of a file, and at more of it and its end if need be.
    fn guess_dated(
        head: &[u8],
        more: &dyn Fn() -> Vec<Vec<u8>>,
        tail: &dyn Fn() -> Option<Vec<u8>>,
        dates: Outside,
    ) -> Format {
        let Outside { named, modified } = dates;
        let lines = sample(head);
        let directives = Directives::guess(&lines);
        let named = named.or_else(|| directives.as_ref().and_then(|it| it.day(&lines)).map(NamedDay::first));
        let mut rules = Rules {
            orders: Orders::Usual,
            calendar: Calendar::new(named, modified, None),
            boot: None,
            directives: directives.map(Arc::new),
            prefixed: true,
            headings: true,
            indented: true,
            level_only: true,
        };
        let cuts: Vec<Option<Cut<'_>>> = lines.iter().map(|line| cut(line, &Watch::new(&rules, line))).collect();
        let count = |origin| cuts.iter().flatten().filter(|cut| cut.origin == origin).count();
        let (start, indented) = (count(Origin::Start), count(Origin::Indented));
        let (headings, level_only) = (count(Origin::Heading), count(Origin::LevelOnly));
        let prefixed = count(Origin::Prefixed) + headings;
        let outer = lines.iter().filter(|line| !line[0].is_ascii_whitespace()).count();
        let export = Export::guess(&lines, start + level_only);
        let free = export.is_none() && rules.directives.is_none();
        // A list may have one record per line all the same.
        let dump = is_dump(&lines) && !cuts.iter().flatten().any(|cut| cut.name == "json");
        let paired = free && is_paired(&lines, &cuts);
        // Numbers before the times may be filled up with blanks.
        let blank_first = |(cut, line): (&Option<Cut<'_>>, &&[u8])| {
            cut.as_ref().is_some_and(|cut| cut.origin == Origin::Prefixed) && line[0] == b' '
        };
        let n_blank_first = cuts.iter().zip(&lines).filter(|&pair| blank_first(pair)).count();
        rules.indented = (indented > start || n_blank_first > start + outer) && free && !dump;
        rules.prefixed = prefixed * 4 > start && prefixed * 10 >= outer && free && !dump;
        rules.level_only = level_only >= start + prefixed && level_only * 10 >= outer && free && !paired;
        let accepted = |cut: &&Cut<'_>| match cut.origin {
            Origin::Start => true,
            Origin::Indented => rules.indented,
            Origin::Prefixed | Origin::Heading => rules.prefixed,
            Origin::LevelOnly => rules.level_only,
        };
        let mut names = BTreeMap::new();
        for cut in cuts.iter().flatten().filter(accepted) {
            *names.entry(cut.name).or_insert(0_usize) += 1;
        }
        let n_headers: usize = names.values().sum();
        let leading = names.iter().max_by_key(|&(_, &n)| n).map_or("plain", |(name, _)| name);
        let unheaded = outer.saturating_sub(n_headers);
        let headers = n_headers > 0 && n_headers * 10 >= unheaded;
        // Lines that a heading is about are records of their own all the same. Where lines have headers, what one of them
        // prints about a beginning or an end is a part of its record.
        rules.headings = headings > 0 && !headers && free && !dump;
        let accepted = |cut: &&Cut<'_>| accepted(cut) || cut.origin == Origin::Heading && rules.headings;
        let seen = cuts.iter().flatten().filter(accepted).find_map(|cut| cut.day);
        rules.calendar = Calendar::new(named, modified, seen);
        if names.contains_key("kernel") {
            let lines: Vec<&[u8]> = head.split(|&byte| byte == b'\n').collect();
            rules.boot = boot_time(&lines);
        }
        let pieces: Vec<Vec<u8>>;
        let mut order_of_dates = Dates::Clear;
        if export.is_some_and(|export| export != Export::Rows) {
            pieces = more();
            let all = pieces.iter().fold(lines.clone(), |mut all, piece| {
                all.extend(inner_lines(piece));
                all
            });
            let dates = windows::dates(&all);
            let dates: Vec<&[u8]> = dates.iter().map(AsRef::as_ref).collect();
            rules.orders = order(&dates, &rules, modified);
            order_of_dates = Dates::of(dates.into_iter(), &rules);
        } else if cuts.iter().flatten().any(|cut| cut.ambiguous || cut.forced) {
            pieces = more();
            let all = pieces.iter().fold(lines.clone(), |mut all, piece| {
                all.extend(inner_lines(piece));
                all
            });
            rules.orders = order(&all, &rules, modified);
            order_of_dates = Dates::of(all.into_iter(), &rules);
        } else if matches!(leading, "slashed" | "dotted" | "veeam" | "monthday") {
            order_of_dates = Dates::of(lines.iter().copied().take(CLEAR_LINES), &rules);
        }
        if named.is_none() {
            let all =
                || lines.iter().zip(&cuts).filter_map(|(line, cut)| Some((*line, cut.as_ref().filter(accepted)?)));
            rules.calendar = rules.calendar.since(yearless_since(all, &rules, seen, modified));
        }
        let mut first_time_of_day = None;
        if let Some(first) = first_clock(&cuts).filter(|_| named.is_some() || modified.is_some()) {
            match tail() {
                None => first_time_of_day = Some(first),
                Some(tail) => {
                    let last = last_clock(&tail, &rules).filter(|&last| passes_midnight(first, last));
                    rules.calendar = last.map_or(rules.calendar, |last| rules.calendar.ending(last));
                }
            }
        }
        let follow = match leading {
            _ if paired => Some(Follow::NextLine),
            ERRORLOG => Some(Follow::Severity),
            _ => None,
        };
        Format {
            rules,
            headers,
            export,
            follow,
            lines_only: false,
            container: None,
            dates: order_of_dates,
            first_time_of_day,
            name: if export.is_some() { "windows-events" } else { leading },
        }
    }
}

/// Pieces of what follows the head; each begins at an even place.
fn pieces(rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    let step = (rest.len().saturating_sub(PIECE) / PIECES.max(1)).max(PIECE) & !1;
    let starts = (1..PIECES).map(move |piece| piece * step).chain([rest.len().saturating_sub(PIECE) & !1]);
    starts.filter_map(|start| rest.get(start..rest.len().min(start + PIECE)))
}

/// The lines of the head that are looked at: not blank, not cut off by the head's end, not too long, not too many.
fn sample(head: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while at < head.len() && lines.len() < 500 {
        let piece = fold::piece(head, at, head.len(), usize::MAX >> 1);
        let whole = piece.newline || head.len() < Reading::HEAD || lines.is_empty();
        let line = &head[piece.start..piece.end];
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if whole && !fold::is_blank(line) {
            lines.push(&line[..line.len().min(8 << 10)]);
        }
        at = piece.next;
    }
    lines
}

/// The lines of a piece but the first and the last, which may be cut off.
fn inner_lines(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let start = memchr::memchr(b'\n', piece).map_or(piece.len(), |feed| feed + 1);
    let end = memchr::memrchr(b'\n', piece).map_or(start, |feed| feed.max(start));
    piece[start..end].split(|&byte| byte == b'\n').filter(|line| !fold::is_blank(line))
}

/// Whether the file is one object printed over many lines, as JSON or YAML: its times are values of fields and no headers.
fn is_dump(lines: &[&[u8]]) -> bool {
    let Some(first) = lines.first() else { return false };
    let first = first.trim_ascii();
    matches!(first, b"{" | b"[" | b"[{" | b"---")
        || [&b"apiVersion:"[..], b"kind:", b"<?xml "].iter().any(|start| first.starts_with(start))
}

/// Whether a line with a time and no level is as a rule followed by one that begins with a level and has no time.
fn is_paired(lines: &[&[u8]], cuts: &[Option<Cut<'_>>]) -> bool {
    let timed = |cut: &Cut<'_>| cut.found.time.is_some() && cut.found.level.is_none();
    let level_only = |cut: &Cut<'_>| cut.origin == Origin::LevelOnly;
    let n_level_only = cuts.iter().flatten().filter(|cut| level_only(cut)).count();
    let n_timed = cuts.iter().flatten().filter(|cut| cut.found.time.is_some()).count();
    let pairs = cuts
        .windows(2)
        .zip(lines)
        .filter(|(pair, _)| pair[0].as_ref().is_some_and(timed) && pair[1].as_ref().is_some_and(level_only));
    let n_pairs = pairs.count();
    n_pairs > 0 && n_pairs * 2 > n_level_only && n_pairs * 2 > n_timed
}

/// Finds in which order days and months are written: with the right one every date exists, none is after the file's last
/// change, the times lie closest together and follow each other.
fn order(lines: &[&[u8]], rules: &Rules, modified: Option<i64>) -> Orders {
    let judge = |orders| {
        let rules = Rules { orders, ..rules.clone() };
        let cuts: Vec<Cut<'_>> = lines.iter().filter_map(|line| cut(line, &Watch::new(&rules, line))).collect();
        let forced = cuts.iter().filter(|cut| cut.forced).count();
        let dated = cuts.iter().filter(|cut| cut.day.is_some() || cut.yearless);
        let times: Vec<i64> = dated.filter_map(|cut| Some(cut.found.time?.time.instant())).collect();
        let end = modified.map_or(i64::MAX, |it| it.saturating_add(DAY).saturating_mul(SECOND));
        let late = times.iter().filter(|&&time| time > end).count();
        let steps_back = times.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let latest = times.iter().max().copied().unwrap_or(0);
        let span = times.iter().min().map_or(0, |min| latest.saturating_sub(*min));
        // A year of two digits may be read as a day of a year long past.
        let old = modified.is_some() && latest < end.saturating_sub(5 * 366 * DAY * SECOND);
        // Logs end where they were last written, unless they were copied.
        let elsewhere = modified.is_some() && latest < end.saturating_sub(3 * DAY * SECOND);
        // Where nothing tells them apart, dots go with the day first and slashes with the month.
        let usual = |cut: &Cut<'_>| (orders == Orders::MonthFirst) != matches!(cut.name, "dotted" | "veeam");
        let unusual = cuts.iter().filter(|cut| orders != Orders::Usual && cut.ambiguous && !usual(cut)).count();
        (forced, lines.len() - cuts.len(), late, old, span, steps_back, elsewhere, unusual)
    };
    let mut best = (judge(Orders::Usual), Orders::Usual);
    for orders in [Orders::DayFirst, Orders::MonthFirst] {
        let judged = judge(orders);
        if judged < best.0 {
            best = (judged, orders);
        }
    }
    best.1
}

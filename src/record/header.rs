//! Cuts the header off a line: a time near its beginning in any of the shapes of `stamp`, then a walk over what may
//! follow it (level, thread and process numbers, brackets, host, `name[pid]:`, class names) until the message begins.
//!
//! Any time shape goes with any rest, so that a format nobody has described works too. Formats with a structure of their
//! own (JSON lines, logfmt, WELF, RFC 5424, CEF) are handed to their files.

mod late;

use super::calendar::Calendar;
use super::rest::{Found, rest};
use super::stamp::{Date, Orders, Shape, Stamp};
use super::w3c::Directives;
use super::watch::Watch;
use super::{
    database, events, json, kernel, keyvalue, marks, network, openers, reports, special, syslog, token, web, windows,
};
use late::{behind_level, behind_words, level_only};

use std::sync::Arc;

/// How far into a line a time is looked for, in bytes.
const PREFIX: usize = 128;
/// How many words may stand before the time.
const PREFIX_WORDS: usize = 10;

/// What the head of a file has shown about its headers.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub orders: Orders,
    pub calendar: Calendar,
    /// Nanoseconds since 1970 at which the kernel began to count, if the file shows it.
    pub boot: Option<i64>,
    /// The columns of rows, if directives in the file name them.
    pub directives: Option<Arc<Directives>>,
    /// Times behind other words are headers.
    pub prefixed: bool,
    /// Lines that say when something began or ended are headers, as far as nothing but such a time follows the words.
    pub headings: bool,
    /// Lines that begin with a blank may be headers.
    pub indented: bool,
    /// A level at the line's start without any time is a header.
    pub level_only: bool,
}

/// Where in the line the header was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Start,
    Indented,
    Prefixed,
    /// Behind words which say that something began or ended then.
    Heading,
    LevelOnly,
}

/// A header and how it was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut<'a> {
    pub found: Found<'a>,
    /// Where the message begins.
    pub message: usize,
    pub origin: Origin,
    /// Name of the shape, for people.
    pub name: &'static str,
    /// The stamp was ambiguous.
    pub ambiguous: bool,
    /// The stamp is no date in the order of the file.
    pub forced: bool,
    /// The date was without year.
    pub yearless: bool,
    /// Day since 1970, if the date was full.
    pub day: Option<i64>,
}

impl<'a> Cut<'a> {
    pub(super) fn new(name: &'static str, found: Found<'a>, message: usize) -> Cut<'a> {
        Cut { found, message, origin: Origin::Start, name, ambiguous: false, forced: false, yearless: false, day: None }
    }

    pub(super) fn stamped(name: &'static str, found: Found<'a>, message: usize, stamp: &Stamp) -> Cut<'a> {
        let day = if let Date::Days(day) = stamp.date { Some(day) } else { None };
        let yearless = matches!(stamp.date, Date::Yearless(..));
        let Stamp { ambiguous, forced, .. } = *stamp;
        Cut { ambiguous, forced, yearless, day, ..Cut::new(name, found, message) }
    }
}

/// Returns the header of `line`, which has no line end.
pub(super) fn cut<'a>(line: &'a [u8], rules: &Watch<'_>) -> Option<Cut<'a>> {
    let first = *line.first()?;
    if let Some(directives) = &rules.directives {
        if first == b'#' {
            return None;
        }
        if let Some(cut) = directives.row(line, rules) {
            return Some(cut);
        }
    }
    // The most common beginnings take no detour.
    if first.is_ascii_digit()
        && let Some(cut) = at_start(line, 0, rules)
    {
        return Some(cut);
    }
    let mut at = skip_invisible(line);
    let mut origin = Origin::Start;
    if matches!(line.get(at)?, b' ' | b'\t') {
        if !rules.indented {
            return special::zabbix(line, at, rules);
        }
        at += line[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        origin = Origin::Indented;
    }
    let cut = beginning(line, at, rules)?;
    Some(Cut { origin: if cut.origin == Origin::Start { origin } else { cut.origin }, ..cut })
}

/// Steps over a byte order mark, NULs (a log preallocated with zeros) and colour codes at the line's start.
fn skip_invisible(line: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match line.get(at) {
            // A record separator stands before the objects of `journalctl -o json-seq`.
            Some(0 | 0x1e) => at += 1,
            Some(0xef) if line[at..].starts_with(b"\xef\xbb\xbf") => at += 3,
            Some(0x1b) => match token::skip_colour(line, at) {
                Some(end) => at = end,
                None => return at,
            },
            _ => return at,
        }
    }
}

fn beginning<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let first = *line.get(at)?;
    match first {
        b'{' => {
            if let Some(cut) = json::cut(line, at, rules) {
                return Some(cut);
            }
        }
        b'<' => {
            let cut = syslog::priority(line, at, rules)
                .or_else(|| special::event_xml(line, at, rules))
                .or_else(|| special::trace_xml(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        b'[' => {
            let cut = kernel::kernel(line, at, None, rules)
                .or_else(|| special::traced(line, at, rules))
                .or_else(|| openers::couchbase(line, at, rules))
                .or_else(|| web::uwsgi(line, at, rules))
                .or_else(|| special::chromium(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        // `journalctl -o json-sse`.
        b'd' if line[at..].starts_with(b"data: {") => {
            if let Some(cut) = json::cut(line, at + 6, rules) {
                return Some(cut);
            }
        }
        b'C' | b'L' => {
            if let Some(cut) = events::event(line, at, rules) {
                return Some(cut);
            }
        }
        b'0'..=b'9' => {
            let cut = special::pulse_debug(line, at, rules)
                .or_else(|| marks::redis(line, at, rules))
                .or_else(|| network::device(line, at, Found::default(), rules))
                .or_else(|| special::zabbix(line, at, rules))
                .or_else(|| reports::errpt(line, at, rules))
                .or_else(|| openers::flow(line, at, rules))
                .or_else(|| marks::behind_process(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        b'*' | b'.' => {
            let cut = network::device(line, at, Found::default(), rules).or_else(|| openers::glib(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        b'(' => {
            if let Some(cut) = openers::glib(line, at, rules) {
                return Some(cut);
            }
        }
        b'%' => {
            if let Some(cut) = network::bare(line, at, rules) {
                return Some(cut);
            }
        }
        b'#' => {
            let cut = special::history(line, at, rules).or_else(|| openers::slow_query(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        b'=' => {
            if let Some(cut) = special::erlang(line, at, rules) {
                return Some(cut);
            }
        }
        b'M' => {
            if let Some(cut) = special::installer(line, at, rules) {
                return Some(cut);
            }
        }
        b'G' | b'U' => {
            if let Some(cut) = openers::policy_client(line, at, rules) {
                return Some(cut);
            }
        }
        b'a' | b'd' | b'k' | b's' | b'u' | b't' | b'n' => {
            let cut = kernel::decoded_kernel(line, at, rules).or_else(|| kernel::audit(line, at, rules));
            if cut.is_some() {
                return cut;
            }
        }
        _ => {}
    }
    if matches!(first, b'A'..=b'F')
        && let Some(cut) = reports::errpt(line, at, rules)
    {
        return Some(cut);
    }
    // A digit at the line's very start has been tried by `cut`.
    if !(at == 0 && first.is_ascii_digit())
        && let Some(cut) = at_start(line, at, rules)
    {
        return Some(cut);
    }
    if (first.is_ascii_lowercase() || first == b'_' || first == b'@' || first.is_ascii_uppercase())
        && let Some(cut) = keyvalue::cut(line, at, rules)
    {
        return Some(cut);
    }
    if let Some(cut) = windows::row(line, at, rules).or_else(|| behind_level(line, at, rules)) {
        return Some(cut);
    }
    if let Some(cut) = marks::bare_level(line, at) {
        return Some(cut);
    }
    if (rules.prefixed || rules.headings)
        && let Some(cut) = behind_words(line, at, rules)
    {
        return Some(cut);
    }
    if rules.level_only { level_only(line, at) } else { None }
}

/// A time at `at`, bare or behind one or two opening brackets or quotes.
fn at_start<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut start = at;
    while start < at + 2 && matches!(line.get(start), Some(b'[' | b'(' | b'"' | b'\'' | b'<' | b'{')) {
        start += 1;
        while start < at + 3 && line.get(start) == Some(&b' ') {
            start += 1;
        }
    }
    // A dash or the kind of an alert stands before the epoch in supercomputer logs: `- 1117838570 2005.06.03 ...`.
    if line.get(start..start + 2) == Some(b"- ") && line.get(start + 2).is_some_and(u8::is_ascii_digit) {
        start += 2;
    } else if start == at && line.get(at).is_some_and(u8::is_ascii_uppercase) {
        start = openers::behind_alert(line, at).unwrap_or(at);
    }
    let (stamp, end) = rules.stamp(line, start)?;
    Some(after_time(line, start, &stamp, end, Found::default(), rules))
}

/// The walk behind a time.
pub(super) fn after_time<'a>(
    line: &'a [u8],
    start: usize,
    stamp: &Stamp,
    end: usize,
    mut found: Found<'a>,
    rules: &Watch<'_>,
) -> Cut<'a> {
    found.time = Some(rules.moment(stamp));
    found.level = found.level.or(stamp.level);
    let end = if stamp.shape == Shape::Ctime { behind_zone_name(line, start, end) } else { end };
    let mut name = name(line, start, stamp);
    let message = match web::access(line, end, &mut found, rules) {
        Some(message) => {
            name = "access";
            message
        }
        None => match special::pulse_standard(line, end) {
            Some(message) => {
                name = "pulse";
                message
            }
            // Pulse Secure's raw logs go on with a code and its arguments, TAI64N ones with free text.
            None if stamp.shape == Shape::HexEpoch => token::separators(line, end),
            None => match own_form(line, start, end, stamp, &mut found, rules) {
                Some((message, own)) => {
                    name = own;
                    message
                }
                None => rest(line, end, stamp, &mut found, rules),
            },
        },
    };
    Cut::stamped(name, found, message, stamp)
}

/// WebLogic writes zones in words: `<Jan 5, 2026, 10:11:12,345 AM Coordinated Universal Time> <Error> ...`. Returns where
/// they end, which nobody knows the offset of.
fn behind_zone_name(line: &[u8], start: usize, end: usize) -> usize {
    if start == 0 || line[start - 1] != b'<' || line.get(end) != Some(&b' ') {
        return end;
    }
    let words = line[end..].iter().take(50).take_while(|&&byte| byte.is_ascii_alphabetic() || byte == b' ').count();
    if line.get(end + words) == Some(&b'>') { end + words } else { end }
}

/// What stands behind the time in a form of one program; returns where the message begins and the form's name.
fn own_form<'a>(
    line: &'a [u8],
    start: usize,
    end: usize,
    stamp: &Stamp,
    found: &mut Found<'a>,
    rules: &Watch<'_>,
) -> Option<(usize, &'static str)> {
    if matches!(stamp.shape, Shape::Access | Shape::Syslog)
        && let Some(marked) = reports::job_message(line, end)
    {
        (found.level, found.component) = (marked.level.or(found.level), marked.component);
        return Some((marked.message, name(line, start, stamp)));
    }
    if !matches!(stamp.shape, Shape::Iso | Shape::Slashed | Shape::Epoch) {
        return None;
    }
    if let Some((source, message)) = database::errorlog(line, end, stamp) {
        found.component = Some(source);
        found.level = line.get(message..).and_then(|text| database::errorlog_level(text, rules)).or(found.level);
        return Some((message, ERRORLOG));
    }
    if let Some((level, message)) = database::agent_mark(line, end) {
        found.level = Some(level);
        return Some((message, "sqlagent"));
    }
    if let Some(marked) = marks::behind_time(line, end, stamp, rules) {
        found.level = marked.level.or(found.level);
        found.component = marked.component.or(found.component);
        return Some((marked.message, name(line, start, stamp)));
    }
    if stamp.shape == Shape::Epoch {
        found.level = web::squid(line, end, rules).or_else(|| marks::nagios(line, end)).or(found.level);
    }
    if found.level.is_none() {
        found.level = database::db2_level(line, start, end);
    }
    None
}

/// The name of SQL Server's own format.
pub(super) const ERRORLOG: &str = "errorlog";

/// The name of the format of Veeam's services.
pub(super) const VEEAM: &str = "veeam";

fn name(line: &[u8], start: usize, stamp: &Stamp) -> &'static str {
    match stamp.shape {
        Shape::Dotted if start > 0 && line.get(start - 1) == Some(&b'[') => VEEAM,
        shape => shape.name(),
    }
}

//! Headers of single programs that the general walk cannot know: Pulse Secure, installers, Windows events and traces as
//! XML, and others.

use super::clock::{digits_run, number};
use super::events;
use super::header::Cut;
use super::level::Level;
use super::rest::{Found, message_pairs};
use super::token::separators;
use super::watch::Watch;
use memchr::memmem;

/// How far into a line the status of an access log or the fields of an event are looked for.
const NEAR: usize = 4 << 10;

/// What a message carries behind a syslog header: CEF, LEEF, WELF.
pub(super) fn inner<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    match *line.get(at)? {
        b'C' | b'L' => events::inner(line, at, found, rules),
        b'a'..=b'z' if super::token::pairs_begin(line, at) => message_pairs(line, at, found, rules),
        _ => None,
    }
}

/// Behind the time, the gateway's standard form: ` - node - [10.0.0.1] Root::user(Realm)[Roles][] - text`.
pub(super) fn pulse_standard(line: &[u8], end: usize) -> Option<usize> {
    let text = line.get(end..)?;
    let text = &text[..text.len().min(1 << 10)];
    let after = text.strip_prefix(b" - ")?;
    let node = after.iter().take(80).position(|&byte| byte == b' ')?;
    let after_node = after[node..].strip_prefix(b" - [")?;
    let close = after_node.iter().take(48).position(|&byte| byte == b']')?;
    if !after_node[..close].iter().all(|&byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')) {
        return None;
    }
    let rest = &after_node[close..];
    let dash = memmem::find(rest, b"] - ").filter(|&dash| dash > 0)?;
    Some(end + (text.len() - rest.len()) + dash + 4)
}

/// The client's debug log: `00184,09 2026/01/02 03:04:05.678 3 user process component pPID tTID file.cpp:12 - 'x' text`.
pub(super) fn pulse_debug<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let first = digits_run(line, at);
    let comma = at + first;
    if !(1..=8).contains(&first) || line.get(comma) != Some(&b',') {
        return None;
    }
    let second = digits_run(line, comma + 1);
    let start = comma + second + 2;
    if !(1..=3).contains(&second) || line.get(start - 1) != Some(&b' ') || line.get(start + 4) != Some(&b'/') {
        return None;
    }
    let (stamp, end) = rules.stamp(line, start)?;
    let mut found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    let mut message = separators(line, end);
    if let (digit @ b'0'..=b'9', Some(b' ')) = (*line.get(message).unwrap_or(&b' '), line.get(message + 1)) {
        rules.number(&line[message..message + 1]);
        // 1 is the most serious; the vendor does not document the scale.
        found.level = Some(match digit {
            b'0' | b'1' => Level::Error,
            b'2' => Level::Warn,
            b'3' => Level::Info,
            b'4' => Level::Debug,
            _ => Level::Trace,
        });
        message += 2;
    }
    // User, process, component, pPID, tTID, file:line, a dash. The user's name may hold blanks: find the numbers.
    let near = &line[message..line.len().min(message + 400)];
    if let Some(dash) = memmem::find(near, b" - ") {
        let mut words = near[..dash].rsplit(|&byte| byte == b' ');
        let (file, thread, process, component) = (words.next(), words.next(), words.next(), words.next());
        if file.is_some_and(|file| file.contains(&b':'))
            && thread.is_some_and(|thread| thread.starts_with(b"t"))
            && process.is_some_and(|process| process.starts_with(b"p"))
        {
            found.component = component;
        }
        message += dash + 3;
    }
    let mut cut = Cut::new("pulse-debug", found, message);
    cut.day = if let super::stamp::Date::Days(day) = stamp.date { Some(day) } else { None };
    Some(cut)
}

/// One event per line as `wevtutil qe /f:xml` writes it.
pub(super) fn event_xml<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = &line[at..line.len().min(at + NEAR)];
    if !text.starts_with(b"<Event") || !matches!(text.get(6), Some(b' ' | b'>')) {
        return None;
    }
    let behind = |mark: &[u8]| memmem::find(text, mark).map(|place| at + place + mark.len());
    let mut found = Found::default();
    if let Some(place) = behind(b"SystemTime=") {
        found.time = rules.stamp(line, place + 1).map(|(stamp, _)| rules.moment(&stamp));
    }
    if let Some(place) = behind(b"<Level>")
        && let Some((number, end)) = number(line, place, 1, 2)
    {
        rules.number(&line[place..end]);
        found.level = Level::from_windows(number as u64);
    }
    if let Some(place) = behind(b"<Provider Name=") {
        let name = line.get(place + 1..line.len().min(place + 200)).unwrap_or_default();
        let quote = line.get(place).copied().unwrap_or(b'"');
        found.component = name.iter().position(|&byte| byte == quote).map(|length| &name[..length]);
    }
    Some(Cut::new("event-xml", found, at))
}

/// Windows Installer: `MSI (s) (A4:1C) [10:11:12:345]: text`.
pub(super) fn installer<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + 40))?;
    if !text.starts_with(b"MSI (") {
        return None;
    }
    let start = at + text.iter().position(|&byte| byte == b'[')? + 1;
    let (stamp, end) = rules.stamp(line, start)?;
    let found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    Some(Cut::new("msi", found, separators(line, end)))
}

/// Configuration Manager: `<![LOG[text]LOG]!><time="10:11:12.345-060" date="01-05-2026" component="x" ... type="3" ...>`.
/// The number behind the sign is what has to be added to the time to get UTC, in minutes.
pub(super) fn trace_xml<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..)?.strip_prefix(b"<![LOG[")?;
    let tail = &text[memmem::rfind(text, b"]LOG]!><time=\"")? + 14..];
    let value = |key: &[u8]| {
        let start = memmem::find(&tail[..tail.len().min(400)], key)? + key.len();
        let length = tail[start..].iter().take(120).position(|&byte| byte == b'"')?;
        Some(&tail[start..start + length])
    };
    // Date and time stand apart, so that no layout can hold them.
    rules.lose();
    let mut found = Found { component: value(b" component=\"").filter(|it| !it.is_empty()), ..Found::default() };
    found.level = match value(b" type=\"") {
        Some(b"1") => Some(Level::Info),
        Some(b"2") => Some(Level::Warn),
        Some(b"3") => Some(Level::Error),
        _ => None,
    };
    let clock = tail.get(..12)?;
    if let Some([m, n, b'-', d, e, b'-', year @ ..]) = value(b" date=\"") {
        let bias = &tail[12..12 + tail[12..].iter().take(5).take_while(|&&byte| byte != b'"').count()];
        let offset = match bias.split_first() {
            Some((&sign @ (b'+' | b'-'), digits)) if digits_run(digits, 0) == digits.len() && !digits.is_empty() => {
                let minutes = number(digits, 0, 1, 4).map_or(0, |(minutes, _)| minutes as i32);
                Some(if sign == b'+' { -minutes * 60 } else { minutes * 60 })
            }
            _ => None,
        };
        let date = [year, b"-", &[*m, *n], b"-", &[*d, *e], b" ", clock].concat();
        found.time = rules.copied_stamp(&date).map(|(stamp, _)| {
            let offset = offset.filter(|offset| offset.abs() <= 14 * 3600);
            rules.moment(&super::stamp::Stamp { offset: stamp.offset.or(offset), ..stamp })
        });
    }
    Some(Cut::new("trace", found, at + 7))
}

/// Zabbix: ` 12345:20260105:101112.345 text`, whose process number is filled up with blanks.
pub(super) fn zabbix<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let start = at + line.get(at..)?.iter().take(6).take_while(|&&byte| byte == b' ').count();
    let digits = digits_run(line, start);
    let time = start + digits + 1;
    if !(1..=8).contains(&digits)
        || line.get(time - 1) != Some(&b':')
        || digits_run(line, time) != 8
        || line.get(time + 8) != Some(&b':')
        || digits_run(line, time + 9) != 6
    {
        return None;
    }
    let (stamp, end) = rules.stamp(line, time)?;
    let mut found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    let message = super::rest::rest(line, end, &stamp, &mut found, rules);
    Some(Cut::stamped("zabbix", found, message, &stamp))
}

/// A shell's history: `#1767607872` alone before the command.
pub(super) fn history<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let start = at + 1 + usize::from(line.get(at + 1) == Some(&b'+'));
    if line.get(at) != Some(&b'#') || digits_run(line, start) != 10 || start + 10 != line.len() {
        return None;
    }
    let (time, _) = rules.field_time(&line[start..])?;
    Some(Cut::new("history", Found { time: Some(time), ..Found::default() }, line.len()))
}

/// `[pid  1234] 10:11:12.345678 read(...)` of strace.
pub(super) fn traced<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let rest = line.get(at..)?.strip_prefix(b"[pid ")?;
    let blanks = rest.iter().take(8).take_while(|&&byte| byte == b' ').count();
    let digits = digits_run(rest, blanks);
    let time = at + 5 + blanks + digits + 2;
    if digits == 0 || line.get(time - 2..time) != Some(b"] ") {
        return None;
    }
    let (stamp, end) = rules.stamp(line, time)?;
    let found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    Some(Cut::new("strace", found, separators(line, end)))
}

/// Erlang's reports, as RabbitMQ up to 3.6, ejabberd and CouchDB write them: `=ERROR REPORT==== 2-Jan-2026::03:04:05 ===`
/// stands alone, the message on the lines behind it.
pub(super) fn erlang<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + 80))?.strip_prefix(b"=")?;
    let level = match &text[..memmem::find(text, b" REPORT==== ")?] {
        b"ERROR" | b"CRASH" | b"SUPERVISOR" => Level::Error,
        b"WARNING" => Level::Warn,
        b"INFO" | b"PROGRESS" | b"NOTICE" => Level::Info,
        b"CRITICAL" | b"ALERT" | b"EMERGENCY" => Level::Fatal,
        b"DEBUG" => Level::Debug,
        _ => return None,
    };
    let start = at + 1 + memmem::find(text, b"==== ")? + 5;
    let (stamp, end) = rules.stamp(line, start)?;
    let found = Found { time: Some(rules.moment(&stamp)), level: Some(level), component: None };
    let message = end + line.get(end..)?.iter().take_while(|&&byte| matches!(byte, b' ' | b'=')).count();
    Some(Cut::stamped("erlang", found, message, &stamp))
}

/// Chromium and what embeds it: `[1234:5678:0601/101112.345678:ERROR:gpu_init.cc(12)] text`, process and thread often left
/// out. The date has no year.
pub(super) fn chromium<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + NEAR))?.strip_prefix(b"[")?;
    let slash = memchr::memchr(b'/', &text[..text.len().min(40)])?;
    let start = slash.checked_sub(4)?;
    let fraction = match text.get(slash + 7) {
        Some(b'.') => 1 + digits_run(text, slash + 8),
        _ => 0,
    };
    let end = slash + 7 + fraction;
    let is_number = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || *byte == b':');
    if digits_run(text, start) != 4
        || digits_run(text, slash + 1) != 6
        || text.get(end) != Some(&b':')
        || !is_number(&text[..start])
    {
        return None;
    }
    let rest = &text[end + 1..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let level = Level::from_word(&rest[..length])?;
    let close = memchr::memchr(b']', rest)?;
    let source = rest[length..close].iter().position(|&byte| byte == b':')? + length + 1;
    // The parts of the time stand as nowhere else, so that no layout can hold them.
    let [m, n, d, e, _, h, i, j, k, s, t] = *text.get(start..slash + 7)? else { return None };
    let date = [&[m, n, b'-', d, e, b' ', h, i, b':', j, k, b':', s, t], &text[slash + 7..end]].concat();
    let (stamp, _) = rules.copied_stamp(&date)?;
    let component = &rest[source..close];
    let found = Found { time: Some(rules.moment(&stamp)), level: Some(level), component: Some(component) };
    Some(Cut::stamped("chromium", found, separators(line, at + 1 + end + 1 + close + 1), &stamp))
}

//! Headers that the general walk cannot know: syslog priorities and RFC 5424, kernel clocks, CEF and LEEF, access logs,
//! Pulse Secure, redis, Windows events as XML.

use super::clock::{digits_run, number};
use super::header::Cut;
use super::level::Level;
use super::rest::{Found, message_pairs};
use super::token::separators;
use super::watch::Watch;
use memchr::memmem;

/// How far into a line the status of an access log or the fields of an event are looked for.
const NEAR: usize = 4 << 10;

/// `<134>1 2026-01-02T03:04:05Z host app 12 id [sd] text`, `<134>Jan  2 03:04:05 host app: text`, `<13>app: text`.
pub(super) fn priority<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let digits = digits_run(line, at + 1);
    if !(1..=3).contains(&digits) || line.get(at + 1 + digits) != Some(&b'>') {
        return None;
    }
    let value = number(line, at + 1, digits, digits)?.0;
    rules.number(&line[at + 1..at + 1 + digits]);
    if value > 191 {
        return None;
    }
    let level = Level::from_syslog(value as u64 % 8);
    let next = at + 2 + digits;
    if let Some(cut) = structured(line, next, level, rules) {
        return Some(cut);
    }
    if let Some(cut) = kernel(line, next, Some(level)) {
        return Some(cut);
    }
    let mut found = Found { level: Some(level), ..Found::default() };
    // Some senders put a number and a colon before the time (Cisco: `<189>45: Jan  2 ...`).
    let mut start = next;
    let run = digits_run(line, start);
    if run > 0 && line.get(start + run..start + run + 2) == Some(b": ") {
        start += run + 2;
    }
    match rules.stamp(line, start) {
        Some((stamp, end)) => {
            found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
            let message = super::rest::rest(line, end, &stamp, &mut found, rules);
            // What WELF or CEF inside says is more exact than the priority, which many senders never set.
            let inner = line.get(message..).is_some_and(|text| !text.is_empty()) && found.level.is_some();
            found.level = if inner { found.level } else { Some(level) };
            Some(Cut::new("syslog", found, message))
        }
        None => {
            let message = super::rest::after_level(line, next, &mut found);
            Some(Cut::new("syslog", found, message))
        }
    }
}

/// RFC 5424 behind its priority.
fn structured<'a>(line: &'a [u8], at: usize, level: Level, rules: &Watch<'_>) -> Option<Cut<'a>> {
    if line.get(at + 1) != Some(&b' ') || !line[at].is_ascii_digit() {
        return None;
    }
    rules.number(&line[at..at + 1]);
    if line[at] != b'1' {
        return None;
    }
    let mut found = Found { level: Some(level), ..Found::default() };
    let mut next = at + 2;
    let mut day = None;
    if line.get(next) == Some(&b'-') {
        next += 1;
    } else {
        let (stamp, end) = rules.stamp(line, next)?;
        found.time = Some(rules.moment(&stamp));
        day = if let super::stamp::Date::Days(day) = stamp.date { Some(day) } else { None };
        next = end;
    }
    // HOSTNAME APP-NAME PROCID MSGID
    for field in 0..4 {
        if line.get(next) != Some(&b' ') {
            return Some(Cut { day, ..Cut::new("syslog5424", found, next.min(line.len())) });
        }
        let start = next + 1;
        let length = line[start..].iter().take(300).take_while(|&&byte| byte != b' ').count();
        next = start + length;
        if field == 1 && &line[start..next] != b"-" {
            found.component = Some(line[start..next].strip_suffix(b":").unwrap_or(&line[start..next]));
            // A bare relay: `app: text` where the process id should stand.
            if line[start..next].ends_with(b":") && !line[next..].starts_with(b" -") {
                break;
            }
        }
    }
    let mut message = next + line[next..].iter().take_while(|&&byte| byte == b' ').count();
    if line.get(message) == Some(&b'[') {
        message = structured_data(line, message);
    } else if line.get(message) == Some(&b'-') && matches!(line.get(message + 1), None | Some(b' ')) {
        message += 1;
    }
    message += line[message..].iter().take_while(|&&byte| byte == b' ').count();
    if line[message..].starts_with(b"\xef\xbb\xbf") {
        message += 3;
    }
    let message = inner(line, message, &mut found, rules).unwrap_or(message);
    Some(Cut { day, ..Cut::new("syslog5424", found, message) })
}

/// Where the elements `[id name="value"]...` end; quotes inside values may be unescaped (Veeam), so that a quote only
/// closes before a blank or a bracket. If nothing follows, the data is the message and it begins at `at`.
fn structured_data(line: &[u8], at: usize) -> usize {
    let mut index = at;
    while line.get(index) == Some(&b'[') {
        let mut quoted = false;
        let mut end = None;
        for (offset, &byte) in line[index..].iter().enumerate() {
            let before = line.get((index + offset).wrapping_sub(1)).copied();
            let after = line.get(index + offset + 1).copied();
            match byte {
                b'"' if !quoted && before == Some(b'=') => quoted = true,
                b'"' if quoted && before != Some(b'\\') && matches!(after, Some(b']' | b' ')) => quoted = false,
                b']' if !quoted => {
                    end = Some(index + offset + 1);
                    break;
                }
                _ => {}
            }
        }
        match end {
            Some(end) => index = end,
            None => return at,
        }
    }
    // `[categoryId=0 ...] [other]`: elements may be set apart by blanks in practice.
    let next = index + line[index..].iter().take_while(|&&byte| byte == b' ').count();
    if next >= line.len() { at } else { next }
}

/// `[12345.678901] text`: seconds since boot; there is no moment to be had, but the header is cut.
pub(super) fn kernel<'a>(line: &'a [u8], at: usize, level: Option<Level>) -> Option<Cut<'a>> {
    if line.get(at) != Some(&b'[') {
        return None;
    }
    let blanks = line[at + 1..].iter().take(8).take_while(|&&byte| byte == b' ').count();
    let seconds = digits_run(line, at + 1 + blanks);
    let point = at + 1 + blanks + seconds;
    if !(1..=9).contains(&seconds) || line.get(point) != Some(&b'.') || digits_run(line, point + 1) != 6 {
        return None;
    }
    if line.get(point + 7) != Some(&b']') {
        return None;
    }
    let mut found = Found { level, ..Found::default() };
    let start = separators(line, point + 8);
    let length = line[start..].iter().take(60).take_while(|&&byte| !matches!(byte, b' ' | b':')).count();
    let mut message = start;
    if length > 0 && line.get(start + length) == Some(&b':') && matches!(line.get(start + length + 1), Some(b' ')) {
        found.component = Some(&line[start..start + length]);
        message = start + length + 2;
    }
    // `veeamsnap:tracker    | ERR | text`
    if let Some(bar) = line[start..].iter().take(60).position(|&byte| byte == b'|') {
        let next = separators(line, start + bar);
        if let Some((level, end)) = super::severity::delimited_level_before_bar(line, next) {
            found.level = found.level.or(Some(level));
            found.component = Some(line[start..start + bar].trim_ascii_end());
            message = separators(line, end);
        }
    }
    Some(Cut::new("kernel", found, message))
}

/// `CEF:0|vendor|product|version|id|name|severity|extension` and `LEEF:2.0|vendor|product|version|id|...`.
pub(super) fn event_format<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut found = Found::default();
    let message = events(line, at, &mut found, rules)?;
    Some(Cut::new(if line[at..].starts_with(b"CEF:") { "cef" } else { "leef" }, found, message))
}

fn events<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    let text = &line[at..line.len().min(at + NEAR)];
    if !(text.starts_with(b"CEF:") || text.starts_with(b"LEEF:")) {
        return None;
    }
    let mut bars = [0; 7];
    let mut n_bars = 0;
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'|' && text[index - 1] != b'\\' {
            bars[n_bars] = index;
            n_bars += 1;
            if n_bars == bars.len() {
                break;
            }
        }
    }
    if n_bars < 5 {
        return None;
    }
    let product = &line[at + bars[1] + 1..at + bars[2]];
    found.component = found.component.filter(|it| !it.is_empty()).or(Some(product));
    if text.starts_with(b"LEEF:") {
        return Some(at + bars[4] + 1);
    }
    if n_bars == 7 {
        let severity = text[bars[5] + 1..bars[6]].trim_ascii();
        found.level = match severity {
            word if word.first().is_some_and(u8::is_ascii_digit) => number(word, 0, 1, 2).map(|(severity, end)| {
                rules.number(&word[..end]);
                Level::from_cef(severity as u64)
            }),
            b"Low" => Some(Level::Info),
            b"Medium" => Some(Level::Warn),
            b"High" => Some(Level::Error),
            b"Very-High" => Some(Level::Fatal),
            _ => None,
        }
        .or(found.level);
        // The receipt time, where no syslog header gave one.
        if found.time.is_none()
            && let Some(receipt) = memmem::find(text, b"rt=")
        {
            found.time = rules.stamp(line, at + receipt + 3).map(|(stamp, _)| rules.moment(&stamp));
        }
    }
    Some(at + bars[4] + 1)
}

/// What a message carries behind a syslog header: CEF, LEEF, WELF.
pub(super) fn inner<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    match *line.get(at)? {
        b'C' | b'L' => events(line, at, found, rules),
        b'i' if line[at..].starts_with(b"id=firewall ") => message_pairs(line, at, found, rules),
        _ => None,
    }
}

/// Access logs in the common and combined formats: the status class is the level. `end` is the end of the time.
pub(super) fn access(line: &[u8], end: usize, found: &mut Found<'_>, rules: &Watch<'_>) -> Option<usize> {
    if line.get(end..end + 3) != Some(b"] \"") {
        return None;
    }
    let request = end + 3;
    let near = &line[request..line.len().min(request + NEAR)];
    let mut close = None;
    for quote in memchr::memchr_iter(b'"', near) {
        if quote == 0 || near[quote - 1] != b'\\' {
            close = Some(quote);
            break;
        }
    }
    let (status, after) = number(line, request + close? + 2, 3, 3)?;
    rules.number(&line[after - 3..after]);
    if !(100..=599).contains(&status) || !matches!(line.get(after), None | Some(b' ')) {
        return None;
    }
    found.level = Some(Level::from_http(status as u64));
    Some(end + 2)
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

/// redis: `1234:M 02 Jan 2026 03:04:05.678 # text`, old `[1234] 02 Jan 03:04:05.678 # text`; the mark is the level.
pub(super) fn redis<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let digits = digits_run(line, at);
    let colon = at + digits;
    if !(1..=8).contains(&digits)
        || line.get(colon) != Some(&b':')
        || !matches!(line.get(colon + 1), Some(b'M' | b'S' | b'C' | b'X'))
        || line.get(colon + 2) != Some(&b' ')
    {
        return None;
    }
    let (stamp, end) = rules.stamp(line, colon + 3)?;
    let mut found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    let message = super::rest::rest(line, end, &stamp, &mut found, rules);
    Some(Cut::new("redis", found, message))
}

/// `#`, `*`, `-`, `.` alone behind the time: redis' warning, notice, verbose, debug.
pub(super) fn redis_mark(line: &[u8], at: usize) -> Option<Level> {
    if line.get(at + 1) != Some(&b' ') {
        return None;
    }
    match line.get(at)? {
        b'#' => Some(Level::Warn),
        b'*' => Some(Level::Info),
        b'.' => Some(Level::Debug),
        _ => None,
    }
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

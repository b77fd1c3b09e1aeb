//! Headers of syslog as it goes over the network: priorities, and RFC 5424.

use super::clock::{digits_run, number};
use super::header::Cut;
use super::kernel::kernel;
use super::level::Level;
use super::network;
use super::rest::Found;
use super::special::inner;
use super::watch::Watch;

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
    if let Some(cut) = kernel(line, next, Some(level), rules) {
        return Some(cut);
    }
    let mut found = Found { level: Some(level), ..Found::default() };
    // Netscaler puts a blank before the time.
    let start = next + usize::from(line.get(next) == Some(&b' '));
    if let Some(cut) = network::device(line, start, Found::default(), rules) {
        let level = cut.found.level.unwrap_or(level);
        return Some(Cut { found: Found { level: Some(level), ..cut.found }, name: "syslog", ..cut });
    }
    match rules.stamp(line, start) {
        Some((stamp, end)) => {
            found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
            let message = super::rest::rest(line, end, &stamp, &mut found, rules);
            // What WELF or CEF inside says is more exact than the priority, which many senders never set.
            let inner = line.get(message..).is_some_and(|text| !text.is_empty()) && found.level.is_some();
            found.level = if inner { found.level } else { Some(level) };
            Some(Cut::stamped("syslog", found, message, &stamp))
        }
        None => {
            if let Some(message) = inner(line, start, &mut found, rules) {
                return Some(Cut::new("syslog", found, message));
            }
            let message = super::rest::after_level(line, start, &mut found);
            if let Some((marked, facility)) = network::mark(line, message, rules) {
                found = Found { level: Some(marked), component: found.component.or(Some(facility)), ..found };
            }
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

//! Network devices: Cisco's marks `%FACILITY-SEVERITY-MNEMONIC:` and what its devices put before the time.

use super::clock::{digits_run, month};
use super::header::{Cut, after_time};
use super::level::Level;
use super::rest::Found;
use super::watch::Watch;

/// How long a mark may be.
const MARK: usize = 80;

/// Reads `%ASA-4-106023: ` at `at`, `%PKT_INFRA-LINK-3-UPDOWN : ` too: level and facility.
pub(super) fn mark<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<(Level, &'a [u8])> {
    let text = line.get(at..line.len().min(at + MARK))?.strip_prefix(b"%")?;
    if text.first() == Some(&b'%') {
        return comware(text, rules);
    }
    let length = text.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let name = &text[..length];
    if !name.first()?.is_ascii_uppercase() || !matches!(text.get(length), Some(b':' | b' ')) {
        return None;
    }
    let dash = (1..length).find(|&at| {
        name[at] == b'-' && name.get(at + 1).is_some_and(u8::is_ascii_digit) && name.get(at + 2) == Some(&b'-')
    })?;
    rules.number(&name[dash + 1..dash + 2]);
    let severity = name[dash + 1] - b'0';
    (severity <= 7).then(|| (Level::from_syslog(severity.into()), &name[..dash]))
}

/// What follows the first `%` of `%%01IFNET/4/LINK_STATE(l)[1]:` (Huawei) and `%%10SHELL/5/SHELL_LOGIN:` (H3C): two digits,
/// module, severity and mnemonic.
fn comware<'a>(text: &'a [u8], rules: &Watch<'_>) -> Option<(Level, &'a [u8])> {
    let name = text.get(1 + digits_run(text, 1)..).filter(|_| digits_run(text, 1) == 2)?;
    let slash = name.iter().position(|byte| !(byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'))?;
    let [b'/', severity @ b'0'..=b'9', b'/', b'A'..=b'Z', ..] = name[slash..] else { return None };
    rules.number(&name[slash + 1..slash + 2]);
    let severity = severity - b'0';
    (slash > 0 && severity <= 7).then(|| (Level::from_syslog(severity.into()), &name[..slash]))
}

/// Looks for a mark at the message's start or behind a host or virtual device (`n9k %$ VDC-1 %$ %STP-2-...`).
pub(super) fn mark_near<'a>(line: &'a [u8], message: usize, rules: &Watch<'_>) -> Option<(Level, &'a [u8])> {
    let near = line.get(message..line.len().min(message + 40))?;
    let places = memchr::memchr_iter(b'%', near);
    places.filter(|&place| place == 0 || near[place - 1] == b' ').find_map(|place| mark(line, message + place, rules))
}

/// A line that begins with a mark.
pub(super) fn bare<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let (level, facility) = mark(line, at, rules)?;
    Some(Cut::new("cisco", Found { level: Some(level), component: Some(facility), time: None }, at))
}

/// A time behind a sequence number (`000123: `), the device's name and the sign of a clock that is not set (`*`, `.`).
pub(super) fn device<'a>(line: &'a [u8], at: usize, found: Found<'a>, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut start = at;
    let digits = digits_run(line, start);
    if digits > 0 {
        start = start + digits + line.get(start + digits..)?.strip_prefix(b": ").map(|_| 2)?;
    }
    if let Some(time) = behind_sign(line, start) {
        let (stamp, end) = rules.stamp(line, time)?;
        return Some(after_time(line, time, &stamp, end, found, rules));
    }
    // `45: sw1: Jan  5 ...`
    let host = super::token::name_end_plain(line, start);
    if digits == 0 || host == start || line.get(host..host + 2) != Some(b": ") {
        return None;
    }
    let time = behind_sign(line, host + 2)?;
    let (stamp, end) = rules.stamp(line, time)?;
    Some(after_time(line, time, &stamp, end, found, rules))
}

/// Where the name of a month begins, behind a sign or not.
fn behind_sign(line: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(matches!(line.get(at), Some(b'*' | b'.')));
    month(line, at).map(|_| at)
}

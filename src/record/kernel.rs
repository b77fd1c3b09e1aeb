//! Headers of the Linux kernel and of its audit: seconds since boot, `dmesg -x`, `audit(...)`.

use super::clock::digits_run;
use super::header::{Cut, after_time};
use super::level::Level;
use super::marks;
use super::rest::Found;
use super::token::separators;
use super::watch::Watch;
use memchr::memmem;

/// `[12345.678901] text`: seconds since boot. They are a moment only where the file's head says when that was.
pub(super) fn kernel<'a>(line: &'a [u8], at: usize, level: Option<Level>, rules: &Watch<'_>) -> Option<Cut<'a>> {
    if line.get(at) != Some(&b'[') {
        return None;
    }
    let blanks = line[at + 1..].iter().take(8).take_while(|&&byte| byte == b' ').count();
    let seconds = digits_run(line, at + 1 + blanks);
    let point = at + 1 + blanks + seconds;
    let decimals = digits_run(line, point + 1);
    let close = point + 1 + decimals;
    if !(1..=9).contains(&seconds) || line.get(point) != Some(&b'.') || line.get(close) != Some(&b']') {
        return None;
    }
    // The X server counts milliseconds and marks its lines.
    let mark = marks::xorg(line, separators(line, close + 1));
    if decimals != 6 && (decimals != 3 || mark.is_none()) {
        return None;
    }
    let time = rules.boot_time(line, at);
    let mut found = Found { level, time, component: None };
    if let Some((level, end)) = mark {
        found.level = Some(level);
        return Some(Cut::new("xorg", found, separators(line, end)));
    }
    let start = separators(line, close + 1);
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

/// `kern  :err   : [  100.123456] text`: facility and level before the clock, as `dmesg -x` prints them.
pub(super) fn decoded_kernel<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + 40))?;
    let mut parts = text.split(|&byte| byte == b':');
    let (facility, word) = (parts.next()?.trim_ascii(), parts.next()?);
    let known: [&[u8]; 5] = [b"kern", b"user", b"daemon", b"syslog", b"auth"];
    let start = at + (word.as_ptr() as usize - text.as_ptr() as usize) + word.len() + 2;
    let level = Level::from_word(word.trim_ascii()).filter(|_| known.contains(&facility) && start < line.len())?;
    if let Some(cut) = kernel(line, start, Some(level), rules) {
        return Some(cut);
    }
    let time = start + usize::from(line.get(start) == Some(&b'['));
    let (stamp, end) = rules.stamp(line, time)?;
    let found = Found { level: Some(level), ..Found::default() };
    Some(after_time(line, time, &stamp, end, found, rules))
}

/// The audit daemon: `type=AVC msg=audit(1767607872.345:123): text`, `node=h type=...`.
pub(super) fn audit<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + 160))?;
    if !(text.starts_with(b"type=") || text.starts_with(b"node=")) {
        return None;
    }
    let start = at + memmem::find(text, b"msg=audit(")? + 10;
    let (stamp, _) = rules.stamp(line, start)?;
    let kind = memmem::find(text, b"type=").map(|place| at + place + 5)?;
    let component = &line[kind..super::token::name_end_plain(line, kind)];
    let close = start + line[start..].iter().take(60).position(|&byte| byte == b')')?;
    let found = Found { time: Some(rules.moment(&stamp)), component: Some(component), level: None };
    Some(Cut::new("audit", found, separators(line, close + 1)))
}

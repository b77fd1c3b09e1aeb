//! Database servers: SQL Server's ERRORLOG and its agent's log, DB2's diagnostic log.

use super::clock::digits_run;
use super::level::Level;
use super::stamp::{Shape, Stamp};
use super::watch::Watch;
use memchr::memmem;

/// Width of the column that names the process in an ERRORLOG.
const SOURCE: usize = 12;

/// A line of an ERRORLOG behind its time of two decimals, `spid51      text`: the source and where the text begins.
pub(super) fn errorlog<'a>(line: &'a [u8], end: usize, stamp: &Stamp) -> Option<(&'a [u8], usize)> {
    if stamp.digits != 2 || stamp.shape != Shape::Iso || line.get(end) != Some(&b' ') {
        return None;
    }
    let column = line.get(end + 1..end + 1 + SOURCE)?;
    let length = column.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let padded = (3..SOURCE).contains(&length) && column[length..].iter().all(|&byte| byte == b' ');
    (padded && column[0].is_ascii_alphabetic()).then(|| (&column[..length], end + 1 + SOURCE))
}

/// `Error: 17187, Severity: 16, State: 1.`: the level and where the digits of the severity stand.
pub(super) fn severity(message: &[u8]) -> Option<(Level, &[u8])> {
    let rest = message.strip_prefix(b"Error: ")?;
    let digits = digits_run(rest, 0);
    let rest = rest.get(digits..)?.strip_prefix(b", Severity: ").filter(|_| digits > 0)?;
    let digits = rest.get(..digits_run(rest, 0)).filter(|digits| (1..=2).contains(&digits.len()))?;
    let value = digits.iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    // Up to 10 it is information, up to 16 the user's to mend; from 20 on the connection is lost.
    let level = match value {
        0..=10 => Level::Info,
        11..=19 => Level::Error,
        _ => Level::Fatal,
    };
    Some((level, digits))
}

/// SQL Server's agent marks its lines: ` - ! [298] text` is an error, `+` a warning, `?` information.
pub(super) fn agent_mark(line: &[u8], end: usize) -> Option<(Level, usize)> {
    let rest = line.get(end..)?.strip_prefix(b" - ")?;
    let level = match rest.first()? {
        b'!' => Level::Error,
        b'+' => Level::Warn,
        b'?' => Level::Info,
        _ => return None,
    };
    let digits = digits_run(rest, 3);
    (rest.get(1..3) == Some(b" [") && digits > 0 && rest.get(3 + digits..5 + digits) == Some(b"] "))
        .then_some((level, end + 5))
}

/// DB2: `2026-01-05-10.11.12.345678+060 I1234E567      LEVEL: Error`. `start` is the start of the time.
pub(super) fn db2_level(line: &[u8], start: usize, end: usize) -> Option<Level> {
    if line.get(start + 10) != Some(&b'-') || line.get(start + 13) != Some(&b'.') {
        return None;
    }
    let near = line.get(end..line.len().min(end + 80))?;
    let word = &near[memmem::find(near, b"LEVEL: ")? + 7..];
    let length = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &word[..length] {
        b"Event" => Some(Level::Info),
        word => Level::from_word(word),
    }
}

/// The level of a message in an ERRORLOG, if it states one.
pub(super) fn errorlog_level(message: &[u8], rules: &Watch<'_>) -> Option<Level> {
    let (level, digits) = severity(message)?;
    rules.number(digits);
    Some(level)
}

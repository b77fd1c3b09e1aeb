//! Records whose first line does not say all: its level stands in the line before or on the next one.
//!
//! Which kind a file is shows in its head. A record is completed from its own text and what stands before it in the
//! chunk's buffer, so the result does not depend on where chunks begin.

use super::clock::digits_run;
use super::database;
use super::format::Header;
use super::level::Level;
use super::severity::delimited_level;

/// How much of what stands before a record is looked at.
const BEFORE: usize = 400;
/// Where the text begins in a line of an ERRORLOG: behind time, blank and the column that names the source.
const TEXT: usize = 35;

/// How records are completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// SQL Server prints `Error: 17187, Severity: 16, State: 1.` and the text of the error as the next record.
    Severity,
    /// The time stands on a line of its own and the level begins the next one (`java.util.logging`, OpenAM).
    NextLine,
}

impl Follow {
    /// Completes the header of a record; `before` is what stands before it.
    pub(super) fn complete<'a>(self, text: &'a [u8], before: &[u8], header: Header<'a>) -> Header<'a> {
        match self {
            Follow::Severity if announces(text.get(header.message..).unwrap_or_default()) => {
                Header { level: Some(Level::Info), ..header }
            }
            _ if header.level.is_some() => header,
            Follow::Severity => Header { level: severity_before(text, before), ..header },
            Follow::NextLine => next_line(text, header),
        }
    }
}

/// Whether a message of SQL Server is only the number of the error that the next record tells, and has its level.
pub(super) fn announces(message: &[u8]) -> bool {
    let is_state = |state: &[u8]| {
        let digits = digits_run(state, 0);
        digits > 0 && matches!(&state[digits..], [] | [b'.'])
    };
    database::severity(message).is_some()
        && memchr::memmem::rfind(message, b", State: ").is_some_and(|at| is_state(&message[at + 9..]))
}

/// The level of the line before if it announces this one: same time, same source.
fn severity_before(text: &[u8], before: &[u8]) -> Option<Level> {
    let before = before[before.len().saturating_sub(BEFORE)..].trim_ascii_end();
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..];
    let (announced, own) = (line.get(..TEXT)?, text.get(..TEXT)?);
    let (level, _) = database::severity(line.get(TEXT..)?)?;
    (announced == own && digits_run(own, 0) == 4).then_some(level)
}

/// `Jan 05, 2026 10:11:12 AM org.apache.catalina.startup.Catalina start` and then `SEVERE: text`.
fn next_line<'a>(text: &'a [u8], header: Header<'a>) -> Header<'a> {
    let Some(feed) = memchr::memchr(b'\n', text) else { return header };
    let rest = &text[feed + 1..];
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let Some((level, end)) = delimited_level(line, 0) else { return header };
    let first = text.get(header.message..feed).unwrap_or_default();
    let name = &first[..first.iter().position(|&byte| matches!(byte, b' ' | b'\r')).unwrap_or(first.len())];
    let class = (name.contains(&b'.') && !name.is_empty()).then_some(name);
    let message = feed + 1 + super::token::separators(line, end);
    Header { level: Some(level), component: header.component.or(class), message, ..header }
}

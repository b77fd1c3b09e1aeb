//! Which computers a file of syslog comes from.
//!
//! A host stands in every line, so that asking all of them would cost more than it tells: some lines of each chunk are
//! looked at. Chunks begin at the same places whatever the number of threads.

use super::facts::{Facts, Sight};
use crate::bundle::FilePath;
use crate::record::{Chunk, Format};

/// Lines of a chunk that are looked at: as many at its beginning, in its middle and at its end.
const LINES: usize = 32;

impl Facts {
    /// Adds the hosts that some lines of a chunk name, as values of `fact`; their counts are those of these lines. `marks`
    /// are records in the chunk, see [`crate::scan::Passed::marks`].
    pub fn add_hosts(
        &mut self,
        fact: usize,
        file: &FilePath,
        format: &Format,
        lines_before: u64,
        chunk: &Chunk<'_>,
        marks: &[(usize, u64)],
    ) {
        let text = chunk.text();
        // Nearly every file that is not syslog is told by its first lines.
        if !text.split(|byte| *byte == b'\n').take(8).any(|line| host(line).is_some()) {
            return;
        }
        // Where the first line begins that was not looked at, and its number.
        let mut behind = (chunk.start, 0);
        for (index, &mark) in [behind].iter().chain(marks).enumerate() {
            // In a short chunk a mark may be among the lines before.
            let among = index > 0 && mark.1 <= behind.1;
            let (mut at, mut number) = if among { behind } else { mark };
            for taken in 0..LINES + usize::from(among) {
                let Some(rest) = chunk.buffer.get(at..chunk.end).filter(|rest| !rest.is_empty()) else { break };
                let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
                // Between what is looked at there is always something else.
                if (taken > 0 || !among)
                    && let Some(host) = host(line)
                {
                    let time = format.header(line).and_then(|header| header.time);
                    self.put(fact, host, Sight { time, file: file.clone(), line: lines_before + number + 1 });
                }
                (at, number) = (at + line.len() + 1, number + 1);
            }
            behind = (at, number);
        }
    }
}

/// Returns the host that a line of syslog names: `<30>Jan  2 03:04:05 host app[12]: text`,
/// `2026-01-02T03:04:05Z host app[12]: text`, `<30>1 2026-01-02T03:04:05Z host app 12 - - text`.
pub(super) fn host(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line;
    let mut is_5424 = false;
    if let Some(behind) = rest.strip_prefix(b"<") {
        let end = behind.iter().take(4).position(|byte| *byte == b'>')?;
        rest = behind.get(end + 1..)?;
        if let Some(behind) = rest.strip_prefix(b"1 ") {
            (rest, is_5424) = (behind, true);
        }
    }
    let first = token(&mut rest)?;
    let is_bsd = MONTHS.contains(&first);
    if is_bsd {
        let (day, time) = (token(&mut rest)?, token(&mut rest)?);
        if day.len() > 2 || !day.iter().all(u8::is_ascii_digit) || time.get(2) != Some(&b':') {
            return None;
        }
    } else if first.len() < 19 || first.get(4) != Some(&b'-') || first.get(10) != Some(&b'T') {
        return None;
    }
    let host = token(&mut rest)?;
    let program = token(&mut rest)?;
    // `2026-01-02T03:04:05Z main worker:` is no syslog, `... main worker[12]:` is.
    let is_program = match program.strip_suffix(b":") {
        Some(program) => is_bsd || program.ends_with(b"]"),
        None => is_5424 || (is_bsd && program.ends_with(b"]")),
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let is_host = host.len() <= 253
        && host.iter().all(is_name)
        && host.iter().any(|byte| byte.is_ascii_alphanumeric())
        && !host.ends_with(b":")
        && !LEVELS.iter().any(|level| host.eq_ignore_ascii_case(level));
    (is_program && is_host).then_some(host)
}

const MONTHS: &[&[u8]] =
    &[b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const LEVELS: &[&[u8]] =
    &[b"trace", b"debug", b"info", b"notice", b"warn", b"warning", b"error", b"err", b"crit", b"fatal", b"last"];

/// Takes the next word.
fn token<'l>(line: &mut &'l [u8]) -> Option<&'l [u8]> {
    let start = line.iter().take(64).position(|byte| *byte != b' ')?;
    let rest = line.get(start..)?;
    let end = memchr::memchr(b' ', rest.get(..300).unwrap_or(rest))?;
    *line = rest.get(end..)?;
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(host(line.as_bytes()), expected.map(str::as_bytes), "{line}");
    }

    #[test]
    fn hosts_of_syslog() {
        check("Jan  2 03:04:05 web01 sshd[12]: text", Some("web01"));
        check("<30>Jan 12 03:04:05 10.0.0.7 kernel: text", Some("10.0.0.7"));
        check("2026-01-02T03:04:05.123456+01:00 db-1.example.com systemd[1]: text", Some("db-1.example.com"));
        check("<165>1 2026-01-02T03:04:05Z gate app 12 ID47 - text", Some("gate"));
        check("<30>2026-01-02T03:04:05.123456Z host ident[1]: text", Some("host"));
    }

    #[test]
    fn other_words_are_no_hosts() {
        check("2026-01-02T03:04:05Z INFO main: text", None);
        check("2026-01-02T03:04:05Z main worker: text", None);
        check("2026-01-02 03:04:05 web01 sshd[12]: text", None);
        check("Jan  2 03:04:05 web01", None);
        check("Jan  2 03:04:05 error sshd[12]: text", None);
        check("Jan  2 03:04:05 last message repeated 2 times", None);
        check("May the force be: with you", None);
        check("", None);
    }
}

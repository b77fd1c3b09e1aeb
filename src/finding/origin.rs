//! Whose clock a log shows: the host that wrote it, and what its first lines tell of that clock.
//!
//! Most logs leave their time zone out, and many tell it all the same: in a header with the time in UTC, or in lines that
//! came over a relay and have two times. Only the beginning of a file is looked at.

use crate::record::{Format, Reading, Time};
use memchr::memmem;

/// What the first lines of a file tell of where it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The host, as the log names it.
    pub host: Option<String>,
    /// Seconds east of UTC of times without a zone, and what tells them.
    pub zone: Option<(i32, Clue)>,
}

/// What tells the zone of a log that does not state it with its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// The user says so.
    Given,
    /// A header has the time in UTC too.
    Header,
    /// Lines that were relayed have a second time, with a zone.
    Relay,
    /// Other files of the same host state it.
    Host,
    /// The last record and the file's last change, which the system keeps in UTC.
    Modified,
}

const SECOND: i64 = 1_000_000_000;
const QUARTER: i64 = 900;

impl Origin {
    /// Bytes at the beginning of a file that are looked at.
    pub const HEAD: usize = 4 << 10;
    /// Lines with a time that are looked at.
    const LINES: usize = 4;

    /// Looks at the beginning of a file.
    pub fn of(head: &[u8], format: &Format) -> Origin {
        let head = &head[..head.len().min(Origin::HEAD)];
        let mut lines = head.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let dated: Vec<(&[u8], Dated<'_>)> =
            lines.by_ref().take(64).filter_map(|line| Some((line, dated(line, format)?))).take(Origin::LINES).collect();
        let zone = header_zone(head, format).map(|offset| (offset, Clue::Header));
        let zone = zone.or_else(|| relay_zone(&dated, format).map(|offset| (offset, Clue::Relay)));
        Origin { host: machine(head).or_else(|| common_host(&dated)), zone }
    }
}

/// A line with a time.
struct Dated<'a> {
    time: Time,
    host: Option<&'a [u8]>,
    message: &'a [u8],
}

fn dated<'a>(line: &'a [u8], format: &Format) -> Option<Dated<'a>> {
    let header = format.header(line)?;
    let (time, host) = (header.time?, host_before(line, header.component, format));
    let mut message = line.get(header.message..).unwrap_or_default();
    // Where a record stands behind a program's name, its header is taken off too.
    if let (Some(_), Some(component)) = (host, header.component) {
        let behind = (component.as_ptr() as usize + component.len()).checked_sub(line.as_ptr() as usize);
        let behind = behind.and_then(|at| line.get(at..)).unwrap_or_default();
        if let Some(colon) = memmem::find(behind.get(..behind.len().min(16)).unwrap_or_default(), b": ") {
            message = behind.get(colon + 2..).unwrap_or_default();
        }
    }
    Some(Dated { time, host, message })
}

/// The host of a syslog line: the word between the time and the program.
fn host_before<'a>(line: &'a [u8], component: Option<&[u8]>, format: &Format) -> Option<&'a [u8]> {
    let component = component?;
    let start = (component.as_ptr() as usize).checked_sub(line.as_ptr() as usize).filter(|&at| at < line.len())?;
    let behind = line.get(start + component.len()..)?;
    // Other logs have words there too; a process number behind the program is syslog's own.
    let is_syslog = format.name().starts_with("syslog") || (behind.starts_with(b"[") && has_number(behind));
    let before = line.get(..start)?.trim_ascii_end();
    let host = before.iter().rposition(|byte| *byte == b' ').map_or(before, |at| &before[at + 1..]);
    let stamp = before.get(..before.len() - host.len())?;
    (is_syslog && is_host(host) && is_stamp(stamp)).then_some(host)
}

/// `[123]:`
fn has_number(behind: &[u8]) -> bool {
    let digits = behind.get(1..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && behind.get(1 + digits) == Some(&b']')
}

fn is_host(word: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let level = ["info", "warn", "warning", "error", "debug", "trace", "fatal", "notice", "utc", "gmt"];
    (1..=255).contains(&word.len())
        && word.iter().all(allowed)
        && word.first().is_some_and(u8::is_ascii_alphanumeric)
        && word.iter().any(u8::is_ascii_alphabetic) | word.contains(&b'.')
        && !word.contains(&b':')
        && !level.iter().any(|it| word.eq_ignore_ascii_case(it.as_bytes()))
}

/// Whether nothing stands there but a priority and a time.
fn is_stamp(text: &[u8]) -> bool {
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let mut digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits.nth(4).is_some() && words.all(|word| word.len() <= 1 || word.len() == 3)
}

/// The host that all of the lines name; a file in which many hosts write has none.
fn common_host(dated: &[(&[u8], Dated<'_>)]) -> Option<String> {
    let first = dated.first()?.1.host?;
    dated.iter().all(|(_, it)| it.host == Some(first)).then(|| String::from_utf8_lossy(first).into_owned())
}

/// The host in `MachineName: [SRV01]` or `"computer":"SRV01.example.com"`.
fn machine(head: &[u8]) -> Option<String> {
    let after = |mark: &[u8]| memmem::find(head, mark).and_then(|at| head.get(at + mark.len()..));
    let rest = after(b"MachineName: [").or_else(|| after(b"\"computer\":\""))?;
    let end = rest.iter().take(256).position(|byte| matches!(byte, b']' | b'"'))?;
    is_host(&rest[..end]).then(|| String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// The offset that `UTC Time: [18.09.2024 01:12:44]` tells beside the local time of its line or of one near it.
fn header_zone(head: &[u8], format: &Format) -> Option<i32> {
    let at = memmem::find(head, b"UTC Time")?;
    let begin = memchr::memrchr(b'\n', &head[..at]).map_or(0, |at| at + 1);
    let line = head.get(begin..)?.split(|&byte| byte == b'\n').next()?;
    let mut lines = (0..30).zip(head.get(begin..)?.split(|&byte| byte == b'\n'));
    let local = lines.find_map(|(number, line)| {
        // In its own line the time in UTC may be taken for the header's.
        let header = format.header(line).filter(|header| number > 0 || header.message <= at - begin)?;
        header.time
    });
    let local = local.filter(|time| time.offset().is_none())?;
    let behind = line.get(at - begin + b"UTC Time".len()..)?;
    let digit = behind.iter().take(8).position(u8::is_ascii_digit)?;
    let length = behind[digit..].iter().take_while(|byte| !matches!(byte, b']' | b'\r' | b'\n')).count();
    let stated = [behind.get(digit..digit + length)?, b" x"].concat();
    let utc = format.header(&stated)?.time?;
    quarters(local.instant().checked_sub(utc.instant())?, 60)
}

/// The offset that the second times of relayed lines tell: at least two, and all the same.
fn relay_zone(dated: &[(&[u8], Dated<'_>)], format: &Format) -> Option<i32> {
    let mut found = None;
    for (_, line) in dated.iter().filter(|(_, line)| line.time.offset().is_none()) {
        // The first line decides for nearly all files.
        let second = inner_time(line.message, format).filter(|it| it.offset().is_some())?;
        let offset = quarters(line.time.instant().checked_sub(second.instant())?, 120)?;
        match found {
            None => found = Some((offset, 1)),
            Some((before, count)) if before == offset => found = Some((offset, count + 1)),
            Some(_) => return None,
        }
    }
    found.filter(|&(_, count)| count >= 2).map(|(offset, _)| offset)
}

/// The time of a record inside of a record: a relay puts its own in front.
fn inner_time(message: &[u8], format: &Format) -> Option<Time> {
    let line = message.split(|&byte| byte == b'\n').next()?;
    if !line.iter().take(40).any(u8::is_ascii_digit) {
        return None;
    }
    format.header(line)?.time
}

/// Whole quarters of an hour, in seconds, if the rest is at most so many seconds and the offset is one that exists.
pub(crate) fn quarters(nanos: i64, tolerance: i64) -> Option<i32> {
    let seconds = nanos.div_euclid(SECOND);
    let offset = seconds.saturating_add(QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    let plausible = (seconds - offset).abs() <= tolerance && (-12 * 3600..=14 * 3600).contains(&offset);
    i32::try_from(offset).ok().filter(|_| plausible)
}

/// What a record that is at hand as text tells of its host, and of a second time in it.
pub fn relayed(text: &str) -> (Option<String>, Option<Time>) {
    let line = text.lines().next().unwrap_or_default().as_bytes();
    let Some(reading) = Reading::guess(line, None) else { return (None, None) };
    let Some(dated) = dated(line, &reading.format) else { return (machine(line), None) };
    let host = dated.host.map(|host| String::from_utf8_lossy(host).into_owned()).or_else(|| machine(line));
    (host, inner_time(dated.message, &reading.format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, host: Option<&str>, zone: Option<(i32, Clue)>) {
        let reading = Reading::guess(text.as_bytes(), Some(1_767_323_045)).unwrap();
        let origin = Origin::of(text.as_bytes(), &reading.format);
        assert_eq!((origin.host.as_deref(), origin.zone), (host, zone), "{text}");
    }

    #[test]
    fn the_host_is_the_word_between_time_and_program() {
        check("Jan  2 03:04:05 srv01 sshd[12]: a\nJan  2 03:04:06 srv01 cron: b\n", Some("srv01"), None);
        check("<34>Jan  2 03:04:05 srv01.example.com app: a\n", Some("srv01.example.com"), None);
        check("<34>1 2026-01-02T03:04:05Z srv-02 app 12 id - a\n", Some("srv-02"), None);
        check("2026-01-02T03:04:05.123456+02:00 srv01 sshd[12]: a\n", Some("srv01"), None);
        check("2026-01-02 03:04:05 ERROR [main] a.b.C: it failed\n", None, None);
        check("2026-01-02 03:04:05,678 INFO main a.b.C: it failed\n", None, None);
        check("2026-01-02 03:04:05 words\n", None, None);
    }

    #[test]
    fn a_file_of_many_hosts_has_none() {
        check("Jan  2 03:04:05 srv01 sshd[12]: a\nJan  2 03:04:06 srv02 cron: b\n", None, None);
    }

    #[test]
    fn events_and_session_headers_name_their_machine() {
        check(
            "{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"error\",\"computer\":\"SRV01\",\"msg\":\"a\"}\n",
            Some("SRV01"),
            None,
        );
        let session = "Starting new log\nMachineName: [SRV01], OS: [x], CPU: [4]\nUTC Time: [18.09.2024 01:12:44], DaylightSavingTime: [True]\n[18.09.2024 03:12:45] <01> Info     begins\n";
        check(session, Some("SRV01"), Some((7200, Clue::Header)));
        let within = "[18.09.2024 03:12:44] <01> Info     UTC Time: [18.09.2024 08:42:44]\n";
        check(within, None, Some((-19_800, Clue::Header)));
        check("[18.09.2024 03:12:44] <01> Info     UTC Time: [18.09.2024 08:37:44]\n", None, None);
        check("[18.09.2024 03:12:44] <01> Info     UTC Time: [none]\n", None, None);
    }

    #[test]
    fn relayed_lines_with_a_second_time_tell_the_zone() {
        let line =
            |second: u32, inner: &str| format!("2026-01-02 03:04:{second:02} srv01 app[12]: {inner} INFO text\n");
        let text = |inner: [&str; 2]| format!("{}{}", line(5, inner[0]), line(9, inner[1]));
        let east = Some((7200, Clue::Relay));
        check(&text(["2026-01-02T01:04:04Z", "2026-01-02T01:04:09Z"]), Some("srv01"), east);
        check(&text(["2026-01-02T02:04:04+01:00", "2026-01-02T01:04:09Z"]), Some("srv01"), east);
        check(&text(["2026-01-02T01:04:04Z", "2026-01-02T02:04:09Z"]), Some("srv01"), None);
        check(&text(["2026-01-02T01:04:04Z", "text without a time"]), Some("srv01"), None);
        check(&text(["2026-01-02 01:04:04", "2026-01-02 01:04:09"]), Some("srv01"), None);
    }

    #[test]
    fn a_record_tells_its_host_and_its_second_time() {
        let (host, time) =
            relayed("<34>1 2026-01-02T03:04:05Z srv02 app 12 id - 2026-01-02T03:04:39Z ERROR text\n  more");
        assert_eq!(
            (host.as_deref(), time.map(|it| it.to_string()).as_deref()),
            (Some("srv02"), Some("2026-01-02T03:04:39Z"))
        );
        assert_eq!(relayed("no header at all"), (None, None));
    }

    #[test]
    fn offsets_are_quarters_of_an_hour_that_exist() {
        let check = |seconds: i64, expected| assert_eq!(quarters(seconds * SECOND, 60), expected, "{seconds}");
        check(7200, Some(7200));
        check(7259, Some(7200));
        check(7140, Some(7200));
        check(7261, None);
        check(-19_800, Some(-19_800));
        check(15 * 3600, None);
        check(0, Some(0));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(UTC Time|MachineName: \\[|[0-9: .Tsrv\\[\\]\n-]|Jan ){0,60}|.{0,80}", nanos in any::<i64>()) {
            let _ = (relayed(&text), quarters(nanos, 60));
            if let Some(reading) = Reading::guess(text.as_bytes(), None) {
                let _ = Origin::of(text.as_bytes(), &reading.format);
            }
        }
    }
}

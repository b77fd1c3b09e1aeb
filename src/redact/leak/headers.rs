//! Hosts in the headers of syslog lines.

use super::super::Kind;
use super::{Found, Leak, LeakScan, checks};

/// Adds a leak for each line whose header names a host: `Feb 18 03:04:05 host app[1]: `, `<34>1 2026-02-18T03:04:05Z host `,
/// `2026-02-18T03:04:05Z host app[1]: `.
pub(super) fn find(scan: &LeakScan, text: &[u8], leaks: &mut Vec<Leak>) {
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
        let line = &text[start..end];
        if let Some((from, to)) = host(line) {
            let found = Found { text, whole: start, start: start + from, end: start + to };
            if checks::host(scan, &found) {
                leaks.push(found.leak(Kind::Host, "host of a syslog header"));
            }
        }
        start = end + 1;
    }
}

/// Where the host stands in a line that begins like one of syslog.
fn host(line: &[u8]) -> Option<(usize, usize)> {
    let priority = match line {
        [b'<', rest @ ..] => 2 + rest.iter().take(4).position(|byte| *byte == b'>')?,
        _ => 0,
    };
    let rest = line.get(priority..)?;
    // RFC 5424 has a version behind the priority, and whatever follows the host.
    if let Some(rest) = rest.strip_prefix(b"1 ").filter(|_| priority > 0) {
        let time = iso(rest)?;
        let from = priority + 2 + time;
        return Some((from, from + name(line.get(from..)?)?));
    }
    let time = bsd(rest).or_else(|| iso(rest))?;
    let from = priority + time;
    let to = from + name(line.get(from..)?)?;
    // A program with a colon behind it.
    let program = line.get(to + 1..)?.iter().take(64).take_while(|byte| is_program(**byte)).count();
    let mut behind = line.get(to + 1 + program..)?;
    if let Some(inside) = behind.strip_prefix(b"[") {
        let digits = inside.iter().take_while(|byte| byte.is_ascii_digit()).count();
        behind = inside.get(digits..)?.strip_prefix(b"]").filter(|_| digits > 0)?;
    }
    (program > 0 && behind.starts_with(b": ")).then_some((from, to))
}

/// How long `Feb 18 03:04:05 ` is.
fn bsd(text: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 16] = b"aaa _9 99:99:99 ";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'a' => byte.is_ascii_alphabetic(),
        b'9' => byte.is_ascii_digit(),
        b'_' => byte.is_ascii_digit() || *byte == b' ',
        sign => byte == sign,
    };
    let head = text.get(..SHAPE.len())?;
    let month = b"JanFebMarAprMayJunJulAugSepOctNovDec".chunks(3).any(|month| head.starts_with(month));
    (month && head.iter().zip(SHAPE).all(fits)).then_some(SHAPE.len())
}

/// How long `2026-02-18T03:04:05.123+01:00 ` is.
fn iso(text: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 19] = b"9999-99-99T99:99:99";
    let head = text.get(..SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'9' { byte.is_ascii_digit() } else { byte == shape };
    if !head.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let zone = |byte: &u8| byte.is_ascii_digit() || b".,+-:Z".contains(byte);
    let end = SHAPE.len() + text[SHAPE.len()..].iter().take(20).take_while(|byte| zone(byte)).count();
    (text.get(end) == Some(&b' ')).then_some(end + 1)
}

/// How long the name is that a blank ends.
fn name(text: &[u8]) -> Option<usize> {
    let length = text
        .iter()
        .take(255)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80 || b"._-".contains(byte))
        .count();
    (length > 0 && text.get(length) == Some(&b' ')).then_some(length)
}

fn is_program(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_/.-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        assert_eq!(host(line.as_bytes()).map(|(from, to)| &line[from..to]), expected, "{line}");
    }

    #[test]
    fn hosts_stand_behind_the_time_and_before_the_program() {
        check("Feb 18 03:04:05 db1 sshd[123]: x", Some("db1"));
        check("Feb  8 03:04:05 db1.corp kernel: x", Some("db1.corp"));
        check("<34>Feb 18 03:04:05 db1 su: x", Some("db1"));
        check("<34>1 2026-02-18T03:04:05.003Z db1 su - ID47 - x", Some("db1"));
        check("2026-02-18T03:04:05+01:00 db1 kernel[1]: x", Some("db1"));
    }

    #[test]
    fn other_lines_have_none() {
        check("Feb 18 03:04:05 reload of x: done", None);
        check("2026-02-18T03:04:05Z WARN app: x", Some("WARN"));
        check("2026-02-18T03:04:05Z INFO started", None);
        check("Feb 18 03:04:05", None);
        check("<34", None);
        check("", None);
    }
}

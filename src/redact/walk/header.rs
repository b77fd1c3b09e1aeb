//! The host in the header of a syslog line.

use super::super::{Kind, pseudonym, words};
use super::{Walk, What, is_run};

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

impl Walk<'_> {
    /// Looks for the host in a line that begins at `at`, in the forms of RFC 3164 and 5424 and with ISO times.
    pub(super) fn header(&mut self, at: usize) {
        let text = self.text;
        let Some(&first) = text.get(at) else { return };
        let begins = first == b'<' || first.is_ascii_digit() || b"JFMASOND".contains(&first);
        if at < self.done || !begins {
            return;
        }
        let line = &text[at..text.len().min(at + 160)];
        let Some((host, sure)) = host_at(line) else { return };
        let length = line[host..].iter().take_while(|byte| is_run(**byte)).count();
        let name = &line[host..host + length];
        let behind = &line[host + length..];
        if name.is_empty() || !(behind.starts_with(b" ") && (sure || is_program(&behind[1..]))) {
            return;
        }
        let start = at + host;
        // The rest is looked at as any text: the walk goes on at `done`.
        if name.contains(&b'.') {
            self.host_value(start, start + length);
        } else if name.iter().any(u8::is_ascii_alphabetic)
            && !words::is_no_host(name)
            && !words::is_ordinary(name)
            && !pseudonym::is_redacted(name)
        {
            self.push(start, start + length, What::Name(Kind::Host));
        }
    }
}

/// Where the host of a line stands, and whether it is one whatever follows.
fn host_at(line: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    if line[0] == b'<' {
        let digits = line[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) || line.get(digits + 1) != Some(&b'>') {
            return None;
        }
        at = digits + 2;
        if line[at..].starts_with(b"1 ") {
            let time = at + 2;
            let length = line.get(time..)?.iter().position(|byte| *byte == b' ')?;
            return Some((time + length + 1, true));
        }
    }
    let rest = line.get(at..)?;
    if rest.len() >= 16 && MONTHS.chunks(3).any(|month| rest.starts_with(month)) && rest[3] == b' ' {
        let clock = |text: &[u8]| text.len() > 8 && text[2] == b':' && text[5] == b':' && text[8] == b' ';
        // Day of one or two digits, perhaps a year.
        let day = rest[4..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b' ').count();
        let day = rest[4..4 + day].trim_ascii_end();
        let time = 4 + day.len() + 1;
        // The digits of the hour were taken for those of the day.
        for time in [7, 6, time] {
            if rest.get(time..).is_some_and(clock) {
                return Some((at + time + 9, at > 0));
            }
        }
        return None;
    }
    let iso = rest.len() > 20
        && rest[4] == b'-'
        && rest[7] == b'-'
        && rest[10] == b'T'
        && rest[..4].iter().all(u8::is_ascii_digit);
    if iso {
        let length = rest.iter().position(|byte| *byte == b' ')?;
        return Some((at + length + 1, at > 0));
    }
    None
}

/// Whether a text begins with the name of a program as syslog has it: `sshd[123]:`, `kernel:`.
fn is_program(text: &[u8]) -> bool {
    let name = text.iter().take(64).take_while(|byte| is_run(**byte) || b"/()@".contains(byte)).count();
    let rest = &text[name..];
    let colon = rest.starts_with(b":") && rest.get(1).is_none_or(|byte| *byte == b' ');
    let pid = rest.starts_with(b"[")
        && rest
            .iter()
            .skip(1)
            .take(10)
            .position(|byte| !byte.is_ascii_digit())
            .is_some_and(|at| at > 0 && rest[at + 1] == b']');
    name > 0 && (colon || pid)
}

//! Logs in which each line of a program is wrapped: by a container runtime, with the time at which it was written, or by
//! `docker compose logs` and `kubectl logs --prefix`, with the name of the program.
//!
//! Docker's json-file driver makes an object of each line (`{"log":"text\n","stream":"stderr","time":"..."}`), CRI puts
//! words before it (`2026-01-02T03:04:05.123456789Z stderr F text`). A program's line of more than 16 KiB comes in parts.
//! Stored lines go in; out come the program's lines, joined and without escapes, so that literals, folding and headers
//! work on them as on any log. A line that begins a record by what the program has written gets the runtime's time in
//! front; one that continues a record does not. That time is exact to the nanosecond and in UTC, which few programs are,
//! and so it is the record's time even if the line has its own; level, component and message are those of the line.
//!
//! `web-1  | text` and `[pod/web-1/app] text`: the same, with the name as component if the line has none of its own. Lines
//! of several programs are mixed there; one that would continue a record of another program stands alone.
//!
//! There are as many lines as are stored (the further parts of a joined line become blank lines), so line numbers hold.
//! What is not wrapped as expected, such as a line that was cut off, is given as it stands.

#[cfg(test)]
mod tests;
mod unwrapper;

pub(super) use unwrapper::Unwrapper;

use super::clock::digits_run;
use super::json;
use super::level::Level;
use super::token::skip_colour;
use memchr::{memchr, memmem};

/// Who wrapped a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Docker's json-file driver.
    Docker,
    /// The log files of Kubernetes' runtimes.
    Cri,
    /// Lines of several containers, each behind its name.
    Named,
    /// Not a container: entries of a journal as JSON, whose messages are lists of bytes if they hold colours or what is
    /// no UTF-8. These become strings; the lines stay objects.
    JournalJson,
}

/// How many lines of a file's head are looked at.
const LINES: usize = 20;

impl Container {
    /// Returns who wrapped the log that begins so, if it is one: all of its first lines are wrapped, but for one in ten.
    pub(super) fn guess(head: &[u8]) -> Option<Container> {
        let container = match head.first()? {
            b'{' if is_journal(head) => return Some(Container::JournalJson),
            b'{' => Container::Docker,
            b'0'..=b'9' => Container::Cri,
            b'a'..=b'z' | b'[' | 0x1b | b'A' => Container::Named,
            _ => return None,
        };
        let mut text = Vec::new();
        let (mut all, mut wrapped) = (0, 0);
        for line in head.split_inclusive(|&byte| byte == b'\n').take(LINES) {
            // The last one may be cut off by the head's end.
            let Some(line) = line.strip_suffix(b"\n").or_else(|| (all == 0).then_some(line)) else { break };
            text.clear();
            all += 1;
            wrapped += usize::from(container.unwrap(line, &mut text).is_some());
        }
        // Compose begins with `Attaching to web-1, db-1`.
        let enough = match container {
            Container::Named => wrapped >= 2 && (wrapped + 1 == all || wrapped * 10 >= all * 9),
            _ => all > 0 && wrapped * 10 >= all * 9,
        };
        enough.then_some(container)
    }

    /// Adds the text of a stored line (no line end) to `text`; `None` if it is not wrapped.
    fn unwrap<'l>(self, line: &'l [u8], text: &mut Vec<u8>) -> Option<Part<'l>> {
        match self {
            Container::Docker => docker(line, text),
            Container::Cri => cri(line, text),
            Container::Named => {
                let (name, at) = name_before(line)?;
                text.extend_from_slice(&line[at..]);
                let lead = line[..at].strip_suffix(b" ").unwrap_or(&line[..at]);
                Some(Part { lead, stream: name, last: true })
            }
            Container::JournalJson => None,
        }
    }
}

/// What a stored line says about the text in it.
struct Part<'l> {
    /// The time or name before it.
    lead: &'l [u8],
    /// Whose text it is.
    stream: &'l [u8],
    /// The program's line ends with it.
    last: bool,
}

/// Whether the first line is an entry that `journalctl -o json` has written.
fn is_journal(head: &[u8]) -> bool {
    let line = &head[..memchr(b'\n', head).unwrap_or(head.len()).min(16 << 10)];
    memmem::find(line, b"\"__REALTIME_TIMESTAMP\"").is_some() && memmem::find(line, b"\"__CURSOR\"").is_some()
}

/// Adds an entry of a journal with its message as a string.
pub(super) fn journal_entry(line: &[u8], output: &mut Vec<u8>) {
    let mut list = None;
    // Of what is damaged the members before the damage are known.
    let _ = json::members(line, |name, value| {
        if name == b"MESSAGE" && value.first() == Some(&b'[') {
            list = Some(value);
        }
    });
    let place = list.and_then(|list| {
        let at = (list.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
        let bytes: Option<Vec<u8>> = list
            .get(1..list.len() - 1)?
            .split(|&byte| byte == b',')
            .map(|number| std::str::from_utf8(number.trim_ascii()).ok()?.parse().ok())
            .collect();
        Some((at, at + list.len(), bytes?))
    });
    let Some((from, to, bytes)) = place else { return output.extend_from_slice(line) };
    output.extend_from_slice(&line[..from]);
    output.push(b'"');
    for &byte in &bytes {
        match byte {
            b'"' | b'\\' => output.extend_from_slice(&[b'\\', byte]),
            b'\n' => output.extend_from_slice(b"\\n"),
            b'\r' => output.extend_from_slice(b"\\r"),
            byte => output.push(byte),
        }
    }
    output.push(b'"');
    output.extend_from_slice(&line[to..]);
}

fn docker<'l>(line: &'l [u8], text: &mut Vec<u8>) -> Option<Part<'l>> {
    let (mut log, mut time, mut stream) = (None, None, None);
    json::members(line.trim_ascii_end(), |name, value| match name {
        b"log" => log = Some(value),
        b"time" => time = Some(value),
        b"stream" => stream = Some(value),
        _ => {}
    })?;
    let (log, time, stream) = (log?, time?, stream?);
    if !is_stream(stream) || !is_time(time) {
        return None;
    }
    let from = text.len();
    json::unescape(log, text);
    let last = text.len() > from && text.pop_if(|&mut byte| byte == b'\n').is_some();
    Some(Part { lead: time, stream, last })
}

fn cri<'l>(line: &'l [u8], text: &mut Vec<u8>) -> Option<Part<'l>> {
    let (time, rest) = word(line)?;
    let (stream, rest) = word(rest)?;
    // A line without text may have lost the blank before it.
    let (tag, content) = word(rest).unwrap_or((rest, b""));
    // Tags may be followed by others behind colons.
    let partial = match tag.split(|&byte| byte == b':').next() {
        Some(b"P") => true,
        Some(b"F") => false,
        _ => return None,
    };
    if !is_stream(stream) || !is_time(time) {
        return None;
    }
    text.extend_from_slice(content);
    Some(Part { lead: time, stream, last: !partial })
}

/// The name before a line, and where the line begins: `web-1  | text`, `[pod/web-1/app] text`, with colours or without.
pub(super) fn name_before(line: &[u8]) -> Option<(&[u8], usize)> {
    let colours = |mut at: usize| {
        while line.get(at) == Some(&0x1b) {
            at = skip_colour(line, at)?;
        }
        Some(at)
    };
    let start = colours(0)?;
    let pod = line.get(start..)?.starts_with(b"[pod/");
    let from = start + if pod { 5 } else { 0 };
    let known = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let length = line.get(from..)?.iter().take(130).take_while(|byte| known(byte) || pod && **byte == b'/').count();
    let name = &line[from..from + length];
    let mut at = colours(from + length)?;
    if pod {
        at = line.get(at..)?.starts_with(b"]").then_some(at + 1)?;
    } else {
        at += line.get(at..)?.iter().take_while(|&&byte| byte == b' ').count();
        at = line.get(at..)?.starts_with(b"|").then_some(at + 1)?;
    }
    at = colours(at)?;
    at += usize::from(line.get(at) == Some(&b' '));
    (name.iter().any(u8::is_ascii_lowercase) && Level::from_word(name).is_none()).then_some((name, at))
}

fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', &line[..line.len().min(64)])?;
    Some((&line[..end], &line[end + 1..]))
}

fn is_stream(word: &[u8]) -> bool {
    matches!(word, b"stdout" | b"stderr")
}

/// Whether a word begins like `2026-01-02T03:04:05`.
fn is_time(word: &[u8]) -> bool {
    (20..=40).contains(&word.len()) && digits_run(word, 0) == 4 && word[10] == b'T' && digits_run(word, 11) == 2
}

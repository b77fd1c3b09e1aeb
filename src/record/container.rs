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

use super::Format;
use super::clock::digits_run;
use super::fold::{Traceback, is_blank};
use super::json;
use super::level::Level;
use super::lines::Starts;
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

/// A longer line of a program is not joined further.
const LONGEST: usize = 1 << 20;
/// A line in more parts neither.
const MOST_PARTS: usize = 1000;
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

/// Gives the program's lines of a wrapped log.
pub(super) struct Unwrapper {
    container: Container,
    /// The open line of the program: its text so far, when it began, where it came out, where its parts are stored.
    text: Vec<u8>,
    lead: Vec<u8>,
    stream: Vec<u8>,
    parts: Vec<u64>,
    traceback: Traceback,
    /// Whose record is open; nobody's before the first.
    open: Vec<u8>,
}

impl Unwrapper {
    pub(super) fn new(container: Container) -> Unwrapper {
        Unwrapper {
            container,
            text: Vec::new(),
            lead: Vec::new(),
            stream: Vec::new(),
            parts: Vec::new(),
            traceback: Traceback::default(),
            open: Vec::new(),
        }
    }

    /// Takes the line that is stored at `at`, without its end, and adds what is complete.
    pub(super) fn line(&mut self, line: &[u8], at: u64, format: &Format, output: &mut Vec<u8>, starts: &mut Starts) {
        let from = self.text.len();
        let Some(part) = self.container.unwrap(line, &mut self.text) else {
            self.text.truncate(from);
            self.finish(format, output, starts);
            starts.add(output.len(), at);
            output.extend_from_slice(line);
            output.push(b'\n');
            return;
        };
        if !self.parts.is_empty() && part.stream != self.stream {
            // Another stream came between; the rest of the line will stand alone.
            let own = self.text.split_off(from);
            self.finish(format, output, starts);
            self.text = own;
        }
        if self.parts.is_empty() {
            self.lead.clear();
            self.lead.extend_from_slice(part.lead);
            self.stream.clear();
            self.stream.extend_from_slice(part.stream);
        }
        self.parts.push(at);
        if part.last || self.text.len() > LONGEST || self.parts.len() >= MOST_PARTS {
            self.finish(format, output, starts);
        }
    }

    /// Adds the open line as it is.
    pub(super) fn finish(&mut self, format: &Format, output: &mut Vec<u8>, starts: &mut Starts) {
        for (index, &stored) in self.parts.iter().enumerate() {
            if index == 0 && !self.text.is_empty() {
                starts.add(output.len(), stored);
                let end = self.text.iter().rposition(|&byte| byte != b'\r').map_or(0, |last| last + 1);
                let text = &self.text[..end];
                let begins = format.begins_in_container(text, &mut self.traceback);
                // Nothing stands before the file's first line to which it could belong. What a program writes to one
                // stream may belong to what it wrote to the other.
                let alone = self.open.is_empty() || self.container == Container::Named && self.open != self.stream;
                if begins || alone && !is_blank(text) {
                    self.open.clone_from(&self.stream);
                    output.extend_from_slice(&self.lead);
                    output.push(b' ');
                }
                write_line(text, output);
            }
            output.push(b'\n');
        }
        if !self.parts.is_empty() {
            starts.bend();
        }
        self.text.clear();
        self.parts.clear();
    }

    /// The program's lines without times, for a look at their format.
    pub(super) fn sample(container: Container, head: &[u8]) -> Vec<u8> {
        let mut output = Vec::with_capacity(head.len());
        for line in head.split_inclusive(|&byte| byte == b'\n') {
            let Some(line) = line.strip_suffix(b"\n") else { break };
            let mut text = Vec::new();
            if let Some(part) = container.unwrap(line, &mut text) {
                write_line(&text, &mut output);
                if part.last {
                    output.push(b'\n');
                }
            }
        }
        output
    }
}

/// Writes the text of one line. Line ends inside it, which other collectors leave there, stay escaped.
fn write_line(text: &[u8], output: &mut Vec<u8>) {
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if index > 0 {
            output.extend_from_slice(b"\\n");
        }
        output.extend_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChunkReader, Encoding, Reading};
    use super::*;

    /// Line number, offset, time, level, component, message and text of the records of a file.
    fn records(stored: &[u8]) -> Vec<(u64, u64, String, String, String)> {
        let reading = Reading::of_file("", &stored[..stored.len().min(Reading::HEAD)], None).expect("text");
        assert!(matches!(reading.encoding, Encoding::Container(_)));
        let mut source = stored;
        let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
        let (mut all, mut lines) = (Vec::new(), 1);
        while let Some(owned) = reader.next_chunk(None) {
            let chunk = owned.chunk();
            for record in reading.format.records(&chunk) {
                let header = record.header;
                let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let time = header.time.map_or(String::new(), |time| time.to_string());
                let words = format!("{:?} {}", header.level, header.component.map_or("-".into(), shown));
                all.push((lines + record.line, chunk.file_offset(record.start), time, words, shown(record.message())));
            }
            lines += chunk.text().iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
        all
    }

    fn docker(second: u32, stream: &str, text: &str) -> String {
        let text = serde_json::to_string(text).unwrap().replace('<', "\\u003c");
        format!("{{\"log\":{text},\"stream\":\"{stream}\",\"time\":\"2026-01-02T03:04:{second:02}.123456789Z\"}}\n")
    }

    fn cri(second: u32, stream: &str, tag: &str, text: &str) -> String {
        format!("2026-01-02T03:04:{second:02}.123456789Z {stream} {tag} {text}\n")
    }

    #[track_caller]
    fn check(stored: &str, expected: &[(u64, usize, &str, &str, &str)]) {
        let found = records(stored.as_bytes());
        let found: Vec<_> =
            found.iter().map(|it| (it.0, it.1 as usize, it.2.as_str(), it.3.as_str(), it.4.as_str())).collect();
        let lines: Vec<_> = stored.split_inclusive('\n').collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(line, _, time, words, text)| {
                let offset = lines[..line as usize - 1].iter().map(|line| line.len()).sum::<usize>();
                (line, offset, time, words, text)
            })
            .collect();
        assert_eq!(found, expected);
    }

    const ONE: &str = "2026-01-02T03:04:01.123456789Z";
    const FIVE: &str = "2026-01-02T03:04:05.123456789Z";

    #[test]
    fn records_are_those_of_the_program_at_the_times_of_the_runtime() {
        let trace = |wrap: &dyn Fn(u32, &str) -> String| {
            [
                wrap(1, "2026-01-02 05:04:00,999 ERROR [main] a.b.C: \"x\" <failed>"),
                wrap(2, "java.io.IOException: no"),
                wrap(3, "\tat a.b.C.run(C.java:1)"),
                wrap(4, ""),
                wrap(5, "2026-01-02 05:04:05,000 INFO [main] a.b.C: größer"),
            ]
            .concat()
        };
        let message = "\"x\" <failed>\njava.io.IOException: no\n\tat a.b.C.run(C.java:1)";
        let expected = [(1, 0, ONE, "Some(Error) a.b.C", message), (5, 0, FIVE, "Some(Info) a.b.C", "größer")];
        check(&trace(&|second, text| docker(second, "stdout", &format!("{text}\n"))), &expected);
        check(&trace(&|second, text| cri(second, "stdout", "F", text)), &expected);
        check(&trace(&|second, text| docker(second, "stdout", &format!("{text}\r\n"))), &expected);
    }

    #[test]
    fn lines_without_own_time_are_records_with_the_time_of_the_runtime() {
        let log = [
            docker(1, "stdout", "listening on 80\n"),
            docker(5, "stderr", "Traceback (most recent call last):\n"),
            docker(5, "stderr", "  File \"a.py\", line 1\n"),
            docker(5, "stderr", "ValueError: no\n"),
            docker(5, "stderr", "it failed\n"),
        ];
        let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no";
        check(
            &log.concat(),
            &[
                (1, 0, ONE, "None -", "listening on 80"),
                (2, 0, FIVE, "None -", trace),
                (5, 0, FIVE, "None -", "it failed"),
            ],
        );
        let log =
            [cri(1, "stdout", "F", "starting"), cri(5, "stdout", "F", "ERROR: no"), cri(5, "stdout", "F", "INFO: so")];
        check(
            &log.concat(),
            &[
                (1, 0, ONE, "None -", "starting"),
                (2, 0, FIVE, "Some(Error) -", "no"),
                (3, 0, FIVE, "Some(Info) -", "so"),
            ],
        );
    }

    #[test]
    fn parts_of_a_line_are_joined_and_line_numbers_hold() {
        let long = "x".repeat(20_000);
        let log = [
            docker(1, "stdout", &long),
            docker(2, "stdout", &long),
            docker(3, "stdout", "end\n"),
            docker(5, "stdout", "next\n"),
        ];
        let joined = format!("{long}{long}end");
        check(&log.concat(), &[(1, 0, ONE, "None -", &joined), (4, 0, FIVE, "None -", "next")]);
        let log = [cri(1, "stdout", "P", "one, "), cri(2, "stdout", "F", "two"), cri(5, "stderr", "F", "next")];
        check(&log.concat(), &[(1, 0, ONE, "None -", "one, two"), (3, 0, FIVE, "None -", "next")]);
        // Another stream in between: nothing is lost, nothing mixed up.
        let log = [cri(1, "stdout", "P", "one, "), cri(5, "stderr", "F", "err"), cri(5, "stdout", "F", "two")];
        check(
            &log.concat(),
            &[(1, 0, ONE, "None -", "one, "), (2, 0, FIVE, "None -", "err"), (3, 0, FIVE, "None -", "two")],
        );
    }

    #[test]
    fn lines_behind_names_are_records_of_their_programs() {
        let log = "Attaching to db-1, web-1\nweb-1  | 2026-01-02T03:04:01.123456789Z ERROR [main] a.b.C: no\n\
                   web-1  |     at a.b.C.run(C.java:1)\ndb-1   |     DETAIL: x\nweb-1  |     at a.b.C.run(C.java:2)\n\
                   \u{1b}[36mweb-1  |\u{1b}[0m 2026-01-02T03:04:05.123456789Z INFO so\n";
        check(
            log,
            &[
                (1, 0, "", "None -", "Attaching to db-1, web-1"),
                (2, 0, ONE, "Some(Error) a.b.C", "no\n    at a.b.C.run(C.java:1)"),
                (4, 0, "", "None db-1", "    DETAIL: x"),
                (5, 0, "", "None web-1", "    at a.b.C.run(C.java:2)"),
                (6, 0, FIVE, "Some(Info) web-1", "so"),
            ],
        );
        let log = "[pod/web-1/app] listening\n[pod/web-1/app] WARNING: no\n[pod/db-1/x] WARNING: yes\n";
        check(
            log,
            &[
                (1, 0, "", "None web-1/app", "listening"),
                (2, 0, "", "Some(Warn) web-1/app", "no"),
                (3, 0, "", "Some(Warn) db-1/x", "yes"),
            ],
        );
    }

    #[test]
    fn messages_of_a_journal_that_are_lists_become_strings() {
        let entry = |message: &str| {
            format!(
                "{{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1767323045123456\",\"PRIORITY\":\"3\",\
                 \"SYSLOG_IDENTIFIER\":\"app\",\"MESSAGE\":{message},\"_PID\":\"7\"}}\n"
            )
        };
        let time = "2026-01-02T03:04:05.123456Z";
        let log =
            [entry("\"plain\""), entry("[27,91,109, 34,195,188,10,120]"), entry("[300]"), entry("[]"), entry("[1")];
        let rest = "\",\"_PID\":\"7\"}";
        check(
            &log.concat(),
            &[
                (1, 0, time, "Some(Error) app", &format!("plain{rest}")),
                (2, 0, time, "Some(Error) app", &format!("\u{1b}[m\\\"ü\\nx{rest}")),
                (3, 0, time, "Some(Error) app", log[2].trim_end()),
                (4, 0, time, "Some(Error) app", log[3].trim_end()),
                (5, 0, time, "Some(Error) app", log[4].trim_end()),
            ],
        );
    }

    #[test]
    fn what_is_not_wrapped_is_not_lost() {
        let mut log = docker(1, "stdout", "first\n").repeat(20);
        log.push_str("torn line\n{\"log\":\"cut");
        let found = records(log.as_bytes());
        let all: Vec<&str> = found.iter().map(|record| record.4.as_str()).collect();
        assert!(all.concat().contains("torn line") && all.concat().contains("{\"log\":\"cut"), "{all:?}");
    }

    #[test]
    fn other_logs_are_not_taken_for_wrapped_ones() {
        for text in [
            "{\"log\":\"x\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
            "{\"level\":\"info\",\"msg\":\"stdout\"}\n",
            "2026-01-02T03:04:05.123Z stdout X text\n",
            "2026-01-02 03:04:05 stdout F text\n",
            "2026-01-02T03:04:05.123Z INFO F text\n",
            "info | text\ninfo | text\nerror | text\n",
            "STATUS | wrapper  | text\nINFO   | jvm 1    | text\n",
            "one\ntwo | three\nfour\n",
            "| a | b |\n|---|---|\n",
        ] {
            assert_eq!(Container::guess(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn records_in_containers_do_not_depend_on_chunks() {
        // More than two chunks, with records that reach over many stored lines.
        let log: String = (0..20_000)
            .map(|index| {
                let end = if index % 7 == 0 { "" } else { "\n" };
                let text = if index % 3 == 0 { "   at a.b.C.run(C.java:1)" } else { "INFO it is done" };
                docker(index % 60, "stdout", &format!("{text} {index} {}{end}", "é".repeat(index as usize % 90)))
            })
            .collect();
        let found = records(log.as_bytes());
        assert!(log.len() > 3 << 20 && found.len() > 9000);
        let starts: Vec<usize> =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', log.as_bytes()).map(|at| at + 1)).collect();
        for (line, offset, ..) in found {
            assert_eq!(starts[line as usize - 1], offset as usize);
        }
    }
}

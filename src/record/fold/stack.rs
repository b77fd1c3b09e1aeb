//! Which lines without a header of their own belong to the record before: stacks, tracebacks, lines of details.

use crate::record::severity::{postgres_follow_up, postgres_word};

/// What a record has shown of a Python traceback.
#[derive(Default)]
pub(in crate::record) struct Traceback {
    /// `Traceback (most recent call last):` was seen and its exception not yet.
    open: bool,
    /// `During handling of the above exception, ...` was seen: another traceback belongs to it.
    chained: bool,
}

const TRACEBACK: &[u8] = b"Traceback (most recent call last):";

impl Traceback {
    /// Whether a line that could end one or begin another belongs to it.
    pub(in crate::record) fn takes(&self, line: &[u8]) -> bool {
        if line.starts_with(TRACEBACK) { self.chained } else { self.open }
    }

    /// Takes note of a line.
    pub(in crate::record) fn follow(&mut self, line: &[u8]) {
        match line.first() {
            Some(b' ' | b'\t') | None => {}
            _ if line.last() == Some(&b':') && line.ends_with(TRACEBACK) => {
                *self = Traceback { open: true, chained: false }
            }
            Some(b'D') if line.starts_with(b"During handling of the above exception") => self.chained = true,
            Some(b'T') if line.starts_with(b"The above exception was the direct cause") => self.chained = true,
            _ => self.open = false,
        }
    }
}

/// Whether a line without header continues the record before although it is not indented: Java, .NET, Go, JavaScript
/// stacks and their like.
pub(in crate::record) fn continues(line: &[u8]) -> bool {
    match line[0] {
        b' ' | b'\t' => true,
        b'a' => frame(line),
        // Jenkins prints what was thrown first, then what that has caused, and what a remote call adds.
        b'C' => line.starts_with(b"Caused by: ") || line.starts_with(b"Caused: "),
        b'A' => line.starts_with(b"Also:   "),
        b'S' => line.starts_with(b"Suppressed: "),
        b'.' => line.starts_with(b"... ") && (line.ends_with(b" more") || line.ends_with(b" common frames omitted")),
        b'-' => line.starts_with(b"--- End of ") || line.starts_with(b"--tr:"),
        b'D' => line.starts_with(b"During handling of the above exception"),
        b'T' => line.starts_with(b"The above exception was the direct cause"),
        b'}' | b']' | b')' => line.len() <= 3,
        _ => false,
    }
}

/// `at Namespace.Class.Method(...)`, `at java.lang.Thread.run(Thread.java:1)`, `at /srv/app.js:3:5`.
fn frame(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"at ") else { return false };
    let name = rest.iter().take(300).position(|&byte| matches!(byte, b'(' | b' ')).unwrap_or(rest.len().min(300));
    let name_has_dot = rest[..name].contains(&b'.');
    name_has_dot
        && (rest.get(name) == Some(&b'(')
            || rest[name..].starts_with(b" in ")
            || rest[..name].contains(&b':')
            || rest[..name].contains(&b'`'))
}

/// Whether the message of a line with a header says that the line belongs to the record before: .NET prints the prefix on
/// every line of a stack, Veeam's data movers on every `--tr:` frame, PostgreSQL on DETAIL and HINT.
pub(in crate::record) fn message_continues(message: &[u8], level_known: bool) -> bool {
    let message = message.trim_ascii_start();
    match message.first() {
        Some(b'a') if frame(message) => return true,
        Some(b'-') if message.starts_with(b"--tr:") || message.starts_with(b"--- End of ") => return true,
        Some(b'C') if message.starts_with(b"Caused by: ") => return true,
        Some(b'F') if message.starts_with(b"File \"") && memchr::memmem::find(message, b"\", line ").is_some() => {
            return true;
        }
        Some(b'.') if message.starts_with(b"... ") && message.ends_with(b" more") => return true,
        _ => {}
    }
    if level_known {
        return false;
    }
    let near = &message[..message.len().min(200)];
    postgres_word(near).is_some_and(postgres_follow_up)
}

/// Whether a line may end a traceback: the name of an exception, alone or before a colon.
pub(in crate::record) fn exception(line: &[u8]) -> bool {
    if line.starts_with(TRACEBACK) {
        return true;
    }
    let length =
        line.iter().take(120).take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    let name = &line[..length];
    matches!(line.get(length), None | Some(b':'))
        && [&b"Error"[..], b"Exception", b"Warning", b"Interrupt", b"Exit", b"Timeout", b"Failure"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// A rule of equals signs: Veeam begins the session header of a log with it, which belongs to nothing before.
pub(in crate::record) fn separator(line: &[u8]) -> bool {
    line.len() >= 20 && line[0] == b'=' && line.iter().all(|&byte| byte == b'=')
}

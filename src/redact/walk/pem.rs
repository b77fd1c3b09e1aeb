//! Private keys in PEM and its relatives, on one line or on many, also if a program has put something before each line.

use super::super::Kind;
use super::{Walk, What};

/// How keys begin and end: in PEM, and as RFC 4716 has it for keys of SSH.
const BEGINS: &[&[u8]] = &[b"-----BEGIN ", b"---- BEGIN "];
const ENDS: &[&[u8]] = &[b"-----END ", b"---- END "];

/// What stands in the label of a key that is secret.
const SECRET: &[&[u8]] = &[b"PRIVATE KEY", b"OpenVPN Static key"];

/// How lines of a key begin that are no part of it.
const HEADERS: &[&[u8]] =
    &[b"Proc-Type:", b"DEK-Info:", b"Version:", b"Comment:", b"Hash:", b"Charset:", b"Subject:", b"MessageID:"];

impl Walk<'_> {
    /// A run of dashes may begin a private key. All of it up to its end is one find, or up to the end of the text.
    pub(super) fn private_key(&mut self, start: usize) -> bool {
        let text = &self.text[start..];
        let Some(rest) = BEGINS.iter().find_map(|it| text.strip_prefix(*it)) else { return false };
        let Some(length) = label(rest) else { return false };
        let body = start + (text.len() - rest.len()) + length + 4;
        self.state.indent = start - self.line.min(start);
        let end = self.key_end(body, true);
        self.push(start, end, What::Secret(Kind::PrivateKey))
    }

    /// The end of a key whose beginning is not in the text: what stands right before it is the rest of the key.
    pub(super) fn key_before(&mut self, start: usize) -> bool {
        let text = self.text;
        let Some(rest) = ENDS.iter().find_map(|it| text[start..].strip_prefix(*it)) else { return false };
        if label(rest).is_none() {
            return false;
        }
        let (indent, mut from) = (start - self.line.min(start), self.line.min(start));
        while from > self.done {
            let before = memchr::memrchr(b'\n', &text[..from - 1]).map_or(0, |at| at + 1).max(self.done);
            if text[before..from].trim_ascii().is_empty() || !belongs(&text[before..from], indent) {
                break;
            }
            from = before;
        }
        let end = self.line.min(start);
        from < end && self.push(from, end - 1, What::Secret(Kind::PrivateKey))
    }

    /// `Private-Lines: 14` of a key of PuTTY: as many lines follow.
    pub(super) fn lines_of_key(&mut self, at: usize) -> bool {
        let end = self.line_end(at);
        let count = self.text[at..end].strip_prefix(b":").map(|it| it.trim_ascii());
        let count = count.and_then(|it| std::str::from_utf8(it).ok()?.parse().ok()).filter(|it| *it <= 200_usize);
        let Some(count) = count.filter(|_| end < self.text.len()) else { return false };
        let last = (0..count).fold(end, |at, _| self.line_end((at + 1).min(self.text.len())));
        self.push(end + 1, last, What::Secret(Kind::PrivateKey))
    }

    /// Lines at the beginning of the text that belong to a key that began before. Returns where the rest begins.
    pub(super) fn key_lines(&mut self, start: usize) -> usize {
        if !std::mem::take(&mut self.state.in_key) {
            return start;
        }
        let end = self.key_end(start, false);
        self.push(start, end, What::Secret(Kind::PrivateKey));
        end
    }

    /// Where a key ends of which everything before `from` was seen. `begun` says that its first line goes on there.
    fn key_end(&mut self, from: usize, begun: bool) -> usize {
        let text = self.text;
        let mut line = from;
        let mut first = begun;
        while line < text.len() {
            let end = self.line_end(line);
            let bytes = &text[line..end];
            if let Some(at) = ENDS.iter().find_map(|it| Some(memchr::memmem::find(bytes, it)? + it.len())) {
                let rest = &bytes[at..];
                let dashes = memchr::memmem::find(rest, b"----")
                    .map(|it| it + rest[it..].iter().take(5).take_while(|byte| **byte == b'-').count());
                return line + at + dashes.unwrap_or(rest.len());
            }
            // On one line with escapes, and cut off there.
            if !first && !belongs(bytes, self.state.indent) {
                return line;
            }
            first = false;
            line = (end + 1).min(text.len());
        }
        self.state.in_key = true;
        text.len()
    }
}

/// How long the label is that a text begins with, if it is that of a secret key.
fn label(text: &[u8]) -> Option<usize> {
    let label = &text[..text.len().min(60)];
    let length = memchr::memmem::find(label, b"----")?;
    SECRET.iter().any(|it| memchr::memmem::find(&label[..length], it).is_some()).then_some(length)
}

/// Whether a line can be one of a key: Base64, perhaps behind what a program writes before each line, or a header.
fn belongs(line: &[u8], indent: usize) -> bool {
    let (raw, line) = (line, line.trim_ascii());
    let last = line.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let last = last.strip_suffix(b"\",").or(last.strip_suffix(b"\"")).unwrap_or(last);
    let last = last.strip_prefix(b"\"").unwrap_or(last);
    let short = last.len() < 16 && last.len() < line.len();
    line.is_empty() || is_header(line) || is_base64(last) && !short || indent > 0 && is_behind(raw, indent)
}

/// The same of what stands behind the first bytes of a line: up to an escape or the end of a string.
fn is_behind(line: &[u8], indent: usize) -> bool {
    let Some(rest) = line.get(indent.min(line.len())..) else { return false };
    let length = rest.iter().position(|byte| b"\\\"',<".contains(byte)).unwrap_or(rest.len());
    let part = rest[..length].trim_ascii();
    let whole = part.len() >= 16 || part.len() % 4 == 0;
    is_header(part) || whole && is_base64(part)
}

fn is_header(text: &[u8]) -> bool {
    HEADERS.iter().any(|it| text.starts_with(it))
}

fn is_base64(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
}

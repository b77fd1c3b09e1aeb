//! Private keys in PEM, on one line or on many, also if a program has put something before each line.

use super::super::Kind;
use super::{Walk, What};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

impl Walk<'_> {
    /// A run of dashes may begin a private key. All of it up to its end is one find, or up to the end of the text.
    pub(super) fn private_key(&mut self, start: usize) -> bool {
        let text = &self.text[start..];
        let Some(rest) = text.strip_prefix(BEGIN) else { return false };
        let label = &rest[..rest.len().min(60)];
        let Some(length) = memchr::memmem::find(label, b"-----") else { return false };
        if memchr::memmem::find(&label[..length], b"PRIVATE KEY").is_none() {
            return false;
        }
        let body = start + BEGIN.len() + length + 5;
        let end = self.key_end(body, true);
        self.push(start, end, What::Secret(Kind::PrivateKey))
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
            if let Some(at) = memchr::memmem::find(bytes, END) {
                let rest = &bytes[at + END.len()..];
                return line + at + END.len() + memchr::memmem::find(rest, b"-----").map_or(rest.len(), |it| it + 5);
            }
            // On one line with escapes, and cut off there.
            if !first && !belongs(bytes) {
                return line;
            }
            first = false;
            line = (end + 1).min(text.len());
        }
        self.state.in_key = true;
        text.len()
    }
}

/// Whether a line can be one of a key: Base64, perhaps behind what a program writes before each line, or a header.
fn belongs(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let last = line.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let last = last.strip_suffix(b"\",").or(last.strip_suffix(b"\"")).unwrap_or(last);
    let last = last.strip_prefix(b"\"").unwrap_or(last);
    let base64 = last.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    let header = line.starts_with(b"Proc-Type:") || line.starts_with(b"DEK-Info:");
    let short = last.len() < 16 && last.len() < line.len();
    line.is_empty() || header || base64 && !short
}

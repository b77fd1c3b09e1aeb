//! The lines of a program out of those of its container: joined, without escapes, and with the time of the runtime or the
//! name of the program before each that begins a record.

use super::Container;
use crate::record::Format;
use crate::record::fold::{Traceback, is_blank};
use crate::record::lines::Starts;

/// A longer line of a program is not joined further.
const LONGEST: usize = 1 << 20;
/// A line in more parts neither.
const MOST_PARTS: usize = 1000;

/// Gives the program's lines of a wrapped log.
pub(in crate::record) struct Unwrapper {
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
    pub(in crate::record) fn new(container: Container) -> Unwrapper {
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
    pub(in crate::record) fn line(
        &mut self,
        line: &[u8],
        at: u64,
        format: &Format,
        output: &mut Vec<u8>,
        starts: &mut Starts,
    ) {
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
    pub(in crate::record) fn finish(&mut self, format: &Format, output: &mut Vec<u8>, starts: &mut Starts) {
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
    pub(in crate::record) fn sample(container: Container, head: &[u8]) -> Vec<u8> {
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

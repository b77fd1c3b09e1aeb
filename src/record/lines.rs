//! Text that is decoded line by line: code pages, and logs wrapped by a container runtime.
//!
//! Stored bytes go in, UTF-8 comes out, together with the places in the file at which its lines are stored.

use super::container::{Container, Unwrapper, journal_entry};
use super::{Encoding, Format, legacy};
use memchr::{memchr, memrchr};

/// Where a line of decoded text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineStart {
    /// Position in the decoded text.
    pub text: usize,
    /// Offset in the file.
    pub stored: u64,
}

/// The places of the lines that were decoded. Those that follow from the one before are left out: a file may be nothing
/// but line ends.
#[derive(Default)]
pub(super) struct Starts {
    pub list: Vec<LineStart>,
    /// Whether all text since the last place in the list is stored as it is.
    straight: bool,
}

impl Starts {
    /// A line begins at `text` of the output.
    pub(super) fn add(&mut self, text: usize, stored: u64) {
        let follows = |last: &LineStart| {
            text.checked_sub(last.text).map(|length| length as u64) == stored.checked_sub(last.stored)
        };
        if !self.straight || !self.list.last().is_some_and(follows) {
            self.list.push(LineStart { text, stored });
            self.straight = true;
        }
    }

    /// What was written last is stored in another form.
    pub(super) fn bend(&mut self) {
        self.straight = false;
    }
}

/// Decodes line by line.
pub(super) struct Lines {
    encoding: Encoding,
    unwrapper: Option<Unwrapper>,
    /// Where the next line is stored.
    stored: u64,
    /// Decoded text that nobody has taken yet, and where its lines are stored.
    pub output: Vec<u8>,
    pub starts: Starts,
}

/// A longer line is decoded in pieces. Above what a runtime makes of its 16 KiB of text.
const PIECE: usize = 256 << 10;

impl Lines {
    /// `None` if the encoding is decoded in another way.
    pub(super) fn new(encoding: Encoding) -> Option<Lines> {
        let unwrapper = match encoding {
            Encoding::Bytes | Encoding::Utf16Le | Encoding::Utf16Be => return None,
            Encoding::Legacy(_) | Encoding::Oem(_) | Encoding::Vc0 | Encoding::Container(Container::JournalJson) => {
                None
            }
            Encoding::Container(container) => Some(Unwrapper::new(container)),
        };
        Some(Lines { encoding, unwrapper, stored: 0, output: Vec::new(), starts: Starts::default() })
    }

    /// Decodes the lines of `stored` that are whole, or all of it if the file has `ended`, and takes them out.
    pub(super) fn decode(&mut self, stored: &mut Vec<u8>, ended: bool, format: &Format) {
        let mut at = 0;
        while let Some(rest) = stored.get(at..).filter(|rest| !rest.is_empty()) {
            let (length, newline) = match memchr(b'\n', &rest[..rest.len().min(PIECE)]) {
                Some(length) => (length, true),
                None if rest.len() >= PIECE => (break_before(rest), false),
                None if ended => (rest.len(), false),
                None => break,
            };
            self.line(&rest[..length], newline, format);
            let taken = length + usize::from(newline);
            self.stored += taken as u64;
            at += taken;
        }
        stored.drain(..at);
        if ended && let Some(unwrapper) = &mut self.unwrapper {
            unwrapper.finish(format, &mut self.output, &mut self.starts);
        }
    }

    fn line(&mut self, line: &[u8], newline: bool, format: &Format) {
        let Lines { output, starts, stored, .. } = self;
        match (&mut self.unwrapper, self.encoding) {
            (_, Encoding::Vc0) => return super::vc0::decode(line, *stored, output, starts),
            (Some(unwrapper), _) if newline => return unwrapper.line(line, *stored, format, output, starts),
            (unwrapper, encoding) => {
                if let Some(unwrapper) = unwrapper {
                    unwrapper.finish(format, output, starts);
                }
                starts.add(output.len(), *stored);
                let from = output.len();
                match encoding {
                    Encoding::Legacy(code) => legacy::decode(code, line, output),
                    Encoding::Oem(page) => legacy::decode_oem(page, line, output),
                    Encoding::Container(Container::JournalJson) => journal_entry(line, output),
                    _ => output.extend_from_slice(line),
                }
                if !line.is_ascii() || output.len() - from != line.len() {
                    starts.bend();
                }
            }
        }
        if newline {
            output.push(b'\n');
        }
    }
}

/// Where to cut a line that is too long: behind a blank, so that no character is cut, or anywhere.
fn break_before(line: &[u8]) -> usize {
    memrchr(b' ', &line[..PIECE]).map_or(PIECE, |length| length + 1)
}

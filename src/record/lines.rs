//! Text that is decoded line by line: code pages, and logs wrapped by a container runtime.
//!
//! Stored bytes go in, UTF-8 comes out, together with the places in the file at which its lines are stored.

use super::container::Unwrapper;
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

/// Decodes line by line.
pub(super) struct Lines {
    encoding: Encoding,
    unwrapper: Option<Unwrapper>,
    /// Where the next line is stored.
    stored: u64,
    /// Decoded text that nobody has taken yet, and where its lines are stored.
    pub output: Vec<u8>,
    pub starts: Vec<LineStart>,
}

/// A longer line is decoded in pieces. Above what a runtime makes of its 16 KiB of text.
const PIECE: usize = 256 << 10;

impl Lines {
    /// `None` if the encoding is decoded in another way.
    pub(super) fn new(encoding: Encoding) -> Option<Lines> {
        let unwrapper = match encoding {
            Encoding::Bytes | Encoding::Utf16Le | Encoding::Utf16Be => return None,
            Encoding::Legacy(_) | Encoding::Vc0 => None,
            Encoding::Container(container) => Some(Unwrapper::new(container)),
        };
        Some(Lines { encoding, unwrapper, stored: 0, output: Vec::new(), starts: Vec::new() })
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
                starts.push(LineStart { text: output.len(), stored: *stored });
                match encoding {
                    Encoding::Legacy(code) => legacy::decode(code, line, output),
                    _ => output.extend_from_slice(line),
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

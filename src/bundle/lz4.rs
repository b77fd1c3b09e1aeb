//! The lz4 frame format: frames one after the other, skippable ones between them, and the frame of the first lz4 program.
//!
//! The blocks are unpacked by the crate `lz4_flex`. The frames are told apart here, since the crate takes an input that
//! ends between two blocks for a whole frame, and refuses skippable frames.

use super::stored::damaged;
use lz4_flex::frame::{self, FrameDecoder};
use std::io::{self, BufRead, Read};

/// The first bytes of a frame.
pub(super) const MARK: [u8; 4] = 0x184d_2204_u32.to_le_bytes();
/// The first bytes of a frame of the first lz4 program, which has no mark at its end.
pub(super) const LEGACY_MARK: [u8; 4] = 0x184c_2102_u32.to_le_bytes();

/// Unpacks all frames as one stream.
pub(super) struct Lz4Reader<R: Read> {
    state: State<R>,
}

enum State<R: Read> {
    Between { input: R, first: bool },
    Within { decoder: Box<FrameDecoder<Frame<R>>>, legacy: bool },
    Done,
}

impl<R: BufRead> Lz4Reader<R> {
    /// Starts at the first frame.
    pub(super) fn new(input: R) -> Lz4Reader<R> {
        Lz4Reader { state: State::Between { input, first: true } }
    }

    fn next_frame(&mut self, mut input: R, first: bool) -> io::Result<()> {
        if input.fill_buf()?.is_empty() {
            return Ok(());
        }
        let mut mark = [0; 4];
        input.read_exact(&mut mark)?;
        self.state = match mark {
            MARK | LEGACY_MARK => {
                let frame = Frame { mark, given: 0, input, ended: false };
                State::Within { decoder: Box::new(FrameDecoder::new(frame)), legacy: mark == LEGACY_MARK }
            }
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let mut size = [0; 4];
                input.read_exact(&mut size)?;
                let size = u64::from(u32::from_le_bytes(size));
                if io::copy(&mut (&mut input).take(size), &mut io::sink())? < size {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                State::Between { input, first }
            }
            _ => return Err(damaged(if first { "no lz4 frame" } else { "there is other data after the end" })),
        };
        Ok(())
    }
}

impl<R: BufRead> Read for Lz4Reader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between { input, first } => self.next_frame(input, first)?,
                State::Within { mut decoder, legacy } => match decoder.read(output).map_err(named)? {
                    0 => {
                        let frame = decoder.into_inner();
                        if frame.ended && !legacy {
                            return Err(io::ErrorKind::UnexpectedEof.into());
                        }
                        self.state = State::Between { input: frame.input, first: false };
                    }
                    read => {
                        self.state = State::Within { decoder, legacy };
                        return Ok(read);
                    }
                },
            }
        }
    }
}

/// The input of one frame, whose mark was read already.
struct Frame<R> {
    mark: [u8; 4],
    given: usize,
    input: R,
    /// Whether the decoder has met the end of the input.
    ended: bool,
}

impl<R: Read> Read for Frame<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let mark = self.mark.get(self.given..).unwrap_or_default();
        if !mark.is_empty() {
            let read = (&mut &*mark).read(output)?;
            self.given += read;
            return Ok(read);
        }
        let read = self.input.read(output)?;
        self.ended |= read == 0 && !output.is_empty();
        Ok(read)
    }
}

fn named(error: io::Error) -> io::Error {
    let dictionary = |inner: &frame::Error| matches!(inner, frame::Error::DictionaryNotSupported);
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(inner) if dictionary(inner) => {
            io::Error::new(io::ErrorKind::Unsupported, "lz4 with a dictionary of its own; unpack it first")
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `printf 'hello\n' | lz4 -c`: a frame with a content checksum.
    const HELLO: &[u8] = b"\x04\x22\x4d\x18\x64\x40\xa7\x06\0\0\x80hello\n\0\0\0\0\xf9\x5b\x6b\x94";
    /// The same with `lz4 -l`.
    const OLD_HELLO: &[u8] = b"\x02\x21\x4c\x18\x07\0\0\0\x60hello\n";

    #[track_caller]
    fn check(packed: &[u8], expected: &[u8], error: Option<io::ErrorKind>) {
        let mut unpacked = Vec::new();
        let result = Lz4Reader::new(packed).read_to_end(&mut unpacked);
        assert_eq!(unpacked, expected);
        assert_eq!(result.err().map(|error| error.kind()), error);
    }

    #[test]
    fn frames_of_all_kinds_are_one_stream() {
        let skippable = b"\x5a\x2a\x4d\x18\x02\0\0\0xx";
        check(HELLO, b"hello\n", None);
        check(OLD_HELLO, b"hello\n", None);
        check(&[skippable, HELLO, skippable, HELLO].concat(), b"hello\nhello\n", None);
        check(&[HELLO, OLD_HELLO].concat(), b"hello\nhello\n", None);
    }

    #[test]
    fn damage_is_named_and_what_came_before_it_is_given() {
        use io::ErrorKind::{InvalidData, UnexpectedEof, Unsupported};
        // Between the last block and the mark of the end.
        check(&HELLO[..17], b"hello\n", Some(UnexpectedEof));
        check(&HELLO[..19], b"hello\n", Some(UnexpectedEof));
        check(&HELLO[..12], b"", Some(UnexpectedEof));
        check(&HELLO[..5], b"", Some(UnexpectedEof));
        check(&HELLO[..3], b"", Some(UnexpectedEof));
        check(b"\x5a\x2a\x4d\x18\x09\0\0\0xx", b"", Some(UnexpectedEof));
        check(&[HELLO, b"garbage"].concat(), b"hello\n", Some(InvalidData));
        let mut wrong_sum = HELLO.to_vec();
        wrong_sum[22] ^= 1;
        check(&wrong_sum, b"hello\n", Some(InvalidData));
        // The flag of a dictionary, its number, and the sum of this header.
        check(b"\x04\x22\x4d\x18\x61\x40\x01\0\0\0\xd0\0\0\0\0", b"", Some(Unsupported));
    }

    proptest! {
        #[test]
        fn no_input_panics_or_gives_more_than_its_blocks_can_hold(garbage: Vec<u8>, at in 0..23_usize, byte: u8) {
            let _ = Lz4Reader::new(&[&MARK, &garbage[..]].concat()[..]).read_to_end(&mut Vec::new());
            let _ = Lz4Reader::new(&[&LEGACY_MARK, &garbage[..]].concat()[..]).read_to_end(&mut Vec::new());
            let mut damaged = HELLO.to_vec();
            damaged[at] = byte;
            let mut unpacked = Vec::new();
            let _ = Lz4Reader::new(&damaged[..]).read_to_end(&mut unpacked);
            prop_assert!(unpacked.len() <= 8 << 20);
        }
    }
}

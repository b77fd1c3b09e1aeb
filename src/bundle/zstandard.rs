//! Zstandard: libzstd in builds that may contain C code (feature `server`), otherwise a decoder in Rust. Both read
//! concatenated and skippable frames and refuse the same windows.

use super::decode::LARGEST_WINDOW;
use std::io::{self, BufRead, Read};

/// Returns a reader of what the frames in `input` unpack to.
#[cfg(feature = "server")]
pub(super) fn zstd_reader<'a>(input: impl BufRead + Send + 'a) -> io::Result<Box<dyn Read + Send + 'a>> {
    Ok(Box::new(library::Frames::new(input)?))
}

/// Returns a reader of what the frames in `input` unpack to.
#[cfg(not(feature = "server"))]
pub(super) fn zstd_reader<'a>(input: impl BufRead + Send + 'a) -> io::Result<Box<dyn Read + Send + 'a>> {
    Ok(Box::new(frames::Frames::new(input)))
}

/// The decoder in C. Not through the crate's reader, which drops what was unpacked in the call that meets the damage.
#[cfg(feature = "server")]
mod library {
    use super::{BufRead, LARGEST_WINDOW, Read, io};
    use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

    /// The bytes of a frame header from which the decoder knows how long it is.
    const FRAME_START: usize = 5;

    pub(super) struct Frames<R> {
        input: R,
        decoder: Decoder<'static>,
        /// What the decoder wants to be fed next. Fed with more, it may meet damage right after unpacking something,
        /// and then it does not hand out what it has unpacked.
        wanted: usize,
        within: bool,
        failed: Option<io::Error>,
        done: bool,
    }

    impl<R: BufRead> Frames<R> {
        pub(super) fn new(input: R) -> io::Result<Frames<R>> {
            let mut decoder = Decoder::new()?;
            decoder.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW.ilog2()))?;
            Ok(Frames { input, decoder, wanted: FRAME_START, within: false, failed: None, done: false })
        }

        /// Returns how much was unpacked, and whether the input has ended.
        fn step(&mut self, output: &mut [u8]) -> io::Result<(usize, bool)> {
            let available = self.input.fill_buf()?;
            let ended = available.is_empty();
            if ended && !self.within {
                return Ok((0, true));
            }
            let available = available.get(..self.wanted).unwrap_or(available);
            let (mut packed, mut unpacked) = (InBuffer::around(available), OutBuffer::around(output));
            let result = self.decoder.run(&mut packed, &mut unpacked);
            let (consumed, produced) = (packed.pos(), unpacked.pos());
            self.input.consume(consumed);
            match result {
                Ok(expected) => {
                    self.within = expected > 0;
                    self.wanted = if self.within { expected } else { FRAME_START };
                    if ended && produced == 0 && self.within {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                // The library tells its errors apart by text only.
                Err(error) if error.to_string().contains("requires too much memory") => {
                    self.failed = Some(io::ErrorKind::OutOfMemory.into());
                }
                Err(error) => self.failed = Some(error),
            }
            Ok((produced, false))
        }
    }

    impl<R: BufRead> Read for Frames<R> {
        fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
            while !self.done && !output.is_empty() {
                if let Some(error) = self.failed.take() {
                    self.done = true;
                    return Err(error);
                }
                match self.step(output) {
                    Ok((0, ended)) => self.done = ended,
                    Ok((produced, _)) => return Ok(produced),
                    Err(error) => {
                        self.done = true;
                        return Err(error);
                    }
                }
            }
            Ok(0)
        }
    }
}

/// The decoder in Rust. Compiled for the tests of every build, which compare the two.
#[cfg(any(test, not(feature = "server")))]
mod frames {
    use super::{BufRead, LARGEST_WINDOW, Read, io};
    use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
    use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

    pub(super) struct Frames<R> {
        input: R,
        decoder: FrameDecoder,
        within: bool,
        failed: Option<io::Error>,
        done: bool,
    }

    /// An empty last block and a checksum.
    const LAST_BLOCK: &[u8] = b"\x01\0\0\0\0\0\0";

    impl<R: BufRead> Frames<R> {
        pub(super) fn new(input: R) -> Frames<R> {
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(u64::from(LARGEST_WINDOW));
            Frames { input, decoder, within: false, failed: None, done: false }
        }

        fn next(&mut self, output: &mut [u8]) -> io::Result<usize> {
            loop {
                if self.within {
                    while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                        let step = self.decoder.decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1));
                        if let Err(error) = step {
                            if self.failed.is_some() {
                                break;
                            }
                            self.failed = Some(self.named(error));
                            // The decoder keeps a window of unpacked bytes until the frame ends. So it ends here.
                            let _ = self.decoder.decode_blocks(LAST_BLOCK, BlockDecodingStrategy::UptoBlocks(1));
                        }
                    }
                    match self.decoder.read(output)? {
                        0 => self.within = false,
                        read => return Ok(read),
                    }
                    if let Some(error) = self.failed.take() {
                        return Err(error);
                    }
                    let written = self.decoder.get_checksum_from_data();
                    if written.is_some() && written != self.decoder.get_calculated_checksum() {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum is wrong"));
                    }
                } else if self.input.fill_buf()?.is_empty() {
                    return Ok(0);
                } else {
                    match self.decoder.reset(&mut self.input) {
                        Ok(()) => self.within = true,
                        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                            length,
                            ..
                        })) => {
                            let length = u64::from(length);
                            if io::copy(&mut (&mut self.input).take(length), &mut io::sink())? < length {
                                return Err(io::ErrorKind::UnexpectedEof.into());
                            }
                        }
                        Err(error) => return Err(self.named(error)),
                    }
                }
            }
        }

        fn named(&mut self, error: FrameDecoderError) -> io::Error {
            match error {
                FrameDecoderError::WindowSizeTooBig { .. } => io::ErrorKind::OutOfMemory.into(),
                // The crate hides the cause of a failed read in many variants; at the end of the input it was the end.
                _ if self.input.fill_buf().is_ok_and(<[u8]>::is_empty) => io::ErrorKind::UnexpectedEof.into(),
                error => io::Error::new(io::ErrorKind::InvalidData, error),
            }
        }
    }

    impl<R: BufRead> Read for Frames<R> {
        fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
            if self.done || output.is_empty() {
                return Ok(0);
            }
            let result = self.next(output);
            self.done = !matches!(result, Ok(1..));
            result
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns what a reader gives, and the kind of its error: `InvalidData` stands for all damage.
    fn result(mut reader: impl Read) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut unpacked = Vec::new();
        let error = reader.read_to_end(&mut unpacked).err().map(|error| match error.kind() {
            kind @ (io::ErrorKind::UnexpectedEof | io::ErrorKind::OutOfMemory) => kind,
            _ => io::ErrorKind::InvalidData,
        });
        (unpacked, error)
    }

    #[track_caller]
    fn check(packed: &[u8], expected: &[u8], error: Option<io::ErrorKind>) {
        assert_eq!(result(zstd_reader(packed).unwrap()), (expected.to_vec(), error));
        assert_eq!(result(frames::Frames::new(packed)), (expected.to_vec(), error));
    }

    /// `printf 'hello\n' | zstd`, with checksum.
    const HELLO: &[u8] = b"\x28\xb5\x2f\xfd\x04\x58\x31\0\0hello\n\x53\x88\xbd\x91";

    #[test]
    fn both_decoders_say_the_same() {
        check(HELLO, b"hello\n", None);
        check(&[HELLO, b"\x5a\x2a\x4d\x18\x02\0\0\0xx", HELLO].concat(), b"hello\nhello\n", None);
        check(&HELLO[..17], b"hello\n", Some(io::ErrorKind::UnexpectedEof));
        check(&HELLO[..7], b"", Some(io::ErrorKind::UnexpectedEof));
        check(&[HELLO, b"garbage"].concat(), b"hello\n", Some(io::ErrorKind::InvalidData));
        let mut wrong_sum = HELLO.to_vec();
        wrong_sum[15] ^= 1;
        check(&wrong_sum, b"hello\n", Some(io::ErrorKind::InvalidData));
        // A window of 256 MiB: exponent 18 over 1 KiB.
        check(b"\x28\xb5\x2f\xfd\x00\x90\x01\0\0", b"", Some(io::ErrorKind::OutOfMemory));
        // A window of 128 MiB, as `zstd --ultra -22` asks for.
        check(b"\x28\xb5\x2f\xfd\x00\x88\x31\0\0hello\n", b"hello\n", None);
    }

    proptest! {
        #[test]
        fn frames_unpack_to_what_was_packed(content: Vec<u8>, garbage: Vec<u8>) {
            let packed = ruzstd::encoding::compress_to_vec(&content[..], ruzstd::encoding::CompressionLevel::Fastest);
            prop_assert_eq!(result(zstd_reader(&packed[..]).unwrap()), (content.clone(), None));
            prop_assert_eq!(result(frames::Frames::new(&packed[..])), (content, None));
            let _ = (result(zstd_reader(&garbage[..]).unwrap()), result(frames::Frames::new(&garbage[..])));
        }
    }
}

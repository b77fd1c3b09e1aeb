//! Decoders of compressed streams: compressed bytes in, unpacked bytes out, with bounded memory.
//!
//! All of them read concatenated streams as one. What goes wrong comes out as an `io::Error`: `OutOfMemory` if the stream
//! asks for more memory than allowed, `UnexpectedEof` if it is cut off, anything else if it is damaged.

use super::gzip::GzipReader;
use super::kind::Compression;
use super::lz4::Lz4Reader;
use super::lzip::LzipReader;
use super::lzw::LzwReader;
use super::zstandard::zstd_reader;
use std::io::{self, BufRead, Read};

/// The largest window (dictionary) a stream may ask for. `xz -9` asks for 64 MiB, `zstd --ultra -22` for 128 MiB.
pub(super) const LARGEST_WINDOW: u32 = 128 << 20;

/// Returns a reader of what `input` unpacks to.
pub(super) fn unpack<'a>(
    compression: Compression,
    input: impl BufRead + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    Ok(match compression {
        Compression::Gzip => Box::new(GzipReader::new(input)),
        Compression::Bzip2 => Box::new(Bzip2Reader { state: Bzip2::Between(input) }),
        Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, LZMA_MEMORY_KIB)),
        Compression::Zstd => zstd_reader(input)?,
        Compression::Compress => Box::new(LzwReader::new(input)),
        Compression::Lz4 => Box::new(Lz4Reader::new(input)),
        Compression::Lzip => Box::new(LzipReader::new(input)),
        Compression::Lzma => Box::new(lzma_rust2::LzmaReader::new_mem_limit(input, LZMA_MEMORY_KIB, None)?),
    })
}

/// What the decoder takes in addition to the window is well below 1 MiB.
const LZMA_MEMORY_KIB: u32 = LARGEST_WINDOW / 1024 + 1024;

/// Unpacks concatenated bzip2 streams and tolerates zero padding after the last.
struct Bzip2Reader<R> {
    state: Bzip2<R>,
}

enum Bzip2<R> {
    Between(R),
    Within(bzip2::bufread::BzDecoder<R>),
    Done,
}

impl<R: BufRead> Read for Bzip2Reader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, Bzip2::Done) {
                Bzip2::Done => return Ok(0),
                Bzip2::Between(mut input) => match next_byte(&mut input)? {
                    None => return Ok(0),
                    Some(b'B') => {
                        self.state = Bzip2::Within(bzip2::bufread::BzDecoder::new(input));
                    }
                    Some(_) => {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "there is other data after the end"));
                    }
                },
                Bzip2::Within(mut decoder) => match decoder.read(output)? {
                    0 => self.state = Bzip2::Between(decoder.into_inner()),
                    read => {
                        self.state = Bzip2::Within(decoder);
                        return Ok(read);
                    }
                },
            }
        }
    }
}

/// Unpacks a stream of Deflate64, which the Windows Explorer writes if a file is larger than 2 GB.
pub(super) struct Deflate64Reader<R> {
    input: R,
    engine: Box<deflate64::InflaterManaged>,
    failed: bool,
}

impl<R: BufRead> Deflate64Reader<R> {
    /// Starts at the first byte of `input`.
    pub(super) fn new(input: R) -> Deflate64Reader<R> {
        Deflate64Reader { input, engine: Box::new(deflate64::InflaterManaged::new()), failed: false }
    }
}

impl<R: BufRead> Read for Deflate64Reader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while !self.failed && !output.is_empty() {
            let input = self.input.fill_buf()?;
            let at_end = input.is_empty();
            let result = self.engine.inflate(input, output);
            self.input.consume(result.bytes_consumed);
            // What was unpacked before the damage is delivered first.
            self.failed = result.data_error;
            match result.bytes_written {
                0 if self.failed => {}
                0 if self.engine.finished() => return Ok(0),
                0 if at_end => return Err(io::ErrorKind::UnexpectedEof.into()),
                0 => {}
                written => return Ok(written),
            }
        }
        match self.failed {
            true => Err(io::Error::new(io::ErrorKind::InvalidData, "the compressed data makes no sense")),
            false => Ok(0),
        }
    }
}

/// Skips zeros and returns the byte that comes next, without consuming it.
fn next_byte(input: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let available = input.fill_buf()?;
        let Some(first) = available.first() else { return Ok(None) };
        let zeros = available.iter().take_while(|byte| **byte == 0).count();
        if zeros == 0 {
            return Ok(Some(*first));
        }
        input.consume(zeros);
    }
}

/// Returns a reader of an LZMA member of a zip archive (section 5.8.8 of APPNOTE.TXT): version, size of the properties,
/// properties, raw data.
pub(super) fn unpack_zip_lzma<'a>(
    mut input: impl BufRead + Send + 'a,
    size: Option<u64>,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut header = [0; 9];
    input.read_exact(&mut header)?;
    let [_, _, 5, 0, properties, window @ ..] = header else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no LZMA properties"));
    };
    let window = u32::from_le_bytes(window);
    if window > LARGEST_WINDOW {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    // An unknown size ends with a mark in the data.
    let size = size.unwrap_or(u64::MAX);
    Ok(Box::new(lzma_rust2::LzmaReader::new_with_props(input, size, properties, window, None)?))
}

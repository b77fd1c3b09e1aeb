//! The gzip format: members with header, deflate data and trailer, one after the other.
//!
//! What was unpacked before damage is delivered, and zero padding after the last member is taken for what it is.

use super::inflate::Inflate;
use crc32fast::Hasher;
use std::io::{self, BufRead, Read};

/// Unpacks all members of a gzip file as one stream.
pub(super) struct GzipReader<R> {
    inflate: Inflate<R>,
    state: State,
    /// Checksum and number of the bytes that the current member unpacked to.
    crc: Hasher,
    bytes: u64,
}

enum State {
    Header { first: bool },
    Body,
    Done,
}

impl<R: Read> GzipReader<R> {
    /// Starts at the first header.
    pub(super) fn new(input: R) -> GzipReader<R> {
        GzipReader { inflate: Inflate::new(input), state: State::Header { first: true }, crc: Hasher::new(), bytes: 0 }
    }

    /// Reads the next header; false at the end of the file.
    fn header(&mut self, first: bool) -> io::Result<bool> {
        let input = self.inflate.input();
        if !first {
            // Tapes and block devices pad with zeros.
            loop {
                let available = input.fill_buf()?;
                let zeros = available.iter().take_while(|byte| **byte == 0).count();
                if available.is_empty() {
                    return Ok(false);
                }
                if zeros == 0 {
                    break;
                }
                input.consume(zeros);
            }
            if input.fill_buf()?.first() != Some(&0x1f) {
                return Err(invalid("there is other data after the end"));
            }
        }
        let mut fixed = [0; 10];
        input.read_exact(&mut fixed)?;
        let [0x1f, 0x8b, 8, flags, ..] = fixed else {
            return Err(invalid(if first { "no gzip header" } else { "there is other data after the end" }));
        };
        if flags & FLAG_EXTRA != 0 {
            let mut size = [0; 2];
            input.read_exact(&mut size)?;
            skip(input, u64::from(u16::from_le_bytes(size)))?;
        }
        for flag in [FLAG_NAME, FLAG_COMMENT] {
            if flags & flag != 0 {
                skip_text(input)?;
            }
        }
        if flags & FLAG_CHECKSUM != 0 {
            skip(input, 2)?;
        }
        Ok(true)
    }

    fn trailer(&mut self) -> io::Result<()> {
        let mut trailer = [0; 8];
        self.inflate.input().read_exact(&mut trailer)?;
        let [a, b, c, d, size @ ..] = trailer;
        let sum = std::mem::take(&mut self.crc).finalize();
        if u32::from_le_bytes([a, b, c, d]) != sum || u32::from_le_bytes(size) != self.bytes as u32 {
            return Err(invalid("the checksum is wrong"));
        }
        Ok(())
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Done => return Ok(0),
                State::Header { first } => {
                    self.state = State::Done;
                    if self.header(first)? {
                        self.inflate.restart();
                        (self.crc, self.bytes) = (Hasher::new(), 0);
                        self.state = State::Body;
                    }
                }
                State::Body => {
                    let read = self.inflate.read(output)?;
                    if let (Some(unpacked), 1..) = (output.get(..read), read) {
                        self.crc.update(unpacked);
                        self.bytes = self.bytes.wrapping_add(read as u64);
                        return Ok(read);
                    }
                    self.state = State::Done;
                    self.trailer()?;
                    self.state = State::Header { first: false };
                }
            }
        }
    }
}

const FLAG_CHECKSUM: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;

/// Returns the time of the last change that the first header carries. The original name beside it is often an older one
/// (`messages.1` in `messages.3.gz`), so files are called as they were found.
pub(super) fn modified(head: &[u8]) -> Option<i64> {
    let [0x1f, 0x8b, 8, _, t0, t1, t2, t3, ..] = head else { return None };
    Some(i64::from(u32::from_le_bytes([*t0, *t1, *t2, *t3]))).filter(|time| *time != 0)
}

fn skip(input: &mut impl BufRead, bytes: u64) -> io::Result<()> {
    match io::copy(&mut input.take(bytes), &mut io::sink())? {
        skipped if skipped == bytes => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Skips a text that ends with a zero byte.
fn skip_text(input: &mut impl BufRead) -> io::Result<()> {
    input.skip_until(0).map(drop)
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

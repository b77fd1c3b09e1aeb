//! Texts as they are packed, one after the other in an unnamed file, before it is known which of them may leave.
//!
//! Each is packed by itself, so that the archive takes over the bytes of those that may, and nothing is packed twice.

use super::Format;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// An unnamed file of packed texts.
pub(super) struct Spool {
    file: File,
    end: u64,
    format: Format,
}

/// A text in the spool.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    start: u64,
    /// Bytes in the spool.
    pub(super) packed: u64,
    /// Bytes of the text.
    pub(super) bytes: u64,
    /// SHA-256 of the text in lower-case hex.
    pub(super) sha256: String,
    /// CRC-32 of the text.
    pub(super) crc32: u32,
}

/// How hard is tried: the usual level of zstd, and of deflate the one that is three times as fast for a tenth more.
#[cfg(feature = "server")]
const ZSTD: i32 = 3;
const DEFLATE: u32 = 4;

impl Spool {
    /// Begins one on the disk of a folder.
    pub(super) fn new(folder: &Path, format: Format) -> io::Result<Spool> {
        Ok(Spool { file: tempfile::tempfile_in(folder)?, end: 0, format })
    }

    /// Packs what `write` writes. If it fails, nothing stays of it.
    pub(super) fn add<T>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<(Packed, T)> {
        let start = self.end;
        let result = self.pack(write);
        match &result {
            Ok((packed, _)) => self.end = start + packed.packed,
            Err(_) => self.file.set_len(start)?,
        }
        result
    }

    fn pack<T>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<(Packed, T)> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let file = BufWriter::with_capacity(64 << 10, &self.file);
        let (text, result, mut file) = match self.format {
            #[cfg(feature = "server")]
            Format::TarZst => {
                let mut text = Measured::new(zstd::stream::write::Encoder::new(file, ZSTD)?);
                let result = write(&mut text)?;
                let (text, encoder) = text.end();
                (text, result, encoder.finish()?)
            }
            Format::Zip => {
                let mut text = Measured::new(DeflateEncoder::new(file, flate2::Compression::new(DEFLATE)));
                let result = write(&mut text)?;
                let (text, encoder) = text.end();
                (text, result, encoder.finish()?)
            }
        };
        file.flush()?;
        drop(file);
        let packed = self.file.stream_position()? - self.end;
        Ok((Packed { start: self.end, packed, ..text }, result))
    }

    /// Reads a text again.
    pub(super) fn read<'s>(&'s self, packed: &Packed) -> io::Result<Box<dyn Read + 's>> {
        let part = BufReader::with_capacity(64 << 10, self.part(packed)?);
        Ok(match self.format {
            #[cfg(feature = "server")]
            Format::TarZst => Box::new(zstd::stream::read::Decoder::with_buffer(part)?),
            Format::Zip => Box::new(flate2::bufread::DeflateDecoder::new(part)),
        })
    }

    /// Copies a text as it is packed.
    pub(super) fn copy(&self, packed: &Packed, out: &mut dyn Write) -> io::Result<()> {
        match io::copy(&mut self.part(packed)?, out)? {
            copied if copied == packed.packed => Ok(()),
            _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    }

    fn part(&self, packed: &Packed) -> io::Result<io::Take<&File>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(packed.start))?;
        Ok(file.take(packed.packed))
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }
}

/// Counts and hashes what goes through.
struct Measured<W> {
    out: W,
    bytes: u64,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
}

impl<W> Measured<W> {
    fn new(out: W) -> Measured<W> {
        Measured { out, bytes: 0, sha256: Sha256::new(), crc32: crc32fast::Hasher::new() }
    }

    /// What was counted, of a place that is not known yet.
    fn end(self) -> (Packed, W) {
        let sha256 = self.sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (Packed { start: 0, packed: 0, bytes: self.bytes, sha256, crc32: self.crc32.finalize() }, self.out)
    }
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let taken = bytes.get(..written).unwrap_or(bytes);
        self.sha256.update(taken);
        self.crc32.update(taken);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

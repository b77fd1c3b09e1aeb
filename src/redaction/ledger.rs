//! What the pseudonyms of a customer stand for, where it may be too much for the memory: sorted parts in an unnamed file.
//!
//! It is as secret as the originals. Its file has no name, and is gone with the program.

use crate::redact::{Kind, Map, MapError};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The entries of a map, any number of them in little memory.
pub struct Ledger {
    folder: PathBuf,
    /// The newest.
    map: Map,
    file: File,
    /// Where the parts of the file begin and end. Each is sorted.
    parts: Vec<(u64, u64)>,
    end: u64,
}

/// So many entries are sorted in memory.
const PART: usize = 16_384;
/// So many parts are merged at once.
const PARTS: usize = 32;

impl Ledger {
    /// Begins one, on the disk of a folder.
    pub fn new(folder: &Path) -> io::Result<Ledger> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Ledger { folder: folder.to_path_buf(), map: Map::default(), file, parts: Vec::new(), end: 0 })
    }

    /// Adds the entries of a map.
    pub fn add(&mut self, map: &Map) -> io::Result<()> {
        for (kind, pseudonym, original) in map.entries() {
            self.map.add(kind, pseudonym, original);
            if self.map.len() >= PART {
                self.store()?;
            }
        }
        Ok(())
    }

    /// Adds the entries of a map file.
    ///
    /// # Errors
    /// Of reading; with [`MapError`] inside if a line is no entry.
    pub fn read(&mut self, file: impl BufRead) -> io::Result<()> {
        for (index, line) in file.lines().enumerate() {
            let line = line?;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || io::Error::other(MapError { line: index + 1 });
            let (kind, pseudonym, original) = Map::entry(&line).ok_or_else(wrong)?;
            self.map.add(kind, pseudonym, &original);
            if self.map.len() >= PART {
                self.store()?;
            }
        }
        Ok(())
    }

    /// Writes a map file, sorted by pseudonym.
    pub fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", Map::HEAD)?;
        let mut line = String::new();
        self.each(&mut |kind, pseudonym, original| {
            line.clear();
            Map::write_entry(&mut line, kind, pseudonym, original);
            out.write_all(line.as_bytes())
        })
    }

    /// Gives every entry once, in the order of pseudonyms. Of several originals with the same one it is the first in order, as in
    /// a map.
    pub fn each(&mut self, with: &mut dyn FnMut(Kind, &str, &str) -> io::Result<()>) -> io::Result<()> {
        self.store()?;
        let part = |(at, end): &(u64, u64)| BufReader::new(Part { file: &self.file, at: *at, end: *end });
        let mut parts: Vec<_> = self.parts.iter().map(part).collect();
        // The first of all is the first of one of the parts.
        let mut firsts = BinaryHeap::new();
        for (number, part) in parts.iter_mut().enumerate() {
            firsts.extend(next(part)?.map(|(pseudonym, original, kind)| Reverse((pseudonym, original, kind, number))));
        }
        let mut last = None;
        while let Some(Reverse((pseudonym, original, kind, number))) = firsts.pop() {
            if last.as_ref() != Some(&pseudonym) {
                with(kind, &pseudonym, &original)?;
            }
            last = Some(pseudonym);
            let Some(part) = parts.get_mut(number) else { continue };
            firsts.extend(next(part)?.map(|(pseudonym, original, kind)| Reverse((pseudonym, original, kind, number))));
        }
        Ok(())
    }

    /// Writes what is in memory to the file.
    fn store(&mut self) -> io::Result<()> {
        if self.map.is_empty() {
            return Ok(());
        }
        let map = std::mem::take(&mut self.map);
        if self.parts.len() >= PARTS {
            self.merge()?;
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut out = BufWriter::new(&self.file);
        let mut line = String::new();
        let mut end = self.end;
        for (kind, pseudonym, original) in map.entries() {
            line.clear();
            Map::write_entry(&mut line, kind, pseudonym, original);
            out.write_all(line.as_bytes())?;
            end += line.len() as u64;
        }
        out.flush()?;
        drop(out);
        self.parts.push((self.end, end));
        self.end = end;
        Ok(())
    }

    /// Makes one part of all, in a new file: most entries of a machine are in many parts.
    fn merge(&mut self) -> io::Result<()> {
        let file = tempfile::tempfile_in(&self.folder)?;
        let mut out = BufWriter::new(&file);
        let (mut line, mut end) = (String::new(), 0);
        self.each(&mut |kind, pseudonym, original| {
            line.clear();
            Map::write_entry(&mut line, kind, pseudonym, original);
            end += line.len() as u64;
            out.write_all(line.as_bytes())
        })?;
        out.flush()?;
        drop(out);
        (self.file, self.parts, self.end) = (file, vec![(0, end)], end);
        Ok(())
    }
}

/// A part that is read.
struct Part<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(out.len());
        self.file.seek(SeekFrom::Start(self.at))?;
        let read = self.file.read(out.get_mut(..most).unwrap_or_default())?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The next entry of a part as pseudonym, original and kind.
fn next(part: &mut impl BufRead) -> io::Result<Option<(String, String, Kind)>> {
    let mut line = String::new();
    if part.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let entry = Map::entry(line.trim_end_matches('\n')).ok_or(io::ErrorKind::InvalidData)?;
    let (kind, pseudonym, original) = entry;
    Ok(Some((pseudonym.to_owned(), original, kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ledger: &mut Ledger) -> String {
        let mut text = Vec::new();
        ledger.write(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn it_is_what_a_map_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::new(folder.path()).unwrap();
        let mut all = Map::default();
        // Three times more than are merged at once, most of them twice.
        for round in 0..3 * PARTS as u32 {
            let mut map = Map::default();
            for number in 0..PART as u32 {
                let number = (round * 4_001 + number) % 50_000;
                let original =
                    if number % 7 == 0 { format!("N\t{}\n", number + round % 2) } else { number.to_string() };
                map.add(Kind::User, &format!("user-{number}"), &original);
            }
            ledger.add(&map).unwrap();
            all.merge(&map);
        }
        assert!(ledger.parts.len() <= PARTS && ledger.map.len() < PART);
        let expected = all.to_text();
        assert!(text(&mut ledger) == expected);
        // It may be read again, and more added.
        let mut other = Ledger::new(folder.path()).unwrap();
        other.read(expected.as_bytes()).unwrap();
        let mut map = Map::default();
        map.add(Kind::Host, "host-a", "x");
        other.add(&map).unwrap();
        all.merge(&map);
        assert!(text(&mut other) == all.to_text());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_line_that_is_no_entry_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::new(folder.path()).unwrap();
        let error = ledger.read(&b"# x\nhost\ta\tb\nhost\ta"[..]).unwrap_err();
        assert_eq!(error.to_string(), MapError { line: 3 }.to_string());
    }
}

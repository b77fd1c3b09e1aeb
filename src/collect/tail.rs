//! The end of an output that may be longer than what is kept of it: the newest lines are those that tell most.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// The end of an output, in an unnamed file that is written over from its beginning as often as needed.
#[derive(Debug)]
pub(super) struct Tail {
    file: File,
    /// Bytes of the file.
    size: u64,
    /// Where in the file the oldest byte is.
    oldest: u64,
    /// So many bytes behind it are the rest of a line whose beginning is lost.
    skipped: u64,
    /// So many bytes behind those were read.
    read: u64,
    /// More came than is kept.
    is_cut: bool,
}

/// Keeps the last `most` bytes of an output.
pub(super) fn keep(mut from: impl Read, mut file: File, most: u64) -> io::Result<Tail> {
    let mut block = [0; 16 << 10];
    let mut total = 0_u64;
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut rest = block.get(..read).unwrap_or_default();
        while !rest.is_empty() && most > 0 {
            let at = total % most;
            let (now, later) = rest.split_at(usize::try_from(most - at).unwrap_or(usize::MAX).min(rest.len()));
            file.seek(SeekFrom::Start(at))?;
            file.write_all(now)?;
            total += now.len() as u64;
            rest = later;
        }
    }
    let is_cut = total > most;
    let oldest = if is_cut { total % most } else { 0 };
    let mut tail = Tail { file, size: total.min(most), oldest, skipped: 0, read: 0, is_cut };
    if is_cut {
        tail.skip_rest_of_line()?;
    }
    Ok(tail)
}

impl Tail {
    /// Whether something came before it.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Goes back to its beginning.
    pub(super) fn rewind(&mut self) {
        self.read = 0;
    }

    /// Half a line says something else than the whole one, unless there is no other.
    fn skip_rest_of_line(&mut self) -> io::Result<()> {
        let mut block = [0; 16 << 10];
        let mut seen = 0;
        loop {
            let read = self.read(&mut block)?;
            if let Some(at) = memchr::memchr(b'\n', block.get(..read).unwrap_or_default()) {
                let behind = seen + at as u64 + 1;
                self.skipped = if behind < self.size { behind } else { 0 };
            }
            self.rewind();
            if read == 0 || self.skipped > 0 {
                return Ok(());
            }
            seen += read as u64;
            self.read = seen;
        }
    }
}

impl Read for Tail {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let behind = self.skipped + self.read;
        let left = self.size.saturating_sub(behind);
        if left == 0 {
            return Ok(0);
        }
        let at = (self.oldest + behind) % self.size;
        let most = usize::try_from(left.min(self.size - at)).unwrap_or(usize::MAX).min(out.len());
        self.file.seek(SeekFrom::Start(at))?;
        let read = self.file.read(out.get_mut(..most).unwrap_or_default())?;
        self.read += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, most: u64, expected: &str, is_cut: bool) {
        let mut tail = keep(output.as_bytes(), tempfile::tempfile().unwrap(), most).unwrap();
        for _ in 0..2 {
            let mut text = String::new();
            tail.read_to_string(&mut text).unwrap();
            assert_eq!((&*text, tail.is_cut()), (expected, is_cut), "{most}");
            tail.rewind();
        }
    }

    #[test]
    fn the_newest_whole_lines_are_kept() {
        let output = "one\ntwo\nthree\n";
        check(output, 100, output, false);
        check(output, 14, output, false);
        check(output, 13, "two\nthree\n", true);
        check(output, 10, "three\n", true);
        check(output, 7, "three\n", true);
        // There is no whole line.
        check(output, 3, "ee\n", true);
        check("", 10, "", false);
    }

    #[test]
    fn it_is_the_same_however_often_the_file_is_written_over() {
        let output: String = (0..60_000).map(|it| format!("line {it}\n")).collect();
        for most in [1_000_u64, 16 << 10, 99_991] {
            let end = &output[output.len() - most as usize..];
            let whole = end.find('\n').unwrap() + 1;
            check(&output, most, &end[whole..], true);
        }
    }
}

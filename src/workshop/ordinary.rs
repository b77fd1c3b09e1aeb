//! Text of ordinary logs, to measure how often something stands in it.
//!
//! The program has a sample of its own: evenly spread lines of each healthy log in `testdata/quiet`, put there by
//! `build.rs`. An author can give other logs.

use crate::bundle::{Bundle, BundleError, Content, FilePath, Limits};
use crate::record::{ChunkReader, Reading, fields};
use crate::signature::unpacked;
use memchr::memmem;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What `build.rs` took from the healthy logs, deflated.
static BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ordinary.log"));

/// Bytes of one file that are used.
const PER_FILE: usize = 64 << 10;

/// Bytes that are used in all.
const IN_ALL: usize = 1 << 20;

/// A sample of ordinary logs.
pub(super) struct Ordinary {
    text: Vec<u8>,
    folded: Vec<u8>,
}

impl Ordinary {
    /// The given logs, or the program's own sample.
    pub(super) fn of_logs(path: Option<&Path>) -> Result<Ordinary, BundleError> {
        path.map_or_else(|| Ok(Ordinary::builtin()), Ordinary::read)
    }

    /// The program's own sample.
    pub(super) fn builtin() -> Ordinary {
        Ordinary::of(unpacked(BUILTIN))
    }

    /// The heads of the logs in a file, folder or archive, in the order of their paths, up to 1 MiB. The only error is
    /// that it cannot be opened.
    fn read(path: &Path) -> Result<Ordinary, BundleError> {
        let bundle = Bundle::open(&[path.to_path_buf()], Limits::default())?;
        let heads = Mutex::new(Heads::default());
        bundle.visit(&|entry| {
            let head = match entry.content {
                Content::Mapped(text) => head_of(&mut text.bytes()),
                Content::Stream(stream) => head_of(stream),
            };
            heads.lock().unwrap_or_else(PoisonError::into_inner).add(entry.path, head);
        });
        let heads = heads.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Ordinary::of(heads.by_path.into_values().flatten().collect()))
    }

    fn of(text: Vec<u8>) -> Ordinary {
        Ordinary { folded: text.to_ascii_lowercase(), text }
    }

    /// Returns how often one of the literals, which are in lower-case ASCII, stands in a MiB of text.
    pub(super) fn per_mebibyte(&self, literals: &[Vec<u8>]) -> usize {
        let times: usize = literals.iter().map(|literal| memmem::find_iter(&self.folded, literal).count()).sum();
        // A small sample says little: it counts as if it were 64 KiB.
        (times << 20) / self.folded.len().max(64 << 10)
    }

    /// Returns how often one of the literals stands in a MiB of text where it may be the value of a field.
    pub(super) fn values_per_mebibyte(&self, literals: &[Vec<u8>]) -> usize {
        let is_value = |start: &usize| fields::may_begin(&self.folded, *start);
        let times = |literal: &Vec<u8>| memmem::find_iter(&self.folded, literal).filter(is_value).count();
        let times: usize = literals.iter().map(times).sum();
        (times << 20) / self.folded.len().max(64 << 10)
    }

    /// Returns so many lines of usual length from all over the sample.
    pub(super) fn lines(&self, count: usize) -> impl Iterator<Item = &[u8]> {
        let lines: Vec<&[u8]> =
            self.text.split(|byte| *byte == b'\n').filter(|line| (40..400).contains(&line.len())).collect();
        let step = (lines.len() / count).max(1);
        lines.into_iter().step_by(step).take(count)
    }
}

/// The first heads by path that fit together.
#[derive(Default)]
struct Heads {
    by_path: BTreeMap<FilePath, Vec<u8>>,
    bytes: usize,
    /// The first path that did not fit; none behind it is taken, so that it does not matter in which order they come.
    full: Option<FilePath>,
}

impl Heads {
    fn add(&mut self, path: FilePath, head: Vec<u8>) {
        if self.full.as_ref().is_some_and(|full| path >= *full) || self.by_path.contains_key(&path) {
            return;
        }
        self.bytes += head.len();
        self.by_path.insert(path, head);
        while self.bytes > IN_ALL
            && let Some((path, last)) = self.by_path.pop_last()
        {
            self.bytes -= last.len();
            self.full = Some(path);
        }
    }
}

/// The first whole lines of a text as UTF-8 or bytes; nothing of what is no text.
fn head_of(source: &mut (dyn Read + Send)) -> Vec<u8> {
    let mut head = Vec::new();
    // A stream has no errors: the bundle keeps them and ends it.
    let _ = source.take(Reading::HEAD as u64).read_to_end(&mut head);
    let Some(reading) = Reading::of_lines(&head) else { return Vec::new() };
    let mut reader = ChunkReader::new(source, head, &reading);
    let mut text = reader.next_chunk(None).map(|chunk| chunk.chunk().text().to_vec()).unwrap_or_default();
    text.truncate(PER_FILE);
    let end = memchr::memrchr(b'\n', &text).map_or(0, |end| end + 1);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[track_caller]
    fn check(text: &str, literals: &[&str], expected: usize) {
        let literals: Vec<Vec<u8>> = literals.iter().map(|it| it.as_bytes().to_vec()).collect();
        assert_eq!(Ordinary::of(text.repeat((1 << 20) / text.len()).into_bytes()).per_mebibyte(&literals), expected);
    }

    #[test]
    fn texts_are_counted_in_both_cases() {
        check("0123456789 Error \n0123456789abc", &["error"], (1 << 20) / 31);
        check("0123456789abcd_\n", &["0123", "abcd_"], 2 << 16);
        check("0123456789abcd_\n", &["absent"], 0);
    }

    #[test]
    fn the_own_sample_has_lines_of_many_logs() {
        let ordinary = Ordinary::builtin();
        assert!(ordinary.per_mebibyte(&[b"info".to_vec()]) > 500);
        assert_eq!(ordinary.lines(64).count(), 64);
    }

    #[test]
    fn any_encoding_is_read_and_what_is_no_text_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let utf16: Vec<u8> = "disk full\ncut".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(folder.path().join("a.log"), [&[0xff, 0xfe][..], &utf16].concat()).unwrap();
        fs::write(folder.path().join("b.log"), "net down\n").unwrap();
        fs::write(folder.path().join("c.bin"), [0, 1, 2, 0, 255].repeat(100)).unwrap();
        assert_eq!(Ordinary::read(folder.path()).unwrap().text, b"disk full\nnet down\n");
    }

    #[test]
    fn the_order_of_files_does_not_matter() {
        let heads = |order: [(&str, usize); 3]| {
            let mut heads = Heads::default();
            order.into_iter().for_each(|(path, bytes)| heads.add(path.into(), vec![0; bytes]));
            heads.by_path.into_keys().collect::<Vec<_>>()
        };
        let (a, b, c) = (("a", IN_ALL - 9), ("b", 10), ("c", 1));
        for order in [[a, b, c], [c, b, a], [b, a, c], [c, a, b]] {
            assert_eq!(heads(order), ["a".into()]);
        }
    }
}

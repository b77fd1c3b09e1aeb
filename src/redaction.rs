//! The texts of a bundle on their way through a redactor: what `tierline redact` does twice, to learn and to replace.

mod file_names;
mod ledger;

use crate::bundle::{Bundle, Content, Entry, FilePath, Visited};
use crate::record::{ChunkReader, Reading, not_text};
use crate::redact::{Leak, LeakScan, Names};
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

pub use file_names::{FreeNames, harmless};
pub use ledger::Ledger;

/// What a first look at a bundle has shown.
#[derive(Debug, Default)]
pub struct Learnt {
    /// What hosts, users and domains are called.
    pub names: Names,
    /// The files that are text, sorted.
    pub texts: Vec<FilePath>,
    /// The files that are not, sorted, and why they are not read.
    pub others: Vec<(FilePath, &'static str)>,
    /// What could not be read at all.
    pub visited: Visited,
}

/// Learns the names that the texts and the paths of a bundle show, on the current rayon pool.
pub fn learn(bundle: &Bundle) -> Learnt {
    let learnt = Mutex::new(Learnt::default());
    let visited = bundle.visit(&|entry| {
        let path = entry.path.clone();
        let mut names = Names::default();
        names.learn_path(&path);
        let read = pieces(entry, &mut |text| names.learn(text));
        let mut learnt = learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.names.merge(names);
        match read {
            Ok(()) => learnt.texts.push(path),
            Err(why) => learnt.others.push((path, why)),
        }
    });
    let mut learnt = learnt.into_inner().unwrap_or_else(PoisonError::into_inner);
    learnt.texts.sort();
    learnt.others.sort();
    learnt.visited = visited;
    learnt
}

/// Gives the text of a file, decoded to UTF-8, in pieces that begin and end at lines (or within one that is very long).
///
/// # Errors
/// Why the file is not text.
pub fn pieces(entry: Entry<'_>, with: &mut dyn FnMut(&[u8])) -> Result<(), &'static str> {
    match entry.content {
        Content::Mapped(text) => {
            let head = &text[..text.len().min(Reading::HEAD)];
            let reading = Reading::of_lines(head).ok_or_else(|| not_text(head))?;
            decoded(&reading, &mut text.bytes(), Vec::new(), with);
        }
        Content::Stream(source) => {
            let mut head = Vec::new();
            // A stream has no errors: the bundle keeps them and ends it.
            let _ = source.take(Reading::HEAD as u64).read_to_end(&mut head);
            let reading = Reading::of_lines(&head).ok_or_else(|| not_text(&head))?;
            decoded(&reading, source, head, with);
        }
    }
    Ok(())
}

fn decoded(reading: &Reading, source: &mut (dyn Read + Send), head: Vec<u8>, with: &mut dyn FnMut(&[u8])) {
    let mut reader = ChunkReader::new(source, head, reading);
    let mut reuse = None;
    while let Some(chunk) = reader.next_chunk(reuse.take()) {
        with(chunk.chunk().text());
        reuse = Some(chunk);
    }
}

/// What is looked over for leaks at once.
const PIECE: usize = 1 << 20;
/// Of a line longer than a piece, so much is looked over again with its next part.
const OVERLAP: usize = 4 << 10;

/// Looks over a finished text for leaks, each with its line from 1. Pieces end where lines do, so that nothing is cut in two.
pub fn leaks_in(source: &mut dyn Read, scan: &LeakScan) -> io::Result<Vec<(u64, Leak)>> {
    let (mut leaks, mut text, mut line, mut seen) = (Vec::new(), Vec::new(), 1, 0);
    let line_ends = |text: &[u8]| memchr::memchr_iter(b'\n', text).count() as u64;
    loop {
        let read = source.take(PIECE as u64).read_to_end(&mut text)?;
        let ended = read < PIECE;
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        let end = if ended || whole == 0 { text.len() } else { whole };
        // Of a line without end its last part comes again, so that what is found has as much of it on either side.
        let is_cut = !ended && whole == 0;
        let until = if is_cut { end.saturating_sub(OVERLAP / 2) } else { end };
        for leak in scan.leaks(&text[..end]).into_iter().filter(|leak| (seen..until).contains(&leak.start)) {
            leaks.push((line + line_ends(&text[..leak.start]), leak));
        }
        if ended {
            return Ok(leaks);
        }
        let next = if is_cut { end.saturating_sub(OVERLAP) } else { whole };
        seen = if is_cut { until - next } else { 0 };
        line += line_ends(&text[..next]);
        text.drain(..next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Kind;

    fn texts_of(bytes: &[u8]) -> Result<String, &'static str> {
        let mut all = Vec::new();
        let entry =
            Entry { path: "a.log".into(), modified: None, is_unpacked: false, content: Content::Mapped(bytes.into()) };
        pieces(entry, &mut |text| all.extend_from_slice(text))?;
        Ok(String::from_utf8(all).unwrap())
    }

    #[test]
    fn text_comes_decoded_and_whole() {
        let wide: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("user=jd\r\nü\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(texts_of(&wide), Ok("user=jd\r\nü\n".to_owned()));
        assert_eq!(texts_of(b"a\nb"), Ok("a\nb".to_owned()));
        assert_eq!(texts_of(b""), Ok(String::new()));
        assert!(texts_of(&[0; 100]).is_err());
    }

    /// Leaks of a file as large as two pieces and more, in which the cut goes through `name` on a line that is longer than
    /// a piece or as long as any.
    fn leaks_around_a_cut(name: &str, is_one_line: bool) -> Vec<(u64, Leak)> {
        let filler = if is_one_line { "job waits for the next one, " } else { "job waits for the next one\n" };
        let mut text = String::new();
        for cut in [PIECE, 2 * PIECE] {
            while text.len() + filler.len() < cut - name.len() / 2 {
                text.push_str(filler);
            }
            text.push_str(&" ".repeat(cut - name.len() / 2 - text.len()));
            text.push_str(name);
            text.push_str(if is_one_line { ", " } else { " is done\n" });
        }
        let mut map = "host\thost-a1b2c3d4e5f6\tsrv-vbr01\n".to_owned();
        map.push_str("ipv4\t10.77.3.9\t10.1.2.3\n");
        let scan = LeakScan::new(&crate::redact::Map::from_text(&map).unwrap(), &[], false);
        leaks_in(&mut text.as_bytes(), &scan).unwrap()
    }

    #[test]
    fn what_a_cut_of_a_large_file_goes_through_is_whole() {
        for is_one_line in [false, true] {
            // What stands in the place of a name or an address is no leak, though a part of it could be one.
            for pseudonym in ["host-a1b2c3d4e5f6", "10.77.3.9", "password=[redacted:password]"] {
                assert_eq!(leaks_around_a_cut(pseudonym, is_one_line), [], "{pseudonym} {is_one_line}");
            }
            for leak in ["srv-vbr01", "10.1.2.3", "password=hunter2"] {
                let found = leaks_around_a_cut(leak, is_one_line);
                let lines: std::collections::BTreeSet<u64> = found.iter().map(|(line, _)| *line).collect();
                assert_eq!(lines.len(), if is_one_line { 1 } else { 2 }, "{leak}: {found:?}");
            }
        }
    }

    #[test]
    fn names_come_from_texts_and_paths() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("srv77.corp.local.log");
        std::fs::write(&path, "Jun 14 15:16:01 dn228 sshd[1]: x\n").unwrap();
        std::fs::write(folder.path().join("x.bin"), [0; 100]).unwrap();
        let bundle = Bundle::open(&[folder.path().to_path_buf()], Default::default()).unwrap();
        let learnt = learn(&bundle);
        let names: Vec<_> = learnt.names.iter().collect();
        assert!(names.contains(&(Kind::Host, "dn228")), "{names:?}");
        assert_eq!((learnt.texts.len(), learnt.others.len()), (1, 1));
    }
}

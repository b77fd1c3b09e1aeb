//! Repeated parts of rotated logs in a list: `x.log.1` beside `x.log.1.gz`, `x - Copy.log`, what `copytruncate` leaves.
//!
//! The parts of a bundle's folders and of an archive's directory go in, those that need not be examined come out, each
//! with the one that has the same content. Sizes and checksums in the list and the first 4 KiB of each part decide who is
//! compared; only these are read twice, and to the last byte. A part whose content is the beginning of another one is a
//! repeat, too: an earlier copy of a log that was written on.
//!
//! Equal files that are not parts of one log are two files: the same log on two hosts can say the same, and a support
//! engineer must see that both have it.

use super::FilePath;
use super::budget::Allowance;
use super::decode::unpack;
use super::family::Turn;
use super::kind::{HEAD, Kind};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, Cursor, Read};

/// A file of a list, before it is visited.
pub(super) struct Listing<'a> {
    pub(super) path: &'a FilePath,
    /// Tells folders apart that are shown alike.
    pub(super) folder: u64,
    /// Bytes, as listed.
    pub(super) bytes: u64,
    /// CRC-32 of the content, if the list has it.
    pub(super) crc: Option<u32>,
}

/// A file that need not be examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    /// What is said of it.
    pub(super) message: String,
    /// Its bytes, unpacked.
    pub(super) bytes: u64,
}

/// Opens a file of the list by its number, for a second reading: what goes wrong is told by the first.
pub(super) type Open<'a> = dyn Fn(usize) -> Option<Box<dyn Read + Send + 'a>> + Sync + 'a;

/// Less of a content proves nothing if another one only begins with it, as banners do.
const HEAD_BYTES: usize = 4 << 10;

/// A part is compared with so many others at most: somebody may have prepared thousands that differ in their last byte.
const COMPARED: usize = 8;

/// Returns the repeats among the listed files by number. What must be unpacked for it is taken from `allowance`; when that
/// is used up, files count as different.
pub(super) fn find(files: &[Listing<'_>], open: &Open<'_>, allowance: &Allowance) -> HashMap<usize, Repeat> {
    let mut logs: HashMap<(u64, &str), Vec<usize>> = HashMap::new();
    for (number, file) in files.iter().enumerate() {
        logs.entry((file.folder, file.path.log())).or_default().push(number);
    }
    // By first file: a map's order is another one in each run.
    let mut logs: Vec<Vec<usize>> = logs.into_values().filter(|log| log.len() > 1).collect();
    logs.sort();
    let wanted: Vec<(usize, usize)> = logs
        .iter()
        .enumerate()
        .flat_map(|(log, numbers)| comparable(files, numbers).into_iter().map(move |number| (log, number)))
        .collect();
    let heads = wanted.into_par_iter().filter_map(|(log, number)| {
        let head = Head::read(open(number)?).ok()?;
        head.has_digit.then_some(((log, head.hash, head.size), number))
    });
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (key, number) in heads.collect::<Vec<_>>() {
        alike.entry(key).or_default().push(number);
    }
    let mut repeats = HashMap::new();
    for ((_, _, size), mut numbers) in alike {
        if numbers.len() < 2 {
            continue;
        }
        // The longest stays; of equal ones the newest that is neither copy nor packed.
        numbers.sort_by_key(|&number| {
            let file = &files[number];
            (file.path.is_packed(), Reverse(file.bytes), file.path.is_copy(), Reverse(file.path.turn()), file.path)
        });
        Comparing { files, open, allowance, kept: Vec::new() }.sort_out(&numbers, size, &mut repeats);
    }
    repeats
}

/// What is said of a file that is the same as another one of its folder.
pub(super) fn same_content(other: &str) -> String {
    format!("same content as {other}")
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Without a digit there is no time in a text: two files that say the same may be of two days.
pub(super) fn has_digit(content: &[u8]) -> bool {
    content.iter().any(u8::is_ascii_digit)
}

/// Returns those files of a log that can be the same as another one, as far as the list tells.
fn comparable(files: &[Listing<'_>], numbers: &[usize]) -> Vec<usize> {
    let is_fixed = |turn: Turn| matches!(turn, Turn::Dated { .. } | Turn::Counted(_));
    let any_free = numbers.iter().any(|&number| !is_fixed(files[number].path.turn()));
    let (mut turns, mut sizes) = (HashMap::<Turn, usize>::new(), HashMap::<u64, usize>::new());
    let any_packed = numbers.iter().any(|&number| files[number].path.is_packed());
    for &number in numbers {
        *turns.entry(files[number].path.turn()).or_default() += 1;
        *sizes.entry(files[number].bytes).or_default() += 1;
    }
    let is_comparable = |number: &usize| {
        let Some(file) = files.get(*number).filter(|file| file.bytes > 0) else { return false };
        let others_fit = any_free || turns.get(&file.path.turn()).is_some_and(|count| *count > 1);
        let by_size = file.bytes > HEAD_BYTES as u64 || any_packed || sizes.get(&file.bytes).is_some_and(|it| *it > 1);
        others_fit && by_size
    };
    numbers.iter().copied().filter(is_comparable).collect()
}

/// The beginning of a content, unpacked.
struct Head {
    hash: [u8; 32],
    /// Bytes of all of it, if it is short.
    size: Option<usize>,
    has_digit: bool,
}

impl Head {
    fn read(content: Box<dyn Read + Send + '_>) -> io::Result<Head> {
        let mut head = Vec::new();
        unpacked(content)?.take(HEAD_BYTES as u64 + 1).read_to_end(&mut head)?;
        let size = (head.len() <= HEAD_BYTES).then_some(head.len());
        head.truncate(HEAD_BYTES);
        Ok(Head { hash: Sha256::digest(&head).into(), size, has_digit: has_digit(&head) })
    }
}

/// Returns what a compressed file unpacks to, and any other as it is.
fn unpacked<'a>(mut content: Box<dyn Read + Send + 'a>) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut head = Vec::new();
    content.by_ref().take(512).read_to_end(&mut head)?;
    let kind = Kind::recognise(&head);
    let whole = Cursor::new(head).chain(content);
    match kind {
        Kind::Compressed(compression) => unpack(compression, BufReader::with_capacity(HEAD, whole)),
        _ => Ok(Box::new(whole)),
    }
}

/// Compares files of one log that begin alike.
struct Comparing<'a, 'o> {
    files: &'a [Listing<'a>],
    open: &'a Open<'o>,
    allowance: &'a Allowance,
    /// Those that are no repeats so far.
    kept: Vec<usize>,
}

impl Comparing<'_, '_> {
    /// `size` is that of all of them if they are short; then their heads, which are equal, are all there is.
    fn sort_out(mut self, numbers: &[usize], size: Option<usize>, repeats: &mut HashMap<usize, Repeat>) {
        for &number in numbers {
            let Some((at, same, bytes)) = self.find(number, size) else {
                if self.kept.len() < COMPARED {
                    self.kept.push(number);
                }
                continue;
            };
            let Some(kept) = self.kept.get_mut(at) else { continue };
            // A packed file's size is known only now: the one that was kept may be the shorter one.
            let (short, long) = if same == Same::LastBegins { (*kept, number) } else { (number, *kept) };
            *kept = long;
            let other = file_name(self.files[long].path);
            let message = match same {
                Same::All => same_content(other),
                Same::FirstBegins | Same::LastBegins => format!("same content as the beginning of {other}"),
            };
            repeats.insert(short, Repeat { message, bytes });
        }
    }

    /// Returns which of the kept ones is the same as the file, in what way, and the bytes that are the same.
    fn find(&self, number: usize, size: Option<usize>) -> Option<(usize, Same, u64)> {
        let file = &self.files[number];
        self.kept.iter().enumerate().find_map(|(at, &kept)| {
            let other = &self.files[kept];
            if !file.path.turn().may_repeat(other.path.turn()) {
                return None;
            }
            match size {
                Some(size) => Some((at, Same::All, size as u64)),
                None => self.compare(number, kept).map(|(same, bytes)| (at, same, bytes)),
            }
        })
    }

    fn compare(&self, number: usize, kept: usize) -> Option<(Same, u64)> {
        let (file, other) = (&self.files[number], &self.files[kept]);
        let is_crc_other = matches!((file.crc, other.crc), (Some(a), Some(b)) if a != b);
        let is_as_listed = !file.path.is_packed() && !other.path.is_packed();
        if is_as_listed && file.bytes == other.bytes && is_crc_other {
            return None;
        }
        let mut first = unpacked((self.open)(number)?).ok()?;
        let mut second = unpacked((self.open)(kept)?).ok()?;
        let (mut one, mut two) = (vec![0; HEAD], vec![0; HEAD]);
        let mut bytes = 0;
        loop {
            let (n_one, n_two) = (fill(&mut *first, &mut one).ok()?, fill(&mut *second, &mut two).ok()?);
            let common = n_one.min(n_two);
            if one.get(..common) != two.get(..common) || !self.allowance.take(2 * HEAD as u64) {
                return None;
            }
            bytes += common as u64;
            match (n_one < HEAD, n_two < HEAD) {
                _ if n_one < n_two => return Some((Same::FirstBegins, bytes)),
                _ if n_one > n_two => return Some((Same::LastBegins, bytes)),
                (true, true) => return Some((Same::All, bytes)),
                _ => {}
            }
        }
    }
}

/// In what way two contents are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Same {
    All,
    /// The first one is the beginning of the last one.
    FirstBegins,
    LastBegins,
}

/// Reads until the buffer is full or the content ends.
fn fill(content: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match content.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

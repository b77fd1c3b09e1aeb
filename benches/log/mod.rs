//! Logs of any size for the benches: the healthy logs of `testdata/quiet`, with other numbers in each replica.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of one file that follow each other in a mixed log.
const RUN: usize = 32;

/// A header with its time stands in front of here and stays as it is; behind it digits change.
const HEADER: usize = 32;

/// A log of so many bytes and a few more, in which all kinds of line take turns.
pub fn mixed(bytes: usize) -> Vec<u8> {
    let texts: Vec<Vec<u8>> = files(&quiet()).iter().map(|file| read(file)).collect();
    let runs = texts.iter().flat_map(|text| {
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        lines.chunks(RUN).map(<[_]>::concat).collect::<Vec<_>>()
    });
    let mut runs: Vec<Vec<u8>> = runs.collect();
    let mut random = Random(1);
    for index in (1..runs.len()).rev() {
        runs.swap(index, random.below(index + 1));
    }
    replicas(&runs, bytes)
}

/// A log of so many bytes and a few more, with the lines of one file below `testdata/quiet`.
#[allow(dead_code, reason = "not every bench needs it")]
pub fn of(file: &str, bytes: usize) -> Vec<u8> {
    replicas(&[read(&quiet().join(file))], bytes)
}

/// The log with an identifier behind each line, so that no line is like another one.
#[allow(dead_code, reason = "not every bench needs it")]
pub fn named(log: &[u8]) -> Vec<u8> {
    let mut random = Random(3);
    let mut named = Vec::with_capacity(log.len() * 2);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        named.extend_from_slice(line.trim_ascii_end());
        named.extend_from_slice(b" of ");
        named.extend((0..16).map(|_| b'a' + random.below(26) as u8));
        named.push(b'\n');
    }
    named
}

fn quiet() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/quiet")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the test data are there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The text of a file; nothing of one in UTF-16.
fn read(file: &Path) -> Vec<u8> {
    let text = fs::read(file).expect("the file can be read");
    if text.contains(&0) { Vec::new() } else { text }
}

fn replicas(runs: &[Vec<u8>], bytes: usize) -> Vec<u8> {
    let mut log = Vec::with_capacity(bytes + (64 << 10));
    let mut random = Random(2);
    let mut is_first = true;
    while log.len() < bytes {
        for run in runs {
            let start = log.len();
            log.extend_from_slice(run);
            if !is_first {
                renumber(&mut log[start..], &mut random);
            }
            if log.len() >= bytes {
                break;
            }
        }
        is_first = false;
    }
    log
}

fn renumber(text: &mut [u8], random: &mut Random) {
    for line in text.split_mut(|byte| *byte == b'\n') {
        let message = line.len().min(HEADER);
        for byte in line[message..].iter_mut().filter(|byte| byte.is_ascii_digit()) {
            *byte = b'0' + random.below(10) as u8;
        }
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

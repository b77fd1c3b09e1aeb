//! The marks that rotation, packing and copying leave in a name: `.1`, `-20260102`, `.old`, `.gz`, ` - Copy`.

use super::Turn;
use super::when::{self, decimal};
use std::borrow::Cow;
use std::cmp::Reverse;

/// Suffixes of files that hold one other file.
const PACKED: &[&str] =
    &[".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".lz4", ".lzma", ".lz", ".Z", ".zip", ".cab", ".7z"];

/// Returns a name without the suffixes that say how it is packed, and whether it had one: `x.log.gz`, and `x.log.gz.gz`
/// where somebody has packed a whole folder file by file.
pub(super) fn unpacked(name: &str) -> (&str, bool) {
    let (mut rest, mut packed) = (name, false);
    let stem = |name| PACKED.iter().filter_map(|it| strip_suffix(name, it)).find(|stem| !stem.is_empty());
    while let Some(stem) = stem(rest) {
        packed |= strip_suffix(stem, ".tar").is_none();
        rest = stem;
    }
    (rest, packed)
}

/// Removes the mark of a copy, which stands before a dot or at the end, or in front: `x - Copy (2).log`, `x (2).log`,
/// `Copy of x.log`, `x.log~`.
pub(super) fn without_copy(name: &str) -> (Cow<'_, str>, bool) {
    if let Some(rest) = COPY_BEFORE.iter().find_map(|mark| name.strip_prefix(mark)).filter(|rest| !rest.is_empty()) {
        return (Cow::Borrowed(rest), true);
    }
    if let Some(rest) = name.strip_suffix('~').filter(|rest| rest.contains('.') && !rest.ends_with(".journal")) {
        return (Cow::Borrowed(rest), true);
    }
    for (at, _) in name.match_indices(' ') {
        let rest = name.get(at..).unwrap_or_default();
        let Some(end) = copy_mark(rest) else { continue };
        let (before, behind) = (name.get(..at).unwrap_or_default(), rest.get(end..).unwrap_or_default());
        if !before.is_empty() && (behind.is_empty() || behind.starts_with('.')) {
            return (Cow::Owned(format!("{before}{behind}")), true);
        }
    }
    (Cow::Borrowed(name), false)
}

const COPY_BEFORE: &[&str] = &["Copy of ", "Kopie von ", "Copie de ", "Copia de "];
const COPY: &[&str] = &[" - Copy", " - Kopie", " - Copie", " - Copia", " - copia", " (copy)", " copy"];

/// Returns the length of the mark of a copy that the text begins with.
fn copy_mark(text: &str) -> Option<usize> {
    let mark = COPY.iter().find(|mark| text.starts_with(**mark)).map_or(0, |mark| mark.len());
    let rest = text.get(mark..)?;
    let number = match rest.strip_prefix(" (") {
        Some(inner) => {
            let digits = when::digits(inner.as_bytes(), 0);
            ((1..=3).contains(&digits) && inner.get(digits..)?.starts_with(')')).then_some(digits + 3)
        }
        None => None,
    };
    match (mark, number) {
        (0, None) => None,
        (mark, number) => Some(mark + number.unwrap_or(0)),
    }
}

/// Takes the marks off the end of a name that is whole: `x.log.1`, `x.log-20260102-1`, `x.log.2026-01-02.old`.
pub(super) fn take(name: &mut String) -> Turn {
    take_marks(name, false)
}

/// Takes the marks off the end of a name without its suffix: `Svc.X.1`, `x-2026-01-02.0`, `x.bak`.
pub(super) fn take_before_suffix(name: &mut String) -> Turn {
    take_marks(name, true)
}

fn take_marks(name: &mut String, has_suffix: bool) -> Turn {
    let mut turn = Turn::Current;
    if let Some(rest) = word(name, has_suffix) {
        name.truncate(rest);
        turn = Turn::Previous;
    }
    if let Some((at, rest)) = when::at_end(name).map(|(at, rest)| (at, rest.len())) {
        name.truncate(rest);
        return Turn::Dated { at, part: 0 };
    }
    // A number behind a time counts upwards, one behind a name counts the age.
    if let Some((number, separator, rest)) = number(name) {
        let before = name.get(..rest).unwrap_or_default();
        if let Some((at, rest)) = when::at_end(before).map(|(at, rest)| (at, rest.len())) {
            name.truncate(rest);
            return Turn::Dated { at, part: number };
        }
        if is_rotation(before, separator, has_suffix) {
            name.truncate(rest);
            return Turn::Numbered(Reverse(number));
        }
    }
    turn
}

/// Returns where a word begins that says that the file was put aside: `.old`, `_bak`.
fn word(name: &str, has_suffix: bool) -> Option<usize> {
    let at = name.rfind(['.', '_', '-']).filter(|at| *at > 0)?;
    let (separator, word) = (name.as_bytes().get(at), name.get(at + 1..)?);
    let is_in = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    (is_in(ASIDE) || (!has_suffix && separator == Some(&b'.') && is_in(ASIDE_AT_END))).then_some(at)
}

const ASIDE: &[&str] = &["old", "bak", "prev", "previous"];
/// Elsewhere they are words of a name, as in `nightly-backup.log`.
const ASIDE_AT_END: &[&str] = &["backup", "save", "saved", "orig", "last"];

/// Returns the number of up to three digits at the end of a name, its separator, and where that stands.
fn number(name: &str) -> Option<(u32, u8, usize)> {
    let bytes = name.as_bytes();
    let count = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let at = bytes.len().checked_sub(count + 1).filter(|at| *at > 0 && (1..=3).contains(&count))?;
    let separator = *bytes.get(at).filter(|byte| matches!(byte, b'.' | b'-' | b'_'))?;
    let number = decimal(bytes.get(at + 1..)?).and_then(|number| u32::try_from(number).ok())?;
    Some((number, separator, at))
}

/// Whether a number behind `before` can be that of a rotation and not a version, an instance or a process.
fn is_rotation(before: &str, separator: u8, has_suffix: bool) -> bool {
    let bytes = before.as_bytes();
    let ends_as_log = LOG_SUFFIXES.iter().any(|suffix| strip_suffix(before, suffix).is_some());
    if ends_as_log && !has_suffix {
        return true;
    }
    if separator != b'.' {
        return false;
    }
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let before_digits = bytes.len().checked_sub(digits + 1).and_then(|at| bytes.get(at));
    let is_known = has_suffix && VEEAM.iter().any(|prefix| before.starts_with(prefix));
    if digits > 0 && !is_known {
        // `app-1.2.log`, `10.0.0.1.log`, `eth0.100`; but `Task.vm01.1.log`.
        let name_ends_so = before_digits.is_some_and(|byte| byte.is_ascii_alphabetic() && *byte != b'v');
        if !(has_suffix && name_ends_so) {
            return false;
        }
    }
    let last_word = before.rsplit(['.', '-', '_', ' ']).next().unwrap_or(before);
    is_known || !INSTANCES.iter().any(|word| last_word.eq_ignore_ascii_case(word))
}

/// A number behind one of these is rotation, whatever its separator.
const LOG_SUFFIXES: &[&str] = &[".log", ".out", ".err", ".trc", ".txt", ".json", ".jsonl", ".csv", ".audit", ".trace"];

/// First words of Veeam's logs, whose names may end with a job called `Job 1`.
const VEEAM: &[&str] = &["Svc.", "Job.", "Task.", "Agent."];

/// Words behind which a number tells instances apart, and libraries and pages of manuals from versions.
const INSTANCES: &[&str] = &[
    "broker",
    "container",
    "core",
    "cpu",
    "disk",
    "gpu",
    "instance",
    "mds",
    "member",
    "mgr",
    "mon",
    "node",
    "osd",
    "part",
    "pid",
    "pool",
    "port",
    "proc",
    "rank",
    "replica",
    "shard",
    "slave",
    "so",
    "strace",
    "thread",
    "tty",
    "unit",
    "vcpu",
    "vlan",
    "vm",
    "web",
    "worker",
];

/// Splits off a suffix of letters: `.log`, `.txt`, `.log_bak` is none.
pub(super) fn split_suffix(name: &str) -> Option<(&str, &str)> {
    let at = name.rfind('.').filter(|at| *at > 0)?;
    let (body, suffix) = (name.get(..at)?, name.get(at..)?);
    let letters = suffix.get(1..)?;
    ((2..=8).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then_some((body, suffix))
}

/// Removes a suffix in upper or lower case.
pub(super) fn strip_suffix<'n>(name: &'n str, suffix: &str) -> Option<&'n str> {
    let at = name.len().checked_sub(suffix.len())?;
    let end = name.get(at..)?;
    end.eq_ignore_ascii_case(suffix).then(|| name.get(..at)).flatten()
}

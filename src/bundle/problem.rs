use std::collections::BTreeMap;
use std::sync::Arc;

/// A part of the input that could not be examined, and why. It is part of the result and never only a log line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The path as people read it, e.g. `case.zip!/logs/a.log`.
    pub file: Arc<str>,
    /// What kind of trouble it was.
    pub kind: ProblemKind,
    /// A lower-case fragment without full stop that says what happened.
    pub message: String,
}

/// Why a part of the input was not examined. The names are part of the report's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Needs a password or key.
    Encrypted,
    /// Damaged or cut off.
    Corrupt,
    /// A limit of the bundle's budget was reached.
    Limit,
    /// A format that we recognise and cannot read.
    Unsupported,
    /// The system refused to read it.
    Unreadable,
    /// The file was changed while it was read.
    Changed,
    /// Our own code failed on it.
    Panic,
    /// A broken signature was left out.
    Signature,
    /// Not examined on purpose: link, device, not text. Never a reason for a partial result.
    Skipped,
}

impl ProblemKind {
    /// All of them, in the order in which reports name them.
    pub const ALL: [ProblemKind; 9] = [
        ProblemKind::Encrypted,
        ProblemKind::Corrupt,
        ProblemKind::Limit,
        ProblemKind::Unsupported,
        ProblemKind::Unreadable,
        ProblemKind::Changed,
        ProblemKind::Panic,
        ProblemKind::Signature,
        ProblemKind::Skipped,
    ];

    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Encrypted => "encrypted",
            ProblemKind::Corrupt => "corrupt",
            ProblemKind::Limit => "limit",
            ProblemKind::Unsupported => "unsupported",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Changed => "changed",
            ProblemKind::Panic => "panic",
            ProblemKind::Signature => "signature",
            ProblemKind::Skipped => "skipped",
        }
    }
}

impl Problem {
    /// A file that is not read as text, for a reason in words. If its name says that it is packed and nothing was unpacked, it is
    /// damaged.
    pub fn not_read(file: Arc<str>, why: &str, is_unpacked: bool) -> Problem {
        match claimed_format(&file).filter(|_| why == "not text" && !is_unpacked) {
            Some(claim) => {
                let message =
                    format!("damaged or only a part: neither text nor the {claim} file that its name promises");
                Problem { file, kind: ProblemKind::Corrupt, message }
            }
            None => Problem { file, kind: ProblemKind::Skipped, message: why.to_owned() },
        }
    }
}

/// Returns in what packed format a file is by its name; parts of split ones (`x.7z.002`) too.
fn claimed_format(path: &str) -> Option<&'static str> {
    const CLAIMS: &[&str] = &[
        "zip", "zipx", "tar", "gz", "tgz", "bz2", "tbz", "tbz2", "xz", "txz", "zst", "tzst", "lz4", "lzma", "tlz",
        "7z", "cab", "rar", "cpio", "rpm", "deb", "evtx",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let (mut stem, mut extension) = name.rsplit_once('.')?;
    if extension.len() == 3 && extension.bytes().all(|byte| byte.is_ascii_digit()) {
        (stem, extension) = stem.rsplit_once('.')?;
    }
    let claim = CLAIMS.iter().find(|claim| claim.eq_ignore_ascii_case(extension));
    claim.copied().filter(|_| !stem.is_empty())
}

/// The problems of a visit, of which there are too many to keep if somebody has made an archive of a million links with
/// long names: those that come first are kept, of the others how many there are.
///
/// Which are kept does not depend on the order in which they come.
#[derive(Default)]
pub(super) struct Problems {
    kept: Vec<Problem>,
    /// What they take, in bytes.
    bytes: usize,
    /// How many of each kind were dropped, and the first of their paths.
    dropped: BTreeMap<ProblemKind, (u64, Arc<str>)>,
    /// The first of all that were dropped; what would stand behind it follows it.
    first_dropped: Option<Problem>,
}

/// Bytes of problems that are kept at the end; twice as many in between.
const MOST_BYTES: usize = 32 << 20;

impl Problems {
    /// Adds a problem.
    pub(super) fn add(&mut self, problem: Problem) {
        if self.first_dropped.as_ref().is_some_and(|first| problem >= *first) {
            return self.leave_out(problem);
        }
        self.bytes = self.bytes.saturating_add(size(&problem));
        self.kept.push(problem);
        if self.bytes > 2 * MOST_BYTES {
            self.drop_last();
        }
    }

    /// Returns them sorted, and behind them what was dropped.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.drop_last();
        for (kind, (count, file)) in self.dropped {
            let message = format!("{count} more problems of this kind are not listed, from this one on");
            self.kept.push(Problem { file, kind, message });
        }
        self.kept.sort();
        self.kept
    }

    /// Drops the last ones if there are too many.
    fn drop_last(&mut self) {
        self.kept.sort();
        let mut left = MOST_BYTES;
        let fits = |problem: &Problem| match left.checked_sub(size(problem)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        let kept = self.kept.iter().map(fits).take_while(|fits| *fits).count();
        let last = self.kept.split_off(kept);
        if let Some(first) = last.first() {
            self.first_dropped = Some(first.clone());
        }
        last.into_iter().for_each(|problem| self.leave_out(problem));
        self.bytes = MOST_BYTES - left;
    }

    fn leave_out(&mut self, problem: Problem) {
        let (count, first) = self.dropped.entry(problem.kind).or_insert_with(|| (0, Arc::clone(&problem.file)));
        *count += 1;
        if problem.file < *first {
            *first = problem.file;
        }
    }
}

/// What a problem takes in memory, about.
fn size(problem: &Problem) -> usize {
    const OWN: usize = 128;
    OWN + problem.file.len() + problem.message.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_file_with_the_name_of_an_archive_is_damaged() {
        let kind = |file: &str, why: &str, is_unpacked| Problem::not_read(file.into(), why, is_unpacked).kind;
        for file in ["case.zip", "a.tar!/b/CASE.ZIP", "logs.tar.gz", "x.7z.002", "System.evtx"] {
            assert_eq!(kind(file, "not text", false), ProblemKind::Corrupt, "{file}");
            assert_eq!(kind(file, "not text", true), ProblemKind::Skipped, "{file}");
            assert_eq!(kind(file, "text in EBCDIC, which is not read", false), ProblemKind::Skipped, "{file}");
        }
        for file in ["a.png", "core", ".zip", "a.zip!/b.bin", "zip", "a.002", "a.zip.d/b"] {
            assert_eq!(kind(file, "not text", false), ProblemKind::Skipped, "{file}");
        }
    }

    fn problem(number: usize) -> Problem {
        let kind = if number.is_multiple_of(3) { ProblemKind::Encrypted } else { ProblemKind::Skipped };
        Problem {
            file: format!("{number:06}{}", "x".repeat(4000)).into(),
            kind,
            message: "m".repeat(1 + number * 31 % 500),
        }
    }

    #[test]
    fn so_many_problems_are_kept_whatever_their_order() {
        let count = 30_000;
        let add = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut problems = Problems::default();
            for number in numbers {
                problems.add(problem(number));
                assert!(problems.bytes <= 2 * MOST_BYTES);
            }
            problems.finish()
        };
        let forwards = add(&mut (0..count));
        assert!(forwards.iter().map(size).sum::<usize>() <= MOST_BYTES + 2 * 5000);
        assert_eq!(forwards, add(&mut (0..count).rev()));
        assert_eq!(forwards, add(&mut (0..count).map(|number| number * 7919 % count)));
        // None is lost without a word.
        let kept = forwards.iter().filter(|it| it.message.starts_with('m')).count();
        let dropped = forwards
            .iter()
            .filter_map(|it| it.message.strip_suffix(" more problems of this kind are not listed, from this one on"));
        let dropped: usize = dropped.map(|count| count.parse::<usize>().unwrap()).sum();
        assert_eq!(kept + dropped, count);
        assert_eq!(
            forwards.iter().filter(|it| !it.message.starts_with('m')).map(|it| it.kind).collect::<Vec<_>>(),
            [ProblemKind::Encrypted, ProblemKind::Skipped]
        );
    }
}

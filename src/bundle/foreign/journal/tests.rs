//! The journals in `testdata/journal` hold the same entries, compressed in different ways; the export stream beside them
//! is what systemd wrote them from.

use super::object::MAGIC;
use super::*;
use proptest::prelude::*;
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// What a parser has given.
#[derive(Default)]
pub(super) struct Given {
    pub(super) lines: String,
    pub(super) problems: Vec<(ProblemKind, String)>,
    open: bool,
}

impl Members for Given {
    fn begin(&mut self, name: Option<&[u8]>, _: Option<i64>) -> io::Result<()> {
        assert!(name.is_none() && !self.open);
        self.open = true;
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        assert!(self.open);
        self.lines.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        assert!(self.open);
        self.open = false;
        Ok(())
    }

    fn problem(&mut self, kind: ProblemKind, message: &str) -> io::Result<()> {
        self.problems.push((kind, message.to_owned()));
        Ok(())
    }
}

fn unpacked(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/journal").join(name);
    let mut bytes = Vec::new();
    flate2::bufread::GzDecoder::new(fs::read(path).unwrap().as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn read_bytes(bytes: Vec<u8>) -> Given {
    let mut given = Given::default();
    if let Err(error) = read(&mut Cursor::new(bytes), &mut given) {
        given.problems.push((ProblemKind::Unreadable, error.to_string()));
    }
    assert!(!given.open);
    given
}

/// The lines of the export stream.
fn expected() -> String {
    let mut given = Given::default();
    export::read(&mut unpacked("small.export.gz").as_slice(), &mut given).unwrap();
    assert_eq!(given.problems, []);
    given.lines
}

const ENTRIES: usize = 70;

/// How many lines begin an entry.
fn count(lines: &str) -> usize {
    lines.lines().filter(|line| line.starts_with('<')).count()
}

/// All entries of `found` are entries of the sound journal, in its order.
#[track_caller]
fn assert_part(found: &str) {
    let expected = expected();
    let mut rest = expected.lines();
    for line in found.lines() {
        assert!(rest.any(|known| known == line), "{line}");
    }
}

#[test]
fn journals_of_all_compressions_give_what_was_written_into_them() {
    let expected = expected();
    assert_eq!(count(&expected), ENTRIES);
    for (needle, line) in [
        (
            "listening",
            "<38>2026-01-02T03:04:06.122222Z gate sshd[42]: Server listening on :: port 22. [unit=ssh.service]",
        ),
        ("Caused by", "    Caused by: x.Y: z"),
        ("red", "<26>2026-01-02T03:04:42.122888Z gate app[7]: \u{1b}[31mred\u{1b}[0m [errno=5 code=src/a.c:12]"),
        ("alone", "<12>2026-01-02T03:04:44.124197Z gate alone.mount: - [message_id=be02cf6855d2428ba40df7e9d022f03d]"),
    ] {
        assert_eq!(expected.lines().find(|line| line.contains(needle)), Some(line));
    }
    for compression in ["plain", "lz4", "xz", "zstd"] {
        for compact in ["", "-compact"] {
            let given = read_bytes(unpacked(&format!("{compression}{compact}.journal.gz")));
            assert_eq!(given.problems, []);
            assert!(given.lines == expected, "{compression}{compact}: {}", given.lines);
        }
    }
}

#[test]
fn without_its_list_all_entries_are_found() {
    for name in ["zstd.journal.gz", "lz4-compact.journal.gz"] {
        for change in [
            // No list at all; one that begins in the middle of nothing; one array that points to itself.
            (|journal: &mut Vec<u8>| journal[176..184].fill(0)) as fn(&mut Vec<u8>),
            |journal| journal[176..184].fill(0x48),
            // Nothing left of the header but what it is and how long.
            |journal| {
                journal[16..88].fill(0);
                journal[96..208].fill(0);
            },
            |journal| {
                let list = number(journal, 176) as usize;
                let own = (list as u64).to_le_bytes();
                journal[list + 16..list + 24].copy_from_slice(&own);
            },
        ] {
            let mut journal = unpacked(name);
            change(&mut journal);
            let given = read_bytes(journal);
            assert!(given.lines == expected(), "{}", given.lines);
            assert_eq!(given.problems, []);
        }
    }
}

#[test]
fn of_a_journal_that_was_cut_off_the_entries_before_the_cut_come_out() {
    let whole = unpacked("zstd.journal.gz");
    let last = whole.len() - 3000;
    let given = read_bytes(whole[..last].to_vec());
    let entries = count(&given.lines);
    assert!((40..ENTRIES).contains(&entries), "{entries}");
    assert_part(&given.lines);
    let message = format!("cut off: the end is missing; {entries} of {ENTRIES} entries are left");
    assert_eq!(given.problems, [(ProblemKind::Corrupt, message)]);
}

#[test]
fn a_hole_costs_the_entries_in_it() {
    let mut journal = unpacked("lz4.journal.gz");
    let first =
        (0..journal.len() / 8).find(|at| number(&journal, 8 * at) == ENTRY_MARK && number(&journal, 8 * at + 16) == 20);
    let hole = first.unwrap() * 8 + 100;
    journal[hole..hole + 2000].fill(0);
    let given = read_bytes(journal);
    let entries = count(&given.lines);
    assert!((ENTRIES - 10..ENTRIES).contains(&entries), "{entries}");
    let message = format!("damaged: {entries} of {ENTRIES} entries could be read");
    assert!(given.problems.contains(&(ProblemKind::Corrupt, message)), "{:?}", given.problems);
    assert!(given.lines.contains("192.0.2.29") && given.lines.contains("Server listening"));
}

#[test]
fn an_entry_that_seems_longer_hides_none_behind_it() {
    let mut journal = unpacked("zstd.journal.gz");
    let third = (0..journal.len() / 8).filter(|at| number(&journal, 8 * at) == ENTRY_MARK).nth(2).unwrap() * 8;
    let size = number(&journal, third + 8);
    journal[third + 8..third + 16].copy_from_slice(&(size + 16 * 500).to_le_bytes());
    // The list of entries is damaged, too: all of the file is searched.
    journal[176..184].fill(0);
    let given = read_bytes(journal);
    assert_eq!(count(&given.lines), ENTRIES);
    let message = "damaged: 1 entries have lost fields".to_owned();
    assert!(given.problems.contains(&(ProblemKind::Corrupt, message)), "{:?}", given.problems);
}

#[test]
fn what_is_no_journal_is_said() {
    let given = read_bytes(MAGIC.to_vec());
    assert_eq!(given.problems, [(ProblemKind::Corrupt, "damaged: the journal's header is not whole".to_owned())]);
    let mut journal = unpacked("plain.journal.gz");
    journal[13] = 1;
    assert_eq!(read_bytes(journal).problems[0].0, ProblemKind::Unsupported);
}

#[test]
fn fields_that_unpack_without_end_are_given_up() {
    // Every entry of a small journal refers to one field that unpacks to a message of 1 MiB.
    let zeros = vec![b'0'; 2 << 20];
    let content = ruzstd::encoding::compress_to_vec(
        [b"MESSAGE=".as_slice(), &zeros].concat().as_slice(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let mut journal = unpacked("plain.journal.gz")[..272].to_vec();
    journal[88..96].copy_from_slice(&272_u64.to_le_bytes());
    journal[176..184].fill(0);
    let data = journal.len() as u64;
    journal.extend([1, 4, 0, 0, 0, 0, 0, 0]);
    journal.extend((64 + content.len() as u64).to_le_bytes());
    journal.extend([0; 48]);
    journal.extend(&content);
    journal.resize(journal.len().next_multiple_of(8), 0);
    for entry in 1..400_u64 {
        for number in [3, 80, entry, 1_767_323_045_123_456, 0, 0, 0, 0, data, 0] {
            journal.extend(number.to_le_bytes());
        }
    }
    let given = read_bytes(journal);
    assert!(given.lines.len() < 400 << 20);
    assert!(given.problems.iter().any(|(_, message)| message.contains("far more than it has")), "{:?}", given.problems);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn damage_anywhere_costs_little(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        compact: bool,
    ) {
        let mut journal = unpacked(if compact { "lz4-compact.journal.gz" } else { "zstd.journal.gz" });
        // Behind the hash tables, where all content is.
        let from = journal.len() - 70_000;
        let count_places = places.len();
        for (place, byte) in places {
            let at = from + place.index(70_000);
            journal[at] = byte;
        }
        let given = read_bytes(journal);
        // A byte may hit a field of all entries, whose names it costs, but not the entries.
        prop_assert!(count(&given.lines) + 2 * count_places >= ENTRIES, "{}", count(&given.lines));
    }

    #[test]
    fn any_header_is_read_to_its_end(header in proptest::collection::vec(any::<u8>(), 200), flags in 0_u8..32) {
        let mut journal = unpacked("plain.journal.gz");
        journal[16..216].copy_from_slice(&header);
        journal[12..16].copy_from_slice(&[flags, 0, 0, 0]);
        read_bytes(journal);
    }
}

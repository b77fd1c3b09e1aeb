//! Raw logs of Pulse Secure's and Ivanti's gateways (`log.events.vc0`), as public parsers of them take them apart.
//!
//! A file begins with 8 KiB of administration, nearly all zeros. Records follow, each behind a few bytes that are no text
//! and with or without a line end; a record begins with seconds and microseconds since 1970 in hexadecimal and a tab, see
//! [`super::packed::hex_epoch`]. Decoded, each record is a line.

use super::lines::Starts;

/// Size of what stands before the first record.
const HEADER: usize = 8 << 10;
/// How long the bytes between two records are at most.
const BETWEEN: usize = 8;

/// Whether a file that begins so is one of these logs.
pub(super) fn is_vc0(head: &[u8]) -> bool {
    let Some(header) = head.get(..HEADER) else { return false };
    let zeros = header.iter().filter(|&&byte| byte == 0).count();
    zeros * 2 > HEADER && records_in(head).any(|at| at >= HEADER)
}

/// Returns where records begin. The byte of a time that can be told apart at once is its point.
fn records_in(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'.', text).filter_map(|point| point.checked_sub(8)).filter(|&at| begins(text, at))
}

/// Whether a record begins at `at`: `65f221e0.07357a` and a tab. What stands before it may look like a digit too.
fn begins(text: &[u8], at: usize) -> bool {
    let hex = |digits: &[u8]| digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let time = text.get(at..at + 16);
    time.is_some_and(|time| time[8] == b'.' && time[15] == b'\t' && hex(&time[..8]) && hex(&time[9..15]))
}

/// Writes the records of a piece of a file as lines. `stored` is where the piece stands in the file.
pub(super) fn decode(piece: &[u8], stored: u64, output: &mut Vec<u8>, starts: &mut Starts) {
    let mut at = 0;
    while at < piece.len() {
        let next = records_in(&piece[at..]).find(|&start| start > 0).map_or(piece.len(), |start| at + start);
        let text = without_length(&piece[at..next], next < piece.len());
        let visible = text.iter().filter(|byte| !control(**byte)).count();
        // What is mostly no text is the file's administration, and so is what stands before the first record.
        let administration = stored + (at as u64) < HEADER as u64 && !begins(piece, at);
        if visible * 2 > text.len() && !administration {
            starts.add(output.len(), stored + at as u64);
            output.extend(text.iter().map(|&byte| if control(byte) { b' ' } else { byte }));
            output.push(b'\n');
            // The line end is not stored.
            starts.bend();
        }
        at = next;
    }
}

/// Cuts off the bytes before the next record, which may have printable ones among them.
fn without_length(text: &[u8], followed: bool) -> &[u8] {
    let tail = text.len().saturating_sub(if followed { BETWEEN } else { 0 });
    let end = text[tail..].iter().position(|&byte| control(byte)).map_or(text.len(), |place| tail + place);
    let visible = text[..end].iter().rposition(|&byte| !control(byte)).map_or(0, |last| last + 1);
    &text[..visible]
}

fn control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::super::{ChunkReader, Encoding, Reading};
    use super::*;
    use proptest::prelude::*;

    const RECORDS: [&str; 3] = [
        "65f221e0.07357a\tvc0\tgw1\tAUT24326\t\tbob\t10.0.0.1",
        "65f221e1.000001\tvc0\tgw1\tSYS10002\t\troot",
        "65f221e2.0f423f\tvc0\tgw1\tAUT24604\t\ta user\t10.0.0.2.3",
    ];

    fn file(between: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
        let mut stored = vec![0; HEADER];
        stored[..8].copy_from_slice(b"\x01\0\0\x20logs");
        for record in RECORDS {
            stored.extend(between(record));
            stored.extend_from_slice(record.as_bytes());
        }
        stored
    }

    #[track_caller]
    fn check(stored: &[u8]) {
        let reading = Reading::guess(stored, None).expect("a log");
        assert_eq!(reading.encoding, Encoding::Vc0);
        let mut source = stored;
        let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
        let chunk = reader.next_chunk(None).expect("text");
        let chunk = chunk.chunk();
        let records: Vec<_> = reading.format.records(&chunk).collect();
        let texts: Vec<_> = records.iter().map(|record| String::from_utf8_lossy(record.text).into_owned()).collect();
        assert_eq!(texts, RECORDS);
        let times: Vec<_> = records.iter().filter_map(|record| record.header.time).map(|it| it.to_string()).collect();
        assert_eq!(
            times,
            ["2024-03-13T22:00:00.472442Z", "2024-03-13T22:00:01.000001Z", "2024-03-13T22:00:02.999999Z"]
        );
        for (record, text) in records.iter().zip(RECORDS) {
            let at = chunk.file_offset(record.start) as usize;
            assert_eq!(&stored[at..at + text.len()], text.as_bytes());
        }
    }

    #[test]
    fn records_are_lines_whatever_stands_between_them() {
        check(&file(|record| (record.len() as u32).to_be_bytes().to_vec()));
        check(&file(|_| b"\0\x05".to_vec()));
        check(&file(|_| b"\n\0".to_vec()));
    }

    #[test]
    fn what_only_looks_alike_is_another_file() {
        assert!(!is_vc0(RECORDS.join("\n").as_bytes()));
        assert!(!is_vc0(&[0; 20_000]));
    }

    proptest! {
        #[test]
        fn no_piece_panics(parts in proptest::collection::vec(prop_oneof![Just(RECORDS[0].as_bytes().to_vec()), proptest::collection::vec(any::<u8>(), 0..20)], 0..20)) {
            let (mut output, mut starts) = (Vec::new(), Starts::default());
            decode(&parts.concat(), 7, &mut output, &mut starts);
            prop_assert!(starts.list.windows(2).all(|pair| pair[0].text < pair[1].text && pair[0].stored < pair[1].stored));
        }
    }
}

//! How characters are stored, and whether a file is text at all.

/// How the characters of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, ASCII or any 8-bit code: the bytes are taken as they are.
    Bytes,
    /// UTF-16, little endian; decoded to UTF-8 while reading.
    Utf16Le,
    /// UTF-16, big endian; decoded to UTF-8 while reading.
    Utf16Be,
}

impl Encoding {
    /// Returns how the head of a file is stored, or `None` if it is not text.
    pub(super) fn guess(head: &[u8]) -> Option<Encoding> {
        if head.is_empty() {
            return Some(Encoding::Bytes);
        }
        if MAGIC.iter().any(|magic| head.starts_with(magic)) || head.get(257..262) == Some(b"ustar") {
            return None;
        }
        match head {
            // UTF-32 begins like UTF-16; nobody writes logs in it.
            [0xff, 0xfe, 0, 0, ..] => return None,
            [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
            _ => {}
        }
        utf16(head).or_else(|| text(head).then_some(Encoding::Bytes))
    }

    /// Returns the decoder, if bytes are not taken as they are.
    pub(super) fn decoder(self) -> Option<encoding_rs::Decoder> {
        match self {
            Encoding::Bytes => None,
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
        }
    }

    /// How many bytes of byte order mark precede the text. In UTF-8 the mark stays in the text; the walk over records
    /// steps over it.
    pub(super) fn mark(self, head: &[u8]) -> usize {
        match (self, head) {
            (Encoding::Utf16Le, [0xff, 0xfe, ..]) | (Encoding::Utf16Be, [0xfe, 0xff, ..]) => 2,
            _ => 0,
        }
    }

    /// How many bytes of the stored file decoded text takes.
    pub(super) fn stored(self, text: &[u8]) -> u64 {
        match self {
            Encoding::Bytes => text.len() as u64,
            // Every character but continuation bytes is one unit; those of four bytes are two.
            _ => text.iter().map(|&byte| u64::from(byte & 0xc0 != 0x80) + u64::from(byte >= 0xf0)).sum::<u64>() * 2,
        }
    }
}

/// Beginnings of binary files that may otherwise pass for text because of what their heads hold.
const MAGIC: [&[u8]; 32] = [
    b"\x7fELF",
    b"MZ\x90\0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"%PDF-",
    b"SQLite format 3\0",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xfd7zXZ\0",
    b"BZh91AY&SY",
    b"7z\xbc\xaf\x27\x1c",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"Rar!\x1a\x07",
    b"ElfFile\0",
    b"LPKSHHRH",
    b"\xd0\xcf\x11\xe0",
    b"MSCF\0",
    b"regf",
    b"MDMP",
    b"PAGEDU64",
    b"PAGEDUMP",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"\0asm",
    b"\xd4\xc3\xb2\xa1",
];

/// UTF-16 without a mark shows by its NULs: text of most languages has blanks, digits and line ends, whose upper byte is
/// zero, at every other place and never at the other.
fn utf16(head: &[u8]) -> Option<Encoding> {
    let pairs = head.chunks_exact(2);
    let n_pairs = pairs.len();
    let (mut even, mut odd, mut both, mut printable) = (0, 0, 0, 0);
    for pair in pairs {
        match (pair[0], pair[1]) {
            (0, 0) => both += 1,
            (0, byte) => {
                even += 1;
                printable += usize::from(!control(byte));
            }
            (byte, 0) => {
                odd += 1;
                printable += usize::from(!control(byte));
            }
            _ => {}
        }
    }
    let (more, less) = (even.max(odd), even.min(odd));
    let content = n_pairs - both;
    let fits =
        n_pairs >= 2 && content > 0 && more * 10 >= content * 4 && less * 50 <= more && printable * 20 >= more * 19;
    fits.then_some(if odd > even { Encoding::Utf16Le } else { Encoding::Utf16Be })
}

fn control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08 | 0x07)) || byte == 0x7f
}

/// Whether bytes are text: few control characters. Runs of eight or more NULs are the padding of a log that was
/// preallocated or torn by a crash and do not count, but something else must be there.
fn text(head: &[u8]) -> bool {
    let (mut controls, mut total) = (0_usize, 0_usize);
    let mut index = 0;
    while index < head.len() {
        if head[index] == 0 {
            let run = head[index..].iter().take_while(|&&byte| byte == 0).count();
            if run < 8 {
                controls += run;
                total += run;
            }
            index += run;
            continue;
        }
        controls += usize::from(control(head[index]));
        total += 1;
        index += 1;
    }
    total > 0 && controls <= (total / 20).max(usize::from(total > 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], expected: Option<Encoding>) {
        assert_eq!(Encoding::guess(head), expected, "{:?}", String::from_utf8_lossy(head));
    }

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn text_of_any_8_bit_code_is_taken_as_it_is() {
        check(b"", Some(Encoding::Bytes));
        check(b"hello\r\nworld\r\n", Some(Encoding::Bytes));
        check("\u{feff}2026-01-02 größer\n".as_bytes(), Some(Encoding::Bytes));
        check(b"caf\xe9 ferm\xe9\n", Some(Encoding::Bytes));
        check(b"\x1b[31merror\x1b[0m colour\n", Some(Encoding::Bytes));
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_its_zeros() {
        let with_mark: Vec<u8> = [b"\xff\xfe".to_vec(), utf16le("ab\r\n")].concat();
        check(&with_mark, Some(Encoding::Utf16Le));
        check(&utf16le("2026-01-02 10:11:12.34 spid51  Error: 17187\r\n"), Some(Encoding::Utf16Le));
        let big: Vec<u8> = "Ошибка 12 at 10:11:12\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&big, Some(Encoding::Utf16Be));
    }

    #[test]
    fn binary_files_are_not_text() {
        check(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", None);
        check(b"PK\x03\x04\x14\0\0\0", None);
        let noise: Vec<u8> = (0..4000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        check(&noise, None);
        check(&[0; 5000], None);
    }

    #[test]
    fn text_padded_with_zeros_is_text() {
        let mut padded = vec![0; 1000];
        padded.extend_from_slice(b"2026-01-02 03:04:05 ERROR back again after the crash\n");
        padded.extend_from_slice(&[0; 3000]);
        check(&padded, Some(Encoding::Bytes));
        check(b"one \0 zero in a longer line of text does no harm\n", Some(Encoding::Bytes));
    }

    #[test]
    fn stored_length_counts_utf_16_units() {
        assert_eq!(Encoding::Utf16Le.stored("aé€😀".as_bytes()), 2 + 2 + 2 + 4);
        assert_eq!(Encoding::Bytes.stored("aé".as_bytes()), 3);
    }
}

//! How text is stored, and whether a file is text at all.

use super::Reading;
use super::container::Container;
use super::legacy;
use super::oem::Oem;

/// How the text of a file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 or ASCII, perhaps with damaged bytes: they are taken as they are.
    Bytes,
    /// UTF-16, little endian; decoded to UTF-8 while reading.
    Utf16Le,
    /// UTF-16, big endian; decoded to UTF-8 while reading.
    Utf16Be,
    /// A code page; decoded to UTF-8 line by line.
    Legacy(&'static encoding_rs::Encoding),
    /// A code page of the Windows console; decoded to UTF-8 line by line.
    Oem(Oem),
    /// UTF-8 in which a container runtime has wrapped each line; unwrapped while reading.
    Container(Container),
    /// A raw log of a Pulse Secure gateway: text among bytes that are none; decoded to lines.
    Vc0,
}

/// Returns why a file that begins so is not read as text.
pub fn not_text(head: &[u8]) -> &'static str {
    match other_encoding(head) {
        Some(Other::Utf32) => "text in UTF-32, which is not read; convert it to UTF-8 first",
        Some(Other::Utf7) => "text in UTF-7, which is not read; convert it to UTF-8 first",
        Some(Other::Ebcdic) => "text in EBCDIC, which is not read; convert it to UTF-8 first",
        None => "not text",
    }
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
        if super::vc0::is_vc0(head) {
            return Some(Encoding::Vc0);
        }
        if other_encoding(head).is_some() {
            return None;
        }
        match head {
            [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
            _ => {}
        }
        // A bomb has thousands of files of zeros, so these are told at once.
        if head.iter().fold(0, |all, byte| all | byte) == 0 {
            return None;
        }
        if let Some(wide) = utf16(head) {
            return Some(wide);
        }
        if !text(head) {
            return None;
        }
        // Most text is ASCII or UTF-8, which is seen at once.
        let whole = head.len() < Reading::HEAD;
        let code = if std::str::from_utf8(head).is_ok() { None } else { legacy::guess(head, whole) };
        Some(code.unwrap_or(Encoding::Bytes))
    }

    /// Returns what people call it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Bytes => "8-bit",
            Encoding::Utf16Le => "UTF-16 little endian",
            Encoding::Utf16Be => "UTF-16 big endian",
            Encoding::Legacy(code) => code.name(),
            Encoding::Oem(page) => page.name(),
            Encoding::Vc0 => "raw log of a gateway",
            Encoding::Container(Container::Docker) => "wrapped by Docker",
            Encoding::Container(Container::Cri) => "wrapped by a container runtime",
            Encoding::Container(Container::Named | Container::JournalJson) => "8-bit",
        }
    }

    /// Whether the stored bytes are the text, so that nothing has to be decoded.
    pub fn is_plain(self) -> bool {
        self == Encoding::Bytes
    }

    /// Returns the decoder, if bytes are not taken as they are.
    pub(super) fn decoder(self) -> Option<encoding_rs::Decoder> {
        match self {
            Encoding::Bytes | Encoding::Legacy(_) | Encoding::Oem(_) | Encoding::Container(_) | Encoding::Vc0 => None,
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

    /// How many bytes of the stored file decoded text takes. Where text is decoded line by line it is known for whole
    /// lines only (see `lines`); inside one it is the least that it may be then, exact for code pages of eight bits.
    pub(super) fn stored(self, text: &[u8]) -> u64 {
        match self {
            Encoding::Bytes | Encoding::Container(_) | Encoding::Vc0 => text.len() as u64,
            Encoding::Legacy(code) if code.is_single_byte() => {
                text.iter().map(|&byte| u64::from(byte & 0xc0 != 0x80)).sum()
            }
            Encoding::Legacy(_) => legacy::least_stored(text),
            Encoding::Oem(_) => text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64,
            // Every character but continuation bytes is one unit; those of four bytes are two.
            Encoding::Utf16Le | Encoding::Utf16Be => {
                text.iter().map(|&byte| u64::from(byte & 0xc0 != 0x80) + u64::from(byte >= 0xf0)).sum::<u64>() * 2
            }
        }
    }
}

/// Encodings of text that is not read: nobody writes logs in them.
enum Other {
    Utf32,
    Utf7,
    Ebcdic,
}

/// Such an encoding, if the file is in one.
fn other_encoding(head: &[u8]) -> Option<Other> {
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some(Other::Utf32),
        [b'+', b'/', b'v', b'8' | b'9' | b'+' | b'/', ..] => return Some(Other::Utf7),
        _ => {}
    }
    let head = &head[..head.len().min(4 << 10)];
    let fours = head.chunks_exact(4);
    let count = fours.len();
    let (mut little, mut big) = (0, 0);
    for four in fours {
        match four {
            [1..=255, _, 0, 0] => little += 1,
            [0, 0, _, 1..=255] => big += 1,
            _ => {}
        }
    }
    if count >= 4 && little.max(big) * 10 >= count * 9 {
        return Some(Other::Utf32);
    }
    // Blanks, letters and digits of EBCDIC; what is one of them in ASCII is there a control character or rare.
    let blanks = memchr::memchr_iter(0x40, head).count();
    if head.len() < 32 || blanks * 20 < head.len() {
        return None;
    }
    let any = |test: fn(u8) -> bool| head.iter().filter(|&&byte| test(byte)).count();
    let own = any(
        |byte| matches!(byte, 0x40 | 0x81..=0x89 | 0x91..=0x99 | 0xa2..=0xa9 | 0xc1..=0xc9 | 0xd1..=0xd9 | 0xe2..=0xe9 | 0xf0..=0xf9),
    );
    let ascii = any(|byte| matches!(byte, b' ' | b'\n' | b'0'..=b'9'));
    (own * 10 >= head.len() * 7 && ascii * 50 <= head.len()).then_some(Other::Ebcdic)
}

/// Beginnings of binary files that may otherwise pass for text because of what their heads hold.
const MAGIC: [&[u8]; 34] = [
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
    b"ID3\x02",
    b"ID3\x03",
    b"ID3\x04",
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
    fn ascii_and_utf_8_are_taken_as_they_are() {
        check(b"", Some(Encoding::Bytes));
        check(b"hello\r\nworld\r\n", Some(Encoding::Bytes));
        check("\u{feff}2026-01-02 größer\n".as_bytes(), Some(Encoding::Bytes));
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
        check(b"ID3\x03\0\0\0\0\x0f\x76TIT2", None);
        check(b"ID3082: the text of a message with a number\n", Some(Encoding::Bytes));
    }

    #[test]
    fn text_in_encodings_that_are_not_read_is_named() {
        #[track_caller]
        fn check_named(head: &[u8], name: &str) {
            check(head, None);
            assert!(not_text(head).contains(name), "{}", not_text(head));
        }
        let text = "2026-01-02 03:04:05 ERROR größer\r\n";
        check_named(&text.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect::<Vec<_>>(), "UTF-32");
        check_named(&text.chars().flat_map(|it| u32::from(it).to_be_bytes()).collect::<Vec<_>>(), "UTF-32");
        check_named(b"\xff\xfe\0\0a\0\0\0", "UTF-32");
        check_named(b"+/v8-2026-01-02 +AGEAYQ- text\n", "UTF-7");
        // "IEF403I PAYROLL - STARTED - TIME=03.04.05 ON SYSTEM AT SITE" in code page 1047.
        let ebcdic = b"\xc9\xc5\xc6\xf4\xf0\xf3\xc9\x40\xd7\xc1\xe8\xd9\xd6\xd3\xd3\x40\x60\x40\xe2\xe3\xc1\xd9\xe3\xc5\xc4\x40\x60\x40\xe3\xc9\xd4\xc5\x7e\xf0\xf3\x4b\xf0\xf4\x4b\xf0\xf5\x40\xd6\xd5\x40\xe2\xe8\xe2\xe3\xc5\xd4\x15";
        check_named(&ebcdic.repeat(5), "EBCDIC");
        assert_eq!(not_text(&[0; 5000]), "not text");
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
        assert_eq!(Encoding::Legacy(encoding_rs::WINDOWS_1252).stored("aé€".as_bytes()), 3);
        assert_eq!(Encoding::Legacy(encoding_rs::SHIFT_JIS).stored("a接".as_bytes()), 3);
    }
}

//! Code pages of eight bits and more: windows-125x, ISO 8859, KOI8, Shift-JIS, GBK, EUC-KR and the like, and with `oem`
//! those of the Windows console.
//!
//! Which one it is, is judged by the lines that are not ASCII. UTF-8 is never taken for one of them because of bytes that
//! are damaged or come from another program, and a line that is UTF-8 is read as such in any file.

use super::Encoding as Stored;
use super::oem::{self, Oem};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use memchr::memrchr;

/// Lines that are not ASCII are looked at up to so many bytes.
const SAMPLE: usize = 16 << 10;

/// Returns the code page of a text that begins so; `None` if it is ASCII or UTF-8, or if that is more likely. `whole`
/// says that there is no more of it.
pub(super) fn guess(head: &[u8], whole: bool) -> Option<Stored> {
    // The last line may end within a character.
    let end = if whole { None } else { memrchr(b'\n', head) };
    let seen = Seen::of(&head[..end.unwrap_or(head.len())]);
    // In a text of some code page sequences of UTF-8 are accidents. A byte or two in a large file are damage.
    if seen.strangers <= seen.characters || (!whole && seen.strangers < 3) {
        return None;
    }
    if let Some(page) = oem::guess(&seen.sample) {
        return Some(Stored::Oem(page));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&seen.sample, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(&seen.sample);
    let foreign = || text.chars().filter(|it| !it.is_ascii());
    let likely = foreign().filter(|&it| is_likely(it)).count();
    (likely > 0 && likely * 4 >= foreign().count() * 3).then_some(Stored::Legacy(encoding))
}

/// What the lines have shown that are not ASCII.
#[derive(Default)]
struct Seen {
    /// Characters that are UTF-8.
    characters: usize,
    /// Places that are not.
    strangers: usize,
    /// The lines that are not, but for those that hold binary data.
    sample: Vec<u8>,
}

impl Seen {
    fn of(text: &[u8]) -> Seen {
        let mut seen = Seen::default();
        for line in text.split_inclusive(|&byte| byte == b'\n').filter(|line| !line.is_ascii()) {
            let binary = line.iter().any(|byte| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f));
            if binary {
                continue;
            }
            let line = &line[..line.len().min(SAMPLE)];
            let strangers = seen.strangers;
            for chunk in line.utf8_chunks() {
                seen.characters += chunk.valid().chars().filter(|it| !it.is_ascii()).count();
                seen.strangers += usize::from(!chunk.invalid().is_empty());
            }
            if seen.strangers > strangers {
                seen.sample.extend_from_slice(line);
            }
            if seen.sample.len() >= SAMPLE {
                break;
            }
        }
        seen
    }
}

/// Whether a character is a letter or one of the signs that stand between letters; what a wrong code page gives often
/// is not.
fn is_likely(character: char) -> bool {
    let sign = "\u{a0}§©«°²³µ·»×€–—‘’‚“”„•…™№、。「」・〜！（），：；？";
    character.is_alphanumeric() || sign.contains(character) || ('\u{2500}'..'\u{2580}').contains(&character)
}

/// Adds a line (no line end), decoded.
pub(super) fn decode(code: &'static Encoding, line: &[u8], output: &mut Vec<u8>) {
    if line.is_ascii() || is_utf8(line) {
        output.extend_from_slice(line);
    } else {
        output.extend_from_slice(code.decode_without_bom_handling(line).0.as_bytes());
    }
}

/// The least that a text may take in a code page of several bytes: more would reach into the next line. A character that
/// is not ASCII takes two bytes or more, but for those of one byte in some code page, what stands for damage, and the marks
/// that two characters of Big5 are decoded to in addition (tables of <https://encoding.spec.whatwg.org>).
pub(super) fn least_stored(text: &[u8]) -> u64 {
    let of = |(at, &byte): (usize, &u8)| match byte {
        0..=0x7f => 1,
        0x80..=0xbf => 0,
        _ => match text.get(at + 1..).unwrap_or_default() {
            // U+0080, the euro sign, katakana of half width, the replacement character.
            [0x80, ..] if byte == 0xc2 => 1,
            [0x82, 0xac, ..] if byte == 0xe2 => 1,
            [0xbd, 0xa1..=0xbf, ..] | [0xbe, 0x80..=0x9f, ..] | [0xbf, 0xbd, ..] if byte == 0xef => 1,
            [0x84 | 0x8c, ..] if byte == 0xcc => 0,
            // The end may lie within a character.
            [0x80..=0xbf, rest @ ..] if byte < 0xe0 || rest.first().is_some_and(|next| next & 0xc0 == 0x80) => 2,
            _ => 0,
        },
    };
    text.iter().enumerate().map(of).sum()
}

/// Does the same for a page of the console.
pub(super) fn decode_oem(page: Oem, line: &[u8], output: &mut Vec<u8>) {
    if line.is_ascii() || is_utf8(line) {
        output.extend_from_slice(line);
    } else {
        output.extend_from_slice(page.text(line).as_bytes());
    }
}

/// Whether a line that is not ASCII is UTF-8 and not so by accident: two bytes may well be both.
fn is_utf8(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| {
        let mut characters = text.chars().filter(|it| !it.is_ascii());
        let first = characters.next().map_or(0, char::len_utf8);
        first > 2 || characters.next().is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ChunkReader, Reading};
    use super::*;
    use encoding_rs::*;

    const TEXTS: [(&str, &[&str]); 9] = [
        (
            "windows-1252",
            &[
                "Die Datei wurde nicht gefunden: größer als möglich",
                "Não foi possível abrir a conexão",
                "L’accès a été refusé à l’hôte",
            ],
        ),
        ("windows-1251", &["Ошибка подключения к серверу", "Файл не найден: отказано в доступе", "Служба остановлена"]),
        ("koi8-u", &["Ошибка подключения к серверу", "Файл не найден: отказано в доступе", "Служба остановлена"]),
        (
            "windows-1250",
            &[
                "Nie można odnaleźć określonego pliku",
                "Odmowa dostępu do usługi sieciowej",
                "Połączenie zostało przerwane",
            ],
        ),
        ("Shift_JIS", &["接続に失敗しました", "ファイルが見つかりません", "サービスは停止しました"]),
        ("GBK", &["连接服务器失败", "找不到指定的文件", "服务已停止，拒绝访问"]),
        ("EUC-KR", &["서버에 연결할 수 없습니다", "파일을 찾을 수 없습니다", "서비스가 중지되었습니다"]),
        ("Big5", &["無法連線到伺服器", "找不到指定的檔案", "服務已停止"]),
        ("EUC-JP", &["接続に失敗しました", "ファイルが見つかりません", "サービスは停止しました"]),
    ];

    fn log(texts: &[&str]) -> String {
        let line = |(index, text): (usize, &&str)| {
            format!("2026-01-02 03:04:{index:02} ERROR [main] app: {text}\r\n    at a.b({index})\r\n")
        };
        texts.iter().cycle().take(12).enumerate().map(|(index, text)| line((index, text))).collect()
    }

    fn encoded(code: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, _, lost) = code.encode(text);
        assert!(!lost, "{}", code.name());
        bytes.into_owned()
    }

    /// The file as it is read, and where its lines are stored by the records' offsets.
    fn read(stored: &[u8]) -> (Stored, String, Vec<u64>) {
        let reading = Reading::of_file("", &stored[..stored.len().min(Reading::HEAD)], None).expect("text");
        let mut source = stored;
        let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
        let (mut text, mut offsets) = (Vec::new(), Vec::new());
        while let Some(owned) = reader.next_chunk(None) {
            let chunk = owned.chunk();
            text.extend_from_slice(chunk.text());
            offsets.extend(reading.format.records(&chunk).map(|record| chunk.file_offset(record.start)));
        }
        (reading.encoding, String::from_utf8_lossy(&text).into_owned(), offsets)
    }

    #[test]
    fn code_pages_are_known_by_their_text() {
        for (name, texts) in TEXTS {
            let code = Encoding::for_label(name.as_bytes()).unwrap();
            let stored = encoded(code, &log(texts));
            let (encoding, text, offsets) = read(&stored);
            assert_eq!(encoding, Stored::Legacy(code), "{name}: {text}");
            assert_eq!(text, log(texts), "{name}");
            assert_eq!(offsets.len(), 12);
            assert!(offsets.iter().all(|&at| stored[at as usize..].starts_with(b"2026-01-02 ")), "{name} {offsets:?}");
        }
    }

    #[test]
    fn utf_8_with_damage_stays_utf_8() {
        let mut stored = log(TEXTS[0].1).into_bytes();
        stored.extend_from_slice(b"2026-01-02 03:04:05 torn \xc3\n\xfc\xff\n");
        assert_eq!(read(&stored).0, Stored::Bytes);
        // A large file of ASCII with binary data in it.
        let mut stored = b"2026-01-02 03:04:05 INFO all is well\n".repeat(4000);
        stored.splice(1000..1000, *b"\x01\x02\xfe\xca\n\x80\x03\xe9\n\x9d\n");
        assert_eq!(read(&stored).0, Stored::Bytes);
    }

    #[test]
    fn a_file_that_changes_its_encoding_loses_nothing() {
        let (german, russian) = (log(TEXTS[0].1), log(TEXTS[1].1));
        let stored =
            [encoded(WINDOWS_1251, &russian).repeat(2), german.clone().into_bytes(), russian.clone().into_bytes()]
                .concat();
        let (encoding, text, _) = read(&stored);
        assert_eq!(encoding, Stored::Legacy(WINDOWS_1251));
        assert_eq!(text, [russian.as_str(), &russian, &german, &russian].concat());
    }

    #[test]
    fn text_of_many_chunks_keeps_its_offsets() {
        let text = log(TEXTS[4].1).repeat(2500);
        let stored = encoded(SHIFT_JIS, &text);
        assert!(stored.len() > 2 << 20);
        let (_, read, offsets) = read(&stored);
        assert!(read == text);
        assert_eq!(offsets.len(), 12 * 2500);
        assert!(offsets.iter().all(|&at| stored[at as usize..].starts_with(b"2026-01-02 ")));
        assert!(offsets.is_sorted());
    }

    #[test]
    fn a_line_without_end_is_decoded_in_pieces() {
        let text = "größer ist möglich ".repeat(60_000);
        let (_, read, _) = read(&encoded(WINDOWS_1252, &text));
        assert!(read == text);
    }
}

//! Code pages of the Windows console (437, 850, 852): what `ipconfig`, `systeminfo`, `robocopy` and batch files leave in a
//! bundle.
//!
//! Their letters stand where the pages of windows-125x have quotes, dashes and signs. So such a byte between two small
//! letters, as in `f\x81r` or `pr\x82f\x82r\x82`, speaks for the console, and the page is the one in which words look most
//! like words. Page 866 (Cyrillic) is left to `legacy`, which tells it by its frequencies.

use encoding_rs::{WINDOWS_1250, WINDOWS_1252};

/// A code page of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oem {
    /// United States.
    Cp437,
    /// Western Europe.
    Cp850,
    /// Central Europe.
    Cp852,
}

/// The characters from 0x80 on.
const CP437: &str = concat!(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
    "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
    "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);
const CP850: &str = concat!(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ",
    "áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
    "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀",
    "ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);
const CP852: &str = concat!(
    "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č",
    "áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐",
    "└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀",
    "ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}",
);

impl Oem {
    /// Returns what people call it.
    pub fn name(self) -> &'static str {
        match self {
            Oem::Cp437 => "IBM437",
            Oem::Cp850 => "IBM850",
            Oem::Cp852 => "IBM852",
        }
    }

    fn high(self) -> impl Iterator<Item = char> {
        let high = match self {
            Oem::Cp437 => CP437,
            Oem::Cp850 => CP850,
            Oem::Cp852 => CP852,
        };
        high.chars()
    }

    /// Returns the text, decoded.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        let mut table = ['\u{fffd}'; 256];
        (0..=0x7f).zip(&mut table).for_each(|(byte, place): (u8, _)| *place = byte.into());
        table[0x80..].iter_mut().zip(self.high()).for_each(|(place, character)| *place = character);
        bytes.iter().map(|&byte| table[usize::from(byte)]).collect()
    }
}

/// How many letters must stand in words where windows-125x has signs. One may be damage.
const LEAST: usize = 2;

/// Returns the page of lines that are neither ASCII nor UTF-8; `None` if another encoding is as likely.
pub(super) fn guess(sample: &[u8]) -> Option<Oem> {
    let telling = sample.windows(3).filter(|it| matches!(it, [b'a'..=b'z', byte, b'a'..=b'z'] if is_telling(*byte)));
    if telling.count() < LEAST {
        return None;
    }
    let pages = [Oem::Cp850, Oem::Cp437, Oem::Cp852].map(|page| (strange(&page.text(sample)), page));
    // The first of several that are as good.
    let &(found, page) = pages.iter().min_by_key(|(strange, _)| *strange)?;
    let others = [WINDOWS_1252, WINDOWS_1250].map(|code| strange(&code.decode_without_bom_handling(sample).0));
    let foreign = sample.iter().filter(|byte| !byte.is_ascii()).count();
    (others.iter().all(|&other| found < other) && found * 10 <= foreign).then_some(page)
}

/// Whether a byte is a letter of the console's pages and in windows-125x none that may stand in a word. Dashes,
/// apostrophes, dots and blanks do: `word–word`, `l’accès`.
fn is_telling(byte: u8) -> bool {
    matches!(byte, 0x81..=0x84 | 0x86..=0x89 | 0x8b | 0x90 | 0x91 | 0x93 | 0x94 | 0x98 | 0x99 | 0x9b | 0xa2)
}

/// How many of the characters that are not ASCII stand where no text has them: a sign within a word, a capital behind a
/// small letter, an accented letter among the lines of a table.
fn strange(text: &str) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: Option<usize>| index.and_then(|index| characters.get(index)).copied().unwrap_or(' ');
    let is_strange = |(index, &character): (usize, &char)| {
        let (before, behind) = (at(index.checked_sub(1)), at(Some(index + 1)));
        let within = before.is_alphabetic() && behind.is_alphabetic();
        let in_table = is_line(before) || is_line(behind);
        match character {
            _ if character.is_ascii() => false,
            // Greek and superscript letters are signs here.
            _ if character > '\u{24f}' && character.is_alphabetic() => before.is_alphabetic() || behind.is_alphabetic(),
            _ if character.is_alphabetic() => in_table || (character.is_uppercase() && before.is_lowercase()),
            // Words have no lines beside them; the marks of ordinals end one, and so may other signs.
            _ => within || (is_line(character) && (before.is_alphabetic() || behind.is_alphabetic())),
        }
    };
    characters.iter().enumerate().filter(|&it| is_strange(it)).count()
}

/// Whether a character draws lines and boxes.
fn is_line(character: char) -> bool {
    ('\u{2500}'..'\u{25a0}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::super::{ChunkReader, Encoding, Reading};
    use super::*;
    use proptest::prelude::*;

    fn stored(page: Oem, text: &str) -> Vec<u8> {
        let byte = |character: char| match character {
            _ if character.is_ascii() => character as u8,
            _ => 0x80 + page.high().position(|it| it == character).expect("a character of the page") as u8,
        };
        text.chars().map(byte).collect()
    }

    #[track_caller]
    fn check(page: Oem, text: &str) {
        let stored = stored(page, text);
        let reading = Reading::guess(&stored, None).expect("text");
        let mut source = stored.as_slice();
        let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
        let mut read = Vec::new();
        while let Some(chunk) = reader.next_chunk(None) {
            read.extend_from_slice(chunk.chunk().text());
        }
        assert_eq!((reading.encoding, String::from_utf8_lossy(&read).as_ref()), (Encoding::Oem(page), text));
    }

    #[test]
    fn output_of_commands_is_read_in_the_page_of_its_language() {
        check(
            Oem::Cp850,
            "Drahtlos-LAN-Adapter WLAN:\r\n   Verbindungslokale Adresse . . . : fe80::1%12(Bevorzugt)\r\n   \
             Lease erhalten. . : Montag, 5. Januar 2026\r\n   Standardgateway für dieses Gerät : 10.0.0.1\r\n   \
             Größe der verfügbaren Übertragung\r\n",
        );
        check(
            Oem::Cp850,
            "Adresse IPv4. . . : 10.0.0.7(préféré)\r\nPasserelle par défaut : 10.0.0.1\r\nDHCP activé : Oui\r\n",
        );
        check(
            Oem::Cp850,
            "Descripción . . : adaptador\r\nDirección física. : 00-11-22\r\nConfiguración automática : sí\r\n",
        );
        check(
            Oem::Cp850,
            "Endereço físico : 00-11-22\r\nConfiguração automática: Sim\r\nConexão não disponível, endereço\r\n",
        );
        check(Oem::Cp850, "Værtsnavn : pc1\r\nTjenesten kører på værten, tilgængelig for brugere\r\n");
        check(
            Oem::Cp852,
            "Nie można odnaleźć określonej ścieżki, połączenie przerwane, dostęp zabroniony, wyjście błędów\r\n",
        );
        check(
            Oem::Cp852,
            "Systém nemůže nalézt uvedený soubor: přístup byl odepřen, připojení přerušeno, zařízení\r\n",
        );
        check(Oem::Cp437, "Dateien für möglich gehalten\r\n╒═══╤═══╕\r\n│ größer │\r\n╘═══╧═══╛\r\n");
    }

    #[test]
    fn text_in_other_encodings_is_not_from_the_console() {
        for text in [
            "Die Größe „x“ für Gerät–Gerät übertrifft…das…Mögliche\r\n",
            "L’accès a été refusé à l’hôte, préférence désactivée\r\n",
            "quoted‚words„here and”there\r\nfür\r\n",
        ] {
            let (bytes, _, _) = WINDOWS_1252.encode(text);
            assert_eq!(guess(&bytes), None, "{text}");
        }
        let others = [
            (encoding_rs::SHIFT_JIS, "サーバーに接続できません アプリケーションエラー ファイル名 abcアイウエオdef"),
            (encoding_rs::GBK, "连接服务器失败 error 找不到指定的文件 at 服务"),
            (encoding_rs::BIG5, "無法連線到伺服器 找不到指定的檔案"),
            (encoding_rs::EUC_KR, "서버에 연결할 수 없습니다 파일을"),
            (encoding_rs::WINDOWS_1251, "Ошибка подключения к серверу error"),
            (encoding_rs::IBM866, "Ошибка подключения к серверу error"),
            (encoding_rs::KOI8_R, "Ошибка подключения к серверу error"),
            (encoding_rs::WINDOWS_1254, "Bağlantı başarısız oldu, şifre geçersiz, görüntü"),
            (WINDOWS_1250, "Połączenie zostało przerwane, dostęp zabroniony, ścieżka"),
        ];
        for (code, text) in others {
            assert_eq!(guess(&code.encode(text).0), None, "{}", code.name());
        }
        // Damage.
        assert_eq!(guess(b"connection re\x81used by peer\xff\xfe\n"), None);
    }

    #[test]
    fn tables_are_whole() {
        for page in [Oem::Cp437, Oem::Cp850, Oem::Cp852] {
            assert_eq!(page.high().count(), 128, "{}", page.name());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(sample in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = guess(&sample);
        }
    }
}

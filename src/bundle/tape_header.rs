//! The headers of tar archives: fixed blocks of fields, and what extended headers add to the member after them.

use tar::{GnuHeader, Header as Fields};

/// The unit of a tar archive.
pub(super) const BLOCK: u64 = 512;

/// One header block.
pub(super) struct Header {
    fields: Fields,
}

impl Header {
    pub(super) fn new(block: [u8; BLOCK as usize]) -> Header {
        Header { fields: Fields::from_byte_slice(&block).clone() }
    }

    /// Whether the checksum is right.
    pub(super) fn is_sound(&self) -> bool {
        has_right_checksum(self.fields.as_bytes())
    }

    /// Whether it has the mark of POSIX, which GNU tar and the first tar programs do not write.
    pub(super) fn is_posix(&self) -> bool {
        self.fields.as_ustar().is_some()
    }

    /// GNU's fields, if it has GNU's mark.
    pub(super) fn gnu(&self) -> Option<&GnuHeader> {
        self.fields.as_gnu()
    }

    /// The letter that says what the member is.
    pub(super) fn kind(&self) -> u8 {
        self.fields.entry_type().as_byte()
    }

    pub(super) fn name(&self) -> Vec<u8> {
        self.fields.path_bytes().into_owned()
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.fields.as_bytes().get(124..136).and_then(number)
    }

    /// Seconds since 1970 of the last change.
    pub(super) fn modified(&self) -> Option<i64> {
        self.fields.as_bytes().get(136..148).and_then(number).and_then(|time| i64::try_from(time).ok())
    }
}

/// Whether a block has the checksum that it states: the sum of its bytes, the checksum itself taken as blanks. Some old
/// programs summed signed bytes.
pub(super) fn has_right_checksum(block: &[u8; BLOCK as usize]) -> bool {
    let stated = number(&block[148..156]);
    let parts = [&block[..148], &[b' '; 8], &block[156..]];
    let bytes = || parts.iter().copied().flatten();
    let unsigned: i64 = bytes().map(|byte| i64::from(*byte)).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    stated.and_then(|sum| i64::try_from(sum).ok()).is_some_and(|sum| sum == unsigned || sum == signed)
}

/// Reads a number: octal digits up to a blank or zero byte, nothing at all for 0, or for large ones a byte of 0x80 and the
/// number itself. None if it is negative or makes no sense.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field {
        [first, rest @ ..] if first & 0x80 != 0 => {
            // The bit after the mark is the sign.
            let start = Some(u64::from(first & 0x3f)).filter(|_| first & 0x40 == 0)?;
            rest.iter().try_fold(start, |value, byte| Some(value.checked_mul(256)? | u64::from(*byte)))
        }
        _ => {
            let field = field.trim_ascii_start();
            let end = field.iter().position(|byte| matches!(byte, 0 | b' ')).unwrap_or(field.len());
            field.get(..end)?.iter().try_fold(0_u64, |value, byte| {
                let digit = char::from(*byte).to_digit(8)?;
                value.checked_mul(8)?.checked_add(u64::from(digit))
            })
        }
    }
}

/// What extension headers say about the next member.
#[derive(Default)]
pub(super) struct Extension {
    pub(super) name: Option<Vec<u8>>,
    /// Whether the name comes from a header of GNU tar.
    is_long_name: bool,
    pub(super) size: Option<u64>,
    pub(super) modified: Option<i64>,
    pub(super) sparse: Option<SparseMap>,
    /// How large a sparse file is with all its holes.
    pub(super) real_size: Option<u64>,
}

/// Where PAX headers put the map of a sparse file: in themselves (GNU formats 0.0 and 0.1) or before the data (1.0).
pub(super) enum SparseMap {
    Known(Vec<u64>),
    BeforeData,
}

impl Extension {
    /// Adds a long name of GNU tar. Of several the last one holds, but a name that stands in a PAX header before it stays.
    pub(super) fn add_long_name(&mut self, mut name: Vec<u8>) {
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        if self.name.is_none() || self.is_long_name {
            (self.name, self.is_long_name) = (Some(name), true);
        }
    }

    /// Adds the records of a PAX header, `<length> <key>=<value>\n` each; false if one of them makes no sense. Of several
    /// headers the first one holds, of several records in a header the last one.
    pub(super) fn add_pax(&mut self, content: &[u8]) -> bool {
        let (mut own, mut map, mut rest) = (Extension::default(), Vec::new(), content);
        let mut sparse_name = None;
        while let Some((key, value, after)) = pax_record(rest) {
            rest = after;
            let number = || std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            match key {
                b"path" => own.name = Some(value.to_vec()),
                b"GNU.sparse.name" => sparse_name = Some(value.to_vec()),
                b"size" => own.size = number().or(own.size),
                b"mtime" => own.modified = seconds(value).or(own.modified),
                b"GNU.sparse.major" if value == b"1" => own.sparse = Some(SparseMap::BeforeData),
                b"GNU.sparse.size" | b"GNU.sparse.realsize" => own.real_size = number().or(own.real_size),
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => map.extend(number()),
                b"GNU.sparse.map" => map = numbers(value),
                _ => {}
            }
        }
        if !map.is_empty() {
            own.sparse = Some(SparseMap::Known(map));
        }
        self.name = self.name.take().or(sparse_name).or(own.name);
        self.size = self.size.or(own.size);
        self.modified = self.modified.or(own.modified);
        self.sparse = self.sparse.take().or(own.sparse);
        self.real_size = self.real_size.or(own.real_size);
        // Zeros may fill up the block.
        rest.iter().all(|byte| *byte == 0)
    }
}

/// Returns key and value of the first record and what follows it. Only its length says where it ends: a value may hold
/// line ends, and who looked for those would find records that are none.
fn pax_record(content: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = memchr::memchr(b' ', content.get(..content.len().min(20))?)?;
    let length: usize = std::str::from_utf8(content.get(..blank)?).ok()?.parse().ok()?;
    let (record, after) = content.split_at_checked(length)?;
    let record = record.get(blank + 1..)?.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', record)?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, after))
}

/// Returns the decimal numbers in a text, whatever separates them.
fn numbers(text: &[u8]) -> Vec<u64> {
    let digits = text.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.filter_map(|digits| std::str::from_utf8(digits).ok()?.parse().ok()).collect()
}

/// Returns the whole seconds of a PAX time such as `1350244992.023960108`.
fn seconds(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_large() {
        for (field, expected) in [
            (&b"00000000017\0"[..], Some(15)),
            (b"     17 \0\0\0\0", Some(15)),
            (b"\0\0\0\0", Some(0)),
            (b"    ", Some(0)),
            (b"\x80\0\0\x01\x02", Some(258)),
            (b"\x81\x02", Some(258)),
            (b"\xff\xff\xff\xff", None),
            (b"\x80\0\x01\0\0\0\0\0\0\0\0", None),
            (b"0000008 ", None),
            (b"12x", None),
        ] {
            assert_eq!(number(field), expected, "{field:?}");
        }
    }

    #[track_caller]
    fn check(content: &[u8], name: Option<&[u8]>, size: Option<u64>, sound: bool) {
        let mut extension = Extension::default();
        assert_eq!(extension.add_pax(content), sound);
        assert_eq!((extension.name.as_deref(), extension.size), (name, size));
    }

    #[test]
    fn records_end_where_their_length_says() {
        check(b"11 path=ab\n9 size=7\n", Some(b"ab"), Some(7), true);
        check(b"11 path=ab\n\0\0\0", Some(b"ab"), None, true);
        check(b"30 comment=x\n11 path=evil.log\n13 path=good\n", Some(b"good"), None, true);
        check(b"11 path=ab\n11 path=cd\n", Some(b"cd"), None, true);
        check(b"16 path=no end", None, None, false);
        check(b"11 path=ab\n99 size=7\n", Some(b"ab"), None, false);
        check(b"x path=ab\n", None, None, false);
        check(b"18446744073709551615 path=ab\n", None, None, false);
        check(b"3 \n", None, None, false);
    }

    #[test]
    fn of_several_headers_the_first_holds_and_of_several_long_names_the_last() {
        let mut extension = Extension::default();
        extension.add_long_name(b"first\0".to_vec());
        extension.add_long_name(b"last".to_vec());
        assert!(extension.add_pax(b"14 path=third\n9 size=7\n") && extension.add_pax(b"9 size=8\n"));
        assert_eq!((extension.name.as_deref(), extension.size), (Some(&b"last"[..]), Some(7)));
    }
}

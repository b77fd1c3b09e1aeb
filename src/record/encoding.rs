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

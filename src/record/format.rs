use super::{Chunk, Encoding, Level, Time};

/// How one file is read: what its head showed.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How characters are stored.
    pub encoding: Encoding,
    /// How record headers look.
    pub format: Format,
}

impl Reading {
    /// How many bytes of a file's head [`Reading::guess`] wants (or the whole file if it is shorter).
    pub const HEAD: usize = 64 << 10;

    /// Looks at the head of a file; `None` if it is not text. `modified` (seconds since 1970) fills in years that the
    /// log leaves out.
    pub fn guess(head: &[u8], modified: Option<i64>) -> Option<Reading> {
        let _ = (head, modified);
        Some(Reading { encoding: Encoding::Bytes, format: Format {} })
    }
}

/// The shapes of header that a file shows, the most frequent first.
#[derive(Clone, Debug)]
pub struct Format {}

/// What the first line of a record says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// When.
    pub time: Option<Time>,
    /// How serious.
    pub level: Option<Level>,
    /// Which program, class or module.
    pub component: Option<&'a [u8]>,
    /// Where in the line the message begins.
    pub message: usize,
}

impl Format {
    /// Returns a name of the leading shape for people, e.g. `iso`, `syslog`, `veeam`, `json`, `plain`.
    pub fn name(&self) -> &'static str {
        "plain"
    }

    /// Returns the header of `line` (no line end) if the line begins a record by itself.
    pub fn header<'a>(&self, line: &'a [u8]) -> Option<Header<'a>> {
        let _ = line;
        None
    }

    /// Walks the records of a chunk in order.
    pub fn records<'a>(&'a self, chunk: &Chunk<'a>) -> Records<'a> {
        Records { format: self, chunk: *chunk }
    }
}

/// One message of a program with the lines that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Where it begins in the chunk's buffer; `start + text.len()` is its end.
    pub start: usize,
    /// Its first line, counted from 0 at the chunk's start.
    pub line: u64,
    /// How many lines it has.
    pub lines: u64,
    /// What its first line says.
    pub header: Header<'a>,
    /// All of it, without the last line end.
    pub text: &'a [u8],
}

impl<'a> Record<'a> {
    /// The text after the header.
    pub fn message(&self) -> &'a [u8] {
        &self.text[self.header.message.min(self.text.len())..]
    }
}

/// Iterator over the records of a chunk.
pub struct Records<'a> {
    #[expect(dead_code, reason = "skeleton")]
    format: &'a Format,
    #[expect(dead_code, reason = "skeleton")]
    chunk: Chunk<'a>,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        None
    }
}

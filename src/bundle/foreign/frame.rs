//! How members travel through a pipe: a greeting, then frames of one byte for what it is, four for the length, content.
//!
//! The reading side trusts nothing: lengths are bounded, and what makes no sense is the end.

use super::{Members, ProblemKind};
use std::io::{self, Read, Write};

/// So that a program which is no helper of ours is noticed.
const GREETING: &[u8; 20] = b"tierline members 1\r\n";

const BEGIN: u8 = b'b';
const DATA: u8 = b'd';
const END: u8 = b'e';
const PROBLEM: u8 = b'p';
const DONE: u8 = b'.';

/// Small pieces of data are collected to so much.
const PIECE: usize = 64 << 10;
/// Names and messages above this size are cut.
const LONGEST_TEXT: usize = 16 << 10;

/// Which problems a parser can have, and their letters in a frame.
const KINDS: &[(ProblemKind, u8)] = &[
    (ProblemKind::Encrypted, b'e'),
    (ProblemKind::Corrupt, b'c'),
    (ProblemKind::Limit, b'l'),
    (ProblemKind::Unsupported, b'u'),
    (ProblemKind::Unreadable, b'r'),
    (ProblemKind::Changed, b'm'),
    (ProblemKind::Panic, b'p'),
    (ProblemKind::Signature, b'g'),
    (ProblemKind::Skipped, b's'),
];

/// Writes frames.
pub(super) struct FrameWriter<W> {
    output: W,
    piece: Vec<u8>,
    /// A member has begun and not ended.
    is_open: bool,
    /// Bytes of content that were written.
    given: u64,
    /// Called with them when something has been achieved.
    progress: fn(u64),
}

impl<W: Write> FrameWriter<W> {
    /// Greets the reader.
    pub(super) fn new(mut output: W, progress: fn(u64)) -> io::Result<FrameWriter<W>> {
        output.write_all(GREETING)?;
        Ok(FrameWriter { output, piece: Vec::with_capacity(PIECE), is_open: false, given: 0, progress })
    }

    /// Says that everything has been said, and how many milliseconds of the processor's time it took. A member that a
    /// parser has left open ends here.
    pub(super) fn done(&mut self, milliseconds: u32) -> io::Result<()> {
        if self.is_open {
            self.end()?;
        }
        self.frame(DONE, &[&milliseconds.to_le_bytes()])?;
        self.output.flush()
    }

    fn frame(&mut self, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
        self.flush_piece()?;
        write_frame(&mut self.output, tag, parts)?;
        (self.progress)(self.given);
        Ok(())
    }

    fn flush_piece(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            write_frame(&mut self.output, DATA, &[&self.piece])?;
            self.given = self.given.saturating_add(self.piece.len() as u64);
            self.piece.clear();
            (self.progress)(self.given);
        }
        Ok(())
    }
}

impl<W: Write> Members for FrameWriter<W> {
    fn begin(&mut self, name: Option<&[u8]>, modified: Option<i64>) -> io::Result<()> {
        self.is_open = true;
        let flags = [u8::from(name.is_some()), u8::from(modified.is_some())];
        let name = name.unwrap_or_default();
        let name = name.get(..LONGEST_TEXT).unwrap_or(name);
        self.frame(BEGIN, &[&flags, &modified.unwrap_or(0).to_le_bytes(), name])
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            if self.piece.len() >= PIECE {
                self.flush_piece()?;
            }
            bytes = later;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.is_open = false;
        self.frame(END, &[])
    }

    fn problem(&mut self, kind: ProblemKind, message: &str) -> io::Result<()> {
        let letter = KINDS.iter().find(|(it, _)| *it == kind).map_or(b'c', |(_, letter)| *letter);
        let message = message.as_bytes();
        self.frame(PROBLEM, &[&[letter], message.get(..LONGEST_TEXT).unwrap_or(message)])
    }
}

fn write_frame(output: &mut impl Write, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let size = u32::try_from(size).map_err(|_| io::ErrorKind::InvalidInput)?;
    output.write_all(&[tag])?;
    output.write_all(&size.to_le_bytes())?;
    parts.iter().try_for_each(|part| output.write_all(part))
}

/// One frame; of data the content is still to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A member begins.
    Begin { name: Option<Vec<u8>>, modified: Option<i64> },
    /// So many bytes of data follow.
    Data(usize),
    /// The member has ended.
    End,
    /// Trouble.
    Problem(ProblemKind, String),
    /// Everything has been said, in so many milliseconds of the processor's time; zero if that is not known.
    Done(u32),
}

/// Why no more frames come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The pipe has ended, or cannot be read.
    Ended,
    /// What came makes no sense.
    Nonsense,
}

/// Reads the greeting.
pub(super) fn greeting(input: &mut impl Read) -> Result<(), Broken> {
    let mut greeting = [0; GREETING.len()];
    input.read_exact(&mut greeting).map_err(|_| Broken::Ended)?;
    if greeting == *GREETING { Ok(()) } else { Err(Broken::Nonsense) }
}

/// Reads the next frame.
pub(super) fn next(input: &mut impl Read) -> Result<Frame, Broken> {
    let mut head = [0; 5];
    input.read_exact(&mut head).map_err(|_| Broken::Ended)?;
    let [tag, size @ ..] = head;
    let size = usize::try_from(u32::from_le_bytes(size)).map_err(|_| Broken::Nonsense)?;
    match tag {
        DATA if (1..=PIECE).contains(&size) => return Ok(Frame::Data(size)),
        BEGIN | END | PROBLEM | DONE if size <= LONGEST_TEXT + 16 => {}
        _ => return Err(Broken::Nonsense),
    }
    let mut content = vec![0; size];
    input.read_exact(&mut content).map_err(|_| Broken::Ended)?;
    parse(tag, &content).ok_or(Broken::Nonsense)
}

fn parse(tag: u8, content: &[u8]) -> Option<Frame> {
    Some(match (tag, content) {
        (BEGIN, [named @ 0..=1, dated @ 0..=1, rest @ ..]) => {
            let (modified, name) = rest.split_first_chunk::<8>()?;
            Frame::Begin {
                name: (*named == 1).then(|| name.to_vec()),
                modified: (*dated == 1).then(|| i64::from_le_bytes(*modified)),
            }
        }
        (END, []) => Frame::End,
        (DONE, milliseconds) => Frame::Done(u32::from_le_bytes(milliseconds.try_into().ok()?)),
        (PROBLEM, [letter, message @ ..]) => {
            let (kind, _) = KINDS.iter().find(|(_, it)| it == letter)?;
            Frame::Problem(*kind, String::from_utf8_lossy(message).into_owned())
        }
        _ => return None,
    })
}

//! Lzip: members of LZMA one behind the other, each with the sums of its content (the format's manual, "File format").

use super::decode::LARGEST_WINDOW;
use crc32fast::Hasher;
use std::io::{self, Read};

/// What a member begins with: the format's mark and its version.
pub(super) const MARK: &[u8] = b"LZIP\x01";

/// Literal context bits 3, literal position bits 0, position bits 2: the format knows no others.
const PROPERTIES: u8 = (2 * 5) * 9 + 3;

/// Reads what the members unpack to. What stands behind the last member and is none is left alone, as the manual wants it.
pub(super) struct LzipReader<R: Read> {
    state: State<R>,
}

enum State<R: Read> {
    Between(Input<R>, bool),
    Within(Box<Member<R>>),
    Done,
}

struct Member<R: Read> {
    decoder: lzma_rust2::LzmaReader<Input<R>>,
    crc: Hasher,
    bytes: u64,
}

/// The compressed bytes: the decoder takes more than it needs, which is given back.
struct Input<R> {
    back: Vec<u8>,
    /// How much of that has been handed out again.
    at: usize,
    source: R,
    /// Bytes of the member that were handed out.
    taken: u64,
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let back = &self.back[self.at..];
        let read = if back.is_empty() {
            self.source.read(output)?
        } else {
            let count = output.len().min(back.len());
            output[..count].copy_from_slice(&back[..count]);
            self.at += count;
            count
        };
        self.taken += read as u64;
        Ok(read)
    }
}

impl<R: Read> LzipReader<R> {
    /// Starts at the first byte of `source`.
    pub(super) fn new(source: R) -> LzipReader<R> {
        LzipReader { state: State::Between(Input { back: Vec::new(), at: 0, source, taken: 0 }, true) }
    }
}

impl<R: Read> Read for LzipReader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between(input, first) => match begin(input, first)? {
                    Some(member) => self.state = State::Within(Box::new(member)),
                    None => return Ok(0),
                },
                State::Within(mut member) => match member.decoder.read(output)? {
                    0 => self.state = State::Between(end(*member)?, false),
                    read => {
                        member.crc.update(&output[..read]);
                        member.bytes += read as u64;
                        self.state = State::Within(member);
                        return Ok(read);
                    }
                },
            }
        }
    }
}

/// Reads the header of a member: mark, version, and the size of the dictionary in a byte.
fn begin<R: Read>(mut input: Input<R>, first: bool) -> io::Result<Option<Member<R>>> {
    input.taken = 0;
    let mut header = [0; 6];
    let mut filled = 0;
    while filled < header.len() {
        match input.read(&mut header[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let is_member = header.starts_with(MARK);
    if filled < header.len() || !is_member {
        // A member that is cut off in its header is no other data.
        let cut = filled > 0 && filled < header.len() && MARK.starts_with(&header[..filled.min(MARK.len())]);
        return if first || cut { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(None) };
    }
    let coded = header[5];
    let base = 1_u32.checked_shl(u32::from(coded & 31)).unwrap_or(0);
    let window = base - base / 16 * u32::from(coded >> 5);
    if !(4 << 10..=512 << 20).contains(&window) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no size of a dictionary"));
    }
    if window > LARGEST_WINDOW {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let decoder = lzma_rust2::LzmaReader::new_with_props(input, u64::MAX, PROPERTIES, window, None)?;
    Ok(Some(Member { decoder, crc: Hasher::new(), bytes: 0 }))
}

/// Reads what stands behind a member: the sum of its content, the content's size and its own.
fn end<R: Read>(member: Member<R>) -> io::Result<Input<R>> {
    let (mut input, mut unused) = member.decoder.into_parts();
    input.taken -= unused.len() as u64;
    unused.extend_from_slice(&input.back[input.at..]);
    (input.back, input.at) = (unused, 0);
    let mut sums = [0; 20];
    input.read_exact(&mut sums)?;
    let [a, b, c, d, sizes @ ..] = sums;
    let (content, own) = sizes.split_at(8);
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    let fits = u32::from_le_bytes([a, b, c, d]) == member.crc.finalize()
        && number(content) == member.bytes
        && number(own) == input.taken;
    if !fits {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not fit"));
    }
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `lzip` of "hello\n" twenty times.
    const HELLO: &[u8] = b"LZIP\x01\x0c\x004\x19I\xee\x8d\xddX\x85v.+\xff\xff\xfb\xc5@\x00L\xfcZfx\x00\x00\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x00\x00\x00";

    fn unpack(bytes: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut output = Vec::new();
        let result = LzipReader::new(bytes).read_to_end(&mut output);
        (output, result.err().map(|error| error.kind()))
    }

    #[test]
    fn members_are_read_as_one_and_what_follows_them_is_left_alone() {
        let text = b"hello\n".repeat(20);
        assert_eq!(unpack(HELLO), (text.clone(), None));
        assert_eq!(unpack(&[HELLO, HELLO].concat()), (text.repeat(2), None));
        assert_eq!(unpack(&[HELLO, b"\0\0 other data"].concat()), (text, None));
    }

    #[test]
    fn damage_is_told_wherever_it_is() {
        for length in 0..HELLO.len() {
            assert_eq!(unpack(&HELLO[..length]).1, Some(io::ErrorKind::UnexpectedEof), "{length}");
            let more = [HELLO, &HELLO[..length.max(1)]].concat();
            assert_eq!(unpack(&more).1, Some(io::ErrorKind::UnexpectedEof), "{length} of a second one");
        }
        for place in HELLO.len() - 20..HELLO.len() {
            let mut other = HELLO.to_vec();
            other[place] ^= 1;
            assert_eq!(unpack(&other).1, Some(io::ErrorKind::InvalidData), "{place}");
        }
    }

    #[test]
    fn no_dictionary_is_larger_than_memory_allows() {
        let with_window = |coded| [&HELLO[..5], &[coded], &HELLO[6..]].concat();
        assert_eq!(unpack(&with_window(28)).1, Some(io::ErrorKind::OutOfMemory));
        assert_eq!(unpack(&with_window(11)).1, Some(io::ErrorKind::InvalidData));
        assert_eq!(unpack(&with_window(30)).1, Some(io::ErrorKind::InvalidData));
    }
}

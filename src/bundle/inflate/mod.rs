//! Raw deflate streams (RFC 1951): compressed bytes in, unpacked bytes out, as fast as one thread can.
//!
//! Unpacking is what a triage of a compressed bundle waits for, and this takes about half the time of the inflaters that
//! Rust's crates offer. What a damaged stream unpacks to is the same as with zlib: everything before the damage.

mod bits;
mod decoder;
mod header;
mod kernel;
mod packed;
mod tables;
mod window;

use decoder::{Damaged, Decoder, Stop};
use kernel::Access;
pub(super) use packed::Packed;
use std::io::{self, Read};
use window::Window;

/// Unpacks one raw deflate stream and stops right after it.
pub(super) struct Inflate<R> {
    input: Packed<R>,
    decoder: Decoder,
    window: Window,
    state: State,
    /// Bytes of the input that belong to the stream so far.
    consumed: u64,
}

#[derive(Clone, Copy)]
enum State {
    Running,
    /// To be reported when everything before it is delivered.
    Failed(io::ErrorKind),
    Done,
}

impl<R: Read> Inflate<R> {
    /// Starts at the first byte of `input`.
    pub(super) fn new(input: R) -> Inflate<R> {
        Inflate::with_access(input, Some(Access::Fast))
    }

    fn with_access(input: R, access: Option<Access>) -> Inflate<R> {
        Inflate {
            input: Packed::new(input),
            decoder: Decoder::new(access),
            window: Window::new(),
            state: State::Running,
            consumed: 0,
        }
    }

    /// Bytes of the input that belong to the stream so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The compressed bytes after the stream, once it has ended.
    pub(super) fn input(&mut self) -> &mut Packed<R> {
        &mut self.input
    }

    /// Starts the stream in `input`, which may refer to what was unpacked before.
    pub(super) fn go_on_with(&mut self, input: R) {
        self.input.replace(input);
        self.decoder.restart();
        self.state = State::Running;
    }

    /// Starts another stream, which must not refer to the one before.
    pub(super) fn restart(&mut self) {
        self.decoder.restart();
        self.window.restart();
        self.state = State::Running;
    }
}

impl<R: Read> Read for Inflate<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.window.take(output);
            if read > 0 || output.is_empty() {
                return Ok(read);
            }
            match self.state {
                State::Done => return Ok(0),
                State::Failed(kind) => {
                    self.state = State::Done;
                    return Err(match kind {
                        io::ErrorKind::InvalidData => io::Error::new(kind, "the compressed data makes no sense"),
                        _ => kind.into(),
                    });
                }
                State::Running => {}
            }
            self.window.make_room();
            let (stop, used) = self.decoder.run(self.input.unused(), &mut self.window);
            self.input.skip(used);
            self.consumed += used as u64;
            match stop {
                Ok(Stop::Window) => {}
                Ok(Stop::End) => self.state = State::Done,
                Ok(Stop::Input) => {
                    if self.input.read_more()? == 0 {
                        self.state = State::Failed(io::ErrorKind::UnexpectedEof);
                    }
                }
                Err(Damaged) => self.state = State::Failed(io::ErrorKind::InvalidData),
            }
        }
    }
}

#[cfg(test)]
mod tests;

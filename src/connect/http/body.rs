//! What a request sends, in pieces.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body of a known length that is read while it is sent.
///
/// `reqwest::blocking` has one too, but tells only that its other end is gone where there is no connection, or where the
/// server has answered before the end: neither what failed nor the answer.
pub(super) struct Measured<R> {
    reader: R,
    /// Bytes that are still to be sent.
    left: u64,
}

/// So many bytes of a body are read at once.
const CHUNK: u64 = 64 << 10;

impl<R> Measured<R> {
    /// A body of the next `length` bytes; fewer are an error.
    pub(super) fn new(reader: R, length: u64) -> Measured<R> {
        Measured { reader, left: length }
    }
}

impl<R: Read + Unpin> Body for Measured<R> {
    type Data = Bytes;
    type Error = io::Error;

    /// Waits for the disk: there is one request at a time, and nothing else to do.
    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let body = self.get_mut();
        if body.left == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = Vec::new();
        let read = body.reader.by_ref().take(body.left.min(CHUNK)).read_to_end(&mut chunk);
        Poll::Ready(Some(match read {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                body.left -= read as u64;
                Ok(Frame::data(chunk.into()))
            }
            Err(error) => Err(error),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

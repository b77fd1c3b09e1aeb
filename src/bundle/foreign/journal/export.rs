//! The journal export format, as `journalctl -o export` and `systemd-journal-gatewayd` write it: one field per line,
//! values with line ends or other bytes behind a 64-bit length, a blank line behind each entry. Out come the lines that a
//! binary journal becomes.

use super::event::{Event, Field};
use super::{BLOCK, Members};
use crate::bundle::ProblemKind;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Whether a file begins like an export: the address fields of an entry come first.
pub(in crate::bundle) fn is_export(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\n").unwrap_or(head);
    head.starts_with(b"__CURSOR=") && head.contains(&b'\n') || head.starts_with(b"__REALTIME_TIMESTAMP=")
}

/// Reads an export.
pub(in crate::bundle::foreign) fn read(source: &mut impl Read, out: &mut dyn Members) -> io::Result<()> {
    let mut export = Export { input: BufReader::new(source), event: Event::default(), open: false, lines: Vec::new() };
    out.begin(None, None)?;
    let ended = loop {
        match export.step() {
            Ok(true) if export.lines.len() < BLOCK => {}
            Ok(more) => {
                out.data(&export.lines)?;
                export.lines.clear();
                if !more {
                    break Ok(());
                }
            }
            Err(error) => {
                export.finish_entry();
                out.data(&export.lines)?;
                break Err(error);
            }
        }
    };
    let ended = match ended {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            out.problem(ProblemKind::Corrupt, "cut off: the end is missing")
        }
        ended => ended,
    };
    out.end()?;
    ended
}

/// An export that is being read.
struct Export<R> {
    input: R,
    event: Event,
    /// Whether the open entry has anything.
    open: bool,
    /// Lines that were not handed on yet.
    lines: Vec<u8>,
}

/// A longer value cannot be meant: journald takes 768 MiB at most and programs far less.
const LONGEST: u64 = 64 << 20;
const NAME: usize = 72;

impl<R: BufRead> Export<R> {
    /// Reads one line of the input; false at its end.
    fn step(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        let most = NAME + 1 + Event::MESSAGE;
        self.input.by_ref().take(most as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            self.finish_entry();
            return Ok(false);
        }
        let whole = line.pop_if(|&mut last| last == b'\n').is_some();
        if line.is_empty() || line == b"\r" {
            self.finish_entry();
            return Ok(true);
        }
        if !whole && line.len() == most {
            self.skip_line()?;
        }
        match line.iter().take(NAME).position(|&byte| byte == b'=') {
            Some(equals) => {
                let (name, value) = (&line[..equals], &line[equals + 1..]);
                // An entry that lost the blank line behind it, where two exports were put together.
                if name == b"__CURSOR" && self.open {
                    self.finish_entry();
                }
                self.open |= is_name(name);
                if let Some(field) = Field::of(name) {
                    self.event.set(field, &value[..value.len().min(field.limit())]);
                }
            }
            None if whole && is_name(&line) => self.binary(&line)?,
            // Damage, which ends with the line or with the entry.
            None => {}
        }
        Ok(true)
    }

    /// Reads a value behind its length, and the line end behind it.
    fn binary(&mut self, name: &[u8]) -> io::Result<()> {
        self.open = true;
        let mut length = [0; 8];
        self.input.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length > LONGEST {
            return Ok(());
        }
        let field = Field::of(name);
        let kept = length.min(field.map_or(0, |field| field.limit() as u64));
        let mut value = Vec::new();
        self.input.by_ref().take(kept).read_to_end(&mut value)?;
        if let Some(field) = field {
            self.event.set(field, &value);
        }
        let skipped = io::copy(&mut self.input.by_ref().take(length - kept), &mut io::sink())?;
        if (value.len() as u64).saturating_add(skipped) < length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
        }
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = self.input.fill_buf()?;
            let (count, done) = match memchr::memchr(b'\n', available) {
                Some(length) => (length + 1, true),
                None => (available.len(), available.is_empty()),
            };
            self.input.consume(count);
            if done {
                return Ok(());
            }
        }
    }

    fn finish_entry(&mut self) {
        if self.open {
            self.event.write(self.event.realtime(), &mut self.lines);
        }
        self.event.clear();
        self.open = false;
    }
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= NAME
        && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use super::super::tests::Given;

    fn lines(mut export: &[u8]) -> Given {
        let mut given = Given::default();
        read(&mut export, &mut given).unwrap();
        given
    }

    const HEAD: &str = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1767323045123456\n__MONOTONIC_TIMESTAMP=1\n_HOSTNAME=h\n\
                        SYSLOG_IDENTIFIER=app\nPRIORITY=4\n";

    #[test]
    fn entries_become_lines() {
        let binary = |value: &str| {
            format!("MESSAGE\n{}{value}\n", String::from_utf8((value.len() as u64).to_le_bytes().to_vec()).unwrap())
        };
        let export = format!("{HEAD}MESSAGE=one\n\n{HEAD}{}\n{HEAD}MESSAGE=three=3\n", binary("two\n\nmore\n"));
        assert!(is_export(export.as_bytes()));
        assert_eq!(
            lines(export.as_bytes()).lines,
            "<12>2026-01-02T03:04:05.123456Z h app: one\n<12>2026-01-02T03:04:05.123456Z h app: two\n\n    more\n\
             <12>2026-01-02T03:04:05.123456Z h app: three=3\n",
        );
    }

    #[test]
    fn damage_costs_one_entry() {
        let export = format!(
            "{HEAD}MESSAGE\n\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}x\n\u{1}junk\n{HEAD}MESSAGE=two\n\n"
        );
        assert!(lines(export.as_bytes()).lines.ends_with("h app: two\n"));
        let cut = format!("{HEAD}MESSAGE=one\n\n{HEAD}MESSAGE\n\u{7f}");
        let given = lines(cut.as_bytes());
        assert!(given.lines.contains("h app: one\n"));
        assert_eq!(given.problems, [(ProblemKind::Corrupt, "cut off: the end is missing".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in "(__CURSOR=|MESSAGE|\n|\0|=|[a-z]|\u{3}){0,60}") {
            lines(bytes.as_bytes());
        }
    }
}

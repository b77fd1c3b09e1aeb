//! What `journalctl -o json-pretty` writes: an object of many lines for each entry, which no reader of lines can make
//! sense of. It goes in; out come the lines that a binary journal becomes.

use super::event::{Event, Field};
use super::{BLOCK, Members};
use crate::bundle::ProblemKind;
use memchr::memmem::find;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read};

/// Whether a file begins like that.
pub(in crate::bundle) fn is_pretty(head: &[u8]) -> bool {
    let head = &head[..head.len().min(8 << 10)];
    (head.starts_with(b"{\n\t\"") || head.starts_with(b"{\r\n\t\""))
        && find(head, b"\t\"__REALTIME_TIMESTAMP\" : \"").is_some()
}

/// A longer object is left out.
const LONGEST: usize = 8 << 20;

/// Reads such a file.
pub(in crate::bundle::foreign) fn read(source: &mut impl Read, out: &mut dyn Members) -> io::Result<()> {
    let mut input = BufReader::new(source);
    let (mut object, mut lines, mut event, mut lost) = (Vec::new(), Vec::new(), Event::default(), 0_u64);
    out.begin(None, None)?;
    loop {
        let from = object.len();
        let read = input.by_ref().take(LONGEST as u64).read_until(b'\n', &mut object)?;
        // The objects of journalctl end with a brace at a line's start, those within with one behind blanks.
        let ends = read == 0 || object.get(from..).is_some_and(|line| line.trim_ascii_end() == b"}");
        if ends {
            if !object.trim_ascii().is_empty() {
                match take(&object, &mut event) {
                    true => event.write(event.realtime(), &mut lines),
                    false => lost += 1,
                }
                event.clear();
            }
            object.clear();
        } else if object.len() > LONGEST {
            // Too long, and so no object when its end is found.
            object.truncate(1);
        }
        if lines.len() >= BLOCK || read == 0 {
            out.data(&lines)?;
            lines.clear();
        }
        if read == 0 {
            break;
        }
    }
    if lost > 0 {
        out.problem(ProblemKind::Corrupt, &format!("damaged: {lost} entries could not be read"))?;
    }
    out.end()
}

/// Takes the fields of an object; false if it is none.
fn take(object: &[u8], event: &mut Event) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_slice(object) else { return false };
    for (name, value) in &members {
        let Some(field) = Field::of(name.as_bytes()) else { continue };
        let value = match value {
            // A field that an entry has several times.
            Value::Array(values) if values.first().is_some_and(|it| !it.is_number()) => values.first(),
            value => Some(value),
        };
        let bytes = match value {
            Some(Value::String(text)) => text.as_bytes().to_vec(),
            // What is not UTF-8 or has control characters.
            Some(Value::Array(bytes)) => bytes.iter().filter_map(Value::as_u64).map(|byte| byte as u8).collect(),
            _ => continue,
        };
        event.set(field, &bytes[..bytes.len().min(field.limit())]);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::tests::Given;
    use super::*;

    #[test]
    fn entries_become_lines() {
        let entry = |message: &str| {
            format!(
                "{{\n\t\"__REALTIME_TIMESTAMP\" : \"1767323045123456\",\n\t\"_HOSTNAME\" : \"h\",\n\t\"PRIORITY\" : \"4\",\n\
                 \t\"SYSLOG_IDENTIFIER\" : [\n\t\t\"app\",\n\t\t\"other\"\n\t],\n\t\"MESSAGE\" : {message}\n}}\n"
            )
        };
        let file =
            [entry("\"one\\ntwo\""), entry("[\n\t\t27,\n\t\t91\n\t]"), entry("null"), entry("}"), entry("\"last\"")];
        assert!(is_pretty(file.concat().as_bytes()));
        let mut given = Given::default();
        read(&mut file.concat().as_bytes(), &mut given).unwrap();
        let start = "<12>2026-01-02T03:04:05.123456Z h app: ";
        assert_eq!(given.lines, format!("{start}one\n    two\n{start}\u{1b}[\n{start}-\n{start}last\n"));
        assert_eq!(given.problems, [(ProblemKind::Corrupt, "damaged: 1 entries could not be read".to_owned())]);
    }
}

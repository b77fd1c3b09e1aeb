//! Archives of `ar`, such as Debian packages: a header of text, then the bytes, for each member.
//!
//! Long names come in two kinds: GNU's stand in a table that is a member of its own, BSD's before the member's data.

use super::guard::Guarded;
use super::left_out::{LeftOut, Next};
use super::name::{self, Names};
use super::stored::{Stored, damaged, fill, skip};
use super::visit::{Facts, Place, Visit};
use std::io::{self, Read};

/// The first bytes of an archive.
pub(super) const MARK: &[u8] = b"!<arch>\n";
/// Longer names and tables of names are damage.
const LARGEST_TABLE: u64 = 1 << 20;
/// Names in a table are cut there; what is shown of a name is shorter.
const LONGEST_NAME: usize = 8 << 10;

/// Visits the members of an archive.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send)) {
    let left_out = LeftOut::beyond_a_limit();
    if let Err(error) = walk(visit, place, source, &left_out) {
        visit.fail_with(place, &error);
    }
    left_out.finish(visit, place);
}

fn walk(visit: &Visit<'_>, place: &Place<'_>, source: &mut (dyn Read + Send), left_out: &LeftOut) -> io::Result<()> {
    skip(source, MARK.len() as u64, 0)?;
    let (mut names, mut table) = (Names::default(), Vec::new());
    while let Some(header) = Header::read(source)? {
        let padding = header.size % 2;
        // The table of GNU's long names, and tables of what linkers look for.
        let name = match header.name.as_slice() {
            b"//" => {
                table = read_text(source, header.size)?;
                skip(source, 0, padding)?;
                continue;
            }
            b"/" | b"/SYM64/" => {
                skip(source, header.size, padding)?;
                continue;
            }
            name => name,
        };
        let (name, size) = match (name.strip_prefix(b"/"), name.strip_prefix(b"#1/")) {
            (Some(at), _) => (long_name(&table, at).ok_or_else(|| damaged("a name is missing"))?, header.size),
            (_, Some(length)) => {
                let length = number(length).filter(|length| *length <= header.size);
                let length = length.ok_or_else(|| damaged("a name has no valid length"))?;
                let mut name = read_text(source, length)?;
                name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
                (name, header.size - length)
            }
            _ => (name.strip_suffix(b"/").unwrap_or(name).to_vec(), header.size),
        };
        if name.starts_with(b"__.SYMDEF") {
            skip(source, size, padding)?;
            continue;
        }
        match left_out.next(visit, place) {
            Next::Read => {}
            Next::Name => {
                left_out.add(visit, place, &name::shown(&name), size);
                skip(source, size, padding)?;
                continue;
            }
            Next::Stop => return Ok(()),
        }
        let member = place.member(&names.unique(name::shown(&name)));
        let mut data = Stored::new(source, size);
        let facts = Facts { modified: header.modified, size: Some(size) };
        visit.stream(&member, facts, &mut Guarded::free(visit, &member, &mut data));
        data.skip_rest(padding)?;
    }
    Ok(())
}

struct Header {
    /// As it stands in the header, without blanks at its end.
    name: Vec<u8>,
    modified: Option<i64>,
    size: u64,
}

impl Header {
    /// Reads the next header; none at the end of the archive.
    fn read(source: &mut (dyn Read + Send)) -> io::Result<Option<Header>> {
        let mut block = [0; 60];
        match fill(source, &mut block)? {
            0 => return Ok(None),
            60 => {}
            // Some writers end every archive at an even place of their own choice.
            1 if block[0] == b'\n' => return Ok(None),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        let [header @ .., b'`', b'\n'] = &block else {
            return Err(damaged("a header makes no sense; what follows it was not read"));
        };
        let field = |from, to| header.get(from..to).unwrap_or_default();
        let size = number(field(48, 58)).ok_or_else(|| damaged("a header has no valid size"))?;
        let modified = number(field(16, 28)).and_then(|time| i64::try_from(time).ok());
        // Debian's tools write a time of 0 where the build left it out.
        Ok(Some(Header {
            name: field(0, 16).trim_ascii_end().to_vec(),
            modified: modified.filter(|it| *it != 0),
            size,
        }))
    }
}

/// Returns the name that starts at the offset given as text; it ends with `/` and a line end.
fn long_name(table: &[u8], at: &[u8]) -> Option<Vec<u8>> {
    let rest = table.get(usize::try_from(number(at)?).ok()?..)?;
    // A table without line ends must not be read to its end for each of a million members.
    let rest = rest.get(..LONGEST_NAME).unwrap_or(rest);
    let end = memchr::memchr2(b'\n', 0, rest).unwrap_or(rest.len());
    let name = rest.get(..end)?;
    Some(name.strip_suffix(b"/").unwrap_or(name).to_vec())
}

fn read_text(source: &mut (dyn Read + Send), size: u64) -> io::Result<Vec<u8>> {
    if size > LARGEST_TABLE {
        return Err(damaged("a name or table of names is larger than 1 MiB"));
    }
    let mut text = Vec::new();
    Stored::new(source, size).read_to_end(&mut text)?;
    Ok(text)
}

fn number(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of a million members would read it to its end for each of them.
    #[test]
    fn a_name_without_end_in_a_table_is_not_read_to_its_end() {
        let table = [b"a.log/\n".repeat(2), vec![b'n'; 1 << 20]].concat();
        assert_eq!(long_name(&table, b"7"), Some(b"a.log".to_vec()));
        assert_eq!(long_name(&table, b"14").map(|name| name.len()), Some(LONGEST_NAME));
        assert_eq!(long_name(&table, b"99999999"), None);
    }
}

//! An excerpt of a package, read back: where it says that it stands, and what it shows.

/// An excerpt as `evidence/` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The file of the bundle, redacted.
    pub(super) file: String,
    /// Line of the record, from 1.
    pub(super) line: u64,
    /// Byte of it in the file as stored.
    pub(super) offset: u64,
    /// The lines before the record.
    pub(super) before: Block,
    /// The record.
    pub(super) text: Block,
    /// The lines behind it.
    pub(super) after: Block,
}

/// Lines of an excerpt that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Line of the excerpt where they begin, from 1.
    pub(super) at: u64,
    /// The lines.
    pub(super) lines: Vec<String>,
}

impl Excerpt {
    /// Reads an excerpt; none if it is none.
    pub(super) fn read(text: &str) -> Option<Excerpt> {
        let mut lines = text.lines();
        // A path may have anything in it, so the line is read from its end.
        let (place, offset) = lines.next()?.strip_prefix("# ")?.rsplit_once(", byte ")?;
        let (file, line) = place.rsplit_once(", line ")?;
        let (offset, _time) = offset.split_once(", ")?;
        let mut excerpt = Excerpt {
            file: file.to_owned(),
            line: line.parse().ok()?,
            offset: offset.parse().ok()?,
            ..Excerpt::default()
        };
        for (line, at) in lines.zip(2..) {
            let (is_text, content) = match (line.strip_prefix("> "), line.strip_prefix("  ")) {
                (Some(content), _) => (true, content),
                (_, Some(content)) => (false, content),
                // Behind a secret of several lines, which are empty now.
                _ => (!excerpt.text.lines.is_empty() && excerpt.after.lines.is_empty(), line),
            };
            let block = match is_text {
                true => &mut excerpt.text,
                false if excerpt.text.lines.is_empty() => &mut excerpt.before,
                false => &mut excerpt.after,
            };
            if block.lines.is_empty() {
                block.at = at;
            }
            block.lines.push(content.to_owned());
        }
        Some(excerpt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_says_where_it_stands_and_what_it_shows() {
        let text = "# a, line 3.log, line 7, byte 90, 2026-01-02T03:04:05\n  one\n> two\n>   at x\n  three\n";
        let block = |at, lines: &[&str]| Block { at, lines: lines.iter().map(|it| it.to_string()).collect() };
        let expected = Excerpt {
            file: "a, line 3.log".into(),
            line: 7,
            offset: 90,
            before: block(2, &["one"]),
            text: block(3, &["two", "  at x"]),
            after: block(5, &["three"]),
        };
        assert_eq!(Excerpt::read(text), Some(expected));
        assert_eq!(Excerpt::read("# a, line x, byte 9, no time in the log\n"), None);
        assert_eq!(Excerpt::read(""), None);
    }
}

use super::Kind;
use std::collections::BTreeMap;

/// Which pseudonyms stand for what. It is as secret as the originals.
///
/// Bounded: behind [`Map::MOST`] entries the pseudonyms still follow from the key, but cannot be reversed any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    entries: BTreeMap<String, (Kind, String)>,
    /// Pseudonyms that were not kept.
    omitted: u64,
}

/// A line of a map file that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} is not a kind, a pseudonym and an original with tabs between")]
pub struct MapError {
    /// Its number, from 1.
    pub line: usize,
}

impl Map {
    /// How a map file begins.
    pub(crate) const HEAD: &str = "# tierline.map/1: kind, pseudonym, original. Keep it private.";

    /// How many entries are kept.
    pub const MOST: usize = 1_000_000;

    /// Returns the entries as kind, pseudonym and original, by pseudonym.
    pub fn entries(&self) -> impl Iterator<Item = (Kind, &str, &str)> {
        self.entries.iter().map(|(pseudonym, (kind, original))| (*kind, &**pseudonym, &**original))
    }

    /// Returns what a pseudonym stands for.
    pub fn original(&self, pseudonym: &str) -> Option<&str> {
        self.entries.get(pseudonym).map(|(_, original)| &**original)
    }

    /// How many pseudonyms were not kept.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry. Of several originals with the same pseudonym (other mixed case) the first in order is kept, so that
    /// the map does not depend on which comes first.
    pub(crate) fn add(&mut self, kind: Kind, pseudonym: &str, original: &str) {
        if let Some((_, kept)) = self.entries.get_mut(pseudonym) {
            if original < kept.as_str() {
                *kept = original.to_owned();
            }
        } else if self.entries.len() < Map::MOST {
            self.entries.insert(pseudonym.to_owned(), (kind, original.to_owned()));
        } else {
            self.omitted += 1;
        }
    }

    /// Adds the entries of another map of the same customer.
    pub fn merge(&mut self, other: &Map) {
        other.entries().for_each(|(kind, pseudonym, original)| self.add(kind, pseudonym, original));
        self.omitted += other.omitted;
    }

    /// Writes a map file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", Map::HEAD);
        self.entries().for_each(|(kind, pseudonym, original)| Map::write_entry(&mut text, kind, pseudonym, original));
        text
    }

    /// Writes a line of a map file.
    pub(crate) fn write_entry(text: &mut String, kind: Kind, pseudonym: &str, original: &str) {
        let original = original.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
        text.push_str(&format!("{}\t{pseudonym}\t{original}\n", kind.name()));
    }

    /// Reads a line of a map file.
    pub(crate) fn entry(line: &str) -> Option<(Kind, &str, String)> {
        let mut parts = line.splitn(3, '\t');
        Some((Kind::named(parts.next()?)?, parts.next()?, unescaped(parts.next()?)?))
    }

    /// Reads a map file.
    ///
    /// # Errors
    /// [`MapError`] with the first line that is no entry.
    pub fn from_text(text: &str) -> Result<Map, MapError> {
        let mut map = Map::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let (kind, pseudonym, original) = Map::entry(line).ok_or(MapError { line: index + 1 })?;
            map.add(kind, pseudonym, &original);
        }
        Ok(map)
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next()? {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_written_and_read() {
        let mut map = Map::default();
        map.add(Kind::User, "user-a1", "jdoe\\x\ty\n");
        map.add(Kind::Host, "host-b2", "srv01");
        assert_eq!(Map::from_text(&map.to_text()), Ok(map.clone()));
        assert_eq!(map.original("host-b2"), Some("srv01"));
        assert_eq!(Map::from_text("# x\nhost\ta"), Err(MapError { line: 2 }));
        assert_eq!(Map::from_text("planet\ta\tb"), Err(MapError { line: 1 }));
    }

    #[test]
    fn the_order_of_originals_does_not_matter() {
        let of = |originals: [&str; 2]| {
            let mut map = Map::default();
            originals.iter().for_each(|it| map.add(Kind::User, "User-a1", it));
            map
        };
        assert_eq!(of(["JDoe", "Jdoe"]), of(["Jdoe", "JDoe"]));
    }
}

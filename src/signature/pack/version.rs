//! Versions of packs, which have an order.

use std::cmp::Ordering;
use std::fmt;

/// One to six numbers with dots, e.g. `1.4.0` or `2026.11.28`.
#[derive(Clone, Debug)]
pub struct PackVersion {
    text: String,
    numbers: Vec<u32>,
}

impl PackVersion {
    /// Reads a version. Leading zeros are refused: two ways to write one version are one too many.
    pub fn parse(text: &str) -> Option<PackVersion> {
        let number = |part: &str| {
            let is_plain = !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
            let is_plain = is_plain && (part == "0" || !part.starts_with('0'));
            if is_plain { part.parse().ok() } else { None }
        };
        let numbers: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
        (numbers.len() <= 6).then(|| PackVersion { text: text.to_owned(), numbers })
    }

    /// Returns it as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for PackVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for PackVersion {
    /// What is missing is 0: `1.2` and `1.2.0` are one version.
    fn cmp(&self, other: &PackVersion) -> Ordering {
        let at = |version: &PackVersion, index: usize| version.numbers.get(index).copied().unwrap_or(0);
        let length = self.numbers.len().max(other.numbers.len());
        (0..length).map(|index| at(self, index).cmp(&at(other, index))).find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for PackVersion {
    fn partial_cmp(&self, other: &PackVersion) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PackVersion {
    fn eq(&self, other: &PackVersion) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PackVersion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, expected: Ordering, other: &str) {
        let version = |text| PackVersion::parse(text).unwrap();
        assert_eq!(version(one).cmp(&version(other)), expected);
        assert_eq!(version(other).cmp(&version(one)), expected.reverse());
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        check("1.10.0", Ordering::Greater, "1.9.9");
        check("1.2", Ordering::Equal, "1.2.0");
        check("1.2", Ordering::Less, "1.2.0.1");
        check("2026.11.28", Ordering::Greater, "2026.2.28");
    }

    #[test]
    fn what_has_no_order_is_no_version() {
        for text in ["", "1.", ".1", "1..2", "1.0-beta", "v1", "1.02", "1.4294967296", "1.2.3.4.5.6.7", "1 ", "+1"] {
            assert!(PackVersion::parse(text).is_none(), "{text}");
        }
        assert_eq!(PackVersion::parse("0.4294967295").unwrap().as_str(), "0.4294967295");
    }
}

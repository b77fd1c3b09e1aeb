//! Versions as products write them, in order: which of two is newer, which are in a range, which have a fix.
//!
//! | written                            | release         | behind it            |
//! |------------------------------------|-----------------|----------------------|
//! | `12.1.2.172`, `v1.28.2`            | 12 1 2 172      |                      |
//! | `12.0.0.1420 P20230718`            | 12 0 0 1420     | p 20230718           |
//! | `9.1R11.4`, `22.7R2.3`             | 9 1             | r 11 4               |
//! | `9.3p1`, `1.1.1w`                  | 9 3             | p 1                  |
//! | `5.14.0-427.13.1.el9_4.x86_64`     | 5 14 0          | 427 13 1 el 9 4 x 86 |
//! | `1.2.3-rc.1`, `16beta1`            | 1 2 3           | rc 1, a pre-release  |
//!
//! The release decides first, number by number, where a missing number is 0. Then what is behind it decides part by part: a
//! word of a pre-release comes before nothing, any other word behind it, and a number above 0 behind a word.

use std::cmp::Ordering;
use std::fmt;

/// A version of a product.
///
/// Two that are written in different ways may be equal: `12.1` is `12.1.0` and `v12.1`.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    release: Vec<u64>,
    rest: Vec<Part>,
}

/// A part of what stands behind the release, in its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// By how far the pre-release is from the release.
    Before(u8),
    /// A number; a missing one is 0 and has the same place.
    Zero,
    /// Any other word, in lower case.
    Word(String),
    Number(u64),
}

/// Words of pre-releases, from the farthest.
const BEFORE: &[(&str, u8)] = &[
    ("dev", 0),
    ("nightly", 0),
    ("snapshot", 0),
    ("alpha", 1),
    ("beta", 2),
    ("milestone", 3),
    ("pre", 4),
    ("preview", 4),
    ("cr", 5),
    ("rc", 5),
];

impl Version {
    /// Reads a version. What stands in front of its first number is left out, but for a single letter that belongs to it, as
    /// in `P20230718`; `None` if there is no number. A number of more than 19 digits is as large as one can be.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        let first = text.find(|c: char| c.is_ascii_digit())?;
        let before = text.get(..first)?;
        let letter = before.chars().next_back().filter(char::is_ascii_alphabetic);
        let is_single = before.chars().rev().nth(1).is_none_or(|c| !c.is_alphanumeric());
        let letter = letter.filter(|letter| is_single && !letter.eq_ignore_ascii_case(&'v'));
        let start = first - usize::from(letter.is_some());
        let mut version = Version { text: text.to_owned(), release: Vec::new(), rest: Vec::new() };
        let mut rest = text.get(start..)?;
        if letter.is_none() {
            // Numbers with a single dot between them.
            loop {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let (digits, behind) = rest.split_at(end);
                version.release.push(number(digits));
                rest = behind;
                match behind.strip_prefix('.').filter(|it| it.starts_with(|c: char| c.is_ascii_digit())) {
                    Some(next) => rest = next,
                    None => break,
                }
            }
        }
        while let Some(c) = rest.chars().next() {
            let end = if c.is_ascii_digit() {
                rest.find(|c: char| !c.is_ascii_digit())
            } else if c.is_alphabetic() {
                rest.find(|c: char| !c.is_alphabetic())
            } else {
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            };
            let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
            version.rest.push(Part::of(word));
            rest = behind;
        }
        Some(version)
    }

    /// Returns it as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of the release at a place; the missing ones are 0.
    fn at(&self, place: usize) -> u64 {
        self.release.get(place).copied().unwrap_or(0)
    }

    /// The first place at which the releases differ.
    fn parting(&self, other: &Version) -> Option<usize> {
        (0..self.release.len().max(other.release.len())).find(|&place| self.at(place) != other.at(place))
    }
}

impl Part {
    fn of(word: &str) -> Part {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return match number(word) {
                0 => Part::Zero,
                number => Part::Number(number),
            };
        }
        let word = word.to_lowercase();
        match BEFORE.iter().find(|(name, _)| *name == word) {
            Some((_, rank)) => Part::Before(*rank),
            None => Part::Word(word),
        }
    }
}

fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let release = |place: usize| self.at(place).cmp(&other.at(place));
        let part = |version: &Version, place: usize| version.rest.get(place).cloned().unwrap_or(Part::Zero);
        let releases = (0..self.release.len().max(other.release.len())).map(release);
        let rests = (0..self.rest.len().max(other.rest.len())).map(|place| part(self, place).cmp(&part(other, place)));
        releases.chain(rests).find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Versions that a problem concerns: `>=12.0 <12.3.1`, or several such ranges with `||` between them.
#[derive(Clone, Debug)]
pub struct Versions {
    text: String,
    ranges: Vec<Vec<(Bound, Version)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Least,
    Above,
    Most,
    Below,
    Is,
}

/// Why a text is no range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionsError {
    /// There is nothing.
    Empty,
    /// A word does not begin with a sign, or nothing follows it.
    NoBound(String),
    /// The words exclude each other.
    Nothing(String),
}

// By hand, because the build script reads signatures too and has no other use for a crate that does it.
impl fmt::Display for VersionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionsError::Empty => f.write_str("there is no version"),
            VersionsError::NoBound(word) => write!(f, "`{word}` is not a bound of versions"),
            VersionsError::Nothing(range) => write!(f, "no version is in `{range}`"),
        }
    }
}

impl std::error::Error for VersionsError {}

impl Versions {
    /// Reads ranges.
    pub fn parse(text: &str) -> Result<Versions, VersionsError> {
        const SIGNS: &[(&str, Bound)] =
            &[(">=", Bound::Least), ("<=", Bound::Most), (">", Bound::Above), ("<", Bound::Below), ("=", Bound::Is)];
        let mut ranges = Vec::new();
        for range in text.split("||") {
            let mut bounds = Vec::new();
            for word in range.split_whitespace() {
                let bound = SIGNS.iter().find_map(|(sign, bound)| Some((*bound, word.strip_prefix(sign)?)));
                let bound = bound.and_then(|(bound, version)| Some((bound, Version::parse(version)?)));
                bounds.push(bound.ok_or_else(|| VersionsError::NoBound(word.to_owned()))?);
            }
            if bounds.is_empty() {
                return Err(VersionsError::Empty);
            }
            if excludes_all(&bounds) {
                return Err(VersionsError::Nothing(range.trim().to_owned()));
            }
            ranges.push(bounds);
        }
        Ok(Versions { text: text.split_whitespace().collect::<Vec<_>>().join(" "), ranges })
    }

    /// Whether a version is in one of the ranges.
    pub fn contain(&self, version: &Version) -> bool {
        self.ranges.iter().any(|bounds| bounds.iter().all(|(bound, limit)| bound.admits(version.cmp(limit))))
    }

    /// Whether a range holds a version and ends with an own limit behind it.
    pub fn reach_beyond(&self, version: &Version) -> bool {
        let ends = |bound: &Bound| matches!(bound, Bound::Most | Bound::Below | Bound::Is);
        let holds = |bounds: &[(Bound, Version)]| bounds.iter().all(|(bound, limit)| bound.admits(version.cmp(limit)));
        self.ranges.iter().any(|bounds| holds(bounds) && bounds.iter().any(|(bound, _)| ends(bound)))
    }
}

impl Bound {
    fn admits(self, order: Ordering) -> bool {
        match self {
            Bound::Least => order.is_ge(),
            Bound::Above => order.is_gt(),
            Bound::Most => order.is_le(),
            Bound::Below => order.is_lt(),
            Bound::Is => order.is_eq(),
        }
    }
}

/// Whether the bounds leave nothing: one of two admits neither the other's limit nor what is on the other's side of it.
fn excludes_all(bounds: &[(Bound, Version)]) -> bool {
    let low = |bound: Bound| matches!(bound, Bound::Least | Bound::Above | Bound::Is);
    let high = |bound: Bound| matches!(bound, Bound::Most | Bound::Below | Bound::Is);
    bounds.iter().any(|(from, least)| {
        bounds.iter().any(|(to, most)| {
            let closed = from.admits(Ordering::Equal) && to.admits(Ordering::Equal);
            low(*from) && high(*to) && (least > most || (least == most && !closed))
        })
    })
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Versions in which a problem is fixed: one, or one for each line of releases that got the fix.
///
/// With `13.11`, `14.8` and `15.3` the fix is in 13.12 and in 16.0, and not in 14.2: a version has the fix of its own line,
/// which are those that are equal up to the number in which the fixed versions differ. What is newer than the last of them
/// has it too.
#[derive(Clone, Debug, Default)]
pub struct FixedIn {
    versions: Vec<Version>,
}

impl FixedIn {
    /// The versions, in any order.
    pub fn new(mut versions: Vec<Version>) -> FixedIn {
        versions.sort();
        FixedIn { versions }
    }

    /// Whether there is no fix.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// The versions, the oldest first.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Returns the version that brought the fix to an installed one; `None` if that does not have it.
    pub fn in_version(&self, installed: &Version) -> Option<&Version> {
        let last = self.versions.last()?;
        if installed >= last {
            return Some(last);
        }
        self.versions.iter().rev().find(|fix| {
            let line = self.versions.iter().filter_map(|other| fix.parting(other)).max().unwrap_or(0);
            installed >= *fix && (0..=line).all(|place| installed.at(place) == fix.at(place))
        })
    }

    /// Returns the version with the fix that people of an affected one should have: that of its line, or the next.
    pub fn for_version(&self, installed: &Version) -> Option<&Version> {
        self.versions.iter().find(|fix| *fix > installed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    /// Each is older than the next.
    #[track_caller]
    fn ascending(texts: &[&str]) {
        for (index, one) in texts.iter().enumerate() {
            for (other_index, other) in texts.iter().enumerate() {
                let order = version(one).cmp(&version(other));
                assert_eq!(order, index.cmp(&other_index), "{one} and {other}");
            }
        }
    }

    #[test]
    fn products_write_versions_in_their_own_ways() {
        ascending(&["9.5.4.2615", "11.0.1.1261", "12.0.0.1420", "12.1.2.172", "12.3.1.1139", "12.10"]);
        ascending(&["11.0.1.1261", "11.0.1.1261 P20220302", "11.0.1.1261 P20230227", "12.0.0.1420 P20230412"]);
        ascending(&["P20230227", "P20230718"]);
        ascending(&["9.0R7", "9.1R1", "9.1R11", "9.1R11.4", "9.1R12", "9.1R18.9", "22.3R1", "22.7R2", "22.7R2.3"]);
        ascending(&["10.0.14393", "10.0.17763.5329", "10.0.20348.2227", "10.0.26100"]);
        ascending(&["1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-beta", "1.2.3-rc.1", "1.2.3-rc.2", "1.2.3", "1.2.4-dev"]);
        ascending(&["16beta1", "16rc1", "16", "16.1"]);
        ascending(&["8.9p1", "9.3p1", "9.3p2", "9.3.1", "9.8p1"]);
        ascending(&["1.0.2k", "1.1.1", "1.1.1k", "1.1.1w", "3.0.2"]);
        ascending(&["5.14.0-427.el9", "5.14.0-427.13.1.el9_4.x86_64", "5.14.0-503.11.1.el9_5", "6.1.28"]);
        ascending(&["9.16(2)", "9.16(4)19", "9.16(4)57", "9.18"]);
    }

    #[test]
    fn the_same_version_may_be_written_in_two_ways() {
        for (one, other) in [
            ("12.1", "12.1.0.0"),
            ("v1.28.2", "1.28.2"),
            ("9.3p1", "9.3.0p1"),
            ("9.1R11", "9.1r11.0"),
            ("OpenSSH_9.6p1", "9.6p1"),
            ("007.1", "7.1"),
        ] {
            assert_eq!(version(one), version(other));
        }
        assert!(Version::parse("unknown").is_none() && Version::parse("").is_none());
        assert_eq!(version(" 12.1 ").text(), "12.1");
    }

    #[test]
    fn ranges_have_bounds_and_alternatives() {
        let versions = Versions::parse(">=9.1R1  <9.1R12 || >=22.1R1 <=22.7R2.3 || =8.3R7").unwrap();
        for (text, expected) in [
            ("9.1R11.4", true),
            ("9.1R12", false),
            ("21.0", false),
            ("22.7R2.3", true),
            ("22.7R2.4", false),
            ("8.3R7", true),
            ("8.3R7.1", false),
        ] {
            assert_eq!(versions.contain(&version(text)), expected, "{text}");
        }
        assert_eq!(versions.to_string(), ">=9.1R1 <9.1R12 || >=22.1R1 <=22.7R2.3 || =8.3R7");
        assert!(versions.reach_beyond(&version("9.1R11")) && !versions.reach_beyond(&version("9.1R12")));
        assert!(!Versions::parse(">=2").unwrap().reach_beyond(&version("3")));
        let wrong = |text| Versions::parse(text).unwrap_err().to_string();
        assert_eq!(wrong("12.1"), "`12.1` is not a bound of versions");
        assert_eq!(wrong(">= 12"), "`>=` is not a bound of versions");
        assert_eq!(wrong(">=1 ||"), "there is no version");
        assert_eq!(wrong(">=12 <11 || >1"), "no version is in `>=12 <11`");
        assert_eq!(wrong(">12 <=12"), "no version is in `>12 <=12`");
        assert!(Versions::parse(">=12 <=12").is_ok());
    }

    #[test]
    fn a_fix_belongs_to_its_line_of_releases() {
        let fixes = FixedIn::new(["15.3", "13.11", "14.8"].map(version).to_vec());
        let fixed = |text: &str| fixes.in_version(&version(text)).map(Version::text);
        assert_eq!((fixed("13.10"), fixed("13.12"), fixed("14.2")), (None, Some("13.11"), None));
        assert_eq!((fixed("15.2"), fixed("15.3"), fixed("17.1")), (None, Some("15.3"), Some("15.3")));
        assert_eq!(fixes.for_version(&version("14.2")).map(Version::text), Some("14.8"));
        let kernels = FixedIn::new(["5.10.180", "5.15.111", "6.1.28"].map(version).to_vec());
        let fixed = |text: &str| kernels.in_version(&version(text)).is_some();
        assert_eq!((fixed("5.10.200"), fixed("5.15.20"), fixed("5.16.1"), fixed("6.2")), (true, false, false, true));
        let one = FixedIn::new(vec![version("12.3.1.1139")]);
        assert!(one.in_version(&version("13.0")).is_some() && one.in_version(&version("12.3.1.1138")).is_none());
    }

    fn any_version() -> impl Strategy<Value = Version> {
        let text = "(v|P|OpenSSH_)?[0-9]{1,3}(\\.[0-9]{1,2}){0,3}([-. ]?(rc|beta|R|p|w|el|x)[0-9.]{0,3}){0,2}";
        text.prop_filter_map("a version", |text| Version::parse(&text))
    }

    proptest! {
        #[test]
        fn versions_have_a_total_order(a in any_version(), b in any_version(), c in any_version()) {
            prop_assert!(a == a.clone());
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            let mut sorted = [a, b, c];
            sorted.sort();
            prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
            if sorted[0] == sorted[1] {
                prop_assert_eq!(sorted[0].cmp(&sorted[2]), sorted[1].cmp(&sorted[2]));
            }
        }

        #[test]
        fn numbers_decide_as_numbers(mut a in proptest::collection::vec(0..300_u64, 1..5), b in proptest::collection::vec(0..300_u64, 1..5)) {
            let text = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
            let (one, other) = (version(&text(&a)), version(&text(&b)));
            let mut b = b;
            let width = a.len().max(b.len());
            a.resize(width, 0);
            b.resize(width, 0);
            prop_assert_eq!(one.cmp(&other), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            if let Some(version) = Version::parse(&text) {
                prop_assert_eq!(version.cmp(&version.clone()), Ordering::Equal);
            }
            let _ = Versions::parse(&text);
        }

        #[test]
        fn a_range_is_empty_only_if_nothing_is_in_it(a in any_version(), b in any_version()) {
            let text = format!(">={} <={}", a.text().replace(' ', ""), b.text().replace(' ', ""));
            match Versions::parse(&text) {
                Ok(_) => prop_assert!(version(&a.text().replace(' ', "")) <= version(&b.text().replace(' ', ""))),
                Err(_) => prop_assert!(version(&a.text().replace(' ', "")) > version(&b.text().replace(' ', ""))),
            }
        }
    }
}

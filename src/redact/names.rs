//! Names without a shape of their own (`srv-vbr01`, `jdoe`), learnt where the text says what they are and then found
//! wherever they stand as words.

use super::walk::{Find, State, What, finds, is_atom, plain};
use super::{Kind, words};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Names of hosts, users and domains, and serial numbers, that texts have shown.
///
/// Bounded, and independent of the order in which texts are learnt and merged: of too many names those are kept that come
/// first in an order that has nothing to do with them. The others are still replaced where the text says what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    kept: BTreeMap<(u64, String), Kind>,
    overflowed: bool,
}

impl Names {
    /// How many names are kept.
    pub const MOST: usize = 100_000;

    /// Learns the names that a text shows. Texts of one file come in its order.
    pub fn learn(&mut self, text: &[u8]) {
        let mut found = Vec::new();
        finds(text, &Dictionary::new(&Names::default()), &mut State::default(), &mut found);
        for find in found {
            self.learn_find(text, &find);
        }
    }

    fn learn_find(&mut self, text: &[u8], find: &Find) {
        let original = &text[find.start..find.end];
        let plain = plain(original);
        let Ok(value) = std::str::from_utf8(plain.as_deref().unwrap_or(original)) else { return };
        match find.what {
            What::Name(kind @ (Kind::Host | Kind::User | Kind::Domain | Kind::Serial)) => self.add(kind, value),
            What::Dns if words::cloud_service(value.as_bytes()).is_some() => {
                self.add(Kind::Host, value.split('.').next().unwrap_or(value));
            }
            What::Dns => {
                let labels: Vec<&str> = value.split('.').collect();
                let domain = super::pseudonym::domain_labels(&labels);
                if labels.len() > domain {
                    self.add(Kind::Host, labels[0]);
                }
                // Those between are learnt if they are no plain words: they would be missed elsewhere.
                let between = labels.get(1..labels.len().saturating_sub(domain)).unwrap_or_default();
                between
                    .iter()
                    .filter(|it| it.bytes().any(|it| it.is_ascii_digit()))
                    .for_each(|it| self.add(Kind::Domain, it));
                if let Some(at) = labels.len().checked_sub(domain) {
                    labels.get(at).into_iter().for_each(|label| self.add(Kind::Domain, label));
                    // Names of makers and of examples stay, but not where a computer of the customer has shown to be there: its
                    // domain gets a pseudonym, and so it has to everywhere.
                    let domain = labels[at..].join(".");
                    // So has one whose name is a word of which nothing else is learnt: `shop.de`.
                    let word = labels.get(at).is_none_or(|it| !words::is_telling(it.as_bytes()));
                    if words::is_public_name(domain.as_bytes()) || word {
                        self.add(Kind::Domain, &domain);
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds a name, unless it is a word that others use too.
    pub fn add(&mut self, kind: Kind, name: &str) {
        let name = name.trim_matches(|c: char| c != '_' && c.is_ascii_punctuation());
        if name.len() > 128 || !words::is_telling(name.as_bytes()) {
            return;
        }
        let name = name.to_lowercase();
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let kept = self.kept.entry((hasher.finish(), name)).or_insert(kind);
        *kept = kind.min(*kept);
        self.bound();
    }

    /// Adds what other texts have shown.
    pub fn merge(&mut self, other: Names) {
        for (name, kind) in other.kept {
            let kept = self.kept.entry(name).or_insert(kind);
            *kept = kind.min(*kept);
        }
        self.overflowed |= other.overflowed;
        self.bound();
    }

    fn bound(&mut self) {
        while self.kept.len() > Names::MOST {
            self.kept.pop_last();
            self.overflowed = true;
        }
    }

    /// Whether there were more names than are kept.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Returns the names in small letters.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.kept.iter().map(|((_, name), kind)| (*kind, &**name))
    }
}

/// Words that are looked up in a text: names, and words behind which something may stand.
pub(super) struct Dictionary {
    /// A bit for each hash of a first atom that is in the table.
    bitmap: Box<[u64; 1024]>,
    /// By the hash of the first atom; the longest first.
    table: HashMap<u32, Vec<Entry>>,
}

struct Entry {
    word: Box<[u8]>,
    meaning: Meaning,
}

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is a name.
    Name(Kind),
    /// Names may follow.
    Trigger(Trigger),
}

/// Words behind which something may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// `C:\Users\`, `/home/`.
    Homes,
    /// `user 'x'`, `for user x`.
    User,
    /// `password for x`, `password is x`.
    Password,
    /// `publickey for x from`.
    AcceptedFor,
    /// `sudo: x : TTY=`.
    Sudo,
    /// `host 'x'`.
    Host,
    /// `Bearer x`.
    Bearer,
    /// `ConvertTo-SecureString "x"`.
    SecureString,
    /// `jdbc:oracle:thin:x/y@`.
    Thin,
    /// `IDENTIFIED BY 'x'`.
    Identified,
    /// `snmp-server community x`.
    Community,
    /// `secret 5 x`.
    Secret,
    /// `Tel. x`, `fax no. x`.
    Phone,
    /// `token x`, `token is x`.
    Token,
    /// `license key x`, `activation code x`.
    Licence,
    /// `serial x`, `serial no. x`.
    Serial,
    /// `social security number x`.
    Social,
    /// `connect to x:443`, `ping x`.
    Connect,
    /// `Linux x 5.14.0`.
    Kernel,
    /// `started by x`, `logged in as x`.
    Done,
    /// `successful for x from`.
    Outcome,
    /// `su: (to root) x on`.
    Su,
    /// `CRON[12]: (x) CMD`.
    Cron,
    /// `joined to domain x.io`.
    Domain,
}

const TRIGGERS: &[(&str, Trigger)] = &[
    ("users", Trigger::Homes),
    ("home", Trigger::Homes),
    ("settings", Trigger::Homes),
    ("profiles", Trigger::Homes),
    ("user", Trigger::User),
    ("account", Trigger::User),
    ("login", Trigger::User),
    ("password", Trigger::Password),
    ("passwd", Trigger::Password),
    ("passphrase", Trigger::Password),
    ("publickey", Trigger::AcceptedFor),
    ("interactive", Trigger::AcceptedFor),
    ("sudo", Trigger::Sudo),
    ("host", Trigger::Host),
    ("hostname", Trigger::Host),
    ("server", Trigger::Host),
    ("computer", Trigger::Host),
    ("machine", Trigger::Host),
    ("node", Trigger::Host),
    ("vm", Trigger::Host),
    ("workstation", Trigger::Host),
    ("bearer", Trigger::Bearer),
    ("securestring", Trigger::SecureString),
    ("thin", Trigger::Thin),
    ("identified", Trigger::Identified),
    ("community", Trigger::Community),
    ("secret", Trigger::Secret),
    ("phone", Trigger::Phone),
    ("telephone", Trigger::Phone),
    ("telefon", Trigger::Phone),
    ("tel", Trigger::Phone),
    ("fax", Trigger::Phone),
    ("telefax", Trigger::Phone),
    ("mobile", Trigger::Phone),
    ("mobil", Trigger::Phone),
    ("pwd", Trigger::Password),
    ("passwort", Trigger::Password),
    ("kennwort", Trigger::Password),
    ("passcode", Trigger::Password),
    ("token", Trigger::Token),
    ("jsessionid", Trigger::Token),
    ("license", Trigger::Licence),
    ("licence", Trigger::Licence),
    ("activation", Trigger::Licence),
    ("ipk", Trigger::Licence),
    ("serial", Trigger::Serial),
    ("sn", Trigger::Serial),
    ("social", Trigger::Social),
    ("connect", Trigger::Connect),
    ("connecting", Trigger::Connect),
    ("connected", Trigger::Connect),
    ("connection", Trigger::Connect),
    ("ping", Trigger::Connect),
    ("proxy", Trigger::Connect),
    ("agent", Trigger::Connect),
    ("linux", Trigger::Kernel),
    ("started", Trigger::Done),
    ("stopped", Trigger::Done),
    ("requested", Trigger::Done),
    ("initiated", Trigger::Done),
    ("launched", Trigger::Done),
    ("created", Trigger::Done),
    ("changed", Trigger::Done),
    ("modified", Trigger::Done),
    ("deleted", Trigger::Done),
    ("approved", Trigger::Done),
    ("cancelled", Trigger::Done),
    ("submitted", Trigger::Done),
    ("authenticated", Trigger::Done),
    ("logged", Trigger::Done),
    ("running", Trigger::Done),
    ("successful", Trigger::Outcome),
    ("succeeded", Trigger::Outcome),
    ("su", Trigger::Su),
    ("cron", Trigger::Cron),
    ("domain", Trigger::Domain),
];

impl Dictionary {
    pub(super) fn new(names: &Names) -> Dictionary {
        let mut dictionary = Dictionary { bitmap: Box::new([0; 1024]), table: HashMap::new() };
        for (word, trigger) in TRIGGERS {
            dictionary.add(word, Meaning::Trigger(*trigger));
        }
        for (kind, name) in names.iter() {
            dictionary.add(name, Meaning::Name(kind));
            if !name.is_ascii() {
                // Words are compared in any ASCII case.
                dictionary.add(&name.to_uppercase(), Meaning::Name(kind));
                let mut letters = name.chars();
                let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
                dictionary.add(&(first + letters.as_str()), Meaning::Name(kind));
            }
        }
        dictionary.table.values_mut().for_each(|entries| entries.sort_by_key(|it| std::cmp::Reverse(it.word.len())));
        dictionary
    }

    fn add(&mut self, word: &str, meaning: Meaning) {
        let first = word.bytes().position(is_atom).unwrap_or(word.len());
        let word = &word.as_bytes()[first..];
        let length = word.iter().position(|byte| !is_atom(*byte)).unwrap_or(word.len());
        if length > 0 {
            let key = key(&word[..length]);
            self.bitmap[(key >> 22) as usize] |= 1 << (key >> 16 & 63);
            self.table.entry(key).or_default().push(Entry { word: word.into(), meaning });
        }
    }

    /// Whether a word that begins with this atom may be known; false for most.
    #[inline]
    pub(super) fn may_have(&self, key: u32) -> bool {
        self.bitmap[(key >> 22) as usize] >> (key >> 16 & 63) & 1 == 1
    }

    /// Returns the longest known word that begins at `at`, where an atom with this key begins, and ends where a word ends.
    pub(super) fn word_at(&self, text: &[u8], at: usize, key: u32) -> Option<(usize, Meaning)> {
        self.table.get(&key)?.iter().find_map(|entry| {
            let end = at + entry.word.len();
            let same = text.get(at..end).is_some_and(|it| it.eq_ignore_ascii_case(&entry.word));
            let ends = !text.get(end).is_some_and(|byte| is_atom(*byte));
            (same && ends).then_some((end, entry.meaning))
        })
    }

    /// Returns the kind of a whole word that is known as a name.
    pub(super) fn kind_of(&self, word: &[u8]) -> Option<Kind> {
        let length = word.iter().position(|byte| !is_atom(*byte)).unwrap_or(word.len());
        match self.word_at(word, 0, key(&word[..length]))? {
            (end, Meaning::Name(kind)) if end == word.len() => Some(kind),
            _ => None,
        }
    }
}

/// A hash of an atom in any ASCII case: its length and its first and last eight bytes.
#[inline]
pub(super) fn key(atom: &[u8]) -> u32 {
    const SMALL: u64 = 0x2020_2020_2020_2020;
    let (first, last) = match (atom.first_chunk::<8>(), atom.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (atom.first_chunk::<4>(), atom.last_chunk::<4>()) {
            (Some(first), Some(last)) => (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into()),
            _ => {
                let at = |index: usize| atom.get(index).map_or(0, |byte| u64::from(*byte));
                (at(0) | at(1) << 8 | at(2) << 16, 0)
            }
        },
    };
    let mixed =
        (first | SMALL).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (last | SMALL).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    ((mixed.wrapping_add(atom.len() as u64)).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_and_whole() {
        let mut names = Names::default();
        names.add(Kind::Host, "srv-vbr01");
        names.add(Kind::User, "jdoe");
        names.add(Kind::User, "root");
        let dictionary = Dictionary::new(&names);
        for (word, expected) in [
            ("SRV-VBR01", Some(Kind::Host)),
            ("jdoe", Some(Kind::User)),
            ("jdoe2", None),
            ("root", None),
            ("srv", None),
            ("user", None),
        ] {
            assert_eq!(dictionary.kind_of(word.as_bytes()), expected, "{word}");
        }
    }

    /// A name that is such a word would be missed where it stands alone.
    #[test]
    fn words_behind_which_something_stands_are_no_names() {
        for (word, _) in TRIGGERS {
            assert!(!words::is_telling(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn a_domain_with_a_computer_of_the_customer_is_no_public_one() {
        let learnt = |text: &str| {
            let mut names = Names::default();
            names.learn(text.as_bytes());
            names.iter().any(|it| it == (Kind::Domain, "example.com"))
        };
        assert!(learnt("connected to srv41.example.com"));
        assert!(!learnt("connected to www.example.com as jane@example.com"));
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        let all: Vec<String> = (0..Names::MOST + 100).map(|at| format!("srv-{at}")).collect();
        let of = |names: &mut dyn Iterator<Item = &String>| {
            let mut learnt = Names::default();
            names.for_each(|name| learnt.add(Kind::Host, name));
            learnt
        };
        let (forwards, backwards) = (of(&mut all.iter()), of(&mut all.iter().rev()));
        assert!(forwards == backwards && forwards.overflowed() && forwards.iter().count() == Names::MOST);
        let (half, mut other) = all.split_at(60_000);
        let mut merged = of(&mut other.iter());
        merged.merge(of(&mut half.iter()));
        assert!(merged == forwards);
        other = &other[..0];
        assert!(of(&mut other.iter()) == Names::default());
    }

    #[test]
    fn names_are_learnt_where_the_text_says_what_they_are() {
        let mut names = Names::default();
        names.learn(b"Jun 14 15:16:01 dn228 sshd[1]: Accepted password for jdoe from 10.0.0.1 port 22 ssh2\n");
        names.learn(br"open \\filer7\share as CONTOSO\asmith; C:\Users\mmeier\x.log; srv9.fabrikam.local");
        let mut all: Vec<_> = names.iter().collect();
        all.sort();
        assert_eq!(
            all,
            [
                (Kind::Host, "dn228"),
                (Kind::Host, "filer7"),
                (Kind::Host, "srv9"),
                (Kind::Domain, "contoso"),
                (Kind::Domain, "fabrikam"),
                (Kind::User, "asmith"),
                (Kind::User, "jdoe"),
                (Kind::User, "mmeier"),
            ]
        );
    }
}

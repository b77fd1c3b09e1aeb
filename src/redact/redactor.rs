use super::kind::MARK;
use super::names::Dictionary;
use super::pseudonym::{Role, domain_labels, pseudonym, pseudonym_at};
use super::walk::{Find, State, What, finds, plain};
use super::{CustomerKey, Kind, Map, Names, address, words};
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// What is wanted of a redaction.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names and addresses stay, because the customer has said so. Secrets and keywords are taken out all the same.
    pub keep_identifiers: bool,
    /// Words that the customer wants out wherever they stand, also inside other words.
    pub keywords: Vec<String>,
}

/// Takes secrets and identifiers out of texts of one customer.
///
/// The same text, names and key give the same result, whatever the number of threads. It keeps what its pseudonyms stand for
/// (see [`Redactor::map`]).
pub struct Redactor {
    key: CustomerKey,
    keep_identifiers: bool,
    keywords: Option<Regex>,
    dictionary: Dictionary,
    map: Mutex<Map>,
}

/// Text that has gone through a [`Redactor`]; there is no other way to make one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redacted(String);

impl Redacted {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The redaction of the texts of one file, in their order. It remembers pseudonyms, so it is quicker than
/// [`Redactor::text`] for each.
pub struct Flow<'r> {
    redactor: &'r Redactor,
    state: State,
    finds: Vec<Find>,
    /// What stands in the place of a find, by the kind of find and its bytes; none if it stays.
    known: HashMap<Vec<u8>, Option<Arc<str>>>,
    counts: BTreeMap<Kind, u64>,
}

/// So many pseudonyms a flow remembers.
const REMEMBERED: usize = 1 << 16;

impl Redactor {
    /// Makes the redactor of a customer that knows these names.
    pub fn new(key: CustomerKey, options: &Options, names: &Names) -> Redactor {
        let mut keywords: Vec<&str> = options.keywords.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
        // Of two at the same place the longer one is meant.
        keywords.sort_by_key(|it| (std::cmp::Reverse(it.len()), *it));
        let pattern: Vec<String> = keywords.iter().map(|it| regex::escape(it)).collect();
        let regex = RegexBuilder::new(&pattern.join("|")).case_insensitive(true).size_limit(256 << 20).build();
        Redactor {
            key,
            keep_identifiers: options.keep_identifiers,
            keywords: regex.ok().filter(|_| !keywords.is_empty()),
            dictionary: Dictionary::new(names),
            map: Mutex::default(),
        }
    }

    /// Begins a file.
    pub fn flow(&self) -> Flow<'_> {
        Flow {
            redactor: self,
            state: State::default(),
            finds: Vec::new(),
            known: HashMap::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Redacts a whole text.
    pub fn text<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.flow().text(text)
    }

    /// Redacts a whole text.
    pub fn str(&self, text: &str) -> Redacted {
        // Finds begin and end at ASCII signs or at the ends of letters, so this changes nothing.
        Redacted(String::from_utf8_lossy(&self.text(text.as_bytes())).into_owned())
    }

    /// Returns which pseudonyms were given so far, and what they stand for.
    pub fn map(&self) -> Map {
        self.map.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes which pseudonyms were given since the last time, if they are more than so many: for who keeps them elsewhere.
    pub fn take_map(&self, more_than: usize) -> Option<Map> {
        let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        (map.len() > more_than).then(|| std::mem::take(&mut *map))
    }

    fn record(&self, kind: Kind, pseudonym: &str, original: &str) {
        self.map.lock().unwrap_or_else(PoisonError::into_inner).add(kind, pseudonym, original);
    }

    fn name(&self, kind: Kind, role: Role, name: &str) -> String {
        let new = pseudonym(&self.key, role, name);
        self.record(kind, &new, name);
        new
    }

    /// Returns the pseudonym of a DNS name: of its host, of the labels between, and of its domain. The name of a cloud service
    /// stays, for it is the same for all.
    fn dns(&self, name: &str) -> String {
        let service = words::cloud_service(name.as_bytes()).filter(|at| *at > 0);
        let (name, service) = service.map_or((name, None), |at| (&name[..at - 1], Some(&name[at..])));
        let labels: Vec<&str> = name.split('.').collect();
        let domain = if service.is_some() { labels.len() } else { labels.len() - domain_labels(&labels) };
        let mut new: Vec<String> = Vec::new();
        for (index, label) in labels[..domain].iter().enumerate() {
            let (kind, role) = if index == 0 { (Kind::Host, Role::Host) } else { (Kind::Domain, Role::Sub) };
            new.push(match pseudonym_at(label.as_bytes()) {
                Some(length) if length == label.len() => (*label).to_owned(),
                _ => self.name(kind, role, label),
            });
        }
        new.push(match service {
            Some(service) => service.to_owned(),
            None => self.name(Kind::Domain, Role::Domain, &labels[domain..].join(".")),
        });
        new.join(".")
    }

    /// Returns what stands in the place of an identifier, and its kind; none if it stays as it is.
    fn replaced(&self, what: What, text: &str) -> (Kind, Option<String>) {
        let add = |kind, new: String| {
            self.record(kind, &new, text);
            (kind, Some(new))
        };
        match what {
            What::Secret(kind) => (kind, Some(kind.mark())),
            What::Name(kind) => (kind, Some(self.name(kind, Role::of(kind), text))),
            What::Dns => (Kind::Host, Some(self.dns(text))),
            What::Ipv4(prefix) => {
                let address = text.parse::<Ipv4Addr>().ok();
                let new = address.and_then(|it| match prefix {
                    Some(prefix) => address::ipv4_network(&self.key, it, prefix),
                    None => address::ipv4(&self.key, it),
                });
                new.map_or((Kind::Ipv4, None), |it| add(Kind::Ipv4, it.to_string()))
            }
            What::Ipv6(prefix) => {
                let address = text.parse::<Ipv6Addr>().ok();
                let new = address.and_then(|it| match prefix {
                    Some(prefix) => address::ipv6_network(&self.key, it, prefix),
                    None => address::ipv6(&self.key, it),
                });
                // Whoever reads it sees an address of the older kind, too.
                if let (Some(old), Some(new)) =
                    (address.and_then(|it| it.to_ipv4_mapped()), new.and_then(|it| it.to_ipv4_mapped()))
                {
                    self.record(Kind::Ipv4, &new.to_string(), &old.to_string());
                }
                new.map_or((Kind::Ipv6, None), |it| add(Kind::Ipv6, it.to_string()))
            }
            What::Mac => self.mac(text).map_or((Kind::Mac, None), |it| add(Kind::Mac, it)),
            What::Sid => add(Kind::Sid, self.sid(text)),
        }
    }

    /// Returns other numbers for those of a security identifier.
    fn sid(&self, numbers: &str) -> String {
        let tag = self.key.tag("sid", numbers.as_bytes());
        let number = |it: &[u8]| it.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)).to_string();
        let new: Vec<String> = tag.chunks_exact(4).zip(numbers.split('-')).map(|(it, _)| number(it)).collect();
        new.join("-")
    }

    /// Returns the pseudonym of a hardware address in the form that it has.
    fn mac(&self, text: &str) -> Option<String> {
        let digits: Vec<u8> = text.chars().filter_map(|it| Some(it.to_digit(16)? as u8)).collect();
        let mut bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect();
        if !matches!(bytes.len(), 6 | 8) || !address::mac(&self.key, &mut bytes) {
            return None;
        }
        let capitals = text.chars().any(|it| it.is_ascii_uppercase());
        let mut digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| {
            let digit = char::from_digit(digit.into(), 16).unwrap_or('0');
            if capitals { digit.to_ascii_uppercase() } else { digit }
        });
        Some(text.chars().map(|it| if it.is_ascii_hexdigit() { digits.next().unwrap_or(it) } else { it }).collect())
    }
}

impl Flow<'_> {
    /// Redacts the next text of the file, which begins and ends at a line (or within one that is very long).
    pub fn text<'t>(&mut self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut found = std::mem::take(&mut self.finds);
        found.clear();
        finds(text, &self.redactor.dictionary, &mut self.state, &mut found);
        let mut out = Vec::new();
        let mut copied = 0;
        for find in &found {
            let original = &text[find.start..find.end];
            let Some(new) = self.replacement(find.what, original) else { continue };
            if out.is_empty() {
                out.reserve(text.len() + text.len() / 8);
            }
            out.extend_from_slice(&text[copied..find.start]);
            out.extend_from_slice(new.as_bytes());
            // A key takes as many lines as before, so that lines keep their numbers.
            out.extend(original.iter().filter(|byte| **byte == b'\n'));
            copied = find.end;
        }
        self.finds = found;
        let text = match copied {
            0 => Cow::Borrowed(text),
            _ => {
                out.extend_from_slice(&text[copied..]);
                Cow::Owned(out)
            }
        };
        match &self.redactor.keywords {
            Some(keywords) => self.without_keywords(keywords, text),
            None => text,
        }
    }

    /// Returns how many of each kind were replaced so far.
    pub fn counts(&self) -> &BTreeMap<Kind, u64> {
        &self.counts
    }

    fn replacement(&mut self, what: What, original: &[u8]) -> Option<Arc<str>> {
        if let What::Secret(kind) = what {
            *self.counts.entry(kind).or_default() += 1;
            return Some(kind.mark().into());
        }
        if self.redactor.keep_identifiers {
            return None;
        }
        let plain = plain(original);
        let original = plain.as_deref().unwrap_or(original);
        let (tag, more) = match what {
            What::Secret(_) => (0, 0),
            What::Name(kind) => (1, kind as u8),
            What::Dns => (2, 0),
            What::Ipv4(prefix) => (3, prefix.map_or(255, |it| it as u8)),
            What::Ipv6(prefix) => (4, prefix.map_or(255, |it| it as u8)),
            What::Mac => (5, 0),
            What::Sid => (6, 0),
        };
        let mut key = Vec::with_capacity(original.len() + 2);
        key.extend([tag, more]);
        key.extend_from_slice(original);
        let new = match self.known.get(&key) {
            Some(new) => new.clone(),
            None => {
                let (_, new) = self.redactor.replaced(what, &String::from_utf8_lossy(original));
                let new: Option<Arc<str>> = new.map(Arc::from);
                if self.known.len() >= REMEMBERED {
                    self.known.clear();
                }
                self.known.insert(key, new.clone());
                new
            }
        };
        if new.is_some() {
            let kind = match what {
                What::Secret(kind) | What::Name(kind) => kind,
                What::Dns => Kind::Host,
                What::Ipv4(_) => Kind::Ipv4,
                What::Ipv6(_) => Kind::Ipv6,
                What::Mac => Kind::Mac,
                What::Sid => Kind::Sid,
            };
            *self.counts.entry(kind).or_default() += 1;
        }
        new
    }

    fn without_keywords<'t>(&mut self, keywords: &Regex, text: Cow<'t, [u8]>) -> Cow<'t, [u8]> {
        let mut out = Vec::new();
        let mut copied = 0;
        for found in keywords.find_iter(&text) {
            // The name of a kind in a mark or a pseudonym.
            let ours =
                text[..found.start()].ends_with(MARK.as_bytes()) || pseudonym_at(&text[found.start()..]).is_some();
            if !ours {
                let new = self.redactor.name(Kind::Keyword, Role::Keyword, &String::from_utf8_lossy(found.as_bytes()));
                out.extend_from_slice(&text[copied..found.start()]);
                out.extend_from_slice(new.as_bytes());
                copied = found.end();
                *self.counts.entry(Kind::Keyword).or_default() += 1;
            }
        }
        if copied == 0 {
            return text;
        }
        out.extend_from_slice(&text[copied..]);
        Cow::Owned(out)
    }
}

//! The leak scan: looks over finished text for what a redaction must have taken out.
//!
//! It shares no detector with the redaction. It searches regular expressions where the redaction walks over words, has
//! checks of its own, and looks up everything that the redactor has replaced: a mistake in one is seen by the other.
//! Only what is certain counts, since a leak blocks.

use super::{Kind, Map, pseudonym, words};
use regex::bytes::{Captures, Regex};
use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Something in a finished text that must not be there. It does not hold the text itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What found it.
    pub rule: &'static str,
}

/// Looks for leaks; made once for all texts of a redactor.
pub struct LeakScan {
    /// Only secrets count.
    secrets_only: bool,
    /// Names that were replaced, in small letters.
    originals: HashSet<Vec<u8>>,
    /// Those of several words.
    phrases: Option<Regex>,
    /// Addresses that are pseudonyms.
    issued: HashSet<Vec<u8>>,
    /// Words that the customer wants out.
    keywords: Vec<Vec<u8>>,
}

/// One thing that is looked for.
struct Rule {
    name: &'static str,
    kind: Kind,
    regex: Regex,
    /// Whether what was found is a leak; the group `v` or all of it.
    holds: fn(&LeakScan, &[u8], &Captures<'_>) -> bool,
}

/// Name, kind, regular expression and check. `(?P<v>...)` is what counts.
type Source = (&'static str, Kind, &'static str, fn(&LeakScan, &[u8], &Captures<'_>) -> bool);

const SOURCES: &[Source] = &[
    ("private key", Kind::PrivateKey, r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY", always),
    ("cloud key", Kind::CloudKey, r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}", always),
    (
        "cloud key by name",
        Kind::CloudKey,
        r"(?i-u)(?:account|secretaccess|storage)_?-?key\W{1,6}(?P<v>[A-Za-z0-9+/]{30,}=*)",
        value,
    ),
    (
        "token",
        Kind::Token,
        r"\b(?:gh[opsur]_[0-9A-Za-z]{36}|github_pat_\w{30,}|glpat-[\w-]{20}|xox[abprs]-[0-9A-Za-z-]{15,}|sk_live_\w{16,}|npm_[0-9A-Za-z]{36}|hvs\.[\w-]{24,}|eyJ[\w-]{15,}\.[\w-]{10,})",
        always,
    ),
    ("authorization", Kind::Token, r#"(?i-u)\b(?:bearer|basic)[ \t]+(?P<v>[a-z0-9+/=._~-]{16,})"#, value),
    (
        "token by name",
        Kind::Token,
        r#"(?i-u)(?:token|api[_-]?key|access[_-]?key|secret[_-]?key|auth[_-]?key)\\{0,7}["']?[ \t]{0,8}[=:][ \t]{0,8}\\{0,7}["']?(?P<v>[a-z0-9+/=_~.-]{16,})"#,
        random,
    ),
    (
        "cookie",
        Kind::Token,
        r#"(?i-u)(?:\bcookie["']?: *["']?[^\s=;"]+|\b(?:jsessionid|phpsessid|dsid)["']?)[=:>] *["']?(?P<v>[^\s;"'<]{12,})"#,
        value,
    ),
    (
        "password by name",
        Kind::Password,
        r#"(?i-u)(?:password|passwd|passphrase|pwd)\\{0,7}["']?[ \t]{0,8}=[ \t]{0,8}\\{0,7}["']?(?P<v>[^\s"'<>;&\\]+)"#,
        secret_or_folder,
    ),
    (
        "password in quotes",
        Kind::Password,
        r#"(?i-u)(?:password|passwd|passphrase|pwd|secret)\\{0,7}["'][ \t]{0,8}[:,][ \t]{0,8}\\{0,7}["'](?P<v>[^"'\\\n]+)"#,
        value,
    ),
    ("password in an element", Kind::Password, r"(?i-u)<\w*(?:password|passwd|pwd|secret)>(?P<v>[^<\n]+)<", value),
    (
        "password in a file",
        Kind::Password,
        r"(?im-u)^[ \t]*(?:password|passwd|passphrase|pwd)[ \t]*:[ \t]+(?P<v>[^\s\[]*\d\S*)",
        value,
    ),
    (
        "password in a command",
        Kind::Password,
        r#"(?i-u)(?:\s-u \w+:|\bidentified by '|\bsecurestring "|\bpassword is (?:set to )?)(?P<v>[^\s"']*\d[^\s"']*)"#,
        value,
    ),
    (
        "password of an option",
        Kind::Password,
        r#"(?i-u)\s--?(?:password|passphrase|passwd)[ =]["']?(?P<v>[^\s"'-][^\s"']*)"#,
        value,
    ),
    ("password in an address", Kind::Password, r#"://[^\s/:@"'<>]{0,64}:(?P<v>[^\s@"'<>/]+)@"#, value),
    (
        "card",
        Kind::Card,
        r"(?:^|[^\w.-])(?P<v>[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{4}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?:$|[^\w.-])",
        luhn,
    ),
    ("iban", Kind::Iban, r"\b[A-Z]{2}\d{2}(?:[0-9A-Z]{11,30}|(?: [0-9A-Z]{4}){2,7}(?: [0-9A-Z]{1,3})?)\b", mod97),
    ("licence key", Kind::Licence, r"(?:^|[^\w-])(?P<v>[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3,7})(?:$|[^\w-])", mixed),
    ("base64", Kind::Encoded, r"(?:^|[^A-Za-z0-9+/=_-])(?P<v>[A-Za-z0-9+/]{24,}={0,2})", encoded),
    (
        "mail address",
        Kind::User,
        r"(?P<v>[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,12})\b",
        mail,
    ),
    ("ipv4", Kind::Ipv4, r"(?:^|[^\w.])(?P<v>\d{1,3}(?:\.\d{1,3}){3})(?:$|[^\w.]|\.(?:$|\s))", ipv4),
    (
        "ipv6",
        Kind::Ipv6,
        r"(?i-u)(?:^|[^\w:.])(?P<v>(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})(?:$|[^\w:.])",
        ipv6,
    ),
    (
        "hardware address",
        Kind::Mac,
        r"(?i-u)(?:^|[^\w:-])(?P<v>[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?:$|[^\w:.-]|[:.](?:$|\s))",
        mac,
    ),
    (
        "dns name",
        Kind::Host,
        r"(?:^|[^\w.$%/@-])(?P<v>[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|net|org|local|lan|corp|internal|intranet|de|fr|uk|nl|ch|at))(?:$|[^\w.(=-]|\.(?:$|\s))",
        dns,
    ),
    (
        "network path",
        Kind::Host,
        r#"(?:(?:^|[\s"'=(\[,])(?:\\\\|\\\\\\\\)|\bsmb://|UNC\\)(?P<v>[A-Za-z0-9][\w.-]*)[\\/]{1,2}[A-Za-z0-9]"#,
        host,
    ),
    (
        "host by name",
        Kind::Host,
        r#"(?i-u)\b(?:(?:host|server|computer|machine)_?name\\{0,3}["']?[ \t]{0,4}[=:]|(?:host|server)(?:=|\\{0,3}["'][ \t]?:))[ \t]{0,4}\\{0,3}["']?(?P<v>[a-z][\w.-]{2,})(?:["'\s,;]|$)"#,
        host,
    ),
    (
        "host of a syslog header",
        Kind::Host,
        r"(?m-u)^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?P<v>[\w.-]+) [\w/-]+\[\d+\]: ",
        host,
    ),
    ("home folder", Kind::User, r#"(?i-u)(?:/home/|/Users/|:\\{1,4}Users\\{1,4})(?P<v>[a-z][\w.-]+)"#, user),
    (
        "user by name",
        Kind::User,
        r#"(?i-u)\buser_?name\\{0,3}["']?[ \t]{0,4}[=:][ \t]{0,4}\\{0,3}["']?(?P<v>[a-z][\w.-]{2,})(?:["'\s,;&]|$)"#,
        user,
    ),
    ("user in quotes", Kind::User, r#"(?i-u)\bfor user ["'](?P<v>[a-z][\w.-]{2,})["']"#, user),
    ("user in a log-on", Kind::User, r"\bpassword for (?:invalid user )?(?P<v>[a-z][\w.-]+) from ", user),
    (
        "domain user",
        Kind::User,
        r#"(?:^|[\s"'=(\[,])[A-Z][A-Z0-9-]{2,14}\\{1,2}(?P<v>[a-z][a-z0-9._-]{2,30})(?:["'\s,;]|$)"#,
        domain_user,
    ),
    (
        "domain by name",
        Kind::Domain,
        r#"(?i-u)\bdomain_?name\\{0,3}["']?[ \t]{0,4}=[ \t]{0,4}\\{0,3}["']?(?P<v>[a-z][\w.-]{2,})"#,
        domain,
    ),
    (
        "serial number",
        Kind::Serial,
        r#"(?i-u)\b(?:serial[ _-]?(?:number|no)|service[ _-]?tag)\\{0,3}["']?[ \t]{0,8}[=:][ \t]{0,8}\\{0,3}["']?(?P<v>[0-9a-z][0-9a-z-]{4,})"#,
        serial,
    ),
];

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rules = SOURCES.iter().map(|(name, kind, pattern, holds)| {
        #[expect(clippy::expect_used, reason = "a test builds them all")]
        let regex = Regex::new(pattern).expect("the patterns of the leak scan are valid");
        Rule { name, kind: *kind, regex, holds: *holds }
    });
    rules.collect()
});

impl LeakScan {
    /// Prepares a scan of texts whose pseudonyms are in this map. With `secrets_only` identifiers may stay.
    pub fn new(map: &Map, keywords: &[String], secrets_only: bool) -> LeakScan {
        let mut scan = LeakScan {
            secrets_only,
            originals: HashSet::new(),
            phrases: None,
            issued: HashSet::new(),
            keywords: keywords
                .iter()
                .map(|it| it.trim().to_lowercase().into_bytes())
                .filter(|it| !it.is_empty())
                .collect(),
        };
        let mut phrases = Vec::new();
        for (kind, pseudonym, original) in map.entries() {
            if matches!(kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Mac) {
                scan.issued.insert(pseudonym.to_lowercase().into_bytes());
            } else if kind != Kind::Keyword && words::is_telling(original.as_bytes()) {
                let original = original.to_lowercase();
                if !original.bytes().all(|byte| is_part(&byte)) {
                    phrases.push(regex::escape(&original));
                }
                scan.originals.insert(original.into_bytes());
            }
        }
        // Few names have blanks.
        phrases.truncate(10_000);
        scan.phrases = Regex::new(&phrases.join("|")).ok().filter(|_| !phrases.is_empty());
        scan
    }

    /// Returns all leaks of a text, by their place. A text need not be whole; what is cut off at its ends may be missed.
    pub fn leaks(&self, text: &[u8]) -> Vec<Leak> {
        let mut leaks = self.by_rules(text);
        if !self.secrets_only {
            self.known(text, &mut leaks);
        }
        self.by_keywords(text, &mut leaks);
        leaks.sort();
        leaks.dedup();
        leaks
    }

    fn by_rules(&self, text: &[u8]) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for rule in RULES.iter().filter(|rule| rule.kind.is_secret() || !self.secrets_only) {
            let mut at = 0;
            while let Some(found) = rule.regex.captures_at(text, at) {
                let Some(part) = found.name("v").or_else(|| found.get(0)) else { break };
                if (rule.holds)(self, text, &found) {
                    leaks.push(Leak { start: part.start(), end: part.end(), kind: rule.kind, rule: rule.name });
                }
                // The sign behind one may be the sign before the next one.
                at = part.end().max(at + 1);
                if at > text.len() {
                    break;
                }
            }
        }
        leaks
    }

    /// Names that were replaced elsewhere, as whole words or as parts of compound ones.
    fn known(&self, text: &[u8], leaks: &mut Vec<Leak>) {
        if self.originals.is_empty() {
            return;
        }
        if let Some(phrases) = &self.phrases {
            let lower = text.to_ascii_lowercase();
            let found = phrases.find_iter(&lower);
            leaks.extend(found.map(|it| Leak {
                start: it.start(),
                end: it.end(),
                kind: Kind::User,
                rule: "known name",
            }));
        }
        let mut at = 0;
        for word in text.split(|byte| !is_part(byte)) {
            let start = at;
            at += word.len() + 1;
            if word.len() < 3 {
                continue;
            }
            let lower = String::from_utf8_lossy(word).to_lowercase().into_bytes();
            let mut ends: Vec<usize> = (1..lower.len()).filter(|at| b"._-".contains(&lower[*at])).collect();
            ends.push(lower.len());
            let mut starts: Vec<usize> = ends.iter().map(|end| end + 1).collect();
            starts.insert(0, 0);
            // Words of very many parts are no names.
            for (index, from) in starts.iter().enumerate().take(12) {
                for to in ends[index.min(ends.len())..].iter().take(6) {
                    if lower.get(*from..*to).is_some_and(|it| self.originals.contains(it)) {
                        leaks.push(Leak { start: start + from, end: start + to, kind: Kind::Host, rule: "known name" });
                    }
                }
            }
        }
    }

    fn by_keywords(&self, text: &[u8], leaks: &mut Vec<Leak>) {
        if self.keywords.is_empty() {
            return;
        }
        let lower = text.to_ascii_lowercase();
        for keyword in &self.keywords {
            for start in memchr::memmem::find_iter(&lower, keyword) {
                let ours = pseudonym::pseudonym_at(&text[start..]).is_some() || text[..start].ends_with(b"[redacted:");
                if !ours {
                    leaks.push(Leak { start, end: start + keyword.len(), kind: Kind::Keyword, rule: "keyword" });
                }
            }
        }
    }
}

/// Whether a byte may stand in a name of one word.
fn is_part(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"._-".contains(byte)
}

/// What counts of a match.
fn part<'t>(found: &Captures<'t>) -> &'t [u8] {
    found.name("v").or_else(|| found.get(0)).map_or(b"", |it| it.as_bytes())
}

fn is_ours(text: &[u8]) -> bool {
    pseudonym::is_redacted(text) || text.starts_with(b"[redacted")
}

fn always(_: &LeakScan, _: &[u8], _: &Captures<'_>) -> bool {
    true
}

/// Not a mark, a mask, a variable or a word for nothing.
fn value(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    let lower = text.to_ascii_lowercase();
    let mask = text.iter().all(|byte| !byte.is_ascii_alphanumeric()) || lower.iter().all(|byte| *byte == b'x');
    let none = [
        &b"null"[..],
        b"none",
        b"(null)",
        b"nil",
        b"true",
        b"false",
        b"yes",
        b"no",
        b"undefined",
        b"empty",
        b"n/a",
        b"%s",
        b"{0}",
    ];
    !is_ours(text)
        && !mask
        && !none.contains(&&*lower)
        && !text.starts_with(b"${")
        && !text.starts_with(b"%")
        && !text.starts_with(b"{")
}

/// The same, but for `PWD=/root`, the folder in which a command was started.
fn secret_or_folder(scan: &LeakScan, text: &[u8], found: &Captures<'_>) -> bool {
    let folder = part(found).starts_with(b"/") || part(found).starts_with(b"~");
    let key = found.get(0).is_some_and(|it| it.as_bytes().to_ascii_lowercase().starts_with(b"pwd"));
    !(folder && key) && value(scan, text, found)
}

/// A value with letters and digits.
fn random(scan: &LeakScan, text: &[u8], found: &Captures<'_>) -> bool {
    mixed(scan, text, found) && value(scan, text, found)
}

fn mixed(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic)
}

fn luhn(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let digits: Vec<u32> = part(found).iter().filter_map(|byte| char::from(*byte).to_digit(10)).collect();
    let known = match digits.len() {
        15 => digits[0] == 3 && matches!(digits[1], 4 | 7),
        16 => {
            let four = digits[..4].iter().fold(0, |all, digit| 10 * all + digit);
            matches!(four, 4000..=4999 | 5100..=5599 | 2221..=2720 | 6011 | 6500..=6599 | 3528..=3589)
        }
        _ => false,
    };
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, second)| if second { DOUBLED[*digit as usize] } else { *digit })
        .sum();
    known && sum.is_multiple_of(10)
}

fn mod97(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text: Vec<u8> = part(found).iter().copied().filter(|byte| *byte != b' ').collect();
    if !(15..=34).contains(&text.len()) {
        return false;
    }
    let number: String = [&text[4..], &text[..4]]
        .concat()
        .iter()
        .map(|byte| char::from(*byte).to_digit(36).unwrap_or(0).to_string())
        .collect();
    number.as_bytes().chunks(7).fold(String::new(), |rest, digits| {
        let all: u64 = (rest + &String::from_utf8_lossy(digits)).parse().unwrap_or(0);
        (all % 97).to_string()
    }) == "1"
}

/// Text in Base64 that leaks a secret or a mail address.
fn encoded(scan: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = part(found);
    let text = &text[..text.len().min(16 << 10)];
    let mut inner = Vec::new();
    for four in text.chunks(4) {
        let values: Vec<u32> =
            four.iter().filter_map(|byte| ALPHABET.iter().position(|it| it == byte)).map(|it| it as u32).collect();
        let bits = values.iter().fold(0, |all, value| all << 6 | value) << (6 * (4 - values.len()));
        let bytes = bits.to_be_bytes();
        inner.extend_from_slice(&bytes[1..(1 + values.len() * 6 / 8).min(4)]);
    }
    inner.retain(|byte| *byte != 0);
    let is_text = inner.len() >= 12 && inner.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    is_text && scan.by_rules(&inner).iter().any(|leak| leak.kind.is_secret() || leak.rule == "mail address")
}

fn mail(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let (user, domain) = (&text[..at], &text[at + 1..]);
    let unit = [&b"service"[..], b"socket", b"timer", b"mount", b"target", b"device", b"slice", b"scope", b"path"];
    let last = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let public = words::is_public_name(domain) && words::is_account(user);
    !public
        && !unit.contains(&last)
        && !domain.to_ascii_lowercase().ends_with(b".example")
        && !words::is_public_name(domain)
}

fn ipv4(scan: &LeakScan, text: &[u8], found: &Captures<'_>) -> bool {
    let Some(part) = found.name("v") else { return false };
    let Ok(address) = std::str::from_utf8(part.as_bytes()).unwrap_or_default().parse::<Ipv4Addr>() else {
        return false;
    };
    let [first, second, ..] = address.octets();
    let constant = first == 0 || first == 127 || first >= 224 || first == 169 && second == 254;
    let mask = address.to_bits().leading_ones() + address.to_bits().trailing_zeros() >= 32;
    // Four numbers behind a word and before a sign are rather a version: only in brackets, before a port, or in a sentence
    // about hosts is it certain.
    let before = &text[part.start().saturating_sub(12)..part.start()].to_ascii_lowercase();
    let sure = [
        &b"from "[..],
        b"to ",
        b"host ",
        b"host=",
        b"ip ",
        b"ip=",
        b"addr=",
        b"address ",
        b"address=",
        b"client ",
        b"server ",
        b"src=",
        b"dst=",
        b"://",
        b"@",
        b"\\\\",
        b"ip: ",
        b"address: ",
        b"peer ",
        b"ip\":\"",
    ];
    let private = address.is_private();
    let port = text.get(part.end()) == Some(&b':') && text.get(part.end() + 1).is_some_and(u8::is_ascii_digit);
    let says = sure.iter().any(|it| before.ends_with(it)) || port || private;
    let version =
        [&b"version "[..], b"version=", b"build ", b"release ", b"ver ", b"version: ", b" v", b"version\":\""];
    let versioned = version.iter().any(|it| before.ends_with(it));
    says && !versioned && !constant && !mask && !scan.issued.contains(part.as_bytes())
}

fn ipv6(scan: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found).to_ascii_lowercase();
    let Ok(address) = std::str::from_utf8(&text).unwrap_or_default().parse::<Ipv6Addr>() else { return false };
    let segments = address.segments();
    let low = segments[..7].iter().all(|it| *it == 0)
        || segments[0] & 0xffc0 == 0xfe80 && segments[1..7].iter().all(|it| *it == 0);
    let wwn = text.split(|byte| *byte == b':').all(|it| it.len() == 2);
    let plain = segments[0] >= 0x2000 && segments[0] < 0xff00;
    plain && !low && !wwn && text.iter().any(u8::is_ascii_digit) && !scan.issued.contains(&text)
}

fn mac(scan: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found).to_ascii_lowercase();
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let number = text.contains(&b'.') && text.iter().all(|byte| !byte.is_ascii_alphabetic());
    let constant = number
        || digits.iter().all(|it| *it == digits[0])
        || digits.starts_with(b"01005e")
        || digits.starts_with(b"3333");
    let multicast = char::from(digits[1]).to_digit(16).unwrap_or(0) & 3 == 1;
    !constant && !multicast && !scan.issued.contains(&text)
}

fn dns(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    let first = text.split(|byte| *byte == b'.').next().unwrap_or_default();
    !is_ours(text)
        && !words::is_public_name(text)
        && !words::begins_code(first)
        && text.iter().any(u8::is_ascii_alphabetic)
        && first.iter().any(u8::is_ascii_alphabetic)
}

fn host(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    !is_ours(text)
        && !words::is_no_host(text)
        && !words::is_ordinary(text)
        && !words::is_public_name(text)
        && words::is_telling(text)
}

fn user(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    !is_ours(text) && words::is_telling(text)
}

/// A user behind a domain in capitals, and no escape behind a word in capitals.
fn domain_user(scan: &LeakScan, text: &[u8], found: &Captures<'_>) -> bool {
    let Some(part) = found.name("v") else { return false };
    let name = part.as_bytes();
    let before = text[..part.start()].trim_ascii_end();
    let slashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    let domain =
        before[..before.len() - slashes].rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    let escape = slashes == 1 && b"nrtuxbf0".contains(&name[0]);
    let file = name.iter().rposition(|byte| *byte == b'.').is_some_and(|at| name.len() - at <= 5);
    let known = words::is_ordinary(domain) || words::is_no_host(domain) || domain.starts_with(b"HK");
    !escape && !file && !known && user(scan, text, found)
}

fn domain(scan: &LeakScan, text: &[u8], found: &Captures<'_>) -> bool {
    host(scan, text, found) && !part(found).eq_ignore_ascii_case(b"workgroup")
}

fn serial(_: &LeakScan, _: &[u8], found: &Captures<'_>) -> bool {
    let text = part(found);
    !is_ours(text) && text.iter().any(u8::is_ascii_digit) && !text.starts_with(b"0x")
}

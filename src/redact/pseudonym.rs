//! What stands in the place of a name: `host-k3j5x7q2m4w8`.
//!
//! The twelve characters behind the kind are a letter and a digit in turn, which no name has by chance. They follow from the
//! customer's key and the name in small letters, so that `SRV01` and `srv01` are seen to be the same.

use super::{CustomerKey, Kind};

/// Letters and digits of a pseudonym behind its kind.
const LENGTH: usize = 12;

/// What a pseudonym is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Host,
    User,
    Serial,
    Keyword,
    /// A DNS domain that somebody has registered, or the whole of an internal one: ends in `.example`.
    Domain,
    /// A Windows domain, which has one label.
    Flat,
    /// A label between a host and its domain.
    Sub,
}

impl Role {
    const ALL: [Role; 7] = [Role::Host, Role::User, Role::Serial, Role::Keyword, Role::Domain, Role::Flat, Role::Sub];

    /// The role of names of a kind.
    pub(super) fn of(kind: Kind) -> Role {
        match kind {
            Kind::Host => Role::Host,
            Kind::Domain => Role::Flat,
            Kind::Serial => Role::Serial,
            Kind::Keyword => Role::Keyword,
            _ => Role::User,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Role::Host => "host-",
            Role::User => "user-",
            Role::Serial => "serial-",
            Role::Keyword => "keyword-",
            Role::Domain | Role::Flat => "domain-",
            Role::Sub => "sub-",
        }
    }
}

/// Returns the pseudonym of a name. Its case is that of the name: small, all capitals, or mixed.
pub(super) fn pseudonym(key: &CustomerKey, role: Role, name: &str) -> String {
    let label = if role == Role::Flat { "flat" } else { role.prefix() };
    let tag = key.tag(label, name.to_lowercase().as_bytes());
    let mut bits = u64::from_be_bytes([tag[0], tag[1], tag[2], tag[3], tag[4], tag[5], tag[6], tag[7]]);
    let mut text = role.prefix().to_owned();
    for at in 0..LENGTH {
        let (base, first) = if at % 2 == 0 { (26, b'a') } else { (10, b'0') };
        text.push(char::from(first + u8::try_from(bits % base).unwrap_or(0)));
        bits /= base;
    }
    if role == Role::Domain {
        text.push_str(".example");
    }
    let has = |small: bool| name.chars().any(|it| if small { it.is_lowercase() } else { it.is_uppercase() });
    match (has(true), has(false)) {
        (false, true) => text.to_uppercase(),
        (true, true) => text[..1].to_uppercase() + &text[1..],
        _ => text,
    }
}

/// Returns how long the pseudonym is with which the text begins, if it begins with one.
pub(super) fn pseudonym_at(text: &[u8]) -> Option<usize> {
    let prefixes = Role::ALL.into_iter().map(Role::prefix);
    let starts = |prefix: &&str| text.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix.as_bytes()));
    let prefix = prefixes.into_iter().find(starts)?.len();
    let code = text.get(prefix..prefix + LENGTH)?;
    let shaped =
        |(at, byte): (usize, &u8)| if at % 2 == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_digit() };
    let ends = !text.get(prefix + LENGTH).is_some_and(u8::is_ascii_alphanumeric);
    (ends && code.iter().enumerate().all(shaped)).then_some(prefix + LENGTH)
}

/// Whether all of a text is pseudonyms with signs between them, or a mark: what was redacted already.
pub(super) fn is_redacted(text: &[u8]) -> bool {
    if text.starts_with(super::kind::MARK.as_bytes()) {
        return true;
    }
    let mut at = 0;
    let mut found = false;
    while at < text.len() {
        if let Some(length) = pseudonym_at(&text[at..]) {
            at += length;
            found = true;
        } else if text[at..].len() >= 8 && text[at..at + 8].eq_ignore_ascii_case(b".example") {
            at += 8;
        } else if text[at].is_ascii_alphanumeric() {
            return false;
        } else {
            at += 1;
        }
    }
    found
}

/// How many labels at the end of a DNS name are the domain that somebody has registered: one more than the public
/// suffix, as far as a short rule tells.
pub(super) fn domain_labels(labels: &[&str]) -> usize {
    let second = labels.len().checked_sub(2).and_then(|at| labels.get(at)).copied().unwrap_or_default();
    let country = labels.last().is_some_and(|it| it.len() == 2);
    let is_public =
        country && matches!(&*second.to_ascii_lowercase(), "co" | "com" | "net" | "org" | "ac" | "gov" | "edu");
    labels.len().min(if is_public { 3 } else { 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CustomerKey {
        CustomerKey::new([3; 32])
    }

    #[test]
    fn the_case_of_a_name_is_seen_and_does_not_change_it() {
        let [small, capitals, mixed] = ["srv01", "SRV01", "Srv01"].map(|it| pseudonym(&key(), Role::Host, it));
        assert_eq!(capitals, small.to_uppercase());
        assert_eq!(mixed.to_lowercase(), small);
        assert!(mixed.starts_with("Host-"), "{mixed}");
    }

    #[test]
    fn pseudonyms_are_recognised_and_names_are_not() {
        for role in Role::ALL {
            let text = pseudonym(&key(), role, "x");
            assert!(is_redacted(text.as_bytes()), "{text}");
            let length = pseudonym_at(text.as_bytes());
            assert_eq!(length, Some(text.trim_end_matches(".example").len()));
            assert!(is_redacted(format!("{text}:\"{text}\"").as_bytes()));
            assert!(!is_redacted(format!("{text} x").as_bytes()));
        }
        for name in ["host-production", "user-1", "host-", "srv01", "", "domain-a1b2c3d4e5f6g7"] {
            assert!(!is_redacted(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn roles_keep_the_same_name_apart() {
        let all: std::collections::HashSet<String> =
            Role::ALL.into_iter().map(|role| pseudonym(&key(), role, "contoso")).collect();
        assert_eq!(all.len(), Role::ALL.len());
    }

    #[test]
    fn a_registered_domain_is_two_or_three_labels() {
        for (name, expected) in [("a.b.example.com", 2), ("a.example.co.uk", 3), ("corp.local", 2), ("x", 1)] {
            assert_eq!(domain_labels(&name.split('.').collect::<Vec<_>>()), expected, "{name}");
        }
    }
}

//! What is taken out of a text.

/// A kind of secret or identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The name of a computer, without its domain.
    Host,
    /// A DNS domain, a Windows domain, a realm.
    Domain,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// The hardware address of a network card or of a storage port (WWN).
    Mac,
    /// The part of a security identifier of Windows that is a domain's or a tenant's.
    Sid,
    /// The name of a user, also as the local part of a mail address or in the path of a home folder.
    User,
    /// The serial number or service tag of a device.
    Serial,
    /// A word that the customer wants out.
    Keyword,
    /// A password or passphrase.
    Password,
    /// A token, a cookie, a key of an API.
    Token,
    /// A key of a cloud provider.
    CloudKey,
    /// A private key in PEM.
    PrivateKey,
    /// A licence key.
    Licence,
    /// The number of a payment card.
    Card,
    /// The number of a bank account (IBAN).
    Iban,
    /// The number of a telephone.
    Phone,
    /// A social security number of the United States.
    SocialSecurity,
    /// Text in Base64 that holds something of the other kinds.
    Encoded,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 19] = [
        Kind::Host,
        Kind::Domain,
        Kind::Ipv4,
        Kind::Ipv6,
        Kind::Mac,
        Kind::Sid,
        Kind::User,
        Kind::Serial,
        Kind::Keyword,
        Kind::Password,
        Kind::Token,
        Kind::CloudKey,
        Kind::PrivateKey,
        Kind::Licence,
        Kind::Card,
        Kind::Iban,
        Kind::Phone,
        Kind::SocialSecurity,
        Kind::Encoded,
    ];

    /// Returns the name that marks, map files and messages use.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Host => "host",
            Kind::Domain => "domain",
            Kind::Ipv4 => "ipv4",
            Kind::Ipv6 => "ipv6",
            Kind::Mac => "mac",
            Kind::Sid => "sid",
            Kind::User => "user",
            Kind::Serial => "serial",
            Kind::Keyword => "keyword",
            Kind::Password => "password",
            Kind::Token => "token",
            Kind::CloudKey => "cloud-key",
            Kind::PrivateKey => "private-key",
            Kind::Licence => "licence",
            Kind::Card => "card",
            Kind::Iban => "iban",
            Kind::Phone => "phone",
            Kind::SocialSecurity => "ssn",
            Kind::Encoded => "encoded",
        }
    }

    /// Returns the kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is removed and never replaced by a pseudonym, also if identifiers are kept.
    pub fn is_secret(self) -> bool {
        match self {
            Kind::Host | Kind::Domain | Kind::Ipv4 | Kind::Ipv6 | Kind::Mac | Kind::User | Kind::Serial => false,
            Kind::Keyword | Kind::Sid => false,
            Kind::Password | Kind::Token | Kind::CloudKey | Kind::PrivateKey | Kind::Licence => true,
            Kind::Card | Kind::Iban | Kind::Phone | Kind::SocialSecurity | Kind::Encoded => true,
        }
    }

    /// What stands in the place of a secret: harmless inside JSON, XML, INI and addresses.
    pub(super) fn mark(self) -> String {
        format!("{MARK}{}]", self.name())
    }
}

/// How every mark begins.
pub(super) const MARK: &str = "[redacted:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("x"), None);
    }
}

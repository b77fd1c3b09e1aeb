//! Who alone shall be able to read a file: public keys of age (<https://age-encryption.org>).
//!
//! In go keys as people write them ([`Recipient`]) and bytes; out comes what `age -d -i KEY` turns back into the bytes. Nothing is
//! read back here: who encrypts has no key to do so. Each file has a key of its own, drawn at random, so that the same bytes never
//! look the same twice.

use std::io::{self, Write};

/// A public key. Whoever has the secret one to it can read what is encrypted for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient(String);

/// Why a text is no key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// It is the secret part.
    #[error("this is a secret key, which nobody else should have; use the public one, `age1...`")]
    Secret,
    /// A kind that cannot be used here.
    #[error("keys of the kind `{0}` cannot be used; use `age1...`, which `age-keygen` makes")]
    Kind(String),
    /// It is misspelt, cut off, or none at all.
    #[error("`{0}` is no public key, or one of its characters is wrong; it looks like `age1...`")]
    Wrong(String),
    /// A file without keys.
    #[error("there is no public key in it")]
    None,
}

impl Recipient {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Recipient, RecipientError> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") || text.contains("PRIVATE KEY") {
            return Err(RecipientError::Secret);
        }
        if key(text).is_some() {
            return Ok(Recipient(text.to_owned()));
        }
        let kind = text.split_whitespace().next().unwrap_or_default();
        let is_kind = |it: &str| kind.starts_with(it);
        if ["ssh-", "ecdsa-", "sk-"].into_iter().any(is_kind) {
            return Err(RecipientError::Kind(kind.to_owned()));
        }
        // Those of plugins: `age1NAME1...`.
        match kind.strip_prefix("age1").and_then(|it| it.rsplit_once('1')) {
            Some((plugin, _)) => Err(RecipientError::Kind(format!("age1{plugin}1"))),
            None => Err(RecipientError::Wrong(text.chars().take(80).collect())),
        }
    }

    /// The key as text: it names the reader.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key behind a text: an ordinary one, or one of a device, with or without protection against quantum computers.
fn key(text: &str) -> Option<Box<dyn age::Recipient>> {
    fn of<K: std::str::FromStr + age::Recipient + 'static>(text: &str) -> Option<Box<dyn age::Recipient>> {
        Some(Box::new(text.parse::<K>().ok()?))
    }
    of::<age::x25519::Recipient>(text)
        .or_else(|| of::<age::tag::Recipient>(text))
        .or_else(|| of::<age::tagpq::Recipient>(text))
}

/// Reads a file of keys: one a line; empty lines and those behind `#` do not count. Where a line is wrong, its number is told.
pub fn recipients(text: &str) -> Result<Vec<Recipient>, (usize, RecipientError)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let keys = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let all = keys.map(|(number, line)| Recipient::parse(line).map_err(|error| (number, error)));
    match all.collect::<Result<Vec<_>, _>>()? {
        none if none.is_empty() => Err((0, RecipientError::None)),
        all => Ok(all),
    }
}

/// Encrypts what is written to the returned writer. Without its `finish` the file is cut off, and readers refuse it. That nobody
/// is named who could read it is an error.
pub fn encrypt<W: Write>(recipients: &[Recipient], out: W) -> io::Result<age::stream::StreamWriter<W>> {
    let keys: Vec<Box<dyn age::Recipient>> = recipients.iter().filter_map(|it| key(it.as_str())).collect();
    let all = keys.iter().map(|it| &**it);
    age::Encryptor::with_recipients(all).map_err(io::Error::other)?.wrap_output(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// Made by `age-keygen` for these tests alone.
    const SECRET: &str = "AGE-SECRET-KEY-1KXR5H7PSXLZWQCQQ5HK8FRD3T9XGQT6U7U9XH7T88JQRVR533V5QXACDS5";
    const PUBLIC: &str = "age1qn9la8eh836vek0jt3eywt93z7nkhw7g3p3nq2etp9drc960q3pqyk6nxq";

    fn encrypted(recipients: &[Recipient], content: &[u8]) -> Vec<u8> {
        let mut file = encrypt(recipients, Vec::new()).unwrap();
        file.write_all(content).unwrap();
        file.finish().unwrap()
    }

    fn read(secret: &age::x25519::Identity, file: &[u8]) -> Option<Vec<u8>> {
        let keys = std::iter::once(secret as &dyn age::Identity);
        let mut content = Vec::new();
        age::Decryptor::new(file).ok()?.decrypt(keys).ok()?.read_to_end(&mut content).ok()?;
        Some(content)
    }

    #[test]
    fn those_who_are_named_can_read_a_file_and_nobody_else() {
        let (other, stranger) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let both = recipients(&format!("# the vendor\n\n{PUBLIC}\n  {}\n", other.to_public())).unwrap();
        // Content is encrypted in pieces of 64 KiB.
        for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let content: Vec<u8> = (0..length).map(|it| (it % 251) as u8).collect();
            let file = encrypted(&both, &content);
            assert!(read(&SECRET.parse().unwrap(), &file).unwrap() == content, "{length}");
            assert!(read(&other, &file).unwrap() == content, "{length}");
            assert!(read(&stranger, &file).is_none(), "{length}");
            assert!(read(&other, &file[..file.len() - 1]).is_none(), "{length}");
        }
        assert!(encrypt(&[], Vec::new()).is_err());
    }

    #[test]
    fn the_same_content_never_looks_the_same() {
        let all = [Recipient::parse(PUBLIC).unwrap()];
        assert_ne!(encrypted(&all, b"the same"), encrypted(&all, b"the same"));
    }

    #[test]
    fn what_is_no_usable_key_is_told() {
        let told = |text: &str| Recipient::parse(text).unwrap_err().to_string();
        let misspelt = PUBLIC.replace("qn9", "qn8");
        assert!(told(&misspelt).contains("one of its characters is wrong"));
        assert!(told(SECRET).contains("secret key") && !told(SECRET).contains("KXR5"));
        assert!(told("-----BEGIN OPENSSH PRIVATE KEY-----").contains("secret key"));
        assert!(told("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 x").contains("`ssh-ed25519` cannot be used"));
        assert!(
            told("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt").contains("`age1yubikey1`")
        );
        assert!(told("").contains("is no public key") && told("vendor.pub").contains("is no public key"));
        assert_eq!(recipients("# nobody\n").unwrap_err(), (0, RecipientError::None));
        assert_eq!(recipients(&format!("{PUBLIC}\n{misspelt}\n")).unwrap_err().0, 2);
    }
}

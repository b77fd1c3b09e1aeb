//! Who may sign packs: public keys of `minisign`, pinned by people.

use super::{PackError, is_name};
use minisign_verify::{Error, PublicKey, Signature};
use std::fmt;
use std::path::Path;

/// A public key of `minisign`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackKey {
    /// As people write it.
    base64: String,
    public: PublicKey,
}

impl PackKey {
    /// Reads a key in base64, or the two lines of a file that `minisign -G` writes.
    pub fn parse(text: &str) -> Option<PackKey> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let base64 = lines.find(|line| !line.starts_with("untrusted comment:"))?;
        let public = PublicKey::from_base64(base64).ok()?;
        lines.next().is_none().then(|| PackKey { base64: base64.to_owned(), public })
    }
}

impl fmt::Display for PackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base64)
    }
}

/// A key that somebody trusts, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The key.
    pub key: PackKey,
    /// The name of the packs that it may sign; `None` for all.
    pub pack: Option<String>,
}

impl Pin {
    /// Whether the key may sign a pack of this name.
    pub fn may_sign(&self, name: &str) -> bool {
        self.pack.as_deref().is_none_or(|it| it == name)
    }
}

/// A line that pins nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinMistake {
    /// From 1.
    pub line: usize,
    /// What is wrong, a lower-case fragment.
    pub message: String,
}

/// Reads a file of pinned keys: a key and the name of the packs it may sign (or `*`) on each line, `#` before remarks.
/// A line that is wrong pins nothing and hides no other.
pub fn pins(text: &str) -> (Vec<Pin>, Vec<PinMistake>) {
    let (mut pins, mut mistakes) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(key) = words.next() else { continue };
        let mut mistake = |message: String| mistakes.push(PinMistake { line: index + 1, message });
        let Some(key) = PackKey::parse(key) else {
            mistake("it does not begin with a public key of minisign".to_owned());
            continue;
        };
        match (words.next(), words.next()) {
            (Some("*"), None) => pins.push(Pin { key, pack: None }),
            (Some(name), None) if is_name(name) => pins.push(Pin { key, pack: Some(name.to_owned()) }),
            _ => mistake("behind the key must stand the name of the packs that it may sign, or `*` for all".to_owned()),
        }
    }
    (pins, mistakes)
}

/// Returns the pin whose key has signed the bytes. `beside` is what messages call the signature.
pub(super) fn verify<'p>(bytes: &[u8], signature: &str, beside: &Path, pins: &'p [Pin]) -> Result<&'p Pin, PackError> {
    let signature = Signature::decode(signature).map_err(|_| PackError::NotASignature(beside.to_path_buf()))?;
    let mut error = if pins.is_empty() { PackError::NoKey } else { PackError::UnknownKey };
    for pin in pins {
        match pin.key.public.verify(bytes, &signature, false) {
            Ok(()) => return Ok(pin),
            Err(Error::UnexpectedKeyId) => {}
            Err(Error::UnexpectedAlgorithm) => error = PackError::OldSignature(beside.to_path_buf()),
            Err(_) => error = PackError::Changed,
        }
    }
    Err(error)
}

//! Signs files as `minisign -S` does, with keys that are made of a number and protect nothing.
//!
//! The library's tests use it, too. That it signs as the real program does is what `packs.rs` proves.

use blake2::{Blake2b512, Digest};
use ed25519_compact::{KeyPair, Seed};

/// Who signs.
pub struct Signer {
    keys: KeyPair,
    id: [u8; 8],
}

impl Signer {
    /// Another number is another key.
    pub fn new(number: u8) -> Signer {
        Signer { keys: KeyPair::from_seed(Seed::new([number; 32])), id: [number; 8] }
    }

    /// The public key, as people write it.
    pub fn public(&self) -> String {
        base64(&[b"Ed", &self.id[..], &self.keys.pk[..]].concat())
    }

    /// The text of the signature of a file.
    pub fn sign(&self, file: &[u8]) -> String {
        self.signature("ED", &Blake2b512::digest(file))
    }

    /// The text of a signature of bytes: of the file's hash (`ED`), or as `minisign -l` signs, of the file itself (`Ed`).
    pub fn signature(&self, algorithm: &str, signed: &[u8]) -> String {
        let signature = self.keys.sk.sign(signed, None);
        let comment = "timestamp:1767323045\tfile:a.tierpack\thashed";
        let whole = self.keys.sk.sign([&signature[..], comment.as_bytes()].concat(), None);
        format!(
            "untrusted comment: a test\n{}\ntrusted comment: {comment}\n{}\n",
            base64(&[algorithm.as_bytes(), &self.id[..], &signature[..]].concat()),
            base64(&whole[..])
        )
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| number << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let digit = if digit <= three.len() { DIGITS[number >> (18 - 6 * digit) & 63] } else { b'=' };
            text.push(char::from(digit));
        }
    }
    text
}

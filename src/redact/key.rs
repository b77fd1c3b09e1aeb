use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The secret from which all pseudonyms of one customer follow: whoever has it can try out names.
///
/// The same key gives the same pseudonyms in every bundle; with another one nothing can be connected.
#[derive(Clone)]
pub struct CustomerKey {
    bytes: [u8; CustomerKey::LEN],
    keyed: Hmac<Sha256>,
}

impl CustomerKey {
    /// How many bytes a key has.
    pub const LEN: usize = 32;

    /// Takes random bytes as a key.
    pub fn new(bytes: [u8; CustomerKey::LEN]) -> CustomerKey {
        #[expect(clippy::expect_used, reason = "said beside it")]
        let keyed = Hmac::new_from_slice(&bytes).expect("HMAC takes keys of any length");
        CustomerKey { bytes, keyed }
    }

    /// Reads a key of 64 hexadecimal digits; blanks and line ends around it do not count.
    pub fn from_hex(text: &str) -> Option<CustomerKey> {
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * CustomerKey::LEN {
            return None;
        }
        let mut bytes = [0; CustomerKey::LEN];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
        }
        Some(CustomerKey::new(bytes))
    }

    /// Writes the key as [`CustomerKey::from_hex`] reads it.
    pub fn to_hex(&self) -> String {
        self.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns a name for a value in hexadecimal: the same for the same customer, and no guess of the value can be proven by it.
    pub fn fingerprint(&self, value: &[u8]) -> String {
        self.tag("fingerprint", value).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns a number that follows from the key and the value and tells neither. `label` keeps uses apart.
    pub(super) fn tag(&self, label: &str, value: &[u8]) -> [u8; 32] {
        let mut keyed = self.keyed.clone();
        keyed.update(label.as_bytes());
        keyed.update(&[0]);
        keyed.update(value);
        keyed.finalize().into_bytes().into()
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_and_read() {
        let key = CustomerKey::new([0xa5; 32]);
        let read = CustomerKey::from_hex(&format!(" {}\n", key.to_hex())).unwrap();
        assert_eq!(read.tag("x", b"y"), key.tag("x", b"y"));
        assert_eq!(CustomerKey::from_hex("a5").map(drop), None);
        assert_eq!(CustomerKey::from_hex(&"g".repeat(64)).map(drop), None);
        assert_eq!(format!("{key:?}"), "CustomerKey(..)");
    }

    #[test]
    fn tags_are_hmac_sha256() {
        // RFC 4231, test case 1 has a shorter key; padded with zeros to the block it is the same key.
        let mut bytes = [0; 32];
        bytes[..20].fill(0x0b);
        let mut keyed = CustomerKey::new(bytes).keyed;
        keyed.update(b"Hi There");
        let hex: String = keyed.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn labels_and_keys_keep_values_apart() {
        let (a, b) = (CustomerKey::new([1; 32]), CustomerKey::new([2; 32]));
        assert_ne!(a.tag("x", b"v"), b.tag("x", b"v"));
        assert_ne!(a.tag("x", b"v"), a.tag("y", b"v"));
        assert_ne!(a.tag("x", b"yv"), a.tag("xy", b"v"));
    }
}

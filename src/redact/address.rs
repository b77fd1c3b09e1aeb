//! Network addresses: which are constants that everybody has, and what stands in the place of the others.

use super::CustomerKey;
use super::permute::{Plan, permute};
use std::net::{Ipv4Addr, Ipv6Addr};

/// How security identifiers of Windows begin in which numbers of a domain, or of an account of a tenant of Entra ID, follow, and how
/// many (<https://learn.microsoft.com/en-us/windows-server/identity/ad-ds/manage/understand-security-identifiers>).
pub(super) const SIDS: &[(&[u8], usize)] = &[(b"S-1-5-21-", 3), (b"S-1-12-1-", 4)];

/// The length of so many numbers with a dash between, with which a text begins.
pub(super) fn sid_numbers(text: &[u8], count: usize) -> Option<usize> {
    let mut end = 0;
    for index in 0..count {
        if index > 0 {
            end += usize::from(text.get(end) == Some(&b'-'));
        }
        let digits = text.get(end..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=10).contains(&digits) {
            return None;
        }
        end += digits;
    }
    (!text.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some(end)
}

/// Returns the pseudonym of an IPv4 address; none if it is a constant that tells nothing.
///
/// Private addresses stay in their range, public ones stay public.
pub(super) fn ipv4(key: &CustomerKey, address: Ipv4Addr) -> Option<Ipv4Addr> {
    let fixed = match Range::of(address) {
        Range::Constant => return None,
        Range::Private(fixed) => fixed,
        Range::Public => 0,
    };
    let plan = Plan { label: "ipv4", fixed, always: fixed > 0, host: 24, ones: true };
    let mut bytes = address.octets();
    // Of a public address that would fall into another range, the next one on its cycle is taken: at most one in seven
    // does, so the end of the loop is never reached.
    for _ in 0..256 {
        permute(key, &plan, &mut bytes);
        let new = Ipv4Addr::from(bytes);
        if fixed > 0 || Range::of(new) == Range::Public && new != address {
            return Some(new);
        }
    }
    Some(Ipv4Addr::from(bytes))
}

/// Returns the pseudonym of a network: its host bits are zero, if `address` has them so.
pub(super) fn ipv4_network(key: &CustomerKey, address: Ipv4Addr, prefix: u32) -> Option<Ipv4Addr> {
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
    let new = ipv4(key, address)?;
    Some(if address.to_bits() & !mask == 0 { Ipv4Addr::from_bits(new.to_bits() & mask) } else { new })
}

/// Ranges of IPv4 addresses that differ in who has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// The same everywhere: loopback, masks, link-local, multicast.
    Constant,
    /// For anybody's use inside; the range is the first so many bits.
    Private(usize),
    Public,
}

impl Range {
    fn of(address: Ipv4Addr) -> Range {
        match address.octets() {
            [0 | 127 | 224..=255, ..] | [169, 254, ..] => Range::Constant,
            _ if is_mask(address.to_bits()) => Range::Constant,
            [10, ..] => Range::Private(8),
            [172, 16..=31, ..] => Range::Private(12),
            [192, 168, ..] => Range::Private(16),
            [100, 64..=127, ..] => Range::Private(10),
            _ => Range::Public,
        }
    }
}

/// Whether ones are followed by zeros.
fn is_mask(bits: u32) -> bool {
    bits.leading_ones() + bits.trailing_zeros() >= 32
}

/// Returns the pseudonym of an IPv6 address; none if it is a constant.
///
/// Its kind stays (global, unique local, link-local), and so do subnets. Zeros at the beginning of the host's 64 bits stay.
pub(super) fn ipv6(key: &CustomerKey, address: Ipv6Addr) -> Option<Ipv6Addr> {
    let segments = address.segments();
    let mut bytes = address.octets();
    if let Some(inner) = address.to_ipv4_mapped() {
        return Some(ipv4(key, inner)?.to_ipv6_mapped());
    }
    let fixed = match segments[0] {
        // Loopback, none, and IPv4 in an old form.
        0 => return None,
        0xff00..=0xffff => return None,
        0xfe80..=0xfebf if segments[1..7].iter().all(|it| *it == 0) => return None,
        0xfe80..=0xfebf => 64,
        0xfc00..=0xfdff => 8,
        _ => 16,
    };
    let plan = Plan { label: "ipv6", fixed, always: fixed < 64, host: 64, ones: false };
    permute(key, &plan, &mut bytes);
    let mut new = Ipv6Addr::from(bytes);
    if new == address {
        // An interface of a link-local address that the key leaves alone.
        bytes[15] ^= 1;
        new = Ipv6Addr::from(bytes);
    }
    Some(new)
}

/// Returns the pseudonym of a network, as [`ipv4_network`].
pub(super) fn ipv6_network(key: &CustomerKey, address: Ipv6Addr, prefix: u32) -> Option<Ipv6Addr> {
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
    let new = ipv6(key, address)?;
    Some(if address.to_bits() & !mask == 0 { Ipv6Addr::from_bits(new.to_bits() & mask) } else { new })
}

/// Replaces a hardware address of 6 or 8 bytes by its pseudonym; false if it is a constant (none, all, multicast).
///
/// The maker stays: the first three bytes, of a WWN the first four.
pub(super) fn mac(key: &CustomerKey, bytes: &mut [u8]) -> bool {
    let maker = if bytes.len() == 8 { 4 } else { 3 };
    if bytes.iter().all(|it| *it == 0) || bytes.iter().all(|it| *it == 0xff) || maker == 3 && bytes[0] & 3 == 1 {
        return false;
    }
    let plan = Plan { label: "mac", fixed: 8 * maker, always: true, host: 64, ones: false };
    permute(key, &plan, bytes);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> CustomerKey {
        CustomerKey::new([9; 32])
    }

    #[test]
    fn constants_stay() {
        for address in
            ["127.0.0.1", "0.0.0.0", "255.255.255.255", "255.255.240.0", "128.0.0.0", "169.254.1.2", "224.0.0.251"]
        {
            assert_eq!(ipv4(&key(), address.parse().unwrap()), None, "{address}");
        }
        for address in ["::1", "::", "ff02::1:ff00:1", "fe80::1"] {
            assert_eq!(ipv6(&key(), address.parse().unwrap()), None, "{address}");
        }
        for constant in [[0; 6], [0xff; 6], [1, 0, 0x5e, 0, 0, 1]] {
            assert!(!mac(&key(), &mut constant.clone()), "{constant:?}");
        }
    }

    #[test]
    fn ranges_stay_ranges() {
        for (address, prefix) in
            [("10.1.2.3", "10."), ("192.168.1.7", "192.168."), ("fd12::7:1", "fd"), ("fe80::a:b:c:d", "fe80::")]
        {
            let new = match address.parse() {
                Ok(address) => ipv4(&key(), address).unwrap().to_string(),
                Err(_) => ipv6(&key(), address.parse().unwrap()).unwrap().to_string(),
            };
            assert!(new.starts_with(prefix) && new != address, "{address} -> {new}");
        }
    }

    #[test]
    fn a_network_has_no_host_bits() {
        let network = ipv4_network(&key(), Ipv4Addr::new(10, 3, 0, 0), 16).unwrap();
        let inside = ipv4(&key(), Ipv4Addr::new(10, 3, 77, 9)).unwrap();
        assert_eq!(network.octets()[2..], [0, 0]);
        assert_eq!(network.octets()[..2], inside.octets()[..2]);
    }

    #[test]
    fn a_mac_keeps_its_maker() {
        let mut bytes = [0x00, 0x50, 0x56, 1, 2, 3];
        assert!(mac(&key(), &mut bytes));
        assert_eq!(bytes[..3], [0, 0x50, 0x56]);
        assert_ne!(bytes[3..], [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn public_addresses_stay_public_and_change(a: u32) {
            let address = Ipv4Addr::from_bits(a);
            if Range::of(address) == Range::Public {
                let new = ipv4(&key(), address).unwrap();
                prop_assert_eq!(Range::of(new), Range::Public);
                prop_assert_ne!(new, address);
            }
        }

        #[test]
        fn hosts_of_a_subnet_stay_in_one(a: u32, host: u8) {
            let (a, b) = (Ipv4Addr::from_bits(a), Ipv4Addr::from_bits(a & !0xff | u32::from(host)));
            if let (Some(new_a), Some(new_b)) = (ipv4(&key(), a), ipv4(&key(), b)) {
                prop_assert_eq!(new_a.octets()[..3].to_vec(), new_b.octets()[..3].to_vec());
                prop_assert_eq!(new_a == new_b, a == b);
            }
        }

        #[test]
        fn ipv6_subnets_stay(a: u128, host: u64) {
            let (a, b) = (Ipv6Addr::from_bits(a), Ipv6Addr::from_bits(a >> 64 << 64 | u128::from(host)));
            if let (Some(new_a), Some(new_b)) = (ipv6(&key(), a), ipv6(&key(), b)) {
                prop_assert_eq!(new_a.segments()[..4].to_vec(), new_b.segments()[..4].to_vec());
                prop_assert_ne!(new_a, a);
            }
        }
    }
}

//! Addresses become other addresses so that structure stays: the idea of Crypto-PAn, with HMAC-SHA256.
//!
//! Whether a bit is flipped depends on the key and on the bits before it. So two addresses with a common prefix of n bits
//! have pseudonyms with a common prefix of n bits, and no two addresses get the same pseudonym.

use super::CustomerKey;

/// Which bits of an address are changed.
pub(super) struct Plan {
    /// Keeps different kinds of addresses apart.
    pub label: &'static str,
    /// So many bits stay as they are: the kind of the range.
    pub fixed: usize,
    /// The first bit behind them is flipped in any case, so that no address stays as it is.
    pub always: bool,
    /// From here on are the bits of the host. Zeros at their beginning stay zeros: the network stays the network, and
    /// host number 1 has a small number.
    pub host: usize,
    /// Ones at their beginning stay ones: broadcast.
    pub ones: bool,
}

/// Replaces an address by its pseudonym.
pub(super) fn permute(key: &CustomerKey, plan: &Plan, address: &mut [u8]) {
    let original = address.to_vec();
    let bit = |at: usize| original[at / 8] >> (7 - at % 8) & 1;
    let (mut zeros, mut ones) = (true, plan.ones);
    for (index, byte) in address.iter_mut().enumerate() {
        if 8 * index + 8 <= plan.fixed {
            continue;
        }
        // A bit for each place in the tree of what the eight bits may be.
        let flips = key.tag(plan.label, &original[..index]);
        let mut place = 1_usize;
        for at in 8 * index..8 * index + 8 {
            let value = bit(at);
            let keyed = flips[place / 8] >> (place % 8) & 1;
            let flip = match at {
                _ if at < plan.fixed => 0,
                _ if at == plan.fixed && plan.always => 1,
                _ if at >= plan.host && (zeros || ones) => 0,
                _ => keyed,
            };
            *byte ^= flip << (7 - at % 8);
            if at >= plan.host {
                zeros &= value == 0;
                ones &= value == 1;
            }
            place = 2 * place + usize::from(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const PLAN: Plan = Plan { label: "test", fixed: 9, always: true, host: 24, ones: true };

    fn permuted(address: u32) -> u32 {
        let mut bytes = address.to_be_bytes();
        permute(&CustomerKey::new([7; 32]), &PLAN, &mut bytes);
        u32::from_be_bytes(bytes)
    }

    proptest! {
        #[test]
        fn common_prefixes_keep_their_length(a: u32, shared in 0..33_u32, b: u32) {
            let mask = u32::MAX.checked_shl(32 - shared).unwrap_or(0);
            let b = a & mask | b & !mask;
            prop_assert_eq!((permuted(a) ^ permuted(b)).leading_zeros(), (a ^ b).leading_zeros());
            prop_assert_eq!(permuted(a) >> 23, a >> 23);
            prop_assert_ne!(permuted(a), a);
        }
    }

    #[test]
    fn hosts_of_a_network_stay_apart_and_its_ends_stay_ends() {
        let hosts: HashSet<u32> = (0..256).map(|host| permuted(0x0a01_0200 | host)).collect();
        assert_eq!(hosts.len(), 256);
        assert_eq!((permuted(0x0a01_0200) & 0xff, permuted(0x0a01_02ff) & 0xff), (0, 255));
    }
}

//! Blocks of LZ4 as journals have them: no frame, no checksum, and of most only the beginning is wanted.

/// Unpacks the beginning of a block, up to `limit` bytes. What a damaged block gives before the damage is returned.
///
/// The crates for this want room for all of a block and give nothing if it is damaged.
pub(super) fn unpack(block: &[u8], limit: usize) -> Vec<u8> {
    let mut output = Vec::with_capacity(limit.min(block.len().saturating_mul(4)));
    sequences(block, limit, &mut output);
    output.truncate(limit);
    output
}

/// Returns early where the block ends, is damaged, or has given enough.
fn sequences(block: &[u8], limit: usize, output: &mut Vec<u8>) -> Option<()> {
    let mut at = 0;
    while output.len() < limit {
        let token = *block.get(at)?;
        at += 1;
        let count = length(block, &mut at, token >> 4)?;
        let rest = block.get(at..)?;
        output.extend_from_slice(&rest[..count.min(rest.len()).min(limit - output.len())]);
        at = at.checked_add(count)?;
        let distance = usize::from(u16::from_le_bytes(*block.get(at..)?.first_chunk()?));
        at += 2;
        let count = length(block, &mut at, token & 15)?.checked_add(4)?.min(limit - output.len());
        let from = output.len().checked_sub(distance).filter(|_| distance > 0)?;
        // A copy may overlap what it writes; the part that repeats grows with every turn.
        let end = output.len() + count;
        while output.len() < end {
            let step = (output.len() - from).min(end - output.len());
            output.extend_from_within(from..from + step);
        }
    }
    None
}

/// A length of four bits, continued in bytes if they are full.
fn length(block: &[u8], at: &mut usize, nibble: u8) -> Option<usize> {
    let mut length = usize::from(nibble);
    if nibble == 15 {
        loop {
            let byte = *block.get(*at)?;
            *at += 1;
            length = length.checked_add(byte.into())?;
            if byte != 255 {
                break;
            }
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_and_copies_that_overlap_are_unpacked() {
        // "abc", then ten bytes from three back, then "x".
        let block = b"\x36abc\x03\0\x10x";
        assert_eq!(unpack(block, 100), b"abcabcabcabcax");
        assert_eq!(unpack(block, 5), b"abcab");
        // Lengths of 15 and more go on: 300 times "a".
        let long = [b"\x1fa\x01\0\xff\x19\x10z".as_slice()].concat();
        assert_eq!(unpack(&long, 1000), ["a".repeat(1 + 15 + 255 + 25 + 4), "z".into()].concat().into_bytes());
    }

    #[test]
    fn of_a_damaged_block_the_sound_part_is_returned() {
        assert_eq!(unpack(b"\x36abc\x09\0\x10x", 100), b"abc");
        assert_eq!(unpack(b"\x36abc\x00\0\x10x", 100), b"abc");
        assert_eq!(unpack(b"\xf0\xff\xff", 100), b"");
        assert_eq!(unpack(b"\x50abc", 100), b"abc");
        assert_eq!(unpack(b"", 100), b"");
    }

    proptest! {
        #[test]
        fn any_bytes_give_at_most_what_is_wanted(block in proptest::collection::vec(any::<u8>(), 0..300), limit in 0_usize..2000) {
            prop_assert!(unpack(&block, limit).len() <= limit);
        }
    }
}

//! Numbers of a known count of digits. Whether they are digits is not asked: whoever has a plan knows it.

/// In the place of each of eight bytes the number of two digits that begins there, if two do, or else anything.
#[inline]
pub(super) fn pairs(text: &[u8; 8]) -> u64 {
    let digits = u64::from_le_bytes(*text) & 0x0f0f_0f0f_0f0f_0f0f;
    // The sums of neighbours that are no digits stay below 256 too.
    digits * 10 + (digits >> 8)
}

#[inline]
pub(super) fn byte(pairs: u64, index: u32) -> u32 {
    (pairs >> (8 * index)) as u32 & 0xff
}

/// The number of the first eight digits.
pub(in crate::record) fn eight(text: &[u8]) -> Option<u32> {
    let pairs = pairs(text.first_chunk()?) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours as u32 & 0xffff) * 10_000 + (fours >> 32) as u32)
}

/// The number of the two digits at `at`; any number if they are no digits.
#[inline]
pub(super) fn two(text: &[u8], at: usize) -> u32 {
    u32::from(text[at] & 15) * 10 + u32::from(text[at + 1] & 15)
}

/// The number of the three digits at `at`; any number if they are no digits.
#[inline]
pub(in crate::record) fn three(text: &[u8], at: usize) -> Option<u32> {
    let text: &[u8; 3] = text.get(at..)?.first_chunk()?;
    Some(two(text, 0) * 10 + u32::from(text[2] & 15))
}

pub(super) fn four(text: &[u8], at: usize) -> Option<u32> {
    let text: &[u8; 4] = text.get(at..)?.first_chunk()?;
    Some(two(text, 0) * 100 + two(text, 2))
}

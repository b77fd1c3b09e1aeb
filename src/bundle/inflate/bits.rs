//! Bits of a deflate stream: the least significant bit of a byte comes first (RFC 1951, section 3.1.1).

/// Bits taken from the input and not used yet, and where the next byte lies.
#[derive(Clone, Copy, Default)]
pub(super) struct Bits {
    /// The next bits, the first of them lowest; zeros above `count`.
    pub(super) held: u64,
    /// How many bits are held, up to 63.
    pub(super) count: u32,
    /// Index of the next byte of the input.
    pub(super) at: usize,
}

/// The input ends within what is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Short;

impl Bits {
    /// Takes whole bytes from the input while there is room for them: at least 56 bits unless the input ends.
    pub(super) fn fill(&mut self, input: &[u8]) {
        while self.count < 56 {
            let Some(byte) = input.get(self.at) else { return };
            self.held |= u64::from(*byte) << self.count;
            self.count += 8;
            self.at += 1;
        }
    }

    /// Takes `count` bits, up to 16.
    pub(super) fn take(&mut self, count: u32, input: &[u8]) -> Result<u32, Short> {
        if self.count < count {
            self.fill(input);
            if self.count < count {
                return Err(Short);
            }
        }
        let taken = self.held & ((1 << count) - 1);
        self.skip(count);
        Ok(taken as u32)
    }

    /// Drops bits that are held.
    pub(super) fn skip(&mut self, count: u32) {
        debug_assert!(count <= self.count);
        self.held >>= count;
        self.count = self.count.saturating_sub(count);
    }

    /// Drops what is left of the byte that was begun.
    pub(super) fn align(&mut self) {
        self.skip(self.count % 8);
    }

    /// Puts whole bytes back, so that less than a byte is held.
    pub(super) fn give_back(&mut self) {
        self.at -= (self.count / 8) as usize;
        self.count %= 8;
        self.held &= (1 << self.count) - 1;
    }
}

//! Zip archives byte by byte: with names, modes and headers that no writer of zip would let through.

/// A member that is not compressed.
pub(crate) struct Stored<'a> {
    pub(crate) name: &'a [u8],
    /// As Unix has it, with the kind of file.
    pub(crate) mode: u32,
    /// Extra fields, the same in both headers.
    pub(crate) extra: &'a [u8],
    pub(crate) content: &'a [u8],
    /// The size that the header beside the data gives.
    pub(crate) own_size: u32,
}

impl<'a> Stored<'a> {
    pub(crate) fn file(name: &'a [u8], content: &'a [u8]) -> Stored<'a> {
        Stored { name, mode: 0o100_644, extra: b"", content, own_size: content.len() as u32 }
    }
}

/// An archive while it is written.
#[derive(Default)]
pub(crate) struct RawZip {
    members: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl RawZip {
    pub(crate) fn add(&mut self, member: &Stored<'_>) {
        let Stored { name, mode, extra, content, own_size } = *member;
        let crc = crc32fast::hash(content).to_le_bytes();
        // Needs version 2.0; no flags; stored; the first day that DOS knows.
        let common = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        let lengths = [(name.len() as u16).to_le_bytes(), (extra.len() as u16).to_le_bytes()].concat();
        let size = (content.len() as u32).to_le_bytes();
        let at = (self.members.len() as u32).to_le_bytes();
        let (own_size, mode) = (own_size.to_le_bytes(), (mode << 16).to_le_bytes());
        let (local, listed) = (b"PK\x03\x04", b"PK\x01\x02\x14\x03");
        for part in [&local[..], &common, &crc, &own_size, &own_size, &lengths, name, extra, content] {
            self.members.extend(part);
        }
        for part in [&listed[..], &common, &crc, &size, &size, &lengths, &[0; 6], &mode, &at, name, extra] {
            self.directory.extend(part);
        }
        self.count += 1;
    }

    pub(crate) fn finish(&self) -> Vec<u8> {
        self.finish_with(&[], self.count)
    }

    /// Ends the archive with the records of zip64 too, as if it had too many members for the ones of old.
    pub(crate) fn finish_as_zip64(&self) -> Vec<u8> {
        let count = u64::from(self.count).to_le_bytes();
        let (bytes, at) = (self.directory.len() as u64, self.members.len() as u64);
        let record_at = (bytes + at).to_le_bytes();
        let sizes = [count, count, bytes.to_le_bytes(), at.to_le_bytes()].concat();
        let versions = [45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let record = [&b"PK\x06\x06"[..], &44_u64.to_le_bytes(), &versions, &sizes].concat();
        let locator = [&b"PK\x06\x07\0\0\0\0"[..], &record_at, &1_u32.to_le_bytes()].concat();
        self.finish_with(&[record, locator].concat(), u16::MAX)
    }

    fn finish_with(&self, before_end: &[u8], count: u16) -> Vec<u8> {
        let (count, bytes) = (count.to_le_bytes(), (self.directory.len() as u32).to_le_bytes());
        let at = (self.members.len() as u32).to_le_bytes();
        let end = [b"PK\x05\x06\0\0\0\0", &count[..], &count, &bytes, &at, &[0, 0]].concat();
        [&self.members[..], &self.directory, before_end, &end].concat()
    }
}

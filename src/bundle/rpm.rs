//! RPM packages: a lead, two headers about the package, then the files as a compressed cpio archive.

use super::stored::{damaged, fill, skip};
use std::io::{self, Read};

/// The first bytes of a package.
pub(super) const MARK: &[u8] = b"\xed\xab\xee\xdb";
/// Bytes of the lead.
const LEAD: u64 = 96;
/// Larger headers are damage; that of a package of 100,000 files has some 20 MB.
const LARGEST_HEADER: u64 = 256 << 20;

/// Reads up to where the files begin.
pub(super) fn skip_headers(source: &mut (dyn Read + Send)) -> io::Result<()> {
    skip(source, LEAD, 0)?;
    // The signature is filled up to a multiple of eight, the header about the package is not.
    let signature = header_size(source)?;
    skip(source, signature.next_multiple_of(8), 0)?;
    let package = header_size(source)?;
    skip(source, package, 0)
}

/// Reads the start of a header and returns how many bytes follow it: 16 for each entry of the index, and the data.
fn header_size(source: &mut (dyn Read + Send)) -> io::Result<u64> {
    let mut start = [0; 16];
    if fill(source, &mut start)? < start.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let [0x8e, 0xad, 0xe8, 1, _, _, _, _, e0, e1, e2, e3, d0, d1, d2, d3] = start else {
        return Err(damaged("a header of the package makes no sense"));
    };
    let (entries, data) = (u32::from_be_bytes([e0, e1, e2, e3]), u32::from_be_bytes([d0, d1, d2, d3]));
    let size = 16 * u64::from(entries) + u64::from(data);
    match size <= LARGEST_HEADER {
        true => Ok(size),
        false => Err(damaged("a header of the package is too large")),
    }
}

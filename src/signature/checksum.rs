//! The checksum by which a report says which catalogue it was made with.

use sha2::{Digest, Sha256};

/// Returns the SHA-256, in lower-case hex, of the lines `<sha256>  <path>\n` of files given by path and content.
///
/// For files in path order it is what `sha256sum` gives when it is run on the output of `sha256sum`.
pub(super) fn of_files<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut all = Sha256::new();
    for (path, bytes) in files {
        all.update(format!("{}  {path}\n", of_bytes(bytes)));
    }
    hex(&all.finalize())
}

/// Returns the SHA-256 in lower-case hex.
pub(super) fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_checksum_of_checksum_lines() {
        // printf 'abc' > a.yaml; sha256sum a.yaml | sha256sum
        let files = [("a.yaml", &b"abc"[..])];
        assert_eq!(of_files(files.into_iter()), EXPECTED);
    }

    const EXPECTED: &str = "43233a40928e61e909f8567bff3077c52cdb02810c9a5a96f92a51f78e215cfe";
}

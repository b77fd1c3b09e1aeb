//! A list of patterns becomes signatures: one regular expression per line, as for `grep -f`.

use super::{Advice, CatalogueInfo, Condition, Signature, SignatureError, SignatureSet, checksum, pattern};
use std::fs;
use std::io;
use std::path::Path;

impl SignatureSet {
    /// Reads a list of patterns, one regular expression per line in the dialect of signatures; empty lines are left
    /// out. The signature of line 7 has the id `patterns/7`. Lines that are no pattern are among
    /// [`SignatureSet::errors`].
    pub fn of_patterns(file: &Path) -> io::Result<SignatureSet> {
        let bytes = fs::read(file)?;
        let text =
            String::from_utf8(bytes).map_err(|err| io::Error::new(io::ErrorKind::InvalidData, err.utf8_error()))?;
        let mut signatures = Vec::new();
        let mut errors = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            match pattern::test(line) {
                Ok(()) => signatures.push(signature(file, index + 1, line)),
                Err(flaw) => errors.push(SignatureError {
                    file: file.to_path_buf(),
                    line: index + 1,
                    column: flaw.offset.map_or(1, |offset| line[..offset].chars().count() + 1),
                    message: flaw.message,
                    hint: flaw.hint.map(str::to_owned),
                }),
            }
        }
        let name = file.display().to_string();
        let info = CatalogueInfo { name, sha256: checksum::of_files([("patterns", text.as_bytes())].into_iter()) };
        // As with grep, each pattern counts all the lines that it matches, whatever else matches them.
        Ok(SignatureSet::new(signatures).with_catalogue(info, errors).hiding_nothing())
    }
}

fn signature(file: &Path, line: usize, pattern: &str) -> Signature {
    Signature {
        title: pattern.to_owned(),
        product: "ad-hoc pattern".to_owned(),
        advice: Advice {
            cause: format!("Line {line} of the list of patterns stands in the log."),
            ..Advice::default()
        }
        .into(),
        source: file.to_path_buf(),
        ..Signature::of_condition(format!("patterns/{line}"), Condition::Regex(pattern.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_signature_and_broken_ones_are_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "timed? out\n\nfoo(bar\nö+\n").unwrap();
        let set = SignatureSet::of_patterns(file.path()).unwrap();
        let ids: Vec<_> = set.signatures().iter().map(|it| &*it.id).collect();
        assert_eq!(ids, ["patterns/1", "patterns/4"]);
        let places: Vec<_> = set.errors().iter().map(|it| (it.line, it.column)).collect();
        assert_eq!(places, [(3, 4)]);
    }
}

//! Reports beside bundles, read after they were filed: by then whoever uploads may have put anything in their place.

use super::inside::{Inside, open_file};
use super::publish::JSON;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

/// A larger one is none of ours.
pub(super) const MOST: u64 = 64 << 20;

/// Reads a file of the folder with the report of a bundle. Links are not followed, and what is no file is not waited for.
///
/// # Errors
///
/// If it is not there (also [`NotFound`](io::ErrorKind::NotFound) if it is no file), is too large, or the folder has the report of
/// another content than the one with this SHA-256: then it may be another customer's.
pub fn read_report(folder: &Path, name: &str, sha256: &str) -> io::Result<Vec<u8>> {
    let folder = std::path::absolute(folder)?;
    let place = Inside::open(folder.parent().unwrap_or(&folder), &folder)?;
    let report = read(&place, JSON)?;
    if content_of(&*report).as_deref() != Some(sha256) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is the report of other logs"));
    }
    if name == JSON { Ok(report) } else { read(&place, name) }
}

fn read(place: &Inside, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(&place.at(name))?.take(MOST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "the report is too large")),
        false => Ok(bytes),
    }
}

/// SHA-256 of the bundle that a report speaks of. Of what is no report no more is kept than of one that is.
pub(super) fn content_of(report: impl Read) -> Option<String> {
    #[derive(Deserialize)]
    struct Report {
        #[serde(deserialize_with = "first")]
        inputs: Option<Input>,
    }
    let report: Report = serde_json::from_reader(report.take(MOST)).ok()?;
    report.inputs?.sha256
}

#[derive(Deserialize)]
struct Input {
    sha256: Option<String>,
}

/// Reads the first of a list; the others are only passed.
fn first<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Input>, D::Error> {
    struct First;
    impl<'de> Visitor<'de> for First {
        type Value = Option<Input>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of inputs")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Option<Input>, A::Error> {
            let first = all.next_element()?;
            while all.next_element::<IgnoredAny>()?.is_some() {}
            Ok(first)
        }
    }
    reader.deserialize_seq(First)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_report_tells_of_its_first_input_only() {
        let of = |text: &str| content_of(text.as_bytes());
        let report = "{\"tool\": {\"a\": [1]}, \"inputs\": [{\"path\": \"a\", \"sha256\": \"a1\"}, {\"sha256\": 2}]}";
        assert_eq!(of(report).as_deref(), Some("a1"));
        for text in ["", "[]", "{}", "{\"inputs\": []}", "{\"inputs\": [{}]}", &report[..report.len() - 1]] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_report_of_the_same_content_is_read_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, sha256) in [("acme", "a1"), ("bolt", "b2")] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join(JSON), format!("{{\"inputs\": [{{\"sha256\": \"{sha256}\"}}]}}")).unwrap();
            fs::write(path(name).join("report.txt"), name).unwrap();
        }
        let read = |folder: &str, name: &str| read_report(&path(folder), name, "a1");
        assert_eq!(read("acme", "report.txt").unwrap(), b"acme");
        assert!(read("acme", JSON).is_ok());
        assert_eq!(read("bolt", "report.txt").unwrap_err().kind(), io::ErrorKind::InvalidData);
        symlink(path("acme"), path("link")).unwrap();
        assert!(read("link", JSON).is_err());
        let replace = |name: &str, from: &str| {
            fs::remove_file(path("acme").join(name)).unwrap();
            symlink(path(from), path("acme").join(name)).unwrap();
        };
        replace("report.txt", "bolt/report.txt");
        assert!(read("acme", "report.txt").is_err());
        fs::remove_file(path("acme").join(JSON)).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path("acme").join(JSON),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert_eq!(read("acme", JSON).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

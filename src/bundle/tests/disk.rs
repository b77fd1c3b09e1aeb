//! Folders, links, and files that change while they are read.

use super::*;
use std::time::{Duration, SystemTime};

/// A bundle whose clock says that every file is at rest.
#[cfg(unix)]
fn at_rest(path: &std::path::Path) -> Bundle {
    let mut bundle = Bundle::open(&[path.to_owned()], Limits::default()).unwrap();
    bundle.set_clock(|| SystemTime::now() + Duration::from_secs(3600));
    bundle
}

#[test]
fn folder_is_listed_with_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    fs::create_dir_all(case.join("logs/deep")).unwrap();
    for (name, content) in [("b.log", "B"), ("a.log", "A"), ("logs/deep/c.log", "C"), (".hidden", "H")] {
        fs::write(case.join(name), content).unwrap();
    }
    let seen = visit_paths(std::slice::from_ref(&case), Limits::default());
    let paths: Vec<&str> = seen.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["case/.hidden", "case/a.log", "case/b.log", "case/logs/deep/c.log"]);
    let bundle = Bundle::open(&[case.join("."), case.join("logs/..")], Limits::default()).unwrap();
    assert_eq!(bundle.inputs()[0].kind, "folder");
    assert_eq!((bundle.inputs()[0].bytes, bundle.bytes()), (4, 8));
}

#[test]
fn inputs_of_the_same_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["one", "two"].map(|name| folder.path().join(name).join("a.log"));
    for path in &paths {
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(path, "A").unwrap();
    }
    let seen = visit_paths(&paths, Limits::default());
    let expected: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    assert_eq!(seen.files.into_keys().collect::<Vec<_>>(), expected);
    let twice = visit_paths(&[paths[0].clone(), paths[0].clone()], Limits::default());
    assert_eq!(twice.files.len(), 2);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_folders_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    fs::create_dir(&case).unwrap();
    fs::write(folder.path().join("secret"), "S").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret"), case.join("file-link")).unwrap();
    std::os::unix::fs::symlink(folder.path(), case.join("folder-link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(case.join("socket")).unwrap();
    let seen = visit_paths(&[case], Limits::default());
    assert!(seen.files.is_empty());
    let expected = ["case/file-link", "case/folder-link", "case/socket"].map(|file| (file, "skipped"));
    assert_eq!(seen.problems(), expected);
    // A link that the user gave is meant.
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("secret"), &link).unwrap();
    assert_eq!(visit_paths(&[link], Limits::default()).files["link"], b"S");
}

#[test]
fn missing_path_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let result = Bundle::open(&[folder.path().join("missing")], Limits::default());
    let Err(crate::bundle::BundleError::Open { path, source }) = result else { panic!("opened a missing path") };
    assert!(path.ends_with("missing") && source.kind() == std::io::ErrorKind::NotFound);
}

#[test]
fn file_that_is_gone_since_listing_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, "A").unwrap();
    let bundle = Bundle::open(&[folder.path().to_owned()], Limits::default()).unwrap();
    fs::remove_file(&path).unwrap();
    let visited = bundle.visit(&|_| panic!("there is nothing to examine"));
    assert_eq!((visited.files, visited.problems.len()), (1, 1));
    assert_eq!(visited.problems[0].kind, ProblemKind::Unreadable);
    assert_eq!(bundle.bytes_read(), bundle.bytes());
}

#[cfg(unix)]
#[test]
fn file_at_rest_is_mapped_and_survives_truncation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.log");
    let content = noise(1_000_000);
    fs::write(&path, &content).unwrap();
    let bundle = at_rest(&path);
    let visited = bundle.visit(&|entry| {
        let Content::Mapped(bytes) = entry.content else { panic!("not mapped") };
        assert_eq!(bytes.len(), content.len());
        assert_eq!(bytes[..100_000], content[..100_000]);
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(50_000).unwrap();
        assert!(bytes[60_000..].iter().all(|byte| *byte == 0));
        assert_eq!(bytes[..50_000], content[..50_000]);
    });
    let problems: Vec<_> = visited.problems.iter().map(|problem| (&*problem.file, problem.kind)).collect();
    assert_eq!(problems, [("large.log", ProblemKind::Changed)], "{visited:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn hole_at_the_end_of_a_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.log");
    let content = [noise(300_000), vec![0; 100_000], noise(50_000)].concat();
    fs::write(&path, &content).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    for bundle in [at_rest(&path), Bundle::open(std::slice::from_ref(&path), Limits::default()).unwrap()] {
        let visited = bundle.visit(&|entry| {
            let mut bytes = Vec::new();
            match entry.content {
                Content::Mapped(mapped) => bytes.extend_from_slice(&mapped[..mapped.len().min(1 << 20)]),
                Content::Stream(stream) => {
                    std::io::Read::read_to_end(&mut std::io::Read::take(stream, 1 << 20), &mut bytes).unwrap();
                }
            }
            // The last block on disk is filled up with zeros.
            assert!(bytes.starts_with(&content) && bytes.len() < content.len() + 100_000, "{}", bytes.len());
        });
        assert_eq!((visited.files, visited.problems), (1, Vec::new()));
    }
}

#[cfg(unix)]
#[test]
fn many_mapped_files_are_truncated_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        fs::write(folder.path().join(number.to_string()), noise(300_000)).unwrap();
    }
    let bundle = at_rest(folder.path());
    let visited = bundle.visit(&|entry| {
        let path = folder.path().join(entry.path.rsplit('/').next().unwrap());
        let Content::Mapped(bytes) = entry.content else { panic!("not mapped") };
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(0).unwrap();
        assert!(bytes[4096..].iter().all(|byte| *byte == 0));
    });
    assert!(visited.problems.iter().all(|problem| problem.kind == ProblemKind::Changed), "{visited:?}");
    assert_eq!(visited.problems.len(), 20);
}

#[test]
fn young_file_is_streamed_and_may_shrink_or_grow() {
    for (size, changed) in [(100_000, true), (2_000_000, false)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.log");
        let content = noise(1_000_000);
        fs::write(&path, &content).unwrap();
        let bundle = Bundle::open(std::slice::from_ref(&path), Limits::default()).unwrap();
        let visited = bundle.visit(&|entry| {
            let Content::Stream(stream) = entry.content else { panic!("mapped") };
            fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(size).unwrap();
            let mut read = Vec::new();
            std::io::Read::read_to_end(stream, &mut read).unwrap();
            assert!(content.starts_with(&read));
        });
        let kinds: Vec<_> = visited.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, if changed { vec![ProblemKind::Changed] } else { vec![] });
    }
}

#[test]
fn hashes_are_those_of_sha256sum() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    fs::create_dir_all(case.join("d")).unwrap();
    fs::write(case.join("d/hello"), "hello\n").unwrap();
    fs::write(case.join("empty"), "").unwrap();
    let mut bundle = Bundle::open(&[case.join("d/hello"), case], Limits::default()).unwrap();
    assert_eq!(bundle.inputs()[0].sha256, None);
    bundle.hash();
    let hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    assert_eq!(bundle.inputs()[0].sha256.as_deref(), Some(hello));
    // `find * -type f -exec sha256sum {} + | LC_ALL=C sort | sha256sum`
    let both = "9de82e9d2de224097b4651bf438a5579cbdbd5ae390942b37c1f87b5b994cc35";
    assert_eq!(bundle.inputs()[1].sha256.as_deref(), Some(both));
}

#[test]
fn kind_of_an_input_is_told_by_its_content() {
    let kinds = [
        (gzip(b""), "gzip"),
        (bzip2(b""), "bzip2"),
        (XZ_HELLO.to_vec(), "xz"),
        (zstd(b""), "zstd"),
        (tar(&[("a", b"")]), "tar"),
        (zip(&[("a", b"")]), "zip"),
        (b"text".to_vec(), "file"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (content, kind) in kinds {
        let path = folder.path().join("input");
        fs::write(&path, content).unwrap();
        assert_eq!(Bundle::open(&[path], Limits::default()).unwrap().inputs()[0].kind, kind);
    }
}

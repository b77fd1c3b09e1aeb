//! Bundles built in memory, written to a temporary folder and visited: what the visitor sees, and what is reported.

use super::{Bundle, Content, Limits, Visited};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::Mutex;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn gzip_named(name: &str, content: &[u8]) -> Vec<u8> {
    let builder = flate2::GzBuilder::new().filename(name).mtime(1_700_000_000);
    let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

/// `printf 'hello\n' | xz -C crc32`; the encoder is not part of our build.
const XZ_HELLO: &[u8] =
    b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\0\x21\x01\x16\0\0\0\x74\x2f\xe5\xa3\x01\0\x05hello\n\0\0\0\
    \x20\x30\x3a\x36\0\x01\x1a\x06\xc5\xea\xc8\x79\x90\x42\x99\x0d\x01\0\0\0\0\x01YZ";

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(1_600_000_000);
        header.set_cksum();
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(::zip::CompressionMethod::Deflated, files)
}

fn zip_with(method: ::zip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What a visitor saw: content by path, and the rest.
struct Seen {
    files: BTreeMap<String, Vec<u8>>,
    visited: Visited,
}

impl Seen {
    fn problems(&self) -> Vec<(&str, &str)> {
        self.visited.problems.iter().map(|problem| (&*problem.file, problem.kind.name())).collect()
    }
}

fn visit_paths(paths: &[PathBuf], limits: Limits) -> Seen {
    let bundle = Bundle::open(paths, limits).unwrap();
    let files = Mutex::new(BTreeMap::new());
    let visited = bundle.visit(&|entry| {
        let content = read(entry.content);
        files.lock().unwrap().insert(entry.path.to_string(), content);
    });
    assert_eq!(bundle.bytes_read(), bundle.bytes());
    Seen { files: files.into_inner().unwrap(), visited }
}

fn read(content: Content<'_>) -> Vec<u8> {
    match content {
        Content::Mapped(bytes) => bytes.to_vec(),
        Content::Stream(stream) => {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        }
    }
}

fn visit_with(name: &str, content: &[u8], limits: Limits) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    visit_paths(&[path], limits)
}

/// Checks what a visitor sees of one file, and which problems are reported.
#[track_caller]
fn check(name: &str, content: &[u8], files: &[(&str, &[u8])], problems: &[(&str, &str)]) -> Visited {
    check_with(name, content, Limits::default(), files, problems)
}

#[track_caller]
fn check_with(
    name: &str,
    content: &[u8],
    limits: Limits,
    files: &[(&str, &[u8])],
    problems: &[(&str, &str)],
) -> Visited {
    let seen = visit_with(name, content, limits);
    let found: Vec<(&str, &[u8])> = seen.files.iter().map(|(path, content)| (path.as_str(), &**content)).collect();
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), files.iter().map(|it| it.0).collect::<Vec<_>>());
    assert!(found == files, "contents differ");
    assert_eq!(seen.problems(), problems, "{:?}", seen.visited.problems);
    seen.visited
}

#[test]
fn plain_file_is_its_own_entry() {
    let visited = check("a.log", b"one\n", &[("a.log", b"one\n")], &[]);
    assert_eq!((visited.files, visited.bytes), (1, 4));
    check("empty.log", b"", &[("empty.log", b"")], &[]);
    let large = noise(300_000);
    check("large.log", &large, &[("large.log", &large)], &[]);
}

#[test]
fn compressed_file_is_recognised_by_content() {
    check("a.log.gz", &gzip(b"hello\n"), &[("a.log.gz!/a.log", b"hello\n")], &[]);
    check("a.log", &gzip_named("b.log", b"hello\n"), &[("a.log!/b.log", b"hello\n")], &[]);
    check("a.bz2", &bzip2(b"hello\n"), &[("a.bz2!/a", b"hello\n")], &[]);
    check("a.xz", XZ_HELLO, &[("a.xz!/a", b"hello\n")], &[]);
    check("a.zst", &zstd(b"hello\n"), &[("a.zst!/a", b"hello\n")], &[]);
    check("a.gz", b"not compressed", &[("a.gz", b"not compressed")], &[]);
}

#[test]
fn concatenated_streams_are_one_file() {
    check("a.gz", &[gzip(b"one "), gzip(b""), gzip(b"two")].concat(), &[("a.gz!/a", b"one two")], &[]);
    check("a.bz2", &[bzip2(b"one "), bzip2(b"two")].concat(), &[("a.bz2!/a", b"one two")], &[]);
    check("a.xz", &[XZ_HELLO, &[0; 4], XZ_HELLO].concat(), &[("a.xz!/a", b"hello\nhello\n")], &[]);
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0xyz".to_vec();
    let frames = [skippable.clone(), zstd(b"one "), skippable, zstd(b"two")].concat();
    check("a.zst", &frames, &[("a.zst!/a", b"one two")], &[]);
}

#[test]
fn zero_padding_is_fine_and_other_garbage_is_not() {
    for (name, packed) in [("a.gz", gzip(b"hello\n")), ("a.bz2", bzip2(b"hello\n")), ("a.xz", XZ_HELLO.to_vec())] {
        let path = format!("{name}!/a");
        check(name, &[&packed[..], &[0; 512]].concat(), &[(&path, b"hello\n")], &[]);
        check(name, &[&packed[..], b"garbage"].concat(), &[(&path, b"hello\n")], &[(name, "corrupt")]);
    }
}

#[test]
fn archives_are_opened_in_any_combination() {
    let inner = tar(&[("logs/a.log", b"A"), ("b.log.gz", &gzip(b"B"))]);
    let tgz = gzip(&inner);
    let archive = zip(&[("c.log", b"C"), ("inner.tgz", &tgz), ("d.zip", &zip(&[("e.log", b"E")]))]);
    check(
        "case.zip",
        &archive,
        &[
            ("case.zip!/c.log", b"C"),
            ("case.zip!/d.zip!/e.log", b"E"),
            ("case.zip!/inner.tgz!/inner.tar!/b.log.gz!/b.log", b"B"),
            ("case.zip!/inner.tgz!/inner.tar!/logs/a.log", b"A"),
        ],
        &[],
    );
}

#[test]
fn stored_and_large_members_are_whole() {
    let large = noise(3_000_000);
    for method in [::zip::CompressionMethod::Stored, ::zip::CompressionMethod::Deflated] {
        let visited = check(
            "a.zip",
            &zip_with(method, &[("l", &large), ("s", b"s")]),
            &[("a.zip!/l", &large), ("a.zip!/s", b"s")],
            &[],
        );
        assert_eq!((visited.files, visited.bytes), (2, 3_000_001));
    }
    check("a.tar", &tar(&[("l", &large), ("s", b"s")]), &[("a.tar!/l", &large), ("a.tar!/s", b"s")], &[]);
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 | 1
    };
    (0..bytes).map(next).collect()
}

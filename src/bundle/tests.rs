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

#[test]
fn members_of_the_same_name_are_told_apart() {
    let archive = tar(&[("a.log", b"1"), ("a.log", b"2")]);
    check("x.tar", &archive, &[("x.tar!/a (2).log", b"2"), ("x.tar!/a.log", b"1")], &[]);
    let archive = zip(&[("a.log", b"1"), ("b.log", b"2")]);
    let renamed = replace(&archive, b"b.log", b"a.log");
    check("x.zip", &renamed, &[("x.zip!/a (2).log", b"2"), ("x.zip!/a.log", b"1")], &[]);
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn damaged_gzip_gives_what_comes_before_the_damage() {
    let content = noise(200_000);
    let packed = gzip(&content);
    let seen = visit_with("a.gz", &packed[..packed.len() / 2], Limits::default());
    let read = &seen.files["a.gz!/a"];
    assert!(read.len() > 90_000 && content.starts_with(read));
    assert_eq!(seen.problems(), [("a.gz", "corrupt")]);
    assert_eq!(seen.visited.bytes, read.len() as u64);

    let mut wrong_sum = gzip(b"hello\n");
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    check("a.gz", &wrong_sum, &[("a.gz!/a", b"hello\n")], &[("a.gz", "corrupt")]);

    let mut builder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    builder.write_all(&content).unwrap();
    let mut damaged = builder.finish().unwrap();
    // The header of a later stored block: its length and the complement do not fit together any more.
    let header = (100_000..damaged.len()).find(|at| {
        let number = |at: usize| u16::from_le_bytes([damaged[at], damaged[at + 1]]);
        number(at + 1) == !number(at + 3) && damaged[*at] <= 1
    });
    damaged[header.unwrap() + 2] ^= 0xff;
    let seen = visit_with("a.gz", &damaged, Limits::default());
    assert_eq!(seen.files["a.gz!/a"].len() as i64 / 10_000, header.unwrap() as i64 / 10_000);
    assert!(content.starts_with(&seen.files["a.gz!/a"]));
    assert_eq!(seen.problems(), [("a.gz", "corrupt")]);
}

#[test]
fn cut_off_archive_in_a_stream_is_one_problem() {
    let inner = tar(&[("a.log", b"A"), ("b.log", &noise(100_000)), ("c.log", b"C")]);
    let packed = gzip(&inner);
    let seen = visit_with("x.tgz", &packed[..packed.len() / 2], Limits::default());
    assert_eq!(seen.problems(), [("x.tgz", "corrupt")]);
    assert_eq!(seen.files["x.tgz!/x.tar!/a.log"], b"A");
    assert!(noise(100_000).starts_with(&seen.files["x.tgz!/x.tar!/b.log"]));
    assert!(!seen.files.contains_key("x.tgz!/x.tar!/c.log"));
}

#[test]
fn zip_with_damage_gives_the_rest() {
    let archive = zip_with(::zip::CompressionMethod::Stored, &[("a.log", b"hello A"), ("b.log", b"hello B")]);
    let damaged = replace(&archive, b"hello A", b"hellO A");
    check(
        "x.zip",
        &damaged,
        &[("x.zip!/a.log", b"hellO A"), ("x.zip!/b.log", b"hello B")],
        &[("x.zip!/a.log", "corrupt")],
    );
}

#[test]
fn zip_without_directory_is_read_by_its_local_headers() {
    for method in [::zip::CompressionMethod::Stored, ::zip::CompressionMethod::Deflated] {
        let archive = zip_with(method, &[("a.log", b"A"), ("b.log", &noise(1000))]);
        let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
        check(
            "x.zip",
            &archive[..directory],
            &[("x.zip!/a.log", b"A"), ("x.zip!/b.log", &noise(1000))],
            &[("x.zip", "corrupt")],
        );
    }
}

/// A zip as programs write it that cannot seek: the sizes come after the data.
fn streamed_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new_stream(Vec::new());
    let options = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn streamed_zip_is_read_with_and_without_directory() {
    let files: &[(&str, &[u8])] = &[("a.log", b"hello hello hello hello"), ("b.log", b"B"), ("c.log", &noise(100_000))];
    let shown: Vec<(String, &[u8])> = files.iter().map(|(name, it)| (format!("x.zip!/{name}"), *it)).collect();
    let shown: Vec<(&str, &[u8])> = shown.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    let archive = streamed_zip(files);
    check("x.zip", &archive, &shown, &[]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    check("x.zip", &archive[..directory], &shown, &[("x.zip", "corrupt")]);
    check("x.zip", &archive[..archive.len() - 1], &shown, &[("x.zip", "corrupt")]);
    // Cut within the last member: what is there of it, and a problem for it.
    let seen = visit_with("x.zip", &archive[..directory / 2], Limits::default());
    assert_eq!(seen.problems(), [("x.zip", "corrupt"), ("x.zip!/c.log", "corrupt")]);
    assert_eq!(seen.files["x.zip!/b.log"], b"B");
    let part = &seen.files["x.zip!/c.log"];
    assert!(part.len() > 30_000 && noise(100_000).starts_with(part));
}

#[test]
fn nested_zip_that_is_cut_off_is_salvaged_too() {
    let inner = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let directory = memchr::memmem::find(&inner, b"PK\x01\x02").unwrap();
    let outer = zip(&[("in.zip", &inner[..directory]), ("c.log", b"C")]);
    check(
        "out.zip",
        &outer,
        &[("out.zip!/c.log", b"C"), ("out.zip!/in.zip!/a.log", b"A"), ("out.zip!/in.zip!/b.log", b"B")],
        &[("out.zip!/in.zip", "corrupt")],
    );
}

#[test]
fn bytes_before_and_after_a_zip_do_no_harm() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let moved = [&zip(&[])[..], &archive, b"trailing"].concat();
    check("x.zip", &moved, &[("x.zip!/a.log", b"A"), ("x.zip!/b.log", b"B")], &[]);
}

#[test]
fn zip_of_other_methods_is_read_or_named() {
    let content = b"hello\n";
    for (method, packed) in [(12, bzip2(content)), (93, zstd(content)), (95, XZ_HELLO.to_vec())] {
        check("x.zip", &zip_of_method(method, 0, &packed, content), &[("x.zip!/a.log", content)], &[]);
    }
    // `printf 'hello\n' | xz --format=lzma`, with the header that zip has instead.
    let lzma = b"\x09\x14\x05\0\x5d\0\0\x80\0\0\x34\x19\x49\xee\x8d\xdd\x3d\x3a\xdf\xff\xff\xdd\x12\0\0";
    check("x.zip", &zip_of_method(14, 0, lzma, content), &[("x.zip!/a.log", content)], &[]);
    check("x.zip", &zip_of_method(9, 0, b"x", content), &[], &[("x.zip!/a.log", "unsupported")]);
    check("x.zip", &zip_of_method(8, 1, b"x", content), &[], &[("x.zip!/a.log", "encrypted")]);
    check("x.zip", &zip_of_method(99, 1, b"x", content), &[], &[("x.zip!/a.log", "encrypted")]);
}

/// A zip with one member whose packed form is given.
fn zip_of_method(method: u16, flags: u16, packed: &[u8], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let mut common = Vec::new();
    common.extend([20, 0]);
    common.extend(flags.to_le_bytes());
    common.extend(method.to_le_bytes());
    common.extend([0, 0, 0x21, 0]);
    common.extend(crc.sum().to_le_bytes());
    common.extend((packed.len() as u32).to_le_bytes());
    common.extend((content.len() as u32).to_le_bytes());
    common.extend([5, 0, 0, 0]);
    let local = [b"PK\x03\x04", &common[..], b"a.log", packed].concat();
    let central = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], b"a.log"].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((central.len() as u32).to_le_bytes());
    end.extend((local.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [local, central, end].concat()
}

#[test]
fn overlapping_members_are_not_unpacked_again() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let second = memchr::memmem::rfind(&archive, b"PK\x01\x02").unwrap();
    let mut bomb = archive.clone();
    // Both members of the directory start at the same local header.
    bomb.copy_within(directory + 42..directory + 46, second + 42);
    check("x.zip", &bomb, &[("x.zip!/a.log", b"A")], &[("x.zip", "corrupt")]);
}

#[test]
fn times_come_from_the_headers() {
    let modified = |name: &str, content: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let times = Mutex::new(Vec::new());
        let bundle = Bundle::open(&[folder.path().join(name)], Limits::default()).unwrap();
        bundle.visit(&|entry| times.lock().unwrap().push(entry.modified.unwrap()));
        times.into_inner().unwrap()
    };
    assert_eq!(modified("a.tar", &tar(&[("a", b"")])), [1_600_000_000]);
    assert_eq!(modified("a.gz", &gzip_named("a", b"")), [1_700_000_000]);
    // 1980-01-01, the first day of zip.
    assert_eq!(modified("a.zip", &zip_of_method(0, 0, b"A", b"A")), [315_532_800]);
}

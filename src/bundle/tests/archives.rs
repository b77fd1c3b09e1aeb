//! Sound archives of all kinds and combinations.

use super::*;

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
    check("a.log.gz", &gzip(b"hello\n"), &[("a.log.gz", b"hello\n")], &[]);
    // The name in the header is that of another day.
    check("a.log", &gzip_named("b.log", b"hello\n"), &[("a.log", b"hello\n")], &[]);
    check("a.bz2", &bzip2(b"hello\n"), &[("a.bz2", b"hello\n")], &[]);
    check("a.xz", XZ_HELLO, &[("a.xz", b"hello\n")], &[]);
    check("a.zst", &zstd(b"hello\n"), &[("a.zst", b"hello\n")], &[]);
    check("a.gz", b"not compressed", &[("a.gz", b"not compressed")], &[]);
}

#[test]
fn concatenated_streams_are_one_file() {
    check("a.gz", &[gzip(b"one "), gzip(b""), gzip(b"two")].concat(), &[("a.gz", b"one two")], &[]);
    check("a.bz2", &[bzip2(b"one "), bzip2(b"two")].concat(), &[("a.bz2", b"one two")], &[]);
    check("a.xz", &[XZ_HELLO, &[0; 4], XZ_HELLO].concat(), &[("a.xz", b"hello\nhello\n")], &[]);
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0xyz".to_vec();
    let frames = [skippable.clone(), zstd(b"one "), skippable, zstd(b"two")].concat();
    check("a.zst", &frames, &[("a.zst", b"one two")], &[]);
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
            ("case.zip!/inner.tgz!/b.log.gz", b"B"),
            ("case.zip!/inner.tgz!/logs/a.log", b"A"),
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

#[test]
fn members_of_the_same_name_are_told_apart() {
    let archive = tar(&[("a.log", b"1"), ("a.log", b"2")]);
    check("x.tar", &archive, &[("x.tar!/a (2).log", b"2"), ("x.tar!/a.log", b"1")], &[]);
    let archive = zip(&[("a.log", b"1"), ("b.log", b"2")]);
    let renamed = replace(&archive, b"b.log", b"a.log");
    check("x.zip", &renamed, &[("x.zip!/a (2).log", b"2"), ("x.zip!/a.log", b"1")], &[]);
}

#[test]
fn bytes_before_and_after_a_zip_do_no_harm() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let moved = [&zip(&[])[..], &archive, b"trailing"].concat();
    check("x.zip", &moved, &[("x.zip!/a.log", b"A"), ("x.zip!/b.log", b"B")], &[]);
}

#[test]
fn zip_behind_a_program_is_found_by_its_end() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    for program in [&b"#!/bin/sh\nexit 0\n"[..], &noise(100_000), &[b'x'; 70_000]] {
        let whole = [program, &archive].concat();
        check("x.exe", &whole, &[("x.exe!/a.log", b"A"), ("x.exe!/b.log", b"B")], &[]);
    }
    let files: &[(&str, &[u8])] = &[("x.zip!/a.log", b"A"), ("x.zip!/b.log", b"B")];
    check("x.zip", &[b"before", &archive[..], b"and behind"].concat(), files, &[]);
    // The end of an empty archive proves nothing.
    let text = [&b"text\n"[..], &zip(&[])].concat();
    check("a.log", &text, &[("a.log", &text)], &[]);
}

#[test]
fn zip_behind_a_program_is_found_in_archives_too() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let filled = |start: &[u8]| [start, &[b'x'; 70_000]].concat();
    let program = [&filled(b"MZ")[..], &archive].concat();
    let script = [&filled(b"#!/bin/sh\n")[..], &archive].concat();
    let plain = filled(b"#!/bin/sh\n");
    let core = [&filled(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0")[..], &archive].concat();
    let files: [(&str, &[u8]); 4] = [("1.exe", &program), ("2.run", &script), ("3.sh", &plain), ("4.core", &core)];
    for outer in [tar(&files), zip(&files)] {
        let expected: [(&str, &[u8]); 6] = [
            ("x!/1.exe!/a.log", b"A"),
            ("x!/1.exe!/b.log", b"B"),
            ("x!/2.run!/a.log", b"A"),
            ("x!/2.run!/b.log", b"B"),
            ("x!/3.sh", &plain),
            ("x!/4.core", &core),
        ];
        check("x", &outer, &expected, &[]);
    }
}

#[test]
fn parts_of_a_split_zip_say_so_and_give_what_they_have() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let first = [b"PK\x07\x08", &archive[..directory]].concat();
    let files: &[(&str, &[u8])] = &[("x.z01!/a.log", b"A"), ("x.z01!/b.log", b"B")];
    let visited = check("x.z01", &first, files, &[("x.z01", "unsupported")]);
    assert!(visited.problems[0].message.starts_with("first part of a split zip"), "{visited:?}");
    let last = replace(&archive, b"PK\x05\x06\0\0\0\0", b"PK\x05\x06\x02\0\x02\0");
    let files: &[(&str, &[u8])] = &[("x.zip!/a.log", b"A"), ("x.zip!/b.log", b"B")];
    let visited = check("x.zip", &last, files, &[("x.zip", "unsupported")]);
    assert!(visited.problems[0].message.starts_with("part 3 of a split zip"), "{visited:?}");
    let single = [b"PK00", &archive[..]].concat();
    check("x.zip", &single, files, &[]);
}

#[test]
fn what_came_through_a_pipe_into_a_zip_is_a_file() {
    let mut archive = zip(&[("-", b"A")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    archive[directory + 5] = 3;
    archive[directory + 38..directory + 42].copy_from_slice(&(0o010_600_u32 << 16).to_le_bytes());
    check("x.zip", &archive, &[("x.zip!/-", b"A")], &[]);
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
    // Fixed codes: `a`, the longest match of Deflate64 (11000101 and 16 bits) at distance 1, the end of the block.
    let deflate64 = [0x4b, 0x1c, 0xfd, 0xff, 0x07, 0x00];
    let content64 = vec![b'a'; 1 + 3 + 0xffff];
    check("x.zip", &zip_of_method(9, 0, &deflate64, &content64), &[("x.zip!/a.log", &content64)], &[]);
    check(
        "x.zip",
        &zip_of_method(9, 0, &deflate64[..3], content),
        &[("x.zip!/a.log", b"a")],
        &[("x.zip!/a.log", "corrupt")],
    );
    check("x.zip", &zip_of_method(1, 0, b"x", content), &[], &[("x.zip!/a.log", "unsupported")]);
    check("x.zip", &zip_of_method(8, 1, b"x", content), &[], &[("x.zip!/a.log", "encrypted")]);
    check("x.zip", &zip_of_method(99, 1, b"x", content), &[], &[("x.zip!/a.log", "encrypted")]);
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

#[test]
fn zip64_is_read() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().large_file(true);
    for name in ["a", "b"] {
        writer.start_file(name, options).unwrap();
        writer.write_all(name.as_bytes()).unwrap();
    }
    let archive = writer.finish().unwrap().into_inner();
    check("x.zip", &archive, &[("x.zip!/a", b"a"), ("x.zip!/b", b"b")], &[]);

    // The end record of zip64 says where the directory is and the old one says that it does not know.
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::rfind(&archive, b"PK\x05\x06").unwrap();
    let mut far = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
    for number in [2, 2, end - directory, directory] {
        far.extend((number as u64).to_le_bytes());
    }
    far.extend(b"PK\x06\x07\0\0\0\0");
    far.extend((end as u64).to_le_bytes());
    far.extend(b"\x01\0\0\0");
    let unknown = b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0";
    let large = [&archive[..end], &far, unknown].concat();
    check("x.zip", &large, &[("x.zip!/a", b"a"), ("x.zip!/b", b"b")], &[]);
}

#[test]
fn link_in_a_zip_is_skipped() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default();
    writer.add_symlink("link", "/etc/passwd", options).unwrap();
    writer.add_directory("folder", options).unwrap();
    writer.start_file("folder/a", options).unwrap();
    let archive = writer.finish().unwrap().into_inner();
    check("x.zip", &archive, &[("x.zip!/folder/a", b"")], &[("x.zip!/link", "skipped")]);
}

#[test]
fn names_cannot_leave_the_archive_or_fool_the_reader() {
    let archive =
        zip(&[("../../etc/passwd", b"A"), ("/abs", b"B"), ("c:\\windows\\x", b"C"), ("d\u{202e}gol\n", b"D")]);
    check(
        "x.zip",
        &archive,
        &[
            ("x.zip!/../../etc/passwd", b"A"),
            ("x.zip!//abs", b"B"),
            ("x.zip!/c:/windows/x", b"C"),
            ("x.zip!/d\\u{202e}gol\\u{a}", b"D"),
        ],
        &[],
    );
}

#[test]
fn number_of_threads_changes_nothing() {
    let files: Vec<(String, Vec<u8>)> = (0..50).map(|n| (format!("{n:02}.log"), gzip(&noise(n * 100)))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), &**content)).collect();
    let archive = replace(&zip(&files), b"13.log", b"31.log");
    let visits = [1, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let seen = pool.install(|| visit_with("x.zip", &archive, Limits::default()));
        (seen.files, seen.visited.files, seen.visited.bytes, seen.visited.problems)
    });
    assert_eq!(visits[0], visits[1]);
    assert_eq!(visits[0].0.len(), 50);
}

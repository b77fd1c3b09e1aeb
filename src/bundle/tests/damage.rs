//! Damaged and cut-off archives: what is readable comes out, and a problem says that there was more.

use super::*;
use proptest::prelude::*;

#[test]
fn zero_padding_is_fine_and_other_garbage_is_not() {
    for (name, packed) in [("a.gz", gzip(b"hello\n")), ("a.bz2", bzip2(b"hello\n")), ("a.xz", XZ_HELLO.to_vec())] {
        check(name, &[&packed[..], &[0; 512]].concat(), &[(name, b"hello\n")], &[]);
        check(name, &[&packed[..], b"garbage"].concat(), &[(name, b"hello\n")], &[(name, "corrupt")]);
    }
}

#[test]
fn damaged_gzip_gives_what_comes_before_the_damage() {
    let content = noise(200_000);
    let packed = gzip(&content);
    let seen = visit_with("a.gz", &packed[..packed.len() / 2], Limits::default());
    let read = &seen.files["a.gz"];
    assert!(read.len() > 90_000 && content.starts_with(read));
    assert_eq!(seen.problems(), [("a.gz", "corrupt")]);
    assert_eq!(seen.visited.bytes, read.len() as u64);

    let mut wrong_sum = gzip(b"hello\n");
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    check("a.gz", &wrong_sum, &[("a.gz", b"hello\n")], &[("a.gz", "corrupt")]);

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
    assert_eq!(seen.files["a.gz"].len() as i64 / 10_000, header.unwrap() as i64 / 10_000);
    assert!(content.starts_with(&seen.files["a.gz"]));
    assert_eq!(seen.problems(), [("a.gz", "corrupt")]);
}

#[test]
fn cut_off_archive_in_a_stream_is_named_with_the_file_that_was_cut() {
    let inner = tar(&[("a.log", b"A"), ("b.log", &noise(100_000)), ("c.log", b"C")]);
    let packed = gzip(&inner);
    let seen = visit_with("x.tgz", &packed[..packed.len() / 2], Limits::default());
    assert_eq!(seen.problems(), [("x.tgz", "corrupt"), ("x.tgz!/b.log", "corrupt")]);
    let message = &seen.visited.problems[1].message;
    assert_eq!(message, "cut off with the archive: only its beginning was read");
    assert_eq!(seen.files["x.tgz!/a.log"], b"A");
    assert!(noise(100_000).starts_with(&seen.files["x.tgz!/b.log"]));
    assert!(!seen.files.contains_key("x.tgz!/c.log"));
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
fn zip_whose_headers_disagree_on_a_size_is_named() {
    let archive = zip_with(::zip::CompressionMethod::Stored, &[("a.log", b"hello A"), ("b.log", b"hello B")]);
    // Packed and unpacked size in the header beside the data of `a.log`.
    for at in [18, 22] {
        let mut contradiction = archive.clone();
        contradiction[at] = 3;
        let visited = check(
            "x.zip",
            &contradiction,
            &[("x.zip!/a.log", b"hello A"), ("x.zip!/b.log", b"hello B")],
            &[("x.zip!/a.log", "corrupt")],
        );
        assert!(visited.problems[0].message.ends_with("gives it another size"), "{visited:?}");
    }
    // Zeros say nothing: they were written before the size was known.
    let mut unknown = archive;
    unknown[18..26].fill(0);
    check("x.zip", &unknown, &[("x.zip!/a.log", b"hello A"), ("x.zip!/b.log", b"hello B")], &[]);
}

/// Readers of zip64 differ in which of several extra fields they believe.
#[test]
fn zip64_sizes_beside_the_data_are_compared_too() {
    let options = ::zip::write::SimpleFileOptions::default()
        .compression_method(::zip::CompressionMethod::Stored)
        .large_file(true);
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.log", options).unwrap();
    writer.write_all(b"hello A").unwrap();
    let archive = writer.finish().unwrap().into_inner();
    check("x.zip", &archive, &[("x.zip!/a.log", b"hello A")], &[]);
    // The extra field behind the name: id, length, size, packed size.
    let at = 30 + 5;
    assert_eq!(archive[at..at + 5], [1, 0, 16, 0, 7]);
    for number in [at + 4, at + 12] {
        let mut contradiction = archive.clone();
        contradiction[number] = 3;
        let visited = check("x.zip", &contradiction, &[("x.zip!/a.log", b"hello A")], &[("x.zip!/a.log", "corrupt")]);
        assert!(visited.problems[0].message.ends_with("gives it another size"), "{visited:?}");
    }
}

#[test]
fn data_hidden_behind_the_end_of_a_member_is_named() {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"hello").unwrap();
    let packed = encoder.finish().unwrap();
    check("x.zip", &zip_of_method(8, 0, &packed, b"hello"), &[("x.zip!/a.log", b"hello")], &[]);
    let hidden = [&packed[..], b"hidden"].concat();
    let archive = zip_of_method(8, 0, &hidden, b"hello");
    let visited = check("x.zip", &archive, &[("x.zip!/a.log", b"hello")], &[("x.zip!/a.log", "corrupt")]);
    assert_eq!(visited.problems[0].message, "damaged: there is other data behind its content");
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
fn overlapping_members_are_not_unpacked_again() {
    let archive = zip(&[("a.log", b"A"), ("b.log", b"B")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let second = memchr::memmem::rfind(&archive, b"PK\x01\x02").unwrap();
    let mut bomb = archive.clone();
    // Both members of the directory start at the same local header.
    bomb.copy_within(directory + 42..directory + 46, second + 42);
    check("x.zip", &bomb, &[("x.zip!/a.log", b"A")], &[("x.zip", "corrupt"), ("x.zip!/b.log", "corrupt")]);
}

/// Every byte string goes in, nothing panics, and what comes out is reported in order.
fn survives(name: &str, content: &[u8]) {
    let limits = Limits { unpacked_bytes: 1 << 20, ratio: 1, members: 1000, depth: 4, ..Limits::default() };
    let seen = visit_with(name, content, limits);
    assert!(seen.visited.problems.iter().all(|problem| problem.kind != ProblemKind::Panic), "{:?}", seen.visited);
    assert!(seen.visited.problems.is_sorted());
    assert!(seen.files.keys().all(|path| path.starts_with(name)));
}

/// One archive of each kind, with others inside.
fn samples() -> Vec<Vec<u8>> {
    let files: &[(&str, &[u8])] = &[("a.log", b"hello hello hello"), ("d/b.log", &[7; 700]), ("c.log.gz", &gzip(b"C"))];
    let mut samples =
        vec![tar(files), zip(files), streamed_zip(files), zip_with(::zip::CompressionMethod::Stored, files)];
    samples.extend([gzip(&samples[0]), bzip2(&samples[1]), zstd(&samples[0]), XZ_HELLO.to_vec()]);
    samples
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_are_survived(mark in 0_usize..14, content: Vec<u8>) {
        let marks: [&[u8]; 14] = [
            b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9\x31AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd",
            b"\x50\x2a\x4d\x18", b"Salted__", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08\x1f", b"!<arch>\n", b"\x84", b"\xff\xfe",
        ];
        survives("x", &[marks[mark], &content].concat());
    }

    #[test]
    fn mutated_archives_are_survived(
        sample in 0_usize..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut archive = samples().swap_remove(sample);
        for (at, byte) in changes {
            let at = at.index(archive.len());
            archive[at] = byte;
        }
        survives("x", &archive);
    }
}

/// Every cut gives members that are beginnings of the whole ones, in the archive's order, and a problem.
fn check_cuts(name: &str, archive: &[u8]) {
    let whole = visit_with(name, archive, Limits::default());
    assert!(whole.visited.problems.is_empty(), "{:?}", whole.visited.problems);
    // Shorter ones are not recognised as what they are.
    for size in (64..archive.len()).step_by(7).chain([archive.len() - 1]) {
        let seen = visit_with(name, &archive[..size], Limits::default());
        assert!(!seen.visited.problems.is_empty(), "{name} cut to {size} bytes");
        for (path, content) in &seen.files {
            match whole.files.get(path) {
                Some(whole) => assert!(whole.starts_with(content), "{path} of {name} cut to {size} bytes"),
                // Too little is left of an inner archive to recognise it.
                None => assert!(content.len() < 512 && whole.files.keys().all(|it| it.starts_with(path))),
            }
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let files: &[(&str, &[u8])] = &[("a.log", b"hello hello hello"), ("b.log", &noise(600)), ("c.log", b"C")];
    check_cuts("x.tgz", &gzip(&tar(files)));
    check_cuts("x.zip", &zip(files));
    check_cuts("x.zip", &streamed_zip(files));
    check_cuts("x.tar.zst", &zstd(&tar(files)));
    check_cuts("x.tar.bz2", &bzip2(&tar(files)));
    check_cuts("x.xz", XZ_HELLO);
}

#[test]
fn tar_that_lacks_its_end_is_noticed() {
    let archive = tar(&[("a.log", b"A"), ("b.log", &noise(600)), ("c.log", b"C")]);
    let end = archive.len() - 1024;
    for size in (512..=end).step_by(97).chain([end]) {
        let seen = visit_with("x.tar", &archive[..size], Limits::default());
        let [("x.tar", "corrupt"), members @ ..] = &seen.problems()[..] else { panic!("cut to {size} bytes") };
        // At most the one that was cut is named, too.
        assert!(matches!(members, [] | [("x.tar!/a.log" | "x.tar!/b.log" | "x.tar!/c.log", "corrupt")]), "{members:?}");
    }
}

#[test]
fn damaged_tar_header_ends_the_archive() {
    let archive = tar(&[("a.log", b"A"), ("b.log", b"B"), ("c.log", b"C")]);
    let damaged = replace(&archive, b"b.log", b"X.log");
    check("x.tar", &damaged, &[("x.tar!/a.log", b"A")], &[("x.tar", "corrupt")]);
}

#[test]
fn stored_members_of_a_cut_off_stream_end_where_they_should() {
    // What `zip -0 - < logs | ...` writes: no sizes in the headers, since it cannot seek.
    let mut archive = Vec::new();
    for (name, content) in [(b'a', &b"hello A\n"[..]), (b'b', b"hello B\n")] {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        archive.extend(b"PK\x03\x04\x14\0\x08\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0");
        archive.push(name);
        archive.extend(content);
        archive.extend(b"PK\x07\x08");
        for number in [crc.sum(), content.len() as u32, content.len() as u32] {
            archive.extend(number.to_le_bytes());
        }
    }
    let members: [(&str, &[u8]); 2] = [("x.zip!/a", b"hello A\n"), ("x.zip!/b", b"hello B\n")];
    check("x.zip", &archive, &members, &[("x.zip", "corrupt")]);
    let damaged = replace(&archive, b"hello A", b"hello X");
    let members: [(&str, &[u8]); 2] = [("x.zip!/a", b"hello X\n"), ("x.zip!/b", b"hello B\n")];
    check("x.zip", &damaged, &members, &[("x.zip", "corrupt"), ("x.zip!/a", "corrupt")]);
}

#[test]
fn member_that_lies_about_its_size_hides_no_other() {
    let archive = zip_with(::zip::CompressionMethod::Stored, &[("a.log", b"A"), ("b.log", b"B")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let mut lying = archive.clone();
    lying[directory + 20..directory + 24].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let seen = visit_with("x.zip", &lying, Limits::default());
    assert_eq!(seen.files["x.zip!/b.log"], b"B");
    assert_eq!(seen.problems(), [("x.zip!/a.log", "corrupt")]);
}

#[test]
fn nested_zip_in_a_cut_off_stream_is_named_with_what_was_cut_in_it() {
    let inner = zip_with(::zip::CompressionMethod::Stored, &[("a.log", b"A"), ("b.log", &noise(100_000))]);
    let packed = gzip(&tar(&[("in.zip", &inner)]));
    let seen = visit_with("x.tgz", &packed[..packed.len() / 2], Limits::default());
    let cut = ["x.tgz", "x.tgz!/in.zip", "x.tgz!/in.zip!/b.log"].map(|file| (file, "corrupt"));
    assert_eq!(seen.problems(), cut);
    assert_eq!(seen.files["x.tgz!/in.zip!/a.log"], b"A");
    let part = &seen.files["x.tgz!/in.zip!/b.log"];
    assert!(part.len() > 30_000 && noise(100_000).starts_with(part));
}

#[test]
fn headers_of_a_zip_that_contradict_each_other_are_named() {
    let archive = zip(&[("a.log", b"A")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::rfind(&archive, b"PK\x05\x06").unwrap();
    let files: &[(&str, &[u8])] = &[("x.zip!/a.log", b"A")];
    let mut renamed = archive.clone();
    renamed[30] = b'b';
    let visited = check("x.zip", &renamed, files, &[("x.zip!/a.log", "corrupt")]);
    assert!(visited.problems[0].message.ends_with("another name, `b.log`"), "{visited:?}");
    let mut hidden = archive.clone();
    hidden[directory + 9] |= 0x20;
    check("x.zip", &hidden, files, &[("x.zip!/a.log", "corrupt")]);
    let gap = [&archive[..end], b"anything", &archive[end..]].concat();
    check("x.zip", &gap, files, &[("x.zip", "corrupt")]);
    let mut comment = archive.clone();
    *comment.iter_mut().nth_back(1).unwrap() = 9;
    check("x.zip", &comment, files, &[("x.zip", "corrupt")]);
}

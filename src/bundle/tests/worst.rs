//! The worst case of each limit that is no budget of the whole bundle: sizes, lengths and counts that only an archive made
//! to harm has. What is over the limit is named, and the rest is read.

use super::packages::{ar, cpio};
use super::*;
use std::fmt::Write as _;

/// Containers of every kind inside each other: all of them count.
#[test]
fn every_kind_of_container_counts_as_one_level() {
    use super::foreign_archives::{cabinet, seven_zip, with};
    type Wrap = fn(&[u8]) -> Vec<u8>;
    let kinds: [(&str, Wrap); 9] = [
        ("gzip", |it| gzip(it)),
        ("bzip2", |it| bzip2(it)),
        ("zstd", |it| zstd(it)),
        ("tar", |it| tar(&[("a", it)])),
        ("zip", |it| zip(&[("a", it)])),
        ("ar", |it| ar(&[("a", it)])),
        ("cpio", |it| cpio("newc", &[("a", 0o100_644, 1, it)])),
        ("7z", |it| seven_zip(with(sevenz_rust2::EncoderMethod::COPY), true, &[("a", it)])),
        ("cab", |it| cabinet(0, &[(it, it.len())], &[("a", 0, it.len() as u32, 0)])),
    ];
    for (name, wrap) in kinds {
        let (mut content, limits) = (b"deep".to_vec(), || Limits { depth: 3, ..Limits::default() });
        for level in 1..=4 {
            content = wrap(&content);
            let seen = visit_with("x", &content, limits());
            match level {
                4 => assert_eq!((seen.files.len(), seen.problems()[0].1), (0, "limit"), "{name}"),
                _ => assert!(seen.files.values().eq([b"deep"]) && seen.problems().is_empty(), "{name}"),
            }
        }
    }
}

/// Windows of 2 GiB, and of 4 GiB less one byte.
#[test]
fn window_of_lzma_above_128_mib_is_a_limit() {
    let mut lzma = b"\x5d\0\0\0\x80".to_vec();
    lzma.extend([0xff; 8]);
    lzma.extend(b"\0\x34\x19\x49\xee\x8d\xdd\x3d\x3a\xdf\xff\xff\xdd\x12\0\0");
    check("x.lzma", &lzma, &[], &[("x.lzma", "limit")]);
    // In zip: version of the encoder, size of the properties, properties, data.
    let packed = b"\x09\x14\x05\0\x5d\xff\xff\xff\xff\0\x34\x19\x49\xee\x8d\xdd\x3d\x3a\xdf";
    check("x.zip", &zip_of_method(14, 0, packed, b"hello\n"), &[], &[("x.zip!/a.log", "limit")]);
}

#[test]
fn giant_names_and_tables_of_packages_are_damage_and_not_memory() {
    // The name of GNU's table, and a name of BSD's before its data.
    for (name, size) in [("//", 1_u64 << 40), ("#1/99999999999", 9_999_999_999)] {
        let mut archive = ar(&[]);
        let _ =
            writeln!(Text(&mut archive), "{name:<16}1600000000  0     0     100644  {:<10}`", size.min(9_999_999_999));
        archive.extend([b'n'; 10_000]);
        check("x", &archive, &[], &[("x", "corrupt")]);
    }
    let named = |size: u32| {
        let mut archive = cpio("newc", &[("a.log", 0o100_644, 1, b"A")]);
        // The thirteen numbers of eight digits behind the mark; the twelfth is the size of the name.
        archive.splice(6 + 11 * 8..6 + 12 * 8, format!("{size:08x}").bytes());
        archive
    };
    // Behind a member, or it would be no archive at all.
    let first = cpio("newc", &[("first.log", 0o100_644, 1, b"1")]);
    let trailer = memchr::memmem::find(&first, b"TRAILER").unwrap() - 110;
    let archive = [&first[..trailer], &named(0xffff_fff0), &[b'n'; 10_000]].concat();
    check("x", &archive, &[("x!/first.log", b"1")], &[("x", "corrupt")]);
    let mut rpm = b"\xed\xab\xee\xdb".to_vec();
    rpm.resize(96, 0);
    rpm.extend(b"\x8e\xad\xe8\x01\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
    check("x", &rpm, &[], &[("x", "corrupt")]);
}

#[test]
fn giant_map_of_a_sparse_file_is_damage_and_not_memory() {
    // GNU's format 1.0: the map is text before the data, here of a million parts.
    let mut map = b"1000000\n".to_vec();
    for part in 0..200_000 {
        let _ = write!(Text(&mut map), "{}\n1\n", part * 2);
    }
    map.resize(map.len().next_multiple_of(512), 0);
    let mut builder = ::tar::Builder::new(Vec::new());
    let fields: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"a.log"),
        ("GNU.sparse.realsize", b"2000000"),
    ];
    builder.append_pax_extensions(fields).unwrap();
    let mut header = ::tar::Header::new_ustar();
    header.set_path("x").unwrap();
    header.set_size(map.len() as u64);
    header.set_cksum();
    builder.append(&header, &map[..]).unwrap();
    let seen = visit_with("x", &builder.into_inner().unwrap(), Limits::default());
    assert_eq!(seen.problems(), [("x", "corrupt")]);
    // The same in headers of old GNU tar: blocks of 21 parts, each of which says that another one follows.
    let mut header = ::tar::Header::new_gnu();
    header.set_path("a.log").unwrap();
    header.set_entry_type(::tar::EntryType::GNUSparse);
    header.set_size(0);
    header.as_gnu_mut().unwrap().isextended[0] = 1;
    header.set_cksum();
    let mut block = [0_u8; 512];
    for part in block[..504].chunks_mut(24) {
        part.copy_from_slice(b"00000000001\x0000000000001\0");
    }
    block[504] = 1;
    let archive = [&header.as_bytes()[..], &block.repeat(5_000)].concat();
    assert_eq!(visit_with("x", &archive, Limits::default()).problems(), [("x", "corrupt")]);
}

/// Each header of PAX is nonsense, and none has a member behind it.
#[test]
fn thousands_of_bad_headers_are_one_problem() {
    let mut header = ::tar::Header::new_ustar();
    header.set_entry_type(::tar::EntryType::XHeader);
    header.set_path("pax").unwrap();
    header.set_size(512);
    header.set_cksum();
    let one = [&header.as_bytes()[..], &[b'9'; 512]].concat();
    let archive = [one.repeat(5_000), tar(&[("a.log", b"A")])].concat();
    check("x", &archive, &[("x!/a.log", b"A")], &[("x", "corrupt")]);
}

#[test]
fn long_names_are_cut() {
    let name = "n".repeat(60_000);
    for archive in [zip(&[(&name, b"A")]), tar(&[(&name, b"A")]), cpio("newc", &[(&name, 0o100_644, 1, b"A")])] {
        let seen = visit_with("x", &archive, Limits::default());
        let [shown] = &seen.files.keys().collect::<Vec<_>>()[..] else { panic!("{:?}", seen.problems()) };
        assert!(shown.len() < 4200 && shown.ends_with("n..."), "{} bytes", shown.len());
    }
}

/// A directory that is too large to be sorted: everything in it is read all the same.
#[test]
fn members_of_a_giant_directory_are_all_read() {
    let name = |number: usize| format!("{number}{}", "n".repeat(60_000));
    let names: Vec<String> = (0..300).map(name).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"A"[..])).collect();
    let archive = zip(&files);
    for content in [archive.clone(), tar(&[("in.zip", &archive)])] {
        let seen = visit_with("x", &content, Limits::default());
        assert_eq!((seen.files.len(), seen.problems().len()), (300, 0));
    }
}

/// More links with long names than anybody may keep in memory or read.
#[test]
fn problems_of_an_archive_are_limited() {
    let mut archive = Vec::new();
    let mut link = ::tar::Header::new_gnu();
    link.set_entry_type(::tar::EntryType::Symlink);
    link.set_size(0);
    link.set_path("short").unwrap();
    link.set_cksum();
    let mut long = ::tar::Header::new_gnu();
    long.set_entry_type(::tar::EntryType::GNULongName);
    long.set_path("././@LongLink").unwrap();
    long.set_size(4096);
    long.set_cksum();
    for number in 0..20_000 {
        let name = format!("{number:05}{}\0", "n".repeat(4090));
        for part in [&long.as_bytes()[..], name.as_bytes(), link.as_bytes()] {
            archive.extend(part);
        }
    }
    let seen = visit_with("x.tar.gz", &gzip(&archive), Limits::default());
    let bytes: usize = seen.visited.problems.iter().map(|it| it.file.len()).sum();
    assert!(bytes <= 33 << 20, "{bytes}");
    let told = seen.visited.problems.iter().filter(|it| it.message.contains("more problems of this kind"));
    assert_eq!(told.count(), 1);
    assert_eq!(seen.visited.files, 20_000);
}

/// Event logs of nothing but their mark: to start a parser for each would take hours.
#[test]
fn parsers_that_work_in_vain_are_started_for_so_many_files_only() {
    let names: Vec<String> = (0..9_000).map(|number| format!("{number}.evtx")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"ElfFile\0"[..])).collect();
    let seen = visit_with("x.tar", &tar(&files), Limits::default());
    let limited = seen.problems().iter().filter(|(_, kind)| *kind == "limit").count();
    assert_eq!(limited, 9_000 - 8_001);
    // Sound files of the same number are all read.
    let journal = b"__REALTIME_TIMESTAMP=1767323045123456\nMESSAGE=hello\n\n".repeat(400);
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &journal[..])).collect();
    let seen = visit_with("x.tar", &tar(&files[..200]), Limits::default());
    assert_eq!(seen.problems().iter().filter(|(_, kind)| *kind == "limit").count(), 0);
}

/// Text for `write!`.
struct Text<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend(text.as_bytes());
        Ok(())
    }
}

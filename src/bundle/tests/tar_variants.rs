//! Tar archives of old and new writers.

use super::*;
use ::tar::{Builder, EntryType, Header};

fn header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    header
}

#[test]
fn long_names_are_whole() {
    let name = format!("{}/a.log", ["folder"; 40].join("/"));
    let path = format!("x.tar!/{name}");
    check("x.tar", &tar(&[(&name, b"A")]), &[(&path, b"A")], &[]);
    let mut builder = Builder::new(Vec::new());
    builder.append_pax_extensions([("path", name.as_bytes()), ("mtime", b"1234567890.5".as_slice())]).unwrap();
    builder.append(&header("short", EntryType::Regular, 1), &b"A"[..]).unwrap();
    check("x.tar", &builder.into_inner().unwrap(), &[(&path, b"A")], &[]);
}

/// As libarchive and GNU tar read it. The headers of GNU tar and PAX beside each other: the first kind holds.
#[test]
fn of_several_long_names_the_last_holds() {
    let archive = |headers: &[(EntryType, &[u8])]| {
        let mut builder = Builder::new(Vec::new());
        for (kind, content) in headers {
            builder.append(&header("name", *kind, content.len() as u64), *content).unwrap();
        }
        builder.append(&header("short", EntryType::Regular, 1), &b"A"[..]).unwrap();
        builder.into_inner().unwrap()
    };
    let (first, last) = ((EntryType::GNULongName, &b"first\0"[..]), (EntryType::GNULongName, &b"last\0"[..]));
    let pax = (EntryType::XHeader, &b"12 path=pax\n"[..]);
    for (headers, path) in [
        (&[first, last][..], "x!/last"),
        (&[first, pax, last], "x!/last"),
        (&[first, pax], "x!/first"),
        (&[pax, first, last], "x!/pax"),
    ] {
        check("x", &[archive(headers), vec![0; 1024]].concat(), &[(path, b"A")], &[]);
    }
}

#[test]
fn links_and_devices_are_skipped() {
    let mut builder = Builder::new(Vec::new());
    for (name, kind) in [
        ("a", EntryType::Symlink),
        ("b", EntryType::Link),
        ("c", EntryType::Char),
        ("d", EntryType::Block),
        ("e", EntryType::Fifo),
        ("folder/", EntryType::Directory),
    ] {
        builder.append(&header(name, kind, 0), &b""[..]).unwrap();
    }
    builder.append(&header("f", EntryType::Regular, 1), &b"F"[..]).unwrap();
    let problems: Vec<(String, &str)> = ["a", "b", "c", "d", "e"].map(|it| (format!("x!/{it}"), "skipped")).to_vec();
    let problems: Vec<(&str, &str)> = problems.iter().map(|(file, kind)| (file.as_str(), *kind)).collect();
    let visited = check("x", &builder.into_inner().unwrap(), &[("x!/f", b"F")], &problems);
    assert_eq!(visited.files, 6);
}

#[test]
fn archive_of_1979_is_recognised_by_its_checksum() {
    let mut old = Header::new_old();
    old.set_path("a.log").unwrap();
    old.set_size(1);
    old.set_cksum();
    let mut archive = [old.as_bytes(), &b"A"[..], &[0; 511], &[0; 1024]].concat();
    check("x", &archive, &[("x!/a.log", b"A")], &[]);
    archive[0] = b'b';
    check("x", &archive, &[("x", &archive)], &[]);
}

#[test]
fn holes_of_sparse_files_are_zeros() {
    let expected = [&[0; 1000][..], b"end"].concat();
    let mut sparse = header("a.log", EntryType::GNUSparse, 3);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.sparse[0].set_offset(1000);
    gnu.sparse[0].set_length(3);
    gnu.set_real_size(1003);
    sparse.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&sparse, &b"end"[..]).unwrap();
    builder.append(&header("b.log", EntryType::Regular, 1), &b"B"[..]).unwrap();
    check("x", &builder.into_inner().unwrap(), &[("x!/a.log", &expected), ("x!/b.log", b"B")], &[]);

    // The same as `tar --format=posix --sparse` writes it: the map comes before the data. libarchive allows comments.
    for map in [&b"1\n1000\n3\n"[..], b"#!gnu-sparse-format\n#format:1.0\n1\n1000\n#3\n3\n"] {
        let archive = sparse_by_pax(map);
        check("x", &archive, &[("x!/a.log", &expected), ("x!/b.log", b"B")], &[]);
    }
    for map in [&b"one\n1000\n3\n"[..], b"18446744073709551616\n", b"1\n1000\n-3\n"] {
        check("x", &sparse_by_pax(map), &[], &[("x", "corrupt")]);
    }
}

fn sparse_by_pax(map: &[u8]) -> Vec<u8> {
    let data = [map, &vec![0; 512 - map.len()], b"end"].concat();
    let mut builder = Builder::new(Vec::new());
    let pax: [(&str, &[u8]); 3] =
        [("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.name", b"a.log")];
    builder.append_pax_extensions(pax).unwrap();
    builder.append(&header("GNUSparseFile.1/a.log", EntryType::Regular, data.len() as u64), &data[..]).unwrap();
    builder.append(&header("b.log", EntryType::Regular, 1), &b"B"[..]).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn hole_of_a_terabyte_meets_the_budget() {
    let mut sparse = header("a.log", EntryType::GNUSparse, 3);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.sparse[0].set_offset(1 << 40);
    gnu.sparse[0].set_length(3);
    gnu.set_real_size((1 << 40) + 3);
    sparse.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&sparse, &b"end"[..]).unwrap();
    let limits = Limits { unpacked_bytes: 1 << 20, ratio: 0, ..Limits::default() };
    let seen = visit_with("x", &builder.into_inner().unwrap(), limits);
    assert_eq!(seen.problems(), [("x", "limit"), ("x!/a.log", "limit")]);
    assert!(seen.files["x!/a.log"].len() <= 1 << 20);
}

#[test]
fn giant_name_is_damage_and_not_memory() {
    let mut archive = header("././@LongLink", EntryType::GNULongName, 1 << 40).as_bytes().to_vec();
    archive.extend([b'n'; 10_000]);
    check("x", &archive, &[], &[("x", "corrupt")]);
}

#[test]
fn archives_glued_together_are_read_to_the_end() {
    let archive = [tar(&[("a", b"A")]), tar(&[("b", b"B")])].concat();
    check("x", &archive, &[("x!/a", b"A"), ("x!/b", b"B")], &[]);
}

#[test]
fn hole_at_the_end_of_a_sparse_file_counts() {
    let mut sparse = header("a.log", EntryType::GNUSparse, 3);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.sparse[0].set_offset(0);
    gnu.sparse[0].set_length(3);
    gnu.set_real_size(1003);
    sparse.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&sparse, &b"end"[..]).unwrap();
    let expected = [&b"end"[..], &[0; 1000]].concat();
    check("x", &builder.into_inner().unwrap(), &[("x!/a.log", &expected)], &[]);
}

#[test]
fn what_is_no_file_has_no_data_whatever_its_size_says() {
    for kind in [EntryType::Symlink, EntryType::Char, EntryType::Fifo, EntryType::Directory] {
        let mut builder = Builder::new(Vec::new());
        builder.append(&header("a", kind, 0), &b""[..]).unwrap();
        builder.append(&header("f", EntryType::Regular, 1), &b"F"[..]).unwrap();
        let mut archive = builder.into_inner().unwrap();
        archive[..512].copy_from_slice(header("a", kind, 2048).as_bytes());
        let problems = [("x!/a", "skipped")];
        let problems = if kind == EntryType::Directory { &[][..] } else { &problems };
        check("x", &archive, &[("x!/f", b"F")], problems);
    }
}

#[test]
fn hard_link_has_data_only_where_pax_says_so() {
    let link = |pax: bool, is_posix: bool, data: &[u8]| {
        let mut builder = Builder::new(Vec::new());
        if pax {
            builder.append_pax_extensions([("comment", &b"x"[..])]).unwrap();
        }
        let mut header = if is_posix { Header::new_ustar() } else { Header::new_gnu() };
        header.set_path("a").unwrap();
        header.set_entry_type(EntryType::Link);
        header.set_size(3);
        header.set_cksum();
        builder.get_mut().extend(header.as_bytes());
        builder.get_mut().extend(data);
        let mut file = Header::new_ustar();
        file.set_path("f").unwrap();
        file.set_size(1);
        file.set_cksum();
        builder.append(&file, &b"F"[..]).unwrap();
        builder.into_inner().unwrap()
    };
    let data = [&b"abc"[..], &[0; 509]].concat();
    for archive in [link(true, true, &data), link(false, true, &data), link(false, true, b""), link(false, false, b"")]
    {
        check("x", &archive, &[("x!/f", b"F")], &[("x!/a", "skipped")]);
    }
}

#[test]
fn lists_of_folders_and_names_of_tapes_are_no_files() {
    let mut builder = Builder::new(Vec::new());
    for (kind, data) in [(b'V', &b""[..]), (b'D', b"Ya.log\0\0"), (b'A', b"acl")] {
        builder.append(&header("x", EntryType::new(kind), data.len() as u64), data).unwrap();
    }
    builder.append(&header("f", EntryType::Regular, 1), &b"F"[..]).unwrap();
    builder.append(&header("g", EntryType::new(b'M'), 1), &b"G"[..]).unwrap();
    check("x", &builder.into_inner().unwrap(), &[("x!/f", b"F"), ("x!/g", b"G")], &[("x!/g", "corrupt")]);
}

#[test]
fn end_mark_is_missed_only_where_nothing_else_says_where_the_end_is() {
    let archive = tar(&[("a.log", b"A")]);
    let bare = &archive[..1024];
    check("x.tar", bare, &[("x.tar!/a.log", b"A")], &[("x.tar", "corrupt")]);
    check("x.tgz", &gzip(bare), &[("x.tgz!/a.log", b"A")], &[]);
    check("x.zip", &zip(&[("x.tar", bare)]), &[("x.zip!/x.tar!/a.log", b"A")], &[]);
    // The last file is not whole.
    let cut = &archive[..512];
    check("x.tgz", &gzip(cut), &[("x.tgz!/a.log", b"")], &[("x.tgz", "corrupt"), ("x.tgz!/a.log", "corrupt")]);
    check("x.tar", cut, &[("x.tar!/a.log", b"")], &[("x.tar", "corrupt"), ("x.tar!/a.log", "corrupt")]);
}

#[test]
fn damaged_pax_header_is_named_and_its_sound_part_used() {
    let mut builder = Builder::new(Vec::new());
    let content = b"15 path=b.log\n\n99 size=1\n";
    builder.append(&header("pax", EntryType::XHeader, content.len() as u64), &content[..]).unwrap();
    builder.append(&header("a.log", EntryType::Regular, 1), &b"A"[..]).unwrap();
    check("x", &builder.into_inner().unwrap(), &[("x!/b.log\\u{a}", b"A")], &[("x", "corrupt")]);
}

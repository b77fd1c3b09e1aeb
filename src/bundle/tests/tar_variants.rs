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

    // The same as `tar --format=posix --sparse` writes it: the map comes before the data.
    let map = b"1\n1000\n3\n";
    let data = [&map[..], &vec![0; 512 - map.len()], b"end"].concat();
    let mut builder = Builder::new(Vec::new());
    let pax: [(&str, &[u8]); 3] =
        [("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.name", b"a.log")];
    builder.append_pax_extensions(pax).unwrap();
    builder.append(&header("GNUSparseFile.1/a.log", EntryType::Regular, data.len() as u64), &data[..]).unwrap();
    builder.append(&header("b.log", EntryType::Regular, 1), &b"B"[..]).unwrap();
    check("x", &builder.into_inner().unwrap(), &[("x!/a.log", &expected), ("x!/b.log", b"B")], &[]);
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
    assert_eq!(seen.problems(), [("x", "limit")]);
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

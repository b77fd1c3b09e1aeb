//! Archives of ar and cpio, packages made of them, and files of lz4, lzma and compress.

use super::*;
use proptest::prelude::*;

/// `printf 'hello\n' | lz4 -c`, with the size of the blocks reduced to 64 KiB.
const LZ4_HELLO: &[u8] = b"\x04\x22\x4d\x18\x64\x40\xa7\x06\0\0\x80hello\n\0\0\0\0\xf9\x5b\x6b\x94";

/// `printf 'hello\n' | xz --format=lzma --lzma1=lc=4`.
const LZMA_LC4: &[u8] =
    b"^\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x004\x19I\xee\x8d\xdd=:\xdf\xff\xff\xdd\x12\x00\x00";
/// `printf 'hello\n' | xz --format=lzma`.
const LZMA_HELLO: &[u8] =
    b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x34\x19\x49\xee\x8d\xdd\x3d\x3a\xdf\xff\xff\xdd\x12\0\0";

/// An archive of `ar` with headers as they are given: name, and what it says of the data.
pub(super) fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, data) in members {
        archive.extend(format!("{name:<16}1600000000  0     0     100644  {:<10}`\n", data.len()).bytes());
        archive.extend(*data);
        archive.extend(&b"\n"[..data.len() % 2]);
    }
    archive
}

/// The ways to write a cpio archive.
const CPIO_KINDS: [&str; 5] = ["newc", "crc", "odc", "little", "big"];

/// A cpio archive of files with mode, number of names and content; it ends with a trailer.
pub(super) fn cpio(kind: &str, files: &[(&str, u32, u32, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, mode, links, data) in files.iter().chain([&("TRAILER!!!", 0, 1, &b""[..])]) {
        let (size, name_size, time) = (data.len(), name.len() + 1, 1_600_000_000_u32);
        let sum: u32 = data.iter().map(|byte| u32::from(*byte)).sum();
        let pad = match kind {
            "newc" | "crc" => 4,
            "odc" => 1,
            _ => 2,
        };
        match kind {
            "newc" | "crc" => {
                let (mark, sum) = if kind == "crc" { ("070702", sum) } else { ("070701", 0) };
                archive.extend(mark.bytes());
                for field in [7, *mode, 0, 0, *links, time, size as u32, 0, 0, 0, 0, name_size as u32, sum] {
                    archive.extend(format!("{field:08x}").bytes());
                }
            }
            "odc" => {
                archive.extend(b"070707");
                for field in [1, 7, *mode, 0, 0, *links, 0] {
                    archive.extend(format!("{field:06o}").bytes());
                }
                archive.extend(format!("{time:011o}{name_size:06o}{size:011o}").bytes());
            }
            order => {
                let (time, size) = ([time >> 16, time & 0xffff], [size as u32 >> 16, size as u32 & 0xffff]);
                let fields =
                    [0o070707, 1, 7, *mode, 0, 0, *links, 0, time[0], time[1], name_size as u32, size[0], size[1]];
                let bytes = fields.map(|field| match order {
                    "big" => (field as u16).to_be_bytes(),
                    _ => (field as u16).to_le_bytes(),
                });
                archive.extend(bytes.as_flattened());
            }
        }
        archive.extend(name.bytes().chain([0]));
        archive.resize(archive.len().next_multiple_of(pad), 0);
        archive.extend(*data);
        archive.resize(archive.len().next_multiple_of(pad), 0);
    }
    archive
}

#[test]
fn lz4_lzma_and_compress_are_recognised_by_content() {
    check("a.lz4", LZ4_HELLO, &[("a.lz4", b"hello\n")], &[]);
    check("a.lz4", &[b"\x50\x2a\x4d\x18\x01\0\0\0x", LZ4_HELLO].concat(), &[("a.lz4", b"hello\n")], &[]);
    check("a.lz4", &LZ4_HELLO[..17], &[("a.lz4", b"hello\n")], &[("a.lz4", "corrupt")]);
    check("a.lzma", LZMA_HELLO, &[("a.lzma", b"hello\n")], &[]);
    check("a.lzma", LZMA_LC4, &[("a.lzma", b"hello\n")], &[]);
    check("a.lzma", &LZMA_HELLO[..16], &[], &[("a.lzma", "corrupt")]);
    // `printf 'hello hello hello hello\n' | compress`
    let compressed = b"\x1f\x9d\x90\x68\xca\xb0\x61\xf3\x06\x44\xc0\x81\x05\x0f\x12\x34\x28\x90\xa0\x02";
    check("a.Z", compressed, &[("a.Z", b"hello hello hello hello\n")], &[]);
    check("a.log", b"\x1f\x9d text", &[("a.log", b"\x1f\x9d text")], &[]);
    check("a.log", b"]\0\0\0 text", &[("a.log", b"]\0\0\0 text")], &[]);
}

#[test]
fn ar_is_read_with_the_long_names_of_gnu_and_bsd() {
    let gnu = ar(&[
        ("/", b"symbols"),
        ("//", b"a-name-that-is-too-long.log/\nanother-long-name.log/\n"),
        ("short.log/", b"S"),
        ("/0", b"A"),
        ("/29", b"B"),
    ]);
    let files: &[(&str, &[u8])] =
        &[("x!/a-name-that-is-too-long.log", b"A"), ("x!/another-long-name.log", b"B"), ("x!/short.log", b"S")];
    check("x", &gnu, files, &[]);
    let bsd = ar(&[("__.SYMDEF", b"symbols"), ("#1/24", b"name with blanks.log\0\0\0\0A"), ("plain.log", b"B")]);
    check("x", &bsd, &[("x!/name with blanks.log", b"A"), ("x!/plain.log", b"B")], &[]);
}

#[test]
fn damaged_ar_is_named() {
    let archive = ar(&[("a.log/", b"AA"), ("b.log/", b"BBBB")]);
    let (a, b): ((&str, &[u8]), _) = (("x!/a.log", b"AA"), ("x!/b.log", &b"BB"[..]));
    check("x", &archive[..archive.len() - 2], &[a, b], &[("x", "corrupt"), ("x!/b.log", "corrupt")]);
    check("x", &archive[..archive.len() - 20], &[a], &[("x", "corrupt")]);
    check("x", &ar(&[("/7", b"A")]), &[], &[("x", "corrupt")]);
    check("x", &ar(&[("#1/9", b"A")]), &[], &[("x", "corrupt")]);
    check("x", &replace(&archive, b"4         `\n", b"x         `\n"), &[a], &[("x", "corrupt")]);
}

#[test]
fn debian_package_is_opened_to_its_files() {
    let package = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &gzip(&tar(&[("control", b"Package: x\n")]))),
        ("data.tar.gz", &gzip(&tar(&[("var/log/a.log", b"A")]))),
    ]);
    check(
        "x.deb",
        &package,
        &[
            ("x.deb!/control.tar.gz!/control", b"Package: x\n"),
            ("x.deb!/data.tar.gz!/var/log/a.log", b"A"),
            ("x.deb!/debian-binary", b"2.0\n"),
        ],
        &[],
    );
}

#[test]
fn cpio_is_read_in_all_its_kinds() {
    let files: [(&str, u32, u32, &[u8]); 6] = [
        ("logs", 0o040755, 2, b""),
        ("./logs/a.log", 0o100644, 1, b"AAA"),
        ("link", 0o120777, 1, b"/etc/passwd"),
        ("pipe", 0o010644, 1, b""),
        ("empty.log", 0o100644, 1, b""),
        ("../b.log", 0o100644, 1, b"B"),
    ];
    for kind in CPIO_KINDS {
        let visited = check(
            "x",
            &cpio(kind, &files),
            &[("x!/../b.log", b"B"), ("x!/empty.log", b""), ("x!/logs/a.log", b"AAA")],
            &[("x!/link", "skipped"), ("x!/pipe", "skipped")],
        );
        assert_eq!(visited.files, 5);
    }
}

#[test]
fn file_of_several_names_in_a_cpio_is_read_once() {
    let archive = cpio("newc", &[("a", 0o100644, 2, b""), ("b", 0o100644, 2, b"AB")]);
    check("x", &archive, &[("x!/b", b"AB")], &[("x!/a", "skipped")]);
}

#[test]
fn damaged_cpio_is_named() {
    let files: [(&str, u32, u32, &[u8]); 2] = [("a", 0o100644, 1, b"AAAA"), ("b", 0o100644, 1, b"BBBB")];
    let a: (&str, &[u8]) = ("x!/a", b"AAAA");
    for kind in CPIO_KINDS {
        let archive = cpio(kind, &files);
        let b = memchr::memmem::find(&archive, b"BBBB").unwrap();
        check("x", &archive[..b + 2], &[a, ("x!/b", b"BB")], &[("x", "corrupt"), ("x!/b", "corrupt")]);
        check("x", &archive[..b - 6], &[a], &[("x", "corrupt")]);
        // Without its trailer.
        check("x", &archive[..b + 4], &[a, ("x!/b", b"BBBB")], &[("x", "corrupt")]);
        check("x", &[&archive[..], &[0; 512]].concat(), &[a, ("x!/b", b"BBBB")], &[]);
        check("x", &[&archive[..], b"more"].concat(), &[a, ("x!/b", b"BBBB")], &[("x", "corrupt")]);
    }
    let wrong = replace(&cpio("crc", &files), b"BBBB", b"BXBB");
    check("x", &wrong, &[a, ("x!/b", b"BXBB")], &[("x!/b", "corrupt")]);
}

#[test]
fn six_digits_at_the_start_of_a_log_are_a_day_and_no_cpio() {
    for log in [
        &b"070701 12:00:01 mysqld started\n070701 12:00:02 ready for connections, version 5.0, socket /tmp/mysql.sock\n"[..],
        b"070707 12:00:01 mysqld started\n070707 12:00:02 ready for connections, version 5.0, socket /tmp/mysql.sock\n",
        b"\xc7\x71 text",
    ] {
        check("a.log", log, &[("a.log", log)], &[]);
    }
}

#[test]
fn rpm_package_is_opened_to_its_files() {
    let header = |entries: u32, data: &[u8]| {
        let start = [&b"\x8e\xad\xe8\x01\0\0\0\0"[..], &entries.to_be_bytes(), &(data.len() as u32).to_be_bytes()];
        [&start.concat(), &vec![0; 16 * entries as usize], data].concat()
    };
    let lead = [&b"\xed\xab\xee\xdb\x03\0"[..], &[0; 90]].concat();
    let mut package = [lead, header(2, b"signature")].concat();
    package.resize(package.len().next_multiple_of(8), 0);
    package.extend(header(3, b"about the package"));
    let whole = [&package[..], &gzip(&cpio("newc", &[("./var/log/a.log", 0o100644, 1, b"A")]))].concat();
    check("x.rpm", &whole, &[("x.rpm!/var/log/a.log", b"A")], &[]);
    check("x.rpm", &whole[..whole.len() - 9], &[("x.rpm!/var/log/a.log", b"A")], &[("x.rpm", "corrupt")]);
    check("x.rpm", &package[..150], &[], &[("x.rpm", "corrupt")]);
    let large = replace(&whole, b"\0\0\0\x03\0\0\0\x11", b"\x7f\0\0\x03\0\0\0\x11");
    check("x.rpm", &large, &[], &[("x.rpm", "corrupt")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_to_a_package_panics(at in 0_usize..600, byte: u8, cut in 0_usize..600, kind in 0_usize..5) {
        let cpio = cpio(CPIO_KINDS[kind], &[("a", 0o100644, 1, b"AAAA"), ("b", 0o100644, 2, b"BBBB")]);
        let ar = ar(&[("//", b"a-name-that-is-too-long.log/\n"), ("/0", b"A"), ("#1/4", b"nameA")]);
        for mut archive in [cpio, ar] {
            let at = at % archive.len();
            archive[at] = byte;
            let cut = archive.len() - cut % archive.len();
            let seen = visit_with("x", &archive[..cut], Limits::default());
            prop_assert!(seen.visited.problems.iter().all(|problem| problem.kind != ProblemKind::Panic));
        }
    }
}

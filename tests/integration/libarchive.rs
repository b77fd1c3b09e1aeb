//! What is in an archive, asked of two programs: `contents` and libarchive's `bsdtar` must name the same files and unpack
//! them to the same bytes. Archives on which readers disagree are how one thing is shown here and another unpacked there.

use super::raw_zip::{RawZip, Stored};
use super::{folder, run, stderr, stdout, text};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use tar::{Builder, EntryType, Header};

/// The files of an archive with the hash of their content.
type Listing = BTreeMap<String, String>;

#[test]
fn archives_are_read_as_libarchive_reads_them() {
    if !has_bsdtar() {
        return;
    }
    for (name, archive) in tars().into_iter().chain(zips()) {
        let archives = folder(&[(name, &archive)]);
        let path = archives.path().join(name);
        let theirs = unpacked(&path, archives.path());
        assert!(!theirs.is_empty(), "{name}");
        assert_eq!(ours(&path, name), theirs, "{name}");
    }
}

/// libarchive 3.6 refuses these or reads them wrongly, and so do some other programs; the directory and the checksums
/// say how they are meant. They must be read as libarchive reads the same members without the oddity, and a contradiction
/// must be named.
#[test]
fn odd_archives_are_read_as_the_same_ones_without_the_oddity() {
    if !has_bsdtar() {
        return;
    }
    for (name, odd, plain, problem) in odd_zips() {
        let archives = folder(&[(name, &odd), ("plain.zip", &plain)]);
        let theirs = unpacked(&archives.path().join("plain.zip"), archives.path());
        let (files, problems) = listed(&archives.path().join(name), name);
        assert_eq!(files, theirs, "{name}");
        assert_eq!(problems.first().map(String::as_str), problem, "{name}");
    }
}

fn has_bsdtar() -> bool {
    let has = Command::new("bsdtar").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !has {
        // Said aloud, past the capture of the test's output.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no `bsdtar` to compare with; on Debian: apt install libarchive-tools"
        );
    }
    has
}

/// Lists the files with the program under test; links and such are not files to either side.
fn ours(path: &Path, name: &str) -> Listing {
    let (files, problems) = listed(path, name);
    assert_eq!(problems, [""; 0], "{name}");
    files
}

/// Lists the files with the program under test, and what it says of damage.
fn listed(path: &Path, name: &str) -> (Listing, Vec<String>) {
    let output = run(&["contents", text(path), "--hash", "-o", "jsonl"]);
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let problems = lines.iter().filter(|line| line.get("problem").is_some_and(|kind| kind != "skipped"));
    let problems = problems.map(|line| line["message"].as_str().expect("a message").to_owned()).collect();
    let field = |line: &Value, field: &str| line[field].as_str().map(str::to_owned);
    let files = lines.iter().filter(|line| line.get("problem").is_none());
    let relative =
        |path: String| path.strip_prefix(&format!("{name}!/")).map(str::to_owned).expect("is in the archive");
    let file = |line| (relative(field(line, "file").expect("a path")), field(line, "sha256").expect("a hash"));
    (files.map(file).collect(), problems)
}

/// Unpacks with bsdtar into a new folder and lists the files there.
fn unpacked(path: &Path, beside: &Path) -> Listing {
    let target = beside.join("unpacked");
    std::fs::create_dir(&target).expect("a new folder");
    let mut bsdtar = Command::new("bsdtar");
    let output = bsdtar.arg("-xf").arg(path).arg("-C").arg(&target).env("LC_ALL", "C.UTF-8").output().expect("it runs");
    let (mut listing, mut folders) = (Listing::new(), vec![target.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("its kind");
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let relative = text(path.strip_prefix(&target).expect("is inside")).to_owned();
                let hash = Sha256::digest(std::fs::read(&path).expect("its content"));
                listing.insert(relative, hash.iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
    assert!(!listing.is_empty(), "{}", stderr(&output));
    listing
}

fn header(mut header: Header, name: &str, kind: u8, size: u64) -> Header {
    header.set_path(name).expect("a short name");
    header.set_entry_type(EntryType::new(kind));
    header.set_mode(0o755);
    header.set_size(size);
    header.set_cksum();
    header
}

/// Appends a member as it is given, with the padding after it.
fn add(builder: &mut Builder<Vec<u8>>, header: &Header, data: &[u8]) {
    builder.get_mut().extend(header.as_bytes());
    builder.get_mut().extend(data);
    let padding = data.len().next_multiple_of(512) - data.len();
    builder.get_mut().extend(vec![0; padding]);
}

/// A PAX header with these records.
fn pax(builder: &mut Builder<Vec<u8>>, records: &[(&str, &str)]) {
    let mut content = String::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        let mut length = rest.len();
        while length != rest.len() + length.to_string().len() {
            length = rest.len() + length.to_string().len();
        }
        content.push_str(&format!("{length}{rest}"));
    }
    add(builder, &header(Header::new_ustar(), "pax", b'x', content.len() as u64), content.as_bytes());
}

/// Tar archives with all that writers of tar have thought of, and with what could mislead a reader.
fn tars() -> Vec<(&'static str, Vec<u8>)> {
    let tar = |fill: &dyn Fn(&mut Builder<Vec<u8>>)| {
        let mut builder = Builder::new(Vec::new());
        fill(&mut builder);
        add(&mut builder, &header(Header::new_ustar(), "last.log", b'0', 4), b"last");
        builder.into_inner().expect("in memory")
    };
    let ustar = |name: &str, kind: u8, size: u64| header(Header::new_ustar(), name, kind, size);
    let gnu = |name: &str, kind: u8, size: u64| header(Header::new_gnu(), name, kind, size);
    let long = format!("{}/a.log", ["folder"; 40].join("/"));
    // What a reader takes for members who believes the size in the header and not that of PAX. It begins with other data,
    // or it would be opened as an archive in the archive.
    let mut hidden = Builder::new(vec![b'x'; 512]);
    add(&mut hidden, &ustar("hidden.log", b'0', 6), b"hidden");
    let hidden = hidden.into_inner().expect("in memory");
    vec![
        (
            "plain.tar",
            tar(&|it| {
                add(it, &ustar("folder", b'5', 0), b"");
                add(it, &ustar("folder/a.log", b'0', 3), b"abc");
                add(it, &ustar("old-folder/", b'0', 0), b"");
                add(it, &ustar("empty.log", b'0', 0), b"");
                add(it, &ustar("contiguous.log", b'7', 1), b"c");
            }),
        ),
        (
            "long-names.tar",
            tar(&|it| {
                add(it, &gnu("././@LongLink", b'L', long.len() as u64 + 1), &[long.as_bytes(), b"\0"].concat());
                add(it, &gnu("short", b'0', 1), b"A");
                pax(it, &[("path", "by-pax.log")]);
                add(it, &ustar("short", b'0', 1), b"B");
            }),
        ),
        (
            "several-names.tar",
            tar(&|it| {
                add(it, &gnu("././@LongLink", b'L', 10), b"first.log\0");
                pax(it, &[("path", "second.log")]);
                add(it, &ustar("third.log", b'0', 1), b"A");
                pax(it, &[("path", "fourth.log"), ("path", "fifth.log")]);
                add(it, &ustar("sixth.log", b'0', 1), b"B");
            }),
        ),
        (
            "line-ends-in-pax.tar",
            tar(&|it| {
                pax(it, &[("comment", "x\n17 path=evil.log\n"), ("path", "good.log")]);
                add(it, &ustar("other.log", b'0', 1), b"A");
            }),
        ),
        (
            "size-of-pax.tar",
            tar(&|it| {
                pax(it, &[("size", &hidden.len().to_string())]);
                add(it, &ustar("outer.log", b'0', 0), &hidden);
            }),
        ),
        (
            "sizes-of-what-is-no-file.tar",
            tar(&|it| {
                add(it, &ustar("folder", b'5', 512), b"");
                let mut link = ustar("link", b'2', 512);
                link.set_link_name("last.log").expect("a short name");
                link.set_cksum();
                add(it, &link, b"");
                add(it, &ustar("a.log", b'0', 1), b"A");
            }),
        ),
        (
            "lists-and-labels.tar",
            tar(&|it| {
                add(it, &gnu("label", b'V', 0), b"");
                add(it, &gnu("folder", b'D', 8), b"Ya.log\0\0");
                add(it, &gnu("folder/a.log", b'0', 1), b"A");
            }),
        ),
        (
            "sparse.tar",
            tar(&|it| {
                let mut sparse = gnu("sparse.log", b'S', 6);
                let fields = sparse.as_gnu_mut().expect("is GNU's");
                for (part, offset) in fields.sparse.iter_mut().zip([1000, 5000]) {
                    part.set_offset(offset);
                    part.set_length(3);
                }
                fields.set_real_size(9000);
                sparse.set_cksum();
                add(it, &sparse, b"onetwo");
                pax(
                    it,
                    &[
                        ("GNU.sparse.major", "1"),
                        ("GNU.sparse.minor", "0"),
                        ("GNU.sparse.name", "new.log"),
                        ("GNU.sparse.realsize", "9000"),
                    ],
                );
                let mut data = b"2\n1000\n3\n5000\n3\n".to_vec();
                data.resize(512, 0);
                data.extend(b"onetwo");
                add(it, &ustar("GNUSparseFile.1/new.log", b'0', data.len() as u64), &data);
            }),
        ),
        ("old.tar", tar(&|it| add(it, &header(Header::new_old(), "a.log", b'\0', 1), b"A"))),
    ]
}

/// Zip archives as different programs write them.
fn zips() -> Vec<(&'static str, Vec<u8>)> {
    type Options = zip::write::SimpleFileOptions;
    let large: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let files: [(&str, &[u8]); 4] =
        [("a.log", b"A"), ("folder/b.log", &large), ("empty.log", b""), ("größe.log", b"C")];
    let options = || Options::default().compression_method(zip::CompressionMethod::Deflated);
    let seekable = |options: Options| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(name, options).expect("in memory");
            writer.write_all(content).expect("in memory");
        }
        writer.add_directory("other", options).expect("in memory");
        writer.finish().expect("in memory").into_inner()
    };
    let mut streamed = zip::ZipWriter::new_stream(Vec::new());
    for (name, content) in files {
        streamed.start_file(name, options()).expect("in memory");
        streamed.write_all(content).expect("in memory");
    }
    let plain = seekable(options());
    vec![
        ("stored.zip", seekable(Options::default().compression_method(zip::CompressionMethod::Stored))),
        ("large-fields.zip", seekable(options().large_file(true))),
        ("streamed.zip", streamed.finish().expect("in memory").into_inner()),
        ("behind-a-script.zip", [b"#!/bin/sh\nexit 0\n", &plain[..]].concat()),
        ("plain.zip", plain),
    ]
}

/// A zip archive with an oddity, the same without it, and the problem that must be named.
type Oddity = (&'static str, Vec<u8>, Vec<u8>, Option<&'static str>);

fn odd_zips() -> Vec<Oddity> {
    let zip = |first: Stored<'_>| {
        let mut zip = RawZip::default();
        zip.add(&first);
        zip.add(&Stored::file(b"last.log", b"last"));
        zip
    };
    let file = || Stored::file(b"a.log", b"content of a");
    let plain = zip(file());
    let zip64 = plain.finish_as_zip64();
    vec![
        // Programs that align the data pad the extra fields with less than a field's header.
        ("padding-of-two.zip", zip(Stored { extra: b"\0\xff", ..file() }).finish(), plain.finish(), None),
        ("padding-of-three.zip", zip(Stored { extra: b"\xff\xff\xff", ..file() }).finish(), plain.finish(), None),
        (
            "other-size-beside-the-data.zip",
            zip(Stored { own_size: 3, ..file() }).finish(),
            plain.finish(),
            Some("damaged: the header beside its data gives it another size"),
        ),
        // All offsets count from the start of the archive, those of zip64 too.
        ("zip64-behind-a-script.zip", [b"#!/bin/sh\nexit 0\n", &zip64[..]].concat(), zip64, None),
    ]
}

/// A name ends at a NUL for programs in C. It is shown whole, so that nobody is shown `a.log` and given something else.
#[test]
fn a_name_is_not_cut_at_a_nul() {
    let mut zip = RawZip::default();
    zip.add(&Stored::file(b"a.log\0.exe", b"content"));
    let archives = folder(&[("x.zip", &zip.finish())]);
    let (files, problems) = listed(&archives.path().join("x.zip"), "x.zip");
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a.log\\u{0}.exe"]);
    assert_eq!(problems, [""; 0]);
}

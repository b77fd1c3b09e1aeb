//! Budgets, depth, and a visitor that fails.

use super::super::source::{Progress, Source};
use super::super::visit::{Place, Visit};
use super::super::{Entry, Problem};
use super::*;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

fn nested(levels: u32) -> (Vec<u8>, String) {
    let (mut content, mut path) = (b"deep".to_vec(), String::new());
    for level in 0..levels {
        content = zip(&[(&*format!("{level}.zip"), &content)]);
        path = format!("!/{level}.zip{path}");
    }
    (content, format!("x.zip{path}"))
}

#[test]
fn containers_are_opened_to_the_depth_and_no_deeper() {
    let (content, path) = nested(8);
    check("x.zip", &content, &[(&path, b"deep")], &[]);
    let (content, path) = nested(9);
    let (closed, _) = path.rsplit_once("!/").unwrap();
    let visited = check("x.zip", &content, &[], &[(closed, "limit")]);
    assert_eq!(visited.files, 1);
}

#[test]
fn unpacked_bytes_are_limited_and_plain_files_still_seen() {
    let folder = tempfile::tempdir().unwrap();
    let big = vec![b'x'; 1 << 20];
    let deflated = zip(&[("a", &big), ("b", &big), ("c", &big)]);
    for (name, content) in [("1.gz", gzip(&big)), ("2.zip", deflated), ("3.log", b"plain".to_vec())] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let limits = Limits { unpacked_bytes: 1 << 19, ratio: 0, ..Limits::default() };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let seen = one_thread.install(|| visit_paths(&[folder.path().to_owned()], limits));
    let root = folder.path().file_name().unwrap().to_str().unwrap();
    let problems: Vec<(String, &str)> =
        ["1.gz", "2.zip", "2.zip!/a", "2.zip!/b", "2.zip!/c"].map(|name| (format!("{root}/{name}"), "limit")).to_vec();
    let found: Vec<(String, &str)> = seen.problems().iter().map(|(file, kind)| (file.to_string(), *kind)).collect();
    assert_eq!(found, problems);
    assert_eq!(seen.files[&format!("{root}/3.log")], b"plain");
    assert!(seen.files.values().map(Vec::len).sum::<usize>() <= (1 << 19) + 5);
}

#[test]
fn unpacked_bytes_grow_with_the_input() {
    let content = vec![b'x'; 1 << 20];
    let packed = gzip(&content);
    let limits = Limits { unpacked_bytes: 0, ratio: 2000, ..Limits::default() };
    check_with("x.gz", &packed, limits, &[("x.gz", &content)], &[]);
}

#[test]
fn members_are_limited() {
    let limits = || Limits { members: 3, ..Limits::default() };
    let files: &[(&str, &[u8])] = &[("a", b"A"), ("b", b"B"), ("c", b"C")];
    let expected: &[(&str, &[u8])] = &[("x!/a", b"A"), ("x!/b", b"B")];
    let ar: Vec<u8> = [b"!<arch>\n".to_vec()]
        .into_iter()
        .chain(files.iter().map(|(name, content)| {
            let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, 1);
            [header.as_bytes(), content, b"\n"].concat()
        }))
        .collect::<Vec<_>>()
        .concat();
    // What is left out is named.
    for archive in [tar(files), zip(files), ar] {
        check_with("x", &archive, limits(), expected, &[("x", "limit"), ("x!/c", "limit")]);
    }
}

#[test]
fn of_thousands_of_members_beyond_a_limit_some_are_named_and_all_counted() {
    let names: Vec<String> = (0..2_000).map(|number| format!("{number:04}.log")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"A"[..])).collect();
    for archive in [tar(&files), zip(&files), gzip(&tar(&files))] {
        let seen = visit_with("x", &archive, Limits { members: 501, ..Limits::default() });
        // A compressed file is one more.
        let read = seen.files.len() as u64;
        assert!((499..=500).contains(&read), "{read}");
        let expected = format!("{} of its files were not read; 100 of them are named", 2_000 - read);
        let messages: Vec<&str> = seen.visited.problems.iter().map(|problem| &*problem.message).collect();
        assert!(messages.contains(&&*expected), "{messages:?}");
        assert_eq!((messages.len(), seen.visited.files), (102, 2_000));
    }
}

/// A clock that has run out when the visit starts: nothing is read, and everything is named.
#[test]
fn what_is_not_read_in_time_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files: &[(&str, &[u8])] = &[("a", b"A"), ("b", b"B")];
    for (name, content) in
        [("1.gz", gzip(b"x")), ("2.zip", zip(files)), ("3.tar", tar(files)), ("4.log", b"x".to_vec())]
    {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let visit = |limits: Limits, spent: u64| {
        let bundle = Bundle::open(&[folder.path().to_owned()], limits).unwrap();
        let seen = Mutex::new(Vec::new());
        let examine = |entry: Entry<'_>| seen.lock().unwrap().push(entry.path.to_string());
        let visited = bundle.visit_again(Duration::from_secs(spent), &examine);
        (seen.into_inner().unwrap().len(), visited)
    };
    let (files, visited) = visit(Limits { time: Duration::from_secs(60), ..Limits::default() }, 1);
    assert_eq!((files, visited.problems.len(), visited.is_late), (6, 0, false));
    let (files, visited) = visit(Limits { time: Duration::from_secs(60), ..Limits::default() }, 61);
    assert_eq!((files, visited.problems.len(), visited.is_late), (0, 4, true), "{visited:?}");
    let message = "reading the bundle took more than 60 s; the rest was not read (see --max-time)";
    let is_told = |problem: &Problem| problem.kind == ProblemKind::Limit && problem.message == message;
    assert!(visited.problems.iter().all(is_told), "{visited:?}");
    let (files, visited) = visit(Limits::default(), 1 << 40);
    assert_eq!((files, visited.is_late), (6, false));
}

/// What unpacks to more than `ratio` times its size has less time than all the rest.
#[test]
fn bombs_have_less_time() {
    let folder = tempfile::tempdir().unwrap();
    // 2 MiB of input, 4 s more.
    let large = vec![b'x'; 1 << 20];
    for (name, content) in
        [("1.log", noise(2 << 20)), ("2.zip", zip(&[("a", &large), ("b", b"B")])), ("3.gz", gzip(&large))]
    {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let problems = |ratio: u64| {
        let limits =
            Limits { time: Duration::from_secs(60), time_of_mib: Duration::from_secs(60), ratio, ..Limits::default() };
        let bundle = Bundle::open(&[folder.path().to_owned()], limits).unwrap();
        let visited =
            one_thread.install(|| bundle.visit_again(Duration::from_secs(61), &|entry| drop(read(entry.content))));
        let file = |problem: Problem| {
            problem.file.rsplit_once(".tmp").map_or_else(String::new, |(_, file)| file[7..].to_owned())
        };
        visited.problems.into_iter().map(file).collect::<Vec<_>>()
    };
    assert_eq!(problems(1), [""; 0]);
    assert_eq!(problems(0), ["2.zip", "2.zip!/a", "2.zip!/b", "3.gz"]);
}

/// Containers of each kind in one folder: all draw from the same budget, so that many small bombs are no larger than one.
#[test]
fn one_budget_holds_for_all_kinds_of_containers() {
    let big = vec![b'x'; 1 << 20];
    let ar =
        [b"!<arch>\n", format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "a", 0, 0, 0, 644, big.len()).as_bytes(), &big]
            .concat();
    let cpio = |name: &str, content: &[u8]| {
        let octal = |number: usize, digits: usize| format!("{number:0digits$o}");
        let fields = [octal(0o100_644, 6), octal(0, 6).repeat(4), octal(0, 11)].concat();
        let sizes = [octal(name.len() + 1, 6), octal(content.len(), 11)].concat();
        [format!("070707{0}{0}{fields}{sizes}{name}\0", octal(1, 6)).as_bytes(), content].concat()
    };
    let cpio = [cpio("a", &big), cpio("TRAILER!!!", b"")].concat();
    let zipped = zip(&[("a", &big), ("b", &big)]);
    let containers: [(&str, Vec<u8>); 8] = [
        ("1.gz", gzip(&big)),
        ("2.bz2", bzip2(&big)),
        ("3.zst", zstd(&big)),
        ("4.zip", zipped.clone()),
        ("5.tar.gz", gzip(&tar(&[("a", &big), ("b", &big)]))),
        ("6.ar.gz", gzip(&ar)),
        ("7.cpio.gz", gzip(&cpio)),
        ("8.tar", tar(&[("in.zip", &zipped), ("in.gz", &gzip(&big))])),
    ];
    // Alone each is read to its end.
    for (name, content) in &containers {
        let alone = visit_with(name, content, Limits::default());
        assert!(
            alone.problems().is_empty() && alone.files.values().all(|it| *it == big),
            "{name}: {:?}",
            alone.visited
        );
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &containers {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let most = 5 << 19;
    for threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let limits = Limits { unpacked_bytes: most, ratio: 0, ..Limits::default() };
        let seen = pool.install(|| visit_paths(&[folder.path().to_owned()], limits));
        assert!(seen.files.values().map(Vec::len).sum::<usize>() as u64 <= most);
        assert!(seen.problems().len() >= 5 && seen.problems().iter().all(|(_, kind)| *kind == "limit"));
        let limits = Limits { members: 10, ..Limits::default() };
        let seen = pool.install(|| visit_paths(&[folder.path().to_owned()], limits));
        assert!(seen.files.len() <= 10 && !seen.problems().is_empty(), "{:?}", seen.visited);
    }
}

/// Archives whose parts refer to the same bytes over and over: what is read stays in proportion to the file.
#[test]
fn reading_a_zip_does_not_take_the_square_of_its_size() {
    let entry = |method: u16, packed: u32, header_at: u32| {
        let mut entry = b"PK\x01\x02\x14\0\x14\0\0\0".to_vec();
        entry.extend(method.to_le_bytes());
        entry.extend([0, 0, 0x21, 0, 0, 0, 0, 0]);
        entry.extend(packed.to_le_bytes());
        entry.extend([0, 0, 0, 0, 1, 0]);
        entry.extend([0; 12]);
        entry.extend(header_at.to_le_bytes());
        entry.push(b'a');
        entry
    };
    let end = |count: u16, bytes: usize, at: usize| {
        let count = count.to_le_bytes();
        let mut end = [b"PK\x05\x06\0\0\0\0", &count[..], &count[..]].concat();
        end.extend([bytes as u32, at as u32].map(u32::to_le_bytes).concat());
        end.extend([0, 0]);
        end
    };
    let header = [&b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\x21\0"[..], &[0; 12], &[1, 0, 0, 0], b"a"].concat();
    // Thousands of end records that all claim the same long directory, and a wrong number of members.
    let directory = entry(0, 0, 0).repeat(100_000);
    let ends = end(7, directory.len(), header.len()).repeat(2900);
    let many_ends = [&header[..], &directory, &ends].concat();
    // Headers only, none of which says where its data ends.
    let many_headers = header.repeat(150_000);
    // Members that begin one after the other, listed from the last to the first, each with all that follows as its data:
    // 4 MiB that unpack to nothing.
    let headers: Vec<u8> = header.repeat(5_000);
    let nothing = b"\0\0\0\xff\xff".repeat(800_000);
    let packed = |number: usize| (nothing.len() + headers.len() - (number + 1) * header.len()) as u32;
    let listed: Vec<u8> =
        (0..5_000).rev().flat_map(|number| entry(8, packed(number), (number * header.len()) as u32)).collect();
    let at = headers.len() + nothing.len();
    let shuffled = [&headers[..], &nothing, &listed, &end(5_000, listed.len(), at)].concat();
    for (name, archive) in [("ends.zip", many_ends), ("headers.zip", many_headers), ("shuffled.zip", shuffled)] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&archive).unwrap();
        let (size, all) = (archive.len() as u64, AtomicU64::new(0));
        let progress = Progress::new(&all, size);
        let examine = |entry: Entry<'_>| {
            if let Content::Stream(stream) = entry.content {
                std::io::copy(stream, &mut std::io::sink()).unwrap();
            }
        };
        let visit = Visit::new(&Limits::default(), size, Duration::ZERO, None, &examine);
        visit.zip(&Place::outside(name.into()), &Source::file(file, size, &progress));
        let problems = visit.finish().problems;
        assert!(problems.iter().any(|problem| problem.kind == ProblemKind::Corrupt), "{name}");
        // Thousands of times before there was a limit. Headers of 31 bytes each take some KiB to be looked at.
        let times = progress.all_reads() / size;
        assert!(times < 250, "{name} was read {times} times");
    }
}

#[test]
fn window_above_128_mib_is_a_limit() {
    check("x.zst", b"\x28\xb5\x2f\xfd\x00\x90\x31\0\0hello\n", &[("x.zst", b"")], &[("x.zst", "limit")]);
    // The block header of the sample: its window (byte 16, here 4 GiB less one byte) and the checksum over it.
    let mut large = XZ_HELLO.to_vec();
    large[16] = 40;
    let mut crc = flate2::Crc::new();
    crc.update(&large[12..20]);
    large[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    check("x.xz", &large, &[("x.xz", b"")], &[("x.xz", "limit")]);
}

#[test]
fn nested_archive_larger_than_memory_goes_to_a_file() {
    use crate::bundle::budget::Allowance;
    use crate::bundle::source::Source;
    let content = noise(300_000);
    let (memory, disk, no_disk) = (Allowance::new(100_000), Allowance::new(1 << 20), Allowance::new(1 << 18));
    let source = Source::spool(&mut &content[..], &memory, &disk).unwrap();
    assert!(!source.is_in_memory());
    assert_eq!((source.len(), source.bytes_at(200_000, 1000).unwrap()), (300_000, content[200_000..201_000].to_vec()));
    // What was taken from memory has been given back.
    let small = Source::spool(&mut &content[..90_000], &memory, &disk).unwrap();
    assert!(small.is_in_memory());
    assert_eq!(small.bytes_at(80_000, 99_999).unwrap(), &content[80_000..90_000]);
    let error = Source::spool(&mut &content[..], &memory, &no_disk).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::QuotaExceeded);
}

#[test]
fn panic_of_a_visitor_costs_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    fs::write(&path, zip(&[("a", b"A"), ("b", b"B"), ("c", b"C")])).unwrap();
    let bundle = Bundle::open(&[path], Limits::default()).unwrap();
    let seen = Mutex::new(Vec::new());
    let visited = bundle.visit(&|entry| {
        // Not `panic!`, whose hook would print.
        if entry.path.ends_with('b') {
            std::panic::resume_unwind(Box::new("no idea"));
        }
        seen.lock().unwrap().push(entry.path.to_string());
    });
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    assert_eq!(seen, ["x.zip!/a", "x.zip!/c"]);
    let [problem] = &visited.problems[..] else { panic!("{visited:?}") };
    assert_eq!((&*problem.file, problem.kind), ("x.zip!/b", ProblemKind::Panic));
    assert_eq!(problem.message, "our own failure: no idea");
    assert_eq!(visited.files, 3);
}

#[test]
fn encrypted_and_unknown_formats_are_named() {
    for content in
        [&b"Salted__12345678"[..], b"age-encryption.org/v1\n", b"-----BEGIN PGP MESSAGE-----\n", b"\x85\x01\x0c\x03x"]
    {
        check("x", content, &[], &[("x", "encrypted")]);
    }
    let mut iso = vec![0; 40_000];
    iso[32_769..32_774].copy_from_slice(b"CD001");
    let mut trace = vec![0; 4096];
    trace[1] = 0x10;
    trace[72..76].copy_from_slice(&[2, 0, 2, 0xc0]);
    for content in [&b"Rar!\x1a\x07\0"[..], &iso, &trace] {
        check("x", content, &[], &[("x", "unsupported")]);
        check("x.gz", &gzip(content), &[], &[("x.gz", "unsupported")]);
    }
}

/// bzip2 unpacks so slowly that a small bomb of it would take several times as long as one of gzip.
#[test]
fn slow_decoders_have_a_smaller_budget() {
    let content = b"2026-01-02 03:04:05 ERROR it failed\n".repeat(60_000);
    let limits = || Limits { unpacked_bytes: 4 << 20, ratio: 0, ..Limits::default() };
    let read = |name: &str, archive: &[u8]| {
        let seen = visit_with(name, archive, limits());
        let bytes: usize = seen.files.values().map(Vec::len).sum();
        (bytes, seen.visited.problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>())
    };
    assert_eq!(read("a.gz", &gzip(&content)), (content.len(), vec![]));
    let message = "the bundle unpacks to more than 1048576 bytes of bzip2 or 7-Zip; the rest was not unpacked (see --max-unpacked)";
    let (bytes, problems) = read("a.bz2", &bzip2(&content));
    assert!(bytes <= 1 << 20, "{bytes}");
    assert_eq!(problems, [message]);
    // Members behind it are not begun: each would unpack a block before it is seen that there is nothing left.
    let both = tar(&[("a.bz2", &bzip2(&content)), ("b.bz2", &bzip2(b"next"))]);
    let (bytes, problems) = read("both.tar", &both);
    assert!(bytes <= 1 << 20 && problems.iter().all(|problem| problem == message), "{bytes} {problems:?}");
    assert_eq!(problems.len(), 2);
}

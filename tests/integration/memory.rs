//! Memory is bounded whatever the input.

use crate::{command, text};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Whether inputs are as large as they are in earnest, which takes a minute: if `TIERLINE_TEST_LARGE` is set.
fn is_in_earnest() -> bool {
    std::env::var_os("TIERLINE_TEST_LARGE").is_some()
}

/// Anonymous memory that a triage may use, in kB. Mapped files do not count, they are the system's cache.
const LIMIT_KB: u64 = 400 << 10;
/// The same where no two errors are alike, on two threads.
const DISTINCT_LIMIT_KB: u64 = 300 << 10;
/// The same for a log with 200,000 templates and more; about 95 MiB are needed.
const TEMPLATES_LIMIT_KB: u64 = 160 << 10;

/// The same for a collection on a production server, whatever it finds.
const COLLECT_LIMIT_KB: u64 = 150_000;

/// The same for a watch that has read something; 7 to 13 MiB are needed, and 22 were there with the signatures once loaded.
#[cfg(all(feature = "server", target_os = "linux", target_env = "gnu"))]
const WATCH_LIMIT_KB: u64 = 18 << 10;

/// One MiB of a log in which errors repeat with other numbers.
fn block(seed: u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(1 << 20);
    let mut n = seed;
    while text.len() < (1 << 20) - 160 {
        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (second, level) = ((n >> 33) & 31, if n >> 60 == 0 { "ERROR" } else { "INFO" });
        writeln!(
            text,
            "2026-01-02 03:04:{second:02} {level} [worker-{}] store.Segment: block {} of host{} written in {} ms",
            (n >> 50) & 15,
            (n >> 20) & 0xffff,
            (n >> 40) & 7,
            (n >> 48) & 0xfff
        )
        .unwrap();
    }
    text.resize(1 << 20, b'\n');
    text
}

/// Runs a triage and returns its peak anonymous memory in kB.
#[track_caller]
fn peak_of_triage(path: &Path, expected_files: u64) -> u64 {
    let report = path.with_extension("report.json");
    let output = format!("json={}", report.display());
    let peak = peak_of(&["triage", text(path), "-o", &output]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["coverage"]["files_examined"], expected_files);
    peak
}

/// Runs the program on two threads and returns its peak anonymous memory in kB.
#[track_caller]
fn peak_of(arguments: &[&str]) -> u64 {
    peak_of_command(command(arguments).args(["--no-progress", "--threads", "2"]))
}

/// Anonymous memory of a process in kB.
fn anonymous(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|it| it.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")?.parse().ok())
}

#[track_caller]
fn peak_of_command(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    let code = loop {
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        peak = peak.max(anonymous(child.id()).unwrap_or(0));
        sleep(Duration::from_millis(5));
    };
    assert!(code.success(), "{code}");
    peak
}

#[test]
fn a_large_archive_needs_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.tar.gz");
    let large: u64 = if is_in_earnest() { 4 << 30 } else { 512 << 20 };
    let mut gzip = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
    let members = 8;
    let blocks: Vec<_> = (0..8).map(block).collect();
    for member in 0..members {
        let mut header = tar::Header::new_gnu();
        header.set_size(large / members);
        header.set_mode(0o644);
        header.set_path(format!("logs/node{member}/store.log")).unwrap();
        header.set_cksum();
        gzip.write_all(header.as_bytes()).unwrap();
        for n in 0..(large / members) >> 20 {
            gzip.write_all(&blocks[(n % 8) as usize]).unwrap();
        }
    }
    gzip.write_all(&[0; 1024]).unwrap();
    gzip.finish().unwrap().sync_all().unwrap();

    let peak = peak_of_triage(&path, members);
    println!("peak of a {} MiB archive: {} MiB", large >> 20, peak >> 10);
    assert!(peak < LIMIT_KB, "{peak} kB");
}

#[test]
fn many_files_need_little_memory() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("many");
    for n in 0..20_000u32 {
        let path = root.join(format!("host{:03}", n % 200));
        if n < 200 {
            fs::create_dir_all(&path)?;
        }
        let text = format!("Jan  2 03:04:05 host app[{n}]: ERROR cannot open volume {n}: input/output error\n");
        fs::write(path.join(format!("{n}.log")), text.repeat(20))?;
    }
    let peak = peak_of_triage(&root, 20_000);
    println!("peak of 20,000 files: {} MiB", peak >> 10);
    assert!(peak < LIMIT_KB, "{peak} kB");
    Ok(())
}

/// A word without digits for a number, so that it makes a template of its own.
fn word(mut n: u32) -> String {
    let mut word = String::from("w");
    while n > 0 {
        word.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
    }
    word
}

/// Writes a log in which no two of `records` errors are alike, each of `size` bytes.
fn write_distinct_errors(path: &Path, records: u32, size: usize) -> io::Result<()> {
    let mut out = io::BufWriter::new(File::create(path)?);
    for n in 0..records {
        let head = format!("2026-01-02 03:04:05 ERROR cannot open {} because of ", word(n));
        let filler = "something that takes long to tell ".repeat(size / 34 + 1);
        writeln!(out, "{head}{}", &filler[..size.saturating_sub(head.len())])?;
    }
    out.flush()
}

#[test]
fn distinct_errors_without_end_need_little_memory() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (many, long) = if is_in_earnest() { (1_000_000, 60_000) } else { (100_000, 12_000) };
    for (records, size) in [(many, 400), (long, 9 << 10)] {
        let path = folder.path().join(format!("{size}.log"));
        write_distinct_errors(&path, records, size)?;
        let peak = peak_of_triage(&path, 1);
        println!("peak of {records} distinct errors of {size} bytes: {} MiB", peak >> 10);
        assert!(peak < DISTINCT_LIMIT_KB, "{peak} kB");
    }
    Ok(())
}

#[test]
fn templates_without_end_need_little_memory() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.log");
    // `templates` keeps 200,000 and drops some from time to time: here it must.
    for (verb, templates) in [("templates", 240_000), ("triage", 200_000)] {
        write_distinct_errors(&path, templates, 90)?;
        let peak = peak_of(&[verb, text(&path)]);
        println!("peak of {verb} with {templates} templates: {} MiB", peak >> 10);
        assert!(peak < TEMPLATES_LIMIT_KB, "{peak} kB");
    }
    Ok(())
}

#[test]
fn a_collection_of_names_without_end_needs_little_memory() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let logs = folder.path().join("disk/var/log/VeeamBackup");
    fs::create_dir_all(&logs)?;
    let mut out = io::BufWriter::new(File::create(logs.join("addresses.log"))?);
    for n in 0..300_000_u32 {
        let [_, a, b, c] = (n + 70_000).to_be_bytes();
        writeln!(out, "2026-01-02 03:04:05 connection from 10.{a}.{b}.{c} closed")?;
    }
    out.flush()?;
    let mut out = io::BufWriter::new(File::create(logs.join("hosts.log"))?);
    for n in 0..20_000_u32 {
        writeln!(out, "2026-01-02 03:04:05 connection from node{n}.lab.example.net closed")?;
    }
    out.flush()?;
    // The second time all of it is known.
    for name in ["first.zip", "second.zip"] {
        let (disk, out) = (folder.path().join("disk"), folder.path().join(name));
        let mut command = command(&["collect", "--no-progress", "--root", text(&disk), "--out", text(&out)]);
        let peak = peak_of_command(command.env("XDG_DATA_HOME", folder.path()).env("LOCALAPPDATA", folder.path()));
        println!("peak of a collection of 320,000 names, {name}: {} MB", peak / 1000);
        assert!(peak < COLLECT_LIMIT_KB, "{peak} kB");
    }
    let map = fs::read_to_string(folder.path().join("tierline/customers/own/map.tsv"))?;
    assert!(map.lines().count() > 310_000);
    Ok(())
}

#[cfg(all(feature = "server", target_os = "linux", target_env = "gnu"))]
#[test]
fn a_watch_does_not_keep_what_its_start_has_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (root, store) = (folder.path().join("in"), folder.path().join("store.db"));
    fs::create_dir(&root).unwrap();
    let mut child = command(&["watch", text(&root), "--store", text(&store), "--no-packs", "--settle", "0.1"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    fs::write(root.join("a.log"), "2026-01-02 03:04:05 ERROR the disk is on fire\n").unwrap();
    let start = std::time::Instant::now();
    while !root.join("a.log.tierline/report.json").exists() && start.elapsed() < Duration::from_secs(120) {
        sleep(Duration::from_millis(50));
    }
    let memory = anonymous(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(root.join("a.log.tierline/report.json").exists());
    assert!(memory.is_some_and(|it| (1..WATCH_LIMIT_KB).contains(&it)), "{memory:?} kB");
}

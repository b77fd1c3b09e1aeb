//! The same bundle, however it is packed, encoded or worked on, gives the same answer.

use crate::command;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// All files get this time (2026-03-01T00:00:00Z), since it fills in years that logs leave out.
const MODIFIED: u64 = 1_772_323_200;

pub(crate) struct File {
    path: String,
    bytes: Vec<u8>,
}

fn bundles() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles");
    let mut bundles: Vec<_> =
        fs::read_dir(root).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_dir()).collect();
    bundles.sort();
    assert!(bundles.len() >= 4);
    bundles
}

/// Reads the regular files of a bundle, sorted by path.
pub(crate) fn files_of(folder: &Path) -> Vec<File> {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            let kind = path.symlink_metadata().unwrap();
            if kind.is_dir() {
                collect(root, &path, files);
            } else if kind.is_file() {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_string();
                files.push(File { path: name, bytes: fs::read(&path).unwrap() });
            }
        }
    }
    let mut files = Vec::new();
    collect(folder, folder, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(UNIX_EPOCH + Duration::from_secs(MODIFIED))
        .unwrap();
}

pub(crate) fn folder(to: &Path, files: &[File]) {
    for file in files {
        write(&to.join(&file.path), &file.bytes);
    }
}

fn tar(files: &[File]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mtime(MODIFIED);
        header.set_mode(0o644);
        archive.append_data(&mut header, &file.path, &file.bytes[..]).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(files: &[File]) -> Vec<u8> {
    let modified = zip::DateTime::from_date_and_time(2026, 3, 1, 0, 0, 0).unwrap();
    let options = zip::write::SimpleFileOptions::default().last_modified_time(modified);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for file in files {
        archive.start_file(file.path.as_str(), options).unwrap();
        archive.write_all(&file.bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().mtime(MODIFIED as u32).write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Rewrites the files that are plain UTF-8 text.
fn rewrite(files: &[File], change: impl Fn(&str) -> Vec<u8>) -> Vec<File> {
    let is_text = |bytes: &[u8]| !bytes.contains(&0) && !bytes.starts_with(&[0x1f, 0x8b]) && !bytes.starts_with(b"PK");
    files
        .iter()
        .map(|file| match std::str::from_utf8(&file.bytes) {
            Ok(text) if is_text(&file.bytes) => File { path: file.path.clone(), bytes: change(text) },
            _ => File { path: file.path.clone(), bytes: file.bytes.clone() },
        })
        .collect()
}

/// What must be the same: everything in the findings but where in which file they stand.
fn answer(path: &Path, arguments: &[&str]) -> Value {
    let output =
        command(&[]).arg("triage").arg(path).args(["-o", "json", "--no-progress"]).args(arguments).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&output.stderr)));
    let pick = |list: &Value, keys: &[&str]| -> Value {
        list.as_array().unwrap().iter().map(|it| keys.iter().map(|&key| it[key].clone()).collect::<Value>()).collect()
    };
    json!({
        "diagnoses": pick(&report["diagnoses"],
            &["signature", "state", "confidence", "count", "first_time", "last_time", "captures"]),
        "unresolved": pick(&report["unresolved"],
            &["id", "template", "level", "score", "reasons", "codes", "count", "first_time", "last_time"]),
        "records": report["coverage"]["records"],
        "times": [report["coverage"]["first_time"], report["coverage"]["last_time"]],
        "timeline": [report["timeline"]["bucket_seconds"], report["timeline"]["buckets"]],
        "gaps": pick(&report["timeline"]["gaps"], &["from", "to", "seconds"]),
        "steps": pick(&report["timeline"]["clock_steps"], &["from", "to", "seconds"]),
    })
}

#[track_caller]
fn assert_same(bundle: &Path, variant: &str, expected: &Value, found: &Value) {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    if expected != found {
        let (expected, found) = (pretty(expected), pretty(found));
        let differs = expected.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let part = |text: &str| text.lines().skip(differs.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
        panic!("{} as {variant}:\n--- expected\n{}\n--- found\n{}", bundle.display(), part(&expected), part(&found));
    }
}

#[test]
fn packing_encoding_and_threads_change_nothing() {
    for bundle in bundles() {
        let scratch = tempfile::tempdir().unwrap();
        let files = files_of(&bundle);
        let plain = scratch.path().join("plain");
        folder(&plain, &files);
        let expected = answer(&plain, &["--threads", "2"]);
        for threads in ["1", "8"] {
            assert_same(&bundle, &format!("{threads} threads"), &expected, &answer(&plain, &["--threads", threads]));
        }

        let check = |variant: &str, bytes: &[u8]| {
            let path = scratch.path().join(variant);
            write(&path, bytes);
            assert_same(&bundle, variant, &expected, &answer(&path, &[]));
        };
        check("case.zip", &zip(&files));
        check("case.tar", &tar(&files));
        check("case.tar.gz", &gzip(&tar(&files)));
        let inner = [File { path: "upload/case.zip".into(), bytes: zip(&files) }];
        check("nested.tar.gz", &gzip(&tar(&inner)));
        check("nested.zip", &zip(&[File { path: "a/logs.tar.gz".into(), bytes: gzip(&tar(&files)) }]));

        let check_files = |variant: &str, files: &[File]| {
            let path = scratch.path().join(variant);
            folder(&path, files);
            assert_same(&bundle, variant, &expected, &answer(&path, &[]));
        };
        let zipped = |file: &File| File { path: format!("{}.gz", file.path), bytes: gzip(&file.bytes) };
        check_files("each file gzipped", &files.iter().map(zipped).collect::<Vec<_>>());
        let crlf = |text: &str| text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        check_files("CRLF", &rewrite(&files, crlf));
        let wide = |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        check_files("UTF-16LE", &rewrite(&files, wide));
        let wide = |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        check_files("UTF-16BE", &rewrite(&files, wide));
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check_files("UTF-16LE without BOM", &rewrite(&files, wide));
    }
}

/// A log of a program that speaks the user's language.
fn log_in(errors: &[&str]) -> String {
    let record = |(index, error): (usize, &&str)| {
        format!(
            "2026-01-02T03:04:{index:02}.123Z ERROR [main] a.b.Client: {error} (10.0.0.{index})\n\
             java.io.IOException: {error}\n\tat a.b.Client.call(Client.java:{index})\n\
             2026-01-02T03:04:{index:02}.500Z INFO [main] a.b.Client: ok\n"
        )
    };
    errors.iter().cycle().take(24).enumerate().map(record).collect()
}

#[test]
fn code_pages_change_nothing() {
    for (names, errors) in [
        (
            &["windows-1252", "iso-8859-15"][..],
            &["Zugriff verweigert: der Schlüssel ist ungültig", "Größe überschritten"][..],
        ),
        (&["windows-1251", "koi8-r", "iso-8859-5"], &["Ошибка подключения к серверу", "Отказано в доступе к файлу"]),
        (
            &["windows-1250", "iso-8859-2"],
            &["Nie można odnaleźć określonego pliku", "Odmowa dostępu: niewłaściwe hasło użytkownika"],
        ),
        (&["shift_jis", "euc-jp"], &["サーバーへの接続に失敗しました", "ファイルが見つかりません"]),
        (&["gbk", "gb18030"], &["连接服务器失败，请稍后再试", "找不到指定的文件"]),
        (&["euc-kr"], &["서버에 연결할 수 없습니다", "파일을 찾을 수 없습니다"]),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        let log = log_in(errors);
        let path = scratch.path().join("app.log");
        write(&path, log.as_bytes());
        let expected = answer(&path, &[]);
        assert_eq!(expected["unresolved"].as_array().unwrap().len(), errors.len(), "{expected:#}");
        let check = |name: &str, bytes: &[u8]| {
            write(&path, bytes);
            assert_same(&path, name, &expected, &answer(&path, &[]));
        };
        for name in names {
            let (bytes, _, lost) = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap().encode(&log);
            assert!(!lost);
            check(name, &bytes);
        }
        check("UTF-16LE", &log.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        check("UTF-16BE", &log.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    }
}

#[test]
fn containers_change_nothing_but_the_times() {
    let scratch = tempfile::tempdir().unwrap();
    let log = log_in(&["der Schlüssel \"a\\b\" ist ungültig <x>", "connection refused"]);
    let path = scratch.path().join("app.log");
    write(&path, log.as_bytes());
    let expected = answer(&path, &[]);
    // The runtime's time is that of the program's last line with a time, so that even times are the same.
    let mut time = "";
    let mut timed = Vec::new();
    for line in log.lines() {
        time = line.split_once("Z ").map_or(time, |_| &line[..24]);
        timed.push((time, line));
    }
    let docker = |(time, line): &(&str, &str)| {
        format!("{}\n", json!({"log": format!("{line}\n"), "stream": "stderr", "time": time}))
    };
    let cri = |(time, line): &(&str, &str)| {
        let (first, second) = line.split_at(line.floor_char_boundary(line.len() / 2));
        format!("{time} stderr P {first}\n{time} stderr F {second}\n")
    };
    for (name, bytes) in
        [("Docker", timed.iter().map(docker).collect::<String>()), ("CRI", timed.iter().map(cri).collect())]
    {
        write(&path, bytes.as_bytes());
        assert_same(&path, name, &expected, &answer(&path, &[]));
    }
}

//! Rotated logs: the order in which their parts come, and parts that are there twice.

use super::foreign_archives::{cabinet, seven_zip, with};
use super::*;
use sevenz_rust2::EncoderMethod;

/// One bundle in the forms in which it can come; the name is that of the folder, or of the archive.
fn forms(files: &[(&str, &[u8])]) -> Vec<(&'static str, tempfile::TempDir, PathBuf)> {
    let form = |name: &'static str, content: Option<Vec<u8>>| {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(name);
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => {
                for (name, content) in files {
                    let file = path.join(name);
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, content).unwrap();
                }
            }
        }
        (name, root, path)
    };
    vec![
        form("case", None),
        form("case.zip", Some(zip(files))),
        form("stored.zip", Some(zip_with(::zip::CompressionMethod::Stored, files))),
        form("outer.zip", Some(zip(&[("case.zip", &zip(files))]))),
        form("case.tar", Some(tar(files))),
        form("case.tar.gz", Some(gzip(&tar(files)))),
        form("case.7z", Some(seven_zip(with(EncoderMethod::LZMA2), true, files))),
        form("case.cab", Some(stored_cabinet(files))),
    ]
}

/// A cabinet of one folder in which all files lie one after the other.
fn stored_cabinet(files: &[(&str, &[u8])]) -> Vec<u8> {
    let all: Vec<u8> = files.iter().flat_map(|(_, content)| *content).copied().collect();
    let blocks: Vec<(&[u8], usize)> = all.chunks(32 << 10).map(|block| (block, block.len())).collect();
    let (mut at, mut list) = (0, Vec::new());
    for (name, content) in files {
        let size = content.len() as u32;
        list.push((*name, at, size, 0));
        at += size;
    }
    cabinet(0, &blocks, &list)
}

/// Checks which files are visited and what is said of the others, by their names; the same for all forms.
#[track_caller]
fn check_forms(files: &[(&str, &[u8])], skipped: &[(&str, &str)]) {
    for (form, _root, path) in forms(files) {
        for threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            check_form(
                form,
                files,
                skipped,
                &pool.install(|| visit_paths(std::slice::from_ref(&path), Limits::default())),
            );
        }
    }
}

#[track_caller]
fn check_form(form: &str, files: &[(&str, &[u8])], skipped: &[(&str, &str)], seen: &Seen) {
    let of = |path: &str, name: &str| {
        let name = name.strip_suffix(".gz").unwrap_or(name);
        path.split('/').any(|part| part.trim_end_matches('!').trim_end_matches(".gz") == name)
    };
    let problems: Vec<(&str, &str)> = seen
        .visited
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.kind, ProblemKind::Skipped, "{form}: {problem:?}");
            let name = files
                .iter()
                .find(|(name, _)| problem.file.ends_with(name) || problem.file.contains(&format!("{name}!/")));
            (name.unwrap().0, problem.message.as_str())
        })
        .collect();
    assert_eq!(problems, skipped, "{form}");
    let expected = files.iter().filter(|(name, _)| skipped.iter().all(|(skipped, _)| skipped != name));
    assert_eq!(seen.files.len(), expected.clone().count(), "{form}: {:?}", seen.files.keys());
    for (name, _) in expected {
        assert!(seen.files.keys().any(|path| of(path, name.rsplit('/').next().unwrap())), "{form}: {name}");
    }
    assert_eq!(seen.visited.files, files.len() as u64, "{form}");
}

/// Lines with times.
fn log(first: usize, lines: usize) -> Vec<u8> {
    (first..first + lines)
        .map(|line| format!("2026-01-02 03:04:05.{line:06} message\n"))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn parts_are_visited_from_the_oldest_to_the_newest() {
    let files = ["x.log", "x.log.1", "x.log.10.gz", "x.log.2.gz", "b/y.log", "a.log"];
    let content: Vec<Vec<u8>> = (1..7).map(|number| log(number * 100, 3)).collect();
    let packed: Vec<Vec<u8>> = files
        .iter()
        .zip(&content)
        .map(|(name, content)| if name.ends_with(".gz") { gzip(content) } else { content.clone() })
        .collect();
    let files: Vec<(&str, &[u8])> = files.into_iter().zip(packed.iter().map(Vec::as_slice)).collect();
    let expected = ["a.log", "x.log.10", "x.log.2", "x.log.1", "x.log"];
    for (form, _root, path) in forms(&files).into_iter().take(4) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let order = Mutex::new(Vec::new());
        let bundle = Bundle::open(&[path], Limits::default()).unwrap();
        pool.install(|| {
            bundle.visit(&|entry| {
                if !entry.path.contains("y.log") {
                    order
                        .lock()
                        .unwrap()
                        .push(entry.path.rsplit('/').next().unwrap().trim_end_matches(".gz").to_owned());
                }
            })
        });
        assert_eq!(order.into_inner().unwrap(), expected, "{form}");
    }
}

#[test]
fn a_part_that_is_there_twice_is_visited_once() {
    // Small ones are compared by their heads, larger ones as a whole.
    for lines in [5, 500, 5_000] {
        let (current, first) = (log(0, lines + 1), log(lines, lines));
        let packed = gzip(&first);
        check_forms(
            &[("d/x.log", &current), ("d/x.log.1", &first), ("d/x.log.1.gz", &packed)],
            &[("d/x.log.1.gz", "same content as x.log.1")],
        );
        check_forms(&[("x.log", &current), ("x - Copy.log", &current)], &[("x - Copy.log", "same content as x.log")]);
        // In a stream the first one is the one that is visited.
        for (form, _root, path) in forms(&[("x.log.1", &current), ("x.log", &current)]) {
            let seen = visit_paths(&[path], Limits::default());
            assert_eq!((seen.files.len(), seen.visited.problems.len(), seen.visited.files), (1, 1, 2), "{form}");
        }
    }
}

#[test]
fn a_part_that_was_written_on_is_visited_once() {
    let (long, short) = (log(0, 5_000), log(0, 4_000));
    let packed = gzip(&short);
    for files in [[("x.log", &long), ("x.log.1", &short)], [("x.log", &long), ("x.log.1.gz", &packed)]] {
        let files = files.map(|(name, content)| (name, content.as_slice()));
        for (form, _root, path) in forms(&files).into_iter().take(4) {
            let seen = visit_paths(&[path], Limits::default());
            let problems: Vec<&str> = seen.visited.problems.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!(problems, ["same content as the beginning of x.log"], "{form}");
            assert!(seen.files.into_values().eq([long.clone()]), "{form}");
        }
    }
    // The packed one is the longer one.
    let packed = gzip(&long);
    let files: [(&str, &[u8]); 2] = [("x.log", &short), ("x.log.1.gz", &packed)];
    for (form, _root, path) in forms(&files).into_iter().take(4) {
        let seen = visit_paths(&[path], Limits::default());
        assert!(seen.files.into_values().eq([long.clone()]), "{form}");
    }
}

#[test]
fn what_only_looks_the_same_is_visited() {
    let content = log(0, 5_000);
    let mut other = content.clone();
    *other.last_mut().unwrap() = b' ';
    let mut early = content.clone();
    early[10] = b'x';
    let banner = [b"1.0 ".as_slice(), &[b'='; 3_000]].concat();
    let longer = [banner.as_slice(), b"more"].concat();
    // Same size; the last byte differs, or an early one.
    check_forms(&[("x.log", &content), ("x.log.1", &other), ("x.log.2", &early)], &[]);
    // Other logs, other folders, other days.
    check_forms(&[("x.log", &content), ("y.log", &content), ("d/x.log", &content)], &[]);
    check_forms(&[("x-20260102.log", &content), ("x-20260103.log", &content)], &[]);
    // No time in it.
    check_forms(&[("x.log", b"started\n"), ("x.log.1", b"started\n"), ("y.log", b""), ("y.log.1", b"")], &[]);
    // A banner is no content that was written on.
    check_forms(&[("x.log", &longer), ("x.log.1", &banner)], &[]);
}

#[test]
fn damaged_parts_are_visited_and_reported() {
    let content = log(0, 5_000);
    let mut packed = gzip(&content);
    let size = packed.len();
    packed[size - 6] ^= 1;
    let files: [(&str, &[u8]); 2] = [("x.log.1", &content), ("x.log.1.gz", &packed)];
    for (form, _root, path) in forms(&files) {
        let seen = visit_paths(&[path], Limits::default());
        assert_eq!(seen.files.len(), 2, "{form}");
        assert_eq!(
            seen.visited.problems.iter().map(|it| it.kind).collect::<Vec<_>>(),
            [ProblemKind::Corrupt],
            "{form}"
        );
    }
}

#[test]
fn archives_that_were_uploaded_twice_are_read_once() {
    let archive = zip(&[("a1.log", &log(0, 100))]);
    let folder = tempfile::tempdir().unwrap();
    for name in ["case.zip", "case (1).zip"] {
        fs::write(folder.path().join(name), &archive).unwrap();
    }
    let seen = visit_paths(&[folder.path().to_owned()], Limits::default());
    assert_eq!((seen.files.len(), seen.visited.problems.len()), (1, 1));
    assert!(seen.visited.problems[0].file.ends_with("case (1).zip"), "{:?}", seen.visited.problems);
}

#[test]
fn a_file_that_was_given_twice_is_meant_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.log");
    fs::write(&path, log(0, 10)).unwrap();
    let other = folder.path().join("x.log.1");
    fs::write(&other, log(0, 10)).unwrap();
    assert_eq!(visit_paths(&[path.clone(), path.clone()], Limits::default()).files.len(), 2);
    assert_eq!(visit_paths(&[path, other], Limits::default()).files.len(), 1);
}

#[test]
fn bombs_of_many_alike_parts_are_not_all_compared() {
    let zeros: Vec<u8> = [b"1".as_slice(), &vec![b'0'; 100_000]].concat();
    let packed: Vec<(String, Vec<u8>)> = (0..40)
        .map(|number| {
            let mut content = zeros.clone();
            content.push(number);
            (format!("x.log.{number}.gz"), gzip(&content))
        })
        .collect();
    let files: Vec<(&str, &[u8])> = packed.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    check_forms(&files, &[]);
}

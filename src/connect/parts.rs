//! Files for a form that takes so many bytes each: what is larger is cut into parts, with word of how to join them.
//!
//! ```text
//! NAME.001, NAME.002, ...   the parts, in order
//! PARTS.txt                 what they are, their hashes, and how to join them on Windows and on Linux
//! ```

use super::package::{Outgoing, hash_of};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What is to be attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Every file, as it is or in its parts, and at the end what says how to join them if there is something to join.
    pub attach: Vec<(PathBuf, u64)>,
}

/// A file that was cut.
struct Cut<'f> {
    file: &'f Outgoing,
    /// Name, size and SHA-256.
    parts: Vec<(String, u64, String)>,
}

/// The words about the parts.
const NOTE: &str = "PARTS.txt";

/// Cuts what is larger than `limit` bytes into parts below `out`, which is made if there is something to cut. What an earlier call has
/// put there is replaced; a folder of something else is an error.
pub fn split(files: &[Outgoing], limit: u64, out: &Path) -> io::Result<Parts> {
    let limit = limit.max(1);
    let is_large = |it: &&Outgoing| it.bytes > limit;
    if !files.iter().any(|it| is_large(&it)) {
        return Ok(Parts { attach: files.iter().map(|it| (it.place.clone(), it.bytes)).collect() });
    }
    if out.exists() && !out.join(NOTE).is_file() {
        let why = format!("`{}` is there and was not made here; move it away", out.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
    }
    let parent = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new().prefix(".tierline-").tempdir_in(parent)?;
    let (mut attach, mut cuts) = (Vec::new(), Vec::new());
    for file in files {
        if !is_large(&file) {
            attach.push((file.place.clone(), file.bytes));
            continue;
        }
        let cut = cut(file, limit, folder.path())?;
        attach.extend(cut.parts.iter().map(|(name, bytes, _)| (out.join(name), *bytes)));
        cuts.push(cut);
    }
    let note = note(&cuts);
    fs::write(folder.path().join(NOTE), &note)?;
    attach.push((out.join(NOTE), note.len() as u64));
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::rename(folder.path(), out)?;
    // It is not temporary any more.
    let _ = folder.keep();
    Ok(Parts { attach })
}

fn cut<'f>(file: &'f Outgoing, limit: u64, folder: &Path) -> io::Result<Cut<'f>> {
    let count = file.bytes.div_ceil(limit);
    // As many digits for all, so that every system lists and joins them in order.
    let digits = count.to_string().len().max(3);
    let reader = File::open(&file.place)?;
    let mut parts = Vec::new();
    for number in 1..=count {
        let name = format!("{}.{number:0digits$}", file.name);
        let place = folder.join(&name);
        let mut part = File::create(&place)?;
        let bytes = io::copy(&mut Read::take(&reader, limit), &mut part)?;
        part.flush()?;
        parts.push((name, bytes, hash_of(&place)?));
    }
    let whole = hash_of(&file.place)?;
    let sum: u64 = parts.iter().map(|it| it.1).sum();
    if whole != file.sha256 || sum != file.bytes {
        return Err(io::Error::other(format!("`{}` was changed", file.path)));
    }
    Ok(Cut { file, parts })
}

/// How to join the parts. With CRLF, for it may be read in an old Notepad.
fn note(cuts: &[Cut<'_>]) -> String {
    let mut text = "These files were larger than the form takes, and were cut into parts.\n".to_owned();
    for Cut { file, parts } in cuts {
        let name = &file.name;
        text.push_str(&format!("\n{name}: {} bytes, SHA-256 {}\n", file.bytes, file.sha256));
        for (part, bytes, hash) in parts {
            text.push_str(&format!("  {part}: {bytes} bytes, SHA-256 {hash}\n"));
        }
        let joined: Vec<&str> = parts.iter().map(|it| &*it.0).collect();
        text.push_str(&format!("  Windows, PowerShell, in the folder of the parts:\n    {}\n", powershell(name)));
        text.push_str(&format!("    (Get-FileHash {name} -Algorithm SHA256).Hash\n"));
        // A line of the old command line holds 8,191 characters.
        if joined.iter().map(|it| it.len() + 1).sum::<usize>() < 8_000 {
            text.push_str(&format!("  Windows, command line:\n    copy /b {} {name}\n", joined.join("+")));
            text.push_str(&format!("    certutil -hashfile {name} SHA256\n"));
        }
        text.push_str(&format!("  Linux and macOS:\n    cat {name}.[0-9]* > {name}\n"));
        text.push_str(&format!("    echo '{}  {name}' | sha256sum -c\n", file.sha256));
    }
    text.replace('\n', "\r\n")
}

/// Joins bytes as they are, which `Get-Content` does not.
fn powershell(name: &str) -> String {
    format!(
        "$o = [IO.File]::Create(\"$PWD\\{name}\"); Get-ChildItem \"{name}.*\" | Where-Object Name -Match '\\.\\d+$' | \
         Sort-Object Name | ForEach-Object {{ $i = [IO.File]::OpenRead($_.FullName); $i.CopyTo($o); $i.Close() }}; $o.Close()"
    )
}

#[cfg(test)]
mod tests {
    use super::super::package::sha256;
    use super::*;
    use std::process::Command;

    fn files(folder: &Path, all: &[(&str, usize)]) -> Vec<Outgoing> {
        let file = |(name, length): &(&str, usize)| {
            let content: Vec<u8> = (0..*length).map(|it| (it * 7 % 251) as u8).collect();
            let place = folder.join(name);
            fs::write(&place, &content).unwrap();
            let (sha256, bytes) = (sha256(&content), content.len() as u64);
            Outgoing { path: format!("logs/{name}"), name: (*name).to_owned(), place, sha256, bytes }
        };
        all.iter().map(file).collect()
    }

    fn names(parts: &Parts) -> Vec<(String, u64)> {
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        parts.attach.iter().map(|(path, bytes)| (name(path), *bytes)).collect()
    }

    #[test]
    fn what_fits_is_attached_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path(), &[("a.log", 10), ("b.log", 0)]);
        let out = folder.path().join("parts");
        let parts = split(&files, 10, &out).unwrap();
        assert_eq!(names(&parts), [("a.log".into(), 10), ("b.log".into(), 0)]);
        assert!(!out.exists());
    }

    #[test]
    fn what_is_larger_is_cut_and_joins_as_the_note_says() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path(), &[("a.log", 1001), ("b.log", 100), ("c.zip", 101)]);
        let out = folder.path().join("parts");
        let parts = split(&files, 100, &out).unwrap();
        let names = names(&parts);
        assert_eq!(names.len(), 11 + 1 + 2 + 1);
        assert_eq!(names[..3], [("a.log.001".into(), 100), ("a.log.002".into(), 100), ("a.log.003".into(), 100)]);
        assert_eq!((&names[10], &names[11]), (&("a.log.011".to_owned(), 1), &("b.log".to_owned(), 100)));
        assert!(parts.attach.iter().all(|(path, bytes)| fs::metadata(path).unwrap().len() == *bytes));
        let note = fs::read_to_string(out.join(NOTE)).unwrap();
        for part in
            ["copy /b c.zip.001+c.zip.002 c.zip\r\n", &files[0].sha256, "Get-FileHash c.zip", "a.log.011: 1 bytes"]
        {
            assert!(note.contains(part), "{part}: {note}");
        }
        // The very lines for Linux.
        let lines: Vec<&str> =
            note.lines().map(str::trim).filter(|it| it.starts_with("cat ") || it.starts_with("echo ")).collect();
        assert_eq!(lines.len(), 4);
        let joined = Command::new("sh").arg("-ec").arg(lines.join("\n")).current_dir(&out).status();
        assert!(joined.unwrap().success(), "{lines:?}");
    }

    #[test]
    fn the_same_is_cut_again_and_nothing_else_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path(), &[("a.log", 30)]);
        let out = folder.path().join("parts");
        let first = split(&files, 10, &out).unwrap();
        let note = fs::read(out.join(NOTE)).unwrap();
        assert_eq!((split(&files, 10, &out).unwrap(), fs::read(out.join(NOTE)).unwrap()), (first, note));
        assert_eq!(split(&files, 20, &out).unwrap().attach.len(), 3);
        assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("mine.txt"), "mine").unwrap();
        assert!(split(&files, 10, &other).unwrap_err().to_string().contains("was not made here"));
        assert!(other.join("mine.txt").exists());
    }

    #[test]
    fn a_file_that_was_changed_is_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path(), &[("a.log", 30)]);
        fs::write(&files[0].place, "x".repeat(30)).unwrap();
        let out = folder.path().join("parts");
        assert!(split(&files, 10, &out).unwrap_err().to_string().contains("was changed"));
        assert!(!out.exists());
    }
}

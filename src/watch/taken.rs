//! A private copy of a bundle that was filed: what is made of it is made of what was read, whatever lies in its place by then.

use super::inside::{Inside, open_file};
use super::protocol::hex;
use super::space::lacks_room_for;
use crate::store::FiledBundle;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Copies a bundle that lies in one of the watched folders into a folder that only this program can write, under its own name.
/// `None` if another content lies in its place. `least` bytes stay free there; without a number so many as the watch leaves.
///
/// # Errors
///
/// If it cannot be read without following a link, or not be written, or the program is to end. If there is no room for it,
/// [`StorageFull`](io::ErrorKind::StorageFull).
pub fn take(
    roots: &[PathBuf],
    bundle: &FiledBundle,
    into: &Path,
    least: Option<u64>,
    stop: &AtomicBool,
) -> io::Result<Option<PathBuf>> {
    let path = Path::new(&bundle.path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let place = Inside::of(roots, folder)?;
    // Another content is not even copied: there may be much of it.
    let mut file = open_file(&place.at(name))?;
    let bytes = file.metadata()?.len();
    if let Some(why) = lacks_room_for(into, least, bytes) {
        return Err(io::Error::new(io::ErrorKind::StorageFull, why));
    }
    if copy(&mut file, bytes, &mut io::sink(), stop)? != bundle.sha256 {
        return Ok(None);
    }
    let copied = into.join(name);
    io::Seek::rewind(&mut file)?;
    // It may have been written to since.
    let sha256 = copy(&mut file, bytes, &mut File::create_new(&copied)?, stop)?;
    Ok((sha256 == bundle.sha256).then_some(copied))
}

/// Copies so many bytes. Returns their SHA-256.
fn copy(file: &mut File, bytes: u64, out: &mut dyn Write, stop: &AtomicBool) -> io::Result<String> {
    let (mut hasher, mut block, mut file) = (Sha256::new(), vec![0; 256 << 10], file.take(bytes));
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("the program was ended"));
        }
        match file.read(&mut block) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(read) => {
                let block = block.get(..read).unwrap_or_default();
                hasher.update(block);
                out.write_all(block)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_was_read_is_copied_if_there_is_room_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let (root, into) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&into).unwrap();
        fs::write(root.join("a.zip"), "logs").unwrap();
        let sha256 = hex(&Sha256::digest("logs"));
        let path = root.join("a.zip").to_string_lossy().into_owned();
        let bundle = FiledBundle {
            id: 1,
            customer: "acme".into(),
            sha256,
            path,
            report: String::new(),
            case: 1,
            done: 0,
            tries: 0,
        };
        let roots = [root];
        let take = |least| take(&roots, &bundle, &into, Some(least), &AtomicBool::new(false));
        assert_eq!(take(u64::MAX).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(into.read_dir().unwrap().count(), 0);
        assert_eq!(fs::read(take(0).unwrap().unwrap()).unwrap(), b"logs");
    }
}

//! What has been read long enough ago goes, if somebody has said so.

use super::facts::path_of;
use super::held::{Held, Same};
use super::inside::Inside;
use super::names::{marker_of, report_folders};
use super::publish::{gone, remove_reports};
use crate::store::{Store, StoreError, Upload, UploadState};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Uploads that are taken from the store at one time.
const AT_ONCE: u32 = 1000;

/// Removes bundles that were read before a time, with their reports. What was given up stays, and so does a file that is not the
/// one that was read, or lies in no watched folder. Returns how many have gone.
///
/// `meanwhile` is called between the look at a bundle and its end, for tests.
pub(super) fn remove_old(
    store: &Store,
    roots: &[PathBuf],
    (before, wall): (i64, i64),
    meanwhile: &dyn Fn(),
) -> Result<u64, StoreError> {
    let mut removed = 0;
    for state in [UploadState::Done, UploadState::Same] {
        // Those that stay must not hide the others.
        let mut last = None;
        loop {
            let uploads = store.uploads_since(state, before, last.as_ref(), AT_ONCE)?;
            last = uploads.last().cloned();
            if last.is_none() {
                break;
            }
            for upload in uploads {
                let path = path_of(upload.path.clone());
                if remove(roots, &path, &upload.facts, meanwhile).is_ok_and(|is_removed| is_removed) {
                    removed += 1;
                    store.set_upload(&Upload { state: UploadState::Removed, since: wall, ..upload }, wall)?;
                }
            }
        }
    }
    Ok(removed)
}

/// Removes a bundle with what belongs to it; false if it is another one by now.
fn remove(roots: &[PathBuf], path: &Path, facts: &str, meanwhile: &dyn Fn()) -> io::Result<bool> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(false) };
    // If it is not there, the disk may be away.
    let place = Inside::of(roots, folder)?;
    let found = Same::of(&place.at(name))?;
    if found.as_ref().is_some_and(|it| it.0.text() != facts) {
        return Ok(false);
    }
    report_folders(name).iter().try_for_each(|it| remove_reports(&place.at(it)))?;
    gone(fs::remove_file(marker_of(&place.at(name))))?;
    meanwhile();
    let Some((_, same)) = found else { return Ok(true) };
    let held = match Held::new(&place, name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        held => held?,
    };
    // Another one may have come under the name since it was looked at.
    match Same::of(&held.path())? {
        Some((_, it)) if it == same => held.remove().map(|()| true),
        _ => held.put_back().map(|()| false),
    }
}

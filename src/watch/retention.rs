//! What has been read long enough ago goes, if somebody has said so.

use super::facts::{Facts, path_of};
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
pub(super) fn remove_old(store: &Store, roots: &[PathBuf], before: i64, wall: i64) -> Result<u64, StoreError> {
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
                if remove(roots, &path_of(upload.path.clone()), &upload.facts).is_ok_and(|is_removed| is_removed) {
                    removed += 1;
                    store.set_upload(&Upload { state: UploadState::Removed, since: wall, ..upload }, wall)?;
                }
            }
        }
    }
    Ok(removed)
}

/// Removes a bundle with what belongs to it; false if it is another one by now.
fn remove(roots: &[PathBuf], path: &Path, facts: &str) -> io::Result<bool> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(false) };
    // If it is not there, the disk may be away.
    let place = Inside::of(roots, folder)?;
    if Facts::of(&place.at(name))?.is_some_and(|it| it.text() != facts) {
        return Ok(false);
    }
    report_folders(name).iter().try_for_each(|it| remove_reports(&place.at(it)))?;
    gone(fs::remove_file(marker_of(&place.at(name))))?;
    gone(fs::remove_file(place.at(name)))?;
    Ok(true)
}

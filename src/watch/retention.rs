//! What has been read long enough ago goes, if somebody has said so.

use super::facts::{Facts, path_of};
use super::names::{marker_of, report_folders};
use super::publish::{gone, is_folder, remove_reports};
use crate::store::{Store, StoreError, Upload, UploadState};
use std::fs;
use std::io;
use std::path::Path;

/// Uploads that are removed at one time.
const AT_ONCE: u32 = 1000;

/// Removes bundles that were read before a time, with their reports. What was given up stays, and so does a file that is not the
/// one that was read. Returns how many have gone.
pub(super) fn remove_old(store: &Store, before: i64, wall: i64) -> Result<u64, StoreError> {
    let mut removed = 0;
    for state in [UploadState::Done, UploadState::Same] {
        for upload in store.uploads_since(state, before, AT_ONCE)? {
            let path = path_of(upload.path.clone());
            let is_same = match Facts::of(&path) {
                Ok(facts) => facts.is_none_or(|it| it.text() == upload.facts),
                Err(_) => false,
            };
            if is_same && remove(&path).is_ok() {
                removed += 1;
                store.set_upload(&Upload { state: UploadState::Removed, since: wall, ..upload }, wall)?;
            }
        }
    }
    Ok(removed)
}

fn remove(path: &Path) -> io::Result<()> {
    report_folders(path).iter().filter(|it| is_folder(it)).try_for_each(|it| remove_reports(it))?;
    gone(fs::remove_file(marker_of(path)))?;
    gone(fs::remove_file(path))
}

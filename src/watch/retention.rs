//! What has been read long enough ago goes, if somebody has said so, and what went before it was read is forgotten.

use super::facts::path_of;
use super::held::{Held, Same, put_all_back};
use super::inside::{Inside, is_gone};
use super::names::{marker_of, report_folders};
use super::publish::{gone, remove_reports};
use super::scan::scan;
use crate::store::{Store, StoreError, Upload, UploadState};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// So many go at one time: meanwhile nothing is read and no heartbeat is written.
const REMOVED: u64 = 500;
/// Uploads that are taken from the store at one time.
const AT_ONCE: u32 = 1000;

/// What became of bundles whose time was over.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// So many have gone.
    pub(super) removed: u64,
    /// So many are still there, although they should have gone.
    pub(super) failed: u64,
    /// One of them, and why.
    pub(super) why: Option<String>,
    /// There are more.
    pub(super) is_cut: bool,
}

/// Removes bundles that were read before a time, with their reports. What was given up stays, and so does a file that is not the
/// one that was read, or lies in no watched folder. Returns how many have gone, and of which the system does not let go.
///
/// `meanwhile` is called between the look at a bundle and its end, for tests.
pub(super) fn remove_old(
    store: &Store,
    roots: &[PathBuf],
    (before, wall): (i64, i64),
    meanwhile: &dyn Fn(),
) -> Result<Swept, StoreError> {
    let mut swept = Swept::default();
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
                if swept.removed >= REMOVED {
                    swept.is_cut = true;
                    return Ok(swept);
                }
                let path = path_of(upload.path.clone());
                match remove(roots, &path, &upload.facts, meanwhile) {
                    Ok(false) => {}
                    Ok(true) => {
                        swept.removed += 1;
                        store.set_upload(&Upload { state: UploadState::Removed, since: wall, ..upload }, wall)?;
                    }
                    Err(error) => {
                        swept.failed += 1;
                        swept.why.get_or_insert_with(|| format!("`{}`: {error}", path.display()));
                    }
                }
            }
        }
    }
    Ok(swept)
}

/// Puts back what the system has not let go of, or not back into its place: below a watched folder nobody holds anything just now.
pub(super) fn put_held_back(root: &Path) {
    let folders = scan(root, &mut |_| {}).folders;
    folders.iter().flat_map(|it| Inside::open(root, it)).for_each(|it| put_all_back(&it));
}

/// Forgets uploads that were to be read and whose files somebody has taken away: nobody waits for them.
pub(super) fn forget_gone(store: &Store, roots: &[PathBuf]) -> Result<(), StoreError> {
    // The disk of one that is not there may be away.
    let roots: Vec<PathBuf> = roots.iter().filter(|it| Inside::open(it, it).is_ok()).cloned().collect();
    for state in [UploadState::Working, UploadState::Later, UploadState::Incomplete] {
        let mut last = None;
        loop {
            let uploads = store.uploads_since(state, i64::MAX, last.as_ref(), AT_ONCE)?;
            last = uploads.last().cloned();
            if last.is_none() {
                break;
            }
            for upload in uploads.into_iter().filter(|it| is_away(&roots, &path_of(it.path.clone()))) {
                store.forget_upload(&upload)?;
            }
        }
    }
    Ok(())
}

/// Whether a file in one of the folders is surely not there.
fn is_away(roots: &[PathBuf], path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
    if !roots.iter().any(|it| folder.starts_with(it)) {
        return false;
    }
    match Inside::of(roots, folder) {
        Ok(place) => matches!(Same::of(&place.at(name)), Ok(None)),
        Err(error) => is_gone(&error),
    }
}

/// Removes a bundle with what belongs to it; false if it is another one by now.
fn remove(roots: &[PathBuf], path: &Path, facts: &str, meanwhile: &dyn Fn()) -> io::Result<bool> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(false) };
    // If it is not there, the disk may be away; that is told where it is looked into.
    let Ok(place) = Inside::of(roots, folder) else { return Ok(false) };
    let found = Same::of(&place.at(name))?;
    if found.as_ref().is_some_and(|it| it.0.text() != facts) {
        return Ok(false);
    }
    report_folders(name).iter().try_for_each(|it| remove_reports(&place, it))?;
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

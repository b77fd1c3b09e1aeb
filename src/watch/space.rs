//! Whether the disk has room for reports.

use std::path::Path;

/// Free bytes that are kept if nobody says how many; on a small disk a fiftieth of it.
const KEPT: u64 = 1 << 30;
const SHARE: u64 = 50;

/// Says why nothing should be written below a folder; nothing if there is room, or the system does not tell.
pub(super) fn lacks_room(folder: &Path, least: Option<u64>) -> Option<String> {
    lacks_room_for(folder, least, 0)
}

/// The same of so many bytes that are to be written.
pub(super) fn lacks_room_for(folder: &Path, least: Option<u64>, bytes: u64) -> Option<String> {
    let (free, all) = free(folder)?;
    let least = least.unwrap_or_else(|| KEPT.min(all / SHARE)).saturating_add(bytes);
    let size = |bytes: u64| format!("{} MiB", bytes >> 20);
    (free < least)
        .then(|| format!("`{}` has {} free, less than {} (see --min-free)", folder.display(), size(free), size(least)))
}

/// Bytes that are free for this user, and all that there are.
#[cfg(unix)]
fn free(folder: &Path) -> Option<(u64, u64)> {
    let system = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
    Some((bytes(system.f_bavail), bytes(system.f_blocks)))
}

/// Not asked here: a full disk shows when it is written to.
#[cfg(not(unix))]
fn free(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(lacks_room(folder.path(), Some(0)), None);
        assert!(lacks_room_for(folder.path(), Some(0), u64::MAX).is_some());
        assert!(lacks_room(folder.path(), Some(u64::MAX)).unwrap().contains("see --min-free"));
        assert_eq!(lacks_room(Path::new("/nonexistent"), Some(1)), None);
    }
}

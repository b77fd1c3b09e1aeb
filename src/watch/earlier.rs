//! What the store knows of a file that is found: where an earlier run has left it.

use super::ending::{MOST, SUSPECT};
use super::facts::bytes_of;
use super::scan::{Found, UNASSIGNED};
use super::upload::Earlier;
use crate::store::{Store, StoreError, Upload, UploadState};
use std::time::Duration;

/// What the store knows of a file that was found; `None` if it has been dealt with. The file becomes that of the customer whose somebody
/// has said its case is.
pub(super) fn earlier(
    store: &Store,
    catalogue: &str,
    found: &mut Found,
    wall: i64,
) -> Result<Option<Earlier>, StoreError> {
    // A name that the store cannot keep is told when it comes to rest.
    let Some(path) = bytes_of(&found.path) else { return Ok(Some(Earlier::default())) };
    let Some(upload) = store.upload(path)?.filter(|it| it.facts == found.facts.text()) else {
        return Ok(Some(Earlier::default()));
    };
    if found.customer == UNASSIGNED {
        found.customer.clone_from(&upload.customer);
    }
    Ok(match upload.state {
        UploadState::Done | UploadState::Same | UploadState::Quarantined | UploadState::Removed => {
            // Its disk was away when it was removed, as it seemed.
            if upload.state == UploadState::Removed {
                store.there_again(&upload, wall)?;
            }
            let is_settled = upload.catalogue.as_deref() == Some(catalogue);
            (!is_settled).then_some(Earlier { again: true, at_rest: true, ..Earlier::default() })
        }
        UploadState::Incomplete => {
            Some(Earlier { incomplete: Some(between(upload.since, wall)), ..Earlier::default() })
        }
        UploadState::Later => {
            // Whatever has become of the clock meanwhile.
            let wait = Some(between(wall, upload.due).min(MOST));
            // Until it was to be tried again: nobody has tried while the watch was off.
            let refused = Some(between(upload.since, wall.min(upload.due)));
            Some(Earlier { tries: upload.tries, wait, refused, at_rest: true, ..Earlier::default() })
        }
        // The program was ended in the middle of it.
        UploadState::Working => {
            let interrupted = upload.interrupted.saturating_add(1);
            let tries = upload.tries.saturating_add(interrupted);
            store.set_upload(&Upload { interrupted, ..upload }, wall)?;
            // Perhaps it is what ended it.
            let is_alone = interrupted >= SUSPECT;
            Some(Earlier { tries, at_rest: true, is_alone, ..Earlier::default() })
        }
    })
}

/// From one time in seconds since 1970 to another; nothing if that is not later.
fn between(from: i64, to: i64) -> Duration {
    Duration::from_secs(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

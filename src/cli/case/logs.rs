//! The logs of a case, as far as they still are what was filed.

use crate::cli::open_bundle;
use std::path::PathBuf;
use tierline::bundle::{Bundle, Limits};
use tierline::store::CaseBundle;

/// Why logs cannot be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Nothing lies there.
    Gone,
    /// Something else lies there, perhaps another customer's.
    Other,
}

/// Opens logs of a case.
pub(super) fn open(logs: &CaseBundle) -> anyhow::Result<Result<Bundle, Lost>> {
    let path = PathBuf::from(&logs.path);
    if !path.exists() {
        return Ok(Err(Lost::Gone));
    }
    let mut bundle = open_bundle(&[path], Limits::default().timed())?;
    bundle.hash();
    let is_same = bundle.inputs().iter().all(|it| it.sha256.as_ref() == Some(&logs.sha256));
    Ok(if is_same { Ok(bundle) } else { Err(Lost::Other) })
}

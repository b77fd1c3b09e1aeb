//! What lies in watched folders and was not read: given up, without its end, or tried again.

use super::open;
use crate::cli::connection::StoreArgs;
use crate::cli::{Exit, output};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::path::Path;
use tierline::calendar::utc;
use tierline::report::one_line;
use tierline::store::{Store, StoreError, Upload, UploadState};

const EXAMPLES: &str = "\
Examples:
  tierline store uploads --store cases.db
  tierline store uploads -o json --store cases.db";

/// Lists uploads to watched folders that were not read, with the reason: given up, without their end, or tried again later.
///
/// Those whose file is not there any more are left out.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct UploadsArgs {
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn uploads(args: &UploadsArgs) -> anyhow::Result<Exit> {
    let store = open(&args.store)?;
    let mut unread = Vec::new();
    for state in [UploadState::Quarantined, UploadState::Incomplete, UploadState::Later] {
        unread.extend(in_state(&store, state)?);
    }
    let path = |it: &Upload| String::from_utf8_lossy(&it.path).into_owned();
    if args.output == Format::Json {
        let all = unread.iter().map(|it| {
            json!({
                "state": it.state.name(), "customer": it.customer, "path": path(it), "since": utc(it.since),
                "due": (it.state == UploadState::Later).then(|| utc(it.due)), "reason": it.reason,
            })
        });
        output::print(format!("{:#}\n", Value::Array(all.collect())).as_bytes())?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for it in &unread {
        let why = it.reason.as_deref().unwrap_or("not said");
        let line = format!("{:11} since {} {}: `{}`: {why}", it.state.name(), utc(it.since), it.customer, path(it));
        text.push_str(&one_line(&line));
        text.push('\n');
    }
    if unread.is_empty() {
        text.push_str("All uploads were read.\n");
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The uploads in a state whose files are there, the oldest first.
fn in_state(store: &Store, state: UploadState) -> Result<Vec<Upload>, StoreError> {
    const AT_ONCE: u32 = 1000;
    let (mut all, mut last) = (Vec::new(), None);
    loop {
        let some = store.uploads_since(state, i64::MAX, last.as_ref(), AT_ONCE)?;
        if some.is_empty() {
            return Ok(all);
        }
        last = some.last().cloned();
        all.extend(some.into_iter().filter(|it| is_there(&it.path)));
    }
}

/// Whether a file is there, as far as the system says.
fn is_there(path: &[u8]) -> bool {
    #[cfg(unix)]
    let path: &Path = Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path));
    #[cfg(not(unix))]
    let path = String::from_utf8_lossy(path);
    #[cfg(not(unix))]
    let path = Path::new(&*path);
    !std::fs::symlink_metadata(path).is_err_and(|it| it.kind() == std::io::ErrorKind::NotFound)
}

//! What is special about Veeam's logs: levels without a level word at the usual place, messages with a header on each line.

use super::header::cut;
use super::level::Level;
use super::rest::Found;
use super::watch::Watch;
use memchr::memmem;

/// How much of a job's message is looked at for its outcome.
const NEAR: usize = 512;

/// Data movers and the Linux agent: `[time] <thread> module | ERR |text`. A line without mark is information, whatever
/// words it has. `message` begins behind the module's bar; returns where it begins without a nested header.
pub(super) fn data_mover<'a>(line: &'a [u8], message: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> usize {
    let text = line.get(message..).unwrap_or_default();
    let Some(library) = text.strip_prefix(b"[vddk] ") else {
        found.level = Some(Level::Info);
        return message;
    };
    // VMware's library logs through the data mover, with its own header in newer versions and none in old ones. Without
    // one the line is not marked even when something failed.
    match cut(library, rules) {
        Some(inner) if inner.found.time.is_some() => {
            found.level = Some(inner.found.level.unwrap_or(Level::Info));
            message + (text.len() - library.len()) + inner.message
        }
        _ => message,
    }
}

/// Whether a line with Veeam's header belongs to the one before although it is no stack: a message of several lines gets a
/// header on each. Data movers mark the others with `>>`; of services the lines that Windows or a store has added begin with
/// what they are.
pub(super) fn continues(line: &[u8], message: usize) -> bool {
    let (head, message) = line.split_at(message.min(line.len()));
    let (head, message) = (head.trim_ascii_end(), message.trim_ascii_start());
    // A word and a colon may have been taken for a component.
    head.ends_with(b">>  |")
        || head.ends_with(b" Code:")
        || [&b"Win32 error:"[..], b"RPC error:", b"Code: "].iter().any(|start| message.starts_with(start))
}

/// The history of a job: `18.01.2026 19:48:01 :: Processing vm7 Error: no access`. `end` is the end of the time.
pub(super) fn job_outcome(line: &[u8], end: usize) -> Option<Level> {
    let text = line.get(end..)?.strip_prefix(b" :: ")?;
    let near = &text[..text.len().min(NEAR)];
    let place = |word: &[u8]| memmem::find(near, word);
    match (place(b" Error: "), place(b" Warning: ")) {
        (None, None) => None,
        (Some(error), Some(warning)) if warning < error => Some(Level::Warn),
        (Some(_), _) => Some(Level::Error),
        (None, Some(_)) => Some(Level::Warn),
    }
}

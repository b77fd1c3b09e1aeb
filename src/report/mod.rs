//! One file per output format. Each turns a [`Diagnosis`](crate::diagnosis::Diagnosis) into text; log text is
//! neutralised in the way the format needs.
//!
//! `json.rs` is the contract; `text.rs` is what a person reads first; `markdown.rs` goes into a ticket. What they share
//! is in `wording.rs` (counts, sizes, times, the verdict) and `neutral.rs` (log text without hidden characters).

mod json;
mod markdown;
mod neutral;
mod records;
mod text;
mod wording;

pub use json::json;
pub use markdown::markdown;
pub use neutral::one_line;
pub use records::RecordLine;
pub use text::{TextStyle, text};

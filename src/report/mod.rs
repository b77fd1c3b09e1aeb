//! One file per output format. Each turns a [`Diagnosis`](crate::diagnosis::Diagnosis) into text; log text is
//! neutralised in the way the format needs.
//!
//! `json.rs` is the contract; `text.rs` is what a person reads first.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::{TextStyle, text};

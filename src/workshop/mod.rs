//! For authors of signatures: is a catalogue well-formed, and does every example behave?
//!
//! A [`Catalogue`](crate::signature::Catalogue) goes in; [`check()`] gives everything that is wrong with it as [`Flaw`]s,
//! [`run_examples`] what each example did. Examples run through the same pieces as a customer's log: they are guessed,
//! cut into records and scanned as a file whose path fits the signature's scope.

mod check;
mod condition;
mod cost;
mod draft;
mod examples;
mod explain;
mod export;
mod facts;
mod flaw;
mod fragments;
mod import;
mod lint;
mod matrix;
mod ordinary;
mod overlay;
mod quality;
mod quoting;
mod scope;
mod several;
mod variants;
mod vendor;
mod why;

pub use check::{Against, Checked, check, check_patterns};
pub use draft::{Answer, Draft, DraftError, Found, Seen, draft, draft_of, record_at};
pub use examples::{ExampleRun, Expectation, run_examples};
pub use explain::{PartRun, explain};
pub use export::{Exported, export_cre};
pub use flaw::Flaw;
pub use import::{Imported, ImportedRule, Note, SourceFile, import_cre, import_regexes, import_sigma};
pub use matrix::{Allowed, Cross, matrix};
pub use quality::{ProductCounts, Quality, quality};
pub use why::{Why, why};

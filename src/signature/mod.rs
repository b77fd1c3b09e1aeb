//! Descriptions of known errors, as their authors wrote them.
//!
//! One YAML file is one [`Signature`]; a folder of them is a catalogue; [`SignatureSet`] is what a triage uses. The
//! built-in catalogue is embedded by `build.rs`. Nothing here matches anything.

mod data;
mod load;
mod set;

pub use data::*;
pub use load::{SignatureError, load_dir, load_str};
pub use set::{CatalogueInfo, SignatureSet};

//! Descriptions of known errors, as their authors wrote them.
//!
//! One YAML file is one [`Signature`]; a folder of them is a [`Catalogue`]; [`SignatureSet`] is what a triage uses. The
//! built-in catalogue is embedded by `build.rs`. Nothing here matches anything. `product.rs` is the smallest example of
//! how a file is read.

mod adhoc;
mod apart;
mod builtin;
mod causes;
mod checksum;
mod correlation;
mod data;
mod day;
mod demand;
#[cfg(test)]
mod encode;
mod fact;
mod fields;
mod fragments;
mod later;
mod load;
mod overlay;
mod pack;
mod pattern;
mod product;
mod profile;
mod retired;
mod schema;
mod set;
mod system;
mod tree;
mod variants;
mod vendor;
mod version;
// YAML text as a tree of nodes that know their place.
pub mod yaml;

pub use builtin::source_text;
pub(crate) use builtin::{Unpacked, unpacked, unpacked_at_start};
pub use correlation::{Absent, Anchor, Bond, Correlation, Order, Part, Span, Unless, Wanted, Where};
pub use data::*;
pub use day::Day;
pub use demand::Demand;
pub use fact::{Fact, FactExamples, FactKind, Keep};
pub(crate) use fields::similar;
pub use fragments::Fragment;
pub use later::Later;
pub use load::{Catalogue, SignatureError, load_dir, load_str};
pub use overlay::{Applied, Overlay, Override};
pub use pack::{
    Opened, PACK_ENDING, Pack, PackError, PackKey, PackVersion, Pin, PinMistake, ids_in_both, keep_ids_apart, pins,
    signature_of,
};
pub use product::Product;
pub use profile::{Profile, ProfileCommand, ProfileEvents, ProfileFiles};
pub use set::{CatalogueInfo, FactGroup, SignatureSet, WantedRecord};
pub use system::Os;
pub use variants::{Row, RowAdvice, Rows, Variants};
pub use vendor::{
    Hours, Portal, PortalField, RequiredLogs, Rule, RuleKind, Stated, Takes, Vendor, VendorProduct, VendorSeverity,
    WorkingHours,
};
pub use version::{FixedIn, Version, Versions, VersionsError};

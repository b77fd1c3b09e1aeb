//! What nobody can solve here becomes a case for the vendor.
//!
//! In go a [`Diagnosis`](crate::diagnosis::Diagnosis), the vendor's profile and what the engineer knows
//! ([`Intake`]); out comes a [`Case`]: what it is about, what the vendor still wants ([`Shortfall`]), which steps of level 1
//! nobody has tried, and the text that asks the customer for the rest. `gate.rs` decides whether the case may leave. [`make`]
//! then writes the package; every word of it goes through a [`Redactor`](crate::redact::Redactor).

#[cfg(feature = "server")]
mod archive;
mod case;
mod gate;
mod logs;
mod package;
mod portal;
mod render;
mod request;
mod subject;
#[cfg(test)]
mod tests;
mod ticket;
mod verify;

#[cfg(feature = "server")]
pub use archive::{beside, is_sealed, seal, sealed_name, zip, zip_at};
pub use case::{Case, Intake, prepare};
#[cfg(feature = "server")]
pub(crate) use gate::has_name;
pub use gate::{Shortfall, Step, missing_logs};
pub use package::{FoundLeak, Made, Manifest, PackageError, Redaction, is_used, leaks_in_package, make};
pub use portal::plain_text;
pub use render::markdown;
pub use request::request;
pub use subject::{Subject, SubjectError};
pub use ticket::{Attachment, Ticket};
pub use verify::{Secrets, Source, VerifyError, compare, verify};

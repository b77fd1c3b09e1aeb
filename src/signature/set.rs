//! Catalogues become the one set of signatures that a triage uses.

mod references;

pub(super) use references::about;

use super::causes;
use super::retired::Retired;
use super::{
    Applied, Catalogue, Correlation, Day, Fact, FactKind, Keep, Overlay, Product, Profile, Signature, SignatureError,
    Status, Vendor, Wanted,
};
use references::{Known, other_meaning, without_successor};
use std::collections::{BTreeMap, HashMap};
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
    vendors: Vec<Vendor>,
    profiles: Vec<Profile>,
    facts: Vec<FactGroup>,
    catalogues: Vec<CatalogueInfo>,
    errors: Vec<SignatureError>,
    retired: Retired,
    /// Not applied yet, see [`SignatureSet::on`].
    overlays: Vec<Overlay>,
    /// By index of the signature.
    applied: BTreeMap<usize, Vec<Applied>>,
    shows_all: bool,
}

/// A record that a correlation asks for.
#[derive(Clone, Copy, Debug)]
pub struct WantedRecord<'s> {
    /// Index of the signature in [`SignatureSet::signatures`].
    pub signature: usize,
    /// Its number in the correlation, see [`Correlation::wanted`].
    pub number: usize,
    /// The correlation.
    pub correlation: &'s Correlation,
    /// The record.
    pub wanted: &'s Wanted,
}

/// All facts of one name: several products may state the same thing, each in its own way.
#[derive(Clone, Debug)]
pub struct FactGroup {
    /// The name.
    pub name: Arc<str>,
    /// What it is about.
    pub kind: FactKind,
    /// Which of several values counts.
    pub keep: Keep,
    /// The product that states it, as people write it; `None` if several do.
    pub product: Option<String>,
    /// How it is found.
    pub sources: Vec<Fact>,
}

impl SignatureSet {
    /// Loads the built-in catalogue (if asked) and the folders. A later catalogue replaces an id of an earlier one.
    /// Drafts are used from folders only, deprecated signatures never; overlays wait for [`SignatureSet::on`]. Fails only if
    /// a folder cannot be listed.
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
        let mut ids: Vec<Arc<str>> = Vec::new();
        // Signatures are large: they stay where they are until it is known which catalogue has the last word on each id.
        let mut own = Vec::new();
        let mut used_of = HashMap::new();
        let mut products = BTreeMap::new();
        let mut vendors = BTreeMap::new();
        let mut profiles = BTreeMap::new();
        let mut replaced = BTreeMap::new();
        for (number, (catalogue, drafts)) in catalogues.into_iter().enumerate() {
            set.catalogues.push(catalogue.info);
            set.errors.extend(catalogue.errors);
            ids.extend(catalogue.broken);
            products.extend(catalogue.products.into_iter().map(|product| (Arc::clone(&product.folder), product)));
            vendors.extend(catalogue.vendors.into_iter().map(|vendor| (Arc::clone(&vendor.folder), vendor)));
            profiles.extend(catalogue.profiles.into_iter().map(|profile| (profile.name.clone(), profile)));
            set.overlays.extend(catalogue.overlay);
            for signature in &catalogue.signatures {
                ids.push(Arc::clone(&signature.id));
                set.retired.add(signature);
                replaced.remove(&signature.id);
                let used = match signature.status {
                    Status::Stable => true,
                    Status::Draft => drafts,
                    Status::Deprecated => false,
                };
                if used {
                    used_of.insert(Arc::clone(&signature.id), number);
                    continue;
                }
                if drafts || signature.status == Status::Deprecated {
                    // A later catalogue may retire a signature of an earlier one.
                    used_of.remove(&signature.id);
                }
                if signature.replaced_by.is_some() {
                    replaced.insert(Arc::clone(&signature.id), signature.clone());
                }
            }
            own.push(catalogue.signatures);
        }
        for (number, mut signatures) in own.into_iter().enumerate() {
            signatures.retain(|it| used_of.get(&it.id) == Some(&number));
            if set.signatures.is_empty() {
                set.signatures = signatures;
            } else {
                set.signatures.extend(signatures);
            }
        }
        set.signatures.sort_by(|a, b| a.id.cmp(&b.id));
        set.products = products.into_values().collect();
        set.vendors = vendors.into_values().collect();
        set.profiles = profiles.into_values().collect();
        set.name_products();
        set.group_facts();
        let known = Known::new(ids);
        set.connect(&known);
        set.errors.extend(replaced.values().filter_map(|it| without_successor(it, &known)));
        set
    }

    /// Adds what was left out before the catalogues were merged, e.g. a pack that is refused.
    pub fn tell(&mut self, errors: impl IntoIterator<Item = SignatureError>) {
        self.errors.extend(errors);
    }

    /// Applies the overlays as they hold on a day. What they hide stays in the set: a report says that it was there.
    ///
    /// Without this call no overlay has an effect.
    pub fn on(mut self, today: Day) -> SignatureSet {
        for overlay in std::mem::take(&mut self.overlays) {
            for it in &overlay.overrides {
                let own = |signature: &Signature| {
                    it.is_about(&signature.id) || signature.formerly.iter().any(|id| it.is_about(id))
                };
                let replaced = self.retired.present(&it.id).cloned();
                for (index, signature) in self.signatures.iter_mut().enumerate() {
                    if !own(signature) && replaced.as_ref() != Some(&signature.id) {
                        continue;
                    }
                    let is_over = !it.holds_on(today);
                    let changes = if is_over { Vec::new() } else { it.apply(signature) };
                    self.applied.entry(index).or_default().push(Applied {
                        file: overlay.source.clone(),
                        reason: it.reason.clone(),
                        until: it.until,
                        is_over,
                        disables: it.disables,
                        changes,
                        note: it.note.clone(),
                    });
                }
            }
        }
        self
    }

    /// What overlays did to the signature with this index, or did until a day that is over.
    pub fn applied(&self, index: usize) -> &[Applied] {
        self.applied.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    /// The overlay that hides the signature with this index, if one does.
    pub fn disabled(&self, index: usize) -> Option<&Applied> {
        self.applied(index).iter().rfind(|it| it.disables && !it.is_over)
    }

    /// Makes a set of the given signatures, sorted by id.
    pub fn new(mut signatures: Vec<Signature>) -> SignatureSet {
        signatures.sort_by(|a, b| a.id.cmp(&b.id));
        SignatureSet { signatures, ..SignatureSet::default() }
    }

    /// Adds facts of one product that stands for all, as the tests of other layers need them.
    #[cfg(test)]
    pub(crate) fn with_facts(mut self, facts: Vec<Fact>) -> SignatureSet {
        self.products.push(Product {
            folder: "acme/app".into(),
            vendor: "Acme".into(),
            product: "App".into(),
            aliases: Vec::new(),
            files: Vec::new(),
            facts,
            fragments: Vec::new(),
            needs: Vec::new(),
            source: "test.yaml".into(),
        });
        self.group_facts();
        self
    }

    /// The same set for a diagnosis that lists every problem by itself, also what others would hide.
    pub fn hiding_nothing(self) -> SignatureSet {
        SignatureSet { shows_all: true, ..self }
    }

    /// Whether no problem may be hidden behind another.
    pub fn hides_nothing(&self) -> bool {
        self.shows_all
    }

    /// Says where the signatures come from and what was left out.
    pub(super) fn with_catalogue(self, info: CatalogueInfo, errors: Vec<SignatureError>) -> SignatureSet {
        SignatureSet { catalogues: vec![info], errors, ..self }
    }

    /// All of them; a signature's index here is its number everywhere in one run.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Returns the signature with this id, or that had it once, or that has replaced it.
    pub fn get(&self, id: &str) -> Option<&Signature> {
        self.signatures.get(self.index(id)?)
    }

    /// Returns the index of the signature that [`SignatureSet::get`] returns.
    pub fn index(&self, id: &str) -> Option<usize> {
        let own = |id: &str| self.signatures.binary_search_by(|signature| (*signature.id).cmp(id)).ok();
        let had_it = || self.signatures.iter().position(|signature| signature.formerly.iter().any(|old| **old == *id));
        own(id).or_else(had_it).or_else(|| own(self.retired.present(id)?))
    }

    /// The records that correlations ask for, by signature; a record's index here is its number in one run.
    pub fn wanted(&self) -> impl Iterator<Item = WantedRecord<'_>> {
        self.signatures.iter().enumerate().flat_map(|(signature, it)| {
            it.correlation.iter().flat_map(move |correlation| {
                let numbered = correlation.wanted().enumerate();
                numbered.map(move |(number, wanted)| WantedRecord { signature, number, correlation, wanted })
            })
        })
    }

    /// The products of all catalogues, in the order of their folders.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// What is collected of products and systems, by name.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// How vendors are spoken to, in the order of their folders.
    pub fn vendors(&self) -> &[Vendor] {
        &self.vendors
    }

    /// The facts that logs may state, in the order of their names; a fact's index here is its number in one run.
    pub fn facts(&self) -> &[FactGroup] {
        &self.facts
    }

    /// Returns the name of the fact that states the version which a signature is about: the one it names, or the first
    /// version of its product.
    pub fn version_fact(&self, signature: &Signature) -> Option<&str> {
        if let Some(name) = &signature.scope.version_fact {
            return self.facts.iter().map(|group| &*group.name).find(|own| *own == &**name);
        }
        let folder = signature.id.rsplit_once('/').map_or("", |(folder, _)| folder);
        let product = self.products.binary_search_by(|product| (*product.folder).cmp(folder)).ok()?;
        let facts = &self.products.get(product)?.facts;
        facts.iter().find(|fact| fact.kind == FactKind::Version).map(|fact| &*fact.name)
    }

    /// Whether the built-in catalogue has a fact of this name. It is read for that, which takes a moment.
    pub fn builtin_fact(name: &str) -> bool {
        Catalogue::builtin().products.iter().flat_map(|product| &product.facts).any(|fact| *fact.name == *name)
    }

    /// For each signature whether it is a cause or an effect of others, so that it matters when and where it was seen.
    pub fn related(&self) -> Vec<bool> {
        causes::related(&self.signatures)
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

    /// Puts the facts of one name together.
    fn group_facts(&mut self) {
        let mut groups: BTreeMap<Arc<str>, FactGroup> = BTreeMap::new();
        for product in &self.products {
            for (item, fact) in product.facts.iter().enumerate() {
                let group = groups.entry(Arc::clone(&fact.name)).or_insert_with(|| FactGroup {
                    name: Arc::clone(&fact.name),
                    kind: fact.kind,
                    keep: fact.keep,
                    product: Some(product.product.clone()),
                    sources: Vec::new(),
                });
                if (group.kind, group.keep) == (fact.kind, fact.keep) {
                    group.product.take_if(|own| *own != product.product);
                    group.sources.push(fact.clone());
                } else {
                    self.errors.push(other_meaning(product, item, &fact.name));
                }
            }
        }
        self.facts = groups.into_values().collect();
    }
}

#[cfg(test)]
mod tests;

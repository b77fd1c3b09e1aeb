//! Catalogues become the one set of signatures that a triage uses.

use super::causes;
use super::fields::similar;
use super::retired::Retired;
use super::yaml::{self, Place};
use super::{
    Applied, Catalogue, Correlation, Day, Fact, FactKind, Keep, Overlay, Override, Product, Signature, SignatureError,
    Status, Vendor, Wanted, source_text,
};
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
    vendors: Vec<Vendor>,
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
        let mut known: BTreeSet<Arc<str>> = Catalogue::builtin_ids().map(Arc::from).collect();
        let mut by_id = BTreeMap::new();
        let mut products = BTreeMap::new();
        let mut vendors = BTreeMap::new();
        let mut replaced = BTreeMap::new();
        for (catalogue, drafts) in catalogues {
            set.catalogues.push(catalogue.info);
            set.errors.extend(catalogue.errors);
            known.extend(catalogue.broken);
            products.extend(catalogue.products.into_iter().map(|product| (Arc::clone(&product.folder), product)));
            vendors.extend(catalogue.vendors.into_iter().map(|vendor| (Arc::clone(&vendor.folder), vendor)));
            set.overlays.extend(catalogue.overlay);
            for signature in catalogue.signatures {
                known.insert(Arc::clone(&signature.id));
                set.retired.add(&signature);
                replaced.remove(&signature.id);
                let used = match signature.status {
                    Status::Stable => true,
                    Status::Draft => drafts,
                    Status::Deprecated => false,
                };
                if used {
                    by_id.insert(Arc::clone(&signature.id), signature);
                    continue;
                }
                if drafts || signature.status == Status::Deprecated {
                    // A later catalogue may retire a signature of an earlier one.
                    by_id.remove(&signature.id);
                }
                if signature.replaced_by.is_some() {
                    replaced.insert(Arc::clone(&signature.id), signature);
                }
            }
        }
        set.signatures = by_id.into_values().collect();
        set.products = products.into_values().collect();
        set.vendors = vendors.into_values().collect();
        set.name_products();
        set.group_facts();
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
            let mut named = [std::mem::take(&mut signature.suppresses), std::mem::take(&mut signature.caused_by)];
            for (field, ids) in ["suppresses", "caused_by"].into_iter().zip(&mut named) {
                for id in ids {
                    if let Some(present) = renamed.get(id).or_else(|| self.retired.present(id)) {
                        *id = Arc::clone(present);
                    } else if !known.contains(id) {
                        let message = format!("`{field}` names `{id}`, which does not exist");
                        let hint = match alike(id, known) {
                            Some(other) => format!("did you mean `{other}`?"),
                            None => "write the id of a signature, or remove it".to_owned(),
                        };
                        self.errors.push(about(signature, field, id, message, &hint));
                    }
                }
            }
            [signature.suppresses, signature.caused_by] = named;
        }
        self.errors.extend(causes::break_rings(&mut self.signatures));
        let is_known = |it: &Override| {
            known.iter().chain(renamed.keys()).any(|id| it.is_about(id))
                || Catalogue::had_builtin(&|id| it.is_about(id))
        };
        for overlay in &self.overlays {
            let unknown = overlay.overrides.iter().filter(|it| !is_known(it));
            self.errors.extend(unknown.map(|it| nobody_has(overlay, it, known)));
        }
    }
}

/// The id that was probably meant: with the same last part, or one that differs in a few letters from it.
fn alike<'k>(id: &str, known: &'k BTreeSet<Arc<str>>) -> Option<&'k str> {
    let (start, last) = id.rsplit_once('/').unwrap_or(("", id));
    let same = known.iter().find(|other| !last.is_empty() && other.rsplit('/').next() == Some(last));
    let beside = || {
        let in_product = |other: &&str| other.rsplit_once('/').is_some_and(|(of, _)| of == start);
        let ids: Vec<&str> = known.iter().map(|other| &**other).filter(in_product).collect();
        similar(id, &ids)
    };
    same.map(|it| &**it).or_else(beside)
}

/// An override of what does not exist.
fn nobody_has(overlay: &Overlay, it: &Override, known: &BTreeSet<Arc<str>>) -> SignatureError {
    let hint = match alike(&it.id, known) {
        Some(alike) => format!("did you mean `{alike}`?"),
        None => "write an id that `tierline signatures list` shows, or a glob of such ids".to_owned(),
    };
    let Place { line, column } = it.place;
    let message = format!("no signature has or had an id `{}`", it.id);
    SignatureError { file: overlay.source.clone(), line, column, message, hint: Some(hint) }
}

/// A deprecated signature whose successor does not exist.
fn without_successor(signature: &Signature, known: &BTreeSet<Arc<str>>) -> Option<SignatureError> {
    let new = signature.replaced_by.as_ref().filter(|new| !known.contains(*new))?;
    let file = signature.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let place = yaml::parse(&text).ok().and_then(|root| Some(root.get("replaced_by")?.place));
    let Place { line, column } = place.unwrap_or_default();
    let message = format!("`replaced_by` names `{new}`, which does not exist");
    let hint = Some("write the id of the signature that is used now, or remove it".to_owned());
    Some(SignatureError { file, line, column, message, hint })
}

/// A fact that means something else than another one of its name.
fn other_meaning(product: &Product, item: usize, name: &str) -> SignatureError {
    let file = product.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let facts = yaml::parse(&text).ok();
    let is_it = |node: &&yaml::Node<'_>| node.get("name").and_then(yaml::Node::text) == Some(name);
    let place = facts.as_ref().and_then(|root| Some(root.get("facts")?.items().iter().rfind(is_it)?.place));
    let Place { line, column } = place.unwrap_or_default();
    let message = format!("fact {} is called `{name}`, as one that has another kind or keeps another value", item + 1);
    let hint = "a name has one meaning in all products: write the same `kind` and `keep`, or another name";
    SignatureError { file, line, column, message, hint: Some(hint.to_owned()) }
}

/// A mistake at the item `id` of the list `field`. The place is looked up only now, because it is hardly ever needed.
pub(super) fn about(signature: &Signature, field: &str, id: &str, message: String, hint: &str) -> SignatureError {
    let file = signature.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let place = yaml::parse(&text).ok().and_then(|root| {
        let items = root.get(field)?.items();
        items.iter().find(|item| item.text() == Some(id)).map(|item| item.place)
    });
    let Place { line, column } = place.unwrap_or_default();
    SignatureError { file, line, column, message, hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    const PRODUCT: (&str, &str) = ("a/b/_product.yaml", "vendor: Acme\nproduct: App\n");

    fn yaml(title: &str, more: &str) -> String {
        format!("title: {title}\nlevel: L1\nside: server\nseverity: low\nmatch: {{text: abc}}\ncause: c\n{more}")
    }

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// Loads catalogues of the given files without the built-in one.
    fn load(catalogues: &[&[(&str, &str)]]) -> SignatureSet {
        let folder = tempfile::tempdir().unwrap();
        let dirs: Vec<PathBuf> = (0..catalogues.len()).map(|index| folder.path().join(index.to_string())).collect();
        for (dir, files) in dirs.iter().zip(catalogues) {
            fs::create_dir_all(dir).unwrap();
            write(dir, files);
        }
        SignatureSet::load(false, &dirs).unwrap()
    }

    #[track_caller]
    fn check(set: &SignatureSet, titles: &[&str], errors: &[&str]) {
        assert_eq!(set.signatures().iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), titles);
        assert_eq!(set.errors().iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), errors);
    }

    #[test]
    fn a_later_catalogue_replaces_and_retires_ids_of_an_earlier_one() {
        let (first, second, third) = (yaml("first", ""), yaml("second", ""), yaml("third", ""));
        let retired = yaml("retired", "status: deprecated\n");
        let set = load(&[
            &[("a/b/x.yaml", &first), ("a/b/y.yaml", &second), PRODUCT],
            &[("a/b/x.yaml", &third), ("a/b/y.yaml", &retired)],
        ]);
        check(&set, &["third"], &[]);
        assert_eq!((set.signatures()[0].vendor.as_str(), set.signatures()[0].product.as_str()), ("Acme", "App"));
        assert_eq!(set.catalogues().len(), 2);
    }

    #[test]
    fn drafts_are_used_from_folders_only() {
        let draft = yaml("draft", "status: draft\n");
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("a/b/x.yaml", &draft)]);
        let read = || Catalogue::read(folder.path()).unwrap();
        assert_eq!(SignatureSet::merge(vec![(read(), true)]).signatures().len(), 1);
        assert_eq!(SignatureSet::merge(vec![(read(), false)]).signatures().len(), 0);
    }

    #[test]
    fn broken_files_are_told_and_hide_no_others() {
        let good = yaml("good", "");
        let set = load(&[&[
            ("a/b/good.yaml", &good),
            ("a/b/broken.yaml", "title: [\n"),
            ("a/b/Bad_Name.yaml", &good),
            ("a/b/other.yml", &good),
            ("a/b/notes.txt", "not a signature"),
            (".git/x.yaml", "not a signature"),
        ]]);
        let errors = [
            "`Bad_Name` is not a name that an id can have",
            "not valid YAML: unclosed bracket '['",
            "the file's name ends with `.yml`",
        ];
        check(&set, &["good"], &errors);
    }

    #[test]
    fn former_ids_lead_to_the_present_one() {
        let renamed = yaml("renamed", "formerly: [a/b/old]\n");
        let other = yaml("other", "suppresses: [a/b/old]\n");
        let set = load(&[&[("a/b/new.yaml", &renamed), ("a/b/other.yaml", &other)]]);
        check(&set, &["renamed", "other"], &[]);
        assert_eq!(&*set.signatures()[1].suppresses[0], "a/b/new");
        assert_eq!(set.get("a/b/old").map(|it| it.title.as_str()), Some("renamed"));
        assert!(set.get("a/b/none").is_none());
    }

    #[test]
    fn ids_that_nobody_has_are_told_with_their_place() {
        let first = yaml("first", "suppresses:\n  - a/b/second\n  - a/b/gone\n");
        let second = yaml("second", "formerly: [a/b/first]\n");
        let third = yaml("third", "formerly: [a/b/first, a/b/old]\n");
        let fourth = yaml("fourth", "formerly: [a/b/old]\n");
        let folder = tempfile::tempdir().unwrap();
        let files = [("first", &first), ("second", &second), ("third", &third), ("zourth", &fourth)];
        for (name, text) in files {
            write(folder.path(), &[(&format!("a/b/{name}.yaml"), text)]);
        }
        let set = SignatureSet::load(false, &[folder.path().to_path_buf()]).unwrap();
        let shown: Vec<_> = set.errors().iter().map(|it| (it.line, it.column, it.message.as_str())).collect();
        let taken = "`formerly` names `a/b/first`, which is the id of another signature";
        assert_eq!(
            shown,
            [
                (7, 12, taken),
                (7, 12, taken),
                (7, 12, "`formerly` names `a/b/old`, as `a/b/third` does"),
                (9, 5, "`suppresses` names `a/b/gone`, which does not exist"),
            ]
        );
        assert_eq!(set.signatures().len(), 4);
    }

    #[test]
    fn an_overlay_holds_until_its_day() {
        let good = yaml("good", "");
        let overlay = "overrides: [{ id: a/b/x, status: disabled, reason: r, until: 2026-06-30 }]";
        let set = || load(&[&[("_overlay.yaml", overlay), PRODUCT], &[("a/b/x.yaml", &good)]]);
        let on = |day: &str| set().on(Day::parse(day).unwrap());
        check(&on("2026-06-30"), &["good"], &[]);
        assert!(on("2026-06-30").disabled(0).is_some());
        assert!(on("2026-07-01").disabled(0).is_none());
        assert!(on("2026-07-01").applied(0)[0].is_over);
        // Without a day nothing is hidden.
        assert!(set().applied(0).is_empty());
    }

    #[test]
    fn a_successor_stands_for_an_old_id() {
        let good = yaml("good", "");
        let old = yaml("old", "status: deprecated\nreplaced_by: a/b/new\n");
        let dead = yaml("dead", "status: deprecated\nreplaced_by: a/b/gone\n");
        let other = yaml("other", "suppresses: [a/b/old]\n");
        let set = load(&[&[
            ("a/b/new.yaml", &good),
            ("a/b/old.yaml", &old),
            ("a/b/dead.yaml", &dead),
            ("a/b/other.yaml", &other),
        ]]);
        check(&set, &["good", "other"], &["`replaced_by` names `a/b/gone`, which does not exist"]);
        assert_eq!((set.index("a/b/old"), set.index("a/b/dead")), (Some(0), None));
        assert_eq!(&*set.signatures()[1].suppresses[0], "a/b/new");
        // A later catalogue uses the id again.
        let set = load(&[&[("a/b/new.yaml", &good), ("a/b/old.yaml", &old)], &[("a/b/old.yaml", &other)]]);
        assert_eq!(set.get("a/b/old").map(|it| it.title.as_str()), Some("other"));
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        assert!(SignatureSet::load(false, &[PathBuf::from("no/such/folder")]).is_err());
    }

    #[test]
    fn files_that_are_not_text_or_too_large_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("a/b/large.yaml", &yaml(&"x".repeat(2 << 20), ""))]);
        fs::write(folder.path().join("a/b/binary.yaml"), b"title: x\ncause: \xff\n").unwrap();
        let (signatures, errors) = super::super::load_dir(folder.path()).unwrap();
        assert!(signatures.is_empty());
        let shown: Vec<_> = errors.iter().map(|it| (it.line, it.column, it.message.as_str())).collect();
        assert_eq!(shown, [(2, 8, "not UTF-8 text"), (0, 0, "the file has more than 1048576 bytes"),]);
    }
}

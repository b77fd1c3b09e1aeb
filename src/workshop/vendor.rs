//! What is wrong with the profiles of vendors: products and facts that do not exist, severities that nothing leads to.

use super::Flaw;
use crate::signature::yaml::Place;
use crate::signature::{Catalogue, Severity, SignatureSet, Vendor};
use std::collections::BTreeSet;

/// Products that no catalogue has, twice described ones, facts that nothing states, and severities of ours without one of the
/// vendor's. What a profile names is looked for in the built-in catalogue too.
pub(super) fn lint(catalogue: &Catalogue) -> Vec<Flaw> {
    if catalogue.vendors.is_empty() {
        return Vec::new();
    }
    let set = SignatureSet::merge(vec![(Catalogue::builtin(), false), (catalogue.clone(), true)]);
    let folders: BTreeSet<&str> = set.products().iter().map(|it| &*it.folder).collect();
    let facts: BTreeSet<&str> = set.facts().iter().map(|it| &*it.name).collect();
    let needs: BTreeSet<&str> = set.products().iter().flat_map(|it| &it.needs).map(String::as_str).collect();
    let mut flaws = Vec::new();
    for vendor in &catalogue.vendors {
        let mut seen = BTreeSet::new();
        for product in &vendor.products {
            let folder = format!("{}/{}", vendor.folder, product.folder);
            if !folders.contains(&*folder) {
                let hint = format!("write the name of a folder in `{}/` that has a `_product.yaml`", vendor.folder);
                flaws.push(warning(vendor, product.place, format!("there is no product `{folder}`"), hint));
            }
            if !seen.insert(&product.folder) {
                let hint = "put both together".to_owned();
                flaws.push(warning(vendor, product.place, format!("`{folder}` is described twice"), hint));
            }
            for name in product.facts.iter().filter(|name| !facts.contains(&***name) && !needs.contains(&***name)) {
                let hint =
                    "name a fact of a `_product.yaml`: the case would ask the customer for it every time".to_owned();
                flaws.push(warning(vendor, product.place, format!("no product states `{name}`"), hint));
            }
        }
        let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
        let missing = all.iter().filter(|own| !vendor.severities.iter().any(|it| it.of.contains(own)));
        let missing: Vec<&str> = missing.map(|it| it.name()).collect();
        if !missing.is_empty() && !vendor.severities.is_empty() {
            let hint = "add them to `of:` of one".to_owned();
            let message = format!("no severity of the vendor is for {}", missing.join(", "));
            flaws.push(warning(vendor, Place::default(), message, hint));
        }
    }
    flaws
}

fn warning(vendor: &Vendor, Place { line, column }: Place, message: String, hint: String) -> Flaw {
    Flaw { file: vendor.source.clone(), line, column, is_error: false, message, hint: Some(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_a_profile_names_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("acme/app");
        fs::create_dir_all(&app).unwrap();
        fs::write(app.join("_product.yaml"), "vendor: Acme\nproduct: App\n").unwrap();
        let profile = "\
vendor: Acme
severities:
  - {name: P1, of: [critical, high, medium]}
products:
  - {folder: app, name: App, facts: [acme.app.version]}
  - {folder: ap, name: App}
  - {folder: app, name: App}
";
        fs::write(folder.path().join("acme/_vendor.yaml"), profile).unwrap();
        let flaws = lint(&Catalogue::read(folder.path()).unwrap());
        let told: Vec<String> = flaws.iter().map(|it| format!("{}:{} {}", it.line, it.column, it.message)).collect();
        assert_eq!(
            told,
            [
                "5:5 no product states `acme.app.version`",
                "6:5 there is no product `acme/ap`",
                "7:5 `acme/app` is described twice",
                "0:0 no severity of the vendor is for low, info",
            ]
        );
    }

    #[test]
    fn the_built_in_profiles_are_sound() {
        assert_eq!(lint(&Catalogue::builtin()), []);
        assert!(Catalogue::builtin().vendors.len() >= 2);
    }
}

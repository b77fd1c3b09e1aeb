//! `_product.yaml`: what all signatures of one folder have in common.

use super::fact::{Fact, fact};
use super::fields::Reader;
use super::fragments::{Fragment, fragments};
use super::pattern;
use super::schema::{self, globs};
use super::yaml::{self, Mistake, Node, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A product whose problems are in the catalogue.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its folder below the catalogue: `veeam/backup-replication`.
    pub folder: Arc<str>,
    /// Name of the vendor as people write it.
    pub vendor: String,
    /// Name of the product as people write it.
    pub product: String,
    /// Other names people use.
    pub aliases: Vec<String>,
    /// Globs of its logs.
    pub files: Vec<String>,
    /// What its logs state about the system.
    pub facts: Vec<Fact>,
    /// Conditions that its signatures share.
    pub fragments: Vec<Fragment>,
    /// Names of the facts that a ticket to the vendor must state: its own and others.
    pub needs: Vec<String>,
    /// Where it was read from, for messages.
    pub source: PathBuf,
}

/// Reads a `_product.yaml`.
pub(super) fn product(folder: &str, file: &Path, yaml: &str) -> Result<Product, Vec<Mistake>> {
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    product_of(folder, file, &root, Some(yaml))
}

/// Reads a `_product.yaml` from its tree. Patterns are checked if there is `yaml`, the file's text; without it they must
/// have been checked before.
pub(super) fn product_of(
    folder: &str,
    file: &Path,
    root: &Node<'_>,
    yaml: Option<&str>,
) -> Result<Product, Vec<Mistake>> {
    let mut reader = Reader::default();
    let fields =
        reader.fields(root, "a product", &["vendor", "product", "aliases", "files", "version", "facts", "fragments"]);
    let product = Product {
        folder: Arc::from(folder),
        vendor: reader.required(&fields, "vendor"),
        product: reader.required(&fields, "product"),
        aliases: reader.texts(&fields, "aliases"),
        files: globs(&mut reader, &fields, "files"),
        facts: Vec::new(),
        fragments: Vec::new(),
        needs: Vec::new(),
        source: file.to_path_buf(),
    };
    let condition = |reader: &mut Reader, node: &Node<'_>| schema::fragment(reader, yaml, node);
    let shared = fields.get("fragments").map(|node| fragments(&mut reader, node, condition)).unwrap_or_default();
    let (mut facts, mut needs) = (Vec::new(), Vec::new());
    for item in fields.get("facts").map(|node| reader.list(node, "facts")).unwrap_or_default() {
        // A name alone is a fact that others state, or that a person must find out.
        match &item.value {
            Value::Scalar { .. } => needs.extend(reader.text(item, "facts")),
            Value::Map(_) | Value::List(_) => {
                let Some(fact) = fact(&mut reader, yaml, item, &product.files) else { continue };
                needs.push(fact.name.to_string());
                facts.push(fact);
            }
        }
    }
    let mut version = Vec::new();
    for item in fields.get("version").map(|node| reader.list(node, "version")).unwrap_or_default() {
        let Some(regex) = reader.verbatim(item, "version") else { continue };
        match yaml.map_or(Ok(()), |yaml| pattern::check(yaml, item, &regex)) {
            Err(mistake) => reader.mistake(mistake),
            Ok(()) if !regex.contains("<version>") => reader.mistake(
                Mistake::new(item.place, "the pattern has no group named `version`")
                    .hint("put what is the version into `(?<version>...)`"),
            ),
            Ok(()) => version.push(regex),
        }
    }
    if !version.is_empty() {
        let is_version = |name: &&String| name.ends_with(".version");
        let name = needs.iter().find(is_version).cloned();
        let name = name.unwrap_or_else(|| format!("{}.version", folder.replace('/', ".")));
        facts.push(Fact::of_version(&name, &product.files, version));
    }
    if reader.mistakes.is_empty() {
        Ok(Product { facts, needs, fragments: shared, ..product })
    } else {
        Err(reader.mistakes)
    }
}

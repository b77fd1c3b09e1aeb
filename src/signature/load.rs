//! Files of a catalogue become signatures and products; what is broken is told and hides nothing else.

use super::fragments::Fragments;
use super::yaml::{Mistake, Place};
use super::{
    CatalogueInfo, Overlay, Product, Profile, Signature, Vendor, checksum, overlay, product, profile, schema, vendor,
    yaml,
};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A mistake in a signature file, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureError {
    /// The file.
    pub file: PathBuf,
    /// From 1; 0 if the mistake has no place.
    pub line: usize,
    /// In characters, from 1; 0 if the mistake has no place.
    pub column: usize,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// All that one catalogue holds, whatever its status.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Name and hash.
    pub info: CatalogueInfo,
    /// The signatures that are well-formed, in id order.
    pub signatures: Vec<Signature>,
    /// The products, in the order of their folders.
    pub products: Vec<Product>,
    /// How their vendors are spoken to, in the order of their folders.
    pub vendors: Vec<Vendor>,
    /// What is collected of products and systems, in the order of their folders.
    pub profiles: Vec<Profile>,
    /// What it changes of signatures, its own and those of others.
    pub overlay: Option<Overlay>,
    /// Ids of the files that are broken, in id order.
    pub broken: Vec<Arc<str>>,
    /// What is wrong with them, in path order.
    pub errors: Vec<SignatureError>,
}

/// A file of a catalogue before it is understood.
struct SourceFile<'a> {
    /// Below the catalogue's folder, with `/`.
    path: &'a str,
    /// For messages.
    shown: PathBuf,
    /// Its bytes, or why it could not be read.
    bytes: io::Result<&'a [u8]>,
}

/// What one file turned out to be.
enum Understood {
    Signature(Box<Signature>),
    Product(Product),
    Vendor(Vendor),
    Profiles(Vec<Profile>),
    Overlay(Overlay),
}

/// Reads a catalogue folder; broken files are left out and told.
pub fn load_dir(dir: &Path) -> io::Result<(Vec<Signature>, Vec<SignatureError>)> {
    let catalogue = Catalogue::read(dir)?;
    Ok((catalogue.signatures, catalogue.errors))
}

/// Reads one signature from YAML text, without the fragments of a product. `id` is its path below the catalogue without
/// `.yaml`.
pub fn load_str(id: &str, file: &Path, yaml: &str) -> Result<Signature, Vec<SignatureError>> {
    let read = schema::signature(id, file, yaml, &Fragments::default());
    read.map_err(|mistakes| SignatureError::all(file, mistakes))
}

impl Catalogue {
    /// Reads all files below `dir`; fails if the folder itself cannot be listed.
    pub fn read(dir: &Path) -> io::Result<Catalogue> {
        let mut errors = Vec::new();
        let mut paths = Vec::new();
        list(dir, "", 0, &mut paths, &mut errors)?;
        paths.sort();
        let files: Vec<_> = paths.iter().map(|path| (path, read_limited(&dir.join(path)))).collect();
        let sources = files.iter().map(|(path, bytes)| SourceFile {
            path,
            shown: dir.join(path),
            bytes: bytes.as_deref().map_err(|err| io::Error::new(err.kind(), err.to_string())),
        });
        let sources: Vec<_> = sources.collect();
        let bytes = sources.iter().map(|file| (file.path, file.bytes.as_deref().unwrap_or_default()));
        let info = CatalogueInfo { name: dir.display().to_string(), sha256: checksum::of_files(bytes) };
        let mut catalogue = Catalogue::understand(info, sources);
        catalogue.errors.extend(errors);
        catalogue.errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        Ok(catalogue)
    }

    /// Makes a catalogue of files that are in memory, given in path order. `shown` is what messages call their folder.
    pub(super) fn of_files<'a>(
        info: CatalogueInfo,
        shown: &Path,
        files: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Catalogue {
        let file = |(path, bytes): (&'a str, &'a [u8])| SourceFile { path, shown: shown.join(path), bytes: Ok(bytes) };
        Catalogue::understand(info, files.map(file).collect())
    }

    /// Returns the files of a catalogue's folder by their paths below it, as they are.
    pub fn files(dir: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
        let mut paths = Vec::new();
        list(dir, "", 0, &mut paths, &mut Vec::new())?;
        let file = |path: String| read_limited(&dir.join(&path)).map(|bytes| (path, bytes));
        paths.into_iter().map(file).collect()
    }

    /// Makes a catalogue of files, which are in path order.
    fn understand(info: CatalogueInfo, files: Vec<SourceFile<'_>>) -> Catalogue {
        let mut catalogue = Catalogue::empty(info);
        // Each file on its own, so that the order, and with it the result, does not depend on the threads. Signatures may use
        // what their product says.
        let (products, signatures): (Vec<_>, Vec<_>) =
            files.iter().partition(|file| product_folder(file.path).is_some());
        let products: Vec<_> =
            products.par_iter().map(|file| (*file, understand(file, &Fragments::default()))).collect();
        let fragments: BTreeMap<&str, Fragments> = products
            .iter()
            .filter_map(|(file, understood)| {
                let fragments = match understood {
                    Ok(Understood::Product(product)) => Fragments::new(&product.fragments),
                    _ => Fragments::broken(),
                };
                Some((product_folder(file.path)?, fragments))
            })
            .collect();
        let none = Fragments::default();
        let of_folder =
            |path: &str| path.rsplit_once('/').and_then(|(folder, _)| fragments.get(folder)).unwrap_or(&none);
        let signatures: Vec<_> =
            signatures.par_iter().map(|file| (*file, understand(file, of_folder(file.path)))).collect();
        let mut all: Vec<_> = products.into_iter().chain(signatures).collect();
        all.sort_by_key(|(file, _)| file.path);
        for (file, understood) in all {
            match understood {
                Ok(Understood::Signature(signature)) => catalogue.signatures.push(*signature),
                Ok(Understood::Product(product)) => catalogue.products.push(product),
                Ok(Understood::Vendor(vendor)) => catalogue.vendors.push(vendor),
                Ok(Understood::Profiles(profiles)) => catalogue.profiles.extend(profiles),
                Ok(Understood::Overlay(overlay)) => catalogue.overlay = Some(overlay),
                Err(mistakes) => {
                    catalogue.broken.push(Arc::from(id_of(file.path)));
                    catalogue.errors.extend(SignatureError::all(&file.shown, mistakes));
                }
            }
        }
        // Paths are sorted with their `.yaml`, ids without.
        catalogue.signatures.sort_by(|a, b| a.id.cmp(&b.id));
        catalogue
    }

    /// Makes a catalogue without signatures.
    pub(super) fn empty(info: CatalogueInfo) -> Catalogue {
        Catalogue {
            info,
            signatures: Vec::new(),
            products: Vec::new(),
            vendors: Vec::new(),
            profiles: Vec::new(),
            overlay: None,
            broken: Vec::new(),
            errors: Vec::new(),
        }
    }
}

impl SignatureError {
    pub(super) fn all(file: &Path, mistakes: Vec<Mistake>) -> Vec<SignatureError> {
        let error = |Mistake { place: Place { line, column }, message, hint }| SignatureError {
            file: file.to_path_buf(),
            line,
            column,
            message,
            hint,
        };
        mistakes.into_iter().map(error).collect()
    }

    fn of_file(file: PathBuf, message: impl Into<String>, hint: &str) -> SignatureError {
        SignatureError { file, line: 0, column: 0, message: message.into(), hint: Some(hint.to_owned()) }
    }
}

impl std::fmt::Display for SignatureError {
    /// `file:line:column: message (hint)` on one line; without place or hint where there is none.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// The folder of a `_product.yaml`; `None` for any other file.
pub(super) fn product_folder(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (name == "_product.yaml").then_some(folder)
}

fn understand(file: &SourceFile<'_>, fragments: &Fragments) -> Result<Understood, Vec<Mistake>> {
    let whole = |message: String, hint: &str| vec![Mistake::new(Place::default(), message).hint(hint)];
    let bytes = match &file.bytes {
        Ok(bytes) => *bytes,
        Err(err) => return Err(whole(format!("cannot be read: {err}"), "make it readable or remove it")),
    };
    yaml::limit_size(bytes.len()).map_err(|mistake| vec![mistake])?;
    let text = std::str::from_utf8(bytes).map_err(|err| {
        let before = bytes.get(..err.valid_up_to()).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).chars().count() + 1;
        vec![Mistake::new(Place { line, column }, "not UTF-8 text").hint("save the file as UTF-8")]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(folder) = product_folder(file.path) {
        return product::product(folder, &file.shown, text).map(Understood::Product);
    }
    if let Some(folder) = vendor::vendor_folder(file.path) {
        return vendor::reading::vendor(folder, &file.shown, text).map(Understood::Vendor);
    }
    if let Some(folder) = profile::profile_folder(file.path) {
        return profile::profiles(folder, &file.shown, text).map(Understood::Profiles);
    }
    if file.path == "_overlay.yaml" {
        return overlay::overlay(&file.shown, text).map(Understood::Overlay);
    }
    if file.path.ends_with("/_overlay.yaml") {
        let hint =
            "move it to the top of the folder that `--signatures` names; an override says by `id` what it is about";
        return Err(whole("an overlay inside of a catalogue has no effect".to_owned(), hint));
    }
    let signature = schema::signature(id_of(file.path), &file.shown, text, fragments)?;
    Ok(Understood::Signature(Box::new(signature)))
}

pub(super) fn id_of(path: &str) -> &str {
    path.strip_suffix(".yaml").unwrap_or(path)
}

/// Folders deeper than this are not a catalogue but a loop of links.
const MAX_DEPTH: usize = 16;

fn list(
    dir: &Path,
    prefix: &str,
    depth: usize,
    paths: &mut Vec<String>,
    errors: &mut Vec<SignatureError>,
) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            errors.push(SignatureError::of_file(path, "the name is not UTF-8", "rename it"));
            continue;
        };
        // `.git`, editors' folders and files.
        if name.starts_with('.') {
            continue;
        }
        let below = format!("{prefix}{name}");
        if path.is_dir() {
            if depth >= MAX_DEPTH {
                errors.push(SignatureError::of_file(path, "folders are nested too deeply", "is it a loop of links?"));
            } else if let Err(err) = list(&path, &format!("{below}/"), depth + 1, paths, errors) {
                let message = format!("the folder cannot be read: {err}");
                errors.push(SignatureError::of_file(path, message, "make it readable or remove it"));
            }
        } else if name.ends_with(".yaml") {
            paths.push(below);
        } else if name.ends_with(".yml") {
            errors.push(SignatureError::of_file(path, "the file's name ends with `.yml`", "rename it to `.yaml`"));
        }
    }
    Ok(())
}

/// Reads a file up to a byte more than is allowed, so that a huge one costs nothing and is refused later.
fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(yaml::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

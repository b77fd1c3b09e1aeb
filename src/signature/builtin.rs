//! The catalogue inside the program, put there by `build.rs`.

use super::apart::{ADVICE_FIELDS, Shelves};
use super::fields::{Fields, Reader};
use super::fragments::Fragments;
use super::later::Shelf;
use super::schema::{self, remedy};
use super::yaml::Node;
use super::{Advice, Catalogue, CatalogueInfo, Examples, RowAdvice, load, product, profile, tree, vendor};
use flate2::read::DeflateDecoder;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

/// Path below `signatures/`, length of the text, and length of the tree (see [`tree`]) of each file, in path order.
static FILES: LazyLock<Vec<(&str, usize, usize)>> = LazyLock::new(|| {
    static TABLE: LazyLock<String> = LazyLock::new(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.files"));
        String::from_utf8(unpacked_at_start(packed).into_owned()).unwrap_or_default()
    });
    let file = |line: &'static str| {
        let (text, rest) = line.split_once(' ')?;
        let (tree, path) = rest.split_once(' ')?;
        Some((path, text.parse().ok()?, tree.parse().ok()?))
    };
    TABLE.lines().filter_map(file).collect()
});

/// The trees one after the other.
static TREES: Unpacked =
    LazyLock::new(|| unpacked_at_start(include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.trees"))));

/// What the signatures tell.
static ADVICE: Shelf<Advice> = Shelf { bytes: advice_bytes, read: |bytes| read_advice(bytes, remedy::advice) };

/// What rows of variants tell, in the same store.
static ROWS: Shelf<RowAdvice> = Shelf { bytes: advice_bytes, read: |bytes| read_advice(bytes, remedy::row_advice) };

/// The examples of both; the small build has none.
static EXAMPLES: Shelf<Examples> = Shelf {
    bytes: |at| {
        static ALL: LazyLock<Vec<u8>> =
            LazyLock::new(|| unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.examples"))));
        part(&ALL, at)
    },
    read: |bytes| read_tree(bytes, schema::examples),
};

/// The texts one after the other, deflated: only messages about a file show its text. A customer's server shall not keep it for that.
#[cfg(feature = "server")]
static TEXTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.texts"));

/// The catalogue's checksum.
static SHA256: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.sha256"));

impl Catalogue {
    /// Returns the catalogue that is part of the program; `build.rs` has made sure that nothing in it is broken.
    pub fn builtin() -> Catalogue {
        let info = CatalogueInfo { name: "builtin".to_owned(), sha256: SHA256.to_owned() };
        let mut catalogue = Catalogue::empty(info);
        let shown = |path: &str| Path::new("signatures").join(path);
        let files = files();
        for &(path, mut tree) in &files {
            let Some(folder) = load::product_folder(path) else { continue };
            let Some(root) = tree::decode(&mut tree) else { continue };
            catalogue.products.extend(product::product_of(folder, &shown(path), &root, None));
        }
        let shared = catalogue.products.iter().filter(|product| !product.fragments.is_empty());
        let shared: BTreeMap<&str, Fragments> =
            shared.map(|product| (&*product.folder, Fragments::new(&product.fragments))).collect();
        let none = Fragments::default();
        let (mut signatures, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| !path.contains("/_"));
        // What is sorted later is large.
        signatures.sort_by_key(|&(path, _)| load::id_of(path));
        let shelves = Shelves { advice: &ADVICE, rows: &ROWS, examples: &EXAMPLES };
        // Every run waits for this, so all processors take part.
        let signature = |(path, mut tree): (&'static str, &'static [u8])| {
            let root = tree::decode(&mut tree)?;
            let fragments = path.rsplit_once('/').and_then(|(folder, _)| shared.get(folder)).unwrap_or(&none);
            schema::stored_signature(load::id_of(path), &shown(path), &root, fragments, shelves)
        };
        let signatures: Vec<_> = signatures.into_par_iter().map(signature).collect();
        catalogue.signatures = signatures.into_iter().flatten().collect();
        for (path, mut tree) in others {
            let Some(root) = tree::decode(&mut tree) else { continue };
            if let Some(folder) = vendor::vendor_folder(path) {
                catalogue.vendors.extend(vendor::reading::vendor_of(folder, &shown(path), &root));
            } else if let Some(folder) = profile::profile_folder(path) {
                catalogue.profiles.extend(profile::profiles_of(folder, &shown(path), &root).into_iter().flatten());
            }
        }
        catalogue
    }

    /// Whether a signature of the catalogue that is part of the program had such an id once. The catalogue is read for that,
    /// which takes a moment.
    pub(super) fn had_builtin(is_it: &dyn Fn(&str) -> bool) -> bool {
        Catalogue::builtin().signatures.iter().flat_map(|signature| &signature.formerly).any(|id| is_it(id))
    }

    /// Whether a signature of the catalogue that is part of the program has this id, without reading it.
    pub fn has_builtin_id(id: &str) -> bool {
        let path = format!("{id}.yaml");
        FILES.binary_search_by(|(other, ..)| (*other).cmp(&path)).is_ok()
    }

    /// Returns the ids of the catalogue that is part of the program, without reading it.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(path, ..)| load::id_of(path))
    }
}

/// Returns the text of a catalogue's file by the path that messages give it: of the program's own (not in the small build), or from
/// the disk.
pub fn source_text(shown: &Path) -> Option<Cow<'static, str>> {
    #[cfg(feature = "server")]
    if let Some(index) = FILES.iter().position(|(path, ..)| Path::new("signatures").join(path) == shown)
        && !shown.exists()
    {
        return texts().nth(index).map(Cow::Borrowed);
    }
    fs::read_to_string(shown).ok().map(Cow::Owned)
}

/// Unpacks what `build.rs` has deflated.
pub(crate) fn unpacked(packed: &[u8]) -> Vec<u8> {
    read_whole(DeflateDecoder::new(packed))
}

/// Something that the build has packed, once it is asked for.
pub(crate) type Unpacked = LazyLock<Cow<'static, [u8]>>;

/// Unpacks what is needed at every start, or soon: the small build has it from LZMA, which takes less room and longer, in the other
/// one it is as it is.
pub(crate) fn unpacked_at_start(packed: &'static [u8]) -> Cow<'static, [u8]> {
    #[cfg(feature = "server")]
    return Cow::Borrowed(packed);
    #[cfg(not(feature = "server"))]
    lzma_rust2::LzmaReader::new_mem_limit(packed, u32::MAX, None)
        .map_or_else(|_| Cow::Borrowed(&[][..]), |it| Cow::Owned(read_whole(it)))
}

/// What the build has packed can be unpacked.
fn read_whole(mut packed: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = packed.read_to_end(&mut bytes);
    bytes
}

/// The files with their trees.
fn files() -> Vec<(&'static str, &'static [u8])> {
    let mut rest: &'static [u8] = &TREES;
    let tree = |&(path, _, length): &(&'static str, usize, usize)| Some((path, rest.split_off(..length)?));
    FILES.iter().map_while(tree).collect()
}

fn advice_bytes(at: Range<u32>) -> &'static [u8] {
    static ALL: Unpacked =
        LazyLock::new(|| unpacked_at_start(include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.advice"))));
    part(&ALL, at)
}

/// What a store has in a range.
fn part(store: &'static [u8], at: Range<u32>) -> &'static [u8] {
    store.get(at.start as usize..at.end as usize).unwrap_or_default()
}

/// Reads something from its tree, which `build.rs` has checked.
fn read_tree<T: Default>(mut bytes: &[u8], read: impl Fn(&mut Reader, &Node<'_>) -> T) -> T {
    tree::decode(&mut bytes).map(|node| read(&mut Reader::default(), &node)).unwrap_or_default()
}

fn read_advice<T: Default>(bytes: &[u8], read: fn(&mut Reader, &Fields<'_, '_>) -> T) -> T {
    read_tree(bytes, |reader, node| {
        let fields = reader.fields(node, "advice", ADVICE_FIELDS);
        read(reader, &fields)
    })
}

/// The texts of [`FILES`].
#[cfg(feature = "server")]
fn texts() -> impl Iterator<Item = &'static str> {
    static ALL: LazyLock<String> = LazyLock::new(|| String::from_utf8(unpacked(TEXTS)).unwrap_or_default());
    let mut rest: &'static str = &ALL;
    FILES.iter().map_while(move |&(_, length, _)| {
        let (text, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_of_the_catalogue_are_read() {
        let catalogue = Catalogue::builtin();
        let files: std::collections::BTreeSet<_> = catalogue.profiles.iter().map(|it| &it.source).collect();
        let read = catalogue.signatures.len() + catalogue.products.len() + catalogue.vendors.len() + files.len();
        assert_eq!(read, FILES.len());
        assert!(catalogue.signatures.is_sorted_by(|a, b| a.id < b.id));
    }

    #[cfg(feature = "server")]
    #[test]
    fn the_built_in_catalogue_is_what_its_files_say() {
        let catalogue = Catalogue::builtin();
        for it in catalogue.signatures {
            let text = source_text(&it.source).unwrap();
            let (folder, _) = it.id.rsplit_once('/').unwrap();
            let product = catalogue.products.iter().find(|product| *product.folder == *folder).unwrap();
            let fragments = Fragments::new(&product.fragments);
            let again = schema::signature(&it.id, &it.source, &text, &fragments).unwrap();
            assert_eq!(format!("{it:?}"), format!("{again:?}"));
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn the_checksum_is_that_of_the_files() {
        let files = FILES.iter().zip(texts()).map(|((path, ..), text)| (*path, text.as_bytes()));
        assert_eq!(SHA256, super::super::checksum::of_files(files));
    }
}

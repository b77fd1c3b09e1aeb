//! Embeds the catalogue: reads `signatures/**/*.yaml` with the code of the library and writes a table of the length of the text,
//! length of the tree and path of each file, in path order, and the trees, what stands apart from them, and the texts. A mistake in
//! a file fails the build with its place. The literals of its regexes and a sample of the healthy logs are embedded beside it. The
//! program that customers load down shall be small: for it all is packed, and it finds the literals at its start.

// The library's own reader, so that the build refuses exactly what the program would refuse.
#![expect(dead_code, reason = "the build reads signatures and does nothing else with them")]

#[path = "src/signature/apart.rs"]
mod apart;
#[path = "src/signature/checksum.rs"]
mod checksum;
#[path = "src/signature/correlation.rs"]
mod correlation;
#[path = "src/signature/data.rs"]
mod data;
#[path = "src/signature/encode.rs"]
mod encode;
#[path = "src/signature/fact.rs"]
mod fact;
#[path = "src/signature/fields.rs"]
mod fields;
#[path = "src/signature/fragments.rs"]
mod fragments;
#[path = "src/scan/inner.rs"]
mod inner;
#[path = "src/signature/later.rs"]
mod later;
#[path = "src/signature/pattern.rs"]
mod pattern;
#[path = "src/signature/product.rs"]
mod product;
#[path = "src/signature/profile.rs"]
mod profile;
#[path = "src/signature/schema/mod.rs"]
mod schema;
#[path = "src/scan/syntax.rs"]
mod syntax;
#[path = "src/signature/system.rs"]
mod system;
#[path = "src/signature/tree.rs"]
mod tree;
#[path = "src/signature/variants.rs"]
mod variants;
#[path = "src/signature/vendor/mod.rs"]
mod vendor;
#[path = "src/signature/version.rs"]
mod version;
#[path = "src/signature/yaml.rs"]
mod yaml;

use correlation::*;
use data::*;
use encode::Stores;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use fragments::Fragments;
use lzma_rust2::{LzmaOptions, LzmaWriter};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};
use system::Os;
use variants::*;
use version::*;
use yaml::Mistake;

fn main() -> io::Result<ExitCode> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/signature");
    println!("cargo::rerun-if-changed=src/scan/inner.rs");
    println!("cargo::rerun-if-changed=src/scan/syntax.rs");
    println!("cargo::rerun-if-changed=signatures");
    println!("cargo::rerun-if-changed=testdata/quiet");
    if env::var_os("CARGO_CFG_TARGET_ENV").is_some_and(|it| it == "musl") {
        // Where the program lies in memory is drawn at its start; said this way, what has to be adapted then takes 8 bytes for 63
        // pointers and not 24 bytes for each.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    list(&root, "signatures", ".yaml", &mut files)?;
    files.sort();
    let mut table = String::new();
    let mut texts = Vec::new();
    let mut trees = Vec::new();
    // Nobody works on the catalogue with the small program.
    let mut stores = Stores { without_examples: is_small(), ..Stores::default() };
    let mut regexes = BTreeSet::new();
    let mut is_broken = false;
    let shared = fragments(&root, &files)?;
    for shown in &files {
        let file = root.join(shown);
        let text =
            fs::read_to_string(&file).map_err(|err| io::Error::new(err.kind(), format!("read {shown}: {err}")))?;
        let path = shown.strip_prefix("signatures/").unwrap_or(shown);
        match tree_of(path, Path::new(shown), &text, &shared, &mut regexes, &mut stores) {
            Ok(tree) => {
                table.push_str(&format!("{} {} {path}\n", text.len(), tree.len()));
                trees.extend(tree);
            }
            Err(mistakes) => {
                is_broken = true;
                mistakes.iter().for_each(|mistake| tell(shown, mistake));
            }
        }
        texts.push((path, text));
    }
    fs::write(out.join("catalogue.files"), pack_for_start(table.as_bytes())?)?;
    fs::write(out.join("catalogue.trees"), pack_for_start(&trees)?)?;
    fs::write(out.join("catalogue.advice"), pack_for_start(&stores.advice)?)?;
    fs::write(out.join("catalogue.examples"), deflate(&stores.examples)?)?;
    let texts_alone: Vec<&[u8]> = texts.iter().map(|(_, text)| text.as_bytes()).collect();
    fs::write(out.join("catalogue.texts"), deflate(&texts_alone.concat())?)?;
    fs::write(
        out.join("catalogue.sha256"),
        checksum::of_files(texts.iter().map(|(path, text)| (*path, text.as_bytes()))),
    )?;
    // They take much room, and the small program may begin a little later.
    let regexes = if is_small() { BTreeSet::new() } else { regexes };
    fs::write(out.join("literals.bin"), pack_for_start(&literals_of(&regexes))?)?;
    fs::write(out.join("ordinary.log"), deflate(&ordinary(&root)?)?)?;
    Ok(if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether the program that is built is the one that customers load down, which has a limit of size.
fn is_small() -> bool {
    env::var_os("CARGO_FEATURE_SERVER").is_none()
}

/// What is read at every start. Only the small build is short of room; elsewhere it is used as it lies in the program's file.
fn pack_for_start(bytes: &[u8]) -> io::Result<Vec<u8>> {
    if !is_small() {
        return Ok(bytes.to_owned());
    }
    let mut how = LzmaOptions::with_preset(9);
    // As much as can be found in it: nothing is longer.
    how.dict_size = (bytes.len() as u32).next_power_of_two().max(4096);
    (how.nice_len, how.lc, how.pb) = (LzmaOptions::NICE_LEN_MAX, 4, 0);
    let mut packed = LzmaWriter::new_use_header(Vec::new(), &how, Some(bytes.len() as u64))?;
    packed.write_all(bytes)?;
    packed.finish()
}

fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}

/// Returns what signatures may use of their products, by folder.
fn fragments(root: &Path, files: &[String]) -> io::Result<BTreeMap<String, Fragments>> {
    let mut shared = BTreeMap::new();
    for shown in files {
        let path = shown.strip_prefix("signatures/").unwrap_or(shown);
        let Some(folder) = path.strip_suffix("/_product.yaml") else { continue };
        let product = product::product(folder, Path::new(shown), &fs::read_to_string(root.join(shown))?);
        let fragments = product.map_or_else(|_| Fragments::broken(), |product| Fragments::new(&product.fragments));
        shared.insert(folder.to_owned(), fragments);
    }
    Ok(shared)
}

/// Returns the encoded tree of a file that has no mistakes, and adds its regexes. What stands apart from a signature's
/// is added to `stores`.
fn tree_of(
    path: &str,
    shown: &Path,
    text: &str,
    shared: &BTreeMap<String, Fragments>,
    regexes: &mut BTreeSet<String>,
    stores: &mut Stores,
) -> Result<Vec<u8>, Vec<Mistake>> {
    let mut root = yaml::parse(text).map_err(|mistake| vec![mistake])?;
    match path.strip_suffix("/_product.yaml") {
        Some(folder) => {
            let product = product::product(folder, shown, text)?;
            product.facts.iter().for_each(|fact| add_regexes(&fact.patterns, regexes));
        }
        None if vendor::vendor_folder(path).is_some() => {
            vendor::reading::vendor(vendor::vendor_folder(path).unwrap_or_default(), shown, text)?;
        }
        None if profile::profile_folder(path).is_some() => {
            profile::profiles(profile::profile_folder(path).unwrap_or_default(), shown, text)?;
        }
        None => {
            let fragments = path.rsplit_once('/').and_then(|(folder, _)| shared.get(folder)).cloned();
            let fragments = fragments.unwrap_or_default();
            let signature = schema::signature(path.trim_end_matches(".yaml"), shown, text, &fragments)?;
            add_regexes(&signature.condition, regexes);
            let wanted = signature.correlation.iter().flat_map(Correlation::wanted);
            wanted.for_each(|wanted| add_regexes(&wanted.condition, regexes));
            stores.take_from(&mut root);
        }
    }
    let mut tree = Vec::new();
    encode::encode(&root, &mut tree);
    Ok(tree)
}

/// Collects the regexes of a condition.
fn add_regexes(condition: &Condition, regexes: &mut BTreeSet<String>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => {
            parts.iter().for_each(|part| add_regexes(part, regexes));
        }
        Condition::Regex(pattern) => _ = regexes.insert(pattern.clone()),
        Condition::Text { .. } => {}
        Condition::Fields(tests) => {
            let values = tests.iter().flat_map(|test| &test.values);
            values.filter_map(FieldValue::condition).for_each(|it| add_regexes(it, regexes));
        }
    }
}

/// Returns the literals of regexes in the form that `src/scan/stored.rs` reads. What does not fit into it is left out.
fn literals_of(regexes: &BTreeSet<String>) -> Vec<u8> {
    let entries = regexes.iter().filter_map(|regex| Some((inner::hash_of_regex(regex.as_bytes()), entry_of(regex)?)));
    let entries: Vec<(u64, Vec<u8>)> = entries.collect();
    let mut places = vec![0_u32; (2 * entries.len()).next_power_of_two()];
    let mut stored = Vec::new();
    let begin = 4 + 4 * places.len();
    for (hash, entry) in entries {
        let mut place = hash as usize & (places.len() - 1);
        while places[place] != 0 {
            place = (place + 1) & (places.len() - 1);
        }
        places[place] = (begin + stored.len()) as u32;
        stored.extend(entry);
    }
    let head = std::iter::once(places.len() as u32).chain(places).flat_map(u32::to_le_bytes);
    head.chain(stored).collect()
}

fn entry_of(regex: &str) -> Option<Vec<u8>> {
    let sets = inner::sets_of_regex(regex).ok()?;
    let mut entry = u16::try_from(regex.len()).ok()?.to_le_bytes().to_vec();
    entry.extend(regex.as_bytes());
    entry.extend(u16::try_from(sets.len()).ok()?.to_le_bytes());
    for set in sets {
        entry.extend(u16::try_from(set.len()).ok()?.to_le_bytes());
        for literal in set {
            entry.push(u8::try_from(literal.len()).ok()?);
            entry.extend(literal);
        }
    }
    Some(entry)
}

fn tell(file: &str, mistake: &Mistake) {
    let Mistake { place, message, hint } = mistake;
    println!("cargo::error={file}:{}:{}: {message}", place.line, place.column);
    if let Some(hint) = hint {
        println!("cargo::error=  = hint: {hint}");
    }
}

/// Returns evenly spread lines of each healthy log, which is what `signatures check` takes for ordinary logs. A package
/// without test data has none.
fn ordinary(root: &Path) -> io::Result<Vec<u8>> {
    const PER_FILE: usize = 4 << 10;
    let mut files = Vec::new();
    list(root, "testdata/quiet", "", &mut files)?;
    files.sort();
    let mut sample = Vec::new();
    for file in files {
        let text = fs::read(root.join(file))?;
        // UTF-16 would need a decoder for two of sixty files.
        if !text.contains(&0) {
            let step = text.len().div_ceil(PER_FILE).max(1);
            text.split_inclusive(|byte| *byte == b'\n').step_by(step).for_each(|line| sample.extend(line));
        }
    }
    Ok(sample)
}

/// Collects the files of a folder whose name ends so, as paths below `root`, with `/`. Every folder and file is watched, so that cargo
/// notices new and removed files.
fn list(root: &Path, folder: &str, suffix: &str, files: &mut Vec<String>) -> io::Result<()> {
    if !root.join(folder).is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(root.join(folder))? {
        let name = entry?.file_name();
        let path = format!("{folder}/{}", name.to_string_lossy());
        if root.join(&path).is_dir() {
            println!("cargo::rerun-if-changed={path}");
            list(root, &path, suffix, files)?;
        } else if path.ends_with(suffix) {
            println!("cargo::rerun-if-changed={path}");
            files.push(path);
        }
    }
    Ok(())
}

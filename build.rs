//! Embeds the catalogue: writes a table of path and text of every `signatures/**/*.yaml`, in path order.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("signatures");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut paths = Vec::new();
    list(&root, &mut paths)?;
    let mut files: Vec<(String, &PathBuf)> = paths.iter().map(|path| (below(&root, path), path)).collect();
    files.sort();
    let mut table = String::from("&[\n");
    for (name, path) in files {
        table.push_str(&format!("({name:?}, include_str!({:?})),\n", path.display().to_string()));
    }
    table.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("catalogue.rs"), table)
}

/// Collects the catalogue's files. Every folder is watched, so that cargo notices new and removed files.
fn list(dir: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            list(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            println!("cargo::rerun-if-changed={}", path.display());
            paths.push(path);
        }
    }
    Ok(())
}

/// The path below the catalogue with `/`, which is what ids are made of.
fn below(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

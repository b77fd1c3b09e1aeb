//! Packs of this user: where they and the pinned keys are, and what of them a triage uses. What changes them is in
//! `store.rs`.

mod store;
#[cfg(test)]
mod tests;

use super::exit::Usage;
use anyhow::Context;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
pub(super) use store::{Change, Store, StoreError};
use tierline::signature::{Catalogue, Opened, Pack, PackError, PackKey, Pin, SignatureError, keep_ids_apart, pins};

/// The file of pinned keys: `$XDG_CONFIG_HOME/tierline/keys` or its like.
pub(super) fn keys_file() -> anyhow::Result<PathBuf> {
    Ok(config_folder()?.join("keys"))
}

/// The installed packs: `$XDG_DATA_HOME/tierline/packs` or its like.
pub(super) fn store() -> anyhow::Result<Store> {
    Ok(Store::new(data_folder()?.join("packs")))
}

/// What the program keeps for this user: `$XDG_DATA_HOME/tierline` or its like.
pub(super) fn data_folder() -> anyhow::Result<PathBuf> {
    let folder = base("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA");
    folder.map(|it| it.join("tierline")).ok_or_else(no_home)
}

/// What this user sets: `$XDG_CONFIG_HOME/tierline` or its like.
pub(super) fn config_folder() -> anyhow::Result<PathBuf> {
    let folder = base("XDG_CONFIG_HOME", ".config", "APPDATA");
    folder.map(|it| it.join("tierline")).ok_or_else(no_home)
}

fn base(xdg: &str, below_home: &str, windows: &str) -> Option<PathBuf> {
    // The specification has relative paths ignored.
    let of = |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let on_windows = || if cfg!(windows) { of(windows) } else { None };
    of(xdg).or_else(on_windows).or_else(|| of("HOME").map(|home| home.join(below_home)))
}

fn no_home() -> anyhow::Error {
    Usage("there is no home folder: set HOME, or XDG_DATA_HOME and XDG_CONFIG_HOME".to_owned()).into()
}

/// Returns the pinned keys, and what is wrong with their file. One that is not there pins nothing.
pub(super) fn pinned() -> anyhow::Result<(Vec<Pin>, Vec<SignatureError>)> {
    let file = keys_file()?;
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("failed to read the pinned keys `{}`", file.display()))?,
    };
    let (pins, mistakes) = pins(&text);
    let error = |it: tierline::signature::PinMistake| SignatureError {
        file: file.clone(),
        line: it.line,
        column: 1,
        message: it.message,
        hint: Some("write e.g. `RWQ... acme  # from their web site`, or remove the line".to_owned()),
    };
    Ok((pins, mistakes.into_iter().map(error).collect()))
}

/// Pins a key for a name, if it is not already. Returns whether the file was changed.
pub(super) fn pin(key: &PackKey, name: &str) -> anyhow::Result<bool> {
    let is_it = |it: &Pin| it.key == *key && it.may_sign(name);
    if pinned()?.0.iter().any(is_it) {
        return Ok(false);
    }
    let file = keys_file()?;
    let folder = file.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).with_context(|| format!("failed to make `{}`", folder.display()))?;
    let mut text = fs::read_to_string(&file).unwrap_or_default();
    if text.is_empty() {
        text.push_str(
            "# Who may sign packs of signatures: a public key of minisign and the name of the packs, or * for all.\n",
        );
    } else if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!("{key} {name}\n"));
    super::output::write_file(&file, text.as_bytes())?;
    Ok(true)
}

/// Reads a key as an argument: in base64, or the name of a file that `minisign -G` has written.
pub(super) fn key(argument: &str) -> Result<PackKey, String> {
    if let Some(key) = PackKey::parse(argument) {
        return Ok(key);
    }
    let none = || format!("`{argument}` is neither a public key of minisign nor a file with one");
    let text = fs::read_to_string(argument).map_err(|_| none())?;
    PackKey::parse(&text).ok_or_else(none)
}

/// Opens a pack that one of the keys has signed, or a pinned one.
pub(super) fn open(file: &Path, keys: &[PackKey]) -> anyhow::Result<Result<Opened, PackError>> {
    let mut pins: Vec<Pin> = keys.iter().map(|key| Pin { key: key.clone(), pack: None }).collect();
    match pinned() {
        Ok((pinned, _)) => pins.extend(pinned),
        Err(error) if pins.is_empty() => return Err(error),
        // A key that is given needs no home folder.
        Err(_) => {}
    }
    Ok(Pack::open(file, &pins))
}

/// Returns the catalogues of the installed packs that can be believed, in the order of their names, and what is wrong
/// with the others. Somebody without a home folder has none.
pub(super) fn catalogues() -> (Vec<Catalogue>, Vec<SignatureError>) {
    let Ok(store) = store() else { return (Vec::new(), Vec::new()) };
    let found = match store.packs() {
        Ok(found) if found.is_empty() => return (Vec::new(), Vec::new()),
        Ok(found) => found,
        Err(error) => {
            let hint = "make it readable, or leave the packs out with --no-packs";
            return (Vec::new(), vec![whole(store.folder(), format!("cannot be listed: {error}"), hint)]);
        }
    };
    let (pins, mut errors) = match pinned() {
        Ok(pinned) => pinned,
        Err(error) => (Vec::new(), vec![whole(store.folder(), format!("{error:#}"), "make the keys readable")]),
    };
    let mut packs = Vec::new();
    for file in found {
        match store.open(&file, &pins) {
            Ok(opened) => packs.push(opened.pack.catalogue(&file.path)),
            Err(error) => errors.push(whole(&file.path, format!("the pack is refused: {error}"), error.hint())),
        }
    }
    errors.extend(keep_ids_apart(&mut packs));
    (packs, errors)
}

/// A mistake of a file as a whole.
fn whole(file: &Path, message: String, hint: &str) -> SignatureError {
    SignatureError { file: file.to_path_buf(), line: 0, column: 0, message, hint: Some(hint.to_owned()) }
}

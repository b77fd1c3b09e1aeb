//! A catalogue in one signed file.
//!
//! A pack is a plain tar archive: first `pack.yaml`, which names the pack and states the SHA-256 of every other member,
//! then the files of the catalogue in path order. It is not compressed, so that a small file can never become a large
//! one, and it has one form only: what [`Pack::write`] would not write is refused. Beside it stands `FILE.minisig`, made
//! by `minisign`. [`Pack::open`] reads nothing of a file before a key of the caller has verified all of it, and nothing
//! is ever unpacked to disk. `version.rs` is the smallest file here; `archive.rs` has the form, `key.rs` the trust.

mod archive;
mod key;
#[cfg(test)]
mod tests;
mod version;

use super::yaml::MAX_BYTES;
use super::{Catalogue, CatalogueInfo, SignatureError, checksum};
use key::verify;
pub use key::{PackKey, Pin, PinMistake, pins};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub use version::PackVersion;

/// How the name of a pack's file ends.
pub const PACK_ENDING: &str = "tierpack";
/// The largest pack that is read, in bytes. The built-in catalogue has a twentieth of it.
const LARGEST: u64 = 64 << 20;
/// The largest signature that is read, in bytes: four lines.
const LARGEST_SIGNATURE: u64 = 4096;
/// What an organisation changes of signatures by others. That is for it to say, and not for the maker of a pack.
const OVERLAY: &str = "_overlay.yaml";
/// The member that describes the others.
const MANIFEST: &str = "pack.yaml";

/// A catalogue with a name and a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    name: String,
    version: PackVersion,
    licence: String,
    /// Paths below the catalogue and contents; all of them can stand in a pack.
    files: BTreeMap<String, Vec<u8>>,
}

/// A pack that was verified.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What is in it.
    pub pack: Pack,
    /// The file.
    pub bytes: Vec<u8>,
    /// The file beside it.
    pub signature: String,
    /// The key that has signed it.
    pub key: PackKey,
}

/// Why a pack is not made or not used; reads after "the pack `x` is refused:".
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Larger than any pack is.
    #[error("it has more than {LARGEST} bytes")]
    TooLarge,
    /// There is no file beside it.
    #[error("it is not signed: there is no `{0}`")]
    NotSigned(PathBuf),
    /// The file beside it is something else.
    #[error("`{0}` is not a signature of minisign")]
    NotASignature(PathBuf),
    /// Signed without hashing first, as minisign did until 2020.
    #[error("`{0}` is a signature of the old kind")]
    OldSignature(PathBuf),
    /// There is no key to verify it with.
    #[error("no key is pinned, so nobody can tell who made it")]
    NoKey,
    /// Somebody else has signed it.
    #[error("it is signed with a key that is not pinned")]
    UnknownKey,
    /// The key may sign packs of other names only.
    #[error("the key that signed it is pinned for {pinned} and not for `{name}`")]
    OtherName {
        /// What the pack is called.
        name: String,
        /// What the key may sign.
        pinned: String,
    },
    /// The bytes are not those that were signed.
    #[error("the signature is not that of this file")]
    Changed,
    /// Made by a program of later.
    #[error("its form is one that this program does not know")]
    NewerForm,
    /// Signed, and still not a pack.
    #[error("it is not a pack: {0}")]
    Malformed(String),
    /// A name, version, licence or file that a pack cannot have.
    #[error("{0}")]
    Unfit(String),
}

impl PackError {
    /// Returns what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            PackError::Io(_) => "make it readable, or name another file",
            PackError::TooLarge => "ask its maker: no catalogue needs so much",
            PackError::NotSigned(_) => {
                "get it from whoever made the pack and put it beside the pack; a maker signs with `minisign -Sm FILE`"
            }
            PackError::NotASignature(_) => "get it again; it has four lines, the second begins with `RU`",
            PackError::OldSignature(_) => "ask its maker to sign without `-l`",
            PackError::NoKey | PackError::UnknownKey => {
                "get the maker's public key on another way than the pack, and give it with `--key`"
            }
            PackError::OtherName { .. } => {
                "if the maker of the key really makes this pack, pin the key for this name, too"
            }
            PackError::Changed => {
                "the pack was changed after it was signed, or the signature belongs to another file: get both again"
            }
            PackError::NewerForm => "use a newer tierline",
            PackError::Malformed(_) => "get it again, or ask its maker to make it with `tierline signatures pack`",
            PackError::Unfit(_) => "change it and make the pack again",
        }
    }

    /// Returns whether the file could not be read, so that nothing is known of it.
    pub fn is_io(&self) -> bool {
        matches!(self, PackError::Io(_))
    }
}

fn malformed(what: impl Into<String>) -> PackError {
    PackError::Malformed(what.into())
}

impl Pack {
    /// Makes a pack of files, given by their paths below the catalogue.
    pub fn new(name: &str, version: &str, licence: &str, files: BTreeMap<String, Vec<u8>>) -> Result<Pack, PackError> {
        let unfit = |what: String| Err(PackError::Unfit(what));
        if !is_name(name) {
            return unfit(format!("`{name}` is not a name of a pack: write lower-case words with hyphens"));
        }
        let Some(version) = PackVersion::parse(version) else {
            return unfit(format!("`{version}` is not a version: write numbers with dots, e.g. `1.4.0`"));
        };
        let is_shown = |c: char| c.is_ascii_graphic() && c != '\'' || c == ' ';
        if licence.trim().is_empty() || licence.len() > 128 || !licence.chars().all(is_shown) {
            return unfit(format!("`{licence}` is not a licence: write its name, e.g. `Apache-2.0`"));
        }
        if files.is_empty() {
            return unfit("there are no files".to_owned());
        }
        for (path, bytes) in &files {
            if !is_safe(path) {
                return unfit(format!("`{path}` is not the path of a file in a catalogue"));
            }
            if path.rsplit('/').next() == Some(OVERLAY) {
                return unfit(format!("`{path}` would change signatures of others, which a pack may not"));
            }
            if bytes.len() > MAX_BYTES {
                return unfit(format!("`{path}` has more than {MAX_BYTES} bytes"));
            }
        }
        Ok(Pack { name: name.to_owned(), version, licence: licence.to_owned(), files })
    }

    /// Lower-case words with hyphens.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As its maker counts.
    pub fn version(&self) -> &PackVersion {
        &self.version
    }

    /// Under which terms it may be used, e.g. `Apache-2.0`.
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// Its files in path order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Returns the SHA-256 over its files, as reports state it of a catalogue.
    pub fn sha256(&self) -> String {
        checksum::of_files(self.files())
    }

    /// Opens a pack that one of the keys has signed; the signature is the file `FILE.minisig` beside it.
    pub fn open(file: &Path, pins: &[Pin]) -> Result<Opened, PackError> {
        let mut bytes = Vec::new();
        File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(PackError::TooLarge);
        }
        let beside = signature_of(file);
        let mut signature = Vec::new();
        match File::open(&beside).and_then(|it| it.take(LARGEST_SIGNATURE).read_to_end(&mut signature)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PackError::NotSigned(beside)),
            read => read?,
        };
        let Ok(signature) = String::from_utf8(signature) else { return Err(PackError::NotASignature(beside)) };
        let pin = verify(&bytes, &signature, &beside, pins)?;
        let pack = Pack::read(&bytes)?;
        // A key for one name must not sign what stands in for the pack of somebody else.
        let signers = pins.iter().filter(|it| it.key == pin.key);
        if !signers.clone().any(|it| it.may_sign(&pack.name)) {
            let names: Vec<String> = signers.filter_map(|it| it.pack.as_ref()).map(|it| format!("`{it}`")).collect();
            return Err(PackError::OtherName { name: pack.name, pinned: names.join(" and ") });
        }
        let key = pin.key.clone();
        Ok(Opened { pack, bytes, signature, key })
    }

    /// Returns the catalogue in it. `shown` is what messages call the pack.
    pub fn catalogue(&self, shown: &Path) -> Catalogue {
        let info = CatalogueInfo { name: format!("{} {}", self.name, self.version), sha256: self.sha256() };
        Catalogue::of_files(info, shown, self.files())
    }
}

/// Returns the path of a pack's signature.
pub fn signature_of(pack: &Path) -> PathBuf {
    let mut name = pack.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

/// Leaves out what two packs both have, and tells it: nobody has said which of them is right, so the one whose name comes
/// first keeps the id. The catalogues are in the order of their names.
pub fn keep_ids_apart(packs: &mut [Catalogue]) -> Vec<SignatureError> {
    let mut owners: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut errors = Vec::new();
    for (index, pack) in packs.iter_mut().enumerate() {
        names.push(pack.info.name.clone());
        pack.signatures.retain(|signature| {
            let owner = *owners.entry(Arc::clone(&signature.id)).or_insert(index);
            if owner != index {
                errors.push(SignatureError {
                    file: signature.source.clone(),
                    line: 0,
                    column: 0,
                    message: format!(
                        "`{}` is also in the pack {}, whose signature is used",
                        signature.id,
                        names.get(owner).map_or("", String::as_str)
                    ),
                    hint: Some("remove one of the packs, or ask their makers to part".to_owned()),
                });
            }
            owner == index
        });
    }
    errors
}

/// Returns the ids that both catalogues have, in order.
pub fn ids_in_both(one: &Catalogue, other: &Catalogue) -> Vec<Arc<str>> {
    let ids: BTreeSet<_> = one.signatures.iter().map(|it| &it.id).collect();
    let both = other.signatures.iter().map(|it| &it.id).filter(|id| ids.contains(id));
    both.map(Arc::clone).collect()
}

/// Whether it can be the name of a pack, and with it of a folder on any system.
fn is_name(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    name.len() <= 64 && name.split('-').all(is_word)
}

/// Whether the path is one of a file of a catalogue, and can lead nowhere else on any system.
fn is_safe(path: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    path.len() <= 200 && path.ends_with(".yaml") && path != MANIFEST && path.split('/').all(is_part)
}

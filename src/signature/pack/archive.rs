//! The one form that a pack has as a file.

use super::{LARGEST, MANIFEST, Pack, PackError, malformed};
use crate::signature::checksum;
use crate::signature::yaml::{self, MAX_BYTES, Node, Value};
use std::collections::BTreeMap;
use std::io::Read;
use tar::{Archive, Builder, EntryType, Header};

/// The form of the manifest.
const FORM: &str = "1";

impl Pack {
    /// Writes the pack. The same pack gives the same bytes.
    pub fn write(&self) -> Result<Vec<u8>, PackError> {
        let mut manifest = format!(
            "pack: {FORM}\nname: '{}'\nversion: '{}'\nlicence: '{}'\nsha256: {}\nfiles:\n",
            self.name,
            self.version,
            self.licence,
            self.sha256()
        );
        for (path, bytes) in self.files() {
            manifest.push_str(&format!("  '{path}': {}\n", checksum::of_bytes(bytes)));
        }
        if manifest.len() > MAX_BYTES {
            return Err(PackError::TooLarge);
        }
        let mut archive = Builder::new(Vec::new());
        for (path, bytes) in std::iter::once((MANIFEST, manifest.as_bytes())).chain(self.files()) {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, path, bytes)?;
        }
        let bytes = archive.into_inner()?;
        if bytes.len() as u64 > LARGEST { Err(PackError::TooLarge) } else { Ok(bytes) }
    }

    /// Reads the bytes of a pack whose signature has been verified.
    pub(super) fn read(bytes: &[u8]) -> Result<Pack, PackError> {
        let mut files = members(bytes)?;
        let manifest = files.remove(MANIFEST).ok_or_else(|| malformed(format!("there is no `{MANIFEST}`")))?;
        let manifest = String::from_utf8(manifest).map_err(|_| malformed(format!("`{MANIFEST}` is not text")))?;
        let root = yaml::parse(&manifest).map_err(|mistake| malformed(format!("`{MANIFEST}`: {}", mistake.message)))?;
        let text = |name: &str| root.get(name).and_then(Node::text).unwrap_or_default();
        if text("pack") != FORM {
            return Err(PackError::NewerForm);
        }
        agree(root.get("files"), &files)?;
        let pack = Pack::new(text("name"), text("version"), text("licence"), files);
        let pack = pack.map_err(|error| malformed(format!("it is no whole tar archive ({error})")))?;
        if text("sha256") != pack.sha256() {
            return Err(malformed("the checksum over its files is another than the manifest states"));
        }
        // One form only: nothing can hide in a header, behind the end, or between the lines of the manifest.
        if pack.write()? != bytes {
            return Err(malformed("it is not in the form in which packs are written"));
        }
        Ok(pack)
    }
}

/// Returns the members of an archive by path. They are never larger together than the archive itself.
fn members(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, PackError> {
    let broken = |error: std::io::Error| malformed(format!("it is no whole tar archive ({error})"));
    let mut files = BTreeMap::new();
    let mut total = 0;
    for member in Archive::new(bytes).entries().map_err(broken)? {
        let member = member.map_err(broken)?;
        let path = String::from_utf8(member.path_bytes().into_owned()).map_err(|_| malformed("a name is not text"))?;
        if member.header().entry_type() != EntryType::Regular {
            return Err(malformed(format!("`{path}` is not a plain file")));
        }
        let size = member.size();
        total += size;
        if size > MAX_BYTES as u64 {
            return Err(malformed(format!("`{path}` has more than {MAX_BYTES} bytes")));
        }
        if total > bytes.len() as u64 {
            return Err(malformed(format!("`{path}` claims to be larger than the pack")));
        }
        let mut content = Vec::new();
        member.take(MAX_BYTES as u64).read_to_end(&mut content).map_err(broken)?;
        if content.len() as u64 != size {
            return Err(malformed(format!("`{path}` is cut off")));
        }
        if files.insert(path.clone(), content).is_some() {
            return Err(malformed(format!("`{path}` stands there twice")));
        }
    }
    Ok(files)
}

/// Compares the members with those that the manifest states.
fn agree(stated: Option<&Node<'_>>, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PackError> {
    let Some(Value::Map(stated)) = stated.map(|node| &node.value) else {
        return Err(malformed(format!("`{MANIFEST}` has no `files`")));
    };
    for (path, checksum) in stated {
        let Some(bytes) = files.get(&*path.name) else {
            return Err(malformed(format!("`{}` stands in the manifest and is not there", path.name)));
        };
        if checksum.text() != Some(&checksum::of_bytes(bytes)) {
            return Err(malformed(format!("`{}` has another checksum than the manifest states", path.name)));
        }
    }
    let is_stated = |path: &String| stated.iter().any(|(key, _)| key.name == *path);
    // Equal numbers of different names need no search, which would be slow for thousands of files.
    match files.keys().find(|path| stated.len() != files.len() && !is_stated(path)) {
        Some(path) => Err(malformed(format!("`{path}` is not in the manifest"))),
        None => Ok(()),
    }
}

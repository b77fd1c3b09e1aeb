//! A package as one file: a zip, and a zip that only its reader can open.
//!
//! The zip follows from the package alone: the same package gives the same bytes. Encrypted it is another one each time, as it
//! has to be; what lies in it is that zip.

use super::package::Manifest;
use super::verify::{VerifyError, is_inside, json};
use crate::recipient::{Recipient, encrypt};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes a package as a zip: all files of its manifest, then the manifest. A file that is not what the manifest says is an error,
/// so that nothing leaves that was not looked over.
pub fn zip<W: Write>(package: &Path, out: W) -> io::Result<W> {
    let manifest: Manifest = json(&package.join(MANIFEST)).map_err(plain)?;
    let mut zip = ZipWriter::new_stream(out);
    for file in &manifest.files {
        if !is_inside(&file.path) {
            return Err(io::Error::other(format!("`{}` is not inside the package", file.path)));
        }
        let hash = add(&mut zip, package, &file.path, file.bytes)?;
        if hash != file.sha256 {
            return Err(io::Error::other(format!("`{}` was changed", file.path)));
        }
    }
    add(&mut zip, package, MANIFEST, 0)?;
    Ok(zip.finish()?.into_inner())
}

const MANIFEST: &str = "manifest.json";

fn plain(error: VerifyError) -> io::Error {
    match error {
        VerifyError::Read { source, .. } => source,
        wrong @ VerifyError::Manifest { .. } => io::Error::other(wrong.to_string()),
    }
}

/// Adds a file and returns its SHA-256.
fn add<W: Write>(zip: &mut ZipWriter<StreamWriter<W>>, package: &Path, path: &str, bytes: u64) -> io::Result<String> {
    // Neither the time nor the rights that the file has here.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(bytes >= u64::from(u32::MAX) / 2);
    zip.start_file(path, options)?;
    let (mut file, mut hash, mut block) = (File::open(package.join(path))?, Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => {
                hash.update(&block[..read]);
                zip.write_all(&block[..read])?;
            }
        }
    }
}

/// What the encrypted file of a package is called. The name tells neither the customer nor the readers, and follows from the package
/// and from who can read it: what is there already does not have to be made again.
pub fn sealed_name(manifest: &str, recipients: &[Recipient]) -> String {
    let mut keys: Vec<&str> = recipients.iter().map(Recipient::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    let hash = Sha256::digest(format!("{manifest}\n{}", keys.join("\n")));
    let hex: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{SEALED}{hex}{ENDING}")
}

const SEALED: &str = "package-";
const ENDING: &str = ".zip.age";

/// Whether a file of this name is an encrypted package.
pub fn is_sealed(name: &str) -> bool {
    let hex = name.strip_prefix(SEALED).and_then(|it| it.strip_suffix(ENDING));
    hex.is_some_and(|it| it.len() == 16 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Makes the encrypted zip of a package beside it, unless it is there. `manifest` is the SHA-256 of its manifest.
pub fn seal(package: &Path, manifest: &str, recipients: &[Recipient]) -> io::Result<PathBuf> {
    let place = beside(package)?.join(sealed_name(manifest, recipients));
    if place.exists() {
        return Ok(place);
    }
    whole(&place, |out| zip(package, encrypt(recipients, out)?)?.finish().map(drop))?;
    Ok(place)
}

/// Makes the zip of a package at a place that is free.
pub fn zip_at(package: &Path, place: &Path) -> io::Result<()> {
    if place.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{}` is there already", place.display())));
    }
    whole(place, |out| zip(package, out).map(drop))
}

/// The folder that a package lies in.
pub fn beside(package: &Path) -> io::Result<PathBuf> {
    // With its whole path, for `.` has no name and nothing may be put into the package.
    let whole = package.canonicalize()?;
    Ok(whole.parent().unwrap_or(Path::new("/")).to_path_buf())
}

/// Writes a file that is there as a whole or not at all. If another process was faster, its file stays.
fn whole(place: &Path, write: impl FnOnce(&mut io::BufWriter<&File>) -> io::Result<()>) -> io::Result<()> {
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = tempfile::Builder::new().prefix(".tierline-").tempfile_in(folder)?;
    let mut out = io::BufWriter::new(part.as_file());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    part.as_file().sync_all()?;
    match part.persist_noclobber(place) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

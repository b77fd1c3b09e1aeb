//! A plan becomes an archive: read to learn names, read again and redacted, looked over, written.

use super::archive::{self, Format, Member};
use super::gather::gather;
use super::manifest::Manifest;
use super::release::scan;
use super::spool::Spool;
use super::{Host, Limits, Plan};
#[cfg(feature = "server")]
use crate::recipient::{Recipient, encrypt};
use crate::redact::{CustomerKey, Names, Options};
use crate::redaction::Ledger;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

/// How names are replaced.
pub struct Redaction {
    /// The customer's key.
    pub key: CustomerKey,
    /// What is wanted.
    pub options: Options,
    /// What the machine, its users and earlier collections of the customer are known to be called.
    pub names: Names,
}

/// What is wanted of a collection.
pub struct Wanted<'w> {
    /// What is taken.
    pub plan: &'w Plan,
    /// Of which machine.
    pub host: &'w Host,
    /// By which limits the plan was made.
    pub limits: &'w Limits,
    /// How names are replaced.
    pub redaction: &'w Redaction,
    /// What the archive is.
    pub format: Format,
    /// Who alone shall be able to read it; nobody if everybody may.
    #[cfg(feature = "server")]
    pub recipients: &'w [Recipient],
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Counts the bytes that were read; in the end twice those of the plan's files.
    pub read: &'w AtomicU64,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// What is in the archive.
    pub manifest: Manifest,
    /// How many files were left out since the leak scan found something in them.
    pub leaking: usize,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The disk, mostly.
    #[error("write `{path}`")]
    Write {
        /// The archive.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something is there already.
    #[error("`{0}` is there already")]
    Taken(PathBuf),
    /// What pseudonyms stand for could not be kept.
    #[error("keep what pseudonyms stand for")]
    Keep(#[source] io::Error),
    /// The list of the files names what must not leave.
    #[error("the leak scan found {0} in the list of the files")]
    Leak(&'static str),
}

/// Keeps what pseudonyms stand for.
pub type Keep<'k> = &'k mut (dyn FnMut(&mut Ledger) -> io::Result<()> + Send);

/// The list of what is in the archive.
pub(super) const MANIFEST: &str = "manifest.json";

/// Collects what is planned into an archive that must not be there yet. It has its name only when it is complete.
///
/// What is packed before it is known that it may leave lies in an unnamed file beside the archive, redacted. The ledger has what
/// earlier pseudonyms of the customer stand for, and gets what the new ones do; it must not leave. It is given to `keep` before the
/// archive has its name: one whose pseudonyms nobody can lead back is of no use.
pub fn collect(
    wanted: &Wanted<'_>,
    ledger: &mut Ledger,
    keep: Keep<'_>,
    out: &Path,
) -> Result<Collected, CollectError> {
    let failed = |source| CollectError::Write { path: out.to_path_buf(), source };
    if out.symlink_metadata().is_ok() {
        return Err(CollectError::Taken(out.to_path_buf()));
    }
    // One thread: others work on this machine.
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| failed(io::Error::other(error)))?;
    pool.install(|| {
        let folder = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut gathered = gather(wanted, ledger, folder).map_err(failed)?;
        let scan = scan(wanted, ledger).map_err(failed)?;
        let leaking = gathered.drop_leaks(&scan).map_err(failed)?;
        let manifest = gathered.manifest(wanted);
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| failed(error.into()))? + "\n";
        if let Some(leak) = scan.leaks(text.as_bytes()).first() {
            return Err(CollectError::Leak(leak.kind.name()));
        }
        let (list, ()) = gathered.spool.add(|out| out.write_all(text.as_bytes())).map_err(failed)?;
        let mut file = tempfile::Builder::new().prefix(".tierline-").tempfile_in(folder).map_err(failed)?;
        let list = Member { name: MANIFEST, modified: wanted.now, text: &list };
        let texts = gathered.texts.iter();
        let members =
            texts.map(|it| Member { name: &it.name, modified: it.modified.unwrap_or(wanted.now), text: &it.text });
        let members: Vec<Member<'_>> = std::iter::once(list).chain(members).collect();
        let mut buffer = BufWriter::with_capacity(64 << 10, file.as_file_mut());
        write(wanted, &gathered.spool, &members, &mut buffer).and_then(|()| buffer.flush()).map_err(failed)?;
        drop(buffer);
        file.as_file().sync_all().map_err(failed)?;
        keep(ledger).map_err(CollectError::Keep)?;
        file.persist_noclobber(out).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => CollectError::Taken(out.to_path_buf()),
            _ => failed(error.error),
        })?;
        // The name is on the disk too. Folders cannot be opened everywhere.
        #[cfg(unix)]
        std::fs::File::open(folder).and_then(|it| it.sync_all()).map_err(failed)?;
        Ok(Collected { manifest, leaking })
    })
}

/// Writes the archive, for those alone who shall be able to read it.
fn write(wanted: &Wanted<'_>, spool: &Spool, members: &[Member<'_>], out: &mut dyn Write) -> io::Result<()> {
    #[cfg(feature = "server")]
    if !wanted.recipients.is_empty() {
        let mut sealed = encrypt(wanted.recipients, out)?;
        archive::write(spool, members, &mut sealed)?;
        return sealed.finish().map(drop);
    }
    #[cfg(not(feature = "server"))]
    let _ = wanted;
    archive::write(spool, members, out)
}

//! Which signatures a run uses: the built-in ones, the installed packs, and folders, in this order.

use super::exit::Usage;
use super::{packs, today};
use std::path::PathBuf;
use tierline::signature::{Catalogue, SignatureError, SignatureSet};

#[derive(Debug, clap::Args)]
pub(super) struct Catalogues {
    /// Adds the signatures in DIR; may be repeated. They replace earlier ones of the same id.
    #[arg(id = "signatures", long = "signatures", value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Leaves the built-in signatures out.
    #[arg(long)]
    no_builtin: bool,
    /// Leaves the installed packs of signatures out.
    #[arg(long)]
    no_packs: bool,
}

/// What was read.
pub(super) struct Read {
    /// Each with whether its drafts are used.
    pub(super) catalogues: Vec<(Catalogue, bool)>,
    /// Which packs are left out, and why.
    pub(super) refused: Vec<SignatureError>,
}

impl Read {
    fn into_set(self) -> SignatureSet {
        let mut set = SignatureSet::merge(self.catalogues);
        set.tell(self.refused);
        set.on(today())
    }
}

impl Catalogues {
    /// The options by which signatures are left out.
    #[cfg(feature = "server")]
    pub(super) fn narrowed(&self) -> impl Iterator<Item = &'static str> {
        let builtin = self.no_builtin.then_some("--no-builtin");
        builtin.into_iter().chain(self.no_packs.then_some("--no-packs"))
    }

    /// Loads them as one set. A folder that is not there is a mistake of the caller; a broken file in it is not, nor is a
    /// pack that is refused: the set tells them.
    pub(super) fn load(&self) -> Result<SignatureSet, Usage> {
        Ok(self.read()?.into_set())
    }

    /// The folders.
    #[cfg(feature = "server")]
    pub(super) fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// The arguments that name the same ones to another process of ours.
    #[cfg(feature = "server")]
    pub(super) fn arguments(&self) -> Vec<std::ffi::OsString> {
        let dirs = self.dirs.iter().flat_map(|dir| ["--signatures".into(), dir.clone().into_os_string()]);
        let flags = [("--no-builtin", self.no_builtin), ("--no-packs", self.no_packs)];
        dirs.chain(flags.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.into())).collect()
    }

    /// Reads them one by one.
    pub(super) fn read(&self) -> Result<Read, Usage> {
        let (mut catalogues, mut refused) = (Vec::new(), Vec::new());
        if !self.no_builtin {
            catalogues.push((Catalogue::builtin(), false));
        }
        if !self.no_packs {
            let (packs, errors) = packs::catalogues();
            catalogues.extend(packs.into_iter().map(|pack| (pack, false)));
            refused = errors;
        }
        for dir in &self.dirs {
            let name = dir.display();
            if dir.is_file() {
                let message = "not a folder; a pack is installed with `tierline signatures install`";
                return Err(Usage(format!("--signatures `{name}`: {message}")));
            }
            if !dir.is_dir() {
                return Err(Usage(format!("--signatures `{name}`: no such folder")));
            }
            let catalogue = Catalogue::read(dir);
            catalogues.push((catalogue.map_err(|error| Usage(format!("--signatures `{name}`: {error}")))?, true));
        }
        Ok(Read { catalogues, refused })
    }
}

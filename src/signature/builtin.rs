//! The catalogue inside the program, put there by `build.rs`.

use super::load::SourceFile;
use super::{Catalogue, load};
use std::borrow::Cow;
use std::fs;
use std::path::Path;

/// Path below `signatures/` and text of each file, in path order.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

impl Catalogue {
    /// Reads the catalogue that is part of the program.
    pub fn builtin() -> Catalogue {
        let source = |(path, text): &(&'static str, &'static str)| SourceFile {
            path,
            shown: Path::new("signatures").join(path),
            bytes: Ok(text.as_bytes()),
        };
        Catalogue::understand("builtin".to_owned(), FILES.iter().map(source).collect())
    }

    /// Returns the ids of the catalogue that is part of the program, without reading it.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(path, _)| load::id_of(path))
    }
}

/// Returns the text of a catalogue's file by the path that messages give it: of the program's own, or from the disk.
pub fn source_text(shown: &Path) -> Option<Cow<'static, str>> {
    match FILES.iter().find(|(path, _)| Path::new("signatures").join(path) == shown) {
        Some((_, text)) if !shown.exists() => Some(Cow::Borrowed(text)),
        _ => fs::read_to_string(shown).ok().map(Cow::Owned),
    }
}

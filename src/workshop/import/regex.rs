//! Lists of regular expressions, one per line, as `grep -f` reads them.

use super::draft::{Draft, Matching};
use super::texts::slug;
use super::{Found, Gathered, Product, SourceFile, broken};
use crate::signature::yaml::Place;
use crate::signature::{Condition, Severity, Side};

/// Each line that is neither empty nor a comment (`#`) is a rule.
pub(super) fn gather(file: &SourceFile) -> Gathered {
    let mut gathered = Gathered::default();
    let stem = file.path.rsplit('/').next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let list = match slug(stem).as_str() {
        "" => "list".to_owned(),
        name => name.to_owned(),
    };
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = file.bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            gathered.broken.push(broken(
                &file.shown,
                Place { line, column: 1 },
                "not UTF-8 text",
                "save the file as UTF-8",
            ));
            return gathered;
        }
    };
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let draft = Draft {
            id: format!("patterns/{list}/line-{number}"),
            comments: vec![format!("Imported from line {number} of {stem}. Not reviewed.")],
            title: line.replace(['{', '}'], " ").trim().to_owned(),
            side: Side::Server,
            severity: Severity::Info,
            component: None,
            matching: Matching::One(Condition::Regex(line.to_owned())),
            cause: format!("Line {number} of the list of patterns stands in the log."),
            impact: None,
            steps: Vec::new(),
            references: Vec::new(),
            fires: Vec::new(),
            silent: Vec::new(),
        };
        let place = Place { line: number, column: 1 };
        gathered.found.push(Found {
            draft,
            original: format!("line {number}"),
            file: file.shown.clone(),
            place,
            notes: Vec::new(),
        });
    }
    let product = Product { vendor: "Patterns".into(), product: list.clone(), aliases: Vec::new() };
    gathered.products.insert(format!("patterns/{list}"), product);
    gathered
}

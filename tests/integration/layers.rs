//! Rules about the code itself: who may know whom, and what the library must not do. Reads `src/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with what it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("bundle", &[]),
    ("record", &[]),
    ("calendar", &[]),
    ("private", &[]),
    ("signature", &[]),
    ("scan", &["record", "signature"]),
    ("finding", &["bundle", "record", "signature", "scan"]),
    ("diagnosis", &["bundle", "signature", "finding"]),
    ("redact", &["scan"]),
    ("report", &["bundle", "signature", "finding", "diagnosis", "redact"]),
    ("reading", &["bundle", "record"]),
    ("recipient", &[]),
    (
        "escalate",
        &[
            "recipient",
            "bundle",
            "signature",
            "scan",
            "finding",
            "diagnosis",
            "redact",
            "redaction",
            "reading",
            "report",
        ],
    ),
    ("triage", &["bundle", "record", "signature", "scan", "finding", "diagnosis"]),
    ("redaction", &["bundle", "record", "redact"]),
    ("collect", &["bundle", "record", "signature", "scan", "recipient", "redact", "redaction"]),
    ("templates", &["bundle", "record", "reading", "signature", "scan", "finding"]),
    ("store", &["private"]),
    ("casework", &["bundle", "signature", "finding", "diagnosis", "redact", "report", "escalate", "workshop", "store"]),
    ("sla", &["calendar", "signature", "store"]),
    ("connect", &["calendar", "signature", "recipient", "escalate", "redact", "store", "sla"]),
    (
        "watch",
        &["private", "bundle", "signature", "finding", "diagnosis", "report", "triage", "store", "casework", "connect"],
    ),
    ("workshop", &["triage", "bundle", "record", "signature", "scan", "finding", "diagnosis"]),
];

/// Files that may contain `unsafe`.
const MAY_BE_UNSAFE: &[&str] = &[
    "bundle/inflate/kernel.rs",
    "bundle/map.rs",
    "record/sixteen.rs",
    "scan/filter/kernel.rs",
    "scan/filter/nibble.rs",
    "scan/line_ends.rs",
    "scan/shape/kernel.rs",
    "watch/memory.rs",
];

/// Modules that define what is stored or sent.
const MAY_SERIALIZE: &[&str] = &["report", "escalate", "collect"];

/// Modules that may contain SQL.
const MAY_USE_SQL: &[&str] = &["store"];

/// A line of code without its comment.
struct Line {
    /// Path below `src/`.
    file: String,
    /// The module it belongs to: `bundle`, `cli`, ...
    module: String,
    number: usize,
    code: String,
}

impl Line {
    fn place(&self) -> String {
        format!("src/{}:{}: {}", self.file, self.number, self.code.trim())
    }

    /// How many modules deep the file is; so many `super` lead to the crate's root, where the table would not see them.
    fn depth(&self) -> usize {
        self.file.split('/').filter(|part| *part != "mod.rs").count()
    }

    fn in_library(&self) -> bool {
        self.module != "cli" && self.module != "main"
    }
}

#[test]
fn modules_import_only_what_stands_before_them() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for line in lines().iter().filter(|line| line.in_library() && line.module != "lib") {
        let allowed = table.get(line.module.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("module `{}` is not in the table of this test", line.module));
        for path in line.code.split("crate::").skip(1) {
            let target: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if target != line.module && !allowed.contains(&target.as_str()) {
                wrong.push(line.place());
            }
        }
        if supers(&line.code) >= line.depth() + usize::from(line.code.starts_with(' ')) {
            wrong.push(line.place());
        }
    }
    assert!(wrong.is_empty(), "imports against the order of the pipeline:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_library_is_in_the_table() {
    let declared = lines();
    let declared = declared.iter().filter(|line| line.module == "lib");
    let names: Vec<&str> =
        declared.filter_map(|line| line.code.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        assert!(MAY_IMPORT.iter().any(|(module, _)| *module == name), "`{name}` is not in the table of this test");
    }
}

#[test]
fn unsafe_stands_only_where_it_is_allowed() {
    refuse("unsafe code", &["unsafe ", "unsafe{"], |line| MAY_BE_UNSAFE.contains(&line.file.as_str()));
}

#[test]
fn the_library_does_not_print_read_the_environment_or_exit() {
    let calls = ["println!", "print!", "eprint!", "std::env", "env::var", "env::args", "process::exit", "io::stdout"];
    refuse("printing, environment or exit", &calls, |line| !line.in_library());
}

#[test]
fn core_types_are_not_stored_or_sent() {
    refuse("Serialize", &["Serialize"], |line| !line.in_library() || MAY_SERIALIZE.contains(&line.module.as_str()));
}

#[test]
fn sql_stands_only_where_it_is_allowed() {
    refuse("SQL", &["rusqlite", "CREATE TABLE", "PRAGMA ", "SELECT ", "INSERT INTO", "UPDATE outbox"], |line| {
        // Queries in Salesforce's own language go there and to no database of ours.
        MAY_USE_SQL.contains(&line.module.as_str()) || line.file.starts_with("connect/salesforce")
    });
}

#[test]
fn the_rules_see_code_and_not_comments() {
    assert_eq!(code("let a = 1; // unsafe "), "let a = 1; ");
    assert_eq!(code("    /// println! is forbidden"), "    ");
    assert_eq!(code("let url = \"https://example.com\";"), "let url = \"https://example.com\";");
}

#[test]
fn a_chain_of_supers_is_measured() {
    assert_eq!((supers("use a::b;"), supers("use super::b;"), supers("super::super::c")), (0, 1, 2));
}

#[track_caller]
fn refuse(what: &str, words: &[&str], allowed: impl Fn(&Line) -> bool) {
    let lines = lines();
    let found = lines.iter().filter(|line| !allowed(line));
    let found = found.filter(|line| words.iter().any(|word| contains_word(&line.code, word)));
    let found: Vec<String> = found.map(Line::place).collect();
    assert!(found.is_empty(), "{what} where it must not be:\n{}", found.join("\n"));
}

/// The longest chain of `super::` in the code.
fn supers(code: &str) -> usize {
    (0..).take_while(|&count| code.contains(&"super::".repeat(count + 1))).count()
}

/// Whether the word stands in the code and is not the end of a longer one (`Serialize` in `Deserialize`).
fn contains_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn lines() -> Vec<Line> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20, "only {} files of source found", files.len());
    let mut lines = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let module = file.split('/').next().unwrap_or(&file).trim_end_matches(".rs").to_string();
        let text = fs::read_to_string(&path).expect("source is UTF-8");
        lines.extend(text.lines().zip(1..).map(|(line, number)| Line {
            file: file.clone(),
            module: module.clone(),
            number,
            code: code(line).to_string(),
        }));
    }
    lines
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("src can be read").map(|entry| entry.expect("src can be read").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The line up to `//`, unless that belongs to an address.
fn code(line: &str) -> &str {
    let comment = line.match_indices("//").map(|(at, _)| at).find(|&at| !line[..at].ends_with(':'));
    comment.map_or(line, |at| &line[..at])
}

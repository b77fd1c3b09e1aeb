//! Runs the real program. These tests only prove that things are connected; what a part does is tested beside it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod authors;
#[cfg(feature = "server")]
mod beside;
mod canary;
#[cfg(feature = "server")]
mod cases;
#[cfg(feature = "server")]
mod casework;
mod causes;
mod cli;
mod collect;
mod correlations;
mod escalate;
mod event_logs;
mod exchange;
mod expected;
mod facts;
mod features;
mod hostile;
mod isolation;
mod journal;
mod language;
mod layers;
mod libarchive;
mod memory;
mod mistakes;
mod overlays;
mod packs;
#[cfg(feature = "server")]
mod proxy;
mod ranking;
mod raw_zip;
mod redact;
#[cfg(feature = "server")]
mod redmine;
#[cfg(feature = "server")]
mod rt;
mod scope;
mod signatures;
mod signer;
#[cfg(feature = "server")]
mod smtp;
#[cfg(feature = "server")]
mod store;
#[cfg(feature = "server")]
mod submit;
mod variants;
#[cfg(feature = "server")]
mod watch;
#[cfg(feature = "server")]
mod webhook;
mod why;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program with arguments, without a terminal and without the tester's settings.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tierline"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    // Nobody has installed packs there.
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR")).env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs the program to its end.
fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program was built and can be run")
}

#[track_caller]
fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("output is UTF-8")
}

#[track_caller]
fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("messages are UTF-8")
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a new folder");
        std::fs::write(path, bytes).expect("a new file");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// What `tests/services/` has printed of a server that it has started: the values of these variables. Without them the test is
/// skipped, which is said, and may not be where the services are required.
#[cfg(feature = "server")]
fn service<const N: usize>(name: &str, variables: [&str; N]) -> Option<[String; N]> {
    use std::io::Write;
    let values = variables.map(|it| std::env::var(it).unwrap_or_default());
    if values.iter().all(|it| !it.is_empty()) {
        return Some(values);
    }
    let required = std::env::var("TIERLINE_TEST_SERVICES").is_ok_and(|it| it == "required");
    assert!(!required, "there is no {name}: {} not set, see tests/services/", variables.join(", "));
    // Past what the test runner captures.
    let _ = writeln!(std::io::stderr(), "skipped: there is no {name}; tests/run.sh starts one");
    None
}

//! Log text that tries to do something to its reader.

use crate::{folder, run, stdout, text};
use serde_json::Value;

/// Clears the screen, sets the window's title, turns text around, hides itself, writes HTML and closes a code block.
const HOSTILE: &str = "2026-01-02 03:04:06 ERROR failed \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}txt.exe \u{200b} \u{9b}31m \
<script>alert(1)</script> ``` ![x](https://example.com/x)\n";

/// Whether a character moves the cursor, is not seen, or turns the text around.
pub(crate) fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn hostile_folder() -> tempfile::TempDir {
    folder(&[("a.log", HOSTILE.as_bytes())])
}

#[test]
fn no_format_passes_hidden_characters_on() {
    let logs = hostile_folder();
    for arguments in [
        ["triage", text(logs.path()), "-o", "text"],
        ["triage", text(logs.path()), "-o", "markdown"],
        ["triage", text(logs.path()), "-o", "json"],
        ["records", text(logs.path()), "-o", "text"],
        ["records", text(logs.path()), "-o", "jsonl"],
    ] {
        let output = run(&arguments);
        let shown = stdout(&output);
        assert!(shown.contains("failed "), "{arguments:?}: {shown}");
        assert!(!shown.chars().any(is_hidden), "{arguments:?}: {shown:?}");
    }
}

#[test]
fn json_keeps_the_text_as_it_is() {
    let logs = hostile_folder();
    let output = run(&["triage", text(logs.path()), "-o", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(report["unresolved"][0]["evidence"][0]["text"].as_str(), Some(HOSTILE.trim_end()));
}

#[cfg(unix)]
#[test]
fn a_file_name_cannot_do_harm_either() {
    let logs = folder(&[("\u{1b}[2J\u{202e}.log", b"2026-01-02 03:04:06 ERROR failed to open door\n")]);
    for format in ["text", "json", "markdown"] {
        let output = run(&["triage", text(logs.path()), "-o", format]);
        assert!(stdout(&output).contains("failed to open door"), "{output:?}");
        assert!(!stdout(&output).chars().any(is_hidden), "{format}: {}", stdout(&output));
    }
    for format in ["text", "jsonl"] {
        let output = run(&["contents", text(logs.path()), "-o", format]);
        assert!(stdout(&output).contains("[2J"), "{output:?}");
        assert!(!stdout(&output).chars().any(is_hidden), "{format}: {}", stdout(&output));
    }
}

/// A path may be given that can be opened and not read, such as a file on a bad disk. The system has one for everybody.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_read() {
    let logs = folder(&[("a.log", b"2026-01-02 03:04:06 ERROR failed to open door\n")]);
    std::os::unix::fs::symlink("/proc/self/mem", logs.path().join("mem.log")).unwrap();
    let (unreadable, link) = ("/proc/self/mem", logs.path().join("mem.log"));
    for path in [unreadable, text(&link)] {
        let output = run(&["triage", path, text(&logs.path().join("a.log")), "-o", "json"]);
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        assert_eq!(report["problems"][0]["kind"].as_str(), Some("unreadable"), "{report}");
        assert_eq!(report["coverage"]["records"].as_u64(), Some(1), "{report}");
        // Alone it still gives a report, which does not call it clean.
        let output = run(&["triage", path, "-o", "text"]);
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        assert!(stdout(&output).contains("Not examined"), "{}", stdout(&output));
    }
    // What is no file at all is a mistake of whoever asks.
    assert_eq!(run(&["triage", "/dev/null"]).status.code(), Some(1));
}

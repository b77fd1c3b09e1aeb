//! What overlays do to a signature, for `list` and `show`.

use serde_json::{Value, json};
use tierline::report::wrapped;
use tierline::signature::Applied;

/// A line for each override, for people.
pub(super) fn overlays(applied: &[Applied], width: usize) -> String {
    let line = |it: &Applied| {
        let note = it.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
        wrapped("Overlay   ", "          ", &format!("{} ({}){note}", it.says(), it.file.display()), width)
    };
    applied.iter().map(line).collect()
}

/// Adds `overlays` if there are any.
pub(in crate::cli) fn with_overlay(mut value: Value, applied: &[Applied]) -> Value {
    let one = |it: &Applied| {
        json!({
            "file": it.file.display().to_string(),
            "hidden": it.disables && !it.is_over,
            "changes": it.changes,
            "note": it.note,
            "reason": it.reason,
            "until": it.until.map(|until| until.to_string()),
            "over": it.is_over,
        })
    };
    if let (Value::Object(fields), false) = (&mut value, applied.is_empty()) {
        fields.insert("overlays".to_owned(), applied.iter().map(one).collect());
    }
    value
}

//! The cross-fire matrix of a catalogue.

use super::paint::Paint;
use super::{Format, counted, exit};
use crate::cli::Exit;
use serde_json::{Value, json};
use std::fmt::Write;
use tierline::signature::SignatureSet;
use tierline::workshop::{self, Allowed, Cross};

/// Prints which signatures claim the examples of others. Two that both show are errors, as `check` says.
pub(super) fn matrix(set: &SignatureSet, format: Format, paint: Paint) -> anyhow::Result<Exit> {
    let crosses = workshop::matrix(set);
    let shown_twice = crosses.iter().filter(|it| it.allowed == Allowed::No && !it.by_scope_only).count();
    let mut out = String::new();
    match format {
        Format::Json => writeln!(out, "{:#}", crosses_json(&crosses))?,
        Format::Text => write_matrix(set.signatures().len(), &crosses, shown_twice, paint, &mut out)?,
    }
    paint.print(&out)?;
    Ok(exit(shown_twice == 0))
}

fn write_matrix(
    signatures: usize,
    crosses: &[Cross],
    shown_twice: usize,
    paint: Paint,
    out: &mut String,
) -> std::fmt::Result {
    let mut last = None;
    for it in crosses {
        if last != Some(&it.of) {
            writeln!(out, "{}", it.of)?;
            last = Some(&it.of);
        }
        let numbers: Vec<String> = it.examples.iter().map(ToString::to_string).collect();
        let what = match (it.allowed, it.by_scope_only) {
            (_, true) => paint.warn("kept apart by the scopes alone"),
            (Allowed::No, _) => paint.bad("both are shown"),
            (Allowed::Suppresses, _) => paint.good("hidden by this one"),
            (Allowed::Suppressed, _) => paint.good("hides this one"),
        };
        let examples = if numbers.len() == 1 { "example" } else { "examples" };
        writeln!(out, "  {examples} {} also claimed by {}: {what}", numbers.join(", "), it.claimed_by)?;
    }
    let by_scope = crosses.iter().filter(|it| it.by_scope_only).count();
    let hidden = crosses.len() - by_scope - shown_twice;
    let summary = format!(
        "{}: {} both shown, {hidden} where one hides the other, {by_scope} kept apart by the scopes alone",
        counted(signatures, "signature"),
        counted(shown_twice, "pair")
    );
    writeln!(out, "{}", if shown_twice == 0 { paint.good(summary) } else { paint.bad(summary) })
}

pub(super) fn crosses_json(crosses: &[Cross]) -> Value {
    let rows = crosses.iter().map(|it| {
        json!({
            "signature": &*it.of, "claimed_by": &*it.claimed_by, "examples": it.examples,
            "allowed": it.allowed.name(), "by_scope_only": it.by_scope_only,
        })
    });
    rows.collect()
}

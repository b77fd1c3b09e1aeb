//! The catalogue in numbers, as a file that a project keeps beside it.
//!
//! JSON for programs; Markdown, if the file's name ends with `.md`, so that a change for the worse shows in a review.

use super::matrix::crosses_json;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use tierline::workshop::{Allowed, Quality};

/// Hosts of references that are listed in Markdown.
const HOSTS: usize = 30;

/// Returns the content of a quality report with this name.
pub(super) fn report(file: &Path, it: &Quality) -> String {
    if file.extension().is_some_and(|it| it == "md") { markdown(it) } else { json(it) }
}

fn json(it: &Quality) -> String {
    let ids = |ids: &[Arc<str>]| ids.iter().map(|id| json!(&**id)).collect::<Value>();
    let common = it.common.iter().map(|(id, text, times)| json!({"signature": &**id, "text": text, "per_mib": times}));
    let with_reference = it.signatures - it.without_reference.len();
    let by_product: BTreeMap<&str, usize> =
        it.by_product.iter().map(|(name, it)| (name.as_str(), it.signatures)).collect();
    let products = it.by_product.iter().map(|(name, it)| {
        let [l1, l2, l3] = it.by_level;
        json!({
            "product": name, "signatures": it.signatures, "variants": it.rows, "L1": l1, "L2": l2, "L3": l3,
            "with_reference": it.with_reference,
        })
    });
    let value = json!({
        "schema": "tierline.quality/1",
        "signatures": it.signatures,
        "variants": it.rows,
        "drafts": it.drafts,
        "examples": {"match": it.examples.0, "no_match": it.examples.1},
        "with_reference": with_reference,
        "cross_fire": it.cross_fire(),
        "by_level": it.by_level,
        "by_side": it.by_side,
        "by_severity": it.by_severity,
        "by_product": by_product,
        "products": products.collect::<Value>(),
        "by_reference": it.by_reference,
        "by_host": it.by_host,
        "without_reference": ids(&it.without_reference),
        "without_first_level_fix": ids(&it.without_first_level_fix),
        "crosses": crosses_json(&it.crosses),
        "common_texts": common.collect::<Value>(),
    });
    format!("{value:#}\n")
}

fn markdown(it: &Quality) -> String {
    let mut out = String::new();
    // Nothing in memory fails to be written to.
    let _ = write_markdown(it, &mut out);
    out
}

fn write_markdown(it: &Quality, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# The catalogue in numbers\n")?;
    writeln!(
        out,
        "Written by `tierline signatures check [DIR] --report FILE.md` and not edited by hand: after a merge, write it anew.\n"
    )?;
    writeln!(out, "| what | number |\n|---|---:|")?;
    let referenced = it.signatures - it.without_reference.len();
    for (what, number) in [
        ("signatures", it.signatures),
        ("of them drafts", it.drafts),
        ("rows of variants", it.rows),
        ("products", it.by_product.len()),
        ("examples that match", it.examples.0),
        ("examples that must not match", it.examples.1),
        ("signatures with a public reference", referenced),
        ("pairs of signatures that both show for one example", it.cross_fire()),
    ] {
        writeln!(out, "| {what} | {number} |")?;
    }
    write_levels(it, out)?;
    writeln!(out, "\n## By severity\n\n| severity | signatures |\n|---|---:|")?;
    for severity in ["critical", "high", "medium", "low", "info"] {
        writeln!(out, "| {severity} | {} |", it.by_severity.get(severity).unwrap_or(&0))?;
    }
    write_cross_fire(it, out)?;
    write_references(it, out)?;
    writeln!(out, "\n## Texts that are common\n")?;
    writeln!(
        out,
        "Signatures whose rarest required text stands often in a MiB of ordinary logs; at most 40 are listed.\n"
    )?;
    writeln!(out, "| signature | text | times in a MiB |\n|---|---|---:|")?;
    for (id, text, times) in &it.common {
        writeln!(out, "| {id} | `{}` | {times} |", text.replace('|', "\\|"))?;
    }
    writeln!(out, "\n## By product\n")?;
    writeln!(
        out,
        "| product | signatures | variants | L1 | L2 | L3 | with reference |\n|---|---:|---:|---:|---:|---:|---:|"
    )?;
    for (product, it) in &it.by_product {
        let [l1, l2, l3] = it.by_level;
        writeln!(out, "| {product} | {} | {} | {l1} | {l2} | {l3} | {} |", it.signatures, it.rows, it.with_reference)?;
    }
    Ok(())
}

fn write_levels(it: &Quality, out: &mut String) -> std::fmt::Result {
    const SIDES: [&str; 5] = ["client", "network", "server", "storage", "config"];
    writeln!(out, "\n## By level and side\n\n| level | {} | all |\n|---|{}", SIDES.join(" | "), "---:|".repeat(6))?;
    for level in ["L1", "L2", "L3"] {
        write!(out, "| {level} |")?;
        for side in SIDES {
            write!(out, " {} |", it.by_level_and_side.get(&(level, side)).unwrap_or(&0))?;
        }
        writeln!(out, " {} |", it.by_level.get(level).unwrap_or(&0))?;
    }
    write_ids("L1 signatures without a fix for L1", &it.without_first_level_fix, out)
}

fn write_cross_fire(it: &Quality, out: &mut String) -> std::fmt::Result {
    let by_scope = it.crosses.iter().filter(|it| it.by_scope_only).count();
    let hidden = it.crosses.iter().filter(|it| it.allowed != Allowed::No && !it.by_scope_only).count();
    writeln!(out, "\n## Cross-fire\n")?;
    writeln!(out, "Pairs of signatures of which one claims an example of the other.\n")?;
    writeln!(out, "| pairs | number |\n|---|---:|")?;
    writeln!(out, "| both are shown | {} |", it.cross_fire())?;
    writeln!(out, "| one hides the other | {hidden} |\n| kept apart by the scopes alone | {by_scope} |")?;
    if !it.crosses.is_empty() {
        writeln!(out, "\n| examples of | are also claimed by | which is |\n|---|---|---|")?;
    }
    for cross in &it.crosses {
        let what = match (cross.allowed, cross.by_scope_only) {
            (_, true) => "kept apart by its scope",
            (Allowed::No, _) => "**shown, too**",
            (Allowed::Suppresses, _) => "hidden",
            (Allowed::Suppressed, _) => "shown in its place",
        };
        writeln!(out, "| {} | {} | {what} |", cross.of, cross.claimed_by)?;
    }
    Ok(())
}

fn write_references(it: &Quality, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n## References\n\n| kind | signatures |\n|---|---:|")?;
    for (kind, number) in &it.by_reference {
        writeln!(out, "| {kind} | {number} |")?;
    }
    let mut hosts: Vec<_> = it.by_host.iter().collect();
    hosts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    writeln!(out, "\n| host, the {HOSTS} most frequent of {} | signatures |\n|---|---:|", hosts.len())?;
    for (host, number) in hosts.into_iter().take(HOSTS) {
        writeln!(out, "| {host} | {number} |")?;
    }
    write_ids("Signatures without a reference", &it.without_reference, out)
}

fn write_ids(what: &str, ids: &[Arc<str>], out: &mut String) -> std::fmt::Result {
    if ids.is_empty() {
        return writeln!(out, "\n{what}: none.");
    }
    writeln!(out, "\n{what}:\n")?;
    ids.iter().try_for_each(|id| writeln!(out, "- {id}"))
}

//! What a person reads of a collection, before and after.

use crate::cli::output;
use std::path::Path;
use tierline::collect::{Collected, Format, Host, Plan, detect};
use tierline::escalate::missing_logs;
use tierline::report::{one_line, wrapped};
use tierline::signature::{Profile, SignatureSet};

/// The endings of archives that can be written.
pub(super) fn endings() -> String {
    match Format::USUAL {
        Format::Zip => "`.zip`; `.tar.zst` needs the default build".to_owned(),
        #[cfg(feature = "server")]
        usual => format!("`{}` or `{}`", usual.ending(), Format::Zip.ending()),
    }
}

/// The profiles, and which fit the machine.
pub(super) fn list(profiles: &[Profile], host: &Host) -> String {
    let there: Vec<&str> = detect(profiles, host).iter().map(|it| &*it.name).collect();
    let width = profiles.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let line = |it: &Profile| {
        let is_there = if there.contains(&&*it.name) { "here" } else { "-" };
        format!("{:width$}  {is_there:4}  {}\n", it.name, it.title)
    };
    profiles.iter().map(line).collect()
}

/// A dry run: a line for everything.
pub(super) fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |what: &str, bytes: Option<u64>, origin: &str, why: &str| {
        let bytes = bytes.map_or_else(|| "-".to_owned(), |it| it.to_string());
        let why = if why.is_empty() { String::new() } else { format!(": {}", one_line(why)) };
        text.push_str(&format!("{what:5} {bytes:>12}  {}{why}\n", one_line(origin)));
    };
    plan.files.iter().for_each(|it| line("take", Some(it.bytes), &it.origin, ""));
    plan.events.iter().for_each(|it| line("take", None, &it.origin, "exported, then taken if it is not too large"));
    plan.commands.iter().for_each(|it| line("run", None, &it.run.join(" "), ""));
    plan.refused.iter().for_each(|it| line("leave", it.bytes, &it.origin, &it.why));
    let bytes: u64 = plan.files.iter().map(|it| it.bytes).sum();
    text.push_str(&format!(
        "{}, {bytes} bytes; {}; {} left out. Profiles: {}\n",
        count(plan.files.len(), "file"),
        count(plan.commands.len() + plan.events.len(), "command"),
        plan.refused.len(),
        if plan.profiles.is_empty() { "none".to_owned() } else { plan.profiles.join(", ") },
    ));
    text
}

/// So many of what is not in the archive are named.
const NAMED: usize = 20;

/// What was written, what is not in it, and what the vendors will ask for.
pub(super) fn collected(collected: &Collected, out: &Path, set: &SignatureSet, keeps_names: bool) -> String {
    let manifest = &collected.manifest;
    let width = output::width();
    let mut text = format!(
        "{}: {}, {}\n",
        out.display(),
        count(manifest.files.len(), "file"),
        count(manifest.commands.len(), "output") + " of commands"
    );
    let missed = manifest.refused.iter().filter(|it| it.missed);
    let notes = manifest.files.iter().filter_map(|it| Some((&it.origin, it.note.as_ref()?)));
    let missed: Vec<_> = missed.map(|it| (&it.origin, &it.why)).chain(notes).collect();
    if !missed.is_empty() {
        text.push_str("Not in it, or not whole:\n");
        for (origin, why) in missed.iter().take(NAMED) {
            let words = format!("{}: {}", one_line(origin), one_line(why));
            text.push_str(&wrapped("  - ", "    ", &words, width));
        }
        if missed.len() > NAMED {
            text.push_str(&format!("  and {} more; manifest.json in the archive names all\n", missed.len() - NAMED));
        }
    }
    for (vendor, logs) in lacking(collected, set) {
        let places: Vec<String> = logs.places.iter().map(|(system, place)| format!("{system}: {place}")).collect();
        let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join("; ")) };
        let words = format!("{vendor} would ask for more: this bundle lacks the {}{places}", logs.what);
        text.push_str(&wrapped("", "  ", &words, width));
    }
    text.push_str(match keeps_names {
        true => "Secrets were removed; names and addresses are in it as they are. Nothing was sent.\n",
        false => "Names are pseudonyms; what they stand for stays on this machine. Nothing was sent.\n",
    });
    text
}

/// What the vendors of the products want and the archive does not have, with the names of their products.
fn lacking<'s>(collected: &Collected, set: &'s SignatureSet) -> Vec<(&'s str, &'s tierline::signature::RequiredLogs)> {
    let manifest = &collected.manifest;
    let files = manifest.files.iter().map(|it| it.path.clone());
    let paths: Vec<String> = files.chain(manifest.commands.iter().map(|it| it.path.clone())).collect();
    let mut lacking = Vec::new();
    for vendor in set.vendors() {
        for product in &vendor.products {
            let folder = format!("{}/{}", vendor.folder, product.folder);
            let is_used = |it: &&Profile| *it.folder == *folder && manifest.profiles.contains(&it.name);
            if set.profiles().iter().any(|it| is_used(&it)) {
                lacking.extend(missing_logs(product, &paths).map(|logs| (&*product.name, logs)));
            }
        }
    }
    lacking
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

//! What a person reads of a collection, before and after.

use crate::cli::output;
use std::collections::BTreeMap;
use std::path::Path;
use tierline::collect::{Collected, Format, Host, Plan, Refused, detect};
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

/// What to do if a plan is empty.
pub(super) const NOTHING: &str =
    "there is nothing to take; `tierline collect --list` shows which profiles fit this machine";

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

/// A dry run: a line for everything, what is left out by reason.
pub(super) fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let line = |what: &str, bytes: Option<u64>, origin: &str, why: &str| {
        let bytes = bytes.map_or_else(|| "-".to_owned(), |it| it.to_string());
        let why = if why.is_empty() { String::new() } else { format!(": {}", one_line(why)) };
        format!("{what:5} {bytes:>12}  {}{why}\n", one_line(origin))
    };
    text.extend(plan.files.iter().map(|it| line("take", Some(it.bytes), &it.origin, "")));
    let exported = "exported, then taken if it is not too large";
    text.extend(plan.events.iter().map(|it| line("take", None, &it.origin, exported)));
    text.extend(plan.commands.iter().map(|it| line("run", None, &it.run.join(" "), "")));
    let mut reasons: BTreeMap<&str, Vec<&Refused>> = BTreeMap::new();
    plan.refused.iter().for_each(|it| reasons.entry(&it.why).or_default().push(it));
    for (why, refused) in reasons {
        if let [it] = *refused {
            text.push_str(&line("leave", it.bytes, &it.origin, why));
            continue;
        }
        text.push_str(&format!("leave {}: {}\n", refused.len(), one_line(why)));
        text.extend(refused.iter().map(|it| line("leave", it.bytes, &it.origin, "")));
    }
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
    let missed = manifest.lacks();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_many_have_is_told_once() {
        let refused = |origin: &str, why: &str| Refused {
            origin: origin.to_owned(),
            bytes: None,
            why: why.to_owned(),
            is_missed: false,
        };
        let refused =
            vec![refused("uname -a", "of this machine"), refused("x", "a link"), refused("df", "of this machine")];
        let text = plan(&Plan { refused, ..Plan::default() });
        let expected = [
            "leave            -  x: a link",
            "leave 2: of this machine",
            "leave            -  uname -a",
            "leave            -  df",
            "0 files, 0 bytes; 0 commands; 3 left out. Profiles: none",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}

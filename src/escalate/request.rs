//! The text that asks the customer for what is missing.

use super::case::Case;
use super::gate::Shortfall;
use crate::diagnosis::Diagnosis;
use crate::finding::Time;
use crate::signature::{Os, RequiredLogs};
use std::collections::BTreeSet;

/// Returns the message to the customer; `None` if nothing is missing that a customer could send.
pub fn request(case: &Case<'_>, diagnosis: &Diagnosis) -> Option<String> {
    let systems: BTreeSet<&str> =
        diagnosis.facts.iter().filter_map(|it| Os::of_fact(&it.name, &it.value)).map(Os::name).collect();
    let mut items = Vec::new();
    for shortfall in &case.shortfalls {
        match shortfall {
            Shortfall::Logs(logs) => items.push(wanted(logs, &systems)),
            Shortfall::Files { glob } => items.push(format!("A file like {glob}.")),
            Shortfall::Fact { name } => items.push(asked(name, &case.product.name)),
            Shortfall::Unread(problem) => items.push(format!(
                "{} again, complete: what we received cannot be read ({}).",
                received(&problem.file, diagnosis),
                problem.message
            )),
            Shortfall::KnownFix(_) | Shortfall::Contract { .. } | Shortfall::Customer { .. } => {}
        }
    }
    if items.is_empty() {
        return None;
    }
    let mut text = format!(
        "To open a case about {} with {} we still need the following from you:\n",
        case.product.name, case.vendor.vendor
    );
    for (number, item) in items.iter().enumerate() {
        text.push_str(&format!("\n{}. {item}\n", number + 1));
    }
    let group = case.subject.group();
    if let (Some(first), Some(last)) = (group.first_time, group.last_time) {
        text.push_str(&format!("\n{}\n", period(first, last)));
    }
    text.push_str(
        "\nPlease send the files as they are, as one archive, without a password and without changing them.\n",
    );
    Some(text)
}

/// A file as the customer has sent it, without the folder in which it lies here.
fn received<'f>(file: &'f str, diagnosis: &Diagnosis) -> &'f str {
    let folder = diagnosis.inputs.iter().filter_map(|input| {
        let folder = input.path.parent()?.to_str().filter(|it| !it.is_empty())?;
        let rest = file.strip_prefix(folder)?;
        let name = rest.strip_prefix(['/', '\\']).unwrap_or(rest);
        let own = name.strip_prefix(input.path.file_name()?.to_str()?)?;
        (own.is_empty() || own.starts_with(['/', '\\', '!'])).then_some(name)
    });
    folder.min_by_key(|it| it.len()).unwrap_or(file)
}

/// What a log is, where it lies and how it is exported. If the logs tell which system it is, places on others are left out.
fn wanted(logs: &RequiredLogs, systems: &BTreeSet<&str>) -> String {
    let is_own = |system: &str| systems.iter().any(|own| system.to_lowercase().starts_with(own));
    let known = logs.places.iter().any(|(system, _)| is_own(system));
    let mut text = format!("The {}.", logs.what);
    for (system, place) in logs.places.iter().filter(|(system, _)| !known || is_own(system)) {
        text.push_str(&format!("\n   {system}: {place}"));
    }
    if let Some(how) = &logs.how {
        text.push_str(&format!("\n   {how}"));
    }
    if let Some(url) = &logs.url {
        text.push_str(&format!("\n   See {url}"));
    }
    text
}

/// What a fact is, in words: `veeam.vbr.version` asks for the version of the product.
fn asked(name: &str, product: &str) -> String {
    match name.rsplit('.').next().unwrap_or(name) {
        "version" => format!("The version and build of {product} ({name})."),
        other => format!("The {} of {product} ({name}).", other.replace('-', " ")),
    }
}

/// The days that the logs should cover: from the day before the first message to the day of the last one.
fn period(first: Time, last: Time) -> String {
    let day = |time: Time| time.to_string().chars().take("2026-01-02".len()).collect::<String>();
    let (first, last) = (day(first), day(last));
    match first == last {
        true => format!("The logs should cover {first} and the day before."),
        false => format!("The logs should cover {first} to {last} and the day before."),
    }
}

//! `portal.txt`: the fields of the vendor's portal in its order, ready to be pasted. A portal takes no Markdown, so the description
//! is plain text.

use super::render::{first, last, seen, titled};
use super::ticket::Ticket;
use crate::report::one_line;
use crate::signature::{Portal, Takes};

/// Between the fields and the description, which is pasted as a whole.
const BELOW: &str = "----------------------------------------------------------------";

/// The fields of the vendor's portal in its order, each with what to put in, and the description.
pub(super) fn portal_fields(ticket: &Ticket, portal: &Portal) -> String {
    let mut text = format!("{}\n{}\n", portal.name, portal.url);
    for field in &portal.fields {
        let value = match field.takes {
            Takes::Contract => ticket.contract.clone().unwrap_or_else(|| "(the number of the support contract)".into()),
            Takes::Product => ticket.product.clone(),
            Takes::Version => ticket.version.clone(),
            Takes::Severity => ticket.severity.clone(),
            Takes::Summary => ticket.summary.clone(),
            Takes::Description => "(all text below the line)".into(),
            Takes::Attachments if !ticket.encrypt_to.is_empty() => {
                "(the encrypted file beside the package, package-….zip.age)".into()
            }
            Takes::Attachments => {
                let most = ticket.attachment_mb.map(|it| format!(", each of {it} MB at most")).unwrap_or_default();
                format!("(ticket.md and all files in evidence and logs{most})")
            }
            Takes::Person if field.choices.is_empty() => "(to be filled in)".into(),
            Takes::Person => format!("(one of: {})", field.choices.join(", ")),
        };
        text.push_str(&format!("\n{}:\n  {value}\n", field.name));
    }
    text.push_str(&format!("\n{BELOW}\n{}", plain_text(ticket)));
    text
}

/// The case in plain text, for portals and trackers that take no Markdown.
pub fn plain_text(ticket: &Ticket) -> String {
    let rows = [
        ("Product", Some(ticket.product.clone())),
        ("Version", Some(ticket.version.clone())),
        ("Severity", Some(ticket.severity.clone())),
        ("Ransomware", ticket.ransomware.then(|| "yes: the customer was attacked".into())),
        ("Seen", Some(seen(ticket))),
        ("First", first(ticket)),
        ("Last", last(ticket)),
        ("Codes", Some(ticket.codes.join(", ")).filter(|it| !it.is_empty())),
        ("Reference", Some(ticket.key.clone())),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", one_line(&value?))));
    let mut text = rows.collect::<Vec<_>>().join("\n") + "\n";
    let mut block = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{heading}:\n{}\n", lines.join("\n")));
        }
    };
    block("Error message, verbatim", ticket.message.lines().map(one_line).collect());
    block("It stands in", ticket.place.iter().chain(ticket.files.iter().skip(1)).map(|it| item(it)).collect());
    block("Described at", ticket.articles.iter().map(|it| item(it)).collect());
    let pairs = |pairs: &[(String, String)]| pairs.iter().map(|(a, b)| item(&format!("{a}: {b}"))).collect();
    block("Environment", pairs(&ticket.environment));
    block("What happened around it", pairs(&ticket.timeline));
    let tried = match ticket.tried.as_slice() {
        [] => vec!["Nothing that is recorded.".into()],
        tried => tried.iter().map(|it| item(it)).collect(),
    };
    block("What was tried", tried);
    block("Not tried yet", ticket.untried.iter().map(|it| item(it)).collect());
    let known = ticket.known.iter().map(|it| item(&format!("{} {}", titled(it), it.urls.join(" "))));
    block("Known problems in the same logs", known.collect());
    block("Not available", ticket.missing.iter().map(|it| item(it)).collect());
    block("The case is opened all the same", ticket.reason.iter().map(|it| one_line(it)).collect());
    block("Attached", ticket.attachments.iter().map(|it| item(&format!("{}: {}", it.path, it.what))).collect());
    block(
        "Names",
        vec!["Computers, users and networks have pseudonyms: the same name has the same pseudonym everywhere.".into()],
    );
    text
}

/// An item of a list; what belongs to the one before it is indented.
fn item(words: &str) -> String {
    match words.strip_prefix("  ") {
        Some(inner) => format!("    - {}", one_line(inner).trim_end()),
        None => format!("  - {}", one_line(words).trim_end()),
    }
}

//! The ticket as text: Markdown for people and for trackers, JSON for programs.

use super::ticket::{KnownProblem, Ticket};
use crate::report::{address, code, escape, fenced};

/// Renders `ticket.md`.
pub fn markdown(ticket: &Ticket) -> String {
    let mut page = Page::default();
    page.line(&format!("# {}: {}", escape(&ticket.product), escape(&ticket.summary)));
    page.rows(&[
        ("Product", Some(ticket.product.clone())),
        ("Version", Some(ticket.version.clone())),
        ("Severity", Some(ticket.severity.clone())),
        ("Support contract", Some(ticket.contract.clone().unwrap_or_else(|| "not stated".into()))),
        ("Ransomware", ticket.ransomware.then(|| "yes: the customer was attacked".into())),
        ("Seen", Some(seen(ticket))),
        ("First", first(ticket)),
        ("Last", last(ticket)),
        ("Codes", Some(ticket.codes.join(", ")).filter(|it| !it.is_empty())),
        ("Reference", Some(ticket.key.clone())),
    ]);
    page.heading("Error message, verbatim");
    page.block(&fenced(&ticket.message));
    if let Some(place) = &ticket.place {
        page.line(&format!("In {}.", code(place)));
    }
    if !ticket.articles.is_empty() {
        let urls: Vec<String> = ticket.articles.iter().map(|it| address(it)).collect();
        page.line(&format!("Described at {}", urls.join(" ")));
    }
    let others: Vec<String> = ticket.files.iter().skip(1).map(|it| code(it)).collect();
    if !others.is_empty() {
        page.line(&format!("Also in {}.", others.join(", ")));
    }
    page.table("Environment", "What", "As the logs state it", &ticket.environment);
    page.table("What happened around it", "Time", "Message", &ticket.timeline);
    page.list("What was tried", &ticket.tried, "Nothing that is recorded.");
    page.list("Not tried yet", &ticket.untried, "");
    if !ticket.known.is_empty() {
        page.heading("Known problems in the same logs");
        for known in &ticket.known {
            let urls: Vec<String> = known.urls.iter().map(|it| address(it)).collect();
            let told = [escape(&titled(known)), urls.join(" ")].join(" ");
            page.item(told.trim_end());
        }
        page.out.push('\n');
    }
    page.list("Not available", &ticket.missing, "");
    if let Some(reason) = &ticket.reason {
        page.line(&format!("The case is opened all the same: {}", escape(reason)));
    }
    page.heading("Attached");
    page.line(
        "Names of computers, users and networks are pseudonyms: the same name has the same pseudonym everywhere.",
    );
    for file in &ticket.attachments {
        page.item(&format!("{}: {} ({} bytes)", code(&file.path), escape(&file.what), file.bytes));
    }
    page.end()
}

/// Renders `ticket.json`.
pub fn json(ticket: &Ticket) -> String {
    let json = serde_json::to_string_pretty(ticket);
    json.expect("a ticket is text, numbers and lists of them") + "\n"
}

/// A time as the log has it. The vendor has to know which clock it is.
pub(super) fn moment(time: &str) -> String {
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    match clock.contains(['Z', '+', '-']) {
        true => time.to_owned(),
        false => format!("{time} (the log states no time zone)"),
    }
}

/// How often it was seen, and when if that is one time only: others have rows of their own.
pub(super) fn seen(ticket: &Ticket) -> String {
    let often = ticket.occurrence.split(", ").next().unwrap_or_default();
    match (&ticket.first_time, last(ticket)) {
        (Some(first), None) => format!("{often}, {}", moment(first)),
        (Some(_), Some(_)) => often.to_owned(),
        (None, _) => ticket.occurrence.clone(),
    }
}

/// The first time, if there is another one.
pub(super) fn first(ticket: &Ticket) -> Option<String> {
    last(ticket).and(ticket.first_time.as_deref()).map(moment)
}

/// A known problem, and whether anybody has dealt with it.
pub(super) fn titled(known: &KnownProblem) -> String {
    let open = if known.is_open { " (not tried yet)" } else { "" };
    format!("{}{open}", known.title)
}

/// The last time, if it is not the first.
pub(super) fn last(ticket: &Ticket) -> Option<String> {
    ticket.last_time.as_deref().filter(|last| Some(*last) != ticket.first_time.as_deref()).map(moment)
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn line(&mut self, markdown: &str) {
        self.out.push_str(markdown);
        self.out.push_str("\n\n");
    }

    fn block(&mut self, markdown: &str) {
        self.out.push_str(markdown);
        self.out.push('\n');
    }

    fn heading(&mut self, words: &str) {
        self.line(&format!("## {words}"));
    }

    fn item(&mut self, markdown: &str) {
        self.out.push_str(&format!("- {markdown}\n"));
    }

    /// A table of what is known.
    fn rows(&mut self, rows: &[(&str, Option<String>)]) {
        self.out.push_str("| | |\n|---|---|\n");
        for (name, value) in rows {
            if let Some(value) = value {
                self.out.push_str(&format!("| {name} | {} |\n", escape(value)));
            }
        }
        self.out.push('\n');
    }

    fn table(&mut self, heading: &str, left: &str, right: &str, rows: &[(String, String)]) {
        if rows.is_empty() {
            return;
        }
        self.heading(heading);
        self.out.push_str(&format!("| {left} | {right} |\n|---|---|\n"));
        for (name, value) in rows {
            self.out.push_str(&format!("| {} | {} |\n", escape(name), escape(value)));
        }
        self.out.push('\n');
    }

    /// A list with its heading; without items what stands in its place, or nothing.
    fn list(&mut self, heading: &str, items: &[String], nothing: &str) {
        if items.is_empty() && nothing.is_empty() {
            return;
        }
        self.heading(heading);
        for item in items {
            // What belongs to the item before it is indented.
            let (depth, item) = match item.strip_prefix("  ") {
                Some(inner) => ("  ", inner),
                None => ("", item.as_str()),
            };
            self.out.push_str(&format!("{depth}- {}\n", escape(item)));
        }
        if items.is_empty() {
            self.out.push_str(nothing);
            self.out.push('\n');
        }
        self.out.push('\n');
    }

    fn end(mut self) -> String {
        let end = self.out.trim_end().len();
        self.out.truncate(end);
        self.out.push('\n');
        self.out
    }
}

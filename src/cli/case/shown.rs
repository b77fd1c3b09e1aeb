//! Cases as people and programs see them.

use super::Format;
use crate::cli::output;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tierline::calendar::utc;
use tierline::casework::{next_steps, to_json, told as told_by_others};
use tierline::report::one_line;
use tierline::sla::{Clock, Clocks, Outlook};
use tierline::store::{Case, CaseFinding, Happened, Recurrence};

/// `quiet`: the cases of which all that was found is suppressed.
pub(super) fn print_list(cases: &[Case], quiet: &BTreeSet<i64>, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let item = |case: &Case| {
            let mut value = json(case);
            value["suppressed"] = quiet.contains(&case.id).into();
            value
        };
        return print(&cases.iter().map(item).collect());
    }
    let mut text = String::new();
    for case in cases {
        let line = line(case);
        text.push_str(if quiet.contains(&case.id) { line.trim_end() } else { &line });
        text.push_str(if quiet.contains(&case.id) { " (suppressed)\n" } else { "" });
    }
    if cases.is_empty() {
        text.push_str("There are no cases.\n");
    }
    output::print(text.as_bytes())
}

/// All that is known of a case.
pub(super) struct Whole<'a> {
    pub(super) case: &'a Case,
    pub(super) clocks: &'a Clocks,
    pub(super) findings: &'a [CaseFinding],
    /// What other cases tell of each finding.
    pub(super) recurrences: &'a [Recurrence],
}

pub(super) fn print_case(all: &Whole<'_>, format: Format) -> anyhow::Result<()> {
    let Whole { case, clocks, findings, recurrences } = *all;
    if format == Format::Json {
        let mut value = json(case);
        value["findings"] = findings.iter().zip(recurrences).map(|(it, other)| finding_json(it, other)).collect();
        let next = next_steps(case, findings).into_iter();
        let next = next.map(|(finding, step)| {
            json!({"problem": finding.problem, "step": finding.name_of(step), "level": step.level,
                "audience": step.audience, "text": step.text, "risk": step.risk})
        });
        value["next_steps"] = next.collect();
        value["clocks"] = both(clocks).map(clock_json).collect();
        let event = |it: &tierline::store::Event| json!({"time": utc(it.at), "by": it.by, "kind": it.what.name(), "text": it.text});
        value["events"] = case.events.iter().map(event).collect();
        return print(&value);
    }
    let mut text = line(case);
    let mut add = |label: &str, words: Option<&str>| {
        if let Some(words) = words {
            text.push_str(&format!("  {label:9} {}\n", one_line(words)));
        }
    };
    add("vendor", case.vendor.as_deref());
    add("product", case.product.as_deref());
    add("contact", case.contact.as_deref());
    add("assigned", case.assigned.as_deref());
    add("came by", Some(case.origin.name()));
    let step = case.fixed_by.as_deref().and_then(|by| findings.iter().find_map(|it| it.finding.named(by)?));
    add("fixed by", case.fixed_by.as_deref());
    add("", step.map(|it| &*it.text));
    for clock in both(clocks) {
        add(clock.side.name(), Some(&told(clock)));
    }
    for ticket in &case.tickets {
        let status = ticket.status.as_deref().unwrap_or("state not read yet");
        let remote = ticket.remote.as_deref().unwrap_or("not there yet");
        add("ticket", Some(&format!("{}: {remote}, {status}", ticket.tracker)));
    }
    for bundle in &case.bundles {
        add("logs", Some(&bundle.path));
    }
    if !findings.is_empty() {
        text.push_str("What was found:\n");
        for (it, others) in findings.iter().zip(recurrences) {
            text.push_str(&finding_text(it));
            told_by_others(others).iter().for_each(|it| text.push_str(&format!("    {}\n", one_line(it))));
        }
    }
    if case.closed.is_none() && !findings.is_empty() {
        text.push_str("What to do next:\n");
        text.push_str(&next_text(case, findings));
    }
    text.push_str("What happened:\n");
    for event in &case.events {
        let words = if event.what == Happened::Ticket { "sent to " } else { "" };
        let words = format!("{} {}: {words}{}", event.by, event.what.name(), event.text);
        text.push_str(&format!("  {} {}\n", utc(event.at), one_line(words.trim_end_matches([':', ' ']))));
    }
    output::print(text.as_bytes())
}

/// How often.
pub(super) fn often(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// What is left to try, and what to do if nothing is.
fn next_text(case: &Case, findings: &[CaseFinding]) -> String {
    let steps = next_steps(case, findings);
    let mut text = String::new();
    for (finding, step) in &steps {
        let name = finding.name_of(step).unwrap_or_else(|| finding.problem.clone());
        let words = format!("[{}, {}] {}", step.level, step.audience, step.text);
        text.push_str(&format!("  {}\n    {}\n", one_line(&words), one_line(&name)));
        if let Some(risk) = step.known_risk() {
            text.push_str(&format!("    risk: {}\n", one_line(risk)));
        }
    }
    if steps.is_empty() {
        let id = case.id;
        text.push_str(&format!(
            "  no step is left to try; `tierline escalate --case {id}` makes the package for the vendor\n"
        ));
    }
    text
}

fn finding_json(it: &CaseFinding, others: &Recurrence) -> Value {
    let mut value = to_json(&it.finding);
    value["bundles"] = it.bundles.into();
    value["last_bundle"] = it.path.as_str().into();
    value["in_last_bundles"] = (!it.is_earlier).into();
    let own = others.own.iter();
    let own = own.map(|it| json!({"case": it.case, "closed": it.closed.map(utc), "fixed_by": it.fixed_by}));
    let by = others.by.iter().map(|(step, cases)| json!({"step": step, "cases": cases}));
    value["other_cases"] = own.collect();
    value["other_cases_count"] = others.own_count.into();
    value["other_customers"] = others.others.into();
    value["solved_cases"] = others.solved.into();
    value["solved_by"] = by.collect();
    value
}

/// A finding on two lines: what it is, and the first record of it.
fn finding_text(it: &CaseFinding) -> String {
    let finding = &it.finding;
    let severity = finding.severity.as_deref().unwrap_or("unexplained");
    let variant = finding.variant.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    let times = match (&finding.first_time, &finding.last_time) {
        (Some(first), Some(last)) if first != last => format!(", {first} to {last}"),
        (Some(first), _) => format!(", {first}"),
        _ => String::new(),
    };
    let mut logs = if it.bundles > 1 { format!(", in {} logs", it.bundles) } else { String::new() };
    if it.is_earlier {
        logs.push_str(", not in the last logs");
    }
    let title = one_line(&finding.title);
    let quiet = finding.suppressed.as_ref().map(|it| format!("    {}\n", one_line(it))).unwrap_or_default();
    let id = format!("{}{variant}", finding.problem);
    let first = finding.message.lines().next().unwrap_or_default();
    format!(
        "  {severity} {title}\n    {}, {}{times}{logs}\n    {}\n{quiet}",
        one_line(&id),
        often(finding.count),
        one_line(first)
    )
}

/// A clock in words.
pub(super) fn told(clock: &Clock) -> String {
    let goal = match clock.goal.name() {
        "first-response" => "first response",
        other => other,
    };
    let mut text = format!("{goal} within {}: ", length(clock.target));
    text.push_str(&match (clock.outlook, clock.due) {
        (Outlook::Met, _) => format!("met with {} to spare", length(clock.left)),
        (Outlook::Missed, _) => format!("missed by {}", length(-clock.left)),
        (Outlook::Late, due) => {
            format!("LATE by {}, was due {}", length(-clock.left), due.map_or_else(String::new, utc))
        }
        (Outlook::Paused, _) => format!("rests with {} left", length(clock.left)),
        (outlook, due) => {
            let due = due.map_or_else(|| "never".to_owned(), utc);
            let more = match outlook {
                Outlook::Near => ", near",
                Outlook::VendorMayBeLate => ", the vendor may take longer",
                _ => "",
            };
            format!("due {due}, {} left{more}", length(clock.left))
        }
    });
    if !clock.is_confirmed {
        text.push_str(" (not confirmed)");
    }
    text
}

pub(super) fn clock_json(clock: &Clock) -> Value {
    json!({
        "clock": clock.side.name(), "goal": clock.goal.name(), "target_seconds": clock.target,
        "confirmed": clock.is_confirmed, "started": utc(clock.started), "stopped": clock.stopped.map(utc),
        "due": clock.due.map(utc), "left_seconds": clock.left, "outlook": clock.outlook.name(),
    })
}

pub(super) fn both(clocks: &Clocks) -> impl Iterator<Item = &Clock> {
    clocks.customer.iter().chain(&clocks.vendor)
}

pub(super) fn print(value: &Value) -> anyhow::Result<()> {
    output::print(format!("{value:#}\n").as_bytes())
}

fn line(case: &Case) -> String {
    let severity = case.severity.as_deref().unwrap_or("-");
    format!("{:>4} {:7} {:8} {}: {}\n", case.id, case.status.name(), severity, case.customer, one_line(&case.title))
}

fn json(case: &Case) -> Value {
    let bundles = case.bundles.iter().map(|it| json!({"path": it.path, "sha256": it.sha256}));
    let tickets = case.tickets.iter().map(|it| {
        json!({"tracker": it.tracker, "ticket": it.remote, "status": it.status, "severity": it.severity,
            "accepted": it.accepted.map(utc), "key": it.problem})
    });
    json!({
        "id": case.id, "customer": case.customer, "status": case.status.name(), "title": case.title,
        "severity": case.severity, "vendor": case.vendor, "product": case.product, "origin": case.origin.name(),
        "contact": case.contact, "assigned": case.assigned, "opened": utc(case.opened), "closed": case.closed.map(utc), "fixed_by": case.fixed_by,
        "tried": case.tried().collect::<Vec<_>>(), "bundles": bundles.collect::<Vec<_>>(),
        "tickets": tickets.collect::<Vec<_>>(),
    })
}

/// Hours and minutes; hours may be many, as days would be those of a calendar.
fn length(seconds: i64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

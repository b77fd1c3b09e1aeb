//! What is new of the cases, in words.

use super::{Channel, News};
use crate::redact::Redacted;
use crate::sla::{Clock, Clocks, Goal, Outlook, Side};
use crate::store::{Case, Happened, NewNotice, Store, StoreError};
use std::collections::BTreeSet;

/// The clocks of a case; the configuration and the vendors' profiles know them.
pub type Promise<'a> = dyn Fn(&Case) -> Clocks + 'a;

/// The title of a case, as it may be told.
pub enum Title {
    /// Without secrets and names.
    Redacted(Redacted),
    /// It cannot be redacted.
    Hidden,
    /// Nothing of the customer may leave now.
    Withheld,
}

/// Something to tell of a case.
struct Piece {
    news: News,
    about: String,
    /// When it came to be.
    at: i64,
    words: String,
}

/// From now on there is something to tell, unless there was before. Returns since when, for each channel.
pub fn begin(store: &Store, channels: &[Channel], now: i64) -> Result<Vec<i64>, StoreError> {
    channels.iter().map(|it| store.since(&format!("notices {}", it.name), now)).collect()
}

/// Looks at all open cases and writes down what has to be told. What was so before a channel was there is not told. `redact` gives the
/// title of a case; one that is withheld is looked at again the next time. Returns what is new.
pub fn look(
    store: &Store,
    channels: &[Channel],
    promise: &Promise<'_>,
    redact: &dyn Fn(&Case) -> Title,
    now: i64,
) -> Result<Vec<NewNotice>, StoreError> {
    let mut new = Vec::new();
    if channels.is_empty() {
        return Ok(new);
    }
    let since =
        channels.iter().map(|it| store.since(&format!("notices {}", it.name), now)).collect::<Result<Vec<_>, _>>()?;
    // One by one: there may be many.
    for id in store.open_cases()? {
        let case = match store.case(id) {
            // It was erased meanwhile.
            Err(StoreError::NoCase(_)) => continue,
            case => case?,
        };
        let pieces = pieces(&case, &promise(&case));
        let mut title = None;
        for (channel, since) in channels.iter().zip(&since) {
            if channel.customers.as_ref().is_some_and(|it| !it.contains(&case.customer)) {
                continue;
            }
            for recipient in &channel.recipients {
                let told = store.told(case.id, &channel.name, recipient)?;
                let Some(piece) = pick(&pieces, channel, &told, *since) else { continue };
                let title = title.get_or_insert_with(|| redact(&case));
                let title = match title {
                    Title::Redacted(title) => Some(&*title),
                    Title::Hidden => None,
                    Title::Withheld => continue,
                };
                let (subject, text) = written(&case, piece, title);
                let (channel, recipient, about) = (channel.name.clone(), recipient.clone(), piece.about.clone());
                let notice = NewNotice { case: case.id, channel, recipient, about, subject, text };
                if store.tell(&notice, now)? {
                    new.push(notice);
                }
            }
        }
    }
    Ok(new)
}

/// What of a case is told next: the worst first, and one thing at a time.
fn pick<'p>(pieces: &'p [Piece], channel: &Channel, told: &BTreeSet<String>, since: i64) -> Option<&'p Piece> {
    let is_wanted = |it: &&Piece| {
        // That it is critical says as much.
        let is_new = match it.about.strip_prefix("again ") {
            Some(at) => !told.contains(&format!("critical again {at}")),
            None => it.news != News::New || told.is_empty(),
        };
        channel.on.contains(&it.news) && it.at >= since && !told.contains(&it.about) && is_new
    };
    pieces.iter().find(is_wanted)
}

/// All that could be told, the worst first.
fn pieces(case: &Case, clocks: &Clocks) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let both = || clocks.customer.iter().chain(&clocks.vendor).filter(|it| it.stopped.is_none());
    for clock in both().filter(|it| it.outlook == Outlook::Late) {
        let at = clock.due.unwrap_or(i64::MAX);
        pieces.push(Piece {
            news: News::Overdue,
            about: about(News::Overdue, clock),
            at,
            words: format!("{} is overdue", goal(clock)),
        });
    }
    // What was told before a case was closed is told again.
    let again = case.events.iter().filter(|it| it.what == Happened::Reopened).map(|it| it.at).max();
    if case.severity.as_deref() == Some("critical") {
        let changes = case.events.iter().filter(|it| it.what == Happened::Changed && it.text.ends_with("-> critical"));
        let at = changes.map(|it| it.at).max().unwrap_or(case.opened).max(again.unwrap_or(i64::MIN));
        let name = News::Critical.name();
        pieces.push(Piece {
            news: News::Critical,
            about: again.map_or(name.to_owned(), |at| format!("{name} again {at}")),
            at,
            words: "is critical".to_owned(),
        });
    }
    for clock in both().filter(|it| it.outlook == Outlook::Near) {
        // It is due, whenever it has come near.
        let (about, words) = (about(News::DueSoon, clock), format!("{} is due soon", goal(clock)));
        pieces.push(Piece { news: News::DueSoon, about, at: i64::MAX, words });
    }
    pieces.push(match again {
        None => {
            Piece { news: News::New, about: News::New.name().to_owned(), at: case.opened, words: "is new".to_owned() }
        }
        Some(at) => Piece { news: News::New, about: format!("again {at}"), at, words: "is open again".to_owned() },
    });
    pieces
}

/// The same clock may run several times: from answer to answer.
fn about(news: News, clock: &Clock) -> String {
    format!("{} {} {} {}", news.name(), clock.side.name(), clock.goal.name(), clock.started)
}

fn goal(clock: &Clock) -> &'static str {
    match (clock.side, clock.goal) {
        (Side::Customer, _) => "the solution",
        (Side::Vendor, Goal::Update) => "the vendor's next word",
        (Side::Vendor, _) => "the vendor's answer",
    }
}

fn written(case: &Case, piece: &Piece, title: Option<&Redacted>) -> (String, String) {
    const LONGEST: usize = 160;
    let title = title.map_or("(not shown: it could not be redacted)", Redacted::as_str);
    let title: String = title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|it| !it.is_control())
        .take(LONGEST)
        .collect();
    let (id, customer, words) = (case.id, &case.customer, &piece.words);
    let subject = match piece.words.strip_prefix("is ") {
        Some(_) => format!("case {id} of {customer} {words}: {title}"),
        None => format!("case {id} of {customer}: {words}: {title}"),
    };
    let mut text = format!("{subject}\n\n");
    let about = [("severity", &case.severity), ("vendor", &case.vendor), ("product", &case.product)];
    for (label, value) in about {
        if let Some(value) = value {
            text.push_str(&format!("{label}: {value}\n"));
        }
    }
    text.push_str(&format!("status: {}\nopened: {}\n", case.status.name(), time(case.opened)));
    if matches!(piece.news, News::DueSoon | News::Overdue) {
        text.push_str(&format!("what: {words}\n"));
    }
    text.push_str(&format!("\n`tierline case show {id}` shows all of it. Names in the title are pseudonyms.\n"));
    (subject, text)
}

/// A time in UTC.
fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |it| it.to_string())
}

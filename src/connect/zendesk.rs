//! Zendesk Support (<https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/>). Not verified live: made from the public
//! documentation, and held to it by contracts in the tests.
//!
//! The key is the ticket's `external_id`, by which tickets are listed (a search knows new ones only later). A ticket is opened
//! with an `Idempotency-Key`, so that Zendesk answers a repetition with the first answer; the body must be the same then, and
//! tokens of uploads never are. So files follow in a comment of their own
//! (<https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/>). Comments are internal notes.

use super::api::{Api, PAGES, list, sentence, shortened, text};
use super::http::{Http, Request};
use super::multipart::media_type;
use super::package::{Outgoing, sha256};
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// Tickets of one account.
pub(super) struct Zendesk {
    pub(super) api: Api,
    /// The identifier of the group that gets the tickets; without it the account's rules decide.
    pub(super) group: Option<u64>,
    pub(super) habits: Habits,
}

/// A comment holds 64 KB.
const LONGEST: usize = 60_000;
/// Other than a solved one, such a ticket can be neither changed nor opened again
/// (<https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-updating-tickets/>).
const CLOSED: &str = "closed";
/// Stands above files.
const FILES: &str = "Files of the package.";

const ADVICE: &[(u16, &str)] = &[
    (403, "the token's user must be an agent who may see and add tickets, and API access by token must be on"),
    (422, "a field that the account requires is missing or a value is not allowed; a file may be 50 MB at most"),
];

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "Zendesk", said, advice: ADVICE, busy: &[] }
}

impl Zendesk {
    fn opening(&self, draft: &Draft) -> Request {
        let mut ticket = json!({
            "subject": draft.subject,
            "comment": {"body": shortened(&draft.body, LONGEST), "public": false},
            "external_id": draft.key,
        });
        if let Some(group) = self.group {
            ticket["group_id"] = group.into();
        }
        if let Some(before) = draft.follows.as_ref().and_then(|it| it.parse::<u64>().ok()) {
            ticket["via_followup_source_id"] = before.into();
        }
        let body = json!({ "ticket": ticket });
        // What is said and not only the key: for the same key with another body Zendesk answers an error.
        let idempotent = sha256(format!("{} {body}", draft.key).as_bytes());
        Request::post("/api/v2/tickets.json", body).with("Idempotency-Key", idempotent)
    }

    fn note(ticket: &str, body: &str, tokens: &[String]) -> Request {
        let comment = json!({"body": shortened(body, LONGEST), "public": false, "uploads": tokens});
        Request::put(format!("/api/v2/tickets/{}.json", escaped(ticket)), json!({"ticket": {"comment": comment}}))
    }

    fn upload(file: &Outgoing) -> Request {
        let path = format!("/api/v2/uploads.json?filename={}", escaped(&file.name));
        Request::file(path, media_type(&file.name), file)
    }

    /// All items of a list with a cursor.
    fn all(&self, path: &str, name: &str) -> Result<Vec<Value>, Failure> {
        let (mut all, mut after) = (Vec::new(), String::new());
        for _ in 0..PAGES {
            let value = self.api.ask(&format!("{path}{after}"))?;
            all.extend(list(&value, &format!("/{name}")));
            let cursor = text(&value, "/meta/after_cursor");
            if value.pointer("/meta/has_more") != Some(&Value::Bool(true)) || cursor.is_empty() {
                break;
            }
            after = format!("&page[after]={}", escaped(&cursor));
        }
        Ok(all)
    }
}

impl Tracker for Zendesk {
    fn target(&self) -> String {
        self.api.http.base().to_owned()
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let me = self.api.ask("/api/v2/users/me.json")?;
        let role = text(&me, "/user/role");
        // Without credentials it answers with a user too, of no name and no rights.
        if !matches!(role.as_str(), "agent" | "admin") {
            let why = format!("{} knows the token's user as {role:?}, not as an agent", self.api.http.base());
            return Err(Failure::Stopped {
                why: format!("{why}; is `user` an agent's address, and the token active?"),
            });
        }
        let none = "0".repeat(64);
        if !self.find(&none)?.is_empty() {
            let why = format!("{} finds tickets for a key that none has", self.api.http.base());
            return Err(Failure::Stopped { why });
        }
        if let Some(group) = self.group {
            self.api.ask(&format!("/api/v2/groups/{group}.json")).map_err(Failure::stops)?;
        }
        let seen = vec![
            format!("{} takes the credentials ({role})", self.api.http.base()),
            "tickets are found by `external_id`".to_owned(),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let tickets =
            self.all(&format!("/api/v2/tickets.json?external_id={}&page[size]=100", escaped(key)), "tickets")?;
        // One that is closed for good is followed by another of the same key.
        let ours = tickets.iter().filter(|it| text(it, "/external_id") == key && text(it, "/status") != CLOSED);
        let mut found: Vec<u64> = ours.filter_map(|it| it.get("id")?.as_u64()).collect();
        found.sort_unstable();
        Ok(found.iter().map(u64::to_string).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        let id = created.pointer("/ticket/id").and_then(Value::as_u64);
        id.map(|it| it.to_string()).ok_or_else(|| self.api.lacks("ticket"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.api.tell(&Zendesk::note(ticket, &draft.body, &[])).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let upload = |file: &Outgoing| {
            let answer = self.api.question(&Zendesk::upload(file))?;
            Some(text(&answer, "/upload/token")).filter(|it| !it.is_empty()).ok_or_else(|| self.api.lacks("upload"))
        };
        // An upload that no ticket names is thrown away after an hour.
        let tokens = files.iter().map(|it| upload(it).map_err(Failure::of_question)).collect::<Result<Vec<_>, _>>()?;
        self.api.tell(&Zendesk::note(ticket, FILES, &tokens)).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let value = self.api.ask(&format!("/api/v2/tickets/{}.json", escaped(ticket)))?;
        let key = Some(text(&value, "/ticket/external_id")).filter(|it| !it.is_empty());
        let status = text(&value, "/ticket/status");
        let opening = text(&value, "/ticket/description");
        let mut holds = Holds { key, is_final: status == CLOSED, status, opening, ..Holds::default() };
        let path = format!("/api/v2/tickets/{}/comments.json?page[size]=100", escaped(ticket));
        for comment in self.all(&path, "comments")? {
            for attachment in list(&comment, "/attachments") {
                let (stated, at) = (Stated::of(&attachment, "/file_name", "/size"), text(&attachment, "/content_url"));
                holds.files.extend(stated.hash(wanted, || self.api.file(&at))?);
            }
            holds.comments.push(text(&comment, "/body"));
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let mut shown = self.opening(draft).show(&self.api.http);
        for files in rest {
            files.iter().for_each(|it| shown.push_str(&Zendesk::upload(it).show(&self.api.http)));
            let tokens: Vec<String> = files.iter().map(|_| "(as answered)".to_owned()).collect();
            // The number is known only to the server.
            shown.push_str(&Zendesk::note("NUMBER", FILES, &tokens).show(&self.api.http));
        }
        shown
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            unverified: Some("https://developer.zendesk.com/api-reference/"),
            ..self.habits
        }
    }
}

/// The words of an error: `{"error": ..., "description": ..., "details": {field: [{"description": ...}]}}`, where `error` may be an
/// object with `title` and `message`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut words = Vec::new();
    for pointer in ["/error", "/error/title", "/error/message", "/description"] {
        words.push(text(&value, pointer));
    }
    for details in value.get("details").and_then(Value::as_object).into_iter().flatten() {
        words.extend(list(details.1, "").iter().map(|it| format!("{}: {}", details.0, text(it, "/description"))));
    }
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

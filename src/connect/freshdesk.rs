//! Freshdesk, by its second interface (<https://developers.freshdesk.com/api/>). Not verified live: made from the public
//! documentation, and held to it by contracts in the tests.
//!
//! The key stands in a custom field of tickets, of one line of text. The search knows of a ticket only after a while. A ticket and each
//! note hold 20 MB of files. Texts are HTML, so ours go in as preformatted.

use super::api::{Api, list, sentence, text};
use super::http::{Http, Request};
use super::multipart::Multipart;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// Tickets of one account.
pub(super) struct Freshdesk {
    pub(super) api: Api,
    /// The address of mail of the contact that the tickets belong to.
    pub(super) requester: String,
    /// The name of the field in the interface: begins with `cf_`.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Conversations come in pages of so many.
const PAGE: usize = 100;
/// The search gives ten pages of 30, and no more.
const HITS: usize = 30;
/// Stands above files.
const FILES: &str = "Files of the package.";

const ADVICE: &[(u16, &str)] = &[
    (400, "a field that the account requires is missing or a value is not allowed; a note holds 20 MB of files"),
    (401, "is the token the API key of an agent (Profile settings), and `url` https://NAME.freshdesk.com?"),
    (403, "the agent may not see or change tickets of this group, or the plan has no interface"),
];

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "Freshdesk", said, advice: ADVICE, busy: &[] }
}

/// A text as HTML that shows it as it is.
fn preformatted(text: &str) -> String {
    format!("<pre>{}</pre>", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

impl Freshdesk {
    fn opening(&self, draft: &Draft) -> Request {
        let ticket = json!({
            "email": self.requester,
            "subject": draft.subject,
            "description": preformatted(&draft.body),
            // Open, of medium priority, by the portal: those who triage tickets decide.
            "status": 2,
            "priority": 2,
            "source": 2,
            "custom_fields": {self.key_field.clone(): draft.key},
        });
        Request::post("/api/v2/tickets", ticket)
    }

    fn note(ticket: &str, body: &str) -> Request {
        let note = json!({"body": preformatted(body), "private": true});
        Request::post(format!("/api/v2/tickets/{}/notes", escaped(ticket)), note)
    }

    fn attaching(ticket: &str, files: &[Outgoing]) -> Request {
        let seed = files.iter().fold(ticket.to_owned(), |seed, it| seed + &it.sha256);
        let parts = Multipart::new(&seed).text("body", "text/plain; charset=utf-8", FILES.to_owned()).text(
            "private",
            "text/plain",
            "true".to_owned(),
        );
        let parts = files.iter().fold(parts, |parts, file| parts.file("attachments[]", file));
        Request::parts(format!("/api/v2/tickets/{}/notes", escaped(ticket)), parts)
    }

    fn add_files(&self, of: &Value, wanted: &[Outgoing], holds: &mut Holds) -> Result<(), Failure> {
        for attachment in list(of, "/attachments") {
            // A signed address in a store of files, which is good for a while and takes no credentials.
            let (stated, at) = (Stated::of(&attachment, "/name", "/size"), text(&attachment, "/attachment_url"));
            holds.files.extend(stated.hash(wanted, || self.api.file(&at))?);
        }
        Ok(())
    }
}

impl Tracker for Freshdesk {
    fn target(&self) -> String {
        self.api.http.base().to_owned()
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let fields = self.api.ask("/api/v2/ticket_fields")?;
        let field = list(&fields, "").into_iter().find(|it| text(it, "/name") == self.key_field);
        if field.is_none_or(|it| text(&it, "/type") != "custom_text") {
            let why = format!(
                "tickets have no field `{}` of one line of text; without it no ticket is found again. In Freshdesk: Admin > \
                 Workflows > Ticket Fields > Single line text; or name another one with `key_field`",
                self.key_field
            );
            return Err(Failure::Stopped { why });
        }
        if !self.find(&"0".repeat(64))?.is_empty() {
            let why = format!("{} finds tickets for a key that none has", self.api.http.base());
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!("tickets have the field `{}` and are found by it", self.key_field),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        for page in 1..=10 {
            // The quotes around the whole query belong to it.
            let query = escaped(&format!("\"{}:'{key}'\"", self.key_field));
            let answer = self.api.ask(&format!("/api/v2/search/tickets?query={query}&page={page}"))?;
            let tickets = list(&answer, "/results");
            let ours = tickets.iter().filter(|it| text(it, &format!("/custom_fields/{}", self.key_field)) == key);
            found.extend(ours.filter_map(|it| it.get("id")?.as_u64()));
            if tickets.len() < HITS {
                break;
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found.iter().map(u64::to_string).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        let id = created.get("id").and_then(Value::as_u64);
        id.map(|it| it.to_string()).ok_or_else(|| self.api.lacks("ticket"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.api.tell(&Freshdesk::note(ticket, &draft.body)).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.api.tell(&Freshdesk::attaching(ticket, files)).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let path = format!("/api/v2/tickets/{}", escaped(ticket));
        let value = self.api.ask(&path)?;
        let key = Some(text(&value, &format!("/custom_fields/{}", self.key_field))).filter(|it| !it.is_empty());
        let mut holds = Holds { key, status: status(&text(&value, "/status")), ..Holds::default() };
        holds.opening = text(&value, "/description_text");
        self.add_files(&value, wanted, &mut holds)?;
        for page in 1..=super::api::PAGES {
            let conversations = list(&self.api.ask(&format!("{path}/conversations?per_page={PAGE}&page={page}"))?, "");
            for conversation in &conversations {
                self.add_files(conversation, wanted, &mut holds)?;
                holds.comments.push(text(conversation, "/body_text"));
            }
            if conversations.len() < PAGE {
                break;
            }
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        // Which number it has is not known before.
        let files = rest.iter().map(|files| Freshdesk::attaching("NUMBER", files).show(&self.api.http));
        self.opening(draft).show(&self.api.http) + &files.collect::<String>()
    }

    fn habits(&self) -> Habits {
        Habits { opens_with_files: false, unverified: Some("https://developers.freshdesk.com/api/"), ..self.habits }
    }
}

/// The word for a status; an account may have more of its own.
fn status(number: &str) -> String {
    match number {
        "2" => "Open",
        "3" => "Pending",
        "4" => "Resolved",
        "5" => "Closed",
        other => other,
    }
    .to_owned()
}

/// The words of an error: `{"description": ..., "errors": [{"field", "message"}]}` or `{"code": ..., "message": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut words = vec![text(&value, "/description"), text(&value, "/message")];
    words.extend(list(&value, "/errors").iter().map(|it| format!("{}: {}", text(it, "/field"), text(it, "/message"))));
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

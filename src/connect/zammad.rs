//! Zammad, by its REST interface (<https://docs.zammad.org/en/latest/api/ticket/index.html>). Not verified live: made from the public
//! documentation, and held to it by contracts in the tests.
//!
//! The key stands in an attribute of tickets that an administrator adds; what Zammad does not know it leaves out without a word, so
//! the key is read back after the first ticket. The search for words (Elasticsearch) knows of a ticket only after a while, and without
//! Elasticsearch of no attribute of one's own; so what it does not find is asked for by a condition too, which the database answers.
//! The documentation is silent about conditions; Zammad's own tests and its web pages use them
//! (<https://github.com/zammad/zammad/blob/develop/spec/requests/ticket_spec.rb>). Files stand in articles, in base64.

use super::api::{Api, PAGES, list, text};
use super::http::{Http, Request, unread};
use super::multipart::media_type;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;

/// A group of Zammad.
pub(super) struct Zammad {
    pub(super) api: Api,
    pub(super) group: String,
    /// The address of mail of the customer that the tickets belong to.
    pub(super) requester: String,
    /// The name of the attribute.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Hits come in pages of so many.
const PAGE: usize = 50;
/// A file above that is not sent: it is held in memory and in base64.
const LARGEST: u64 = 48 << 20;
/// Stands above files.
const FILES: &str = "Files of the package.";

const ADVICE: &[(u16, &str)] = &[
    (401, "is the token that of an agent, and is access by token turned on (Settings > System > API)?"),
    (403, "the token needs the permission `ticket.agent`, and its user read, create and change in the group"),
];
/// What a condition on the key tells when it is refused.
const NO_FIELD: &str = "is there the attribute that `key_field` names (Admin > Objects > Ticket: type Text, length 64 or more, and \
    `Update database`)? Without it no ticket is found again";

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "Zammad", said, advice: ADVICE, busy: &[] }
}

/// How much of the files goes into a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    /// Their size and hash, for people.
    Facts,
}

impl Zammad {
    fn article(&self, body: &str, files: &[Outgoing], show: Show) -> Result<Value, Failure> {
        let attachment = |file: &Outgoing| {
            let data = match show {
                Show::Facts => format!("({} bytes of {} in base64, SHA-256 {})", file.bytes, file.path, file.sha256),
                Show::All if file.bytes > LARGEST => {
                    let why = format!(
                        "`{}` is larger than {} MB, which Zammad takes in one message",
                        file.path,
                        LARGEST >> 20
                    );
                    return Err(Failure::Refused {
                        why: format!("{why}; attach it by hand, or leave it out of the package"),
                    });
                }
                Show::All => STANDARD.encode(fs::read(&file.place).map_err(|error| unread(&error))?),
            };
            Ok(json!({"filename": file.name, "data": data, "mime-type": media_type(&file.name)}))
        };
        let attachments = files.iter().map(attachment).collect::<Result<Vec<_>, Failure>>()?;
        let mut article = json!({"body": body, "content_type": "text/plain", "type": "note", "internal": true});
        if !attachments.is_empty() {
            article["attachments"] = attachments.into();
        }
        Ok(article)
    }

    fn opening(&self, draft: &Draft, show: Show) -> Result<Request, Failure> {
        let ticket = json!({
            "title": draft.subject,
            "group": self.group,
            // The customer is made if there is none of this address.
            "customer_id": format!("guess:{}", self.requester),
            self.key_field.clone(): draft.key,
            "article": self.article(&draft.body, &draft.files, show)?,
        });
        Ok(Request::post("/api/v1/tickets", ticket))
    }

    fn adding(&self, ticket: &str, body: &str, files: &[Outgoing], show: Show) -> Result<Request, Failure> {
        let mut article = self.article(body, files, show)?;
        // A number, as it was answered.
        article["ticket_id"] = ticket.parse::<u64>().map_or_else(|_| ticket.into(), Value::from);
        Ok(Request::post("/api/v1/ticket_articles", article))
    }
}

impl Tracker for Zammad {
    fn target(&self) -> String {
        format!("{}, group {}", self.api.http.base(), self.group)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let me = self.api.ask("/api/v1/users/me")?;
        if me.get("id").and_then(Value::as_u64).is_none() {
            return Err(self.api.lacks("user").of_question());
        }
        if !self.find(&"0".repeat(64))?.is_empty() {
            let why = format!("{} finds tickets for a key that none has", self.api.http.base());
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!(
                "tickets are searched by the attribute `{}`; that it holds a key is seen at the first one",
                self.key_field
            ),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let ours = |tickets: &[Value]| -> Vec<u64> {
            let ours = tickets.iter().filter(|it| text(it, &format!("/{}", self.key_field)) == key);
            ours.filter_map(|it| it.get("id")?.as_u64()).collect()
        };
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let query = escaped(&format!("{}:{key}", self.key_field));
            let path = format!("/api/v1/tickets/search?query={query}&expand=true&limit={PAGE}&page={page}");
            let tickets = list(&self.api.ask(&path)?, "");
            found.extend(ours(&tickets));
            if tickets.len() < PAGE {
                break;
            }
        }
        if found.is_empty() {
            let condition = json!({format!("ticket.{}", self.key_field): {"operator": "is", "value": key}});
            let search = json!({"condition": condition, "expand": true, "limit": PAGE});
            let answer = self.api.question(&Request::post("/api/v1/tickets/search", search));
            let told = |failure| match failure {
                Failure::Refused { why } => Failure::Stopped { why: format!("{why}; {NO_FIELD}") },
                other => other,
            };
            found = ours(&list(&answer.map_err(told)?, ""));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found.iter().map(u64::to_string).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft, Show::All)?)?;
        let id = created.get("id").and_then(Value::as_u64);
        id.map(|it| it.to_string()).ok_or_else(|| self.api.lacks("ticket"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.api.tell(&self.adding(ticket, &draft.body, &[], Show::All)?).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.api.tell(&self.adding(ticket, FILES, files, Show::All)?).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let value = self.api.ask(&format!("/api/v1/tickets/{}?expand=true", escaped(ticket)))?;
        let key = Some(text(&value, &format!("/{}", self.key_field))).filter(|it| !it.is_empty());
        let mut holds = Holds { key, status: text(&value, "/state"), ..Holds::default() };
        let articles = self.api.ask(&format!("/api/v1/ticket_articles/by_ticket/{}", escaped(ticket)))?;
        for article in list(&articles, "") {
            for file in list(&article, "/attachments") {
                let ids = (article.get("id").and_then(Value::as_u64), file.get("id").and_then(Value::as_u64));
                let (Some(article), Some(attachment)) = ids else { continue };
                let path = format!("/api/v1/ticket_attachment/{}/{article}/{attachment}", escaped(ticket));
                let stated = Stated::of(&file, "/filename", "/size");
                holds.files.extend(stated.hash(wanted, || self.api.file(&path))?);
            }
            holds.comments.push(text(&article, "/body"));
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        // Which number it has is not known before.
        let more = rest.iter().map(|files| self.adding("NUMBER", FILES, files, Show::Facts));
        let all = std::iter::once(self.opening(draft, Show::Facts)).chain(more);
        all.map(|it| it.map_or_else(|failure| failure.why().to_owned(), |it| it.show(&self.api.http))).collect()
    }

    fn habits(&self) -> Habits {
        Habits { unverified: Some("https://docs.zammad.org/en/latest/api/ticket/index.html"), ..self.habits }
    }
}

/// The words of an error: `{"error": ..., "error_human": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let human = text(&value, "/error_human");
    Some(if human.is_empty() { text(&value, "/error") } else { human })
}

#[cfg(test)]
mod tests;

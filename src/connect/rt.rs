//! Request Tracker 5, by REST 2 (<https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html>).
//!
//! Three habits of it, seen on a real server, decide what is done here: it creates a ticket as often as it is asked, with the
//! same key too; it takes a value for a custom field that it does not have without a word; and it may drop or shorten an
//! attachment and still say that it has it, with the full length. So the field is asked for before the first ticket, keys are
//! compared here, and attachments are read back whole.

use super::http::{Answer, Http};
use super::multipart::Multipart;
use super::package::{Outgoing, sha256};
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A queue of Request Tracker.
pub(super) struct RequestTracker {
    pub(super) http: Http,
    pub(super) queue: String,
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Our texts are shorter.
const TEXT: u64 = 1 << 20;
/// RT gives an attachment in one piece only, which is held in memory.
const WHOLE: u64 = 512 << 20;
/// What an answer has around the content of an attachment.
const AROUND: u64 = 1 << 20;
/// Hits and attachments come in pages of so many.
const PAGE: usize = 100;
/// So many pages are read; a ticket with more attachments is not ours.
const PAGES: usize = 50;

impl RequestTracker {
    fn get(&self, path: &str) -> Result<Value, Failure> {
        let answer = self.http.get(path)?.expect(self.http.base(), said)?;
        self.json(&answer).map_err(Failure::of_question)
    }

    fn post(&self, path: &str, parts: &Multipart) -> Result<Value, Failure> {
        let answer = self.http.post(path, parts)?.expect(self.http.base(), said)?;
        self.json(&answer)
    }

    /// Whatever is not JSON comes from something else: a proxy, a page to log in.
    fn json(&self, answer: &Answer) -> Result<Value, Failure> {
        let why = || format!("{} answers with something that is no JSON; is `url` that of RT?", self.http.base());
        serde_json::from_slice(&answer.body).map_err(|_| Failure::Ambiguous { why: why() })
    }

    /// All items of a collection. Its totals are not to be relied on: some are null.
    fn items(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let mut value = self.get(&format!("{path}&per_page={PAGE}&page={page}"))?;
            let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) else { break };
            let count = items.len();
            all.extend(items);
            if count < PAGE {
                break;
            }
        }
        Ok(all)
    }

    fn ticket(&self, id: &str) -> Result<Value, Failure> {
        self.get(&format!("/REST/2.0/ticket/{}", escaped(id)))
    }

    /// The value of the key field.
    fn key_of(&self, ticket: &Value) -> Option<String> {
        let fields = ticket.get("CustomFields")?.as_array()?;
        let field = fields.iter().find(|it| it.get("name").and_then(Value::as_str) == Some(&*self.key_field))?;
        field.get("values")?.as_array()?.first()?.as_str().map(str::to_owned)
    }

    fn opening(&self, draft: &Draft) -> Multipart {
        let ticket = json!({
            "Queue": self.queue,
            "Subject": draft.subject,
            "Content": draft.body,
            "ContentType": "text/plain",
            "CustomFields": { self.key_field.clone(): draft.key },
        });
        with_files(Multipart::new(&draft.mark).text("JSON", "application/json", ticket.to_string()), &draft.files)
    }

    fn adding(text: &str, files: &[Outgoing]) -> Multipart {
        let comment = json!({ "Content": text, "ContentType": "text/plain" });
        let seed = files.iter().fold(text.to_owned(), |seed, it| seed + &it.sha256);
        with_files(Multipart::new(&seed).text("JSON", "application/json", comment.to_string()), files)
    }

    fn no_queue(&self, why: &str) -> Failure {
        let why = format!("{why}; is there a queue `{}`, and may the token's user see it (SeeQueue)?", self.queue);
        Failure::Stopped { why }
    }

    fn comment_with(&self, ticket: &str, parts: &Multipart) -> Result<(), Failure> {
        self.post(&format!("/REST/2.0/ticket/{}/comment", escaped(ticket)), parts).map(drop)
    }
}

/// Stands above files that are attached later.
const FILES: &str = "Further files of the package.";

impl Tracker for RequestTracker {
    fn target(&self) -> String {
        format!("{}, queue {}", self.http.base(), self.queue)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let queue =
            self.get(&format!("/REST/2.0/queue/{}", escaped(&self.queue))).map_err(|failure| match failure {
                // Of a queue that one may not see it says the same as of one that is not there.
                Failure::Refused { why } => self.no_queue(&why),
                Failure::Stopped { why } if why.contains("answers 403") => self.no_queue(&why),
                other => other,
            })?;
        if queue.get("Disabled").and_then(Value::as_str) == Some("1") {
            return Err(Failure::Stopped { why: format!("the queue `{}` is disabled", self.queue) });
        }
        let fields = queue.get("TicketCustomFields").and_then(Value::as_array);
        let mut names = fields.into_iter().flatten().filter_map(|it| it.get("name")?.as_str());
        if !names.any(|it| it == self.key_field) {
            let why = format!(
                "the queue `{}` has no custom field `{}` for tickets, or the token's user may not see it (SeeCustomField, \
                 ModifyCustomField); without it no ticket is found again. In RT: Admin > Custom Fields > Create, \"Enter one \
                 value\", applies to Tickets, then apply it to the queue; or name another one with `key_field`",
                self.queue, self.key_field
            );
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.http.base()),
            format!("the queue `{}` is there and has the field `{}`", self.queue, self.key_field),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let query = format!("Queue = {} AND 'CF.{{{}}}' = {}", quoted(&self.queue), self.key_field, quoted(key));
        let mut found = Vec::new();
        for item in self.items(&format!("/REST/2.0/tickets?query={}", escaped(&query)))? {
            let Some(id) = item.get("id").and_then(id_of) else { continue };
            // A query may return more than was asked for.
            if self.key_of(&self.ticket(&id)?).as_deref() == Some(key) {
                found.push(id);
            }
        }
        found.sort_by_key(|it| it.parse::<u64>().unwrap_or(u64::MAX));
        Ok(found)
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.post("/REST/2.0/ticket", &self.opening(draft))?;
        let unnamed = || Failure::Ambiguous { why: format!("{} names no ticket in its answer", self.http.base()) };
        created.get("id").and_then(id_of).ok_or_else(unnamed)
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.comment_with(ticket, &RequestTracker::adding(&draft.body, &[]))
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.comment_with(ticket, &RequestTracker::adding(FILES, files))
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let value = self.ticket(ticket)?;
        let status = value.get("Status").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut holds = Holds { key: self.key_of(&value), status, ..Holds::default() };
        let path = format!("/REST/2.0/ticket/{}/attachments?fields=Filename,ContentType", escaped(ticket));
        for item in self.items(&path)? {
            let Some(id) = item.get("id").and_then(id_of) else { continue };
            let kind = item.get("ContentType").and_then(Value::as_str).unwrap_or_default();
            let is_file = item.get("Filename").and_then(Value::as_str).is_some_and(|it| !it.is_empty());
            // What holds others has no content of its own.
            if kind.starts_with("multipart/") {
                continue;
            }
            // A text as long as a message may be; of files those that are no larger than the largest of ours. The size that is
            // stated is not to be relied on: RT states the one that a file had before it was shortened.
            let largest = if is_file { wanted.iter().map(|it| it.bytes).max() } else { Some(TEXT) };
            let Some(largest) = largest else { continue };
            let path = format!("/REST/2.0/attachment/{}", escaped(&id));
            // In base64 and in JSON it is larger by less than half.
            let limit = largest.saturating_mul(2).saturating_add(AROUND);
            let Some(answer) = self.http.get_within(&path, limit.min(WHOLE))? else {
                if limit > WHOLE {
                    let why = format!("an attachment of ticket {ticket} is too large to be read back from RT");
                    return Err(Failure::Refused { why });
                }
                continue;
            };
            let attachment = self.json(&answer.expect(self.http.base(), said)?).map_err(Failure::of_question)?;
            let coded = attachment.get("Content").and_then(Value::as_str).unwrap_or_default();
            let plain: Vec<u8> = coded.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
            let content = STANDARD.decode(plain).unwrap_or_default();
            match is_file {
                true => holds.files.push(sha256(&content)),
                false => holds.comments.push(String::from_utf8_lossy(&content).into_owned()),
            }
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let show = |path: &str, parts: &Multipart| {
            format!(
                "POST {}{path}\nAuthorization: token (not shown)\nContent-Type: {}\nContent-Length: {}\n\n{}\n",
                self.http.base(),
                parts.content_type(),
                parts.len(),
                parts.show()
            )
        };
        let mut text = show("/REST/2.0/ticket", &self.opening(draft));
        for files in rest {
            // Which number it has is not known before.
            text.push_str(&show("/REST/2.0/ticket/NUMBER/comment", &RequestTracker::adding(FILES, files)));
        }
        text
    }

    fn habits(&self) -> Habits {
        self.habits
    }
}

fn with_files(parts: Multipart, files: &[Outgoing]) -> Multipart {
    files.iter().fold(parts, |parts, file| parts.file("Attachments", file))
}

/// RT writes numbers as numbers and as text.
fn id_of(value: &Value) -> Option<String> {
    let id = value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|it| it.to_string()))?;
    (!id.is_empty() && id.bytes().all(|it| it.is_ascii_digit())).then_some(id)
}

/// The words of an error: `{"message": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    Some(value.get("message")?.as_str()?.to_owned())
}

/// A text in TicketSQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A text in an address (RFC 3986).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(quoted(r"it's \ this"), r"'it\'s \\ this'");
        assert_eq!(escaped("a b/../c?d='e'&ü"), "a%20b%2F..%2Fc%3Fd%3D%27e%27%26%C3%BC");
    }

    #[test]
    fn numbers_of_tickets_are_numbers() {
        assert_eq!(id_of(&json!(7)), Some("7".into()));
        assert_eq!(id_of(&json!("12")), Some("12".into()));
        assert_eq!((id_of(&json!("1/../2")), id_of(&json!("")), id_of(&json!(null))), (None, None, None));
    }
}

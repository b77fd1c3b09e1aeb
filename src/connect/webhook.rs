//! A webhook: a signed message for a program of the receiver, which opens the ticket. Names and signature are those of Standard
//! Webhooks (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! ```text
//! POST url
//! webhook-id: tl_...          follows from what is said: the same for the same, so that a receiver does it once
//! webhook-timestamp: ...      of this attempt
//! webhook-signature: v1,...   HMAC-SHA256 of "id.timestamp.body", with the secret behind `whsec_`
//!
//! {"type": "tierline.ticket.opened", "data": {"key", "ticket", "subject", "body", "mark", "files": [{..., "content"}]}}
//! ```
//!
//! Files stand in the message, in base64: the signature covers them, and every receiver can read JSON. They are encoded while they
//! are sent. A webhook can be neither searched nor read back; but what may have arrived is sent again with the same `webhook-id`.

use super::http::{Http, Secret, unread};
use super::package::{Outgoing, hash_of, sha256};
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::time::Duration;

/// A receiver of messages.
pub(super) struct Webhook {
    pub(super) http: Http,
    pub(super) key: SigningKey,
    /// Where the answer names the ticket, as a JSON pointer (RFC 6901). Without it the ticket is called as the problem's key.
    pub(super) answer_field: Option<String>,
    pub(super) request_bytes: u64,
    /// The time, in seconds since 1970.
    pub(super) now: fn() -> u64,
}

/// No system calls a ticket by more bytes.
const NAME: usize = 200;

/// What messages are signed with.
pub(super) struct SigningKey(Vec<u8>);

impl SigningKey {
    /// `whsec_` and 24 to 64 bytes in base64, as the standard has it.
    pub(super) fn new(secret: &Secret) -> Option<SigningKey> {
        let key = STANDARD.decode(secret.reveal().strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(SigningKey(key))
    }

    /// The value of `webhook-signature`.
    fn sign(&self, id: &str, timestamp: u64, mut body: impl Read) -> io::Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(io::Error::other)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        let mut block = vec![0; 64 << 10];
        loop {
            match body.read(&mut block)? {
                0 => return Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))),
                read => mac.update(&block[..read]),
            }
        }
    }
}

/// A message: a text with files within.
struct Message {
    id: String,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    /// In base64.
    File(Outgoing),
}

impl Message {
    /// What happened, what it is about, and the files that go with it.
    fn new(kind: &str, data: &Value, files: &[Outgoing]) -> Message {
        let mut pieces = Vec::new();
        let head = json!({"type": kind, "data": data}).to_string();
        // Both objects are open again: the files follow in the inner one, which may be empty so far.
        let open = head.strip_suffix("}}").unwrap_or(&head);
        let comma = if open.ends_with('{') { "" } else { "," };
        pieces.push(Piece::Text(format!("{open}{comma}\"files\":[")));
        for (index, file) in files.iter().enumerate() {
            let facts = json!({"name": file.name, "path": file.path, "bytes": file.bytes, "sha256": file.sha256});
            let facts = facts.to_string();
            let comma = if index > 0 { "," } else { "" };
            pieces.push(Piece::Text(format!("{comma}{},\"content\":\"", facts.strip_suffix('}').unwrap_or(&facts))));
            pieces.push(Piece::File(file.clone()));
            pieces.push(Piece::Text("\"}".to_owned()));
        }
        pieces.push(Piece::Text("]}}".to_owned()));
        // Files stand in it by their hash, and by their name: two of them may be equal.
        let said = pieces.iter().fold(String::new(), |all, piece| match piece {
            Piece::Text(text) => all + text,
            Piece::File(_) => all,
        });
        Message { id: format!("tl_{}", &sha256(said.as_bytes())[..40]), pieces }
    }

    fn len(&self) -> u64 {
        let piece = |it: &Piece| match it {
            Piece::Text(text) => text.len() as u64,
            Piece::File(file) => file.bytes.div_ceil(3).saturating_mul(4),
        };
        self.pieces.iter().map(piece).sum()
    }

    /// All of it, as it is sent.
    fn reader(&self) -> io::Result<impl Read + Send + Sync + use<>> {
        let mut all: Box<dyn Read + Send + Sync> = Box::new(io::empty());
        for piece in &self.pieces {
            all = match piece {
                Piece::Text(text) => Box::new(all.chain(Cursor::new(text.clone()))),
                Piece::File(file) => Box::new(all.chain(Base64::new(File::open(&file.place)?.take(file.bytes)))),
            };
        }
        Ok(all)
    }

    /// The same for people.
    fn show(&self) -> String {
        let piece = |it: &Piece| match it {
            Piece::Text(text) => text.clone(),
            Piece::File(file) => format!("({} bytes of {} in base64)", file.bytes, file.path),
        };
        self.pieces.iter().map(piece).collect()
    }

    fn files(&self) -> impl Iterator<Item = &Outgoing> {
        self.pieces.iter().filter_map(|it| match it {
            Piece::File(file) => Some(file),
            Piece::Text(_) => None,
        })
    }
}

/// Encodes what it reads.
struct Base64<R> {
    reader: R,
    coded: Cursor<String>,
}

impl<R: Read> Base64<R> {
    /// So much is encoded at once. Divided by three, so that no piece but the last is filled up.
    const BLOCK: u64 = 48 << 10;

    fn new(reader: R) -> Base64<R> {
        Base64 { reader, coded: Cursor::default() }
    }
}

impl<R: Read> Read for Base64<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.coded.read(out)?;
        if read > 0 || out.is_empty() {
            return Ok(read);
        }
        let mut block = Vec::new();
        self.reader.by_ref().take(Self::BLOCK).read_to_end(&mut block)?;
        self.coded = Cursor::new(STANDARD.encode(&block));
        self.coded.read(out)
    }
}

impl Webhook {
    fn post(&self, message: &Message) -> Result<Value, Failure> {
        let unread = |error: io::Error| unread(&error);
        // Nothing is read back, so what is sent is what was looked over, or nothing.
        for file in message.files() {
            if hash_of(&file.place).map_err(unread)? != file.sha256 {
                return Err(Failure::Refused { why: format!("`{}` was changed", file.path) });
            }
        }
        let timestamp = (self.now)();
        let signature =
            message.reader().and_then(|body| self.key.sign(&message.id, timestamp, body)).map_err(unread)?;
        let headers = [
            ("webhook-id", message.id.clone()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ];
        let body = message.reader().map_err(unread)?;
        let answer = self.http.send(Method::POST, "", &headers, "application/json", message.len(), body)?;
        let (base, status) = (self.http.base(), answer.status);
        // The standard's way to say that no more is wanted.
        if status == 410 {
            let why = format!(
                "{base} answers 410: the receiver takes no more; ask it for another address, or take `url` out"
            );
            return Err(Failure::Stopped { why });
        }
        let answer = answer.expect(base, said).map_err(|failure| match failure {
            Failure::Stopped { why } => Failure::Stopped {
                why: format!("{why}; does the receiver know the secret, and is the clock of this machine right?"),
            },
            Failure::Refused { why } if status == 413 => Failure::Refused {
                why: format!(
                    "{why}; lower `request_bytes` (a message is a third larger), or raise the receiver's limit"
                ),
            },
            other => other,
        })?;
        // An answer without a value is as good as any, unless one is asked for.
        Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    /// Tells one of our own programs something.
    pub(super) fn notify(&self, id: &str, case: i64, about: &str, subject: &str, text: &str) -> Result<(), Failure> {
        let data = json!({"case": case, "about": about, "subject": subject, "text": text});
        let mut message = Message::new("tierline.notice", &data, &[]);
        message.id = format!("tl_{id}");
        self.post(&message).map(drop)
    }

    fn opened(&self, draft: &Draft) -> Message {
        let data = json!({"key": draft.key, "subject": draft.subject, "body": draft.body, "mark": draft.mark});
        Message::new("tierline.ticket.opened", &data, &draft.files)
    }

    fn filed(&self, ticket: &str, files: &[Outgoing]) -> Message {
        Message::new("tierline.ticket.files", &json!({"ticket": ticket}), files)
    }
}

/// The words of an error, which the standard does not say anything about.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let words = ["/message", "/error/message", "/error", "/detail"].iter().find_map(|it| value.pointer(it)?.as_str());
    words.map(str::to_owned)
}

impl Tracker for Webhook {
    fn target(&self) -> String {
        self.http.base().to_owned()
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let mut message = Message::new("tierline.ping", &json!({}), &[]);
        message.id = format!("tl_ping_{}", (self.now)());
        self.post(&message).map_err(Failure::of_question)?;
        let seen = format!("{} takes a signed message (`tierline.ping`, which is to be ignored)", self.http.base());
        Ok(Probe { seen: vec![seen] })
    }

    fn find(&self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let answer = self.post(&self.opened(draft))?;
        let Some(field) = &self.answer_field else { return Ok(draft.key.clone()) };
        let plain = |name: &str| !name.is_empty() && name.len() <= NAME && !name.chars().any(char::is_control);
        match answer.pointer(field) {
            Some(Value::String(name)) if plain(name.trim()) => Ok(name.trim().to_owned()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(Failure::Refused {
                why: format!(
                    "{} takes it, but its answer has no number or text of up to {NAME} plain characters at `{field}` (`answer_field`)",
                    self.http.base()
                ),
            }),
        }
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let data = json!({"key": draft.key, "ticket": ticket, "body": draft.body, "mark": draft.mark});
        self.post(&Message::new("tierline.ticket.commented", &data, &draft.files)).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.post(&self.filed(ticket, files)).map(drop)
    }

    fn read(&self, _: &str, _: &[Outgoing]) -> Result<Holds, Failure> {
        Err(Failure::Refused { why: "a webhook cannot be read back".to_owned() })
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let show = |message: &Message| {
            format!(
                "POST {}\nwebhook-id: {}\nwebhook-timestamp: (when it is sent)\nwebhook-signature: (not shown)\n\
                 Content-Type: application/json\nContent-Length: {}\n\n{}\n\n",
                self.http.base(),
                message.id,
                message.len(),
                message.show()
            )
        };
        let ticket = self.answer_field.as_ref().map_or(draft.key.as_str(), |_| "(as answered)");
        let rest = rest.iter().map(|files| show(&self.filed(ticket, files)));
        show(&self.opened(draft)) + &rest.collect::<String>()
    }

    fn habits(&self) -> Habits {
        // What comes twice is done once.
        Habits { takes_markdown: true, repeats: true, ..Habits::new(self.request_bytes, Duration::ZERO) }
    }

    fn unseen(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }
}

#[cfg(test)]
mod tests;

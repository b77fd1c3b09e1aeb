//! E-mail (RFC 5321): a ticket is a message, for vendors and desks that take cases by mail.
//!
//! A mail cannot be searched for or read back. Whether one went out whose answer was lost is for a person to say; a
//! server that refuses it, or that is not reached, has not sent it. Every message has an identification that follows from the
//! problem and the package, so that a receiver sees what belongs together and what came twice.

use super::http::{Secret, unread};
use super::multipart::media_type;
use super::package::{Outgoing, sha256};
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;

/// A mailbox that takes cases.
pub(super) struct Mail {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    /// Name and password.
    pub(super) login: Option<(String, Secret)>,
    pub(super) from: Mailbox,
    pub(super) to: Mailbox,
    pub(super) authorities: Option<Vec<u8>>,
    pub(super) timeout: Duration,
    pub(super) request_bytes: u64,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte (`smtps://`, port 465).
    Tls,
    /// TLS after STARTTLS, or nothing is sent (`smtp://`, port 587).
    StartTls,
    /// None, for a server on this machine.
    Plain,
}

impl Mail {
    /// A connection that is logged in. Whatever fails here has sent nothing.
    fn connect(&self) -> Result<SmtpConnection, Failure> {
        let failed = |error: Error| self.failure(&error).of_question();
        let tls = match self.security {
            Security::Plain => None,
            _ => Some(self.tls().map_err(|why| Failure::Stopped { why: format!("{}: {why}", self.server()) })?),
        };
        let hello = ClientId::Domain(self.domain().to_owned());
        let at_once = tls.as_ref().filter(|_| self.security == Security::Tls);
        let address = (self.host.as_str(), self.port);
        let mut connection =
            SmtpConnection::connect(address, Some(self.timeout), &hello, at_once, None).map_err(failed)?;
        if let (Security::StartTls, Some(tls)) = (self.security, &tls) {
            if !connection.can_starttls() {
                let why =
                    format!("{} offers no STARTTLS, and nothing is sent without; is it `smtps://`?", self.server());
                return Err(Failure::Stopped { why });
            }
            connection.starttls(tls, &hello).map_err(failed)?;
        }
        if let Some((name, password)) = &self.login {
            let credentials = Credentials::new(name.clone(), password.reveal().to_owned());
            let refused = |error: Error| match self.failure(&error) {
                Failure::Refused { why } | Failure::Stopped { why } => {
                    Failure::Stopped { why: format!("{why}; are `user` and the password right?") }
                }
                other => other.of_question(),
            };
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(refused)?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authorities {
            let authority = Certificate::from_pem(pem).map_err(|error| format!("`ca_file`: {error}"))?;
            builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
        }
        builder.build_rustls().map_err(|error| error.to_string())
    }

    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Of the sender's address, behind the `@`.
    fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// What an error means at the moment at which a message is being sent.
    fn failure(&self, error: &Error) -> Failure {
        let mut why = format!("{}: {error}", self.server());
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            why.push_str(&format!(": {error}"));
            source = error.source();
        }
        // It has answered, and its answer is no.
        if error.is_transient() {
            return Failure::Busy { why, after: None };
        }
        if error.is_permanent() {
            return match error.status().map(|it| it.to_string()).as_deref() {
                Some("530" | "534" | "535" | "538") => Failure::Stopped { why },
                _ => Failure::Refused { why },
            };
        }
        if error.is_tls() {
            return Failure::Stopped { why: format!("{why}; `ca_file` names the authority of its certificate") };
        }
        if error.is_client() {
            return Failure::Refused { why };
        }
        Failure::Ambiguous { why }
    }

    fn send(&self, message: &Message) -> Result<(), Failure> {
        self.send_to(&self.to, message)
    }

    fn send_to(&self, to: &Mailbox, message: &Message) -> Result<(), Failure> {
        let mut connection = self.connect()?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.email.clone()]);
        let envelope = envelope.map_err(|error| Failure::Refused { why: error.to_string() })?;
        connection.send(&envelope, &message.formatted()).map_err(|error| self.failure(&error))?;
        // The server has taken it; whether it hears us leave does not matter.
        let _ = connection.quit();
        Ok(())
    }

    /// Tells one of our own people something.
    pub(super) fn notify(&self, id: &str, to: &str, subject: &str, text: &str) -> Result<(), Failure> {
        let unbuilt = |why: String| Failure::Refused { why: format!("no message can be made of it: {why}") };
        let to: Mailbox = to.parse().map_err(|_| unbuilt(format!("`{to}` is no address of mail")))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.clone())
            .subject(subject)
            .message_id(Some(format!("<tierline.notice.{id}@{}>", self.domain())))
            .singlepart(SinglePart::plain(text.to_owned()));
        let mut message = message.map_err(|error| unbuilt(error.to_string()))?;
        // Nobody's holiday answers it (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        self.send_to(&to, &message)
    }

    /// The identification of the message that opens a ticket.
    fn first_id(&self, key: &str) -> String {
        format!("<tierline.{key}@{}>", self.domain())
    }

    fn message(
        &self,
        id: &str,
        answers: Option<&str>,
        subject: &str,
        key: &str,
        text: &str,
        files: &[Outgoing],
    ) -> Result<Message, Failure> {
        let unbuilt = |why: String| Failure::Refused { why: format!("no message can be made of it: {why}") };
        let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text.to_owned()));
        for file in files {
            let bytes = std::fs::read(&file.place).map_err(|error| unread(&error))?;
            // What is sent is what was looked over, or nothing.
            if sha256(&bytes) != file.sha256 {
                return Err(unbuilt(format!("`{}` was changed", file.path)));
            }
            let kind = ContentType::parse(media_type(&file.name)).map_err(|error| unbuilt(error.to_string()))?;
            let body = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
                .map_err(|_| unbuilt(format!("`{}` cannot be encoded", file.path)))?;
            parts = parts.singlepart(Attachment::new(file.name.clone()).body(body, kind));
        }
        // The tag leads answers back, also where other headers are lost.
        let subject = format!("{subject} [TL-{}]", &key[..12]);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(subject)
            .message_id(Some(id.to_owned()));
        if let Some(first) = answers {
            builder = builder.in_reply_to(first.to_owned()).references(first.to_owned());
        }
        let mut message = builder.multipart(parts).map_err(|error| unbuilt(error.to_string()))?;
        let name = HeaderName::new_from_ascii_str("X-Escalation-Key");
        message.headers_mut().insert_raw(HeaderValue::new(name, key.to_owned()));
        Ok(message)
    }

    fn opening(&self, draft: &Draft) -> Result<Message, Failure> {
        self.message(&self.first_id(&draft.key), None, &draft.subject, &draft.key, &draft.body, &draft.files)
    }
}

impl Tracker for Mail {
    fn target(&self) -> String {
        format!("{} by {}", self.to, self.server())
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let mut connection = self.connect()?;
        let _ = connection.quit();
        let how = match (self.security, &self.login) {
            (Security::Plain, _) => "without TLS",
            (_, Some(_)) => "with TLS and takes the credentials",
            (_, None) => "with TLS",
        };
        Ok(Probe { seen: vec![format!("{} answers {how}", self.server())] })
    }

    fn find(&self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        self.send(&self.opening(draft)?)?;
        Ok(self.first_id(&draft.key))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let id = format!("<tierline.{}.{}@{}>", draft.key, draft.mark.replace(' ', "."), self.domain());
        self.send(&self.message(&id, Some(ticket), &draft.subject, &draft.key, &draft.body, &[])?)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let hashes = files.iter().fold(String::new(), |all, it| all + &it.sha256);
        let key = ticket.trim_start_matches("<tierline.").split(['.', '@']).next().unwrap_or_default();
        // Of a ticket whose number a person has told, the key is not in it.
        let key = if key.len() == 64 { key } else { &sha256(ticket.as_bytes()) };
        let id = format!("<tierline.{key}.files.{}@{}>", &sha256(hashes.as_bytes())[..16], self.domain());
        let text = "Further files of the package.\n";
        self.send(&self.message(&id, Some(ticket), "Further files", key, text, files)?)
    }

    fn read(&self, _: &str, _: &[Outgoing]) -> Result<Holds, Failure> {
        Err(Failure::Refused { why: "a mail cannot be read back".to_owned() })
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let list = |files: &[Outgoing]| {
            let line =
                |it: &Outgoing| format!("({}: {} bytes of {}, SHA-256 {})\n", it.name, it.bytes, it.path, it.sha256);
            files.iter().map(line).collect::<String>()
        };
        let id = self.first_id(&draft.key);
        let mut text = format!(
            "mail by {}\nFrom: {}\nTo: {}\nSubject: {} [TL-{}]\nMessage-ID: {id}\nX-Escalation-Key: {}\n\n{}\n{}",
            self.server(),
            self.from,
            self.to,
            draft.subject,
            &draft.key[..12],
            draft.key,
            draft.body,
            list(&draft.files)
        );
        for files in rest {
            text.push_str(&format!("\nmail in reply to {id}: Further files\n{}", list(files)));
        }
        text
    }

    fn habits(&self) -> Habits {
        Habits::new(self.request_bytes, Duration::ZERO)
    }

    fn unseen(&self, key: &str) -> Option<String> {
        Some(self.first_id(key))
    }
}

//! What the interfaces of ticket systems in the cloud have in common: requests and answers in JSON, pages, files that lie elsewhere,
//! and errors, each of which becomes words that say what to do.

use super::http::{Answer, Http, Request};
use super::tracker::Failure;
use serde_json::Value;

/// The interface of one system.
pub(super) struct Api {
    pub(super) http: Http,
    /// What the system is called.
    pub(super) system: &'static str,
    /// Finds the words in the body of an error.
    pub(super) said: fn(&[u8]) -> Option<String>,
    /// What to do about a status, where this system needs more words than others.
    pub(super) advice: &'static [(u16, &'static str)],
    /// Words in an answer, up to the status 503, that say it is too busy and has done nothing.
    pub(super) busy: &'static [&'static str],
}

/// So many pages are read; who has more is not searching for our key.
pub(super) const PAGES: usize = 50;

impl Api {
    /// Asks for a value.
    pub(super) fn ask(&self, path: &str) -> Result<Value, Failure> {
        self.question(&Request::get(path))
    }

    /// A request that changes nothing, so that nothing is ambiguous about it.
    pub(super) fn question(&self, request: &Request) -> Result<Value, Failure> {
        self.tell(request).map_err(Failure::of_question)
    }

    /// A request and the value that is answered; an empty answer is `null`.
    pub(super) fn tell(&self, request: &Request) -> Result<Value, Failure> {
        let answer = self.check(self.http.call(request)?)?;
        if answer.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        // Whatever is not JSON comes from something else: a proxy, a page to log in.
        serde_json::from_slice(&answer.body).map_err(|_| Failure::Ambiguous {
            why: format!(
                "{} answers with something that is no JSON; is `url` that of {}, and nothing between?",
                self.http.base(),
                self.system
            ),
        })
    }

    /// SHA-256 of a file. Systems keep files elsewhere and lead there; our credentials stay here.
    pub(super) fn file(&self, address: &str) -> Result<String, Failure> {
        let (answer, sha256) = self.http.download(address)?;
        self.check(answer).map(|_| sha256).map_err(Failure::of_question)
    }

    /// The answer, or what it means that it is an error, and what to do about it.
    fn check(&self, answer: Answer) -> Result<Answer, Failure> {
        let (status, after) = (answer.status, answer.after);
        let words = (self.said)(&answer.body).unwrap_or_default();
        let failure = match answer.expect(self.http.base(), self.said) {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        let is_busy =
            status == 403 && after.is_some() || status <= 503 && self.busy.iter().any(|it| words.contains(it));
        let advice = self.advice.iter().find(|it| it.0 == status).map(|it| it.1);
        let advice = match status {
            _ if is_busy || status == 429 => {
                "too many requests of this account; the outbox waits and goes on by itself".to_owned()
            }
            _ if advice.is_some() => advice.unwrap_or_default().to_owned(),
            401 => format!("are the user and the token those of {}, and is the token still valid?", self.system),
            403 => "the token's user lacks a right".to_owned(),
            404 => format!("is `url` that of {}, and may the token's user see it?", self.system),
            413 => "it is larger than the system takes; lower `request_bytes`, or raise the system's limit".to_owned(),
            400 | 422 => "the system does not take a value as it is".to_owned(),
            _ => return Err(failure),
        };
        let with = |why: &str| format!("{why}; {advice}");
        Err(match failure {
            it if is_busy => Failure::Busy { why: with(it.why()), after },
            Failure::Busy { why, after } => Failure::Busy { why: with(&why), after },
            Failure::Stopped { why } => Failure::Stopped { why: with(&why) },
            Failure::Refused { why } => Failure::Refused { why: with(&why) },
            other => other,
        })
    }

    /// Where an answer lacks what it must have.
    pub(super) fn lacks(&self, what: &str) -> Failure {
        Failure::Ambiguous { why: format!("{} names no {what} in its answer", self.http.base()) }
    }
}

/// The words of an error, but for those that are not there.
pub(super) fn sentence(words: &[String]) -> String {
    words.iter().map(|it| &**it).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A list in an answer; what is no list is an empty one.
pub(super) fn list(value: &Value, pointer: &str) -> Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A text or a number as text; empty if there is neither.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A name that a server has given and that goes into an address: letters, digits, `-` and `_`.
pub(super) fn name_of(value: &Value, pointer: &str) -> Option<String> {
    let name = text(value, pointer);
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

/// A text for a system that takes so many bytes, with word of where the rest is.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    const REST: &str = "\n\nThe rest of this text is in the attached file ticket.md.\n";
    let end = text.floor_char_boundary(longest.saturating_sub(REST.len()));
    let end = text[..end].rfind('\n').filter(|it| *it > end / 2).unwrap_or(end);
    format!("{}{REST}", &text[..end])
}

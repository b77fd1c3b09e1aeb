//! A request as a value: what is sent and what a dry run shows of it are one thing.

use super::super::multipart::Multipart;
use super::super::package::Outgoing;
use super::{Answer, Http, Secret, unread};
use crate::connect::tracker::Failure;
use reqwest::{Method, header};
use serde_json::Value;
use std::fs::File;
use std::io::Cursor;

/// A request to a tracker.
#[derive(Clone, Debug)]
pub(in crate::connect) struct Request {
    method: Method,
    /// Begins with a slash.
    path: String,
    headers: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Nothing,
    Json(Value),
    Parts(Multipart),
    /// A file by itself, as this type.
    File(&'static str, Outgoing),
    /// A form with credentials in it, which is not shown.
    Form(Secret),
}

impl Request {
    fn new(method: Method, path: impl Into<String>, content: Content) -> Request {
        Request { method, path: path.into(), headers: Vec::new(), content }
    }

    pub(in crate::connect) fn get(path: impl Into<String>) -> Request {
        Request::new(Method::GET, path, Content::Nothing)
    }

    pub(in crate::connect) fn post(path: impl Into<String>, value: Value) -> Request {
        Request::new(Method::POST, path, Content::Json(value))
    }

    pub(in crate::connect) fn put(path: impl Into<String>, value: Value) -> Request {
        Request::new(Method::PUT, path, Content::Json(value))
    }

    pub(in crate::connect) fn patch(path: impl Into<String>, value: Value) -> Request {
        Request::new(Method::PATCH, path, Content::Json(value))
    }

    pub(in crate::connect) fn parts(path: impl Into<String>, parts: Multipart) -> Request {
        Request::new(Method::POST, path, Content::Parts(parts))
    }

    pub(in crate::connect) fn file(path: impl Into<String>, kind: &'static str, file: &Outgoing) -> Request {
        Request::new(Method::POST, path, Content::File(kind, file.clone()))
    }

    pub(in crate::connect) fn form(path: impl Into<String>, form: String) -> Request {
        Request::new(Method::POST, path, Content::Form(Secret::new(form)))
    }

    /// Adds a header that is no secret.
    #[must_use]
    pub(in crate::connect) fn with(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// The request as it goes out, without credentials and with files as their size and hash.
    pub(in crate::connect) fn show(&self, http: &Http) -> String {
        let mut text = format!("{} {}{}\n", self.method, http.base(), self.path);
        if let Some((name, _)) = &http.auth {
            text.push_str(&format!("{name}: (not shown)\n"));
        }
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        let (kind, body) = match &self.content {
            Content::Nothing => return text + "\n",
            Content::Json(value) => (JSON.to_owned(), format!("{value:#}")),
            Content::Parts(parts) => (parts.content_type(), parts.show()),
            Content::File(kind, file) => {
                let body = format!("({} bytes of {}, SHA-256 {})", file.bytes, file.path, file.sha256);
                ((*kind).to_owned(), body)
            }
            Content::Form(_) => (FORM.to_owned(), "(not shown)".to_owned()),
        };
        text + &format!("Content-Type: {kind}\n\n{body}\n\n")
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

impl Http {
    /// Sends a request. If it only asks, nothing is ambiguous.
    pub(in crate::connect) fn call(&self, request: &Request) -> Result<Answer, Failure> {
        let (method, headers) = (request.method.clone(), request.headers.as_slice());
        let text = |kind: &str, text: String| {
            self.send(method.clone(), &request.path, headers, kind, text.len() as u64, Cursor::new(text))
        };
        match &request.content {
            Content::Nothing => {
                let request = self.request(method, &request.path, headers)?.header(header::ACCEPT, JSON);
                self.answer(request).map_err(Failure::of_question)
            }
            Content::Json(value) => text(JSON, value.to_string()),
            Content::Form(form) => text(FORM, form.reveal().to_owned()),
            Content::Parts(parts) => {
                let body = parts.reader().map_err(|error| unread(&error))?;
                self.send(method, &request.path, headers, &parts.content_type(), parts.len(), body)
            }
            Content::File(kind, file) => {
                let body = File::open(&file.place).map_err(|error| unread(&error))?;
                self.send(method, &request.path, headers, kind, file.bytes, body)
            }
        }
    }
}

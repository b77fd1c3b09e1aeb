//! `multipart/form-data` (RFC 7578) whose length is known before, with files that are read while they are sent.

use super::package::{Outgoing, sha256};
use std::fs::File;
use std::io::{self, Cursor, Read};

/// A body of parts.
#[derive(Clone, Debug)]
pub(super) struct Multipart {
    boundary: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    /// From `--boundary` to the empty line.
    head: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    File(Outgoing),
}

impl Multipart {
    /// A body without parts. What follows from `seed` does not stand in any part.
    pub(super) fn new(seed: &str) -> Multipart {
        Multipart { boundary: format!("tierline-{}", &sha256(seed.as_bytes())[..32]), parts: Vec::new() }
    }

    pub(super) fn text(mut self, name: &str, content_type: &str, text: String) -> Multipart {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n",
            self.boundary
        );
        self.parts.push(Part { head, content: Content::Text(text) });
        self
    }

    /// Adds a file. Its name is of letters, digits and `.-_` only, so that nothing has to be escaped.
    pub(super) fn file(mut self, name: &str, file: &Outgoing) -> Multipart {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.boundary,
            file.name,
            media_type(&file.name)
        );
        self.parts.push(Part { head, content: Content::File(file.clone()) });
        self
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    fn end(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }

    pub(super) fn len(&self) -> u64 {
        let part = |it: &Part| {
            let content = match &it.content {
                Content::Text(text) => text.len() as u64,
                Content::File(file) => file.bytes,
            };
            it.head.len() as u64 + content + 2
        };
        self.parts.iter().map(part).sum::<u64>() + self.end().len() as u64
    }

    /// All of it, as it is sent.
    pub(super) fn reader(&self) -> io::Result<impl Read + use<>> {
        let mut all: Box<dyn Read + Send + Sync> = Box::new(io::empty());
        for part in &self.parts {
            let content: Box<dyn Read + Send + Sync> = match &part.content {
                Content::Text(text) => Box::new(Cursor::new(text.clone())),
                Content::File(file) => Box::new(File::open(&file.place)?.take(file.bytes)),
            };
            all = Box::new(all.chain(Cursor::new(part.head.clone())).chain(content).chain(Cursor::new("\r\n")));
        }
        Ok(all.chain(Cursor::new(self.end())))
    }

    /// The same for people, with files as their size and hash.
    pub(super) fn show(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            text.push_str(&part.head);
            match &part.content {
                Content::Text(content) => text.push_str(content),
                Content::File(file) => {
                    text.push_str(&format!("({} bytes of {}, SHA-256 {})", file.bytes, file.path, file.sha256));
                }
            }
            text.push_str("\r\n");
        }
        text.push_str(&self.end());
        text.replace("\r\n", "\n")
    }
}

/// What a file is. Packages are text in UTF-8; whatever else there is, is taken as bytes.
pub(super) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("md" | "txt" | "log") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_long_as_they_say() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.log");
        std::fs::write(&place, "one\r\ntwo").unwrap();
        let file =
            Outgoing { path: "logs/a.log".into(), name: "logs-a.log".into(), place, sha256: "ab".into(), bytes: 8 };
        let parts = Multipart::new("seed").text("JSON", "application/json", "{}".into()).file("Attachments", &file);
        let mut sent = String::new();
        parts.reader().unwrap().read_to_string(&mut sent).unwrap();
        assert_eq!(sent.len() as u64, parts.len());
        let boundary = parts.content_type().split("boundary=").nth(1).unwrap().to_owned();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"JSON\"\r\nContent-Type: application/json\r\n\r\n{{}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"Attachments\"; filename=\"logs-a.log\"\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\none\r\ntwo\r\n--{boundary}--\r\n"
        );
        assert_eq!(sent, expected);
        assert!(parts.show().contains("(8 bytes of logs/a.log, SHA-256 ab)"));
    }
}

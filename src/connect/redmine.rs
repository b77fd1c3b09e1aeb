//! Redmine, by its REST interface (<https://www.redmine.org/projects/redmine/wiki/Rest_api>), from 4.2 on.
//!
//! Seen on a real server: a filter that it does not know is left out, and then it returns all issues; a value for a field that
//! it does not have is left out too. So the field is looked up by its name before the first issue, and every hit's key is
//! compared here. Files are uploaded first and belong to nothing until an issue names their tokens.

use super::http::{Answer, Http};
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// A project of Redmine.
pub(super) struct Redmine {
    pub(super) http: Http,
    /// Its identifier, as in addresses.
    pub(super) project: String,
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Hits come in pages of so many.
const PAGE: u64 = 100;
/// So many pages are looked through. With a filter that works there is one.
const PAGES: u64 = 20;

impl Redmine {
    fn get(&self, path: &str) -> Result<Value, Failure> {
        let answer = self.http.get(path)?.expect(self.http.base(), said)?;
        self.json(&answer).map_err(Failure::of_question)
    }

    fn json(&self, answer: &Answer) -> Result<Value, Failure> {
        let why = || format!("{} answers with something that is no JSON; is `url` that of Redmine?", self.http.base());
        serde_json::from_slice(&answer.body).map_err(|_| Failure::Ambiguous { why: why() })
    }

    /// The number of the field for the key.
    fn field(&self) -> Result<u64, Failure> {
        let path = format!("/projects/{}.json?include=issue_custom_fields", escaped(&self.project));
        let project = self.get(&path).map_err(|failure| match failure {
            Failure::Refused { why } => Failure::Stopped {
                why: format!("{why}; is there a project `{}`, and is the key's user a member?", self.project),
            },
            other => other,
        })?;
        let fields = project.pointer("/project/issue_custom_fields").and_then(Value::as_array);
        let field =
            fields.into_iter().flatten().find(|it| it.get("name").and_then(Value::as_str) == Some(&*self.key_field));
        let missing = || Failure::Stopped {
            why: format!(
                "the project `{}` has no custom field `{}` for issues; without it no issue is found again. In Redmine: \
                 Administration > Custom fields > New, Issues, format Text, \"Used as a filter\", for this project; or name \
                 another one with `key_field`",
                self.project, self.key_field
            ),
        };
        field.and_then(|it| it.get("id")?.as_u64()).ok_or_else(missing)
    }

    fn search(&self, field: u64, key: &str, offset: u64) -> Result<Vec<Value>, Failure> {
        let project = escaped(&self.project);
        // Without `status_id=*` closed ones are left out.
        let path = format!(
            "/issues.json?project_id={project}&status_id=*&cf_{field}={}&sort=id&limit={PAGE}&offset={offset}",
            escaped(key)
        );
        let mut found = self.get(&path)?;
        Ok(match found.get_mut("issues").map(Value::take) {
            Some(Value::Array(issues)) => issues,
            _ => Vec::new(),
        })
    }

    fn key_of(&self, issue: &Value) -> Option<String> {
        let fields = issue.get("custom_fields")?.as_array()?;
        let field = fields.iter().find(|it| it.get("name").and_then(Value::as_str) == Some(&*self.key_field))?;
        field.get("value")?.as_str().filter(|it| !it.is_empty()).map(str::to_owned)
    }

    /// Uploads files. Whatever goes wrong here has done nothing.
    fn upload(&self, files: &[Outgoing]) -> Result<Vec<Value>, Failure> {
        let upload = |file: &Outgoing| {
            let path = format!("/uploads.json?filename={}", escaped(&file.name));
            // With any other type it answers 406.
            let answer = self.http.upload(&path, "application/octet-stream", file).map_err(Failure::of_question)?;
            let answer = answer.expect(self.http.base(), said).map_err(Failure::of_question)?;
            let value = self.json(&answer).map_err(Failure::of_question)?;
            let token = value.pointer("/upload/token").and_then(Value::as_str).unwrap_or_default();
            Ok(json!({"token": token, "filename": file.name, "content_type": media_type(file)}))
        };
        files.iter().map(upload).collect()
    }

    fn issue(&self, draft: &Draft, field: &Value, uploads: &[Value]) -> Value {
        json!({"issue": {
            "project_id": self.project,
            "subject": draft.subject,
            "description": draft.body,
            "custom_fields": [{"id": field, "value": draft.key}],
            "uploads": uploads,
        }})
    }

    fn note(&self, ticket: &str, text: &str, uploads: &[Value]) -> Result<(), Failure> {
        let note = json!({"issue": {"notes": text, "uploads": uploads}});
        let answer = self.http.json("PUT", &format!("/issues/{}.json", escaped(ticket)), &note)?;
        answer.expect(self.http.base(), said).map(drop)
    }
}

/// Stands above files that are attached later.
const FILES: &str = "Further files of the package.";

impl Tracker for Redmine {
    fn target(&self) -> String {
        format!("{}, project {}", self.http.base(), self.project)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let field = self.field()?;
        // A key that no issue has. Whoever finds some has not filtered.
        if !self.search(field, &"0".repeat(64), 0)?.is_empty() {
            let why = format!(
                "the custom field `{}` is not used as a filter, so that no issue is found again; tick \"Used as a filter\"",
                self.key_field
            );
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.http.base()),
            format!("the project `{}` is there and has the field `{}` as a filter", self.project, self.key_field),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let field = self.field()?;
        let mut found = Vec::new();
        for page in 0..PAGES {
            let issues = self.search(field, key, page * PAGE)?;
            let count = issues.len() as u64;
            let ours = issues.iter().filter(|it| self.key_of(it).as_deref() == Some(key));
            found.extend(ours.filter_map(|it| it.get("id")?.as_u64()));
            if count < PAGE {
                break;
            }
        }
        found.sort_unstable();
        Ok(found.iter().map(u64::to_string).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let field = self.field().map_err(Failure::of_question)?;
        let uploads = self.upload(&draft.files)?;
        let answer = self.http.json("POST", "/issues.json", &self.issue(draft, &field.into(), &uploads))?;
        let created = self.json(&answer.expect(self.http.base(), said)?)?;
        let id = created.pointer("/issue/id").and_then(Value::as_u64);
        let unnamed = || Failure::Ambiguous { why: format!("{} names no issue in its answer", self.http.base()) };
        id.map(|it| it.to_string()).ok_or_else(unnamed)
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.note(ticket, &draft.body, &[])
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.note(ticket, FILES, &self.upload(files)?)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let value = self.get(&format!("/issues/{}.json?include=attachments,journals", escaped(ticket)))?;
        let empty = Value::Null;
        let issue = value.get("issue").unwrap_or(&empty);
        let status = issue.pointer("/status/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut holds = Holds { key: self.key_of(issue), status, ..Holds::default() };
        let list = |name: &str| issue.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        for attachment in list("attachments") {
            let id = attachment.get("id").and_then(Value::as_u64);
            let name = attachment.get("filename").and_then(Value::as_str);
            let (Some(id), Some(name)) = (id, name) else { continue };
            // Not `content_url`: that may lead to another host, and our credentials go to this one only.
            let path = format!("/attachments/download/{id}/{}", escaped(name));
            let fetch = || {
                let (answer, sha256) = self.http.download(&path)?;
                answer.expect(self.http.base(), said).map(|_| sha256).map_err(Failure::of_question)
            };
            holds.files.extend(Stated::of(&attachment, "/filename", "/filesize").hash(wanted, fetch)?);
        }
        let notes = list("journals").into_iter();
        holds.comments = notes.filter_map(|it| Some(it.get("notes")?.as_str()?.to_owned())).collect();
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let base = self.http.base();
        let request = |method: &str, path: &str, kind: &str, body: &str| {
            format!("{method} {base}{path}\nX-Redmine-API-Key: (not shown)\nContent-Type: {kind}\n\n{body}\n\n")
        };
        let uploads = |files: &[Outgoing]| -> (String, Vec<Value>) {
            let each = files.iter().map(|file| {
                let path = format!("/uploads.json?filename={}", escaped(&file.name));
                let body = format!("({} bytes of {}, SHA-256 {})", file.bytes, file.path, file.sha256);
                let token = json!({"token": "(as answered)", "filename": file.name, "content_type": media_type(file)});
                (request("POST", &path, "application/octet-stream", &body), token)
            });
            each.unzip()
        };
        let (mut text, tokens) = uploads(&draft.files);
        // The number of the field and that of the issue are known only to the server.
        let field = Value::from(format!("(number of the field {})", self.key_field));
        let issue = self.issue(draft, &field, &tokens);
        text.push_str(&request("POST", "/issues.json", "application/json", &format!("{issue:#}")));
        for files in rest {
            let (requests, tokens) = uploads(files);
            let note = json!({"issue": {"notes": FILES, "uploads": tokens}});
            text.push_str(&requests);
            text.push_str(&request("PUT", "/issues/NUMBER.json", "application/json", &format!("{note:#}")));
        }
        text
    }

    fn habits(&self) -> Habits {
        Habits { takes_markdown: true, ..self.habits }
    }
}

/// What Redmine shows a file as.
fn media_type(file: &Outgoing) -> &'static str {
    super::multipart::media_type(&file.name).split(';').next().unwrap_or_default()
}

/// The words of an error: `{"errors": [...]}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let errors = value.get("errors")?.as_array()?;
    Some(errors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
}

//! Jira, by its interface for issues: Cloud (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/>) and Data Center
//! (<https://developer.atlassian.com/server/jira/platform/rest/>). Not verified live: made from the public documentation, and held to
//! it by contracts in the tests. `service.rs` has the interface of Jira Service Management for those who are customers there.
//!
//! The key stands in a label, `EscalationKey-` and the key: labels need no administrator and are found exactly. On Cloud
//! a search may not know of a new issue for some seconds. Cloud takes texts as documents (ADF), Data Center in wiki markup.

mod adf;
mod service;

pub(super) use service::ServiceDesk;

use super::api::{Api, PAGES, list, name_of, sentence, shortened, text};
use super::http::{Http, Request};
use super::multipart::Multipart;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// A project of Jira.
pub(super) struct Jira {
    pub(super) api: Api,
    pub(super) edition: Edition,
    /// Its key.
    pub(super) project: String,
    /// The name of the type of issue that is opened.
    pub(super) issue_type: String,
    /// Stands before the key in the label.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Which Jira it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edition {
    Cloud,
    DataCenter,
}

/// Hits, fields and comments come in pages of so many.
const PAGE: usize = 100;
/// A text field holds 32,767 characters; markup comes on top.
const LONGEST: usize = 28_000;
/// A summary holds 255 characters.
const SUMMARY: usize = 250;
/// The fields that are filled, or fill themselves.
const FILLED: [&str; 6] = ["project", "issuetype", "summary", "description", "labels", "reporter"];

const ADVICE: &[(u16, &str)] = &[
    (
        401,
        "on Cloud `user` is the account's address and the token an API token; on Data Center the token is a personal access token",
    ),
    (403, "the token's user needs the permissions Browse Projects, Create Issues, Add Comments and Create Attachments"),
    (413, "raise the limit for attachments (Jira settings > System > Attachments), or leave the file out"),
];

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "Jira", said, advice: ADVICE, busy: &[] }
}

impl Jira {
    /// A path of the interface; the third version is that of Cloud.
    fn path(&self, rest: &str) -> String {
        let version = if self.edition == Edition::Cloud { 3 } else { 2 };
        format!("/rest/api/{version}{rest}")
    }

    fn label(&self, key: &str) -> String {
        format!("{}-{key}", self.key_field)
    }

    /// The key in the labels of an issue.
    fn key_of(&self, issue: &Value) -> Option<String> {
        let prefix = format!("{}-", self.key_field);
        let labels = list(issue, "/fields/labels");
        labels.iter().find_map(|it| it.as_str()?.strip_prefix(&prefix).map(str::to_owned))
    }

    /// A text as this edition takes it.
    fn prose(&self, body: &str) -> Value {
        let body = shortened(body, LONGEST);
        match self.edition {
            Edition::Cloud => adf::document(&body),
            Edition::DataCenter => verbatim(&body).into(),
        }
    }

    /// All items of a list with numbers of items. What they are called differs between editions.
    fn all(&self, path: &str, names: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let value = self.api.ask(&format!("{path}?startAt={}&maxResults={PAGE}", page * PAGE))?;
            let items = names.iter().map(|it| list(&value, &format!("/{it}"))).find(|it| !it.is_empty());
            let count = items.as_ref().map_or(0, Vec::len);
            all.extend(items.unwrap_or_default());
            let total = value.get("total").and_then(Value::as_u64);
            if count == 0 || total.map_or(count < PAGE, |it| all.len() as u64 >= it) {
                break;
            }
        }
        Ok(all)
    }

    /// A page of issues with this label, and how to ask for the next one.
    fn search(&self, key: &str, from: &Value) -> Result<(Vec<Value>, Option<Value>), Failure> {
        let jql = format!(r#"project = "{}" AND labels = "{}" ORDER BY created ASC"#, self.project, self.label(key));
        let mut query = json!({"jql": jql, "fields": ["labels"], "maxResults": PAGE});
        let cursor = if self.edition == Edition::Cloud { "nextPageToken" } else { "startAt" };
        if !from.is_null() {
            query[cursor] = from.clone();
        }
        let path = self.path(if self.edition == Edition::Cloud { "/search/jql" } else { "/search" });
        let value = self.api.question(&Request::post(path, query))?;
        let issues = list(&value, "/issues");
        let next = match self.edition {
            Edition::Cloud => value.get("nextPageToken").filter(|it| it.is_string()).cloned(),
            Edition::DataCenter => {
                let seen = from.as_u64().unwrap_or(0) + issues.len() as u64;
                let more = value.get("total").and_then(Value::as_u64).is_some_and(|it| it > seen);
                (more && !issues.is_empty()).then(|| seen.into())
            }
        };
        Ok((issues, next))
    }

    fn opening(&self, draft: &Draft) -> Request {
        let fields = json!({
            "project": {"key": self.project},
            "issuetype": {"name": self.issue_type},
            "summary": draft.subject.chars().take(SUMMARY).collect::<String>(),
            "description": self.prose(&draft.body),
            "labels": [self.label(&draft.key)],
        });
        Request::post(self.path("/issue"), json!({ "fields": fields }))
    }

    fn attachments(&self, ticket: &str, files: &[Outgoing]) -> Request {
        let seed = files.iter().fold(ticket.to_owned(), |seed, it| seed + &it.sha256);
        let parts = files.iter().fold(Multipart::new(&seed), |parts, file| parts.file("file", file));
        // Without the header it takes the request for one that a browser was tricked into.
        let path = self.path(&format!("/issue/{}/attachments", escaped(ticket)));
        Request::parts(path, parts).with("X-Atlassian-Token", "no-check")
    }

    /// The type of issue: its number.
    fn issue_type(&self) -> Result<String, Failure> {
        let path = self.path(&format!("/issue/createmeta/{}/issuetypes", self.project));
        let types = self.all(&path, &["issueTypes", "values"]).map_err(|failure| match failure {
            Failure::Refused { why } => {
                Failure::Stopped { why: format!("{why}; is there a project `{}`?", self.project) }
            }
            other => other,
        })?;
        let found = types.iter().find(|it| text(it, "/name") == self.issue_type);
        found.and_then(|it| name_of(it, "/id")).ok_or_else(|| {
            let names: Vec<String> = types.iter().map(|it| text(it, "/name")).collect();
            let why = format!(
                "in the project `{}` the token's user may open no `{}`, but: {}; name one of them with `issue_type`",
                self.project,
                self.issue_type,
                names.join(", ")
            );
            Failure::Stopped { why }
        })
    }
}

/// A text in wiki markup. Nothing in it shall become markup, and nothing shall end it before its end.
fn verbatim(body: &str) -> String {
    format!("{{noformat}}\n{}\n{{noformat}}", body.replace("{noformat", "{ noformat"))
}

impl Tracker for Jira {
    fn target(&self) -> String {
        format!("{}, project {}", self.api.http.base(), self.project)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let path = self.path(&format!("/issue/createmeta/{}/issuetypes/{}", self.project, self.issue_type()?));
        let fields = self.all(&path, &["fields", "values"])?;
        let id = |it: &Value| [text(it, "/fieldId"), text(it, "/key")].into_iter().find(|it| !it.is_empty());
        if !fields.iter().any(|it| id(it).as_deref() == Some("labels")) {
            let why = format!(
                "a `{}` of the project `{}` has no field Labels when it is opened, where the key goes; add it to the screen \
                 (Project settings > Issues > Screens), or name another `issue_type`",
                self.issue_type, self.project
            );
            return Err(Failure::Stopped { why });
        }
        let is = |it: &Value, name: &str| it.get(name).and_then(Value::as_bool).unwrap_or(false);
        let asks = |it: &&Value| {
            is(it, "required") && !is(it, "hasDefaultValue") && !id(it).is_some_and(|it| FILLED.contains(&&*it))
        };
        let required: Vec<String> = fields.iter().filter(asks).map(|it| text(it, "/name")).collect();
        if !required.is_empty() {
            let why = format!(
                "a `{}` of the project `{}` requires {}, which is not known here; make it optional or give it a default, or \
                 name another `issue_type`",
                self.issue_type,
                self.project,
                required.join(", ")
            );
            return Err(Failure::Stopped { why });
        }
        let meta = self.api.ask(&self.path("/attachment/meta"))?;
        if !is(&meta, "enabled") {
            let why = format!("{} takes no attachments; turn them on (Jira settings > System)", self.api.http.base());
            return Err(Failure::Stopped { why });
        }
        let limit = meta.get("uploadLimit").and_then(Value::as_u64).unwrap_or(0) >> 20;
        let seen = vec![
            format!("{} takes the credentials, and files up to {limit} MB", self.api.http.base()),
            format!("the project `{}` has the type `{}` with labels", self.project, self.issue_type),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let (mut found, mut from) = (Vec::new(), Value::Null);
        for _ in 0..PAGES {
            let (issues, next) = self.search(key, &from)?;
            let ours = issues.iter().filter(|it| self.key_of(it).as_deref() == Some(key));
            found.extend(ours.filter_map(|it| name_of(it, "/key")));
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(found)
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        name_of(&created, "/key").ok_or_else(|| self.api.lacks("issue"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let path = self.path(&format!("/issue/{}/comment", escaped(ticket)));
        self.api.tell(&Request::post(path, json!({"body": self.prose(&draft.body)}))).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        self.api.tell(&self.attachments(ticket, files)).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let issue = self.path(&format!("/issue/{}", escaped(ticket)));
        let value = self.api.ask(&format!("{issue}?fields=labels,status,description,attachment"))?;
        let status = text(&value, "/fields/status/name");
        let opening = value.pointer("/fields/description").map(adf::text_of).unwrap_or_default();
        let mut holds = Holds { key: self.key_of(&value), status, opening, ..Holds::default() };
        for attachment in list(&value, "/fields/attachment") {
            let Some(id) = name_of(&attachment, "/id") else { continue };
            // Not the address in the answer: behind a proxy that is another one, and our credentials go to `url` only.
            let path = match self.edition {
                Edition::Cloud => self.path(&format!("/attachment/content/{id}")),
                Edition::DataCenter => format!("/secure/attachment/{id}/{}", escaped(&text(&attachment, "/filename"))),
            };
            let stated = Stated::of(&attachment, "/filename", "/size");
            holds.files.extend(stated.hash(wanted, || self.api.file(&path))?);
        }
        let comments = self.all(&format!("{issue}/comment"), &["comments"])?;
        holds.comments = comments.iter().map(|it| adf::text_of(it.get("body").unwrap_or(&Value::Null))).collect();
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        // Which number it has is not known before.
        let files = rest.iter().map(|files| self.attachments("NUMBER", files).show(&self.api.http));
        self.opening(draft).show(&self.api.http) + &files.collect::<String>()
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            takes_markdown: true,
            unverified: Some(match self.edition {
                Edition::Cloud => "https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/",
                Edition::DataCenter => "https://developer.atlassian.com/server/jira/platform/rest/",
            }),
            ..self.habits
        }
    }
}

/// The words of an error: `{"errorMessages": [...], "errors": {field: ...}}`, of a service desk `{"errorMessage": ...}`, of a limit
/// `{"message": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut words: Vec<String> = list(&value, "/errorMessages").iter().map(|it| text(it, "")).collect();
    words.extend([text(&value, "/errorMessage"), text(&value, "/message")]);
    for (field, word) in value.get("errors").and_then(Value::as_object).into_iter().flatten() {
        words.push(format!("{field}: {}", text(word, "")));
    }
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

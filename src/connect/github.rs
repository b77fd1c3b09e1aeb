//! GitHub, by its interface for issues (<https://docs.github.com/en/rest/issues/issues>). Not verified live: made from the public
//! documentation, and held to it by contracts in the tests.
//!
//! The repository must be private: what is in the issues are a customer's logs. A label has room for the beginning of the key only, so
//! that finds the issues and the first line of their text is compared. There is no interface for attachments: files are
//! committed to the repository (<https://docs.github.com/en/rest/repos/contents>), below `tierline/`, and a comment names them.

use super::api::{Api, PAGES, list, name_of, sentence, shortened, text};
use super::http::{Http, Request, unread};
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;

/// A repository.
pub(super) struct GitHub {
    pub(super) api: Api,
    /// `owner/name`.
    pub(super) project: String,
    /// Stands before the key in the label and in the text.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Lists come in pages of so many.
const PAGE: usize = 100;
/// A text holds 65,536 characters.
const LONGEST: usize = 60_000;
/// A title holds 256 characters.
const TITLE: usize = 250;
/// A label holds 50 characters.
const LABEL: usize = 50;
/// So many files one comment has room to name.
const NAMED: usize = 200;
/// A file above that is not sent: it is held in memory and in base64, and Git keeps it for ever.
const LARGEST: u64 = 24 << 20;

const ADVICE: &[(u16, &str)] = &[
    (401, "the token must be a fine-grained personal access token, or one of an app, that is not expired"),
    (403, "the token needs Issues and Contents, both read and write, for the repository"),
    (404, "is there a repository of this name, and does the token reach it?"),
    (410, "the repository has no issues; turn them on (Settings > Features)"),
];

/// The interface behind a connection. What comes too fast is answered with 403 too.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "GitHub", said, advice: ADVICE, busy: &["secondary rate limit", "rate limit exceeded"] }
}

impl GitHub {
    /// A path below the repository.
    fn path(&self, rest: &str) -> String {
        format!("/repos/{}{rest}", self.project)
    }

    fn label(&self, key: &str) -> String {
        format!("{}-{key}", self.key_field).chars().take(LABEL).collect()
    }

    /// The key in the first line of an issue.
    fn key_of(&self, issue: &Value) -> Option<String> {
        let body = text(issue, "/body");
        let first = body.lines().next()?.strip_prefix(&format!("{}: ", self.key_field))?;
        Some(first.trim().to_owned())
    }

    /// All items of a list. `path` has a `?`.
    fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let items = list(&self.api.ask(&format!("{path}per_page={PAGE}&page={page}"))?, "");
            let count = items.len();
            all.extend(items);
            if count < PAGE {
                break;
            }
        }
        Ok(all)
    }

    fn opening(&self, draft: &Draft) -> Request {
        let issue = json!({
            "title": draft.subject.chars().take(TITLE).collect::<String>(),
            "body": shortened(&format!("{}: {}\n\n{}", self.key_field, draft.key, draft.body), LONGEST),
            "labels": [self.label(&draft.key)],
        });
        Request::post(self.path("/issues"), issue)
    }

    fn note(&self, ticket: &str, body: &str) -> Request {
        let path = self.path(&format!("/issues/{}/comments", escaped(ticket)));
        Request::post(path, json!({"body": shortened(body, LONGEST)}))
    }

    /// Where the files of an issue are.
    fn folder(ticket: &str) -> String {
        format!("tierline/issue-{}", escaped(ticket))
    }

    /// What a file is called there.
    fn stored(file: &Outgoing) -> String {
        format!("{}-{}", &file.sha256[..8], file.name)
    }

    /// The comment that names files.
    fn naming(&self, ticket: &str, files: &[Outgoing]) -> Request {
        let line = |it: &Outgoing| format!("- `{}`, SHA-256 {}\n", GitHub::stored(it), it.sha256);
        let names: String = files.iter().map(line).collect();
        let body = format!("Files of the package, in this repository below `{}`:\n\n{names}", GitHub::folder(ticket));
        self.note(ticket, &body)
    }

    /// The commit of a file. Its name follows from what is in it: who commits it again has nothing to do.
    fn commit(&self, ticket: &str, file: &Outgoing, content: String) -> Request {
        let path = format!("/contents/{}/{}", GitHub::folder(ticket), escaped(&GitHub::stored(file)));
        Request::put(self.path(&path), json!({"message": format!("File of issue #{ticket}"), "content": content}))
    }

    fn store(&self, ticket: &str, file: &Outgoing) -> Result<(), Failure> {
        if file.bytes > LARGEST {
            let why = format!("`{}` is larger than {} MB, too much for a Git repository", file.path, LARGEST >> 20);
            return Err(Failure::Refused { why: format!("{why}; attach it by hand, or leave it out of the package") });
        }
        let content = STANDARD.encode(fs::read(&file.place).map_err(|error| unread(&error))?);
        match self.api.tell(&self.commit(ticket, file, content)) {
            // It is there: GitHub asks which version is to be replaced.
            Err(Failure::Refused { why }) if why.contains("\"sha\" wasn't supplied") => Ok(()),
            // Another commit came between.
            Err(Failure::Refused { why }) if why.contains("answers 409") && why.contains("but expected") => {
                Err(Failure::Busy { why, after: None })
            }
            Err(Failure::Refused { why }) if why.contains("answers 409") => Err(Failure::Refused {
                why: format!(
                    "{why}; a rule protects the branch: let the token's user bypass it, or name another repository"
                ),
            }),
            answer => answer.map(drop),
        }
    }
}

impl Tracker for GitHub {
    fn target(&self) -> String {
        format!("{}, repository {}", self.api.http.base(), self.project)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let repository = self.api.ask(&self.path("")).map_err(Failure::stops)?;
        let is = |pointer: &str| repository.pointer(pointer) == Some(&Value::Bool(true));
        let wrong = match () {
            () if text(&repository, "/visibility") == "internal" => {
                "is internal, so that all of the enterprise may read the logs of customers; name a private one"
            }
            () if !is("/private") => "is public, and logs of customers do not belong there; name a private one",
            () if !is("/has_issues") => "has no issues; turn them on (Settings > Features)",
            () if is("/archived") => "is archived, and takes nothing any more",
            // Without that GitHub leaves labels out, and no issue is found again.
            () if !is("/permissions/push") => "may not be written by the token's user, who needs the role Write",
            () => "",
        };
        if !wrong.is_empty() {
            return Err(Failure::Stopped { why: format!("the repository `{}` {wrong}", self.project) });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!("the repository `{}` is private, has issues and can be written", self.project),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let label = escaped(&self.label(key));
        let issues = self.all(&self.path(&format!("/issues?labels={label}&state=all&sort=created&direction=asc&")))?;
        let ours = issues.iter().filter(|it| self.key_of(it).as_deref() == Some(key));
        Ok(ours.filter_map(|it| name_of(it, "/number")).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        name_of(&created, "/number").ok_or_else(|| self.api.lacks("issue"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.api.tell(&self.note(ticket, &draft.body)).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        files.iter().try_for_each(|file| self.store(ticket, file))?;
        files.chunks(NAMED).try_for_each(|files| self.api.tell(&self.naming(ticket, files)).map(drop))
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let path = self.path(&format!("/issues/{}", escaped(ticket)));
        let issue = self.api.ask(&path)?;
        let mut holds = Holds {
            key: self.key_of(&issue),
            status: text(&issue, "/state"),
            opening: text(&issue, "/body"),
            ..Holds::default()
        };
        let files = match self.api.ask(&self.path(&format!("/contents/{}", GitHub::folder(ticket)))) {
            // There is no folder without files.
            Err(Failure::Refused { why }) if why.contains("answers 404") => Value::Null,
            answer => answer?,
        };
        let comments = self.all(&format!("{path}/comments?"))?;
        holds.comments = comments.iter().map(|it| text(it, "/body")).collect();
        for file in list(&files, "") {
            // Nobody who reads the issue knows of a file that no comment names: it counts as missing, and is named then.
            let (name, size) = (text(&file, "/name"), text(&file, "/size").parse().ok());
            let is_named = holds.comments.iter().any(|it| it.contains(&format!("`{name}`")));
            let Some(ours) = wanted.iter().find(|it| is_named && GitHub::stored(it) == name) else { continue };
            let stated = Stated { name: ours.name.clone(), bytes: size };
            // The address has a token of its own in it, for a while.
            holds.files.extend(stated.hash(wanted, || self.api.file(&text(&file, "/download_url")))?);
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let mut shown = self.opening(draft).show(&self.api.http);
        // Which number it has is not known before.
        for file in rest.iter().flatten() {
            let content = format!("({} bytes of {} in base64, SHA-256 {})", file.bytes, file.path, file.sha256);
            shown.push_str(&self.commit("NUMBER", file, content).show(&self.api.http));
        }
        shown.push_str(&self.note("NUMBER", "(the names of these files)").show(&self.api.http));
        shown
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            takes_markdown: true,
            unverified: Some("https://docs.github.com/en/rest/issues/issues"),
            ..self.habits
        }
    }
}

/// The words of an error: `{"message": ..., "errors": [{"resource", "field", "code", "message"}]}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut words = vec![text(&value, "/message")];
    let error = |it: &Value| format!("{} {} {}", text(it, "/field"), text(it, "/code"), text(it, "/message"));
    words.extend(list(&value, "/errors").iter().map(|it| error(it).trim().to_owned()));
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

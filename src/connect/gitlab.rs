//! GitLab, by its interface for issues (<https://docs.gitlab.com/api/issues/>). Not verified live: made from the public documentation,
//! and held to it by contracts in the tests.
//!
//! Issues are confidential: what is in them are a customer's logs. The key stands in a label, by which issues are listed exactly.
//! Files are uploaded to the project (<https://docs.gitlab.com/api/project_markdown_uploads/>) and belong to an issue by a note that
//! names them; from there they are read back.

use super::api::{Api, PAGES, list, name_of, sentence, text};
use super::http::{Http, Request};
use super::multipart::Multipart;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// A project of GitLab.
pub(super) struct GitLab {
    pub(super) api: Api,
    /// Its path (`group/project`) or number.
    pub(super) project: String,
    /// Stands before the key in the label.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Lists come in pages of so many.
const PAGE: usize = 100;
/// A title holds 255 characters.
const TITLE: usize = 250;

const ADVICE: &[(u16, &str)] = &[
    (401, "the token needs the scope `api` and must not be expired"),
    (403, "the token's user needs the role Reporter or more in the project"),
    (
        404,
        "is there a project of this name, and is the token's user a member? Uploads are given back from GitLab 17.4 on",
    ),
    (413, "raise the instance's limit for attachments, or leave the file out"),
];

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "GitLab", said, advice: ADVICE, busy: &[] }
}

impl GitLab {
    /// A path below the project.
    fn path(&self, rest: &str) -> String {
        format!("/api/v4/projects/{}{rest}", escaped(&self.project))
    }

    fn label(&self, key: &str) -> String {
        format!("{}-{key}", self.key_field)
    }

    fn key_of(&self, issue: &Value) -> Option<String> {
        let prefix = format!("{}-", self.key_field);
        list(issue, "/labels").iter().find_map(|it| it.as_str()?.strip_prefix(&prefix).map(str::to_owned))
    }

    /// All items of a list. `path` has a `?`.
    fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let items = list(&self.api.ask(&format!("{path}&per_page={PAGE}&page={page}"))?, "");
            let count = items.len();
            all.extend(items);
            if count < PAGE {
                break;
            }
        }
        Ok(all)
    }

    /// The token's user's level in the project, also by a group that was invited to it, which the project itself does not tell.
    fn level(&self) -> Result<u64, Failure> {
        let user =
            name_of(&self.api.ask("/api/v4/user")?, "/id").ok_or_else(|| self.api.lacks("user").of_question())?;
        match self.api.ask(&self.path(&format!("/members/all/{user}"))) {
            Ok(member) => Ok(member.get("access_level").and_then(Value::as_u64).unwrap_or(0)),
            Err(Failure::Refused { why }) if why.contains("answers 404") => Ok(0),
            Err(failure) => Err(failure),
        }
    }

    fn opening(&self, draft: &Draft) -> Request {
        let issue = json!({
            "title": draft.subject.chars().take(TITLE).collect::<String>(),
            "description": inert(&draft.body),
            "labels": self.label(&draft.key),
            "confidential": true,
        });
        Request::post(self.path("/issues"), issue)
    }

    fn upload(&self, file: &Outgoing) -> Request {
        Request::parts(self.path("/uploads"), Multipart::new(&file.sha256).file("file", file))
    }

    fn note(&self, ticket: &str, body: &str) -> Request {
        Request::post(self.path(&format!("/issues/{}/notes", escaped(ticket))), json!({ "body": body }))
    }
}

/// A line that begins with `/` and a letter would be a command to GitLab: `/close`, `/assign`. In a block of code it is none, and a
/// `\` would be shown there; what GitLab takes for one is in
/// <https://github.com/gitlabhq/gitlabhq/blob/master/lib/gitlab/quick_actions/extractor.rb>.
fn inert(body: &str) -> String {
    // It takes these out first.
    let body = body.replace('\r', "");
    let goes_on = |within: bool, line: &str| if within { line != FENCE } else { line.starts_with(FENCE) };
    // What it may see otherwise than we do, so that a block ends before its end: longer fences, HTML, quotes of several lines.
    let (mut within, mut is_plain) = (false, true);
    for line in body.split('\n') {
        is_plain &= !line.starts_with("````") && (within || !(line.starts_with('<') || line.starts_with(">>>")));
        within = goes_on(within, line);
    }
    is_plain &= !within;
    within = false;
    let mut lines = Vec::new();
    for line in body.split('\n') {
        let is_command = line.strip_prefix('/').is_some_and(|it| it.starts_with(|it: char| it.is_ascii_alphabetic()));
        lines.push(if is_command && !(is_plain && within) { format!("\\{line}") } else { line.to_owned() });
        within = goes_on(within, line);
    }
    lines.join("\n")
}

/// Begins and ends a block of code.
const FENCE: &str = "```";

/// Secret and name of each upload that a text names: `/uploads/SECRET/NAME`.
fn uploads(text: &str) -> Vec<(String, String)> {
    let upload = |rest: &str| {
        let (secret, rest) = rest.split_once('/')?;
        let name: String = rest.chars().take_while(|it| it.is_ascii_alphanumeric() || ".-_".contains(*it)).collect();
        let is_secret = secret.len() == 32 && secret.bytes().all(|it| it.is_ascii_hexdigit());
        (is_secret && !name.is_empty()).then(|| (secret.to_owned(), name))
    };
    text.split("/uploads/").skip(1).filter_map(upload).collect()
}

impl Tracker for GitLab {
    fn target(&self) -> String {
        format!("{}, project {}", self.api.http.base(), self.project)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let project = self.api.ask(&self.path("")).map_err(Failure::stops)?;
        let level = |it: &str| project.pointer(&format!("/permissions/{it}/access_level")).and_then(Value::as_u64);
        let level = match level("project_access").max(level("group_access")) {
            Some(level) => level,
            None => self.level()?,
        };
        if text(&project, "/issues_access_level") == "disabled" {
            let why =
                format!("the project `{}` has no issues; turn them on (Settings > General > Visibility)", self.project);
            return Err(Failure::Stopped { why });
        }
        // Below that nobody sees confidential issues, and none would be found again.
        const PLANNER: u64 = 15;
        if level < PLANNER {
            let why = format!(
                "the token's user is no member of the project `{}` who sees confidential issues; give it the role Reporter",
                self.project
            );
            return Err(Failure::Stopped { why });
        }
        if !self.find(&"0".repeat(64))?.is_empty() {
            let why = format!("{} finds issues for a key that none has", self.api.http.base());
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!("the project `{}` takes confidential issues", self.project),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let path = self.path(&format!(
            "/issues?labels={}&scope=all&state=all&order_by=created_at&sort=asc",
            escaped(&self.label(key))
        ));
        let issues = self.all(&path)?;
        let ours = issues.iter().filter(|it| self.key_of(it).as_deref() == Some(key));
        Ok(ours.filter_map(|it| name_of(it, "/iid")).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        name_of(&created, "/iid").ok_or_else(|| self.api.lacks("issue"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        self.api.tell(&self.note(ticket, &inert(&draft.body))).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let mut body = "Files of the package.\n".to_owned();
        for file in files {
            // An upload that no note names is nobody's.
            let answer = self.api.question(&self.upload(file))?;
            let url = text(&answer, "/url");
            if uploads(&url).is_empty() {
                return Err(self.api.lacks("upload").of_question());
            }
            body.push_str(&format!("\n- [{}]({url}), SHA-256 {}", file.name, file.sha256));
        }
        self.api.tell(&self.note(ticket, &body)).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let issue = self.path(&format!("/issues/{}", escaped(ticket)));
        let value = self.api.ask(&issue)?;
        let (status, opening) = (text(&value, "/state"), text(&value, "/description"));
        let mut holds = Holds { key: self.key_of(&value), status, opening, ..Holds::default() };
        for note in self.all(&format!("{issue}/notes?sort=asc&order_by=created_at"))? {
            let body = text(&note, "/body");
            for (secret, name) in uploads(&body) {
                let path = self.path(&format!("/uploads/{secret}/{}", escaped(&name)));
                holds.files.extend(Stated { name, bytes: None }.hash(wanted, || self.api.file(&path))?);
            }
            holds.comments.push(body);
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let mut shown = self.opening(draft).show(&self.api.http);
        for files in rest {
            files.iter().for_each(|it| shown.push_str(&self.upload(it).show(&self.api.http)));
            let names: Vec<&str> = files.iter().map(|it| &*it.name).collect();
            let body = format!("Files of the package.\n({}, as answered)", names.join(", "));
            // Which number it has is not known before.
            shown.push_str(&self.note("NUMBER", &body).show(&self.api.http));
        }
        shown
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            takes_markdown: true,
            unverified: Some("https://docs.gitlab.com/api/issues/"),
            ..self.habits
        }
    }
}

/// The words of an error: `{"message": text or {field: [...]}}`, or `{"error": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut words = vec![text(&value, "/message"), text(&value, "/error"), text(&value, "/error_description")];
    for (field, wrong) in value.get("message").and_then(Value::as_object).into_iter().flatten() {
        words.push(format!("{field}: {wrong}"));
    }
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

//! ServiceNow, by its Table and Attachment APIs
//! (<https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html>,
//! <https://www.servicenow.com/docs/r/api-reference/rest-apis/c_AttachmentAPI.html>). Not verified live: made from the public
//! documentation, and held to it by contracts in the tests.
//!
//! The key stands in `correlation_id`, which every task has for the identifier of another system. A condition on a field that a table
//! does not have may be left out, and then everything is found: each hit's key is compared here. One request has one file.

use super::api::{Api, PAGES, list, name_of, sentence, shortened, text};
use super::http::{Http, Request};
use super::multipart::media_type;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};

/// A table of tasks.
pub(super) struct ServiceNow {
    pub(super) api: Api,
    /// `incident`, `sn_customerservice_case` or another table that extends `task`.
    pub(super) table: String,
    /// The name or `sys_id` of the group that gets the tasks; without it the instance's rules decide.
    pub(super) group: Option<String>,
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Hits and attachments come in pages of so many.
const PAGE: usize = 100;
/// The usual length of a description is 4,000 characters.
const LONGEST: usize = 3_900;
/// Of a short description, 160.
const SUBJECT: usize = 160;

const ADVICE: &[(u16, &str)] = &[
    (401, "are `user` and the password right, or the OAuth token still valid?"),
    (
        403,
        "the user needs a role for the table (for incidents `itil`) and for attachments, or an extension is not allowed \
           (`glide.attachment.extensions`)",
    ),
    (413, "raise `com.glide.attachment.max_size`, or leave the file out"),
];

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "ServiceNow", said, advice: ADVICE, busy: &[] }
}

impl ServiceNow {
    /// Records that meet a condition, from the oldest on. The interface for attachments takes no choice of fields.
    fn records(&self, table: &str, query: &str, fields: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let path = format!(
                "{table}?sysparm_query={}{fields}&sysparm_limit={PAGE}&sysparm_offset={}",
                escaped(&format!("{query}^ORDERBYsys_created_on")),
                page * PAGE
            );
            let found = list(&self.api.ask(&path)?, "/result");
            let count = found.len();
            all.extend(found);
            if count < PAGE {
                break;
            }
        }
        Ok(all)
    }

    fn tasks(&self, query: &str) -> Result<Vec<Value>, Failure> {
        let fields = format!("&sysparm_fields=sys_id,number,{}", self.key_field);
        self.records(&format!("/api/now/table/{}", self.table), query, &fields)
    }

    /// The identifier of a task, which people know by its number.
    fn id_of(&self, number: &str) -> Result<String, Failure> {
        let found = self.tasks(&format!("number={number}"))?;
        let task = found.iter().find(|it| text(it, "/number") == number);
        let gone = || Failure::Refused {
            why: format!("{} has no {number} in the table `{}` any more", self.api.http.base(), self.table),
        };
        task.and_then(|it| name_of(it, "/sys_id")).ok_or_else(gone)
    }

    fn opening(&self, draft: &Draft) -> Request {
        let mut task = json!({
            "short_description": draft.subject.chars().take(SUBJECT).collect::<String>(),
            "description": shortened(&draft.body, LONGEST),
            self.key_field.clone(): draft.key,
        });
        if let Some(group) = &self.group {
            task["assignment_group"] = group.clone().into();
        }
        // A value that is no `sys_id` is taken as what is displayed.
        Request::post(format!("/api/now/table/{}?sysparm_input_display_value=true", self.table), task)
    }

    fn note(&self, id: &str, text: &str) -> Request {
        Request::patch(format!("/api/now/table/{}/{id}", self.table), json!({"work_notes": shortened(text, LONGEST)}))
    }

    fn attachment(&self, id: &str, file: &Outgoing) -> Request {
        let path = format!(
            "/api/now/attachment/file?table_name={}&table_sys_id={id}&file_name={}",
            self.table,
            escaped(&file.name)
        );
        Request::file(path, media_type(&file.name), file)
    }
}

impl Tracker for ServiceNow {
    fn target(&self) -> String {
        format!("{}, table {}", self.api.http.base(), self.table)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        // A key that no task has. Whoever finds one has left the condition out.
        let path = format!(
            "/api/now/table/{}?sysparm_query={}%3D{}&sysparm_fields=sys_id&sysparm_limit=1",
            self.table,
            self.key_field,
            "0".repeat(64)
        );
        let found = self.api.ask(&path).map_err(|failure| match failure {
            Failure::Refused { why } => Failure::Stopped { why: format!("{why}; is there a table `{}`?", self.table) },
            other => other,
        })?;
        if !list(&found, "/result").is_empty() {
            let why = format!(
                "the table `{}` has no field `{}`, so that no task is found again; name one with `key_field` (a table \
                 that extends `task` has `correlation_id`)",
                self.table, self.key_field
            );
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!("the table `{}` can be read and searched by `{}`", self.table, self.key_field),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let found = self.tasks(&format!("{}={key}", self.key_field))?;
        let ours = found.iter().filter(|it| text(it, &format!("/{}", self.key_field)) == key);
        Ok(ours.filter_map(|it| name_of(it, "/number")).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        name_of(&created, "/result/number").ok_or_else(|| self.api.lacks("number"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let id = self.id_of(ticket)?;
        self.api.tell(&self.note(&id, &draft.body)).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let id = self.id_of(ticket)?;
        files.iter().try_for_each(|file| self.api.tell(&self.attachment(&id, file)).map(drop))
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let id = self.id_of(ticket)?;
        // Displayed, the state is a word and the notes are one text; else they are a number and nothing.
        let path = format!(
            "/api/now/table/{}/{id}?sysparm_display_value=true&sysparm_fields=state,work_notes,description,{}",
            self.table, self.key_field
        );
        let task = self.api.ask(&path)?;
        let key = Some(text(&task, &format!("/result/{}", self.key_field))).filter(|it| !it.is_empty());
        let mut holds = Holds { key, status: text(&task, "/result/state"), ..Holds::default() };
        holds.opening = text(&task, "/result/description");
        holds.comments = vec![text(&task, "/result/work_notes")];
        let query = format!("table_name={}^table_sys_id={id}", self.table);
        for attachment in self.records("/api/now/attachment", &query, "")? {
            let Some(file) = name_of(&attachment, "/sys_id") else { continue };
            if text(&attachment, "/table_sys_id") == id {
                let (stated, at) =
                    (Stated::of(&attachment, "/file_name", "/size_bytes"), format!("/api/now/attachment/{file}/file"));
                holds.files.extend(stated.hash(wanted, || self.api.file(&at))?);
            }
        }
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let files = rest.iter().flatten().map(|it| self.attachment("SYS_ID", it).show(&self.api.http));
        self.opening(draft).show(&self.api.http) + &files.collect::<String>()
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            unverified: Some("https://www.servicenow.com/docs/r/api-reference/rest-apis/"),
            ..self.habits
        }
    }
}

/// The words of an error: `{"error": {"message": ..., "detail": ...}, "status": "failure"}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let words = [text(&value, "/error/message"), text(&value, "/error/detail"), text(&value, "/error")];
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

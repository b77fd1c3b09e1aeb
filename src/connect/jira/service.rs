//! Jira Service Management as its customers reach it: requests in a portal, for those who are no agents there
//! (Cloud <https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/>, Data Center
//! <https://developer.atlassian.com/server/jira-servicedesk/rest/>). Not verified live: made from the public documentation, and held
//! to it by contracts in the tests.
//!
//! A customer can set no label and search for nothing but the summary. So the beginning of the key stands there and all of it in the
//! description, which is compared. Files are given to the desk first and belong to nothing until a request names them.

use super::super::api::{Api, PAGES, list, name_of, shortened, text};
use super::super::http::Request;
use super::super::multipart::Multipart;
use super::super::package::Outgoing;
use super::super::rt::escaped;
use super::super::stated::Stated;
use super::super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use super::{LONGEST, adf, verbatim};
use serde_json::{Value, json};

/// A service desk.
pub(in crate::connect) struct ServiceDesk {
    pub(in crate::connect) api: Api,
    /// Its number.
    pub(in crate::connect) desk: String,
    /// The number of the type of request that is opened.
    pub(in crate::connect) request_type: String,
    /// Stands before the key in the description.
    pub(in crate::connect) key_field: String,
    pub(in crate::connect) habits: Habits,
}

/// Lists come in pages of so many; Cloud gives no more.
const PAGE: usize = 50;
/// Stands above files.
const FILES: &str = "Files of the package.";
/// So much of the key stands in the summary.
const SHORT: usize = 16;

impl ServiceDesk {
    /// Several methods count as experiments on Data Center, and have to be asked for.
    fn asked(request: Request) -> Request {
        request.with("X-ExperimentalApi", "opt-in")
    }

    fn ask(&self, path: &str) -> Result<Value, Failure> {
        self.api.question(&ServiceDesk::asked(Request::get(path)))
    }

    /// All items of a list. `path` has a `?`.
    fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let value = self.ask(&format!("{path}start={}&limit={PAGE}", page * PAGE))?;
            let items = list(&value, "/values");
            let last = items.is_empty() || value.get("isLastPage") != Some(&Value::Bool(false));
            all.extend(items);
            if last {
                break;
            }
        }
        Ok(all)
    }

    fn request(ticket: &str, rest: &str) -> String {
        format!("/rest/servicedeskapi/request/{}{rest}", escaped(ticket))
    }

    /// The description of a request.
    fn description(request: &Value) -> Option<String> {
        let fields = list(request, "/requestFieldValues");
        let field = fields.iter().find(|it| text(it, "/fieldId") == "description")?;
        field.get("value").map(adf::text_of)
    }

    /// The key in it.
    fn key_of(&self, request: &Value) -> Option<String> {
        let description = ServiceDesk::description(request)?;
        let (_, rest) = description.split_once(&format!("{}: ", self.key_field))?;
        let key: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        (!key.is_empty()).then_some(key)
    }

    /// Where a file is for us. Behind a proxy the address in an answer is another server's, which knows nothing of our credentials.
    fn own<'a>(&self, address: &'a str) -> &'a str {
        let foreign = !address.starts_with(&format!("{}/", self.api.http.base()));
        let path = ["/secure/attachment/", "/rest/servicedeskapi/"].iter().find_map(|it| address.find(it));
        path.filter(|_| foreign).map_or(address, |at| &address[at..])
    }

    fn opening(&self, draft: &Draft) -> Request {
        let summary: String = draft.subject.chars().take(super::SUMMARY - SHORT - 3).collect();
        // Before the text, so that nothing in that is taken for the key.
        let body = format!("{}: {}\n\n{}", self.key_field, draft.key, verbatim(&shortened(&draft.body, LONGEST)));
        let body = json!({
            "serviceDeskId": self.desk,
            "requestTypeId": self.request_type,
            "requestFieldValues": {
                "summary": format!("{summary} [{}]", &draft.key[..SHORT]),
                "description": body,
            },
        });
        ServiceDesk::asked(Request::post("/rest/servicedeskapi/request", body))
    }

    fn handing_in(&self, files: &[Outgoing]) -> Request {
        let seed = files.iter().fold(self.desk.clone(), |seed, it| seed + &it.sha256);
        let parts = files.iter().fold(Multipart::new(&seed), |parts, file| parts.file("file", file));
        let path = format!("/rest/servicedeskapi/servicedesk/{}/attachTemporaryFile", self.desk);
        ServiceDesk::asked(Request::parts(path, parts)).with("X-Atlassian-Token", "no-check")
    }

    fn adding(ticket: &str, names: &[String]) -> Request {
        let body = json!({"temporaryAttachmentIds": names, "public": true, "additionalComment": {"body": FILES}});
        ServiceDesk::asked(Request::post(ServiceDesk::request(ticket, "/attachment"), body))
    }
}

impl Tracker for ServiceDesk {
    fn target(&self) -> String {
        format!("{}, service desk {}", self.api.http.base(), self.desk)
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let path = format!("/rest/servicedeskapi/servicedesk/{}/requesttype/{}/field", self.desk, self.request_type);
        let form = self.ask(&path).map_err(|failure| match failure {
            Failure::Refused { why } => Failure::Stopped {
                why: format!(
                    "{why}; are `service_desk` and `request_type` the numbers in the address of the portal \
                     (.../portal/NUMBER/group/.../create/NUMBER)?"
                ),
            },
            other => other,
        })?;
        let fields = list(&form, "/requestTypeFields");
        for (name, what) in [("summary", "Summary"), ("description", "Description"), ("attachment", "Attachment")] {
            if !fields.iter().any(|it| text(it, "/fieldId") == name) {
                let why = format!(
                    "the form of the request type {} has no field {what}; name another `request_type`, or ask the desk to add it",
                    self.request_type
                );
                return Err(Failure::Stopped { why });
            }
        }
        let known = |it: &Value| ["summary", "description"].contains(&&*text(it, "/fieldId"));
        let required = |it: &&Value| it.get("required") == Some(&Value::Bool(true)) && !known(it);
        let required: Vec<String> = fields.iter().filter(required).map(|it| text(it, "/name")).collect();
        if !required.is_empty() {
            let why = format!(
                "the form of the request type {} requires {}, which is not known here; name another `request_type`",
                self.request_type,
                required.join(", ")
            );
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.api.http.base()),
            format!("the request type {} of the desk {} has what is needed", self.request_type, self.desk),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let path = format!(
            "/rest/servicedeskapi/request?searchTerm={}&requestOwnership=OWNED_REQUESTS&requestStatus=ALL_REQUESTS&serviceDeskId={}&",
            escaped(&key[..SHORT.min(key.len())]),
            self.desk
        );
        let mut found = self.all(&path)?;
        found.retain(|it| self.key_of(it).as_deref() == Some(key));
        found.sort_by_key(|it| text(it, "/issueId").parse::<u64>().unwrap_or(u64::MAX));
        Ok(found.iter().filter_map(|it| name_of(it, "/issueKey")).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.api.tell(&self.opening(draft))?;
        name_of(&created, "/issueKey").ok_or_else(|| self.api.lacks("request"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let body = json!({"body": verbatim(&shortened(&draft.body, LONGEST)), "public": true});
        let path = ServiceDesk::request(ticket, "/comment");
        self.api.tell(&ServiceDesk::asked(Request::post(path, body))).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let answer = self.api.question(&self.handing_in(files))?;
        let handed = list(&answer, "/temporaryAttachments");
        let names: Vec<String> = handed.iter().map(|it| text(it, "/temporaryAttachmentId")).collect();
        if names.len() != files.len() || names.iter().any(String::is_empty) {
            return Err(self.api.lacks("file").of_question());
        }
        self.api.tell(&ServiceDesk::adding(ticket, &names)).map(drop)
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let value = self.ask(&ServiceDesk::request(ticket, ""))?;
        let opening = ServiceDesk::description(&value).unwrap_or_default();
        let mut holds = Holds { key: self.key_of(&value), opening, ..Holds::default() };
        holds.status = text(&value, "/currentStatus/status");
        for attachment in self.all(&ServiceDesk::request(ticket, "/attachment?"))? {
            let (stated, at) = (Stated::of(&attachment, "/filename", "/size"), text(&attachment, "/_links/content"));
            holds.files.extend(stated.hash(wanted, || self.api.file(self.own(&at)))?);
        }
        let comments = self.all(&ServiceDesk::request(ticket, "/comment?"))?;
        holds.comments = comments.iter().map(|it| adf::text_of(it.get("body").unwrap_or(&Value::Null))).collect();
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let mut shown = self.opening(draft).show(&self.api.http);
        for files in rest {
            let names: Vec<String> = files.iter().map(|_| "(as answered)".to_owned()).collect();
            shown.push_str(&self.handing_in(files).show(&self.api.http));
            // Which number it has is not known before.
            shown.push_str(&ServiceDesk::adding("NUMBER", &names).show(&self.api.http));
        }
        shown
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            takes_markdown: true,
            unverified: Some("https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/"),
            ..self.habits
        }
    }
}

#[cfg(test)]
mod tests;

//! Salesforce, with cases as tickets, by its REST API
//! (<https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm>). Not verified live: made from the
//! public documentation, and held to it by contracts in the tests.
//!
//! The key stands in a field of the case that is an external id and unique. A case is made by an upsert of that: Salesforce itself
//! makes no second one. `user` is the consumer key of an external client app and the token its secret; from both a token for
//! a while is made (client credentials flow), and once more when it has ended. Files are documents that are linked to the case.

use super::api::{Api, PAGES, list, name_of, sentence, shortened, text};
use super::http::{Http, Request, Secret};
use super::multipart::Multipart;
use super::package::Outgoing;
use super::rt::escaped;
use super::stated::Stated;
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// Cases of one organisation.
pub(super) struct Salesforce {
    /// Without credentials, to log in.
    pub(super) login: Api,
    /// Consumer key and secret.
    pub(super) client: (String, Secret),
    /// The same with a token, once there is one.
    pub(super) api: RefCell<Option<Rc<Api>>>,
    /// The name of the field in the interface: ends in `__c`.
    pub(super) key_field: String,
    pub(super) habits: Habits,
}

/// Of the interface; Salesforce keeps each for years.
const DATA: &str = "/services/data/v62.0";
/// A description holds 32,000 characters.
const LONGEST: usize = 31_000;
/// A comment holds 4,000 bytes.
const COMMENT: usize = 3_900;
/// A subject holds 255 characters.
const SUBJECT: usize = 250;

const ADVICE: &[(u16, &str)] = &[
    (300, "several cases have this key: the field is not unique; make it so, and merge them"),
    (401, "a token that was just made is not taken: is the user it runs as locked, or may it not use the interface?"),
    (
        403,
        "the integration user needs to read, create and edit cases, to see the field of the key, and to create files",
    ),
];
/// Names of errors that say that it is too busy.
const BUSY: &[&str] = &["REQUEST_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE"];

/// Names an error: the token has ended. Nothing was done.
const ENDED: &str = "INVALID_SESSION_ID";

/// The interface behind a connection.
pub(super) fn api(http: Http) -> Api {
    Api { http, system: "Salesforce", said, advice: ADVICE, busy: BUSY }
}

impl Salesforce {
    fn logging_in(&self) -> Request {
        let (id, secret) = (escaped(&self.client.0), escaped(self.client.1.reveal()));
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        Request::form("/services/oauth2/token", form)
    }

    /// Does something with a token. If that has ended meanwhile, once more with a new one.
    fn with<T>(&self, act: impl Fn(&Api) -> Result<T, Failure>) -> Result<T, Failure> {
        let known = self.api.borrow().clone();
        match known {
            Some(api) => match act(&api) {
                Err(failure) if failure.why().contains(ENDED) => act(&*self.log_in()?),
                result => result,
            },
            None => act(&*self.log_in()?),
        }
    }

    fn log_in(&self) -> Result<Rc<Api>, Failure> {
        let base = self.login.http.base();
        let answer = self.login.question(&self.logging_in()).map_err(|failure| match failure {
            Failure::Refused { why } | Failure::Stopped { why } => Failure::Stopped {
                why: format!(
                    "{why}; is `user` the consumer key and the token the consumer secret of an external client app with the client \
                     credentials flow, with a user to run as, and `url` the organisation's own (https://NAME.my.salesforce.com)?"
                ),
            },
            other => other,
        })?;
        let (token, at) = (text(&answer, "/access_token"), text(&answer, "/instance_url"));
        if token.is_empty() {
            return Err(self.login.lacks("token").of_question());
        }
        // Credentials go to the configured address only.
        if at.trim_end_matches('/') != base {
            return Err(Failure::Stopped { why: format!("{base} is served by {at}; write that into `url`") });
        }
        let http = self.login.http.with_auth(Some(("Authorization", Secret::new(format!("Bearer {token}")))));
        let Api { system, said, advice, busy, .. } = self.login;
        let api = Rc::new(Api { http, system, said, advice, busy });
        *self.api.borrow_mut() = Some(Rc::clone(&api));
        Ok(api)
    }

    /// Records by a query in SOQL.
    fn query(&self, soql: &str) -> Result<Vec<Value>, Failure> {
        let (mut all, mut path) = (Vec::new(), format!("{DATA}/query?q={}", escaped(soql)));
        for _ in 0..PAGES {
            let value = self.with(|api| api.ask(&path))?;
            all.extend(list(&value, "/records"));
            path = text(&value, "/nextRecordsUrl");
            if value.get("done") != Some(&Value::Bool(false)) || !path.starts_with("/services/data/") {
                break;
            }
        }
        Ok(all)
    }

    /// The case of a number, with what is to be known of it.
    fn case(&self, number: &str) -> Result<(String, Value), Failure> {
        let soql = format!(
            "SELECT Id,CaseNumber,Status,Description,{} FROM Case WHERE CaseNumber='{}'",
            self.key_field,
            number.replace('\\', "\\\\").replace('\'', "\\'")
        );
        let found = self.query(&soql)?.into_iter().find(|it| text(it, "/CaseNumber") == number);
        let case = found.and_then(|it| Some((name_of(&it, "/Id")?, it)));
        case.ok_or_else(|| Failure::Refused {
            why: format!("{} has no case {number} any more", self.login.http.base()),
        })
    }

    /// Makes the case if there is none with the key.
    fn opening(&self, draft: &Draft) -> Request {
        let path = format!("{DATA}/sobjects/Case/{}/{}", self.key_field, escaped(&draft.key));
        let case = json!({
            "Subject": draft.subject.chars().take(SUBJECT).collect::<String>(),
            "Description": shortened(&draft.body, LONGEST),
        });
        Request::patch(path, case)
    }

    fn document(case: &str, file: &Outgoing) -> Request {
        let facts = json!({"Title": file.name, "PathOnClient": file.name, "FirstPublishLocationId": case});
        let parts = Multipart::new(&format!("{case}{}", file.sha256))
            .text("entity_content", "application/json", facts.to_string())
            .file("VersionData", file);
        Request::parts(format!("{DATA}/sobjects/ContentVersion"), parts)
    }
}

impl Tracker for Salesforce {
    fn target(&self) -> String {
        format!("{}, cases", self.login.http.base())
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let describe = format!("{DATA}/sobjects/Case/describe");
        let case = self.with(|api| api.ask(&describe)).map_err(Failure::stops)?;
        let fields = list(&case, "/fields");
        let field = fields.iter().find(|it| text(it, "/name") == self.key_field);
        let is = |name: &str| field.is_some_and(|it| it.get(name) == Some(&Value::Bool(true)));
        let length = field.and_then(|it| it.get("length")?.as_u64()).unwrap_or(0);
        if !is("externalId") || !is("unique") || length < 64 {
            let what = if field.is_some() { "is not as it must be" } else { "is not there, or may not be seen" };
            let why = format!(
                "the field `{}` of cases {what}. In Setup > Object Manager > Case > Fields: Text of length 64, Unique \
                 (case sensitive), External ID, visible to the integration user; or name another one with `key_field`",
                self.key_field
            );
            return Err(Failure::Stopped { why });
        }
        let seen = vec![
            format!("{} takes the credentials", self.login.http.base()),
            format!("cases have the field `{}` as a unique external id", self.key_field),
        ];
        Ok(Probe { seen })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let field = &self.key_field;
        let soql = format!("SELECT CaseNumber,{field} FROM Case WHERE {field}='{key}' ORDER BY CreatedDate");
        let found = self.query(&soql)?;
        let ours = found.iter().filter(|it| text(it, &format!("/{field}")) == key);
        Ok(ours.filter_map(|it| name_of(it, "/CaseNumber")).collect())
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let created = self.with(|api| api.tell(&self.opening(draft)))?;
        let id = name_of(&created, "/id").ok_or_else(|| self.login.lacks("case"))?;
        // Whatever goes wrong with this question, the case is there and is found by its key.
        let case = self.with(|api| api.ask(&format!("{DATA}/sobjects/Case/{id}?fields=CaseNumber")))?;
        name_of(&case, "/CaseNumber").ok_or_else(|| self.login.lacks("number"))
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let (id, _) = self.case(ticket)?;
        let comment = json!({"ParentId": id, "CommentBody": shortened(&draft.body, COMMENT), "IsPublished": false});
        let request = Request::post(format!("{DATA}/sobjects/CaseComment"), comment);
        self.with(|api| api.tell(&request)).map(drop)
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let (id, _) = self.case(ticket)?;
        files.iter().try_for_each(|file| self.with(|api| api.tell(&Salesforce::document(&id, file))).map(drop))
    }

    fn read(&self, ticket: &str, wanted: &[Outgoing]) -> Result<Holds, Failure> {
        let (id, case) = self.case(ticket)?;
        let key = Some(text(&case, &format!("/{}", self.key_field))).filter(|it| !it.is_empty());
        let mut holds = Holds { key, status: text(&case, "/Status"), ..Holds::default() };
        holds.opening = text(&case, "/Description");
        let links = format!(
            "SELECT ContentDocument.LatestPublishedVersionId,ContentDocument.Title,ContentDocument.ContentSize FROM \
             ContentDocumentLink WHERE LinkedEntityId='{id}'"
        );
        for link in self.query(&links)? {
            let Some(version) = name_of(&link, "/ContentDocument/LatestPublishedVersionId") else { continue };
            let path = format!("{DATA}/sobjects/ContentVersion/{version}/VersionData");
            let stated = Stated::of(&link, "/ContentDocument/Title", "/ContentDocument/ContentSize");
            holds.files.extend(stated.hash(wanted, || self.with(|api| api.file(&path)))?);
        }
        let comments = self.query(&format!("SELECT CommentBody FROM CaseComment WHERE ParentId='{id}'"))?;
        holds.comments = comments.iter().map(|it| text(it, "/CommentBody")).collect();
        Ok(holds)
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let http = self.login.http.with_auth(Some(("Authorization", Secret::new(String::new()))));
        let files = rest.iter().flatten().map(|it| Salesforce::document("CASE_ID", it).show(&http));
        self.logging_in().show(&self.login.http) + &self.opening(draft).show(&http) + &files.collect::<String>()
    }

    fn habits(&self) -> Habits {
        Habits {
            opens_with_files: false,
            unverified: Some("https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm"),
            ..self.habits
        }
    }
}

/// The words of an error: `[{"message": ..., "errorCode": ...}]`, of a log-in `{"error": ..., "error_description": ...}`.
fn said(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let one = |it: &Value| format!("{}: {}", text(it, "/errorCode"), text(it, "/message"));
    let mut words: Vec<String> = list(&value, "").iter().filter(|it| it.is_object()).map(one).collect();
    words.extend([text(&value, "/error"), text(&value, "/error_description")]);
    Some(sentence(&words))
}

#[cfg(test)]
mod tests;

//! The contract with Jira, from its public documentation. Cloud:
//! issues <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/>,
//! search <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/>,
//! attachments <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/>,
//! comments <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/>,
//! limits <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>. Data Center:
//! <https://developer.atlassian.com/server/jira/platform/rest/>, limits
//! <https://confluence.atlassian.com/adminjiraserver/improving-instance-stability-with-rate-limiting-983794911.html>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Basic ZGVzazpodW50ZXIy";
const LABEL: &str = "EscalationKey-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn jira(contract: &Contract, edition: Edition) -> Jira {
    Jira {
        api: api(contract.http(AUTH)),
        edition,
        project: "ESC".into(),
        issue_type: "Task".into(),
        key_field: "EscalationKey".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

#[test]
fn an_issue_is_opened_with_the_key_in_a_label() {
    let folder = tempfile::tempdir().unwrap();
    let fields = |description: Value| {
        json!({"fields": {
            "project": {"key": "ESC"},
            "issuetype": {"name": "Task"},
            "summary": "VBR: job failed",
            "description": description,
            "labels": [LABEL],
        }})
    };
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "Summary"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "It failed."}]},
    ]});
    let created = json!({"id": "10000", "key": "ESC-24", "self": "BASE/rest/api/3/issue/10000"});
    let contract = Contract::serve(vec![
        asks("POST /rest/api/3/issue").json(fields(document)).gives(201, created.clone()),
        asks("POST /rest/api/2/issue")
            .json(fields("{noformat}\n# Summary\n\nIt failed.\n{noformat}".into()))
            .gives(201, created),
        asks("POST /rest/api/2/issue").gives(201, json!({"key": "../../x"})),
    ]);
    let draft = draft(folder.path(), &[]);
    assert_eq!(jira(&contract, Edition::Cloud).create(&draft).unwrap(), "ESC-24");
    assert_eq!(jira(&contract, Edition::DataCenter).create(&draft).unwrap(), "ESC-24");
    assert!(matches!(jira(&contract, Edition::DataCenter).create(&draft), Err(Failure::Ambiguous { .. })));
}

#[test]
fn markup_of_a_log_stays_text() {
    let contract = Contract::serve(vec![]);
    let text = jira(&contract, Edition::DataCenter).prose("a {noformat} b {noformat:title=x}");
    assert_eq!(text, json!("{noformat}\na { noformat} b { noformat:title=x}\n{noformat}"));
}

/// Two pages, with labels that are alike.
fn issue(key: &str, label: &str) -> Value {
    json!({"id": "1", "key": key, "fields": {"labels": ["other", label]}})
}

#[test]
fn issues_are_found_over_all_pages_by_exactly_their_key() {
    let jql = format!(r#"project = "ESC" AND labels = "{LABEL}" ORDER BY created ASC"#);
    let query = || json!({"jql": jql, "fields": ["labels"], "maxResults": 100});
    let first =
        vec![issue("ESC-1", LABEL), issue("ESC-2", &LABEL.to_uppercase()), issue("ESC-3", &format!("{LABEL}0"))];
    let second = vec![issue("ESC-9", LABEL)];
    let mut next = query();
    next["nextPageToken"] = "t1".into();
    let mut from = query();
    from["startAt"] = 3.into();
    let contract = Contract::serve(vec![
        asks("POST /rest/api/3/search/jql").json(query()).gives(200, json!({"issues": first, "nextPageToken": "t1"})),
        asks("POST /rest/api/3/search/jql").json(next).gives(200, json!({"issues": second, "isLast": true})),
        asks("POST /rest/api/2/search").json(query()).gives(200, json!({"issues": first, "startAt": 0, "total": 4})),
        asks("POST /rest/api/2/search").json(from).gives(200, json!({"issues": second, "startAt": 3, "total": 4})),
        // A question whose answer is lost has done nothing.
        asks("POST /rest/api/2/search").json(query()).gives(502, json!({})),
    ]);
    assert_eq!(jira(&contract, Edition::Cloud).find(KEY).unwrap(), ["ESC-1", "ESC-9"]);
    assert_eq!(jira(&contract, Edition::DataCenter).find(KEY).unwrap(), ["ESC-1", "ESC-9"]);
    assert!(matches!(jira(&contract, Edition::DataCenter).find(KEY), Err(Failure::Busy { .. })));
}

#[test]
fn files_go_in_one_request_that_no_browser_makes() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one"), ("b.zip", b"two")]).files;
    let contract = Contract::serve(vec![
        asks("POST /rest/api/3/issue/ESC-24/attachments")
            .header("x-atlassian-token", "no-check")
            .parts(&[
                "name=\"file\"; filename=\"a.log\"",
                "\r\n\r\none\r\n",
                "name=\"file\"; filename=\"b.zip\"",
                "\r\n\r\ntwo\r\n",
            ])
            .gives(200, json!([{"id": "1"}, {"id": "2"}])),
        asks("POST /rest/api/2/issue/ESC-24/comment")
            .json(json!({"body": "{noformat}\n# Summary\n\nIt failed.\n{noformat}"}))
            .gives(201, json!({"id": "1"})),
    ]);
    jira(&contract, Edition::Cloud).attach("ESC-24", &files).unwrap();
    jira(&contract, Edition::DataCenter).comment("ESC-24", &draft(folder.path(), &[])).unwrap();
}

#[test]
fn all_is_read_back_on_cloud() {
    let store = Contract::serve(vec![on("GET /file/10000?token=t").sends(200, b"\xff one")]);
    let comment = |id: u32| {
        json!({"id": id.to_string(), "body": {"type": "doc", "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": format!("comment {id}")}]},
        ]}})
    };
    let page: Vec<Value> = (0..100).map(comment).collect();
    let contract = Contract::serve(vec![
        asks("GET /rest/api/3/issue/ESC-24?fields=labels,status,description,attachment").gives(200, json!({"key": "ESC-24", "fields": {
            "labels": [LABEL],
            "status": {"name": "In Progress"},
            "description": comment(7)["body"],
            "attachment": [
                {"id": "10000", "filename": "a.log", "size": 5, "content": "BASE/rest/api/3/attachment/content/10000"},
                // A dump of somebody else's, which is not fetched.
                {"id": "10001", "filename": "vmcore", "size": 2_000_000_000_u64},
            ],
        }})),
        asks("GET /rest/api/3/attachment/content/10000")
            .sends(303, b"")
            .with("Location", format!("{}/file/10000?token=t", store.base)),
        asks("GET /rest/api/3/issue/ESC-24/comment?startAt=0&maxResults=100")
            .gives(200, json!({"comments": page, "startAt": 0, "total": 101})),
        asks("GET /rest/api/3/issue/ESC-24/comment?startAt=100&maxResults=100")
            .gives(200, json!({"comments": [comment(100)], "startAt": 100, "total": 101})),
    ]);
    let holds = jira(&contract, Edition::Cloud).read("ESC-24", &wanted(&[("a.log", b"\xff one")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status), (Some(KEY), "In Progress"));
    assert_eq!((holds.files, holds.comments.len()), (vec![sha256(b"\xff one")], 101));
    assert_eq!((&*holds.opening, &*holds.comments[100]), ("comment 7\n", "comment 100\n"));
}

#[test]
fn all_is_read_back_on_data_center() {
    let contract = Contract::serve(vec![
        asks("GET /rest/api/2/issue/ESC-24?fields=labels,status,description,attachment").gives(200, json!({"fields": {
            "labels": [],
            "status": {"name": "Open"},
            "description": "From package 1",
            // The address is that behind a proxy.
            "attachment": [
                {"id": "7", "filename": "a b.log", "size": 3, "content": "http://inner:8080/secure/attachment/7/a+b.log"},
                // As large as ours, and quarantined.
                {"id": "8", "filename": "c.exe", "size": 3},
            ],
        }})),
        asks("GET /secure/attachment/7/a%20b.log").sends(200, b"one"),
        asks("GET /secure/attachment/8/c.exe").sends(403, b""),
        asks("GET /rest/api/2/issue/ESC-24/comment?startAt=0&maxResults=100")
            .gives(200, json!({"comments": [{"body": "package 0123456789abcdef"}], "total": 1})),
    ]);
    let holds = jira(&contract, Edition::DataCenter).read("ESC-24", &wanted(&[("a-b.log", b"one")])).unwrap();
    assert_eq!((holds.key, holds.files), (None, vec![sha256(b"one")]));
    assert_eq!((&*holds.opening, &*holds.comments), ("From package 1", &["package 0123456789abcdef".to_owned()][..]));
}

const TYPES: &str = "GET /rest/api/3/issue/createmeta/ESC/issuetypes?startAt=0&maxResults=100";
const FIELDS: &str = "GET /rest/api/3/issue/createmeta/ESC/issuetypes/10002?startAt=0&maxResults=100";

fn types() -> Exchange {
    let types = json!([{"id": "10001", "name": "Bug"}, {"id": "10002", "name": "Task"}]);
    asks(TYPES).gives(200, json!({"issueTypes": types, "total": 2}))
}

#[test]
fn a_probe_asks_for_the_project_the_type_labels_and_attachments() {
    let summary = json!({"fieldId": "summary", "name": "Summary", "required": true, "hasDefaultValue": false});
    let labels = json!({"fieldId": "labels", "name": "Labels", "required": false});
    let team = json!({"fieldId": "customfield_1", "name": "Team", "required": true, "hasDefaultValue": false});
    let fields = |all: Vec<&Value>| asks(FIELDS).gives(200, json!({"fields": all, "total": all.len()}));
    let meta = |on: bool| {
        asks("GET /rest/api/3/attachment/meta").gives(200, json!({"enabled": on, "uploadLimit": 10_485_760}))
    };
    let probe = |exchanges| jira(&Contract::serve(exchanges), Edition::Cloud).probe();
    let seen = probe(vec![types(), fields(vec![&summary, &labels]), meta(true)]).unwrap().seen;
    assert!(seen[0].contains("10 MB"), "{seen:?}");
    let told = |exchanges, words: &str| {
        let failure = probe(exchanges).unwrap_err();
        stopped(&failure, &[words]);
    };
    told(vec![types(), fields(vec![&summary])], "no field Labels");
    told(vec![types(), fields(vec![&labels, &team])], "requires Team");
    told(vec![types(), fields(vec![&labels]), meta(false)], "takes no attachments");
    told(vec![asks(TYPES).gives(200, json!({"issueTypes": [{"id": "1", "name": "Bug"}]}))], "but: Bug; name one");
    told(vec![asks(TYPES).gives(404, json!({"errorMessages": ["No project"]}))], "is there a project `ESC`?");
}

#[test]
fn data_center_says_the_same_in_other_names() {
    let contract = Contract::serve(vec![
        asks("GET /rest/api/2/issue/createmeta/ESC/issuetypes?startAt=0&maxResults=100")
            .gives(200, json!({"values": [{"id": "3", "name": "Task"}], "isLast": true})),
        asks("GET /rest/api/2/issue/createmeta/ESC/issuetypes/3?startAt=0&maxResults=100")
            .gives(200, json!({"values": [{"fieldId": "labels", "name": "Labels"}], "isLast": true})),
        asks("GET /rest/api/2/attachment/meta").gives(200, json!({"enabled": true, "uploadLimit": 1 << 20})),
    ]);
    jira(&contract, Edition::DataCenter).probe().unwrap();
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(|contract| jira(contract, Edition::Cloud), vec![], answer);
    let post = || asks("POST /rest/api/3/issue");
    for (status, word) in [(401, "personal access token"), (403, "Create Issues")] {
        let failure = told(post().gives(status, json!({"errorMessages": ["You do not have permission"]})));
        stopped(&failure, &["You do not have permission", word]);
    }
    let field = json!({"errorMessages": [], "errors": {"labels": "Field 'labels' cannot be set."}});
    for (status, word) in [
        (400, "labels: Field 'labels' cannot be set."),
        (404, "`url`"),
        (413, "limit for attachments"),
        (422, "as it is"),
    ] {
        let failure = told(post().gives(status, field.clone()));
        refused(&failure, &[word]);
    }
    let failure = told(
        post()
            .gives(429, json!({"message": "Rate limit"}))
            .with("Retry-After", "30")
            .with("RateLimit-Reason", "jira-burst-based"),
    );
    busy(&failure, Some(30));
    assert!(matches!(told(post().gives(503, json!({})).with("Retry-After", "5")), Failure::Busy { .. }));
    assert!(matches!(told(post().gives(504, json!({}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        |contract| jira(contract, Edition::Cloud),
        &[
            "POST BASE/rest/api/3/issue\n",
            "POST BASE/rest/api/3/issue/NUMBER/attachments",
            "(3 bytes of logs/a.log, SHA-256 ",
            LABEL,
        ],
        &["ZGVza"],
    );
}

//! The contract with Zendesk, from its public documentation:
//! tickets <https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/>,
//! comments <https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/>,
//! uploads <https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/>,
//! idempotency <https://developer.zendesk.com/api-reference/ticketing/introduction/>,
//! limits <https://developer.zendesk.com/api-reference/introduction/rate-limits/>.

use super::super::contract::{Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, refused, wanted};
use super::*;

const AUTH: &str = "Basic ZGVza0BwYXJ0bmVyLmV4YW1wbGUvdG9rZW46aHVudGVyMg==";

fn zendesk(contract: &Contract) -> Zendesk {
    Zendesk { api: api(contract.http(AUTH)), group: Some(9), habits: habits() }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

const FIND: &str = "GET /api/v2/tickets.json?external_id=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&page[size]=100";

#[test]
fn a_ticket_is_opened_once_with_an_idempotency_key() {
    let folder = tempfile::tempdir().unwrap();
    let body = json!({"ticket": {
        "subject": "VBR: job failed",
        "comment": {"body": "# Summary\n\nIt failed.", "public": false},
        "external_id": KEY,
        "group_id": 9,
    }});
    let idempotent = sha256(format!("{KEY} {body}").as_bytes());
    let opens = || asks("POST /api/v2/tickets.json").header("idempotency-key", idempotent.clone()).json(body.clone());
    let contract = Contract::serve(vec![
        opens().gives(504, json!({})),
        opens().gives(201, json!({"ticket": {"id": 35, "external_id": KEY}})).with("x-idempotency-lookup", "hit"),
        opens().gives(201, json!({"surprise": 1})),
    ]);
    let (zendesk, draft) = (zendesk(&contract), draft(folder.path(), &[]));
    assert!(matches!(zendesk.create(&draft), Err(Failure::Ambiguous { .. })));
    assert_eq!(zendesk.create(&draft).unwrap(), "35");
    assert!(matches!(zendesk.create(&draft), Err(Failure::Ambiguous { .. })));
}

#[test]
fn tickets_are_found_over_all_pages_by_exactly_their_key() {
    let ticket = |id: u64, key: &str| json!({"id": id, "external_id": key});
    let first = json!({
        "tickets": [ticket(50, KEY), ticket(7, &KEY.to_uppercase()), {"id": 8, "external_id": null}],
        "meta": {"has_more": true, "after_cursor": "a=b"},
    });
    let second = json!({"tickets": [ticket(41, KEY), ticket(3, &KEY[1..])], "meta": {"has_more": false}});
    let contract = Contract::serve(vec![
        asks(FIND).gives(200, first),
        asks("GET /api/v2/tickets.json?external_id=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&page[size]=100&page[after]=a%3Db")
            .gives(200, second),
    ]);
    assert_eq!(zendesk(&contract).find(KEY).unwrap(), ["41", "50"]);
}

#[test]
fn a_closed_ticket_is_followed_by_one_more() {
    let folder = tempfile::tempdir().unwrap();
    let ticket = |id: u64, status: &str| json!({"id": id, "external_id": KEY, "status": status});
    let contract = Contract::serve(vec![
        asks("GET /api/v2/tickets/35.json").gives(200, json!({"ticket": ticket(35, "closed")})),
        asks("GET /api/v2/tickets/35/comments.json?page[size]=100").gives(200, json!({"comments": []})),
        asks(FIND).gives(200, json!({"tickets": [ticket(35, "closed")]})),
        asks("POST /api/v2/tickets.json")
            .json(json!({"ticket": {
                "subject": "VBR: job failed",
                "comment": {"body": "# Summary\n\nIt failed.", "public": false},
                "external_id": KEY,
                "group_id": 9,
                "via_followup_source_id": 35,
            }}))
            .gives(201, json!({"ticket": {"id": 41}})),
        asks(FIND).gives(200, json!({"tickets": [ticket(35, "closed"), ticket(41, "solved")]})),
    ]);
    let zendesk = zendesk(&contract);
    assert!(zendesk.read("35", &[]).unwrap().is_final);
    assert_eq!(zendesk.find(KEY).unwrap(), Vec::<String>::new());
    let follows = Some("35".to_owned());
    assert_eq!(zendesk.create(&Draft { follows, ..draft(folder.path(), &[]) }).unwrap(), "41");
    assert_eq!(zendesk.find(KEY).unwrap(), ["41"]);
}

#[test]
fn files_are_uploaded_and_named_in_one_note() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one"), ("b.zip", b"two")]).files;
    let contract = Contract::serve(vec![
        asks("POST /api/v2/uploads.json?filename=a.log")
            .header("content-type", "text/plain; charset=utf-8")
            .bytes(b"one")
            .gives(201, json!({"upload": {"token": "t1"}})),
        asks("POST /api/v2/uploads.json?filename=b.zip")
            .header("content-type", "application/octet-stream")
            .bytes(b"two")
            .gives(201, json!({"upload": {"token": "t2"}})),
        asks("PUT /api/v2/tickets/35.json")
            .json(json!({"ticket": {"comment": {"body": FILES, "public": false, "uploads": ["t1", "t2"]}}})),
        asks("PUT /api/v2/tickets/35.json")
            .json(json!({"ticket": {"comment": {"body": "# Summary\n\nIt failed.", "public": false, "uploads": []}}})),
    ]);
    let zendesk = zendesk(&contract);
    zendesk.attach("35", &files).unwrap();
    zendesk.comment("35", &draft(folder.path(), &[])).unwrap();
}

#[test]
fn an_upload_without_an_answer_has_done_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let contract = Contract::serve(vec![asks("POST /api/v2/uploads.json?filename=a.log").gives(500, json!({}))]);
    assert!(matches!(zendesk(&contract).attach("35", &files), Err(Failure::Busy { .. })));
}

#[test]
fn all_is_read_back_and_files_come_from_elsewhere_without_credentials() {
    // The address of a file leads to a store, which must not see our credentials.
    let store = Contract::serve(vec![on("GET /signed/a.log").sends(200, b"one")]);
    let url = "/attachments/token/x/?name=a.log";
    let comments = json!({"comments": [
        {"id": 1, "body": "opened", "attachments": []},
        {"id": 2, "body": "package 0123456789abcdef", "attachments": [
            {"id": 3, "file_name": "a.log", "size": 3, "content_url": format!("BASE{url}")},
            {"id": 4, "file_name": "virus.exe", "size": 70_000, "content_url": "BASE/attachments/token/y/?name=virus.exe"},
        ]},
    ], "meta": {"has_more": false}});
    let contract = Contract::serve(vec![
        asks("GET /api/v2/tickets/35.json")
            .gives(200, json!({"ticket": {"id": 35, "external_id": KEY, "status": "open", "description": "opened"}})),
        asks("GET /api/v2/tickets/35/comments.json?page[size]=100").gives(200, comments),
        asks("GET /attachments/token/x/?name=a.log")
            .sends(302, b"")
            .with("Location", format!("{}/signed/a.log", store.base)),
    ]);
    let holds = zendesk(&contract).read("35", &wanted(&[("a.log", b"one")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, holds.is_final), (Some(KEY), "open", false));
    assert_eq!(holds.files, [sha256(b"one")]);
    assert_eq!(holds.comments, ["opened", "package 0123456789abcdef"]);
    assert_eq!(holds.opening, "opened");
}

#[test]
fn a_probe_asks_for_an_agent_and_for_a_list_that_filters() {
    let none = "GET /api/v2/tickets.json?external_id=0000000000000000000000000000000000000000000000000000000000000000&page[size]=100";
    let me = |role: &str| asks("GET /api/v2/users/me.json").gives(200, json!({"user": {"role": role}}));
    let contract = Contract::serve(vec![
        me("agent"),
        asks(none).gives(200, json!({"tickets": [{"id": 1, "external_id": KEY}]})),
        asks("GET /api/v2/groups/9.json").gives(200, json!({"group": {"id": 9}})),
        me("end-user"),
        me("admin"),
        asks(none),
        asks("GET /api/v2/groups/9.json").gives(404, json!({"error": "RecordNotFound", "description": "Not found"})),
    ]);
    let zendesk = zendesk(&contract);
    assert_eq!(zendesk.probe().unwrap().seen.len(), 2);
    assert!(matches!(zendesk.probe(), Err(Failure::Stopped { why }) if why.contains("end-user")));
    assert!(matches!(zendesk.probe(), Err(Failure::Stopped { why }) if why.contains("RecordNotFound; Not found")));
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| {
        let contract = Contract::serve(vec![answer]);
        zendesk(&contract).comment("35", &draft(tempfile::tempdir().unwrap().path(), &[])).unwrap_err()
    };
    let put = || asks("PUT /api/v2/tickets/35.json");
    let stopped = |failure: Failure, words: &[&str]| {
        assert!(
            matches!(failure, Failure::Stopped { .. }) && words.iter().all(|it| failure.why().contains(it)),
            "{failure:?}"
        );
    };
    stopped(
        told(put().gives(401, json!({"error": "Couldn't authenticate you"}))),
        &["Couldn't authenticate you", "token"],
    );
    stopped(
        told(put().gives(403, json!({"error": {"title": "Forbidden", "message": "no"}}))),
        &["Forbidden; no", "agent"],
    );
    let invalid = json!({"error": "RecordInvalid", "details": {"status": [{"description": "is closed"}]}});
    for (status, answer, word) in
        [(404, json!({}), "`url`"), (413, json!({}), "`request_bytes`"), (422, invalid, "status: is closed")]
    {
        let failure = told(put().gives(status, answer));
        refused(&failure, &[word]);
    }
    let failure = told(put().gives(429, json!({"error": "APIRateLimitExceeded"})).with("Retry-After", "93"));
    assert!(
        matches!(&failure, Failure::Busy { after: Some(after), why } if after.as_secs() == 93 && why.contains("waits"))
    );
    let failure = told(put().gives(429, json!({})).with("ratelimit-remaining", "0").with("ratelimit-reset", "41"));
    busy(&failure, Some(41));
    assert!(matches!(told(put().gives(503, json!({})).with("Retry-After", "5")), Failure::Busy { .. }));
    assert!(matches!(told(put().gives(500, json!({}))), Failure::Ambiguous { .. }));
    assert!(
        matches!(told(put().sends(200, b"<html>login</html>")), Failure::Ambiguous { why } if why.contains("no JSON"))
    );
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        zendesk,
        &[
            "POST BASE/api/v2/tickets.json",
            "Idempotency-Key: ",
            "POST BASE/api/v2/uploads.json?filename=a.log",
            "PUT BASE/api/v2/tickets/NUMBER.json",
            "(3 bytes of logs/a.log, SHA-256 ",
        ],
        &["ZGVza"],
    );
}

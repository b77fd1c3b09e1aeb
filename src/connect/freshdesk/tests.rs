//! The contract with Freshdesk, from its public documentation: <https://developers.freshdesk.com/api/#tickets>,
//! <https://developers.freshdesk.com/api/#filter_tickets>, <https://developers.freshdesk.com/api/#conversations>,
//! <https://developers.freshdesk.com/api/#ratelimit>, <https://developers.freshdesk.com/api/#error>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Basic aHVudGVyMjpY";

fn freshdesk(contract: &Contract) -> Freshdesk {
    Freshdesk {
        api: api(contract.http(AUTH)),
        requester: "desk@partner.example".into(),
        key_field: "cf_escalationkey".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

#[test]
fn a_ticket_is_opened_and_its_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = draft(folder.path(), &[]);
    draft.body = "a <b>&amp;</b>".into();
    let text = "<pre>a &lt;b&gt;&amp;amp;&lt;/b&gt;</pre>";
    let contract = Contract::serve(vec![
        asks("POST /api/v2/tickets")
            .json(json!({
                "email": "desk@partner.example",
                "subject": "VBR: job failed",
                "description": text,
                "status": 2,
                "priority": 2,
                "source": 2,
                "custom_fields": {"cf_escalationkey": KEY},
            }))
            .gives(201, json!({"id": 20})),
        asks("POST /api/v2/tickets/20/notes").json(json!({"body": text, "private": true})).gives(201, json!({"id": 1})),
    ]);
    let freshdesk = freshdesk(&contract);
    assert_eq!(freshdesk.create(&draft).unwrap(), "20");
    freshdesk.comment("20", &draft).unwrap();
}

const PAGE_1: &str = "GET /api/v2/search/tickets?query=%22cf_escalationkey%3A%2700112233445566778899aabbccddeeff00112233445566778899aabbccddeeff%27%22&page=1";
const PAGE_2: &str = "GET /api/v2/search/tickets?query=%22cf_escalationkey%3A%2700112233445566778899aabbccddeeff00112233445566778899aabbccddeeff%27%22&page=2";

#[test]
fn tickets_are_found_over_all_pages_by_exactly_their_key() {
    let ticket = |id: u64, key: &str| json!({"id": id, "custom_fields": {"cf_escalationkey": key}});
    let first: Vec<Value> = (0..30).map(|it| ticket(500 + it, &KEY.to_uppercase())).collect();
    let second = json!({"total": 32, "results": [ticket(9, KEY), ticket(3, KEY)]});
    let contract = Contract::serve(vec![
        asks(PAGE_1).gives(200, json!({"total": 32, "results": first})),
        asks(PAGE_2).gives(200, second),
    ]);
    assert_eq!(freshdesk(&contract).find(KEY).unwrap(), ["3", "9"]);
}

#[test]
fn files_go_with_a_private_note_and_are_read_back_from_their_store() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let store =
        Contract::serve(vec![on("GET /signed/a.log").sends(200, b"one"), on("GET /signed/b.log").sends(200, b"two")]);
    let at = |name: &str| json!([{"id": 4, "name": name, "size": 3, "attachment_url": format!("{}/signed/{name}", store.base)}]);
    let contract = Contract::serve(vec![
        asks("POST /api/v2/tickets/20/notes")
            .parts(&[
                "name=\"private\"",
                "\r\n\r\ntrue\r\n",
                "name=\"attachments[]\"; filename=\"a.log\"",
                "\r\n\r\none\r\n",
            ])
            .gives(201, json!({"id": 2})),
        asks("GET /api/v2/tickets/20").gives(
            200,
            json!({
                "id": 20, "status": 3, "custom_fields": {"cf_escalationkey": KEY}, "attachments": at("a.log"),
                "description_text": "opened",
            }),
        ),
        asks("GET /api/v2/tickets/20/conversations?per_page=100&page=1")
            .gives(200, json!([{"body_text": "package 0123456789abcdef", "attachments": at("b.log")}])),
    ]);
    let freshdesk = freshdesk(&contract);
    freshdesk.attach("20", &files).unwrap();
    let holds = freshdesk.read("20", &wanted(&[("a.log", b"one"), ("b.log", b"two")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, &*holds.opening), (Some(KEY), "Pending", "opened"));
    assert_eq!((holds.files, holds.comments.len()), (vec![sha256(b"one"), sha256(b"two")], 1));
}

#[test]
fn a_store_that_gives_a_file_no_more_stops_nothing() {
    for status in [401, 403] {
        let store = Contract::serve(vec![on("GET /signed/a.log?token=secret").sends(status, b"<Error/>")]);
        let at = format!("{}/signed/a.log?token=secret", store.base);
        let attachments = json!([{"name": "a.log", "size": 3, "attachment_url": at}]);
        let ticket = json!({"id": 20, "status": 3, "custom_fields": {}, "attachments": attachments});
        let contract = Contract::serve(vec![asks("GET /api/v2/tickets/20").gives(200, ticket)]);
        let failure = freshdesk(&contract).read("20", &wanted(&[("a.log", b"one")])).unwrap_err();
        let Failure::Refused { why } = &failure else { panic!("{failure:?}") };
        let host = store.base.trim_start_matches("http://");
        assert!(why.starts_with(&format!("{host}, where ")) && !why.contains("secret"), "{why}");
    }
}

#[test]
fn a_probe_asks_for_the_field() {
    const NONE: &str = "GET /api/v2/search/tickets?query=%22cf_escalationkey%3A%270000000000000000000000000000000000000000000000000000000000000000%27%22&page=1";
    let fields = |kind: &str| {
        let fields =
            json!([{"name": "subject", "type": "default_subject"}, {"name": "cf_escalationkey", "type": kind}]);
        asks("GET /api/v2/ticket_fields").gives(200, fields)
    };
    let contract =
        Contract::serve(vec![fields("custom_text"), asks(NONE).gives(200, json!({"total": 0, "results": []}))]);
    assert_eq!(freshdesk(&contract).probe().unwrap().seen.len(), 2);
    for wrong in [fields("custom_paragraph"), asks("GET /api/v2/ticket_fields").gives(200, json!([]))] {
        let failure = freshdesk(&Contract::serve(vec![wrong])).probe().unwrap_err();
        stopped(&failure, &["no field `cf_escalationkey`"]);
    }
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(freshdesk, vec![], answer);
    let post = || asks("POST /api/v2/tickets");
    for (status, word) in [(401, "API key of an agent"), (403, "may not see")] {
        let failure = told(post().gives(status, json!({"code": "invalid_credentials", "message": "no"})));
        stopped(&failure, &[word]);
    }
    let invalid =
        json!({"description": "Validation failed", "errors": [{"field": "email", "message": "It should be valid"}]});
    for status in [400, 404, 413, 422] {
        let failure = told(post().gives(status, invalid.clone()));
        refused(&failure, &["Validation failed; email: It should be valid; "]);
    }
    let failure = told(post().gives(429, json!({"message": "You have exceeded the limit"})).with("Retry-After", "60"));
    busy(&failure, Some(60));
    assert!(matches!(told(post().gives(500, json!({}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        freshdesk,
        &["POST BASE/api/v2/tickets\n", "BASE/api/v2/tickets/NUMBER/notes", "(3 bytes of logs/a.log, SHA-256 ", KEY],
        &["aHVudGVy"],
    );
}

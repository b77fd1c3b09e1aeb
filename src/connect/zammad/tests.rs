//! The contract with Zammad, from its public documentation: tickets <https://docs.zammad.org/en/latest/api/ticket/index.html>,
//! articles and their attachments <https://docs.zammad.org/en/latest/api/ticket/articles.html>,
//! errors and credentials <https://docs.zammad.org/en/latest/api/intro.html>.

use super::super::contract::{
    Contract, Exchange, KEY, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Token token=hunter2";

fn zammad(contract: &Contract) -> Zammad {
    Zammad {
        api: api(contract.http(AUTH)),
        group: "Vendor Escalation".into(),
        requester: "desk@partner.example".into(),
        key_field: "escalation_key".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

/// The question to the database for the tickets of a key.
fn by_condition(key: &str) -> Exchange {
    let condition = json!({"ticket.escalation_key": {"operator": "is", "value": key}});
    asks("POST /api/v1/tickets/search").json(json!({"condition": condition, "expand": true, "limit": 50}))
}

#[test]
fn a_ticket_is_opened_with_key_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::serve(vec![
        asks("POST /api/v1/tickets")
            .json(json!({
                "title": "VBR: job failed",
                "group": "Vendor Escalation",
                "customer_id": "guess:desk@partner.example",
                "escalation_key": KEY,
                "article": {
                    "body": "# Summary\n\nIt failed.",
                    "content_type": "text/plain",
                    "type": "note",
                    "internal": true,
                    "attachments": [{"filename": "a.zip", "data": "b25l", "mime-type": "application/octet-stream"}],
                },
            }))
            .gives(201, json!({"id": 81, "number": "22081"})),
        asks("POST /api/v1/ticket_articles").json(json!({
            "ticket_id": 81,
            "body": FILES,
            "content_type": "text/plain",
            "type": "note",
            "internal": true,
            "attachments": [{"filename": "a.zip", "data": "b25l", "mime-type": "application/octet-stream"}],
        })),
        asks("POST /api/v1/ticket_articles").json(json!({
            "ticket_id": 81,
            "body": "# Summary\n\nIt failed.",
            "content_type": "text/plain",
            "type": "note",
            "internal": true,
        })),
    ]);
    let (zammad, draft) = (zammad(&contract), draft(folder.path(), &[("a.zip", b"one")]));
    assert_eq!(zammad.create(&draft).unwrap(), "81");
    zammad.attach("81", &draft.files).unwrap();
    zammad.comment("81", &draft).unwrap();
}

#[test]
fn tickets_are_found_over_all_pages_by_exactly_their_key() {
    let ticket = |id: u64, key: &str| json!({"id": id, "escalation_key": key});
    let first: Vec<Value> = (0..50).map(|it| ticket(500 - it, &KEY[..63])).collect();
    let contract = Contract::serve(vec![
        asks("GET /api/v1/tickets/search?query=escalation_key%3A00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&expand=true&limit=50&page=1").gives(200, json!(first)),
        asks("GET /api/v1/tickets/search?query=escalation_key%3A00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&expand=true&limit=50&page=2").gives(200, json!([ticket(9, KEY), ticket(3, KEY)])),
    ]);
    assert_eq!(zammad(&contract).find(KEY).unwrap(), ["3", "9"]);
}

#[test]
fn without_elasticsearch_tickets_are_found_by_a_condition() {
    const SEARCH: &str = "GET /api/v1/tickets/search?query=escalation_key%3A00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&expand=true&limit=50&page=1";
    let ticket = |id: u64, key: &str| json!({"id": id, "escalation_key": key});
    let none = || asks(SEARCH).gives(200, json!([]));
    let contract = Contract::serve(vec![
        none(),
        by_condition(KEY).gives(200, json!([ticket(7, KEY), ticket(8, &KEY[..63])])),
        none(),
        by_condition(KEY).gives(422, json!({"error": "Invalid condition 'ticket.escalation_key'"})),
        none(),
        by_condition(KEY).gives(500, json!({"error": "x"})),
    ]);
    let zammad = zammad(&contract);
    assert_eq!(zammad.find(KEY).unwrap(), ["7"]);
    let failure = zammad.find(KEY).unwrap_err();
    stopped(&failure, &["Invalid condition", "Admin > Objects"]);
    assert!(matches!(zammad.find(KEY), Err(Failure::Busy { .. })));
}

#[test]
fn all_is_read_back() {
    let articles = json!([
        {"id": 4, "body": "opened", "attachments": [
            {"id": 7, "filename": "a.log", "size": "5"},
            {"id": 8, "filename": "vmcore", "size": "2000000000"},
        ]},
        {"id": 5, "body": "package 0123456789abcdef", "attachments": []},
    ]);
    let contract = Contract::serve(vec![
        asks("GET /api/v1/tickets/81?expand=true")
            .gives(200, json!({"id": 81, "state": "open", "escalation_key": KEY})),
        asks("GET /api/v1/ticket_articles/by_ticket/81").gives(200, articles),
        asks("GET /api/v1/ticket_attachment/81/4/7").sends(200, b"\xff one"),
        // The attribute is not there: the ticket would not be found again.
        asks("GET /api/v1/tickets/81?expand=true").gives(200, json!({"id": 81, "state": "open"})),
        asks("GET /api/v1/ticket_articles/by_ticket/81").gives(200, json!([])),
    ]);
    let zammad = zammad(&contract);
    let holds = zammad.read("81", &wanted(&[("a.log", b"\xff one")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, holds.files), (Some(KEY), "open", vec![sha256(b"\xff one")]));
    assert_eq!(holds.comments, ["opened", "package 0123456789abcdef"]);
    assert_eq!(zammad.read("81", &[]).unwrap().key, None);
}

#[test]
fn a_probe_asks_for_the_user_and_for_a_search_that_filters() {
    const NONE: &str = "GET /api/v1/tickets/search?query=escalation_key%3A0000000000000000000000000000000000000000000000000000000000000000&expand=true&limit=50&page=1";
    let me = || asks("GET /api/v1/users/me").gives(200, json!({"id": 3}));
    let contract = Contract::serve(vec![
        me(),
        asks(NONE).gives(200, json!([{"id": 1, "escalation_key": KEY}])),
        by_condition(&"0".repeat(64)).gives(200, json!([])),
    ]);
    assert_eq!(zammad(&contract).probe().unwrap().seen.len(), 2);
    let refused = asks("GET /api/v1/users/me").gives(401, json!({"error": "Invalid Token"}));
    let failure = zammad(&Contract::serve(vec![refused])).probe().unwrap_err();
    stopped(&failure, &["Invalid Token; is the token"]);
}

#[test]
fn a_file_that_is_too_large_is_said_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = draft(folder.path(), &[("a.log", b"one")]);
    draft.files[0].bytes = LARGEST + 1;
    let failure = zammad(&Contract::serve(vec![])).create(&draft).unwrap_err();
    refused(&failure, &["`logs/a.log` is larger than 48 MB"]);
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(zammad, vec![], answer);
    let post = || asks("POST /api/v1/tickets");
    let error = json!({"error": "E1", "error_human": "No such group"});
    for (status, word) in [(401, "access by token"), (403, "`ticket.agent`")] {
        let failure = told(post().gives(status, error.clone()));
        stopped(&failure, &[word, "No such group"]);
    }
    for status in [400, 404, 413, 422] {
        let failure = told(post().gives(status, error.clone()));
        refused(&failure, &["No such group; "]);
    }
    assert!(matches!(
        told(post().gives(429, json!({})).with("Retry-After", "3")),
        Failure::Busy { after: Some(_), .. }
    ));
    assert!(matches!(told(post().gives(500, json!({"error": "x"}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        zammad,
        &["POST BASE/api/v1/tickets\n", "\"ticket_id\": \"NUMBER\"", "(3 bytes of logs/a.log in base64, SHA-256 ", KEY],
        &["hunter2", "b25l"],
    );
}

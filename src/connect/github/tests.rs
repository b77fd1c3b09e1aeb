//! The contract with GitHub, from its public documentation: issues <https://docs.github.com/en/rest/issues/issues>,
//! comments <https://docs.github.com/en/rest/issues/comments>, contents <https://docs.github.com/en/rest/repos/contents>,
//! limits <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Bearer github_pat_hunter2";
const FIND: &str = "GET /repos/desk/esc/issues?labels=EscalationKey-00112233445566778899aabbccddeeff0011&state=all&sort=created&direction=asc&per_page=100&page=1";
const NEXT: &str = "GET /repos/desk/esc/issues?labels=EscalationKey-00112233445566778899aabbccddeeff0011&state=all&sort=created&direction=asc&per_page=100&page=2";

fn github(contract: &Contract) -> GitHub {
    GitHub {
        api: api(contract.http(AUTH)),
        project: "desk/esc".into(),
        key_field: "EscalationKey".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

#[test]
fn an_issue_has_the_key_in_its_first_line_and_its_beginning_in_a_label() {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::serve(vec![
        asks("POST /repos/desk/esc/issues")
            .json(json!({
                "title": "VBR: job failed",
                "body": format!("EscalationKey: {KEY}\n\n# Summary\n\nIt failed."),
                "labels": ["EscalationKey-00112233445566778899aabbccddeeff0011"],
            }))
            .gives(201, json!({"number": 1347})),
        asks("POST /repos/desk/esc/issues/1347/comments").json(json!({"body": "# Summary\n\nIt failed."})),
    ]);
    let (github, draft) = (github(&contract), draft(folder.path(), &[]));
    assert_eq!(github.create(&draft).unwrap(), "1347");
    github.comment("1347", &draft).unwrap();
}

#[test]
fn issues_are_found_over_all_pages_by_exactly_their_key() {
    let issue = |number: u64, body: String| json!({"number": number, "body": body});
    let first: Vec<Value> = (0..100).map(|it| issue(it, format!("EscalationKey: {KEY}{it}\n\nx"))).collect();
    let second = json!([
        issue(200, format!("EscalationKey: {KEY}\r\n\r\nx")),
        issue(201, format!("other\nEscalationKey: {KEY}\n")),
        issue(202, String::new()),
    ]);
    let contract = Contract::serve(vec![asks(FIND).gives(200, json!(first)), asks(NEXT).gives(200, second)]);
    assert_eq!(github(&contract).find(KEY).unwrap(), ["200"]);
}

#[test]
fn files_are_committed_once_named_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let store = Contract::serve(vec![on("GET /raw/a.log?token=t").sends(200, b"one")]);
    // SHA-256 of `one` begins so.
    const PUT: &str = "PUT /repos/desk/esc/contents/tierline/issue-7/7692c3ad-a.log";
    let puts = || asks(PUT).json(json!({"message": "File of issue #7", "content": "b25l"}));
    let notes = || asks("POST /repos/desk/esc/issues/7/comments").parts(&["`7692c3ad-a.log`, SHA-256 7692c3ad"]);
    let there = json!({"message": "Invalid request.\n\n\"sha\" wasn't supplied."});
    let opening = format!("EscalationKey: {KEY}\n\nFrom package 0123456789abcdef.");
    let contract = Contract::serve(vec![
        puts().gives(201, json!({"content": {"name": "a.log"}})),
        notes().gives(201, json!({})),
        puts().gives(422, there),
        notes().gives(201, json!({})),
        puts().gives(409, json!({"message": "is at 1 but expected 2"})),
        puts().gives(409, json!({"message": "Could not create file: Required status check \"ci\" is expected."})),
        asks("GET /repos/desk/esc/issues/7").gives(200, json!({"number": 7, "state": "open", "body": opening})),
        asks("GET /repos/desk/esc/contents/tierline/issue-7").gives(
            200,
            json!([
                {"name": "7692c3ad-a.log", "size": 3, "download_url": format!("{}/raw/a.log?token=t", store.base)},
                // Committed, and then nobody could say so.
                {"name": "3fc4ccfe-b.log", "size": 3, "download_url": "BASE/raw/b.log"},
            ]),
        ),
        asks("GET /repos/desk/esc/issues/7/comments?per_page=100&page=1").gives(
            200,
            json!([{"body": "package 0123456789abcdef"}, {"body": "- `7692c3ad-a.log`, SHA-256 7692c3ad"}]),
        ),
        asks("GET /repos/desk/esc/issues/8").gives(200, json!({"state": "closed", "body": null})),
        asks("GET /repos/desk/esc/contents/tierline/issue-8").gives(404, json!({"message": "Not Found"})),
        asks("GET /repos/desk/esc/issues/8/comments?per_page=100&page=1").gives(200, json!([])),
    ]);
    let github = github(&contract);
    github.attach("7", &files).unwrap();
    // Again, after an answer that was lost.
    github.attach("7", &files).unwrap();
    assert!(matches!(github.attach("7", &files), Err(Failure::Busy { .. })));
    let failure = github.attach("7", &files).unwrap_err();
    refused(&failure, &["protects the branch"]);
    let both = wanted(&[("a.log", b"one"), ("b.log", b"two")]);
    let holds = github.read("7", &both).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, holds.files), (Some(KEY), "open", vec![sha256(b"one")]));
    assert_eq!(holds.comments[0], "package 0123456789abcdef");
    assert_eq!(holds.opening, format!("EscalationKey: {KEY}\n\nFrom package 0123456789abcdef."));
    assert_eq!(github.read("8", &both).unwrap(), Holds { status: "closed".into(), ..Holds::default() });
}

#[test]
fn logs_go_to_no_public_repository() {
    let repository = |private: bool, push: bool| {
        let answer = json!({"private": private, "has_issues": true, "archived": false, "permissions": {"push": push}});
        asks("GET /repos/desk/esc").gives(200, answer)
    };
    assert_eq!(github(&Contract::serve(vec![repository(true, true)])).probe().unwrap().seen.len(), 2);
    let told = |exchange, words: &str| {
        let failure = github(&Contract::serve(vec![exchange])).probe().unwrap_err();
        stopped(&failure, &[words]);
    };
    told(repository(false, true), "is public");
    let internal =
        json!({"private": true, "visibility": "internal", "has_issues": true, "permissions": {"push": true}});
    told(asks("GET /repos/desk/esc").gives(200, internal), "is internal");
    told(repository(true, false), "role Write");
    told(asks("GET /repos/desk/esc").gives(404, json!({"message": "Not Found"})), "does the token reach it?");
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(github, vec![], answer);
    let post = || asks("POST /repos/desk/esc/issues");
    for (status, word) in [(401, "fine-grained"), (403, "read and write")] {
        let failure =
            told(post().gives(status, json!({"message": "Resource not accessible by personal access token"})));
        stopped(&failure, &[word, "not accessible"]);
    }
    // Too fast: 403, with or without a time.
    let slow = json!({"message": "You have exceeded a secondary rate limit"});
    let failure = told(post().gives(403, slow.clone()).with("Retry-After", "60"));
    busy(&failure, Some(60));
    assert!(matches!(told(post().gives(403, slow)), Failure::Busy { after: None, .. }));
    let failure = told(
        post()
            .gives(403, json!({"message": "API rate limit exceeded"}))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", "1000000090")
            .with("Date", "Sun, 09 Sep 2001 01:46:40 GMT"),
    );
    busy(&failure, Some(90));
    let invalid = json!({"message": "Validation Failed", "errors": [{"field": "title", "code": "missing_field"}]});
    for (status, word) in [
        (400, "as it is"),
        (404, "reach it"),
        (410, "turn them on"),
        (413, "`request_bytes`"),
        (422, "title missing_field"),
    ] {
        let failure = told(post().gives(status, invalid.clone()));
        refused(&failure, &[word]);
    }
    assert!(matches!(told(post().gives(502, json!({}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        github,
        &[
            "POST BASE/repos/desk/esc/issues\n",
            "PUT BASE/repos/desk/esc/contents/tierline/issue-NUMBER/7692c3ad-a.log",
            "(3 bytes of logs/a.log in base64",
            KEY,
        ],
        &["hunter2"],
    );
}

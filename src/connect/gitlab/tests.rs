//! The contract with GitLab, from its public documentation: issues <https://docs.gitlab.com/api/issues/>,
//! notes <https://docs.gitlab.com/api/notes/>, uploads <https://docs.gitlab.com/api/project_markdown_uploads/>,
//! limits <https://docs.gitlab.com/security/rate_limits/>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Bearer glpat-hunter2";
const LABEL: &str = "EscalationKey-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const SECRET: &str = "66dbcd21ec5d24ed6ea225176098d52b";

fn gitlab(contract: &Contract) -> GitLab {
    GitLab {
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
fn an_issue_is_confidential_and_has_the_key_in_a_label() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = draft(folder.path(), &[]);
    draft.body = "It failed:\n  /close\n/var/log\n".into();
    let contract = Contract::serve(vec![
        asks("POST /api/v4/projects/desk%2Fesc/issues")
            .json(json!({
                "title": "VBR: job failed",
                "description": "It failed:\n  /close\n\\/var/log\n",
                "labels": LABEL,
                "confidential": true,
            }))
            .gives(201, json!({"id": 84, "iid": 14})),
        asks("POST /api/v4/projects/desk%2Fesc/issues/14/notes")
            .json(json!({"body": "It failed:\n  /close\n\\/var/log\n"})),
    ]);
    let gitlab = gitlab(&contract);
    assert_eq!(gitlab.create(&draft).unwrap(), "14");
    gitlab.comment("14", &draft).unwrap();
}

#[test]
fn a_line_of_a_log_is_no_command_and_stays_as_it_is() {
    let check = |body: &str, expected: &str| assert_eq!(inert(body), expected, "{body}");
    // Shown as they are within a block of code.
    check("a\n```text\n/close\n  /x\n```\n/close", "a\n```text\n/close\n  /x\n```\n\\/close");
    check("/1 // /\n//close", "/1 // /\n//close");
    // GitLab takes these out before it looks.
    check("\r/close\r\n", "\\/close\n");
    check("```\r\n/close\r\n```\r\n/close", "```\n/close\n```\n\\/close");
    // What does not end, or ends elsewhere for GitLab, protects nothing.
    check("```\n/close", "```\n\\/close");
    check("````\n```\n/close\n```\n````", "````\n```\n\\/close\n```\n````");
    check("<b>\n```\n/close\n```\n</b>", "<b>\n```\n\\/close\n```\n</b>");
    check(">>>\n```\n>>>\n/close\n```", ">>>\n```\n>>>\n\\/close\n```");
}

#[test]
fn issues_are_found_over_all_pages_by_exactly_their_key() {
    let issue = |iid: u64, label: &str| json!({"iid": iid, "labels": ["other", label]});
    let first: Vec<Value> = (0..100).map(|it| issue(it, &format!("{LABEL}{it}"))).collect();
    let contract = Contract::serve(vec![
        asks("GET /api/v4/projects/desk%2Fesc/issues?labels=EscalationKey-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&scope=all&state=all&order_by=created_at&sort=asc&per_page=100&page=1").gives(200, json!(first)),
        asks("GET /api/v4/projects/desk%2Fesc/issues?labels=EscalationKey-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff&scope=all&state=all&order_by=created_at&sort=asc&per_page=100&page=2").gives(200, json!([issue(200, LABEL)])),
    ]);
    assert_eq!(gitlab(&contract).find(KEY).unwrap(), ["200"]);
}

#[test]
fn files_are_uploaded_named_in_a_note_and_read_back_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let url = format!("/uploads/{SECRET}/a.log");
    let body = format!("Files of the package.\n\n- [a.log]({url}), SHA-256 {}", sha256(b"one"));
    let contract = Contract::serve(vec![
        asks("POST /api/v4/projects/desk%2Fesc/uploads")
            .parts(&["name=\"file\"; filename=\"a.log\"", "\r\n\r\none\r\n"])
            .gives(201, json!({"id": 5, "alt": "a", "url": url, "markdown": format!("[a.log]({url})")})),
        asks("POST /api/v4/projects/desk%2Fesc/issues/14/notes")
            .json(json!({ "body": body }))
            .gives(201, json!({"id": 1})),
        asks("GET /api/v4/projects/desk%2Fesc/issues/14")
            .gives(200, json!({"iid": 14, "state": "opened", "labels": [LABEL], "description": "From package 1"})),
        asks("GET /api/v4/projects/desk%2Fesc/issues/14/notes?sort=asc&order_by=created_at&per_page=100&page=1").gives(
            200,
            json!([
                {"body": body},
                {"body": "no /uploads/secret/x here"},
                // Somebody else's, whose name is longer than ours are.
                {"body": format!("![x](/uploads/{SECRET}/Protokoll_für_x.png)")},
                {"body": format!("[x](/uploads/{SECRET}/a+b.txt)")},
            ]),
        ),
        asks("GET /api/v4/projects/desk%2Fesc/uploads/66dbcd21ec5d24ed6ea225176098d52b/a.log").sends(200, b"one"),
        asks("POST /api/v4/projects/desk%2Fesc/uploads").gives(201, json!({"url": "elsewhere"})),
    ]);
    let gitlab = gitlab(&contract);
    gitlab.attach("14", &files).unwrap();
    let holds = gitlab.read("14", &files).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, holds.files), (Some(KEY), "opened", vec![sha256(b"one")]));
    assert_eq!((&*holds.opening, holds.comments.len()), ("From package 1", 4));
    assert!(matches!(gitlab.attach("14", &files), Err(Failure::Busy { .. })));
}

#[test]
fn a_probe_asks_for_issues_and_for_the_role_that_sees_confidential_ones() {
    const NONE: &str = "GET /api/v4/projects/desk%2Fesc/issues?labels=EscalationKey-0000000000000000000000000000000000000000000000000000000000000000&scope=all&state=all&order_by=created_at&sort=asc&per_page=100&page=1";
    let project = |issues: &str, level: Value| {
        let answer =
            json!({"issues_access_level": issues, "permissions": {"project_access": null, "group_access": level}});
        asks("GET /api/v4/projects/desk%2Fesc").gives(200, answer)
    };
    let member = |level: u64| json!({"access_level": level});
    let contract = Contract::serve(vec![project("enabled", member(20)), asks(NONE).gives(200, json!([]))]);
    gitlab(&contract).probe().unwrap();
    let told = |exchange, words: &str| {
        let failure = gitlab(&Contract::serve(vec![exchange])).probe().unwrap_err();
        stopped(&failure, &[words]);
    };
    told(project("disabled", member(40)), "has no issues");
    told(project("private", member(10)), "role Reporter");
    // A member by a group that was invited, of whom the project says nothing.
    let invited = |status: u16, member: Value| {
        vec![
            project("private", Value::Null),
            asks("GET /api/v4/user").gives(200, json!({"id": 7})),
            asks("GET /api/v4/projects/desk%2Fesc/members/all/7").gives(status, member),
        ]
    };
    let mut seen = invited(200, json!({"id": 7, "access_level": 20}));
    seen.push(asks(NONE).gives(200, json!([])));
    gitlab(&Contract::serve(seen)).probe().unwrap();
    for (status, member) in [(404, json!({"message": "404 Not found"})), (200, json!({"access_level": 10}))] {
        let failure = gitlab(&Contract::serve(invited(status, member))).probe().unwrap_err();
        stopped(&failure, &["role Reporter"]);
    }
    told(
        asks("GET /api/v4/projects/desk%2Fesc").gives(404, json!({"message": "404 Project Not Found"})),
        "404 Project Not Found; is there",
    );
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(gitlab, vec![], answer);
    let post = || asks("POST /api/v4/projects/desk%2Fesc/issues");
    for (status, word) in [(401, "scope `api`"), (403, "Reporter")] {
        let failure = told(post().gives(status, json!({"message": "no"})));
        stopped(&failure, &[word]);
    }
    let invalid = json!({"message": {"title": ["can't be blank"]}});
    for (status, word) in
        [(400, "title: [\"can't be blank\"]"), (404, "member"), (413, "attachments"), (422, "as it is")]
    {
        let failure = told(post().gives(status, invalid.clone()));
        refused(&failure, &[word]);
    }
    let failure = told(post().gives(429, json!({"message": "Too many"})).with("Retry-After", "11"));
    busy(&failure, Some(11));
    assert!(matches!(told(post().gives(500, json!({}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        gitlab,
        &[
            "POST BASE/api/v4/projects/desk%2Fesc/issues\n",
            "desk%2Fesc/uploads",
            "issues/NUMBER/notes",
            "(3 bytes of logs/a.log, SHA-256 ",
        ],
        &["hunter2"],
    );
}

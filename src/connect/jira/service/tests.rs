//! The contract with Jira Service Management, from its public documentation:
//! requests <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/>,
//! desks <https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-servicedesk/>, Data Center
//! <https://developer.atlassian.com/server/jira-servicedesk/rest/>.

use super::super::super::contract::{Contract, Exchange, KEY, draft, habits, on, wanted};
use super::super::super::package::sha256;
use super::*;

const AUTH: &str = "Basic ZGVzazpodW50ZXIy";

fn desk(contract: &Contract) -> ServiceDesk {
    ServiceDesk {
        api: super::super::api(contract.http(AUTH)),
        desk: "10".into(),
        request_type: "25".into(),
        key_field: "EscalationKey".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

#[test]
fn a_request_has_the_key_in_summary_and_description() {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::serve(vec![
        asks("POST /rest/servicedeskapi/request")
            .json(json!({
                "serviceDeskId": "10",
                "requestTypeId": "25",
                "requestFieldValues": {
                    "summary": "VBR: job failed [0011223344556677]",
                    "description": format!("EscalationKey: {KEY}\n\n{{noformat}}\n# Summary\n\nIt failed.\n{{noformat}}"),
                },
            }))
            .gives(201, json!({"issueId": "107001", "issueKey": "HELPDESK-1"})),
    ]);
    assert_eq!(desk(&contract).create(&draft(folder.path(), &[])).unwrap(), "HELPDESK-1");
}

#[test]
fn requests_are_found_over_all_pages_by_exactly_their_key() {
    let request = |id: &str, description: String| {
        json!({"issueId": id, "issueKey": format!("HELPDESK-{id}"), "requestFieldValues": [
            {"fieldId": "summary", "value": "x"},
            {"fieldId": "description", "value": description},
        ]})
    };
    let other = KEY.replace("ff", "fe");
    let first = json!({"isLastPage": false, "values": [
        request("20", format!("EscalationKey: {KEY}\n\nx")),
        request("3", format!("EscalationKey: {KEY}0\n\nx")),
        // The key of another stands first; what a log says does not count.
        request("4", format!("EscalationKey: {other}\n\nEscalationKey: {KEY}")),
    ]});
    let second = json!({"isLastPage": true, "values": [request("7", format!("EscalationKey: {KEY}"))]});
    let contract = Contract::serve(vec![
        asks("GET /rest/servicedeskapi/request?searchTerm=0011223344556677&requestOwnership=OWNED_REQUESTS&requestStatus=ALL_REQUESTS&serviceDeskId=10&start=0&limit=50").gives(200, first),
        asks("GET /rest/servicedeskapi/request?searchTerm=0011223344556677&requestOwnership=OWNED_REQUESTS&requestStatus=ALL_REQUESTS&serviceDeskId=10&start=50&limit=50").gives(200, second),
    ]);
    assert_eq!(desk(&contract).find(KEY).unwrap(), ["HELPDESK-7", "HELPDESK-20"]);
}

#[test]
fn files_are_handed_in_and_named_by_a_request() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one"), ("b.zip", b"two")]).files;
    let hands_in = || {
        asks("POST /rest/servicedeskapi/servicedesk/10/attachTemporaryFile")
            .header("x-atlassian-token", "no-check")
            .header("x-experimentalapi", "opt-in")
            .parts(&["name=\"file\"; filename=\"a.log\"", "\r\n\r\none\r\n", "filename=\"b.zip\"", "\r\n\r\ntwo\r\n"])
    };
    let names = json!([{"temporaryAttachmentId": "temp1", "fileName": "a.log"}, {"temporaryAttachmentId": "temp2", "fileName": "b.zip"}]);
    let contract = Contract::serve(vec![
        hands_in().gives(201, json!({ "temporaryAttachments": names })),
        asks("POST /rest/servicedeskapi/request/HELPDESK-1/attachment")
            .json(json!({"temporaryAttachmentIds": ["temp1", "temp2"], "public": true, "additionalComment": {"body": FILES}}))
            .gives(201, json!({})),
        hands_in().gives(201, json!({"temporaryAttachments": [names[0]]})),
        asks("POST /rest/servicedeskapi/request/HELPDESK-1/comment")
            .json(json!({"body": "{noformat}\n# Summary\n\nIt failed.\n{noformat}", "public": true}))
            .gives(201, json!({"id": "1000"})),
    ]);
    let desk = desk(&contract);
    desk.attach("HELPDESK-1", &files).unwrap();
    // One of two is missing: nothing was attached.
    assert!(matches!(desk.attach("HELPDESK-1", &files), Err(Failure::Busy { .. })));
    desk.comment("HELPDESK-1", &draft(folder.path(), &[])).unwrap();
}

#[test]
fn all_is_read_back() {
    let contract = Contract::serve(vec![
        asks("GET /rest/servicedeskapi/request/HELPDESK-1").gives(200, json!({
            "issueKey": "HELPDESK-1",
            "currentStatus": {"status": "Waiting for support"},
            "requestFieldValues": [{"fieldId": "description", "value": format!("EscalationKey: {KEY}\n\ntext")}],
        })),
        asks("GET /rest/servicedeskapi/request/HELPDESK-1/attachment?start=0&limit=50").gives(200, json!({
            "isLastPage": true,
            "values": [
                {"filename": "a.log", "size": 5, "_links": {"content": "BASE/rest/servicedeskapi/request/1/attachment/7"}},
                // The address is that behind a proxy.
                {"filename": "b.log", "size": 3, "_links": {"content": "http://inner:8080/jira/secure/attachment/8/b.log"}},
                {"filename": "vmcore", "size": 2_000_000_000_u64, "_links": {"content": "BASE/rest/servicedeskapi/request/1/attachment/9"}},
            ],
        })),
        asks("GET /rest/servicedeskapi/request/1/attachment/7").sends(200, b"\xff one"),
        asks("GET /secure/attachment/8/b.log").sends(200, b"two"),
        asks("GET /rest/servicedeskapi/request/HELPDESK-1/comment?start=0&limit=50")
            .gives(200, json!({"isLastPage": true, "values": [{"id": "1", "body": "package 0123456789abcdef"}]})),
    ]);
    let holds = desk(&contract).read("HELPDESK-1", &wanted(&[("a.log", b"\xff one"), ("b.log", b"two")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status), (Some(KEY), "Waiting for support"));
    assert_eq!(holds.opening, format!("EscalationKey: {KEY}\n\ntext"));
    let files = vec![sha256(b"\xff one"), sha256(b"two")];
    assert_eq!((holds.files, holds.comments), (files, vec!["package 0123456789abcdef".to_owned()]));
}

#[test]
fn a_probe_looks_at_the_form() {
    let field = |id: &str, required: bool| json!({"fieldId": id, "name": id.to_uppercase(), "required": required});
    let form = |fields: Vec<Value>| {
        asks("GET /rest/servicedeskapi/servicedesk/10/requesttype/25/field")
            .gives(200, json!({"requestTypeFields": fields}))
    };
    let all = || vec![field("summary", true), field("description", true), field("attachment", false)];
    desk(&Contract::serve(vec![form(all())])).probe().unwrap();
    let told = |exchange, words: &str| {
        let failure = desk(&Contract::serve(vec![exchange])).probe().unwrap_err();
        assert!(matches!(&failure, Failure::Stopped { why } if why.contains(words)), "{failure:?}");
    };
    told(form(all()[..2].to_vec()), "no field Attachment");
    told(form([all(), vec![field("customfield_1", true)]].concat()), "requires CUSTOMFIELD_1");
    let gone = json!({"errorMessage": "The Service Desk with ID 10 does not exist."});
    told(form(vec![]).gives(404, gone), "does not exist.");
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| {
        let contract = Contract::serve(vec![answer]);
        desk(&contract).create(&draft(tempfile::tempdir().unwrap().path(), &[])).unwrap_err()
    };
    let post = || asks("POST /rest/servicedeskapi/request").header("x-experimentalapi", "opt-in");
    for status in [401, 403] {
        let failure = told(post().gives(status, json!({"errorMessage": "no"})));
        assert!(matches!(&failure, Failure::Stopped { why } if why.contains("token")), "{failure:?}");
    }
    for status in [400, 404, 413, 422] {
        let failure = told(post().gives(status, json!({"errorMessage": "no such field"})));
        assert!(matches!(&failure, Failure::Refused { why } if why.contains("no such field; ")), "{failure:?}");
    }
    assert!(matches!(
        told(post().gives(429, json!({})).with("Retry-After", "3")),
        Failure::Busy { after: Some(_), .. }
    ));
    assert!(matches!(told(post().gives(500, json!({}))), Failure::Ambiguous { .. }));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let contract = Contract::serve(vec![]);
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let shown = desk(&contract).dry_run(&draft(folder.path(), &[]), &[files]);
    for part in [
        "POST BASE/rest/servicedeskapi/request\n",
        "attachTemporaryFile",
        "request/NUMBER/attachment",
        "(3 bytes of logs/a.log, SHA-256 ",
    ] {
        assert!(shown.contains(&part.replace("BASE", &contract.base)), "{part}: {shown}");
    }
    assert!(!shown.contains("ZGVza"), "{shown}");
}

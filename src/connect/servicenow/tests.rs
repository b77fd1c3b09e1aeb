//! The contract with ServiceNow, from its public documentation:
//! Table API <https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html>,
//! Attachment API <https://www.servicenow.com/docs/r/api-reference/rest-apis/c_AttachmentAPI.html>,
//! limits <https://www.servicenow.com/docs/r/api-reference/rest-api-explorer/inbound-REST-API-rate-limiting.html>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const AUTH: &str = "Basic ZGVzazpodW50ZXIy";
const ID: &str = "9d385017c611228701d22104cc95c371";
const FIND: &str = "GET /api/now/table/incident?sysparm_query=correlation_id%3D00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff%5EORDERBYsys_created_on&sysparm_fields=sys_id,number,correlation_id&sysparm_limit=100&sysparm_offset=0";
const NEXT: &str = "GET /api/now/table/incident?sysparm_query=correlation_id%3D00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff%5EORDERBYsys_created_on&sysparm_fields=sys_id,number,correlation_id&sysparm_limit=100&sysparm_offset=100";
const NAMED: &str = "GET /api/now/table/incident?sysparm_query=number%3DINC0010001%5EORDERBYsys_created_on&sysparm_fields=sys_id,number,correlation_id&sysparm_limit=100&sysparm_offset=0";
const NONE: &str = "GET /api/now/table/incident?sysparm_query=correlation_id%3D0000000000000000000000000000000000000000000000000000000000000000&sysparm_fields=sys_id&sysparm_limit=1";

fn servicenow(contract: &Contract) -> ServiceNow {
    ServiceNow {
        api: api(contract.http(AUTH)),
        table: "incident".into(),
        group: Some("Vendor Escalation".into()),
        key_field: "correlation_id".into(),
        habits: habits(),
    }
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", AUTH)
}

/// The answer that leads from a number to its task.
fn named() -> Exchange {
    asks(NAMED).gives(200, json!({"result": [{"sys_id": ID, "number": "INC0010001", "correlation_id": KEY}]}))
}

#[test]
fn a_task_is_opened_with_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let opens = || {
        asks("POST /api/now/table/incident?sysparm_input_display_value=true").json(json!({
            "short_description": "VBR: job failed",
            "description": "# Summary\n\nIt failed.",
            "correlation_id": KEY,
            "assignment_group": "Vendor Escalation",
        }))
    };
    let contract = Contract::serve(vec![
        opens().gives(201, json!({"result": {"sys_id": ID, "number": "INC0010001"}})),
        opens().gives(201, json!({"result": {}})),
    ]);
    let (servicenow, draft) = (servicenow(&contract), draft(folder.path(), &[]));
    assert_eq!(servicenow.create(&draft).unwrap(), "INC0010001");
    assert!(matches!(servicenow.create(&draft), Err(Failure::Ambiguous { .. })));
}

#[test]
fn tasks_are_found_over_all_pages_by_exactly_their_key() {
    // A page of others: the condition was left out.
    let others: Vec<Value> = (0..100).map(|it| json!({"number": format!("INC{it}"), "correlation_id": ""})).collect();
    let second = json!({"result": [
        {"number": "INC0010001", "correlation_id": KEY},
        {"number": "INC0010002", "correlation_id": format!("{KEY} ")},
    ]});
    let contract =
        Contract::serve(vec![asks(FIND).gives(200, json!({ "result": others })), asks(NEXT).gives(200, second)]);
    assert_eq!(servicenow(&contract).find(KEY).unwrap(), ["INC0010001"]);
}

#[test]
fn files_go_one_by_one_to_the_task_of_the_number() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one"), ("b.zip", b"two")]).files;
    let contract = Contract::serve(vec![
        named(),
        asks("POST /api/now/attachment/file?table_name=incident&table_sys_id=9d385017c611228701d22104cc95c371&file_name=a.log")
            .header("content-type", "text/plain; charset=utf-8")
            .bytes(b"one")
            .gives(201, json!({"result": {"sys_id": "1"}})),
        asks("POST /api/now/attachment/file?table_name=incident&table_sys_id=9d385017c611228701d22104cc95c371&file_name=b.zip")
            .bytes(b"two")
            .gives(201, json!({"result": {"sys_id": "2"}})),
        named(),
        asks("PATCH /api/now/table/incident/9d385017c611228701d22104cc95c371")
            .json(json!({"work_notes": "# Summary\n\nIt failed."})),
    ]);
    let servicenow = servicenow(&contract);
    servicenow.attach("INC0010001", &files).unwrap();
    servicenow.comment("INC0010001", &draft(folder.path(), &[])).unwrap();
}

#[test]
fn all_is_read_back() {
    let notes = "2026-11-28 10:00:00 - Desk (Work notes)\nseen again (package 0123456789abcdef)\n\n";
    let contract = Contract::serve(vec![
        named(),
        asks("GET /api/now/table/incident/9d385017c611228701d22104cc95c371?sysparm_display_value=true&sysparm_fields=state,work_notes,description,correlation_id")
            .gives(
                200,
                json!({"result": {"state": "In Progress", "description": "opened", "work_notes": notes, "correlation_id": KEY}}),
            ),
        asks("GET /api/now/attachment?sysparm_query=table_name%3Dincident%5Etable_sys_id%3D9d385017c611228701d22104cc95c371%5EORDERBYsys_created_on&sysparm_limit=100&sysparm_offset=0")
            .gives(200, json!({"result": [
                {"sys_id": "a1", "table_sys_id": ID, "file_name": "a.log", "size_bytes": "5"},
                {"sys_id": "a2", "table_sys_id": "another", "file_name": "b.log", "size_bytes": "5"},
                {"sys_id": "a3", "table_sys_id": ID, "file_name": "vmcore", "size_bytes": "2000000000"},
            ]})),
        asks("GET /api/now/attachment/a1/file").sends(200, b"\xff one"),
    ]);
    let holds = servicenow(&contract).read("INC0010001", &wanted(&[("a.log", b"\xff one")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, &*holds.opening), (Some(KEY), "In Progress", "opened"));
    assert_eq!((holds.files, holds.comments), (vec![sha256(b"\xff one")], vec![notes.to_owned()]));
}

#[test]
fn a_task_that_is_gone_is_said() {
    let contract = Contract::serve(vec![asks(NAMED).gives(200, json!({"result": []}))]);
    let failure = servicenow(&contract).read("INC0010001", &[]).unwrap_err();
    refused(&failure, &["no INC0010001"]);
}

#[test]
fn a_probe_finds_out_that_a_condition_is_left_out() {
    let contract = Contract::serve(vec![
        asks(NONE).gives(200, json!({"result": []})),
        asks(NONE).gives(200, json!({"result": [{"sys_id": ID}]})),
        asks(NONE)
            .gives(400, json!({"error": {"message": "Invalid table incident", "detail": null}, "status": "failure"})),
    ]);
    let servicenow = servicenow(&contract);
    assert_eq!(servicenow.probe().unwrap().seen.len(), 2);
    for word in ["no field `correlation_id`", "Invalid table incident"] {
        assert!(matches!(servicenow.probe(), Err(Failure::Stopped { why }) if why.contains(word)));
    }
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(servicenow, vec![], answer);
    let post = || asks("POST /api/now/table/incident?sysparm_input_display_value=true");
    let error =
        |message: &str, detail: &str| json!({"error": {"message": message, "detail": detail}, "status": "failure"});
    let failure = told(post().gives(401, error("User Not Authenticated", "Required to provide Auth information")));
    stopped(&failure, &["User Not Authenticated; Required", "`user`"]);
    let failure =
        told(post().gives(403, error("Operation Failed", "ACL Exception Insert Failed due to security constraints")));
    stopped(&failure, &["ACL Exception", "`itil`"]);
    for (status, word) in [(400, "as it is"), (404, "`url`"), (413, "`com.glide.attachment.max_size`")] {
        let failure = told(post().gives(status, error("no", "")));
        refused(&failure, &[word]);
    }
    let failure = told(post().gives(429, error("Rate limit exceeded", "")).with("Retry-After", "1800"));
    busy(&failure, Some(1800));
    assert!(matches!(told(post().gives(500, json!({}))), Failure::Ambiguous { .. }));
    // An instance that sleeps answers with a page.
    let failure = told(post().sends(200, b"<html>Your instance is hibernating</html>"));
    assert!(matches!(&failure, Failure::Ambiguous { why } if why.contains("no JSON")), "{failure:?}");
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        servicenow,
        &[
            "POST BASE/api/now/table/incident?",
            "table_sys_id=SYS_ID&file_name=a.log",
            "(3 bytes of logs/a.log, SHA-256 ",
            KEY,
        ],
        &["ZGVza"],
    );
}

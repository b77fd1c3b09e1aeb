//! The contract with Salesforce, from its public documentation:
//! upsert <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm>,
//! files <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_insert_update_blob.htm>,
//! queries <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm>,
//! errors <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>,
//! log-in <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm>.

use super::super::contract::{
    Contract, Exchange, KEY, busy, draft, dry_run_shows, habits, on, opening, refused, stopped, wanted,
};
use super::super::package::sha256;
use super::*;

const ID: &str = "500xx000003DGbYAAW";
const FIND: &str = "GET /services/data/v62.0/query?q=SELECT%20CaseNumber%2CEscalationKey__c%20FROM%20Case%20WHERE%20EscalationKey__c%3D%2700112233445566778899aabbccddeeff00112233445566778899aabbccddeeff%27%20ORDER%20BY%20CreatedDate";
const NAMED: &str = "GET /services/data/v62.0/query?q=SELECT%20Id%2CCaseNumber%2CStatus%2CDescription%2CEscalationKey__c%20FROM%20Case%20WHERE%20CaseNumber%3D%2700001026%27";
const UPSERT: &str = "PATCH /services/data/v62.0/sobjects/Case/EscalationKey__c/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn salesforce(contract: &Contract) -> Salesforce {
    Salesforce {
        login: api(contract.http("")),
        client: ("3MVG9.id".into(), Secret::new("hunter2+&".into())),
        api: RefCell::default(),
        key_field: "EscalationKey__c".into(),
        habits: habits(),
    }
}

fn logs_in() -> Exchange {
    on("POST /services/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .bytes(b"grant_type=client_credentials&client_id=3MVG9.id&client_secret=hunter2%2B%26")
        .gives(200, json!({"access_token": "00Dtoken", "instance_url": "BASE", "token_type": "Bearer"}))
}

fn asks(line: &'static str) -> Exchange {
    on(line).header("authorization", "Bearer 00Dtoken")
}

fn named() -> Exchange {
    let case = json!({"Id": ID, "CaseNumber": "00001026", "Status": "Working", "Description": "opened", "EscalationKey__c": KEY});
    asks(NAMED).gives(200, json!({"totalSize": 1, "done": true, "records": [case]}))
}

#[test]
fn a_case_is_made_by_its_key_and_called_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let opens = || asks(UPSERT).json(json!({"Subject": "VBR: job failed", "Description": "# Summary\n\nIt failed."}));
    let number = "GET /services/data/v62.0/sobjects/Case/500xx000003DGbYAAW?fields=CaseNumber";
    let contract = Contract::serve(vec![
        logs_in(),
        opens().gives(201, json!({"id": ID, "success": true, "created": true, "errors": []})),
        asks(number).gives(200, json!({"CaseNumber": "00001026"})),
        // The same again is the same case.
        opens().gives(200, json!({"id": ID, "success": true, "created": false, "errors": []})),
        asks(number).gives(200, json!({"CaseNumber": "00001026"})),
        opens().gives(300, json!(["/services/data/v62.0/sobjects/Case/1", "/services/data/v62.0/sobjects/Case/2"])),
    ]);
    let (salesforce, draft) = (salesforce(&contract), draft(folder.path(), &[]));
    assert_eq!(salesforce.create(&draft).unwrap(), "00001026");
    assert_eq!(salesforce.create(&draft).unwrap(), "00001026");
    let failure = salesforce.create(&draft).unwrap_err();
    refused(&failure, &["not unique"]);
}

#[test]
fn cases_are_found_over_all_pages_by_exactly_their_key() {
    let case = |number: &str, key: &str| json!({"CaseNumber": number, "EscalationKey__c": key});
    let next = "/services/data/v62.0/query/01gD-2000";
    let first =
        json!({"done": false, "nextRecordsUrl": next, "records": [case("1", &KEY.to_uppercase()), case("2", KEY)]});
    let second = json!({"done": true, "records": [case("3", KEY)]});
    let contract = Contract::serve(vec![
        logs_in(),
        asks(FIND).gives(200, first),
        asks("GET /services/data/v62.0/query/01gD-2000").gives(200, second),
    ]);
    assert_eq!(salesforce(&contract).find(KEY).unwrap(), ["2", "3"]);
}

#[test]
fn files_and_comments_go_to_the_case_of_the_number() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"one")]).files;
    let facts = r#"{"Title":"a.log","PathOnClient":"a.log","FirstPublishLocationId":"500xx000003DGbYAAW"}"#;
    let contract = Contract::serve(vec![
        logs_in(),
        named(),
        asks("POST /services/data/v62.0/sobjects/ContentVersion")
            .parts(&[
                "name=\"entity_content\"\r\nContent-Type: application/json",
                facts,
                "name=\"VersionData\"; filename=\"a.log\"",
                "\r\n\r\none\r\n",
            ])
            .gives(201, json!({"id": "068xx", "success": true, "errors": []})),
        named(),
        asks("POST /services/data/v62.0/sobjects/CaseComment")
            .json(json!({"ParentId": ID, "CommentBody": "# Summary\n\nIt failed.", "IsPublished": false}))
            .gives(201, json!({"id": "00a", "success": true})),
    ]);
    let salesforce = salesforce(&contract);
    salesforce.attach("00001026", &files).unwrap();
    salesforce.comment("00001026", &draft(folder.path(), &[])).unwrap();
}

#[test]
fn all_is_read_back() {
    let contract = Contract::serve(vec![
        logs_in(),
        named(),
        asks("GET /services/data/v62.0/query?q=SELECT%20ContentDocument.LatestPublishedVersionId%2CContentDocument.Title%2CContentDocument.ContentSize%20FROM%20ContentDocumentLink%20WHERE%20LinkedEntityId%3D%27500xx000003DGbYAAW%27")
            .gives(200, json!({"done": true, "records": [
                {"ContentDocument": {"LatestPublishedVersionId": "068xx", "Title": "a.log", "ContentSize": 5}},
                {"ContentDocument": {"LatestPublishedVersionId": "068yy", "Title": "dump", "ContentSize": 2_000_000_000_u64}},
            ]})),
        asks("GET /services/data/v62.0/sobjects/ContentVersion/068xx/VersionData").sends(200, b"\xff one"),
        asks("GET /services/data/v62.0/query?q=SELECT%20CommentBody%20FROM%20CaseComment%20WHERE%20ParentId%3D%27500xx000003DGbYAAW%27")
            .gives(200, json!({"done": true, "records": [{"CommentBody": "package 0123456789abcdef"}]})),
    ]);
    let holds = salesforce(&contract).read("00001026", &wanted(&[("a.log", b"\xff one")])).unwrap();
    assert_eq!((holds.key.as_deref(), &*holds.status, &*holds.opening), (Some(KEY), "Working", "opened"));
    assert_eq!((holds.files, holds.comments), (vec![sha256(b"\xff one")], vec!["package 0123456789abcdef".to_owned()]));
}

#[test]
fn a_comment_is_cut_and_keeps_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = draft(folder.path(), &[]);
    long.body = format!("seen again ({})\n{}", long.mark, "ü\n".repeat(9000));
    let contract = Contract::serve(vec![
        logs_in(),
        named(),
        asks("POST /services/data/v62.0/sobjects/CaseComment")
            .parts(&["package 0123456789abcdef", "in the attached file ticket.md"]),
    ]);
    salesforce(&contract).comment("00001026", &long).unwrap();
    assert!(shortened(&long.body, COMMENT).len() <= COMMENT);
}

#[test]
fn the_field_of_the_key_must_be_unique() {
    let describes = |field: Value| {
        asks("GET /services/data/v62.0/sobjects/Case/describe")
            .gives(200, json!({"fields": [{"name": "Subject"}, field]}))
    };
    let field = |unique: bool, length: u32| json!({"name": "EscalationKey__c", "externalId": true, "unique": unique, "length": length});
    let contract = Contract::serve(vec![
        logs_in(),
        describes(field(true, 64)),
        describes(field(false, 64)),
        describes(field(true, 32)),
        describes(json!({"name": "Other__c"})),
    ]);
    let salesforce = salesforce(&contract);
    assert_eq!(salesforce.probe().unwrap().seen.len(), 2);
    for what in ["is not as it must be", "is not as it must be", "is not there"] {
        let failure = salesforce.probe().unwrap_err();
        stopped(&failure, &[what, "Object Manager"]);
    }
}

#[test]
fn a_log_in_that_fails_stops_and_sends_nothing_elsewhere() {
    let told = |answer: Exchange| salesforce(&Contract::serve(vec![answer])).find(KEY).unwrap_err();
    let refused = json!({"error": "invalid_client", "error_description": "invalid client credentials"});
    let failure = told(logs_in().gives(400, refused));
    stopped(&failure, &["invalid client credentials", "consumer key"]);
    assert!(!failure.why().contains("hunter2"), "{failure:?}");
    let elsewhere = json!({"access_token": "t", "instance_url": "https://other.example"});
    let failure = told(logs_in().gives(200, elsewhere));
    stopped(&failure, &["write that into `url`"]);
    assert!(matches!(told(logs_in().gives(503, json!({}))), Failure::Busy { .. }));
    assert!(matches!(told(logs_in().gives(200, json!({}))), Failure::Busy { .. }));
}

#[test]
fn a_token_that_has_ended_is_made_anew_once() {
    let folder = tempfile::tempdir().unwrap();
    let ended = json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]);
    let number = "GET /services/data/v62.0/sobjects/Case/500xx000003DGbYAAW?fields=CaseNumber";
    let anew = || logs_in().gives(200, json!({"access_token": "00Dnew", "instance_url": "BASE"}));
    let then = |line| on(line).header("authorization", "Bearer 00Dnew");
    let contract = Contract::serve(vec![
        logs_in(),
        asks(FIND).gives(200, json!({"done": true, "records": []})),
        asks(UPSERT).gives(401, ended.clone()),
        anew(),
        then(UPSERT).gives(201, json!({"id": ID, "success": true})),
        then(number).gives(200, json!({"CaseNumber": "00001026"})),
        // And when the new one is not taken either, that is said.
        then(FIND).gives(401, ended.clone()),
        anew(),
        then(FIND).gives(401, ended),
    ]);
    let salesforce = salesforce(&contract);
    assert_eq!(salesforce.find(KEY).unwrap(), Vec::<String>::new());
    assert_eq!(salesforce.create(&draft(folder.path(), &[])).unwrap(), "00001026");
    let failure = salesforce.find(KEY).unwrap_err();
    stopped(&failure, &["INVALID_SESSION_ID", "locked"]);
}

#[test]
fn an_error_says_what_to_do() {
    let told = |answer: Exchange| opening(salesforce, vec![logs_in()], answer);
    let error = |code: &str, message: &str| json!([{"message": message, "errorCode": code}]);
    let failure = told(asks(UPSERT).gives(403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")));
    assert!(
        matches!(&failure, Failure::Busy { why, .. } if why.contains("TotalRequests") && why.contains("waits")),
        "{failure:?}"
    );
    assert!(matches!(told(asks(UPSERT).gives(400, error("UNABLE_TO_LOCK_ROW", "busy"))), Failure::Busy { .. }));
    for (status, code, word) in
        [(401, "INVALID_LOGIN", "user it runs as"), (403, "INSUFFICIENT_ACCESS", "integration user")]
    {
        let failure = told(asks(UPSERT).gives(status, error(code, "no")));
        stopped(&failure, &[code, word]);
    }
    for (status, code) in [(400, "REQUIRED_FIELD_MISSING"), (404, "NOT_FOUND"), (413, "REQUEST_TOO_LARGE"), (422, "X")]
    {
        let failure = told(asks(UPSERT).gives(status, error(code, "no")));
        refused(&failure, &[code, "; "]);
    }
    assert!(matches!(told(asks(UPSERT).gives(500, error("UNKNOWN_EXCEPTION", ""))), Failure::Ambiguous { .. }));
    let failure = told(asks(UPSERT).gives(429, json!([])).with("Retry-After", "7"));
    busy(&failure, Some(7));
}

#[test]
fn a_dry_run_shows_all_requests_and_no_credentials() {
    dry_run_shows(
        salesforce,
        &["POST BASE/services/oauth2/token", "PATCH BASE/services/data/", "(3 bytes of logs/a.log, SHA-256 ", KEY],
        &["hunter2", "3MVG9"],
    );
}

//! What a receiver gets, and what it makes of it.

use super::super::contract::{Contract, KEY, draft, on, refused};
use super::*;

/// `MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw` of the standard's examples.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn webhook(contract: &Contract, answer_field: Option<&str>) -> Webhook {
    Webhook {
        http: contract.http(""),
        key: SigningKey::new(&Secret::new(SECRET.into())).unwrap(),
        answer_field: answer_field.map(str::to_owned),
        request_bytes: 1000,
        now: || 1_614_265_330,
    }
}

#[test]
fn the_signature_is_that_of_the_standard() {
    // The example of the reference libraries.
    let key = SigningKey::new(&Secret::new(SECRET.into())).unwrap();
    let body = Cursor::new(r#"{"test": 2432232314}"#);
    let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_secret_is_one_of_the_standard_or_refused() {
    for wrong in ["", "hunter2", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert!(SigningKey::new(&Secret::new(wrong.into())).is_none(), "{wrong}");
    }
}

#[test]
fn files_are_encoded_while_they_are_sent() {
    for length in [0_usize, 1, 2, 3, 49_151, 49_152, 49_153, 200_000] {
        let content: Vec<u8> = (0..length).map(|it| (it % 251) as u8).collect();
        let mut coded = String::new();
        Base64::new(Cursor::new(&content)).read_to_string(&mut coded).unwrap();
        assert_eq!(coded, STANDARD.encode(&content), "{length}");
    }
}

/// What is sent of a draft with one file of two bytes.
fn opened() -> Value {
    json!({"type": "tierline.ticket.opened", "data": {
        "key": KEY,
        "subject": "VBR: job failed",
        "body": "# Summary\n\nIt failed.",
        "mark": "package 0123456789abcdef",
        "files": [{
            "name": "a.log",
            "path": "logs/a.log",
            "bytes": 2,
            "sha256": sha256(b"ok"),
            "content": "b2s=",
        }],
    }})
}

#[test]
fn a_message_says_the_same_with_the_same_id_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[("a.log", b"ok")]);
    let message = Message::new("tierline.ticket.opened", &opened()["data"], &draft.files).id;
    assert!(message.starts_with("tl_") && !message.contains('.'), "{message}");
    let probe = Contract::serve(vec![]);
    let id = webhook(&probe, None).opened(&draft).id;
    let signature = {
        let webhook = webhook(&probe, None);
        let body = webhook.opened(&draft).reader().unwrap();
        webhook.key.sign(&id, 1_614_265_330, body).unwrap()
    };
    let sent = || {
        on("POST /")
            .header("webhook-id", id.clone())
            .header("webhook-timestamp", "1614265330")
            .header("webhook-signature", signature.clone())
            .json(opened())
    };
    let contract = Contract::serve(vec![
        sent().sends(502, b"<html>bad gateway</html>"),
        sent().gives(202, json!({"ticket": {"number": 4711}})),
    ]);
    let webhook = webhook(&contract, Some("/ticket/number"));
    let failure = webhook.create(&draft).unwrap_err();
    assert!(matches!(&failure, Failure::Ambiguous { why } if why.contains("502")), "{failure:?}");
    assert_eq!(webhook.create(&draft).unwrap(), "4711");
}

#[test]
fn files_of_one_content_are_said_by_two_messages() {
    let folder = tempfile::tempdir().unwrap();
    let files = draft(folder.path(), &[("a.log", b"ok"), ("b.log", b"ok")]).files;
    let contract = Contract::serve(vec![]);
    let webhook = webhook(&contract, None);
    let ids = [0, 1, 0].map(|it| webhook.filed("4711", &files[it..=it]).id);
    assert!(ids[0] != ids[1] && ids[0] == ids[2], "{ids:?}");
}

#[test]
fn every_message_is_json_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str, sha: &[u8]| {
        let path = format!("logs/{name}");
        json!({"name": name, "path": path, "bytes": sha.len(), "sha256": sha256(sha), "content": content})
    };
    let all = [file("a.log", "b25l", b"one"), file("b.log", "dHdv", b"two")];
    for count in 0..=2 {
        let files = [("a.log", b"one".as_slice()), ("b.log", b"two".as_slice())];
        let draft = draft(folder.path(), &files[..count]);
        let sent = |kind: &str, mut data: Value| {
            data["files"] = json!(all[..count]);
            on("POST /").json(json!({"type": kind, "data": data}))
        };
        let (body, mark) = ("# Summary\n\nIt failed.", "package 0123456789abcdef");
        let opened = json!({"key": KEY, "subject": "VBR: job failed", "body": body, "mark": mark});
        let contract = Contract::serve(vec![
            on("POST /")
                .header("webhook-id", "tl_ping_1614265330")
                .json(json!({"type": "tierline.ping", "data": {"files": []}})),
            sent("tierline.ticket.opened", opened),
            sent("tierline.ticket.commented", json!({"key": KEY, "ticket": "4711", "body": body, "mark": mark})),
            sent("tierline.ticket.files", json!({"ticket": "4711"})),
        ]);
        let webhook = webhook(&contract, None);
        webhook.probe().unwrap();
        webhook.create(&draft).unwrap();
        webhook.comment("4711", &draft).unwrap();
        webhook.attach("4711", &draft.files).unwrap();
    }
}

#[test]
fn comments_and_files_name_the_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[]);
    let file = super::super::contract::draft(folder.path(), &[("b.zip", b"zip!")]).files;
    let contract = Contract::serve(vec![
        on("POST /")
            .parts(&[r#""type":"tierline.ticket.commented""#, r#""ticket":"4711""#, r#""files":[]}}"#])
            .sends(204, b""),
        on("POST /").parts(&[r#""type":"tierline.ticket.files""#, r#""ticket":"4711""#, r#""content":"emlwIQ==""#]),
    ]);
    let webhook = webhook(&contract, None);
    webhook.comment("4711", &draft).unwrap();
    webhook.attach("4711", &file).unwrap();
}

#[test]
fn success_is_what_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[]);
    // Without a field every 2xx is success, whatever it says.
    let contract = Contract::serve(vec![on("POST /").sends(200, b"thanks")]);
    assert_eq!(webhook(&contract, None).create(&draft).unwrap(), KEY);
    let wrong = [json!("a".repeat(201)), json!("a\u{1b}[2Jb"), json!("a\nb")].map(|it| json!({ "number": it }));
    let wrong = [json!({}), json!({"number": " "}), json!({"number": {}}), json!([1])].into_iter().chain(wrong);
    for answer in wrong {
        let contract = Contract::serve(vec![on("POST /").gives(200, answer)]);
        let failure = webhook(&contract, Some("/number")).create(&draft).unwrap_err();
        refused(&failure, &["`answer_field`"]);
    }
}

#[test]
fn an_error_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[]);
    let told = |status: u16, answer: &[u8]| {
        let contract = Contract::serve(vec![on("POST /").sends(status, answer).with("Retry-After", "9")]);
        webhook(&contract, None).create(&draft).unwrap_err()
    };
    let why = |failure: &Failure, words: &[&str]| words.iter().all(|it| failure.why().contains(it));
    let failure = told(401, br#"{"message": "bad signature"}"#);
    assert!(matches!(failure, Failure::Stopped { .. }) && why(&failure, &["bad signature", "secret", "clock"]));
    let failure = told(410, b"");
    assert!(matches!(failure, Failure::Stopped { .. }) && why(&failure, &["takes no more"]));
    let failure = told(413, b"");
    assert!(matches!(failure, Failure::Refused { .. }) && why(&failure, &["`request_bytes`"]));
    let failure = told(307, b"");
    assert!(matches!(failure, Failure::Refused { .. }) && why(&failure, &["`url`"]));
    let after = Some(Duration::from_secs(9));
    for status in [429, 503] {
        let failure = told(status, b"");
        assert!(matches!(failure, Failure::Busy { after: it, .. } if it == after), "{failure:?}");
    }
}

#[test]
fn what_was_changed_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[("a.log", b"ok")]);
    std::fs::write(folder.path().join("a.log"), "ko").unwrap();
    let contract = Contract::serve(vec![]);
    let failure = webhook(&contract, None).create(&draft).unwrap_err();
    refused(&failure, &["was changed"]);
}

#[test]
fn a_dry_run_shows_everything_but_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let draft = draft(folder.path(), &[("a.log", b"ok")]);
    let contract = Contract::serve(vec![]);
    let webhook = webhook(&contract, None);
    let shown = webhook.dry_run(&draft, std::slice::from_ref(&draft.files));
    for part in [&*webhook.opened(&draft).id, "(2 bytes of logs/a.log in base64)", "tierline.ticket.files", KEY] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("whsec") && !shown.contains("v1,"), "{shown}");
}

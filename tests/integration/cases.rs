//! `tierline case`: from the call to the fix, through a package and its ticket.

use crate::submit::Desk;
use crate::{stdout, text};
use serde_json::Value;
use std::fs;

const CONFIG: &str = "[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n\
    [trackers.veeam]\nkind = \"portal\"\n\
    [calendars.office]\nzone = \"Europe/Berlin\"\nhours = [\"mon-sun 00:00-24:00\"]\n\
    [customers.acme]\ncalendar = \"office\"\nresolve = { high = \"8h\" }\n";

fn case(desk: &Desk, words: &[&str]) -> String {
    let (store, config) = (desk.path("store.db"), desk.path("config.toml"));
    let more = match words[0] {
        "show" | "due" | "refresh" => vec!["--config", text(&config)],
        _ => Vec::new(),
    };
    let output = desk.run(&[&["case"], words, &["--store", text(&store)], &more].concat());
    assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
    stdout(&output).to_owned()
}

fn case_json(desk: &Desk, words: &[&str]) -> Value {
    serde_json::from_str(&case(desk, &[words, &["-o", "json"]].concat())).unwrap()
}

#[test]
fn a_case_goes_from_the_call_to_the_fix() {
    let desk = Desk::new(CONFIG);
    let (bundle, store, config) = (desk.path("case"), desk.path("store.db"), desk.path("config.toml"));
    let open = [
        "open",
        "backups fail",
        "--customer",
        "acme",
        "--by",
        "phone",
        "--severity",
        "high",
        "--contact",
        "Ms Example",
    ];
    assert_eq!(case(&desk, &open), "case 1 is open\n");
    case(&desk, &["set", "1", "--contact", "Mr Example"]);
    case(&desk, &["tried", "1", "turned it off and on again"]);
    let escalate = |customer: &str, out: &str| {
        let out = desk.path(out);
        let words =
            ["escalate", text(&bundle), "--vendor", "veeam", "--contract", "1", "--customer", customer, "--case", "1"];
        let more = ["--out", text(&out), "--override-gate", "late", "--no-progress", "--store", text(&store)];
        desk.run(&[words.as_slice(), &more].concat())
    };
    // Two customers never meet.
    let other = escalate("bolt", "other");
    assert_eq!(other.status.code(), Some(6), "{other:?}");
    assert!(!desk.path("other").exists());
    let made = escalate("acme", "tied");
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let ticket: Value = serde_json::from_slice(&fs::read(desk.path("tied/ticket.json")).unwrap()).unwrap();
    assert_eq!(ticket["tried"][0], "turned it off and on again");
    assert_eq!(ticket["our_severity"], "high");

    // A person opens the case in the vendor's portal: its clock starts.
    let tied = desk.path("tied");
    let words = [
        "submit",
        text(&tied),
        "--to",
        "veeam",
        "--recorded",
        "0815",
        "--config",
        text(&config),
        "--store",
        text(&store),
    ];
    let recorded = desk.run(&words);
    assert_eq!(recorded.status.code(), Some(0), "{recorded:?}");
    let due = case_json(&desk, &["due"]);
    let goals: Vec<_> = due.as_array().unwrap().iter().map(|it| it["goal"].as_str().unwrap()).collect();
    assert_eq!(goals, ["first-response", "solution"], "{due}");
    assert_eq!(due[0]["target_seconds"], 3 * 3600);

    case(&desk, &["note", "1", "send more", "--vendor", "--waits"]);
    assert_eq!(case(&desk, &["due"]), "Nothing is due.\n");
    let shown = case_json(&desk, &["show", "1"]);
    let outlooks: Vec<_> =
        shown["clocks"].as_array().unwrap().iter().map(|it| it["outlook"].as_str().unwrap()).collect();
    assert_eq!(outlooks, ["paused", "met"]);
    case(&desk, &["note", "1", "here it is", "--customer"]);
    case(&desk, &["close", "1", "--fixed-by", "KB1234"]);

    let list = case_json(&desk, &["list"]);
    assert_eq!(list.as_array().unwrap().len(), 1);
    let one = &list[0];
    assert_eq!((&one["id"], &one["customer"], &one["status"]), (&1.into(), &"acme".into(), &"closed".into()));
    assert_eq!(one["bundles"][0]["path"], text(&bundle));
    assert_eq!(one["bundles"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(one["tickets"][0]["ticket"], "0815");
    let told = case(&desk, &["show", "1"]);
    for words in [
        "changed: contact: Ms Example -> Mr Example",
        "vendor: send more",
        "closed: KB1234",
        "customer  solution within 8 h: met",
        "ticket    veeam: 0815",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn the_state_of_tickets_is_read_from_their_tracker() {
    let desk = Desk::new(CONFIG);
    // Without a case the package opens one.
    assert_eq!(desk.submitted("ticket").status.code(), Some(0));
    let told = case(&desk, &["refresh"]);
    assert!(told.starts_with("case 1: desk: ticket "), "{told}");
    let list = case_json(&desk, &["list", "--open"]);
    assert_eq!((&list[0]["origin"], &list[0]["vendor"]), (&"bundle".into(), &"Veeam".into()));
    assert!(list[0]["tickets"][0]["status"].is_string(), "{list}");
    let broken = "[trackers.desk]\nkind = \"fax\"\n[trackers.good]\nkind = \"folder\"\npath = \"drop\"\n";
    fs::write(desk.path("config.toml"), broken).unwrap();
    let (store, config) = (desk.path("store.db"), desk.path("config.toml"));
    let connection = ["--store", text(&store), "--config", text(&config)];
    // One that is described wrongly keeps nobody from the others.
    let checked = desk.run(&[&["trackers", "check"], connection.as_slice()].concat());
    assert_eq!(checked.status.code(), Some(2), "{checked:?}");
    assert!(stdout(&checked).contains("good: folder, can be used"), "{checked:?}");
    let refreshed = desk.run(&[&["case", "refresh"], connection.as_slice()].concat());
    assert_eq!(refreshed.status.code(), Some(1), "{refreshed:?}");
}

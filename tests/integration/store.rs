//! `tierline store`: copies, checks, and what is kept of one customer.

use crate::submit::{Desk, check};
use crate::{stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::process::Output;

/// A store with an upload of each of two customers, and a ticket of one.
fn desk() -> Desk {
    let desk = Desk::new("[trackers.desk]\nkind = \"folder\"\npath = \"drop\"\n");
    for (customer, words) in [("acme", "the zebra has left"), ("bolt", "the walrus has left")] {
        let folder = desk.path("in").join(customer);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("app.log"), format!("2026-01-02 03:04:05 ERROR {words}\n")).unwrap();
    }
    let (root, store) = (desk.path("in"), desk.path("store.db"));
    let words =
        ["watch", text(&root), "--store", text(&store), "--no-builtin", "--no-packs", "--once", "--settle", "0"];
    check(&desk.run(&words), 0, &["2 read"]);
    check(&desk.submitted("ticket"), 0, &["desk: ticket "]);
    desk
}

fn store(desk: &Desk, words: &[&str]) -> Output {
    let store = desk.path("store.db");
    desk.run(&[&["store"], words, &["--store", text(&store)]].concat())
}

#[test]
fn a_copy_is_checked_and_replaced_only_if_that_is_wanted() {
    let desk = desk();
    let copy = desk.path("copy.db");
    check(&store(&desk, &["backup", text(&copy)]), 0, &["bytes, checked"]);
    check(&store(&desk, &["backup", text(&copy)]), 2, &[]);
    check(&store(&desk, &["backup", text(&copy), "--force"]), 0, &[]);
    let checked = desk.run(&["store", "check", "--store", text(&copy)]);
    check(&checked, 0, &["2 customers", "The store is whole."]);
    let none = desk.path("none.db");
    check(&desk.run(&["store", "check", "--store", text(&none)]), 2, &[]);
    assert!(!none.exists(), "no store is made of a mistyped name");
    fs::write(&none, b"no store, ".repeat(500)).unwrap();
    check(&desk.run(&["store", "check", "--store", text(&none)]), 1, &[]);
}

#[test]
fn what_is_kept_of_a_customer_is_written_out_and_erased() {
    let desk = desk();
    let out = desk.path("acme.json");
    let export = || store(&desk, &["export", "--customer", "acme", "--out", text(&out), "--force"]);
    check(&export(), 0, &[]);
    let first = fs::read_to_string(&out).unwrap();
    assert!(!first.contains("walrus") && !first.contains("bolt"), "{first}");
    let value: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&value["schema"], &value["customer"]), (&"tierline.customer/1".into(), &"acme".into()));
    let reports = value["reports"].as_array().unwrap();
    assert_eq!((reports.len(), &reports[0]["report"]["schema"]), (1, &"tierline.report/1".into()));
    assert_eq!(value["tables"]["tickets"].as_array().unwrap().len(), 1);
    check(&export(), 0, &[]);
    assert_eq!(fs::read_to_string(&out).unwrap(), first);
    let printed = store(&desk, &["export", "--customer", "acme", "--out", "-"]);
    assert_eq!(stdout(&printed), first);
    check(&store(&desk, &["export", "--customer", "zebra", "--out", "-"]), 2, &[]);

    let (log, keys) = (desk.path("in/acme/app.log"), desk.path("tierline/customers/acme"));
    let stays = [text(&log), text(&keys), "app.log.tierline"];
    let dry = store(&desk, &["erase", "--customer", "acme", "--dry-run"]);
    check(&dry, 0, &[stays.as_slice(), &["rows would be erased"]].concat());
    let refused = store(&desk, &["erase", "--customer", "acme"]);
    check(&refused, 6, &[]);
    assert!(stderr(&refused).contains("nobody has said yes"), "{refused:?}");
    check(&store(&desk, &["erase", "--customer", "acme", "--yes"]), 0, &stays);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let bytes = fs::read(desk.path(name)).unwrap_or_default();
        for word in ["zebra", "acme", "extent is out of sequence"] {
            assert!(!bytes.windows(word.len()).any(|it| it == word.as_bytes()), "`{word}` is still in {name}");
        }
    }
    check(&store(&desk, &["check"]), 0, &["1 customers", "rows of a customer were erased at"]);
    let listed = desk.run(&["case", "list", "--store", text(&desk.path("store.db"))]);
    check(&listed, 0, &["bolt", "walrus"]);
}

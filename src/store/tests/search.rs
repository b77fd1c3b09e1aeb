//! Findings by words.

use super::findings::{filed, finding, found};
use super::*;

fn search(store: &Store, words: &str) -> Vec<(i64, String)> {
    store.search(words, None, 99).unwrap().into_iter().map(|it| (it.case, it.problem)).collect()
}

#[test]
fn findings_are_found_by_id_title_code_and_message() {
    let (_folder, store) = open();
    let first = filed(&store, "acme", "1", &["acme/app/full", "acme/app/slow"], 10);
    let special =
        Finding { message: "Der Zähler \"x y\" ist 100% Müll*".into(), codes: vec![], ..finding("u1", "low") };
    let second = filed(&store, "bolt", "2", &[], 20);
    store.add_findings(second, &[FoundIn { findings: vec![special], ..found("2", &[]) }], "me", 20).unwrap();
    let both = vec![(first, "acme/app/full".to_owned()), (first, "acme/app/slow".to_owned())];
    let one = vec![(second, "u1".to_owned())];
    assert_eq!(search(&store, "app/full"), both[..1]);
    assert_eq!((search(&store, "0X1"), search(&store, "IS BROKEN 0x2")), (both.clone(), both.clone()));
    for words in ["zähler", "\"x", "100% müll*", "y\"", "u1", "ist u1 mü"] {
        assert_eq!(search(&store, words), one, "{words}");
    }
    for words in ["nothing", "app/full zähler", "full OR zähler", "message:zähler", "0x9", "%", "_"] {
        assert_eq!(search(&store, words), if words == "%" { one.clone() } else { vec![] }, "{words}");
    }
    // Of one customer; the last cases first, and not too many.
    assert_eq!(search(&store, "a.log:7").len(), 3);
    assert_eq!(search(&store, "a.log")[0].0, second);
    assert_eq!(store.search("broken", Some("acme"), 99).unwrap().len(), 2);
    assert_eq!(store.search("broken", Some("cord"), 99).unwrap(), []);
    assert_eq!(store.search("broken", None, 2).unwrap().len(), 2);
    // What is replaced is found no more.
    store.add_findings(first, &[found("1", &["acme/app/slow"])], "me", 30).unwrap();
    assert_eq!(search(&store, "app/full"), []);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn findings_of_an_earlier_format_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let old = Connection::open(&path).unwrap();
    schema::STEPS[..7].iter().for_each(|step| old.execute_batch(step).unwrap());
    old.execute_batch(
        "PRAGMA user_version = 7;
        INSERT INTO customers VALUES (1, 'acme', 5);
        INSERT INTO cases (id, customer, title, status, opened) VALUES (1, 1, 'it broke', 'open', 6);
        INSERT INTO case_bundles VALUES (1, 'ab', '/ab.zip', 6);
        INSERT INTO findings (case_id, sha256, problem, is_known, title, count, codes, message, place)
            VALUES (1, 'ab', 'p', 0, 'the ledger', 1, '', 'out of sequence', 'a.log:1');",
    )
    .unwrap();
    drop(old);
    let store = Store::open(&path).unwrap();
    assert_eq!(search(&store, "sequence"), [(1, "p".to_owned())]);
}

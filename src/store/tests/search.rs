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
fn any_words_are_sought() {
    let (_folder, store) = open();
    let german = Finding { message: "ÄRGER mit Ö: it\0broke".into(), ..finding("u1", "low") };
    let case = filed(&store, "acme", "1", &[], 10);
    store.add_findings(case, &[FoundIn { findings: vec![german], ..found("1", &[]) }], "me", 10).unwrap();
    let one = vec![(case, "u1".to_owned())];
    // Capitals of all letters, in words of any length.
    for words in ["ö", "Ö:", "är", "ärger", "ÄRGER Ö", "it\0broke", "t\0b"] {
        assert_eq!(search(&store, words), one, "{words:?}");
    }
    assert_eq!(search(&store, "\0"), one);
    assert_eq!(search(&store, "no\0thing"), []);
    let many = |word: &str| (0..1000).map(|it| format!("{word}{} ", "a".repeat(it % 7))).collect::<String>();
    assert_eq!(search(&store, &many("xyz")), []);
    assert_eq!(search(&store, &"broke ärger u1 0x1 ".repeat(500)), one);
    assert_eq!(search(&store, &(0..1000).map(|it| format!("{it} ")).collect::<String>()), []);
}

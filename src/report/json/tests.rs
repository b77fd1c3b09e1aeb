use super::*;
use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
use crate::report::hostile;
use crate::signature::Severity;
use proptest::prelude::*;
use serde_json::Value;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|it| it.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// The fields of the contract; more may be there.
#[track_caller]
fn check(value: &Value, fields: &str) {
    let keys = keys(value);
    let missing: Vec<&str> = fields.split_whitespace().filter(|field| !keys.contains(field)).collect();
    assert!(missing.is_empty(), "missing {missing:?} in {keys:?}");
}

#[test]
fn the_fields_of_the_contract_are_there() {
    let known = (signature("acme/rocket/crash", Severity::High), group(2, vec![evidence("a.log", 3, "boom")]));
    let odd = unknown(Level::Error, "odd", group(1, vec![evidence("a.log", 9, "odd")]));
    let mut diagnosis = diagnosis(vec![known], vec![odd]);
    let kind = crate::bundle::ProblemKind::Encrypted;
    diagnosis.problems.push(Problem { file: "b".into(), kind, message: "needs a password".into() });
    diagnosis.catalogues.push(CatalogueInfo { name: "builtin".into(), sha256: "00".into() });
    let report: Value = serde_json::from_str(&json(&diagnosis)).unwrap();
    check(&report, "schema tool inputs facts coverage diagnoses unresolved timeline problems");
    check(&report["tool"], "version signatures catalogues");
    check(&report["tool"]["catalogues"][0], "name sha256");
    check(&report["inputs"][0], "path kind bytes sha256");
    check(&report["coverage"], "files_seen files_examined bytes_seen bytes_examined records first_time last_time");
    let first = &report["diagnoses"][0];
    check(
        first,
        "signature state reason title vendor product component level side severity confidence cause impact fixes
         references count first_time last_time captures caused_by evidence",
    );
    check(&first["fixes"][0], "level audience steps risk verify");
    check(&first["references"][0], "kind id url");
    check(&first["evidence"][0], "file line offset time text before after");
    check(&report["unresolved"][0], "id template level score reasons codes count first_time last_time files evidence");
    check(&report["problems"][0], "file kind message");
    check(&report["timeline"], "clock bucket_seconds buckets sources more_sources gaps clock_steps clock_offsets");
    assert_eq!(report["coverage"]["window"], Value::Null);
    assert_eq!(report["schema"], "tierline.report/1");
    assert_eq!(report["problems"][0]["kind"], "encrypted");
    assert_eq!(first["state"], "match");
    assert_eq!(first["title"], "acme/rocket/crash happened on srv01");
    assert_eq!((&first["reason"], &first["caused_by"]), (&Value::Null, &Value::Null));
    assert_eq!(report["inputs"][0]["sha256"], Value::Null);
}

proptest! {
    #[test]
    fn log_text_is_complete_and_hidden_characters_are_escaped(log in any::<String>(), path in any::<String>()) {
        let json = json(&hostile(&log, &path));
        prop_assert!(!json.chars().any(|c| c != '\n' && is_hidden(c)));
        let report: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(report["unresolved"][0]["evidence"][0]["text"].as_str(), Some(&*log));
        prop_assert_eq!(report["problems"][0]["file"].as_str(), Some(&*path));
    }
}

use super::*;
#[cfg(feature = "server")]
use crate::signature::Catalogue;
#[cfg(feature = "server")]
use crate::workshop::run_examples;

/// Makes a draft and compares the lines of `match:` up to the next field, and the negative example.
#[track_caller]
fn check(record: &str, file: Option<&str>, condition: &str, negative: &str) -> Draft {
    let it = draft(Some("acme/app/it"), &Seen { record, file }, &SignatureSet::default()).unwrap();
    let after = it.yaml.split("match:\n").nth(1).unwrap();
    assert_eq!(after.split("\ncause:").next(), Some(condition), "{}", it.yaml);
    let signature = load_str(&it.id, Path::new("x.yaml"), &it.yaml).unwrap();
    assert_eq!(signature.examples.matching[0].files[0].1.trim_end(), record);
    assert_eq!(signature.examples.not_matching[0].files[0].1.trim_end(), negative);
    it
}

#[test]
fn the_header_is_cut_and_what_varies_is_captured() {
    check(
        "2026-01-02 03:04:05 ERROR cannot write to D:\\data: disk full",
        Some("case.zip!/logs/app-2026-01-02.log.gz"),
        r"  regex: 'cannot write to (?<path>\S+): disk full'",
        "2026-01-02 03:04:05 INFO can write to D:\\data: disk full",
    );
}

#[test]
fn a_message_without_values_is_a_text() {
    check("10:00:00 ERROR it's dead: Jim", None, "  text: 'it''s dead: Jim'", "10:00:00 INFO it's dead: done");
}

#[test]
fn a_stack_trace_is_told_by_its_head_and_its_root() {
    check(
        "2026-01-02 03:04:05 ERROR job 5 died badly\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: pipe 7 broken",
        None,
        "  all:\n    - regex: 'job (?<job>\\d+) died badly'\n    - regex: 'Caused by: java\\.io\\.IOException: pipe \\d+ broken'",
        "2026-01-02 03:04:05 INFO job 5 died done",
    );
}

#[test]
fn records_with_fields_are_told_by_fields() {
    check(
        r#"{"time":"2026-01-02T03:04:05Z","level":"error","provider":"disk","event_id":7,"data":{"param1":"D:"}}"#,
        None,
        "  field: { provider: 'disk', event_id: '7' }",
        r#"{"time":"2026-01-02T03:04:05Z","level":"error","provider":"disk","event_id":8,"data":{"param1":"D:"}}"#,
    );
    check(
        r#"{"level":"error","msg":"payment 17 failed for good"}"#,
        None,
        r"  field: { msg: { regex: 'payment \d+ failed for good' } }",
        r#"{"level":"info","msg":"payment 17 succeeded for good"}"#,
    );
}

#[test]
fn a_file_name_becomes_a_glob() {
    let glob = |file| glob_of(file);
    assert_eq!(glob("case.zip!/logs/Job.Daily.Backup.log").as_deref(), Some("**/Job.Daily.Backup.log"));
    assert_eq!(glob("a/Svc.VeeamBackup.2.log.gz").as_deref(), Some("**/Svc.VeeamBackup.*.log"));
    assert_eq!(glob("app-2026-01-02.log").as_deref(), Some("**/app-*.log"));
    assert_eq!(glob("var/log/messages.3").as_deref(), Some("**/messages"));
    assert_eq!(glob("20260102"), None);
    assert_eq!(glob("-"), None);
}

#[test]
fn what_nothing_can_be_found_by_is_refused() {
    let try_draft = |record, id| draft(id, &Seen { record, file: None }, &SignatureSet::default());
    assert!(matches!(try_draft("  \n", None), Err(DraftError::Empty)));
    assert!(matches!(try_draft("10.0.0.1", None), Err(DraftError::NothingFixed)));
    assert!(matches!(try_draft("disk full", Some("disk-full")), Err(DraftError::Id(_))));
    assert!(matches!(try_draft("disk full", Some("a/b/Disk_Full")), Err(DraftError::Id(_))));
    let event = "[esx.problem.vmfs.resource.corruptondisk] 5fecb7ff-8662d6b5-7732-24b6fde3ff81";
    assert!(try_draft(event, None).unwrap().yaml.contains("resource"));
    assert_eq!(try_draft("The pump 5 of the reactor stopped", None).unwrap().id, "vendor/product/pump-reactor-stopped");
}

#[cfg(feature = "server")]
#[test]
fn a_record_that_is_known_is_told() {
    let catalogue = || {
        let mut catalogue = Catalogue::builtin();
        catalogue.signatures.truncate(40);
        catalogue
    };
    let set = SignatureSet::merge(vec![(catalogue(), false)]);
    let known = set.signatures().first().unwrap();
    let path = sample_path(&set, known);
    let seen = Seen { record: &known.examples.matching[0].files[0].1, file: Some(&path) };
    let it = draft(None, &seen, &set).unwrap();
    assert!(it.claimed_by.contains(&known.id), "{:?}", it.claimed_by);
}

/// The first record of every positive example in the catalogue becomes a draft whose examples behave.
#[cfg(feature = "server")]
#[test]
fn drafts_of_the_whole_catalogue_behave() {
    let set = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    let (mut made, mut refused) = (0, Vec::new());
    for signature in set.signatures().iter().step_by(5) {
        let record = signature.examples.matching[0].files[0].1.lines().next().unwrap();
        match draft(Some("acme/app/it"), &Seen { record, file: None }, &SignatureSet::default()) {
            Ok(it) => {
                let drafted = load_str(&it.id, Path::new("x.yaml"), &it.yaml).unwrap();
                let runs = run_examples(&SignatureSet::new(vec![drafted]));
                assert_eq!(runs.len(), 2);
                assert!(runs.iter().all(|run| run.failure.is_none()), "{record}\n{}", it.yaml);
                made += 1;
            }
            Err(error) => refused.push(format!("{record}: {error}")),
        }
    }
    assert!(made > 100 && refused.len() < made / 300, "{made} made, refused:\n{}", refused.join("\n"));
}

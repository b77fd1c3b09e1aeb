//! Each field of the signature language that decides what matches, with logs on which it fires and on which it must not.
//!
//! One small signature for each; its examples are the proof, run as `signatures test` does. Which fields there are is asked of
//! the loader, so that a new one is missing here. That the search is right on all logs is for the property tests beside it to
//! show; the ways to be inconclusive have their table beside their reasons.

use crate::features::{OF_A_CONDITION, fields};
use crate::folder;
use std::collections::BTreeSet;
use tierline::signature::{Catalogue, SignatureSet};
use tierline::workshop::run_examples;

/// The mapping that a field stands in, the field, and what is different from [`HEAD`]; `@` begins a time.
const CASES: &[(&str, &str, &str)] = &[
    // Where and on what.
    (
        "a scope",
        "files",
        "scope: { files: ['**/job.*.log'] }
match: { text: ledger is lost }
examples:
  match: [{ files: { logs/Job.7.log: '@00:00 ledger is lost' } }]
  no_match: [{ files: { logs/audit.log: '@00:00 ledger is lost' } }]",
    ),
    (
        "a scope",
        "not_files",
        "scope: { not_files: ['**/*.bak.log'] }
match: { text: ledger is lost }
examples:
  match: [{ files: { a.log: '@00:00 ledger is lost' } }]
  no_match: [{ files: { a.bak.log: '@00:00 ledger is lost' } }]",
    ),
    (
        "a scope",
        "versions",
        "scope: { versions: '>=2 <3 || =5.1' }
match: { text: ledger is lost }
examples:
  match: [\"@00:00 App version 2.10\\n@00:01 ledger is lost\", \"@00:00 App version 5.1.0\\n@00:01 ledger is lost\"]
  no_match: [\"@00:00 App version 3.0\\n@00:01 ledger is lost\", \"@00:00 App version 1.9\\n@00:01 ledger is lost\"]",
    ),
    (
        "a scope",
        "fixed_in",
        "scope: { fixed_in: ['2.4', '3.1'] }
match: { text: ledger is lost }
examples:
  match: [\"@00:00 App version 2.3\\n@00:01 ledger is lost\", \"@00:00 App version 3.0\\n@00:01 ledger is lost\"]
  old: [\"@00:00 App version 2.10\\n@00:01 ledger is lost\", \"@00:00 App version 3.1\\n@00:01 ledger is lost\"]",
    ),
    (
        "a scope",
        "version_fact",
        "scope: { versions: '<2', version_fact: acme.engine.version }
match: { text: ledger is lost }
examples:
  match: [\"@00:00 App version 3.0\\n@00:00 Engine version 1.9\\n@00:01 ledger is lost\"]
  no_match: [\"@00:00 App version 1.0\\n@00:00 Engine version 2.0\\n@00:01 ledger is lost\"]",
    ),
    (
        "a scope",
        "os",
        "scope: { os: [windows] }
match: { text: ledger is lost }
examples:
  match: [\"@00:00 System name Windows 11\\n@00:01 ledger is lost\"]
  no_match: [\"@00:00 System name Ubuntu 24.04\\n@00:01 ledger is lost\"]",
    ),
    // One record.
    (
        "a condition",
        "text",
        "match: { text: disk full }
examples: { match: ['@00:00 disk full'], no_match: ['@00:00 Disk full', '@00:00 disk  full'] }",
    ),
    (
        "a condition",
        "nocase",
        "match: { text: disk full, nocase: true }
examples: { match: ['@00:00 DISK Full'], no_match: ['@00:00 DISK is full'] }",
    ),
    (
        "a condition",
        "regex",
        "match: { regex: 'disk [A-Z]: full$' }
examples: { match: ['@00:00 disk D: full'], no_match: ['@00:00 disk d: full', '@00:00 disk D: full again'] }",
    ),
    (
        "a condition",
        "field",
        "match: { field: { provider: disk, event_id: [7, 51] } }
examples:
  match: ['{\"time\":\"2026-01-02T10:00:00Z\",\"provider\":\"disk\",\"event_id\":51}']
  no_match:
    - '{\"time\":\"2026-01-02T10:00:00Z\",\"provider\":\"disk\",\"event_id\":511}'
    - '{\"time\":\"2026-01-02T10:00:00Z\",\"provider\":\"tape\",\"event_id\":7,\"note\":\"disk\"}'",
    ),
    (
        "a condition",
        "any",
        "match: { any: [{ text: disk full }, { text: no space }] }
examples: { match: ['@00:00 disk full', '@00:00 no space'], no_match: ['@00:00 disk has space'] }",
    ),
    (
        "a condition",
        "all",
        "match: { all: [{ text: disk full }, { text: job nightly }] }
examples:
  match: ['@00:00 job nightly: disk full']
  no_match: ['@00:00 disk full', \"@00:00 disk full\\n@00:00 job nightly\"]",
    ),
    (
        "a condition",
        "none",
        "match: { all: [{ text: disk full }, { none: [{ text: again }, { text: later }] }] }
examples: { match: ['@00:00 disk full'], no_match: ['@00:00 disk full, again', '@00:00 disk full, later'] }",
    ),
    (
        "a condition",
        "use",
        "match: { all: [{ use: full }, { text: job }] }
examples: { match: ['@00:00 job: volume full'], no_match: ['@00:00 job: volume', '@00:00 volume full'] }",
    ),
    // Several records.
    (
        "a condition",
        "sequence",
        "match: { sequence: [{ text: node down }, { text: job lost }] }
examples:
  match: [\"@00:00 node down\\n@00:01 job lost\"]
  no_match: [\"@00:00 job lost\\n@00:01 node down\"]",
    ),
    (
        "a condition",
        "within",
        "match: { all: [{ text: node down }, { text: job lost }], within: 1m }
examples:
  match: [\"@00:00 job lost\\n@01:00 node down\"]
  no_match: [\"@00:00 job lost\\n@01:01 node down\"]
  inconclusive: [\"job lost\\nnode down\"]",
    ),
    (
        "a condition",
        "same",
        "match:
  sequence: [{ regex: 'job (?<job>.) began' }, { regex: 'job (?<job>.) lost' }]
  same: [job]
examples:
  match: [\"@00:00 job A began\\n@00:01 job B began\\n@00:02 job A lost\"]
  no_match: [\"@00:00 job A began\\n@00:01 job B lost\"]",
    ),
    (
        "a condition",
        "in",
        "match: { all: [{ text: node down }, { text: job lost }], in: bundle, within: 1m }
examples:
  match: [{ files: { a.log: '@00:00 node down', b.log: '@00:01 job lost' } }]
  no_match: [{ files: { a.log: '@00:00 node down', b.log: '@02:01 job lost' } }]",
    ),
    (
        "a condition",
        "in",
        "match: { all: [{ text: node down }, { text: job lost }], in: file }
examples:
  match: [{ files: { a.log: \"@00:00 node down\\n@00:01 job lost\" } }]
  no_match: [{ files: { a.log: '@00:00 node down', b.log: '@00:01 job lost' } }]",
    ),
    (
        "a condition",
        "count",
        "match: { text: sign-in refused, count: 3, within: 1m }
examples:
  match: [\"@00:00 sign-in refused\\n@00:10 sign-in refused\\n@00:20 sign-in refused\"]
  no_match:
    - \"@00:00 sign-in refused\\n@00:10 sign-in refused\"
    - \"@00:00 sign-in refused\\n@00:40 sign-in refused\\n@01:20 sign-in refused\"",
    ),
    (
        "a condition",
        "unless",
        "match: { sequence: [{ text: node down }, { text: job lost }], unless: [{ text: planned }] }
examples:
  match: [\"@00:00 planned\\n@00:01 node down\\n@00:02 job lost\\n@00:03 planned\"]
  no_match: [\"@00:00 node down\\n@00:01 planned\\n@00:02 job lost\"]",
    ),
    (
        "a condition",
        "absent",
        "match: { text: export begins, absent: [{ text: export ends, within: 1m }] }
examples:
  match: [\"@00:00 export begins\\n@02:00 idle\", \"@00:00 export begins\\n@01:01 export ends\\n@02:00 idle\"]
  no_match: [\"@00:00 export begins\\n@00:30 export ends\\n@02:00 idle\"]
  inconclusive: [\"@00:00 export begins\\n@00:30 idle\"]",
    ),
    (
        "a part",
        "name",
        "match:
  sequence: [{ name: fall, text: node down }, { text: job lost }]
  unless: [{ text: planned, anchor: fall, from: -10s, to: 0s }]
examples:
  match: [\"@00:00 idle\\n@01:00 node down\\n@01:01 planned\\n@01:02 job lost\"]
  no_match: [\"@00:55 planned\\n@01:00 node down\\n@01:02 job lost\"]",
    ),
    (
        "a part",
        "files",
        "match:
  all: [{ text: went offline, files: ['**/disk.log'] }, { text: went offline, files: ['**/mail.log'] }]
  in: bundle
examples:
  match: [{ files: { disk.log: '@00:00 went offline', mail.log: '@00:01 went offline' } }]
  no_match: [{ files: { disk.log: \"@00:00 went offline\\n@00:01 went offline\", other.log: '@00:01 went offline' } }]",
    ),
    (
        "a part",
        "count",
        "match: { sequence: [{ text: node down }, { text: job lost, count: 2 }] }
examples:
  match: [\"@00:00 node down\\n@00:01 job lost\\n@00:02 job lost\"]
  no_match: [\"@00:00 job lost\\n@00:01 node down\\n@00:02 job lost\"]",
    ),
    (
        "an item of `unless`",
        "files",
        "match: { text: node down, unless: [{ text: planned, files: ['**/ops.log'], before: 1m }], in: bundle }
examples:
  match: [{ files: { a.log: \"@00:30 planned\\n@01:00 node down\", ops.log: '@00:00 idle' } }]
  no_match: [{ files: { a.log: '@01:00 node down', ops.log: \"@00:00 idle\\n@00:30 planned\" } }]",
    ),
    (
        "an item of `unless`",
        "anchor",
        "match:
  sequence: [{ text: node down }, { text: node slow }, { text: job lost }]
  unless: [{ text: planned, anchor: 2, from: 0s, to: 10s }]
examples:
  match: [\"@00:00 node down\\n@00:05 planned\\n@01:00 node slow\\n@02:00 job lost\"]
  no_match: [\"@00:00 node down\\n@01:00 node slow\\n@01:05 planned\\n@02:00 job lost\"]",
    ),
    (
        "an item of `unless`",
        "from",
        "match: { text: job lost, unless: [{ text: planned, anchor: last, from: -20s, to: -10s }] }
examples:
  match: [\"@00:00 idle\\n@00:55 planned\\n@01:00 job lost\", \"@00:39 planned\\n@01:00 job lost\"]
  no_match: [\"@00:30 idle\\n@00:45 planned\\n@01:00 job lost\"]",
    ),
    (
        "an item of `unless`",
        "to",
        "match: { text: job lost, unless: [{ text: planned, anchor: last, from: 0s, to: 10s }] }
examples:
  match: [\"@01:00 job lost\\n@01:11 planned\", \"@00:59 planned\\n@01:00 job lost\\n@02:00 idle\"]
  no_match: [\"@01:00 job lost\\n@01:10 planned\"]",
    ),
    (
        "an item of `unless`",
        "after",
        "match: { text: job lost, unless: [{ text: job resumed, after: 1m }] }
examples:
  match: [\"@00:00 job lost\\n@01:01 job resumed\"]
  no_match: [\"@00:00 job lost\\n@01:00 job resumed\"]",
    ),
    (
        "an item of `unless`",
        "before",
        "match: { text: job lost, unless: [{ text: planned, before: 1m }] }
examples:
  match: [\"@00:00 planned\\n@01:01 job lost\"]
  no_match: [\"@00:00 idle\\n@00:01 planned\\n@01:01 job lost\"]",
    ),
    (
        "an item of `absent`",
        "files",
        "match: { text: export begins, absent: [{ text: export ends, files: ['**/out.log'], within: 1m }], in: bundle }
examples:
  match: [{ files: { a.log: \"@00:00 export begins\\n@00:30 export ends\\n@02:00 idle\", out.log: '@02:00 idle' } }]
  no_match: [{ files: { a.log: \"@00:00 export begins\\n@02:00 idle\", out.log: \"@00:30 export ends\\n@02:00 idle\" } }]",
    ),
    (
        "an item of `absent`",
        "anchor",
        "match:
  sequence: [{ text: export begins }, { text: disk busy }]
  absent: [{ text: export ends, anchor: first, within: 1m }]
examples:
  match: [\"@00:00 export begins\\n@00:50 disk busy\\n@01:10 export ends\\n@03:00 idle\"]
  no_match: [\"@00:00 export begins\\n@00:20 export ends\\n@00:50 disk busy\\n@03:00 idle\"]",
    ),
    (
        "an item of `absent`",
        "within",
        "match: { text: export begins, absent: [{ text: export ends, within: 10s }] }
examples:
  match: [\"@00:00 export begins\\n@00:11 export ends\"]
  no_match: [\"@00:00 export begins\\n@00:10 export ends\"]",
    ),
];

const HEAD: &str = "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\n";

const PRODUCT: &str = "vendor: Acme
product: App
files: ['**/*.log']
fragments: { full: { text: volume full } }
facts:
  - name: acme.app.version
    kind: version
    patterns: ['App version (?<value>[0-9.]+)']
    examples: { match: [{ value: '1.2', log: 'App version 1.2' }], no_match: ['App version none'] }
  - name: acme.engine.version
    kind: version
    patterns: ['Engine version (?<value>[0-9.]+)']
    examples: { match: [{ value: '1.2', log: 'Engine version 1.2' }], no_match: ['Engine version none'] }
  - name: os.name
    kind: os
    patterns: ['System name (?<value>.+)']
    examples: { match: [{ value: Windows 11, log: System name Windows 11 }], no_match: [System named] }
";

#[test]
fn each_field_fires_where_it_should_and_nowhere_else() {
    let mut files = vec![("acme/app/_product.yaml".to_owned(), PRODUCT.to_owned())];
    for (number, (_, _, yaml)) in CASES.iter().enumerate() {
        let yaml = format!("{HEAD}{}\n", yaml.replace('@', "2026-01-02 10:"));
        files.push((format!("acme/app/case-{number:02}.yaml"), yaml));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let catalogue = folder(&files);
    let set = SignatureSet::merge(vec![(Catalogue::read(catalogue.path()).unwrap(), true)]);
    assert_eq!(set.errors().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    for (number, (what, field, _)) in CASES.iter().enumerate() {
        let examples = &set.get(&format!("acme/app/case-{number:02}")).unwrap().examples;
        let silent = examples.not_matching.len() + examples.old.len();
        assert!(!examples.matching.is_empty() && silent > 0, "{what}, `{field}` has both kinds of examples");
    }
    let failed = run_examples(&set).into_iter().filter_map(|run| {
        let failure = run.failure?;
        let case = run.id.rsplit('-').next().and_then(|number| CASES.get(number.parse::<usize>().ok()?));
        let (what, field) = case.map_or(("a fact", &*run.id), |(what, field, _)| (*what, *field));
        Some(format!("{what}, `{field}`, {:?} {}: {failure}", run.expectation, run.number))
    });
    assert_eq!(failed.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn each_field_that_decides_has_its_case() {
    let known = fields();
    for what in ["a scope", "a condition", "a part", "an item of `unless`", "an item of `absent`"] {
        let cases: BTreeSet<&str> = CASES.iter().filter(|it| it.0 == what).map(|it| it.1).collect();
        let is_own = |field: &&str| what == "a condition" || cases.contains(field) || !OF_A_CONDITION.contains(field);
        let known: BTreeSet<&str> = known[what].iter().map(String::as_str).filter(is_own).collect();
        assert_eq!(cases, known, "the fields of {what}");
    }
}

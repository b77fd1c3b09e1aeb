//! What the records of several lines mean together: each feature of `match` on logs that fire and logs that must not.

use std::path::Path;
use tierline::bundle::{Bundle, Limits};
use tierline::diagnosis::{Diagnosis, Known};
use tierline::scan::Scanner;
use tierline::signature::{SignatureSet, load_str};
use tierline::triage::{Options, triage, triage_texts};

/// Two lines that most tests begin with.
const JOB: &str = "sequence: [{ regex: 'job (?<job>[A-Z]) started' }, { regex: 'job (?<job>[A-Z]) failed' }]";

fn set(condition: &str) -> SignatureSet {
    let condition = condition.replace('\n', "\n  ");
    let yaml = format!("title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nmatch:\n  {condition}\n");
    SignatureSet::new(vec![load_str("a/b/c", Path::new("c.yaml"), &yaml).unwrap_or_else(|it| panic!("{it:?}"))])
}

fn run(condition: &str, files: &[(&str, &str)]) -> Diagnosis {
    let set = set(condition);
    triage_texts(&Scanner::new(&set), &set, files.iter().copied())
}

/// `match 2 times`, `inconclusive: the records have no times`, or nothing.
fn told(known: Option<&Known>) -> String {
    let Some(known) = known else { return String::new() };
    let reason = known.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{} {}{reason}", known.state.name(), known.group.count)
}

/// Lines of one file, `minute:second text`; the day and the hour are added.
fn log(lines: &str) -> String {
    lines.lines().map(|line| format!("2026-01-02 10:{}\n", line.trim())).collect()
}

#[track_caller]
fn check(condition: &str, lines: &str, expected: &str) {
    check_files(condition, &[("app.log", &log(lines))], expected);
}

#[track_caller]
fn check_files(condition: &str, files: &[(&str, &str)], expected: &str) {
    let diagnosis = run(condition, files);
    assert_eq!(told(diagnosis.known.first()), expected, "{condition}");
}

#[test]
fn a_sequence_holds_in_its_order_only() {
    check(JOB, "00:00 job A started\n05:00 job A failed", "match 1");
    check(JOB, "00:00 job A failed\n05:00 job A started", "");
    check(JOB, "00:00 job A started\n05:00 job A ended", "");
    check(JOB, "00:00 job A started\n00:00 job A failed", "match 1");
    check(JOB, "00:00 job A started\n01:00 job A failed\n02:00 job A started\n03:00 job A failed", "match 2");
    check(JOB, "00:00 job A started\n01:00 job A started\n02:00 job A failed\n03:00 job A failed", "match 1");
}

#[test]
fn the_order_is_that_of_times() {
    check(JOB, "05:00 job A failed\n00:00 job A started", "match 1");
}

#[test]
fn all_holds_in_any_order() {
    let both = "all: [{ text: disk full }, { text: job failed }]\nwithin: 5m";
    check(both, "00:00 disk full\n04:00 job failed", "match 1");
    check(both, "00:00 job failed\n04:00 disk full", "match 1");
    check(both, "00:00 job failed\n05:01 disk full", "");
    check(both, "00:00 job failed\n01:00 job failed", "");
    // One record may be that of two parts.
    check(both, "00:00 job failed: disk full", "match 1");
}

#[test]
fn within_is_from_the_first_record_to_the_last() {
    let short = format!("{JOB}\nwithin: 5m");
    check(&short, "00:00 job A started\n05:00 job A failed", "match 1");
    check(&short, "00:00 job A started\n05:01 job A failed", "");
    check(&short, "00:00 job A started\n03:00 job A started\n07:00 job A failed", "match 1");
}

#[test]
fn a_count_is_a_burst_in_the_window() {
    let burst = "text: refused\ncount: '>=3'\nwithin: 1m";
    check(burst, "00:00 refused\n00:30 refused\n01:00 refused", "match 1");
    check(burst, "00:00 refused\n00:30 refused\n01:01 refused", "");
    check(burst, "00:00 refused\n00:10 refused\n00:20 refused\n00:30 refused\n00:40 refused\n00:50 refused", "match 1");
    check(burst, "00:00 refused\n00:00 refused\n00:00 refused\n05:00 refused\n05:00 refused\n05:00 refused", "match 2");
    check("text: refused\ncount: 2", "00:00 refused\n59:00 refused", "match 1");
    check("text: refused\ncount: 3", "00:00 refused\n59:00 refused", "");
}

#[test]
fn a_part_of_a_sequence_may_have_a_count() {
    let counted = "sequence: [{ text: started }, { text: retry, count: 2 }, { text: gave up }]";
    check(counted, "00:00 started\n00:01 retry\n00:02 retry\n00:03 gave up", "match 1");
    check(counted, "00:00 started\n00:01 retry\n00:03 gave up", "");
    check(counted, "00:00 retry\n00:00 started\n00:01 retry\n00:03 gave up", "");
}

#[test]
fn unless_rules_out_what_has_an_exception() {
    let between = format!("{JOB}\nunless: [{{ text: cancelled }}]");
    check(&between, "00:00 job A started\n01:00 cancelled\n02:00 job A failed", "");
    check(&between, "00:00 cancelled\n00:30 job A started\n02:00 job A failed\n03:00 cancelled", "match 1");
    check(&between, "00:00 job A started\n01:00 cancelled\n01:30 job A started\n02:00 job A failed", "match 1");
    let after = "text: job failed\nunless: [{ text: retry succeeded, after: 10m }]";
    check(after, "00:00 job failed\n09:00 retry succeeded\n30:00 end", "");
    check(after, "00:00 job failed\n11:00 retry succeeded\n30:00 end", "match 1");
    check(after, "00:00 retry succeeded\n00:00 job failed\n30:00 end", "match 1");
    let before = "text: job failed\nunless: [{ text: maintenance begins, before: 20m }]";
    check(before, "00:00 maintenance begins\n19:00 job failed", "");
    check(before, "00:00 maintenance begins\n21:00 job failed", "match 1");
    let anchored = "sequence: [{ name: start, text: job started }, { text: job failed }]\n\
                    unless: [{ text: forced, anchor: start, from: -10s, to: 10s }]";
    check(anchored, "00:00 forced\n00:10 job started\n05:00 job failed", "");
    check(anchored, "00:00 forced\n00:11 job started\n05:00 forced\n05:00 job failed", "match 1");
}

#[test]
fn absent_is_what_never_came() {
    let open = "regex: 'job (?<job>[A-Z]) started'\nsame: [job]\n\
                absent: [{ regex: 'job (?<job>[A-Z]) finished', within: 10m }]";
    check(open, "00:00 job A started\n05:00 job A finished\n30:00 end", "");
    check(open, "00:00 job A started\n05:00 job B finished\n30:00 end", "match 1");
    check(open, "00:00 job A started\n11:00 job A finished\n30:00 end", "match 1");
    check(open, "00:00 job A started\n02:00 end", "inconclusive 1: the log ends 8 min before the window closes");
    check(open, "00:00 job B started\n01:00 job A started\n02:00 job A finished\n30:00 end", "match 1");
}

#[test]
fn same_binds_the_values_of_parts() {
    let bound = format!("{JOB}\nsame: [job]");
    check(&bound, "00:00 job A started\n01:00 job B failed", "");
    check(&bound, "00:00 job A started\n01:00 job B started\n02:00 job A failed\n03:00 job B failed", "match 2");
    let users = "regex: 'user (?<user>.) refused'\ncount: 2\nwithin: 1m\nsame: [user]";
    check(users, "00:00 user A refused\n00:01 user B refused\n00:02 user A refused", "match 1");
    check(users, "00:00 user A refused\n00:01 user B refused\n00:02 user C refused", "");
}

#[test]
fn in_says_where_all_parts_stand() {
    let (first, second) = (log("00:00 job A started"), log("01:00 job A failed"));
    let files = [("a/one.log", first.as_str()), ("a/two.log", second.as_str())];
    check_files(JOB, &files, "");
    check_files(&format!("{JOB}\nin: bundle"), &files, "match 1");
    check_files(&format!("{JOB}\nin: host"), &files, "match 1");
    // A rotated log is one.
    check_files(JOB, &[("app.log.1", &first), ("app.log", &second)], "match 1");
}

#[test]
fn hosts_are_told_apart() {
    let line = |minute: &str, host: &str, text: &str| format!("2026-01-02T10:{minute}:00Z {host} app[1]: {text}\n");
    let condition = format!("{JOB}\nin: host");
    let one = line("00", "srv1", "job A started");
    let (own, other) = (line("01", "srv1", "job A failed"), line("01", "srv2", "job A failed"));
    check_files(&condition, &[("a/x.log", &one), ("b/y.log", &own)], "match 1");
    check_files(&condition, &[("a/x.log", &one), ("b/y.log", &other)], "");
    check_files(&format!("{JOB}\nin: bundle\nsame: [host]"), &[("a/x.log", &one), ("b/y.log", &other)], "");
    check_files(&format!("{JOB}\nin: bundle"), &[("a/x.log", &one), ("b/y.log", &other)], "match 1");
}

#[test]
fn a_part_may_stand_in_files_of_its_own() {
    let condition =
        "sequence: [{ text: started, files: ['**/a.log'] }, { text: failed, files: ['**/b.log'] }]\nin: bundle";
    let (first, second) = (log("00:00 started"), log("01:00 failed"));
    check_files(condition, &[("a.log", &first), ("b.log", &second)], "match 1");
    check_files(condition, &[("b.log", &first), ("a.log", &second)], "");
}

#[test]
fn files_of_what_must_not_be_there() {
    let failed = log("05:00 failed\n30:00 end");
    let unless = "text: failed\nin: bundle\nunless: [{ text: stopped, files: ['**/svc.log'], before: 10m }]";
    let stopped = log("00:00 stopped");
    check_files(unless, &[("app.log", &failed), ("svc.log", &stopped)], "");
    check_files(unless, &[("app.log", &failed), ("other.log", &stopped)], "match 1");
    let absent = "text: failed\nin: bundle\nabsent: [{ text: retried, files: ['**/svc.log'], within: 10m }]";
    let retried = log("06:00 retried");
    check_files(absent, &[("app.log", &failed), ("svc.log", &retried)], "");
    check_files(absent, &[("app.log", &failed), ("other.log", &retried)], "match 1");
}

#[test]
fn what_should_follow_a_part() {
    let of_last = "sequence: [{ name: start, text: started }, { text: failed }]\n\
                   absent: [{ text: seen, within: 10m }]";
    let of_start = of_last.replace("text: seen,", "text: seen, anchor: start,");
    let between = "00:00 started\n02:00 seen\n05:00 failed\n59:00 end";
    check(&of_start, between, "");
    check(of_last, between, "match 1");
    let behind = "00:00 started\n05:00 failed\n12:00 seen\n59:00 end";
    check(&of_start, behind, "match 1");
    check(of_last, behind, "");
}

#[test]
fn without_times_the_order_of_the_file_decides() {
    check_files(JOB, &[("a.log", "job A started\njob A failed\n")], "match 1");
    check_files(JOB, &[("a.log", "job A failed\njob A started\n")], "");
    check_files("all: [{ text: started }, { text: failed }]\nin: file", &[("a.log", "failed\nstarted\n")], "match 1");
    let no_times = "inconclusive 1: the records have no times";
    check_files(&format!("{JOB}\nwithin: 5m"), &[("a.log", "job A started\njob A failed\n")], no_times);
    let across = [("a.log", "job A started\n"), ("b.log", "job A failed\n")];
    check_files(&format!("{JOB}\nin: bundle"), &across, no_times);
    check_files("text: failed\nabsent: [{ text: retried, within: 1h }]", &[("a.log", "failed\n")], no_times);
    check_files("text: failed\nabsent: [{ text: retried, within: 1h }]", &[("a.log", "failed\nretried\n")], "");
}

#[test]
fn records_of_parts_stay_unresolved_unless_the_correlation_holds() {
    let templates = |lines: &str| {
        let diagnosis =
            run("all: [{ text: disk error }, { text: job error }]\nwithin: 1m", &[("app.log", &log(lines))]);
        diagnosis.unresolved.iter().map(|it| it.finding.template.clone()).collect::<Vec<_>>()
    };
    assert_eq!(templates("00:00 ERROR disk error\n30:00 ERROR job error"), ["disk error", "job error"]);
    assert!(templates("00:00 ERROR disk error\n00:30 ERROR job error").is_empty());
    assert_eq!(templates("00:00 ERROR disk error\n00:30 ERROR job error\n40:00 ERROR job error"), ["job error"]);
}

#[test]
fn evidence_and_captures_are_those_of_all_parts() {
    let lines = "00:00 job A started\n05:00 host srv7: job A failed";
    let condition = "sequence: [{ regex: 'job (?<job>.) started' }, { regex: 'host (?<host>\\w+): job . failed' }]";
    let diagnosis = run(condition, &[("app.log", &log(lines))]);
    let group = &diagnosis.known[0].group;
    let texts: Vec<_> = group.evidence.iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(texts, [(1, "2026-01-02 10:00:00 job A started"), (2, "2026-01-02 10:05:00 host srv7: job A failed")]);
    assert_eq!((group.captures["job"].as_str(), group.captures["host"].as_str()), ("A", "srv7"));
    assert_eq!(group.first_time.map(|it| it.to_string()).as_deref(), Some("2026-01-02T10:00:00"));
    assert_eq!(group.last_time.map(|it| it.to_string()).as_deref(), Some("2026-01-02T10:05:00"));
}

#[test]
fn each_way_to_be_inconclusive_says_why() {
    let absent = "text: job failed\nabsent: [{ text: retry succeeded, within: 1h }]";
    check(absent, "00:00 job failed\n20:00 end", "inconclusive 1: the log ends 40 min before the window closes");
    // The beginning of a sequence in a log that was rotated.
    let short = format!("{JOB}\nwithin: 30m");
    let end = log("00:00 begin\n10:00 job A failed");
    let rotated = "inconclusive 1: the log was rotated away before 2026-01-02 10:00:00";
    check_files(&short, &[("app.log.1", &end)], rotated);
    check_files(&short, &[("app.log", &end)], "");
    let late = log("00:00 begin\n31:00 job A failed");
    check_files(&short, &[("app.log.1", &late)], "");
    // Zones of which one is not known.
    let (one, other) = ("2026-01-02T10:00:00Z job A started\n", "2026-01-02 10:05:00 job A failed\n");
    let across = format!("{short}\nin: bundle");
    check_files(&across, &[("a.log", one), ("b.log", other)], "inconclusive 1: the time zone of a log is unknown");
    // A computer that is not known among several.
    let host = |minute: u32, host: &str, text: &str| format!("2026-01-02T10:0{minute}:00Z {host} app[1]: {text}\n");
    let (first, second) = (host(0, "srv1", "begin"), host(0, "srv2", "begin"));
    let files = [
        ("1/a.log", first.as_str()),
        ("2/b.log", &second),
        ("3/c.log", "2026-01-02T10:00:00Z job A started\n2026-01-02T10:01:00Z job A failed\n"),
    ];
    check_files(&format!("{JOB}\nin: host"), &files, "inconclusive 1: the host of the records is unknown");
    // Records without times: see above. More records than are kept:
    let many: String =
        (0..20_000).map(|number| format!("{:02}:{:02} job A started\n", number / 400, number % 60)).collect();
    let many = log(&format!("{many}59:50 job A failed"));
    let found = run(&format!("{JOB}\nwithin: 1s"), &[("app.log", &many)]);
    assert_eq!(told(found.known.first()), "inconclusive 1: too many records to correlate");
}

#[test]
fn an_exception_that_cannot_be_ruled_out_is_said() {
    let after = "text: job failed\nunless: [{ text: retry succeeded, after: 10m }]";
    check(after, "00:00 job failed\n02:30 end", "match 1: the log ends 7.5 min before the window closes");
    let before = "text: job failed\nunless: [{ text: maintenance begins, before: 20m }]";
    let end = log("00:00 begin\n10:00 job failed");
    check_files(before, &[("app.log.1", &end)], "match 1: the log was rotated away before 2026-01-02 10:00:00");
    check_files(before, &[("app.log", &end)], "match 1");
}

/// Some MB in which jobs start, fail and end in many places, in files of two rotated logs.
fn many_jobs() -> Vec<(String, String)> {
    let line = |number: u64| {
        let (minute, second) = (number / 60 % 60, number % 60);
        let time = format!("2026-01-02 {:02}:{minute:02}:{second:02}", number / 3600 % 24);
        let job = char::from(b'A' + (number % 23) as u8);
        match number * 7_919 % 1_000 {
            0..9 => format!("{time} job {job} started\n"),
            9..15 => format!("{time} ERROR job {job} failed with code {number}\n"),
            15..17 => format!("{time} job {job} cancelled\n"),
            _ => format!("{time} INFO step {number} of a job like any other, with some more words in its line\n"),
        }
    };
    let part = |first: u64| (first..first + 20_000).map(line).collect::<String>();
    let files = [("a/app.log.2", 0), ("a/app.log.1", 20_000), ("a/app.log", 40_000), ("b/app.log", 10_000)];
    files.into_iter().map(|(path, first)| (path.to_owned(), part(first))).collect()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let files = many_jobs();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let folder = super::folder(&files);
    let set = set(&format!("{JOB}\nwithin: 10m\nsame: [job]\nunless: [{{ regex: 'job (?<job>.) cancelled' }}]"));
    let told = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bundle = Bundle::open(&[folder.path().to_path_buf()], Limits::default()).unwrap();
        let diagnosis = pool.install(|| triage(&bundle, &set, Options::default()));
        let templates: Vec<_> = diagnosis.unresolved.iter().map(|it| (it.id.clone(), it.finding.group.count)).collect();
        (told(diagnosis.known.first()), format!("{:?}", diagnosis.known[0].group), templates)
    };
    let one = told(1);
    assert!(one.0.starts_with("match ") && one.0 != "match 1", "{}", one.0);
    assert_eq!(told(2), one);
    assert_eq!(told(8), one);
}

#[test]
fn a_part_without_fixed_text_is_told_at_its_place() {
    let more = "fixes: [{level: L1, steps: [s], verify: v}]\nreferences: [{kind: docs, url: 'https://a.b/'}]\n";
    let condition = "match:\n  sequence:\n    - text: job started\n    - regex: '\\d+|\\w+'\n";
    let examples = "examples: {match: [\"job started\\n12\"], no_match: [x]}\n";
    let yaml = format!("title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\n{condition}{more}{examples}");
    let files = [("acme/app/_product.yaml", "vendor: Acme\nproduct: App\n"), ("acme/app/x.yaml", yaml.as_str())];
    let folder = super::folder(&files.map(|(path, text)| (path, text.as_bytes())));
    let output = super::run(&["signatures", "check", super::text(folder.path())]);
    let told = super::stdout(&output).to_owned() + super::stderr(&output);
    assert!(
        told.contains("x.yaml:9:14: error: no text is sure to stand in the record, so there is nothing to search for"),
        "{told}"
    );
}

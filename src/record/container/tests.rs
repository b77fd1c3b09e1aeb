//! Records of wrapped logs are those of the programs, at the places where they are stored.

use super::*;
use crate::record::{ChunkReader, Encoding, Reading};

/// Line number, offset, time, level, component, message and text of the records of a file.
fn records(stored: &[u8]) -> Vec<(u64, u64, String, String, String)> {
    let reading = Reading::of_file("", &stored[..stored.len().min(Reading::HEAD)], None).expect("text");
    assert!(matches!(reading.encoding, Encoding::Container(_)));
    let mut source = stored;
    let mut reader = ChunkReader::new(&mut source, Vec::new(), &reading);
    let (mut all, mut lines) = (Vec::new(), 1);
    while let Some(owned) = reader.next_chunk(None) {
        let chunk = owned.chunk();
        for record in reading.format.records(&chunk) {
            let header = record.header;
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let time = header.time.map_or(String::new(), |time| time.to_string());
            let words = format!("{:?} {}", header.level, header.component.map_or("-".into(), shown));
            all.push((lines + record.line, chunk.file_offset(record.start), time, words, shown(record.message())));
        }
        lines += chunk.text().iter().filter(|&&byte| byte == b'\n').count() as u64;
    }
    all
}

fn docker(second: u32, stream: &str, text: &str) -> String {
    let text = serde_json::to_string(text).unwrap().replace('<', "\\u003c");
    format!("{{\"log\":{text},\"stream\":\"{stream}\",\"time\":\"2026-01-02T03:04:{second:02}.123456789Z\"}}\n")
}

fn cri(second: u32, stream: &str, tag: &str, text: &str) -> String {
    format!("2026-01-02T03:04:{second:02}.123456789Z {stream} {tag} {text}\n")
}

#[track_caller]
fn check(stored: &str, expected: &[(u64, usize, &str, &str, &str)]) {
    let found = records(stored.as_bytes());
    let found: Vec<_> =
        found.iter().map(|it| (it.0, it.1 as usize, it.2.as_str(), it.3.as_str(), it.4.as_str())).collect();
    let lines: Vec<_> = stored.split_inclusive('\n').collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|&(line, _, time, words, text)| {
            let offset = lines[..line as usize - 1].iter().map(|line| line.len()).sum::<usize>();
            (line, offset, time, words, text)
        })
        .collect();
    assert_eq!(found, expected);
}

const ONE: &str = "2026-01-02T03:04:01.123456789Z";
const FIVE: &str = "2026-01-02T03:04:05.123456789Z";

#[test]
fn records_are_those_of_the_program_at_the_times_of_the_runtime() {
    let trace = |wrap: &dyn Fn(u32, &str) -> String| {
        [
            wrap(1, "2026-01-02 05:04:00,999 ERROR [main] a.b.C: \"x\" <failed>"),
            wrap(2, "java.io.IOException: no"),
            wrap(3, "\tat a.b.C.run(C.java:1)"),
            wrap(4, ""),
            wrap(5, "2026-01-02 05:04:05,000 INFO [main] a.b.C: größer"),
        ]
        .concat()
    };
    let message = "\"x\" <failed>\njava.io.IOException: no\n\tat a.b.C.run(C.java:1)";
    let expected = [(1, 0, ONE, "Some(Error) a.b.C", message), (5, 0, FIVE, "Some(Info) a.b.C", "größer")];
    check(&trace(&|second, text| docker(second, "stdout", &format!("{text}\n"))), &expected);
    check(&trace(&|second, text| cri(second, "stdout", "F", text)), &expected);
    check(&trace(&|second, text| docker(second, "stdout", &format!("{text}\r\n"))), &expected);
}

#[test]
fn lines_without_own_time_are_records_with_the_time_of_the_runtime() {
    let log = [
        docker(1, "stdout", "listening on 80\n"),
        docker(5, "stderr", "Traceback (most recent call last):\n"),
        docker(5, "stderr", "  File \"a.py\", line 1\n"),
        docker(5, "stderr", "ValueError: no\n"),
        docker(5, "stderr", "it failed\n"),
    ];
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: no";
    check(
        &log.concat(),
        &[(1, 0, ONE, "None -", "listening on 80"), (2, 0, FIVE, "None -", trace), (5, 0, FIVE, "None -", "it failed")],
    );
    let log =
        [cri(1, "stdout", "F", "starting"), cri(5, "stdout", "F", "ERROR: no"), cri(5, "stdout", "F", "INFO: so")];
    check(
        &log.concat(),
        &[(1, 0, ONE, "None -", "starting"), (2, 0, FIVE, "Some(Error) -", "no"), (3, 0, FIVE, "Some(Info) -", "so")],
    );
}

#[test]
fn parts_of_a_line_are_joined_and_line_numbers_hold() {
    let long = "x".repeat(20_000);
    let log = [
        docker(1, "stdout", &long),
        docker(2, "stdout", &long),
        docker(3, "stdout", "end\n"),
        docker(5, "stdout", "next\n"),
    ];
    let joined = format!("{long}{long}end");
    check(&log.concat(), &[(1, 0, ONE, "None -", &joined), (4, 0, FIVE, "None -", "next")]);
    let log = [cri(1, "stdout", "P", "one, "), cri(2, "stdout", "F", "two"), cri(5, "stderr", "F", "next")];
    check(&log.concat(), &[(1, 0, ONE, "None -", "one, two"), (3, 0, FIVE, "None -", "next")]);
    // Another stream in between: nothing is lost, nothing mixed up.
    let log = [cri(1, "stdout", "P", "one, "), cri(5, "stderr", "F", "err"), cri(5, "stdout", "F", "two")];
    check(
        &log.concat(),
        &[(1, 0, ONE, "None -", "one, "), (2, 0, FIVE, "None -", "err"), (3, 0, FIVE, "None -", "two")],
    );
}

#[test]
fn lines_behind_names_are_records_of_their_programs() {
    let log = "Attaching to db-1, web-1\nweb-1  | 2026-01-02T03:04:01.123456789Z ERROR [main] a.b.C: no\n\
               web-1  |     at a.b.C.run(C.java:1)\ndb-1   |     DETAIL: x\nweb-1  |     at a.b.C.run(C.java:2)\n\
               \u{1b}[36mweb-1  |\u{1b}[0m 2026-01-02T03:04:05.123456789Z INFO so\n";
    check(
        log,
        &[
            (1, 0, "", "None -", "Attaching to db-1, web-1"),
            (2, 0, ONE, "Some(Error) a.b.C", "no\n    at a.b.C.run(C.java:1)"),
            (4, 0, "", "None db-1", "    DETAIL: x"),
            (5, 0, "", "None web-1", "    at a.b.C.run(C.java:2)"),
            (6, 0, FIVE, "Some(Info) web-1", "so"),
        ],
    );
    let log = "[pod/web-1/app] listening\n[pod/web-1/app] WARNING: no\n[pod/db-1/x] WARNING: yes\n";
    check(
        log,
        &[
            (1, 0, "", "None web-1/app", "listening"),
            (2, 0, "", "Some(Warn) web-1/app", "no"),
            (3, 0, "", "Some(Warn) db-1/x", "yes"),
        ],
    );
}

#[test]
fn messages_of_a_journal_that_are_lists_become_strings() {
    let entry = |message: &str| {
        format!(
            "{{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1767323045123456\",\"PRIORITY\":\"3\",\
             \"SYSLOG_IDENTIFIER\":\"app\",\"MESSAGE\":{message},\"_PID\":\"7\"}}\n"
        )
    };
    let time = "2026-01-02T03:04:05.123456Z";
    let log = [entry("\"plain\""), entry("[27,91,109, 34,195,188,10,120]"), entry("[300]"), entry("[]"), entry("[1")];
    let rest = "\",\"_PID\":\"7\"}";
    check(
        &log.concat(),
        &[
            (1, 0, time, "Some(Error) app", &format!("plain{rest}")),
            (2, 0, time, "Some(Error) app", &format!("\u{1b}[m\\\"ü\\nx{rest}")),
            (3, 0, time, "Some(Error) app", log[2].trim_end()),
            (4, 0, time, "Some(Error) app", log[3].trim_end()),
            (5, 0, time, "Some(Error) app", log[4].trim_end()),
        ],
    );
}

#[test]
fn what_is_not_wrapped_is_not_lost() {
    let mut log = docker(1, "stdout", "first\n").repeat(20);
    log.push_str("torn line\n{\"log\":\"cut");
    let found = records(log.as_bytes());
    let all: Vec<&str> = found.iter().map(|record| record.4.as_str()).collect();
    assert!(all.concat().contains("torn line") && all.concat().contains("{\"log\":\"cut"), "{all:?}");
}

#[test]
fn other_logs_are_not_taken_for_wrapped_ones() {
    for text in [
        "{\"log\":\"x\",\"time\":\"2026-01-02T03:04:05Z\"}\n",
        "{\"level\":\"info\",\"msg\":\"stdout\"}\n",
        "2026-01-02T03:04:05.123Z stdout X text\n",
        "2026-01-02 03:04:05 stdout F text\n",
        "2026-01-02T03:04:05.123Z INFO F text\n",
        "info | text\ninfo | text\nerror | text\n",
        "STATUS | wrapper  | text\nINFO   | jvm 1    | text\n",
        "one\ntwo | three\nfour\n",
        "| a | b |\n|---|---|\n",
    ] {
        assert_eq!(Container::guess(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn records_in_containers_do_not_depend_on_chunks() {
    // More than two chunks, with records that reach over many stored lines.
    let log: String = (0..20_000)
        .map(|index| {
            let end = if index % 7 == 0 { "" } else { "\n" };
            let text = if index % 3 == 0 { "   at a.b.C.run(C.java:1)" } else { "INFO it is done" };
            docker(index % 60, "stdout", &format!("{text} {index} {}{end}", "é".repeat(index as usize % 90)))
        })
        .collect();
    let found = records(log.as_bytes());
    assert!(log.len() > 3 << 20 && found.len() > 9000);
    let starts: Vec<usize> =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', log.as_bytes()).map(|at| at + 1)).collect();
    for (line, offset, ..) in found {
        assert_eq!(starts[line as usize - 1], offset as usize);
    }
}

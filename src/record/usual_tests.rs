use super::*;
use crate::record::Reading;
use proptest::prelude::*;

/// Times in one form, of neighbouring days.
fn times() -> impl Strategy<Value = Vec<String>> {
    let shape = proptest::sample::select(vec![
        "Feb {2} {c}",
        "May {2} {c}",
        "Mon Aug {2} {c}",
        "Dec 3{1} {c}.123",
        "2026-02-0{1} {c}",
        "2026-02-0{1} {c},{f}",
        "2026-02-0{1} {c}.{f}",
        "2026-02-0{1}T{c}.{f}Z",
        "2026-02-0{1}T{c}.{f}456+02:00",
        "2026-02-0{1} {c}.{f} UTC",
        "2026-02-0{1} {c}.12",
        "2026-02-0{1}-{c}",
        "2026/02/0{1} {c}",
        "2026.02.0{1} {c}",
        "[0{1}.02.2026 {c}]",
        "[0{1}.02.2026 {c}.{f}]",
        "[0{1}/02/2026 {c}]",
        "[2026-02-0{1} {c}]",
        "(0{1}.02.2026 {c})",
    ]);
    let day = prop_oneof![12 => Just(1_u32), 2 => Just(2), 1 => 0_u32..10];
    let clock = prop_oneof![12 => "1[0-9]:[0-5][0-9]:[0-5][0-9]", 1 => "[0-9]{2}:[0-9]{2}:[0-9]{2}", 1 => "[0-9]:[0-9]{2}:[0-9]{2}"];
    let part = (day, clock, "[0-9]{3}");
    (shape, proptest::collection::vec(part, 1..40)).prop_map(|(shape, parts)| {
        let time = |(day, clock, fraction): &(u32, String, String)| {
            let filled = shape.replace("{1}", &day.to_string()).replace("{2}", &format!("{day:2}"));
            filled.replace("{c}", clock).replace("{f}", fraction)
        };
        parts.iter().map(time).collect()
    })
}

/// What may stand between time and message.
fn header() -> impl Strategy<Value = String> {
    let host = "[a-z]{2,5}[0-9]?|DB1|n-1[.]example|[A-Za-z]{1,3}|am|PM|Z|UTC|CET|EST|AEST|error|Mon|DETAIL|local0|CEF|1|2026|Feb";
    let program =
        "[a-z]{2,8}|CRON|haproxy|kernel|a[.]b|WARN|HINT|JobId|%ASA|sshd|x|mcpd|level=x|syslog|daemon[.]err|info";
    let number = prop_oneof![4 => Just("[12]:"), 2 => Just(":"), 1 => Just(""), 1 => Just("[]:"), 1 => Just("[12]"), 1 => Just(" 12:"), 1 => Just("(a)[1]:")];
    let level =
        "INFO|WARN|ERROR|DEBUG|TRACE|FATAL|ALERT|Info|info|INFO:|ERROR1|INFO\\||NOTICE|E|\\[INFO\\]|<WARN>|CST|PST|LOG";
    let group = prop_oneof![
        3 => Just(""), 3 => Just(" [main]"), 1 => Just(" [worker-12]"), 1 => Just(" [a.b.C]"), 1 => Just(" [12]"), 1 => Just(" [a:b]"),
        1 => Just(" [error]"), 1 => Just(" [a b]"), 1 => Just(" []"), 1 => Just(" [0x0010]"), 1 => Just(" [a1234567]"), 1 => Just(" (3)"),
        1 => Just(" [main] [b]"), 1 => Just(" [main]:"), 1 => Just("  [main]"), 1 => Just("[main]"), 1 => Just(" [main"), 1 => Just(" a.b.C"),
    ];
    let syslog = (host, program, number).prop_map(|(host, program, number)| format!("{host} {program}{number}"));
    let thread = "<[0-9]{1,9}>|<0x1a>|<1[.]4>|<16>|\\[12\\]|<a>|<12>:|12";
    let severity = "Info|Warning|Error|Debug|System|INFO|Note|Err|Error \\(3\\)|Info \\([0-9]\\)|Warning \\(12\\)|Info \\|| \\| ERR \\||x";
    let gap = prop_oneof![6 => Just(" "), 4 => Just("    "), 1 => Just("")];
    let threaded = (thread, gap, severity, "| {1,6}|:|\t", group.clone());
    let threaded =
        threaded.prop_map(|(thread, gap, severity, blanks, group)| format!("{thread}{gap}{severity}{blanks}{group}"));
    let levelled = (level, group).prop_map(|(level, group)| format!("{level}{group}"));
    let gap = prop_oneof![20 => Just(" "), 4 => Just("    "), 1 => Just("  "), 1 => Just(""), 1 => Just("\t"), 1 => Just(" - ")];
    (gap, prop_oneof![syslog, levelled, threaded]).prop_map(|(gap, header)| format!("{gap}{header}"))
}

/// Messages, many of them with something that makes a difference to the header.
fn message() -> impl Strategy<Value = String> {
    let first = "[a-z]{1,9}|[A-Z][a-z]{1,9}|session|checkpoint|error|Error:|ERROR|WARNING|[A-Z]{1,5}|E!|I|a|no|Er\\(11\\)|In\\(1\\)|DEBUG1|\
        ANS1228E|CWWKZ0002W:|level=warn|lvl=\"err\"|severity=info|loglevel=x|%ASA-4-106023:|CEF:0|LEEF:1|date=x|ts=1|id=firewall|may|Mon|\
        Jan|E0105|imap\\(b\\):|pam_unix\\(a:b\\):|at a.B.c\\(D.java:1\\)|Caused by: x|Win32 error:x|Code: 5|File \"a\", line 3|--tr:x|\\.\\.\\. 3 more|#|\\*|##\\[error\\]x|\
        12|10:11:12|2026-01-02|DETAIL:|LOG:|\\(main\\)|\\[a=b\\]|a.b|a-b|local0[.]err|system,error|Event \\[5\\]";
    let rest = prop_oneof![
        6 => "( [a-z0-9]{1,8}){0,12}",
        2 => Just(" Error: x".to_owned()),
        1 => Just(" Warning: it is".to_owned()),
        1 => Just(" 5 10:11:12 x".to_owned()),
        1 => Just("  error   [TOTEM ] x".to_owned()),
        1 => Just(" (main)   warning: x".to_owned()),
        1 => Just(" x y  z".to_owned()),
        1 => Just(" a:  ERROR:  x".to_owned()),
        1 => Just("   DETAIL:  x".to_owned()),
        1 => Just(" %STP-2-X: y".to_owned()),
        1 => Just(" 6.2%) x % %".to_owned()),
        1 => Just(" \"GET / HTTP/1.1\" 502".to_owned()),
        1 => Just(" ERROR: x [ERROR] y".to_owned()),
        1 => Just(": x".to_owned()),
        1 => Just(" - x".to_owned()),
        1 => Just(" | x".to_owned()),
        1 => Just("|x".to_owned()),
        1 => Just("\tx".to_owned()),
        1 => Just(" error : x".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just(" \u{fc}".to_owned()),
    ];
    let gap = prop_oneof![16 => Just(" "), 1 => Just(""), 1 => Just("  "), 1 => Just("\t"), 1 => Just(" - "), 1 => Just(" : "), 1 => Just(" | ")];
    let class = "[a-z]{1,4}([.][a-z]{1,4}){1,3}|com[.]example[.]Orders|o[.]e[.]Web[$]1|a[.]b[.]|mar[.]x|error[.]log|n[.]5|[.]a|no-dots|http[.]Uri";
    let dash = prop_oneof![8 => Just(" - "), 1 => Just(" -"), 1 => Just(" : "), 1 => Just("  - "), 1 => Just(" -- "), 1 => Just(" - - ")];
    let class =
        prop_oneof![2 => Just(String::new()), 1 => (class, dash).prop_map(|(class, dash)| format!("{class}{dash}"))];
    (gap, class, first, rest).prop_map(|(gap, class, first, rest)| format!("{gap}{class}{first}{rest}"))
}

/// Lines of one file.
fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let rest = (header(), message(), proptest::option::weighted(0.1, (any::<proptest::sample::Index>(), any::<u8>())));
    (times(), proptest::collection::vec(rest, 40)).prop_map(|(times, rests)| {
        let lines = times.iter().zip(rests).map(|(time, (header, message, change))| {
            let mut line = format!("{time}{header}{message}").into_bytes();
            if let Some((at, byte)) = change.filter(|(_, byte)| *byte != b'\n') {
                let at = at.index(line.len());
                // Some lines are cut off.
                if byte < 40 { line.truncate(at.max(1)) } else { line[at] = byte }
            }
            line
        });
        lines.collect()
    })
}

fn format_of(lines: &[Vec<u8>]) -> Option<Format> {
    Reading::guess(&lines.join(&b'\n'), Some(1_780_000_000)).map(|reading| reading.format)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn usual_lines_are_what_the_walk_makes_of_them(lines in lines()) {
        let Some(format) = format_of(&lines) else { return Ok(()) };
        let (mut read, mut learnt) = (Usual::default(), Usual::default());
        for line in &lines {
            let shown = String::from_utf8_lossy(line);
            prop_assert_eq!(read.classify(&format, line), format.classify(line), "{}", &shown);
            prop_assert_eq!(learnt.learn(&format, line), format.learn(line), "{}", &shown);
        }
    }

    #[test]
    fn clocks_are_digits_with_colons(text in "[0-9:/;A ]{8}|[0-9]{2}:[0-9]{2}:[0-9]{2}", other in any::<[u8; 8]>()) {
        for text in [text.as_bytes(), &other] {
            let expected = (0..8).all(|at| if at % 3 == 2 { text[at] == b':' } else { text[at].is_ascii_digit() });
            prop_assert_eq!(is_clock(text.first_chunk().expect("eight bytes")), expected);
        }
    }
}

#[test]
fn most_lines_of_usual_logs_take_the_short_way() {
    for (line, other) in [
        (
            "Feb  1 10:11:12 db1 sshd[12]: session opened for user backup",
            "Feb  1 11:00:05 web-07 CRON[123]: Accepted publickey for x",
        ),
        (
            "2026-01-02 10:11:12,345 INFO [main] request for / done",
            "2026-01-02 11:00:05,007 ERROR  [worker-7] cannot reach it",
        ),
        (
            "2026-01-02 10:11:12,345 INFO  [main] com.example.Orders - request for / done",
            "2026-01-02 11:00:05,007 ERROR o.e.Web$1 - Cannot reach it",
        ),
        ("2026-01-02T10:11:12.345Z WARN request for / done", "2026-01-02T11:00:05.456Z DEBUG [a.b.C] Cannot reach it"),
        ("2026-01-02T10:11:12+02:00 db1 sshd[1]: session opened", "2026-01-02T11:12:13+02:00 INFO Cannot reach it"),
        (
            "2026-01-02T10:11:12.345678+02:00 db1 sshd[1]: session opened for a b",
            "2026-01-02T11:12:13.000001+02:00 web-1 CRON: pam_unix(cron:session): session closed",
        ),
        (
            "[02.01.2026 10:11:12] <01> Info     Job has been started",
            "[02.01.2026 11:12:13] <137> Error    [main] It has failed",
        ),
        (
            "[02.01.2026 10:11:12.345]    <01>    Info (3)    Job has been started",
            "[02.01.2026 11:12:13.456]    <137>    Error (1)    [main] It has failed",
        ),
    ] {
        let lines: Vec<_> = (0..20).flat_map(|_| [line, other]).map(|line| line.as_bytes().to_vec()).collect();
        let format = format_of(&lines).expect("text");
        let mut usual = Usual::default();
        for line in &lines[..4] {
            usual.classify(&format, line);
        }
        let taken = lines.iter().filter(|line| matches!(usual.read(&format, line), Tried::Read(_))).count();
        assert_eq!(taken, 40, "{line}");
        // The next day has to be learnt, the one after it too.
        let next = line.replace("Feb  1", "Feb  2").replace("01-02", "01-03").replace("02.01", "03.01").into_bytes();
        assert!(matches!(usual.read(&format, &next), Tried::Unknown));
        for _ in 0..3 {
            assert_eq!(usual.classify(&format, &next), format.classify(&next));
        }
        assert!(matches!(usual.read(&format, &next), Tried::Read(_)), "{line}");
    }
}

#[test]
fn files_without_usual_times_are_hardly_learnt_from() {
    let lines = vec![b"[Fri Jan 02 10:11:12 2026] [info] text".to_vec(); 50];
    let format = format_of(&lines).expect("text");
    let mut usual = Usual::default();
    let due = (0..1000).filter(|_| usual.is_due()).count();
    assert!((10..40).contains(&due), "{due}");
    lines.iter().for_each(|line| assert_eq!(usual.classify(&format, line), format.classify(line)));
}

#[test]
fn behind_a_class_the_walk_says_what_a_word_with_a_colon_is() {
    let lines: Vec<_> = ["LOG: error : x", "LOG: x", "Error: x", "started in 5 s"]
        .map(|text| format!("2026-02-01T10:00:00.000Z ERROR  [main] com.example.Orders - {text}").into_bytes())
        .into();
    let format = format_of(&lines).expect("text");
    let mut usual = Usual::default();
    for line in lines.iter().cycle().take(12) {
        assert_eq!(usual.classify(&format, line), format.classify(line), "{}", String::from_utf8_lossy(line));
    }
}

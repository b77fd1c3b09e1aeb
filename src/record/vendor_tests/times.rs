//! When records were written, where a line alone does not tell.

use super::*;

#[test]
fn the_level_on_the_next_line_is_that_of_the_record() {
    records(
        "catalina.out",
        b"Jan 05, 2026 10:11:12 AM org.apache.catalina.startup.Catalina start\nSEVERE: Failed to start\njava.io.IOException: x\n\tat a.b.C.d(C.java:1)\nJan 05, 2026 10:11:13 AM org.apache.catalina.core.X y\nINFO: ok\n",
        &[
            (4, "2026-01-05T10:11:12", ERROR, "org.apache.catalina.startup.Catalina", "Failed to start\njava.io.IOException: x\n\tat a.b.C.d(C.java:1)"),
            (2, "2026-01-05T10:11:13", INFO, "org.apache.catalina.core.X", "ok"),
        ],
    );
    records(
        "amLog",
        b"amLog:06/09/2014 04:08:22:515 PM UTC: Thread[http-80-8,5,main]\nERROR: unable to locate message\n",
        &[(2, "2014-06-09T16:08:22.515Z", ERROR, "amLog", "unable to locate message")],
    );
}

#[test]
fn times_on_a_line_of_their_own_begin_records() {
    fold(
        "2026-01-05T10:11:12.345678+01:00\nErrors in file /u01/x.trc:\nORA-00600: internal error code\n2026-01-05T10:11:13.345678+01:00\nThread 1 advanced to log sequence 124 (LGWR switch)\n  Current log# 1 seq# 124 mem# 0: /u01/redo01.log\n",
        &[("2026-01-05T10:11:12.345678+01:00", 3), ("2026-01-05T10:11:13.345678+01:00", 3)],
    );
    fold(
        "\nLog started: 2026-01-05  10:11:12\nSelecting previously unselected package x.\ndpkg: error processing package x (--configure):\nLog ended: 2026-01-05  10:11:14\n",
        &[("Log started: 2026-01-05  10:11:12", 3), ("Log ended: 2026-01-05  10:11:14", 1)],
    );
    fold("#1767607872\nls -l\n#1767607873\ncd /\n", &[("#1767607872", 2), ("#1767607873", 2)]);
}

#[test]
fn seconds_since_boot_are_moments_where_the_log_says_when_that_was() {
    let log = |line: &str| {
        format!(
            "[    0.000000] Linux version 5.14.0 (gcc) #1 SMP Thu Jan  1 10:00:00 UTC 2026\n{line}\n[  100.000000] EXT4-fs error\n"
        )
    };
    let last = |line: &str| times("dmesg", &log(line), Some(MODIFIED)).pop();
    for line in [
        "[    0.500000] rtc_cmos 00:04: setting system clock to 2026-01-05T10:11:12 UTC (1767607872)",
        "[    0.500000] audit: type=2000 audit(1767607872.000:1): state=initialized audit_enabled=0 res=1",
        "[    0.500000] PM: RTC time: 10:11:12, date: 2026-01-05",
        "[    0.500000] RTC time: 10:11:12, date: 01/05/26",
    ] {
        assert_eq!(last(line).as_deref(), Some("2026-01-05T10:12:51.500000Z"), "{line}");
    }
    assert_eq!(last("[    0.500000] audit: initializing"), None);
    let remark = |line: &str| Reading::guess(log(line).as_bytes(), None).and_then(|reading| reading.format.remark());
    assert_eq!(
        remark("[    0.500000] PM: RTC time: 10:11:12, date: 2026-01-05"),
        Some("times from seconds since boot")
    );
    assert_eq!(remark("[    0.500000] x"), Some("seconds since boot, nothing says when that was"));
}

#[test]
fn a_copied_file_has_the_years_that_it_shows() {
    let copied = Some(MODIFIED);
    let check = |text: &str, expected: &[&str]| assert_eq!(times("messages", text, copied), expected, "{text}");
    // The last change alone: the latest year that is not after it, also over New Year.
    check("Dec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: y\n", &["2025-12-31T23:59:59", "2026-01-01T00:00:01"]);
    // 30 December was a Monday in 2024.
    check(
        "Mon Dec 30 10:11:12 h a: x\nTue Dec 31 23:59:59 h a: x\nWed Jan  1 00:00:01 h a: y\n",
        &["2024-12-30T10:11:12", "2024-12-31T23:59:59", "2025-01-01T00:00:01"],
    );
    // A message repeats its moment with the year.
    check(
        "Dec 30 10:11:12 h a: x\nDec 31 23:59:59 h ftpd: connection at Sun Dec 31 23:59:58 2023\nJan  1 00:00:01 h a: y\n",
        &["2023-12-30T10:11:12", "2023-12-31T23:59:59", "2024-01-01T00:00:01"],
    );
    // Another header has a whole date.
    check(
        "2023-12-31 23:00:00 start\nDec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: y\n",
        &["2023-12-31T23:00:00", "2023-12-31T23:59:59", "2024-01-01T00:00:01"],
    );
    // Dates of other things show nothing.
    check("Jan  5 10:11:12 h a: certificate valid until Jan  5 10:11:12 2016 GMT\n", &["2026-01-05T10:11:12"]);
    check("Jan  5 10:11:12 h a: built 2019-07-01 08:00:00\n", &["2026-01-05T10:11:12"]);
    // A day of the week that fits needs no other year: 5 January 2026 is a Monday.
    check("Mon Jan  5 10:11:12 h a: x\n", &["2026-01-05T10:11:12"]);
}

#[test]
fn the_order_of_day_and_month_may_show_far_behind_the_head() {
    let quiet: String =
        (0..4000).map(|index| format!("05/04/2026 10:{:02}:{:02} a\n", index / 60 % 60, index % 60)).collect();
    assert!(quiet.len() > Reading::HEAD);
    let first = |text: &str| times("x", text, None).into_iter().next();
    assert_eq!(first(&quiet).as_deref(), Some("2026-05-04T10:00:00"));
    let later: String =
        (0..4000).map(|index| format!("13/04/2026 10:{:02}:{:02} a\n", index / 60 % 60, index % 60)).collect();
    assert_eq!(first(&(quiet.clone() + &later)).as_deref(), Some("2026-04-05T10:00:00"));
    // A file that shows only days which cannot be months.
    let text = "13/04/2026 10:00:00 a\n14/04/2026 10:00:00 b\n03/05/2026 10:00:00 c\n";
    assert_eq!(times("x", text, Some(MODIFIED)).last().map(String::as_str), Some("2026-05-03T10:00:00"));
    // Nothing in the file decides, but it was last written on that day.
    assert_eq!(times("x", "05/04/2026 10:00:00 a\n", Some(1_775_390_400)), ["2026-04-05T10:00:00"]);
    assert_eq!(times("x", "05/04/2026 10:00:00 a\n", Some(1_777_896_000)), ["2026-05-04T10:00:00"]);
}

#[test]
fn values_of_fields_are_no_times_of_records() {
    let list = "[\n  {\"time\":\"2026-01-05T10:11:12Z\",\"level\":\"error\"},\n  {\"time\":\"2026-01-05T10:11:13Z\",\"level\":\"info\"}\n]\n";
    assert_eq!(times("x", list, None), ["2026-01-05T10:11:12Z", "2026-01-05T10:11:13Z"]);
    for text in [
        "{\n    \"apiVersion\": \"v1\",\n    \"creationTimestamp\": \"2026-01-05T10:11:12Z\",\n    \"times\": [\n        \"2036-01-05T10:11:12Z\",\n        \"2036-01-05T10:11:13Z\"\n    ]\n}\n",
        "apiVersion: v1\nitems:\n- metadata:\n    creationTimestamp: \"2026-01-05T10:11:12Z\"\n  status:\n    notAfter: 2036-01-05T10:11:12Z\n",
        "creationTimestamp: 2026-01-05T10:11:12Z\nlastTransitionTime: 2026-01-05T10:11:12Z\n",
        "subject=CN=x\nnotBefore=Jan  5 10:11:12 2016 GMT\nnotAfter=Jan  5 10:11:12 2036 GMT\n",
        "Certificate:\n        Not Before: Jan  5 10:11:12 2026 GMT\n        Not After : Jan  5 10:11:12 2036 GMT\n",
        "total 12\n-rw-r--r-- 1 root root 1234 2026-01-05 10:11:12.345678901 +0100 a\ndrwxr-xr-x 1 root root 1234 2026-01-05 10:11:12.345678901 +0100 b\n",
    ] {
        assert_eq!(times("x", text, Some(MODIFIED)), [""; 0], "{text}");
    }
}

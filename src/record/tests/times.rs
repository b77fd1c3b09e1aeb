//! Times of all shapes, levels beside them, and what completes them.

use super::{DEBUG, ERROR, FATAL, INFO, MODIFIED, NONE, TRACE, WARN, check};
use crate::record::Reading;
use crate::record::format::Format;

#[test]
fn iso_dates_with_every_fraction_and_zone() {
    for (time, expected) in [
        ("2026-01-05T10:11:12Z", "2026-01-05T10:11:12Z"),
        ("2026-01-05 10:11:12,345", "2026-01-05T10:11:12.345"),
        ("2026-01-05 10:11:12:345", "2026-01-05T10:11:12.345"),
        ("2026-01-05_10:11:12.345678 +0130", "2026-01-05T10:11:12.345678+01:30"),
        ("2026-01-05T10:11:12.123456789-07:00", "2026-01-05T10:11:12.123456789-07:00"),
        ("2026-01-05 10:11:12.5 UTC", "2026-01-05T10:11:12.500Z"),
        ("2026-01-05 10:11:12+02", "2026-01-05T10:11:12+02:00"),
        ("2026-01-05 10:11:12 CEST", "2026-01-05T10:11:12+02:00"),
        ("2026-01-05 10:11:12 IST", "2026-01-05T10:11:12"),
        ("2026-01-05T10:11:60Z", "2026-01-05T10:11:59Z"),
        ("2026/1/5 9:11:12", "2026-01-05T09:11:12"),
        ("2026-Jan-05 10:11:12", "2026-01-05T10:11:12"),
        ("2026-01-05T02:11:12 PM UTC", "2026-01-05T14:11:12Z"),
        ("20260105T101112Z", "2026-01-05T10:11:12Z"),
        ("20260105-10:11:12:7", "2026-01-05T10:11:12.007"),
        ("20260105101112345", "2026-01-05T10:11:12.345"),
        ("260105  9:11:12", "2026-01-05T09:11:12"),
        ("260105 101112", "2026-01-05T10:11:12"),
        ("26/01/05 10:11:12", "2026-01-05T10:11:12"),
        ("05/Jan/2026:10:11:12 -0700", "2026-01-05T10:11:12-07:00"),
        ("05-Jan-2026 10:11:12.345", "2026-01-05T10:11:12.345"),
        ("05-JAN-26 10:11:12", "2026-01-05T10:11:12"),
        ("Mon Jan  5 10:11:12.123456 2026", "2026-01-05T10:11:12.123456"),
        ("Mon Jan  5 10:11:12 UTC 2026", "2026-01-05T10:11:12Z"),
        ("Mon, 05 Jan 2026 10:11:12 GMT", "2026-01-05T10:11:12Z"),
        ("Jan 5, 2026 3:11:12 PM", "2026-01-05T15:11:12"),
        ("Jan  5 2026 10:11:12", "2026-01-05T10:11:12"),
        ("Jan  5 10:11:12.345", "2026-01-05T10:11:12.345"),
        ("January 5, 2026 10:11:12", "2026-01-05T10:11:12"),
        ("01-05 10:11:12.345", "2026-01-05T10:11:12.345"),
        ("1/15/2026 12:11:12 AM", "2026-01-15T00:11:12"),
        ("15/1/2026 12:11:12", "2026-01-15T12:11:12"),
        ("1767607872", "2026-01-05T10:11:12Z"),
        ("1767607872.345", "2026-01-05T10:11:12.345Z"),
        ("1767607872345", "2026-01-05T10:11:12.345Z"),
        ("1767607872345678", "2026-01-05T10:11:12.345678Z"),
        ("1767607872345678901", "2026-01-05T10:11:12.345678901Z"),
    ] {
        check(&format!("{time} ERROR it failed"), expected, ERROR, "", "it failed");
        check(&format!("[{time}] [WARN] it is slow"), expected, WARN, "", "it is slow");
    }
}

#[test]
fn texts_that_are_no_times_are_no_headers() {
    for line in [
        "2026-02-31 10:11:12 x",
        "2026-01-05 25:11:12 x",
        "2026-01-05 10:61:12 x",
        "12345678 bytes copied",
        "1767607872",
        "10.5.2.3 is not reachable",
        "Marching on 10:11:12 x",
        "Jan 32 10:11:12 x",
        "E9999 10:11:12.000000 x",
        "1:2:3 go",
        "0:00:00:05.123 cpu0:1)boot",
        "-rw-r--r-- 1 root root 1234 2026-01-05 10:11:12.345678901 +0100 a.log",
        "notAfter=Jan  5 10:11:12 2036 GMT",
        "Certificate is valid until 2036-01-05 10:11:12",
    ] {
        assert_eq!(Format::guess(line.as_bytes(), None).header(line.as_bytes()), None, "{line}");
    }
}

#[test]
fn syslog_old_and_new() {
    check(
        "Jan  5 10:11:12 db1 sshd(pam_unix)[19939]: authentication failure",
        "2026-01-05T10:11:12",
        NONE,
        "sshd",
        "authentication failure",
    );
    check(
        "Dec 31 10:11:12 db1 kernel: [ 12.345678] eth0: link down",
        "2025-12-31T10:11:12",
        NONE,
        "kernel",
        "[ 12.345678] eth0: link down",
    );
    check(
        "Jan  5 10:11:12 db1 last message repeated 3 times",
        "2026-01-05T10:11:12",
        NONE,
        "",
        "db1 last message repeated 3 times",
    );
    check("<131>Jan  5 10:11:12 db1 app[7]: it failed", "2026-01-05T10:11:12", ERROR, "app", "it failed");
    check("<13>app: started", "", INFO, "", "app: started");
    check("<6>[   12.345678] usb 1-1: new device", "", INFO, "", "usb 1-1: new device");
    check("Jan  5 10:11:12 gw daemon.err mcad: no answer", "2026-01-05T10:11:12", ERROR, "mcad", "no answer");
    check("Jan  5 10:11:12 db1 app[7]: ERROR no answer", "2026-01-05T10:11:12", ERROR, "app", "no answer");
    check("Jan  5 10:11:12 db1 app[7]: error: no answer", "2026-01-05T10:11:12", ERROR, "app", "error: no answer");
    check(
        "<165>1 2026-01-05T10:11:12.003Z host app 8710 ID47 [ex@32473 iut=\"3\" e=\"a]b\"] \u{feff}text",
        "2026-01-05T10:11:12.003Z",
        INFO,
        "app",
        "text",
    );
    check("<34>1 - - - - - - text", "", FATAL, "", "text");
    check(
        "2026-01-05T10:11:12.345678+02:00 db1 systemd[1]: Started x.",
        "2026-01-05T10:11:12.345678+02:00",
        NONE,
        "systemd",
        "Started x.",
    );
}

#[test]
fn trace_words_and_letters() {
    check(
        "2026-01-05T10:11:12Z verbose vpxd[12] [Originator@1 sub=x] text",
        "2026-01-05T10:11:12Z",
        TRACE,
        "vpxd",
        "text",
    );
    check("2026-01-05T10:11:12Z D t0 poll.cc:47 detach", "2026-01-05T10:11:12Z", DEBUG, "", "t0 poll.cc:47 detach");
    check(
        "(2026-01-05  8:11:12): [pam] [sss_process_init] (0x0010): no backend",
        "2026-01-05T08:11:12",
        FATAL,
        "pam",
        "no backend",
    );
}

#[test]
fn order_of_day_and_month_is_that_of_the_file() {
    let time = |text: &str, line: &str| {
        let format = Format::guess(text.as_bytes(), Some(MODIFIED));
        format.header(line.as_bytes()).and_then(|header| header.time).map(|time| time.to_string())
    };
    let day_first = "05/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n";
    assert_eq!(time(day_first, "06/04/2026 10:00:00 c").as_deref(), Some("2026-04-06T10:00:00"));
    let month_first = "04/05/2026 10:00:00 a\n04/13/2026 10:00:00 b\n";
    assert_eq!(time(month_first, "04/06/2026 10:00:00 c").as_deref(), Some("2026-04-06T10:00:00"));
    // Consecutive days: only one order keeps them together.
    let close = "03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n05/04/2026 10:00:00 c\n";
    assert_eq!(time(close, "06/04/2026 10:00:00 c").as_deref(), Some("2026-04-06T10:00:00"));
    // As month first, it would be after the file's last change.
    assert_eq!(time("04/12/2025 10:00:00 a\n", "04/12/2025 10:00:00 a").as_deref(), Some("2025-04-12T10:00:00"));
    assert_eq!(time("05/08/2026 10:00:00 a\n", "05/08/2026 10:00:00 a").as_deref(), Some("2026-05-08T10:00:00"));
}

#[test]
fn a_day_in_the_name_completes_times() {
    let time = |path: &str, line: &str| {
        let reading = Reading::of_file(path, line.as_bytes(), Some(MODIFIED)).expect("text");
        let time = reading.format.header(line.as_bytes()).and_then(|header| header.time).expect("a time");
        assert!(time.assumed());
        time.to_string()
    };
    assert_eq!(time("Helper_18.02.2026.log", "2:25:06 PM    224  WARN  late"), "2026-02-18T14:25:06");
    assert_eq!(time("Helper.log", "2:25:06 PM    224  WARN  late"), "2026-05-28T14:25:06");
    assert_eq!(time("a.zip!/messages-20250118", "Jan 18 10:11:12 db1 app[7]: x"), "2025-01-18T10:11:12");
    assert_eq!(time("a.zip!/messages-20250118", "Dec 31 10:11:12 db1 app[7]: x"), "2024-12-31T10:11:12");
    assert_eq!(time("valid-until-20991231.log", "Jan 18 10:11:12 db1 app[7]: x"), "2026-01-18T10:11:12");
}

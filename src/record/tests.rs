//! One or more lines of every format, made up by us: what the header says and where the message begins.

use super::format::Format;
use super::{Chunk, Encoding, Level, Reading};
use proptest::prelude::*;

pub(super) const MODIFIED: i64 = 1_780_000_000; // 2026-05-28T20:26:40Z

/// Checks the header of a file that consists of this line.
#[track_caller]
pub(super) fn check(line: &str, time: &str, level: Option<Level>, component: &str, message: &str) {
    let format = Format::guess(line.as_bytes(), Some(MODIFIED));
    let header = format.header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
    let have = (
        header.time.map(|time| time.to_string()).unwrap_or_default(),
        header.level,
        header.component.map(|it| String::from_utf8_lossy(it).into_owned()).unwrap_or_default(),
        &line[header.message..],
    );
    assert_eq!(have, (time.to_owned(), level, component.to_owned(), message), "{} {line}", format.name());
    super::layout_tests::check_many(line.as_bytes());
}

/// Checks the first lines and line counts of the records of a text.
#[track_caller]
pub(super) fn fold(text: &str, expected: &[(&str, u64)]) {
    let reading = Reading::guess(text.as_bytes(), Some(MODIFIED)).expect("text");
    let chunk =
        Chunk { buffer: text.as_bytes(), start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
    let records: Vec<_> = reading.format.records(&chunk).collect();
    let firsts: Vec<_> = records
        .iter()
        .map(|record| {
            (std::str::from_utf8(record.text).expect("UTF-8").lines().next().unwrap_or_default(), record.lines)
        })
        .collect();
    assert_eq!(firsts, expected);
}

pub(super) const NONE: Option<Level> = None;
pub(super) const TRACE: Option<Level> = Some(Level::Trace);
pub(super) const DEBUG: Option<Level> = Some(Level::Debug);
pub(super) const INFO: Option<Level> = Some(Level::Info);
pub(super) const WARN: Option<Level> = Some(Level::Warn);
pub(super) const ERROR: Option<Level> = Some(Level::Error);
pub(super) const FATAL: Option<Level> = Some(Level::Fatal);

#[test]
fn veeam_services_jobs_and_agents() {
    check(
        "[05.01.2026 10:11:12] <01> Error    Cannot reach the share",
        "2026-01-05T10:11:12",
        ERROR,
        "",
        "Cannot reach the share",
    );
    check(
        "[05.01.2026 9:01:02.123]    <17>    Error (3)    Failed to open disk",
        "2026-01-05T09:01:02.123",
        ERROR,
        "",
        "Failed to open disk",
    );
    check(
        "[13.01.2026 10:11:12.345] <  724> vdl| [vddk] opening",
        "2026-01-13T10:11:12.345",
        NONE,
        "vdl",
        "[vddk] opening",
    );
    check(
        "[13.01.2026 10:11:12.345] <140385919329856> prtcl    | ERR |connection lost",
        "2026-01-13T10:11:12.345",
        ERROR,
        "prtcl",
        "connection lost",
    );
    check(
        "[13.01.2026 10:11:12.345] <140385919329856> cli | WARN|slow disk",
        "2026-01-13T10:11:12.345",
        WARN,
        "cli",
        "slow disk",
    );
    check(
        "[13.01.2026 10:11:12.345] <  724> vdl      | [vddk] 2026-01-13T10:11:12.344+01:00 warning -[00724] [Originator@6876 sub=transport] slow disk",
        "2026-01-13T10:11:12.345",
        WARN,
        "vdl",
        "slow disk",
    );
    check(
        "[13.01.2026 10:11:12.345] <  724> vdl      | [vddk] 2026-01-13T10:11:12.344+01:00 opened",
        "2026-01-13T10:11:12.345",
        INFO,
        "vdl",
        "opened",
    );
    check(
        "[13.01.2026 10:11:12.345] <  724> cli      | Process start, last error: none",
        "2026-01-13T10:11:12.345",
        INFO,
        "cli",
        "Process start, last error: none",
    );
    check(
        "[13.01.2026 10:11:12.345] <140385919329856> lpbcore  | Job failed over",
        "2026-01-13T10:11:12.345",
        INFO,
        "lpbcore",
        "Job failed over",
    );
    check(
        "18.01.2026 19:48:01 :: Processing vm7 Warning: Error: is a word here",
        "2026-01-18T19:48:01",
        WARN,
        "",
        "Processing vm7 Warning: Error: is a word here",
    );
    check("18.01.2026 19:48:01 :: Queued", "2026-01-18T19:48:01", NONE, "", "Queued");
    check(
        "18.01.2026 19:48:01 :: Processing vm7 Error: no access",
        "2026-01-18T19:48:01",
        ERROR,
        "",
        "Processing vm7 Error: no access",
    );
    check("2:25:06 PM    224  WARN      Snapshot is late", "2026-05-28T14:25:06", WARN, "", "Snapshot is late");
    check("6/22/2025 1:12:46 AM   4640  INFO   Freeze", "2025-06-22T01:12:46", INFO, "", "Freeze");
    check(
        "[12345.678901] veeamsnap:tracker    | ERR | Failed to attach",
        "",
        ERROR,
        "veeamsnap:tracker",
        "Failed to attach",
    );
    check(
        r#"<11>1 2026-01-05T10:11:12.345678+02:00 VBR01 Veeam_MP - - [origin enterpriseId="31023"] [categoryId=0 instanceId=190 Description="Job "a" failed"]"#,
        "2026-01-05T10:11:12.345678+02:00",
        ERROR,
        "Veeam_MP",
        r#"[categoryId=0 instanceId=190 Description="Job "a" failed"]"#,
    );
}

#[test]
fn pulse_secure_gateway_and_clients() {
    check(
        "2026-01-05 10:11:12 - gw1 - [10.0.0.9] Root::bob(Staff)[Role A, Role B][] - Login failed",
        "2026-01-05T10:11:12",
        NONE,
        "",
        "Login failed",
    );
    check(
        "Jan  5 10:11:12 gw1 PulseSecure: - - - 2026-01-05 10:11:12 - gw1 - [10.0.0.9] Root::bob(Staff)[] - Login failed",
        "2026-01-05T10:11:12",
        NONE,
        "PulseSecure",
        "Login failed",
    );
    check(
        "<132>1 2026-01-05T10:11:12+02:00 gw1 PulseSecure: - - - id=firewall time=\"2026-01-05 10:11:12\" pri=2 fw=10.0.0.1 vpn=gw1 user=a b realm=\"\" msg=\"SYS10001: disk full\"",
        "2026-01-05T10:11:12+02:00",
        ERROR,
        "PulseSecure",
        "SYS10001: disk full\"",
    );
    check(
        "id=firewall time=\"2026-01-05 10:11:12\" pri=0 fw=10.0.0.1 vpn=gw1 ivs=Root user=A User realm=\"\" roles=\"\" msg=\"SYS10002: full\"",
        "2026-01-05T10:11:12",
        FATAL,
        "",
        "SYS10002: full\"",
    );
    check(
        "00184,09 2026/01/05 10:11:12.345 1 A User dsAccess.exe iftProvider p4711 t1A2C provider.cpp:123 - 'ift' cannot connect",
        "2026-01-05T10:11:12.345",
        ERROR,
        "iftProvider",
        "'ift' cannot connect",
    );
    check(
        "20260105101112.000123 pulsesvc[p100.t101] dsssl.error handshake failed (ssl.cpp:12)",
        "2026-01-05T10:11:12.000123",
        ERROR,
        "pulsesvc",
        "handshake failed (ssl.cpp:12)",
    );
    check("65f221e0.07357a\tAUT10001\tuser\tx", "2024-03-13T22:00:00.472442Z", NONE, "", "AUT10001\tuser\tx");
}

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
fn java_python_go_and_their_frameworks() {
    check(
        "2026-01-05 10:11:12,345 INFO [main] org.acme.Server: up",
        "2026-01-05T10:11:12.345",
        INFO,
        "org.acme.Server",
        "up",
    );
    check(
        "2026-01-05 10:11:12,345 [pool-1] WARN  org.acme.Server - slow",
        "2026-01-05T10:11:12.345",
        WARN,
        "org.acme.Server",
        "slow",
    );
    check(
        "2026-01-05T10:11:12.345+01:00 ERROR 93649 --- [nio-80] o.a.c.Servlet    : boom",
        "2026-01-05T10:11:12.345+01:00",
        ERROR,
        "o.a.c.Servlet",
        "boom",
    );
    check(
        "26/01/05 10:11:12 INFO executor.Backend: Got task 87",
        "2026-01-05T10:11:12",
        INFO,
        "executor.Backend",
        "Got task 87",
    );
    check(
        "2026-01-05 10:11:12,345 - billing - ERROR - no money",
        "2026-01-05T10:11:12.345",
        ERROR,
        "billing",
        "no money",
    );
    check("ERROR:billing:no money", "", ERROR, "billing", "no money");
    check("[WARN] no money", "", WARN, "", "no money");
    check(
        "2026-01-05T10:11:12.345Z\terror\tsync/service.go:87\tno answer",
        "2026-01-05T10:11:12.345Z",
        ERROR,
        "sync/service.go:87",
        "no answer",
    );
    check(
        "E0105 10:11:12.345678 52992 server.cc:253] bind failed",
        "2026-01-05T10:11:12.345678",
        ERROR,
        "server.cc:253",
        "bind failed",
    );
    check(
        "W20260105 10:11:12.345678 52992 server.cc:253] slow",
        "2026-01-05T10:11:12.345678",
        WARN,
        "server.cc:253",
        "slow",
    );
    check("[2026-01-05T10:11:12Z ERROR acme::net] refused", "2026-01-05T10:11:12Z", ERROR, "acme::net", "refused");
    check(
        "\u{1b}[2m2026-01-05T10:11:12Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m refused",
        "2026-01-05T10:11:12Z",
        ERROR,
        "",
        "refused",
    );
    check("INFO   | jvm 1    | 2026/01/05 10:11:12 | up", "2026-01-05T10:11:12", INFO, "", "up");
    check("01-05 10:11:12.345  1702  2395 E Camera: gone", "2026-01-05T10:11:12.345", ERROR, "Camera", "gone");
    check("01-05 10:11:12.345 W/Camera( 1766): gone", "2026-01-05T10:11:12.345", WARN, "Camera", "gone");
    check(
        "20260105-10:11:12:345|Step_LSC|30002312|onStep 3579",
        "2026-01-05T10:11:12.345",
        NONE,
        "Step_LSC",
        "onStep 3579",
    );
}

#[test]
fn servers_and_databases() {
    check(
        "10.0.0.1 - - [05/Jan/2026:10:11:12 +0000] \"GET /a HTTP/1.1\" 503 12",
        "2026-01-05T10:11:12Z",
        ERROR,
        "",
        "\"GET /a HTTP/1.1\" 503 12",
    );
    check(
        "10.0.0.1 - - [05/Jan/2026:10:11:12 +0000] \"GET /\\\"a HTTP/1.1\" 404 12",
        "2026-01-05T10:11:12Z",
        WARN,
        "",
        "\"GET /\\\"a HTTP/1.1\" 404 12",
    );
    check(
        "[Mon Jan 05 10:11:12.123456 2026] [core:error] [pid 1:tid 2] AH00135: bad",
        "2026-01-05T10:11:12.123456",
        ERROR,
        "core",
        "AH00135: bad",
    );
    check("2026/01/05 10:11:12 [crit] 12#12: *1 open() failed", "2026-01-05T10:11:12", FATAL, "", "*1 open() failed");
    check(
        "E [05/Jan/2026:10:11:12 -0700] Unknown directive",
        "2026-01-05T10:11:12-07:00",
        ERROR,
        "",
        "Unknown directive",
    );
    check(
        "2026-01-05 10:11:12.345 UTC [123] bob@shop FATAL:  too many clients",
        "2026-01-05T10:11:12.345Z",
        FATAL,
        "",
        "too many clients",
    );
    check(
        "2026-01-05 10:11:12.345 UTC [123] LOG:  checkpoint starting",
        "2026-01-05T10:11:12.345Z",
        INFO,
        "",
        "checkpoint starting",
    );
    check(
        "2026-01-05T10:11:12.345678Z 0 [ERROR] [MY-010119] [Server] Aborting",
        "2026-01-05T10:11:12.345678Z",
        ERROR,
        "Server",
        "Aborting",
    );
    check("260105 10:11:12 [Note] InnoDB: started", "2026-01-05T10:11:12", INFO, "InnoDB", "started");
    check("1234:M 05 Jan 2026 10:11:12.345 # no memory", "2026-01-05T10:11:12.345", WARN, "", "no memory");
    check("1234:M 05 Jan 2026 10:11:12.345 * ready", "2026-01-05T10:11:12.345", INFO, "", "ready");
    check(
        "2026-01-05 10:11:12.34 spid51      Error: 17187, Severity: 16, State: 1.",
        "2026-01-05T10:11:12.340",
        ERROR,
        "spid51",
        "Error: 17187, Severity: 16, State: 1.",
    );
    check(
        "2026-01-05T10:11:12.345Z cpu7:35233)ALERT: heap is full",
        "2026-01-05T10:11:12.345Z",
        FATAL,
        "cpu7:35233",
        "heap is full",
    );
    check(
        "2026-01-05T10:11:12.345Z Wa(180) vmkwarning: cpu7:35233)WARNING: path down",
        "2026-01-05T10:11:12.345Z",
        WARN,
        "vmkwarning",
        "cpu7:35233)WARNING: path down",
    );
    check(
        "2026-01-05T10:11:12.345Z error hostd[123] [Originator@6876 sub=Hostsvc opID=1a] no answer",
        "2026-01-05T10:11:12.345Z",
        ERROR,
        "hostd",
        "no answer",
    );
    check(
        "2026-01-05 10:11:12, Error                 CBS    Failed to open",
        "2026-01-05T10:11:12",
        ERROR,
        "CBS",
        "Failed to open",
    );
    check(
        "- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.363779 R02-M1 RAS KERNEL FATAL parity error",
        "2005-06-03T22:42:50Z",
        FATAL,
        "",
        "parity error",
    );
    check("Error,1/15/2026 10:11:12 AM,Disk,7,None,\"bad block\"", "2026-01-15T10:11:12", ERROR, "Disk", "bad block\"");
    check(
        "Audit Failure,1/15/2026 10:11:12 AM,Microsoft-Windows-Security-Auditing,4625,Logon,\"An account failed to log on.",
        "2026-01-15T10:11:12",
        WARN,
        "Microsoft-Windows-Security-Auditing",
        "An account failed to log on.",
    );
    check("Error,1/15/2026 10:11:12 AM,no columns", "2026-01-15T10:11:12", ERROR, "", "no columns");
    check(
        "CEF:0|Acme|Wall|1.0|100|denied|8|rt=1767607872345 src=10.0.0.1",
        "2026-01-05T10:11:12.345Z",
        ERROR,
        "Wall",
        "denied|8|rt=1767607872345 src=10.0.0.1",
    );
    check(
        "Jan  5 10:11:12 fw CEF:0|Acme|Wall|1.0|100|denied|5|src=10.0.0.1",
        "2026-01-05T10:11:12",
        WARN,
        "Wall",
        "denied|5|src=10.0.0.1",
    );
    check(
        "<Event xmlns='http://x'><System><Provider Name='Disk'/><Level>2</Level><TimeCreated SystemTime='2026-01-05T10:11:12.1234567Z'/></System></Event>",
        "2026-01-05T10:11:12.123456700Z",
        ERROR,
        "Disk",
        "<Event xmlns='http://x'><System><Provider Name='Disk'/><Level>2</Level><TimeCreated SystemTime='2026-01-05T10:11:12.1234567Z'/></System></Event>",
    );
}

#[test]
fn an_event_that_ends_in_the_middle_is_harmless() {
    // The name's quote was looked for behind the line's end.
    check("<Event ><Provider Name=", "", NONE, "", "<Event ><Provider Name=");
    check("<Event ><Provider Name='Di", "", NONE, "", "<Event ><Provider Name='Di");
}

#[test]
fn json_lines_and_pairs() {
    for (line, time, level, component, message) in [
        (
            r#"{"time":"2026-01-05T10:11:12Z","level":"error","msg":"boom \"x\"","logger":"a.B"}"#,
            "2026-01-05T10:11:12Z",
            ERROR,
            "a.B",
            "boom \\\"x\\\"\",\"logger\":\"a.B\"}",
        ),
        (r#"{"level":50,"time":1767607872345,"pid":7,"msg":"boom"}"#, "2026-01-05T10:11:12.345Z", ERROR, "", "boom\"}"),
        (
            r#"{"@timestamp":"2026-01-05T10:11:12.345Z","log.level":"WARN","message":"slow","log":{"logger":"app"}}"#,
            "2026-01-05T10:11:12.345Z",
            WARN,
            "app",
            "slow\",\"log\":{\"logger\":\"app\"}}",
        ),
        (
            r#"{"t":{"$date":"2026-01-05T10:11:12.345+00:00"},"s":"F","c":"STORAGE","id":22220,"msg":"gone"}"#,
            "2026-01-05T10:11:12.345Z",
            FATAL,
            "STORAGE",
            "gone\"}",
        ),
        (
            r#"{"ts":1767607872.3456,"level":"info","logger":"http","msg":"up"}"#,
            "2026-01-05T10:11:12.345600Z",
            INFO,
            "http",
            "up\"}",
        ),
        (
            r#"{"__REALTIME_TIMESTAMP":"1767607872345678","PRIORITY":"3","SYSLOG_IDENTIFIER":"app","MESSAGE":"bad"}"#,
            "2026-01-05T10:11:12.345678Z",
            ERROR,
            "app",
            "bad\"}",
        ),
        (
            r#"{"log":"2026-01-05 10:11:00 ERROR inner\n","stream":"stderr","time":"2026-01-05T10:11:12.5Z"}"#,
            "2026-01-05T10:11:12.500Z",
            ERROR,
            "",
            "inner\\n\",\"stream\":\"stderr\",\"time\":\"2026-01-05T10:11:12.5Z\"}",
        ),
        (r#"{"x":[1,{"level":"info"}],"severity":"CRITICAL","message":"m""#, "", FATAL, "", "m\""),
        (
            r#"time="2026-01-05T10:11:12Z" level=warning msg="slow disk" component=io"#,
            "2026-01-05T10:11:12Z",
            WARN,
            "io",
            "slow disk\" component=io",
        ),
        (
            "level=error ts=2026-01-05T10:11:12.345Z caller=main.go:12 msg=boom",
            "2026-01-05T10:11:12.345Z",
            ERROR,
            "main.go:12",
            "boom",
        ),
        (
            "date=2026-01-05 time=10:11:12 devname=fw level=alert msg=\"denied\"",
            "2026-01-05T10:11:12",
            FATAL,
            "",
            "denied\"",
        ),
    ] {
        check(line, time, level, component, message);
    }
    for line in ["{", "{}", "{\"a\":1}", "{ not json at all", "a = b", "path=/usr/bin"] {
        assert_eq!(Format::guess(line.as_bytes(), None).header(line.as_bytes()), None, "{line}");
    }
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
fn stack_traces_are_one_record() {
    fold(
        "2026-01-05 10:00:01 ERROR boom\njava.io.IOException: x\n\tat a.b(C.java:1)\nCaused by: y\n\t... 12 more\n2026-01-05 10:00:02 INFO ok\n",
        &[("2026-01-05 10:00:01 ERROR boom", 5), ("2026-01-05 10:00:02 INFO ok", 1)],
    );
    fold(
        "job 1 starts\nTraceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nValueError: bad\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 2\nKeyError: 'x'\njob 2 starts\n",
        &[("job 1 starts", 1), ("Traceback (most recent call last):", 9), ("job 2 starts", 1)],
    );
    fold(
        "Exception in thread main java.lang.Error\nat a.b.C.main(C.java:1)\nCaused by: x\nother\n",
        &[("Exception in thread main java.lang.Error", 3), ("other", 1)],
    );
    fold(
        "job 1 starts\na.b.AbortException\n\tat a.b.C(C.java:1)\nAlso:   a.b.CallSite: remote call\n\t\tat a.b.D(D.java:2)\nCaused: a.b.GitException: gone\n\tat a.b.E(E.java:3)\nAlso started: 1\n",
        &[("job 1 starts", 1), ("a.b.AbortException", 6), ("Also started: 1", 1)],
    );
}

#[test]
fn repeated_prefixes_belong_to_the_record_before() {
    fold(
        "[05.01.2026 10:11:12] <01> Error    Access is denied (System.Exception)\n[05.01.2026 10:11:12] <01> Error       at Veeam.Backup.Core.Run(String name)\n[05.01.2026 10:11:13] <01> Info     next\n",
        &[
            ("[05.01.2026 10:11:12] <01> Error    Access is denied (System.Exception)", 2),
            ("[05.01.2026 10:11:13] <01> Info     next", 1),
        ],
    );
    fold(
        "[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |connection lost\n[13.01.2026 10:11:12.345] <14038> prtcl    |   >>  |--tr:Cannot read\n[13.01.2026 10:11:12.345] <14038> prtcl    |   >>  |--tr:Cannot process\n[13.01.2026 10:11:12.346] <14038> prtcl    | closed\n",
        &[
            ("[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |connection lost", 3),
            ("[13.01.2026 10:11:12.346] <14038> prtcl    | closed", 1),
        ],
    );
    fold(
        "2026-01-05 10:11:12 UTC [1] a@b ERROR:  no such table\n2026-01-05 10:11:12 UTC [1] a@b STATEMENT:  select 1\n2026-01-05 10:11:13 UTC [1] LOG:  done\n",
        &[("2026-01-05 10:11:12 UTC [1] a@b ERROR:  no such table", 2), ("2026-01-05 10:11:13 UTC [1] LOG:  done", 1)],
    );
}

#[test]
fn lines_without_header_continue_where_headers_are_usual() {
    fold(
        "[05.01.2026 10:11:12] <01> Error    Cannot connect.\nWin32 error:The network path was not found.\n Code: 53\n===================================================================\nStarting new log\nMachineName: [X], OS: [Y]\n[05.01.2026 10:11:13] <01> Info     next\n",
        &[
            ("[05.01.2026 10:11:12] <01> Error    Cannot connect.", 3),
            ("===================================================================", 3),
            ("[05.01.2026 10:11:13] <01> Info     next", 1),
        ],
    );
    fold("alpha\n  beta\n\ngamma\r\n\r\ndelta\n", &[("alpha", 2), ("gamma", 1), ("delta", 1)]);
    fold(
        "\u{feff}2026-01-05 10:00:01 a\r\n\0\0\0\0\0\0\0\0\r\n2026-01-05 10:00:02 b",
        &[("2026-01-05 10:00:01 a", 1), ("2026-01-05 10:00:02 b", 1)],
    );
    fold("", &[]);
}

#[test]
fn no_record_grows_without_bound() {
    let text =
        format!("2026-01-05 10:00:01 ERROR boom\n{}2026-01-05 10:00:02 INFO ok\n", "\tat a.b(C.java:1)\n".repeat(300));
    let mut expected = vec![("2026-01-05 10:00:01 ERROR boom", 256)];
    expected.extend([("\tat a.b(C.java:1)", 1); 45]);
    expected.push(("2026-01-05 10:00:02 INFO ok", 1));
    fold(&text, &expected);
}

/// Checks line count, time, level, component and message of the records of exported Windows events.
#[track_caller]
fn events(text: &str, expected: &[(u64, &str, Option<Level>, &str, &str)]) {
    let reading = Reading::guess(text.as_bytes(), None).expect("text");
    let chunk =
        Chunk { buffer: text.as_bytes(), start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
    let records: Vec<_> = reading.format.records(&chunk).collect();
    let times: Vec<_> =
        records.iter().map(|record| record.header.time.map(|time| time.to_string()).unwrap_or_default()).collect();
    let have: Vec<_> = records
        .iter()
        .zip(&times)
        .map(|(record, time)| {
            let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
            let component = text(record.header.component.unwrap_or_default());
            (record.lines, time.as_str(), record.header.level, component, text(record.message()))
        })
        .collect();
    assert_eq!(have, expected);
}

#[test]
fn windows_events_as_text_are_records_with_time_and_level() {
    events(
        "Event[0]:\r\n  Log Name: System\r\n  Source: Disk\r\n  Date: 2026-01-05T10:11:12.345\r\n  Event ID: 7\r\n  Level: Error\r\n  Description: \r\nbad block\r\n2026-01-05 10:11:12 ERROR of a program\r\nError: it says\r\n\r\nEvent[1]:\r\n  Log Name: System\r\n  Source: Ntfs\r\n  Date: 2026-01-05T10:11:13.345\r\n  Level: Information\r\n",
        &[
            (
                10,
                "2026-01-05T10:11:12.345",
                ERROR,
                "Disk",
                "bad block\r\n2026-01-05 10:11:12 ERROR of a program\r\nError: it says",
            ),
            (
                5,
                "2026-01-05T10:11:13.345",
                INFO,
                "Ntfs",
                "Event[1]:\r\n  Log Name: System\r\n  Source: Ntfs\r\n  Date: 2026-01-05T10:11:13.345\r\n  Level: Information",
            ),
        ],
    );
    events(
        "Event[0]\nLog Name: System\nProvider: Disk\nDate: 2026-01-05T10:11:12\nLevel: Critical\nDescription: bad\nEvent[1]\nLog Name: System\nDescription:\n",
        &[(6, "2026-01-05T10:11:12", FATAL, "Disk", "bad"), (3, "", NONE, "", "")],
    );
}

#[test]
fn copied_windows_events_take_the_order_of_day_and_month_of_the_file() {
    let event = |date: &str| {
        format!(
            "Log Name:      System\nSource:        VSS\nDate:          {date}\nEvent ID:      12292\nTask Category: None\nLevel:         Warning\nKeywords:      Classic\nDescription:\nno shadow\n"
        )
    };
    events(
        &(event("13/02/2026 3:11:57 PM") + &event("03/02/2026 3:11:58 PM")),
        &[(9, "2026-02-13T15:11:57", WARN, "VSS", "no shadow"), (9, "2026-02-03T15:11:58", WARN, "VSS", "no shadow")],
    );
}

#[test]
fn rows_of_windows_events_go_over_many_lines() {
    events(
        "Level,Date and Time,Source,Event ID,Task Category\r\nError,5/12/2026 3:11:57 AM,VSS,12292,None,\"no shadow.\r\n\r\n2026-05-12 03:11:57 ERROR inside\r\nOperation: x\"\r\nInformation,5/12/2026 3:12:00 AM,Disk,7,None,ok\r\n",
        &[
            (1, "", NONE, "", "Level,Date and Time,Source,Event ID,Task Category"),
            (
                4,
                "2026-05-12T03:11:57",
                ERROR,
                "VSS",
                "no shadow.\r\n\r\n2026-05-12 03:11:57 ERROR inside\r\nOperation: x\"",
            ),
            (1, "2026-05-12T03:12:00", INFO, "Disk", "ok"),
        ],
    );
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

#[test]
fn names_of_formats_are_for_people() {
    for (line, name) in [
        ("2026-01-05 10:11:12 x", "iso"),
        ("[05.01.2026 10:11:12] <01> Info x", "veeam"),
        ("Jan  5 10:11:12 h a: x", "syslog"),
        ("{\"time\":1767607872345,\"msg\":\"x\"}", "json"),
        ("nothing to see", "plain"),
        ("", "plain"),
    ] {
        assert_eq!(Format::guess(line.as_bytes(), None).name(), name);
    }
}

/// Lines put together from what headers are made of, in any order.
pub(super) fn header_like() -> impl Strategy<Value = Vec<u8>> {
    let parts = [
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "{",
        "}",
        "|",
        ":",
        ": ",
        " - ",
        "-",
        " ",
        "  ",
        "\t",
        ",",
        ";",
        "=",
        "\"",
        "\\",
        "'",
        "/",
        "#",
        "\u{1b}[31m",
        "\u{1b}[",
        "\u{feff}",
        "\0",
        "é",
        "–",
        "2026-01-02",
        "02.01.2026",
        "1/2/2026",
        "02/Jan/2026",
        "260102",
        "20260102",
        "T",
        "10:11:12",
        "1:2:3 PM",
        "10:11:12,345",
        ".345678",
        "Z",
        "+02:00",
        " -0700",
        " UTC",
        "GMT+1",
        "Jan  2",
        "Mon Jan  2",
        "1767607872",
        "1767607872345",
        "65f221e0.07357a\t",
        "@4000000065f221e007357abc",
        "@4000000065f221e0",
        "jan/05/2026 ",
        "Jan-05 ",
        "5Jan2026 ",
        "2026:01:05-",
        "20260105:101112.345",
        "E0102 ",
        "ERROR",
        "Error (3)",
        "warn",
        "W",
        "Wa(180)",
        "[core:error]",
        "<134>",
        "1 ",
        "0x1f",
        "123",
        "host",
        "app[7]:",
        "a.b.C",
        "user.err",
        "{\"time\":",
        "\"msg\":\"",
        "{\"t\":{\"$date\":",
        "level=",
        "msg=\"",
        "date=",
        "time=",
        "CEF:0|",
        "LEEF:2.0|",
        "a|b|c|d|e|f|",
        "rt=",
        "id=firewall ",
        "pri=",
        "00184,09 ",
        "2026/01/02 ",
        "1234:M 02 Jan 2026 ",
        " # ",
        "[ 12.345678]",
        "<Event xmlns",
        "SystemTime='",
        "<Level>2",
        "<Provider Name='",
        "GET / HTTP\" 404",
        "] \"",
        " - gw - [10.0.0.1] ",
        "--tr:",
        "at a.b(",
        "DETAIL:  ",
        "%ASA-4-106023: ",
        "000123: *Jan  2 ",
        " - ! [298] ",
        "spid51      Error: 17187, Severity: 16, State: 1.",
        " 0x1a2b     Error       0x0    123    0    mds: ",
        " Df name[0:1a2b] ",
        "] 0000004c WsServerImpl  E   ",
        " #1234]  INFO -- app: ",
        "] critical/Listener: ",
        "##[error]",
        "vmx| I125: ",
        " stderr F ",
        "[pid: 12|app: 0] {40 vars} [",
        "[    12.345] (EE) ",
        "kern  :err   : ",
        "type=AVC msg=audit(",
        "MSI (s) (A4:1C) [",
        "<![LOG[",
        "]LOG]!><time=\"10:11:12.345-060\" date=\"01-05-2026\" type=\"3\"",
        "ERRO[0012] ",
        "fail: a.B[0]",
        " TCP_MISS/503 ",
        "haproxy[1]: ",
        "#Fields: date time sc-status",
        "#Date: 2026-01-05 10:11:12",
        "LEEF:2.0|a|b|1|7|x09|sev=9\tdevTime=",
        " audit(1767607872.345:1): ",
        "setting system clock to x UTC (1767607872)",
        "Traceback (most recent call last):",
        "Event[0]:",
        "Log Name:",
        "\nDate: ",
        "\n",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..16)
        .prop_map(|parts| parts.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_line_panics_and_messages_are_inside(line in header_like(), other in header_like(), cut in 0_usize..40, modified in any::<Option<i32>>()) {
        let modified = modified.map(i64::from);
        let text = [other, line.clone()].join(&b'\n');
        let format = Format::guess(&text[cut.min(text.len())..], modified);
        for line in [&line[..], &line[..line.len().saturating_sub(cut)], &text] {
            if let Some(header) = format.header(line) {
                prop_assert!(header.message <= line.len());
            }
        }
        let chunk = Chunk { buffer: &text, start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
        for record in format.records(&chunk) {
            prop_assert!(record.message().len() <= record.text.len());
        }
    }
}

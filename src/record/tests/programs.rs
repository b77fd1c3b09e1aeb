//! Languages, servers and databases.

use super::{ERROR, FATAL, INFO, NONE, WARN, check};
use crate::record::format::Format;

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
fn the_name_of_a_component_is_no_level() {
    // What MySQL calls so has no level else, and all other programs have parts of this name.
    check(
        "2026-01-05T10:11:12.3Z 0 [System] [MY-010116] [Server] up",
        "2026-01-05T10:11:12.300Z",
        INFO,
        "Server",
        "up",
    );
    check("2026-01-05 10:11:12 [System] the fan stopped", "2026-01-05T10:11:12", NONE, "System", "the fan stopped");
    check("2026-01-05 10:11:12 System: cannot open", "2026-01-05T10:11:12", NONE, "System", "cannot open");
    check(
        "2026-01-05 10:11:12,System,Error: disk is full",
        "2026-01-05T10:11:12",
        NONE,
        "",
        "System,Error: disk is full",
    );
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

//! Levels in the ways of single programs.

use super::*;

#[test]
fn requests_have_the_level_of_their_status() {
    let haproxy =
        |rest: &str| format!("Jan  5 10:11:12 lb haproxy[14389]: 10.0.1.2:33317 [05/Jan/2026:10:11:12.655] {rest}");
    for (line, time, level, component, from) in [
        (haproxy("http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\""), "2026-01-05T10:11:12", INFO, "haproxy", "10.0.1.2:"),
        (haproxy("http-in static/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 0/0/0/0/0 0/0 \"GET / HTTP/1.1\""), "2026-01-05T10:11:12", ERROR, "haproxy", "10.0.1.2:"),
        (haproxy("ssh-in ssh-out/ssh1 1/1/861 1485 -- 2/1/0/0/0 0/0"), "2026-01-05T10:11:12", NONE, "haproxy", "10.0.1.2:"),
        ("2026-01-05T10:11:12+01:00 10.0.0.1 \"GET / HTTP/1.1\" 502".into(), "2026-01-05T10:11:12+01:00", ERROR, "", "10.0.0.1"),
        ("[pid: 12|app: 0|req: 1/1] 10.0.0.1 () {40 vars in 600 bytes} [Mon Jan  5 10:11:12 2026] GET /x => generated 12 bytes in 1 msecs (HTTP/1.1 500) 3 headers".into(), "2026-01-05T10:11:12", ERROR, "", "GET /x"),
        ("1767607872.345    123 10.0.0.1 TCP_MISS/503 1234 GET http://x/ - DIRECT/1.2.3.4 text/html".into(), "2026-01-05T10:11:12.345Z", ERROR, "", "123 10.0.0.1"),
        ("10.0.0.1 - - [05/Jan/2026:10:11:12 +0000] \"GET /robots.txt HTTP/1.1\" 404 12".into(), "2026-01-05T10:11:12Z", INFO, "", "\"GET"),
        ("10.0.0.1 - - [05/Jan/2026:10:11:12 +0000] \"GET /a HTTP/1.1\" 404 12".into(), "2026-01-05T10:11:12Z", WARN, "", "\"GET"),
    ] {
        let message = &line[line.find(from).expect("the message")..];
        check(&line, time, level, component, message);
    }
}

#[test]
fn levels_in_the_ways_of_single_programs() {
    for (line, time, level, component, message) in [
        ("I, [2026-01-05T10:11:12.345678 #1234]  INFO -- : Started", "2026-01-05T10:11:12.345678", INFO, "", "Started"),
        ("E, [2026-01-05T10:11:12.345678 #1234] ERROR -- web: no", "2026-01-05T10:11:12.345678", ERROR, "web", "no"),
        (
            "2026-01-05 10:11:12.345678+0100 0x1a2b     Error       0x0                  123    0    mds: (CoreFoundation) no",
            "2026-01-05T10:11:12.345678+01:00",
            ERROR,
            "mds",
            "(CoreFoundation) no",
        ),
        (
            "2026-01-05 10:11:12.345678+0100 0x1a2b     Default     0x0                  0      0    kernel: up",
            "2026-01-05T10:11:12.345678+01:00",
            INFO,
            "kernel",
            "up",
        ),
        ("2026-01-05 10:11:12.345 Db mds[123:1a2b] x", "2026-01-05T10:11:12.345", DEBUG, "mds", "x"),
        ("2026-01-05 10:11:12.345 E  mds[123:1a2b] x", "2026-01-05T10:11:12.345", ERROR, "mds", "x"),
        (
            "[1/5/26 10:11:12:345 CET] 0000004c WsServerImpl  E   WSVR0009E: no",
            "2026-01-05T10:11:12.345+01:00",
            ERROR,
            "WsServerImpl",
            "WSVR0009E: no",
        ),
        (
            "[1/5/26 10:11:12:345 CET] 0000004c SystemOut     O x",
            "2026-01-05T10:11:12.345+01:00",
            NONE,
            "SystemOut",
            "x",
        ),
        (
            "[1/5/26 10:11:12:345 CET] 0000004c Tracer        3   x",
            "2026-01-05T10:11:12.345+01:00",
            TRACE,
            "Tracer",
            "x",
        ),
        (
            "2026-01-05-10.11.12.345678+060 I1234E567              LEVEL: Warning",
            "2026-01-05T10:11:12.345678+01:00",
            WARN,
            "LEVEL",
            "Warning",
        ),
        (
            "2026-01-05T10:11:12.3456789Z ##[error]Process completed with exit code 1.",
            "2026-01-05T10:11:12.345678900Z",
            ERROR,
            "",
            "Process completed with exit code 1.",
        ),
        ("2026-01-05T10:11:12 [W|app|1a2b] slow", "2026-01-05T10:11:12", WARN, "", "slow"),
        ("Jan  5 10:11:12 bigip notice mcpd[1]: x", "2026-01-05T10:11:12", INFO, "mcpd", "x"),
        (
            "[2026-01-05T10:11:12,345] WARN574240[Thread-35] - slow",
            "2026-01-05T10:11:12.345",
            WARN,
            "Thread-35",
            "slow",
        ),
        ("2026-01-05 10:11:12 ERROR404 x", "2026-01-05T10:11:12", NONE, "", "ERROR404 x"),
        (
            "[07.27 06:19:08] a.exe *64 - h:80 error : no",
            "2025-07-27T06:19:08",
            ERROR,
            "",
            "a.exe *64 - h:80 error : no",
        ),
        (
            "\"2026-01-05 10:11:12\"\t\"a long description\"\tcn=admin\t8fc4\tINFO\tdc=x",
            "2026-01-05T10:11:12",
            INFO,
            "",
            "\"a long description\"\tcn=admin\t8fc4\tINFO\tdc=x",
        ),
        ("[10:11:12] [Server thread/ERROR]: x", "2026-05-28T10:11:12", ERROR, "", "x"),
        ("[    12.345] (EE) no module", "", ERROR, "", "no module"),
        ("kern  :warn  : [  100.123456] ACPI: no", "", WARN, "ACPI", "no"),
        ("ERRO[0012] no route   host=a", "", ERROR, "", "no route   host=a"),
        ("fail: Acme.Worker[0]", "", ERROR, "Acme.Worker", "Acme.Worker[0]"),
        ("05.01.2026 10:11:12 Warnung: langsam", "2026-01-05T10:11:12", WARN, "", "langsam"),
        (
            "Jan-05 10:11:12.345 [main] ERROR nextflow.Session - no",
            "2026-01-05T10:11:12.345",
            ERROR,
            "nextflow.Session",
            "no",
        ),
        ("@4000000065f221e1 started", "2024-03-13T21:59:51Z", NONE, "", "started"),
        (
            "2026-01-05T10:11:12.345+0100\tDPANIC\tapp/main.go:12\tbug here",
            "2026-01-05T10:11:12.345+01:00",
            FATAL,
            "app/main.go:12",
            "bug here",
        ),
        (
            r#"{"message":"m","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2026-01-05T10:11:12+00:00"}"#,
            "2026-01-05T10:11:12Z",
            ERROR,
            "",
            r#"m","context":{},"level":400,"level_name":"ERROR","channel":"app","datetime":"2026-01-05T10:11:12+00:00"}"#,
        ),
    ] {
        check(line, time, level, component, message);
    }
}

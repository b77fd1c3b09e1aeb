//! Lines of programs that put something of their own before the time, or the level into a place of their own; made up by
//! us after their documentation. Each is the only line of a file.

use super::layout_tests::check_many;
use super::tests::{DEBUG, ERROR, FATAL, INFO, MODIFIED, NONE, WARN};
use super::{Level, Reading};

/// Checks time, level and component, and that lines with other digits are read as they are. Returns what is wrong.
fn check(line: &str, time: &str, level: Option<Level>, component: &str) -> Option<String> {
    let reading = Reading::guess(line.as_bytes(), Some(MODIFIED)).expect("text");
    let header = reading.format.header(line.as_bytes()).unwrap_or_default();
    let shown = header.time.map(|time| time.to_string()).unwrap_or_default();
    let named = String::from_utf8_lossy(header.component.unwrap_or_default());
    check_many(line.as_bytes());
    let is_right = (shown.as_str(), header.level, named.as_ref()) == (time, level, component);
    (!is_right).then(|| format!("{line}: {shown} {:?} {named}", header.level))
}

#[track_caller]
fn check_all(lines: &[(&str, &str, Option<Level>, &str)]) {
    let wrong: Vec<String> =
        lines.iter().filter_map(|&(line, time, level, component)| check(line, time, level, component)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn times_behind_other_beginnings() {
    check_all(&[
        (
            "E260514 08:12:33.456789 17 server/node.go:12  [n1] it failed",
            "2026-05-14T08:12:33.456789",
            ERROR,
            "server/node.go:12",
        ),
        ("# Time: 260514  8:12:33", "2026-05-14T08:12:33", NONE, ""),
        ("L 05/14/2026 - 08:12:33: Log file started", "2026-05-14T08:12:33", NONE, ""),
        ("(000001)5/14/2026 8:12:33 AM - (not logged in) (10.0.0.1)> USER x", "2026-05-14T08:12:33", NONE, ""),
        (
            "   1 | 05/14/2026 | 08:12:33 | Fan #0x30 | Lower Critical going low | Asserted",
            "2026-05-14T08:12:33",
            NONE,
            "",
        ),
        (
            "KERNDTLB 1778746353 2026.05.14 R30-M0 2026-05-14-01.12.33.363779 R30-M0 RAS KERNEL FATAL data TLB error",
            "2026-05-14T08:12:33Z",
            FATAL,
            "",
        ),
        ("{2026-05-14 08:12:33} text", "2026-05-14T08:12:33", NONE, ""),
        ("(gedit:4711): Gtk-WARNING **: 08:12:33.456: no theme", "2026-05-28T08:12:33.456", WARN, "Gtk"),
        ("** (tracker:4711): CRITICAL **: 08:12:33.456: gone", "2026-05-28T08:12:33.456", ERROR, "tracker"),
        ("(gedit:4711): Gtk-CRITICAL **: no widget", "", ERROR, "Gtk"),
        ("GPSVC(1f4.5dc) 08:12:33:456 ProcessGPOs: done", "2026-05-28T08:12:33.456", NONE, "GPSVC"),
        (
            "[ns_server:error,2026-05-14T08:12:33.456Z,ns_1@node:ns_audit<0.1.0>:f:12]text",
            "2026-05-14T08:12:33.456Z",
            ERROR,
            "ns_server",
        ),
        (
            "2 123456789010 eni-1a2b3c4d 10.0.0.5 10.0.0.6 20641 22 6 20 4249 1778746353 1778746410 ACCEPT OK",
            "2026-05-14T08:12:33Z",
            NONE,
            "eni-1a2b3c4d",
        ),
        (
            "<May 14, 2026, 8:12:33,456 AM Coordinated Universal Time> <Error> <Server> <BEA-002616> <text>",
            "2026-05-14T08:12:33.456",
            ERROR,
            "",
        ),
    ]);
}

#[test]
fn levels_in_places_of_their_own() {
    check_all(&[
        ("14.05.2026 08:12:33.456 *ERROR* [main] org.x.Foo it failed", "2026-05-14T08:12:33.456", ERROR, "org.x.Foo"),
        (
            "2026-05-14 08:12:33.456789: W tensorflow/core/x.cc:12] text",
            "2026-05-14T08:12:33.456789",
            WARN,
            "tensorflow/core/x.cc",
        ),
        ("2026/05/14 08:12:33 ...dules/web/x.go:12:Name() [E] text", "2026-05-14T08:12:33", ERROR, "...dules/web/x.go"),
        ("[1A2B:3C4D][2026-05-14T08:12:33]e000: Error 0x80070005: text", "2026-05-14T08:12:33", ERROR, "1A2B"),
        ("[1A2B:3C4D][2026-05-14T08:12:33]i101: Detected package", "2026-05-14T08:12:33", INFO, "1A2B"),
        (
            "[4711]{-1}[-1/-1] 2026-05-14 08:12:33.456789 w Basis            File.cpp(00012) : text",
            "2026-05-14T08:12:33.456789",
            WARN,
            "Basis",
        ),
        ("2026-05-14 08:12:33 level=debug text", "2026-05-14T08:12:33", DEBUG, ""),
        ("may/14/2026 08:12:33 system,error,critical login failure for user x", "2026-05-14T08:12:33", FATAL, ""),
        ("2026-05-14 08:12:33 dhcp,info assigned 10.0.0.5", "2026-05-14T08:12:33", INFO, ""),
        ("May 14 08:12:33 xs1 xapi: [error|xs1|123 |task D:1a2b|xapi] text", "2026-05-14T08:12:33", ERROR, "xapi"),
        ("May 14 08:12:33 host prog[12]: [ID 123456 daemon.error] text", "2026-05-14T08:12:33", ERROR, "prog"),
        ("May 14 08:12:33 host daemon:err|error prog[12]: text", "2026-05-14T08:12:33", ERROR, "prog"),
        ("May 14 08:12:33 host auth|security:info sshd[12]: text", "2026-05-14T08:12:33", INFO, "sshd"),
        ("2026-05-14T08:12:33+0000 [http.client#error] text", "2026-05-14T08:12:33Z", ERROR, "http.client#error"),
        ("May 14 2026 08:12:33 SW1 %%01IFNET/4/LINK_STATE(l)[1]:text", "2026-05-14T08:12:33", WARN, "IFNET"),
        ("%%10SHELL/5/SHELL_LOGIN: text", "", INFO, "SHELL"),
        (
            r#"{"timestamp":"2026-05-14 08:12:33.456 UTC","pid":1,"error_severity":"FATAL","message":"x"}"#,
            "2026-05-14T08:12:33.456Z",
            FATAL,
            "",
        ),
    ]);
}

#[test]
fn what_only_resembles_them_is_prose() {
    let day = "2026-05-14T08:12:33";
    for line in [
        "2026-05-14 08:12:33 one,two three",
        "2026-05-14 08:12:33 e mail",
        "2026-05-14 08:12:33 *note* text",
        "2026-05-14 08:12:33 [a#b] text",
        "2026-05-14 08:12:33 %%01IFNET/9/LINK_STATE: text",
    ] {
        let reading = Reading::guess(line.as_bytes(), Some(MODIFIED)).expect("text");
        let header = reading.format.header(line.as_bytes()).unwrap_or_default();
        let shown = header.time.map(|time| time.to_string()).unwrap_or_default();
        assert_eq!((shown.as_str(), header.level), (day, None), "{line}");
        check_many(line.as_bytes());
    }
}

//! Veeam and Pulse Secure.

use super::{ERROR, FATAL, INFO, NONE, WARN, check};

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

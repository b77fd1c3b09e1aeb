//! Lines of products whose formats have a form of their own, made up by us after the vendors' documentation.

mod levels;
mod times;

use super::tests::{DEBUG, ERROR, FATAL, INFO, MODIFIED, NONE, TRACE, WARN, check, fold};
use super::{Chunk, Encoding, Level, Reading};

/// Checks line count, time, level, component and message of the records of a file.
#[track_caller]
fn records(path: &str, text: &[u8], expected: &[(u64, &str, Option<Level>, &str, &str)]) {
    let reading = Reading::of_text(path, text, Some(MODIFIED)).expect("text");
    let mut source = text;
    let mut reader = super::ChunkReader::new(&mut source, Vec::new(), &reading);
    let mut have = Vec::new();
    while let Some(chunk) = reader.next_chunk(None) {
        for record in reading.format.records(&chunk.chunk()) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let time = record.header.time.map(|time| time.to_string()).unwrap_or_default();
            let component = text(record.header.component.unwrap_or_default());
            have.push((record.lines, time, record.header.level, component, text(record.message())));
        }
    }
    let have: Vec<_> = have.iter().map(|it| (it.0, it.1.as_str(), it.2, it.3.as_str(), it.4.as_str())).collect();
    assert_eq!(have, expected, "{}", reading.format.name());
}

/// The times of a file's records.
fn times(path: &str, text: &str, modified: Option<i64>) -> Vec<String> {
    let reading = Reading::of_text(path, text.as_bytes(), modified).expect("text");
    let chunk =
        Chunk { buffer: text.as_bytes(), start: 0, end: text.len(), offset: 0, encoding: Encoding::Bytes, lines: &[] };
    let all = reading.format.records(&chunk).filter_map(|record| record.header.time);
    all.map(|time| time.to_string()).collect()
}

#[test]
fn windows_servicing_and_setup() {
    let line = "2026-01-05 10:11:12, Info                  CBS    TI: --- Initializing Trusted Installer ---";
    check(line, "2026-01-05T10:11:12", INFO, "TI", "Initializing Trusted Installer ---");
    let line = "2026-01-05 10:11:13, Error                 CBS    Failed to resolve package [HRESULT = 0x800f0831 - CBS_E_STORE_CORRUPTION]";
    let message = "Failed to resolve package [HRESULT = 0x800f0831 - CBS_E_STORE_CORRUPTION]";
    check(line, "2026-01-05T10:11:13", ERROR, "CBS", message);
    let line = "2026-01-05 10:11:15, Warning               DISM   DISM Provider Store: PID=100 TID=200 Not found - CDISMProviderStore::Find";
    let message = "DISM Provider Store: PID=100 TID=200 Not found - CDISMProviderStore::Find";
    check(line, "2026-01-05T10:11:15", WARN, "DISM", message);
    let line = "2026-01-05 10:11:13, Error                 SP     Operation failed: Add boot entry. Error: 0xC1900101[gle=0x00000002]";
    let message = "Operation failed: Add boot entry. Error: 0xC1900101[gle=0x00000002]";
    check(line, "2026-01-05T10:11:13", ERROR, "SP", message);
    let line = "2026-01-05\t10:11:13:345\t1234\t1a2c\tMisc\tWARNING: Send failed with hr = 80072ee7.";
    check(line, "2026-01-05T10:11:13.345", WARN, "1a2c", "Send failed with hr = 80072ee7.");
    let line = "MSI (s) (A4:1C) [10:11:12:345]: Product: Agent -- Installation failed.";
    check(line, "2026-05-28T10:11:12.345", NONE, "", "Product: Agent -- Installation failed.");
    let line = "<![LOG[Failed to open]LOG]!><time=\"10:11:12.345-060\" date=\"01-05-2026\" component=\"SMS_X\" context=\"\" type=\"3\" thread=\"12\" file=\"x.cpp:1\">";
    check(line, "2026-01-05T10:11:12.345+01:00", ERROR, "SMS_X", &line[7..]);
    let line = "00001234.00005678::2026/01/05-10:11:12.345 ERR   [RCM] rcm::Resource failed";
    check(line, "2026-01-05T10:11:12.345", ERROR, "RCM", "rcm::Resource failed");
}

#[test]
fn an_errorlog_gives_the_severity_to_the_line_that_explains_it() {
    let text = "2026-01-05 10:11:12.34 Server      Microsoft SQL Server 2019 (RTM) - 15.0.4261.1 (X64) \r\n\tSep 12 2022 15:07:06 \r\n\tCopyright (C) 2019 Microsoft Corporation\r\n2026-01-05 10:11:13.34 Logon       Error: 18456, Severity: 14, State: 8.\r\n2026-01-05 10:11:13.34 Logon       Login failed for user 'sa'. Reason: Password did not match. [CLIENT: 10.0.0.1]\r\n2026-01-05 10:11:16.34 spid7s      Error: 9003, Severity: 20, State: 9.\r\n2026-01-05 10:11:16.34 spid7s      The log scan number passed is not valid.\r\n2026-01-05 10:11:16.34 spid8s      Starting up database 'msdb'.\r\n2026-01-05 10:11:17.34 spid55      Error: 5084, Severity: 10, State: 1.\r\n2026-01-05 10:11:17.35 spid55      Setting an option.\r\n";
    let first = "Microsoft SQL Server 2019 (RTM) - 15.0.4261.1 (X64) \r\n\tSep 12 2022 15:07:06 \r\n\tCopyright (C) 2019 Microsoft Corporation";
    let login = "Login failed for user 'sa'. Reason: Password did not match. [CLIENT: 10.0.0.1]";
    let expected = [
        (3, "2026-01-05T10:11:12.340", NONE, "Server", first),
        (1, "2026-01-05T10:11:13.340", INFO, "Logon", "Error: 18456, Severity: 14, State: 8."),
        (1, "2026-01-05T10:11:13.340", ERROR, "Logon", login),
        (1, "2026-01-05T10:11:16.340", INFO, "spid7s", "Error: 9003, Severity: 20, State: 9."),
        (1, "2026-01-05T10:11:16.340", FATAL, "spid7s", "The log scan number passed is not valid."),
        (1, "2026-01-05T10:11:16.340", NONE, "spid8s", "Starting up database 'msdb'."),
        (1, "2026-01-05T10:11:17.340", INFO, "spid55", "Error: 5084, Severity: 10, State: 1."),
        (1, "2026-01-05T10:11:17.350", NONE, "spid55", "Setting an option."),
    ];
    records("ERRORLOG", text.as_bytes(), &expected);
    let stored: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    records("ERRORLOG", &stored, &expected);
}

#[test]
fn the_agent_of_sql_server_marks_its_lines() {
    let line = "2026-01-05 10:11:13 - ! [298] SQLServer Error: 18456, Login failed for user 'x'. [SQLSTATE 28000]";
    let message = "[298] SQLServer Error: 18456, Login failed for user 'x'. [SQLSTATE 28000]";
    check(line, "2026-01-05T10:11:13", ERROR, "", message);
    check("2026-01-05 10:11:14 - + [260] No mail profile", "2026-01-05T10:11:14", WARN, "", "[260] No mail profile");
    check("2026-01-05 10:11:15 - ? [100] Started", "2026-01-05T10:11:15", INFO, "", "[100] Started");
}

#[test]
fn columns_of_web_servers_are_those_of_their_directives() {
    let iis = "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-01-05 10:11:12\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken\n2026-01-05 10:11:12 10.0.0.1 GET / - 443 10.0.0.2 Mozilla/5.0 200 0 0 15\n2026-01-05 10:11:13 10.0.0.1 POST /api/x a=1 443 10.0.0.2 Mozilla/5.0 500 0 64 15\n2026-01-05 10:11:14 10.0.0.1 GET /favicon.ico - 443 10.0.0.2 Mozilla/5.0 404 0 2 15\n2026-01-05 10:11:15 10.0.0.1 GET /big - 443 10.0.0.2 Mozilla/5.0 200 0 64 15\n2026-01-05 10:11:15 10.0.0.1 GET /big - 443 10.0.0.2 Mozilla/5.0 200 0 1450 15\n#Software: Microsoft Internet Information Services 10.0\n#Date: 2026-01-06 10:11:12\n#Fields: date time c-ip cs-method sc-status\n2026-01-06 10:11:15 10.0.0.2 GET 401\n";
    let rows = [
        "10.0.0.1 GET / - 443 10.0.0.2 Mozilla/5.0 200 0 0 15",
        "10.0.0.1 POST /api/x a=1 443 10.0.0.2 Mozilla/5.0 500 0 64 15",
        "10.0.0.1 GET /favicon.ico - 443 10.0.0.2 Mozilla/5.0 404 0 2 15",
        "10.0.0.1 GET /big - 443 10.0.0.2 Mozilla/5.0 200 0 64 15",
        "10.0.0.1 GET /big - 443 10.0.0.2 Mozilla/5.0 200 0 1450 15",
    ];
    let (first, rest) = iis.split_once("\n2026").expect("rows");
    let second = &rest[rest.find("#Software").expect("a second block")..rest.rfind("\n2026").expect("a row")];
    records(
        "u_ex260105.log",
        iis.as_bytes(),
        &[
            (4, "", NONE, "", first),
            (1, "2026-01-05T10:11:12Z", INFO, "", rows[0]),
            (1, "2026-01-05T10:11:13Z", ERROR, "", rows[1]),
            (1, "2026-01-05T10:11:14Z", INFO, "", rows[2]),
            (1, "2026-01-05T10:11:15Z", INFO, "", rows[3]),
            (1, "2026-01-05T10:11:15Z", WARN, "", rows[4]),
            (3, "", NONE, "", second),
            (1, "2026-01-06T10:11:15Z", WARN, "", "10.0.0.2 GET 401"),
        ],
    );
    let undated = "#Version: 1.0\n#Date: 2026-01-05 00:00:00\n#Fields: time c-ip sc-status\n10:11:12 10.0.0.2 503\n";
    assert_eq!(times("", undated, Some(MODIFIED)), ["2026-01-05T10:11:12Z"]);
    let local = "#Version: 1.5\n#Time Format: Local\n#Fields: date time action\n2026-01-05 10:11:12 DROP\n";
    assert_eq!(times("pfirewall.log", local, Some(MODIFIED)), ["2026-01-05T10:11:12"]);
}

#[test]
fn layouts_of_rows_hold_for_other_digits() {
    let text = "#Fields: date time cs-method sc-status sc-win32-status\n2026-01-05 10:11:12 GET 200 64\n";
    let reading = Reading::guess(text.as_bytes(), Some(MODIFIED)).expect("text");
    let (_, layout) = reading.format.learn(b"2026-01-05 10:11:12 GET 200 64");
    let layout = layout.expect("a layout");
    for line in ["2026-01-05 10:11:13 GET 200 64", "2026-01-05 10:11:13 GET 500 64", "2026-01-05 10:11:13 GET 200 65"] {
        let recalled = reading.format.recall(&layout, line.as_bytes());
        assert!(recalled.is_none_or(|read| read == reading.format.learn(line.as_bytes()).0), "{line}");
    }
    assert!(reading.format.recall(&layout, b"2026-01-06 11:11:13 GET 200 64").is_some());
}

#[test]
fn hypervisors() {
    let line = "2026-01-02T03:04:05.678Z cpu3:2097)WARNING: NMP: nmp_DeviceRetryCommand:133: Device naa.1";
    check(line, "2026-01-02T03:04:05.678Z", WARN, "NMP", "nmp_DeviceRetryCommand:133: Device naa.1");
    let line = "2026-01-02T03:04:07.678Z In(182) vmkernel: cpu3:2097152)ScsiDeviceIO: 4167: Cmd(0x45) done";
    check(line, "2026-01-02T03:04:07.678Z", INFO, "vmkernel", "cpu3:2097152)ScsiDeviceIO: 4167: Cmd(0x45) done");
    let line = "2026-01-02T03:04:05.678Z Er(163) Hostd[2099124]: [Originator@6876 sub=Default opID=x] no answer";
    check(line, "2026-01-02T03:04:05.678Z", ERROR, "Hostd", "no answer");
    let line = "2026-01-02T03:04:05.678Z warning vpxa[2099123] [Originator@6876 sub=vpxa] slow";
    check(line, "2026-01-02T03:04:05.678Z", WARN, "vpxa", "slow");
    let line =
        "2026-01-02T03:04:05.678+01:00 error vpxd[05160] [Originator@6876 sub=MoHost opID=HB-host-10@1] [HostMo] gone";
    check(line, "2026-01-02T03:04:05.678+01:00", ERROR, "vpxd", "gone");
    check("2026-01-05T10:11:12.345Z| vcpu-0| W115: lost", "2026-01-05T10:11:12.345Z", WARN, "vcpu-0", "lost");
    check("2026-01-05T10:11:12.345Z| vmx| I125: Log", "2026-01-05T10:11:12.345Z", INFO, "vmx", "Log");
    fold(
        "2026-01-02T03:04:05.678Z info hostd[1] [Originator@6876 sub=x] a\n--> frame 1\n--> frame 2\n0:00:00:05.123 cpu0:1)b\n2026-01-02T03:04:06.678Z info hostd[1] [Originator@6876 sub=x] c\n",
        &[
            ("2026-01-02T03:04:05.678Z info hostd[1] [Originator@6876 sub=x] a", 4),
            ("2026-01-02T03:04:06.678Z info hostd[1] [Originator@6876 sub=x] c", 1),
        ],
    );
    let line = "2026-01-05 10:11:12.345+0000: 1234: error : virNetSocketReadWire:1805 : End of file";
    check(line, "2026-01-05T10:11:12.345Z", ERROR, "virNetSocketReadWire:1805", "End of file");
}

#[test]
fn events_of_security_products() {
    let time = "2026-01-05T10:11:12.345Z";
    for (line, time, level, message) in [
        (
            "CEF:0|Acme|Wall|1.0|100|no|8|rt=1767607872345 src=10.0.0.1",
            time,
            ERROR,
            "no|8|rt=1767607872345 src=10.0.0.1",
        ),
        (
            "CEF:0|Acme|Wall|1.0|100|no|8|src=10.0.0.1 rt=1767607872345",
            time,
            ERROR,
            "no|8|src=10.0.0.1 rt=1767607872345",
        ),
        (
            "CEF:1|Acme|Wall|1.0|100|no|0|start=1767607870000 end=1767607872345",
            time,
            INFO,
            "no|0|start=1767607870000 end=1767607872345",
        ),
        (
            "CEF:0|Acme|Wall|1.0|100|no|medium|rt=Jan 05 2026 10:11:12 src=1",
            "2026-01-05T10:11:12",
            WARN,
            "no|medium|rt=Jan 05 2026 10:11:12 src=1",
        ),
        (
            "Jan  5 10:11:12 fw CEF:0|Acme|Wall|1.0|100|no|Very-High|src=1",
            "2026-01-05T10:11:12",
            FATAL,
            "no|Very-High|src=1",
        ),
        (
            "<134>Jan  5 10:11:12 fw CEF:0|Acme|Wall|1.0|100|no|Unknown|x=1",
            "2026-01-05T10:11:12",
            INFO,
            "no|Unknown|x=1",
        ),
        (
            "LEEF:1.0|Acme|Wall|1.0|100|devTime=Jan 05 2026 10:11:12\tsev=8\tsrc=1",
            "2026-01-05T10:11:12",
            ERROR,
            "devTime=Jan 05 2026 10:11:12\tsev=8\tsrc=1",
        ),
        (
            "LEEF:2.0|Acme|Wall|1.0|100|^|devTime=1767607872345^sev=2^src=1",
            time,
            INFO,
            "devTime=1767607872345^sev=2^src=1",
        ),
        (
            "LEEF:2.0|Acme|Wall|1.0|100|0x7C|devTime=2026-01-05 10:11:12|sev=5",
            "2026-01-05T10:11:12",
            WARN,
            "devTime=2026-01-05 10:11:12|sev=5",
        ),
        (
            "Jan  5 10:11:12 fw LEEF:2.0|Acme|Wall|1.0|100|x09|sev=9\tsrc=1",
            "2026-01-05T10:11:12",
            FATAL,
            "sev=9\tsrc=1",
        ),
    ] {
        check(line, time, level, "Wall", message);
    }
    let line = "date=2026-01-05 time=10:11:12 devname=\"fw\" tz=\"+0100\" level=\"alert\" vd=\"root\" msg=\"Administrator root login failed\"";
    check(line, "2026-01-05T10:11:12", FATAL, "", "Administrator root login failed\"");
    let line = "<189>date=2026-01-05 time=10:11:12 devname=fw level=warning msg=\"x\"";
    check(line, "2026-01-05T10:11:12", WARN, "", "x\"");
    let line = "Jan  5 10:11:12 fw date=2026-01-05 time=10:11:12 devname=fw level=error msg=\"x\"";
    check(line, "2026-01-05T10:11:12", ERROR, "", "x\"");
    check(
        "5Jan2026 10:11:12 drop   gw1    >eth0 src: 10.0.0.1;",
        "2026-01-05T10:11:12",
        NONE,
        "",
        "drop   gw1    >eth0 src: 10.0.0.1;",
    );
    let line = "type=AVC msg=audit(1767607872.345:124): avc:  denied  { read } for pid=1";
    check(line, time, NONE, "AVC", "avc:  denied  { read } for pid=1");
    check(
        "[2026-01-05 10:11:12 +0100] critical/ApiListener: no",
        "2026-01-05T10:11:12+01:00",
        FATAL,
        "ApiListener",
        "no",
    );
    let line = "[1767607872] SERVICE ALERT: host;disk;WARNING;HARD;3;full";
    check(line, "2026-01-05T10:11:12Z", WARN, "", "SERVICE ALERT: host;disk;WARNING;HARD;3;full");
    check(" 12345:20260105:101112.345 server started", "2026-01-05T10:11:12.345", NONE, "", "server started");
}

#[test]
fn devices_of_the_network() {
    for (line, time, level, component, message) in [
        ("Jan  5 10:11:12 asa1 %ASA-4-106023: Deny tcp", "2026-01-05T10:11:12", WARN, "ASA", "%ASA-4-106023: Deny tcp"),
        ("%ASA-3-713902: no peer", "", ERROR, "ASA", "%ASA-3-713902: no peer"),
        (
            "<164>Jan 05 2026 10:11:12 asa1 : %ASA-6-113019: Group",
            "2026-01-05T10:11:12",
            INFO,
            "asa1",
            "%ASA-6-113019: Group",
        ),
        (
            "*Mar  1 00:00:00.123: %LINK-3-UPDOWN: down",
            "2026-03-01T00:00:00.123",
            ERROR,
            "LINK",
            "%LINK-3-UPDOWN: down",
        ),
        (
            "000123: *Jan  5 10:11:12.345 CET: %SYS-5-CONFIG_I: x",
            "2026-01-05T10:11:12.345+01:00",
            INFO,
            "SYS",
            "%SYS-5-CONFIG_I: x",
        ),
        (
            "<189>45: sw1: Jan  5 10:11:12.345: %SYS-5-CONFIG_I: x",
            "2026-01-05T10:11:12.345",
            INFO,
            "SYS",
            "%SYS-5-CONFIG_I: x",
        ),
        (
            "<187>123: *Jan  5 2026 10:11:12.345 UTC: %BGP-3-NOTIFICATION: x",
            "2026-01-05T10:11:12.345Z",
            ERROR,
            "BGP",
            "%BGP-3-NOTIFICATION: x",
        ),
        (
            "2026 Jan  5 10:11:12 n9k %ETHPORT-5-IF_DOWN: x",
            "2026-01-05T10:11:12",
            INFO,
            "ETHPORT",
            "%ETHPORT-5-IF_DOWN: x",
        ),
        (
            "RP/0/RSP0/CPU0:Jan  5 10:11:12.345 : ifmgr[123]: %PKT_INFRA-LINK-3-UPDOWN : x",
            "2026-01-05T10:11:12.345",
            ERROR,
            "ifmgr",
            "%PKT_INFRA-LINK-3-UPDOWN : x",
        ),
        (
            "Jan  5 10:11:12 mx1 rpd[1234]: RPD_BGP_STATE: peer",
            "2026-01-05T10:11:12",
            NONE,
            "rpd",
            "RPD_BGP_STATE: peer",
        ),
        (
            "<134> 01/05/2026:10:11:12 GMT ns1 0-PPE-0 : default SSLLOG x",
            "2026-01-05T10:11:12Z",
            INFO,
            "",
            "ns1 0-PPE-0 : default SSLLOG x",
        ),
        ("jan/05/2026 10:11:12 system,info logged in", "2026-01-05T10:11:12", INFO, "", "logged in"),
        ("2026:01:05-10:11:12 utm ulogd[1234]: id=\"2001\"", "2026-01-05T10:11:12", NONE, "ulogd", "id=\"2001\""),
        ("01/05-10:11:12.345678  [**] [1:1:1] x", "2026-01-05T10:11:12.345678", NONE, "", "x"),
    ] {
        check(line, time, level, component, message);
    }
}

#[test]
fn php_and_its_frameworks() {
    let line = "[02-Jan-2026 03:04:05 UTC] PHP Fatal error:  Uncaught Error: Class not found in /srv/x.php:3";
    check(line, "2026-01-02T03:04:05Z", ERROR, "", "PHP Fatal error:  Uncaught Error: Class not found in /srv/x.php:3");
    let line = "[02-Jan-2026 03:04:05 UTC] PHP Warning:  Undefined variable $x in /srv/x.php on line 3";
    check(line, "2026-01-02T03:04:05Z", WARN, "", "Undefined variable $x in /srv/x.php on line 3");
    let line = "[2026-01-02 03:04:05] production.ERROR: Connection refused {\"exception\":\"x\"}";
    check(line, "2026-01-02T03:04:05", ERROR, "production.ERROR", "Connection refused {\"exception\":\"x\"}");
    let line = "[2026-01-02T03:04:05.123456+00:00] request.CRITICAL: Uncaught PHP Exception [] []";
    check(line, "2026-01-02T03:04:05.123456Z", FATAL, "request.CRITICAL", "Uncaught PHP Exception [] []");
}

#[test]
fn ceph_daemons_say_by_a_priority_of_minus_one_that_it_is_an_error() {
    let line = "2026-01-02T03:04:05.123+0000 7f1234567700 -1 osd.3 12 heartbeat_check: no reply";
    check(line, "2026-01-02T03:04:05.123Z", ERROR, "", "osd.3 12 heartbeat_check: no reply");
    let line = "2026-01-02T03:04:05.123+0000 7f1234567700  1 osd.3 12 start_boot";
    check(line, "2026-01-02T03:04:05.123Z", NONE, "7f1234567700", "osd.3 12 start_boot");
}

#[test]
fn a_report_of_erlang_is_one_record_with_the_lines_behind_it() {
    check("=ERROR REPORT==== 2-Jan-2026::03:04:05 ===", "2026-01-02T03:04:05", ERROR, "", "");
    let text = "\n=ERROR REPORT==== 2-Jan-2026::03:04:05 ===\nMnesia(rabbit@a): ** ERROR ** (core dumped)\n\n=INFO REPORT==== 2-Jan-2026::03:04:06.123456 ===\nstarting TCP listener on [::]:5672\nrabbit on node a\n";
    let error = "\nMnesia(rabbit@a): ** ERROR ** (core dumped)";
    let info = "\nstarting TCP listener on [::]:5672\nrabbit on node a";
    records(
        "rabbit.log",
        text.as_bytes(),
        &[(2, "2026-01-02T03:04:05", ERROR, "", error), (3, "2026-01-02T03:04:06.123456", INFO, "", info)],
    );
}

#[test]
fn chromium_and_what_embeds_it() {
    let line = "[1234:5678:0511/101112.345678:ERROR:gpu_init.cc(523)] Passthrough is not supported";
    check(line, "2026-05-11T10:11:12.345678", ERROR, "gpu_init.cc(523)", "Passthrough is not supported");
    let line = "[0511/101112.345:WARNING:dns_config.cc(12)] Failed to read DnsConfig.";
    check(line, "2026-05-11T10:11:12.345", WARN, "dns_config.cc(12)", "Failed to read DnsConfig.");
    let line = "INFO [05-11|10:11:12.345] Imported new chain segment";
    check(line, "2026-05-11T10:11:12.345", INFO, "", "Imported new chain segment");
}

#[test]
fn events_of_vcenter_and_requests_of_load_balancers() {
    let line = "2026-01-02T03:04:05.123+00:00 vc1 vpxd 1234 - - Event [77] [1-1] [2026-01-02T03:04:05.1Z] [vim.event.HostConnectionLostEvent] [error] [] [DC] [77] [Host esx1 is not responding]";
    check(line, "2026-01-02T03:04:05.123Z", ERROR, "", &line[30..]);
    let line = "https 2026-01-02T03:04:05.123456Z app/shop/50dc6c 192.0.2.1:2817 10.0.0.1:80 0.001 -1 -1 502 - 34 366 \"GET https://shop.example.com:443/ HTTP/1.1\" \"curl\"";
    check(line, "2026-01-02T03:04:05.123456Z", ERROR, "", &line[34..]);
}

#[test]
fn reports_of_aix_and_messages_of_backup_jobs() {
    check(
        "A924A5FC   0514081223 P S SYSPROC        SOFTWARE PROGRAM ABNORMALLY TERMINATED",
        "2023-05-14T08:12:00",
        ERROR,
        "SYSPROC",
        "SOFTWARE PROGRAM ABNORMALLY TERMINATED",
    );
    check(
        "14-May 08:12 bareos-sd JobId 12: Error: Volume not found",
        "2026-05-14T08:12:00",
        ERROR,
        "bareos-sd",
        "Error: Volume not found",
    );
}

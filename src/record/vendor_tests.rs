//! Lines of products whose formats have a form of their own, made up by us after the vendors' documentation.

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
        (1, "2026-01-05T10:11:13.340", ERROR, "Logon", "Error: 18456, Severity: 14, State: 8."),
        (1, "2026-01-05T10:11:13.340", ERROR, "Logon", login),
        (1, "2026-01-05T10:11:16.340", FATAL, "spid7s", "Error: 9003, Severity: 20, State: 9."),
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

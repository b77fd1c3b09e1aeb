//! Lines put together by chance.

use crate::record::format::Format;
use crate::record::{Chunk, Encoding};
use proptest::prelude::*;

/// Lines put together from what headers are made of, in any order.
pub(in crate::record) fn header_like() -> impl Strategy<Value = Vec<u8>> {
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
        "Log started: ",
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

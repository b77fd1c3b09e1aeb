use super::*;
use proptest::prelude::{Strategy, any as arbitrary, prop_assert, prop_oneof, proptest};

/// Compares all fields of a record, written `name=value`, and looks each up by its name.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let fields = all(text.as_bytes());
    let shown: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value))).collect();
    assert_eq!(shown, expected);
    for (name, value) in &fields {
        assert!(any(text.as_bytes(), name, &mut |it| it.text() == *value), "{name}");
    }
}

#[track_caller]
fn check_one(text: &str, name: &str, expected: Option<&str>) {
    let value = find(text.as_bytes(), name);
    assert_eq!(value.as_deref().map(String::from_utf8_lossy).as_deref(), expected, "{name}");
}

#[test]
fn an_object_is_read_by_paths() {
    let text = r#"{"time":"2026-01-02T03:04:05Z","level":"error","provider":"Service Control Manager","event_id":7000,"data":{"param1":"Shop \"A\"","param2":"%%2"}, "tags":["a",{"b":[1,2]}],"none":null,"log.level":"x","n":-1.5e3,"t":true}"#;
    check(
        text,
        &[
            "time=2026-01-02T03:04:05Z",
            "level=error",
            "provider=Service Control Manager",
            "event_id=7000",
            "data.param1=Shop \"A\"",
            "data.param2=%%2",
            "tags.0=a",
            "tags.1.b.0=1",
            "tags.1.b.1=2",
            "log.level=x",
            "n=-1.5e3",
            "t=true",
        ],
    );
    check_one(text, "tags", Some("a"));
    check_one(text, "tags.b", Some("1"));
    check_one(text, "tags.2", None);
    check_one(text, "data", None);
    check_one(text, "none", None);
    assert!(any(text.as_bytes(), "tags.b", &mut |value| &*value.text() == b"2"));
}

#[test]
fn an_object_that_breaks_off_or_is_damaged_gives_what_is_there() {
    check(r#"{"a":1,"b":{"c":"d","e":"no end"#, &["a=1", "b.c=d", "b.e=no end"]);
    check(r#"{"a":1,"b" 2,"c":3}"#, &["a=1"]);
    check(r#"{"a":1,}"#, &["a=1"]);
    check(&format!("{}1", r#"{"a":"#.repeat(1000)), &[]);
}

/// The path below a member with an empty key lacked its dot: `0` was listed and could not be found.
#[test]
fn an_empty_key_is_a_part_of_the_path() {
    check(r#"{"":[x, a=""#, &[".0=x", ".1=a=\""]);
    check(r#"{"":{"":1,"b":[2]},"c":{"":3}}"#, &[".=1", ".b.0=2", "c.=3"]);
    check(r#"{"":4,".":5,"a..b":{"":6}}"#, &["=4", ".=5", "a..b.=6"]);
}

#[test]
fn an_object_may_stand_behind_other_text_and_over_lines() {
    check("2026-01-02 ERROR call failed user=bob {\"code\": 5} took=3ms", &["user=bob", "code=5", "took=3ms"]);
    check("{\r\n  \"a\": 1,\r\n  \"b\": [\r\n    2\r\n  ]\r\n}", &["a=1", "b.0=2"]);
    check("payload={\"a\":1} b=2", &["payload={\"a\":1}", "a=1", "b=2"]);
    check("if {x} and {} or {\"\"", &[]);
}

#[test]
fn windows_events_of_other_programs_have_the_same_names() {
    for text in [
        r#"{"EventID":7000,"SourceName":"Service Control Manager","Channel":"System","Hostname":"srv01"}"#,
        r#"{"Id":7000,"ProviderName":"Service Control Manager","LogName":"System","MachineName":"srv01"}"#,
        r#"{"winlog":{"event_id":"7000","provider_name":"Service Control Manager","channel":"System","computer_name":"srv01"}}"#,
        r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Service Control Manager"}},"EventID":{"#attributes":{"Qualifiers":49152},"#text":7000},"Channel":"System","Computer":"srv01"}}}"##,
        "Log Name:      System\r\nSource:        Service Control Manager\r\nDate:          5/12/2026 3:11:57 AM\r\nEvent ID:      7000\r\nComputer:      srv01\r\nDescription:\r\nThe Shop service failed.",
        "Event[12]:\n  Log Name: System\n  Source: Service Control Manager\n  Date: 2026-05-12T03:11:57.101\n  Event ID: 7000\n  Computer: srv01\n  Description: \nThe Shop service failed.",
        "Event Type: Error\nEvent Source: Service Control Manager\nEvent Category: None\nEvent ID: 7000\nChannel: System\nComputer: srv01\nDescription:\nThe Shop service failed.",
        "TimeCreated  : 5/12/2026 3:11:57 AM\nProviderName : Service Control Manager\nId           : 7000\nLogName : System\nMachineName : srv01\nMessage      : The Shop service failed.",
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control Manager' Guid='{555908d1-a6d7-4695-8e1e-26931d2012f4}'/><EventID Qualifiers='49152'>7000</EventID><Channel>System</Channel><Computer>srv01</Computer></System></Event>",
    ] {
        check_one(text, "event_id", Some("7000"));
        check_one(text, "provider", Some("Service Control Manager"));
        check_one(text, "channel", Some("System"));
        check_one(text, "computer", Some("srv01"));
    }
}

#[test]
fn an_event_that_was_written_down_in_one_line_has_a_source_and_a_number() {
    for (text, providers) in [
        (
            "Event ID: 7023 Source: Service Control Manager The service ended",
            &["Service", "Service Control", "Service Control Manager"][..],
        ),
        ("Event ID: 7023 Event Source: TermDD", &["TermDD"]),
        ("Source: Service Control Manager Event ID: 7023 The service ended", &["Service Control Manager"]),
        ("Event Source: VSS\nEvent ID: 7023\n", &["VSS"]),
    ] {
        check_one(text, "event_id", Some("7023"));
        for provider in providers {
            let is_it = |value: Value<'_>| value.text() == provider.as_bytes();
            assert!(any(text.as_bytes(), "provider", &mut { is_it }), "{provider} of {text}");
        }
    }
    check_one("Event ID: none Source: VSS", "event_id", Some("none Source: VSS"));
    check_one("Event ID: 12289\nVolume Shadow Copy Service error: x", "event_id", Some("12289"));
}

#[test]
fn parameters_of_windows_events_are_in_data() {
    for text in [
        r#"{"winlog":{"event_data":{"param1":"Shop & Co"}}}"#,
        r#"{"Event":{"EventData":{"param1":"Shop & Co"}}}"#,
        "<Event><System/><EventData><Data Name='param1'>Shop &amp; Co</Data></EventData></Event>",
        "<Event><System/><UserData><X xmlns='y'><param1>Shop &amp; Co</param1></X></UserData></Event>",
    ] {
        check_one(text, "data.param1", Some("Shop & Co"));
        check_one(text, "param1", None);
    }
}

#[test]
fn an_event_as_text_has_its_labels_in_lower_case_and_its_description() {
    check(
        "Event[0]:\r\n  Log Name: System\r\n  Source: disk\r\n  Event ID: 7\r\n  Task: N/A\r\n  Level: Erreur\r\n  User Name: N/A\r\n  Description: \r\nThe device, \\Device\\Harddisk1\\DR1, has a bad block.\r\nMore: x\r\n",
        &[
            "channel=System",
            "provider=disk",
            "event_id=7",
            "task=N/A",
            "level=Erreur",
            "user_name=N/A",
            "message=The device, \\Device\\Harddisk1\\DR1, has a bad block.\r\nMore: x",
        ],
    );
    check_one(
        "Log Name: System\nLevel: Warning\nEvent Xml:\n<Event><System><Level>2</Level></System></Event>",
        "level",
        Some("warn"),
    );
}

#[test]
fn a_row_of_the_event_viewer_has_columns() {
    check(
        "Error,5/12/2026 3:11:57 AM,VSS,12292,None,\"Error \"\"x\"\", creating\nmore\"",
        &[
            "level=error",
            "time=5/12/2026 3:11:57 AM",
            "provider=VSS",
            "event_id=12292",
            "task_category=None",
            "message=Error \"x\", creating\nmore",
        ],
    );
    check(
        "Error,5/12/2026 3:11:57 AM,disk,7,None",
        &["level=error", "time=5/12/2026 3:11:57 AM", "provider=disk", "event_id=7", "task_category=None", "message="],
    );
    check("Error, nothing found, sorry, 5, x", &[]);
}

#[test]
fn an_event_as_xml_has_names_or_numbers_for_its_data() {
    check(
        "<?xml version='1.0'?><Event xmlns=\"x\"><System><Provider Name=\"VSS\"/><EventID>12292</EventID><Level>2</Level><Task>0</Task><TimeCreated SystemTime='2026-05-12T03:11:57Z'/><EventRecordID>9</EventRecordID><Security UserID='S-1-5'/></System>\n<EventData><Data>a</Data><Data Name='b'>&lt;c&gt;</Data><Data>d</Data><Binary>00</Binary></EventData><RenderingInfo><Message>All of it</Message></RenderingInfo></Event>",
        &[
            "provider=VSS",
            "event_id=12292",
            "level=error",
            "task=0",
            "time=2026-05-12T03:11:57Z",
            "record=9",
            "data.param1=a",
            "data.b=<c>",
            "data.param2=d",
            "data.Binary=00",
            "message=All of it",
        ],
    );
    check("<Event><System><EventID>70", &["event_id=70"]);
    check("<Event <<<< Name=", &[]);
}

#[test]
fn cef_has_a_header_and_an_extension() {
    check(
        r"<134>Feb 14 19:04:54 fw1 CEF:0|Acme|Fire \| Wall|1.0|100|worm stopped|10|src=10.0.0.1 msg=Path C:\\x\=1 is bad cs1Label=Rule Name cs1= act=blocked a string",
        &[
            "device_vendor=Acme",
            "device_product=Fire | Wall",
            "device_version=1.0",
            "signature_id=100",
            "name=worm stopped",
            "severity=10",
            "src=10.0.0.1",
            "msg=Path C:\\x=1 is bad",
            "cs1Label=Rule Name",
            "cs1=",
            "act=blocked a string",
        ],
    );
    check("CEF:0|Acme|App", &["device_vendor=Acme"]);
    check("CEF:x|a=1", &["a=1"]);
}

#[test]
fn leef_has_tabs_or_its_own_delimiter() {
    let header = ["device_vendor=Acme", "device_product=App", "device_version=1.0", "event_id=login"];
    for text in [
        "LEEF:1.0|Acme|App|1.0|login|usrName=bob b\tsrc=10.0.0.1",
        "Jan 18 11:07:53 host LEEF:2.0|Acme|App|1.0|login|^|usrName=bob b^src=10.0.0.1",
        "LEEF:2.0|Acme|App|1.0|login|x5E|usrName=bob b^src=10.0.0.1",
        "LEEF:2.0|Acme|App|1.0|login||usrName=bob b\tsrc=10.0.0.1",
        "LEEF:1.0|Acme|App|1.0|login|usrName=bob b src=10.0.0.1",
    ] {
        check(text, &[&header[..], &["usrName=bob b", "src=10.0.0.1"]].concat());
    }
    check("LEEF:2.0|Acme|App|1.0|login|0x", &header);
}

#[test]
fn pairs_are_found_in_any_text() {
    check(
        r#"time="2026-01-02 03:04:05" level=error msg="it \"broke\" at C:\temp" n=5 empty= last='x y'"#,
        &["time=2026-01-02 03:04:05", "level=error", "msg=it \"broke\" at C:\\temp", "n=5", "empty=", "last=x y"],
    );
    check(
        "login failed (user=bob, code=5); src=10.0.0.1;dst=[::1];x=a,b rc = 0x80070005.",
        &["user=bob", "code=5", "src=10.0.0.1", "dst=[::1]", "x=a,b", "rc=0x80070005."],
    );
    check("if a == b or http://x/?q=1&r=2 then 'k=v", &["k=v"]);
    check("msg=\"no end\nnext=1", &["msg=no end", "next=1"]);
    check("a.b-c_d@e=1\r\nf=2\r", &["a.b-c_d@e=1", "f=2"]);
}

#[test]
fn users_of_welf_have_blanks() {
    check(
        r#"id=firewall time="2023-05-17 08:14:22" pri=4 fw=10.8.0.2 vpn=vpn-a ivs=Root System user=Ann Lee realm="" proto= src=127.0.0.1 type=vpn msg="AUT23392: 'x' (y) failed.""#,
        &[
            "id=firewall",
            "time=2023-05-17 08:14:22",
            "pri=4",
            "fw=10.8.0.2",
            "vpn=vpn-a",
            "ivs=Root System",
            "user=Ann Lee",
            "realm=",
            "proto=",
            "src=127.0.0.1",
            "type=vpn",
            "msg=AUT23392: 'x' (y) failed.",
        ],
    );
}

#[test]
fn structured_data_of_syslog_is_read_with_quotes_inside() {
    let text = r#"1 2026-01-02T03:04:05Z HOST Veeam_MP - - [origin enterpriseId="31023"] [categoryId=0 instanceId=24050 JobName="Daily \"A\" \]" Description="Job "Daily" failed (C:\) x" n="1"] rest=2"#;
    check(
        text,
        &[
            "origin.enterpriseId=31023",
            "categoryId=0",
            "instanceId=24050",
            "JobName=Daily \"A\" ]",
            "Description=Job \"Daily\" failed (C:\\) x",
            "n=1",
            "rest=2",
        ],
    );
    check_one(text, "enterpriseId", Some("31023"));
    check("[main] a=1 [x y=2] [z", &["a=1", "y=2"]);
    check("[x y=\"never closed z=3", &["y=never closed z=3"]);
}

#[test]
fn a_word_in_prose_is_no_value() {
    for text in [
        r#"{"p":"disk"}"#,
        "Source:   disk\r\n",
        "<Data>\n disk</Data>",
        "Error,1,disk,7",
        "p=disk",
        "a|disk|",
        "[1, disk]",
    ] {
        assert!(may_have(text.as_bytes(), &Finder::new("disk")), "{text}");
    }
    for text in ["no space on disk", "disk", "the disk: is full", "\"the disk\"", "subdisk=1"] {
        assert!(!may_have(text.as_bytes(), &Finder::new("disk")), "{text}");
    }
}

#[test]
fn an_array_of_words_without_commas_ends_at_the_first() {
    check(r#"{"":[[Log Name: "#, &[".0.0=Log"]);
    check(r#"{"a":[1 2],"b":3}"#, &["a.0=1", "b=3"]);
}

#[test]
fn what_has_no_fields_has_none() {
    for text in ["", "{", "=", "==", "[", "just words", "a: b", "\u{feff}", "  \n "] {
        check(text, &[]);
    }
}

#[test]
fn texts_that_never_end_take_no_long_time() {
    for part in
        ["[a b=\"", "{\"a\":[", "a=\"", "<Event <a", "CEF:0|a=", "a='\\", "[a=", "x=b,c", "[\"a\",", "{\"a\":\"\\"]
    {
        let text = part.repeat(1_000_000 / part.len());
        // With a step for each pair of bytes these would take an hour.
        assert_eq!(find(text.as_bytes(), "none.of.these"), None);
        let _ = find(text.as_bytes(), "event_id");
    }
}

/// Pieces of all formats in any order.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "{\"", "\"", "\":", "{", "}", "[", "]", ",", "null", "a", "b", ".", "=", " ", "\\", "\n", "\r\n", "\t", "\\u00e4",
            "\\ud800", "CEF:0|", "LEEF:2.0|", "|", "x09|", "id=firewall ", "user=", "'", "Event[0]:\n", "Log Name: ", "Event ID: 7\n",
            "Description:", "<Event>", "<System>", "<EventID>", "</EventID>", "<Data Name='a'>", "</Data>", "<Provider Name=", "/>",
            "&amp;", "&#65;", "Error,1,", "[x a=\"", "\"]", "5", ";", "data", "event_data\"", "\u{feff}",
        ]).prop_map(|it| it.as_bytes().to_vec()),
        1 => proptest::collection::vec(arbitrary::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_what_is_listed_is_found(text in text()) {
        for (name, value) in all(&text) {
            // Keys that are no text cannot be asked for.
            if !name.contains('\u{fffd}') {
                prop_assert!(any(&text, &name, &mut |it| it.text() == value), "{} in {:?}", name, String::from_utf8_lossy(&text));
            }
        }
        let _ = find(&text, "data.a");
        let _ = find(&text, "event_id");
    }

    #[test]
    fn a_plain_value_stands_in_the_record_as_it_is(text in text()) {
        for (name, value) in all(&text) {
            for run in value.split(|&byte| !is_plain(byte)).filter(|_| is_verbatim(&name)) {
                prop_assert!(memchr::memmem::find(&text, run).is_some(), "{:?} of {} in {:?}", run, name, text);
            }
            if is_verbatim(&name) && !value.is_empty() && value.iter().all(|&byte| is_plain(byte)) {
                prop_assert!(may_have(&text, &Finder::new(&value)), "{:?} of {} in {:?}", value, name, text);
            }
        }
    }
}

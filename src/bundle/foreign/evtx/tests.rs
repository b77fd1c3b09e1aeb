//! Logs that were built here, whole and damaged: the lines that come out, and what is said of the damage.

use super::build::{Log, Template, Xml, element, event, text, utf16, whole, with};
use super::{CHUNK, HEADER, Members, ProblemKind};
use proptest::prelude::*;
use serde_json::Value;
use std::io::{self, Cursor};

#[derive(Default)]
struct Collected {
    text: Vec<u8>,
    problems: Vec<String>,
}

impl Members for Collected {
    fn begin(&mut self, name: Option<&[u8]>, modified: Option<i64>) -> io::Result<()> {
        assert_eq!((name, modified), (None, None));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn problem(&mut self, kind: ProblemKind, message: &str) -> io::Result<()> {
        assert_eq!(kind, ProblemKind::Corrupt);
        self.problems.push(message.to_owned());
        Ok(())
    }
}

fn read(log: &[u8]) -> (Vec<String>, Option<String>) {
    let mut collected = Collected::default();
    super::read(&mut Cursor::new(log), &mut collected).unwrap();
    assert!(collected.problems.len() <= 1);
    let text = String::from_utf8(collected.text).unwrap();
    (text.lines().map(str::to_owned).collect(), collected.problems.pop())
}

#[track_caller]
fn check(log: &mut Log, expected: &[&str]) {
    let (lines, problem) = read(&log.finish());
    assert_eq!(lines, expected);
    assert_eq!(problem, None);
}

/// The data of an event.
#[track_caller]
fn check_data(data: Xml, expected: &str) {
    let (lines, problem) = read(&Log::new().plain(&whole(1, 4, "0x0", data)).finish());
    let expected = if expected.is_empty() { String::new() } else { format!(",\"data\":{expected}") };
    let tail = lines[0].split_once("event ID 1\"").unwrap().1;
    assert_eq!((tail, problem), (format!("{expected}}}").as_str(), None));
}

/// Reads a damaged log: the numbers of the records that came out, and what is said.
#[track_caller]
fn check_damaged(log: &[u8], numbers: &[u64], message: &str) {
    let (lines, problem) = read(log);
    assert_eq!(numbers_of(&lines), numbers, "{problem:?}");
    assert_eq!(problem.as_deref(), Some(message));
}

fn numbers_of(lines: &[String]) -> Vec<u64> {
    // An event whose number is damaged has none.
    let number = |line: &String| serde_json::from_str::<Value>(line).unwrap()["record"].as_u64();
    lines.iter().filter_map(number).collect()
}

/// What `testdata/evtx/System.evtx.gz` holds, which the tests of the whole program read.
fn sample() -> Vec<u8> {
    let mut log = Log::new();
    log.plain(&event(6005, 4, &[]));
    let named = |name, gap| with("Data", vec![("Name", text(name))], vec![Xml::Gap(gap)]);
    let data = element("EventData", vec![named("param1", 0), named("param2", 1), named("Attempts", 2)]);
    let failed = Template("failed", whole(7000, 2, "0x8080000000000000", data));
    for (service, attempts) in [("Spooler", 1_u32), ("Netman", 2), ("Spooler", 3)] {
        let values: &[(u8, &[u8])] =
            &[(0x01, &utf16(service)), (0x01, &utf16("%%1053")), (0x08, &attempts.to_le_bytes())];
        log.filled(&failed, values);
    }
    log.next_chunk();
    let logon = vec![with("Data", vec![("Name", text("TargetUserName"))], vec![text("admin")])];
    log.plain(&whole(4625, 0, "0x8010000000000000", element("EventData", logon)));
    let state = element("Changed", vec![element("State", vec![text("Staged")])]);
    log.plain(&whole(2, 4, "0x0", element("UserData", vec![state])));
    log.finish()
}

#[test]
fn the_sample_of_the_program_tests_is_built_here() {
    let packed = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/evtx/System.evtx.gz"));
    let mut stored = Vec::new();
    io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut stored).unwrap();
    assert!(stored == sample(), "build it again: gzip -9n of what `sample` returns");
    let (lines, problem) = read(&stored);
    assert_eq!((numbers_of(&lines), problem), (vec![1, 2, 3, 4, 5, 6], None));
}

/// Three chunks with three events each.
fn nine() -> Log {
    let mut log = Log::new();
    for number in 1..=9_u32 {
        log.plain(&event(number, 2, &["some text", &number.to_string()]));
        if number % 3 == 0 && number < 9 {
            log.next_chunk();
        }
    }
    log
}

#[test]
fn an_event_is_a_line() {
    check(
        Log::new().plain(&event(7000, 2, &["Spooler", "%%1053"])),
        &[
            "{\"time\":\"2026-01-02T03:04:05.1234567Z\",\"level\":\"error\",\"provider\":\"Disk Watcher\",\"event_id\":7000,\
           \"channel\":\"System\",\"computer\":\"host-1\",\"record\":1,\"keywords\":\"0x80000000000000\",\
           \"message\":\"Disk Watcher event ID 7000\",\"data\":{\"param1\":\"Spooler\",\"param2\":\"%%1053\"}}",
        ],
    );
    check(&mut Log::new(), &[]);
}

/// A template as programs of today use it: all values are filled in, the data are a fragment of their own.
#[test]
fn values_fill_templates() {
    let system = element(
        "System",
        vec![
            with("Provider", vec![("Name", text("New")), ("Guid", text("{1}"))], vec![]),
            element("EventID", vec![Xml::Gap(0)]),
            element("Level", vec![Xml::Gap(1)]),
            element("Task", vec![Xml::Gap(2)]),
            element("Opcode", vec![Xml::Gap(3)]),
            element("Keywords", vec![Xml::Gap(4)]),
            with("TimeCreated", vec![("SystemTime", Xml::Gap(5))], vec![]),
            element("EventRecordID", vec![Xml::Gap(6)]),
            with("Correlation", vec![("ActivityID", Xml::Gap(7))], vec![]),
            with("Execution", vec![("ProcessID", Xml::Gap(8)), ("ThreadID", Xml::Gap(8))], vec![]),
            element("Channel", vec![text("New/Operational")]),
            element("Computer", vec![Xml::Gap(9)]),
            with("Security", vec![("UserID", Xml::Gap(10))], vec![]),
        ],
    );
    let template = Template("event", element("Event", vec![system, Xml::Gap(11)]));
    let data = |name| element("EventData", vec![with("Data", vec![("Name", text(name))], vec![Xml::Gap(0)])]);
    let mut log = Log::new();
    for (number, name) in [(501_u64, "Size"), (502, "Count")] {
        let computer = utf16("host-1");
        let values: Vec<(u8, Vec<u8>)> = vec![
            (0x06, 41_u16.to_le_bytes().to_vec()),
            (0x04, vec![3]),
            (0x06, vec![9, 0]),
            (0x04, vec![0]),
            (0x15, (1_u64 << 63).to_le_bytes().to_vec()),
            (0x11, 134_117_966_451_234_567_u64.to_le_bytes().to_vec()),
            (0x0a, number.to_le_bytes().to_vec()),
            (0x00, vec![]),
            (0x08, 4_u32.to_le_bytes().to_vec()),
            (0x01, computer),
            (0x13, b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0".to_vec()),
        ];
        let values: Vec<(u8, &[u8])> = values.iter().map(|(kind, value)| (*kind, value.as_slice())).collect();
        let inner = Template(name, data(name));
        log.nested((&template, &values), (&inner, &[(0x0a, &7_u64.to_le_bytes())]));
    }
    let line = |number, name| {
        format!(
            "{{\"time\":\"2026-01-02T03:04:05.1234567Z\",\"level\":\"warn\",\"provider\":\"New\",\"event_id\":41,\
             \"channel\":\"New/Operational\",\"computer\":\"host-1\",\"record\":{number},\"task\":9,\
             \"keywords\":\"0x8000000000000000\",\"user\":\"S-1-5-18\",\"process_id\":4,\"thread_id\":4,\
             \"message\":\"New event ID 41\",\"data\":{{\"{name}\":7}}}}"
        )
    };
    let (lines, problem) = read(&log.finish());
    assert_eq!((lines, problem), (vec![line(501, "Size"), line(502, "Count")], None));
}

#[test]
fn levels_are_those_of_windows() {
    for (level, keywords, expected) in [
        (0, "0x0", "info"),
        (1, "0x0", "fatal"),
        (2, "0x0", "error"),
        (3, "0x0", "warn"),
        (4, "0x0", "info"),
        (5, "0x0", "debug"),
        (77, "0x0", "info"),
        (0, "0x8020000000000000", "info"),
        (0, "0x8010000000000000", "warn"),
        (2, "0x8010000000000000", "error"),
    ] {
        let (lines, _) = read(&Log::new().plain(&whole(1, level, keywords, element("EventData", vec![]))).finish());
        assert!(lines[0].contains(&format!("\"level\":\"{expected}\"")), "{level} {keywords}: {}", lines[0]);
    }
}

#[test]
fn data_become_one_level_of_names() {
    let named = |name, value| with("Data", vec![("Name", text(name))], vec![text(value)]);
    check_data(
        element(
            "EventData",
            vec![
                named("User", "a\"b\\c\r\nd\u{7}"),
                named("User", "x"),
                named("Use", "y"),
                named("User", "z"),
                named("Empty", ""),
            ],
        ),
        r#"{"User":"a\"b\\c\r\nd\u0007","User (2)":"x","Use":"y","User (3)":"z"}"#,
    );
    check_data(
        element(
            "EventData",
            vec![element("Data", vec![]), element("Data", vec![text("b")]), element("Binary", vec![text("00FF")])],
        ),
        r#"{"param2":"b","Binary":"00FF"}"#,
    );
    let inner = element("Reason", vec![element("Code", vec![text("5")]), element("Text", vec![text("none")])]);
    let user = with(
        "EventXML",
        vec![("xmlns", text("urn:y")), ("Version", text("2"))],
        vec![element("Name", vec![text("n")]), inner],
    );
    check_data(
        element("UserData", vec![user]),
        r#"{"EventXML.Version":"2","Name":"n","Reason.Code":"5","Reason.Text":"none"}"#,
    );
    check_data(element("UserData", vec![element("Only", vec![text("content")])]), r#"{"Only":"content"}"#);
    check_data(element("EventData", vec![]), "");
    check_data(with("EventData", vec![("Name", text("KIND"))], vec![]), r#"{"Name":"KIND"}"#);
    check_data(
        element(
            "EventData",
            vec![element("Data", vec![text("1 "), Xml::Entity("lt"), Xml::Cdata(" 2"), Xml::Character(0x41)])],
        ),
        r#"{"param1":"1 < 2A"}"#,
    );
}

#[test]
fn arrays_are_parameters_or_lists() {
    let list: &[(u8, &[u8])] = &[(0x81, &utf16("one\0two\0")), (0x86, &[1, 0, 2, 0])];
    let data = vec![element("Data", vec![Xml::Gap(0)]), with("Data", vec![("Name", text("Ports"))], vec![Xml::Gap(1)])];
    let (lines, _) =
        read(&Log::new().filled(&Template("t", whole(1, 4, "0x0", element("EventData", data))), list).finish());
    assert!(lines[0].ends_with(r#""data":{"param1":"one","param2":"two","Ports":[1,2]}}"#), "{}", lines[0]);
}

#[test]
fn what_a_collector_has_rendered_is_part_of_the_message() {
    let mut forwarded = event(7, 2, &["x"]);
    let rendering =
        vec![element("Message", vec![text("The disk is full.\r\nBuy one.")]), element("Level", vec![text("Error")])];
    if let Xml::Element(_, _, children) = &mut forwarded {
        children.push(with("RenderingInfo", vec![("Culture", text("en-US"))], rendering));
    }
    let (lines, _) = read(&Log::new().plain(&forwarded).finish());
    let expected = r#""message":"Disk Watcher event ID 7: The disk is full.\r\nBuy one.","data":{"param1":"x"}}"#;
    assert!(lines[0].ends_with(expected), "{}", lines[0]);
}

#[test]
fn chunks_are_read_whatever_the_header_of_the_file_says() {
    let whole = nine().finish();
    let expected = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let mut stale = whole.clone();
    stale[42] = 1;
    let mut wiped = whole.clone();
    wiped[..HEADER].fill(0);
    let mut with_room = whole.clone();
    with_room.resize(whole.len() + 5 * CHUNK, 0);
    for log in [&whole, &stale, &wiped, &with_room, &whole[HEADER..].to_vec()] {
        let (lines, problem) = read(log);
        assert_eq!((numbers_of(&lines), problem), (expected.to_vec(), None));
    }
}

#[test]
fn a_damaged_chunk_costs_only_what_is_damaged() {
    let log = nine();
    let whole = log.finish();
    let all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    let second = HEADER + CHUNK;
    let mut header = whole.clone();
    header[second + 48] ^= 1;
    check_damaged(&header, &all, "damaged: 1 chunk has a damaged header (byte 69632); all other events were read");
    let mut gone = whole.clone();
    gone[second..second + 512].fill(0);
    check_damaged(&gone, &all, "damaged: 1 chunk has a damaged header (byte 69632); all other events were read");
    // A letter of a text: nobody can tell which one it was.
    let mut letter = whole.clone();
    let at = second + memchr::memmem::find(&whole[second..], &utf16("some text")).unwrap();
    letter[at] ^= 1;
    check_damaged(&letter, &all, "damaged: 1 chunk does not fit the checksum (byte 69632); all other events were read");
    // The chunk that was being written when the file was copied has no checksum yet.
    let mut writing = letter.clone();
    writing[second + 120] = 1;
    assert_eq!(read(&writing).1, None);
}

#[test]
fn a_damaged_record_costs_only_itself() {
    let log = nine();
    let whole = log.finish();
    let second = HEADER + CHUNK;
    let record = second + log.chunks[1].records[1];
    let mut mark = whole.clone();
    mark[record] = 0;
    let bytes = log.chunks[1].records[2] - log.chunks[1].records[1];
    let message = format!(
        "damaged: {bytes} bytes are unreadable (byte {record}); 1 event is missing; all other events were read"
    );
    check_damaged(&mark, &[1, 2, 3, 4, 6, 7, 8, 9], &message);
    // Behind the part that every event has, what was read counts.
    let mut data = whole.clone();
    let at = record + memchr::memmem::find(&whole[record..], &utf16("some text")).unwrap();
    data[at - 4] = 0x7f;
    let message = format!(
        "damaged: 1 event is damaged (record 5 at byte {}), 1 event was read in part; all other events were read",
        record + 24
    );
    check_damaged(&data, &[1, 2, 3, 4, 5, 6, 7, 8, 9], &message);
    assert!(read(&data).0[4].contains("\"damaged\":true,\"message\":\"Disk Watcher event ID 5\""));
    let mut start = whole.clone();
    start[record + 24 + 4] = 0x7f;
    let message = format!("damaged: 1 event is damaged (record 5 at byte {}); all other events were read", record + 24);
    check_damaged(&start, &[1, 2, 3, 4, 6, 7, 8, 9], &message);
}

#[test]
fn a_log_that_is_cut_off_gives_what_is_there() {
    let log = nine();
    let whole = log.finish();
    let within = HEADER + CHUNK + log.chunks[1].records[2] + 40;
    let message = format!(
        "damaged: cut off: it ends {} bytes after the beginning of a chunk of 65536; 40 bytes are unreadable (byte {}); \
         1 event is missing; all other events were read",
        within - HEADER - CHUNK,
        within - 40
    );
    check_damaged(&whole[..within], &[1, 2, 3, 4, 5], &message);
    let message = "damaged: cut off: it should have 3 chunks and has 2; all other events were read";
    check_damaged(&whole[..HEADER + 2 * CHUNK], &[1, 2, 3, 4, 5, 6], message);
    check_damaged(
        &whole[..HEADER],
        &[],
        "damaged: cut off: it should have 3 chunks and has 0; all other events were read",
    );
}

#[test]
fn chunks_that_have_moved_are_found() {
    let whole = nine().finish();
    let (start, rest) = whole.split_at(HEADER + CHUNK);
    let moved = [start, b"0123456789", rest].concat();
    let message = "damaged: 10 bytes are unreadable (byte 69632); all other events were read";
    check_damaged(&moved, &[1, 2, 3, 4, 5, 6, 7, 8, 9], message);
}

/// Three events in two chunks that fill the same template, which lies in the first event of each chunk.
fn two_chunks_of_one_template() -> Log {
    let data = |gap| element("EventData", vec![with("Data", vec![("Name", text("Service"))], vec![Xml::Gap(gap)])]);
    let template = Template("t", whole(7000, 2, "0x0", data(0)));
    let mut log = Log::new();
    for (number, service) in ["Spooler", "Netman", "Browser"].into_iter().enumerate() {
        if number == 1 {
            log.next_chunk();
        }
        log.filled(&template, &[(0x01, &utf16(service))]);
    }
    log
}

#[test]
fn a_damaged_template_is_taken_from_another_chunk() {
    let log = two_chunks_of_one_template();
    let mut bytes = log.finish();
    let (whole, problem) = read(&bytes);
    assert_eq!((whole.len(), problem), (3, None));
    // Some token of the template in the second chunk.
    let start = HEADER + CHUNK + log.chunks[1].records[0];
    let at = start + memchr::memmem::find(&bytes[start..], &utf16("System")).unwrap();
    bytes[at + 14] = 0x7f;
    let message = "damaged: 1 chunk does not fit the checksum (byte 69632); all other events were read";
    assert_eq!(read(&bytes), (whole, Some(message.to_owned())));
}

#[test]
fn values_are_read_without_their_template() {
    let log = two_chunks_of_one_template();
    let mut bytes = log.finish();
    let at = memchr::memmem::find(&bytes, &utf16("System")).unwrap();
    bytes[at + 14] = 0x7f;
    let (lines, problem) = read(&bytes);
    let line = r#"{"time":"2025-08-18T14:13:20.0000000Z","record":1,"damaged":true,"message":"event of which only values are left","data":{"value1":"Spooler"}}"#;
    assert_eq!((lines[0].as_str(), numbers_of(&lines)), (line, vec![1, 2, 3]));
    assert!(problem.unwrap().contains("1 event is damaged (record 1 at byte 4632), 1 event was read in part"));
}

/// When a machine stops or a file is copied, the header of the chunk is behind its records.
#[test]
fn records_behind_the_end_that_a_chunk_tells_are_read_if_their_numbers_go_on() {
    let mut log = Log::new();
    for number in 1..=3 {
        log.plain(&event(number, 2, &["x"]));
    }
    let mut bytes = log.finish();
    let third = log.chunks[0].records[2];
    bytes[HEADER + 48..HEADER + 52].copy_from_slice(&(third as u32).to_le_bytes());
    bytes[HEADER + 120] = 1;
    assert_eq!(read(&bytes).1, None);
    assert_eq!(numbers_of(&read(&bytes).0), [1, 2, 3]);
    // What an earlier use of the chunk has left.
    bytes[HEADER + third + 8] = 99;
    assert_eq!(numbers_of(&read(&bytes).0), [1, 2]);
}

#[test]
fn templates_that_hold_themselves_come_to_an_end() {
    let template = Template("t", element("Event", vec![Xml::Gap(0)]));
    let mut log = Log::new();
    log.filled(&template, &[(0x01, &utf16("x"))]);
    let mut bytes = log.finish();
    // The value becomes XML: the record's own content.
    let content = HEADER + log.chunks[0].records[0] + 24;
    let gap = memchr::memmem::find(&bytes[content..], &[1, 0, 0, 0, 2, 0, 0x01, 0]).unwrap() + content;
    bytes[gap + 6] = 0x21;
    assert!(read(&bytes).1.is_some());
    // An element in itself, by a template that is its own content.
    let mut deep = Log::new();
    let mut xml = element("Event", vec![]);
    for _ in 0..500 {
        xml = element("E", vec![xml]);
    }
    deep.plain(&xml);
    assert!(read(&deep.finish()).1.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 256 }))]

    #[test]
    fn any_damage_leaves_lines_of_json(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), cut: prop::sample::Index) {
        let mut bytes = nine().finish();
        // Where something is.
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        for (at, value) in damage {
            bytes[*at.get(&used)] = value;
        }
        bytes.truncate(HEADER + cut.index(bytes.len()));
        for line in read(&bytes).0 {
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert!(value["record"].is_u64() && value["message"].is_string(), "{}", line);
        }
    }

    #[test]
    fn one_wrong_byte_in_a_record_leaves_the_others(at: prop::sample::Index, value: u8) {
        let log = nine();
        let mut bytes = log.finish();
        let (start, end) = (HEADER + CHUNK + log.chunks[1].records[1], HEADER + CHUNK + log.chunks[1].records[2]);
        let at = start + at.index(end - start);
        bytes[at] = value;
        let numbers = numbers_of(&read(&bytes).0);
        for number in [1, 2, 3, 4, 7, 8, 9] {
            prop_assert!(numbers.contains(&number), "{} at {}: {:?}", number, at, numbers);
        }
    }
}

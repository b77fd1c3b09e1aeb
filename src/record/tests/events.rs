//! Exported Windows events.

use super::{ERROR, FATAL, INFO, NONE, WARN, check};
use crate::record::{Chunk, Encoding, Level, Reading};

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
fn events_of_old_viewers_have_their_date_and_time_in_two_lines() {
    let event = |date: &str, kind: &str| {
        format!(
            "Event Type:\t{kind}\r\nEvent Source:\tDisk\r\nEvent Category:\tNone\r\nEvent ID:\t51\r\nDate:\t\t{date}\r\nTime:\t\t3:11:57 PM\r\nUser:\t\tN/A\r\nComputer:\tsrv01\r\nDescription:\r\nAn error was detected.\r\n\r\n"
        )
    };
    events(
        &(event("13/02/2026", "Error") + &event("03/02/2026", "Failure Audit")),
        &[
            (10, "2026-02-13T15:11:57", ERROR, "Disk", "An error was detected."),
            (10, "2026-02-03T15:11:57", WARN, "Disk", "An error was detected."),
        ],
    );
}

#[test]
fn an_event_without_a_date_is_one_record() {
    events(
        "Log Name: Application\nSource: VSS\nEvent ID: 8193\nLevel: Error\nDescription:\nError: it says\n",
        &[(6, "", ERROR, "VSS", "Error: it says")],
    );
    events(
        "Event Type: Error\nEvent Source: VSS\nEvent ID: 8193\nDescription: Error: it says\n",
        &[(4, "", ERROR, "VSS", "Error: it says")],
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
fn an_event_that_ends_in_the_middle_is_harmless() {
    // The name's quote was looked for behind the line's end.
    check("<Event ><Provider Name=", "", NONE, "", "<Event ><Provider Name=");
    check("<Event ><Provider Name='Di", "", NONE, "", "<Event ><Provider Name='Di");
}

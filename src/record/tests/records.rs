//! Lines that belong to one record.

use super::{MODIFIED, fold};
use crate::record::{Chunk, Reading};

#[test]
fn stack_traces_are_one_record() {
    fold(
        "2026-01-05 10:00:01 ERROR boom\njava.io.IOException: x\n\tat a.b(C.java:1)\nCaused by: y\n\t... 12 more\n2026-01-05 10:00:02 INFO ok\n",
        &[("2026-01-05 10:00:01 ERROR boom", 5), ("2026-01-05 10:00:02 INFO ok", 1)],
    );
    fold(
        "job 1 starts\nTraceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nValueError: bad\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 2\nKeyError: 'x'\njob 2 starts\n",
        &[("job 1 starts", 1), ("Traceback (most recent call last):", 9), ("job 2 starts", 1)],
    );
    fold(
        "Exception in thread main java.lang.Error\nat a.b.C.main(C.java:1)\nCaused by: x\nother\n",
        &[("Exception in thread main java.lang.Error", 3), ("other", 1)],
    );
    fold(
        "job 1 starts\na.b.AbortException\n\tat a.b.C(C.java:1)\nAlso:   a.b.CallSite: remote call\n\t\tat a.b.D(D.java:2)\nCaused: a.b.GitException: gone\n\tat a.b.E(E.java:3)\nAlso started: 1\n",
        &[("job 1 starts", 1), ("a.b.AbortException", 6), ("Also started: 1", 1)],
    );
}

#[test]
fn repeated_prefixes_belong_to_the_record_before() {
    fold(
        "[05.01.2026 10:11:12] <01> Error    Access is denied (System.Exception)\n[05.01.2026 10:11:12] <01> Error       at Veeam.Backup.Core.Run(String name)\n[05.01.2026 10:11:13] <01> Info     next\n",
        &[
            ("[05.01.2026 10:11:12] <01> Error    Access is denied (System.Exception)", 2),
            ("[05.01.2026 10:11:13] <01> Info     next", 1),
        ],
    );
    fold(
        "[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |connection lost\n[13.01.2026 10:11:12.345] <14038> prtcl    |   >>  |--tr:Cannot read\n[13.01.2026 10:11:12.345] <14038> prtcl    |   >>  |--tr:Cannot process\n[13.01.2026 10:11:12.346] <14038> prtcl    | closed\n",
        &[
            ("[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |connection lost", 3),
            ("[13.01.2026 10:11:12.346] <14038> prtcl    | closed", 1),
        ],
    );
    fold(
        "[05.01.2026 10:11:12] <01> Error    No share.\n[05.01.2026 10:11:12] <01> Error    Win32 error:Access is denied.\n[05.01.2026 10:11:12] <01> Error     Code: 5\n[05.01.2026 10:11:13] <01> Error    No call.\n[05.01.2026 10:11:13] <01> Error    RPC error:Access is denied.\n[05.01.2026 10:11:14] <01> Info     Codes are read\n",
        &[
            ("[05.01.2026 10:11:12] <01> Error    No share.", 3),
            ("[05.01.2026 10:11:13] <01> Error    No call.", 2),
            ("[05.01.2026 10:11:14] <01> Info     Codes are read", 1),
        ],
    );
    fold(
        "[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |No share.\n[13.01.2026 10:11:12.345] <14038> prtcl    | >>  |Access is denied.\n",
        &[("[13.01.2026 10:11:12.345] <14038> prtcl    | ERR |No share.", 2)],
    );
    fold(
        "2026-01-05 10:11:12 UTC [1] a@b ERROR:  no such table\n2026-01-05 10:11:12 UTC [1] a@b STATEMENT:  select 1\n2026-01-05 10:11:13 UTC [1] LOG:  done\n",
        &[("2026-01-05 10:11:12 UTC [1] a@b ERROR:  no such table", 2), ("2026-01-05 10:11:13 UTC [1] LOG:  done", 1)],
    );
}

#[test]
fn lines_without_header_continue_where_headers_are_usual() {
    fold(
        "[05.01.2026 10:11:12] <01> Error    Cannot connect.\nWin32 error:The network path was not found.\n Code: 53\n===================================================================\nStarting new log\nMachineName: [X], OS: [Y]\n[05.01.2026 10:11:13] <01> Info     next\n",
        &[
            ("[05.01.2026 10:11:12] <01> Error    Cannot connect.", 3),
            ("===================================================================", 3),
            ("[05.01.2026 10:11:13] <01> Info     next", 1),
        ],
    );
    fold("alpha\n  beta\n\ngamma\r\n\r\ndelta\n", &[("alpha", 2), ("gamma", 1), ("delta", 1)]);
    fold(
        "\u{feff}2026-01-05 10:00:01 a\r\n\0\0\0\0\0\0\0\0\r\n2026-01-05 10:00:02 b",
        &[("2026-01-05 10:00:01 a", 1), ("2026-01-05 10:00:02 b", 1)],
    );
    fold("", &[]);
}

#[test]
fn no_record_grows_without_bound() {
    let text =
        format!("2026-01-05 10:00:01 ERROR boom\n{}2026-01-05 10:00:02 INFO ok\n", "\tat a.b(C.java:1)\n".repeat(300));
    let mut expected = vec![("2026-01-05 10:00:01 ERROR boom", 256)];
    expected.extend([("\tat a.b(C.java:1)", 1); 45]);
    expected.push(("2026-01-05 10:00:02 INFO ok", 1));
    fold(&text, &expected);
}

/// Times of the records of a text, by the first words of each.
#[track_caller]
fn times(text: &str, expected: &[(&str, &str)]) {
    let reading = Reading::guess(text.as_bytes(), Some(MODIFIED)).expect("text");
    let chunk = Chunk::of(text.as_bytes(), 0..text.len());
    let records: Vec<_> = reading.format.records(&chunk).collect();
    let shown = records
        .iter()
        .filter_map(|record| Some((std::str::from_utf8(record.text).expect("UTF-8"), record.header.time?.to_string())));
    let shown: Vec<_> = shown.collect();
    let shown: Vec<_> = shown.iter().map(|(text, time)| (*text, time.as_str())).collect();
    assert_eq!(shown, expected);
}

#[test]
fn headings_have_times_where_lines_have_none() {
    // The transcript of a package manager said nowhere when it was, though its blocks do.
    let lines = "Unpacking x over y ...\n".repeat(30);
    let (first, last) = ("Log started: 2026-01-05  10:11:12", "Log ended: 2026-01-05  10:12:00");
    times(
        &format!("\n{first}\n{lines}Valid from: 2026-01-01 00:00:00\n{lines}{last}\n"),
        &[(first, "2026-01-05T10:11:12"), (last, "2026-01-05T10:12:00")],
    );
    // Lines between them stay records of their own.
    fold(
        &format!("{first}\n{}{last}\n", "job\n".repeat(21)),
        &[&[(first, 1)][..], &[("job", 1); 21], &[(last, 1)]].concat(),
    );
    let script = "Script started on 2026-01-05 10:11:12+00:00 [TERM=\"xterm\" COLUMNS=\"80\"]";
    times(&format!("{script}\n{lines}"), &[(script, "2026-01-05T10:11:12Z")]);
}

#[test]
fn headings_are_part_of_a_record_where_lines_have_headers() {
    let line = "2026-01-05 10:11:12 INFO it runs";
    let heading = "Backup started: 2026-01-04 09:00:00";
    let before = [line; 9].join("\n");
    fold(&format!("{before}\n{heading}\n{line}\n"), &[&[(line, 1); 8][..], &[(line, 2), (line, 1)]].concat());
}

#[test]
fn the_words_before_the_time_of_a_heading_are_its_message() {
    let block = "Start-Date: 2026-01-05  10:11:12\nCommandline: apt install x\nEnd-Date: 2026-01-05  10:11:13\n";
    let reading = Reading::guess(block.as_bytes(), Some(MODIFIED)).expect("text");
    let chunk = Chunk::of(block.as_bytes(), 0..block.len());
    let messages: Vec<_> = reading.format.records(&chunk).map(|it| String::from_utf8_lossy(it.message())).collect();
    assert_eq!(
        messages,
        ["Start-Date: 2026-01-05  10:11:12\nCommandline: apt install x", "End-Date: 2026-01-05  10:11:13"]
    );
}

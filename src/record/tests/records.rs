//! Lines that belong to one record.

use super::fold;

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

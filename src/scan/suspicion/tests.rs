use super::super::markers::MARKERS;
use super::*;
use Strength::{Certain, Nothing, Strong, Weak};

fn strongest(text: &[u8]) -> Strength {
    let all = MARKERS.iter().flat_map(|marker| (1..=text.len()).map(move |end| strength(text, end, marker)));
    all.max().unwrap_or(Nothing)
}

#[track_caller]
fn check(texts: &[&str], expected: Strength) {
    for text in texts {
        assert_eq!(strongest(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn plain_words_count() {
    check(
        &[
            "EXT4-fs error (device sda3): x",
            "Error: disk",
            "it failed",
            "errors: 3",
            "10 errors",
            "Access is DENIED.",
            "error(s): 2",
        ],
        Strong,
    );
    check(&["java.io.IOException: x", "TypeError: y", "at System.Net.WebException", "Error 5", "failed(5)"], Strong);
    check(&["kernel panic - not syncing", "Out of memory: Killed process 5"], Certain);
    check(&["Lesefehler auf Platte", "hr: 0x80070005", "ERROR_ACCESS_DENIED", "-ERR unknown command"], Strong);
    check(&["\"level\":\"error\"", "\"error\":\"no route\"", "err=\"x\"", "error=EOF", "[ERR] x"], Strong);
    check(&["error: no medium", "error: none of them", "errors: 0.5", "error 0:0:1:0", "error code: 0x5"], Strong);
    check(
        &["Error reading sector: 0", "failed to open: no such device", "failed reads: 3", "it cannot, failed"],
        Strong,
    );
}

#[test]
fn the_status_of_a_command_counts_if_it_is_not_zero() {
    check(&["The command \"x\" exited with 1.", "exit code: 137", "exit status is 2", "(exit code 0x5)"], Strong);
    check(&["The command \"x\" exited with 0.", "exit code: 0", "exit status 0x0", "exit code of the job"], Nothing);
    check(&["not ok 5 - sums", " ✗ reads a file"], Strong);
}

#[test]
fn colours_are_borders_and_red_says_something() {
    check(&["[\x1b[31merror\x1b[0m] x", "\x1b[1mfailed\x1b[22m"], Strong);
    check(&["\x1b[1;31mUse of uninitialised value", "\x1b[31mexcerpt.rb:158\x1b[0m"], Weak);
    check(&["\x1b[32mall is well\x1b[0m"], Nothing);
}

#[test]
fn denied_words_do_not() {
    check(&["0 errors", "no error", "No errors or failures", "without any errors", "0 warnings, 0 errors"], Nothing);
    check(
        &["errors: 0", "errors=0,", "error count = 0", "Errors: 0.0%", "errors 0", "failed=0 ok=5", "error: 0x0"],
        Nothing,
    );
    check(
        &["error=null", "\"error\":null", "\"error\":\"\"", "error: none", "err=nil x=1", "errors=[]", "error=<nil>"],
        Nothing,
    );
    check(
        &["did not fail", "didn't fail", "is not an error", "never failed", "0/5 failed", "ERROR_SUCCESS", "NO_ERROR"],
        Nothing,
    );
    check(&["error code: 0", "errorcode=0", "error: success", "errors=remount-ro", "errors 0/0"], Nothing);
    check(&["failed items: 0", "error count is still 0", "checksum errors found: 0", "error code [0]"], Nothing);
    check(
        &["SEM_FAILCRITICALERRORS", "Opts: errors=remount-ro. Quota", "failed last run [0]", "none in error"],
        Nothing,
    );
    check(&["last error: [No error]", "0 repositories failed", "none aborted", "no pending errors"], Nothing);
}

#[test]
fn parts_of_other_names_do_not() {
    check(&["open /var/log/error.log", "error_log", "errorlevel=0", "--fail-fast", "failover", "fail-safe"], Nothing);
    check(&["timeout=30", "timeout: 30", "terror", "/errors/404", "fault-tolerance", "prefailed"], Nothing);
    check(&["critical section", "error handler", "error messages for locale en", "journalctl -p err -n 50"], Nothing);
    check(&["from=<errors@example.com>", "to=<error@example.com>", "mount errors@remote:/export"], Nothing);
    check(
        &[
            "no pending errors",
            "error code [0]",
            "error code (0)",
            "failed reads: 0",
            "Failed logins = 0",
            "errors=remount-ro",
            "ERST: Error Record Serialization Table (ERST) support is initialized.",
            "PCIe error reporting enabled",
            "/var/log/httpd/error.log rotated",
            "C:\\logs\\error\\x.txt read",
            "module error_handler.so loaded",
            "0 bytes lost",
            "0 frames dropped, 0 failed",
            "failed=0 skipped=0",
            "Errors: 0, Warnings: 0",
            "Warnings: none",
            "executed the 'show logging | include error' command",
            "grep error /var/log/messages",
        ],
        Nothing,
    );
    check(&["pci_bus 0000:00: root bus resource [mem 0xc0001000-0xeebfffff window]", "0x80001000-0xc0001fff"], Nothing);
    check(&["error-monitor/1.4", "Raw_Read_Error_Rate", "retry on failure: [3 times]"], Nothing);
    check(&["installed libgpg-error0:amd64 1.46-1", "libcom-err2 (1.47)", "rotated to error.1.gz"], Nothing);
    check(&["libgpg-error-1.12-3.el7.x86_64    Tue Jun 19", "fpu_exception\t: yes"], Nothing);
    check(&["\tError Information Handle: Not Provided", "Error Information Handle: No Error"], Nothing);
    check(&["error: not provided by the server", "Error information: the RPC server is unavailable"], Strong);
}

#[test]
fn features_and_symbols_of_code_are_called_like_errors() {
    check(
        &[
            "Enabling fast FPU save and restore... done.",
            "Enabling unmasked SIMD FPU exception support... done.",
            "-- add_column(:jobs, :timeout, :integer)",
            "-- remove_index(:events, :error)",
        ],
        Nothing,
    );
    check(&["{:error, :econnrefused}", "exit (:error)", "raise(:app, \"error\", error: 5)"], Strong);
    check(&["got {:stop, :timeout}", "wait(5):timeout"], Weak);
}

#[test]
fn a_healthy_kernel_starts() {
    check(
        &[
            "Command line: console=ttyS0 reboot=k panic=1 nomodule oops=panic panic=-1",
            "On node 0, zone DMA: 97 pages in unavailable ranges",
            "Speculative Return Stack Overflow: Mitigation: Safe RET",
            "L1TF overflow: Not affected",
            "Performance Events: PMU not available due to virtualization, using software events only.",
            "BUG_REPORT_URL=\"https://bugs.debian.org/\"",
        ],
        Nothing,
    );
    check(&["panic: runtime error: index out of range", "panic=\"nil map\""], Certain);
    check(&["the service is unavailable", "Oops: 0000 [#1] SMP"], Strong);
    check(&["certificate not found", "PMU not available"], Weak);
}

#[test]
fn what_happened_names_nothing_that_follows() {
    check(&["cannot log in", "could not dump", "failing path 8:16", "cannot support it"], Strong);
    check(&["exceeded threshold of 80 C", "missing support for x", "lost messages", "degraded mode"], Weak);
}

#[test]
fn what_is_only_spoken_of_is_weak() {
    check(&["e.g. 'Error connecting to {1}'"], Weak);
    check(&["ErrorHandler started", "on error", "it may fail", "error handling", "in case of failure"], Weak);
    check(&["non-fatal", "last_error: 5", "GetLastError() called", "Invalid user x", "timeout"], Weak);
    check(&["where level = 'FATAL'", "handler for PaymentDeclinedException"], Weak);
}

#[test]
fn level_and_words_go_together() {
    assert_eq!(suspicion(Some(Level::Error), Nothing), Some(Level::Error));
    assert_eq!(suspicion(Some(Level::Warn), Weak), Some(Level::Warn));
    assert_eq!(suspicion(Some(Level::Info), Weak), None);
    assert_eq!(suspicion(Some(Level::Info), Strong), Some(Level::Warn));
    assert_eq!(suspicion(None, Strong), Some(Level::Error));
}

/// What the records of a text look like.
fn judged(text: &str) -> Vec<Option<Level>> {
    let reading = crate::record::Reading::guess(text.as_bytes(), None).expect("text");
    let chunk = crate::record::Chunk::of(text.as_bytes(), 0..text.len());
    reading.format.records(&chunk).map(|record| of_record(&record, strongest(record.message()))).collect()
}

#[test]
fn of_an_error_in_two_records_the_one_with_the_text_counts() {
    let log = "2026-01-05 10:11:13.34 spid51      Error: 9002, Severity: 17, State: 2.\r\n\
        2026-01-05 10:11:13.34 spid51      The transaction log for database 'x' is full due to 'LOG_BACKUP'.\r\n\
        2026-01-05 10:11:13.35 spid7s      Starting up database 'msdb'.\r\n";
    assert_eq!(judged(log), [None, Some(Level::Error), None]);
}

#[test]
fn what_a_client_sent_is_no_error_of_the_server() {
    // The words of a ticket made the request that brought it a warning.
    let rails = |rest: &str| judged(&format!("I, [2026-01-05T10:11:12.123456 #123]  INFO -- : {rest}\n"));
    assert_eq!(rails(r#"  Parameters: {"subject"=>"Error: disk failed"}"#), [None]);
    assert_eq!(rails(r#"[2a0c17b5-1e42-4d91-b8c9-38fd7626fa9f]   Parameters: {"subject"=>"Error"}"#), [None]);
    assert_eq!(rails("Error: disk failed"), [Some(Level::Warn)]);
    assert_eq!(rails(r#"Error in Parameters: {"a"=>"b"}"#), [Some(Level::Warn)]);
    let level = r#"E, [2026-01-05T10:11:12.123456 #123] ERROR -- :   Parameters: {"subject"=>"Error"}"#;
    assert_eq!(judged(level), [Some(Level::Error)]);
}

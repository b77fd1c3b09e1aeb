//! Messages become templates, so that one error seen a million times is one line in the report.
//!
//! [`template`] replaces what varies (numbers, addresses, paths, ids, quoted and assigned values) by marks and keeps
//! what tells problems apart: words, exception classes, error codes. [`fingerprint`] is its hash, without building the
//! string. What is masked is decided in `mask.rs`. Nothing here knows about files or signatures.

use super::mark::Masked;
use super::mask::Masker;
use super::visible::{ESCAPE, after_escape, last_written};
use crate::record::Record;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Hash of a template; the same on every machine and in every version that masks alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(pub(super) u64);

/// How often a template is masked again until nothing changes. Once is nearly always enough.
const ROUNDS: usize = 8;

/// Returns the message with its varying parts replaced by marks: `timeout after <n> on <ip>`.
///
/// Of a message with several lines the first one that has words and the root of its stack trace (the last `Caused by`) are used. The
/// result is one line of at most `MAX_LENGTH` bytes. Applying it twice gives the same as
/// applying it once.
pub fn template(message: &[u8]) -> String {
    let mut masked = Masked::default();
    mask(message, &mut masked);
    let mut text = String::from_utf8_lossy(masked.text()).into_owned();
    for _ in 0..ROUNDS {
        mask(text.as_bytes(), &mut masked);
        if masked.text() == text.as_bytes() {
            break;
        }
        text = String::from_utf8_lossy(masked.text()).into_owned();
    }
    text
}

/// Returns the hash of the message's template, and whether it is the same with any other digits in the message. The masked
/// message is left in `masked`.
pub(super) fn fingerprint(message: &[u8], masked: &mut Masked) -> (Fingerprint, bool) {
    let fixed = mask(message, masked);
    (Fingerprint(hash(masked.text())), fixed)
}

/// Whether the template depends on nothing but the part of the message in the record's first line.
pub(super) fn first_line_decides(record: &Record<'_>) -> bool {
    if record.lines == 1 {
        return true;
    }
    let (first, rest) = first_line(record.text);
    let Some(head) = first.get(record.header.message..) else { return rest.is_empty() };
    rest.is_empty() || (!says_nothing(head, rest) && root_line(head, rest).is_none())
}

/// Writes the masked message to `masked`. Returns whether it is surely the same with any other digits in the message.
pub(super) fn mask(message: &[u8], masked: &mut Masked) -> bool {
    let (mut head, mut rest) = first_line(message);
    while says_nothing(head, rest) && !rest.is_empty() {
        (head, rest) = first_line(rest);
    }
    let root = root_line(head, rest);
    let mut masker = Masker::new(masked);
    add_visible(&mut masker, without_place(last_written(head)), root.is_some());
    if let Some(root) = root {
        masker.add(b" | ", true);
        add_visible(&mut masker, root, false);
    }
    masker.is_fixed()
}

/// Whether a line is blank or has nothing but tags in brackets, which what follows has too:
/// `[86136ce7-fb7e-45ee-b20a-146e085163a3]`, which Ruby on Rails puts before each line of an exception, the empty first one too.
///
/// A message in brackets is no tag: `[SqlException (0x80131904): Timeout expired.]` of ASP.NET, `[DiskFull]` before `  flushing`.
fn says_nothing(line: &[u8], following: &[u8]) -> bool {
    let mut rest = line.trim_ascii();
    let tagged = rest.is_empty() || following.trim_ascii_start().starts_with(b"[");
    while let [b'[', inside @ ..] = rest {
        let Some(end) = memchr::memchr2(b']', b' ', inside).filter(|&end| inside[end] == b']') else { return false };
        rest = inside[end + 1..].trim_ascii_start();
    }
    tagged && rest.is_empty()
}

/// Adds a line without the escape sequences that give it colours.
fn add_visible(masker: &mut Masker<'_>, line: &[u8], more_follows: bool) {
    let mut rest = line;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        if at > 0 {
            masker.add(&rest[..at], more_follows);
        }
        rest = after_escape(&rest[at..]);
    }
    masker.add(rest, more_follows);
}

/// The line without the time or the processor that kernels put before their messages, behind the header of whoever wrote
/// them down: `[64790.221214] `, `cpu5:20974074)`.
fn without_place(line: &[u8]) -> &[u8] {
    let mut line = line;
    loop {
        let after = match line.trim_ascii_start() {
            [b'[', rest @ ..] => {
                let (seconds, rest) = digits(rest.trim_ascii_start());
                match rest {
                    [b'.', rest @ ..] if seconds > 0 && digits(rest).0 == 6 => digits(rest).1.strip_prefix(b"] "),
                    _ => None,
                }
            }
            [b'c', b'p', b'u', rest @ ..] => match digits(rest) {
                (1.., [b':', rest @ ..]) if digits(rest).0 > 0 => digits(rest).1.strip_prefix(b")"),
                _ => None,
            },
            _ => None,
        };
        match after {
            Some(after) => line = after,
            None => return line,
        }
    }
}

/// How many digits a text begins with, and what follows them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (length, &text[length..])
}

/// The first line of a text and what follows it.
pub(super) fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    memchr::memchr(b'\n', text).map_or((text, &[]), |end| (&text[..end], &text[end + 1..]))
}

/// What stands before or above the root of a stack trace. Most records of several lines have none of it, and to prepare
/// the search took longer than the search.
static ROOTS: LazyLock<[Finder<'_>; 3]> =
    LazyLock::new(|| ["Caused by:", "---> ", "Traceback (most recent call last):"].map(Finder::new));

/// The line of a stack trace that says what went wrong first: the last `Caused by`, the innermost `--->` of .NET, the
/// last line of a Python traceback.
fn root_line<'t>(head: &'t [u8], rest: &'t [u8]) -> Option<&'t [u8]> {
    if rest.is_empty() {
        return None;
    }
    let line_at = |at: usize| rest[at..].split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    // Forwards: searching backwards is several times slower.
    let [cause, inner, traceback] = &*ROOTS;
    if let Some(at) = cause.find_iter(rest).last() {
        return Some(line_at(at));
    }
    if let Some(at) = inner.find_iter(rest).last() {
        return Some(line_at(at + 5));
    }
    if traceback.find(head).is_some() || traceback.find(rest).is_some() {
        let last =
            rest.rsplit(|&byte| byte == b'\n').find(|line| line.first().is_some_and(|byte| byte.is_ascii_alphabetic()));
        return last.map(<[u8]>::trim_ascii);
    }
    None
}

/// Multiplies eight bytes at a time into 128 bits and folds them.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64, factor: u64| {
        let product = u128::from(hash ^ word) * u128::from(factor);
        (product as u64) ^ (product >> 64) as u64
    };
    let (words, tail) = bytes.as_chunks::<8>();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word), 0x9e37_79b9_7f4a_7c15);
    }
    let last = tail.iter().rfold(0, |last, &byte| last << 8 | u64::from(byte));
    hash = mix(hash, last, 0xd6e8_feb8_6659_fd93);
    mix(hash, bytes.len() as u64, 0xa076_1d64_78bd_642f)
}

#[cfg(test)]
mod tests {
    use super::super::mark::MAX_LENGTH;
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(template(message.as_bytes()), expected);
        assert_eq!(template(expected.as_bytes()), expected, "twice");
    }

    #[test]
    fn a_first_line_of_tags_alone_says_nothing() {
        let tag = "[86136ce7-fb7e-45ee-b20a-146e085163a3]";
        let message =
            format!("{tag}   \n{tag} ActiveRecord::StatementInvalid (database is locked):\n{tag} app/a.rb:112");
        check(&message, "[<id>] ActiveRecord::StatementInvalid (database is locked):");
        check(&format!("{tag} [web]"), "[<id>] [web]");
        check("[x] failed\nand more", "[x] failed");
        check("[SqlException: Timeout expired.]\n   System.Data.OnError() +1769", "[SqlException: Timeout expired.]");
        check("[SqlException: Timeout expired.]\n[other]", "[SqlException: Timeout expired.]");
        check("[DiskFull]\n  flushing", "[DiskFull]");
    }

    #[test]
    fn what_varies_is_masked() {
        check("timeout after 5 ms on 10.0.0.1:443", "timeout after <n> on <ip>");
        check("took 1.2 KB, 15 seconds and 10%", "took <n> and <n>");
        check("job 7b1c2f9e-0f1d-4c3b-9a8e-112233445566 at 2024-01-02 03:04:05.678", "job <id> at <n>");
        check("open /var/lib/x/y.db failed", "open <path> failed");
        check(r"open C:\Program Files\Veeam\x.log failed", "open <path> failed");
        check(r"share \\srv\backup not found", "share <path> not found");
        check("GET https://example.com/a?b=c&d=e failed", "GET <url> failed");
        check("lookup db01.corp.local: no such host", "lookup <host>: no such host");
        check("connect to db.corp.local:5432 refused", "connect to <host> refused");
        check(
            "address fe80::1ff:fe23:4567:890a is a duplicate of 00:1b:44:11:3a:b7",
            "address <ip> is a duplicate of <mac>",
        );
        check("Mon Sep 23 12:00:01 started", "<n> started");
        check("worker-17 on node3 read at 0x7ffe1234", "<*> on <*> read at <hex>");
        check("retries 1, 2, 3 done", "retries <n> done");
        check("mail from root@example.com", "mail from <*>");
        check("Failed password for root from 10.0.0.1", "Failed password for <*> from <ip>");
        check(
            "Failed password for invalid user oracle from 10.0.0.1",
            "Failed password for invalid user <*> from <ip>",
        );
        check("session opened for user root by (uid=0)", "session opened for user <*> by (uid=<*>)");
        check("user locked by policy", "user locked by policy");
        check(
            "Connection closed by invalid user git 10.0.0.1 port 5",
            "Connection closed by invalid user <*> <ip> port <n>",
        );
        check("user limit 100 reached", "user limit <n> reached");
    }

    #[test]
    fn what_kernels_put_before_a_message_is_left_out() {
        check("[64790.221214] Loading of module", "Loading of module");
        check("[    0.000000] x", "x");
        check("cpu5:20974074)NMP: last error", "NMP: last error");
        check("[5.5] x", "[<n>] x");
        check("cpu5: stuck", "<*>: stuck");
    }

    #[test]
    fn colours_and_what_a_terminal_writes_over_are_left_out() {
        check("\x1b[31mFailure:\x1b[0m disk \x1b[1;33m7\x1b[m is gone", "Failure: disk <n> is gone");
        check("Building [==> ] 52/89\r\x1b[K\x1b[1merror\x1b[0m: no such crate", "error: no such crate");
        check("step 1\r\x1b[0K\r", "step <n>");
        check("all of it\x1b", "all of it");
        check("all of it\x1b[12", "all of it");
    }

    #[test]
    fn values_are_masked_and_keys_are_not() {
        check("user=root shell=bash uid=0", "user=<*> shell=<*> uid=<*>");
        check("open \"config\" for 'admin'", "open \"<*>\" for '<*>'");
        check("{\"job\":\"daily\",\"msg\":\"connection refused\"}", "{\"job\":\"<*>\",\"msg\":\"connection refused\"}");
        check("{\"[ode\":\"a=b\"}", "{\"<*>\":\"<*>\"}");
        check("state=failed reason=\"timeout\"", "state=failed reason=\"timeout\"");
        check("the host's share can't be read", "the host's share can't be read");
    }

    #[test]
    fn codes_are_kept() {
        check("Win32 error 1326", "Win32 error 1326");
        check("failed with error code: 5", "failed with error code: 5");
        check("Error: 18456, Severity: 14, State: 8.", "Error: 18456, Severity: 14, State: <n>.");
        check("ORA-01017: invalid", "ORA-01017: invalid");
        check("hr 0x80070005 at 0xdeadbeef", "hr 0x80070005 at <hex>");
        check("write: ENOSPC (errno 28)", "write: ENOSPC (errno 28)");
        check("\"GET /a/b HTTP/1.1\" 503 1234", "\"GET <path> HTTP/1.1\" 503 <n>");
        check("Event ID: 5719 on 17", "Event ID: 5719 on <n>");
        check("AUT24604 exit status 1", "AUT24604 exit status 1");
        check("error: 15 of 20 failed", "error: <n> of <n> failed");
        check("[MY-010119] [Server] Aborting", "[MY-010119] [Server] Aborting");
    }

    #[test]
    fn classes_stay_and_lower_case_names_do_not() {
        check("java.io.IOException: reset by 10.1.1.1", "java.io.IOException: reset by <ip>");
        check("nginx.service: failed", "nginx.service: failed");
        check("read backup.conf", "read <*>");
    }

    #[test]
    fn a_stack_trace_gives_its_head_and_its_root() {
        check(
            "job 5 died\n\tat a.b.C(C.java:1)\nCaused by: java.io.IOException: x\n\tat d\nCaused by: y.Z: disk 7 full\n at q",
            "job <n> died | Caused by: y.Z: disk <n> full",
        );
        check(
            "Traceback (most recent call last):\n  File \"a.py\", line 5\nValueError: bad 5\n",
            "Traceback (most recent call last): | ValueError: bad <n>",
        );
        check("boom\nmore detail", "boom");
        check("\n  \nlate head", "late head");
    }

    #[test]
    fn the_hash_is_the_same_on_every_machine() {
        let fingerprint = |message| fingerprint(message, &mut Masked::default()).0;
        assert_eq!(fingerprint(b"timeout after 5 ms"), fingerprint(b"timeout after 123 ms"));
        assert_ne!(fingerprint(b"error 5"), fingerprint(b"error 1326"));
        assert_eq!(fingerprint(b"disk full"), Fingerprint(hash(b"disk full")));
        assert_eq!(hash(b"disk full"), 8_267_982_651_814_772_557);
    }

    proptest! {
        #[test]
        fn masking_twice_is_masking_once(words in proptest::collection::vec(
            prop_oneof![
                "[a-zA-Z0-9./:_=,;<>\"'\\[\\]()|@#%+*\\\\ -]{0,12}",
                Just("error ".to_string()), Just("code: ".into()), Just("<n>".into()), Just("5 ms ".into()),
                Just("Sep ".into()), Just("10.0.0.1".into()), Just("0x80070005 ".into()), Just("\"msg\":".into()),
                Just("\nCaused by: x".into()), Just("…".into()), Just("ü".into()), Just("key=".into()),
            ], 0..60)) {
            let once = template(words.concat().as_bytes());
            prop_assert!(once.len() <= MAX_LENGTH);
            prop_assert_eq!(template(once.as_bytes()), once);
        }

        #[test]
        fn any_bytes_give_one_bounded_line(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let once = template(&bytes);
            prop_assert!(!once.contains('\n'));
            prop_assert_eq!(template(once.as_bytes()), once);
        }
    }
}

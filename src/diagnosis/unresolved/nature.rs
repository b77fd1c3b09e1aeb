//! What kind of message an error is: the failure itself, or something that is only said about it.
//!
//! A log that ends in a failure says it many times: the failure, what failed because of it, a count, where to read more.
//! Only the first is worth looking at. To teach it another phrase, add it to a pattern below, with an example in the tests.

use crate::finding::{UnknownGroup, visible};
use regex::bytes::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// What kind of message an unknown error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nature {
    /// It reports that something else failed and leaves the reason to another message.
    pub(super) consequence: bool,
    /// With it a command, a step or a build ends in failure.
    pub(super) ending: bool,
    /// It counts failures and names none.
    pub(super) count: bool,
    /// It tells how to find out more.
    pub(super) hint: bool,
    /// It is about a test that passed or was left out.
    pub(super) passed: bool,
    /// It says that something works.
    pub(super) well: bool,
    /// It is a command and not what the command said.
    pub(super) command: bool,
    /// It is a value of a dump or a table.
    pub(super) value: bool,
    /// It is a piece of a stack trace whose head is elsewhere.
    pub(super) frame: bool,
    /// It only announces the records that follow.
    pub(super) heading: bool,
    /// It has neither a letter nor a digit.
    pub(super) wordless: bool,
    /// It names an exception or has a stack trace.
    pub(super) exception: bool,
    /// It says at which line of which file.
    pub(super) place: bool,
    /// It says why in the words of the operating system.
    pub(super) system_error: bool,
    /// It begins by saying that it is an error.
    pub(super) announced: bool,
}

impl Nature {
    pub(super) fn of(finding: &UnknownGroup) -> Nature {
        let template = finding.template.as_str();
        let text = finding.group.evidence.first().map_or(template, |it| it.text.as_str());
        let shown: Vec<_> = text.lines().map(visible).collect();
        let head = shown.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
        let shown = shown.join("\n");
        // The template begins behind the header; numbers that matter are only in the text.
        Nature {
            consequence: CONSEQUENCE.is_in(template),
            ending: ENDING.is_in(&shown),
            count: COUNT.is_in(template),
            hint: HINT.is_in(template),
            passed: PASSED.is_in(template) || PASSED.is_in(head),
            well: WELL.is_in(template) && !ILL.is_in(template),
            command: COMMAND.is_in(template),
            value: finding.codes.is_empty() && VALUE.is_in(head),
            frame: FRAME.is_in(text.lines().next().unwrap_or_default()),
            heading: finding.leveled && !shown.contains('\n') && HEADING.is_in(head),
            wordless: !template.contains(char::is_alphanumeric),
            exception: EXCEPTION.is_in(&shown),
            place: shown.lines().any(|line| PLACE.is_in(line) && !FRAME.is_in(line)),
            system_error: SYSTEM_ERROR.is_in(template),
            announced: ANNOUNCED.is_in(template),
        }
    }

    /// Whether the cause must be told by another message.
    pub(super) fn is_said_of_another(&self) -> bool {
        self.consequence || self.ending || self.count
    }
}

/// Whether a line speaks of a test that passed or was left out.
pub(super) fn is_of_passed_test(line: &str) -> bool {
    PASSED.is_in(line)
}

/// A pattern that is compiled when it is first asked. Letters stand for both cases, `.` for any byte of the line.
struct Phrases(LazyLock<Regex>);

impl Phrases {
    fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

macro_rules! phrases {
    ($($part:literal)+) => {
        Phrases(LazyLock::new(|| {
            let pattern = concat!("(?m)", $($part),+);
            let regex = RegexBuilder::new(pattern).unicode(false).case_insensitive(true).build();
            regex.expect("a constant pattern")
        }))
    };
}

static CONSEQUENCE: Phrases = phrases!(
    r"command failed|\bcommand .{1,300} failed|exited with|exit code|exit status|non-zero exit|returned non-zero|main process exited"
    r"|failed with result|see above|see the log|see log|see details|previous error|errors? occurred|error\(s\) occurred|giving up"
    r"|(?:job|task|lint|tests?|build|build step|test run|checks?) (?:has |have )?failed|tests are failing|failing tests|failed tasks:"
    r"|build failure|marked build as failure|finished: failure|there were failing|completed with error|finished with"
    r"|with (?:state|status) \[failed|result: \[failed|(?:cannot start|skipped) because|elifecycle|^\W*failures:\W*$"
    r"|\] error (?:<n>|\d)|could not compile|waiting for other jobs|\bfailed at the\b|occurred when executing"
    r"|execution failed for task|failed to execute goal|recipe for target|aborting due to|build commands failed"
    r"|\*\*+ ?(?:\w+ ){0,2}failed ?\*\*|\.{3,} ?(?:failure|failed)\b"
);

/// What makes the status of a command known. A status of zero is no error.
static ENDING: Phrases = phrases!(
    r"(?:exited with|exit code|exit status|return code)[ :=#(\x22'-]*(?:(?:code|status|is|was|of)[ :=#(\x22'-]*)?0*[1-9]"
    r"|make(?:\[\d+\])?: \*\*\* .*error \d|\bbuild fail(?:ed|ure)\b|marked build as failure|finished: failure"
    r"|\btests? failed\b.*\bsee above|elifecycle|aborting due to|could not compile|non-zero exit"
    r"|\*\* (?:test |build |test build )?failed \*\*"
);

static COUNT: Phrases = phrases!(
    r"<n> (?:tests?|passed|passing|assertions?|examples?|skipped|skips|ok|total|runs|completed)\b.*<n> (?:failed|failures?|failing|errors?)\b"
    r"|<n> (?:failed|failures?|failing|errors?)\b.*<n> (?:tests?|passed|passing|assertions?|examples?|skipped|skips|ok|total|runs)\b"
    r"|\btests?(?: run)?: ?<n>.*(?:fail|err)\w*: ?<n>|there (?:was|were) <n> (?:failure|error)"
    r"|^\W*<n> (?:failed|failures?|failing|errors?)\)?\.?(?: found| generated)?$|^# fail +<n>"
    r"|^\W*(?:(?:info|error|warn)\W+)?(?:<n>|one|two) (?:error|failure|warning)s?(?: found)?$"
);

static HINT: Phrases = phrases!(
    r"for more information|\bre-?run |\[help |to see the full|please (?:read|refer|consult|report)|you can resume|for help"
    r"|\brun with |try running|(?:full|complete) log|see also|probably not a problem|more details|for details"
    r"|^\W*(?:usage|options):"
);

static PASSED: Phrases = phrases!(
    r"^ *(?:ok\b|\[?(?:✓|✔|√)|\[\+\]|pass\b|\[ *ok *\])|(?:\b(?:skipped|passed)|\.\.\. ok|: ok) *(?:\(.*\))?$"
);

static WELL: Phrases = phrases!(
    r"\b(?:nic|link|interface|port|tunnel|carrier) (?:is |has come )?(?:now )?up\b\.?[\x22']*$"
    r"|\bsuccessfully \w+ed\b|\b\w+ed successfully\b"
);

/// What takes that back.
static ILL: Phrases = phrases!(r"\b(?:not|never|cannot|without|before|until)\b|\b(?:fail|error|un)\w*");

static COMMAND: Phrases = phrases!(r"^ *(?:\$ |\+ ?\S|##\[command\]|> [a-z@])");

static VALUE: Phrases = phrases!(
    r"\.{2,} *\d+(?: \(\S+\))?$|[a-z]\.[01]$|=0x[0-9a-f]+(?: [0-9a-f]{8})+$|(?:^| )(?:[\w./-]+=0x[0-9a-f]+[ ,]*){1,9}$|\b[a-z][\w ]{0,60}: ?0x[0-9a-f]+$|(?: [a-z]{2,6}:[0-9a-f]{8}){2,9}$"
);

static FRAME: Phrases = phrases!(r"^\s+(?:at .*[(:]|\.\.\. \d+ (?:more|common frames))|^\s+File \x22.*, line \d");

static HEADING: Phrases = phrases!(r"(?:^| )[\w/-]+ [\w/-]+(?: [\w/-]+)?:$");

static EXCEPTION: Phrases = phrases!(
    r"[a-z.$_](?-i:Exception|Error)\b[^(]|[a-z.$_](?-i:Exception|Error)$|Traceback \(most recent|^\s+at .|panicked at"
    r"|^\s*from .*:\d|Caused by|^\s+\([a-z_]+\) .*:\d+:"
);

static PLACE: Phrases = phrases!(r"[\w/\\-]\.[a-z]{1,5}[:(\[]\d+|\bline \d+");

static SYSTEM_ERROR: Phrases = phrases!(
    r"no such file|permission denied|operation not permitted|timed out|connection (?:refused|reset)|no space left"
    r"|input/output error|broken pipe|no child processes|link has been severed|no route to host|address already in use"
    r"|cannot allocate memory|is a directory|not a directory|read-only file system|device or resource busy"
    r"|invalid argument|\bnot found|does not exist|file exists|network is unreachable|no such host"
);

static ANNOUNCED: Phrases =
    phrases!(r"^\W*(?:\w+:? +){0,2}(?:fatal|error|err!|exception|failure|assertion\w*|panic)\b(?:\W*[:\]]|\[\w+\]:)");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{evidence, group, unknown};
    use crate::finding::{Level, template};

    #[track_caller]
    fn check(lines: &[&str], expected: bool, is: fn(&Nature) -> bool) {
        for line in lines {
            let group = group(1, vec![evidence("a.log", 1, line)]);
            let nature = Nature::of(&unknown(Level::Error, &template(line.as_bytes()), group));
            assert_eq!(is(&nature), expected, "{line}: {nature:?}");
        }
    }

    #[test]
    fn a_report_of_another_failure_is_a_consequence() {
        let lines = [
            "backup exited with code 1",
            "make[3]: *** [obj/a.o] Error 2",
            "BUILD FAILED in 13s",
            "The command \"npm test\" failed.",
            "npm ERR! Test failed.  See above for more details.",
            "error: aborting due to 2 previous errors",
            "** TEST BUILD FAILED **",
            "recipe for target 'all' failed",
            "[INFO] core library ........................ FAILURE [ 23.127 s]",
        ];
        check(&lines, true, |it| it.consequence);
        check(&["disk 7 failed", "open x: no such file", "error[E0407]: no such method"], false, |it| it.consequence);
    }

    #[test]
    fn the_status_of_a_command_ends_it() {
        let lines = [
            "The command \"x\" exited with 1.",
            "\x1b[31;1mDone. Your build exited with 1.\x1b[0m",
            "make: *** [all] Error 2",
            "Process completed with exit code 137.",
            "Finished: FAILURE",
        ];
        check(&lines, true, |it| it.ending);
        check(&["The command \"x\" exited with 0.", "exit code of the job", "disk failed"], false, |it| it.ending);
    }

    #[test]
    fn a_count_names_no_failure() {
        let lines = [
            "Tests: 78, Assertions: 197, Failures: 1.",
            "868 tests, 1540 assertions, 1 failures, 0 errors, 7 skips",
            "Tests run: 5, Failures: 2",
            "There was 1 failure:",
            "[INFO] 1 error",
            "  1 failing",
            "# fail  4",
        ];
        check(&lines, true, |it| it.count);
        check(&["2 errors on disk 7", "test 5 failed"], false, |it| it.count);
    }

    #[test]
    fn what_is_said_beside_a_failure_is_known() {
        check(&["ok 8 fails", " ✓ rejects errors", "a.B > fails SKIPPED", "[+] - a failing test"], true, |it| {
            it.passed
        });
        check(&["not ok 8 fails", "[-] - a failing test", "a.B > it FAILED"], false, |it| it.passed);
        check(&["$ export MSG=\"Error!\"", "+ exit_on_error=1", "##[command]git x"], true, |it| it.command);
        check(&["- error", "cost is $ 5", "> 5 errors"], false, |it| it.command);
        check(&["For more information about the errors", "Re-run Maven using -X", "Usage: x"], true, |it| it.hint);
        check(&["no help came: it failed"], false, |it| it.hint);
    }

    #[test]
    fn that_something_works_is_known() {
        let lines = [
            "id=firewall time=\"2026-03-03 06:33:43\" pri=4 msg=\"NET24465: external NIC up.\"",
            "eth0: link is up",
            "Server Certificate successfully validated for 'LDAP'",
            "SYS24830: Server has successfully authenticated vpn-gw2.",
        ];
        check(&lines, true, |it| it.well);
        check(
            &[
                "external NIC down",
                "could not bring the link up again",
                "not successfully ended",
                "the job failed after it started successfully",
            ],
            false,
            |it| it.well,
        );
    }

    #[test]
    fn values_of_a_dump_are_no_messages() {
        let lines = [
            "x FATAL critical input interrupt enable......0",
            "r24=0x0ffea4c8 r25=0x00000003",
            "Machine State Register: 0x0002f900",
        ];
        check(&lines, true, |it| it.value);
        check(&["disk 7 failed: 0x80070005 (denied)", "job failed, hr=0x80070005 at once"], false, |it| it.value);
        let failed = unknown(Level::Error, "it failed: 0x80070005", group(1, Vec::new()));
        assert!(!Nature::of(&UnknownGroup { codes: vec!["0x80070005".into()], ..failed }).value);
    }

    #[test]
    fn frames_and_headings_say_nothing_of_themselves() {
        check(&["\tat a.B.c(B.java:1)", "   at G.H() in x.cs:line 5", "  File \"a.py\", line 5"], true, |it| it.frame);
        check(&["at 10:00 it failed", "  it failed at once"], false, |it| it.frame);
        check(&["x KERNEL FATAL special purpose registers:"], true, |it| it.heading);
        check(&["Failures:\n  1) it failed", "it failed: x", "a:"], false, |it| it.heading);
    }

    #[test]
    fn what_makes_a_message_specific_is_known() {
        check(&["java.io.IOException: x", "TypeError: y", "a\n\tat b.C.d(C.java:1)"], true, |it| it.exception);
        check(&["License Exception TSU", "Error: x", "testThrowsException() ok"], false, |it| it.exception);
        check(&["a/b.c:12:5: x", "at line 12", "C.java(7): x"], true, |it| it.place);
        check(&["it broke\n\tat a.B.c(B.java:1)"], false, |it| it.place);
        check(&["srv01.example.com 12", "version 1.2.3"], false, |it| it.place);
        check(&["open a: No such file or directory"], true, |it| it.system_error);
        check(&["error: x", "ld: fatal: x", "error[E0407]: x", "[error] x"], true, |it| it.announced);
        check(&["an error was seen: x", "errors: 5"], false, |it| it.announced);
    }
}

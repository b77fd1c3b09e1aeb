//! A parser that fails in its process costs its file and nothing else. It is broken for real, by a hidden argument.

use crate::{command, folder, run, stderr, stdout, text};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tierline::bundle::{Bundle, Content, Helper, Limits, ProblemKind};

const LOG: &[u8] = b"ElfFile\0 is all that is looked at before the fault";

/// Visits an event log between two plain files and returns what became of the log: its text, its problem.
#[track_caller]
fn visit(helper: Helper) -> (String, Option<(ProblemKind, String)>) {
    let bundle = folder(&[("a.log", b"before\n"), ("b.evtx", LOG), ("c.log", b"behind\n")]);
    let mut bundle = Bundle::open(&[bundle.path().to_owned()], Limits::default()).unwrap();
    bundle.set_helper(helper);
    let texts = Mutex::new(Vec::new());
    let visited = bundle.visit(&|entry| {
        let mut content = Vec::new();
        match entry.content {
            Content::Mapped(bytes) => content.extend_from_slice(&bytes),
            Content::Stream(stream) => {
                stream.read_to_end(&mut content).unwrap();
            }
        }
        texts.lock().unwrap().push((entry.path.to_string(), String::from_utf8(content).unwrap()));
    });
    let mut texts = texts.into_inner().unwrap();
    texts.sort();
    let log = texts.iter().position(|(path, _)| path.ends_with("/b.evtx")).map(|at| texts.remove(at).1);
    assert_eq!(texts.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), ["before\n", "behind\n"]);
    assert!(visited.problems.len() <= 1, "{:?}", visited.problems);
    let problem = visited.problems.into_iter().next().map(|problem| {
        assert!(problem.file.ends_with("/b.evtx"), "{problem:?}");
        (problem.kind, problem.message)
    });
    (log.unwrap_or_default(), problem)
}

fn helper(program: &str, arguments: &[&str]) -> Helper {
    Helper::new(PathBuf::from(program), arguments.iter().map(ToString::to_string).collect())
}

fn faulty(fault: &str) -> Helper {
    helper(env!("CARGO_BIN_EXE_tierline"), &["decode-member", "--fault", fault])
}

#[track_caller]
fn check(helper: Helper, kind: ProblemKind, message: &str) {
    // Whatever else the machine has to do: a process that nobody stops would take for ever.
    let most = helper.patience + Duration::from_secs(60);
    let start = Instant::now();
    let (text, problem) = visit(helper);
    let (found, words) = problem.unwrap();
    assert!((found, words.contains(message)) == (kind, true), "{found:?}: {words}");
    // What came before the fault is kept, and nothing else came.
    assert!(text.starts_with("line 0 before the fault\n") && text.len() > 100_000, "{} bytes", text.len());
    assert!(text.lines().rev().skip(1).all(|line| line.ends_with("before the fault")));
    assert!(start.elapsed() < most, "{:?}", start.elapsed());
}

#[test]
fn a_panic_costs_one_file() {
    check(faulty("panic"), ProblemKind::Panic, "our own failure: on purpose");
}

#[test]
fn an_abort_costs_one_file() {
    check(faulty("abort"), ProblemKind::Panic, "crashed");
}

#[test]
fn a_stack_overflow_costs_one_file() {
    check(faulty("stack"), ProblemKind::Panic, "its stack overflowed");
}

#[test]
fn an_early_exit_costs_one_file() {
    check(faulty("exit"), ProblemKind::Panic, "ended early (code 0)");
}

#[test]
fn a_parser_that_waits_for_ever_is_stopped() {
    let impatient = Helper { patience: Duration::from_secs(1), ..faulty("sleep") };
    check(impatient, ProblemKind::Limit, "made no progress and was stopped");
}

#[test]
fn problems_without_end_are_cut_off() {
    let logs = folder(&[("b.evtx", LOG)]);
    let mut bundle = Bundle::open(&[logs.path().join("b.evtx")], Limits::default()).unwrap();
    bundle.set_helper(faulty("problems"));
    let problems = bundle.visit(&|_| {}).problems;
    assert_eq!(problems.len(), 101);
    assert_eq!(problems.last().map(|it| it.kind), Some(ProblemKind::Limit));
}

/// Limits of the process are those of Unix.
#[cfg(unix)]
#[test]
fn an_endless_loop_is_stopped() {
    // Its few seconds of the processor's time can take minutes where other tests want them too. The message tells which
    // of the two limits it was.
    let patient = Helper { patience: Duration::from_secs(300), ..faulty("loop") };
    check(patient, ProblemKind::Limit, "worked for too long without enough of a result");
}

#[cfg(unix)]
#[test]
fn a_parser_that_gives_little_for_its_work_is_stopped() {
    let patient = Helper { patience: Duration::from_secs(300), ..faulty("drip") };
    check(patient, ProblemKind::Limit, "worked for too long without enough of a result");
}

#[cfg(target_os = "linux")]
#[test]
fn a_parser_that_wants_all_memory_is_stopped() {
    check(faulty("memory"), ProblemKind::Limit, "needed too much memory");
}

#[cfg(unix)]
#[test]
fn a_parser_can_neither_open_nor_write_files() {
    check(faulty("open-file"), ProblemKind::Unreadable, "Too many open files");
    check(faulty("write-file"), ProblemKind::Unreadable, "Too many open files");
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_helper_is_noticed() {
    for (program, script, kind, message) in [
        ("/bin/sh", "echo this is no helper at all; exec sleep 100", ProblemKind::Panic, "makes no sense"),
        (
            "/bin/sh",
            "printf 'tierline members 1\\r\\nd\\377\\377\\377\\377'; exec sleep 100",
            ProblemKind::Panic,
            "makes no sense",
        ),
        (
            "/bin/sh",
            "printf 'tierline members 1\\r\\n.\\001\\0\\0\\0x'; exec sleep 100",
            ProblemKind::Panic,
            "makes no sense",
        ),
        ("/bin/sh", "exit 3", ProblemKind::Panic, "ended early (code 3)"),
        ("/bin/sh", "kill -9 $$", ProblemKind::Limit, "stopped by the system"),
        ("/no/such/program", "", ProblemKind::Unreadable, "No such file"),
    ] {
        let (text, problem) = visit(helper(program, &["-c", script]));
        assert_eq!(text, "");
        let (found, words) = problem.unwrap();
        assert!(found == kind && words.contains(message), "{script}: {found:?}: {words}");
    }
}

/// What the program has open is no business of a parser.
#[cfg(target_os = "linux")]
#[test]
fn a_helper_inherits_no_open_files() {
    let secrets = folder(&[("secret.txt", b"secret")]);
    let secret = secrets.path().join("secret.txt");
    let open = std::fs::File::open(&secret).unwrap();
    let list = secrets.path().join("list");
    let (_, problem) = visit(helper("/bin/sh", &["-c", "ls -l /proc/$$/fd > \"$0\"; exit 3", text(&list)]));
    assert!(problem.is_some());
    let list = std::fs::read_to_string(&list).unwrap();
    assert!(list.contains("b.evtx") && !list.contains("secret.txt"), "{list}");
    drop(open);
}

#[cfg(unix)]
#[test]
fn what_a_helper_says_on_standard_error_stays_inside() {
    // The abort's message would come from the system's own runtime, and not through ours.
    let (_, problem) =
        visit(helper("/bin/sh", &["-c", "echo 'memory allocation of 5 bytes failed \u{1b}[2J' >&2; exit 1"]));
    let (kind, message) = problem.unwrap();
    assert_eq!((kind, message.contains("needed too much memory")), (ProblemKind::Limit, true), "{message}");
    let logs = folder(&[("b.evtx", LOG)]);
    let output = run(&["triage", text(logs.path()), "-o", "json"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(4), ""));
}

#[test]
fn the_subcommand_is_hidden_and_refuses_what_it_does_not_know() {
    assert!(!stdout(&run(&["--help"])).contains("decode-member"));
    for arguments in [&["decode-member", "no-such"][..], &["decode-member", "--fault", "no-such", "evtx"]] {
        let output = command(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{output:?}");
    }
}

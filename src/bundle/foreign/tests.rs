//! Members on their way through a pipe to a visitor.

use super::deliver::{self, Pipe};
use super::frame::{self, Broken, Frame, FrameWriter};
use super::{Format, Members};
use crate::bundle::visit::{Facts, Place, Visit};
use crate::bundle::{Content, Limits, ProblemKind};
use proptest::prelude::*;
use std::io::{self, Cursor, Read, Write};
use std::sync::Mutex;

/// Bytes that came from a parser, which then ended.
struct Bytes(Cursor<Vec<u8>>);

impl Read for Bytes {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        self.0.read(output)
    }
}

impl Pipe for Bytes {
    fn verdict(&mut self, broken: Broken) -> (ProblemKind, String) {
        (ProblemKind::Panic, format!("was broken ({broken:?})"))
    }
}

/// What a parser gives.
fn frames(parser: impl FnOnce(&mut dyn Members) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = FrameWriter::new(&mut bytes, |_| {}).unwrap();
    parser(&mut writer).unwrap();
    writer.done(7).unwrap();
    bytes
}

/// What the visitor saw, and the problems.
type Seen = (Vec<(String, String)>, Vec<(String, &'static str, String)>);

fn deliver(frames: Vec<u8>, limits: &Limits) -> Seen {
    let seen = Mutex::new(Vec::new());
    let examine = |entry: crate::bundle::Entry<'_>| {
        let mut content = Vec::new();
        match entry.content {
            Content::Mapped(bytes) => content.extend_from_slice(&bytes),
            Content::Stream(_) if entry.path.ends_with("unwanted") => {}
            Content::Stream(stream) => {
                stream.read_to_end(&mut content).unwrap();
            }
        }
        seen.lock().unwrap().push((entry.path.to_string(), String::from_utf8_lossy(&content).into_owned()));
    };
    let visit = Visit::new(limits, 0, std::time::Duration::ZERO, None, &examine);
    let place = Place::outside("x".into());
    deliver::members(&visit, &place, Facts::default(), Format::Evtx, Bytes(Cursor::new(frames)));
    let problems = visit.finish().problems.into_iter();
    let problems = problems.map(|it| (it.file.to_string(), it.kind.name(), it.message)).collect();
    (seen.into_inner().unwrap(), problems)
}

#[track_caller]
fn check(frames: Vec<u8>, files: &[(&str, &str)], problems: &[(&str, &str, &str)]) {
    let (seen, found) = deliver(frames, &Limits::default());
    let seen: Vec<_> = seen.iter().map(|(path, content)| (path.as_str(), content.as_str())).collect();
    assert_eq!(seen, files);
    let found: Vec<_> = found.iter().map(|(file, kind, message)| (file.as_str(), *kind, message.as_str())).collect();
    assert_eq!(found, problems);
}

#[test]
fn members_have_names_and_the_file_itself_keeps_its_own() {
    let parser = |out: &mut dyn Members| {
        out.begin(Some(b"a\\b.log"), Some(5))?;
        out.data(b"one ")?;
        out.data(b"two")?;
        out.end()?;
        out.begin(Some(b"a\\b.log"), None)?;
        out.end()?;
        out.begin(None, None)?;
        out.data(b"itself")?;
        out.end()
    };
    check(frames(parser), &[("x!/a/b.log", "one two"), ("x!/a/b (2).log", ""), ("x", "itself")], &[]);
}

#[test]
fn archives_in_members_are_opened() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("in.log", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"deep").unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let parser = |out: &mut dyn Members| {
        out.begin(Some(b"a.zip"), None)?;
        out.data(&zip)?;
        out.end()
    };
    check(frames(parser), &[("x!/a.zip!/in.log", "deep")], &[]);
    // The file's own content is not looked into: it would never end.
    let parser = |out: &mut dyn Members| {
        out.begin(None, None)?;
        out.data(b"ElfFile\0")?;
        out.end()
    };
    check(frames(parser), &[("x", "ElfFile\0")], &[]);
}

#[test]
fn problems_belong_to_the_open_member_or_the_file() {
    let parser = |out: &mut dyn Members| {
        out.problem(ProblemKind::Corrupt, "odd head")?;
        out.begin(Some(b"a"), None)?;
        out.data(b"text")?;
        out.problem(ProblemKind::Encrypted, "locked")?;
        out.end()
    };
    let problems = [("x", "corrupt", "odd head"), ("x!/a", "encrypted", "locked")];
    check(frames(parser), &[("x!/a", "text")], &problems);
}

#[test]
fn a_member_without_content_and_with_trouble_is_no_empty_file() {
    let parser = |out: &mut dyn Members| {
        out.begin(Some(b"locked"), None)?;
        out.problem(ProblemKind::Encrypted, "needs a password")?;
        out.end()?;
        out.begin(Some(b"empty"), None)?;
        out.end()?;
        out.begin(Some(b"damaged"), None)?;
        out.problem(ProblemKind::Corrupt, "odd")?;
        out.data(b"text")?;
        out.end()
    };
    let problems = [("x!/damaged", "corrupt", "odd"), ("x!/locked", "encrypted", "needs a password")];
    check(frames(parser), &[("x!/empty", ""), ("x!/damaged", "text")], &problems);
}

#[test]
fn a_pipe_that_ends_early_is_a_problem_of_the_file() {
    let whole = frames(|out| {
        out.begin(Some(b"a"), None)?;
        out.data(b"text")?;
        out.end()
    });
    let told = |what: &str, before: &str| format!("the reader of a Windows event log was broken ({what}); {before}");
    let nothing = told("Ended", "nothing of it was read");
    check(whole[..10].to_vec(), &[], &[("x", "panic", &nothing)]);
    let some = told("Ended", "4 bytes of text that came before were examined");
    check(whole[..whole.len() - 10].to_vec(), &[("x!/a", "text")], &[("x", "panic", &some)]);
    let mut wrong = whole.clone();
    let end = wrong.len() - 9;
    wrong[end] = b'?';
    let wrong_end = told("Nonsense", "4 bytes of text that came before were examined");
    check(wrong, &[("x!/a", "text")], &[("x", "panic", &wrong_end)]);
}

#[test]
fn members_out_of_order_are_nonsense() {
    for parser in [
        |out: &mut dyn Members| out.end(),
        |out: &mut dyn Members| out.data(b"nobody's").and_then(|()| out.problem(ProblemKind::Corrupt, "x")),
    ] {
        let (_, problems) = deliver(frames(parser), &Limits::default());
        assert!(matches!(&problems[..], [(_, "panic", message)] if message.contains("Nonsense")), "{problems:?}");
    }
}

#[test]
fn members_draw_from_the_budget_even_if_nobody_reads_them() {
    let parser = |name: &'static [u8]| {
        frames(move |out| {
            out.begin(Some(name), None)?;
            out.data(&vec![b'x'; 1 << 20])?;
            out.end()?;
            out.begin(Some(b"next"), None)?;
            out.end()
        })
    };
    let limits = Limits { unpacked_bytes: 1 << 19, ratio: 0, ..Limits::default() };
    for name in [&b"wanted"[..], b"unwanted"] {
        let (seen, problems) = deliver(parser(name), &limits);
        assert_eq!(seen.len(), 1);
        let [(file, "limit", _), members @ ..] = &problems[..] else { panic!("{problems:?}") };
        assert!(file == "x" && members.iter().all(|(file, kind, _)| file == "x!/wanted" && *kind == "limit"));
    }
    let limits = Limits { members: 1, ..Limits::default() };
    let (seen, problems) = deliver(parser(b"unwanted"), &limits);
    assert_eq!((seen.len(), problems.len()), (1, 1), "{problems:?}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(name: Option<Vec<u8>>, modified: Option<i64>, data: Vec<u8>, message in ".{0,40}") {
        let written = frames(|out| {
            out.begin(name.as_deref(), modified)?;
            out.data(&data)?;
            out.problem(ProblemKind::Limit, &message)
        });
        let mut input = &written[..];
        prop_assert_eq!(frame::greeting(&mut input), Ok(()));
        prop_assert_eq!(frame::next(&mut input), Ok(Frame::Begin { name, modified }));
        if !data.is_empty() {
            prop_assert_eq!(frame::next(&mut input), Ok(Frame::Data(data.len())));
            prop_assert_eq!(&input[..data.len()], &data[..]);
            input = &input[data.len()..];
        }
        prop_assert_eq!(frame::next(&mut input), Ok(Frame::Problem(ProblemKind::Limit, message)));
        prop_assert_eq!(frame::next(&mut input), Ok(Frame::End));
        prop_assert_eq!(frame::next(&mut input), Ok(Frame::Done(7)));
        prop_assert_eq!(frame::next(&mut input), Err(Broken::Ended));
    }

    #[test]
    fn any_bytes_behind_the_greeting_come_to_an_end(bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(b'd'), Just(b'b'), Just(b'e'), Just(b'.'), any::<u8>()], 0..300)) {
        let mut all = frames(|_| Ok(()));
        all.truncate(all.len() - 9);
        all.extend(bytes);
        deliver(all, &Limits::default());
    }
}

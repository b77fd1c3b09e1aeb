//! When an upload is complete.

use super::super::facts::Facts;
use super::super::scan::Found;
use super::super::settle::Uploads;
use super::super::upload::{Earlier, Fate, Job};
use super::{GIVE_UP, SETTLE, START};
use std::path::Path;
use std::time::Duration;

fn found(bytes: u64, is_marked: bool) -> Found {
    let facts = Facts { bytes, modified: bytes as i64, changed: 0 };
    Found { path: "/in/a".into(), customer: "acme".into(), facts, is_marked }
}

fn at(seconds: u64) -> Duration {
    START + Duration::from_secs(seconds)
}

fn new() -> Uploads {
    Uploads::new(GIVE_UP)
}

fn track(uploads: &mut Uploads, found: Found, renamed: bool, seconds: u64) {
    assert!(!uploads.saw(&found, renamed, at(seconds)));
    uploads.track(found, Earlier::default(), (SETTLE, Duration::ZERO), renamed, at(seconds));
}

/// Looks at the file once more, as the watch does, and returns what may be read.
#[track_caller]
fn next(uploads: &mut Uploads, now: u64, file: &Found) -> Option<Job> {
    uploads.wake(at(now));
    for path in uploads.at_rest(at(now)) {
        assert!(uploads.saw(file, false, at(now)));
        uploads.verified(&path, at(now));
    }
    uploads.next(true, at(now))
}

#[test]
fn a_file_is_complete_when_it_has_been_at_rest() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    assert_eq!(next(&mut uploads, 4, &found(1, false)), None);
    assert!(uploads.saw(&found(2, false), false, at(4)));
    assert_eq!(next(&mut uploads, 8, &found(2, false)), None);
    // It has changed since anybody looked.
    assert_eq!(next(&mut uploads, 9, &found(3, false)), None);
    assert_eq!(next(&mut uploads, 13, &found(3, false)), None);
    let job = next(&mut uploads, 14, &found(3, false)).unwrap();
    assert_eq!((job.facts, job.is_last, &*job.customer), (found(3, false).facts, false, "acme"));
    assert_eq!(next(&mut uploads, 30, &found(3, false)), None);
    uploads.ended(&job, Fate::Settled, at(30));
    assert!(uploads.saw(&found(3, false), false, at(31)));
    assert!(!uploads.saw(&found(4, false), false, at(31)));
}

#[test]
fn a_burst_leaves_no_memory_behind() {
    let mut uploads = new();
    let files = (0..10_000).map(|number| Found { path: format!("/in/{number}").into(), ..found(1, false) });
    files.for_each(|file| track(&mut uploads, file, false, 0));
    assert!(uploads.room() >= 10_000);
    uploads.begin_look();
    assert!(uploads.saw(&Found { path: "/in/7".into(), ..found(1, false) }, false, at(1)));
    uploads.end_look([], &[]);
    assert!(uploads.room() < 100, "{}", uploads.room());
    assert!(uploads.saw(&Found { path: "/in/7".into(), ..found(1, false) }, false, at(2)));
}

#[test]
fn a_rename_or_a_marker_makes_it_complete_at_once() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), true, 0);
    assert!(!next(&mut uploads, 0, &found(1, false)).unwrap().is_last);
    let mut uploads = new();
    track(&mut uploads, found(1, true), false, 0);
    assert!(next(&mut uploads, 0, &found(1, true)).unwrap().is_last);
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    assert!(uploads.saw(&found(1, true), false, at(1)));
    assert!(next(&mut uploads, 1, &found(1, true)).is_some());
    // What is written to after it was renamed is not.
    let mut uploads = new();
    track(&mut uploads, found(1, false), true, 0);
    assert_eq!(next(&mut uploads, 0, &found(2, false)), None);
}

#[test]
fn a_name_that_an_unfinished_upload_has_got_is_a_rename() {
    let mut uploads = new();
    uploads.begin_look();
    uploads.end_look([(1, 1)], &[]);
    uploads.begin_look();
    track(&mut uploads, found(1, false), false, 0);
    assert!(next(&mut uploads, 0, &found(1, false)).is_some());
}

#[test]
fn what_somebody_writes_to_is_waited_for() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    uploads.written(Path::new("/in/a"), at(0));
    assert_eq!(next(&mut uploads, 50, &found(1, false)), None);
    uploads.closed(Path::new("/in/a"));
    assert!(next(&mut uploads, 50, &found(1, false)).is_some());
    // But not for ever: an event may be lost, a log may stay open.
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    uploads.written(Path::new("/in/a"), at(0));
    assert!(next(&mut uploads, 60, &found(1, false)).is_some());
}

#[test]
fn an_old_file_need_not_be_waited_for() {
    let mut uploads = new();
    uploads.track(found(1, false), Earlier::default(), (SETTLE, Duration::from_secs(4)), false, at(0));
    assert_eq!(next(&mut uploads, 0, &found(1, false)), None);
    assert!(next(&mut uploads, 1, &found(1, false)).is_some());
}

#[test]
fn what_lacks_its_end_waits_until_it_changes_or_is_given_up() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    let job = next(&mut uploads, 5, &found(1, false)).unwrap();
    uploads.ended(&job, Fate::Incomplete, at(6));
    assert_eq!(next(&mut uploads, 3605, &found(1, false)), None);
    let job = next(&mut uploads, 3606, &found(1, false)).unwrap();
    assert!(job.is_last);
    uploads.ended(&job, Fate::Incomplete, at(3606));
    assert!(uploads.saw(&found(2, false), false, at(3607)));
    assert_eq!(next(&mut uploads, 3608, &found(2, false)), None);
    assert!(!next(&mut uploads, 3612, &found(2, false)).unwrap().is_last);
}

#[test]
fn what_changes_while_it_is_read_is_read_again() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    let job = next(&mut uploads, 5, &found(1, false)).unwrap();
    assert!(uploads.saw(&found(2, false), false, at(6)));
    assert_eq!(next(&mut uploads, 20, &found(2, false)), None);
    // Even if its reader has not noticed.
    uploads.ended(&job, Fate::Settled, at(20));
    assert_eq!(next(&mut uploads, 20, &found(2, false)).unwrap().facts.bytes, 2);
}

#[test]
fn what_failed_waits_and_lets_others_go_first() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    let job = next(&mut uploads, 5, &found(1, false)).unwrap();
    uploads.ended(&job, Fate::Later(Duration::from_secs(14)), at(6));
    assert_eq!(next(&mut uploads, 19, &found(1, false)), None);
    let other = Found { path: "/in/b".into(), ..found(1, false) };
    uploads.track(other, Earlier::default(), (SETTLE, SETTLE), false, at(20));
    uploads.wake(at(20));
    uploads.verified(Path::new("/in/b"), at(20));
    let order: Vec<_> = std::iter::from_fn(|| uploads.next(true, at(20))).map(|it| it.path).collect();
    assert_eq!(order, [Path::new("/in/b"), Path::new("/in/a")]);
}

#[test]
fn what_is_to_be_read_alone_waits_until_nothing_else_is_read() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    let job = next(&mut uploads, 5, &found(1, false)).unwrap();
    assert!(!job.is_alone);
    uploads.ended(&job, Fate::Alone(Duration::from_secs(14)), at(6));
    uploads.wake(at(20));
    assert_eq!(uploads.next(false, at(20)), None);
    assert!(uploads.next(true, at(20)).unwrap().is_alone);
    // Another content is judged anew.
    uploads.ended(&job, Fate::Later(Duration::from_secs(9)), at(21));
    assert!(uploads.saw(&found(2, false), false, at(22)));
    assert!(!next(&mut uploads, 27, &found(2, false)).unwrap().is_alone);
}

#[test]
fn of_a_folder_that_has_vanished_nothing_is_forgotten() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    uploads.begin_look();
    uploads.end_look([], &["/in".into()]);
    assert!(uploads.saw(&found(1, false), false, at(1)));
    // What cannot be looked at does not come to rest, and a single pass does not wait for it.
    uploads.unreachable(Path::new("/in/a"), at(4));
    assert!(!uploads.is_busy(at(4)));
    assert_eq!(next(&mut uploads, 8, &found(1, false)), None);
    assert!(next(&mut uploads, 9, &found(1, false)).is_some());
    uploads.begin_look();
    uploads.end_look([], &["/other".into()]);
    assert!(uploads.saw(&found(1, false), false, at(10)), "it is being read");
}

#[test]
fn what_is_gone_is_forgotten() {
    let mut uploads = new();
    track(&mut uploads, found(1, false), false, 0);
    uploads.gone(Path::new("/in/a"));
    assert!(!uploads.saw(&found(1, false), false, at(1)));
    uploads.track_settled(Path::new("/in/a"), &found(1, false).facts);
    for is_there in [true, false] {
        uploads.begin_look();
        assert!(!is_there || uploads.saw(&found(1, false), false, at(2)));
        uploads.end_look([], &[]);
    }
    uploads.begin_look();
    assert!(!uploads.saw(&found(1, false), false, at(3)));
}

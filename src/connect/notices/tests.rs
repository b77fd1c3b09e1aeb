//! What is told, once, whatever happens.

use super::super::contract::{Contract, on};
use super::super::http::Secret;
use super::super::tracker::Failure;
use super::super::webhook::{SigningKey, Webhook};
use super::*;
use crate::calendar::Calendar;
use crate::redact::{CustomerKey, Names, Options, Redactor};
use crate::signature::Severity;
use crate::sla::{Clocks, Contract as Agreed, clocks};
use crate::store::{
    About, Case, CaseBundle, Change, Claim, Finding, Finished, FoundIn, NewCase, NewNotice, NewSuppression,
    NoticeState, Origin, Store, Upload,
};
use serde_json::json;
use std::cell::{Cell, RefCell};

struct Desk {
    _folder: tempfile::TempDir,
    store: Store,
    channels: Vec<Channel>,
}

fn channel(name: &str, recipients: &[&str], on: &[News]) -> Channel {
    let recipients = recipients.iter().map(|it| (*it).to_owned()).collect();
    Channel { name: name.to_owned(), via: "mail".to_owned(), recipients, on: on.to_vec(), customers: None }
}

/// Titles with the mail address in them replaced.
fn redact(case: &Case) -> Title {
    let redactor = Redactor::new(CustomerKey::new([7; CustomerKey::LEN]), &Options::default(), &Names::default());
    match &*case.title {
        title if title.contains("unsafe") => Title::Hidden,
        title if title.contains("withheld") => Title::Withheld,
        title => Title::Redacted(redactor.str(title)),
    }
}

/// Critical cases are to be solved within 1,000 seconds.
fn promise(case: &Case, now: i64) -> Clocks {
    let contract = Agreed { calendar: Calendar::always(), resolve: vec![(Severity::Critical, 1000)] };
    clocks(case, Some(&contract), None, &|_, _| true, now).unwrap()
}

impl Desk {
    fn new(channels: Vec<Channel>) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db")).unwrap();
        let desk = Desk { _folder: folder, store, channels };
        // From now on there is something to tell.
        assert_eq!(desk.look(100), Vec::<String>::new());
        desk
    }

    fn open(&self, title: &str, severity: Option<&str>, at: i64) -> i64 {
        let about = About { severity, ..About::default() };
        let new = NewCase { customer: "acme", title, origin: Origin::Phone, contact: Some("Ms Example"), about };
        self.store.open_case(&new, "me", at).unwrap()
    }

    /// What is new at a time: channel, receiver and what it is about.
    fn look(&self, now: i64) -> Vec<String> {
        let new = look(&self.store, &self.channels, &|case| promise(case, now), &redact, now).unwrap();
        new.iter().map(|it| format!("{} {} {}", it.channel, it.recipient, it.about)).collect()
    }

    fn states(&self) -> Vec<(NoticeState, u32)> {
        self.store.notices().unwrap().iter().map(|it| (it.state, it.attempts)).collect()
    }
}

#[test]
fn what_is_new_is_told_once_to_each() {
    let old = Desk::new(vec![]);
    old.open("it fails", None, 50);
    let desk = Desk { channels: vec![channel("all", &["a@p.example", "b@p.example"], &News::ALL)], ..old };
    assert_eq!(desk.look(100), Vec::<String>::new(), "what was there before is no news");
    desk.open("it fails for jo@acme.example", Some("high"), 110);
    assert_eq!(desk.look(120), ["all a@p.example new", "all b@p.example new"]);
    assert_eq!(desk.look(130), Vec::<String>::new());
    let notice = &desk.store.notices().unwrap()[0].told;
    assert!(notice.subject.starts_with("case 2 of acme is new: it fails for "), "{notice:?}");
    let all = format!("{}{}", notice.subject, notice.text);
    assert!(!all.contains("jo@acme.example") && !all.contains("Ms Example") && all.contains("severity: high"), "{all}");
    desk.open("unsafe", None, 140);
    desk.look(150);
    let notice = desk.store.notices().unwrap().pop().unwrap().told;
    assert!(!notice.text.contains("unsafe") && notice.text.contains("could not be redacted"), "{notice:?}");
    assert!(!notice.text.contains("pseudonyms") && all.contains("Names in the title are pseudonyms."), "{notice:?}");
    desk.open("withheld", None, 160);
    assert_eq!(desk.look(170), Vec::<String>::new());
}

#[test]
fn a_case_of_which_all_is_suppressed_is_no_news() {
    let desk = Desk::new(vec![channel("all", &[""], &News::ALL)]);
    let about = About { severity: Some("critical"), ..About::default() };
    let claim = Claim {
        customer: "acme",
        problem: "k",
        tracker: "desk",
        title: "down",
        about,
        severity: "P1",
        package: "/p",
        manifest: "m",
        files: &[],
    };
    let entry = desk.store.claim(&claim, 110).unwrap();
    let case = desk.store.ticket(entry.ticket).unwrap().case;
    let bundle = CaseBundle { path: "/a.zip".into(), sha256: "ab".into() };
    let findings = vec![Finding { problem: "p".into(), ..Finding::default() }];
    desk.store.add_findings(case, &[FoundIn { bundle, findings, is_whole: true }], "me", 110).unwrap();
    let new = NewSuppression { customer: None, problem: "p", reason: "disks", until: "1970-01-01" };
    let quiet = desk.store.suppress(&new, "me", 111).unwrap();
    assert_eq!(desk.look(120), Vec::<String>::new());
    desk.store.unsuppress(quiet, "me", 130).unwrap();
    assert_eq!(desk.look(140), ["all  critical"]);
}

#[test]
fn the_worst_is_told_and_no_more_than_it() {
    let desk = Desk::new(vec![
        channel("all", &[""], &News::ALL),
        channel("few", &[""], &[News::Critical]),
        Channel { customers: Some(vec!["bolt".to_owned()]), ..channel("other", &[""], &News::ALL) },
    ]);
    let first = desk.open("down", Some("critical"), 110);
    // That it is critical says that it is new.
    assert_eq!(desk.look(120), ["all  critical", "few  critical"]);
    let second = desk.open("slow", Some("low"), 130);
    assert_eq!(desk.look(140), ["all  new"]);
    let about = About { severity: Some("critical"), ..About::default() };
    desk.store.change_case(second, &Change { contact: None, about }, "me", 150).unwrap();
    assert_eq!(desk.look(160), ["all  critical", "few  critical"]);
    // A quarter of the time is left, and then none.
    assert_eq!(desk.look(900), ["all  due-soon customer solution 110", "all  due-soon customer solution 130"]);
    assert_eq!(desk.look(1120), ["all  overdue customer solution 110"]);
    assert_eq!(desk.look(1140), ["all  overdue customer solution 130"]);
    assert_eq!(desk.look(1150), Vec::<String>::new());
    desk.store.close_case(first, "KB1", "me", 1160).unwrap();
    assert_eq!(desk.look(2000), Vec::<String>::new());
    desk.store.close_case(second, "KB1", "me", 2010).unwrap();
    desk.store.reopen_case(second, "it came back", "me", 2020).unwrap();
    let again = desk.look(2030);
    assert!(again.contains(&"few  critical again 2020".to_owned()), "{again:?}");
    let third = desk.open("slow", Some("low"), 2040);
    assert!(desk.look(2050).contains(&"all  new".to_owned()));
    desk.store.close_case(third, "KB1", "me", 2060).unwrap();
    desk.store.reopen_case(third, "it came back", "me", 2070).unwrap();
    assert!(desk.look(2080).contains(&"all  again 2070".to_owned()));
    assert!(desk.store.notices().unwrap().iter().any(|it| it.told.subject.contains("is open again")));
}

#[test]
fn a_notice_is_tried_until_its_receiver_has_it() {
    let desk = Desk::new(vec![channel("all", &["a", "b"], &[News::New])]);
    desk.open("down", None, 110);
    desk.look(120);
    let (now, asked) = (Cell::new(120), RefCell::new(Vec::new()));
    let go = |answer: Result<(), Failure>| {
        let mut sender = |it: &NewNotice| {
            asked.borrow_mut().push(it.recipient.clone());
            answer.clone()
        };
        send(&desk.store, &mut sender, &|| now.get(), &|| 0.5).unwrap()
    };
    let busy = || Err(Failure::Busy { why: "451".into(), after: None });
    assert_eq!(go(busy()), Sent { waiting: 2, ..Sent::default() });
    assert_eq!(*asked.borrow(), ["a"], "a server that does not answer is asked once");
    assert_eq!(go(Ok(())), Sent::default(), "not yet");
    now.set(130);
    assert_eq!(go(busy()).waiting, 2);
    assert_eq!(desk.states(), [(NoticeState::Waiting, 2); 2]);
    now.set(200);
    assert_eq!(go(Ok(())).sent, 2);
    assert_eq!(go(Ok(())), Sent::default(), "once");
    desk.open("again", None, 210);
    desk.look(220);
    now.set(220);
    let refused = || Err(Failure::Refused { why: "550".into() });
    assert_eq!(go(refused()), Sent { waiting: 2, ..Sent::default() }, "somebody may mend it");
    asked.borrow_mut().clear();
    for at in (230..220 + 86_400).step_by(10) {
        now.set(at);
        assert_eq!(go(refused()).refused, 0, "{at}");
    }
    assert!((10..20).contains(&(asked.borrow().len() / 2)), "{}", asked.borrow().len());
    now.set(220 + 86_400 + 60);
    assert_eq!(go(refused()).refused, 2, "nobody takes it");
    now.set(200_000);
    assert_eq!(go(Ok(())), Sent::default());
    let count = |state| desk.store.notice_counts().unwrap().into_iter().find(|it| it.0 == state).unwrap().1;
    assert_eq!((count(NoticeState::Refused), count(NoticeState::Waiting)), (2, 0));
    // It was mended late, and a person says so.
    let first = desk.store.notices().unwrap().iter().find(|it| it.state == NoticeState::Refused).unwrap().id;
    assert_eq!(desk.store.retry_notices(Some(first), now.get()).unwrap(), 1);
    assert_eq!(go(Ok(())).sent, 1);
    assert_eq!(desk.store.retry_notices(None, now.get()).unwrap(), 1);
    assert_eq!(go(Ok(())).sent, 1);
    assert_eq!(desk.store.retry_notices(None, now.get()).unwrap(), 0, "what was sent is not sent again");
}

#[test]
fn what_was_being_sent_at_the_end_of_the_program_is_sent_by_the_next() {
    let desk = Desk::new(vec![channel("all", &["a"], &[News::New])]);
    desk.open("down", None, 110);
    desk.look(120);
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut sender = |_: &NewNotice| -> Result<(), Failure> { panic!("killed") };
        send(&desk.store, &mut sender, &|| 120, &|| 0.5)
    }));
    assert!(killed.is_err());
    assert_eq!(desk.states(), [(NoticeState::Sending, 0)]);
    // Somebody else is at it.
    let lock = desk.store.lock_notices().unwrap();
    assert_eq!(send(&desk.store, &mut |_| Ok(()), &|| 121, &|| 0.5).unwrap(), Sent::default());
    drop(lock);
    assert_eq!(send(&desk.store, &mut |_| Ok(()), &|| 121, &|| 0.5).unwrap().sent, 1);
    assert_eq!(desk.states(), [(NoticeState::Sent, 0)]);
}

#[test]
fn a_webhook_gets_the_same_message_until_it_takes_it() {
    let desk = Desk::new(vec![channel("hook", &[""], &[News::New])]);
    desk.open("down", Some("high"), 110);
    desk.look(120);
    let notice = desk.store.notices().unwrap()[0].told.clone();
    let data = json!({"case": 1, "about": "new", "subject": notice.subject, "text": notice.text, "files": []});
    let message = || {
        let id = format!("tl_{}", send::identification(&notice));
        on("POST /").header("webhook-id", id).json(json!({"type": "tierline.notice", "data": data}))
    };
    let contract = Contract::serve(vec![message().sends(502, b"no"), message().gives(202, json!({}))]);
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into());
    let key = SigningKey::new(&secret).unwrap();
    let webhook =
        Webhook { http: contract.http(""), key, answer_field: None, request_bytes: 1000, now: || 1_614_265_330 };
    let way = Way::Webhook(Box::new(webhook));
    let mut sender = |it: &NewNotice| way.tell(it);
    assert_eq!(send(&desk.store, &mut sender, &|| 120, &|| 0.5).unwrap().waiting, 1);
    assert_eq!(send(&desk.store, &mut sender, &|| 200, &|| 0.5).unwrap().sent, 1);
}

#[test]
fn a_case_that_waits_for_logs_is_not_due() {
    let desk = Desk::new(vec![channel("all", &[""], &[News::DueSoon, News::Overdue])]);
    let file = |name: &str, at| {
        let upload = Upload::working("acme", name, at);
        let finished = Finished {
            upload: &upload,
            sha256: name,
            catalogue: "c",
            path: name,
            report: name,
            title: "it broke",
            problem: Some("p"),
            about: About { severity: Some("critical"), ..About::default() },
            quiet: None,
            findings: &[],
        };
        desk.store.finish(&finished, at).unwrap();
        desk.store.not_escalated(at).unwrap().pop().unwrap()
    };
    let bundle = file("a", 1000);
    desk.store.reply_sent(bundle.case, "me", 1100).unwrap();
    assert_eq!(desk.look(9000), Vec::<String>::new());
    file("b", 10_000);
    assert_eq!(desk.look(10_600), Vec::<String>::new(), "700 of 1,000 seconds are over");
    assert_eq!(desk.look(10_700), ["all  due-soon customer solution 1000"]);
    assert_eq!(desk.look(11_000), ["all  overdue customer solution 1000"]);
}

use super::*;
use crate::store::{Event, Origin, Status, Ticket};
use proptest::prelude::*;

const HOUR: i64 = 3600;

fn moment(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn office() -> Calendar {
    Calendar::parse("Europe/Berlin", &["mon-fri 08:00-18:00".to_owned()], &["12-25".to_owned()]).unwrap()
}

fn contract(calendar: Calendar, hours: i64) -> Contract {
    Contract { calendar, resolve: vec![(Severity::High, hours * HOUR)] }
}

fn case(opened: i64, events: &[(i64, Happened)]) -> Case {
    let event = |(at, what): &(i64, Happened)| Event { at: *at, by: "me".into(), what: *what, text: String::new() };
    let mut case = Case {
        id: 1,
        customer: "acme".into(),
        title: "it fails".into(),
        status: Status::Open,
        origin: Origin::Phone,
        contact: None,
        vendor: Some("acme".into()),
        product: None,
        severity: Some("high".into()),
        opened,
        closed: None,
        fixed_by: None,
        assigned: None,
        bundles: Vec::new(),
        tickets: Vec::new(),
        events: events.iter().map(event).collect(),
    };
    for event in &case.events {
        match event.what {
            Happened::Waits => case.status = Status::Waiting,
            Happened::GoesOn | Happened::Reopened => (case.status, case.closed) = (Status::Open, None),
            Happened::Closed => (case.status, case.closed) = (Status::Closed, Some(event.at)),
            _ => {}
        }
    }
    case
}

fn with_ticket(mut case: Case, accepted: i64) -> Case {
    case.tickets.push(Ticket {
        id: 1,
        customer: "acme".into(),
        case: 1,
        tracker: "desk".into(),
        problem: "k".into(),
        remote: Some("17".into()),
        status: None,
        severity: Some("P2".into()),
        accepted: Some(accepted),
    });
    case
}

/// Where `with_ticket` has its tickets.
fn is_desk(tracker: &str, _: &Vendor) -> bool {
    tracker == "desk"
}

fn vendor() -> Vendor {
    let span = |hours: i64| Span(hours * HOUR * 1_000_000_000);
    let severity = |name: &str, of, hours, first, every: Option<i64>| VendorSeverity {
        name: name.into(),
        of,
        means: None,
        first_response: Some(Stated { value: span(first), url: Some("https://example.com".into()) }),
        update_every: every.map(|every| Stated { value: span(every), url: None }),
        hours,
    };
    Vendor {
        folder: "acme".into(),
        vendor: "Acme".into(),
        aliases: Vec::new(),
        encrypt_to: Vec::new(),
        portal: None,
        calendar: None,
        severities: vec![
            severity("P1", vec![Severity::Critical], Hours::Always, 1, None),
            severity("P2", vec![Severity::High], Hours::Always, 4, Some(24)),
            severity("P3", vec![Severity::Medium], Hours::Business, 8, None),
        ],
        rules: Vec::new(),
        products: Vec::new(),
        source: "here".into(),
    }
}

fn customer_clock_of(case: &Case, contract: &Contract, now: i64) -> Clock {
    clocks(case, Some(contract), None, &is_desk, now).unwrap().customer.unwrap()
}

fn vendor_clock_of(case: &Case, now: i64) -> Option<Clock> {
    clocks(case, None, Some(&vendor()), &is_desk, now).unwrap().vendor
}

#[test]
fn a_contract_counts_working_hours() {
    // Called on a Friday at 17:00, to be solved within 4 hours: Monday at 11:00.
    let friday = moment("2026-11-27T16:00:00Z");
    let clock = customer_clock_of(&case(friday, &[]), &contract(office(), 4), friday + HOUR);
    assert_eq!((clock.due, clock.left, clock.outlook), (Some(moment("2026-11-30T10:00:00Z")), 3 * HOUR, Outlook::Good));
    let saturday = customer_clock_of(&case(friday, &[]), &contract(office(), 4), friday + 24 * HOUR);
    assert_eq!((saturday.due, saturday.left), (clock.due, 3 * HOUR));
    let near = customer_clock_of(&case(friday, &[]), &contract(office(), 4), moment("2026-11-30T09:30:00Z"));
    assert_eq!((near.left, near.outlook), (HOUR / 2, Outlook::Near));
    let late = customer_clock_of(&case(friday, &[]), &contract(office(), 4), moment("2026-11-30T11:00:00Z"));
    assert_eq!((late.due, late.left, late.outlook), (clock.due, -HOUR, Outlook::Late));
}

#[test]
fn a_contracts_clock_rests_while_the_customer_has_to_bring_something() {
    let waits = [(2 * HOUR, Happened::Waits)];
    let (agreed, now) = (contract(Calendar::always(), 4), 50 * HOUR);
    let clock = customer_clock_of(&case(0, &waits), &agreed, now);
    assert_eq!((clock.due, clock.left, clock.outlook), (None, 2 * HOUR, Outlook::Paused));
    let goes_on = [waits[0], (49 * HOUR, Happened::GoesOn)];
    let clock = customer_clock_of(&case(0, &goes_on), &agreed, now);
    assert_eq!((clock.due, clock.left, clock.outlook), (Some(51 * HOUR), HOUR, Outlook::Good));
    let closed = [goes_on[0], goes_on[1], (50 * HOUR, Happened::Closed)];
    let clock = customer_clock_of(&case(0, &closed), &agreed, 90 * HOUR);
    assert_eq!((clock.stopped, clock.due, clock.left, clock.outlook), (Some(50 * HOUR), None, HOUR, Outlook::Met));
    // Opened again, it goes on where it was.
    let again = [closed[0], closed[1], closed[2], (100 * HOUR, Happened::Reopened)];
    let clock = customer_clock_of(&case(0, &again), &agreed, 100 * HOUR);
    assert_eq!((clock.stopped, clock.due, clock.left), (None, Some(101 * HOUR), HOUR));
}

#[test]
fn a_case_that_is_closed_while_the_customer_has_to_answer_was_not_worked_on_meanwhile() {
    let events = [(2 * HOUR, Happened::Waits), (50 * HOUR, Happened::Closed)];
    let clock = customer_clock_of(&case(0, &events), &contract(Calendar::always(), 4), 90 * HOUR);
    assert_eq!((clock.stopped, clock.due, clock.left), (Some(50 * HOUR), None, 2 * HOUR));
    assert_eq!(clock.outlook, Outlook::Met);
    // Opened again it goes on: what the customer had to bring is here, or nobody would open it.
    let again = [events[0], events[1], (100 * HOUR, Happened::Reopened)];
    let clock = customer_clock_of(&case(0, &again), &contract(Calendar::always(), 4), 101 * HOUR);
    assert_eq!((clock.due, clock.left, clock.outlook), (Some(102 * HOUR), HOUR, Outlook::Good));
}

#[test]
fn what_was_solved_too_late_was_missed() {
    let clock =
        customer_clock_of(&case(0, &[(5 * HOUR, Happened::Closed)]), &contract(Calendar::always(), 4), 9 * HOUR);
    assert_eq!((clock.due, clock.left, clock.outlook), (Some(4 * HOUR), -HOUR, Outlook::Missed));
}

#[test]
fn a_vendors_clock_runs_from_the_ticket_to_its_answer() {
    assert_eq!(vendor_clock_of(&case(0, &[]), HOUR), None);
    let asked = with_ticket(case(0, &[]), 2 * HOUR);
    let clock = vendor_clock_of(&asked, 3 * HOUR).unwrap();
    assert_eq!((clock.goal, clock.due, clock.outlook), (Goal::FirstResponse, Some(6 * HOUR), Outlook::Good));
    assert!(clock.is_confirmed);
    // An answer before the ticket is none to it.
    let early = with_ticket(case(0, &[(HOUR, Happened::Vendor)]), 2 * HOUR);
    assert_eq!(vendor_clock_of(&early, 3 * HOUR), Some(clock));
    let answered = with_ticket(case(0, &[(5 * HOUR, Happened::Vendor)]), 2 * HOUR);
    let clock = vendor_clock_of(&answered, 8 * HOUR).unwrap();
    assert_eq!((clock.goal, clock.due, clock.is_confirmed), (Goal::Update, Some(29 * HOUR), false));
    // While the customer has to bring something, nobody waits for the vendor.
    let asks = with_ticket(case(0, &[(5 * HOUR, Happened::Vendor), (5 * HOUR, Happened::Waits)]), 2 * HOUR);
    let clock = vendor_clock_of(&asks, 40 * HOUR).unwrap();
    assert_eq!((clock.due, clock.outlook), (None, Outlook::Paused));
    // What it brought late is not the vendor's fault, nor that the case was closed for weeks.
    let brought = with_ticket(
        case(0, &[(5 * HOUR, Happened::Vendor), (5 * HOUR, Happened::Waits), (200 * HOUR, Happened::GoesOn)]),
        2 * HOUR,
    );
    let clock = vendor_clock_of(&brought, 201 * HOUR).unwrap();
    assert_eq!((clock.due, clock.left, clock.outlook), (Some(224 * HOUR), 23 * HOUR, Outlook::Good));
    let events = [(5 * HOUR, Happened::Vendor), (9 * HOUR, Happened::Closed), (600 * HOUR, Happened::Reopened)];
    let clock = vendor_clock_of(&with_ticket(case(0, &events), 2 * HOUR), 601 * HOUR).unwrap();
    assert_eq!((clock.goal, clock.due, clock.left), (Goal::Update, Some(620 * HOUR), 19 * HOUR));
    let unanswered = [(3 * HOUR, Happened::Closed), (600 * HOUR, Happened::Reopened)];
    let clock = vendor_clock_of(&with_ticket(case(0, &unanswered), 2 * HOUR), 601 * HOUR).unwrap();
    assert_eq!((clock.goal, clock.due, clock.left), (Goal::FirstResponse, Some(603 * HOUR), 2 * HOUR));
    // A closed case waits for nobody; how fast the first answer came is still known.
    let closed = with_ticket(case(0, &[(5 * HOUR, Happened::Vendor), (9 * HOUR, Happened::Closed)]), 2 * HOUR);
    let clock = vendor_clock_of(&closed, 40 * HOUR).unwrap();
    assert_eq!((clock.goal, clock.stopped, clock.outlook), (Goal::FirstResponse, Some(5 * HOUR), Outlook::Met));
}

#[test]
fn a_ticket_in_a_system_of_ours_starts_no_clock_of_the_vendor() {
    let mut internal = with_ticket(case(0, &[]), HOUR);
    internal.tickets[0].tracker = "rt".into();
    assert_eq!(vendor_clock_of(&internal, 3 * HOUR), None);
    // The vendor gets it later, by its portal.
    let both = with_ticket(internal, 2 * HOUR);
    assert_eq!(vendor_clock_of(&both, 3 * HOUR).unwrap().started, 2 * HOUR);
}

#[test]
fn a_vendor_that_may_take_longer_than_we_have_is_told() {
    let outlook = |case: &Case, hours, now| {
        let found = clocks(case, Some(&contract(Calendar::always(), hours)), Some(&vendor()), &is_desk, now).unwrap();
        found.customer.unwrap().outlook
    };
    // A ticket opened now is answered within 4 hours.
    assert_eq!(outlook(&case(0, &[]), 8, HOUR), Outlook::Good);
    assert_eq!(outlook(&case(0, &[]), 8, 5 * HOUR), Outlook::VendorMayBeLate);
    let asked = with_ticket(case(0, &[]), 2 * HOUR);
    assert_eq!(outlook(&asked, 8, 5 * HOUR), Outlook::Good);
    assert_eq!(outlook(&with_ticket(case(0, &[]), 5 * HOUR), 8, 5 * HOUR), Outlook::VendorMayBeLate);
}

#[test]
fn without_a_promise_there_is_no_clock() {
    let mut unknown = with_ticket(case(0, &[]), 10);
    unknown.severity = None;
    unknown.tickets[0].severity = None;
    let found = clocks(&unknown, Some(&contract(Calendar::always(), 4)), Some(&vendor()), &is_desk, 100).unwrap();
    assert_eq!(found, Clocks::default());
    let medium = Contract { resolve: vec![(Severity::Medium, HOUR)], ..contract(Calendar::always(), 4) };
    assert_eq!(customer_clock_of(&unknown, &medium, 100).target, HOUR);
    let mut mild = unknown;
    mild.severity = Some("low".into());
    assert_eq!(clocks(&mild, Some(&contract(Calendar::always(), 4)), None, &is_desk, 100).unwrap(), Clocks::default());
}

#[test]
fn the_vendors_that_are_built_in_have_calendars_that_can_be_read() {
    let set = crate::signature::SignatureSet::load(true, &[]).unwrap();
    assert!(set.vendors().len() >= 2);
    for vendor in set.vendors() {
        for severity in &vendor.severities {
            calendar(vendor, severity).unwrap();
        }
    }
}

proptest! {
    /// However often a clock rests, its time is over when so much time that counts has passed outside the rests.
    #[test]
    fn a_clock_that_rests_is_due_later_by_what_counts_of_the_rests(
        opened in 1_700_000_000..1_900_000_000_i64,
        steps in prop::collection::vec(1..300_000_i64, 0..7),
        hours in 1..60_i64,
    ) {
        let mut at = opened;
        let events: Vec<_> = steps.iter().enumerate().map(|(index, step)| {
            at += step;
            (at, if index % 2 == 0 { Happened::Waits } else { Happened::GoesOn })
        }).collect();
        let (case, agreed) = (case(opened, &events), contract(office(), hours));
        let clock = customer_clock_of(&case, &agreed, at);
        let rests: Vec<(i64, i64)> = events.chunks(2).map(|it| (it[0].0, it.get(1).map_or(i64::MAX / 4, |it| it.0))).collect();
        let count = |until: i64| {
            let rested: i64 = rests.iter().map(|(from, to)| agreed.calendar.between(*from.min(&until), (*to).min(until))).sum();
            agreed.calendar.between(opened, until) - rested
        };
        prop_assert_eq!(clock.left, hours * HOUR - count(at));
        match clock.due {
            Some(due) => {
                prop_assert_eq!(count(due), hours * HOUR);
                prop_assert_eq!(count(due - 1), hours * HOUR - 1);
            }
            None => prop_assert!(events.len() % 2 == 1 && clock.left > 0),
        }
    }
}

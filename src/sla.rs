//! How much time is left: the clock of the contract with the customer, and that of the vendor.
//!
//! Each case has two. The customer's runs from the call to the fix, and rests while the customer has to bring something; how long it
//! may run stands in the [`Contract`]. The vendor's runs from the ticket to its first answer by the severity in its profile, and
//! after that, if the profile says how often it reports, from answer to answer; of tickets in systems of ours the vendor knows
//! nothing. Both are computed from what the store has written down, so that a corrected calendar or contract corrects them.

#[cfg(test)]
mod tests;

use crate::calendar::{Calendar, CalendarError};
use crate::signature::{Hours, Severity, Span, Stated, Vendor, VendorSeverity};
use crate::store::{Case, Happened};

/// What was agreed with a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// When time counts.
    pub calendar: Calendar,
    /// Within how many seconds a case has to be solved, by its severity.
    pub resolve: Vec<(Severity, i64)>,
}

/// Whose promise it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Ours to the customer.
    Customer,
    /// The vendor's to us.
    Vendor,
}

/// What has to happen in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The case is solved.
    Solution,
    /// The vendor answers.
    FirstResponse,
    /// The vendor tells how things stand.
    Update,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It was reached in time.
    Met,
    /// It was reached too late.
    Missed,
    /// It is late and not reached.
    Late,
    /// The clock rests.
    Paused,
    /// Less than a quarter of the time is left.
    Near,
    /// The vendor may take longer than we have.
    VendorMayBeLate,
    /// There is time.
    Good,
}

/// A clock as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Whose promise it is.
    pub side: Side,
    /// What has to happen.
    pub goal: Goal,
    /// Within how many seconds that count.
    pub target: i64,
    /// Whether a public page or the contract states that.
    pub is_confirmed: bool,
    /// Since when it runs.
    pub started: i64,
    /// When it was stopped for good.
    pub stopped: Option<i64>,
    /// When it is late; `None` while it rests, and if it was stopped in time.
    pub due: Option<i64>,
    /// How many seconds that count are left; below zero when it is late.
    pub left: i64,
    /// How it stands.
    pub outlook: Outlook,
}

/// The clocks of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// That of the contract with the customer.
    pub customer: Option<Clock>,
    /// That of the vendor.
    pub vendor: Option<Clock>,
}

impl Side {
    /// The name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Side::Customer => "customer",
            Side::Vendor => "vendor",
        }
    }
}

impl Goal {
    /// The name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Solution => "solution",
            Goal::FirstResponse => "first-response",
            Goal::Update => "update",
        }
    }
}

impl Outlook {
    /// The name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Outlook::Met => "met",
            Outlook::Missed => "missed",
            Outlook::Late => "late",
            Outlook::Paused => "paused",
            Outlook::Near => "near",
            Outlook::VendorMayBeLate => "vendor-may-be-late",
            Outlook::Good => "good",
        }
    }
}

/// Looks at the clocks of a case. A clock without a target is not there: no contract, no profile, no severity. `is_desk` says of a
/// tracker whether the vendor sees what is there.
pub fn clocks(
    case: &Case,
    contract: Option<&Contract>,
    vendor: Option<&Vendor>,
    is_desk: &dyn Fn(&str, &Vendor) -> bool,
    now: i64,
) -> Result<Clocks, CalendarError> {
    let mut customer = contract.and_then(|it| customer_clock(case, it, now));
    let vendors = match vendor {
        Some(vendor) => vendor_clock(case, vendor, &|it| is_desk(it, vendor), now)?,
        None => None,
    };
    if let Some(own) = &mut customer
        && own.outlook == Outlook::Good
        && let Some(vendor) = vendor
        && answer_at_the_latest(case, vendor, vendors.as_ref(), now)?
            .is_some_and(|at| own.due.is_some_and(|due| at > due))
    {
        own.outlook = Outlook::VendorMayBeLate;
    }
    Ok(Clocks { customer, vendor: vendors })
}

fn customer_clock(case: &Case, contract: &Contract, now: i64) -> Option<Clock> {
    // A case of which nobody has said yet how bad it is must not be forgotten.
    let severity = severity_of(case).unwrap_or(Severity::Medium);
    let (_, target) = contract.resolve.iter().find(|(of, _)| *of == severity)?;
    let rests = rests(case, true, case.opened);
    let run = Run {
        calendar: &contract.calendar,
        target: *target,
        started: case.opened,
        rests: &rests,
        stopped: case.closed,
    };
    Some(run.clock(Side::Customer, Goal::Solution, true, now))
}

fn vendor_clock(
    case: &Case,
    vendor: &Vendor,
    is_desk: &dyn Fn(&str) -> bool,
    now: i64,
) -> Result<Option<Clock>, CalendarError> {
    let theirs = case.tickets.iter().filter(|it| it.accepted.is_some() && is_desk(&it.tracker));
    let Some(ticket) = theirs.min_by_key(|it| it.accepted) else { return Ok(None) };
    let started = ticket.accepted.unwrap_or(case.opened);
    let told = ticket.severity.as_deref().and_then(|name| vendor.severities.iter().find(|it| it.name == name));
    let Some(severity) = told.or_else(|| severity_of(case).and_then(|it| vendor.severity(it))) else { return Ok(None) };
    let calendar = calendar(vendor, severity)?;
    let answers: Vec<i64> =
        case.events.iter().filter(|it| it.what == Happened::Vendor && it.at >= started).map(|it| it.at).collect();
    let open = severity.update_every.as_ref().filter(|_| case.closed.is_none());
    let (goal, stated, started, stopped) = match (answers.as_slice(), open) {
        ([.., last], Some(every)) => (Goal::Update, every, *last, None),
        (answers, _) => {
            let Some(first) = &severity.first_response else { return Ok(None) };
            // With the case the wait for the vendor ends.
            (Goal::FirstResponse, first, started, answers.first().copied().or(case.closed))
        }
    };
    // While the customer has to bring something, the vendor waits too; its first answer it owes us all the same.
    let rests = rests(case, goal == Goal::Update, started);
    let run = Run { calendar: &calendar, target: seconds(stated), started, rests: &rests, stopped };
    Ok(Some(run.clock(Side::Vendor, goal, stated.url.is_some(), now)))
}

/// The times from `started` on in which nobody has to do anything, in their order; the last may have no end. The case was closed, or
/// `waiting` counts and the customer had to bring something.
fn rests(case: &Case, waiting: bool, started: i64) -> Vec<(i64, Option<i64>)> {
    let (mut rests, mut since) = (Vec::new(), None);
    for event in &case.events {
        match event.what {
            Happened::Closed => since = since.or(Some(event.at)),
            Happened::Waits if waiting => since = since.or(Some(event.at)),
            Happened::GoesOn | Happened::Reopened => rests.extend(since.take().map(|from| (from, Some(event.at)))),
            _ => {}
        }
    }
    rests.extend(since.map(|from| (from, None)));
    let reach = rests.into_iter().filter(|(_, to)| to.is_none_or(|to| to > started));
    reach.map(|(from, to): (i64, Option<i64>)| (from.max(started), to)).collect()
}

/// When the vendor has answered at the latest, if it keeps its promise: to a ticket that is there, or to one that is opened now.
fn answer_at_the_latest(
    case: &Case,
    vendor: &Vendor,
    clock: Option<&Clock>,
    now: i64,
) -> Result<Option<i64>, CalendarError> {
    match clock {
        Some(clock) if clock.stopped.is_none() => Ok(clock.due),
        Some(_) => Ok(None),
        None => {
            let severity = severity_of(case).and_then(|it| vendor.severity(it));
            let first = severity.and_then(|it| Some((it, it.first_response.as_ref()?)));
            let Some((severity, first)) = first else { return Ok(None) };
            Ok(calendar(vendor, severity)?.due(now, seconds(first)))
        }
    }
}

/// When the time of a severity of the vendor counts.
fn calendar(vendor: &Vendor, severity: &VendorSeverity) -> Result<Calendar, CalendarError> {
    match (severity.hours, &vendor.calendar) {
        (Hours::Always, _) => Ok(Calendar::always()),
        (Hours::Business, None) => Ok(Calendar::assumed()),
        (Hours::Business, Some(it)) => Calendar::parse(&it.zone, &it.hours, &it.holidays),
    }
}

fn seconds(stated: &Stated<Span>) -> i64 {
    stated.value.0 / 1_000_000_000
}

/// The severity of a case, which is stored as a name.
pub fn severity_of(case: &Case) -> Option<Severity> {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    all.into_iter().find(|it| Some(it.name()) == case.severity.as_deref())
}

/// A clock before anybody has looked at it.
struct Run<'a> {
    calendar: &'a Calendar,
    target: i64,
    started: i64,
    /// When it rested, in the order of time; the last may have no end.
    rests: &'a [(i64, Option<i64>)],
    stopped: Option<i64>,
}

impl Run<'_> {
    /// The times in which it ran, until it was stopped; the last may have no end.
    fn running(&self) -> Vec<(i64, Option<i64>)> {
        let mut running = Vec::new();
        let mut from = Some(self.started);
        for (rests, goes_on) in self.rests {
            running.extend(from.map(|from| (from, Some(*rests))));
            from = goes_on.map(|it| it.max(self.started));
        }
        running.extend(from.map(|from| (from, None)));
        let cut = |(from, to): (i64, Option<i64>)| match (to, self.stopped) {
            (Some(to), Some(stopped)) => (from, Some(to.min(stopped))),
            (to, stopped) => (from, to.or(stopped)),
        };
        running.into_iter().map(cut).filter(|(from, to)| to.is_none_or(|to| to > *from)).collect()
    }

    /// How many seconds that count it has run until `now`.
    fn used(&self, now: i64) -> i64 {
        let running = self.running().into_iter();
        running.map(|(from, to)| self.calendar.between(from, to.map_or(now, |to| to.min(now)))).sum()
    }

    /// When its time is over; `None` if it rests or was stopped before.
    fn due(&self) -> Option<i64> {
        let mut left = self.target;
        for (from, to) in self.running() {
            let Some(to) = to else { return self.calendar.due(from, left) };
            match self.calendar.between(from, to) {
                length if left <= length => return self.calendar.due(from, left),
                length => left -= length,
            }
        }
        None
    }

    fn clock(&self, side: Side, goal: Goal, is_confirmed: bool, now: i64) -> Clock {
        let (due, left) = (self.due(), self.target - self.used(now));
        let rests = self.rests.last().is_some_and(|(_, to)| to.is_none());
        let outlook = match self.stopped {
            Some(_) if left >= 0 => Outlook::Met,
            Some(_) => Outlook::Missed,
            None if left < 0 => Outlook::Late,
            None if rests => Outlook::Paused,
            None if left < self.target / 4 => Outlook::Near,
            None => Outlook::Good,
        };
        let due = due.filter(|_| outlook != Outlook::Met);
        Clock {
            side,
            goal,
            target: self.target,
            is_confirmed,
            started: self.started,
            stopped: self.stopped,
            due,
            left,
            outlook,
        }
    }
}

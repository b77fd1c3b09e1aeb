//! When a failed attempt is made again, and when a tracker is left alone.

use super::tracker::Failure;
use crate::store::Health;
use std::time::Duration;

/// The first wait; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait that is ours; a tracker may ask for a longer one.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The longest wait that a tracker may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);
/// So many failures in a row, over all tickets, and a tracker is left alone for a while.
const FAILURES: u32 = 5;

/// How long to wait after so many failed attempts: between half of the step and all of it, so that many that failed together
/// do not come back together. `chance` is below 1.
pub(super) fn backoff(attempts: u32, after: Option<Duration>, chance: f64) -> Duration {
    if let Some(after) = after {
        return after.min(LONGEST_ASKED);
    }
    let step = FIRST.saturating_mul(2_u32.saturating_pow(attempts)).min(LONGEST);
    step.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// What a failure says about the tracker as a whole.
pub(super) fn failed(health: &Health, failure: &Failure, now: i64, chance: f64) -> Health {
    match failure {
        Failure::Stopped { why } => Health { stopped: Some(why.clone()), ..health.clone() },
        // It answers, and what it says is about this ticket.
        Failure::Refused { .. } => Health::default(),
        Failure::Busy { .. } | Failure::Ambiguous { .. } => {
            let failures = health.failures.saturating_add(1);
            let asked = match failure {
                Failure::Busy { after: Some(after), .. } => Some(*after),
                _ => None,
            };
            let wait = match (failures >= FAILURES, asked) {
                (true, _) => backoff(failures, asked, chance),
                (false, Some(asked)) => backoff(0, Some(asked), chance),
                (false, None) => Duration::ZERO,
            };
            Health { failures, blocked_until: later(now, wait), stopped: None }
        }
    }
}

/// A time so much later, in whole seconds, at least one if there is any wait.
pub(super) fn later(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_spread() {
        assert_eq!(backoff(0, None, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(3, None, 1.0), Duration::from_secs(16));
        assert_eq!(backoff(60, None, 1.0), LONGEST);
        assert_eq!(backoff(0, Some(Duration::from_secs(1200)), 0.5), Duration::from_secs(1200));
        assert_eq!(backoff(0, Some(Duration::from_secs(u64::MAX)), 0.5), LONGEST_ASKED);
    }

    #[test]
    fn a_tracker_is_left_alone_after_failures_in_a_row() {
        let busy = Failure::Busy { why: "503".into(), after: None };
        let mut health = Health::default();
        for _ in 1..FAILURES {
            health = failed(&health, &busy, 100, 1.0);
            assert_eq!(health.blocked_until, 100);
        }
        health = failed(&health, &busy, 100, 1.0);
        assert!(health.blocked_until >= 160, "{health:?}");
        // What it says about one ticket shows that it is alive.
        assert_eq!(failed(&health, &Failure::Refused { why: String::new() }, 100, 1.0), Health::default());
    }

    #[test]
    fn a_tracker_that_refuses_credentials_is_stopped() {
        let health = failed(&Health::default(), &Failure::Stopped { why: "401".into() }, 100, 0.0);
        assert_eq!(health.stopped.as_deref(), Some("401"));
    }
}

use std::fmt;
use tierline::bundle::Bundle;
use tierline::record::Zone;
use tierline::triage::{Around, Bound, BoundError, last_time_in};

/// Which time of the logs is wanted.
#[derive(Debug, clap::Args)]
pub(super) struct AroundArgs {
    /// Leaves out what was logged before TIME: `2026-01-02 03:04`, `2026-01-02T03:04:05+02:00`, a day (`2026-01-02`), or
    /// counted back from the last time in the input (`-2h`, `-30m`, `-3d`).
    ///
    /// A record without a time belongs to the one before it; files without any time are examined whole. Where neither TIME
    /// nor --tz names a zone, TIME is compared with the clock that each log shows.
    #[arg(long, value_name = "TIME", value_parser = Bound::parse, allow_hyphen_values = true)]
    since: Option<Bound>,
    /// Leaves out what was logged at TIME or later; of a day, what was logged after it.
    #[arg(long, value_name = "TIME", value_parser = Bound::parse, allow_hyphen_values = true)]
    until: Option<Bound>,
    /// The zone of times that state none, in logs and in TIME: `+02:00`, `UTC`, `Europe/Berlin`, or `local` for that of
    /// this machine.
    #[arg(long, value_name = "ZONE", value_parser = zone, allow_hyphen_values = true)]
    tz: Option<Zone>,
}

impl AroundArgs {
    /// The window that was asked for, if one was; looks for the last time in the bundle only if it is needed.
    pub(super) fn resolve(&self, bundle: &Bundle) -> Result<Option<Around>, BoundError> {
        if self.since.is_none() && self.until.is_none() {
            return Ok(None);
        }
        let counts_back = [self.since, self.until].iter().any(|it| matches!(it, Some(Bound::BeforeEnd(_))));
        let last = if counts_back { last_time_in(bundle) } else { None };
        Around::new(self.since, self.until, self.tz.as_ref(), last).map(Some)
    }

    /// The options by which something is left out.
    #[cfg(feature = "server")]
    pub(super) fn narrowed(&self) -> impl Iterator<Item = &'static str> {
        let since = self.since.is_some().then_some("--since");
        since.into_iter().chain(self.until.is_some().then_some("--until"))
    }

    pub(super) fn zone(&self) -> Option<&Zone> {
        self.tz.as_ref()
    }
}

/// Why a zone is none.
#[derive(Debug)]
pub(super) struct NoZone;

impl fmt::Display for NoZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither an offset (`+02:00`) nor the name of a zone (`Europe/Berlin`, `UTC`, `local`)")
    }
}

impl std::error::Error for NoZone {}

pub(super) fn zone(text: &str) -> Result<Zone, NoZone> {
    if text == "local" {
        return jiff::tz::TimeZone::try_system().map(|rules| Zone::of_rules(rules, "local")).map_err(|_| NoZone);
    }
    Zone::parse(text).ok_or(NoZone)
}

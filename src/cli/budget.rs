//! How much a bundle may unpack to, where somebody knows better than the built-in limits.

use std::time::Duration;
use tierline::bundle::Limits;

/// What a person says about the budget of a bundle.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct BudgetArgs {
    /// Unpacks at most SIZE bytes of archives in all, e.g. 500M or 20G; the rest is named as not examined [default: 2G and
    /// 100 times the size of the input; of bzip2 and 7-Zip 512M and 100 times].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_unpacked: Option<u64>,
    /// Reads at most N files, members of archives included [default: 1000000].
    #[arg(long, value_name = "N")]
    max_files: Option<u64>,
}

impl BudgetArgs {
    /// The options by which less may be read.
    #[cfg(feature = "server")]
    pub(super) fn narrowed(&self) -> impl Iterator<Item = &'static str> {
        let size = self.max_unpacked.is_some().then_some("--max-unpacked");
        size.into_iter().chain(self.max_files.is_some().then_some("--max-files"))
    }

    /// Returns the limits with what was said, whatever time it takes: what is left out of a look for names must not be found
    /// in the next one.
    pub(super) fn limits(self) -> Limits {
        let usual = Limits::default();
        let members = self.max_files.unwrap_or(usual.members);
        match self.max_unpacked {
            None => Limits { members, ..usual },
            // Who names a size knows how long it takes.
            Some(unpacked_bytes) => Limits { unpacked_bytes, ratio: 0, slow_share: 1, members, ..usual },
        }
    }
}

/// The same, and how long it may take.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct TimedBudgetArgs {
    #[command(flatten)]
    budget: BudgetArgs,
    /// Reads for at most TIME, e.g. 90 (seconds), 5m or 1h; the rest is named as not examined [default: 20 s for what unpacks to
    /// more than 100 times its size, and 2 s more for each MiB of input otherwise; none with --max-unpacked].
    #[arg(long, value_name = "TIME", value_parser = time)]
    max_time: Option<Duration>,
}

impl TimedBudgetArgs {
    /// The options by which less may be read.
    #[cfg(feature = "server")]
    pub(super) fn narrowed(&self) -> impl Iterator<Item = &'static str> {
        self.budget.narrowed().chain(self.max_time.is_some().then_some("--max-time"))
    }

    /// Returns the limits with what was said.
    pub(super) fn limits(self) -> Limits {
        let limits = self.budget.limits();
        match (self.max_time, self.budget.max_unpacked) {
            (Some(time), _) => Limits { time, time_of_mib: Duration::ZERO, ..limits },
            (None, None) => limits.timed(),
            // Who names a size knows how long it takes.
            (None, Some(_)) => limits,
        }
    }
}

/// Reads a time: `90`, `90s`, `5m`, `1h`.
fn time(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "" | "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let time = seconds.and_then(|unit: u64| number.parse::<u64>().ok()?.checked_mul(unit));
    time.filter(|time| *time > 0)
        .map(Duration::from_secs)
        .ok_or_else(|| "a time is wanted, such as 90 or 5m".to_owned())
}

/// Reads a number of bytes: `1048576`, `500M`, `20G`, `1.5T`, `20 GiB`; the units are powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|byte: char| !(byte.is_ascii_digit() || byte == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err("a number of bytes is wanted, such as 500M or 20G".to_owned()),
    };
    let wrong = || "a number of bytes is wanted, such as 500M or 20G".to_owned();
    match number.parse::<u64>() {
        Ok(whole) => whole.checked_shl(shift).filter(|size| size >> shift == whole).ok_or_else(wrong),
        Err(_) => {
            let parsed = number.parse::<f64>().ok().filter(|number| number.is_finite() && number.log2() < 23.0);
            parsed.map(|number| (number * (1_u64 << shift) as f64) as u64).ok_or_else(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_1024() {
        for (text, bytes) in
            [("0", 0), ("1048576", 1 << 20), ("500M", 500 << 20), ("20 GiB", 20 << 30), ("1.5t", 3 << 39)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn times_have_units() {
        for (text, seconds) in [("90", 90), ("1s", 1), ("5m", 300), (" 2 h", 7200)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "-1", "m", "1d", "1.5m", "99999999999999999999", "6000000000000000000h"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn time_is_limited_unless_somebody_names_a_size() {
        let limits = |max_time, max_unpacked| {
            let limits = TimedBudgetArgs { budget: BudgetArgs { max_unpacked, max_files: None }, max_time }.limits();
            (limits.time, limits.time_of_mib.as_secs())
        };
        let minute = Duration::from_secs(60);
        assert_eq!(limits(None, None), (Duration::from_secs(20), 2));
        assert_eq!(limits(Some(minute), None), (minute, 0));
        assert_eq!(limits(Some(minute), Some(1)), (minute, 0));
        assert_eq!(limits(None, Some(1)).0, Duration::MAX);
        assert_eq!(BudgetArgs::default().limits().time, Duration::MAX);
    }

    #[test]
    fn other_texts_are_no_sizes() {
        for text in ["", "M", "-1", "1X", "1 2", "1.2.3", "é", "99999999999T", "1e9", "."] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        let limits = BudgetArgs::default().limits();
        assert_eq!((limits.unpacked_bytes, limits.ratio, limits.members), (2 << 30, 100, 1_000_000));
        let limits = BudgetArgs { max_unpacked: Some(5 << 30), max_files: None }.limits();
        assert_eq!((limits.unpacked_bytes, limits.ratio, limits.slow_share), (5 << 30, 0, 1));
    }
}

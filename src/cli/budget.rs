//! How much a bundle may unpack to, where somebody knows better than the built-in limits.

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
    /// Returns the limits with what was said.
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

/// Reads a number of bytes: `1048576`, `500M`, `20G`, `1.5T`, `20 GiB`; the units are powers of 1024.
fn size(text: &str) -> Result<u64, String> {
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

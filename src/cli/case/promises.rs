//! What was promised, as commands need it.

use crate::cli::connection::PromiseArgs;
use crate::cli::exit::Usage;
use tierline::connect::Config;
use tierline::signature::Vendor;
use tierline::sla::{Clocks, clocks};
use tierline::store::Case;

/// What was promised: to customers by contract, to us by vendors.
pub(super) struct Promises {
    config: Config,
    vendors: Vec<Vendor>,
}

impl Promises {
    pub(super) fn new(args: &PromiseArgs) -> anyhow::Result<Promises> {
        let config = args.connection.config_if_any()?;
        let set = super::signatures(&args.signatures)?;
        config.check_vendors(set.vendors()).map_err(|error| Usage(error.to_string()))?;
        Ok(Promises { config, vendors: set.vendors().to_vec() })
    }

    pub(super) fn clocks(&self, case: &Case, now: i64) -> anyhow::Result<Clocks> {
        let contract = self.config.contract(&case.customer).map_err(|error| Usage(error.to_string()))?;
        let vendor = case.vendor.as_deref().and_then(|name| self.vendors.iter().find(|it| it.is_called(name)));
        let wrong = |error| Usage(format!("the calendar of the vendor: {error}"));
        let is_desk = |tracker: &str, vendor: &Vendor| self.config.is_desk_of(tracker, vendor);
        Ok(clocks(case, contract.as_ref(), vendor, &is_desk, now).map_err(wrong)?)
    }
}

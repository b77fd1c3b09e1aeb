//! Names in a configuration that stand for something else: trackers, customers, vendors, signatures. One that is misspelt would
//! silently do nothing, so it is a mistake, told with its line and the name that may be meant.

use super::policy::covers;
use super::{Config, ConfigError};
use crate::signature::{SignatureSet, Vendor, similar};
use toml::Spanned;

impl Config {
    /// Looks for names of trackers and customers that mean nothing in the file itself.
    pub(super) fn check_names(&self) -> Result<(), ConfigError> {
        let trackers = self.names();
        for tracker in self.policy.trackers() {
            if !self.trackers.contains_key(tracker.get_ref()) {
                return Err(self.unknown(
                    "trackers",
                    "tracker",
                    tracker,
                    &trackers,
                    "describe it in `[trackers.NAME]`",
                ));
            }
        }
        self.check_customers(&[])
    }

    /// Looks for names of customers that only resemble one that the configuration describes or that is among `others`. A name like no
    /// other may be that of a customer to come.
    pub fn check_customers(&self, others: &[String]) -> Result<(), ConfigError> {
        let own = self.customers.keys().map(|it| &**it).filter(|it| *it != "*");
        let known: Vec<&str> = own.chain(others.iter().map(String::as_str)).collect();
        let told = self.notices.values().flat_map(|it| it.get_ref().customers());
        for customer in self.policy.customers().chain(told) {
            let name = &**customer.get_ref();
            if !known.contains(&name) && similar(name, &known).is_some() {
                let hint = format!("if it is another one, write `[customers.{name}]`");
                return Err(self.unknown("customers", "customer", customer, &known, &hint));
            }
        }
        Ok(())
    }

    /// Looks for names of vendors without a profile.
    pub fn check_vendors(&self, vendors: &[Vendor]) -> Result<(), ConfigError> {
        let known: Vec<&str> = vendors.iter().map(|it| &*it.folder).collect();
        let trackers = self.trackers.values().filter_map(|it| it.get_ref().vendor.as_ref()).map(|it| ("vendor", it));
        let rules = self.policy.vendors().map(|it| ("vendor", it));
        let contracts = self.customers.values().flat_map(|it| it.get_ref().vendors()).map(|it| ("contracts", it));
        for (key, name) in trackers.chain(rules).chain(contracts) {
            if !vendors.iter().any(|it| it.is_called(name.get_ref())) {
                let hint =
                    "put a `_vendor.yaml` into the vendor's folder of a catalogue and name that with `--signatures`";
                return Err(self.unknown(key, "vendor", name, &known, hint));
            }
        }
        Ok(())
    }

    /// Looks for names of signatures in rules of which there is none.
    pub fn check_signatures(&self, set: &SignatureSet) -> Result<(), ConfigError> {
        let ids: Vec<&str> = set.signatures().iter().map(|it| &*it.id).collect();
        for pattern in self.policy.signatures() {
            if ids.iter().any(|id| covers(pattern.get_ref(), id)) {
                continue;
            }
            let folders: Vec<String> = ids.iter().flat_map(|id| folders(id)).collect();
            let (what, known) = match pattern.get_ref().ends_with("/**") {
                true => ("signature below", folders.iter().map(String::as_str).collect()),
                false => ("signature", ids),
            };
            return Err(self.unknown("signatures", what, pattern, &known, "`tierline signatures list` shows all"));
        }
        Ok(())
    }

    /// What is said of a name behind a key that means nothing: the one that may be meant, or all if they are few.
    pub(super) fn unknown(
        &self,
        key: &str,
        what: &str,
        name: &Spanned<String>,
        known: &[&str],
        hint: &str,
    ) -> ConfigError {
        /// So many names are listed.
        const MOST: usize = 20;
        let meant = match similar(name.get_ref(), known) {
            Some(other) => format!("; is `{other}` meant?"),
            None => String::new(),
        };
        let mut known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        known.sort_unstable();
        known.dedup();
        let list = match known.len() {
            0 => "; none is known".to_owned(),
            1..=MOST => format!("; known are {}", known.join(", ")),
            _ => String::new(),
        };
        let reason = format!("`{key}`: there is no {what} `{}`{meant}{list}; {hint}", name.get_ref());
        self.error(Some(name.span()), reason)
    }
}

/// The folders that an id stands in, as patterns: `veeam/**`, `veeam/vbr/**`.
fn folders(id: &str) -> impl Iterator<Item = String> {
    id.match_indices('/').map(|(at, _)| format!("{}/**", &id[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn config(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("c.toml"), text.to_owned()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn told(error: Result<impl Sized, impl ToString>, words: &[&str]) {
        let error = error.err().map(|it| it.to_string()).unwrap_or_default();
        assert!(words.iter().all(|it| error.contains(it)), "{error}");
    }

    const RULE: &str = "[trackers.desk]\nkind = \"folder\"\npath = \"x\"\n[customers.acme]\n\
                        [[policy.rules]]\nname = \"a\"\naction = \"ask\"\n";

    #[test]
    fn names_of_trackers_and_customers_must_mean_something() {
        told(
            config(&format!("{RULE}trackers = [\"dsk\"]\n")),
            &["`c.toml`, line 8: `trackers`: there is no tracker `dsk`; is `desk` meant?", "known are `desk`"],
        );
        told(
            config(&format!("{RULE}customers = [\"bolt\", \"acm\"]\n")),
            &["line 8: `customers`: there is no customer `acm`; is `acme` meant?", "write `[customers.acm]`"],
        );
        let notices = "[trackers.hook]\nkind = \"webhook\"\nurl = \"https://x.example\"\ntoken_env = \"T\"\n\
                       [customers.acme]\n[notices.oncall]\nvia = \"hook\"\n";
        told(config(&format!("{notices}customers = [\"amce\"]\n")), &["line 8: `customers`", "is `acme` meant?"]);
        told(config(&notices.replace("via = \"hook\"", "via = \"hok\"")), &["line 7: `via`", "is `hook` meant?"]);
        told(
            config("[calendars.office]\nzone = \"UTC\"\nhours = []\n[customers.acme]\ncalendar = \"ofice\"\n"),
            &["line 5: `calendar`: there is no calendar `ofice`; is `office` meant?"],
        );
        // Of a customer to come there is nothing yet.
        let right = config(&format!("{RULE}trackers = [\"desk\"]\ncustomers = [\"acme\", \"bolt\"]\n")).unwrap();
        assert!(right.check_customers(&["corp".to_owned()]).is_ok());
        told(right.check_customers(&["boltz".to_owned()]), &["there is no customer `bolt`", "is `boltz` meant?"]);
    }

    #[test]
    fn names_of_vendors_must_have_a_profile() {
        let set = SignatureSet::load(true, &[]).unwrap();
        let check = |text: &str| config(text).unwrap().check_vendors(set.vendors());
        let tracker = "[trackers.desk]\nkind = \"folder\"\npath = \"x\"\nvendor = ";
        told(
            check(&format!("{tracker}\"veam\"\n")),
            &["`c.toml`, line 4: `vendor`: there is no vendor `veam`; is `veeam` meant?", "known are `", "`veeam`"],
        );
        told(
            check(&format!("{RULE}trackers = [\"desk\"]\nvendor = \"iwanti\"\n")),
            &["line 9: `vendor`", "no vendor `iwanti`"],
        );
        told(
            check("[customers.acme]\ncontracts = { veeeam = \"1\" }\n"),
            &["line 2: `contracts`: there is no vendor `veeeam`; is `veeam` meant?"],
        );
        let right = "contracts = { Veeam = \"1\" }\n[trackers.desk]\nkind = \"portal\"\nvendor = \"VEEAM\"\n";
        assert!(check(&format!("[customers.acme]\n{right}")).is_ok());
    }

    #[test]
    fn names_of_signatures_must_be_there() {
        let set = SignatureSet::load(true, &[]).unwrap();
        let check = |list: &str| config(&format!("{RULE}signatures = [{list}]\n")).unwrap().check_signatures(&set);
        let id = set.signatures()[0].id.to_string();
        assert!(check(&format!("\"{id}\", \"veeam/**\"")).is_ok());
        told(
            check(&format!("\"{id}s\"")),
            &["line 8: `signatures`: there is no signature `", &format!("is `{id}` meant?")],
        );
        told(
            check("\"veem/**\""),
            &["line 8: `signatures`: there is no signature below `veem/**`; is `veeam/**` meant?"],
        );
    }
}

//! What was agreed with customers and vendors, as the configuration says it.

use crate::connect::Config;
use crate::signature::{Severity, SignatureSet};
use std::path::Path;

const OFFICE: &str =
    "[calendars.office]\nzone = \"Europe/Berlin\"\nhours = [\"mon-fri 08:00-18:00\"]\nholidays = [\"12-25\"]\n";

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("c.toml"), format!("{OFFICE}{text}")).map_err(|error| error.to_string())
}

#[test]
fn a_contract_is_that_of_the_customer_or_of_everybody() {
    let config = parse(
        "[customers.acme]\ncalendar = \"office\"\nresolve = { high = \"8h\" }\n[customers.\"*\"]\nresolve = { high = \"2d\" }\n",
    )
    .unwrap();
    let own = config.contract("acme").unwrap().unwrap();
    assert_eq!((own.calendar.is_always(), &*own.resolve), (false, &[(Severity::High, 8 * 3600)][..]));
    let other = config.contract("bolt").unwrap().unwrap();
    assert_eq!((other.calendar.is_always(), &*other.resolve), (true, &[(Severity::High, 48 * 3600)][..]));
    assert_eq!(parse("").unwrap().contract("acme").unwrap(), None);
}

#[test]
fn a_vendor_has_what_is_in_portals_and_at_its_desk() {
    let config = parse(
        "[trackers.rt]\nkind = \"rt\"\n[trackers.portal]\nkind = \"portal\"\n\
         [trackers.mail]\nkind = \"smtp\"\nvendor = \"ivanti\"\n\
         [trackers.own]\nkind = \"portal\"\nvendor = \"Ivanti\"\n",
    )
    .unwrap();
    let set = SignatureSet::load(true, &[]).unwrap();
    let vendor = |name: &str| set.vendors().iter().find(|it| it.is_called(name)).unwrap();
    let of = |name: &str| {
        let all = ["rt", "portal", "mail", "own", "gone"].into_iter();
        all.filter(|it| config.is_desk_of(it, vendor(name))).collect::<Vec<_>>()
    };
    assert_eq!(of("ivanti"), ["portal", "mail", "own"]);
    assert_eq!(of("veeam"), ["portal"]);
}

#[test]
fn mistakes_are_told_with_their_line() {
    #[track_caller]
    fn check(text: &str, told: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    check("[customers.acme]\ncalendar = \"home\"\n", "line 6: `calendar`: there is no calendar `home`");
    check("[customers.acme]\nresolve = { bad = \"8h\" }\n", "line 6: there is no severity `bad`");
    check("[customers.acme]\nresolve = { high = \"soon\" }\n", "line 6: `soon` is no length of time");
    let days = "[customers.acme]\ncalendar = \"office\"\nresolve = { high = \"2d\" }\n";
    check(days, "line 7: `2d` counts days of 24 hours");
    let zone =
        "[calendars.moon]\nzone = \"Moon\"\nhours = [\"mon 08:00-09:00\"]\n[customers.acme]\ncalendar = \"moon\"\n";
    check(zone, "line 6: there is no time zone `Moon`");
}

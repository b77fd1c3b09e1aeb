//! A profile is read, and mistakes in it are told.

use super::reading::vendor;
use super::*;
use crate::signature::yaml::Mistake;
use std::path::Path;

const WHOLE: &str = "\
vendor: Acme
aliases: [ACME Software]
portal:
  name: Acme Support
  url: https://support.example.com/
  fields:
    - {name: Product, takes: product}
    - {name: Region, choices: [EMEA, APJ]}
  attachment_mb: {value: 500, url: https://www.example.com/limits}
severities:
  - name: P1
    of: [critical]
    first_response: {value: 1h, url: https://www.example.com/sla}
  - name: P3
    of: [high, medium]
    first_response: 8h
    hours: business
rules:
  - {kind: contract, text: The support ID must be stated.}
products:
  - folder: app
    name: Acme App
    facts: [acme.app.version]
    logs:
      - what: Service logs
        files: ['**/App/*.log']
        places: {Windows: 'C:\\ProgramData\\App'}
calendar: {zone: Europe/Berlin, hours: [mon-fri 08:00-18:00], holidays: [12-25]}
";

fn read(yaml: &str) -> Result<Vendor, Vec<String>> {
    let told = |Mistake { place, message, hint }: Mistake| {
        format!("{}:{} {message} ({})", place.line, place.column, hint.unwrap_or_default())
    };
    vendor("acme", Path::new("_vendor.yaml"), yaml).map_err(|all| all.into_iter().map(told).collect())
}

#[test]
fn a_statement_knows_whether_it_is_confirmed() {
    let vendor = read(WHOLE).unwrap();
    let [first, third] = vendor.severities.as_slice() else { panic!("{:?}", vendor.severities) };
    assert_eq!(first.first_response.as_ref().unwrap().value, Span(3_600_000_000_000));
    assert!(first.first_response.as_ref().unwrap().url.is_some());
    assert_eq!(third.first_response.as_ref().unwrap().url, None);
    let calendar = vendor.calendar.as_ref().unwrap();
    assert_eq!((&*calendar.zone, calendar.hours.len(), &*calendar.holidays[0]), ("Europe/Berlin", 1, "12-25"));
    assert_eq!(vendor.severity(Severity::Medium).unwrap().name, "P3");
    assert_eq!(vendor.severity(Severity::Low).unwrap().name, "P3");
    assert_eq!(vendor.portal.unwrap().fields[1].takes, Takes::Person);
    assert_eq!(vendor.products[0].logs[0].places, [("Windows".to_owned(), r"C:\ProgramData\App".to_owned())]);
}

#[test]
fn a_vendor_is_found_by_any_of_its_names() {
    let vendor = read(WHOLE).unwrap();
    assert!(vendor.is_called("acme") && vendor.is_called("acme software"));
    assert!(!vendor.is_called("Acm"));
}

#[track_caller]
fn refuse(good: &str, bad: &str, expected: &str) {
    assert!(WHOLE.contains(good), "{good}");
    assert_eq!(read(&WHOLE.replace(good, bad)).unwrap_err(), [expected]);
}

#[test]
fn a_mistake_is_told_with_its_place_and_the_way_out() {
    refuse(
        "first_response: 8h",
        "first_response: soon",
        "16:21 `soon` is not a length of time (write a number and a unit: `30m`, `4h`, `1d`)",
    );
    refuse("value: 500", "value: 0", "9:26 `0` is not a number of megabytes (write a whole number such as `500`)");
    refuse("kind: contract", "kind: contrakt", "19:12 `contrakt` is not a value of `kind` (did you mean `contract`?)");
    refuse("        files: ['**/App/*.log']\n", "", "25:9 the field `files` of logs is missing (add `files:`)");
    refuse(
        "url: https://support.example.com/",
        "url: support",
        "5:8 `support` is not a web address (write the whole address, `https://host/path`)",
    );
    refuse(
        r"places: {Windows: 'C:\ProgramData\App'}",
        "places: here",
        "27:17 `places` must be a mapping, not text (write `Windows: 'C:\\folder'`, a line for each system)",
    );
}

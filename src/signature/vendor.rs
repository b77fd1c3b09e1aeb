//! `_vendor.yaml`: what a vendor's support wants to have, by which portal, and how fast it answers.
//!
//! It stands in the folder of the vendor, `veeam/_vendor.yaml`, and one in a folder of one's own replaces it: contracts
//! differ. Every statement names the public page it was read on; one without is not confirmed, and everything made of it
//! says so.

use super::fields::{Fields, Reader};
use super::schema::{SEVERITIES, globs, is_web_address};
use super::yaml::{self, Mistake, Node, Place};
use super::{Severity, Span};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a vendor is spoken to.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Its folder below the catalogue: `veeam`.
    pub folder: Arc<str>,
    /// Name as people write it.
    pub vendor: String,
    /// Other names, and those of the programmes under which partners open cases.
    pub aliases: Vec<String>,
    /// Public keys of age: what goes to the vendor is encrypted for them.
    pub encrypt_to: Vec<String>,
    /// Where cases are opened.
    pub portal: Option<Portal>,
    /// Its working hours, for severities of which no other time counts.
    pub calendar: Option<WorkingHours>,
    /// Its severities, the worst first.
    pub severities: Vec<VendorSeverity>,
    /// What it asks of those who open cases.
    pub rules: Vec<Rule>,
    /// What it asks for, by product.
    pub products: Vec<VendorProduct>,
    /// Where it was read from, for messages.
    pub source: PathBuf,
}

/// Where cases are opened.
#[derive(Clone, Debug)]
pub struct Portal {
    /// As people call it.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What it asks for, in its order.
    pub fields: Vec<PortalField>,
    /// How large one attachment may be, in megabytes.
    pub attachment_mb: Option<Stated<u64>>,
    /// How a case that does not move is pushed.
    pub escalation: Option<Stated<String>>,
}

/// One field of the portal's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalField {
    /// As the form calls it.
    pub name: String,
    /// What goes into it.
    pub takes: Takes,
    /// The choices of the form, if it gives some.
    pub choices: Vec<String>,
}

/// What goes into a field of a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The number of the support contract.
    Contract,
    /// The product, as the vendor calls it.
    Product,
    /// Its version and build.
    Version,
    /// The vendor's severity.
    Severity,
    /// The error in one line.
    Summary,
    /// All of the ticket.
    Description,
    /// The files of the package.
    Attachments,
    /// What only a person can choose.
    Person,
}

/// The names of [`Takes`] in files.
const TAKES: &[(&str, Takes)] = &[
    ("contract", Takes::Contract),
    ("product", Takes::Product),
    ("version", Takes::Version),
    ("severity", Takes::Severity),
    ("summary", Takes::Summary),
    ("description", Takes::Description),
    ("attachments", Takes::Attachments),
    ("person", Takes::Person),
];

/// A statement, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// What is stated.
    pub value: T,
    /// The public page; without one it is not confirmed.
    pub url: Option<String>,
}

/// One severity of a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorSeverity {
    /// As the vendor calls it: `Severity 1`, `P1`.
    pub name: String,
    /// Which of ours it is for.
    pub of: Vec<Severity>,
    /// What it means.
    pub means: Option<Stated<String>>,
    /// How soon the vendor answers.
    pub first_response: Option<Stated<Span>>,
    /// How often it tells how things stand.
    pub update_every: Option<Stated<Span>>,
    /// When time counts.
    pub hours: Hours,
}

/// When the time of a support target counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    /// Always.
    #[default]
    Always,
    /// On working days in working hours.
    Business,
}

/// The working hours of a vendor, as its file states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// An IANA time zone.
    pub zone: String,
    /// Such as `mon-fri 08:00-18:00`.
    pub hours: Vec<String>,
    /// Such as `2026-04-06`, or `12-25` for every year.
    pub holidays: Vec<String>,
}

/// What a vendor asks of those who open cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which of the rules that are enforced it is.
    pub kind: RuleKind,
    /// The rule in words.
    pub text: Stated<String>,
}

/// The rules that are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// The customer is neither contact nor administrator of the case.
    CustomerNotOnCase,
    /// The number of the support contract must be stated.
    Contract,
    /// The case must quote a message of the product.
    ErrorMessage,
    /// Ransomware is told at once, with the worst severity.
    Ransomware,
    /// Told to the engineer.
    Note,
}

const RULES: &[(&str, RuleKind)] = &[
    ("customer-not-on-case", RuleKind::CustomerNotOnCase),
    ("contract", RuleKind::Contract),
    ("error-message", RuleKind::ErrorMessage),
    ("ransomware", RuleKind::Ransomware),
    ("note", RuleKind::Note),
];

/// What a vendor asks for about one product.
#[derive(Clone, Debug)]
pub struct VendorProduct {
    /// The product's folder below that of the vendor: `backup-replication`.
    pub folder: String,
    /// As the vendor's portal calls it.
    pub name: String,
    /// Names of facts that must be stated.
    pub facts: Vec<String>,
    /// The logs that must be attached.
    pub logs: Vec<RequiredLogs>,
    /// Where it stands in the file.
    pub place: Place,
}

/// Logs that a vendor asks for.
#[derive(Clone, Debug)]
pub struct RequiredLogs {
    /// What they are, for people.
    pub what: String,
    /// Globs: a file that fits one of them is such a log.
    pub files: Vec<String>,
    /// Where they lie, by system as people call it: `Windows`, `Linux`, `appliance`.
    pub places: Vec<(String, String)>,
    /// How they are exported.
    pub how: Option<String>,
    /// The public page that says so.
    pub url: Option<String>,
    /// Whether the case can be opened without them.
    pub is_optional: bool,
}

impl Vendor {
    /// Whether somebody means this vendor, without regard to case.
    pub fn is_called(&self, name: &str) -> bool {
        let names = [&*self.folder, &self.vendor].into_iter().chain(self.aliases.iter().map(String::as_str));
        names.into_iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The vendor's severity for one of ours: that which names it, or the mildest.
    pub fn severity(&self, severity: Severity) -> Option<&VendorSeverity> {
        self.severities.iter().find(|it| it.of.contains(&severity)).or(self.severities.last())
    }

    /// The rule of a kind.
    pub fn rule(&self, kind: RuleKind) -> Option<&Rule> {
        self.rules.iter().find(|it| it.kind == kind)
    }
}

/// The folder of a `_vendor.yaml`; `None` for any other file.
pub(super) fn vendor_folder(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (name == "_vendor.yaml").then_some(folder)
}

/// Reads a `_vendor.yaml`.
pub(super) fn vendor(folder: &str, file: &Path, yaml: &str) -> Result<Vendor, Vec<Mistake>> {
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    vendor_of(folder, file, &root)
}

/// Reads a `_vendor.yaml` from its tree.
pub(super) fn vendor_of(folder: &str, file: &Path, root: &Node<'_>) -> Result<Vendor, Vec<Mistake>> {
    const FIELDS: &[&str] =
        &["vendor", "aliases", "encrypt_to", "portal", "calendar", "severities", "rules", "products"];
    let mut reader = Reader::default();
    let reader = &mut reader;
    let fields = reader.fields(root, "a vendor", FIELDS);
    let vendor = Vendor {
        folder: Arc::from(folder),
        vendor: reader.required(&fields, "vendor"),
        aliases: reader.texts(&fields, "aliases"),
        encrypt_to: reader.texts(&fields, "encrypt_to"),
        portal: fields.get("portal").map(|node| portal(reader, node)),
        calendar: fields.get("calendar").map(|node| calendar(reader, node)),
        severities: items(reader, &fields, "severities", severity),
        rules: items(reader, &fields, "rules", rule),
        products: items(reader, &fields, "products", product),
        source: file.to_path_buf(),
    };
    match std::mem::take(&mut reader.mistakes) {
        mistakes if mistakes.is_empty() => Ok(vendor),
        mistakes => Err(mistakes),
    }
}

fn items<T>(
    reader: &mut Reader,
    fields: &Fields<'_, '_>,
    name: &str,
    item: impl Fn(&mut Reader, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let nodes = fields.get(name).map(|node| reader.list(node, name)).unwrap_or_default();
    nodes.iter().filter_map(|node| item(reader, node)).collect()
}

fn portal(reader: &mut Reader, node: &Node<'_>) -> Portal {
    let fields = reader.fields(node, "a portal", &["name", "url", "fields", "attachment_mb", "escalation"]);
    Portal {
        name: reader.required(&fields, "name"),
        url: address(reader, &fields, "url").unwrap_or_default(),
        fields: items(reader, &fields, "fields", portal_field),
        attachment_mb: stated(reader, &fields, "attachment_mb", number),
        escalation: stated(reader, &fields, "escalation", |reader, node| reader.text(node, "escalation")),
    }
}

fn portal_field(reader: &mut Reader, node: &Node<'_>) -> Option<PortalField> {
    let fields = reader.fields(node, "a field of a portal", &["name", "takes", "choices"]);
    let name = reader.required(&fields, "name");
    let takes = match fields.get("takes") {
        Some(node) => reader.one_of(node, "takes", TAKES)?,
        None => Takes::Person,
    };
    Some(PortalField { name, takes, choices: reader.texts(&fields, "choices") })
}

fn calendar(reader: &mut Reader, node: &Node<'_>) -> WorkingHours {
    let fields = reader.fields(node, "a calendar", &["zone", "hours", "holidays"]);
    WorkingHours {
        zone: reader.required(&fields, "zone"),
        hours: reader.texts(&fields, "hours"),
        holidays: reader.texts(&fields, "holidays"),
    }
}

fn severity(reader: &mut Reader, node: &Node<'_>) -> Option<VendorSeverity> {
    const FIELDS: &[&str] = &["name", "of", "means", "first_response", "update_every", "hours"];
    let fields = reader.fields(node, "a severity", FIELDS);
    let hours = match fields.get("hours") {
        Some(node) => reader.one_of(node, "hours", &[("24x7", Hours::Always), ("business", Hours::Business)])?,
        None => Hours::Always,
    };
    Some(VendorSeverity {
        name: reader.required(&fields, "name"),
        of: items(reader, &fields, "of", |reader, node| reader.one_of(node, "severity", SEVERITIES)),
        means: stated(reader, &fields, "means", |reader, node| reader.text(node, "means")),
        first_response: stated(reader, &fields, "first_response", span),
        update_every: stated(reader, &fields, "update_every", span),
        hours,
    })
}

fn rule(reader: &mut Reader, node: &Node<'_>) -> Option<Rule> {
    let fields = reader.fields(node, "a rule", &["kind", "text", "url"]);
    let kind = match fields.get("kind") {
        Some(node) => reader.one_of(node, "kind", RULES)?,
        None => RuleKind::Note,
    };
    let value = reader.required(&fields, "text");
    Some(Rule { kind, text: Stated { value, url: address(reader, &fields, "url") } })
}

fn product(reader: &mut Reader, node: &Node<'_>) -> Option<VendorProduct> {
    let fields = reader.fields(node, "a product of a vendor", &["folder", "name", "facts", "logs"]);
    Some(VendorProduct {
        folder: reader.required(&fields, "folder"),
        name: reader.required(&fields, "name"),
        facts: reader.texts(&fields, "facts"),
        logs: items(reader, &fields, "logs", logs),
        place: node.place,
    })
}

fn logs(reader: &mut Reader, node: &Node<'_>) -> Option<RequiredLogs> {
    let fields = reader.fields(node, "logs", &["what", "files", "places", "how", "url", "optional"]);
    let files = globs(reader, &fields, "files");
    if files.is_empty() {
        reader.missing(&fields, "files");
    }
    let mut places = Vec::new();
    if let Some(node) = fields.get("places") {
        let yaml::Value::Map(entries) = &node.value else {
            let mistake = Mistake::new(node.place, format!("`places` must be a mapping, not {}", node.kind()));
            reader.mistake(mistake.hint("write `Windows: 'C:\\folder'`, a line for each system"));
            return None;
        };
        for (key, node) in entries {
            places.extend(reader.text(node, "places").map(|place| (key.name.to_string(), place)));
        }
    }
    Some(RequiredLogs {
        what: reader.required(&fields, "what"),
        files,
        places,
        how: reader.optional(&fields, "how"),
        url: address(reader, &fields, "url"),
        is_optional: fields.get("optional").is_some_and(|node| reader.flag(node, "optional")),
    })
}

/// Takes a statement: its value alone, or `value` and the `url` of the page it was read on.
fn stated<T>(
    reader: &mut Reader,
    fields: &Fields<'_, '_>,
    name: &str,
    value: impl Fn(&mut Reader, &Node<'_>) -> Option<T>,
) -> Option<Stated<T>> {
    let node = fields.get(name)?;
    if !matches!(node.value, yaml::Value::Map(_)) {
        return Some(Stated { value: value(reader, node)?, url: None });
    }
    let own = reader.fields(node, "a statement", &["value", "url"]);
    let url = address(reader, &own, "url");
    let Some(node) = own.get("value") else {
        reader.missing(&own, "value");
        return None;
    };
    Some(Stated { value: value(reader, node)?, url })
}

fn address(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str) -> Option<String> {
    let url = reader.optional(fields, name)?;
    if let Some(node) = fields.get(name).filter(|_| !is_web_address(&url)) {
        let mistake = Mistake::new(node.place, format!("`{url}` is not a web address"));
        reader.mistake(mistake.hint("write the whole address, `https://host/path`"));
    }
    Some(url)
}

fn number(reader: &mut Reader, node: &Node<'_>) -> Option<u64> {
    let text = reader.text(node, "attachment_mb")?;
    let number = text.parse().ok().filter(|number| *number > 0);
    if number.is_none() {
        let mistake = Mistake::new(node.place, format!("`{text}` is not a number of megabytes"));
        reader.mistake(mistake.hint("write a whole number such as `500`"));
    }
    number
}

/// Takes a length of time that is not zero: `1h`, `3d`.
fn span(reader: &mut Reader, node: &Node<'_>) -> Option<Span> {
    let text = reader.text(node, "time")?;
    let span = Span::parse(&text).filter(|span| span.0 > 0);
    if span.is_none() {
        let mistake = Mistake::new(node.place, format!("`{text}` is not a length of time"));
        reader.mistake(mistake.hint("write a number and a unit: `30m`, `4h`, `1d`"));
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

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
        refuse(
            "kind: contract",
            "kind: contrakt",
            "19:12 `contrakt` is not a value of `kind` (did you mean `contract`?)",
        );
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
}

//! A `_vendor.yaml` read from its tree, with every mistake in it.

use super::super::Span;
use super::super::fields::{Fields, Reader};
use super::super::schema::{SEVERITIES, globs, is_web_address};
use super::super::yaml::{self, Mistake, Node};
use super::{
    Hours, Portal, PortalField, RULES, RequiredLogs, Rule, RuleKind, Stated, TAKES, Takes, Vendor, VendorProduct,
    VendorSeverity, WorkingHours,
};
use std::path::Path;
use std::sync::Arc;

/// Reads a `_vendor.yaml`.
pub(crate) fn vendor(folder: &str, file: &Path, yaml: &str) -> Result<Vendor, Vec<Mistake>> {
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    vendor_of(folder, file, &root)
}

/// Reads a `_vendor.yaml` from its tree.
pub(crate) fn vendor_of(folder: &str, file: &Path, root: &Node<'_>) -> Result<Vendor, Vec<Mistake>> {
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

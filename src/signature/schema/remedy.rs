//! What to do about a problem: fixes, public pages, what the vendor needs.

use super::super::fields::{Fields, Reader};
use super::super::yaml::{Mistake, Node, Value};
use super::super::{Advice, Audience, Escalate, Fix, Reference, RowAdvice};
use super::scope::globs;
use super::{LEVELS, each, required_word};

const AUDIENCES: &[(&str, Audience)] =
    &[("customer", Audience::Customer), ("partner", Audience::Partner), ("vendor", Audience::Vendor)];

const REFERENCE_KINDS: &[(&str, &str)] = &[
    ("kb", "kb"),
    ("docs", "docs"),
    ("issue", "issue"),
    ("forum", "forum"),
    ("standard", "standard"),
    ("blog", "blog"),
    ("source", "source"),
    ("rfc", "rfc"),
];

/// Takes what is told about a problem from the fields of its signature.
pub(in super::super) fn advice(reader: &mut Reader, fields: &Fields<'_, '_>) -> Advice {
    Advice {
        cause: reader.required(fields, "cause"),
        impact: reader.optional(fields, "impact"),
        fixes: each(reader, fields, "fixes", fix),
        references: each(reader, fields, "references", reference),
        escalate: fields.get("escalate").map(|node| escalate(reader, node)),
    }
}

/// Does the same with the fields of a row.
pub(in super::super) fn row_advice(reader: &mut Reader, fields: &Fields<'_, '_>) -> RowAdvice {
    RowAdvice {
        cause: reader.optional(fields, "cause"),
        impact: reader.optional(fields, "impact"),
        fixes: fields.get("fixes").map(|_| each(reader, fields, "fixes", fix)),
        references: fields.get("references").map(|_| each(reader, fields, "references", reference)),
    }
}

fn fix(reader: &mut Reader, node: &Node<'_>) -> Option<Fix> {
    let fields = reader.fields(node, "a fix", &["level", "audience", "steps", "risk", "verify"]);
    let level = required_word(reader, &fields, "level", LEVELS);
    let audience = match fields.get("audience") {
        Some(node) => reader.one_of(node, "audience", AUDIENCES),
        None => Some(Audience::Partner),
    };
    let steps = reader.texts(&fields, "steps");
    match fields.get("steps") {
        None => reader.missing(&fields, "steps"),
        Some(node) if node.items().is_empty() && matches!(node.value, Value::List(_)) => {
            let mistake = Mistake::new(node.place, "`steps` has no steps");
            reader.mistake(mistake.hint("write what to do, one item for each step"));
        }
        Some(_) => {}
    }
    let risk = reader.optional(&fields, "risk");
    let verify = reader.optional(&fields, "verify");
    Some(Fix { level: level?, audience: audience?, steps, risk, verify })
}

fn reference(reader: &mut Reader, node: &Node<'_>) -> Option<Reference> {
    let fields = reader.fields(node, "a reference", &["kind", "id", "url"]);
    let kind = required_word(reader, &fields, "kind", REFERENCE_KINDS);
    let id = reader.optional(&fields, "id");
    let url = reader.required(&fields, "url");
    if let Some(node) = fields.get("url")
        && !url.is_empty()
        && !is_web_address(&url)
    {
        let hint = "write the whole address, `https://host/path`; blanks in it are `%20`";
        reader.mistake(Mistake::new(node.place, format!("`{url}` is not a web address")).hint(hint));
    }
    Some(Reference { kind: kind?.to_owned(), id, url })
}

/// Nothing but such an address ever gets into a report, so that no report can hold an active link of another kind.
pub(in super::super) fn is_web_address(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    host.bytes().all(is_host)
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'\\'))
}

fn escalate(reader: &mut Reader, node: &Node<'_>) -> Escalate {
    let fields = reader.fields(node, "escalate", &["when", "needs_files", "needs_facts"]);
    Escalate {
        when: reader.optional(&fields, "when"),
        needs_files: globs(reader, &fields, "needs_files"),
        needs_facts: reader.texts(&fields, "needs_facts"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, complete};

    #[test]
    fn references_have_a_known_kind_and_a_web_address() {
        let reference = |kind: &str, url: &str| {
            complete(&format!("match: {{text: abc}}\nreferences:\n  - kind: {kind}\n    url: '{url}'\n"))
        };
        check(&reference("rfc", "https://www.rfc-editor.org/rfc/rfc5424#section-6"), &[]);
        check(&reference("kb", "http://kb.example.com:8080/a?b=c%20d"), &[]);
        check(&reference("kbs", "https://a.b/"), &["8:11 `kbs` is not a value of `kind` (did you mean `kb`?)"]);
        for url in [
            "javascript:alert(1)",
            "https://",
            "https://a b.com",
            "www.veeam.com/kb1",
            "https://a..b/",
            "https://localhost",
        ] {
            let message = format!(
                "9:10 `{url}` is not a web address (write the whole address, `https://host/path`; blanks in it are `%20`)"
            );
            check(&reference("kb", url), &[&message]);
        }
    }
}

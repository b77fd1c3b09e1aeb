//! What people wrote in other rule sets: steps, links, names.

use super::{Note, note};
use crate::signature::{Reference, Severity, Side};

/// Makes a name as ids have it of any text: `Grafana Alloy (v1)` is `grafana-alloy-v1`.
pub(super) fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    // Longer names of files are trouble on some systems.
    let cut = slug.char_indices().nth(80).map_or(slug.len(), |(at, _)| at);
    slug[..cut].trim_end_matches('-').to_owned()
}

/// Cuts a text in Markdown into steps: an item of its outermost list, or a paragraph, is one.
pub(super) fn steps(markdown: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    let mut open = false;
    let mut fenced = false;
    let mut outermost: Option<usize> = None;
    for line in markdown.lines() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if text.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if text.is_empty() && !fenced {
            open = false;
            continue;
        }
        let is_outer = outermost.is_none_or(|outer| indent <= outer);
        let item = item_of(text).filter(|_| !fenced && is_outer);
        if item.is_some() {
            outermost = Some(outermost.map_or(indent, |outer| outer.min(indent)));
        }
        match (item, steps.last_mut()) {
            (Some(item), _) => steps.push(item.to_owned()),
            // A heading ends what was before it; the rest goes on with the step.
            (None, Some(last))
                if (open || fenced || outermost.is_some_and(|outer| indent > outer)) && !is_heading(text) =>
            {
                last.push('\n');
                last.push_str(text);
            }
            (None, _) => {
                steps.push(text.to_owned());
                outermost = None;
            }
        }
        open = true;
    }
    steps.retain(|step| !step.trim().is_empty());
    steps.iter().map(|step| step.trim().to_owned()).collect()
}

/// The text of an item `- a`, `* a`, `1. a`, `2) a`.
fn item_of(text: &str) -> Option<&str> {
    if let Some(rest) = ["- ", "* ", "+ ", "• "].iter().find_map(|mark| text.strip_prefix(mark)) {
        return Some(rest.trim());
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=2).contains(digits))?;
    let rest = &text[digits..];
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")).map(str::trim)
}

fn is_heading(text: &str) -> bool {
    text.starts_with('#') || (text.starts_with("**") && text.trim_end_matches(':').ends_with("**"))
}

/// Writes `{name}`, which would stand for a capture, as `<name>`.
pub(super) fn without_placeholders(text: &str, notes: &mut Vec<Note>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = from[1..].split('}').next().unwrap_or_default();
        let is_name = from[1 + name.len()..].starts_with('}')
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !out.ends_with(['$', '{']);
        if is_name {
            out.push('<');
            out.push_str(name);
            out.push('>');
            rest = &from[name.len() + 2..];
            notes.push(note(
                "braces in a text",
                format!("`{{{name}}}` is written as `<{name}>`: braces stand for captures"),
            ));
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Makes a reference of a link; `None`, with a note, if it is no web address.
pub(super) fn reference(link: &str, notes: &mut Vec<Note>) -> Option<Reference> {
    let link = link.trim();
    let bare = link.trim_start_matches('<').trim_end_matches('>');
    // `[title](address)`, as Markdown writes it.
    let bare = match bare.rsplit_once("](") {
        Some((_, address)) => address.trim_end_matches(')'),
        None => bare,
    };
    let is_address = bare.split_once("://").is_some_and(|(scheme, rest)| {
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        matches!(scheme, "http" | "https")
            && is_host
            && host.split('.').all(|label| !label.is_empty())
            && host.contains('.')
    });
    if !is_address {
        notes.push(note("a reference that is no web address", format!("`{link}`")));
        return None;
    }
    let mut url = String::with_capacity(bare.len());
    for byte in bare.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'`' | b'\\' => url.push_str(&format!("%{byte:02X}")),
            byte if byte.is_ascii_graphic() => url.push(char::from(byte)),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(Reference { kind: kind_of(&url).to_owned(), id: None, url })
}

/// What a page is, from its address.
fn kind_of(url: &str) -> &'static str {
    let url = url.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| url.contains(part));
    if has(&["/issues/", "/issue/", "/pull/", "/merge_requests/", "bugzilla", "bugs.", "/browse/"]) {
        "issue"
    } else if has(&[
        "groups.google",
        "stackoverflow",
        "stackexchange",
        "serverfault",
        "forum",
        "discuss",
        "community.",
        "reddit.",
    ]) {
        "forum"
    } else if has(&["rfc-editor", "/rfc"]) {
        "rfc"
    } else if has(&["/kb/", "/kb", "knowledge", "support."]) {
        "kb"
    } else if has(&["blog", "medium.com"]) {
        "blog"
    } else if has(&["raw.githubusercontent", "github.com", "gitlab.com"]) {
        "source"
    } else {
        "docs"
    }
}

/// Where the cause of a problem lies, from the words of its category and tags.
pub(super) fn side_of(words: &str) -> Side {
    let words = words.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["config"]) {
        Side::Config
    } else if has(&["network", "dns", "proxy", "load-balanc", "ingress", "firewall", "connectivity"]) {
        Side::Network
    } else if has(&["storage", "disk", "volume", "filesystem"]) {
        Side::Storage
    } else {
        Side::Server
    }
}

/// The severity of a number that counts from the worst, 0.
pub(super) fn severity_of(number: &str) -> Option<Severity> {
    Some(match number {
        "0" => Severity::Critical,
        "1" => Severity::High,
        "2" => Severity::Medium,
        "3" => Severity::Low,
        "4" => Severity::Info,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_paragraphs_are_steps() {
        let check = |text: &str, expected: &[&str]| assert_eq!(steps(text), expected);
        check("- Add a node.\n- Raise the limit\n  of the pod.\n", &["Add a node.", "Raise the limit\nof the pod."]);
        check("Do this.\n\nThen that.", &["Do this.", "Then that."]);
        check("1. a:\n   ```\n   kubectl get pods\n   ```\n2. b\n", &["a:\nkubectl get pods", "b"]);
        check("**Now:**\n- a\n  - inner\n**Later:**\n- b", &["**Now:**", "a\n- inner", "**Later:**", "b"]);
        check("", &[]);
        check("one line\ngoes on", &["one line\ngoes on"]);
    }

    #[test]
    fn names_become_words_of_ids() {
        assert_eq!(slug("CRE-2024-0007"), "cre-2024-0007");
        assert_eq!(slug(" Grafana  Alloy (v1) "), "grafana-alloy-v1");
        assert_eq!(slug("ÄÖ"), "");
    }

    #[test]
    fn braces_are_no_captures() {
        let mut notes = Vec::new();
        let text = without_placeholders("get {pod} of ${HOME}, '{\"a\": 1}', {{id}}", &mut notes);
        assert_eq!(text, "get <pod> of ${HOME}, '{\"a\": 1}', {{id}}");
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn links_have_a_kind_and_no_blanks() {
        let check = |link: &str, expected: Option<(&str, &str)>| {
            let reference = reference(link, &mut Vec::new());
            assert_eq!(reference.as_ref().map(|it| (it.kind.as_str(), it.url.as_str())), expected);
        };
        check("https://github.com/a/b/issues/5", Some(("issue", "https://github.com/a/b/issues/5")));
        check("[Docs](https://a.io/x y)", Some(("docs", "https://a.io/x%20y")));
        check("<https://stackoverflow.com/q/1>", Some(("forum", "https://stackoverflow.com/q/1")));
        check("see the manual", None);
        check("javascript://x.y/a", None);
        check("http://localhost/a", None);
    }
}

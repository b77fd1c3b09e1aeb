//! Atlassian Document Format, the form of texts on Jira Cloud
//! (<https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>): our Markdown as such a document, and the words
//! of one.

use serde_json::{Value, json};

/// A text in Markdown as a document: headings, code and paragraphs whose lines stay lines. What else Markdown has stays as it is
/// written, which people can read too.
pub(super) fn document(markdown: &str) -> Value {
    let mut blocks = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(fence) = fence(line) {
            end(&mut paragraph, &mut blocks);
            let code: Vec<&str> = lines.by_ref().take_while(|it| it.trim() != fence).collect();
            blocks.push(json!({"type": "codeBlock", "content": words(&code.join("\n"))}));
        } else if let Some((level, title)) = heading(line) {
            end(&mut paragraph, &mut blocks);
            blocks.push(json!({"type": "heading", "attrs": {"level": level}, "content": words(title)}));
        } else if line.trim().is_empty() {
            end(&mut paragraph, &mut blocks);
        } else {
            paragraph.push(line);
        }
    }
    end(&mut paragraph, &mut blocks);
    json!({"type": "doc", "version": 1, "content": blocks})
}

/// What a block of code begins and ends with: three backticks or more.
fn fence(line: &str) -> Option<&str> {
    let ticks = line.bytes().take_while(|it| *it == b'`').count();
    (ticks >= 3).then(|| &line[..ticks])
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|it| *it == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?.trim();
    (level > 0 && level <= 6 && !title.is_empty()).then_some((level, title))
}

/// A node of text; a node without text is not allowed.
fn words(text: &str) -> Vec<Value> {
    if text.is_empty() { Vec::new() } else { vec![json!({"type": "text", "text": text})] }
}

fn end(paragraph: &mut Vec<&str>, blocks: &mut Vec<Value>) {
    let mut content = Vec::new();
    for line in paragraph.drain(..) {
        if !content.is_empty() {
            content.push(json!({"type": "hardBreak"}));
        }
        content.extend(words(line));
    }
    if !content.is_empty() {
        blocks.push(json!({"type": "paragraph", "content": content}));
    }
}

/// The words of a document, or a text as it is.
pub(super) fn text_of(value: &Value) -> String {
    let mut text = value.as_str().unwrap_or_default().to_owned();
    collect(value, 0, &mut text);
    text
}

/// Deeper than people nest lists and tables.
const DEEPEST: usize = 50;

fn collect(node: &Value, depth: usize, text: &mut String) {
    text.push_str(node.get("text").and_then(Value::as_str).unwrap_or_default());
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten().filter(|_| depth < DEEPEST) {
        collect(child, depth + 1, text);
    }
    if !matches!(node.get("type").and_then(Value::as_str), None | Some("text" | "doc")) {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_a_document_and_its_words_come_back() {
        let text = "# Summary\nfirst\nsecond\n\n```text\n# no heading\n\nend\n```\n####### seven\n#none";
        let expected = json!({"type": "doc", "version": 1, "content": [
            {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "Summary"}]},
            {"type": "paragraph", "content": [
                {"type": "text", "text": "first"}, {"type": "hardBreak"}, {"type": "text", "text": "second"},
            ]},
            {"type": "codeBlock", "content": [{"type": "text", "text": "# no heading\n\nend"}]},
            {"type": "paragraph", "content": [
                {"type": "text", "text": "####### seven"}, {"type": "hardBreak"}, {"type": "text", "text": "#none"},
            ]},
        ]});
        assert_eq!(document(text), expected);
        assert_eq!(text_of(&expected), "Summary\nfirst\nsecond\n# no heading\n\nend\n####### seven\n#none\n");
    }

    #[test]
    fn no_node_of_text_is_empty() {
        let text = document("```\n```\n# \n\n````\n```\nnever ended").to_string();
        assert!(!text.contains(r#""text":"""#), "{text}");
        assert_eq!(text_of(&json!("plain")), "plain");
        assert_eq!(text_of(&Value::Null), "");
    }
}

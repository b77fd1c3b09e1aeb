//! One signature as a support engineer reads it, and as a program does.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tierline::report::{one_line, product, wrapped};
use tierline::signature::{
    Anchor, Bond, Condition, Correlation, Example, FieldTest, FieldValue, Fix, Order, Reference, Row, Scope, Signature,
    Span, Status, Variants, Wanted, Where,
};

/// The page that a support engineer reads, wrapped to the width; what is searched for in a log is not wrapped.
pub(super) fn page(it: &Signature, width: usize) -> String {
    let mut page = Page { out: String::new(), width };
    let p = &mut page;
    p.words("", "", &it.title);
    p.line(&it.id);
    p.line("");
    p.field("Product", &product(it));
    p.field("Level", &format!("{}, {} side, severity {}", it.level.name(), it.side.name(), it.severity.name()));
    if it.status != Status::Stable {
        p.field("Status", it.status.name());
    }
    p.field("Cause", &it.advice.cause);
    if let Some(impact) = &it.advice.impact {
        p.field("Impact", impact);
    }
    p.fixes(&it.advice.fixes, "");
    if let Some(escalate) = &it.advice.escalate {
        p.line("");
        p.line("Escalate to the vendor");
        if let Some(when) = &escalate.when {
            p.words("  When: ", "        ", when);
        }
        escalate.needs_files.iter().for_each(|file| p.line(&format!("  File: {file}")));
        escalate.needs_facts.iter().for_each(|fact| p.line(&format!("  Fact: {fact}")));
    }
    p.references(&it.advice.references, "");
    p.variants(it);
    p.line("");
    p.line("Found where");
    for (name, globs) in [("in files", &it.scope.files), ("not in files", &it.scope.not_files)] {
        if !globs.is_empty() {
            p.words(&format!("  {name}: "), "    ", &globs.join(", "));
        }
    }
    p.installed(&it.scope);
    match &it.correlation {
        Some(correlation) => p.correlation(correlation),
        None => p.condition(&it.condition, 1),
    }
    let examples = &it.examples;
    let lists = [
        ("Matches", &examples.matching),
        ("Does not match", &examples.not_matching),
        ("Is inconclusive", &examples.inconclusive),
        ("Is old", &examples.old),
    ];
    for (name, examples) in lists {
        for (path, text) in examples.iter().flat_map(|example| &example.files) {
            p.line("");
            let place = if path.is_empty() { String::new() } else { format!(", in {path}") };
            p.line(&format!("{name}, for example{place}"));
            text.lines().for_each(|line| p.line(&format!("  {line}")));
        }
    }
    p.line("");
    if it.general {
        p.field("General", "speaks only for records that no other signature claims");
    }
    if !it.suppresses.is_empty() {
        p.field("Hides", &it.suppresses.join(", "));
    }
    if !it.caused_by.is_empty() {
        let causes = it.caused_by.join(", ");
        p.field("Effect of", &format!("{causes} (where that was there before, at most {})", it.caused_within));
    }
    if !it.formerly.is_empty() {
        p.field("Formerly", &it.formerly.join(", "));
    }
    p.field("File", &it.source.display().to_string());
    page.out
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    fn field(&mut self, name: &str, value: &str) {
        self.words(&format!("{name:<9} "), "          ", value);
    }

    fn words(&mut self, first: &str, rest: &str, words: &str) {
        self.out.push_str(&wrapped(first, rest, words, self.width));
    }

    /// A line that is not wrapped.
    fn line(&mut self, line: &str) {
        self.out.push_str(one_line(line).trim_end());
        self.out.push('\n');
    }

    fn fixes(&mut self, fixes: &[Fix], indent: &str) {
        for fix in fixes {
            self.line("");
            self.line(&format!("{indent}Fix at {} by the {}", fix.level.name(), fix.audience.name()));
            for (number, step) in fix.steps.iter().enumerate() {
                let mark = format!("{indent}  {}. ", number + 1);
                self.words(&mark, &" ".repeat(mark.len()), step);
            }
            if let Some(risk) = &fix.risk {
                self.words(&format!("{indent}  Risk: "), &format!("{indent}        "), risk);
            }
            if let Some(verify) = &fix.verify {
                self.words(&format!("{indent}  Verify: "), &format!("{indent}          "), verify);
            }
        }
    }

    fn references(&mut self, references: &[Reference], indent: &str) {
        if references.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{indent}References"));
        for reference in references {
            let id = reference.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            self.line(&format!("{indent}  {}{id}  {}", reference.kind, reference.url));
        }
    }

    /// What is different for each row.
    fn variants(&mut self, it: &Signature) {
        let Some(variants) = &it.variants else { return };
        self.line("");
        self.line(&format!("By the value of {}, else as above", variants.key));
        for row in &variants.rows {
            let own = it.with_row(row);
            self.line("");
            self.line(&format!("  {}", row.values().collect::<Vec<_>>().join(", or ")));
            self.words("    ", "    ", &own.title);
            if row.level.is_some() || row.side.is_some() || row.severity.is_some() {
                let level = format!("{}, {} side, severity {}", own.level.name(), own.side.name(), own.severity.name());
                self.words("    Level: ", "      ", &level);
            }
            for (name, text) in [("Cause", &row.advice.cause), ("Impact", &row.advice.impact)] {
                if let Some(text) = text {
                    self.words(&format!("    {name}: "), "      ", text);
                }
            }
            self.fixes(row.advice.fixes.as_deref().unwrap_or_default(), "    ");
            self.references(row.advice.references.as_deref().unwrap_or_default(), "    ");
            for text in row.examples.matching.iter().flat_map(|example| example.texts()) {
                self.line("");
                self.line("    Matches, for example");
                text.lines().for_each(|line| self.line(&format!("      {line}")));
            }
        }
    }

    /// What must be installed.
    fn installed(&mut self, scope: &Scope) {
        let fixes: Vec<&str> = scope.fixed_in.versions().iter().map(|it| it.text()).collect();
        let systems: Vec<&str> = scope.os.iter().map(|it| it.name()).collect();
        let fact = scope.version_fact.as_ref().map(|fact| format!(" (by {fact})")).unwrap_or_default();
        let lines = [
            ("on versions", scope.versions.as_ref().map(|it| format!("{it}{fact}"))),
            ("old since", Some(fixes.join(", ")).filter(|it| !it.is_empty()).map(|it| format!("{it}{fact}"))),
            ("on systems", Some(systems.join(", ")).filter(|it| !it.is_empty())),
        ];
        for (name, text) in lines {
            text.into_iter().for_each(|text| self.words(&format!("  {name}: "), "    ", &text));
        }
    }

    fn condition(&mut self, condition: &Condition, depth: usize) {
        let indent = "  ".repeat(depth);
        let (name, parts) = match condition {
            Condition::Text { text, nocase } => {
                let nocase = if *nocase { " (in any case)" } else { "" };
                return self.line(&format!("{indent}the record contains{nocase}: {text}"));
            }
            Condition::Regex(pattern) => return self.line(&format!("{indent}the record matches: {pattern}")),
            Condition::Fields(tests) => {
                return tests.iter().for_each(|test| self.line(&format!("{indent}{}", field(test))));
            }
            Condition::Any(parts) => ("any of these holds:", parts),
            Condition::All(parts) => ("all of these hold:", parts),
            Condition::None(parts) => ("none of these holds:", parts),
        };
        self.line(&format!("{indent}{name}"));
        parts.iter().for_each(|part| self.condition(part, depth + 1));
    }
}

impl Page {
    /// Records and what they are to each other.
    fn correlation(&mut self, it: &Correlation) {
        let several = match it.order {
            Order::One => String::new(),
            Order::Sequence => " one after the other".to_owned(),
            Order::Any => " in any order".to_owned(),
        };
        let place = match it.place {
            Where::File => "in one log",
            Where::Host => "on one host",
            Where::Bundle => "anywhere",
        };
        let within = it.within.map(|within| format!(", within {within}")).unwrap_or_default();
        self.line(&format!("  records{several} {place}{within}:"));
        for (number, part) in it.parts.iter().enumerate() {
            let name = part.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            let count = if part.count > 1 { format!(", at least {} records", part.count) } else { String::new() };
            self.wanted(&format!("part {}{name}{count}", number + 1), &part.wanted);
        }
        if !it.same.is_empty() {
            let names: Vec<&str> = it.same.iter().map(Bond::name).collect();
            self.line(&format!("    with the same {}", names.join(", ")));
        }
        for unless in &it.unless {
            let window = match (anchor(unless.anchor), unless.from, unless.to) {
                (None, Span(0), Span(0)) => "between the first and the last".to_owned(),
                (None, from, to) => format!("from {from} to the first to {to} to the last"),
                (Some(anchor), from, to) => format!("from {from} to {to} of {anchor}"),
            };
            self.wanted(&format!("unless a record stands {window}"), &unless.wanted);
        }
        for absent in &it.absent {
            let anchor = anchor(absent.anchor).unwrap_or_else(|| "the last record".to_owned());
            self.wanted(&format!("and none follows {anchor} within {}", absent.within), &absent.wanted);
        }
    }

    fn wanted(&mut self, says: &str, wanted: &Wanted) {
        let files = if wanted.files.is_empty() { String::new() } else { format!(", in {}", wanted.files.join(", ")) };
        self.line(&format!("    {says}{files}:"));
        self.condition(&wanted.condition, 3);
    }
}

/// The anchor in words; `None` if it is the whole match.
fn anchor(it: Anchor) -> Option<String> {
    match it {
        Anchor::Whole => None,
        Anchor::First => Some("the first record".to_owned()),
        Anchor::Last => Some("the last record".to_owned()),
        Anchor::Part(index) => Some(format!("part {}", index + 1)),
    }
}

/// A match of several records as its file has it, windows written out.
fn correlation(it: &Correlation) -> Value {
    let with = |wanted: &Wanted, more: Value| {
        let mut value = condition(&wanted.condition);
        if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
            value.extend(more.into_iter().filter(|(_, it)| !it.is_null()));
            if !wanted.files.is_empty() {
                value.insert("files".to_owned(), json!(wanted.files));
            }
        }
        value
    };
    let place = |it: Anchor| match it {
        Anchor::Whole => Value::Null,
        Anchor::First => json!("first"),
        Anchor::Last => json!("last"),
        Anchor::Part(index) => json!(index + 1),
    };
    let count = |count: u32| if count > 1 { json!(count) } else { Value::Null };
    let parts = it.parts.iter().map(|part| with(&part.wanted, json!({"name": part.name, "count": count(part.count)})));
    let mut value = match it.order {
        Order::One => parts.into_iter().next().unwrap_or_default(),
        Order::Sequence => json!({"sequence": parts.collect::<Vec<_>>()}),
        Order::Any => json!({"all": parts.collect::<Vec<_>>()}),
    };
    let unless = it.unless.iter().map(|it| {
        let window = json!({"anchor": place(it.anchor), "from": it.from.to_string(), "to": it.to.to_string()});
        with(&it.wanted, window)
    });
    let absent = it
        .absent
        .iter()
        .map(|it| with(&it.wanted, json!({"anchor": place(it.anchor), "within": it.within.to_string()})));
    let rest = json!({
        "within": it.within.map(|within| within.to_string()),
        "same": it.same.iter().map(Bond::name).collect::<Vec<_>>(),
        "in": it.place.name(),
        "unless": unless.collect::<Vec<_>>(),
        "absent": absent.collect::<Vec<_>>(),
    });
    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
        value.extend(rest.into_iter().filter(|(_, it)| !it.is_null() && *it != json!([])));
    }
    value
}

/// What the record has, in words: `the field event_id is 7000 or is 7009`.
fn field(test: &FieldTest) -> String {
    let value = |value: &FieldValue| match value {
        FieldValue::Is(text) => format!("is {text}"),
        FieldValue::Like(Condition::Text { text, nocase: true }) => format!("contains (in any case) {text}"),
        FieldValue::Like(Condition::Text { text, .. }) => format!("contains {text}"),
        FieldValue::Like(Condition::Regex(pattern)) => format!("matches {pattern}"),
        FieldValue::Like(_) => "holds".to_owned(),
    };
    let values: Vec<String> = test.values.iter().map(value).collect();
    format!("the field {} {}", test.name, values.join(" or "))
}

/// What the list shows.
pub(super) fn summary(it: &Signature) -> Value {
    json!({
        "id": &*it.id,
        "title": it.title,
        "status": it.status.name(),
        "vendor": it.vendor,
        "product": it.product,
        "component": it.component,
        "level": it.level.name(),
        "side": it.side.name(),
        "severity": it.severity.name(),
        "n_variants": it.variants.as_ref().map_or(0, |variants| variants.rows.len()),
        "file": it.source.display().to_string(),
    })
}

fn fixes(fixes: &[Fix]) -> Value {
    let fix = |fix: &Fix| {
        json!({
            "level": fix.level.name(), "audience": fix.audience.name(), "steps": fix.steps, "risk": fix.risk,
            "verify": fix.verify,
        })
    };
    fixes.iter().map(fix).collect()
}

fn references(references: &[Reference]) -> Value {
    references.iter().map(|it| json!({"kind": it.kind, "id": it.id, "url": it.url})).collect()
}

/// The rows; what one leaves out is `null`.
fn variants(it: &Variants) -> Value {
    let row = |row: &Row| {
        json!({
            "key": row.key,
            "also": row.also,
            "title": row.title,
            "level": row.level.map(|it| it.name()),
            "side": row.side.map(|it| it.name()),
            "severity": row.severity.map(|it| it.name()),
            "cause": row.advice.cause,
            "impact": row.advice.impact,
            "fixes": row.advice.fixes.as_deref().map(fixes),
            "references": row.advice.references.as_deref().map(references),
            "examples": {"match": examples(&row.examples.matching), "no_match": examples(&row.examples.not_matching)},
        })
    };
    json!({"key": it.key, "rows": it.rows.iter().map(row).collect::<Vec<_>>()})
}

/// What the page shows.
pub(super) fn whole(it: &Signature) -> Value {
    let mut value = summary(it);
    let escalate = it
        .advice
        .escalate
        .as_ref()
        .map(|it| json!({"when": it.when, "needs_files": it.needs_files, "needs_facts": it.needs_facts}));
    let rest = json!({
        "scope": scope(&it.scope),
        "match": it.correlation.as_ref().map_or_else(|| condition(&it.condition), correlation),
        "cause": it.advice.cause,
        "impact": it.advice.impact,
        "fixes": fixes(&it.advice.fixes),
        "references": references(&it.advice.references),
        "general": it.general,
        "suppresses": it.suppresses.iter().map(|id| &**id).collect::<Vec<_>>(),
        "caused_by": it.caused_by.iter().map(|id| &**id).collect::<Vec<_>>(),
        "caused_within": it.caused_within.to_string(),
        "formerly": it.formerly.iter().map(|id| &**id).collect::<Vec<_>>(),
        "escalate": escalate,
        "variants": it.variants.as_ref().map(variants),
        "examples": {
            "match": examples(&it.examples.matching),
            "no_match": examples(&it.examples.not_matching),
            "inconclusive": examples(&it.examples.inconclusive),
            "old": examples(&it.examples.old),
        },
    });
    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
        value.extend(rest);
    }
    value
}

/// The scope as its file has it; what it leaves out is `null`.
fn scope(it: &Scope) -> Value {
    let fixes: Vec<&str> = it.fixed_in.versions().iter().map(|it| it.text()).collect();
    json!({
        "files": it.files,
        "not_files": it.not_files,
        "versions": it.versions.as_ref().map(ToString::to_string),
        "fixed_in": fixes,
        "version_fact": it.version_fact.as_deref(),
        "os": it.os.iter().map(|it| it.name()).collect::<Vec<_>>(),
    })
}

fn condition(it: &Condition) -> Value {
    let all = |parts: &[Condition]| parts.iter().map(condition).collect::<Vec<_>>();
    match it {
        Condition::Any(parts) => json!({"any": all(parts)}),
        Condition::All(parts) => json!({"all": all(parts)}),
        Condition::None(parts) => json!({"none": all(parts)}),
        Condition::Text { text, nocase: false } => json!({"text": text}),
        Condition::Text { text, nocase: true } => json!({"text": text, "nocase": true}),
        Condition::Regex(pattern) => json!({"regex": pattern}),
        Condition::Fields(tests) => {
            let value = |value: &FieldValue| match value {
                FieldValue::Is(text) => json!(text),
                FieldValue::Like(it) => condition(it),
            };
            let values = |test: &FieldTest| test.values.iter().map(value).collect::<Value>();
            let fields = tests.iter().map(|test| (test.name.clone(), values(test)));
            json!({"field": fields.collect::<serde_json::Map<_, _>>()})
        }
    }
}

/// Examples as their file has them: a text, or several by path.
fn examples(list: &[Example]) -> Vec<Value> {
    let shown = |it: &Example| match it.files.as_slice() {
        [(path, text)] if path.is_empty() => json!(text),
        files => json!({"files": files.iter().map(|(path, text)| (path, text)).collect::<BTreeMap<_, _>>()}),
    };
    list.iter().map(shown).collect()
}

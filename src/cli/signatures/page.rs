//! One signature as a support engineer reads it, and as a program does.

use serde_json::{Value, json};
use std::fmt::Write;
use tierline::report::one_line;
use tierline::signature::{Condition, Signature, Status};

/// The page that a support engineer reads.
pub(super) fn page(it: &Signature) -> Result<String, std::fmt::Error> {
    let mut page = String::new();
    let p = &mut page;
    writeln!(p, "{}", one_line(&it.title))?;
    writeln!(p, "{}", it.id)?;
    writeln!(p)?;
    let component = it.component.as_ref().map(|it| format!(", {}", one_line(it))).unwrap_or_default();
    writeln!(p, "Product   {}, {}{component}", one_line(&it.vendor), one_line(&it.product))?;
    writeln!(p, "Level     {}, {} side, severity {}", it.level.name(), it.side.name(), it.severity.name())?;
    if it.status != Status::Stable {
        writeln!(p, "Status    {}", it.status.name())?;
    }
    writeln!(p, "Cause     {}", one_line(&it.cause))?;
    if let Some(impact) = &it.impact {
        writeln!(p, "Impact    {}", one_line(impact))?;
    }
    for fix in &it.fixes {
        writeln!(p, "\nFix at {} by the {}", fix.level.name(), fix.audience.name())?;
        for (number, step) in fix.steps.iter().enumerate() {
            writeln!(p, "  {}. {}", number + 1, one_line(step))?;
        }
        if let Some(risk) = &fix.risk {
            writeln!(p, "  Risk: {}", one_line(risk))?;
        }
        if let Some(verify) = &fix.verify {
            writeln!(p, "  Verify: {}", one_line(verify))?;
        }
    }
    if let Some(escalate) = &it.escalate {
        writeln!(p, "\nEscalate to the vendor")?;
        if let Some(when) = &escalate.when {
            writeln!(p, "  When: {}", one_line(when))?;
        }
        for file in &escalate.needs_files {
            writeln!(p, "  File: {}", one_line(file))?;
        }
        for fact in &escalate.needs_facts {
            writeln!(p, "  Fact: {}", one_line(fact))?;
        }
    }
    if !it.references.is_empty() {
        writeln!(p, "\nReferences")?;
        for reference in &it.references {
            let id = reference.id.as_ref().map(|id| format!(" {}", one_line(id))).unwrap_or_default();
            writeln!(p, "  {}{id}  {}", reference.kind, one_line(&reference.url))?;
        }
    }
    writeln!(p, "\nFound where")?;
    for (name, globs) in [("in files", &it.scope.files), ("not in files", &it.scope.not_files)] {
        if !globs.is_empty() {
            writeln!(p, "  {name}: {}", one_line(&globs.join(", ")))?;
        }
    }
    write_condition(&it.condition, 1, p)?;
    for (name, examples) in [("Matches", &it.examples.matching), ("Does not match", &it.examples.not_matching)] {
        for example in examples {
            writeln!(p, "\n{name}, for example")?;
            for line in example.lines() {
                writeln!(p, "  {}", one_line(line))?;
            }
        }
    }
    writeln!(p)?;
    if !it.suppresses.is_empty() {
        writeln!(p, "Hides     {}", it.suppresses.join(", "))?;
    }
    if !it.formerly.is_empty() {
        writeln!(p, "Formerly  {}", it.formerly.join(", "))?;
    }
    writeln!(p, "File      {}", one_line(&it.source.display().to_string()))?;
    Ok(page)
}

fn write_condition(condition: &Condition, depth: usize, page: &mut String) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    let (name, parts) = match condition {
        Condition::Text { text, nocase } => {
            let nocase = if *nocase { " (in any case)" } else { "" };
            return writeln!(page, "{indent}the record contains{nocase}: {}", one_line(text));
        }
        Condition::Regex(pattern) => return writeln!(page, "{indent}the record matches: {}", one_line(pattern)),
        Condition::Any(parts) => ("any of these holds:", parts),
        Condition::All(parts) => ("all of these hold:", parts),
        Condition::None(parts) => ("none of these holds:", parts),
    };
    writeln!(page, "{indent}{name}")?;
    parts.iter().try_for_each(|part| write_condition(part, depth + 1, page))
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
        "file": it.source.display().to_string(),
    })
}

/// What the page shows.
pub(super) fn whole(it: &Signature) -> Value {
    let mut value = summary(it);
    let fixes = it.fixes.iter().map(|fix| {
        json!({
            "level": fix.level.name(), "audience": fix.audience.name(), "steps": fix.steps, "risk": fix.risk,
            "verify": fix.verify,
        })
    });
    let references = it.references.iter().map(|it| json!({"kind": it.kind, "id": it.id, "url": it.url}));
    let escalate = it
        .escalate
        .as_ref()
        .map(|it| json!({"when": it.when, "needs_files": it.needs_files, "needs_facts": it.needs_facts}));
    let rest = json!({
        "scope": {"files": it.scope.files, "not_files": it.scope.not_files},
        "match": condition(&it.condition),
        "cause": it.cause,
        "impact": it.impact,
        "fixes": fixes.collect::<Vec<_>>(),
        "references": references.collect::<Vec<_>>(),
        "suppresses": it.suppresses.iter().map(|id| &**id).collect::<Vec<_>>(),
        "formerly": it.formerly.iter().map(|id| &**id).collect::<Vec<_>>(),
        "escalate": escalate,
        "examples": {"match": it.examples.matching, "no_match": it.examples.not_matching},
    });
    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
        value.extend(rest);
    }
    value
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
    }
}

//! The walk from the end of the time to the beginning of the message.

mod program;
#[cfg(test)]
mod tests;
mod walk;
mod word;

pub(super) use program::host_and_program;

use super::keyvalue;
use super::level::Level;
use super::severity::{column_level, late_level, spaced_error};
use super::stamp::{Shape, Stamp};
use super::token::{identifier, name_end_plain, separators};
use super::watch::{Moment, Watch};
use super::{marks, network, special, veeam, web};
use walk::Walk;

/// What a header has said so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a> {
    pub time: Option<Moment>,
    pub level: Option<Level>,
    pub component: Option<&'a [u8]>,
}

/// How many parts a header may have behind its time.
const STEPS: usize = 12;

/// Walks on from the end of the time and returns where the message begins.
pub(super) fn rest<'a>(line: &'a [u8], end: usize, first: &Stamp, found: &mut Found<'a>, rules: &Watch<'_>) -> usize {
    let usual = found.level.is_none()
        && found.component.is_none()
        && line.get(end) == Some(&b' ')
        && matches!(first.shape, Shape::Syslog | Shape::Iso);
    let program = if usual { host_and_program(line, end + 1) } else { None };
    walk(line, end, first, found, rules, program)
}

/// The walk itself. `program` is what [`host_and_program`] has found.
fn walk<'a>(
    line: &'a [u8],
    end: usize,
    first: &Stamp,
    found: &mut Found<'a>,
    rules: &Watch<'_>,
    program: Option<(&'a [u8], usize)>,
) -> usize {
    let mut walk = Walk::new(line, end, first);
    // A quote that was opened before the time closes behind it.
    if matches!(line.get(end), Some(b'"' | b'\'')) {
        walk.at += 1;
    }
    walk.at = separators(line, walk.at);
    if let Some(level) = marks::redis_mark(line, walk.at) {
        found.level = found.level.or(Some(level));
        return separators(line, walk.at + 1);
    }
    let mut steps = 0..STEPS;
    if let Some((program, after)) = program {
        found.component = Some(program);
        (walk.host, walk.named) = (true, true);
        walk.at = separators(line, after);
        steps.start = 2;
    }
    let mut message = walk.at;
    for step in steps {
        if !walk.step(step, found, rules) {
            break;
        }
        walk.at = separators(line, walk.at);
        message = walk.at;
    }
    if let Some(inner) = special::inner(line, message, found, rules) {
        return inner;
    }
    if found.level.is_none()
        && let Some(end) = marked(line, message, end, first, found, rules)
    {
        return end;
    }
    if found.level.is_none() && first.shape == Shape::Dotted {
        if walk.barred && line.first() == Some(&b'[') {
            return veeam::data_mover(line, message, found, rules);
        }
        found.level = veeam::job_outcome(line, end);
    }
    // Behind a program's name in syslog, or between bars, a level has just been looked for.
    if found.level.is_none() && !walk.barred && !(walk.named && first.shape == Shape::Syslog) {
        found.level = match first.shape {
            Shape::MonthDay => late_level(line, end).or_else(|| spaced_error(line, end)),
            _ if line.first() == Some(&b'"') => late_level(line, end).or_else(|| column_level(line, end)),
            _ => late_level(line, end),
        };
    }
    message.min(line.len())
}

/// Looks for a level in the marks that programs put before their messages; returns where the message begins if the mark
/// is no part of it.
fn marked<'a>(
    line: &'a [u8],
    message: usize,
    end: usize,
    first: &Stamp,
    found: &mut Found<'a>,
    rules: &Watch<'_>,
) -> Option<usize> {
    match found.component {
        Some(b"haproxy") => found.level = web::haproxy(line, message, rules),
        None if first.shape == Shape::Iso || first.shape == Shape::Access => {
            found.level = web::request(line, end, rules)
                .or_else(|| web::php(line, message))
                .or_else(|| web::balancer(line, end, rules))
                .or_else(|| marks::vcenter_event(line, message))
        }
        _ => {}
    }
    if found.level.is_none()
        && let Some((level, end)) = marks::shouted_letter(line, message)
    {
        found.level = Some(level);
        return Some(end);
    }
    if found.level.is_none() {
        found.level = match first.shape {
            Shape::Syslog => marks::behind_subject(line, message).or_else(|| marks::cluster(line, end)),
            Shape::Iso if line.get(end) == Some(&b',') => marks::csv_level(line, end),
            _ => None,
        }
        .or_else(|| marks::message_code(line, message));
    }
    if line.get(message) == Some(&b'#')
        && let Some((level, end)) = marks::build_step(line, message)
    {
        found.level = Some(level);
        return Some(end);
    }
    if found.level.is_none() {
        found.level = keyvalue::leading_level(line, message);
    }
    if found.level.is_none()
        && let Some((level, facility)) = network::mark_near(line, message, rules)
    {
        (found.level, found.component) = (Some(level), found.component.or(Some(facility)));
    }
    None
}

/// The rest of a header that has only a level: `ERROR:root:text`, `[INFO] text`.
pub(super) fn after_level<'a>(line: &'a [u8], end: usize, found: &mut Found<'a>) -> usize {
    let at = separators(line, end);
    if line.get(end) == Some(&b':') && at == end + 1 {
        let name = name_end_plain(line, at);
        if name > at && line.get(name) == Some(&b':') {
            found.component = Some(&line[at..name]);
            return name + 1;
        }
    }
    at
}

/// The name that begins the words before a time, where it ends with a colon or a bar: `HsmService:`, `web-1  |`.
pub(super) fn component_in_prefix(prefix: &[u8]) -> Option<&[u8]> {
    let start = usize::from(matches!(prefix.first(), Some(b'(' | b'[')));
    let end = name_end_plain(prefix, start);
    let name = prefix.get(start..end)?;
    let after = prefix.get(end..)?.trim_ascii_start();
    let delimited = matches!(after.first(), Some(b':' | b'|' | b')'));
    (delimited && identifier(name) && Level::from_word(name).is_none()).then_some(name)
}

/// Used by `special` for the pairs inside a syslog message.
pub(super) fn message_pairs<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    let cut = keyvalue::cut(line, at, rules)?;
    found.level = cut.found.level.or(found.level);
    found.time = match (found.time, cut.found.time) {
        (Some(outer), Some(inner)) if outer.time.assumed() => Some(inner),
        (Some(outer), _) => Some(outer),
        (None, inner) => inner,
    };
    found.component = found.component.or(cut.found.component);
    Some(cut.message)
}

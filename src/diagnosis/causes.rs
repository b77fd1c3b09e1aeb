use super::correlate::{Moment, Moments};
use super::{Known, State};
use crate::bundle::FilePath;
use crate::finding::{Place, Presence, Stay};
use crate::signature::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When and where problems were seen, by the id of their signature and their variant.
pub(super) type Presences = BTreeMap<(Arc<str>, Option<Arc<str>>), Presence>;

/// Puts each problem behind the one that brought it about, and says so in [`Known::caused_by`].
///
/// A problem is the effect of another that its signature names in `caused_by` if in each place where it was seen the cause
/// was there before it began ([`was_before`]). A cause that is hidden behind a more specific problem is that problem. Where
/// several could be it, the one that began last is: it is the nearest.
///
/// A cause stands where the worst of its effects would stand, and they follow it. `known` is in the order of a report; no
/// problem is lost, and none is the cause of its own cause.
pub(super) fn behind_causes(mut known: Vec<Known>, presences: &Presences, moments: &Moments) -> Vec<Known> {
    if known.iter().all(|it| it.signature.caused_by.is_empty()) {
        return known;
    }
    let seen: Vec<Vec<Seen>> = known
        .iter()
        .map(|it| {
            let presence = presences.get(&(Arc::clone(&it.signature.id), it.variant.clone()));
            presence.map(|presence| seen_of(presence, moments)).unwrap_or_default()
        })
        .collect();
    let mut cause_of: Vec<Option<usize>> = vec![None; known.len()];
    for effect in 0..known.len() {
        let cause = nearest_cause(&known, &seen, effect, |cause| leads_to(&cause_of, cause, effect));
        cause_of[effect] = cause;
        known[effect].caused_by = cause.map(|cause| Arc::clone(&known[cause].signature.id));
    }
    let order = in_order(&cause_of);
    let mut known: Vec<Option<Known>> = known.into_iter().map(Some).collect();
    order.into_iter().filter_map(|it| known.get_mut(it)?.take()).collect()
}

/// The cause of a problem, if one of those that could be it was there; `is_effect` says what is caused by the problem itself.
fn nearest_cause(
    known: &[Known],
    seen: &[Vec<Seen>],
    effect: usize,
    is_effect: impl Fn(usize) -> bool,
) -> Option<usize> {
    let (it, own) = (known.get(effect)?, seen.get(effect)?);
    if it.state == State::Old {
        return None;
    }
    let mut found = Vec::new();
    for (number, id) in it.signature.caused_by.iter().enumerate() {
        for (cause, other) in known.iter().enumerate() {
            let is_named = other.signature.id == *id || other.suppressed.iter().any(|hidden| hidden.signature == *id);
            if cause == effect || !is_named || other.state != State::Match || is_effect(cause) {
                continue;
            }
            let stays = seen.get(cause)?;
            if was_before(stays, own, it.signature.caused_within) {
                let began = stays.iter().filter_map(|it| Some(it.first?.instant)).min();
                found.push((began, usize::MAX - number, usize::MAX - cause));
            }
        }
    }
    found.into_iter().max().map(|(.., cause)| usize::MAX - cause)
}

/// Whether the causes of one problem lead to another.
fn leads_to(cause_of: &[Option<usize>], mut it: usize, to: usize) -> bool {
    while let Some(cause) = cause_of.get(it).copied().flatten() {
        if cause == to {
            return true;
        }
        it = cause;
    }
    false
}

/// The order in which each problem stands behind its cause, and a cause where the first of its effects would stand.
fn in_order(cause_of: &[Option<usize>]) -> Vec<usize> {
    let mut effects: Vec<Vec<usize>> = vec![Vec::new(); cause_of.len()];
    for (effect, cause) in cause_of.iter().enumerate() {
        if let Some(effects) = cause.and_then(|cause| effects.get_mut(cause)) {
            effects.push(effect);
        }
    }
    let root = |mut it: usize| {
        while let Some(cause) = cause_of.get(it).copied().flatten() {
            it = cause;
        }
        it
    };
    let mut order: Vec<usize> = Vec::new();
    let mut is_placed = vec![false; cause_of.len()];
    for first in (0..cause_of.len()).map(root) {
        let mut next = vec![first];
        while let Some(it) = next.pop().filter(|it| !is_placed[*it]) {
            is_placed[it] = true;
            order.push(it);
            next.extend(effects[it].iter().rev());
        }
    }
    order
}

/// From when to when a problem was seen in a place.
#[derive(Clone, Debug)]
struct Seen {
    /// `None` if it stands for several.
    file: Option<FilePath>,
    host: Option<String>,
    first: Option<Moment>,
    last: Option<Moment>,
    line: u64,
}

fn seen_of(presence: &Presence, moments: &Moments) -> Vec<Seen> {
    let of = |place: Option<&Place>, stay: &Stay| {
        let file = place.map(|place| &place.file);
        let host = place.and_then(|place| moments.host(&place.file, place.host.as_deref()));
        let moment = |time| moments.of(file.map_or("", |file| file), host.as_deref(), time);
        let (first, last) = (stay.first.map(moment), stay.last.map(moment));
        Seen { file: file.cloned(), host, first, last, line: stay.line }
    };
    let places = presence.places.iter().map(|(place, stay)| of(Some(place), stay));
    places.chain(presence.others.iter().map(|stay| of(None, stay))).collect()
}

/// Whether a problem was there before another one began, in each place where that was seen: on the same computer as far as
/// computers are known, and at most `within` after its own last record. From its first record to its last a problem is there.
/// Where there are no times, the order of one log decides.
fn was_before(cause: &[Seen], effect: &[Seen], within: Span) -> bool {
    let explains = |cause: &Seen, effect: &Seen| {
        let is_one_log = match (&cause.file, &effect.file) {
            (Some(cause), Some(effect)) => cause.log() == effect.log(),
            _ => false,
        };
        let is_above = is_one_log && (&cause.file, cause.line) <= (&effect.file, effect.line);
        let is_elsewhere = cause.host.is_some() && effect.host.is_some() && cause.host != effect.host;
        match (cause.first, cause.last, effect.first) {
            _ if is_elsewhere => false,
            (Some(first), Some(last), Some(begin)) => {
                // The clocks of a zone that is known and of one that is not cannot be compared.
                (first.zoned == begin.zoned || is_one_log)
                    && (first.instant < begin.instant || (first.instant == begin.instant && (is_above || !is_one_log)))
                    && begin.instant <= last.instant.saturating_add(within.0)
            }
            (None, _, None) => is_above,
            _ => false,
        }
    };
    !effect.is_empty() && effect.iter().all(|effect| cause.iter().any(|cause| explains(cause, effect)))
}

#[cfg(test)]
mod tests;

//! A correlation as the search needs it: numbers only.

use crate::signature::{Anchor, Correlation, Order};

/// What a correlation asks of the records of one stream; spans in nanoseconds.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) order: Order,
    /// How many records of each part, at least one.
    pub(super) counts: Vec<u32>,
    pub(super) within: Option<i64>,
    pub(super) unless: Vec<UnlessRule>,
    pub(super) absent: Vec<AbsentRule>,
}

/// A record that makes it another case.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnlessRule {
    pub(super) anchor: Anchor,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// A record that should follow.
#[derive(Clone, Copy, Debug)]
pub(super) struct AbsentRule {
    pub(super) anchor: Anchor,
    pub(super) within: i64,
}

impl Rules {
    pub(super) fn of(correlation: &Correlation) -> Rules {
        let unless = correlation.unless.iter();
        let absent = correlation.absent.iter();
        Rules {
            order: correlation.order,
            counts: correlation.parts.iter().map(|part| part.count.max(1)).collect(),
            within: correlation.within.map(|span| span.0),
            unless: unless.map(|it| UnlessRule { anchor: it.anchor, from: it.from.0, to: it.to.0 }).collect(),
            absent: absent.map(|it| AbsentRule { anchor: it.anchor, within: it.within.0 }).collect(),
        }
    }

    /// The same for the order of a file without times: what needs a time to be judged is left out, except that what should
    /// follow may stand anywhere behind.
    pub(super) fn without_times(&self) -> Rules {
        let mut rules = self.clone();
        rules.within = None;
        for rule in &mut rules.unless {
            if (rule.anchor, rule.from, rule.to) != (Anchor::Whole, 0, 0) {
                // A window that nothing is in.
                (rule.anchor, rule.from, rule.to) = (Anchor::Whole, i64::MAX, i64::MIN);
            }
        }
        rules
    }
}

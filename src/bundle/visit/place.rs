//! Where a visit is, and what is known there.

use crate::bundle::earlier::Earlier;
use crate::bundle::{ProblemKind, name};
use std::sync::{Arc, OnceLock};

/// Where a visit is: a file outside or inside containers.
pub(in crate::bundle) struct Place<'a> {
    /// As people read it.
    pub(in crate::bundle) path: Arc<str>,
    pub(super) outer: Option<&'a Place<'a>>,
    /// What came before it in a stream of members.
    pub(super) earlier: Option<&'a Earlier>,
    pub(super) containers: u32,
    /// What ended it early.
    pub(super) cut: OnceLock<ProblemKind>,
}

/// What is known of a file before it is read.
#[derive(Clone, Copy, Default)]
pub(in crate::bundle) struct Facts {
    /// Seconds since 1970 UTC.
    pub(in crate::bundle) modified: Option<i64>,
    /// Bytes, as the container says.
    pub(in crate::bundle) size: Option<u64>,
}

impl<'a> Place<'a> {
    /// A file on disk.
    pub(in crate::bundle) fn outside(path: Arc<str>) -> Place<'a> {
        Place { path, outer: None, earlier: None, containers: 0, cut: OnceLock::new() }
    }

    /// What this file unpacks to if it is one compressed stream: a container deeper, and still the same file to people.
    pub(super) fn unpacked(&'a self) -> Place<'a> {
        Place {
            path: Arc::clone(&self.path),
            outer: Some(self),
            earlier: self.earlier,
            containers: self.containers + 1,
            cut: OnceLock::new(),
        }
    }

    /// A member of this container.
    pub(in crate::bundle) fn member(&'a self, name: &str) -> Place<'a> {
        Place {
            path: name::inside(&self.path, name).into(),
            outer: Some(self),
            earlier: None,
            containers: self.containers + 1,
            cut: OnceLock::new(),
        }
    }

    /// A member of this container, whose members come in a stream: those that repeat an earlier part of a rotated log
    /// are not visited.
    pub(in crate::bundle) fn member_after(&'a self, earlier: &'a Earlier, name: &str) -> Place<'a> {
        Place { earlier: Some(earlier), ..self.member(name) }
    }

    /// Whether a container says where this file ends.
    pub(in crate::bundle) fn is_inside(&self) -> bool {
        self.outer.is_some()
    }

    /// Whether this file or one around it ended early. What follows from that is no news.
    pub(in crate::bundle) fn is_cut(&self) -> bool {
        self.cut_at().is_some()
    }

    /// This file or the first one around it that ended early, and what ended it.
    pub(super) fn cut_at(&self) -> Option<(&Place<'a>, ProblemKind)> {
        let mut place = Some(self);
        while let Some(current) = place {
            if let Some(kind) = current.cut.get() {
                return Some((current, *kind));
            }
            place = current.outer;
        }
        None
    }
}

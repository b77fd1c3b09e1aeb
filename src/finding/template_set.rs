//! Which templates a bundle has, to compare others with it.

use super::groups::Groups;

/// The ids of the templates of all records of a bundle: a healthy one, or yesterday's.
///
/// Bounded: [`TemplateSet::MOST`] are kept, those with the smallest ids, whatever the order in which they come. What was
/// dropped is taken for new.
#[derive(Clone, Debug, Default)]
pub struct TemplateSet {
    ids: Groups<u64, ()>,
    /// The least id that was dropped, if any was: this and greater ones are not kept.
    bar: Option<u64>,
}

impl TemplateSet {
    /// Templates that are kept, at less than 20 bytes each.
    pub const MOST: usize = 1 << 19;

    /// So many more may gather until the greatest are dropped together.
    const SLACK: usize = TemplateSet::MOST / 4;

    pub(super) fn add(&mut self, id: u64) {
        if self.bar.is_none_or(|bar| id < bar) {
            self.ids.insert(id, ());
            if self.ids.len() > TemplateSet::MOST + TemplateSet::SLACK {
                self.drop_greatest();
            }
        }
    }

    /// Adds those of another part of the bundle.
    pub fn merge(&mut self, other: TemplateSet) {
        let bar = [self.bar, other.bar].into_iter().flatten().min();
        if let Some(bar) = bar.filter(|_| bar != self.bar) {
            self.ids.retain(|&id, ()| id < bar);
        }
        self.bar = bar;
        other.ids.into_keys().for_each(|id| self.add(id));
    }

    /// Drops what is over the bound. Before it the set may be larger, depending on the order in which templates came.
    pub fn finish(&mut self) {
        if self.ids.len() > TemplateSet::MOST {
            self.drop_greatest();
        }
    }

    /// Whether a record of the bundle has this template.
    pub fn contains(&self, id: u64) -> bool {
        self.ids.contains_key(&id)
    }

    /// Whether the bundle has no record.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn drop_greatest(&mut self) {
        let mut ids: Vec<u64> = self.ids.keys().copied().collect();
        let (_, &mut bar, _) = ids.select_nth_unstable(TemplateSet::MOST);
        self.ids.retain(|&id, ()| id < bar);
        self.bar = Some(bar);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: impl Iterator<Item = u64>) -> TemplateSet {
        let mut set = TemplateSet::default();
        ids.for_each(|id| set.add(id));
        set
    }

    #[test]
    fn the_smallest_are_kept_in_whatever_order_they_come() {
        let many = 3 * TemplateSet::MOST as u64 / 2;
        let mut up = of(0..many);
        let mut down = of((0..many).rev());
        let mut halves = of((0..many).step_by(2));
        halves.merge(of((0..many).skip(1).step_by(2)));
        for set in [&mut up, &mut down, &mut halves] {
            set.finish();
            assert_eq!(set.ids.len(), TemplateSet::MOST);
            assert!(set.contains(0) && set.contains(TemplateSet::MOST as u64 - 1));
            assert!(!set.contains(TemplateSet::MOST as u64));
        }
    }

    #[test]
    fn a_few_are_all_kept() {
        let mut set = of([7, u64::MAX].into_iter());
        set.finish();
        assert!(set.contains(7) && set.contains(u64::MAX) && !set.contains(8) && !set.is_empty());
    }
}

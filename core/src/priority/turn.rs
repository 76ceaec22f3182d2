//! Whose turn it is: the most important class first, but no class is passed over for too long.

#![forbid(unsafe_code)]

use core::array;

/// How many items of more important classes were taken since each class was last served, or found empty when it was due.
pub(super) struct Turn<const C: usize>([usize; C]);

impl<const C: usize> Turn<C> {
    pub(super) const fn new() -> Self {
        Self([0; C])
    }

    /// The least important class before `before` that has been passed over by so many items.
    #[inline(always)]
    pub(super) fn due(&self, before: usize, bypass: usize) -> Option<usize> {
        self.0.iter().take(before).skip(1).rposition(|&passed| passed >= bypass).map(|found| found + 1)
    }

    /// An item of a class was taken.
    #[inline(always)]
    pub(super) fn served(&mut self, class: usize) {
        self.0 = array::from_fn(|of| match of {
            of if of < class => self.0[of],
            of if of == class => 0,
            of => self.0[of].saturating_add(1),
        });
    }

    /// A class that was due has nothing.
    pub(super) fn missed(&mut self, class: usize) {
        if let Some(passed) = self.0.get_mut(class) {
            *passed = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of classes that always have something, each is passed over by just as many as may be.
    #[test]
    fn each_class_has_its_turn() {
        for bypass in 1..6 {
            let mut turn = Turn::<4>::new();
            let mut passed = [0; 4];
            let mut most = [0; 4];
            for _ in 0..1000 {
                let class = turn.due(4, bypass).unwrap_or(0);
                turn.served(class);
                passed[class] = 0;
                for less in class + 1..4 {
                    passed[less] += 1;
                    most[less] = most[less].max(passed[less]);
                }
            }
            assert_eq!(most, [0, bypass, bypass, bypass]);
        }
    }

    #[test]
    fn a_class_that_has_nothing_loses_its_turn() {
        let mut turn = Turn::<3>::new();
        (0..2).for_each(|_| turn.served(0));
        assert_eq!((turn.due(3, 2), turn.due(2, 2), turn.due(1, 2), turn.due(3, 3)), (Some(2), Some(1), None, None));
        turn.missed(2);
        assert_eq!(turn.due(3, 2), Some(1));
        turn.served(1);
        assert_eq!(turn.due(3, 1), Some(2));
        assert_eq!(turn.due(3, 2), None);
    }
}

/// The first so many of what comes, and how many came beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept<E, const N: usize> {
    slots: [Option<E>; N],
    beyond: usize,
}

impl<E: Copy, const N: usize> Kept<E, N> {
    pub(crate) const fn new() -> Self {
        Self { slots: [None; N], beyond: 0 }
    }

    /// Keeps it, or counts it if there is no room.
    pub(crate) fn push(&mut self, entry: E) {
        if self.entry(|_| false, entry).is_none() {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &E> {
        self.slots.iter().flatten()
    }

    /// The first that is so, or a new one; `None` if there is no room for that.
    pub(crate) fn entry(&mut self, wanted: impl Fn(&E) -> bool, new: E) -> Option<&mut E> {
        let is_slot = |slot: &&mut Option<E>| slot.as_ref().is_none_or(&wanted); // those that are used come first
        self.slots.iter_mut().find(is_slot).map(|slot| slot.get_or_insert(new))
    }

    pub(crate) fn find(&mut self, wanted: impl Fn(&E) -> bool) -> Option<&mut E> {
        self.slots.iter_mut().flatten().find(|entry| wanted(entry))
    }

    pub(crate) const fn beyond(&self) -> usize {
        self.beyond
    }
}

impl<E, const N: usize> IntoIterator for Kept<E, N> {
    type Item = E;
    type IntoIter = core::iter::Flatten<core::array::IntoIter<Option<E>, N>>;

    fn into_iter(self) -> Self::IntoIter {
        self.slots.into_iter().flatten()
    }
}

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

    /// False if there is no room.
    pub(crate) fn push(&mut self, entry: E) -> bool {
        let slot = self.slots.iter_mut().find(|slot| slot.is_none());
        if slot.is_none() {
            self.beyond = self.beyond.saturating_add(1);
        }
        slot.map(|slot| *slot = Some(entry)).is_some()
    }

    /// Takes the first one out that is so; those behind it move up.
    pub(crate) fn take(&mut self, wanted: impl Fn(&E) -> bool) -> Option<E> {
        let mut behind = self.slots.iter_mut().skip_while(|slot| !slot.as_ref().is_some_and(&wanted));
        let mut hole = behind.next()?;
        let taken = hole.take();
        for slot in behind {
            core::mem::swap(hole, slot);
            hole = slot;
        }
        taken
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &E> {
        self.slots.iter().flatten()
    }

    pub(crate) fn find(&mut self, wanted: impl Fn(&E) -> bool) -> Option<&mut E> {
        self.slots.iter_mut().flatten().find(|entry| wanted(entry))
    }

    pub(crate) const fn beyond(&self) -> usize {
        self.beyond
    }
}

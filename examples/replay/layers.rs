//! `--layers`: the limits of one key, taken all or nothing.

use tollgate::Layered;
use tollgate::cell::HasShared;
use tollgate::layered::Level;
use tollgate::time::Ticks;

use crate::failure::Failure;
use crate::gate::{self, Fresh, FreshGate, Gate, Part};
use crate::limiter::Outcome;
use crate::spec::Layer;

/// Checks the settings of every level; no set of them can fail to be made after that.
pub fn fresh<T: HasShared>(layers: &[Layer]) -> Result<FreshGate, Failure> {
    let fresh = |layer: &Layer| gate::fresh(&layer.settings).map_err(|failure| failure.of_option(&layer.option()));
    let levels: Vec<Fresh<T>> = layers.iter().map(fresh).collect::<Result<_, _>>()?;
    Ok(Box::new(move || Box::new(Layers(levels.iter().map(|fresh| fresh()).collect()))))
}

struct Layers<T>(Vec<Box<dyn Part<T>>>);

impl<T: Ticks> Layers<T> {
    fn levels(&self) -> Vec<&dyn Part<T>> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

impl<T: Ticks> Gate for Layers<T> {
    fn acquire(&self, now: u64, cost: u64) -> Outcome {
        match Layered::new(self.levels().as_slice()).try_acquire(T::truncate(now), T::truncate(cost)) {
            Ok(admission) => {
                let delay = admission.delay().into();
                admission.forget(); // what it holds is given back by `release`
                Outcome::Admit { delay }
            }
            Err(refused) => gate::refused(refused),
        }
    }

    fn remaining(&self, now: u64) -> u64 {
        Layered::new(self.levels().as_slice()).tightest(T::truncate(now)).remaining.into()
    }

    fn held(&self) -> Option<u64> {
        self.0.iter().filter_map(|level| level.held()).min()
    }

    fn release(&self, cost: u64) -> Outcome {
        if self.held().is_none_or(|held| cost > held) {
            return Outcome::Error;
        }
        Layered::new(self.levels().as_slice()).release(T::truncate(cost), ());
        Outcome::Released
    }
}

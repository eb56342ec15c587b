//! What happens between two accesses to a table's cells, played out at each of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tollgate::Quota;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{StateCell, Unsync};
use tollgate::keyed::{Set, SipHash, Table};
use tollgate::time::Ticks;

const NOW: u64 = 1_000_000;

thread_local! {
    /// Accesses so far, and before which of them others come in.
    static ACCESSES: Cell<u32> = const { Cell::new(0) };
    static AT: Cell<u32> = const { Cell::new(u32::MAX) };
    static OTHERS: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// Lets others in before an access.
fn let_in(at: u32, others: impl FnOnce() + 'static) {
    ACCESSES.set(0);
    AT.set(at);
    OTHERS.with(|slot| *slot.borrow_mut() = Some(Box::new(others)));
}

fn let_nobody_in() {
    AT.set(u32::MAX);
    OTHERS.with(|slot| *slot.borrow_mut() = None);
}

/// A word whose load and compare-exchange are two accesses, as an atomic's are.
struct Contested(Cell<u64>);

impl Contested {
    fn fresh() -> Self {
        Self(Cell::new(u64::FRESH))
    }

    fn access(&self) -> &Cell<u64> {
        let access = ACCESSES.replace(ACCESSES.get() + 1);
        if access == AT.get() {
            let others = OTHERS.with(|slot| slot.borrow_mut().take());
            if let Some(others) = others {
                others();
            }
        }
        &self.0
    }
}

impl StateCell<u64> for Contested {
    fn load(&self) -> u64 {
        self.access().get()
    }

    fn update<R>(&self, mut step: impl FnMut(u64) -> (Option<u64>, R)) -> R {
        loop {
            let seen = self.load();
            let (state, answer) = step(seen);
            let Some(state) = state else { return answer };
            if self.replace(seen, state) {
                return answer;
            }
        }
    }

    fn load_ordered(&self) -> u64 {
        self.load()
    }

    fn replace(&self, seen: u64, state: u64) -> bool {
        let word = self.access();
        let is_seen = word.get() == seen;
        if is_seen {
            word.set(state);
        }
        is_seen
    }

    fn replace_ordered(&self, seen: u64, state: u64) -> bool {
        self.replace(seen, state)
    }
}

type Contest = Table<TokenBucket<u64>, Vec<Set<u64, Contested>>, SipHash, 2>;

fn table(rules: [TokenBucket<u64>; 2]) -> Rc<Contest> {
    let cells = [(); 3].map(|()| Contested::fresh());
    Rc::new(Table::from_parts(vec![Set::in_cells(Contested::fresh)], rules, SipHash::new([3, 4]), cells))
}

/// Whoever takes a slot has read whose it is; then it goes to a key of the other class, which spends all it has.
#[test]
fn a_key_is_never_judged_by_the_class_of_the_one_that_had_its_slot_before() {
    let slow = TokenBucket::<u64>::new(Quota::per(1, 1_000).burst(10));
    let fast = TokenBucket::<u64>::new(Quota::per(7, 10).burst(7));
    for (rules, burst) in [([slow, fast], 10), ([fast, slow], 7)] {
        for (first, second) in (0..120).flat_map(|first| (0..30).map(move |second| (first, second))) {
            let table = table(rules);
            for other in ["x", "y", "z"] {
                assert!(table.key(other).of_class(1).unwrap().try_acquire(NOW, 5).is_ok());
            }
            assert!(table.key("old").of_class(1).unwrap().try_acquire(NOW - 500_000, 1).is_ok());
            let admitted = Rc::new(Cell::new(0));
            let spend = {
                let (table, admitted) = (table.clone(), admitted.clone());
                move || {
                    while table.try_acquire("active", NOW, 1).is_ok() {
                        admitted.set(admitted.get() + 1);
                    }
                }
            };
            let (others, again) = (table.clone(), spend.clone());
            let meanwhile = spend.clone();
            let_in(first, move || {
                meanwhile();
                others.key("x").of_class(1).unwrap().remove(); // room elsewhere
                let_in(second, again);
            });
            let _ = table.try_acquire("new", NOW, 1);
            let_nobody_in();
            let _ = table.try_acquire("z", NOW, 1);
            spend();
            assert!(admitted.get() <= burst, "{} of {burst}, others at {first} and {second}", admitted.get());
        }
    }
}

/// Invented keys from a thread that has read the clock a little earlier.
#[test]
fn a_late_reading_of_other_keys_gives_a_spent_key_nothing_back() {
    for lag in 1..=10 {
        let rule = TokenBucket::<u64>::new(Quota::per(1, 1).burst(10));
        let table = Table::over(vec![Set::<u64, Unsync<u64>>::fresh()], [rule], SipHash::new([1, 2]));
        for other in ["x", "y", "z"] {
            assert!(table.try_acquire(other, NOW, 10).is_ok());
        }
        let mut admitted = 0;
        for invented in 0..200_u32 {
            while table.try_acquire("active", NOW, 1).is_ok() {
                admitted += 1;
            }
            assert!(table.try_acquire(&invented, NOW - lag, 1).is_err());
            table.refresh(NOW - lag);
        }
        assert_eq!(admitted, 10, "{lag} ticks late");
    }
}

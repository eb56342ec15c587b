//! A limiter shared by `&self` with an interrupt admits exactly its capacity.
//!
//! Twice: with a timer that strikes whenever it likes, and with an interrupt placed where it hurts most, between the
//! reading of a state and its writing. There a cell that cannot be shared does admit too much, or the test would prove nothing.

use core::cell::Cell;

use cortex_m::peripheral::{Peripherals, SCB, syst::SystClkSource};
use cortex_m_rt::exception;
use critical_section::Mutex;
use portable_atomic::{AtomicU32, Ordering::Relaxed};
use tollgate::algorithm;
use tollgate::cell::{Atomic32, CriticalSection, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Quota, TokenBucket};

const CAPACITY: u32 = 10_000;
const NOW: u32 = 0;

/// Admissions and denials of the interrupt.
static ADMITTED: AtomicU32 = AtomicU32::new(0);
static DENIED: AtomicU32 = AtomicU32::new(0);

/// What the interrupt asks.
static ASK: Mutex<Cell<fn() -> bool>> = Mutex::new(Cell::new(|| false));

pub fn run_all(run: fn(&str, fn())) {
    run("a_timer_and_the_main_loop_share_an_atomic_limiter", || with_timer(|| SHARED_32.try_acquire(NOW, 1).is_ok()));
    run("a_timer_and_the_main_loop_share_a_critical_section", || {
        with_timer(|| SHARED_64.try_acquire(NOW.into(), 1).is_ok());
    });
    run("an_interrupt_inside_an_atomic_update_takes_no_unit_twice", || {
        assert_eq!(inside_update(|| ask(&ATOMIC), || ask(&ATOMIC.0)), CAPACITY);
    });
    run("an_interrupt_inside_a_critical_section_takes_no_unit_twice", || {
        assert_eq!(inside_update(|| ask(&SECTION), || ask(&SECTION.0)), CAPACITY);
    });
    run("an_interrupt_inside_an_unsynchronised_update_does_take_units_twice", || {
        assert!(inside_update(|| ask(&RACY), || ask(&RACY.0)) > CAPACITY);
    });
}

static SHARED_32: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 1).burst(CAPACITY));
static SHARED_64: TokenBucket<u64> = TokenBucket::<u64>::new(Quota::per(1, 1).burst(CAPACITY as u64));

/// Takes units in the main loop and in a timer interrupt until both are denied.
fn with_timer(ask: fn() -> bool) {
    interrupt_asks(ask);
    // SAFETY: nothing else of this program uses the peripherals.
    let mut timer = unsafe { Peripherals::steal() }.SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(2_000);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();

    while ADMITTED.load(Relaxed) == 0 {}
    let mut main = 0;
    while ask() {
        main += 1;
    }
    while DENIED.load(Relaxed) == 0 {}
    timer.disable_interrupt();

    assert!(main > 0, "the main loop got nothing");
    assert_eq!(main + ADMITTED.load(Relaxed), CAPACITY);
}

const RULE: algorithm::TokenBucket<u32> = algorithm::TokenBucket::<u32>::new(Quota::per(1, 1).burst(CAPACITY));

static ATOMIC: Struck<Atomic32> = Struck(Atomic32::fresh());
static SECTION: Struck<CriticalSection<u32>> = Struck(CriticalSection::fresh());
static RACY: Struck<Racy> = Struck(Racy(Unsync::fresh()));

fn ask(cell: &impl StateCell<u32>) -> bool {
    RULE.over(cell).try_acquire(NOW, 1).is_ok()
}

/// Takes units until there are none, an interrupt taking one inside each update; returns how many both took.
fn inside_update(main_asks: fn() -> bool, asks: fn() -> bool) -> u32 {
    interrupt_asks(asks);
    let mut main = 0;
    while main_asks() {
        main += 1;
    }
    let interrupt = ADMITTED.load(Relaxed);
    assert!(main > 0 && interrupt > 0, "{main} admitted by the main loop, {interrupt} by the interrupt");
    main + interrupt
}

/// A cell in whose update an interrupt strikes, once, after the state has been read and before it is written.
struct Struck<C>(C);

impl<T: Ticks, C: StateCell<T>> StateCell<T> for Struck<C> {
    fn load(&self) -> T {
        self.0.load()
    }

    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        let mut struck = false;
        self.0.update(|state| {
            let step = step(state);
            if !struck {
                struck = true;
                SCB::set_pendsv();
                cortex_m::asm::isb(); // taken here, unless interrupts are held off
            }
            step
        })
    }
}

/// A cell for one context that claims to be fit for sharing.
struct Racy(Unsync<u32>);

// SAFETY: there is one core, and a plain load or store of a word is never torn; losing updates is what it is for.
unsafe impl Sync for Racy {}

impl StateCell<u32> for Racy {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update(step)
    }
}

fn interrupt_asks(ask: fn() -> bool) {
    ADMITTED.store(0, Relaxed);
    DENIED.store(0, Relaxed);
    critical_section::with(|section| ASK.borrow(section).set(ask));
}

fn interrupt() {
    let ask = critical_section::with(|section| ASK.borrow(section).get());
    let answers = if ask() { &ADMITTED } else { &DENIED };
    answers.fetch_add(1, Relaxed);
}

#[exception]
fn SysTick() {
    interrupt();
}

#[exception]
fn PendSV() {
    interrupt();
}

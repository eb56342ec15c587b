//! Every public type can be logged. What they say is tested in `tests/defmt_log`, which takes a logger.
//!
//!     cargo test --all-features --test adapter_defmt
//!     cargo test --manifest-path tests/defmt_log/Cargo.toml

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tollgate::adapter::fugit::Timed;
use tollgate::adapter::waiting::{Patience, Retry};
use tollgate::adapter::{embedded_hal, embedded_hal_async};
use tollgate::algorithm::tat::Verdict;
use tollgate::algorithm::{
    self, Charge, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, Step, TokenBucket,
};
use tollgate::cell::{Atomic32, Atomic64, CriticalSection, NoSharedCell, Unsync};
use tollgate::client::{
    Backoff, BackoffError, BackoffSettings, BreakerError, BreakerSettings, BreakerState, Call, CircuitBreaker,
    ForcedOpen, GaveUp, Handle, Jitter, Job, Next, NoneWaiting, NotBegun, Outcome, Pacer, Poll, QueueFull, Queued,
    RequestQueue, Seeded, ServerWait, Trend, UsageError, UsageWarning, UsageWatch,
};
use tollgate::concurrency::{
    ConcurrencyError, ConcurrencyLimit, Lease, LeaseLost, LeasedConcurrency, LeasedPermit, Permit, ReleaseError,
};
use tollgate::decision::{Busy, Denied, Forced, Grant, LevelError, Never, NotYet, Reservation};
use tollgate::http::structured::{self, Bare, Dictionary, List, Member, Parameters, Text, TextError};
use tollgate::http::{
    self, Budget, CallLimit, Header, HttpDate, Listed, Number, Policy, Prefix, Reason, Report, Reported, Reset,
    RetryAfter, Timestamp, Trio, Value,
};
use tollgate::keyed::{
    self, ClassError, Full, HalfLine, Inline, Key, KeyCell, KeyedLimits, LimitSlot, Set, SipHash, SipHasher, Slot,
    TableFull, Usage, WholeLine,
};
use tollgate::layered::{Admission, Admitted, Class, Costing, Layered, Refused, Request, ShareError, Tightest};
use tollgate::lease::{Drawn, RateLease, Spent, Terms, TermsError, Unused};
use tollgate::penalty::{Penalty, PenaltyError, PenaltyRule, WaitingPeriod};
use tollgate::profiles::{Full as TooFew, Headers, Refusal, clover, conecto, haravan};
use tollgate::quota::{Quota, QuotaError, Rate, Window};
use tollgate::{
    Adjustable, BucketedWindow, Capped, ChangeError, Keyed, Limiter, RollingWindow, SnapshotError, SuppressionCount,
    time::{TickLength, TickLengthError, Ticks},
};

const fn needs_format<T: defmt::Format>() {}

/// The names of types, each proved to have `Format` in both widths.
macro_rules! names {
    ($($name:ident $(<$($argument:ident),+>)?)*) => {{
        #[allow(dead_code)] // that it compiles is the proof
        const fn for_ticks<T: Ticks, R: defmt::Format, A: defmt::Format, C: defmt::Format>() {
            $(needs_format::<$name $(<$($argument),+>)?>();)*
        }
        [$(stringify!($name)),*]
    }};
}

#[test]
fn every_public_type_has_format() {
    let mut with_format = BTreeSet::from(names! {
        Quota<T> QuotaError Rate<T> Window<T>
        Grant<T> Denied<T> NotYet<T> Busy Never<T> Reservation<T> Forced<T> LevelError<T>
        Step<T, R> Verdict<T> TokenBucket<T> LeakyBucket<T> LeakyQueue<T>
        FixedWindow<T> FirstRequestWindow<T> SlidingWindow<T>
        Limiter<A, C> Unsync<T> Atomic32 Atomic64 CriticalSection<T> NoSharedCell
        Lease<T> LeaseLost<T> ReleaseError ConcurrencyError
        Charge<T> Admitted<T, R> Request<T> Tightest<T> Refused<T> Class ShareError Layered<A> Costing<T, A>
        SnapshotError ChangeError
        WaitingPeriod<T> PenaltyRule<T> PenaltyError
        Drawn<T> Unused<T> Spent<T> Terms<T> TermsError
        Usage<T> Full<A> ClassError Slot<C> HalfLine WholeLine SipHash SipHasher TableFull
        TickLength TickLengthError Patience<T> Retry<T>
        Header<R> Value Budget CallLimit HttpDate Prefix Reason Reset RetryAfter Timestamp Trio TextError
        Poll<T, R>
        Headers Refusal<A> BackoffPolicy
        Jitter BackoffSettings<T> BackoffError Backoff<T> ServerWait<T> GaveUp<T> Seeded
        BreakerSettings<T> BreakerError BreakerState CircuitBreaker<T> Call Outcome NotBegun<T> ForcedOpen
        Pacer<T> UsageWatch<T> UsageError UsageWarning<T> Trend
        Job<R, A, T> QueueFull<R, A, T> Handle Next<T, R> NoneWaiting
    });
    needs_format::<(Number<'static>, Policy<'static>, http::State<'static>, Listed<'static, Policy<'static>>)>();
    needs_format::<(Report<'static>, Reported<'static>, http::Ignored<'static>)>();
    needs_format::<(Text<'static>, structured::Bytes<'static>, Bare<'static>, Parameters<'static>)>();
    needs_format::<(Member<'static>, List<'static>, Dictionary<'static>)>();
    with_format.extend(["Number", "Policy", "State", "Listed", "Report", "Reported", "Ignored"]);
    with_format.extend(["Text", "Bytes", "Bare", "Parameters", "Member", "List", "Dictionary"]);
    needs_format::<Admission<u32, &'static ConcurrencyLimit>>();
    with_format.insert("Admission");
    needs_format::<(ConcurrencyLimit, Permit<'static>)>();
    needs_format::<(LeasedConcurrency<u32, 4>, LeasedPermit<'static, u64, 4>)>();
    with_format.extend(["ConcurrencyLimit", "Permit", "LeasedConcurrency", "LeasedPermit"]);
    needs_format::<(RollingWindow<u32, 4>, BucketedWindow<u64, 4>, algorithm::BucketedWindow<u32, 4>)>();
    with_format.extend(["RollingWindow", "BucketedWindow"]);
    needs_format::<(Adjustable<TokenBucket<u32>>, Capped<RollingWindow<u64, 4>>)>();
    with_format.extend(["Adjustable", "Capped"]);
    needs_format::<(Penalty<ConcurrencyLimit, u32>, Penalty<ConcurrencyLimit, u64>, SuppressionCount<ConcurrencyLimit>)>(
    );
    with_format.extend(["Penalty", "SuppressionCount"]);
    needs_format::<(Keyed<TokenBucket<u32>, 4>, Key<'static, LeakyQueue<u64>, Inline<u64, 4>, SipHash, 2>, Set<u32>)>();
    needs_format::<(keyed::Admitted<u32>, keyed::Refused<u64>)>(); // of the same names as those of layers
    needs_format::<KeyCell<'static, TokenBucket<u32>, Inline<u32, 4>, SipHash, 1>>();
    with_format.extend(["Table", "Key", "KeyCell", "Inline", "Set"]);
    needs_format::<(KeyedLimits<u32, ConcurrencyLimit, 4>, LimitSlot<u64, RollingWindow<u64, 4>>)>();
    with_format.extend(["LimitTable", "LimitSlot"]);
    needs_format::<RateLease<'static, RollingWindow<u32, 4>>>();
    needs_format::<(embedded_hal::Waiter<(), ()>, embedded_hal_async::Waiter<(), ()>)>();
    with_format.extend(["RateLease", "Waiter"]);
    needs_format::<(TooFew, clover::Level, clover::Limited<u32>, clover::Caps, clover::Policy, clover::PolicyError)>();
    needs_format::<(clover::App<u32>, clover::Token<u64>, clover::NotReleased)>();
    needs_format::<clover::Admission<'static, u32, 50, 16, Atomic32, Atomic32>>();
    needs_format::<clover::InlineApps<u64, 1, 1>>();
    with_format.extend(["Level", "Limited", "Caps", "Policy", "PolicyError", "App", "Token", "NotReleased", "Apps"]);
    needs_format::<(conecto::Rule<'static>, conecto::RuleError, conecto::Policy<'static>, conecto::PolicyError)>();
    needs_format::<(conecto::Choice<'static>, conecto::Resource<'static>, conecto::Budget<u32, 4>)>();
    needs_format::<(conecto::Limited<u64>, conecto::Body, conecto::BodyTooLong, conecto::ClientError)>();
    needs_format::<(conecto::Admitted, conecto::InlineClients<u32, 1, 1>)>();
    with_format.extend(["Rule", "RuleError", "Choice", "Resource", "Budget", "Body", "BodyTooLong", "ClientError"]);
    needs_format::<(haravan::Policy, haravan::Shop<u32>, haravan::Admitted, haravan::Limited<u32>)>();
    needs_format::<haravan::InlineShops<u64, 4>>();
    with_format.extend(["Clients", "Shop", "Shops"]);
    needs_format::<(RequestQueue<String, u8, u32, 4>, Queued<'static, String, u8>)>();
    with_format.extend(["RequestQueue", "Queued"]);
    needs_format::<Timed<Quota<u32>, 1, 1_000>>();

    let mut declared = BTreeSet::new();
    collect_types(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut declared);
    assert!(declared.remove("Timed"), "the search finds what there is");
    assert!(declared.remove("$cell"), "the atomics, which a macro declares");
    for name in &declared {
        assert!(with_format.contains(name.as_str()), "{name} is public: give it defmt::Format in src/adapter/defmt");
    }
    assert_eq!(declared.len() + ["Atomic32", "Atomic64"].len(), with_format.len(), "a type listed here is gone");
}

/// The names after `pub struct` and `pub enum` in all files below `folder`.
fn collect_types(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_types(&path, names);
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines().map(str::trim_start) {
            let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name =
                declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '$' && c != '_').next());
            names.extend(name.map(str::to_owned));
        }
    }
}

//! The machines of a client, on both widths, with nothing known at compile time.

use tollgate::Quota;
use tollgate::client::{
    Backoff, BackoffSettings, BreakerSettings, BreakerState, CircuitBreaker, GaveUp, Handle, Jitter, Job, Next,
    Outcome, Pacer, Poll, RequestQueue, Seeded, ServerWait, Trend, UsageWarning, UsageWatch,
};

type Queue<T> = RequestQueue<[u8; 16], u8, T, 12>;

macro_rules! on_both_widths {
    ($($ticks:ident)*) => {$(
        entry!(operation try_new Backoff $ticks Option<Backoff<$ticks>>, bool: |backoff, base, factor, cap| {
            let settings = BackoffSettings::exponential(base, factor, cap).attempts(factor as u32).pause(base);
            *backoff = Backoff::try_new(settings.unreadable(cap).longest_server_wait(base)).ok();
            backoff.is_some()
        });
        entry!(operation jitter Backoff $ticks (Jitter, Option<Backoff<$ticks>>), bool: |(jitter, backoff), base, factor, cap| {
            *backoff = Backoff::try_new(BackoffSettings::exponential(base, factor, cap).jitter(*jitter)).ok();
            backoff.is_some()
        });
        entry!(operation on_failure Backoff $ticks (Backoff<$ticks>, Seeded, ServerWait<$ticks>), Poll<$ticks, GaveUp<$ticks>>:
            |(backoff, random, server), now, _, _| backoff.on_failure(now, *server, || random.draw()));
        entry!(operation stuck_source Backoff $ticks Backoff<$ticks>, Poll<$ticks, GaveUp<$ticks>>:
            |backoff, now, wait, bits| backoff.on_failure(now, ServerWait::After(wait), || u64::from(bits)));
        entry!(operation poll Backoff $ticks Backoff<$ticks>, Poll<$ticks, GaveUp<$ticks>>: |backoff, now, _, _| {
            backoff.on_success();
            backoff.poll(now)
        });

        entry!(operation try_new CircuitBreaker $ticks Option<CircuitBreaker<$ticks>>, bool: |breaker, open, factor, cap| {
            let settings = BreakerSettings::after(factor as u32, open).times(factor, cap).probe_time(open);
            let settings = settings.or_share(cap as u8, factor as u8).probes(open as u32, cap as u32);
            *breaker = CircuitBreaker::try_new(settings).ok();
            breaker.is_some()
        });
        entry!(operation call CircuitBreaker $ticks (CircuitBreaker<$ticks>, Outcome), Option<$ticks>:
            |(breaker, outcome), now, later, _| match breaker.try_begin(now) {
                Ok(call) => {
                    breaker.end(later, call, *outcome);
                    None
                }
                Err(refused) => refused.retry_after(),
            });
        entry!(operation state CircuitBreaker $ticks CircuitBreaker<$ticks>, (BreakerState, Option<$ticks>): |breaker, now, force, _| {
            match force {
                0 => breaker.force_open(),
                1 => breaker.force_closed(),
                2 => breaker.release(),
                _ => {}
            }
            (breaker.state(now), breaker.poll(now).wait())
        });

        entry!(operation try_new Pacer $ticks Option<Pacer<$ticks>>, Option<$ticks>: |pacer, limit, period, burst| {
            *pacer = Pacer::try_bursting(Quota::per(limit, period).burst(burst)).ok();
            Some(pacer.as_ref()?.interval())
        });
        entry!(operation take Pacer $ticks Pacer<$ticks>, (Poll<$ticks>, Poll<$ticks>): |pacer, now, later, _| {
            (pacer.poll(now), pacer.take(later))
        });
        entry!(operation spread Pacer $ticks Pacer<$ticks>, bool: |pacer, now, remaining, reset| {
            pacer.spread(now, remaining, reset).is_ok()
        });
        entry!(operation slow_down Pacer $ticks Pacer<$ticks>, bool: |pacer, now, remaining, reset| {
            pacer.slow_down(now, remaining, reset).is_ok_and(|slower| slower)
        });
        entry!(operation resume Pacer $ticks Pacer<$ticks>, Quota<$ticks>: |pacer, now, _, _| {
            pacer.resume(now);
            pacer.quota()
        });

        entry!(operation push RequestQueue $ticks Queue<$ticks>, Option<Handle>: |queue, now, priority, within| {
            let job = Job::new(within as u8, [priority as u8; 16]).priority(priority as u8).within(within);
            queue.push(now, job).ok()
        });
        entry!(operation poll RequestQueue $ticks Queue<$ticks>, Next<$ticks, u8>: |queue, now, wait, refused| {
            queue.poll(now, |&endpoint| match endpoint {
                0 => Poll::Ready,
                _ if refused == now => Poll::Refused(endpoint),
                _ => Poll::Wait(wait),
            })
        });
        entry!(operation begin RequestQueue $ticks (Queue<$ticks>, Handle), Option<[u8; 16]>: |(queue, handle), now, _, _| {
            if now == 0 && queue.put_back(*handle) {
                queue.put_back_all();
            }
            queue.begin(*handle).copied()
        });
        entry!(operation take RequestQueue $ticks (Queue<$ticks>, Handle), Option<[u8; 16]>: |(queue, handle), now, _, _| {
            if now == 0 { queue.cancel(*handle) } else { queue.take(*handle) }
        });
        entry!(operation look RequestQueue $ticks (Queue<$ticks>, Handle), Option<usize>: |(queue, handle), _, _, _| {
            let queued = queue.get(*handle)?;
            let on_their_way = queue.iter().filter(|queued| queued.is_on_its_way()).count();
            Some(usize::from(queued.priority()) + on_their_way + queue.len() + usize::from(queue.is_full()))
        });

        entry!(operation observe UsageWatch $ticks (UsageWatch<$ticks>, u64), Option<UsageWarning<$ticks>>:
            |(watch, limit), now, remaining, _| {
                watch.hit();
                watch.observe(now, *limit, remaining.into())
            });
        entry!(operation exhausted_in UsageWatch $ticks UsageWatch<$ticks>, (Option<$ticks>, Option<Trend>):
            |watch, now, _, _| (watch.exhausted_in(now), watch.trend()));
        entry!(operation try_new UsageWatch $ticks Option<UsageWatch<$ticks>>, bool: |watch, percent, _, _| {
            *watch = UsageWatch::try_new(percent as u8).ok();
            watch.is_some()
        });
    )*};
}

on_both_widths! { u32 u64 }

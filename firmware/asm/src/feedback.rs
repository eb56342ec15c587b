//! What a client does with the responses of a server, on both widths.

use core::time::Duration;

use tollgate::Quota;
use tollgate::client::{Blocked, Feedback, Holds, Learned, Mirror, NoWait, Poll, Reading, Response, ServerTime, Trust};
use tollgate::decision::Never;
use tollgate::http::Report;
use tollgate::time::TickLength;

macro_rules! on_both_widths {
    ($($ticks:ident)*) => {$(
        entry!(operation send Feedback $ticks Feedback<$ticks, 4>, Result<$ticks, Blocked<$ticks>>:
            |feedback, now, cost, _| feedback.send(now, cost).map(|sent| sent.mark()));
        entry!(operation poll Feedback $ticks Feedback<$ticks, 4>, Poll<$ticks, Never<$ticks>>:
            |feedback, now, cost, _| feedback.poll(now, cost));
        entry!(operation hold Feedback $ticks Feedback<$ticks, 1>, $ticks: |feedback, now, ticks, _| {
            feedback.hold(now, ticks);
            feedback.held_for()
        });
        entry!(operation observe Feedback $ticks Feedback<$ticks, 2>, Option<Learned<$ticks>>: |feedback, now, wait, count| {
            let sent = feedback.send(now, count).ok()?;
            let name = if count > wait { None } else { Some(&b"tokenLimit"[..]) };
            let (limit, reset) = (Some(count), Some(wait));
            let readings = [
                Reading { name, limit, remaining: limit, reset, is_refusing: wait > now, ..Reading::NOTHING },
                Reading { used: Some(wait), period: Some(now), reset, ..Reading::NOTHING },
            ];
            let response = if wait > now { Response::refusing(sent).waiting(wait) } else { Response::to(sent) };
            Some(feedback.observe(now, &response, readings))
        });
        entry!(operation levels Feedback $ticks Feedback<$ticks, 2>, [Option<$ticks>; 4]: |feedback, now, _, _| {
            let [level, _] = feedback.levels();
            [level.limit(), level.remaining(now), level.told_limit(), Some(level.level(now))]
        });
        entry!(operation report Feedback $ticks (Feedback<$ticks, 2>, ServerTime, [u8; 64]), Option<Learned<$ticks>>:
            |(feedback, time, line), now, cost, status| {
                let sent = feedback.send(now, cost).ok()?;
                let (name, value) = line.split_at_checked(20)?;
                let report = Report::read([(name, value), (value, name)]);
                let wall = Some(Duration::from_secs(cost.into()));
                Some(feedback.observe_report(now, sent, status as u16, &report, time, wall))
            });
        entry!(operation until ServerTime $ticks ServerTime, Result<$ticks, NoWait>: |time, date, wall, until| {
            let [date, wall, until] = [date, wall, until].map(|seconds| Duration::from_secs(seconds.into()));
            time.read(Some(date), Some(wall));
            time.read(None, Some(wall));
            time.forget_skew();
            time.read(None, time.seconds().map(Duration::from_secs));
            time.until(until)
        });
        entry!(operation try_new Feedback $ticks (), Option<Feedback<$ticks, 2>>: |_, limit, period, longest| {
            let quota = Quota::per(limit, period);
            let levels = [Mirror::try_bucket("calls", quota).ok()?, Mirror::try_window("calls", quota).ok()?];
            let holds = Holds::<$ticks>::try_new(limit, longest).ok()?;
            let _ = ServerTime::new(TickLength::try_of_hz(1_000).ok()?);
            Some(Feedback::new(levels, holds).trusting(Trust::Server))
        });
    )*};
}

on_both_widths!(u32 u64);

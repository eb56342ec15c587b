//! The parsers of headers, on bytes nobody has looked at, and their writers.

use core::fmt::{self, Write};
use core::time::Duration;

use tollgate::http::structured::{Bytes, Dictionary, List, Text};
use tollgate::http::{
    Budget, CallLimit, Header, HttpDate, Listed, Number, Policy, Prefix, Reason, Report, Reset, RetryAfter, State,
    Timestamp, Trio, Value, count,
};
use tollgate::time::TickLength;

type Bytes8 = &'static [u8];

entry!(operation parse Number u32 Bytes8, Result<Duration, Reason>: |value, _, _, _| {
    Number::parse(value).and_then(|number| Ok(number.seconds()?.max(number.milliseconds()?)))
});
entry!(operation parse count u32 Bytes8, Result<u64, Reason>: |value, _, _, _| count(value));
entry!(operation parse Reset u32 Bytes8, Result<Reset, Reason>: |value, _, _, _| Reset::parse(value));
entry!(operation parse HttpDate u64 Bytes8, Result<HttpDate, Reason>: |value, now, _, _| {
    HttpDate::parse_at(value, HttpDate::from_seconds(now))
});
entry!(operation parse RetryAfter u64 Bytes8, Result<Duration, Reason>: |value, now, _, _| {
    let now = HttpDate::from_seconds(now);
    RetryAfter::parse_at(value, now).map(|wait| wait.wait(now))
});
entry!(operation parse CallLimit u32 Bytes8, Result<u64, Reason>: |value, _, _, _| {
    CallLimit::parse(value).map(|level| level.remaining())
});
entry!(operation parse Policy u32 Bytes8, Result<u64, Reason>: |value, _, _, _| {
    Ok(Policy::parse_list(value)?.flatten().map(|policy| policy.quota()).fold(0, u64::max))
});
entry!(operation parse State u32 Bytes8, Result<u64, Reason>: |value, _, _, _| {
    Ok(State::parse_list(value)?.flatten().map(|state| state.remaining()).fold(0, u64::max))
});
entry!(operation parse Budget u32 Bytes8, Result<Budget, Reason>: |value, _, _, _| Budget::parse(value));
entry!(operation parse List u32 Bytes8, Result<usize, Reason>: |value, _, _, _| {
    Ok(List::parse(value)?.members().map(|member| member.parameters().iter().count()).sum())
});
entry!(operation parse Dictionary u32 Bytes8, Result<bool, Reason>: |value, _, _, _| {
    Ok(Dictionary::parse(value)?.get(value).is_some())
});
entry!(operation read Report u32 &'static [(Bytes8, Bytes8)], Report<'static>: |head, _, _, _| Report::read(head.iter().copied()));

/// Where a line is written to.
struct Line {
    bytes: [u8; 128],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let room = room.get_mut(..text.len()).ok_or(fmt::Error)?;
        room.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        self.len = self.len.saturating_add(text.len());
        Ok(())
    }
}

fn text(bytes: &mut Bytes8) -> Text<'static> {
    core::str::from_utf8(bytes).ok().and_then(|text| Text::try_new(text).ok()).unwrap_or(Text::new("default"))
}

macro_rules! writers {
    ($($ticks:ident)*) => {$(
        entry!(operation wait_seconds Value $ticks (Line, TickLength), fmt::Result: |(line, length), ticks, _, _| {
            write!(line, "{}", Header::new("Retry-After", Value::wait_seconds(ticks, *length)))
        });
        entry!(operation wait_tenths Value $ticks (Line, TickLength), fmt::Result: |(line, length), ticks, _, _| {
            write!(line, "{}", Header::new("Retry-After", Value::wait_tenths(ticks, *length)))
        });
        entry!(operation wait_until Value $ticks (Line, TickLength, Duration), fmt::Result: |(line, length, now), ticks, _, _| {
            write!(line, "{}", Header::new("Retry-After", Value::wait_until(*now, ticks, *length)))
        });
        entry!(operation epoch Value $ticks (Line, TickLength, Duration), fmt::Result: |(line, length, now), ticks, later, _| {
            write!(line, "{}", Value::epoch_seconds(*now, ticks, *length))?;
            write!(line, "{}", Value::epoch_millis(*now, later, *length))
        });
    )*};
}

writers! { u32 u64 }

entry!(operation write CallLimit u64 Line, fmt::Result: |line, used, size, _| {
    write!(line, "{}{}", Value::UsedOf { used, size }, CallLimit { used, size })
});
entry!(operation write Timestamp u64 Line, fmt::Result: |line, now, _, _| write!(line, "{}", Timestamp::from_millis(now)));
entry!(operation write Trio u64 Line, fmt::Result: |line, limit, remaining, reset| {
    let trio = Trio::new(limit, remaining).reset(Value::Count(reset));
    trio.headers(Prefix::XRateLimit).try_for_each(|header| write!(line, "{header}"))
});
entry!(operation write Budget u64 Line, fmt::Result: |line, limit, remaining, reset| {
    write!(line, "{}", Budget { limit: Some(limit), remaining: Some(remaining), reset: Some(reset) })
});
entry!(operation write Policy u64 (Line, Bytes8), fmt::Result: |(line, name), quota, window, _| {
    let policy = Policy::named(text(name), quota).per_seconds(window).in_units(text(name)).of_partition(Bytes::new(name));
    write!(line, "{}", Listed(&[policy, Policy::unnamed(quota)]))
});
entry!(operation write State u64 (Line, Bytes8), fmt::Result: |(line, name), remaining, ticks, _| {
    let state = State::new(text(name), remaining).after(ticks, TickLength::MILLISECOND).of_partition(Bytes::new(name));
    write!(line, "{}", Listed(&[state]))
});
entry!(operation write Reason u32 (Line, &'static [(Bytes8, Bytes8)]), fmt::Result: |(line, head), _, _, _| {
    Report::read(head.iter().copied()).ignored().try_for_each(|ignored| write!(line, "{ignored}"))
});

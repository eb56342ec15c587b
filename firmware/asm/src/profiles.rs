//! The policies of the three APIs: what decides, and what writes the answers.

use core::fmt::{self, Write};

use tollgate::keyed::{LimitSlot, SipHash};
use tollgate::profiles::clover::{self, App, Apps, NotReleased, Token};
use tollgate::profiles::conecto::{self, Budget, ClientError, Clients, Policy, Rule, RuleError, client_id};
use tollgate::profiles::haravan::{self, InlineShops, Shop};
use tollgate::profiles::{Answer, Refusal};
use tollgate::time::{TickLength, Ticks};

use crate::http::Line;

type Slots<T, L> = &'static [LimitSlot<T, L>];
type AllApps<T> = Apps<T, Slots<T, App<T>>, Slots<T, Token<T>>, SipHash>;
type AllClients<T> = Clients<'static, T, Slots<T, Budget<T, 500>>, Slots<T, Budget<T, 100>>, SipHash>;

fn write_head<T: Ticks>(line: &mut Line, answer: &impl Answer<T>, tick: TickLength) -> fmt::Result {
    answer.headers(tick).try_for_each(|header| write!(line, "{header}"))
}

macro_rules! profiles {
    ($($ticks:ident)*) => {$(
        entry!(operation ask App $ticks (App<$ticks>, Token<$ticks>), Result<(), clover::Limited<$ticks>>: |(app, token), now, _, _| {
            app.try_acquire(token, now).map(drop)
        });
        entry!(operation forget App $ticks (App<$ticks>, Token<$ticks>), bool: |(app, token), now, _, _| {
            let admitted = app.try_acquire(token, now).map(|admission| admission.forget()).is_ok();
            app.release(token).is_ok() && admitted
        });
        entry!(operation withdraw App $ticks (App<$ticks>, Token<$ticks>), (): |(app, token), now, later, _| {
            if let Ok(admission) = app.try_acquire(token, now) {
                admission.withdraw(later);
            }
        });
        entry!(operation ask Apps $ticks AllApps<$ticks>, Result<(), Refusal<clover::Limited<$ticks>>>: |apps, now, app, token| {
            apps.try_acquire(&app, &token, now).map(drop)
        });
        entry!(operation release Apps $ticks AllApps<$ticks>, Result<(), NotReleased>: |apps, now, app, token| {
            apps.refresh(now);
            apps.release(&app, &token)
        });
        entry!(operation ask Clients $ticks
            (AllClients<$ticks>, [&'static str; 3]), Result<conecto::Admitted, Refusal<conecto::Limited<$ticks>>>:
            |(clients, [client, method, path]), now, _, _| clients.try_acquire(*client, method, path, now)
        );
        entry!(operation ask Shops $ticks InlineShops<$ticks, 16>, Result<haravan::Admitted, Refusal<haravan::Limited<$ticks>>>:
            |shops, now, shop, _| shops.try_acquire(&shop, now)
        );
        entry!(operation ask Shop $ticks (Shop<$ticks>, TickLength), Result<haravan::Admitted, haravan::Limited<$ticks>>:
            |(shop, tick), now, _, _| {
                if let Ok(new) = Shop::try_new(haravan::Policy::DOCUMENTED, *tick) {
                    *shop = new;
                }
                shop.try_acquire(now)
            }
        );
        entry!(operation make App $ticks (App<$ticks>, Token<$ticks>, TickLength), bool: |(app, token, tick), _, _, _| {
            let policy = clover::Policy::DOCUMENTED;
            let (Ok(new), Ok(one)) = (App::try_new(&policy, *tick), Token::try_new(&policy, *tick)) else { return false };
            (*app, *token) = (new, one);
            true
        });
        entry!(operation write_clover Headers $ticks (Line, clover::Limited<$ticks>, TickLength), fmt::Result: |(line, answer, tick), _, _, _| {
            write_head(line, answer, *tick)?;
            write!(line, "{answer}")
        });
        entry!(operation write_conecto Headers $ticks (Line, conecto::Limited<$ticks>, TickLength), fmt::Result: |(line, answer, tick), _, _, _| {
            write_head(line, answer, *tick)?;
            write!(line, "{answer}")
        });
        entry!(operation write_haravan Headers $ticks (Line, haravan::Limited<$ticks>, TickLength), fmt::Result: |(line, answer, tick), _, _, _| {
            write_head(line, answer, *tick)?;
            write!(line, "{answer}")
        });
        entry!(operation body Limited $ticks ([u8; 256], conecto::Limited<$ticks>, TickLength), usize: |(buffer, limited, tick), now, _, _| {
            match limited.body(*tick, now.into()).write_into(buffer) {
                Ok(text) => text.len(),
                Err(error) => error.needed(),
            }
        });
    )*};
}

profiles! { u32 u64 }

entry!(operation choose Policy u32 (Policy<'static>, [&'static str; 2]), u32: |(policy, [method, path]), _, _, _| {
    policy.choose(method, path).limit()
});
entry!(operation read Rule u32 &'static str, Result<Rule<'static>, RuleError>: |template, limit, _, _| Rule::try_new(template, limit));
entry!(operation read ClientId u32 &'static [(&'static str, &'static [u8])], Result<&'static str, ClientError>: |head, _, _, _| {
    client_id(head.iter().copied(), Some)
});

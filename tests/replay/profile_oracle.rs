//! The three APIs as naively as can be: lists of the times of everything that was admitted, wide integers, and headers
//! spelled out. They share nothing with the crate. Times count on and do not wrap; all of them are milliseconds.

use std::collections::HashMap;

/// `outcome,remaining,retry_after,level,status,headers`.
fn row(outcome: &str, remaining: i128, wait: Option<i128>, level: &str, headers: &[String]) -> String {
    let wait = wait.map_or_else(String::new, |wait| wait.to_string());
    let status = match outcome {
        "admit" => "200",
        "deny" => "429",
        _ => "",
    };
    format!("{outcome},{remaining},{wait},{level},{status},{}", headers.join(" | "))
}

/// An app or a token: requests of the last second, and requests in progress.
#[derive(Default)]
struct Party {
    admitted: Vec<i128>,
    held: i128,
    /// What a token was told when there was no place of its app, and when there was none of its own.
    waits: [Wait; 2],
}

/// When the wait that a refusal for concurrency opened ends, and how often it was ignored.
#[derive(Default)]
struct Wait(Option<(i128, u32)>);

impl Wait {
    fn stands(&self, now: i128) -> bool {
        self.0.is_some_and(|(end, _)| end > now)
    }

    fn ask(&mut self, has_place: bool, now: i128) -> Option<i128> {
        self.0 = match self.0 {
            Some((end, ignored)) if end > now => {
                let seconds = [2, 4, 8, 16, 32, 60][ignored.min(5) as usize];
                Some((end.max(now + seconds * 1_000), ignored + 1))
            }
            _ if !has_place => Some((now + 1_000, 0)),
            _ => None,
        };
        self.0.map(|(end, _)| end - now)
    }
}

impl Party {
    fn in_second(&self, now: i128) -> Vec<i128> {
        self.admitted.iter().copied().filter(|then| now - then < 1_000).collect()
    }

    /// Until one more fits; the times are in order.
    fn rate_wait(&self, now: i128, rate: usize) -> Option<i128> {
        let counted = self.in_second(now);
        (counted.len() >= rate).then(|| counted[counted.len() - rate] + 1_000 - now)
    }
}

const APP: (usize, i128) = (50, 10);
const TOKEN: (usize, i128) = (16, 5);

#[derive(Default)]
pub struct Clover {
    apps: HashMap<String, Party>,
    tokens: HashMap<(String, String), Party>,
}

impl Clover {
    pub fn decide(&mut self, op: &str, now: i128, app: &str, token: &str) -> String {
        let whole = (app.to_owned(), token.to_owned());
        let app = self.apps.entry(app.to_owned()).or_default();
        let token = self.tokens.entry(whole).or_default();
        let left = |app: &Party, token: &Party| {
            let rates = [(app, APP.0), (token, TOKEN.0)].map(|(party, rate)| rate - party.in_second(now).len());
            let rates = rates.into_iter().min().unwrap().try_into().unwrap();
            let waits = token.waits.iter().any(|wait| wait.stands(now));
            if waits { 0 } else { (APP.1 - app.held).min(TOKEN.1 - token.held).min(rates) }
        };
        if op == "release" {
            let holds = token.held > 0;
            app.held -= i128::from(holds);
            token.held -= i128::from(holds);
            return row(if holds { "released" } else { "error" }, left(app, token), None, "", &[]);
        }
        let rates = [app.rate_wait(now, APP.0), token.rate_wait(now, TOKEN.0)];
        if let Some(first) = rates.iter().position(Option::is_some) {
            let (level, limit) = [("crossTokenLimit", APP.0), ("tokenLimit", TOKEN.0)][first];
            let header = format!("X-RateLimit-{level}: {limit}");
            return row("deny", left(app, token), rates.into_iter().flatten().max(), level, &[header]);
        }
        let has_place = [app.held < APP.1, token.held < TOKEN.1];
        let [for_app, for_token] = &mut token.waits;
        let places = [for_app.ask(has_place[0], now), for_token.ask(has_place[1], now)];
        if let Some(first) = places.iter().position(Option::is_some) {
            let (level, limit) = [("crossTokenConcurrentLimit", APP.1), ("tokenConcurrentLimit", TOKEN.1)][first];
            let wait = places.into_iter().flatten().max().unwrap();
            let seconds = (wait + 999) / 1_000;
            let headers = [format!("X-RateLimit-{level}: {limit}"), format!("retry-after: {seconds}")];
            return row("deny", left(app, token), Some(wait), level, &headers);
        }
        for party in [&mut *app, &mut *token] {
            party.admitted.push(now);
            party.held += 1;
        }
        row("admit", left(app, token), None, "", &[])
    }
}

const HOUR: i128 = 3_600_000;
/// Method, if it has to be this one; template; requests in an hour.
const RULES: [(Option<&str>, &str, usize); 4] = [
    (None, "/pos/v2/{locationId}/checks", 500),
    (Some("POST"), "/pos/v2/lookup/tickets", 500),
    (None, "/online-ordering/v1", 500),
    (None, "/online-ordering/v2", 500),
];

/// The rule's name, and its limit.
pub fn conecto_rule(method: &str, path: &str) -> (String, usize) {
    let path: Vec<&str> = resource(path).split('/').collect();
    let fits = |&&(of, template, _): &&(Option<&str>, &str, usize)| {
        let template: Vec<&str> = template.split('/').collect();
        of.is_none_or(|of| of == method)
            && path.len() >= template.len()
            && path
                .iter()
                .zip(&template)
                .all(|(own, wanted)| if wanted.starts_with('{') { !own.is_empty() } else { own == wanted })
    };
    let longest = RULES.iter().filter(fits).max_by_key(|(_, template, _)| template.split('/').count());
    longest.map_or(("other".into(), 100), |&(method, template, limit)| {
        (method.map_or_else(String::new, |method| format!("{method} ")) + template, limit)
    })
}

/// Without what says nothing about which resource it is.
fn resource(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap().trim_end_matches('/')
}

#[derive(Default)]
pub struct Conecto(HashMap<(String, String, String), Vec<i128>>);

impl Conecto {
    pub fn decide(&mut self, op: &str, now: i128, client: &str, method: &str, path: &str) -> String {
        let (rule, limit) = conecto_rule(method, path);
        let budget = self.0.entry((client.into(), method.into(), resource(path).into())).or_default();
        let counted: Vec<i128> = budget.iter().copied().filter(|then| now - then < HOUR).collect();
        let left = |counted: usize| i128::try_from(limit - counted).unwrap();
        let said = |remaining| [format!("X-RateLimit-Limit: {limit}"), format!("X-RateLimit-Remaining: {remaining}")];
        if op == "release" {
            return row("error", left(counted.len()), None, "", &[]);
        }
        if counted.len() == limit {
            let wait = counted[0] + HOUR - now;
            let retry_after = format!("Retry-After: {}", (wait + 999) / 1_000);
            return row("deny", 0, Some(wait), &rule, &[&said(0)[..], &[retry_after]].concat());
        }
        budget.push(now);
        let remaining = left(counted.len() + 1);
        row("admit", remaining, None, "", &said(remaining))
    }
}

/// Drops in the bucket: a request pours in 250, and one leaks in each millisecond.
#[derive(Default)]
struct Bucket {
    drops: i128,
    since: i128,
}

const SIZE: i128 = 80 * 250;

#[derive(Default)]
pub struct Haravan(HashMap<String, Bucket>);

impl Haravan {
    pub fn decide(&mut self, op: &str, now: i128, shop: &str) -> String {
        let bucket = self.0.entry(shop.into()).or_default();
        bucket.drops = (bucket.drops - (now - bucket.since)).max(0);
        bucket.since = now;
        let outcome = match op {
            "release" => "error",
            _ if bucket.drops + 250 > SIZE => "deny",
            _ => {
                bucket.drops += 250;
                "admit"
            }
        };
        let wait = (outcome == "deny").then(|| bucket.drops + 250 - SIZE);
        let remaining = (SIZE - bucket.drops) / 250;
        let mut headers = Vec::new();
        if outcome != "error" {
            headers.push(format!("X-Haravan-Api-Call-Limit: {}/80", 80 - remaining));
        }
        if let Some(wait) = wait {
            let tenths = (wait + 99) / 100;
            headers.push(format!("Retry-After: {}.{}", tenths / 10, tenths % 10));
        }
        row(outcome, remaining, wait, if wait.is_some() { "bucket" } else { "" }, &headers)
    }
}

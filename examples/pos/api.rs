//! The three APIs as far as a till uses them: where orders go, and who is asking.

use axum::http::HeaderMap;
use clap::ValueEnum;
use tollgate::profiles::{clover, conecto};

/// Names an order, so that a server that sees it again answers as before and does not take it twice.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Api {
    Clover,
    Conecto,
    Haravan,
}

impl Api {
    /// Takes an order (`POST`) and counts them (`GET`).
    pub fn orders(self) -> &'static str {
        match self {
            Self::Clover => "/v3/merchants/corner-cafe/orders",
            Self::Conecto => "/online-ordering/v2/corner-cafe/orders",
            Self::Haravan => "/com/orders.json",
        }
    }

    /// What is on the menu, which a till looks at now and then.
    pub fn menu(self) -> &'static str {
        match self {
            Self::Clover => "/v3/merchants/corner-cafe/items",
            Self::Conecto => "/pos/v2/corner-cafe/items",
            Self::Haravan => "/com/products.json",
        }
    }

    /// The header by which an account is known, and its value there.
    pub fn credentials(self, account: &Account) -> (&'static str, String) {
        match self {
            Self::Clover | Self::Haravan => ("authorization", format!("Bearer {account}")),
            Self::Conecto => ("x-access-key", account.to_string()),
        }
    }

    /// The header by which a 429 says what was exceeded.
    pub fn limited_by(self, headers: &HeaderMap) -> String {
        let names: &[&str] = match self {
            Self::Clover => &clover::Level::ALL.map(clover::Level::header),
            Self::Conecto => &["X-RateLimit-Limit"],
            Self::Haravan => &["X-Haravan-Api-Call-Limit"],
        };
        let found = names.iter().find_map(|name| Some((name, headers.get(*name)?.to_str().ok()?)));
        found.map_or_else(|| "no header".into(), |(name, value)| format!("{name}: {value}"))
    }

    /// Who is asking. (A real server looks a token up and checks it; these say by themselves whose they are.)
    pub fn account(self, headers: &HeaderMap) -> Option<Account> {
        match self {
            Self::Clover | Self::Haravan => {
                headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?.parse().ok()
            }
            Self::Conecto => {
                let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                conecto::client_id(headers, Some::<&str>).ok()?.parse().ok()
            }
        }
    }
}

impl std::fmt::Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Clover => "Clover",
            Self::Conecto => "Conecto",
            Self::Haravan => "Haravan",
        })
    }
}

/// The owner of an account (an app, a client, a shop) and one of its tokens: `corner-cafe.till-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Account {
    pub owner: String,
    pub token: String,
}

impl Account {
    pub fn new(owner: &str, token: &str) -> Self {
        Self { owner: owner.into(), token: token.into() }
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.owner, self.token)
    }
}

impl std::str::FromStr for Account {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (owner, token) = text.split_once('.').ok_or(())?;
        if owner.is_empty() || token.is_empty() { Err(()) } else { Ok(Self::new(owner, token)) }
    }
}

//! One account's way to the server: plain HTTP/1.1 over kept connections.

use std::fmt;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;

use crate::api::{Account, Api, IDEMPOTENCY_KEY};

/// No answer of these APIs is larger.
const LONGEST_BODY: usize = 1 << 20;

/// Takes a server's URL from a command line.
///
/// # Errors
///
/// If it is none, or not of plain HTTP.
pub fn server_url(text: &str) -> Result<String, String> {
    host_and_port(text).map(|_| text.into()).ok_or_else(|| "give a URL such as http://127.0.0.1:8080".into())
}

fn host_and_port(url: &str) -> Option<(String, u16)> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"))?;
    Some((host.trim_matches(['[', ']']).into(), uri.port_u16().unwrap_or(80)))
}

/// Whether somebody listens there.
///
/// # Errors
///
/// If nobody does.
pub async fn reach(server: &str) -> Result<(), LinkError> {
    let reached = TcpStream::connect(host_and_port(server).unwrap_or_default()).await;
    reached
        .map(drop)
        .map_err(|error| LinkError { server: server.into(), cause: format!("{error}: is a pos_server running there?") })
}

#[derive(Clone)]
pub struct Link {
    http: Client<HttpConnector, Body>,
    server: String,
    api: Api,
    account: Account,
}

/// What a server said.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Link {
    /// `server` is where it listens: `http://127.0.0.1:8080`.
    pub fn new(server: &str, api: Api, account: Account) -> Self {
        let http = Client::builder(TokioExecutor::new()).build_http();
        Self { http, server: server.trim_end_matches('/').into(), api, account }
    }

    pub fn api(&self) -> Api {
        self.api
    }

    pub async fn send_order(&self, order: &str) -> Result<Response, LinkError> {
        let body = format!(r#"{{"order":"{order}"}}"#);
        self.call(Method::POST, self.api.orders(), &[(IDEMPOTENCY_KEY, order)], body.into()).await
    }

    pub async fn read_menu(&self) -> Result<Response, LinkError> {
        self.call(Method::GET, self.api.menu(), &[], Body::empty()).await
    }

    /// How many orders the server has whose names begin so.
    pub async fn count_orders(&self, beginning: &str) -> Result<Response, LinkError> {
        let path = format!("{}?of={beginning}", self.api.orders());
        self.call(Method::GET, &path, &[], Body::empty()).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Result<Response, LinkError> {
        let (name, value) = self.api.credentials(&self.account);
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server)).header(name, value);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(|error| self.broken(&error))?;
        let (head, body) = self.http.request(request).await.map_err(|error| self.broken(&error))?.into_parts();
        let body = to_bytes(Body::new(body), LONGEST_BODY).await.map_err(|error| self.broken(&error))?;
        Ok(Response { status: head.status, headers: head.headers, body })
    }

    fn broken(&self, error: &dyn std::error::Error) -> LinkError {
        let mut cause = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        LinkError { server: self.server.clone(), cause: cause.to_string() }
    }
}

/// The server gave no answer.
#[derive(Clone, Debug)]
pub struct LinkError {
    server: String,
    cause: String,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer from {}: {}", self.server, self.cause)
    }
}

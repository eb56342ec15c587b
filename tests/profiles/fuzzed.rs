//! A request as bytes, a line for each header: whose it is and which budget it has, beside lists. For the fuzzer and for tests.

use tollgate::profiles::conecto::{ClientError, Policy, Resource, client_id};

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;

#[test]
fn fuzz_inputs_replay_conecto_request() {
    inputs::replay("conecto_request", run);
}

/// Reads the first line as method and target, the others as headers.
pub fn run(request: &[u8]) {
    let mut lines = request.split(|&byte| byte == b'\n');
    let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (method, target) = line.split_once(' ').unwrap_or((&line, ""));
    budget(method, target);

    let lines: Vec<(String, &[u8])> = lines
        .map(|line| line.split_at(line.iter().position(|&byte| byte == b':').unwrap_or(line.len())))
        .map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.get(1..).unwrap_or_default()))
        .collect();
    let headers = lines.iter().map(|(name, value)| (name.as_str(), *value));
    assert_eq!(client_id::<String>(headers, resolve), client(&lines));
}

/// Tokens of even length stand for somebody.
fn resolve(token: &str) -> Option<String> {
    token.len().is_multiple_of(2).then(|| format!("resolved {token}"))
}

fn client(headers: &[(String, &[u8])]) -> Result<String, ClientError> {
    let named = |wanted| headers.iter().filter(move |(name, _)| name.to_ascii_lowercase() == wanted);
    let (keys, tokens) = (named("x-access-key"), named("authorization"));
    let ([keys, tokens], blanks) = ([keys.collect::<Vec<_>>(), tokens.collect()], [' ', '\t']);
    if keys.len() > 1 || tokens.len() > 1 {
        return Err(ClientError::Repeated);
    }
    let (_, value) = keys.first().or(tokens.first()).ok_or(ClientError::Absent)?;
    let text = String::from_utf8(value.to_vec()).map_err(|_| ClientError::Unreadable)?;
    let text = text.trim_matches(blanks);
    if text.is_empty() {
        return Err(ClientError::Unreadable);
    }
    if !keys.is_empty() {
        return Ok(text.into());
    }
    let words: Vec<&str> = text.splitn(2, ' ').collect();
    let token = words.get(1).map_or("", |token| token.trim_matches(' '));
    if !words[0].eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(ClientError::Absent);
    }
    resolve(token).ok_or(ClientError::Unresolved)
}

fn budget(method: &str, target: &str) {
    let path = target.split(['?', '#']).next().unwrap();
    let mut segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    while segments.last() == Some(&"") {
        segments.pop();
    }
    let rule = match segments[..] {
        ["pos", "v2", location, "checks", ..] if !location.is_empty() => Some("/pos/v2/{locationId}/checks"),
        ["pos", "v2", "lookup", "tickets", ..] if method == "POST" => Some("/pos/v2/lookup/tickets"),
        ["online-ordering", "v1", ..] => Some("/online-ordering/v1"),
        ["online-ordering", "v2", ..] => Some("/online-ordering/v2"),
        _ => None,
    };
    let choice = Policy::DOCUMENTED.choose(method, target);
    assert_eq!(choice.rule().map(|rule| rule.template()), rule);
    assert_eq!(choice.limit(), if rule.is_some() { 500 } else { 100 });
    assert_eq!(choice.resource(), Resource::Path { method, path: &segments.join("/") });
}

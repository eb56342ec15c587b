/// The path of a request target as budgets know it: without query and fragment, without the first slash and the last ones.
pub(super) fn normalized(target: &str) -> &str {
    let path = target.split(['?', '#']).next().unwrap_or("");
    path.strip_prefix('/').unwrap_or(path).trim_end_matches('/')
}

/// What stands between the slashes of a normalized path; nothing in the empty one.
pub(super) fn segments(normalized: &str) -> impl Iterator<Item = &str> {
    normalized.split('/').filter(move |_| !normalized.is_empty())
}

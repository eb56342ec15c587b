use core::iter;

/// The path of a request target as budgets know it: without query and fragment, without the first slash and the last ones.
pub(super) fn normalized(target: &str) -> &str {
    let end = target.bytes().position(|byte| byte == b'?' || byte == b'#');
    let path = end.and_then(|end| target.get(..end)).unwrap_or(target);
    let mut path = path.strip_prefix('/').unwrap_or(path);
    while let Some(shorter) = path.strip_suffix('/') {
        path = shorter;
    }
    path
}

/// What stands between the slashes of a normalized path; nothing in the empty one.
pub(super) fn segments(normalized: &str) -> impl Iterator<Item = &str> {
    let mut rest = (!normalized.is_empty()).then_some(normalized);
    iter::from_fn(move || {
        let path = rest?;
        let (segment, after) = path.split_once('/').map_or((path, None), |(segment, after)| (segment, Some(after)));
        rest = after;
        Some(segment)
    })
}

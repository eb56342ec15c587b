//! Rules against a matcher that splits everything into lists.

use proptest::prelude::*;
use tollgate::profiles::conecto::{Policy, Resource, Rule, RuleError};

#[test]
fn more_segments_win() {
    let rules = [Rule::new("/a", 1), Rule::new("/a/b/c", 3), Rule::new("/a/b", 2).of_method("GET")];
    let limit = |path| Policy::new(&rules, 9).choose("GET", path).limit();
    assert_eq!(["/", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/b"].map(limit), [9, 1, 2, 3, 3, 9]);
}

#[test]
fn then_more_segments_that_stand_for_themselves_win() {
    let rules = [Rule::new("/{x}/{y}", 1).of_method("GET"), Rule::new("/{x}/b", 2), Rule::new("/a/b", 3)];
    let limit = |path| Policy::new(&rules, 9).choose("GET", path).limit();
    assert_eq!(["/z/z", "/z/b", "/a/b"].map(limit), [1, 2, 3]);
}

#[test]
fn then_a_rule_for_one_method_wins() {
    let rules =
        [Rule::new("/a/{x}", 1), Rule::new("/{x}/a", 2).of_method("PUT"), Rule::new("/a/{x}", 3).of_method("PUT")];
    let policy = Policy::new(&rules, 9);
    assert_eq!(policy.choose("GET", "/a/a").limit(), 1);
    assert_eq!(policy.choose("PUT", "/a/b").limit(), 3);
}

#[test]
fn then_the_first_wins() {
    let rules = [Rule::new("/a/{x}", 1), Rule::new("/{x}/a", 2), Rule::new("/a/{y}", 3)];
    assert_eq!(Policy::new(&rules, 9).choose("GET", "/a/a").limit(), 1);
}

#[test]
fn a_name_stands_for_one_segment_that_is_not_empty() {
    let rule = Rule::new("/a/{x}/b", 1);
    assert!(rule.matches("GET", "/a/x/b") && rule.matches("GET", "/a/{x}/b/"));
    for path in ["/a/b", "/a//b", "/a/x/y/b", "/a/x", "/a/x/bb"] {
        assert!(!rule.matches("GET", path), "{path}");
    }
}

#[test]
fn the_template_of_the_root_matches_everything() {
    let rules = [Rule::new("/", 7)];
    for path in ["", "/", "/a", "//", "?x"] {
        assert_eq!(Policy::new(&rules, 9).choose("GET", path).limit(), 7, "{path}");
    }
}

#[test]
fn templates_that_cannot_be_read_are_errors_that_name_the_segment() {
    let error = |template| Rule::try_new(template, 1).unwrap_err();
    assert_eq!(error(""), RuleError::NoLeadingSlash);
    assert_eq!(error("a/b"), RuleError::NoLeadingSlash);
    assert_eq!(error("//"), RuleError::EmptySegment { segment: 1 });
    assert_eq!(error("/a//b"), RuleError::EmptySegment { segment: 2 });
    assert_eq!(error("/a/"), RuleError::EmptySegment { segment: 2 });
    for template in ["/a/{x", "/a/x}", "/a/{}", "/a/x{y}", "/a/{x}y", "/a/{x{y}}", "/a/{x}}", "/a/{{x}", "/a/{", "/a/}"]
    {
        assert_eq!(error(template), RuleError::StrayBrace { segment: 2 }, "{template}");
    }
    for template in ["/a/b?c", "/a/?", "/a/#b", "/a/{x}?", "/a/{x#}"] {
        assert_eq!(error(template), RuleError::NotInAPath { segment: 2 }, "{template}");
    }
    assert_eq!(Rule::try_new("/a", 0), Err(RuleError::ZeroLimit));
    assert_eq!(error("a").to_string(), "the template does not begin with a slash: give one such as /menus/{id}");
    assert_eq!(error("/a/").to_string(), "segment 2 of the template is empty: leave out the slash before it");
}

/// A path as a list, and nothing but the path.
fn split(path: &str) -> Vec<&str> {
    let path = path.split('?').next().unwrap().split('#').next().unwrap();
    let mut segments: Vec<_> = path.split('/').collect();
    if path.starts_with('/') {
        segments.remove(0);
    }
    while segments.last() == Some(&"") {
        segments.pop();
    }
    segments
}

fn is_name(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn matches(rule: &Rule<'_>, method: &str, path: &[&str]) -> bool {
    let template = split(rule.template());
    let same = |(wanted, asked): (&&str, &&str)| if is_name(wanted) { !asked.is_empty() } else { wanted == asked };
    rule.method().is_none_or(|own| own == method) && template.len() <= path.len() && template.iter().zip(path).all(same)
}

fn choose<'r>(rules: &'r [Rule<'r>], method: &str, path: &str) -> Option<&'r Rule<'r>> {
    let path = split(path);
    let mut matching: Vec<_> = rules.iter().filter(|rule| matches(rule, method, &path)).collect();
    matching.sort_by_key(|rule| {
        let template = split(rule.template());
        let literals = template.iter().filter(|segment| !is_name(segment)).count();
        (usize::MAX - template.len(), usize::MAX - literals, rule.method().is_none()) // stable: the first stays first
    });
    matching.first().copied()
}

fn segments() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![3 => Just("a"), 3 => Just("b"), 1 => Just("c"), 1 => Just("")], 0..5)
        .prop_map(|segments| segments.join("/"))
}

fn paths() -> impl Strategy<Value = String> {
    let tail = prop::sample::select(&["", "/", "//", "?a/b", "/?x", "#a", "/#/", "?#", "#?"][..]);
    (segments(), tail, any::<bool>())
        .prop_map(|(path, tail, bare)| format!("{}{path}{tail}", if bare { "" } else { "/" }))
}

fn templates() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&["a", "b", "{x}", "{name}"][..]), 0..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

/// Pieces of requests, and bytes that are none.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "POST ",
        "GET",
        "/pos/v2",
        "/L1",
        "/checks",
        "/lookup/tickets",
        "/online-ordering",
        "/v1",
        "/",
        "?",
        "#",
        " ",
        "\t",
        "\n",
        "\nx-access-key:",
        "\nX-Access-Key: ",
        "\nauthorization:",
        "\nAuthorization: Bearer ",
        "bearer",
        "Basic ",
        "a",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

const METHODS: [&str; 3] = ["GET", "PUT", "get"];

type Lines = Vec<(String, Option<&'static str>, bool)>;

fn lines() -> impl Strategy<Value = Lines> {
    let method = prop::option::of(prop::sample::select(&METHODS[..]));
    prop::collection::vec((templates(), method, any::<bool>()), 0..8)
}

fn rules(lines: &Lines) -> Vec<Rule<'_>> {
    let mut rules = Vec::new();
    for (limit, (template, method, grouped)) in (1..).zip(lines) {
        let rule = Rule::try_new(template, limit).unwrap();
        let rule = method.map_or(rule, |method| rule.of_method(method));
        rules.push(if *grouped { rule.grouped() } else { rule });
    }
    rules
}

proptest! {
    #[test]
    fn the_rule_is_the_one_that_lists_find(lines in lines(), method in prop::sample::select(&METHODS[..]), path in paths()) {
        let rules = rules(&lines);
        let policy = Policy::try_new(&rules, 1_000).unwrap();
        let choice = policy.choose(method, &path);
        let expected = choose(&rules, method, &path);
        prop_assert_eq!(choice.rule(), expected.copied());
        prop_assert_eq!(choice.limit(), expected.map_or(1_000, Rule::limit));
        for rule in &rules {
            prop_assert_eq!(rule.matches(method, &path), matches(rule, method, &split(&path)));
        }
    }

    /// Equal for requests that share a budget, and for no others.
    #[test]
    fn a_resource_is_the_method_and_the_list_or_the_group(
        lines in lines(), methods in prop::array::uniform2(prop::sample::select(&METHODS[..])), paths in prop::array::uniform2(paths()),
    ) {
        let rules = rules(&lines);
        let policy = Policy::try_new(&rules, 1_000).unwrap();
        let [one, other] = [0, 1].map(|i| policy.choose(methods[i], &paths[i]).resource());
        let key = |i: usize| match choose(&rules, methods[i], &paths[i]) {
            Some(rule) if rule.is_grouped() => (rule.method(), split(rule.template()), true),
            _ => (Some(methods[i]), split(&paths[i]), false),
        };
        prop_assert_eq!(one == other, key(0) == key(1));
        let hash = |resource: Resource<'_>| std::hash::BuildHasher::hash_one(&crate::SECRET, resource);
        prop_assert_eq!(hash(one) == hash(other), key(0) == key(1));
    }

    #[test]
    fn a_request_is_of_the_client_and_the_budget_that_lists_find(request in requests()) {
        crate::fuzzed::run(&request);
    }

    #[test]
    fn no_text_is_too_odd(template in ".{0,40}", shaped in "[/{}ab]{0,12}", path in ".{0,40}", method in ".{0,8}") {
        for template in [template, format!("/{shaped}"), shaped] {
            if let Ok(rule) = Rule::try_new(&template, 1) {
                prop_assert!(template == "/" || split(&template).iter().all(|segment| !segment.is_empty()));
                let _ = rule.matches(&method, &path);
                prop_assert!(rule.matches(&method, &template));
            }
        }
    }
}

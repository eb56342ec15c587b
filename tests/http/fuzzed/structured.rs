use tollgate::http::structured::{Bare, Dictionary, List, Member};
use tollgate::http::{Budget, Listed, Policy, State};

use crate::oracle::grammar::{self, Value};
use crate::oracle::numbers;

/// Reads a list and a dictionary beside the oracle, and all that is made of them.
pub fn run(value: &[u8]) {
    let list = List::parse(value).ok().map(|list| list.members().map(|member| tree(&member)).collect::<Vec<_>>());
    assert_eq!(list, grammar::list(value));

    let dictionary = Dictionary::parse(value).ok();
    let entries =
        dictionary.map(|all| all.entries().map(|(key, member)| (word(key), tree(&member))).collect::<Vec<_>>());
    assert_eq!(entries, grammar::dictionary(value));
    if let (Some(dictionary), Some(entries)) = (dictionary, entries) {
        for (key, _) in &entries {
            let expected = entries.iter().rev().find(|(other, _)| key == other).map(|(_, member)| member.clone());
            assert_eq!(dictionary.get(key.as_bytes()).map(|member| tree(&member)), expected);
        }
    }

    policies_are_written_as_they_were_read(value);
    states_are_written_as_they_were_read(value);
    if let Ok(budget) = Budget::parse(value) {
        assert_eq!(Budget::parse(budget.to_string().as_bytes()), Ok(clamped(budget)));
    }
}

fn policies_are_written_as_they_were_read(value: &[u8]) {
    let Ok(policies) = Policy::parse_list(value) else { return assert_eq!(grammar::list(value), None) };
    let policies: Vec<_> = policies.collect();
    let expected: Vec<_> = grammar::list(value).unwrap().iter().map(quota_of).collect();
    assert_eq!(policies.iter().map(|policy| policy.ok().map(|policy| policy.quota())).collect::<Vec<_>>(), expected);

    let good: Vec<_> = policies.into_iter().flatten().collect();
    let written = Listed(&good).to_string();
    let again = Policy::parse_list(written.as_bytes()).into_iter().flatten();
    let again: Vec<_> = again.map(|policy| policy.unwrap()).collect();
    assert_eq!(Listed(&again).to_string(), written);
    for (one, another) in good.iter().zip(&again) {
        assert_eq!((one.name(), one.unit(), one.partition()), (another.name(), another.unit(), another.partition()));
    }
}

fn states_are_written_as_they_were_read(value: &[u8]) {
    let Ok(states) = State::parse_list(value) else { return };
    let good: Vec<_> = states.flatten().collect();
    let written = Listed(&good).to_string();
    let again = State::parse_list(written.as_bytes()).into_iter().flatten();
    let again: Vec<_> = again.map(|state| state.unwrap()).collect();
    assert_eq!(Listed(&again).to_string(), written);
    for (one, another) in good.iter().zip(&again) {
        assert_eq!((one.name(), one.partition()), (another.name(), another.partition()));
    }
}

/// The quota of a policy, if it is one.
fn quota_of((value, parameters): &grammar::Member) -> Option<u64> {
    let parameter = |name: &str| parameters.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
    let count = |value: &Value| match value {
        Value::Number(number) => numbers::count(number.as_bytes()),
        _ => None,
    };
    let quota = match value {
        Value::Number(_) => count(value)?,
        Value::Text(_) | Value::Token(_) => count(parameter("q")?)?,
        _ => return None,
    };
    let window_is_right = parameter("w").is_none_or(|window| count(window).is_some());
    let unit_is_right = parameter("qu").is_none_or(|unit| matches!(unit, Value::Text(_) | Value::Token(_)));
    let partition_is_right = parameter("pk").is_none_or(|key| matches!(key, Value::Bytes(_)));
    (window_is_right && unit_is_right && partition_is_right).then_some(quota)
}

/// No number of a structured field has more than 15 digits.
fn clamped(budget: Budget) -> Budget {
    let clamp = |count: Option<u64>| count.map(|count| count.min(999_999_999_999_999));
    Budget { limit: clamp(budget.limit), remaining: clamp(budget.remaining), reset: clamp(budget.reset) }
}

fn tree(member: &Member<'_>) -> grammar::Member {
    let parameters = member.parameters().iter().map(|(key, value)| (word(key), leaf(&value))).collect();
    (member.value().map_or(Value::InnerList, |value| leaf(&value)), parameters)
}

fn leaf(value: &Bare<'_>) -> Value {
    match value {
        Bare::Number(number) => Value::Number(number.to_string()),
        Bare::Text(text) => Value::Text(text.chars().collect()),
        Bare::Token(token) => Value::Token(token.chars().collect()),
        Bare::Bytes(bytes) => Value::Bytes(bytes.iter().collect()),
        Bare::Boolean(boolean) => Value::Boolean(*boolean),
        Bare::Date(date) => Value::Date(date.to_string()),
        Bare::DisplayText(text) => Value::DisplayText(word(text)),
        _ => panic!("a value of a kind that was not known when this was written: {value:?}"),
    }
}

fn word(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

//! The grammar of RFC 9651.

use proptest::prelude::*;
use tollgate::http::Reason;
use tollgate::http::structured::{Bare, Bytes, Dictionary, List, Text, TextError};

use crate::fuzzed::structured::run;

fn bare(value: &str) -> Option<Bare<'_>> {
    List::parse(value.as_bytes()).ok()?.members().next()?.value()
}

#[test]
fn integers_and_decimals() {
    for number in ["0", "-0", "42", "-42", "4.5", "-0.125", "999999999999999"] {
        assert!(matches!(bare(number), Some(Bare::Number(read)) if read.to_string() == number), "{number}");
    }
    for garbage in ["-", "--1", "1.", ".5", "1.2.3", "+1", "1e3"] {
        assert_eq!(bare(garbage), None, "{garbage}");
    }
}

#[test]
fn strings_with_escapes() {
    assert_eq!(bare(r#""""#), Some(Bare::Text(Text::new(""))));
    assert_eq!(bare(r#""a \"b\" \\c""#), Some(Bare::Text(Text::new(r#"a "b" \c"#))));
    for garbage in [r#"""#, r#""a"#, r#""a\"#, r#""a\""#, r#""a\x""#, "\"a\tb\"", "\"a\u{7f}\"", "\"\u{e9}\"", "'a'"] {
        assert_eq!(bare(garbage), None, "{garbage}");
    }
}

#[test]
fn tokens() {
    for token in ["a", "*", "Foo123/456", "a:b!#$%&'*+-.^_`|~"] {
        assert_eq!(bare(token), Some(Bare::Token(Text::new(token))), "{token}");
    }
    for garbage in ["_a", "a(", "a\"", "a@b"] {
        assert_eq!(bare(garbage), None, "{garbage}");
    }
}

#[test]
fn byte_sequences() {
    assert_eq!(bare("::"), Some(Bare::Bytes(Bytes::new(b""))));
    assert_eq!(
        bare(":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:"),
        Some(Bare::Bytes(Bytes::new(b"pretend this is binary content.")))
    );
    assert_eq!(bare(":+/+/:"), Some(Bare::Bytes(Bytes::new(&[0xfb, 0xff, 0xbf]))));
    assert_eq!(bare(":aGk:"), Some(Bare::Bytes(Bytes::new(b"hi")))); // padding may be missing
    for garbage in [":", ":aGk=", ":aG k=:", ":a-_b:", ":=aGk:"] {
        assert_eq!(bare(garbage), None, "{garbage}");
    }
}

#[test]
fn booleans_dates_and_display_strings() {
    assert_eq!((bare("?1"), bare("?0")), (Some(Bare::Boolean(true)), Some(Bare::Boolean(false))));
    assert!(matches!(bare("@1659578233"), Some(Bare::Date(date)) if date.count() == Ok(1_659_578_233)));
    assert!(matches!(bare("@-1"), Some(Bare::Date(date)) if date.count() == Err(Reason::Negative)));
    assert_eq!(bare(r#"%"caf%c3%a9""#), Some(Bare::DisplayText(b"caf%c3%a9")));
    for garbage in ["?", "?2", "?true", "@", "@1.5", "@x", "%", "%a", r#"%"a"#, r#"%"%C3""#, r#"%"%c""#, r#"%"%""#] {
        assert_eq!(bare(garbage), None, "{garbage}");
    }
}

#[test]
fn inner_lists_are_passed_over() {
    for list in ["()", "( )", "(a)", "(\"a\" 1;x)", "(  a   b  );q=1"] {
        let member = List::parse(list.as_bytes()).unwrap().members().next().unwrap();
        assert_eq!(member.value(), None, "{list}");
    }
    for garbage in ["(", "(a", "(a b", "(a,b)", "(a\tb)", "((a))", "(\"a\"\"b\")", "a)"] {
        assert_eq!(List::parse(garbage.as_bytes()).err().map(|_| ()), Some(()), "{garbage}");
    }
}

#[test]
fn a_name_alone_is_true() {
    let entries = Dictionary::parse(b"a, b;x, c=?0").unwrap();
    let value = |name: &[u8]| entries.get(name).unwrap().value();
    assert_eq!(
        (value(b"a"), value(b"b"), value(b"c")),
        (Some(Bare::Boolean(true)), Some(Bare::Boolean(true)), Some(Bare::Boolean(false)))
    );
    assert_eq!(entries.get(b"b").unwrap().parameters().get(b"x"), Some(Bare::Boolean(true)));
    assert_eq!(entries.get(b"x"), None);
}

#[test]
fn blanks_may_stand_around_commas_and_behind_semicolons() {
    assert_eq!(List::parse(b" a \t,\t b;  x=1 ").unwrap().members().count(), 2);
    for garbage in ["a ;x", "a; x =1", "a;x= 1", "a\u{a0}, b"] {
        assert!(List::parse(garbage.as_bytes()).is_err(), "{garbage}");
    }
}

#[test]
fn commas_at_either_end_or_twice_are_refused() {
    for garbage in [",", "a,", ",a", "a,,b", "a, ,b"] {
        assert!(List::parse(garbage.as_bytes()).is_err(), "{garbage}");
    }
}

#[test]
fn the_place_where_it_goes_wrong_is_told() {
    assert_eq!(List::parse(b"  abc, \"d").err(), Some(Reason::Syntax { at: 7 }));
    let text = Reason::Syntax { at: 7 }.to_string();
    assert_eq!(text, "not a structured field (RFC 9651): it goes wrong after 7 bytes");
}

#[test]
fn text_that_cannot_be_written_is_refused_with_its_place() {
    let refused = |text| Text::try_new(text).err().as_ref().map(TextError::at);
    assert_eq!(
        (refused("caf\u{e9}"), refused("a\tb"), refused("\u{7f}"), refused(" ~")),
        (Some(3), Some(1), Some(0), None)
    );
    let text = Text::try_new("caf\u{e9}").unwrap_err().to_string();
    assert_eq!(text, "text with something else than printable ASCII after 3 bytes: a structured field cannot hold it");
}

/// Pieces of structured fields in any order: mostly broken, often nearly not.
fn nearly_fields() -> impl Strategy<Value = String> {
    let pieces = r#""burst" "a\"b" ;q=100 ;w=60 ;qu="content-bytes" ;pk=:dGVuYW50: ;t=30 ;r=5 ;x ;q= , limit=100 remaining=5 reset=3"#;
    let more = r#"( ) ?1 ?0 @12 %"a%c3" token * - 1.5 = : " \ 99999999999999999999 -7 a=(1 2) b=:aGk=: ;*.-_a=b/c:d"#;
    let pieces: Vec<_> = pieces.split(' ').chain(more.split(' ')).chain([", ", " ", "\t"]).map(str::to_owned).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_field_is_read_as_the_oracle_reads_it(value in nearly_fields()) {
        run(value.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        run(&bytes);
    }

    #[test]
    fn text_that_is_written_and_read_is_the_same(text in "[ -~]{0,20}") {
        let written = Text::try_new(&text).unwrap().to_string();
        let Some(Bare::Text(read)) = bare(&written) else { panic!("{written} is no text") };
        prop_assert!(read == *text.as_str());
        prop_assert_eq!(read.chars().collect::<String>(), text);
    }

    #[test]
    fn bytes_that_are_written_and_read_are_the_same(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let written = Bytes::new(&bytes).to_string();
        let Some(Bare::Bytes(read)) = bare(&written) else { panic!("{written} are no bytes") };
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), bytes);
        prop_assert_eq!(written.len() % 4, 2); // padded
    }
}

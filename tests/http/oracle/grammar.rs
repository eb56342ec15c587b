//! Structured fields of RFC 9651, by recursive descent over characters into trees on the heap.

use super::numbers::parts;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Number(String),
    Text(String),
    Token(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    Date(String),
    DisplayText(String),
    InnerList,
}

pub type Parameters = Vec<(String, Value)>;
pub type Member = (Value, Parameters);

struct Parser {
    /// Back to front.
    rest: Vec<char>,
}

/// A list: `None` if any of it is broken, or if it is empty.
pub fn list(value: &[u8]) -> Option<Vec<Member>> {
    Parser::over(value)?.all(Parser::member)
}

pub fn dictionary(value: &[u8]) -> Option<Vec<(String, Member)>> {
    Parser::over(value)?.all(|parser| {
        let key = parser.key()?;
        if parser.eat('=') {
            Some((key, parser.member()?))
        } else {
            Some((key, (Value::Boolean(true), parser.parameters()?)))
        }
    })
}

impl Parser {
    fn over(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok().filter(|text| text.is_ascii())?;
        Some(Self { rest: text.trim_matches([' ', '\t']).chars().rev().collect() })
    }

    fn peek(&self) -> Option<char> {
        self.rest.last().copied()
    }

    fn eat(&mut self, letter: char) -> bool {
        self.peek() == Some(letter) && self.rest.pop().is_some()
    }

    fn many(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| wanted(*letter)) {
            taken.push(letter);
            self.rest.pop();
        }
        taken
    }

    fn all<T>(mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = vec![one(&mut self)?];
        loop {
            self.many(|letter| " \t".contains(letter));
            if self.rest.is_empty() {
                return Some(all);
            }
            if !self.eat(',') {
                return None;
            }
            self.many(|letter| " \t".contains(letter));
            all.push(one(&mut self)?);
        }
    }

    fn member(&mut self) -> Option<Member> {
        let value = if self.eat('(') { self.inner_list()? } else { self.value()? };
        Some((value, self.parameters()?))
    }

    fn inner_list(&mut self) -> Option<Value> {
        loop {
            self.many(|letter| letter == ' ');
            if self.eat(')') {
                return Some(Value::InnerList);
            }
            self.value()?;
            self.parameters()?;
            if !" )".contains(self.peek()?) {
                return None;
            }
        }
    }

    fn parameters(&mut self) -> Option<Parameters> {
        let mut all = vec![];
        while self.eat(';') {
            self.many(|letter| letter == ' ');
            let key = self.key()?;
            all.push((key, if self.eat('=') { self.value()? } else { Value::Boolean(true) }));
        }
        Some(all)
    }

    fn key(&mut self) -> Option<String> {
        self.peek().filter(|letter| letter.is_ascii_lowercase() || *letter == '*')?;
        Some(self.many(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-.*".contains(letter)))
    }

    fn number(&mut self) -> Option<String> {
        let sign = if self.eat('-') { "-" } else { "" };
        let whole = self.many(|letter| letter.is_ascii_digit());
        let point = if self.eat('.') { "." } else { "" };
        let number = format!("{sign}{whole}{point}{}", self.many(|letter| letter.is_ascii_digit()));
        parts(number.as_bytes()).map(|_| number)
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            '-' | '0'..='9' => self.number().map(Value::Number),
            '"' => self.text().map(Value::Text),
            ':' => self.bytes().map(Value::Bytes),
            '*' | 'a'..='z' | 'A'..='Z' => Some(Value::Token(
                self.many(|letter| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(letter)),
            )),
            '?' => {
                self.rest.pop();
                match self.rest.pop()? {
                    '0' => Some(Value::Boolean(false)),
                    '1' => Some(Value::Boolean(true)),
                    _ => None,
                }
            }
            '@' => {
                self.rest.pop();
                self.number().filter(|number| !number.contains('.')).map(Value::Date)
            }
            '%' => {
                self.rest.pop();
                self.display_text().map(Value::DisplayText)
            }
            _ => None,
        }
    }

    fn text(&mut self) -> Option<String> {
        self.rest.pop();
        let mut text = String::new();
        loop {
            match self.rest.pop()? {
                '"' => return Some(text),
                '\\' => text.push(self.rest.pop().filter(|letter| "\"\\".contains(*letter))?),
                letter @ ' '..='~' => text.push(letter),
                _ => return None,
            }
        }
    }

    fn display_text(&mut self) -> Option<String> {
        if !self.eat('"') {
            return None;
        }
        let mut text = String::new();
        loop {
            match self.rest.pop()? {
                '"' => return Some(text),
                '%' => {
                    text.push('%');
                    for _ in 0..2 {
                        text.push(self.rest.pop().filter(|letter| "0123456789abcdef".contains(*letter))?);
                    }
                }
                letter @ ' '..='~' => text.push(letter),
                _ => return None,
            }
        }
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        self.rest.pop();
        let letters = self.many(|letter| LETTERS.contains(letter));
        self.many(|letter| letter == '=');
        if !self.eat(':') {
            return None;
        }
        let bits: Vec<_> = letters.chars().map(|letter| format!("{:06b}", LETTERS.find(letter).unwrap())).collect();
        let bits = bits.concat();
        Some(
            bits.as_bytes()
                .chunks_exact(8)
                .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
                .collect(),
        )
    }
}

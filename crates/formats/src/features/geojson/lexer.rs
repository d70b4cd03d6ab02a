//! JSON as a run of tokens, read in pieces: grammar is checked, depth and the size of one text are bounded, nothing is kept.

use std::io::Read;
use terrane_model::limits::{JSON_DEPTH_MAX, Limits};
use terrane_model::{Error, Result};

/// A piece of JSON. Texts and numbers are in [`Lexer::text`] until the next token is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key,
    Text,
    Number,
    True,
    False,
    Null,
    /// There is no further document.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A document, or the end.
    Document,
    Value,
    /// A value, or the end of a list that has just begun.
    FirstItem,
    /// A key, or the end of an object that has just begun.
    FirstKey,
    Key,
    /// A comma or the end.
    After,
}

/// Reads tokens. One input may hold many documents, one after the other (newline-delimited, or RFC 8142 with record separators).
pub struct Lexer<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// Bytes before the buffer.
    passed: u64,
    text: Vec<u8>,
    /// For each open bracket whether it is an object.
    open: Vec<bool>,
    expect: Expect,
    text_bytes_max: usize,
}

impl<R: Read> Lexer<R> {
    /// Begins at the beginning; a byte order mark is passed over.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; 65_536],
            at: 0,
            filled: 0,
            passed: 0,
            text: Vec::new(),
            open: Vec::new(),
            expect: Expect::Document,
            text_bytes_max: Limits::default().import_value_bytes_max,
        }
    }

    /// The text of the last key, text or number.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or("")
    }

    /// Open brackets.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token> {
        let Some(byte) = self.after_space()? else {
            return if self.expect == Expect::Document {
                Ok(Token::End)
            } else {
                Err(self.wrong("The file ends too early; it may be cut short"))
            };
        };
        match (self.expect, byte) {
            (Expect::After, b',') => {
                self.at += 1;
                self.expect = if self.open.last() == Some(&true) { Expect::Key } else { Expect::Value };
                self.next()
            }
            (Expect::After | Expect::FirstKey, b'}') if self.open.last() == Some(&true) => self.close(Token::EndObject),
            (Expect::After | Expect::FirstItem, b']') if self.open.last() == Some(&false) => {
                self.close(Token::EndArray)
            }
            (Expect::FirstKey | Expect::Key, b'"') => self.key(),
            (Expect::Document | Expect::Value | Expect::FirstItem, _) => self.value(byte),
            _ => Err(self.unexpected(byte)),
        }
    }

    /// Passes over the rest of the value that a token begins, or copies it as compact JSON.
    pub fn rest_of_value(&mut self, token: Token, mut copy: Option<&mut String>) -> Result<()> {
        let depth = match token {
            Token::BeginObject | Token::BeginArray => self.depth() - 1,
            _ => self.depth(),
        };
        let mut token = token;
        let mut fresh = true;
        let before = copy.as_ref().map_or(0, |out| out.len());
        loop {
            if let Some(out) = copy.as_deref_mut() {
                self.copy(token, &mut fresh, out);
                if out.len() - before > self.text_bytes_max {
                    return Err(self.too_long());
                }
            }
            if self.depth() == depth && token != Token::Key {
                return Ok(());
            }
            token = self.next()?;
        }
    }

    /// Appends the value that a bracket begins as compact JSON.
    pub fn rest_of_nested(&mut self, token: Token, out: &mut String) -> Result<()> {
        let before = out.len();
        let outcome = self.rest_of_value(token, Some(out));
        if outcome.is_err() {
            out.truncate(before);
        }
        outcome
    }

    fn copy(&self, token: Token, fresh: &mut bool, out: &mut String) {
        let closes = matches!(token, Token::EndObject | Token::EndArray);
        if !*fresh && !closes {
            out.push(',');
        }
        *fresh = matches!(token, Token::BeginObject | Token::BeginArray | Token::Key);
        match token {
            Token::BeginObject => out.push('{'),
            Token::EndObject => out.push('}'),
            Token::BeginArray => out.push('['),
            Token::EndArray => out.push(']'),
            Token::True => out.push_str("true"),
            Token::False => out.push_str("false"),
            Token::Null | Token::End => out.push_str("null"),
            Token::Number => out.push_str(self.text()),
            Token::Key | Token::Text => {
                let mut quoted = Vec::with_capacity(self.text.len() + 2);
                super::write_string(self.text(), &mut quoted);
                out.push_str(&String::from_utf8_lossy(&quoted));
                if token == Token::Key {
                    out.push(':');
                }
            }
        }
    }

    /// The byte after white space, not taken. Between documents a record separator is space as well.
    fn after_space(&mut self) -> Result<Option<u8>> {
        loop {
            while self.at < self.filled {
                let byte = self.buffer[self.at];
                let space = matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
                let separator = self.expect == Expect::Document && matches!(byte, 0x1e | 0xef | 0xbb | 0xbf);
                if !space && !separator {
                    return Ok(Some(byte));
                }
                self.at += 1;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> Result<bool> {
        self.passed += self.filled as u64;
        self.at = 0;
        self.filled = 0;
        let read = self
            .input
            .read(&mut self.buffer)
            .map_err(|error| Error::invalid("The file cannot be read to its end.").because(error))?;
        self.filled = read;
        Ok(read > 0)
    }

    fn byte(&mut self) -> Result<u8> {
        if self.at == self.filled && !self.fill()? {
            return Err(self.wrong("The file ends in the middle of a value; it may be cut short"));
        }
        let byte = self.buffer[self.at];
        self.at += 1;
        Ok(byte)
    }

    fn close(&mut self, token: Token) -> Result<Token> {
        self.at += 1;
        self.open.pop();
        self.end_value();
        Ok(token)
    }

    fn end_value(&mut self) {
        self.expect = if self.open.is_empty() { Expect::Document } else { Expect::After };
    }

    fn begin(&mut self, object: bool) -> Result<Token> {
        if self.open.len() >= JSON_DEPTH_MAX {
            return Err(Error::too_large(format!("The JSON is nested more than {JSON_DEPTH_MAX} deep.")));
        }
        self.at += 1;
        self.open.push(object);
        self.expect = if object { Expect::FirstKey } else { Expect::FirstItem };
        Ok(if object { Token::BeginObject } else { Token::BeginArray })
    }

    fn value(&mut self, byte: u8) -> Result<Token> {
        match byte {
            b'{' => self.begin(true),
            b'[' => self.begin(false),
            b'"' => {
                self.at += 1;
                self.string()?;
                self.end_value();
                Ok(Token::Text)
            }
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true", Token::True),
            b'f' => self.word("false", Token::False),
            b'n' => self.word("null", Token::Null),
            b'N' | b'I' => Err(self.wrong("JSON has no NaN and no Infinity; write null where there is no value")),
            other => Err(self.unexpected(other)),
        }
    }

    fn key(&mut self) -> Result<Token> {
        self.at += 1;
        self.string()?;
        if self.after_space()? != Some(b':') {
            return Err(self.wrong("A colon is missing after a name"));
        }
        self.at += 1;
        self.expect = Expect::Value;
        Ok(Token::Key)
    }

    fn word(&mut self, word: &str, token: Token) -> Result<Token> {
        for expected in word.bytes() {
            let byte = self.byte()?;
            if byte != expected {
                return Err(self.unexpected(byte));
            }
        }
        self.end_value();
        Ok(token)
    }

    fn number(&mut self) -> Result<Token> {
        self.text.clear();
        loop {
            let from = self.at;
            let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
            let count = self.buffer[from..self.filled].iter().take_while(|byte| is_part(byte)).count();
            self.text.extend_from_slice(&self.buffer[from..from + count]);
            self.at += count;
            if self.at < self.filled || self.text.len() > 1_000 || !self.fill()? {
                break;
            }
        }
        if self.text == b"-" && self.at < self.filled && self.buffer[self.at] == b'I' {
            return Err(self.wrong("JSON has no NaN and no Infinity; write null where there is no value"));
        }
        if !is_number(&self.text) {
            let text = self.text().to_owned();
            return Err(self.wrong(&format!("“{}” is not a number", text.chars().take(40).collect::<String>())));
        }
        self.end_value();
        Ok(Token::Number)
    }

    /// The rest of a text after its opening quote.
    fn string(&mut self) -> Result<()> {
        self.text.clear();
        loop {
            let run = &self.buffer[self.at..self.filled];
            let count = run.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count();
            self.text.extend_from_slice(&run[..count]);
            self.at += count;
            if self.text.len() > self.text_bytes_max {
                return Err(self.too_long());
            }
            if self.at == self.filled {
                if !self.fill()? {
                    return Err(self.wrong("The file ends in the middle of a text; it may be cut short"));
                }
                continue;
            }
            match self.byte()? {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return Err(self.wrong("A text holds a control character, which JSON writes as \\u00…")),
            }
        }
        match std::str::from_utf8(&self.text) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.wrong("A text is not UTF-8, which GeoJSON must be; save the file as UTF-8")),
        }
    }

    fn escape(&mut self) -> Result<()> {
        let byte = self.byte()?;
        self.escaped(byte)
    }

    /// What the byte after a backslash stands for.
    fn escaped(&mut self, byte: u8) -> Result<()> {
        let plain = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'"' | b'\\' | b'/' => byte,
            b'u' => return self.unicode(),
            other => return Err(self.unexpected(other)),
        };
        self.text.push(plain);
        Ok(())
    }

    /// `\uXXXX`; a half of a pair that has no other half becomes U+FFFD.
    fn unicode(&mut self) -> Result<()> {
        let unit = self.four_digits()?;
        let next_is_escape = (0xd800..0xdc00).contains(&unit) && self.peek()? == Some(b'\\');
        if !next_is_escape {
            self.push(unit);
            return Ok(());
        }
        self.at += 1;
        let byte = self.byte()?;
        if byte != b'u' {
            self.push(unit);
            return self.escaped(byte);
        }
        let low = self.four_digits()?;
        if (0xdc00..0xe000).contains(&low) {
            self.push(0x1_0000 + ((unit - 0xd800) << 10 | (low - 0xdc00)));
        } else {
            self.push(unit);
            self.push(low);
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        let any = self.at < self.filled || self.fill()?;
        Ok(any.then(|| self.buffer[self.at]))
    }

    fn push(&mut self, code: u32) {
        let character = char::from_u32(code).unwrap_or('\u{fffd}');
        self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn four_digits(&mut self) -> Result<u32> {
        let mut number = 0;
        for _ in 0..4 {
            let byte = self.byte()?;
            let digit = char::from(byte).to_digit(16).ok_or_else(|| self.unexpected(byte))?;
            number = number << 4 | digit;
        }
        Ok(number)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::invalid(format!("The file is not valid JSON: {what}."))
            .at(format!("byte {}", self.passed + self.at as u64))
    }

    fn unexpected(&self, byte: u8) -> Error {
        self.wrong(&format!("“{}” is not expected here", char::from(byte).escape_default()))
    }

    fn too_long(&self) -> Error {
        Error::too_large(format!("One value has more than {} bytes.", self.text_bytes_max))
            .at(format!("byte {}", self.passed + self.at as u64))
    }
}

/// The grammar of numbers (RFC 8259, section 6).
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let unsigned = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
            !unsigned.is_empty() && digits(unsigned) == unsigned.len()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Lexer, Token};
    use std::io::Read;

    /// Gives one byte at a time, so that every token straddles a border.
    struct Drop<'a>(&'a [u8]);

    impl Read for Drop<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn compact(text: &str) -> Result<String, String> {
        let mut lexer = Lexer::new(Drop(text.as_bytes()));
        let mut out = String::new();
        let token = lexer.next().map_err(|error| error.to_string())?;
        lexer.rest_of_value(token, Some(&mut out)).map_err(|error| error.to_string())?;
        match lexer.next() {
            Ok(Token::End) => Ok(out),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn documents_are_copied_as_serde_reads_them() {
        for text in [
            r#" {"a" : [1, -2.5e+3, {"b": null, "c": [], "d": {}}], "é\n\u00e9\ud83d\ude00": true, "": false} "#,
            "[]",
            "\"x\\\\\\\"\\/\"",
            "-0.0",
            "[[[[1]]],\"\\u0000\"]",
        ] {
            let ours: serde_json::Value = serde_json::from_str(&compact(text).unwrap()).unwrap();
            assert_eq!(ours, serde_json::from_str::<serde_json::Value>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_serde_refuses_is_refused() {
        for text in [
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{,}",
            "[1 2]",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "--1",
            "NaN",
            "-Infinity",
            "nul",
            "\"a",
            "\"\\x\"",
            "\"\u{1}\"",
            "]",
            "{\"a\":1,}",
            "{1:2}",
            "[}",
            "\"\\u12g4\"",
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(compact(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lone_halves_of_pairs_are_marked() {
        for (text, read) in [
            (r#""\ud800x""#, "\u{fffd}x"),
            (r#""\ud800\n""#, "\u{fffd}\n"),
            (r#""\udc00""#, "\u{fffd}"),
            (r#""\ud800\u0041""#, "\u{fffd}A"),
        ] {
            let mut lexer = Lexer::new(Drop(text.as_bytes()));
            assert_eq!(lexer.next().unwrap(), Token::Text);
            assert_eq!(lexer.text(), read, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let error = compact(&"[".repeat(1_000_000)).unwrap_err();
        assert!(error.contains("deep"), "{error}");
    }
}

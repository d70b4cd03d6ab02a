//! Words of CQL2 text and WKT: names, numbers, quoted texts and signs, each with its place.

use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or keyword.
    Name(String),
    /// A name between double quotes.
    Quoted(String),
    /// A text between single quotes.
    Text(String),
    /// A number without its sign, as written.
    Number(String),
    /// A sign.
    Sign(&'static str),
    /// The end.
    End,
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Name(name) => format!("“{}”", shortened(name)),
            Self::Quoted(name) => format!("“\"{}\"”", shortened(name)),
            Self::Text(text) => format!("the text '{}'", shortened(text)),
            Self::Number(number) => format!("the number {}", shortened(number)),
            Self::Sign(sign) => format!("“{sign}”"),
            Self::End => "the end".to_owned(),
        }
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    text.chars().take(SHOWN).collect()
}

/// All words of a text, with a place among them and counts of what was read.
pub(super) struct Words<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    nodes: usize,
    vertices: usize,
    limits: &'a Limits,
}

const SIGNS: [&str; 18] =
    ["<>", "<=", ">=", "!=", "(", ")", "[", "]", ",", "+", "-", "*", "/", "%", "^", "=", "<", ">"];

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Result<Self> {
        if text.len() > limits.filter_bytes_max {
            return Err(Error::too_large(format!(
                "The filter has {} bytes; at most {} are read.",
                text.len(),
                limits.filter_bytes_max
            )));
        }
        let mut words = Self { text, tokens: Vec::new(), at: 0, depth: 0, nodes: 0, vertices: 0, limits };
        let mut place = 0;
        while let Some(first) = text[place..].chars().next() {
            place += if first.is_whitespace() { first.len_utf8() } else { words.token(place, first)? };
        }
        words.tokens.push((Token::End, text.len()));
        Ok(words)
    }

    /// Reads the word that begins at a place and tells its length in bytes.
    fn token(&mut self, place: usize, first: char) -> Result<usize> {
        let rest = &self.text[place..];
        let second_is_digit = rest[first.len_utf8()..].starts_with(|next: char| next.is_ascii_digit());
        let (token, length) = match first {
            '\'' | '"' => self.quoted(place, first)?,
            _ if first.is_ascii_digit() || (first == '.' && second_is_digit) => number(rest),
            _ if is_name_start(first) => {
                let length = rest.find(|next| !is_name_part(next)).unwrap_or(rest.len());
                (Token::Name(rest[..length].to_owned()), length)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(&"!=") => return Err(self.wrong_at(place, "write <> for “not equal”")),
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => return Err(self.wrong_at(place, &format!("“{first}” has no meaning here"))),
            },
        };
        self.tokens.push((token, place));
        Ok(length)
    }

    /// A text between quotes, which are doubled within it.
    fn quoted(&self, place: usize, quote: char) -> Result<(Token, usize)> {
        let mut content = String::new();
        let mut characters = self.text[place + 1..].char_indices();
        while let Some((at, character)) = characters.next() {
            if character != quote {
                content.push(character);
            } else if characters.as_str().starts_with(quote) {
                content.push(quote);
                characters.next();
            } else {
                let length = at + 2;
                return Ok(if quote == '"' {
                    (Token::Quoted(content), length)
                } else {
                    (Token::Text(content), length)
                });
            }
        }
        Err(self.wrong_at(place, &format!("the quote {quote} that begins here has no end")))
    }

    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    /// The word after the next.
    pub(super) fn peek_second(&self) -> &Token {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].0
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    /// Takes a sign when it is next.
    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(next) if *next == sign);
        if found {
            self.next();
        }
        found
    }

    /// Whether a keyword is next.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(keyword))
    }

    /// Takes a keyword when it is next.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.next();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &str, why: &str) -> Result<()> {
        if self.take(sign) { Ok(()) } else { Err(self.expected(&format!("“{sign}” {why}"))) }
    }

    pub(super) fn expect_text(&mut self, what: &str) -> Result<String> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.next();
                Ok(text)
            }
            _ => Err(self.expected(what)),
        }
    }

    pub(super) fn expect_end(&self) -> Result<()> {
        if *self.peek() == Token::End { Ok(()) } else { Err(self.expected("the end, “AND” or “OR”")) }
    }

    /// A number with its sign.
    pub(super) fn expect_number(&mut self) -> Result<f64> {
        let negative = self.take("-");
        if !negative {
            self.take("+");
        }
        match self.peek() {
            Token::Number(number) => {
                let value: f64 = number.parse().map_err(|_| self.wrong("this number cannot be read"))?;
                if !value.is_finite() {
                    return Err(self.wrong("this number is too large"));
                }
                self.next();
                Ok(if negative { -value } else { value })
            }
            _ => Err(self.expected("a number")),
        }
    }

    /// Something is wrong with the word just read or about to be.
    pub(super) fn wrong(&self, what: &str) -> Error {
        self.wrong_at(self.tokens[self.at].1, what)
    }

    /// The word before the next one is wrong.
    pub(super) fn wrong_before(&self, what: &str) -> Error {
        self.wrong_at(self.tokens[self.at.saturating_sub(1)].1, what)
    }

    pub(super) fn expected(&self, what: &str) -> Error {
        self.wrong(&format!("expected {what}, found {}", self.peek().shown()))
    }

    fn wrong_at(&self, place: usize, what: &str) -> Error {
        let character = self.text[..place].chars().count() + 1;
        Error::invalid(format!("The filter cannot be read at character {character}: {what}."))
    }

    /// Goes one level down; refuses more levels than the limit.
    pub(super) fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        self.within_depth(0)
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// Refuses a chain of operators that would nest deeper than the limit.
    pub(super) fn within_depth(&self, more: usize) -> Result<()> {
        if self.depth + more > self.limits.filter_depth_max {
            return Err(Error::too_large(format!(
                "The filter is nested more than {} levels deep.",
                self.limits.filter_depth_max
            )));
        }
        Ok(())
    }

    /// Counts a node.
    pub(super) fn node(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > self.limits.filter_nodes_max {
            return Err(Error::too_large(format!("The filter has more than {} parts.", self.limits.filter_nodes_max)));
        }
        Ok(())
    }

    /// Counts a vertex.
    pub(super) fn vertex(&mut self) -> Result<()> {
        self.vertices += 1;
        check_vertices(self.vertices, self.limits)
    }
}

/// Refuses more vertices than the limit.
pub(super) fn check_vertices(vertices: usize, limits: &Limits) -> Result<()> {
    if vertices > limits.filter_vertices_max {
        return Err(Error::too_large(format!(
            "The geometry of the filter has more than {} vertices.",
            limits.filter_vertices_max
        )));
    }
    Ok(())
}

fn number(text: &str) -> (Token, usize) {
    let digits = |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if text[length..].starts_with('.') {
        length = digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let end = digits(length + 1 + sign);
        if end > length + 1 + sign {
            length = end;
        }
    }
    (Token::Number(text[..length].to_owned()), length)
}

/// CQL2, `identifierStart`.
pub(super) fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1ffe}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// CQL2, `identifierPart`.
pub(super) fn is_name_part(character: char) -> bool {
    is_name_start(character) || matches!(character, '.' | '0'..='9' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

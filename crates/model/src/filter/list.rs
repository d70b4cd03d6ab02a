//! Lists in nested columns: a small reader of JSON arrays, and how two lists relate.
//!
//! Lists are compared as sets, as CQL2's array functions ask: order and repetition do not matter.

use super::scalar::{Moment, Scalar};
use super::{ArrayOp, Literal};
use crate::time::When;
use std::borrow::Cow;

/// Nesting of a JSON value beyond which it is not read.
const DEPTH_MAX: usize = 64;

/// The members of a JSON array; `None` when the text is not one. Members that are lists or records stay JSON text.
pub(super) fn read(json: &str) -> Option<Vec<Scalar<'_>>> {
    let mut reader = Reader { text: json, at: 0 };
    let members = reader.array()?;
    reader.blanks();
    (reader.at == json.len()).then_some(members)
}

/// The members of a list that is given.
pub(super) fn given(list: &[Literal]) -> Vec<Scalar<'static>> {
    list.iter().map(Scalar::given).collect()
}

impl ArrayOp {
    pub(super) fn holds(self, left: &[Scalar<'_>], right: &[Scalar<'_>]) -> bool {
        let within =
            |some: &[Scalar<'_>], all: &[Scalar<'_>]| some.iter().all(|one| all.iter().any(|other| same(one, other)));
        match self {
            Self::Equals => within(left, right) && within(right, left),
            Self::Contains => within(right, left),
            Self::ContainedBy => within(left, right),
            Self::Overlaps => left.iter().any(|one| right.iter().any(|other| same(one, other))),
        }
    }
}

/// Whether two members are the same; a text in date form is the same as the moment that it states.
fn same(left: &Scalar<'_>, right: &Scalar<'_>) -> bool {
    match (left, right) {
        (Scalar::Null, Scalar::Null) => true,
        (Scalar::Json(a), Scalar::Json(b)) => a == b,
        (Scalar::Text(text), Scalar::Time(moment)) | (Scalar::Time(moment), Scalar::Text(text)) => {
            When::parse(text).is_ok_and(|when| Moment::of(&when).order(*moment).is_eq())
        }
        _ => left.order(right).is_some_and(std::cmp::Ordering::is_eq),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn array(&mut self) -> Option<Vec<Scalar<'a>>> {
        self.take(b'[')?;
        let mut members = Vec::new();
        if self.take(b']').is_some() {
            return Some(members);
        }
        loop {
            self.blanks();
            members.push(self.member()?);
            if self.take(b']').is_some() {
                return Some(members);
            }
            self.take(b',')?;
        }
    }

    fn member(&mut self) -> Option<Scalar<'a>> {
        match self.peek()? {
            b'"' => self.string().map(Scalar::Text),
            b'[' | b'{' => self.nested().map(|json| Scalar::Json(Cow::Borrowed(json))),
            _ => plain(self.word()),
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let inside = self.quoted()?;
        if inside.contains('\\') { unescape(inside).map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
    }

    /// What stands between two quotation marks, escapes and all.
    fn quoted(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return self.text.get(start..self.at - 1);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A list or record as it is written.
    fn nested(&mut self) -> Option<&'a str> {
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.peek()? {
                b'"' => {
                    self.quoted()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            match depth {
                0 => return self.text.get(start..self.at),
                deep if deep > DEPTH_MAX => return None,
                _ => {}
            }
        }
    }
}

fn plain(word: &str) -> Option<Scalar<'static>> {
    match word {
        "null" => Some(Scalar::Null),
        "true" => Some(Scalar::Bool(true)),
        "false" => Some(Scalar::Bool(false)),
        _ if !word.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => None,
        _ => word.parse().map(Scalar::Int).or_else(|_| word.parse().map(Scalar::Float)).ok(),
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next()? {
            'b' => plain.push('\u{8}'),
            'f' => plain.push('\u{c}'),
            'n' => plain.push('\n'),
            'r' => plain.push('\r'),
            't' => plain.push('\t'),
            'u' => plain.push(unicode_escape(&mut characters)?),
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// The character of `\uXXXX`, or of two that make a surrogate pair.
fn unicode_escape(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let four = |characters: &mut std::str::Chars<'_>| {
        (0..4).try_fold(0_u32, |code, _| Some(code << 4 | characters.next()?.to_digit(16)?))
    };
    let first = four(characters)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    let second = if characters.next()? == '\\' && characters.next()? == 'u' { four(characters)? } else { return None };
    (0xdc00..0xe000)
        .contains(&second)
        .then(|| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_and_other_texts_are_not() {
        let members = read(r#" [ "a\n\ud83d\ude00", -1, 2.5e1 ,true,null,[1,"]"],{"x":[2]} ] "#).expect("an array");
        assert_eq!(members[0], Scalar::Text("a\n😀".into()));
        assert_eq!(members[1..4], [Scalar::Int(-1), Scalar::Float(25.0), Scalar::Bool(true)]);
        assert_eq!(members[5], Scalar::Json(r#"[1,"]"]"#.into()));
        assert_eq!(read("[]"), Some(Vec::new()));
        for broken in
            ["", "[", "[1", "[1,]", "{}", "[1] 2", "[\"a]", "[\"\\", "[\"é\\", "[nul]", "[[1]", "[\"\\ud83d\"]"]
        {
            assert_eq!(read(broken), None, "{broken}");
        }
        assert_eq!(read(&"[".repeat(100_000)), None);
    }

    #[test]
    fn lists_relate_as_sets() {
        let list = |json: &'static str| read(json).expect("an array");
        assert!(ArrayOp::Equals.holds(&list("[1,2,2]"), &list("[2,1.0]")));
        assert!(
            ArrayOp::Contains.holds(&list("[1,2,3]"), &list("[3,1]"))
                && !ArrayOp::Contains.holds(&list("[1]"), &list("[1,2]"))
        );
        assert!(ArrayOp::ContainedBy.holds(&list("[]"), &list("[1]")));
        assert!(
            ArrayOp::Overlaps.holds(&list("[1,\"a\"]"), &list("[\"a\"]"))
                && !ArrayOp::Overlaps.holds(&list("[1]"), &list("[\"1\"]"))
        );
        let day = given(&[Literal::Instant(crate::Instant::parse("2012-08-10").expect("a day"))]);
        assert!(ArrayOp::Overlaps.holds(&list("[\"2012-08-10\"]"), &day));
    }
}

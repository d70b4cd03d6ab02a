//! Blanks comments and literals in Rust text, so that rules look at code alone. Same length, same lines.

/// `text` with the insides of comments, strings and characters replaced by spaces, byte for byte.
pub fn mask(text: &str) -> String {
    let mut masker = Masker { from: text.as_bytes(), to: Vec::with_capacity(text.len()) };
    while masker.to.len() < masker.from.len() {
        masker.step();
    }
    String::from_utf8_lossy(&masker.to).into_owned()
}

/// Whether `byte` may be part of a name.
pub fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

struct Masker<'a> {
    from: &'a [u8],
    to: Vec<u8>,
}

impl Masker<'_> {
    fn step(&mut self) {
        match self.ahead(0) {
            b'/' if self.ahead(1) == b'/' => self.line_comment(),
            b'/' if self.ahead(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            b'r' if !self.inside_a_name() => self.raw_or_name(),
            byte => self.keep(byte),
        }
    }

    fn ahead(&self, by: usize) -> u8 {
        self.from.get(self.to.len() + by).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.to.len() >= self.from.len()
    }

    fn keep(&mut self, byte: u8) {
        // Code outside literals is ASCII but for a rare name; a space stands for anything else.
        self.to.push(if byte.is_ascii() { byte } else { b' ' });
    }

    fn blank(&mut self, count: usize) {
        for _ in 0..count {
            if !self.at_end() {
                let byte = if self.ahead(0) == b'\n' { b'\n' } else { b' ' };
                self.to.push(byte);
            }
        }
    }

    /// True when the byte before is part of a name that a literal's prefix could not be (`b` and `c` may come before `r`).
    fn inside_a_name(&self) -> bool {
        let mut back = self.to.iter().rev().copied();
        match back.next() {
            Some(b'b' | b'c') => back.next().is_some_and(is_name),
            Some(byte) => is_name(byte),
            None => false,
        }
    }

    fn line_comment(&mut self) {
        while !self.at_end() && self.ahead(0) != b'\n' {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while !self.at_end() {
            match (self.ahead(0), self.ahead(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.blank(1);
                    continue;
                }
            }
            self.blank(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.keep(b'"');
        while !self.at_end() {
            match self.ahead(0) {
                b'\\' => self.blank(2),
                b'"' => return self.keep(b'"'),
                _ => self.blank(1),
            }
        }
    }

    /// `'a'` is a character, `'a` a lifetime.
    fn quote(&mut self) {
        if self.ahead(1) == b'\\' {
            self.blank(3);
            while !self.at_end() && self.ahead(0) != b'\'' {
                self.blank(1);
            }
            return self.blank(1);
        }
        let rest = &self.from[self.to.len() + 1..];
        let wide = (1..=4).find(|&width| rest.get(width) == Some(&b'\'') && is_one_character(&rest[..width]));
        match wide {
            Some(width) => self.blank(width + 2),
            None => self.keep(b'\''),
        }
    }

    fn raw_or_name(&mut self) {
        let hashes = (1..).take_while(|&by| self.ahead(by) == b'#').count();
        if self.ahead(hashes + 1) != b'"' {
            return self.keep(b'r');
        }
        let end = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
        self.blank(hashes + 2);
        while !self.at_end() && !self.from[self.to.len()..].starts_with(&end) {
            self.blank(1);
        }
        self.blank(end.len());
    }
}

fn is_one_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text), expected);
        assert_eq!(mask(text).len(), text.len());
    }

    #[test]
    fn comments_and_strings_become_spaces() {
        check("a // b\nc", "a     \nc");
        check("a /* x /* y */ z */ b", "a                   b");
        check(r#"f("un\"wrap")"#, r#"f("        ")"#);
        check("f(\"a\nb\")", "f(\" \n \")");
    }

    #[test]
    fn raw_strings_end_only_at_their_own_hashes() {
        check(r###"r#"a"b"# x"###, "         x");
        check(r##"br#"a"# x"##, "b       x");
        check("r#fn + bar\"a\"", "r#fn + bar\" \"");
    }

    #[test]
    fn lifetimes_stay_and_characters_go() {
        check("&'a str", "&'a str");
        check("f('{', '\\'', '\\u{1F}')", "f(   ,     ,         )");
        check("'語' x", "      x");
    }

    #[test]
    fn an_unfinished_literal_ends_with_the_file() {
        check("\"abc", "\"   ");
        check("/* abc", "      ");
        check("'", "'");
        check("r#\"x", "    ");
    }
}

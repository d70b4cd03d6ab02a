//! Ages in numbers: `66-23 Ma`, `120±5 Ma`, `1.2 Ga`, `6,600万年前`.

use super::span::Age;
use crate::text::is_boundary;

/// Units of age and how many millions of years each is; of two that fit, the longer one is meant.
const UNITS: [(&str, f64); 47] = [
    ("ma", 1.0),
    ("m.a.", 1.0),
    ("mya", 1.0),
    ("myr", 1.0),
    ("my", 1.0),
    ("million years ago", 1.0),
    ("million years", 1.0),
    ("million yr", 1.0),
    ("ga", 1e3),
    ("gyr", 1e3),
    ("billion years ago", 1e3),
    ("billion years", 1e3),
    ("ka", 1e-3),
    ("ka bp", 1e-3),
    ("kyr", 1e-3),
    ("kya", 1e-3),
    ("kyr bp", 1e-3),
    ("cal ka bp", 1e-3),
    ("thousand years", 1e-3),
    ("thousand years ago", 1e-3),
    ("years ago", 1e-6),
    ("years bp", 1e-6),
    ("yr bp", 1e-6),
    ("yrs bp", 1e-6),
    ("cal bp", 1e-6),
    ("bp", 1e-6),
    ("億年前", 100.0),
    ("億年", 100.0),
    ("百万年前", 1.0),
    ("百万年", 1.0),
    ("万年前", 1e-2),
    ("万年", 1e-2),
    ("千年前", 1e-3),
    ("年前", 1e-6),
    ("亿年前", 100.0),
    ("亿年", 100.0),
    ("억년전", 100.0),
    ("억년", 100.0),
    ("백만년전", 1.0),
    ("백만년", 1.0),
    ("만년전", 1e-2),
    ("만년", 1e-2),
    ("ล้านปี", 1.0),
    ("ล้านปีก่อน", 1.0),
    ("trieu nam", 1.0),
    ("juta tahun", 1.0),
    ("млн лет", 1.0),
];

/// Characters that multiply what stands before and add what stands behind: 1億2000万.
const MULTIPLIERS: [(char, f64); 3] = [('億', 1e8), ('亿', 1e8), ('억', 1e8)];

/// The age in numbers a folded text goes on with at a byte, and its length in bytes.
pub fn number_at(text: &str, start: usize) -> Option<(Age, usize)> {
    if text[..start]
        .chars()
        .next_back()
        .is_some_and(|before| before.is_alphanumeric() && !crate::text::is_close(before))
    {
        return None;
    }
    let mut reader = Reader { text, at: start };
    let first = reader.value()?;
    let second = reader.joined();
    let unit_ma = reader.unit(first.multiplied || second.as_ref().is_some_and(|second| second.multiplied))?;
    let age = match second {
        Some(second) => first.age(unit_ma).hull(second.age(unit_ma)),
        None => first.age(unit_ma),
    };
    (age.older_ma.is_finite() && age.older_ma <= 20_000.0).then_some((age, reader.at - start))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A number with its uncertainty, in the unit that follows.
struct Value {
    value: f64,
    error: f64,
    /// Already in years: it held 億.
    multiplied: bool,
}

impl Value {
    fn age(&self, unit_ma: f64) -> Age {
        let unit_ma = if self.multiplied { 1e-6 } else { unit_ma };
        Age::between((self.value + self.error) * unit_ma, ((self.value - self.error) * unit_ma).max(0.0))
    }
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }
    fn skip(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }
    /// Digits, with a point or comma: a comma before three digits parts thousands.
    fn digits(&mut self) -> Option<f64> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
        let written = rest[..end].trim_end_matches(['.', ',']);
        if !written.starts_with(|c: char| c.is_ascii_digit()) || written.len() > 20 {
            return None;
        }
        self.at += written.len();
        let thousands =
            written.split(',').skip(1).all(|group| group.split('.').next().is_some_and(|digits| digits.len() == 3));
        if thousands { written.replace(',', "") } else { written.replace(',', ".") }.parse().ok()
    }
    fn value(&mut self) -> Option<Value> {
        let mut value = self.digits()?;
        let mut multiplied = false;
        for (sign, factor) in MULTIPLIERS {
            let follows = self.rest().strip_prefix(sign).and_then(|rest| rest.chars().next());
            if follows.is_some_and(|next| next.is_ascii_digit()) {
                self.at += sign.len_utf8();
                value = value * factor + self.digits()? * self.ten_thousands();
                multiplied = true;
            }
        }
        let before = self.at;
        self.skip(" ");
        let error = if self.skip("±") || self.skip("+/-") || self.skip("+-") {
            self.skip(" ");
            self.digits()?
        } else {
            self.at = before;
            0.0
        };
        Some(Value { value, error, multiplied })
    }
    /// The factor of 万 after digits that follow 億.
    fn ten_thousands(&mut self) -> f64 {
        if ["万", "만"].iter().any(|sign| self.rest().starts_with(sign)) { 1e4 } else { 1.0 }
    }
    /// The other end of a range.
    fn joined(&mut self) -> Option<Value> {
        let before = self.at;
        for word in [" - ", "-", " to ", " and ", "から", "至", "ถึง", " sampai ", " den "] {
            if self.skip(word) {
                if let Some(value) = self.value() {
                    return Some(value);
                }
                self.at = before;
            }
        }
        None
    }
    /// The unit, in millions of years.
    fn unit(&mut self, multiplied: bool) -> Option<f64> {
        self.skip(" ");
        if multiplied {
            self.skip("万");
            self.skip("만");
        }
        let rest = self.rest();
        let fits = |word: &str| {
            rest.strip_prefix(word).is_some_and(|after| is_boundary(word.chars().next_back(), after.chars().next()))
        };
        let years = [("年前", 1e-6), ("年", 1e-6), ("년전", 1e-6), ("년", 1e-6)];
        let years = years.into_iter().filter(|_| multiplied);
        let (word, unit) =
            UNITS.into_iter().chain(years).filter(|(word, _)| fits(word)).max_by_key(|(word, _)| word.len())?;
        self.at += word.len();
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::number_at;
    use crate::text::fold;

    fn read(text: &str) -> Option<(f64, f64)> {
        number_at(&fold(text), 0).map(|(age, _)| (age.older_ma, age.younger_ma))
    }

    #[test]
    fn numbers_of_many_kinds() {
        assert_eq!(read("66-23 Ma"), Some((66.0, 23.0)));
        assert_eq!(read("23.03–5.33 Ma"), Some((23.03, 5.33)));
        assert_eq!(read("120±5 Ma"), Some((125.0, 115.0)));
        assert_eq!(read("1.2 Ga"), Some((1200.0, 1200.0)));
        assert_eq!(read("120 ka"), Some((0.12, 0.12)));
        assert_eq!(read("6,600万年前"), Some((66.0, 66.0)));
        assert_eq!(read("66百万年前"), Some((66.0, 66.0)));
        assert_eq!(read("1億2000万年前"), Some((120.0, 120.0)));
        assert_eq!(read("1億年前"), Some((100.0, 100.0)));
        assert_eq!(read("6600만 년 전"), Some((66.0, 66.0)));
        assert_eq!(read("251,9 Ma"), Some((251.9, 251.9)));
        assert_eq!(read("11,700 years BP"), Some((0.0117, 0.0117)));
        assert_eq!(read("1:50,000"), None);
        assert_eq!(read("15 map sheets"), None);
        assert_eq!(read("9999999999999999999999999 Ma"), None);
    }
}

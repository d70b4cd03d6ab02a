//! Key-value pairs of a query: keys in any case for OGC web services, exact for OGC APIs; decoded strictly.

use terrane_model::{Error, Result};

/// Pairs in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Takes a query string apart. Bad percent signs and bytes that are not UTF-8 are refused, not guessed.
    pub fn parse(query: &str) -> Result<Self> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(key)?, decode(value)?))
        });
        pairs.collect::<Result<_>>().map(Self)
    }

    /// The value of a key in any case; of several the first. Empty values count as absent.
    pub fn any_case(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a key in any case, also when it is empty.
    pub fn any_case_or_empty(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// The value of a key; a key that is given twice is refused.
    pub fn once(&self, key: &str) -> Result<Option<&str>> {
        let mut found = self.0.iter().filter(|(known, _)| known == key).map(|(_, value)| value.as_str());
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Error::invalid(format!("“{key}” is given more than once.")).at(key)),
        }
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The same without some keys.
    #[must_use]
    pub fn without(&self, keys: &[&str]) -> Self {
        Self(self.0.iter().filter(|(key, _)| !keys.contains(&key.as_str())).cloned().collect())
    }

    /// Refuses keys that are not listed, naming the first.
    pub fn only(&self, allowed: &[&str]) -> Result<()> {
        match self.0.iter().find(|(key, _)| !allowed.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, _)) => {
                let shown: String = key.chars().take(64).collect();
                let say = format!("“{shown}” is not a parameter here; there are: {}.", allowed.join(", "));
                Err(Error::invalid(say).at(shown))
            }
        }
    }
}

/// As much of a text as an error shows.
pub fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Percent-decodes; `+` is a space, as HTML forms send it.
pub fn decode(text: &str) -> Result<String> {
    let wrong =
        || Error::invalid("The address has a percent sign that is not followed by two hexadecimal digits of UTF-8.");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or_else(wrong);
                (digit()? * 16 + digit()?) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong()).and_then(|text| match text.contains('\0') {
        true => Err(wrong()),
        false => Ok(text),
    })
}

/// Percent-encodes a value for a query or a path segment.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    encode_into(text, &mut encoded);
    encoded
}

/// Appends a value, percent-encoded.
pub fn encode_into(text: &str, encoded: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]].map(char::from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case_and_values_are_decoded() {
        let pairs =
            Pairs::parse("Layers=a,b&styles=&crs=EPSG%3A4326&x=%E5%B2%90%E9%98%9C+1").expect("it is well formed");
        assert_eq!(pairs.any_case("LAYERS"), Some("a,b"));
        assert_eq!(pairs.any_case("STYLES"), None);
        assert_eq!(pairs.any_case_or_empty("STYLES"), Some(""));
        assert_eq!(pairs.any_case("CRS"), Some("EPSG:4326"));
        assert_eq!(pairs.any_case("x"), Some("岐阜 1"));
    }

    #[test]
    fn bad_percent_signs_bad_utf8_and_nul_are_refused() {
        for query in ["a=%", "a=%zz", "a=%2", "a=%ff", "a=%c0%af", "a=%00", "%=1"] {
            assert!(Pairs::parse(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_key_given_twice_is_refused_and_an_unknown_one_is_named() {
        let pairs = Pairs::parse("limit=1&limit=2&shoe=9").expect("it is well formed");
        assert_eq!(pairs.once("limit").expect_err("twice").place(), Some("limit"));
        assert_eq!(pairs.only(&["limit"]).expect_err("unknown").place(), Some("shoe"));
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        let text = "a b&c=d/%é地";
        assert_eq!(decode(&encode(text)).expect("encoded"), text);
    }
}

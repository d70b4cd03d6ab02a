//! Texts of labels: words with columns in braces, `{mag:1} Mw`.

use terrane_model::batch::Value;

/// A text with columns in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(String),
    /// The value of a column.
    Column {
        /// Its name.
        name: String,
        /// Decimals of numbers; as many as there are when absent.
        decimals: Option<usize>,
    },
}

/// More decimals than a double holds make no sense.
const DECIMALS_MAX: usize = 17;

impl Template {
    /// From `{column}`, `{column:decimals}` and words; `{{` and `}}` are braces.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut pieces, mut words) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            words.push_str(&rest[..at]);
            let tail = &rest[at..];
            if tail.starts_with("{{") || tail.starts_with("}}") {
                words.push_str(&tail[..1]);
                rest = &tail[2..];
                continue;
            }
            let Some(end) = tail.find('}').filter(|&end| end > 1) else {
                return Err(format!("“{text}” has a brace without its fellow; write {{{{ or }}}} for a brace itself"));
            };
            if !words.is_empty() {
                pieces.push(Part::Text(std::mem::take(&mut words)));
            }
            pieces.push(column(&tail[1..end]));
            rest = &tail[end + 1..];
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Part::Text(words));
        }
        Ok(Self(pieces))
    }

    /// From its parts.
    pub fn of_parts(parts: &[Part]) -> Self {
        let mut all: Vec<Part> = Vec::new();
        for part in parts {
            match (all.last_mut(), part) {
                (_, Part::Text(words)) if words.is_empty() => {}
                (Some(Part::Text(before)), Part::Text(words)) => before.push_str(words),
                (_, Part::Column { name, decimals }) => {
                    all.push(Part::Column {
                        name: name.clone(),
                        decimals: decimals.map(|many| many.min(DECIMALS_MAX)),
                    });
                }
                (_, part) => all.push(part.clone()),
            }
        }
        Self(all)
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The columns it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Part::Text(_) => None,
            Part::Column { name, .. } => Some(name.as_str()),
        })
    }

    /// The text of a row; empty when none of its columns has a value.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> Value<'v>) -> String {
        let (mut text, mut columns, mut empty) = (String::new(), 0, 0);
        for piece in &self.0 {
            match piece {
                Part::Text(words) => text.push_str(words),
                Part::Column { name, decimals } => {
                    let words = show(&value(name), *decimals);
                    columns += 1;
                    empty += usize::from(words.is_empty());
                    text.push_str(&words);
                }
            }
        }
        if columns > 0 && columns == empty { String::new() } else { text }
    }
}

fn column(text: &str) -> Part {
    let split = text.rsplit_once(':').and_then(|(name, digits)| Some((name, digits.parse::<usize>().ok()?)));
    match split {
        Some((name, decimals)) => Part::Column { name: name.to_owned(), decimals: Some(decimals.min(DECIMALS_MAX)) },
        None => Part::Column { name: text.to_owned(), decimals: None },
    }
}

fn show(value: &Value<'_>, decimals: Option<usize>) -> String {
    match (value.as_f64(), decimals) {
        (Some(number), Some(decimals)) => format!("{number:.decimals$}"),
        _ => value.to_string(),
    }
}

/// As it was written.
impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Part::Text(words) => f.write_str(&words.replace('{', "{{").replace('}', "}}")),
            Part::Column { name, decimals: None } => write!(f, "{{{name}}}"),
            Part::Column { name, decimals: Some(decimals) } => write!(f, "{{{name}:{decimals}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_filled_in_with_their_decimals() {
        let template = Template::parse("M{mag:1} {{{place}}}").unwrap();
        let text = template.fill(|name| if name == "mag" { Value::Float(6.25) } else { Value::Text("Gifu") });
        assert_eq!(text, "M6.2 {Gifu}");
        assert_eq!(template.to_string(), "M{mag:1} {{{place}}}");
        assert_eq!(template.columns().collect::<Vec<_>>(), ["mag", "place"]);
    }

    #[test]
    fn a_row_without_values_has_no_label() {
        assert_eq!(Template::parse("{dip}°").unwrap().fill(|_| Value::Null), "");
        assert_eq!(Template::parse("N").unwrap().fill(|_| Value::Null), "N");
    }

    #[test]
    fn a_brace_alone_is_refused() {
        for text in ["{", "a}b", "{}", "{a"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}

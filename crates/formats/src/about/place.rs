//! A JSON value that knows where it stands in its document, so that every error names the place.

use serde_json::{Map, Value};
use terrane_model::{Bbox, DatasetId, Error, Instant, LocalText, Result};

/// What to do with a member that the format does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It is a mistake: say so.
    Refused,
    /// It is for somebody else: pass over it.
    PassedOver,
}

/// A value and its path, such as `datasets[3].licence.url`.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    value: &'a Value,
    path: String,
    unknown: Unknown,
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct Members<'a> {
    map: &'a Map<String, Value>,
    path: String,
    unknown: Unknown,
}

/// The document of a text.
pub(super) fn document(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::invalid("This is not JSON; the fault is at or just before the place named.")
            .at(format!("line {line}, column {column}"))
            .because(error)
    })
}

impl<'a> Place<'a> {
    /// The whole document.
    pub fn root(value: &'a Value, unknown: Unknown) -> Self {
        Self { value, path: String::new(), unknown }
    }

    /// An error here.
    pub fn error(&self, say: impl Into<String>) -> Error {
        Error::invalid(say).at(named(&self.path))
    }

    /// The error of somebody who read what is here; where in it, if they said, comes after the path.
    pub fn within(&self, error: Error) -> Error {
        let path = named(&self.path);
        let place = error.place().map_or_else(|| path.to_owned(), |inner| format!("{path}, {inner}"));
        let (kind, say) = (error.kind(), error.say().to_owned());
        Error::new(kind, say).at(place).because(error)
    }

    /// Whether null is here.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    fn expected(&self, wanted: &str) -> Error {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.error(format!("Here {wanted} is expected, and {found} is found."))
    }

    /// The members of an object, whose names are among those known.
    pub fn members(&self, known: &[&str]) -> Result<Members<'a>> {
        let map = self.value.as_object().ok_or_else(|| self.expected("an object"))?;
        let stranger = map.keys().find(|name| !known.contains(&name.as_str()));
        match stranger.filter(|_| self.unknown == Unknown::Refused) {
            Some(name) => Err(self.error(format!(
                "“{}” is not known here; what may be here: {}.",
                name.chars().take(80).collect::<String>(),
                known.join(", ")
            ))),
            None => Ok(Members { map, path: self.path.clone(), unknown: self.unknown }),
        }
    }

    /// The members of an object whose names are data, in their order.
    pub fn entries(&self) -> Result<Vec<(&'a str, Self)>> {
        let map = self.value.as_object().ok_or_else(|| self.expected("an object"))?;
        Ok(map.iter().map(|(name, value)| (name.as_str(), self.inner(value, join(&self.path, name)))).collect())
    }

    /// The items of a list.
    pub fn items(&self) -> Result<Vec<Self>> {
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        Ok(list.iter().enumerate().map(|(at, value)| self.inner(value, format!("{}[{at}]", self.path))).collect())
    }

    /// The items of a list, each read.
    pub fn each<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Vec<T>> {
        self.items()?.iter().map(read).collect()
    }

    fn inner(&self, value: &'a Value, path: String) -> Self {
        Self { value, path, unknown: self.unknown }
    }

    /// A string.
    pub fn string(&self) -> Result<String> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("a string"))
    }

    /// A finite number.
    pub fn number(&self) -> Result<f64> {
        self.value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| self.expected("a number"))
    }

    /// A whole number from 0.
    pub fn count(&self) -> Result<u64> {
        self.value.as_u64().ok_or_else(|| self.expected("a whole number from 0"))
    }

    /// True or false.
    pub fn truth(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// An identifier.
    pub fn id(&self) -> Result<DatasetId> {
        DatasetId::new(self.string()?).map_err(|error| error.at(named(&self.path)))
    }

    /// A moment, RFC 3339 or ISO 8601.
    pub fn instant(&self) -> Result<Instant> {
        Instant::parse(&self.string()?).map_err(|error| error.at(named(&self.path)))
    }

    /// A text in several languages; a plain string is one whose language is not known.
    pub fn local(&self) -> Result<LocalText> {
        match self.value {
            Value::String(text) => Ok(LocalText::one("und", text)),
            Value::Object(_) => {
                self.entries()?.into_iter().map(|(tag, text)| Ok((tag.to_owned(), text.string()?))).collect()
            }
            _ => Err(self.expected("a string, or an object of languages and strings,")),
        }
    }

    /// `[west, south, east, north]` in degrees; west greater than east crosses the antimeridian.
    pub fn bbox(&self) -> Result<Bbox> {
        let numbers: [f64; 4] = self.each(Self::number)?.try_into().map_err(|_| {
            self.error("A box is a list of four numbers: west, south, east, north, in degrees.")
        })?;
        let [west, south, east, north] = numbers;
        Bbox::geographic([west, south], [east, north]).map_err(|error| error.at(named(&self.path)))
    }
}

impl<'a> Members<'a> {
    /// A member that may be missing or null.
    pub fn find(&self, name: &str) -> Option<Place<'a>> {
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        Some(Place { value, path: join(&self.path, name), unknown: self.unknown })
    }

    /// A member that must be there.
    pub fn need(&self, name: &str) -> Result<Place<'a>> {
        self.find(name).ok_or_else(|| Error::invalid(format!("“{name}” is missing here.")).at(named(&self.path)))
    }

    /// A member that may be missing, read.
    pub fn maybe<T>(&self, name: &str, read: impl Fn(&Place<'a>) -> Result<T>) -> Result<Option<T>> {
        self.find(name).as_ref().map(read).transpose()
    }

    /// A member, read, or what stands for a missing one.
    pub fn or<T>(&self, name: &str, missing: T, read: impl Fn(&Place<'a>) -> Result<T>) -> Result<T> {
        self.maybe(name, read).map(|found| found.unwrap_or(missing))
    }
}

/// The path of a member; names that are not plain words are quoted.
fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || "_-".contains(character));
    match (path.is_empty(), plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{}]", Value::from(name.chars().take(80).collect::<String>())),
    }
}

fn named(path: &str) -> &str {
    if path.is_empty() { "the document" } else { path }
}

//! A JSON value together with its path, so that every error can say where it is.

use serde_json::{Map, Value};
use terrane_model::{Error, Result};

/// A value and where it is: `rules[0].symbolizers[1].colour`.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    /// The whole document.
    pub fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// An error about this value; `what` is a phrase, without a full stop.
    pub fn fail(&self, what: &str) -> Error {
        Error::invalid(format!("In the style, {what}.")).at(self.place())
    }

    /// An error about a limit.
    pub fn too_large(&self, what: &str) -> Error {
        Error::too_large(format!("In the style, {what}.")).at(self.place())
    }

    /// Somebody else's error, said here.
    pub fn wrap(&self, error: Error) -> Error {
        Error::new(error.kind(), error.to_string()).at(self.place()).because(error)
    }

    fn place(&self) -> &str {
        if self.path.is_empty() { "style" } else { &self.path }
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let shown: String = self.value.to_string().chars().take(60).collect();
        self.fail(&format!("{wanted} is wanted here, not {shown}"))
    }

    /// Whether it is a text.
    pub fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.value.is_object()
    }

    /// Whether it is a list that begins with a number.
    pub fn is_numbers(&self) -> bool {
        self.value.as_array().is_some_and(|list| list.first().is_some_and(Value::is_number))
    }

    /// As a text.
    pub fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.unexpected("a text"))
    }

    /// As a whole number that is not negative.
    pub fn place_number(&self) -> Option<usize> {
        self.value.as_u64().and_then(|number| usize::try_from(number).ok())
    }

    /// As a finite number.
    pub fn number(&self) -> Result<f64> {
        self.value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| self.unexpected("a number"))
    }

    /// As a number above zero.
    pub fn positive(&self) -> Result<f64> {
        let number = self.number()?;
        if number > 0.0 { Ok(number) } else { Err(self.unexpected("a number above 0")) }
    }

    /// As a number from 0 to 1.
    pub fn share(&self) -> Result<f64> {
        let number = self.number()?;
        if (0.0..=1.0).contains(&number) { Ok(number) } else { Err(self.unexpected("a number from 0 to 1")) }
    }

    /// As true or false.
    pub fn truth(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.unexpected("true or false"))
    }

    /// As one of some words.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T> {
        let found = self.value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.unexpected(&format!("one of {}", known.join(", ")))
        })
    }

    /// As a list.
    pub fn list(&self) -> Result<Vec<Self>> {
        let list = self.value.as_array().ok_or_else(|| self.unexpected("a list"))?;
        let entry = |(at, value)| Self { value, path: format!("{}[{at}]", self.path) };
        Ok(list.iter().enumerate().map(entry).collect())
    }

    /// As a list of exactly two.
    pub fn pair(&self) -> Result<[Self; 2]> {
        <[Self; 2]>::try_from(self.list()?).map_err(|_| self.unexpected("a list of two"))
    }

    /// As a list of texts.
    pub fn texts(&self) -> Result<Vec<String>> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// As an object with any keys.
    pub fn entries(&self) -> Result<Vec<(&'a str, Self)>> {
        let object = self.value.as_object().ok_or_else(|| self.unexpected("an object"))?;
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// As an object with known keys.
    pub fn object(&self) -> Result<Fields<'a>> {
        let map = self.value.as_object().ok_or_else(|| self.unexpected("an object"))?;
        Ok(Fields { node: self.clone(), map, asked: Vec::new() })
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { value, path: format!("{}{dot}{key}", self.path) }
    }
}

/// An object that remembers which keys were asked for, so that others can be refused.
pub struct Fields<'a> {
    node: Node<'a>,
    map: &'a Map<String, Value>,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The value of a key, when it is there.
    pub fn get(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.asked.push(key);
        self.map.get(key).map(|value| self.node.child(key, value))
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str) -> Result<Node<'a>> {
        self.get(key).ok_or_else(|| self.node.fail(&format!("“{key}” is missing here")))
    }

    /// The object itself.
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(self) -> Result<()> {
        match self.map.iter().find(|(key, _)| !self.asked.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, value)) => {
                let known = self.asked.join(", ");
                Err(self.node.child(key, value).fail(&format!("“{key}” is not known here; known are {known}")))
            }
        }
    }
}

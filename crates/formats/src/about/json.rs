//! Reading JSON member by member, with the place of everything for error messages, and nothing passed over in silence.

use serde_json::{Map, Value};
use terrane_model::{Error, Result};

/// A JSON text as a value.
pub(super) fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::invalid("The text is not JSON; a comma, quote or bracket may be missing or too many.")
            .at(place)
            .because(error)
    })
}

/// A value and where it is: `maps[2].layers[0].dataset`.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    pub path: String,
}

impl<'a> Node<'a> {
    /// The whole document.
    pub fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// "This is not what it should be", with its place.
    pub fn wrong(&self, should: &str) -> Error {
        let mut is = self.value.to_string();
        if is.len() > 60 {
            is = is.chars().take(60).chain(['…']).collect();
        }
        self.error(format!("{is} should be {should}."))
    }

    /// An error about this value.
    pub fn error(&self, say: impl Into<String>) -> Error {
        Error::invalid(say).at(self.place())
    }

    fn place(&self) -> &str {
        if self.path.is_empty() { "the whole text" } else { &self.path }
    }

    pub fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    pub fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub fn number(&self) -> Result<f64> {
        self.value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| self.wrong("a number"))
    }

    pub fn count(&self) -> Result<u64> {
        self.value.as_u64().ok_or_else(|| self.wrong("a whole number, 0 or more"))
    }

    /// The values of a list.
    pub fn list(&self) -> Result<Vec<Node<'a>>> {
        let all = self.value.as_array().ok_or_else(|| self.wrong("a list"))?;
        let node = |(at, value)| Node { value, path: format!("{}[{at}]", self.path) };
        Ok(all.iter().enumerate().map(node).collect())
    }

    /// The members of an object, to be taken one by one.
    pub fn members(&self) -> Result<Members<'a>> {
        let all = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        Ok(Members { node: self.clone(), all, taken: Vec::new() })
    }

    /// The names and values of an object whose names are data.
    pub fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        let all = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        Ok(all.iter().map(|(name, value)| (name.as_str(), self.member(name, value))).collect())
    }

    fn member(&self, name: &str, value: &'a Value) -> Node<'a> {
        let dot = if self.path.is_empty() { "" } else { "." };
        Node { value, path: format!("{}{dot}{name}", self.path) }
    }
}

/// An object whose members are taken one by one; [`Members::finish`] refuses those that nobody took.
pub(super) struct Members<'a> {
    node: Node<'a>,
    all: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// A member that must be there.
    pub fn required(&mut self, name: &'static str) -> Result<Node<'a>> {
        self.optional(name).ok_or_else(|| self.node.error(format!("The member “{name}” is missing.")))
    }

    /// A member that may be missing or null.
    pub fn optional(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.taken.push(name);
        let value = self.all.get(name).filter(|value| !value.is_null())?;
        Some(self.node.member(name, value))
    }

    /// A member that may be missing or null, read.
    pub fn read<T>(&mut self, name: &'static str, read: impl FnOnce(&Node<'a>) -> Result<T>) -> Result<Option<T>> {
        self.optional(name).map(|node| read(&node)).transpose()
    }

    /// A text that may be missing.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        self.read(name, |node| node.text().map(str::to_owned))
    }

    /// The values of a list that may be missing.
    pub fn list(&mut self, name: &'static str) -> Result<Vec<Node<'a>>> {
        Ok(self.read(name, Node::list)?.unwrap_or_default())
    }

    /// An error about the object.
    pub fn error(&self, say: impl Into<String>) -> Error {
        self.node.error(say)
    }

    /// Refuses members that were not taken.
    pub fn finish(self) -> Result<()> {
        let Some(unknown) = self.all.keys().find(|name| !self.taken.contains(&name.as_str())) else { return Ok(()) };
        let name: String = unknown.chars().take(60).collect();
        Err(self.node.error(format!("The member “{name}” is not known; known are {}.", self.taken.join(", "))))
    }
}

/// An object being written, members in the order in which they are put.
#[derive(Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a member when there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a text unless it is empty.
    #[must_use]
    pub fn unless_empty(self, name: &str, text: &str) -> Self {
        if text.is_empty() { self } else { self.with(name, text) }
    }

    /// As text, indented, so that a person who must can read a record.
    pub fn into_text(self) -> String {
        format!("{:#}", Value::Object(self.0))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

//! Elements that are open while a document is read, and what becomes of them when they end.

use serde_json::{Map, Value};
use terrane_hazard::event::schema::{Child, Element, Form, Type};
use terrane_hazard::event::value;

/// An open element.
pub struct Frame {
    /// Its name, for remarks.
    pub name: String,
    /// What is expected in it.
    pub content: Content,
    /// Its text so far.
    pub text: String,
}

/// What an open element is.
pub enum Content {
    /// An element of the table with children, and its place in its parent.
    Tree(&'static Element, Form, Map<String, Value>),
    /// An element of the table with a value.
    Leaf(&'static Child),
    /// An element of another namespace that may be kept.
    Foreign,
    /// The element that holds what QuakeML has no words for.
    Ours,
    /// An element that is passed over.
    Skipped,
}

impl Frame {
    /// An element of the table.
    pub fn of(child: &'static Child) -> Self {
        let content = match child.kind {
            Type::Tree(element) => Content::Tree(element, child.form, Map::new()),
            _ => Content::Leaf(child),
        };
        Self { name: child.name.to_owned(), content, text: String::new() }
    }

    /// The type of an element with children.
    pub fn element(&self) -> Option<&'static Element> {
        if let Content::Tree(element, ..) = self.content { Some(element) } else { None }
    }

    /// An element that is not in the table.
    pub fn other(name: String, content: Content) -> Self {
        Self { name, content, text: String::new() }
    }
}

/// Puts a value where the table has it; a remark when there is no room for it.
pub fn put(map: &mut Map<String, Value>, name: &str, form: Form, value: Value) -> Option<&'static str> {
    if form == Form::Many {
        match map.get_mut(name) {
            Some(Value::Array(all)) => all.push(value),
            _ => {
                map.insert(name.to_owned(), Value::Array(vec![value]));
            }
        }
        return None;
    }
    if map.contains_key(name) {
        return Some("The element comes more than once where one is allowed; the first is kept.");
    }
    map.insert(name.to_owned(), value);
    None
}

/// The value of a tree that has ended, with its text taken into account.
pub fn tree_of(
    element: &'static Element,
    mut map: Map<String, Value>,
    text: &str,
) -> (Option<Value>, Option<&'static str>) {
    let text = text.trim();
    let content = element.children.iter().find(|child| child.form == Form::Content);
    let mut remark = None;
    if let (Some(child), false) = (content, text.is_empty()) {
        let (value, said) = value::read(child.kind, text);
        remark = said;
        value.into_iter().for_each(|value| _ = map.insert(child.name.to_owned(), value));
    } else if let (Some(child), false) = (element.child("value"), text.is_empty() || map.contains_key("value")) {
        // Older writers put the number where the quantity stands.
        let (value, _) = value::read(child.kind, text);
        remark = Some("A value stands where an element “value” is expected; it is read as that.");
        value.into_iter().for_each(|value| _ = map.insert("value".to_owned(), value));
    } else if !text.is_empty() {
        remark = Some("Text stands where elements are expected; it is left out.");
    }
    let is_nothing =
        map.is_empty() || (element.child("value").is_some() && !map.contains_key("value") && map.len() <= 1);
    if is_nothing {
        (None, remark.or(Some("The element is empty; it is left out.")))
    } else {
        (Some(Value::Object(map)), remark)
    }
}

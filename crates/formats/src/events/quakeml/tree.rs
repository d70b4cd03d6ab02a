//! Writes an event with its solutions from its tree, strictly as the schema wants it: what it does not take is told, changed or left out.

use super::{extras, namespaces};
use crate::xml::write_escaped;
use serde_json::{Map, Value};
use std::io::Write as _;
use terrane_hazard::event::schema::{Child, EVENT, Element, Form, Type};
use terrane_hazard::event::value;

/// How much of an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeOptions {
    /// All origins, and all focal mechanisms, not the preferred ones alone.
    pub all_origins: bool,
    /// All magnitudes.
    pub all_magnitudes: bool,
    /// Picks, arrivals, amplitudes and magnitudes of stations.
    pub arrivals: bool,
}

impl TreeOptions {
    /// Everything.
    pub const ALL: Self = Self { all_origins: true, all_magnitudes: true, arrivals: true };
    /// What is preferred.
    pub const PREFERRED: Self = Self { all_origins: false, all_magnitudes: false, arrivals: false };
}

/// Writes an event; `name` is what it is called when its tree does not say. Returns what had to be changed, each once.
pub fn write_tree(tree: &Value, options: TreeOptions, name: &str, out: &mut Vec<u8>) -> Vec<&'static str> {
    let Some(event) = tree.as_object() else { return vec!["The event is no tree; it is left out."] };
    let id = event.get("publicID").and_then(Value::as_str).unwrap_or(name);
    let mut writer = Writer { options, event, id, made: 0, remarks: Vec::new() };
    out.extend_from_slice(b"<event");
    if let Some(bound) = event.get("xmlns").and_then(Value::as_object) {
        bindings(bound, out);
    }
    for (prefix, namespace) in writer.known_prefixes() {
        let _ = write!(out, " xmlns:{prefix}=\"{namespace}\"");
    }
    writer.element(&EVENT, event, out);
    extras::write(event, out);
    out.extend_from_slice(b"</event>\n");
    writer.remarks
}

/// Prefixes of foreign names, as the document bound them that the event is from.
fn bindings(bound: &Map<String, Value>, out: &mut Vec<u8>) {
    for (prefix, namespace) in bound {
        let foreign = is_name(prefix) && namespaces::namespace_of(prefix).is_none();
        if let Some(namespace) = namespace.as_str().filter(|it| foreign && !it.is_empty()) {
            let _ = write!(out, " xmlns:{prefix}=\"");
            write_escaped(namespace, out);
            out.push(b'"');
        }
    }
}

struct Writer<'a> {
    options: TreeOptions,
    event: &'a Map<String, Value>,
    /// What the event is called, for ids that have to be made.
    id: &'a str,
    made: usize,
    remarks: Vec<&'static str>,
}

impl<'a> Writer<'a> {
    /// Prefixes of foreign names that are known here and used in the event.
    fn known_prefixes(&self) -> Vec<(String, &'static str)> {
        let mut used = Vec::new();
        collect_prefixes(self.event, &mut used);
        used.into_iter().filter_map(|prefix| Some((prefix.clone(), namespaces::namespace_of(&prefix)?))).collect()
    }

    /// The attributes and children of an element whose name stands already; it is ended by its parent.
    fn element(&mut self, element: &'static Element, tree: &'a Map<String, Value>, out: &mut Vec<u8>) {
        self.attributes(element, tree, out);
        out.push(b'>');
        for child in element.children {
            match (child.form, tree.get(child.name)) {
                (_, None) | (Form::Attribute, _) => {}
                (Form::Content, Some(value)) => self.text(child.kind, value, out),
                (Form::One, Some(value)) => self.child(child, value, out),
                (Form::Many, Some(Value::Array(all))) => {
                    for value in self.chosen(element, child, all) {
                        self.child(child, value, out);
                    }
                }
                (Form::Many, Some(value)) => self.child(child, value, out),
            }
        }
        self.foreign_elements(tree, out);
    }

    fn attributes(&mut self, element: &'static Element, tree: &'a Map<String, Value>, out: &mut Vec<u8>) {
        for child in element.children.iter().filter(|child| child.form == Form::Attribute) {
            let given = tree.get(child.name).and_then(|value| self.said(child.kind, value));
            let told = match given {
                Some(told) => told,
                None if child.required && matches!(child.kind, Type::Reference) => self.make_id(element),
                None => continue,
            };
            let _ = write!(out, " {}=\"", child.name);
            write_escaped(&told, out);
            out.push(b'"');
        }
        for (key, value) in tree {
            let Some((prefix, name)) = key.split_once(':') else { continue };
            let is_bound = self.is_bound(prefix) && is_name(name);
            if let Some(text) = value.as_str().filter(|_| is_bound) {
                let _ = write!(out, " {key}=\"");
                write_escaped(text, out);
                out.push(b'"');
            }
        }
    }

    fn is_bound(&self, prefix: &str) -> bool {
        let told = self.event.get("xmlns").is_some_and(|bound| bound[prefix].as_str().is_some_and(|it| !it.is_empty()));
        is_name(prefix) && (prefix == "xml" || told || namespaces::namespace_of(prefix).is_some())
    }

    fn foreign_elements(&self, tree: &Map<String, Value>, out: &mut Vec<u8>) {
        for (key, value) in tree {
            let Some((prefix, name)) = key.split_once(':') else { continue };
            let Some(all) = value.as_array().filter(|_| self.is_bound(prefix) && prefix != "xml" && is_name(name))
            else {
                continue;
            };
            for text in all.iter().filter_map(Value::as_str) {
                let _ = write!(out, "<{key}>");
                write_escaped(text, out);
                let _ = write!(out, "</{key}>");
            }
        }
    }

    /// An identifier for what has none.
    fn make_id(&mut self, element: &Element) -> std::borrow::Cow<'a, str> {
        if element.name == EVENT.name {
            return terrane_hazard::event::ids::encoded(self.id);
        }
        self.made += 1;
        self.remark("An identifier is missing; one is made.");
        let id =
            format!("{}#{}{}", terrane_hazard::event::ids::encoded(self.id), element.name.to_lowercase(), self.made);
        id.into()
    }

    /// Those of a list that are wanted and mean something.
    fn chosen(&mut self, element: &Element, child: &Child, all: &'a [Value]) -> Vec<&'a Value> {
        let keep_all = |all: &'a [Value]| all.iter().collect();
        if element.name == "Magnitude" && child.name == "stationMagnitudeContribution" && !self.options.arrivals {
            return Vec::new();
        }
        if element.name == "Origin" && child.name == "arrival" && !self.options.arrivals {
            return Vec::new();
        }
        if element.name != EVENT.name {
            return keep_all(all);
        }
        match child.name {
            "origin" if !self.options.all_origins => self.preferred(all, "preferredOriginID"),
            "focalMechanism" if !self.options.all_origins => self.preferred(all, "preferredFocalMechanismID"),
            "magnitude" if !self.options.all_magnitudes => self.preferred(all, "preferredMagnitudeID"),
            "pick" | "amplitude" | "stationMagnitude" if !self.options.arrivals => Vec::new(),
            _ => keep_all(all),
        }
    }

    fn preferred(&self, all: &'a [Value], by: &str) -> Vec<&'a Value> {
        let id = self.event.get(by).and_then(Value::as_str);
        let named = all.iter().find(|it| id.is_some() && it["publicID"].as_str() == id);
        named.or(all.first()).into_iter().collect()
    }

    fn child(&mut self, child: &'static Child, value: &'a Value, out: &mut Vec<u8>) {
        let Type::Tree(inner) = child.kind else {
            if let Some(text) = self.said(child.kind, value) {
                let _ = write!(out, "<{}>", child.name);
                write_escaped(&text, out);
                let _ = write!(out, "</{}>", child.name);
            }
            return;
        };
        let Some(tree) = value.as_object() else {
            return self.remark("A value stands where a tree is expected; it is left out.");
        };
        if is_missing(inner, tree) {
            return self.remark("A part lacks what QuakeML requires of it; it is left out.");
        }
        out.push(b'<');
        out.extend_from_slice(child.name.as_bytes());
        self.element(inner, tree, out);
        let _ = write!(out, "</{}>", child.name);
    }

    fn text(&mut self, kind: Type, value: &Value, out: &mut Vec<u8>) {
        if let Some(text) = self.said(kind, value) {
            write_escaped(&text, out);
        }
    }

    fn said<'v>(&mut self, kind: Type, value: &'v Value) -> Option<std::borrow::Cow<'v, str>> {
        let (text, remark) = value::written(kind, value);
        remark.into_iter().for_each(|remark| self.remark(remark));
        text
    }

    fn remark(&mut self, said: &'static str) {
        if !self.remarks.contains(&said) {
            self.remarks.push(said);
        }
    }
}

/// Whether a child is missing that an element means nothing without and that cannot be made.
fn is_missing(element: &Element, tree: &Map<String, Value>) -> bool {
    let lacks = |child: &Child| {
        let told = tree.get(child.name);
        match child.kind {
            Type::Reference if child.form == Form::Attribute => false,
            Type::Tree(inner) => told.and_then(Value::as_object).is_none_or(|told| is_missing(inner, told)),
            kind => told.is_none_or(|told| value::written(kind, told).0.is_none()),
        }
    };
    element.children.iter().any(|child| child.required && lacks(child))
}

fn collect_prefixes(tree: &Map<String, Value>, used: &mut Vec<String>) {
    for (key, value) in tree {
        let prefix = key.split_once(':').map(|(prefix, _)| prefix);
        if let Some(prefix) = prefix.filter(|prefix| !used.iter().any(|known| known == prefix)) {
            used.push(prefix.to_owned());
        }
        match value {
            Value::Object(inner) => collect_prefixes(inner, used),
            Value::Array(all) => {
                all.iter().filter_map(Value::as_object).for_each(|inner| collect_prefixes(inner, used));
            }
            _ => {}
        }
    }
}

/// Whether a text can be a name in XML: letters, digits, hyphens, points and lines of ASCII.
fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

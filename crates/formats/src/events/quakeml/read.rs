//! Reads QuakeML event by event: what the schema does not have is told and, where it is simple, kept.

use super::frame::{Content, Frame, put, tree_of};
use super::namespaces;
use crate::features::encoding::Charset;
use crate::features::transcode::{Bounded, Transcoder};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use serde_json::{Map, Value};
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use terrane_hazard::event::schema::{EVENT, EVENT_PARAMETERS, Form, Type};
use terrane_hazard::event::{OURS, value};
use terrane_model::limits::{EVENT_BYTES_MAX, EVENT_NODES_MAX, XML_DEPTH_MAX};
use terrane_model::report::{Finding, Severity};
use terrane_model::{Error, Result};

/// Bytes that are read ahead of the parser.
const AHEAD_BYTES: usize = 65_536;

/// Whether a file begins as QuakeML does.
pub fn looks_like_quakeml(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => rest.find("?>").map(|end| end + 2),
            _ if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            _ => break,
        };
        let Some(end) = end else { return false };
        rest = rest[end..].trim_start();
    }
    // A document type before it is refused by the reader, in its own words.
    let root = rest.split(['>', '\n']).next().unwrap_or_default();
    let name = root.trim_start_matches('<').split([' ', '\t', '\r']).next().unwrap_or_default();
    name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case("quakeml"))
        || (rest.starts_with("<!") && text.contains("quakeml"))
}

/// What a document says of all its events: `publicID`, `description`, `comment`, `creationInfo`.
pub type Parameters = Map<String, Value>;

/// Reads events one by one: each with remarks on what had to be done to it. After an error there are no more.
pub struct QuakemlReader<R: Read> {
    reader: NsReader<BufReader<Bounded<Transcoder<R>>>>,
    bytes: Arc<AtomicU64>,
    buffer: Vec<u8>,
    open: Vec<Frame>,
    nodes: usize,
    row: u64,
    began: bool,
    done: bool,
    remarks: Vec<Finding>,
    /// Prefixes of foreign names of this event, as documents bind them.
    bound: Map<String, Value>,
    parameters: Parameters,
}

impl<R: Read> QuakemlReader<R> {
    /// Begins to read a document in an encoding.
    pub fn new(input: R, charset: Charset) -> Self {
        let bounded = Bounded::new(Transcoder::new(input, charset), EVENT_BYTES_MAX + AHEAD_BYTES);
        let bytes = bounded.counter();
        Self {
            reader: NsReader::from_reader(BufReader::with_capacity(AHEAD_BYTES, bounded)),
            bytes,
            buffer: Vec::new(),
            open: Vec::new(),
            nodes: 0,
            row: 1,
            began: false,
            done: false,
            remarks: Vec::new(),
            bound: Map::new(),
            parameters: Map::new(),
        }
    }

    /// What the document says of all events; complete when there are no more.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn step(&mut self) -> Result<Step> {
        self.buffer.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        let event = self.reader.read_event_into(&mut buffer).map_err(|error| malformed(&error, self.row));
        let step = event.and_then(|event| self.take(event));
        self.buffer = buffer;
        step
    }

    fn take(&mut self, event: Event<'_>) -> Result<Step> {
        self.count()?;
        match event {
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.start(&start)?;
                return self.end();
            }
            Event::End(_) => return self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let named = quick_xml::escape::resolve_predefined_entity(&reference);
                let meant = match named {
                    Some(text) => text.to_owned(),
                    None => match reference.resolve_char_ref() {
                        Ok(Some(character)) => character.to_string(),
                        _ => return Err(self.wrong("An entity is used that XML does not have.")),
                    },
                };
                self.text(&meant);
            }
            Event::DocType(_) => {
                return Err(Error::invalid("A document type (DOCTYPE) is not read here; leave it out."));
            }
            Event::Eof if self.open.is_empty() && self.began => return Ok(Step::Finished),
            Event::Eof => return Err(self.wrong("The document ends before its elements do: it is cut off.")),
            _ => {}
        }
        Ok(Step::On)
    }

    fn count(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > EVENT_NODES_MAX {
            let say = format!("An event has more than {EVENT_NODES_MAX} elements and texts.");
            return Err(Error::too_large(say).at(format!("event {}", self.row)));
        }
        Ok(())
    }

    fn wrong(&self, say: &str) -> Error {
        Error::invalid(say).at(format!("event {}", self.row))
    }

    fn text(&mut self, text: &str) {
        if let Some(frame) = self.open.last_mut().filter(|frame| !matches!(frame.content, Content::Skipped)) {
            frame.text.push_str(text);
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<()> {
        if self.open.len() >= XML_DEPTH_MAX {
            return Err(Error::too_large(format!("The document is nested more than {XML_DEPTH_MAX} levels deep.")));
        }
        let frame = self.frame(start)?;
        self.open.push(frame);
        self.attributes(start)
    }

    /// What an element is, by where it stands.
    fn frame(&mut self, start: &BytesStart<'_>) -> Result<Frame> {
        let (resolved, local) = self.reader.resolver().resolve_element(start.name());
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
            _ => String::new(),
        };
        let name = local.as_ref().to_owned();
        let is_ours = namespace == namespaces::OURS;
        let is_quakeml = namespace.is_empty() || namespaces::is_quakeml(&namespace);
        let Some(parent) = self.open.last() else { return self.root(&name, is_quakeml, &namespace) };
        let Some(element) = parent.element() else {
            if matches!(parent.content, Content::Leaf(_) | Content::Foreign) {
                self.remark("Elements stand where a value is expected; they are left out.", Severity::Warning, &name);
            }
            return Ok(Frame::other(name, Content::Skipped));
        };
        if is_ours {
            return Ok(Frame::other(name, Content::Ours));
        }
        if !is_quakeml {
            let key = self.key_of(&namespace, start.name().prefix().map_or("", |it| it.into_inner()), &name);
            return Ok(Frame::other(key, Content::Foreign));
        }
        match element.child(&name).filter(|child| matches!(child.form, Form::One | Form::Many)) {
            Some(child) => Ok(Frame::of(child)),
            None => {
                self.remark("QuakeML 1.2 has no such element here; it is left out.", Severity::Warning, &name);
                Ok(Frame::other(name, Content::Skipped))
            }
        }
    }

    /// The root, and what is in it: `quakeml`, then `eventParameters`.
    fn root(&mut self, name: &str, is_quakeml: bool, namespace: &str) -> Result<Frame> {
        if name != "quakeml" || !is_quakeml || self.began {
            return Err(Error::invalid("The document is not QuakeML: its root is not “quakeml”."));
        }
        self.began = true;
        if namespace != namespaces::QUAKEML {
            let said = "The document is of another version of QuakeML than 1.2; it is read like 1.2.";
            self.remark(said, Severity::Note, "quakeml");
        }
        Ok(Frame::other(name.to_owned(), Content::Tree(&ROOT, Form::One, Map::new())))
    }

    /// The key of a foreign name; its namespace is kept with the event.
    fn key_of(&mut self, namespace: &str, prefix: &str, name: &str) -> String {
        let known = namespaces::prefix_of(namespace);
        let prefix = known.unwrap_or(if prefix.is_empty() { "foreign" } else { prefix });
        if known.is_none() && prefix != "xml" {
            self.bound.entry(prefix.to_owned()).or_insert_with(|| Value::from(namespace));
        }
        format!("{prefix}:{name}")
    }

    fn attributes(&mut self, start: &BytesStart<'_>) -> Result<()> {
        for attribute in start.attributes() {
            self.count()?;
            let attribute = attribute.map_err(|error| malformed(&error, self.row))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let text =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error, self.row))?;
            let prefix = attribute.key.prefix().map(|it| it.into_inner().to_owned());
            let (resolved, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let namespace = match resolved {
                ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
                _ => String::new(),
            };
            let name = local.as_ref().to_owned();
            self.attribute(&namespace, prefix.as_deref().unwrap_or(""), &name, &text);
        }
        Ok(())
    }

    fn attribute(&mut self, namespace: &str, prefix: &str, name: &str, text: &str) {
        let Some(element) = self.open.last().and_then(Frame::element) else { return };
        if namespace == "http://www.w3.org/2001/XMLSchema-instance" || element.name == ROOT.name {
            return;
        }
        if prefix.is_empty() || namespaces::is_quakeml(namespace) {
            match element.child(name).filter(|child| child.form == Form::Attribute) {
                Some(child) => {
                    let (value, said) = value::read(child.kind, text);
                    said.into_iter().for_each(|said| self.remark(said, Severity::Note, name));
                    value.into_iter().for_each(|value| self.insert(child.name, Form::One, value));
                }
                None => self.remark("QuakeML 1.2 has no such attribute here; it is left out.", Severity::Note, name),
            }
            return;
        }
        let key = self.key_of(namespace, prefix, name);
        self.insert(&key, Form::One, Value::from(text));
    }

    /// Puts a value into the element that is open.
    fn insert(&mut self, name: &str, form: Form, value: Value) {
        let Some(Content::Tree(_, _, map)) = self.open.last_mut().map(|frame| &mut frame.content) else { return };
        if let Some(said) = put(map, name, form, value) {
            self.remark(said, Severity::Warning, name);
        }
    }

    fn end(&mut self) -> Result<Step> {
        let Some(frame) = self.open.pop() else { return Ok(Step::On) };
        let Frame { name, content, text } = frame;
        match content {
            Content::Tree(element, form, map) => return Ok(self.end_tree(element, (&name, form), map, &text)),
            Content::Leaf(child) => {
                let (value, said) = value::read(child.kind, &text);
                said.into_iter().for_each(|said| self.remark(said, Severity::Note, child.name));
                value.into_iter().for_each(|value| self.insert(child.name, child.form, value));
            }
            Content::Foreign if !text.trim().is_empty() => self.insert(&name, Form::Many, Value::from(text.trim())),
            Content::Ours => self.insert_ours(&text),
            Content::Foreign | Content::Skipped => {}
        }
        Ok(Step::On)
    }

    fn end_tree(
        &mut self,
        element: &'static terrane_hazard::event::schema::Element,
        (name, form): (&str, Form),
        mut map: Map<String, Value>,
        text: &str,
    ) -> Step {
        if element.name == EVENT.name {
            if !self.bound.is_empty() {
                map.insert("xmlns".to_owned(), Value::Object(std::mem::take(&mut self.bound)));
            }
            self.nodes = 0;
            self.bytes.store(0, Ordering::Relaxed);
            self.row += 1;
            let remarks = std::mem::take(&mut self.remarks);
            return Step::Event(EventRead { tree: Value::Object(map), remarks });
        }
        if element.name == EVENT_PARAMETERS.name {
            self.parameters = map;
            return Step::On;
        }
        if element.name == ROOT.name {
            return Step::On;
        }
        let (value, said) = tree_of(element, map, text);
        said.into_iter().for_each(|said| self.remark(said, Severity::Note, name));
        value.into_iter().for_each(|value| self.insert(name, form, value));
        Step::On
    }

    /// Takes up what QuakeML has no elements for.
    fn insert_ours(&mut self, text: &str) {
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(ours) => {
                let known = ours.into_iter().filter(|(key, _)| OURS.contains(&key.as_str()));
                known.for_each(|(key, value)| self.insert(&key, Form::One, value));
            }
            Err(_) => self.remark("What QuakeML has no words for is not JSON; it is left out.", Severity::Warning, ""),
        }
    }

    /// Says something of the element that is open, once for each event and field.
    fn remark(&mut self, said: &'static str, severity: Severity, name: &str) {
        let parents = self.open.iter().skip(3).map(|frame| frame.name.as_str());
        let last = self.open.last().map_or("", |frame| frame.name.as_str());
        let mut path: Vec<&str> = parents.collect();
        if last != name && !name.is_empty() {
            path.push(name);
        }
        if self.open.len() < 3 {
            path.insert(0, "eventParameters");
        }
        let field = if path.is_empty() { "event".to_owned() } else { path.join("/") };
        let same = |it: &Finding| it.what == said && it.field.as_deref() == Some(field.as_str());
        match self.remarks.iter().position(same) {
            Some(known) => self.remarks[known].count += 1,
            None if self.remarks.len() < REMARKS_MAX => {
                self.remarks.push(Finding::new(severity, said, remedy(said)).at_row(self.row).in_field(field));
            }
            None => {}
        }
    }
}

/// Remarks on one event.
const REMARKS_MAX: usize = 200;

fn remedy(said: &str) -> &'static str {
    if said.contains("identifier") {
        "Nothing needs doing here; who wrote the file should escape no characters with %."
    } else {
        "Correct it where the file is made, if it matters."
    }
}

/// One event of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRead {
    /// The event; see [`terrane_hazard::event`].
    pub tree: Value,
    /// What was tolerated.
    pub remarks: Vec<Finding>,
}

enum Step {
    On,
    Event(EventRead),
    Finished,
}

impl<R: Read> Iterator for QuakemlReader<R> {
    type Item = Result<EventRead>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.step() {
                Ok(Step::On) => {}
                Ok(Step::Event(event)) => return Some(Ok(event)),
                Ok(Step::Finished) => self.done = true,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

static ROOT: terrane_hazard::event::schema::Element = terrane_hazard::event::schema::Element {
    name: "Quakeml",
    children: &[terrane_hazard::event::schema::Child {
        name: "eventParameters",
        kind: Type::Tree(&EVENT_PARAMETERS),
        form: Form::One,
        required: false,
    }],
};

fn malformed(error: &dyn std::error::Error, row: u64) -> Error {
    let cause = error.to_string();
    if cause.contains("too long") {
        return Error::too_large(format!("An event has more than {EVENT_BYTES_MAX} bytes.")).at(format!("event {row}"));
    }
    let what: String = cause.chars().take(160).collect();
    Error::invalid(format!("The document is not well-formed XML: {what}.")).at(format!("event {row}"))
}

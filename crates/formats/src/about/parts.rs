//! The parts that records are made of: texts by language, licences, parties, links, boxes, periods, columns.

use super::json::{Node, Object};
use serde_json::Value;
use terrane_model::about::{Licence, Link, Party, SurveyMap};
use terrane_model::time::{Instant, Interval};
use terrane_model::{Bbox, DatasetId, LocalText, Result};

/// What is said of a column beyond what its file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnAbout {
    /// The column; of a grid the number of the band, from 1.
    pub name: String,
    /// Its name for people.
    pub title: LocalText,
    /// What it means.
    pub description: LocalText,
    /// The unit as a UCUM code.
    pub unit: Option<String>,
}

/// The language of a text that does not say.
const UNKNOWN: &str = "und";

pub(super) fn write_text(text: &LocalText) -> Value {
    let mut entries = text.iter();
    match (entries.next(), entries.next()) {
        (Some((UNKNOWN, only)), None) => Value::from(only),
        _ => text.iter().fold(Object::default(), |object, (language, text)| object.with(language, text)).into(),
    }
}

/// A text, left out when there is none in any language.
pub(super) fn maybe_text(text: &LocalText) -> Option<Value> {
    text.iter().next().map(|_| write_text(text))
}

pub(super) fn read_text(node: &Node<'_>) -> Result<LocalText> {
    if let Some(text) = node.value.as_str() {
        return Ok(LocalText::one(UNKNOWN, text));
    }
    let entries =
        node.entries().map_err(|_| node.wrong("a text, or texts by language such as {\"en\": \"Faults\"}"))?;
    entries.into_iter().map(|(language, text)| Ok((read_language(language, &text)?, text.text()?.to_owned()))).collect()
}

/// A language tag in the form of BCP 47: letters and digits in parts of at most eight.
fn read_language(tag: &str, node: &Node<'_>) -> Result<String> {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match tag.len() <= 35 && tag.split('-').all(part) {
        true => Ok(tag.to_owned()),
        false => Err(node.error("This is not the tag of a language; write en, ja or zh-Hant.")),
    }
}

pub(super) fn read_id(node: &Node<'_>) -> Result<DatasetId> {
    DatasetId::new(node.text()?).map_err(|error| node.error(error.say()))
}

pub(super) fn read_texts(node: &Node<'_>) -> Result<Vec<String>> {
    node.list()?.iter().map(|item| item.text().map(str::to_owned)).collect()
}

/// An address of the web: others (`javascript:`, `file:`) are refused because pages make links of them.
pub(super) fn read_url(node: &Node<'_>) -> Result<String> {
    let url = node.text()?;
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let plain = url.chars().all(|character| !character.is_control() && !character.is_whitespace());
    match scheme.as_deref() {
        Some("http" | "https") if plain => Ok(url.to_owned()),
        _ => Err(node.wrong("an address that begins with https:// or http://")),
    }
}

pub(super) fn write_licence(licence: &Licence) -> Value {
    Object::default()
        .unless_empty("id", &licence.id)
        .unless_empty("title", &licence.title)
        .maybe("url", licence.url.as_deref())
        .into()
}

pub(super) fn read_licence(node: &Node<'_>) -> Result<Licence> {
    let mut members = node.members()?;
    let licence = Licence {
        id: members.text("id")?.unwrap_or_default(),
        title: members.text("title")?.unwrap_or_default(),
        url: members.read("url", read_url)?,
    };
    members.finish().map(|()| licence)
}

pub(super) fn write_party(party: &Party) -> Value {
    Object::default()
        .with("name", write_text(&party.name))
        .maybe("url", party.url.as_deref())
        .maybe("email", party.email.as_deref())
        .maybe("role", party.role.as_deref())
        .into()
}

pub(super) fn read_party(node: &Node<'_>) -> Result<Party> {
    let mut members = node.members()?;
    let party = Party {
        name: read_text(&members.required("name")?)?,
        url: members.read("url", read_url)?,
        email: members.text("email")?,
        role: members.text("role")?,
    };
    members.finish().map(|()| party)
}

pub(super) fn write_link(link: &Link) -> Value {
    Object::default().with("title", link.title.as_str()).with("url", link.url.as_str()).into()
}

pub(super) fn read_link(node: &Node<'_>) -> Result<Link> {
    let mut members = node.members()?;
    let link = Link { title: members.text("title")?.unwrap_or_default(), url: read_url(&members.required("url")?)? };
    members.finish().map(|()| link)
}

/// A box of finite numbers; others have no spelling in JSON.
pub(super) fn write_bbox(bbox: &Bbox) -> Option<Value> {
    let edges = bbox.to_array();
    edges.iter().all(|edge| edge.is_finite()).then(|| Value::from(edges.to_vec()))
}

/// A box in degrees. East may also be more than 180, for people who count on past the antimeridian.
pub(super) fn read_bbox(node: &Node<'_>) -> Result<Bbox> {
    let should = "[west, south, east, north] in degrees, south not above north";
    let edges: Vec<f64> = node.list()?.iter().map(Node::number).collect::<Result<_>>()?;
    let [west, south, east, north] = edges[..] else { return Err(node.wrong(should)) };
    let sane = (-180.0..=180.0).contains(&west) && (-180.0..=540.0).contains(&east) && south >= -90.0 && north <= 90.0;
    let east = if east > 180.0 && sane { east - 360.0 } else { east };
    Bbox::geographic([west, south], [east, north]).ok().filter(|_| sane).ok_or_else(|| node.wrong(should))
}

/// First and last moment; null is open.
pub(super) fn write_period(period: &Interval) -> Value {
    Value::Array([period.start, period.end].map(|end| end.map_or(Value::Null, write_instant)).to_vec())
}

pub(super) fn read_period(node: &Node<'_>) -> Result<Interval> {
    let ends = node.list()?;
    let [start, end] = &ends[..] else { return Err(node.wrong("two moments, either of which may be null")) };
    let end_of = |node: &Node<'_>| if node.value.is_null() { Ok(None) } else { read_instant(node).map(Some) };
    Ok(Interval { start: end_of(start)?, end: end_of(end)? })
}

pub(super) fn write_instant(instant: Instant) -> Value {
    Value::from(instant.to_string())
}

pub(super) fn read_instant(node: &Node<'_>) -> Result<Instant> {
    Instant::parse(node.text()?).map_err(|error| node.error(error.say()))
}

pub(super) fn write_column(column: &ColumnAbout) -> Value {
    Object::default()
        .with("name", column.name.as_str())
        .maybe("title", maybe_text(&column.title))
        .maybe("description", maybe_text(&column.description))
        .maybe("unit", column.unit.as_deref())
        .into()
}

pub(super) fn read_column(node: &Node<'_>) -> Result<ColumnAbout> {
    let mut members = node.members()?;
    let column = ColumnAbout {
        name: members.required("name")?.text()?.to_owned(),
        title: members.read("title", read_text)?.unwrap_or_default(),
        description: members.read("description", read_text)?.unwrap_or_default(),
        unit: members.text("unit")?,
    };
    members.finish().map(|()| column)
}

pub(super) fn write_survey_map(map: &SurveyMap) -> Option<Value> {
    let object = Object::default()
        .maybe("country", map.country.as_deref())
        .maybe("owner_code", map.owner_code.as_deref())
        .maybe("scale_denominator", map.scale_denominator)
        .maybe("theme", map.theme.as_deref())
        .maybe("language", map.language.as_deref());
    (!map.is_empty()).then(|| object.into())
}

pub(super) fn read_survey_map(node: &Node<'_>) -> Result<SurveyMap> {
    let mut members = node.members()?;
    let map = SurveyMap {
        country: members.text("country")?,
        owner_code: members.text("owner_code")?,
        scale_denominator: members.read("scale_denominator", Node::count)?,
        theme: members.text("theme")?,
        language: members.text("language")?,
    };
    members.finish().map(|()| map)
}

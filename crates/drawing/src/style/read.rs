//! Reads styles from JSON. Every key is known or refused, and an error names the path in the document.

mod node;
mod symbols;
mod values;

use self::node::{Fields, Node};
use super::{LegendWords, Order, Rule, SortBy, Style, filters};
use terrane_model::limits::{STYLE_BYTES_MAX, STYLE_RULES_MAX};
use terrane_model::{Error, LocalText, Result};

/// A style from its JSON.
pub fn style(text: &str) -> Result<Style> {
    if text.len() > STYLE_BYTES_MAX {
        return Err(Error::too_large(format!("A style has at most {STYLE_BYTES_MAX} bytes.")));
    }
    let document: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        Error::invalid(format!("The style is not JSON: {error}.")).at(format!("line {}", error.line()))
    })?;
    let root = Node::root(&document);
    let mut fields = root.object()?;
    let read = Style {
        name: fields.get("name").map(|node| node.text().map(str::to_owned)).transpose()?,
        title: optional(fields.get("title"), local_text)?.unwrap_or_default(),
        rules: rules(&fields.need("rules")?)?,
        order: optional(fields.get("order"), |node| {
            node.one_of(&[("level", Order::Level), ("feature", Order::Feature)])
        })?
        .unwrap_or(Order::Level),
        coverage: optional(fields.get("coverage"), Node::truth)?.unwrap_or(false),
        sort_by: optional(fields.get("sort_by"), sort_by)?,
    };
    fields.finish()?;
    Ok(read)
}

/// Reads a node when it is there.
fn optional<'a, T>(node: Option<Node<'a>>, read: impl FnOnce(&Node<'a>) -> Result<T>) -> Result<Option<T>> {
    node.map(|node| read(&node)).transpose()
}

fn rules(node: &Node<'_>) -> Result<Vec<Rule>> {
    let nodes = node.list()?;
    if nodes.len() > STYLE_RULES_MAX {
        return Err(node.too_large(&format!("a style has at most {STYLE_RULES_MAX} rules")));
    }
    nodes.iter().map(rule).collect()
}

fn rule(node: &Node<'_>) -> Result<Rule> {
    let mut fields = node.object()?;
    let filter_text = fields.get("filter");
    let read = Rule {
        title: optional(fields.get("title"), local_text)?.unwrap_or_default(),
        filter: optional(filter_text.clone(), |node| filters::parse(node.text()?).map_err(|error| node.wrap(error)))?,
        otherwise: optional(fields.get("else"), Node::truth)?.unwrap_or(false),
        min_scale: optional(fields.get("min_scale"), Node::positive)?,
        max_scale: optional(fields.get("max_scale"), Node::positive)?,
        symbolizers: symbolizers(&mut fields)?,
        legend: optional(fields.get("legend"), legend_words)?,
    };
    fields.finish()?;
    match filter_text {
        Some(filter) if read.otherwise => Err(filter.fail("an “else” rule has no filter; remove one of the two")),
        _ => Ok(read),
    }
}

fn symbolizers(fields: &mut Fields<'_>) -> Result<Vec<super::Symbolizer>> {
    fields.need("symbolizers")?.list()?.iter().map(symbols::symbolizer).collect()
}

fn sort_by(node: &Node<'_>) -> Result<SortBy> {
    if node.is_text() {
        return Ok(SortBy { column: node.text()?.to_owned(), descending: false });
    }
    let mut fields = node.object()?;
    let read = SortBy {
        column: fields.need("column")?.text()?.to_owned(),
        descending: optional(fields.get("descending"), Node::truth)?.unwrap_or(false),
    };
    fields.finish()?;
    Ok(read)
}

fn local_text(node: &Node<'_>) -> Result<LocalText> {
    node.entries()?.into_iter().map(|(language, text)| Ok((language.to_owned(), text.text()?.to_owned()))).collect()
}

fn legend_words(node: &Node<'_>) -> Result<LegendWords> {
    let mut fields = node.object()?;
    let read = LegendWords {
        label: fields.need("label")?.texts()?,
        languages: optional(fields.get("languages"), Node::texts)?.unwrap_or_default(),
        group: optional(fields.get("group"), Node::texts)?.unwrap_or_default(),
    };
    fields.finish()?;
    if read.label.is_empty() {
        return Err(node.fail("“label” names at least one column"));
    }
    if !read.languages.is_empty() && read.languages.len() != read.label.len() {
        return Err(node.fail("“languages” has one tag for each column of “label”"));
    }
    Ok(read)
}

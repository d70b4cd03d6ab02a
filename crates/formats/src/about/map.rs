//! The record of a map: the tree of groups and layers, filters as CQL2 text.

use super::json::{self, Node as JsonNode, Object};
use super::parts;
use crate::filter::cql2_text;
use serde_json::Value;
use terrane_model::limits::Limits;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::{Error, Filter, Result};

/// The map as JSON. Fails when a filter cannot be said in CQL2 text, naming the layer's dataset.
pub fn map_to_json(map: &Map) -> Result<String> {
    Ok(Object::default()
        .with("id", map.id.as_str())
        .maybe("title", parts::maybe_text(&map.title))
        .maybe("description", parts::maybe_text(&map.description))
        .maybe("base", map.base.as_ref().map(terrane_model::DatasetId::as_str))
        .maybe("bbox", map.view.as_ref().and_then(parts::write_bbox))
        .with("layers", write_nodes(&map.layers)?)
        .into_text())
}

/// The map of a JSON text. An error names the place: `layers[0].group.layers[2].opacity`.
pub fn map_from_json(text: &str) -> Result<Map> {
    let document = json::parse(text)?;
    read_map(&JsonNode::root(&document))
}

pub(super) fn read_map(node: &JsonNode<'_>) -> Result<Map> {
    let mut members = node.members()?;
    let map = Map {
        id: parts::read_id(&members.required("id")?)?,
        title: members.read("title", parts::read_text)?.unwrap_or_default(),
        description: members.read("description", parts::read_text)?.unwrap_or_default(),
        base: members.read("base", parts::read_id)?,
        view: members.read("bbox", parts::read_bbox)?,
        layers: read_nodes(&members.required("layers")?)?,
    };
    members.finish().map(|()| map)
}

fn write_nodes(nodes: &[Node]) -> Result<Vec<Value>> {
    let write = |node: &Node| match node {
        Node::Layer(layer) => write_layer(layer),
        Node::Group { title, open, layers } => {
            let group = Object::default()
                .maybe("title", parts::maybe_text(title))
                .with("open", *open)
                .with("layers", write_nodes(layers)?);
            Ok(Object::default().with("group", group).into())
        }
        Node::Wanted { title, text } => {
            let wanted =
                Object::default().maybe("title", parts::maybe_text(title)).maybe("text", parts::maybe_text(text));
            Ok(Object::default().with("wanted", wanted).into())
        }
    };
    nodes.iter().map(write).collect()
}

fn write_layer(layer: &Layer) -> Result<Value> {
    let filter = layer.filter.as_ref().map(cql2_text::write).transpose();
    let filter = filter.map_err(|error| error.at(format!("the layer of {}", layer.dataset)))?;
    Ok(Object::default()
        .with("dataset", layer.dataset.as_str())
        .maybe("style", layer.style.as_deref())
        .maybe("title", layer.title.as_ref().map(parts::write_text))
        .with("visible", layer.visible)
        .with("opacity", layer.opacity)
        .maybe("min_scale_denominator", layer.scale_min)
        .maybe("max_scale_denominator", layer.scale_max)
        .maybe("filter", filter)
        .into())
}

fn read_nodes(node: &JsonNode<'_>) -> Result<Vec<Node>> {
    node.list()?.iter().map(read_node).collect()
}

/// A group, a layer, or what a layer is missing. How deep groups may go is bounded by the JSON reader's own limit of 128 brackets.
fn read_node(node: &JsonNode<'_>) -> Result<Node> {
    let mut members = node.members()?;
    if let Some(wanted) = members.optional("wanted") {
        members.finish()?;
        return read_wanted(&wanted);
    }
    let Some(group) = members.optional("group") else { return read_layer(node).map(Node::Layer) };
    members.finish()?;
    let mut members = group.members()?;
    let group = Node::Group {
        title: members.read("title", parts::read_text)?.unwrap_or_default(),
        open: members.read("open", JsonNode::flag)?.unwrap_or(true),
        layers: read_nodes(&members.required("layers")?)?,
    };
    members.finish().map(|()| group)
}

fn read_wanted(node: &JsonNode<'_>) -> Result<Node> {
    let mut members = node.members()?;
    let wanted = Node::Wanted {
        title: members.read("title", parts::read_text)?.unwrap_or_default(),
        text: members.read("text", parts::read_text)?.unwrap_or_default(),
    };
    members.finish().map(|()| wanted)
}

fn read_layer(node: &JsonNode<'_>) -> Result<Layer> {
    let mut members = node.members()?;
    let layer = Layer {
        dataset: parts::read_id(&members.required("dataset")?)?,
        style: members.text("style")?,
        title: members.read("title", parts::read_text)?,
        filter: members.read("filter", read_filter)?,
        opacity: members.read("opacity", read_opacity)?.unwrap_or(1.0),
        visible: members.read("visible", JsonNode::flag)?.unwrap_or(true),
        scale_min: members.read("min_scale_denominator", read_scale)?,
        scale_max: members.read("max_scale_denominator", read_scale)?,
    };
    if let (Some(least), Some(most)) = (layer.scale_min, layer.scale_max)
        && least > most
    {
        return Err(members
            .error("min_scale_denominator is greater than max_scale_denominator; the layer would never be drawn."));
    }
    members.finish().map(|()| layer)
}

fn read_filter(node: &JsonNode<'_>) -> Result<Filter> {
    cql2_text::parse(node.text()?, &Limits::default()).map_err(|error| {
        let say = format!("The filter is not CQL2 text: {error}");
        Error::new(error.kind(), say).at(node.path.clone())
    })
}

fn read_opacity(node: &JsonNode<'_>) -> Result<f64> {
    node.number().ok().filter(|number| (0.0..=1.0).contains(number)).ok_or_else(|| node.wrong("a number from 0 to 1"))
}

fn read_scale(node: &JsonNode<'_>) -> Result<f64> {
    node.number().ok().filter(|number| *number >= 0.0).ok_or_else(|| node.wrong("a scale denominator, such as 50000"))
}

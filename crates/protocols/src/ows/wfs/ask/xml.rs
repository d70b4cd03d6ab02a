//! A document → form. Elements are known by their local names, so that both versions are read alike.

use super::form::{FilterForm, Form, QueryForm};
use super::names::expanded;
use roxmltree::{Document, Node};
use terrane_formats::features::gml::{child, children};

/// The document of a request as a form.
pub fn of_document<'a>(document: &'a Document<'a>) -> Form<'a> {
    let root = document.root_element();
    let attribute = |names: &[&str]| names.iter().find_map(|name| root.attribute(*name)).map(str::to_owned);
    let texts = |holder: Option<Node<'a, 'a>>, name: &str| holder.map(|holder| texts(holder, name)).unwrap_or_default();
    let names = |holder: Node<'a, 'a>, name: &str| {
        let all = children(holder).filter(|child| child.tag_name().name() == name);
        all.map(|child| expanded(&text_of(child), &bound(child))).collect::<Vec<_>>()
    };
    Form {
        request: root.tag_name().name().to_owned(),
        service: attribute(&["service"]),
        version: attribute(&["version"]),
        accept_versions: texts(child(root, "AcceptVersions"), "Version"),
        sections: texts(child(root, "Sections"), "Section"),
        update_sequence: attribute(&["updateSequence"]),
        types: names(root, "TypeName"),
        stored_queries: texts(Some(root), "StoredQueryId"),
        output_format: attribute(&["outputFormat"]),
        result_type: attribute(&["resultType"]),
        count: attribute(&["count", "maxFeatures"]),
        start_index: attribute(&["startIndex"]),
        value_reference: attribute(&["valueReference"]),
        resolve: attribute(&["resolve"]),
        queries: children(root).filter_map(query).collect(),
    }
}

fn query<'a>(node: Node<'a, 'a>) -> Option<QueryForm<'a>> {
    match node.tag_name().name() {
        "Query" => {}
        "StoredQuery" => return Some(stored(node)),
        _ => return None,
    }
    let types = node.attribute("typeNames").or_else(|| node.attribute("typeName")).unwrap_or("");
    let sort = child(node, "SortBy").map(|sort| children(sort).filter_map(sort_property).collect());
    Some(QueryForm {
        types: types
            .split([' ', ',', '\n', '\t'])
            .filter(|name| !name.is_empty())
            .map(|name| expanded(name, &bound(node)))
            .collect(),
        srs_name: node.attribute("srsName").map(str::to_owned),
        filter: child(node, "Filter").map(FilterForm::Node),
        properties: texts(node, "PropertyName"),
        sort: sort.unwrap_or_default(),
        ..QueryForm::default()
    })
}

fn stored<'a>(node: Node<'a, 'a>) -> QueryForm<'a> {
    let parameters = children(node).filter(|child| child.tag_name().name() == "Parameter");
    let pair = |parameter: Node<'a, 'a>| {
        (parameter.attribute("name").unwrap_or("").to_ascii_lowercase(), text_of(parameter).trim().to_owned())
    };
    let id = node.attribute("id").unwrap_or("").to_owned();
    QueryForm { stored: Some((id, parameters.map(pair).collect())), ..QueryForm::default() }
}

fn sort_property(node: Node<'_, '_>) -> Option<(String, bool)> {
    let name = child(node, "ValueReference").or_else(|| child(node, "PropertyName"))?;
    let order = child(node, "SortOrder").map(text_of).unwrap_or_default();
    Some((text_of(name).trim().to_owned(), order.trim().to_ascii_uppercase().starts_with('D')))
}

fn texts(holder: Node<'_, '_>, name: &str) -> Vec<String> {
    let all = children(holder).filter(|child| child.tag_name().name() == name);
    all.map(|child| text_of(child).trim().to_owned()).collect()
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The namespaces in scope. A name without a prefix is in the default namespace only when that is not one of the request's own.
fn bound<'a>(node: Node<'a, 'a>) -> impl Fn(&str) -> Option<String> {
    move |prefix: &str| {
        let uri = node.lookup_namespace_uri(Some(prefix).filter(|prefix| !prefix.is_empty()))?;
        (!(prefix.is_empty() && uri.starts_with("http://www.opengis.net/wfs"))).then(|| uri.to_owned())
    }
}

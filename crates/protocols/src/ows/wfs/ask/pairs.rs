//! Key-value pairs → form.

use super::form::{FilterForm, Form, QueryForm};
use super::names::{bindings, expanded, groups, list, order};
use crate::common::kvp::Pairs;
use terrane_model::{Error, Result};

/// The pairs of a request as a form.
pub fn of_pairs(pairs: &Pairs) -> Result<Form<'static>> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| pairs.any_case(key)).map(str::to_owned);
    let listed = |key: &str| pairs.any_case(key).map(list).unwrap_or_default();
    let bound = bindings(&text(&["namespaces", "namespace"]).unwrap_or_default())?;
    let bound = |prefix: &str| bound.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.clone());
    let types = text(&["typenames", "typename"]).unwrap_or_default();
    let request = text(&["request"]).unwrap_or_default();
    let described = groups(&types).iter().flat_map(|group| list(group)).map(|name| expanded(&name, &bound)).collect();
    let queries = match pairs.any_case("storedquery_id") {
        Some(id) => vec![stored(id, pairs)],
        None => queries(&types, pairs, &bound)?,
    };
    Ok(Form {
        service: text(&["service"]),
        version: text(&["version"]),
        accept_versions: listed("acceptversions"),
        sections: listed("sections"),
        update_sequence: text(&["updatesequence"]),
        types: described,
        stored_queries: listed("storedquery_id"),
        output_format: text(&["outputformat"]),
        result_type: text(&["resulttype"]),
        count: text(&["count", "maxfeatures"]),
        start_index: text(&["startindex"]),
        value_reference: pairs.any_case_or_empty("valuereference").map(str::to_owned),
        resolve: text(&["resolve"]),
        request,
        queries,
    })
}

fn stored(id: &str, pairs: &Pairs) -> QueryForm<'static> {
    let parameters = pairs.iter().map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned())).collect();
    let srs_name = pairs.any_case("srsname").map(str::to_owned);
    QueryForm { stored: Some((id.to_owned(), parameters)), srs_name, ..QueryForm::default() }
}

/// One query for each group of feature types; other lists have as many groups, or one for all.
fn queries(types: &str, pairs: &Pairs, bound: &dyn Fn(&str) -> Option<String>) -> Result<Vec<QueryForm<'static>>> {
    let old = pairs.any_case("version").is_some_and(|version| version.starts_with("1."));
    let named = match (types.is_empty(), old && !types.starts_with('(')) {
        (true, _) => vec![String::new()],
        // WFS 1.1.0: a list asks for one type after the other.
        (false, true) => list(types),
        (false, false) => groups(types),
    };
    let grouped = |keys: &[&str]| keys.iter().find_map(|key| pairs.any_case(key)).map(groups).unwrap_or_default();
    let (filters, properties) = (grouped(&["filter"]), grouped(&["propertyname"]));
    let orders = grouped(&["sortby"]);
    let of = |all: &[String], at: usize, what: &str| match all {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        many if many.len() == named.len() => Ok(many.get(at).cloned()),
        _ => Err(Error::invalid("There are not as many groups as there are of feature types.").at(what)),
    };
    let ids = ["resourceid", "featureid"].iter().find_map(|key| pairs.any_case(key)).map(list).unwrap_or_default();
    let one = |(at, name): (usize, &String)| {
        Ok(QueryForm {
            types: list(name).iter().map(|name| expanded(name, bound)).collect(),
            srs_name: pairs.any_case("srsname").map(str::to_owned),
            bbox: pairs.any_case("bbox").map(str::to_owned),
            ids: ids.clone(),
            filter: of(&filters, at, "filter")?.map(FilterForm::Text),
            properties: of(&properties, at, "propertyName")?.map(|text| list(&text)).unwrap_or_default(),
            sort: of(&orders, at, "sortBy")?.map(|text| order(&text)).unwrap_or_default(),
            stored: None,
        })
    };
    named.iter().enumerate().map(one).collect()
}

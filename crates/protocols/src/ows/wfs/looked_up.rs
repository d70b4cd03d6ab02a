//! A request, read and looked up in the catalogue: nothing of its text is needed any more.

use super::ask::{
    self, FilterForm, Form, Format, Operation, Plan, QueryForm, Version, columns, of_document, property_of,
    stored_query,
};
use super::codes::BODY;
use super::types::{self, FeatureType};
use crate::common::kvp::Pairs;
use crate::common::site::Site;
use crate::ows::codes::missing;
use roxmltree::Node;
use terrane_formats::features::gml::Version as Gml;
use terrane_formats::xml;
use terrane_model::filter::Expr;
use terrane_model::{Error, Filter, Result};

/// What a request asks.
pub struct Asked {
    /// The version that is spoken.
    pub version: Version,
    /// The language that the request names.
    pub language: Option<String>,
    /// What it asks.
    pub what: What,
}

/// An error, and the version that it is told in.
pub type Refusal = Box<(Error, Version)>;

/// What a request asks.
pub enum What {
    /// GetCapabilities.
    Capabilities {
        /// Sections wanted.
        sections: Vec<String>,
        /// The state that the client has.
        update_sequence: Option<String>,
    },
    /// DescribeFeatureType.
    Types {
        /// The types.
        types: Vec<FeatureType>,
        /// The version of the schema.
        gml: Gml,
    },
    /// ListStoredQueries.
    StoredListed,
    /// DescribeStoredQueries.
    StoredDescribed {
        /// Those that are asked for, by the names that they are asked by; all when empty.
        ids: Vec<&'static str>,
    },
    /// GetFeature or GetPropertyValue.
    Features {
        /// The plan.
        plan: Box<Plan>,
        /// The same request as pairs, without the page.
        again: Vec<(String, String)>,
        /// For values: whether they are the ids of features.
        of_identity: Option<bool>,
    },
}

/// Key-value pairs looked up.
pub fn of_pairs(site: &Site, query: &str) -> Result<Asked, Refusal> {
    let early = |error| Box::new((error, Version::V200));
    let pairs = Pairs::parse(query).map_err(early)?;
    let form = ask::of_pairs(&pairs).map_err(early)?;
    // What a page is asked by, and that only the number of features is: the links lead to the features.
    let page = ["startindex", "count", "maxfeatures", "resulttype"];
    let kept = pairs.iter().filter(|(key, _)| !page.iter().any(|known| known.eq_ignore_ascii_case(key)));
    let again = kept.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let language = pairs.any_case("language").or_else(|| pairs.any_case("lang")).map(str::to_owned);
    of_form(site, &form, again).map(|asked| Asked { language, ..asked })
}

/// A document looked up.
pub fn of_posted(site: &Site, body: &[u8]) -> Result<Asked, Refusal> {
    let wrong = |error: Error| Box::new((error.at(BODY), Version::V200));
    let text = xml::text(body).map_err(wrong)?;
    let document = xml::parse(text).map_err(wrong)?;
    let form = of_document(&document);
    let again = form.queries.first().filter(|_| form.queries.len() == 1).map(|query| as_pairs(&form, query));
    of_form(site, &form, again.unwrap_or_default())
}

fn of_form(site: &Site, form: &Form<'_>, again: Vec<(String, String)>) -> Result<Asked, Refusal> {
    let old = form.version.as_deref().is_some_and(|version| version.starts_with("1."));
    let guess = if old { Version::V110 } else { Version::V200 };
    let version = ask::version(form).map_err(|error| Box::new((error, guess)))?;
    let what = ask::operation(form, version).and_then(|operation| what(site, form, (operation, version), again));
    what.map(|what| Asked { version, language: None, what }).map_err(|error| Box::new((error, version)))
}

fn what(
    site: &Site,
    form: &Form<'_>,
    (operation, version): (Operation, Version),
    again: Vec<(String, String)>,
) -> Result<What> {
    let types = || types::all(site, &site.engine.catalogue());
    let limits = site.engine.limits();
    Ok(match operation {
        Operation::GetCapabilities => {
            What::Capabilities { sections: form.sections.clone(), update_sequence: form.update_sequence.clone() }
        }
        Operation::DescribeFeatureType => described(form, version, types())?,
        Operation::ListStoredQueries => What::StoredListed,
        Operation::DescribeStoredQueries => {
            let mut ids = form.stored_queries.iter().map(|id| stored_query(id)).collect::<Result<Vec<_>>>()?;
            ids.sort_unstable();
            ids.dedup();
            What::StoredDescribed { ids }
        }
        Operation::GetFeature => {
            let plan = Box::new(ask::plan(form, version, &types(), limits)?);
            What::Features { plan, again, of_identity: None }
        }
        Operation::GetPropertyValue => {
            let mut plan = ask::plan(form, version, &types(), limits)?;
            let of_identity = choose_value(form, &mut plan)?;
            What::Features { plan: Box::new(plan), again, of_identity: Some(of_identity) }
        }
    })
}

fn described(form: &Form<'_>, version: Version, types: Vec<FeatureType>) -> Result<What> {
    let Format::Gml(gml) = Format::read(form.output_format.as_deref(), version)? else {
        return Err(Error::invalid("Schemas are written for GML 3.2 and GML 3.1.1.").at("outputFormat"));
    };
    if form.types.is_empty() {
        return Ok(What::Types { types, gml });
    }
    let named = form.types.iter().map(|name| types::find(&types, name).cloned()).collect::<Result<_>>()?;
    Ok(What::Types { types: named, gml })
}

/// Leaves in a plan just the property whose values are asked for, of rows that have one; whether it is the id.
fn choose_value(form: &Form<'_>, plan: &mut Plan) -> Result<bool> {
    if !matches!(plan.format, Format::Gml(_)) {
        return Err(Error::invalid("Values are written as GML.").at("outputFormat"));
    }
    let name = form.value_reference.as_deref().ok_or_else(|| missing("valueReference"))?;
    if name.trim().is_empty() {
        let say = "valueReference is empty; name the property whose values are wanted.";
        return Err(Error::invalid(say).at("valueReference"));
    }
    let of_identity = matches!(name.trim(), "@gml:id" | "@id");
    for query in &mut plan.queries {
        if of_identity {
            query.chosen = Some(Vec::new());
            query.question.query.columns = columns(&query.feature_type, &[]);
            continue;
        }
        let (place, property) = property_of(&query.feature_type, name).map_err(|error| error.at("valueReference"))?;
        let column = property.column.clone();
        query.question.query.columns = columns(&query.feature_type, &[place]);
        query.chosen = Some(vec![place]);
        query.narrow(column.map(|column| Filter::Not(Box::new(Filter::IsNull(Expr::Column(column))))));
    }
    Ok(of_identity)
}

/// A posted request of one query as pairs, for the links to its other pages.
fn as_pairs(form: &Form<'_>, query: &QueryForm<'_>) -> Vec<(String, String)> {
    let mut all = vec![("SERVICE".to_owned(), "WFS".to_owned()), ("REQUEST".to_owned(), form.request.clone())];
    let mut put = |key: &str, value: String| all.push((key.to_owned(), value));
    put("VERSION", form.version.clone().unwrap_or_else(|| Version::V200.name().to_owned()));
    if let Some((id, parameters)) = &query.stored {
        put("STOREDQUERY_ID", id.clone());
        parameters.iter().for_each(|(name, value)| put(name, value.clone()));
        return all;
    }
    let local = |name: &String| name.rsplit_once('}').map_or(name.clone(), |(_, local)| local.to_owned());
    put("TYPENAMES", query.types.iter().map(local).collect::<Vec<_>>().join(","));
    let optional = [
        ("OUTPUTFORMAT", &form.output_format),
        ("SRSNAME", &query.srs_name),
        ("VALUEREFERENCE", &form.value_reference),
    ];
    for (key, value) in optional {
        value.iter().for_each(|value| put(key, value.clone()));
    }
    if !query.properties.is_empty() {
        put("PROPERTYNAME", query.properties.join(","));
    }
    if !query.sort.is_empty() {
        let keys = query.sort.iter().map(|(name, down)| format!("{name} {}", if *down { "DESC" } else { "ASC" }));
        put("SORTBY", keys.collect::<Vec<_>>().join(","));
    }
    match &query.filter {
        Some(FilterForm::Node(node)) => put("FILTER", alone(*node)),
        Some(FilterForm::Text(text)) => put("FILTER", text.clone()),
        None => {}
    }
    all
}

/// The text of an element as a document of its own: with the namespaces that it was in.
fn alone(node: Node<'_, '_>) -> String {
    let text = &node.document().input_text()[node.range()];
    let name_end = text.find([' ', '>', '/', '\n', '\r', '\t']).unwrap_or(text.len());
    let tag = &text[..text.find('>').unwrap_or(text.len())];
    let mut declared = String::new();
    for namespace in node.namespaces().filter(|namespace| namespace.name() != Some("xml")) {
        let name = namespace.name().map_or("xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
        if !tag.contains(&format!("{name}=")) {
            declared.push_str(&format!(" {name}=\"{}\"", xml::escape(namespace.uri())));
        }
    }
    format!("{}{declared}{}", &text[..name_end], &text[name_end..])
}

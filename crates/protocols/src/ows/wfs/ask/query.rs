//! One query of a request → a question to the engine.

use super::form::{FilterForm, QueryForm};
use super::plan::Planned;
use crate::common::kvp::shortened;
use crate::ogcapi::ask::bbox::parse_ordered;
use crate::ows::codes::missing;
use crate::ows::wfs::types::{self, FeatureType, Property, PropertyKind};
use terrane_engine::FeatureQuestion;
use terrane_engine::geology::understood;
use terrane_formats::features::gml::{CrsName, decode_id};
use terrane_formats::filter::fes::{self, Context, Name};
use terrane_model::filter::{GeometryExpr, SpatialOp};
use terrane_model::limits::Limits;
use terrane_model::query::{Columns, SortKey};
use terrane_model::{Crs, Error, FeatureId, Filter, Kind, Result};
use terrane_projection::Transform;

/// The one stored query that every service has (WFS 2.0, 7.9.3.6).
pub const GET_FEATURE_BY_ID: &str = "urn:ogc:def:query:OGC-WFS::GetFeatureById";
/// The same as WFS 2.0.2 names it (09-025r2, 7.9.3.6).
pub const GET_FEATURE_BY_ID_URL: &str = "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById";

/// The name that a stored query is told by, for either that it may be asked by.
pub fn stored_query(id: &str) -> Result<&'static str> {
    let known = [GET_FEATURE_BY_ID, GET_FEATURE_BY_ID_URL];
    known.into_iter().find(|known| *known == id.trim()).ok_or_else(|| {
        let say = format!("There is no stored query “{}”; there is {GET_FEATURE_BY_ID}.", shortened(id));
        Error::invalid(say).at("storedquery_id")
    })
}

/// The questions that a query asks: one, or one for each feature type that its ids are of.
pub fn questions(form: &QueryForm<'_>, types: &[FeatureType], limits: &Limits) -> Result<Vec<Planned>> {
    if let Some((id, parameters)) = &form.stored {
        return stored(form, (id, parameters), types).map(|planned| vec![planned]);
    }
    match form.types.as_slice() {
        [] if !form.ids.is_empty() => by_ids(form, types),
        [] => Err(missing("typeNames")),
        [name] => question(form, types::find(types, name)?, types, limits).map(|planned| vec![planned]),
        _ => {
            let say =
                "Joins of feature types are not offered; ask for one type after the other, as in typeNames=(a)(b).";
            Err(Error::unsupported(say).at("typeNames"))
        }
    }
}

fn question(form: &QueryForm<'_>, own: &FeatureType, types: &[FeatureType], limits: &Limits) -> Result<Planned> {
    let given = [form.filter.is_some(), form.bbox.is_some(), !form.ids.is_empty()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        let say = "filter, bbox and resourceId exclude each other; put all conditions into the filter.";
        return Err(Error::invalid(say).at("filter"));
    }
    let mut planned = plain(form, own)?;
    let condition = match (&form.filter, &form.bbox) {
        (Some(filter), _) => Some(filter_of(filter, own, types, limits).map_err(in_filter)?),
        (None, Some(text)) => Some(bbox(text, own).map_err(|error| refused(error).at("bbox"))?),
        (None, None) if !form.ids.is_empty() => {
            Some(Filter::Ids(form.ids.iter().filter_map(|id| identity(own, id)).flatten().collect()))
        }
        (None, None) => None,
    };
    planned.narrow(condition);
    Ok(planned)
}

/// An error of a filter: of the id or the envelope in it when it says so.
fn in_filter(error: Error) -> Error {
    match error.place() {
        Some(RESOURCE_ID | fes::BOUNDED_BY) => error,
        _ => refused(error).at("filter"),
    }
}

/// A filter past a limit is a wrong question like any other, and so is one that names what is not there.
fn refused(error: Error) -> Error {
    match error.kind() {
        Kind::TooLarge | Kind::NotFound => Error::invalid(error.say()),
        _ => error,
    }
}

/// Everything but the condition.
fn plain(form: &QueryForm<'_>, feature_type: &FeatureType) -> Result<Planned> {
    let crs = answer_crs(form.srs_name.as_deref(), feature_type)?;
    let mut question = FeatureQuestion::new(feature_type.entry.about().id.clone());
    question.crs = crs.as_ref().map_or_else(Crs::crs84, |crs| crs.crs.clone());
    question.filter_crs = feature_type.schema().crs().cloned().unwrap_or_else(Crs::crs84);
    question.query.filter = feature_type.filter.clone();
    let sort = |(name, descending): &(String, bool)| {
        let column = column_of(feature_type, name).map_err(|error| error.at("sortBy"))?;
        let is_column = feature_type.schema().column(&column).is_some();
        let say = || Error::invalid(format!("“{}” has no order to sort by.", shortened(name))).at("sortBy");
        is_column.then_some(SortKey { column, descending: *descending }).ok_or_else(say)
    };
    question.query.sort = form.sort.iter().map(sort).collect::<Result<_>>()?;
    let chosen = chosen(form, feature_type)?;
    // Columns that are computed come only when they are named, and a standard's type names them.
    let named = || (0..feature_type.properties.len()).collect::<Vec<_>>();
    let needed = chosen.clone().or_else(|| feature_type.schema_location.map(|_| named()));
    if let Some(needed) = &needed {
        question.query.columns = columns(feature_type, needed);
    }
    Ok(Planned { feature_type: feature_type.clone(), question, crs, srs_named: form.srs_name.is_some(), chosen })
}

/// The CRS of the answer: any that is known, when the rows have a place.
fn answer_crs(asked: Option<&str>, feature_type: &FeatureType) -> Result<Option<CrsName>> {
    let Some(default) = feature_type.default_crs() else { return Ok(None) };
    let Some(text) = asked else { return CrsName::urn(&default).map(Some) };
    let read = || {
        let crs = CrsName::parse(text)?;
        Transform::new(feature_type.schema().crs().unwrap_or(&default), &crs.crs)?;
        Ok(crs)
    };
    read().map(Some).map_err(|error: Error| Error::invalid(error.say()).at("srsName"))
}

/// Places of the properties that are asked for; `None` when all are.
fn chosen(form: &QueryForm<'_>, feature_type: &FeatureType) -> Result<Option<Vec<usize>>> {
    let named: Vec<&String> = form.properties.iter().filter(|name| !name.is_empty() && *name != "*").collect();
    if named.is_empty() {
        return Ok(None);
    }
    let place = |name: &&String| property_of(feature_type, name).map(|(place, _)| place);
    named.iter().map(place).collect::<Result<Vec<_>>>().map(Some).map_err(|error| error.at("propertyName"))
}

/// The columns that properties need.
pub fn columns(feature_type: &FeatureType, chosen: &[usize]) -> Columns {
    let (mut names, mut geometry) = (Vec::new(), false);
    for property in chosen.iter().filter_map(|&place| feature_type.properties.get(place)) {
        match (property.kind, &property.column) {
            (PropertyKind::Geometry(_), _) => geometry = true,
            (PropertyKind::Built(builder), _) => {
                geometry |= builder.geometry;
                names.extend(builder.columns.iter().map(|name| (*name).to_owned()));
            }
            (PropertyKind::Values(_), Some(column)) if !names.contains(column) => names.push(column.clone()),
            _ => {}
        }
    }
    Columns::These { names, geometry }
}

/// A property by its name: `name`, `prefix:name`, or below the type, `prefix:type/prefix:name`. Names are looked up, never evaluated.
pub fn property_of<'t>(feature_type: &'t FeatureType, name: &str) -> Result<(usize, &'t Property)> {
    let local = |part: &str| part.rsplit_once(':').map_or(part, |(_, local)| local).to_owned();
    let unknown = || {
        let known: Vec<&str> = feature_type.properties.iter().map(|property| property.name.as_str()).collect();
        let say = format!("There is no property “{}”; there are {}.", shortened(name), known.join(", "));
        Error::invalid(say)
    };
    let last = match name.trim().trim_start_matches("./").split_once('/') {
        None => name.trim(),
        Some((first, last)) if local(first) == feature_type.name => last,
        Some(_) => return Err(unknown()),
    };
    // A prefix is a name; whatever else stands before a colon is an expression.
    let plain = last.split(':').count() <= 2 && !last.contains(['/', '(', '[', '$']);
    plain.then(|| feature_type.property(&local(last))).flatten().ok_or_else(unknown)
}

fn column_of(feature_type: &FeatureType, name: &str) -> Result<String> {
    let property = match property_of(feature_type, name) {
        Ok((_, property)) => property,
        Err(error) => return derived_column(feature_type, name).ok_or(error),
    };
    property.column.clone().ok_or_else(|| {
        Error::invalid(format!("“{}” is no single value that can be compared or sorted by.", shortened(name)))
    })
}

/// A column that rows have beyond the properties of the type: terms of mapped geology, which filters and orders may name.
fn derived_column(feature_type: &FeatureType, name: &str) -> Option<String> {
    let local = name.trim().rsplit_once(':').map_or(name.trim(), |(_, local)| local);
    feature_type.schema().column(local).map(|(_, column)| column.name.clone())
}

fn filter_of(form: &FilterForm<'_>, own: &FeatureType, types: &[FeatureType], limits: &Limits) -> Result<Filter> {
    let crs = CrsName::urn(&own.default_crs().unwrap_or_else(Crs::crs84))?;
    let name = |text: &str, namespace: Option<&str>| match text.trim() {
        "@gml:id" | "@id" => Some(Name::Identity),
        text if namespace.is_some_and(|uri| uri.starts_with("http://www.opengis.net/gml")) => standard(own, text),
        text => column_of(own, text).ok().map(Name::Column),
    };
    let identity = |id: &str| check_id(id, &[own], types).map(|()| identity(own, id));
    let context = Context { schema: own.schema(), name: &name, identity: &identity, crs: &crs, limits };
    let filter = match form {
        FilterForm::Text(text) => fes::read_text(text, &context)?,
        FilterForm::Node(node) => fes::read(*node, &context)?,
    };
    understood(&filter, own.schema())
}

/// A name in the namespace of GML: a property that every feature may have, unless this type makes it of its columns.
fn standard(feature_type: &FeatureType, name: &str) -> Option<Name> {
    let local = name.rsplit(':').next()?;
    let made = feature_type.properties.iter().any(|property| property.name == format!("gml:{local}"));
    fes::STANDARD.into_iter().find(|known| *known == local && !made).map(Name::Standard)
}

/// The place of errors of ids (09-025r2, 7.9.2.4.1).
const RESOURCE_ID: &str = "resourceId";

/// Refuses an id of a feature type that is not among those asked for; one that is of no type here just finds nothing.
pub fn check_id(id: &str, asked: &[&FeatureType], types: &[FeatureType]) -> Result<()> {
    if asked.iter().any(|known| identity(known, id).is_some()) {
        return Ok(());
    }
    match types.iter().find(|known| identity(known, id).is_some()) {
        None => Ok(()),
        Some(other) => {
            let say = format!("“{}” is the id of a feature of {}, which is not asked for.", shortened(id), other.name);
            Err(Error::invalid(say).at(RESOURCE_ID))
        }
    }
}

/// The identities that a `gml:id` can stand for; `None` when it is of another type.
pub fn identity(feature_type: &FeatureType, id: &str) -> Option<Vec<FeatureId>> {
    let id = decode_id(id.trim().strip_prefix(&feature_type.id_start())?);
    Some(vec![FeatureId::parse(&id), FeatureId::Text(id)])
}

/// A box with the CRS that it names; else in the type's own, with the axes of its authority.
fn bbox(text: &str, feature_type: &FeatureType) -> Result<Filter> {
    let geometry = feature_type.schema().geometry.as_ref();
    let geometry = geometry.ok_or_else(|| Error::invalid("These features have no geometry to be asked by place."))?;
    let numbers = text.split(',').take_while(|part| part.trim().parse::<f64>().is_ok()).count();
    let place = text.match_indices(',').nth(numbers.saturating_sub(1)).map(|(place, _)| place);
    let (corners, crs) = match place.filter(|_| numbers > 0) {
        Some(place) => (&text[..place], CrsName::parse(&text[place + 1..])?),
        None => (text, CrsName::urn(&feature_type.default_crs().unwrap_or_else(Crs::crs84))?),
    };
    let bbox = parse_ordered(corners, &crs.crs, crs.y_first)?;
    let (left, right) = (GeometryExpr::Column(geometry.name.clone()), GeometryExpr::Bbox(bbox));
    let filter = Filter::Spatial { op: SpatialOp::Intersects, left, right };
    if crs.crs == geometry.crs { Ok(filter) } else { filter.transformed(&Transform::new(&crs.crs, &geometry.crs)?) }
}

/// Features by their ids alone: one question for each type that they are of.
fn by_ids(form: &QueryForm<'_>, types: &[FeatureType]) -> Result<Vec<Planned>> {
    let mut all = Vec::new();
    for feature_type in types {
        let ids: Vec<FeatureId> = form.ids.iter().filter_map(|id| identity(feature_type, id)).flatten().collect();
        if !ids.is_empty() {
            let mut planned = plain(form, feature_type)?;
            planned.narrow(Some(Filter::Ids(ids)));
            all.push(planned);
        }
    }
    if all.is_empty() {
        let shown: String = form.ids.join(", ").chars().take(120).collect();
        return Err(Error::invalid(format!("“{shown}” is not the id of a feature here.")).at(RESOURCE_ID));
    }
    Ok(all)
}

fn stored(
    form: &QueryForm<'_>,
    (id, parameters): (&str, &[(String, String)]),
    types: &[FeatureType],
) -> Result<Planned> {
    stored_query(id)?;
    let id = parameters.iter().find(|(name, value)| name == "id" && !value.is_empty()).map(|(_, value)| value.as_str());
    let id = id.ok_or_else(|| missing("id"))?;
    let unknown = || Error::not_found(format!("There is no feature “{}” here.", shortened(id))).at("id");
    let found = types.iter().find_map(|known| Some((known, identity(known, id)?)));
    let (feature_type, ids) = found.ok_or_else(unknown)?;
    let mut planned = plain(form, feature_type)?;
    planned.narrow(Some(Filter::Ids(ids)));
    Ok(planned)
}

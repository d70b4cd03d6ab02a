//! A summary → documents.

use crate::common::negotiate::{Form, HTML, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::common::values;
use crate::ogcapi::answer::{decimals, writer};
use crate::ogcapi::links::{self, below, link};
use serde_json::{Map, Value, json};
use terrane_engine::{GroupBy, Summary};
use terrane_formats::features::csv::CsvWriter;
use terrane_model::schema::Column;
use terrane_model::{Crs, Result};

const CSV: Form = Form { name: "csv", media_type: "text/csv" };
/// Cells as areas, for a map.
const GEOJSON: Form = Form { name: "geojson", media_type: "application/geo+json" };
/// The forms of a summary.
pub const FORMS: [Form; 4] = [JSON, HTML, CSV, GEOJSON];

/// The answer in any form but HTML.
pub fn reply(site: &Site, request: &Request, summary: &Summary, form: Form) -> Result<Reply> {
    Ok(match form {
        CSV => Reply::ok("text/csv; charset=utf-8; header=present", table(summary)),
        GEOJSON => Reply::ok(GEOJSON.media_type, areas(site, request, summary)?),
        _ => Reply::ok(JSON.media_type, document(site, request, summary).to_string()),
    })
}

/// The groups with what they are made of.
fn document(site: &Site, request: &Request, summary: &Summary) -> Value {
    let mut document = described(request, summary);
    let about = &summary.about;
    document["title"] = request.say(&about.title).into();
    document["revision"] = (*summary.revision).into();
    document["attribution"] = about.attribution.as_str().into();
    document["licence"] = about.licence.title.as_str().into();
    document["links"] = all_links(site, request, summary, JSON).into();
    document
}

/// What does not depend on where it was asked: the columns, the groups, and how many there are.
pub fn described(request: &Request, summary: &Summary) -> Value {
    let mut document = json!({
        "collection": summary.about.id.as_str(),
        "columns": columns(request, summary),
        "groups": summary.batch.features().map(|row| values::object(&row)).collect::<Vec<_>>(),
    });
    if let Value::Object(members) = &mut document {
        members.extend(counts(summary));
    }
    document
}

fn counts(summary: &Summary) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("numberReturned".to_owned(), summary.batch.len().into());
    members.insert("numberOfGroups".to_owned(), summary.groups.into());
    members.insert("numberOfRows".to_owned(), summary.rows.into());
    if summary.left_out > 0 {
        members.insert("leftOut".to_owned(), summary.left_out.into());
    }
    if let Some(period) = summary.period {
        members.insert("period".to_owned(), period.map(|at| at.to_string()).as_slice().into());
    }
    members
}

fn columns(request: &Request, summary: &Summary) -> Vec<Value> {
    let mut columns = summary.batch.schema.columns.iter();
    let mut all: Vec<Value> = Vec::new();
    for by in &summary.by {
        all.extend(columns.by_ref().take(by.columns_told()).map(|column| grouped(request, column, by)));
    }
    let told = columns.zip(&summary.aggregates).map(|(column, aggregate)| {
        let mut told = json!({"name": column.name, "measure": aggregate.measure.name(), "of": aggregate.column});
        told["unit"] = column.unit.as_deref().into();
        told
    });
    all.extend(told);
    all
}

fn grouped(request: &Request, column: &Column, by: &GroupBy) -> Value {
    let (kind, step): (&str, Value) = match by {
        GroupBy::Value { .. } => ("value", Value::Null),
        GroupBy::Bin { width, .. } => ("bin", (*width).into()),
        GroupBy::Step { step, .. } => ("step", step.name().into()),
        GroupBy::Cell { degrees } => ("cell", (*degrees).into()),
    };
    let title = request.say(&column.title);
    json!({
        "name": column.name,
        "title": if title.is_empty() { column.name.as_str() } else { title },
        "by": kind,
        "step": step,
        "unit": column.unit,
    })
}

fn all_links(site: &Site, request: &Request, summary: &Summary, shown: Form) -> Vec<Value> {
    let others = FORMS.into_iter().filter(|form| *form != shown);
    let forms: Vec<Form> = [shown].into_iter().chain(others).collect();
    let mut all = links::own(site, request, &forms);
    let id = summary.about.id.as_str();
    all.push(link("collection", links::JSON, "The collection", &site.url(&below(id, &[]))));
    all.push(link("items", links::GEOJSON, "Its rows", &site.url(&below(id, &["items"]))));
    all
}

fn table(summary: &Summary) -> Vec<u8> {
    let mut out = Vec::new();
    // The edges of cells are columns already.
    let mut batch = summary.batch.clone();
    let mut schema = (*batch.schema).clone();
    (schema.geometry, batch.geometry) = (None, None);
    batch.schema = schema.into();
    let mut writer = CsvWriter::new(&batch.schema, decimals(true));
    writer.begin(&batch.schema, ["longitude", "latitude"], &mut out);
    writer.rows(&batch, &mut out);
    out
}

fn areas(site: &Site, request: &Request, summary: &Summary) -> Result<Vec<u8>> {
    let mut writer = writer(&Crs::crs84())?;
    let (mut out, mut members) = (Vec::new(), counts(summary));
    members.insert("attribution".to_owned(), summary.about.attribution.as_str().into());
    members.insert("links".to_owned(), all_links(site, request, summary, GEOJSON).into());
    writer.begin(&Map::new(), &mut out);
    writer.rows(&summary.batch, &mut out);
    writer.end(&members, &mut out);
    Ok(out)
}

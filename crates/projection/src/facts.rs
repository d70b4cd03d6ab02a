//! What is known of a CRS, read from the PROJJSON that PROJ writes of it, once.

use crate::library;
use crate::memo::Memo;
use serde_json::Value;
use std::sync::Arc;
use terrane_model::{Bbox, Crs, Error, Result};

/// What is known of a CRS.
#[derive(Debug, Clone, PartialEq)]
pub struct CrsInfo {
    /// The canonical name.
    pub crs: Crs,
    /// The name for people: `JGD2011 / Japan Plane Rectangular CS VII`.
    pub title: String,
    /// Whether coordinates are degrees.
    pub geographic: bool,
    /// Whether the authority lists y (latitude, northing) first.
    pub y_first: bool,
    /// Metres per unit of x and y; per degree on the equator for geographic ones.
    pub metres_per_unit: f64,
    /// The unit's name: `metre`, `degree`.
    pub unit: String,
    /// Where it may be used, degrees.
    pub area: Option<Bbox>,
}

/// What is known of a CRS; an error names what is not known.
pub fn info(crs: &Crs) -> Result<Arc<CrsInfo>> {
    facts(crs).map(|facts| facts.info.clone())
}

/// Everything this crate wants to know of a CRS.
#[derive(Debug)]
pub(crate) struct Facts {
    pub info: Arc<CrsInfo>,
    pub shape: Shape,
}

/// The numbers of a CRS, in degrees and metres: what makes two CRSs the same whatever their names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub name: String,
    pub geographic: bool,
    pub base_name: String,
    pub datum: String,
    pub semi_major_m: f64,
    pub semi_minor_m: f64,
    pub prime_meridian: f64,
    pub method: String,
    /// Name and value in degrees, metres or 1.
    pub parameters: Vec<(String, f64)>,
    pub unit_factor: f64,
    /// What the definition itself says it is.
    pub id: Option<(String, String)>,
}

impl Shape {
    pub fn parameter(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// The facts of a CRS, kept once read.
pub(crate) fn facts(crs: &Crs) -> Result<Arc<Facts>> {
    static KNOWN: Memo<Crs, Arc<Facts>> = Memo::new();
    KNOWN.get_or_try(crs, || read(crs).map(Arc::new))
}

fn read(crs: &Crs) -> Result<Facts> {
    let document = library::projjson(&library::crs_object(crs)?)?;
    let horizontal = horizontal(&document);
    let shape = shape(horizontal).ok_or_else(|| unusable(crs, &document))?;
    let axes = horizontal["coordinate_system"]["axis"].as_array().filter(|axes| axes.len() >= 2);
    let axes = axes.ok_or_else(|| unusable(crs, &document))?;
    let info = CrsInfo {
        crs: crs.clone(),
        title: document["name"].as_str().unwrap_or_default().to_owned(),
        geographic: shape.geographic,
        y_first: y_first(&axes[0], &axes[1]),
        metres_per_unit: shape.unit_factor * if shape.geographic { shape.semi_major_m } else { 1.0 },
        unit: unit_name(&axes[0]["unit"]),
        area: area(&document).or_else(|| area(horizontal)),
    };
    Ok(Facts { info: Arc::new(info), shape })
}

fn unusable(crs: &Crs, document: &Value) -> Error {
    Error::unsupported(format!(
        "{} is a {}; only geographic and projected coordinate reference systems can be used.",
        library::short(crs),
        document["type"].as_str().unwrap_or("coordinate reference system of an unknown kind")
    ))
}

/// The part of a CRS that places things on a map.
fn horizontal(document: &Value) -> &Value {
    match document["type"].as_str() {
        Some("CompoundCRS") => horizontal(&document["components"][0]),
        Some("BoundCRS") => horizontal(&document["source_crs"]),
        _ => document,
    }
}

/// The shape of a CRS given as PROJJSON; `None` for kinds that cannot be used on a map.
pub(crate) fn shape(document: &Value) -> Option<Shape> {
    let document = horizontal(document);
    let geographic = match document["type"].as_str()? {
        "GeographicCRS" => true,
        "GeodeticCRS" => document["coordinate_system"]["subtype"] != "Cartesian",
        "ProjectedCRS" => false,
        _ => return None,
    };
    let base = if geographic { document } else { horizontal(&document["base_crs"]) };
    let datum = if base["datum"].is_object() { &base["datum"] } else { &base["datum_ensemble"] };
    let ellipsoid = &datum["ellipsoid"];
    let semi_major_m = quantity(&ellipsoid["semi_major_axis"]).or_else(|| quantity(&ellipsoid["radius"]))?;
    let semi_minor_m = match (quantity(&ellipsoid["semi_minor_axis"]), ellipsoid["inverse_flattening"].as_f64()) {
        (Some(minor), _) => minor,
        (None, Some(inverse)) if inverse != 0.0 => semi_major_m * (1.0 - 1.0 / inverse),
        _ => semi_major_m,
    };
    let conversion = &document["conversion"];
    let name_of = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    Some(Shape {
        name: name_of(document),
        geographic,
        base_name: name_of(base),
        datum: name_of(datum),
        semi_major_m,
        semi_minor_m,
        prime_meridian: degrees(&datum["prime_meridian"]["longitude"]).unwrap_or(0.0),
        method: name_of(&conversion["method"]),
        parameters: conversion["parameters"].as_array().map(|all| parameters(all)).unwrap_or_default(),
        unit_factor: unit_factor(&document["coordinate_system"]["axis"][0]["unit"])?,
        id: id(&document["id"]),
    })
}

fn id(value: &Value) -> Option<(String, String)> {
    let code = match &value["code"] {
        Value::String(code) => code.clone(),
        number => number.as_i64()?.to_string(),
    };
    Some((value["authority"].as_str()?.to_owned(), code))
}

fn parameters(all: &[Value]) -> Vec<(String, f64)> {
    let one = |parameter: &Value| {
        let factor = unit_factor(&parameter["unit"]).unwrap_or(1.0);
        let angle = parameter["unit"] == "degree" || parameter["unit"]["type"] == "AngularUnit";
        let value = parameter["value"].as_f64()? * factor;
        Some((parameter["name"].as_str()?.to_owned(), if angle { value.to_degrees() } else { value }))
    };
    all.iter().filter_map(one).collect()
}

/// A length in metres: a plain number, or `{"value", "unit"}`.
fn quantity(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| Some(value["value"].as_f64()? * unit_factor(&value["unit"])?))
}

/// An angle in degrees: a plain number of degrees, or `{"value", "unit"}`.
fn degrees(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| Some((value["value"].as_f64()? * unit_factor(&value["unit"])?).to_degrees()))
}

/// Metres or radians per unit.
fn unit_factor(unit: &Value) -> Option<f64> {
    match unit.as_str() {
        Some("metre" | "unity") => Some(1.0),
        Some("degree") => Some(1f64.to_radians()),
        _ => unit["conversion_factor"].as_f64(),
    }
}

fn unit_name(unit: &Value) -> String {
    unit.as_str().or_else(|| unit["name"].as_str()).unwrap_or_default().to_lowercase()
}

/// Whether the authority's first axis is what PROJ's visualisation order puts second: north before east, and for polar CRSs those
/// whose first axis runs along the meridian that maps draw upwards (EPSG:32661, 32761, 5482).
fn y_first(first: &Value, second: &Value) -> bool {
    let meridian = |axis: &Value| degrees(&axis["meridian"]["longitude"]).unwrap_or(f64::NAN);
    let meridians = (meridian(first), meridian(second));
    match (first["direction"].as_str(), second["direction"].as_str()) {
        (Some("north"), Some("east")) => true,
        (Some("south"), Some("south")) => meridians == (180.0, 90.0),
        (Some("north"), Some("north")) => meridians == (0.0, 90.0) || meridians == (180.0, -90.0),
        _ => false,
    }
}

fn area(document: &Value) -> Option<Bbox> {
    let bbox = if document["bbox"].is_object() { &document["bbox"] } else { &document["usages"][0]["bbox"] };
    let edge = |name: &str| bbox[name].as_f64();
    let min = [edge("west_longitude")?, edge("south_latitude")?];
    Bbox::geographic(min, [edge("east_longitude")?, edge("north_latitude")?]).ok()
}

//! How much ground each age or rock takes, in true square kilometres.

use super::tree::{kind_of, layers};
use crate::Engine;
use crate::caller::Caller;
use crate::features::{feature_source, in_source_crs, moved_batch};
use crate::finish::Filtered;
use crate::pool::{Cancel, wait};
use geo_types::{Geometry, LineString, Polygon};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::float::single::SingleFloatOverlay;
use std::collections::HashMap;
use std::sync::Arc;
use terrane_geology::legend::{self, Class};
use terrane_geology::time;
use terrane_model::batch::Value;
use terrane_model::geometry::GeometryRef;
use terrane_model::query::Columns;
use terrane_model::schema::GeometryKind;
use terrane_model::{Bbox, Crs, DatasetId, Error, FeatureId, FeatureQuery, FeatureSource, Filter, Result};
use terrane_projection::Transform;
use terrane_projection::area::ring_area_m2;

/// Whose ground is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaQuestion {
    /// A mapped dataset, or a view over all.
    pub dataset: DatasetId,
    /// The kind of terms that areas are summed by: `age`, `lithology`, …
    pub by: String,
    /// Of ages, whether finer units are summed into their units of this rank (`Period`).
    pub rank: Option<String>,
    /// Only these rows; geometry in degrees.
    pub filter: Option<Filter>,
    /// Only the ground within these areas, degrees.
    pub within: Option<Arc<Geometry<f64>>>,
}

/// Areas by class.
#[derive(Debug, Clone, PartialEq)]
pub struct Areas {
    /// The derived column that tells classes.
    pub column: &'static str,
    /// The classes in the order of the legend; the last has no term when some rows have none.
    pub rows: Vec<AreaRow>,
    /// The ground that was looked at, km²; absent when it is all of the dataset.
    pub within_km2: Option<f64>,
}

/// The area of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// The class; absent for rows whose term is not known.
    pub class: Option<Class>,
    /// Its area on the ellipsoid of WGS 84, km².
    pub area_km2: f64,
    /// Rows with some of it.
    pub rows: u64,
}

/// Square metres of a square kilometre.
const M2_PER_KM2: f64 = 1e6;

impl Engine {
    /// How much ground each class takes.
    pub async fn geology_areas(&self, caller: Caller, question: AreaQuestion) -> Result<Areas> {
        let catalogue = self.catalogue();
        let entry = catalogue.entry(caller, &question.dataset)?;
        let kind = kind_of(entry, &question.by)?;
        let layers = layers(&catalogue, caller, entry);
        let classes = legend::classes(kind, layers.iter());
        let column = kind.column();
        let source = feature_source(&catalogue.open(caller, &question.dataset)?)?;
        let within_km2 = question.within.as_ref().map(|area| geometry_km2(area));
        let rank = question.rank.clone();
        let measured = move |cancel: &Cancel| measure(&*source, column, &question, cancel);
        let sums = self.pool().run(measured).await?;
        let rows = rows(sums, classes, rank.as_deref())?;
        Ok(Areas { column, rows, within_km2 })
    }

    /// The area of a feature that questions are asked within: a country, a basin, a sheet.
    pub async fn area_of(&self, caller: Caller, dataset: DatasetId, id: &str) -> Result<Arc<Geometry<f64>>> {
        let page = self.feature(caller, dataset, id, Crs::crs84()).await?;
        let geometry =
            page.batches.iter().flat_map(terrane_model::Batch::features).find_map(|feature| feature.geometry());
        let is_area = |geometry: &GeometryRef<'_>| geometry.kind().part() == GeometryKind::Polygon;
        match geometry.filter(is_area) {
            Some(geometry) => Ok(Arc::new(geometry.to_geo())),
            None => Err(Error::invalid("That feature is no area.").at("within")),
        }
    }
}

/// Area and rows by the value of the column.
type Sums = HashMap<String, (f64, u64)>;

fn measure(source: &dyn FeatureSource, column: &str, question: &AreaQuestion, cancel: &Cancel) -> Result<Sums> {
    let degrees = Crs::crs84();
    let query = FeatureQuery {
        bbox: question.within.as_ref().and_then(|area| box_of(area)),
        filter: question.filter.clone(),
        columns: Columns::These { names: vec![column.to_owned()], geometry: true },
        ..FeatureQuery::default()
    };
    let query = in_source_crs(query, source.schema(), &degrees, &degrees)?;
    let to_degrees = source.schema().crs().map(|crs| Transform::new(crs, &degrees)).transpose()?;
    let within = question.within.as_ref().map(|area| contours_of(area));
    let mut sums = Sums::new();
    for batch in Filtered::new(wait(source.scan(&query))?, source.schema(), cancel)? {
        let batch = match &to_degrees {
            Some(transform) => moved_batch(batch?, transform),
            None => batch?,
        };
        for feature in batch.features() {
            cancel.check()?;
            let Some(geometry) = feature.geometry() else { continue };
            let area_m2 = area_m2(&geometry, within.as_deref());
            if area_m2 > 0.0 {
                let key = match feature.get(column) {
                    Value::Text(text) => text.to_owned(),
                    _ => String::new(),
                };
                let sum = sums.entry(key).or_default();
                *sum = (sum.0 + area_m2, sum.1 + 1);
            }
        }
    }
    Ok(sums)
}

/// A ring without the repeated last position.
type Contour = Vec<[f64; 2]>;

fn area_m2(geometry: &GeometryRef<'_>, within: Option<&[Vec<Contour>]>) -> f64 {
    let areas = geometry.parts().filter(|part| part.kind() == GeometryKind::Polygon);
    match within {
        None => areas.map(|part| shape_m2(part.rings().map(<[_]>::to_vec))).sum(),
        Some(within) => {
            let subject: Vec<Vec<Contour>> =
                areas.map(|part| part.rings().map(|ring| open(ring.to_vec())).collect()).collect();
            let clip = within.to_vec();
            let shapes = subject.overlay(&clip, OverlayRule::Intersect, FillRule::EvenOdd);
            shapes.into_iter().map(|shape| shape_m2(shape.into_iter())).sum()
        }
    }
}

/// The area of an outer ring without its holes.
fn shape_m2(rings: impl Iterator<Item = Contour>) -> f64 {
    let mut areas = rings.map(|ring| ring_area_m2(open(ring)));
    let outer = areas.next().unwrap_or(0.0);
    (outer - areas.sum::<f64>()).max(0.0)
}

fn open(mut ring: Contour) -> Contour {
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

fn geometry_km2(geometry: &Geometry<f64>) -> f64 {
    contours_of(geometry).into_iter().map(|shape| shape_m2(shape.into_iter())).sum::<f64>() / M2_PER_KM2
}

fn contours_of(geometry: &Geometry<f64>) -> Vec<Vec<Contour>> {
    let ring = |line: &LineString<f64>| open(line.0.iter().map(|at| [at.x, at.y]).collect());
    let shape = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<Contour>>()
    };
    match geometry {
        Geometry::Polygon(polygon) => vec![shape(polygon)],
        Geometry::MultiPolygon(polygons) => polygons.iter().map(shape).collect(),
        Geometry::GeometryCollection(all) => all.iter().flat_map(contours_of).collect(),
        Geometry::Rect(rect) => vec![shape(&rect.to_polygon())],
        _ => Vec::new(),
    }
}

fn box_of(geometry: &Geometry<f64>) -> Option<Bbox> {
    let positions = contours_of(geometry).into_iter().flatten().flatten().collect::<Vec<_>>();
    let least = |axis: usize| positions.iter().map(|at| at[axis]).fold(f64::INFINITY, f64::min);
    let most = |axis: usize| positions.iter().map(|at| at[axis]).fold(f64::NEG_INFINITY, f64::max);
    (!positions.is_empty()).then(|| Bbox { min: [least(0), least(1)], max: [most(0), most(1)] })
}

/// The sums in the order of the legend, those of finer units in those of a rank.
fn rows(mut sums: Sums, classes: Vec<Class>, rank: Option<&str>) -> Result<Vec<AreaRow>> {
    let mut rows: Vec<AreaRow> = Vec::new();
    for class in classes {
        let Some((area_m2, count)) = sums.remove(&class.uri) else { continue };
        let class = match rank {
            Some(rank) => of_rank(class, rank)?,
            None => class,
        };
        match rows.iter_mut().find(|row| row.class.as_ref().is_some_and(|known| known.uri == class.uri)) {
            Some(row) => (row.area_km2, row.rows) = (row.area_km2 + area_m2 / M2_PER_KM2, row.rows + count),
            None => rows.push(AreaRow { class: Some(class), area_km2: area_m2 / M2_PER_KM2, rows: count }),
        }
    }
    if !sums.is_empty() {
        let (area_m2, count) = sums.values().fold((0.0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        rows.push(AreaRow { class: None, area_km2: area_m2 / M2_PER_KM2, rows: count });
    }
    Ok(rows)
}

/// The class of the unit of a rank that a finer unit is in; the class itself when its unit is coarser.
fn of_rank(class: Class, rank: &str) -> Result<Class> {
    let wanted = time::Rank::named(rank).ok_or_else(|| {
        let say = format!("“{rank}” is no rank of the chart; ranks are Eon, Era, Period, Epoch and Age.");
        Error::invalid(say).at("rank")
    })?;
    let mut unit = time::chart().unit(&class.id);
    while let Some(known) = unit {
        if known.is(wanted) {
            return Ok(legend::class_of_unit(known));
        }
        unit = known.parent_unit();
    }
    Ok(class)
}

/// An identity as it is written in `within=COLLECTION/ID`.
pub fn within_feature(text: &str) -> Option<(DatasetId, FeatureId)> {
    let (dataset, id) = text.split_once('/')?;
    Some((DatasetId::new(dataset).ok()?, FeatureId::parse(id)))
}

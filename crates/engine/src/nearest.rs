//! The nearest rows to a position: answered here, whatever the source, because only all rows that match tell which are nearest.

use crate::finish::{Filtered, First};
use crate::pool::{Cancel, wait};
use terrane_model::filter::{Literal, distance_m};
use terrane_model::limits::Limits;
use terrane_model::query::{Columns, Near, Position, SortKey};
use terrane_model::{Error, FeatureQuery, FeatureScan, FeatureSource, Filter, Matched, Result, Rows};

/// The rows that `near` asks for among those that match everything else, the nearest first, ties by identity. Distances are
/// metres on the ellipsoid in geographic CRSs and CRS units elsewhere. The scan is whole: page and sort are left to do.
pub fn nearest(
    source: &dyn FeatureSource,
    query: &FeatureQuery,
    near: &Near,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<FeatureScan> {
    let schema = source.schema();
    let Some(crs) = schema.crs() else {
        return Err(Error::unsupported("The rows of this dataset have no place, so none is nearest.").at("near"));
    };
    if near.count > limits.sort_rows_max {
        let say = format!("The nearest {} rows are too many; ask for at most {}.", near.count, limits.sort_rows_max);
        return Err(Error::too_large(say).at("near"));
    }
    let geographic = terrane_projection::info(crs)?.geographic;
    let order = [SortKey::ascending("distance")];
    let mut first = First::measured(&order, near.count);
    for batch in Filtered::new(wait(source.scan(&everything_else(query, near)))?, schema, cancel)? {
        first.see(batch?, |feature| {
            let distance = distance_m(&feature.geometry()?, near.centre, geographic)?;
            Some(Position { key: vec![Literal::Float(distance)], id: feature.id() })
        });
    }
    let batches = first.into_batches();
    let count = batches.iter().map(|batch| batch.len() as u64).sum();
    Ok(FeatureScan::filtered(Rows::ready(batches)).matching(Matched::Exact(count)))
}

/// The question without its order and page, the distance as a filter, with the geometry that distances are measured from.
fn everything_else(query: &FeatureQuery, near: &Near) -> FeatureQuery {
    let within = near.within_m.map(|distance_m| Filter::Within { centre: near.centre, distance_m });
    let filter = Filter::all(within.into_iter().chain(query.filter.clone()));
    let columns = match crate::finish::columns_to_scan(query) {
        Columns::All => Columns::All,
        Columns::These { names, .. } => Columns::These { names, geometry: true },
    };
    FeatureQuery {
        filter: Some(filter).filter(|filter| *filter != Filter::Literal(true)),
        columns,
        near: None,
        sort: Vec::new(),
        limit: None,
        after: None,
        ..query.clone()
    }
}

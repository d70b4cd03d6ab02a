//! Which rows of a table of earthquakes stand for themselves.

use super::Asked;
use crate::Engine;
use crate::caller::Caller;
use crate::hazard::{mainshocks, refuse_too_many_shocks};
use crate::pool::Cancel;
use terrane_hazard::declustering::{Shock, Window};
use terrane_hazard::geodesy::Position;
use terrane_hazard::table::Role;
use terrane_model::batch::Value;
use terrane_model::{DatasetId, Error, Feature, Result};

impl Engine {
    /// For each row in the order of reading, whether it is a mainshock. Rows that lack a time, a place or a magnitude are none.
    pub(super) fn mainshock_rows(
        &self,
        (caller, cancel): (Caller, &Cancel),
        dataset: &DatasetId,
        rows: &Asked,
        window: Window,
    ) -> Result<Vec<bool>> {
        let source = self
            .event_source(caller, dataset)
            .map_err(|error| Error::new(error.kind(), error.say().to_owned()).at("decluster"))?;
        let roles = [Role::Time, Role::Magnitude, Role::Depth].map(|role| source.table.column(role));
        let names: Vec<String> = roles.iter().flatten().map(|name| (*name).to_owned()).collect();
        let (mut known, mut shocks) = (Vec::new(), Vec::new());
        rows.each(&names, true, cancel, |batch| {
            for feature in batch.features() {
                let shock = shock(&feature, roles, source.depth_unit_km());
                known.push(shock.is_some());
                shocks.extend(shock);
            }
            refuse_too_many_shocks(shocks.len(), self.limits())
        })?;
        let mut parts = mainshocks(&shocks, window, self.limits())?.into_iter();
        Ok(known.into_iter().map(|known| known && parts.next() == Some(true)).collect())
    }
}

fn shock(feature: &Feature<'_>, [time, magnitude, depth]: [Option<&str>; 3], depth_unit_km: f64) -> Option<Shock> {
    let number = |name: Option<&str>| feature.get(name?).as_f64();
    let Value::Time(when) = feature.get(time?) else { return None };
    let [lon, lat] = feature.geometry()?.bbox().centre();
    Some(Shock {
        time_days: when.earliest.0 as f64 / 86_400e6,
        position: Position::new(lon, lat),
        depth_km: number(depth).map_or(f64::NAN, |depth| depth * depth_unit_km),
        magnitude: number(magnitude)?,
    })
}

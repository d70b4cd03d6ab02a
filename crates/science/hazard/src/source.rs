//! Where events come from: tables of active faults, volcanoes, slabs, run-ups and deposits, and which of their columns say what.
//!
//! As with tables of events, what a table is is told by its columns, and where they say nothing by its keywords.

use std::collections::BTreeMap;
use terrane_model::Schema;
use terrane_model::schema::GeometryKind;

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    /// Active faults, as lines.
    Fault,
    /// Volcanoes, as points.
    Volcano,
    /// Depths of a slab that goes down, as lines of equal depth.
    Slab,
    /// Where a tsunami came ashore and how high, as points.
    RunUp,
    /// Calderas, as their rims or as points.
    Caldera,
    /// Falls of tephra, as lines or areas of equal thickness.
    Tephra,
    /// Deposits of pyroclastic density currents, as areas.
    PyroclasticFlow,
    /// Areas that broke in large earthquakes.
    Rupture,
}

impl SourceKind {
    /// All kinds with their names in addresses and answers.
    pub const NAMES: [(Self, &'static str); 8] = [
        (Self::Fault, "fault"),
        (Self::Volcano, "volcano"),
        (Self::Slab, "slab"),
        (Self::RunUp, "run-up"),
        (Self::Caldera, "caldera"),
        (Self::Tephra, "tephra"),
        (Self::PyroclasticFlow, "pyroclastic-flow"),
        (Self::Rupture, "rupture"),
    ];

    /// The name in addresses and answers.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// What a column says of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceRole {
    /// Its name.
    Name,
    /// Its name in another language.
    OtherName,
    /// Its kind: the type of volcano, the sense of slip.
    Type,
    /// How fast it slips, mm/a.
    SlipRate,
    /// When it was active last.
    LastActive,
    /// In which country it is.
    Country,
    /// How deep it is, kilometres.
    Depth,
    /// How high the water came, metres.
    Height,
    /// How far the water came, metres.
    Distance,
    /// How thick it is, centimetres.
    Thickness,
    /// Which year it was.
    Year,
}

const SPELLINGS: &[(SourceRole, &[&str])] = &[
    (SourceRole::Name, &["name", "name_en", "fault_name", "volcano_name", "slab_en", "location_name", "location"]),
    (SourceRole::OtherName, &["name_ja", "name_local", "slab_ja"]),
    (SourceRole::Type, &["sense", "slip_type", "type", "primary_volcano_type", "typ"]),
    (SourceRole::SlipRate, &["net_slip_rate", "slip_rate", "slip_rate_mm_a", "net_slip_r", "average_slip_rate"]),
    (SourceRole::LastActive, &["last_known_text", "last_known", "last_eruption_year", "last_event"]),
    (SourceRole::Country, &["country"]),
    (SourceRole::Depth, &["depth_km", "depth"]),
    (SourceRole::Height, &["max_water_height_m", "maximum_water_height_m", "runup_height_m", "run_up_height_m"]),
    (SourceRole::Distance, &["max_inundation_distance_m", "inundation_distance_m"]),
    (SourceRole::Thickness, &["thickness_cm"]),
    (SourceRole::Year, &["year", "date"]),
];

/// Columns and keywords by which a kind is known. A column is enough; of the keywords one is.
const SIGNS: &[(SourceKind, &[&str], &[&str])] = &[
    (
        SourceKind::Fault,
        &["net_slip_rate", "slip_rate", "net_slip_r", "slip_type", "average_slip_rate", "strike_sli"],
        &["active faults", "active fault", "活断層"],
    ),
    (
        SourceKind::RunUp,
        &["travel_hours", "travel_time_h", "measurement_type", "runup_height_m"],
        &["run-ups", "run-up"],
    ),
    (SourceKind::Caldera, &["caldera"], &["calderas", "caldera"]),
    (
        SourceKind::Volcano,
        &["volcano_number", "last_eruption_year", "last_known", "primary_volcano_type"],
        &["volcanoes", "volcano", "火山"],
    ),
    (SourceKind::Slab, &["slab"], &["slab"]),
    (SourceKind::Tephra, &["thickness_cm", "isopach_cm"], &["tephra", "isopachs"]),
    (SourceKind::PyroclasticFlow, &[], &["pyroclastic flows", "pyroclastic density currents"]),
    (SourceKind::Rupture, &["rupture_id", "event_magnitude"], &["rupture areas", "source areas"]),
];

/// What a table of sources holds, and which columns say what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTable {
    /// What it holds.
    pub kind: SourceKind,
    columns: BTreeMap<SourceRole, String>,
}

impl SourceTable {
    /// The table of sources that a schema and keywords describe; `None` when it is not one.
    pub fn of(schema: &Schema, keywords: &[String]) -> Option<Self> {
        let geometry = schema.geometry.as_ref()?.kind.part();
        let has = |names: &[&str]| schema.columns.iter().any(|column| names.contains(&plain(&column.name).as_str()));
        let said = |words: &[&str]| keywords.iter().any(|word| words.contains(&word.to_lowercase().as_str()));
        let (kind, _, _) =
            SIGNS.iter().find(|(kind, columns, words)| fits(*kind, geometry) && (has(columns) || said(words)))?;
        let columns = SPELLINGS.iter().filter_map(|(role, names)| {
            let found = names.iter().find_map(|name| schema.columns.iter().find(|column| plain(&column.name) == *name));
            found.map(|column| (*role, column.name.clone()))
        });
        Some(Self { kind: *kind, columns: columns.collect() })
    }

    /// The column that says something, when there is one.
    pub fn column(&self, role: SourceRole) -> Option<&str> {
        self.columns.get(&role).map(String::as_str)
    }

    /// All roles that have a column, with its name.
    pub fn columns(&self) -> impl Iterator<Item = (SourceRole, &str)> {
        self.columns.iter().map(|(role, name)| (*role, name.as_str()))
    }
}

/// Whether columns are those of run-ups: what was measured on a shore of a tsunami, many rows for each.
pub(crate) fn tells_run_ups(schema: &Schema) -> bool {
    let signs = SIGNS.iter().filter(|(kind, ..)| *kind == SourceKind::RunUp);
    let mut names = signs.flat_map(|(_, columns, _)| columns.iter());
    names.any(|name| schema.columns.iter().any(|column| plain(&column.name) == **name))
}

/// Whether a kind of sources is drawn with such geometry.
fn fits(kind: SourceKind, geometry: GeometryKind) -> bool {
    let (point, line) = (geometry == GeometryKind::Point, geometry == GeometryKind::LineString);
    match kind {
        SourceKind::Fault | SourceKind::Slab => line,
        SourceKind::Volcano | SourceKind::RunUp => point,
        SourceKind::Caldera => true,
        SourceKind::Tephra | SourceKind::PyroclasticFlow | SourceKind::Rupture => !point,
    }
}

/// The name of a column as the lists of spellings have it: lower case, with lines below for blanks and hyphens.
pub(crate) fn plain(name: &str) -> String {
    name.trim().trim_start_matches('#').to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::crs::Crs;
    use terrane_model::schema::{Column, ColumnKind, GeometryColumn};

    fn schema(kind: GeometryKind, columns: &[&str]) -> Schema {
        Schema {
            columns: columns.iter().map(|name| Column::new(*name, ColumnKind::Text)).collect(),
            geometry: Some(GeometryColumn { name: "geometry".into(), kind, crs: Crs::crs84(), has_z: false }),
            time: None,
            key: None,
        }
    }

    #[test]
    fn columns_tell_what_a_table_holds() {
        let faults = SourceTable::of(&schema(GeometryKind::MultiLineString, &["name", "net_slip_rate"]), &[]);
        assert_eq!(faults.map(|table| table.kind), Some(SourceKind::Fault));
        let calderas = ["last_known".to_owned(), "volcanoes".to_owned(), "calderas".to_owned()];
        let calderas = SourceTable::of(&schema(GeometryKind::Point, &["name", "last_known"]), &calderas);
        assert_eq!(calderas.map(|table| table.kind), Some(SourceKind::Caldera));
        let slabs = SourceTable::of(&schema(GeometryKind::LineString, &["slab", "depth_km"]), &[]).expect("a slab");
        assert_eq!((slabs.kind, slabs.column(SourceRole::Depth)), (SourceKind::Slab, Some("depth_km")));
        assert_eq!(SourceTable::of(&schema(GeometryKind::Point, &["net_slip_rate"]), &[]), None);
    }

    #[test]
    fn keywords_tell_where_columns_say_nothing() {
        let bare = schema(GeometryKind::Point, &["code", "name_ja", "name_en"]);
        assert_eq!(SourceTable::of(&bare, &[]), None);
        let volcanoes = SourceTable::of(&bare, &["Volcanoes".to_owned()]).expect("volcanoes");
        assert_eq!(volcanoes.column(SourceRole::Name), Some("name_en"));
        assert_eq!(volcanoes.column(SourceRole::OtherName), Some("name_ja"));
    }
}

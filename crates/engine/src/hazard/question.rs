//! A question about events, and what it means to one table.

use super::faults::NearFault;
use super::feeds::HIDDEN;
use super::tables::EventSource;
use std::sync::Arc;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::filter::{CompareOp, Expr, GeometryExpr, Literal, Pattern, Piece, SpatialOp, TemporalOp, TimeExpr};
use terrane_model::query::{Columns, SortKey};
use terrane_model::schema::ColumnKind;
use terrane_model::time::Interval;
use terrane_model::{Bbox, DatasetId, FeatureId, FeatureQuery, Filter, Instant};

/// From a number to a number, both included; an end that is absent is open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Range {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

impl Range {
    fn is_open(self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

/// Where events are looked for, in degrees.
#[derive(Debug, Clone, PartialEq)]
pub enum EventPlace {
    /// In a box.
    Box(Bbox),
    /// In a ring around a position, metres on the ellipsoid.
    Ring {
        /// The position, longitude then latitude.
        centre: [f64; 2],
        /// Not nearer than this.
        min_m: f64,
        /// Not farther than this.
        max_m: f64,
    },
    /// In an area.
    Area(Arc<geo_types::Geometry<f64>>),
}

/// What puts events in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventOrder {
    /// The column that does.
    pub by: Role,
    /// From large to small; events without a value come last either way.
    pub descending: bool,
}

impl Default for EventOrder {
    fn default() -> Self {
        Self { by: Role::Time, descending: true }
    }
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventQuestion {
    /// Tables to look in; when none is named all but those that another one stands for.
    pub catalogs: Vec<DatasetId>,
    /// Also tables that another one stands for.
    pub every_table: bool,
    /// Kinds of events; all when none is named.
    pub kinds: Vec<Kind>,
    /// Identifiers of events in their tables.
    pub ids: Vec<String>,
    /// Where.
    pub place: Option<EventPlace>,
    /// Near which fault.
    pub fault: Option<NearFault>,
    /// The lines of that fault in degrees, and metres from them: found by the engine before tables are asked.
    pub fault_lines: Option<(Arc<geo_types::Geometry<f64>>, f64)>,
    /// When; an event whose time is not known exactly counts when it may have been then.
    pub period: Interval,
    /// How large.
    pub magnitude: Range,
    /// The type of magnitude, in any case.
    pub magnitude_type: Option<String>,
    /// How deep, kilometres.
    pub depth_km: Range,
    /// Volcanic explosivity index.
    pub vei: Range,
    /// Highest water, metres.
    pub water_height_m: Range,
    /// Deaths, by the event itself.
    pub deaths: Range,
    /// QuakeML's types of event, in any case; all when none is named.
    pub event_types: Vec<String>,
    /// Parts of texts: a role, and what its text must contain, in any case.
    pub texts: Vec<(Role, String)>,
    /// Words that must stand in some text of the row.
    pub words: Option<String>,
    /// Changed since then.
    pub updated_after: Option<Instant>,
    /// Also events that were withdrawn and those that are not believed yet; events asked for by id are told in any case.
    pub with_withdrawn: bool,
    /// Only events of live tables that have changed after this change.
    pub after_sequence: Option<i64>,
    /// The order.
    pub order: EventOrder,
    /// How many at most.
    pub limit: usize,
    /// How many are passed over.
    pub skip: usize,
}

impl EventQuestion {
    /// Whether a table is asked at all.
    pub(super) fn asks(&self, source: &EventSource) -> bool {
        (self.catalogs.is_empty() || self.catalogs.contains(source.id()))
            && (self.kinds.is_empty() || self.kinds.contains(&source.table.kind))
    }

    /// Whether it is about certain tables or events, or about who told them, so that it matters in which table they stand.
    pub(super) fn is_particular(&self) -> bool {
        let names_teller =
            |(role, _): &(Role, String)| matches!(role, Role::Contributor | Role::Author | Role::Catalog);
        let is_about_tables = self.every_table || !self.catalogs.is_empty() || !self.ids.is_empty();
        is_about_tables || self.after_sequence.is_some() || self.texts.iter().any(names_teller)
    }

    /// The question to one table, for some of its columns; nothing when it has no column that a condition is about, because no row
    /// can be known to meet it.
    pub(super) fn query(&self, source: &EventSource, roles: &[Role]) -> Option<FeatureQuery> {
        let conditions = Conditions { source, filters: Vec::new() };
        let filter = self.conditions(conditions)?;
        let mut names: Vec<String> = Vec::new();
        for name in roles.iter().filter_map(|role| source.table.column(*role)) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let sort = source.table.column(self.order.by);
        let sort = sort.map(|name| SortKey { column: name.to_owned(), descending: self.order.descending });
        Some(FeatureQuery {
            filter: Some(filter).filter(|filter| *filter != Filter::Literal(true)),
            text: self.words.clone(),
            columns: Columns::These { names, geometry: true },
            sort: sort.into_iter().collect(),
            ..FeatureQuery::default()
        })
    }

    fn conditions(&self, mut all: Conditions<'_>) -> Option<Filter> {
        all.ids(&self.ids, self.after_sequence.is_none());
        if let Some(after) = self.after_sequence {
            all.sequence(after)?;
        }
        if !self.with_withdrawn && self.ids.is_empty() {
            all.believed();
        }
        all.place(self.place.as_ref());
        all.near(self.fault_lines.as_ref());
        all.period(&self.period)?;
        let per_km = 1.0 / all.source.depth_unit_km();
        let deep = |depth_km: Option<f64>| depth_km.map(|depth_km| depth_km * per_km);
        all.number(Role::Magnitude, self.magnitude)?;
        all.number(Role::Depth, Range { min: deep(self.depth_km.min), max: deep(self.depth_km.max) })?;
        all.number(Role::Vei, self.vei)?;
        all.number(Role::WaterHeight, self.water_height_m)?;
        all.number(Role::Deaths, self.deaths)?;
        all.one_of(Role::MagnitudeType, self.magnitude_type.as_slice())?;
        all.types(&self.event_types)?;
        for (role, text) in &self.texts {
            all.contains(*role, text)?;
        }
        if let Some(since) = self.updated_after {
            all.updated(since)?;
        }
        Some(Filter::all(all.filters))
    }
}

/// "The column has the text in it", in any case and with any accents.
pub(super) fn contains(column: &str, text: &str) -> Filter {
    let pieces = vec![Piece::Any, Piece::Text(text.to_owned()), Piece::Any];
    let pattern = Pattern { pieces, fold_case: true, fold_accents: true };
    Filter::Like { value: Expr::Column(column.to_owned()), pattern }
}

/// "It was not withdrawn, and is believed", for a live table.
pub(crate) fn believed(source: &EventSource) -> Option<Filter> {
    let _is_live = source.table.column(Role::Sequence)?;
    let status = Expr::Column(source.table.column(Role::Status)?.to_owned());
    let hidden = HIDDEN.iter().map(|word| Expr::Literal(Literal::Text((*word).to_owned()))).collect();
    Some(Filter::Not(Box::new(Filter::In { value: status, list: hidden })))
}

/// Conditions on the columns of one table. Those that return nothing say that the table has no such column.
struct Conditions<'a> {
    source: &'a EventSource,
    filters: Vec<Filter>,
}

impl Conditions<'_> {
    fn column(&self, role: Role) -> Option<Expr> {
        self.source.table.column(role).map(|name| Expr::Column(name.to_owned()))
    }

    fn number(&mut self, role: Role, range: Range) -> Option<()> {
        if range.is_open() {
            return Some(());
        }
        let column = self.column(role)?;
        let bound = |op, number: f64| Filter::Compare {
            op,
            left: column.clone(),
            right: Expr::Literal(Literal::Float(number)),
        };
        self.filters.extend(range.min.map(|min| bound(CompareOp::GreaterOrEqual, min)));
        self.filters.extend(range.max.map(|max| bound(CompareOp::LessOrEqual, max)));
        Some(())
    }

    fn period(&mut self, period: &Interval) -> Option<()> {
        if *period == Interval::default() {
            return Some(());
        }
        let time = TimeExpr::Moment(self.column(Role::Time)?);
        let bound = |instant: Option<Instant>| instant.map(|at| Expr::Literal(Literal::Instant(at)));
        let asked = TimeExpr::Period(bound(period.start), bound(period.end));
        self.filters.push(Filter::Temporal { op: TemporalOp::Intersects, left: time, right: asked });
        Some(())
    }

    fn updated(&mut self, since: Instant) -> Option<()> {
        let left = self.column(Role::Updated)?;
        let right = Expr::Literal(Literal::Instant(since));
        self.filters.push(Filter::Compare { op: CompareOp::GreaterOrEqual, left, right });
        Some(())
    }

    fn one_of(&mut self, role: Role, texts: &[String]) -> Option<()> {
        if texts.is_empty() {
            return Some(());
        }
        let column = self.column(role)?;
        let list = texts.iter().map(|text| Expr::CaseFolded(Box::new(Expr::Literal(Literal::Text(text.clone())))));
        self.filters.push(Filter::In { value: Expr::CaseFolded(Box::new(column)), list: list.collect() });
        Some(())
    }

    /// A table of earthquakes that does not tell types holds earthquakes.
    fn types(&mut self, types: &[String]) -> Option<()> {
        let plain = self.source.table.kind == Kind::Earthquake && self.column(Role::EventType).is_none();
        match plain && types.iter().any(|kind| kind.eq_ignore_ascii_case("earthquake")) {
            true => Some(()),
            false => self.one_of(Role::EventType, types),
        }
    }

    fn contains(&mut self, role: Role, text: &str) -> Option<()> {
        self.filters.push(contains(self.source.table.column(role)?, text));
        Some(())
    }

    fn ids(&mut self, ids: &[String], by_aliases: bool) {
        if ids.is_empty() {
            return;
        }
        let schema = &self.source.schema;
        let column = self.source.table.column(Role::Id).and_then(|name| schema.column(name));
        let by_id = match column {
            // Without a column of its own, or with one that is the key, the identity of the row is that of the event.
            Some((_, column)) if schema.key.as_ref() != Some(&column.name) => {
                // A name that cannot be a number is that of no row where names are numbers.
                let literal = |id: &String| match column.kind {
                    ColumnKind::Int => id.parse().ok().map(Literal::Int),
                    ColumnKind::Float => id.parse().ok().map(Literal::Float),
                    _ => Some(Literal::Text(id.clone())),
                };
                let list: Vec<Expr> = ids.iter().filter_map(literal).map(Expr::Literal).collect();
                match list.is_empty() {
                    true => Filter::Literal(false),
                    false => Filter::In { value: Expr::Column(column.name.clone()), list },
                }
            }
            _ => Filter::Ids(ids.iter().flat_map(|id| [FeatureId::parse(id), FeatureId::Text(id.clone())]).collect()),
        };
        let aliases = self.column(Role::Aliases).filter(|_| by_aliases);
        let like = |value: &Expr, id: &String| {
            let pieces = vec![Piece::Any, Piece::Text(format!("|{id}|")), Piece::Any];
            Filter::Like { value: value.clone(), pattern: Pattern { pieces, fold_case: false, fold_accents: false } }
        };
        self.filters.push(match aliases {
            Some(aliases) => {
                Filter::Or(std::iter::once(by_id).chain(ids.iter().map(|id| like(&aliases, id))).collect())
            }
            None => by_id,
        });
    }

    /// Live tables keep what was withdrawn, so that its names are found.
    fn believed(&mut self) {
        self.filters.extend(believed(self.source));
    }

    fn sequence(&mut self, after: i64) -> Option<()> {
        let left = self.column(Role::Sequence)?;
        let right = Expr::Literal(Literal::Int(after));
        self.filters.push(Filter::Compare { op: CompareOp::Greater, left, right });
        Some(())
    }

    fn near(&mut self, lines: Option<&(Arc<geo_types::Geometry<f64>>, f64)>) {
        let near = |(shape, distance_m): &(Arc<geo_types::Geometry<f64>>, f64)| Filter::Near {
            shape: Arc::clone(shape),
            distance_m: *distance_m,
        };
        self.filters.extend(lines.map(near));
    }

    fn place(&mut self, place: Option<&EventPlace>) {
        let Some(geometry) = self.source.schema.geometry.as_ref() else { return };
        let within = |right| Filter::Spatial {
            op: SpatialOp::Intersects,
            left: GeometryExpr::Column(geometry.name.clone()),
            right,
        };
        match place {
            None => {}
            Some(EventPlace::Box(bbox)) => self.filters.push(within(GeometryExpr::Bbox(*bbox))),
            Some(EventPlace::Area(area)) => self.filters.push(within(GeometryExpr::Literal(Arc::clone(area)))),
            Some(EventPlace::Ring { centre, min_m, max_m }) => {
                let near = |distance_m: f64| Filter::Within { centre: *centre, distance_m };
                self.filters.push(near(*max_m));
                if *min_m > 0.0 {
                    self.filters.push(Filter::Not(Box::new(near(*min_m))));
                }
            }
        }
    }
}

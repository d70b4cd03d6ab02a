//! One layer of a tile.

use super::Ask;
use super::coarse::{Gathered, Standing};
use super::columns::Chosen;
use super::quick::Quick;
use crate::clip::clipped;
use crate::finish::Filtered;
use crate::picture::{OpenLayer, margin, period, world_copies};
use crate::pool::{Cancel, wait};
use terrane_drawing::tile::{BUFFER, Cutter, Grain, Row};
use terrane_formats::tile::mvt::{EXTENT, LayerWriter, ShapeKind, TagColumn};
use terrane_model::batch::{Ids, Value};
use terrane_model::filter::Transformer as _;
use terrane_model::query::Columns;
use terrane_model::{Batch, Bbox, Crs, FeatureQuery, FeatureSource, Filter, Result};
use terrane_projection::Transform;

/// What a layer may take of a tile's limits.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Bytes before compression.
    pub bytes: usize,
    /// Features.
    pub features: usize,
}

/// The name of the tag that says for how many points one stands.
const POINT_COUNT: &str = "point_count";

/// Reads a layer for a tile, as often as it takes.
pub struct Reader<'a> {
    open: &'a OpenLayer,
    source: &'a dyn FeatureSource,
    ask: &'a Ask,
    to_tile: Transform,
    from_tile: Transform,
    filter: Option<Filter>,
    chosen: Chosen,
}

impl<'a> Reader<'a> {
    /// A reader of a source in a CRS.
    pub fn new(open: &'a OpenLayer, source: &'a dyn FeatureSource, crs: &Crs, ask: &'a Ask) -> Result<Self> {
        let filter = match &open.layer.filter {
            Some(filter) => Some(filter.transformed(&Transform::new(&open.layer.filter_crs, crs)?)?),
            None => None,
        };
        Ok(Self {
            open,
            source,
            ask,
            to_tile: Transform::new(crs, &ask.view.crs)?,
            from_tile: Transform::new(&ask.view.crs, crs)?,
            filter,
            chosen: Chosen::of(open, source.schema(), ask),
        })
    }

    /// The layer as fine as `grain`; nothing when it is greater than its share, but for the last try, which leaves rows out.
    pub fn write(&self, grain: Grain, share: Share, last: bool, cancel: &Cancel) -> Result<Option<LayerWriter>> {
        let mut work = Work::new(self, grain);
        for shift in world_copies(&self.ask.view) {
            let Some(bbox) = self.ground(shift) else { continue };
            let scan = wait(self.source.scan(&self.query(bbox, grain)))?;
            let quick = Quick::of(&bbox, &self.to_tile, &self.ask.frame, shift);
            for batch in Filtered::new(scan, self.source.schema(), cancel)? {
                work.add(&self.near(batch?, &bbox), shift, quick.as_ref());
                if work.is_beyond(share) {
                    if !last {
                        return Ok(None);
                    }
                    return Ok(Some(work.finish()));
                }
            }
        }
        let writer = work.finish();
        let fits = writer.bytes() <= share.bytes && writer.len() <= share.features;
        Ok((fits || last).then_some(writer))
    }

    /// The part of the source's ground that a copy of the world has in the tile.
    fn ground(&self, shift: f64) -> Option<Bbox> {
        let mut bbox = self.ask.frame.ground();
        bbox.min[0] -= shift;
        bbox.max[0] -= shift;
        if self.from_tile.is_identity() {
            return Some(bbox);
        }
        self.from_tile.bbox(&bbox).ok().filter(|ground| !ground.is_empty())
    }

    fn query(&self, bbox: Bbox, grain: Grain) -> FeatureQuery {
        let units = f64::from(EXTENT as i32 + 2 * BUFFER);
        FeatureQuery {
            bbox: Some(bbox),
            filter: self.filter.clone(),
            columns: Columns::These { names: self.chosen.all(), geometry: true },
            tolerance: Some(bbox.width().min(bbox.height()) / units * grain.tolerance()),
            ..FeatureQuery::default()
        }
    }

    /// Rows cut to the neighbourhood where the projection makes no sense far away.
    fn near(&self, batch: Batch, bbox: &Bbox) -> Batch {
        let anywhere = period(&self.ask.view.crs).is_some() || self.to_tile.is_identity();
        if anywhere { batch } else { clipped(batch, &margin(bbox)) }
    }
}

/// A layer that is being written.
struct Work<'a> {
    reader: &'a Reader<'a>,
    writer: LayerWriter,
    cutter: Cutter,
    gathered: Option<Gathered>,
    columns: Option<Placed>,
    point_count: Option<TagColumn>,
    /// Positions of the row at hand.
    units: Vec<[f64; 2]>,
    tags: Vec<u32>,
}

/// Columns where the batches have them.
struct Placed {
    look: Vec<TagColumn>,
    more: Vec<TagColumn>,
    sort: Option<usize>,
}

impl<'a> Work<'a> {
    fn new(reader: &'a Reader<'a>, grain: Grain) -> Self {
        let mut writer = LayerWriter::new(&reader.open.layer.name);
        let is_free = reader.source.schema().column(POINT_COUNT).is_none();
        let gathered = grain.cell().map(Gathered::new);
        let point_count = (is_free && gathered.is_some()).then(|| writer.column(POINT_COUNT, usize::MAX));
        Self {
            reader,
            writer,
            cutter: Cutter::new(grain),
            gathered,
            columns: None,
            point_count,
            units: Vec::new(),
            tags: Vec::new(),
        }
    }

    fn is_beyond(&self, share: Share) -> bool {
        let gathered = self.gathered.as_ref().map_or(0, Gathered::len);
        self.writer.bytes() > share.bytes || self.writer.len() + gathered > share.features
    }

    fn finish(mut self) -> LayerWriter {
        if let Some(gathered) = &self.gathered {
            gathered.write(&mut self.writer, self.point_count.as_ref());
        }
        self.writer
    }

    fn add(&mut self, batch: &Batch, shift: f64, quick: Option<&Quick>) {
        let Some(geometry) = &batch.geometry else { return };
        let mut columns = self.columns.take().unwrap_or_else(|| self.place(batch));
        let view = geometry.view();
        let mut units = std::mem::take(&mut self.units);
        for number in batch.rows() {
            let Some(geometry) = view.get(number) else { continue };
            units.clear();
            match quick.filter(|quick| quick.holds(view.bboxes[number])) {
                Some(quick) => units.extend(geometry.positions().iter().map(|&position| quick.units(position))),
                None => {
                    units.extend_from_slice(geometry.positions());
                    self.reader.to_tile.apply(&mut units);
                    self.reader.ask.frame.to_units(&mut units, shift);
                }
            }
            let row = Row::new(geometry, &units);
            if !row.is_away() {
                self.row(batch, number, &row, &mut columns);
            }
        }
        (self.units, self.columns) = (units, Some(columns));
    }

    /// Where the columns are in the batches, told by the first.
    fn place(&mut self, batch: &Batch) -> Placed {
        let chosen = &self.reader.chosen;
        let place = |name: &String| batch.schema.column(name).map(|(at, _)| at);
        let mut columns = |names: &[String]| -> Vec<TagColumn> {
            let placed = names.iter().filter_map(|name| place(name).map(|at| (name, at)));
            placed.map(|(name, at)| self.writer.column(name, at)).collect()
        };
        Placed { look: columns(&chosen.look), more: columns(&chosen.more), sort: chosen.sort.as_ref().and_then(place) }
    }

    fn row(&mut self, batch: &Batch, number: usize, row: &Row<'_>, columns: &mut Placed) {
        for kind in row.kinds() {
            self.tags.clear();
            if let Some(mut gathered) = self.gathered.take() {
                let done = self.gather(&mut gathered, (batch, number), (row, kind), columns);
                self.gathered = Some(gathered);
                if done {
                    continue;
                }
                self.tags.clear();
            }
            let shape = self.cutter.cut(row, kind);
            if shape.is_empty() {
                continue;
            }
            self.writer.tags(batch, number, &mut columns.look, &mut self.tags);
            self.writer.tags(batch, number, &mut columns.more, &mut self.tags);
            self.writer.feature(identity(batch, number), &self.tags, shape);
        }
    }

    /// Gathers what is small; `false` when the row is to be written like any other.
    fn gather(
        &mut self,
        gathered: &mut Gathered,
        (batch, number): (&Batch, usize),
        (row, kind): (&Row<'_>, ShapeKind),
        columns: &mut Placed,
    ) -> bool {
        let mut class = |gathered: &mut Gathered| {
            self.writer.tags(batch, number, &mut columns.look, &mut self.tags);
            gathered.class(&self.tags)
        };
        match kind {
            ShapeKind::Area if gathered.is_small_area(row) => {
                let class = class(gathered);
                gathered.area(row, class);
                true
            }
            ShapeKind::Area => false,
            ShapeKind::Line => {
                let class = class(gathered);
                gathered.is_line_too_many(row, class)
            }
            ShapeKind::Point => {
                self.point(gathered, (batch, number), row, columns);
                true
            }
        }
    }

    /// Lets one point of a cell stand for all: the one that is drawn last when the style sorts, else the first.
    fn point(
        &mut self,
        gathered: &mut Gathered,
        (batch, number): (&Batch, usize),
        row: &Row<'_>,
        columns: &mut Placed,
    ) {
        let rank = self.rank(batch, number, columns);
        for position in self.cutter.cut(row, ShapeKind::Point).positions.iter().copied() {
            if let Some(standing) = gathered.standing(position) {
                standing.count += 1;
                if standing.rank >= rank {
                    continue;
                }
            }
            let mut tags = Vec::new();
            self.writer.tags(batch, number, &mut columns.look, &mut tags);
            self.writer.tags(batch, number, &mut columns.more, &mut tags);
            let id = identity(batch, number);
            match gathered.standing(position) {
                Some(standing) => *standing = Standing { count: standing.count, rank, id, tags, position },
                None => gathered.stand(Standing { count: 1, rank, id, tags, position }),
            }
        }
    }

    fn rank(&self, batch: &Batch, number: usize, columns: &Placed) -> f64 {
        let Some(place) = columns.sort else { return 0.0 };
        let rank = match batch.feature(number).value(place) {
            Value::Time(when) => when.earliest.0 as f64,
            value => value.as_f64().filter(|number| !number.is_nan()).unwrap_or(f64::NEG_INFINITY),
        };
        let descending = self.reader.open.style.sort_by.as_ref().is_some_and(|sort| sort.descending);
        if descending { -rank } else { rank }
    }
}

/// The number of a row as a tile has it.
fn identity(batch: &Batch, row: usize) -> Option<u64> {
    match &batch.ids {
        Ids::Numbers(numbers) => numbers.get(row).and_then(|&number| u64::try_from(number).ok()),
        Ids::Texts(_) => None,
    }
}

//! What is gathered in a tile that is coarser than the finest: small areas by class, points and short lines by cell.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use terrane_drawing::tile::{Mosaic, Row};
use terrane_formats::tile::mvt::{LayerWriter, Shape, ShapeKind, TagColumn};

/// Areas up to so many cells long are gathered; longer ones are seen as lines.
const LONG_CELLS: f64 = 8.0;

/// What is gathered.
pub struct Gathered {
    cell: i32,
    mosaic: Option<Mosaic>,
    /// Tags of classes, and the number of each, counted from 1.
    classes: HashMap<Vec<u32>, u32>,
    /// The tags of each class by its number.
    tags: Vec<Vec<u32>>,
    /// Which point stands for each cell.
    cells: HashMap<[i32; 2], usize>,
    points: Vec<Standing>,
    /// Cells that have a short line, with its class.
    lines: HashSet<([i32; 2], u32)>,
}

/// A point that stands for all of its cell.
pub struct Standing {
    /// How many it stands for.
    pub count: i64,
    /// By what it was chosen: the greatest stands.
    pub rank: f64,
    /// Its identity.
    pub id: Option<u64>,
    /// Its tags.
    pub tags: Vec<u32>,
    /// Where it is.
    pub position: [i32; 2],
}

impl Gathered {
    /// Nothing yet, in cells of some units.
    pub fn new(cell: i32) -> Self {
        Self {
            cell,
            mosaic: None,
            classes: HashMap::new(),
            tags: Vec::new(),
            cells: HashMap::new(),
            points: Vec::new(),
            lines: HashSet::new(),
        }
    }

    /// The number of a class with these tags.
    pub fn class(&mut self, tags: &[u32]) -> u32 {
        if let Some(&known) = self.classes.get(tags) {
            return known;
        }
        self.tags.push(tags.to_vec());
        let number = self.tags.len() as u32;
        self.classes.insert(tags.to_vec(), number);
        number
    }

    /// Whether the areas of a row are too small to be written one by one.
    pub fn is_small_area(&self, row: &Row<'_>) -> bool {
        let cell = f64::from(self.cell);
        row.size() <= LONG_CELLS * cell && row.area() < cell * cell
    }

    /// Gathers the areas of a row.
    pub fn area(&mut self, row: &Row<'_>, class: u32) {
        let cell = self.cell;
        self.mosaic.get_or_insert_with(|| Mosaic::new(cell)).add(row, class);
    }

    /// Whether a line is shorter than a cell and not the first of its class there.
    pub fn is_line_too_many(&mut self, row: &Row<'_>, class: u32) -> bool {
        row.size() < f64::from(self.cell) && !self.lines.insert((self.cell_of(row.centre()), class))
    }

    fn cell_of(&self, position: [f64; 2]) -> [i32; 2] {
        position.map(|units| (units / f64::from(self.cell)).floor() as i32)
    }

    /// The place of the point that stands for a position, when there is one.
    pub fn standing(&mut self, position: [i32; 2]) -> Option<&mut Standing> {
        let cell = self.cell_of(position.map(f64::from));
        self.cells.get(&cell).and_then(|&place| self.points.get_mut(place))
    }

    /// Lets a point stand for its cell.
    pub fn stand(&mut self, point: Standing) {
        let cell = self.cell_of(point.position.map(f64::from));
        self.cells.insert(cell, self.points.len());
        self.points.push(point);
    }

    /// Features that there will be at least.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Writes all of it: areas below everything else, points above.
    pub fn write(&self, writer: &mut LayerWriter, count: Option<&TagColumn>) {
        for (class, shape) in self.mosaic.iter().flat_map(Mosaic::shapes) {
            let tags = self.tags.get(class as usize - 1).map_or(&[][..], Vec::as_slice);
            writer.feature_below(tags, &shape);
        }
        let mut shape = Shape::default();
        for point in &self.points {
            shape.begin(ShapeKind::Point);
            shape.positions.push(point.position);
            shape.end_run();
            let mut tags = point.tags.clone();
            let counted = count.filter(|_| point.count > 1);
            counted.into_iter().for_each(|column| writer.int_tag(column, point.count, &mut tags));
            writer.feature(point.id, &tags, &shape);
        }
    }
}

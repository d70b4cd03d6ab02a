//! A made-up geological map: areas that share every border, with islands, lakes and islands of two halves. Test data only.

use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryArrays;
use terrane_model::schema::GeometryKind;

pub type Position = [f64; 2];
pub type Ring = Vec<Position>;
/// The outer ring, then holes.
pub type Area = Vec<Ring>;

/// What a map is made of.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Areas along each side.
    pub side: usize,
    /// Each border has 4 to the power of this many segments.
    pub depth: u32,
    /// How far borders leave the straight line, 0 to 1; at 1 they are like Koch's curve.
    pub roughness: f64,
    /// Whatever is left to chance follows from it.
    pub seed: u64,
    /// Of this many areas one has an island; 0 for none.
    pub one_island_in: usize,
}

/// Where the map lies and how wide one area is, metres.
pub const ORIGIN: Position = [500_000.0, 4_000_000.0];
pub const CELL_M: f64 = 1_000.0;

/// Numbers between 0 and 1. Source: splitmix64 (Steele, Lea & Flood 2014).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

/// The areas of a map, each one row. Together they fill a square once, lakes apart.
pub fn areas(recipe: &Recipe) -> Vec<Area> {
    let mut chance = Chance(recipe.seed);
    let corners = corners(recipe.side, &mut chance);
    let across = borders(recipe, &corners, &mut chance, true);
    let up = borders(recipe, &corners, &mut chance, false);
    let side = recipe.side;
    let mut all = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let south = across[row * (side + 1) + column].clone();
            let east = up[row * (side + 1) + column + 1].clone();
            let north = reversed(&across[(row + 1) * (side + 1) + column]);
            let west = reversed(&up[row * (side + 1) + column]);
            let mut area = vec![joined(&[south, east, north, west])];
            if recipe.one_island_in > 0 && chance.next() * (recipe.one_island_in as f64) < 1.0 {
                let centre = [ORIGIN[0] + (column as f64 + 0.5) * CELL_M, ORIGIN[1] + (row as f64 + 0.5) * CELL_M];
                add_island(recipe, centre, &mut area, &mut all, &mut chance);
            }
            all.push(area);
        }
    }
    all
}

/// Batches of so many rows, one area each.
pub fn batches(areas: &[Area], rows: usize) -> Vec<GeometryArrays> {
    areas.chunks(rows).map(|chunk| arrays(chunk.iter().map(|area| vec![area.clone()]))).collect()
}

/// Rows of areas of one or more parts.
pub fn arrays(rows: impl IntoIterator<Item = Vec<Area>>) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    let mut count = 0;
    for parts in rows {
        count += 1;
        builder.begin(if parts.len() == 1 { GeometryKind::Polygon } else { GeometryKind::MultiPolygon });
        for area in &parts {
            builder.part(GeometryKind::Polygon);
            for ring in area {
                builder.ring();
                builder.positions(ring);
            }
        }
        builder.end_row(count);
    }
    builder.finish()
}

/// The rings of rows again.
pub fn rows_of(batches: &[GeometryArrays]) -> Vec<Vec<Area>> {
    let areas = |arrays: &GeometryArrays, row: usize| {
        let geometry = arrays.view().get(row).expect("every row has an area");
        geometry.parts().map(|part| part.rings().map(<[Position]>::to_vec).collect()).collect()
    };
    batches.iter().flat_map(|arrays| (0..arrays.kinds.len()).map(move |row| areas(arrays, row))).collect()
}

/// The shoelace formula.
pub fn signed_area(ring: &[Position]) -> f64 {
    let [x, y] = ring[0];
    ring.windows(2).map(|edge| (edge[0][0] - x) * (edge[1][1] - y) - (edge[1][0] - x) * (edge[0][1] - y)).sum::<f64>()
        / 2.0
}

fn corners(side: usize, chance: &mut Chance) -> Vec<Position> {
    let inside = |at: usize| at > 0 && at < side;
    let mut all = Vec::new();
    for row in 0..=side {
        for column in 0..=side {
            let jitter = [chance.next(), chance.next()].map(|chance| (chance - 0.5) * 0.2);
            let x = column as f64 + if inside(column) { jitter[0] } else { 0.0 };
            let y = row as f64 + if inside(row) { jitter[1] } else { 0.0 };
            all.push([ORIGIN[0] + x * CELL_M, ORIGIN[1] + y * CELL_M]);
        }
    }
    all
}

/// The borders that lead east, or north, from each corner; those that would leave the map are empty.
fn borders(recipe: &Recipe, corners: &[Position], chance: &mut Chance, east: bool) -> Vec<Ring> {
    let side = recipe.side;
    let border = |at: usize| {
        let (row, column) = (at / (side + 1), at % (side + 1));
        let (last, outline) = if east { (column == side, row % side == 0) } else { (row == side, column % side == 0) };
        if last {
            return Vec::new();
        }
        let end = corners[at + if east { 1 } else { side + 1 }];
        let mut line = vec![corners[at]];
        bend([corners[at], end], if outline { 0.0 } else { recipe.roughness }, recipe.depth, chance, &mut line);
        line
    };
    (0..corners.len()).map(border).collect()
}

/// A curve like Koch's, whose bumps fall to either side: it never crosses itself and stays within 30° of the straight line.
fn bend([from, to]: [Position; 2], roughness: f64, depth: u32, chance: &mut Chance, line: &mut Ring) {
    if depth == 0 {
        line.push(to);
        return;
    }
    let along = [to[0] - from[0], to[1] - from[1]];
    let height = roughness * (0.05 + 0.22 * chance.next()) * if chance.next() < 0.5 { -1.0 } else { 1.0 };
    let at = |share: f64, off: f64| {
        [from[0] + share * along[0] - off * along[1], from[1] + share * along[1] + off * along[0]]
    };
    let points = [from, at(1.0 / 3.0, 0.0), at(0.5, height), at(2.0 / 3.0, 0.0), to];
    for pair in points.windows(2) {
        bend([pair[0], pair[1]], roughness, depth - 1, chance, line);
    }
}

/// Cuts a hole into an area and fills it: with one island, with two halves of one, or with nothing but water.
fn add_island(recipe: &Recipe, centre: Position, area: &mut Area, all: &mut Vec<Area>, chance: &mut Chance) {
    let radius = CELL_M * (0.01 + 0.12 * chance.next());
    let turn = chance.next() * std::f64::consts::TAU;
    let ends = [0.0, 1.0, 2.0].map(|third| {
        let angle = turn + third * std::f64::consts::TAU / 3.0;
        [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
    });
    let mut sides = Vec::new();
    for pair in [[0, 1], [1, 2], [2, 0]] {
        let mut line = vec![ends[pair[0]]];
        bend([ends[pair[0]], ends[pair[1]]], recipe.roughness * 0.9, recipe.depth, chance, &mut line);
        sides.push(line);
    }
    let shore = joined(&sides);
    area.push(reversed(&shore));
    match (chance.next() * 4.0) as u32 {
        0 => {}
        1 => {
            // Two halves: the border between them goes from the third end over the centre to the second.
            let cut = vec![ends[2], centre, ends[1]];
            all.push(vec![joined(&[sides[1].clone(), cut.clone()])]);
            all.push(vec![joined(&[sides[2].clone(), sides[0].clone(), reversed(&cut)])]);
        }
        _ => all.push(vec![shore]),
    }
}

fn reversed(line: &[Position]) -> Ring {
    line.iter().rev().copied().collect()
}

/// Lines end to end, each beginning where the one before ends.
fn joined(lines: &[Ring]) -> Ring {
    let mut ring = vec![lines[0][0]];
    lines.iter().for_each(|line| ring.extend_from_slice(&line[1..]));
    ring
}

//! The R-tree packed from its leaves up while rows are inserted along the curve: a fifth of the work of inserting box by box, and
//! nodes that are full.
//!
//! The layout of the tree's own tables is that of SQLite's R-tree module (rtree.c, "Database Format of R-Tree Tables"): a node is
//! a blob of fixed size, big-endian: depth (of the root only), number of cells, then the cells, each an id and the box as four
//! 32-bit numbers rounded outward.

use super::layer::quoted;
use super::tables;
use rusqlite::{Connection, Statement, params};
use terrane_model::Bbox;

/// Cells in a node: SQLite's own bound for pages of 4 096 bytes.
const CELLS_MAX: usize = 51;
const NODE_BYTES: usize = 4 + CELLS_MAX * 24;
const ROOT: i64 = 1;

/// Takes boxes in the order of the curve.
pub struct Packer<'c> {
    put_node: Statement<'c>,
    put_row: Statement<'c>,
    put_parent: Statement<'c>,
    /// Cells of each level that wait for their node, leaves first.
    levels: Vec<Vec<Cell>>,
    next_node: i64,
}

#[derive(Clone, Copy)]
struct Cell {
    id: i64,
    /// Least x, greatest x, least y, greatest y.
    bounds: [f32; 4],
}

impl<'c> Packer<'c> {
    /// Creates the R-tree of a geometry column, still empty.
    pub fn create(connection: &'c Connection, table: &str, geometry: &str) -> rusqlite::Result<Self> {
        connection.execute_batch(&tables::create_rtree(table, geometry))?;
        let rtree = tables::rtree_name(table, geometry);
        let insert = |part: &str| {
            connection
                .prepare(&format!("INSERT OR REPLACE INTO {} VALUES (?1, ?2)", quoted(&format!("{rtree}_{part}"))))
        };
        Ok(Self {
            put_node: insert("node")?,
            put_row: insert("rowid")?,
            put_parent: insert("parent")?,
            levels: Vec::new(),
            next_node: ROOT + 1,
        })
    }

    /// Adds the box of a row.
    pub fn add(&mut self, fid: i64, bbox: &Bbox) -> rusqlite::Result<()> {
        let bounds = [down(bbox.min[0]), up(bbox.max[0]), down(bbox.min[1]), up(bbox.max[1])];
        self.add_cell(0, Cell { id: fid, bounds })
    }

    fn add_cell(&mut self, level: usize, cell: Cell) -> rusqlite::Result<()> {
        if self.levels.len() == level {
            self.levels.push(Vec::with_capacity(CELLS_MAX));
        }
        if self.levels[level].len() == CELLS_MAX {
            self.close_node(level)?;
        }
        self.levels[level].push(cell);
        Ok(())
    }

    /// Writes the waiting cells of a level as a node, which becomes a cell of the level above.
    fn close_node(&mut self, level: usize) -> rusqlite::Result<()> {
        let node = self.next_node;
        self.next_node += 1;
        let bounds = self.write_node(level, node, 0)?;
        self.levels[level].clear();
        self.add_cell(level + 1, Cell { id: node, bounds })
    }

    fn write_node(&mut self, level: usize, node: i64, depth: u16) -> rusqlite::Result<[f32; 4]> {
        let mut blob = [0_u8; NODE_BYTES];
        let mut around = [f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::NEG_INFINITY];
        let cells = &self.levels[level];
        blob[..2].copy_from_slice(&depth.to_be_bytes());
        blob[2..4].copy_from_slice(&(cells.len() as u16).to_be_bytes());
        for (cell, bytes) in cells.iter().zip(blob[4..].chunks_exact_mut(24)) {
            bytes[..8].copy_from_slice(&cell.id.to_be_bytes());
            for (axis, bound) in cell.bounds.iter().enumerate() {
                bytes[8 + axis * 4..12 + axis * 4].copy_from_slice(&bound.to_be_bytes());
                around[axis] = if axis % 2 == 0 { around[axis].min(*bound) } else { around[axis].max(*bound) };
            }
            let put = if level == 0 { &mut self.put_row } else { &mut self.put_parent };
            put.execute(params![cell.id, node])?;
        }
        self.put_node.execute(params![node, blob.as_slice()])?;
        Ok(around)
    }

    /// Writes what still waits; the highest level becomes the root.
    pub fn finish(mut self) -> rusqlite::Result<()> {
        let mut level = 0;
        while level + 1 < self.levels.len() {
            self.close_node(level)?;
            level += 1;
        }
        if !self.levels.is_empty() {
            self.write_node(level, ROOT, level as u16)?;
        }
        Ok(())
    }
}

/// The greatest 32-bit number that is not greater.
fn down(number: f64) -> f32 {
    let near = number as f32;
    if f64::from(near) > number { near.next_down() } else { near }
}

/// The least 32-bit number that is not less.
fn up(number: f64) -> f32 {
    let near = number as f32;
    if f64::from(near) < number { near.next_up() } else { near }
}

#[cfg(test)]
mod tests {
    use super::{Packer, down, up};
    use rusqlite::Connection;
    use terrane_model::Bbox;

    #[test]
    fn boxes_are_rounded_outward() {
        for number in [0.1, -0.1, 1e300, -1e300, 100.0, 123_456.789] {
            assert!(f64::from(down(number)) <= number && number <= f64::from(up(number)), "{number}");
        }
        assert_eq!((down(100.0), up(100.0)), (100.0, 100.0));
    }

    #[test]
    fn sqlite_finds_the_tree_sound_at_every_height() {
        for rows in [0_i64, 1, 51, 52, 51 * 51, 51 * 51 + 1, 10_000] {
            let connection = Connection::open_in_memory().unwrap();
            let mut packer = Packer::create(&connection, "t", "geom").unwrap();
            for fid in 1..=rows {
                let at = fid as f64 * 0.1;
                packer.add(fid, &Bbox { min: [at, -at], max: [at + 1.0, 1.0 - at] }).unwrap();
            }
            packer.finish().unwrap();
            let sound: String =
                connection.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).unwrap();
            assert_eq!(sound, "ok", "{rows} rows");
            let count: i64 = connection.query_row("SELECT count(*) FROM rtree_t_geom", [], |row| row.get(0)).unwrap();
            assert_eq!(count, rows);
            let sql = "SELECT count(*) FROM rtree_t_geom WHERE minx <= 50 AND maxx >= 50";
            let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            let expected = (1..=rows).filter(|&fid| (49.0..=50.0).contains(&(fid as f64 * 0.1))).count() as i64;
            assert_eq!(found, expected, "{rows} rows");
            connection.execute("DELETE FROM rtree_t_geom WHERE id % 3 = 0", []).unwrap();
            connection.execute("INSERT INTO rtree_t_geom VALUES (100000, 1, 2, 3, 4)", []).unwrap();
            let sound: String =
                connection.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).unwrap();
            assert_eq!(sound, "ok", "edited, {rows} rows");
        }
    }
}

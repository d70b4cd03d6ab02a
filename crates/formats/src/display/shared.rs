//! Levels of detail whose shared borders are simplified once: the way from the rows of a display copy to `levels`.

use super::coarse::{Generaliser, LevelMaker};
use super::levels::{BorderFinder, Borders, LevelBuilder};
use terrane_model::geometry::GeometryArrays;

/// Simplifies lines and areas so that neighbours still fit.
#[derive(Default)]
pub struct SharedBorders {
    finder: Option<BorderFinder>,
    borders: Option<Borders>,
}

impl SharedBorders {
    /// Has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Generaliser for SharedBorders {
    fn expect(&mut self, positions: u64) {
        // In a tessellation each position belongs to two areas.
        let different = usize::try_from(positions / 2).unwrap_or(usize::MAX);
        self.finder = Some(BorderFinder::with_room_for(different));
    }

    fn see(&mut self, rows: &GeometryArrays) {
        self.finder.get_or_insert_with(BorderFinder::new).look(rows);
    }

    fn level(&mut self, tolerance: f64) -> Box<dyn LevelMaker + '_> {
        let finder = &mut self.finder;
        let borders = self.borders.get_or_insert_with(|| finder.take().unwrap_or_default().finish());
        Box::new(SharedLevel(LevelBuilder::new(borders, tolerance)))
    }
}

struct SharedLevel<'a>(LevelBuilder<'a>);

impl LevelMaker for SharedLevel<'_> {
    fn look(&mut self, rows: &GeometryArrays) {
        self.0.look(rows);
    }
    fn settle(&mut self) -> bool {
        self.0.settle()
    }
    fn simplify(&mut self, rows: &GeometryArrays) -> GeometryArrays {
        self.0.simplify(rows)
    }
}

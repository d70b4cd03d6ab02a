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
    fn look(&mut self, blocks: &[GeometryArrays]) {
        let level = &self.0;
        let findings = on_all_processors(blocks, |block| level.examine(block));
        findings.into_iter().for_each(|found| self.0.take(found));
    }
    fn settle(&mut self) -> bool {
        self.0.settle()
    }
    fn simplify(&mut self, blocks: &[GeometryArrays]) -> Vec<GeometryArrays> {
        let level = &self.0;
        on_all_processors(blocks, |block| level.simplify(block))
    }
}

/// What is made of each block, in order; the blocks are shared out among the processors.
fn on_all_processors<T: Send>(blocks: &[GeometryArrays], make: impl Fn(&GeometryArrays) -> T + Sync) -> Vec<T> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = blocks.len().div_ceil(processors).max(1);
    let make = &make;
    std::thread::scope(|scope| {
        let mut shares = blocks.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> =
            shares.map(|share| scope.spawn(move || share.iter().map(make).collect::<Vec<T>>())).collect();
        let mut made: Vec<T> = own.iter().map(make).collect();
        for other in others {
            match other.join() {
                Ok(share) => made.extend(share),
                Err(panicked) => std::panic::resume_unwind(panicked),
            }
        }
        made
    })
}

//! Which positions of a run are kept so that no dropped one is farther than a tolerance from what remains.
//!
//! Source: Douglas & Peucker 1973, "Algorithms for the reduction of the number of points required to represent a digitized
//! line or its caricature", The Canadian Cartographer 10(2). Distances are to segments, not to endless lines, so the
//! tolerance also bounds the Hausdorff distance, both ways. Chosen over Visvalingam & Whyatt 1993 (areas of triangles), which
//! bounds no distance: at half a pixel nobody sees the difference, but a promise in pixels can be kept.

use super::position::Position;
use terrane_model::limits::LEVEL_RUN_POSITIONS_MAX;

/// Marks positions; keeps its memory from run to run.
#[derive(Debug, Default)]
pub(super) struct Marker {
    /// Whether each position of the last run is kept.
    pub(super) keep: Vec<bool>,
    spans: Vec<(usize, usize)>,
}

impl Marker {
    /// Keeps the ends and whatever else the tolerance asks for. A run that ends where it begins keeps three positions that
    /// differ, when it has as many.
    ///
    /// The result depends on the direction (ties, rounding): the caller chooses one.
    pub(super) fn mark(&mut self, run: &[Position], tolerance: f64) {
        self.keep.clear();
        self.keep.resize(run.len(), false);
        self.spans.clear();
        let Some(last) = run.len().checked_sub(1) else { return };
        self.keep[0] = true;
        self.keep[last] = true;
        let closed = run[0] == run[last];
        if closed && last < LEVEL_RUN_POSITIONS_MAX {
            self.open(run);
        } else {
            self.cut(last);
        }
        self.divide(run, tolerance * tolerance);
        if closed {
            self.widen(run);
        }
    }

    /// Keeps everything.
    pub(super) fn mark_all(&mut self, run: &[Position]) {
        self.keep.clear();
        self.keep.resize(run.len(), true);
    }

    /// Long runs are cut at even steps: the time for one is its square at worst.
    fn cut(&mut self, last: usize) {
        let mut first = 0;
        while first < last {
            let end = (first + LEVEL_RUN_POSITIONS_MAX).min(last);
            self.keep[end] = true;
            self.spans.push((first, end));
            first = end;
        }
    }

    /// A closed run is cut at the position farthest from its ends.
    fn open(&mut self, run: &[Position]) {
        let last = run.len() - 1;
        if let Some((far, _)) = farthest(run, 0, last) {
            self.keep[far] = true;
            self.spans.extend([(0, far), (far, last)]);
        }
    }

    fn divide(&mut self, run: &[Position], most: f64) {
        while let Some((first, last)) = self.spans.pop() {
            if let Some((far, distance)) = farthest(run, first, last)
                && distance > most
            {
                self.keep[far] = true;
                self.spans.extend([(first, far), (far, last)]);
            }
        }
    }

    /// Gives a closed run of which only two positions remain the one that is farthest from both.
    fn widen(&mut self, run: &[Position]) {
        let last = run.len() - 1;
        let mut between = (1..last).filter(|&at| self.keep[at]);
        let (Some(far), None) = (between.next(), between.next()) else { return };
        let sides = [farthest(run, 0, far), farthest(run, far, last)];
        if let Some((third, _)) = sides.into_iter().flatten().max_by(|one, other| one.1.total_cmp(&other.1)) {
            self.keep[third] = true;
        }
    }
}

/// The position between two of a run that is farthest from the segment between them, and its distance squared. None when
/// there is none, or when the numbers are too large to tell.
fn farthest(run: &[Position], first: usize, last: usize) -> Option<(usize, f64)> {
    let (start, end) = (run[first], run[last]);
    let (along_x, along_y) = (end[0] - start[0], end[1] - start[1]);
    let length = along_x * along_x + along_y * along_y;
    let inverse = if length > 0.0 { length.recip() } else { 0.0 };
    let (mut far, mut most) = (first, -1.0);
    for (at, position) in run[first..last].iter().enumerate().skip(1) {
        let (x, y) = (position[0] - start[0], position[1] - start[1]);
        let share = ((x * along_x + y * along_y) * inverse).clamp(0.0, 1.0);
        let (off_x, off_y) = (x - share * along_x, y - share * along_y);
        let distance = off_x * off_x + off_y * off_y;
        if distance > most {
            (far, most) = (first + at, distance);
        }
    }
    (far > first).then_some((far, most))
}

#[cfg(test)]
mod tests {
    use super::Marker;

    fn kept(run: &[[f64; 2]], tolerance: f64) -> Vec<usize> {
        let mut marker = Marker::default();
        marker.mark(run, tolerance);
        (0..run.len()).filter(|&at| marker.keep[at]).collect()
    }

    #[test]
    fn a_bend_is_kept_when_it_is_wider_than_the_tolerance() {
        let bend = [[0.0, 0.0], [1.0, 0.4], [2.0, 0.0], [3.0, 2.0], [4.0, 0.0]];
        assert_eq!(kept(&bend, 0.5), [0, 2, 3, 4]);
        assert_eq!(kept(&bend, 3.0), [0, 4]);
        assert_eq!(kept(&bend, 0.1), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_way_there_and_back_keeps_its_turning_point() {
        assert_eq!(kept(&[[0.0, 0.0], [5.0, 0.0], [1.0, 0.0]], 0.5), [0, 1, 2]);
    }

    #[test]
    fn a_closed_run_keeps_three_positions() {
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(kept(&square, 100.0).len(), 4);
        assert_eq!(kept(&[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]], 100.0), [0, 1, 2]);
    }

    #[test]
    fn runs_of_nothing_and_of_one_are_no_trouble() {
        assert_eq!(kept(&[], 1.0), [0_usize; 0]);
        assert_eq!(kept(&[[1.0, 1.0]], 1.0), [0]);
        assert_eq!(kept(&[[1.0, 1.0], [1.0, 1.0]], 1.0), [0, 1]);
    }

    #[test]
    fn a_long_spiral_takes_no_longer_than_its_length_times_the_longest_run() {
        let spiral: Vec<[f64; 2]> = (0..300_000)
            .map(|at| {
                let turn = f64::from(at) * 0.01;
                [turn * turn.cos(), turn * turn.sin()]
            })
            .collect();
        assert!(kept(&spiral, 1e-9).len() > 290_000);
    }
}

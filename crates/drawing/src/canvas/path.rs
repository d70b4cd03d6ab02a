//! Lines on pixels on their way to being drawn: cut to the picture, moved aside, taken apart into dashes.

use super::clip::{Frame, along};

/// A line in pixels, cut to a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// Its positions, none of which repeats the one before.
    pub positions: Vec<[f64; 2]>,
    /// How far along the whole line it begins, pixels.
    pub start: f64,
    /// Whether it is a whole ring; the first position is then not repeated.
    pub closed: bool,
}

/// The parts of a line inside a frame.
pub fn runs(positions: &[[f64; 2]], frame: &Frame) -> Vec<Run> {
    let whole = positions.iter().all(|&position| frame.holds(position));
    if whole {
        return Vec::from_iter(whole_run(positions));
    }
    let (mut runs, mut run, mut travelled) = (Vec::new(), Run::default(), 0.0);
    for pair in positions.windows(2) {
        let length = distance(pair[0], pair[1]);
        match frame.cut(pair[0], pair[1]) {
            None => finish(&mut run, &mut runs),
            Some([enter, leave]) => {
                if enter > 0.0 || run.positions.is_empty() {
                    finish(&mut run, &mut runs);
                    run.start = travelled + enter * length;
                    run.positions.push(along(pair[0], pair[1], enter));
                }
                push(&mut run.positions, along(pair[0], pair[1], leave));
                if leave < 1.0 {
                    finish(&mut run, &mut runs);
                }
            }
        }
        if length.is_finite() {
            travelled += length;
        }
    }
    finish(&mut run, &mut runs);
    runs
}

fn whole_run(positions: &[[f64; 2]]) -> Option<Run> {
    let mut run = Run::default();
    positions.iter().for_each(|&position| push(&mut run.positions, position));
    run.closed = run.positions.len() > 3 && run.positions.first() == run.positions.last();
    if run.closed {
        run.positions.pop();
    }
    (run.positions.len() > 1).then_some(run)
}

fn push(positions: &mut Vec<[f64; 2]>, position: [f64; 2]) {
    if positions.last() != Some(&position) {
        positions.push(position);
    }
}

fn finish(run: &mut Run, runs: &mut Vec<Run>) {
    let done = std::mem::take(run);
    if done.positions.len() > 1 {
        runs.push(done);
    }
}

/// Takes a run apart into dashes; `pattern` is dash, gap, dash, gap… in pixels. The pattern goes on along the whole line.
pub fn dashes(run: &Run, pattern: &[f64]) -> Vec<Run> {
    let period: f64 = pattern.iter().sum();
    // A pattern finer than this cannot be seen; nor may it cost more than a line.
    if !(period > 0.5 && period.is_finite()) {
        return vec![run.clone()];
    }
    let mut dasher = Dasher::at(pattern, run.start);
    let mut positions = run.positions.clone();
    if run.closed {
        positions.extend(run.positions.first());
    }
    let Some(&first) = positions.first() else { return Vec::new() };
    dasher.begin(first);
    positions.windows(2).for_each(|pair| dasher.segment(pair[0], pair[1]));
    dasher.finish()
}

struct Dasher<'a> {
    pattern: &'a [f64],
    at: usize,
    left: f64,
    dash: Run,
    done: Vec<Run>,
}

impl<'a> Dasher<'a> {
    fn at(pattern: &'a [f64], start: f64) -> Self {
        // An odd pattern counts twice, so that gaps become dashes in turn (as in SVG).
        let turns = if pattern.len() % 2 == 1 { 2 } else { 1 };
        let period: f64 = pattern.iter().sum::<f64>() * f64::from(turns);
        let mut rest = start.rem_euclid(period);
        let mut at = 0;
        while rest >= pattern[at % pattern.len()] && at < pattern.len() * 2 {
            rest -= pattern[at % pattern.len()];
            at += 1;
        }
        let left = pattern[at % pattern.len()] - rest;
        Self { pattern, at, left, dash: Run::default(), done: Vec::new() }
    }

    fn on(&self) -> bool {
        self.at.is_multiple_of(2)
    }

    fn begin(&mut self, position: [f64; 2]) {
        if self.on() {
            self.dash.positions.push(position);
        }
    }

    fn segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        let length = distance(from, to);
        let mut travelled = 0.0;
        while length - travelled > self.left {
            travelled += self.left;
            let position = along(from, to, travelled / length);
            if self.on() {
                push(&mut self.dash.positions, position);
                finish(&mut self.dash, &mut self.done);
            }
            self.at = (self.at + 1) % (self.pattern.len() * 2);
            self.left = self.pattern[self.at % self.pattern.len()];
            self.begin(position);
        }
        self.left -= length - travelled;
        if self.on() {
            push(&mut self.dash.positions, to);
        }
    }

    fn finish(mut self) -> Vec<Run> {
        finish(&mut self.dash, &mut self.done);
        self.done
    }
}

/// A line moved to its right by a distance in pixels (right as seen along it, the picture's y going down).
pub fn offset(positions: &[[f64; 2]], distance: f64) -> Vec<[f64; 2]> {
    const STRETCH_MAX: f64 = 4.0;
    let closed = positions.len() > 3 && positions.first() == positions.last();
    let normals: Vec<Option<[f64; 2]>> = positions.windows(2).map(|pair| normal(pair[0], pair[1])).collect();
    let before = |at: usize| {
        let wrapped = if at == 0 && closed { normals.last().copied().flatten() } else { None };
        normals[..at].iter().rev().find_map(|normal| *normal).or(wrapped)
    };
    let after = |at: usize| {
        let wrapped = if at + 1 == positions.len() && closed { normals.first().copied().flatten() } else { None };
        normals.get(at..).and_then(|rest| rest.iter().find_map(|normal| *normal)).or(wrapped)
    };
    let moved = positions.iter().enumerate().filter_map(|(at, position)| {
        let (a, b) = match (before(at), after(at)) {
            (Some(a), Some(b)) => (a, b),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => return None,
        };
        let (sum_x, sum_y) = (a[0] + b[0], a[1] + b[1]);
        // The corner of the two moved segments lies at 2 / |a + b|² along their summed normals.
        let stretch = (2.0 / (sum_x * sum_x + sum_y * sum_y)).min(STRETCH_MAX);
        Some([position[0] + sum_x * stretch * distance, position[1] + sum_y * stretch * distance])
    });
    moved.collect()
}

/// How far two positions are apart.
pub fn distance(from: [f64; 2], to: [f64; 2]) -> f64 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    (dx * dx + dy * dy).sqrt()
}

/// The unit normal to the right of a segment, the picture's y going down; `None` of one without length.
pub fn normal(from: [f64; 2], to: [f64; 2]) -> Option<[f64; 2]> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = distance(from, to);
    (length > 0.0 && length.is_finite()).then(|| [-dy / length, dx / length])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(run: &Run) -> f64 {
        run.positions.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum()
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two_runs_that_know_where_they_begin() {
        let line = [[-10.0, 5.0], [5.0, 5.0], [5.0, 25.0], [8.0, 25.0], [8.0, 5.0]];
        let runs = runs(&line, &Frame::of(10, 10, 0.0));
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[0].positions, [[0.0, 5.0], [5.0, 5.0], [5.0, 10.0]]);
        assert_eq!((runs[0].start, runs[1].start), (10.0, 15.0 + 20.0 + 3.0 + 15.0));
    }

    #[test]
    fn dashes_go_on_around_corners() {
        let run = Run { positions: vec![[0.0, 0.0], [5.0, 0.0], [5.0, 7.0]], start: 0.0, closed: false };
        let dashes = dashes(&run, &[4.0, 2.0]);
        assert_eq!(dashes.len(), 2);
        assert_eq!(dashes[1].positions, [[5.0, 1.0], [5.0, 5.0]]);
        assert_eq!(dashes.iter().map(length).sum::<f64>(), 8.0);
    }

    #[test]
    fn a_pattern_begins_where_the_whole_line_begins() {
        let line = [[-7.0, 0.0], [10.0, 0.0]];
        let run = &runs(&line, &Frame::of(10, 10, 0.0))[0];
        let dashes = dashes(run, &[4.0, 2.0]);
        assert_eq!(dashes[0].positions, [[0.0, 0.0], [3.0, 0.0]], "the second dash is 6 to 10 along the line");
    }

    #[test]
    fn an_odd_pattern_swaps_dashes_and_gaps() {
        let run = Run { positions: vec![[0.0, 0.0], [12.0, 0.0]], start: 0.0, closed: false };
        let starts: Vec<f64> = dashes(&run, &[3.0]).iter().map(|dash| dash.positions[0][0]).collect();
        assert_eq!(starts, [0.0, 6.0]);
    }

    #[test]
    fn a_line_is_moved_to_its_right() {
        let moved = offset(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], 1.0);
        assert_eq!(moved, [[0.0, 1.0], [9.0, 1.0], [9.0, 10.0]]);
    }
}

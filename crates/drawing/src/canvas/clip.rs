//! Cuts line segments to a box (Liang and Barsky, "A new concept and method for line clipping", 1984).

/// A box in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Left and top.
    pub min: [f64; 2],
    /// Right and bottom.
    pub max: [f64; 2],
}

/// Positions farther out than this, in pixels, cannot be told apart from infinity with the precision at hand.
const FAR: f64 = 1e15;

impl Frame {
    /// A picture with a margin.
    pub fn of(width: usize, height: usize, margin: f64) -> Self {
        Self { min: [-margin; 2], max: [width as f64 + margin, height as f64 + margin] }
    }

    /// The part of the segment inside, as shares of its length; `None` when it is outside or not finite.
    pub fn cut(&self, from: [f64; 2], to: [f64; 2]) -> Option<[f64; 2]> {
        if !from.iter().chain(&to).all(|number| number.abs() < FAR) {
            return None;
        }
        let mut share = [0.0, 1.0];
        for axis in 0..2 {
            let step = to[axis] - from[axis];
            let (before, after) = (self.min[axis] - from[axis], self.max[axis] - from[axis]);
            if step == 0.0 {
                if before > 0.0 || after < 0.0 {
                    return None;
                }
                continue;
            }
            let (enter, leave) = if step > 0.0 { (before / step, after / step) } else { (after / step, before / step) };
            share = [f64::max(share[0], enter), f64::min(share[1], leave)];
        }
        (share[0] <= share[1]).then_some(share)
    }

    /// Whether the position is inside.
    pub fn holds(&self, [x, y]: [f64; 2]) -> bool {
        self.min[0] <= x && x <= self.max[0] && self.min[1] <= y && y <= self.max[1]
    }

    /// Whether a box given by two corners, in any order, meets this one. False when a corner is not a number.
    pub fn meets(&self, a: [f64; 2], b: [f64; 2]) -> bool {
        (0..2).all(|axis| a[axis].min(b[axis]) <= self.max[axis] && a[axis].max(b[axis]) >= self.min[axis])
    }
}

/// The position at a share of a segment.
pub fn along(from: [f64; 2], to: [f64; 2], share: f64) -> [f64; 2] {
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_cut_where_it_enters_and_leaves() {
        let frame = Frame::of(10, 10, 0.0);
        assert_eq!(frame.cut([-10.0, 5.0], [30.0, 5.0]), Some([0.25, 0.5]));
        assert_eq!(frame.cut([2.0, 2.0], [3.0, 3.0]), Some([0.0, 1.0]));
        assert_eq!(frame.cut([-1.0, -1.0], [-1.0, 20.0]), None);
        assert_eq!(frame.cut([-5.0, 4.0], [4.0, -5.1]), None);
        assert_eq!(frame.cut([f64::NAN, 4.0], [4.0, 5.0]), None);
        assert_eq!(frame.cut([1e308, 4.0], [-1e308, 5.0]), None);
    }
}

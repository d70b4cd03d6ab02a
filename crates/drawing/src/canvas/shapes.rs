//! Shapes of marks, as areas and as lines, around the origin, with an edge to edge size of 2, up being up.

use crate::style::Shape;

/// What a shape is made of.
pub struct Outline {
    /// Areas that are filled and whose edges are drawn.
    pub areas: Vec<Vec<[f64; 2]>>,
    /// Lines that are drawn with the edge's pen.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// A circle of this radius, filled and edged.
    pub circle: Option<f64>,
}

/// The outline of a shape.
pub fn outline(shape: Shape) -> Outline {
    let area = |ring: Vec<[f64; 2]>| Outline { areas: vec![ring], lines: Vec::new(), circle: None };
    let lines = |lines: &[[[f64; 2]; 2]]| Outline {
        areas: Vec::new(),
        lines: lines.iter().map(|line| line.to_vec()).collect(),
        circle: None,
    };
    const DIAGONAL: f64 = 0.8;
    match shape {
        Shape::Circle => Outline { areas: Vec::new(), lines: Vec::new(), circle: Some(1.0) },
        // The square and the others have about the area of the circle, so that they look equally large.
        Shape::Square => area(vec![[-0.89, -0.89], [0.89, -0.89], [0.89, 0.89], [-0.89, 0.89]]),
        Shape::Triangle => area(polygon(3, 1.2)),
        Shape::Diamond => area(polygon(4, 1.15)),
        Shape::Hexagon => area(polygon(6, 1.07)),
        Shape::Star => area(star()),
        Shape::Cross => lines(&[[[0.0, -1.0], [0.0, 1.0]], [[-1.0, 0.0], [1.0, 0.0]]]),
        Shape::X => {
            lines(&[[[-DIAGONAL, -DIAGONAL], [DIAGONAL, DIAGONAL]], [[-DIAGONAL, DIAGONAL], [DIAGONAL, -DIAGONAL]]])
        }
        Shape::Tick => lines(&[[[0.0, -1.0], [0.0, 1.0]], [[0.0, 0.0], [0.45, 0.0]]]),
        Shape::Vertical => lines(&[[[0.0, -1.0], [0.0, 1.0]], [[-0.35, 0.0], [0.35, 0.0]]]),
        Shape::Horizontal => Outline {
            areas: Vec::new(),
            lines: vec![vec![[0.0, -1.0], [0.0, 1.0]], vec![[-1.0, 0.0], [1.0, 0.0]]],
            circle: Some(0.6),
        },
        Shape::Arrow => Outline {
            areas: vec![vec![[0.0, -1.0], [0.4, -0.3], [-0.4, -0.3]]],
            lines: vec![vec![[0.0, 1.0], [0.0, -0.5]]],
            circle: None,
        },
        Shape::Person => Outline { areas: vec![head(), BODY.to_vec()], lines: Vec::new(), circle: None },
    }
}

/// Shoulders, arms and legs of a person, simple enough to be told at 2 mm.
const BODY: [[f64; 2]; 14] = [
    [-0.36, -0.36],
    [0.36, -0.36],
    [0.5, -0.22],
    [0.5, 0.3],
    [0.31, 0.3],
    [0.31, 1.0],
    [0.05, 1.0],
    [0.05, 0.42],
    [-0.05, 0.42],
    [-0.05, 1.0],
    [-0.31, 1.0],
    [-0.31, 0.3],
    [-0.5, 0.3],
    [-0.5, -0.22],
];

/// The head of a person.
fn head() -> Vec<[f64; 2]> {
    polygon(16, 0.31).into_iter().map(|[x, y]| [x, y - 0.71]).collect()
}

/// A regular polygon with a corner up.
fn polygon(corners: usize, radius: f64) -> Vec<[f64; 2]> {
    (0..corners).map(|at| on_circle(at as f64 / corners as f64, radius)).collect()
}

fn star() -> Vec<[f64; 2]> {
    let radius = |at: usize| if at.is_multiple_of(2) { 1.2 } else { 0.52 };
    (0..10).map(|at| on_circle(at as f64 / 10.0, radius(at))).collect()
}

/// A position on a circle, turned clockwise from the top by a share of the whole.
fn on_circle(share: f64, radius: f64) -> [f64; 2] {
    let (sine, cosine) = (share * std::f64::consts::TAU).sin_cos();
    [radius * sine, -radius * cosine]
}

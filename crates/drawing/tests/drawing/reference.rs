//! A plain renderer to hold pictures against: 8 × 8 samples in each pixel, each asked which area it lies in and whether a border is
//! near. It shares no code with the one that is tested.

use terrane_drawing::View;
use terrane_model::batch::{Batch, Value};
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;
use terrane_model::{Bbox, Schema};

/// Samples along each side of a pixel.
const SIDE: usize = 8;

/// What is drawn along the rings of areas.
#[derive(Clone, Copy)]
pub struct Border {
    pub width_px: f64,
    pub colour: [u8; 3],
}

struct Samples {
    width: usize,
    height: usize,
    colours: Vec<Option<[u8; 3]>>,
}

/// Areas in the colours of their column on white, with a border around each.
pub fn reference(view: &View, rows: &(Schema, Vec<Batch>), border: Option<Border>) -> Picture {
    let (width, height) = (view.width_px as usize * SIDE, view.height_px as usize * SIDE);
    let mut samples = Samples { width, height, colours: vec![None; width * height] };
    for batch in &rows.1 {
        for row in batch.rows() {
            let colour = match batch.columns[0].get(row) {
                Value::Text(text) => parse(text),
                _ => continue,
            };
            each_area(batch, row, view, |rings| samples.fill(rings, colour));
        }
    }
    if let Some(border) = border {
        for batch in &rows.1 {
            for row in batch.rows() {
                each_area(batch, row, view, |rings| {
                    let half = border.width_px / 2.0 * SIDE as f64;
                    let edges = rings.iter().flat_map(|ring| ring.windows(2));
                    edges.for_each(|edge| samples.stroke(edge[0], edge[1], half, border.colour));
                });
            }
        }
    }
    samples.picture(view)
}

fn parse(text: &str) -> [u8; 3] {
    let number = u32::from_str_radix(text.trim_start_matches('#'), 16).expect("a colour");
    [(number >> 16) as u8, (number >> 8) as u8, number as u8]
}

/// The rings of each area of a row, in samples.
fn each_area(batch: &Batch, row: usize, view: &View, mut call: impl FnMut(&[Vec<[f64; 2]>])) {
    let geometry = batch.geometry.as_ref().and_then(|arrays| arrays.view().get(row)).expect("a geometry");
    for part in geometry.parts().filter(|part| part.kind() == GeometryKind::Polygon) {
        let place = |&position: &[f64; 2]| view.pixel(position).map(|at| at * SIDE as f64);
        let rings: Vec<Vec<[f64; 2]>> = part.rings().map(|ring| ring.iter().map(place).collect()).collect();
        call(&rings);
    }
}

impl Samples {
    /// The samples whose centres are inside, by the even-odd rule.
    fn fill(&mut self, rings: &[Vec<[f64; 2]>], colour: [u8; 3]) {
        let bbox = rings.iter().fold(Bbox::EMPTY, |all, ring| all.union(&Bbox::of(ring)));
        let first = bbox.min[1].floor().clamp(0.0, self.height as f64) as usize;
        let last = bbox.max[1].ceil().clamp(0.0, self.height as f64) as usize;
        for row in first..last {
            let y = row as f64 + 0.5;
            let crossing = |edge: &[[f64; 2]]| {
                let ([x0, y0], [x1, y1]) = (edge[0], edge[1]);
                ((y0 > y) != (y1 > y)).then(|| x0 + (y - y0) / (y1 - y0) * (x1 - x0))
            };
            let mut crossings: Vec<f64> = rings.iter().flat_map(|ring| ring.windows(2)).filter_map(crossing).collect();
            crossings.sort_by(f64::total_cmp);
            for inside in crossings.chunks_exact(2) {
                let column = |x: f64| (x + 0.5).floor().clamp(0.0, self.width as f64) as usize;
                self.colours[row * self.width..][column(inside[0])..column(inside[1])].fill(Some(colour));
            }
        }
    }

    /// The samples whose centres are no farther from an edge than half a width.
    fn stroke(&mut self, from: [f64; 2], to: [f64; 2], half: f64, colour: [u8; 3]) {
        let range = |axis: usize, side: usize| {
            let (low, high) = (from[axis].min(to[axis]) - half, from[axis].max(to[axis]) + half);
            low.floor().clamp(0.0, side as f64) as usize..high.ceil().clamp(0.0, side as f64) as usize
        };
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        for row in range(1, self.height) {
            for column in range(0, self.width) {
                let (px, py) = (column as f64 + 0.5 - from[0], row as f64 + 0.5 - from[1]);
                let along = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                if (px - along * dx).hypot(py - along * dy) <= half {
                    self.colours[row * self.width + column] = Some(colour);
                }
            }
        }
    }

    fn picture(&self, view: &View) -> Picture {
        let mut picture = Picture::filled(view.width_px, view.height_px, [255; 4]);
        for (at, pixel) in picture.rgba.chunks_mut(4).enumerate() {
            let (x, y) = (at % view.width_px as usize * SIDE, at / view.width_px as usize * SIDE);
            let mut sums = [0_usize; 3];
            for sample in 0..SIDE * SIDE {
                let place = (y + sample / SIDE) * self.width + x + sample % SIDE;
                let colour = self.colours[place].unwrap_or([255; 3]);
                (0..3).for_each(|channel| sums[channel] += usize::from(colour[channel]));
            }
            (0..3).for_each(|channel| pixel[channel] = (sums[channel] / (SIDE * SIDE)) as u8);
        }
        picture
    }
}

/// How far two pictures are apart: the mean of all channels, and the share of pixels in which some channel is visibly another.
pub fn apart(one: &Picture, other: &Picture) -> (f64, f64) {
    const VISIBLE: u8 = 32;
    let differences = |(a, b): (&[u8], &[u8])| (0..3).map(|at| a[at].abs_diff(b[at])).collect::<Vec<u8>>();
    let pairs: Vec<Vec<u8>> = one.rgba.chunks(4).zip(other.rgba.chunks(4)).map(differences).collect();
    let mean = pairs.iter().flatten().map(|&difference| f64::from(difference)).sum::<f64>() / (3 * pairs.len()) as f64;
    let seen = pairs.iter().filter(|pixel| pixel.iter().any(|&difference| difference > VISIBLE)).count();
    (mean, seen as f64 / pairs.len() as f64)
}

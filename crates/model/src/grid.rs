//! Values on axes: the shape of a grid, a question for a window of it, and the window.

use crate::bbox::Bbox;
use crate::buffer::Buffer;
use crate::crs::Crs;
use crate::time::When;

/// The shape of a grid source.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSchema {
    /// The CRS of the axes, x then y.
    pub crs: Crs,
    /// Where samples are.
    pub transform: GridTransform,
    /// Samples from left to right at full resolution.
    pub width: u32,
    /// Samples from top to bottom at full resolution.
    pub height: u32,
    /// What is measured.
    pub bands: Vec<Band>,
    /// Further axes, such as time or depth, slowest first; often none.
    pub axes: Vec<Axis>,
    /// Width and height of the stored overviews, from fine to coarse.
    pub overviews: Vec<[u32; 2]>,
}

/// One quantity of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The name in addresses and answers.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// The unit as a UCUM code.
    pub unit: Option<String>,
    /// How samples are stored.
    pub kind: SampleKind,
    /// The value that means "no data", when one is declared.
    pub no_data: Option<f64>,
    /// The least and the greatest value, when known.
    pub range: Option<[f64; 2]>,
}

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SampleKind {
    U8,
    I16,
    U16,
    I32,
    U32,
    F32,
    F64,
}

/// A further axis of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its name: `time`, `depth`.
    pub name: String,
    /// The unit as a UCUM code.
    pub unit: Option<String>,
    /// Its positions.
    pub positions: AxisPositions,
}

/// The positions of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisPositions {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Moments.
    Times(Vec<When>),
}

/// From sample indices to the ground: `x = origin x + column × step x + row × shear x`, and so for y.
///
/// The origin is the outer corner of the first cell (GeoTIFF's "pixel is area"); readers of node-registered grids shift
/// by half a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridTransform {
    /// The outer corner of the first sample's cell.
    pub origin: [f64; 2],
    /// Ground units per column and per row; the second is negative when rows go south.
    pub step: [f64; 2],
    /// Rotation terms; nearly always zero.
    pub shear: [f64; 2],
}

impl GridTransform {
    /// A grid without rotation.
    pub fn north_up(origin: [f64; 2], step: [f64; 2]) -> Self {
        Self { origin, step, shear: [0.0; 2] }
    }

    /// The ground position of a place in the grid: (0, 0) is the outer corner, (0.5, 0.5) the first sample's centre.
    pub fn ground(&self, column: f64, row: f64) -> [f64; 2] {
        [
            self.origin[0] + column * self.step[0] + row * self.shear[0],
            self.origin[1] + row * self.step[1] + column * self.shear[1],
        ]
    }

    /// The inverse of [`GridTransform::ground`].
    pub fn place(&self, ground: [f64; 2]) -> [f64; 2] {
        let [dx, dy] = [ground[0] - self.origin[0], ground[1] - self.origin[1]];
        let determinant = self.step[0] * self.step[1] - self.shear[0] * self.shear[1];
        [(dx * self.step[1] - dy * self.shear[0]) / determinant, (dy * self.step[0] - dx * self.shear[1]) / determinant]
    }

    /// The transform of a part that begins at a column and row, with samples `factor` times as large.
    #[must_use]
    pub fn part(&self, column: f64, row: f64, factor: [f64; 2]) -> Self {
        Self {
            origin: self.ground(column, row),
            step: [self.step[0] * factor[0], self.step[1] * factor[1]],
            shear: [self.shear[0] * factor[1], self.shear[1] * factor[0]],
        }
    }
}

impl GridSchema {
    /// The box of the whole grid.
    pub fn bbox(&self) -> Bbox {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let corners = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]];
        Bbox::of(&corners.map(|[column, row]| self.transform.ground(column, row)))
    }
}

/// A question for samples, in the grid's own CRS.
#[derive(Debug, Clone, PartialEq)]
pub struct GridQuery {
    /// The region; the window covers it as far as the grid does.
    pub bbox: Bbox,
    /// The coarsest sample size that will do, ground units; the source picks the nearest stored overview not coarser than that.
    pub step_max: Option<f64>,
    /// Which bands, by place in the schema; all when empty.
    pub bands: Vec<usize>,
    /// One index per further axis.
    pub slice: Vec<usize>,
    /// Samples in each band of the answer at most; more is an error that says so.
    pub samples_max: u64,
}

/// Samples of a region.
#[derive(Debug, Clone)]
pub struct Window {
    /// The CRS of the transform.
    pub crs: Crs,
    /// Where samples are.
    pub transform: GridTransform,
    /// Samples from left to right; zero when the region is outside.
    pub width: u32,
    /// Samples from top to bottom.
    pub height: u32,
    /// The samples, one entry per band asked, row by row from the first.
    pub bands: Vec<Samples>,
    /// The value that means "no data", one per band asked.
    pub no_data: Vec<Option<f64>>,
}

/// Samples as they are stored.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Samples {
    U8(Buffer<u8>),
    I16(Buffer<i16>),
    U16(Buffer<u16>),
    I32(Buffer<i32>),
    U32(Buffer<u32>),
    F32(Buffer<f32>),
    F64(Buffer<f64>),
}

impl Samples {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(samples) => samples.len(),
            Self::I16(samples) => samples.len(),
            Self::U16(samples) => samples.len(),
            Self::I32(samples) => samples.len(),
            Self::U32(samples) => samples.len(),
            Self::F32(samples) => samples.len(),
            Self::F64(samples) => samples.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One sample as a number.
    pub fn get(&self, at: usize) -> f64 {
        match self {
            Self::U8(samples) => f64::from(samples[at]),
            Self::I16(samples) => f64::from(samples[at]),
            Self::U16(samples) => f64::from(samples[at]),
            Self::I32(samples) => f64::from(samples[at]),
            Self::U32(samples) => f64::from(samples[at]),
            Self::F32(samples) => f64::from(samples[at]),
            Self::F64(samples) => samples[at],
        }
    }
    /// How they are stored.
    pub fn kind(&self) -> SampleKind {
        match self {
            Self::U8(_) => SampleKind::U8,
            Self::I16(_) => SampleKind::I16,
            Self::U16(_) => SampleKind::U16,
            Self::I32(_) => SampleKind::I32,
            Self::U32(_) => SampleKind::U32,
            Self::F32(_) => SampleKind::F32,
            Self::F64(_) => SampleKind::F64,
        }
    }
}

impl Window {
    /// A sample of a band as a number; `None` outside and where there is no data.
    pub fn sample(&self, band: usize, column: u32, row: u32) -> Option<f64> {
        if column >= self.width || row >= self.height {
            return None;
        }
        let value = self.bands.get(band)?.get(row as usize * self.width as usize + column as usize);
        let absent = value.is_nan() || self.no_data.get(band).copied().flatten() == Some(value);
        (!absent).then_some(value)
    }
}

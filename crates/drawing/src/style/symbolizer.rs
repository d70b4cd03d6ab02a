//! What is drawn for a row or a grid: fills, lines, marks, labels and rasters.

use super::colour::Colour;
use super::length::Length;
use super::property::{Mapping, Property};
use super::template::Template;

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Symbolizer {
    /// The inside of areas.
    Fill(Fill),
    /// Along lines and the rings of areas.
    Line(Line),
    /// A mark at points.
    Mark(Mark),
    /// A text at points, at the middle of lines and inside areas.
    Label(Label),
    /// The samples of a grid.
    Raster(Raster),
}

/// The inside of areas.
#[derive(Debug, Clone, PartialEq)]
pub struct Fill {
    /// Its colour. An alpha in the colour counts once per row, so overlaps darken.
    pub colour: Property<Colour>,
    /// 0 to 1, for all rows together: what this symbolizer draws is drawn opaque, then faded.
    pub opacity: f64,
    /// The line around, drawn after all fills of the layer.
    pub outline: Option<Line>,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its colour.
    pub colour: Property<Colour>,
    /// Its width.
    pub width: Property<Length>,
    /// 0 to 1, for all rows together.
    pub opacity: f64,
    /// Lengths of dashes and gaps in turn; solid when empty.
    pub dash: Vec<Length>,
    /// How it ends.
    pub cap: Cap,
    /// How it turns.
    pub join: Join,
    /// How far it is moved to its right (seen along it); negative: to its left.
    pub offset: Length,
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// At its end point.
    Butt,
    /// With a half disc.
    Round,
    /// Half its width beyond its end point.
    Square,
}

/// How a line turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// With a part of a disc.
    Round,
    /// Cut straight.
    Bevel,
    /// With a point, cut where it would be longer than twice the width.
    Miter,
}

/// A mark at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its shape.
    pub shape: Property<Shape>,
    /// From edge to edge.
    pub size: Property<Length>,
    /// Its inside; none when absent.
    pub fill: Option<Property<Colour>>,
    /// Its edge; none when absent. Shapes that are only lines (`cross`, `x`, `tick`…) are nothing without it.
    pub stroke: Option<Stroke>,
    /// Degrees clockwise from the top of the picture.
    pub rotation: Property<f64>,
    /// Right and down.
    pub offset: [Length; 2],
    /// 0 to 1, for all rows together.
    pub opacity: f64,
}

/// The edge of a mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Property<Colour>,
    /// Its width.
    pub width: Length,
}

/// Shapes of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Star,
    Hexagon,
    /// An upright cross of two lines.
    Cross,
    /// A diagonal cross of two lines.
    X,
    /// Strike and dip: a bar along the strike, which is up, and a short tick to its right, where the beds dip.
    Tick,
    /// Vertical beds: a bar along the strike with a tick on both sides.
    Vertical,
    /// Horizontal beds: a circle with an upright cross.
    Horizontal,
    /// An arrow that points up.
    Arrow,
    /// A person standing, for numbers of people.
    Person,
}

impl Shape {
    /// All shapes with their names.
    pub const ALL: [(&'static str, Self); 13] = [
        ("circle", Self::Circle),
        ("square", Self::Square),
        ("triangle", Self::Triangle),
        ("diamond", Self::Diamond),
        ("star", Self::Star),
        ("hexagon", Self::Hexagon),
        ("cross", Self::Cross),
        ("x", Self::X),
        ("tick", Self::Tick),
        ("vertical", Self::Vertical),
        ("horizontal", Self::Horizontal),
        ("arrow", Self::Arrow),
        ("person", Self::Person),
    ];

    /// The shape of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, shape)| *shape == self).map_or("circle", |(name, _)| name)
    }
}

/// A text at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: Template,
    /// Height of the type (the em).
    pub size: Property<Length>,
    /// Its colour.
    pub colour: Property<Colour>,
    /// What keeps it legible on any ground.
    pub halo: Option<Stroke>,
    /// Where the text is, seen from the point.
    pub anchor: Anchor,
    /// Right and down, after anchoring.
    pub offset: [Length; 2],
    /// Whether labels may cover each other; else the first placed stays, in drawing order.
    pub overlap: bool,
    /// 0 to 1.
    pub opacity: f64,
}

/// Where a label is, seen from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Anchor {
    Centre,
    Above,
    Below,
    Left,
    Right,
}

/// The samples of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// What is drawn of them.
    pub source: RasterSource,
    /// 0 to 1.
    pub opacity: f64,
    /// How samples become pixels.
    pub resampling: Resampling,
    /// Relief shading of the (first) band, over its colours.
    pub hillshade: Option<Hillshade>,
}

/// What is drawn of a grid.
#[derive(Debug, Clone, PartialEq)]
pub enum RasterSource {
    /// One band, coloured. Samples that get no colour are transparent.
    Coloured {
        /// Which.
        band: BandName,
        /// How its values become colours: `Interpolate`, `Steps` or `Match`.
        colour: Mapping<Colour>,
    },
    /// Red, green, blue and perhaps alpha bands, each stretched from its range to 0–255.
    Composite {
        /// Three or four.
        bands: Vec<BandName>,
        /// Least and greatest value: one for all, or one each. 0–255 when empty.
        ranges: Vec<[f64; 2]>,
    },
}

/// A band by its name or its place, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BandName {
    /// Its place.
    Place(usize),
    /// Its name.
    Name(String),
}

impl std::fmt::Display for BandName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(place) => write!(f, "{place}"),
            Self::Name(name) => write!(f, "“{name}”"),
        }
    }
}

/// How samples become pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resampling {
    /// The sample that the pixel's centre is in.
    Nearest,
    /// Between the four samples around, values first, colours after; the mean of those under a pixel that is larger than they are.
    Bilinear,
    /// Through the sixteen samples around, smoother; as bilinear where pixels are larger than samples or some have no data.
    Cubic,
    /// The mean of the samples under a pixel, the nearest of those larger than a pixel.
    Average,
}

/// Relief shading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hillshade {
    /// Where the light comes from, degrees clockwise from north.
    pub azimuth: f64,
    /// How high it stands, degrees.
    pub altitude: f64,
    /// How many times too high the relief is drawn; samples are metres.
    pub exaggeration: f64,
    /// How strong it is, 0 to 1.
    pub strength: f64,
}

impl Line {
    /// A solid line.
    pub fn solid(colour: Colour, width: Length) -> Self {
        Self {
            colour: Property::Fixed(colour),
            width: Property::Fixed(width),
            opacity: 1.0,
            dash: Vec::new(),
            cap: Cap::Butt,
            join: Join::Round,
            offset: Length::ZERO,
        }
    }

    /// Whether it is drawn where its path is, without dashes.
    pub fn is_plain(&self) -> bool {
        self.dash.is_empty() && self.offset.amount == 0.0
    }
}

impl Mark {
    /// A filled mark with a thin edge.
    pub fn plain(shape: Shape, size: Length, fill: Colour, edge: Colour) -> Self {
        Self {
            shape: Property::Fixed(shape),
            size: Property::Fixed(size),
            fill: Some(Property::Fixed(fill)),
            stroke: Some(Stroke { colour: Property::Fixed(edge), width: Length::mm(0.13) }),
            rotation: Property::Fixed(0.0),
            offset: [Length::ZERO; 2],
            opacity: 1.0,
        }
    }
}

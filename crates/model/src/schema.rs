//! The shape of a table: its columns, its geometry, what identifies a row.

use crate::about::LocalText;
use crate::crs::Crs;

/// The columns of a feature source, in order, and what its geometry is.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The columns that are not geometry.
    pub columns: Vec<Column>,
    /// The geometry, when rows have a place.
    pub geometry: Option<GeometryColumn>,
    /// The column that says when a row happened, when there is one.
    pub time: Option<TimeColumns>,
    /// The column whose values identify rows, when one is declared; else ids are hashes of the content.
    pub key: Option<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in filters, files and answers.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// The name for people, by language.
    pub title: LocalText,
    /// What it means, by language.
    pub description: LocalText,
    /// The unit as a UCUM code, `km` or `nT`.
    pub unit: Option<String>,
    /// Whether it is computed when it is asked for by name: not kept, and not among all columns.
    pub derived: bool,
}

impl Column {
    /// A column with only a name and a kind.
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            name: name.into(),
            kind,
            title: LocalText::default(),
            description: LocalText::default(),
            unit: None,
            derived: false,
        }
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// True or false.
    Bool,
    /// Whole numbers, 64 bits.
    Int,
    /// Numbers, 64 bits.
    Float,
    /// Text, UTF-8.
    Text,
    /// A moment with its precision.
    Time,
    /// Bytes.
    Bytes,
    /// A tree (list or record) encoded as JSON, decoded only when asked for.
    Nested,
}

impl ColumnKind {
    /// Every kind with its name in files of our own.
    pub const NAMES: [(Self, &'static str); 7] = [
        (Self::Bool, "bool"),
        (Self::Int, "int"),
        (Self::Float, "float"),
        (Self::Text, "text"),
        (Self::Time, "time"),
        (Self::Bytes, "bytes"),
        (Self::Nested, "nested"),
    ];
}

/// What the geometry of a table is.
#[derive(Debug, Clone, PartialEq)]
pub struct GeometryColumn {
    /// Its name.
    pub name: String,
    /// The kind that all rows have; `Any` when they differ.
    pub kind: GeometryKind,
    /// The CRS that the coordinates are in, always x then y.
    pub crs: Crs,
    /// Whether positions carry a height.
    pub has_z: bool,
}

/// Kinds of geometry. The numbers are those of `kinds` in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum GeometryKind {
    /// No geometry in this row; of a table: any kind.
    Any = 0,
    /// One position.
    Point = 1,
    /// One line.
    LineString = 2,
    /// One area with holes.
    Polygon = 3,
    /// Positions.
    MultiPoint = 4,
    /// Lines.
    MultiLineString = 5,
    /// Areas.
    MultiPolygon = 6,
    /// A mixture, whose parts tell their own kind.
    Collection = 7,
}

impl GeometryKind {
    /// The inverse of `as u8`.
    pub fn from_u8(number: u8) -> Self {
        const ALL: [GeometryKind; 8] = [
            GeometryKind::Any,
            GeometryKind::Point,
            GeometryKind::LineString,
            GeometryKind::Polygon,
            GeometryKind::MultiPoint,
            GeometryKind::MultiLineString,
            GeometryKind::MultiPolygon,
            GeometryKind::Collection,
        ];
        ALL.get(usize::from(number)).copied().unwrap_or(Self::Any)
    }

    /// The kind of one part: a multi-polygon's parts are polygons.
    pub fn part(self) -> Self {
        match self {
            Self::MultiPoint => Self::Point,
            Self::MultiLineString => Self::LineString,
            Self::MultiPolygon => Self::Polygon,
            other => other,
        }
    }

    /// The kind with many parts.
    pub fn multi(self) -> Self {
        match self {
            Self::Point => Self::MultiPoint,
            Self::LineString => Self::MultiLineString,
            Self::Polygon => Self::MultiPolygon,
            other => other,
        }
    }

    /// The name in Simple Features (`MultiPolygon`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "Geometry",
            Self::Point => "Point",
            Self::LineString => "LineString",
            Self::Polygon => "Polygon",
            Self::MultiPoint => "MultiPoint",
            Self::MultiLineString => "MultiLineString",
            Self::MultiPolygon => "MultiPolygon",
            Self::Collection => "GeometryCollection",
        }
    }
}

/// Which columns hold the time of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeColumns {
    /// The moment, or the beginning of a period.
    pub start: String,
    /// The end of a period.
    pub end: Option<String>,
}

impl Schema {
    /// A column and its place in `columns`.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// The columns that are kept: all but the derived ones.
    pub fn kept(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.derived)
    }

    /// The same without the derived columns: what rows have that were asked for with all columns.
    #[must_use]
    pub fn as_kept(&self) -> Self {
        Self { columns: self.kept().cloned().collect(), ..self.clone() }
    }

    /// The CRS of the geometry.
    pub fn crs(&self) -> Option<&Crs> {
        self.geometry.as_ref().map(|geometry| &geometry.crs)
    }

    /// The name as written here of a column that may be asked in another case; geometry included.
    pub fn name_like(&self, name: &str) -> Option<&str> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        let all = names.chain(self.geometry.as_ref().map(|geometry| geometry.name.as_str()));
        all.clone().find(|known| *known == name).or_else(|| all.clone().find(|known| known.eq_ignore_ascii_case(name)))
    }
}

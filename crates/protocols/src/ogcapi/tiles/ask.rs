//! The address and the query of a tile → a question.

use crate::common::negotiate::{self, Form};
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::subject::{Of, Subject};
use crate::ogcapi::{ask as common, draw};
use std::sync::Arc;
use terrane_engine::Ground;
use terrane_engine::catalogue::Catalogue;
use terrane_engine::{Caller, TileForm, TileQuestion};
use terrane_model::picture::PictureFormat;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Error, Result};

/// Where a tileset is: what it is of, and whether it is one of pictures (`…/map/tiles`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What it is of.
    pub of: Of,
    /// Whether it is one of pictures.
    pub pictures: bool,
}

/// Mapbox Vector Tiles.
pub const MVT: Form = Form { name: "mvt", media_type: "application/vnd.mapbox-vector-tile" };
/// PNG.
pub const PNG: Form = Form { name: "png", media_type: "image/png" };
/// WebP.
pub const WEBP: Form = Form { name: "webp", media_type: "image/webp" };
/// JPEG.
pub const JPEG: Form = Form { name: "jpg", media_type: "image/jpeg" };
/// PNG of 256 colours.
const PNG8: Form = Form { name: "png8", media_type: "image/png; mode=8bit" };
/// Forms of the tiles of vectors, the usual one first; pictures of the same data are there too.
pub const VECTOR_FORMS: [Form; 5] = [MVT, PNG, WEBP, JPEG, PNG8];
/// Forms of the tiles of pictures.
pub const PICTURE_FORMS: [Form; 4] = [PNG, WEBP, JPEG, PNG8];
/// Other names of forms that clients use.
const OTHER_NAMES: [(&str, Form); 4] =
    [("pbf", MVT), ("application/x-protobuf", MVT), ("jpeg", JPEG), ("image/png8", PNG8)];
/// Parameters of a tile.
const OF_TILE: [&str; 10] = [
    "f",
    "lang",
    "properties",
    "collections",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
    "transparent",
    "bgcolor",
];

impl Place {
    /// Forms of the tiles.
    pub fn forms(self) -> &'static [Form] {
        if self.pictures { &PICTURE_FORMS } else { &VECTOR_FORMS }
    }

    /// What comes between the subject's address and the name of a set.
    pub fn part(self) -> &'static str {
        if self.pictures { "/map/tiles" } else { "/tiles" }
    }
}

/// A tile that is asked for.
pub struct TileAsk {
    /// The question.
    pub question: TileQuestion,
    /// Names the answer.
    pub state: String,
    /// Whether the form follows from the address alone.
    pub fixed: bool,
}

/// The tile that an address names.
pub fn tile(site: &Site, catalogue: &Catalogue, request: &Request, place: Place) -> Result<TileAsk> {
    check_names(request, place.of)?;
    let subject = Subject::new(request, catalogue, place.of, site.engine.limits())?;
    let own = place.of.names();
    let set = set(site, request.name(own))?;
    let asked = Column::parse(request.name(own + 3))?;
    let tile = address(&set, request.name(own + 1), request.name(own + 2), asked.column)?;
    check_limits(&subject, &set, tile)?;
    let form = form(request, place, asked.form)?;
    let layers = if form == MVT { subject.layers_of_rows(catalogue) } else { subject.layers.clone() };
    if layers.is_empty() && form == MVT {
        return Err(no_vectors(&subject));
    }
    let layers = draw::narrowed(request, catalogue, layers, common::datetime(request)?, site.engine.limits())?;
    let form = if form == MVT { TileForm::Vector } else { TileForm::Picture(picture_format(form)) };
    let opaque = form == TileForm::Picture(PictureFormat::Jpeg);
    let background = draw::background(request, opaque)?;
    let (sharpness, gzip) = (asked.sharpness, request.reads_gzip());
    let columns = columns(request, &subject, catalogue)?;
    let question = TileQuestion { layers, set, tile, form, sharpness, background, columns, gzip };
    let state = subject.state(&question.layers, catalogue)?;
    Ok(TileAsk { state, fixed: asked.form.is_some() || request.query.once("f")?.is_some(), question })
}

fn check_names(request: &Request, of: Of) -> Result<()> {
    let names: Vec<&str> = OF_TILE.into_iter().filter(|name| of == Of::Node || *name != "collections").collect();
    request.query.only(&names)
}

/// `properties`: the columns of vector tiles; those that the style reads when not given.
fn columns(request: &Request, subject: &Subject, catalogue: &Catalogue) -> Result<Option<Vec<String>>> {
    let Some(text) = request.query.once("properties")? else { return Ok(None) };
    let names: Vec<String> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let datasets: Vec<_> =
        subject.layers.iter().filter_map(|layer| catalogue.open(Caller::Public, &layer.dataset).ok()).collect();
    let is_there = |name: &str| {
        datasets.iter().any(|open| open.features.as_ref().is_some_and(|rows| rows.schema().column(name).is_some()))
    };
    match names.iter().find(|name| !is_there(name)) {
        None => Ok(Some(names)),
        Some(name) => {
            let shown: String = name.chars().take(64).collect();
            Err(Error::invalid(format!("“{shown}” is no column of “{}”.", subject.title)).at("properties"))
        }
    }
}

/// The sentence about a tileset of vectors where there are none.
pub fn no_vectors(subject: &Subject) -> Error {
    Error::not_found(format!(
        "“{}” has no rows, and so no vector tiles; its pictures are at …/map/tiles.",
        subject.title
    ))
}

/// A set by its name in an address.
pub fn set(site: &Site, id: &str) -> Result<Arc<TileMatrixSet>> {
    let shown: String = id.chars().take(64).collect();
    let say = || format!("There is no tile matrix set “{shown}” here; /tileMatrixSets lists those that are.");
    site.sets.get(id).cloned().ok_or_else(|| Error::not_found(say()))
}

/// The tile in a matrix, a row and a column; what is not in the set is not found.
pub fn address(set: &TileMatrixSet, matrix: &str, row: &str, column: u64) -> Result<TileAddress> {
    let ends = set.matrices.first().zip(set.matrices.last());
    let [first, last] = ends.map_or(["", ""], |(first, last)| [&*first.id, &*last.id]);
    let shown: String = matrix.chars().take(32).collect();
    let say = || format!("There is no tile matrix “{shown}” in {}; there are {first} to {last}.", set.id);
    let place = set.place(matrix).ok_or_else(|| Error::not_found(say()))?;
    let row = number(row, "row")?;
    let [columns, rows] = set.matrices[place].tiles;
    if row >= rows || column >= columns {
        let say = format!(
            "There is no tile in row {row} and column {column}; matrix {matrix} of {} has rows 0 to {} and columns 0 to {}.",
            set.id,
            rows - 1,
            columns - 1
        );
        return Err(Error::not_found(say));
    }
    Ok(TileAddress { matrix: place, column, row })
}

/// A row or a column.
pub fn number(text: &str, what: &str) -> Result<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let shown: String = text.chars().take(32).collect();
    let say = || Error::invalid(format!("The {what} of a tile is a whole number, not “{shown}”."));
    text.parse().ok().filter(|_| digits).ok_or_else(say)
}

/// Tiles past the limits that the tileset tells are not there (20-057, requirement core/tc-error).
fn check_limits(subject: &Subject, set: &TileMatrixSet, tile: TileAddress) -> Result<()> {
    let Some(extent) = &subject.extent else { return Ok(()) };
    let matrix = &set.matrices[tile.matrix];
    let say = match Ground::new(&set.crs, extent).range(matrix) {
        None => format!("“{}” lies elsewhere than {} reaches.", subject.title, set.id),
        Some([columns, rows]) => {
            let inside = |range: [u64; 2], at: u64| (range[0]..=range[1]).contains(&at);
            if inside(columns, tile.column) && inside(rows, tile.row) {
                return Ok(());
            }
            format!(
                "“{}” has no tile there; in matrix {} of {} it has rows {} to {} and columns {} to {}.",
                subject.title, matrix.id, set.id, rows[0], rows[1], columns[0], columns[1]
            )
        }
    };
    Err(Error::not_found(say))
}

/// The last part of a tile's path: `12`, `12.png`, `12@2x.png`, `12@2x`.
#[derive(Debug, PartialEq, Eq)]
struct Column {
    column: u64,
    sharpness: u32,
    form: Option<Form>,
}

impl Column {
    fn parse(text: &str) -> Result<Self> {
        let (rest, ending) = text.split_once('.').map_or((text, None), |(rest, ending)| (rest, Some(ending)));
        let (column, sharpness) = rest.split_once('@').map_or((rest, None), |(column, times)| (column, Some(times)));
        let form =
            ending.map(|name| named(name, &VECTOR_FORMS).ok_or_else(|| no_form(name, &VECTOR_FORMS))).transpose()?;
        let sharpness = match sharpness {
            None | Some("1x") => 1,
            Some("2x") => 2,
            Some("4x") => 4,
            Some(_) => return Err(Error::invalid("Sharper tiles end with @2x or @4x.")),
        };
        Ok(Self { column: number(column, "column")?, sharpness, form })
    }
}

/// A form by its name or media type, among those offered.
pub fn named(name: &str, offered: &[Form]) -> Option<Form> {
    let is = |form: &&Form| form.name.eq_ignore_ascii_case(name) || form.media_type.eq_ignore_ascii_case(name);
    let other = || OTHER_NAMES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, form)| form);
    offered.iter().find(is).copied().or_else(|| other().filter(|form| offered.contains(form)))
}

/// The sentence about a form that is not offered.
pub fn no_form(name: &str, offered: &[Form]) -> Error {
    let names: Vec<&str> = offered.iter().map(|form| form.name).collect();
    let shown: String = name.chars().take(64).collect();
    Error::invalid(format!("“{shown}” is not a form of this tile; there are: {}.", names.join(", "))).at("f")
}

/// The form of a tile: the ending of its path, `f=`, what the Accept header likes best, the usual one.
fn form(request: &Request, place: Place, ending: Option<Form>) -> Result<Form> {
    let offered = place.forms();
    if let Some(form) = ending {
        return if offered.contains(&form) { Ok(form) } else { Err(no_form(form.name, offered)) };
    }
    match request.query.once("f")?.filter(|name| !name.is_empty()) {
        Some(name) => named(name, offered).ok_or_else(|| no_form(name, offered)),
        None => Ok(negotiate::by_accept(request.accept.as_deref(), offered).unwrap_or(offered[0])),
    }
}

/// The form of a picture.
pub fn picture_format(form: Form) -> PictureFormat {
    match form {
        WEBP => PictureFormat::Webp,
        JPEG => PictureFormat::Jpeg,
        PNG8 => PictureFormat::Png8,
        _ => PictureFormat::Png,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_path_tells_column_sharpness_and_form() {
        let read = |text| Column::parse(text).expect("it is a column");
        assert_eq!(read("12"), Column { column: 12, sharpness: 1, form: None });
        assert_eq!(read("12@2x"), Column { column: 12, sharpness: 2, form: None });
        assert_eq!(read("0@4x.webp"), Column { column: 0, sharpness: 4, form: Some(WEBP) });
        assert_eq!(read("7.jpeg").form, Some(JPEG));
        assert_eq!(read("7.pbf").form, Some(MVT));
        for text in ["", "-1", "+1", "1.5.png", "1.exe", "1@3x", "a", "1@", "99999999999999999999999"] {
            assert!(Column::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tiles_that_are_not_in_the_set_are_not_found() {
        let set = TileMatrixSet::web_mercator_quad();
        assert!(address(&set, "3", "7", 7).is_ok());
        for (matrix, row, column) in [("3", "8", 0), ("3", "0", 8), ("99", "0", 0), ("x", "0", 0)] {
            let error = address(&set, matrix, row, column).expect_err("it is not there");
            assert_eq!(error.kind(), terrane_model::Kind::NotFound, "{matrix}/{row}/{column}");
        }
    }
}

//! A request for a map → a question.

use super::region::Region;
use super::subset;
use crate::common::negotiate::{self, Form};
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::subject::{Of, Subject};
use crate::ogcapi::tiles::ask::{PICTURE_FORMS, named, no_form, picture_format};
use crate::ogcapi::{ask, draw};
use terrane_engine::PictureQuestion;
use terrane_engine::catalogue::Catalogue;
use terrane_model::picture::PictureFormat;
use terrane_model::time::Interval;
use terrane_model::{Bbox, Crs, Error, Result};

/// Parameters of a map.
const OF_MAP: [&str; 22] = [
    "f",
    "lang",
    "collections",
    "bbox",
    "bbox-crs",
    "crs",
    "subset",
    "subset-crs",
    "center",
    "center-crs",
    "width",
    "height",
    "scale-denominator",
    "mm-per-pixel",
    "bgcolor",
    "transparent",
    "void-color",
    "void-transparent",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
];

/// A map that is asked for.
pub struct MapAsk {
    /// The question; `None` when all of the ground that is asked for lies outside the CRS.
    pub question: Option<PictureQuestion>,
    /// The form.
    pub format: PictureFormat,
    /// The CRS of the picture.
    pub crs: Crs,
    /// What has no place in the CRS, when it is not as the background is.
    pub void: Option<[u8; 4]>,
    /// The time that is shown, when the data has times.
    pub period: Option<Interval>,
    /// Names the state of everything that is drawn.
    pub state: String,
    /// Whether the form follows from the address alone.
    pub fixed: bool,
}

/// The map that an address and its query ask for.
pub fn map(site: &Site, catalogue: &Catalogue, request: &Request, of: Of) -> Result<MapAsk> {
    let limits = site.engine.limits();
    let names: Vec<&str> = OF_MAP.into_iter().filter(|name| of == Of::Node || *name != "collections").collect();
    request.query.only(&names)?;
    let subject = Subject::new(request, catalogue, of, limits)?;
    let format = format(request)?;
    let crs = ask::any_crs(request, "crs")?.unwrap_or_else(|| own_crs(&subject));
    let subset_crs = ask::any_crs(request, "subset-crs")?.unwrap_or_else(Crs::crs84);
    let subset = subset::of(request, &subset_crs)?;
    let time = time(request, subset.time.as_deref())?;
    let layers = draw::narrowed(request, catalogue, subject.layers.clone(), time, limits)?;
    let background = draw::background(request, format == PictureFormat::Jpeg)?;
    let void = void(request, background, format)?;
    let region = Region {
        request,
        crs: &crs,
        subset_crs: &subset_crs,
        subset: &subset,
        extent: subject.extent.unwrap_or(Bbox::WORLD),
        limits,
    };
    let view = region.view()?;
    let state = subject.state(&layers, catalogue)?;
    let question = view.map(|view| PictureQuestion { layers, view, background, tiled: false });
    let period = subject.period().map(|whole| time.unwrap_or(whole));
    Ok(MapAsk { question, format, crs, void, period, state, fixed: request.query.once("f")?.is_some() })
}

/// The CRS that the data is kept in; CRS84 where an authority does not name it, and for several datasets together.
fn own_crs(subject: &Subject) -> Crs {
    let own = match subject.of {
        Of::Collection | Of::Style => subject.entries.first().and_then(|entry| entry.crs().cloned()),
        Of::Map | Of::Node => None,
    };
    own.filter(|crs| crs.authority_code().is_some()).unwrap_or_else(Crs::crs84)
}

/// `datetime`, or the axis `time` of `subset`.
fn time(request: &Request, subset: Option<&str>) -> Result<Option<Interval>> {
    match (ask::datetime(request)?, subset) {
        (Some(_), Some(_)) => {
            Err(Error::invalid("Give the time in “datetime” or in “subset”, not in both.").at("subset"))
        }
        (None, Some(text)) => ask::period(text).map(Some).map_err(|error| error.at("subset")),
        (time, None) => Ok(time),
    }
}

/// The colour of what has no place in the CRS, when it differs from the background.
fn void(request: &Request, background: [u8; 4], format: PictureFormat) -> Result<Option<[u8; 4]>> {
    let colour = draw::colour_of(request, "void-color")?;
    let transparent = draw::truth_of(request, "void-transparent")?;
    let [red, green, blue, alpha] = colour.unwrap_or(background);
    let alpha = match transparent {
        _ if format == PictureFormat::Jpeg => 255,
        Some(true) => 0,
        Some(false) => 255,
        None if colour.is_some() && background[3] == 255 => alpha,
        None => background[3],
    };
    let void = [red, green, blue, alpha];
    Ok((void != background).then_some(void))
}

/// The form of a map: `f=`, what the Accept header likes best, PNG.
fn format(request: &Request) -> Result<PictureFormat> {
    let form: Form = match request.query.once("f")?.filter(|name| !name.is_empty()) {
        Some(name) => named(name, &PICTURE_FORMS).ok_or_else(|| no_form(name, &PICTURE_FORMS))?,
        None => negotiate::by_accept(request.accept.as_deref(), &PICTURE_FORMS).unwrap_or(PICTURE_FORMS[0]),
    };
    Ok(picture_format(form))
}

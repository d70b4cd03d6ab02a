//! The door to PROJ: every PROJ object of the program is made here.
//!
//! **Which binding.** The safe `proj` crate: it gives PROJJSON (names, axes, units, areas, parameters), WKT, the operation that a
//! pair of CRSs uses, its accuracy and its pipeline, and that is all that is needed; no `unsafe` of our own, no SQL. What it lacks
//! (`proj_identify`, `proj_create_operations`) is done on PROJJSON in `identify.rs` and by sampling in `operation.rs`.
//!
//! **Where proj.db is.** PROJ 9.6 built as a static library embeds proj.db in the library, so it is in the binary already: nothing
//! is unpacked, no folder is written, any number of processes share nothing. A `PROJ_DATA` folder is still looked at first by
//! PROJ; [`init`] finds out whether that one is unusable and says so.
//!
//! **Network.** The library is built without curl: grids are never fetched. Grids in [`init`]'s folder (NTv2 `.gsb`) are used.

use proj::{Proj, ProjBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use terrane_model::limits::CRS_WKT_BYTES_MAX;
use terrane_model::{Crs, Error, Result};

static GRIDS: OnceLock<PathBuf> = OnceLock::new();

/// Checks that PROJ works, and names a folder of further datum grids (NTv2 `.gsb` files) for it to use.
///
/// Optional; to be called before any transform is made, since operations are chosen once. Fails when the environment (`PROJ_DATA`)
/// leads PROJ to a registry of another version; a second call with another folder is a conflict.
pub fn init(data_dir: Option<&Path>) -> Result<String> {
    if let Some(folder) = data_dir {
        let known = GRIDS.get_or_init(|| folder.to_owned());
        if known != folder {
            return Err(Error::conflict(
                "Another folder of datum grids is in use already; restart the program to change it.",
            ));
        }
    }
    let probe = builder()?.proj_known_crs("EPSG:4326", "EPSG:3857", None);
    let works = probe
        .as_ref()
        .is_ok_and(|proj| proj.convert((180.0f64, 0.0)).is_ok_and(|(x, _)| (x - 20_037_508.34).abs() < 1.0));
    if !works {
        let say = "PROJ cannot use its registry of coordinate reference systems. An environment variable PROJ_DATA or PROJ_LIB of another program may name the folder of another version; unset it and start again.";
        return Err(Error::new(terrane_model::Kind::Internal, say).because(format!("{:?}", probe.map(|_| ()))));
    }
    Ok(builder()?.lib_info().map_err(Error::internal)?.version)
}

fn builder() -> Result<ProjBuilder> {
    let mut builder = ProjBuilder::new();
    if let Some(folder) = GRIDS.get() {
        builder.set_search_paths(folder).map_err(Error::internal)?;
    }
    Ok(builder)
}

/// The PROJ object of a CRS.
pub(crate) fn crs_object(crs: &Crs) -> Result<Proj> {
    let definition = definition(crs)?;
    guarded(|| builder()?.proj(definition).map_err(|error| not_understood(crs).because(error)))
}

/// The PROJ object that transforms between two CRSs, x then y on both sides.
pub(crate) fn pair_object(from: &Crs, to: &Crs) -> Result<Proj> {
    let (source, target) = (definition(from)?, definition(to)?);
    guarded(|| {
        builder()?.proj_known_crs(source, target, None).map_err(|error| {
            Error::unsupported(format!("There is no way from {} to {}.", short(from), short(to))).because(error)
        })
    })
}

/// The PROJ object of a pipeline that PROJ itself wrote.
pub(crate) fn pipeline_object(pipeline: &str) -> Result<Proj> {
    guarded(|| builder()?.proj(pipeline).map_err(Error::internal))
}

/// What PROJ says of a CRS, as PROJJSON.
pub(crate) fn projjson(object: &Proj) -> Result<serde_json::Value> {
    let text = object.to_projjson(Some(false), None, None).map_err(Error::internal)?;
    serde_json::from_str(&text).map_err(Error::internal)
}

/// The binding panics where PROJ answers with nothing at all; a stranger's WKT may bring that about, so it is made an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::internal("PROJ gave no answer and no reason")))
}

/// What PROJ is told: the authority's name when the registry has it, else WKT that is safe to read.
fn definition(crs: &Crs) -> Result<&str> {
    match crs.authority_code() {
        Some((authority, code)) => match crate::registry::entry(authority, code) {
            Some(_) => Ok(crs.name()),
            None => Err(crate::spelling::unknown(authority, code)),
        },
        None => check_wkt(crs.name()).map(|()| crs.name()),
    }
}

/// Refuses text that is not WKT of a CRS, is too long, or makes PROJ open files (grids named in `EXTENSION` or `PARAMETERFILE`).
pub(crate) fn check_wkt(text: &str) -> Result<()> {
    const BEGINNINGS: [&str; 13] = [
        "GEOGCS",
        "PROJCS",
        "COMPD_CS",
        "GEOGCRS",
        "GEODCRS",
        "GEODETICCRS",
        "GEOGRAPHICCRS",
        "PROJCRS",
        "PROJECTEDCRS",
        "COMPOUNDCRS",
        "BOUNDCRS",
        "GEOCCS",
        "BASEGEOGCRS",
    ];
    if text.len() > CRS_WKT_BYTES_MAX {
        return Err(Error::too_large(format!(
            "The WKT of a coordinate reference system may have {CRS_WKT_BYTES_MAX} bytes."
        )));
    }
    let upper = text.trim_start().to_ascii_uppercase();
    let keyword = upper.split(['[', '(']).next().unwrap_or("").trim();
    if !BEGINNINGS.contains(&keyword) {
        let start: String = text.trim().chars().take(40).collect();
        return Err(Error::invalid(format!(
            "“{start}” does not begin the WKT of a geographic or projected coordinate reference system; name the system, such as EPSG:4326."
        )));
    }
    let opens_files = upper.contains("PARAMETERFILE")
        || upper.contains("GEOIDGRIDS")
        || upper.match_indices("NADGRIDS").any(|(at, _)| !upper[at..].starts_with("NADGRIDS=@NULL"));
    match opens_files || text.contains('\0') {
        true => Err(Error::invalid(
            "The coordinate reference system names a grid file, which is not followed; give its EPSG code.",
        )),
        false => Ok(()),
    }
}

fn not_understood(crs: &Crs) -> Error {
    Error::invalid(format!(
        "The coordinate reference system {} is not understood; name it by its EPSG code.",
        short(crs)
    ))
}

/// A CRS's name, or the beginning of its WKT.
pub(crate) fn short(crs: &Crs) -> String {
    match crs.authority_code() {
        Some(_) => crs.name().to_owned(),
        None => format!("“{}…”", crs.name().chars().take(60).collect::<String>()),
    }
}

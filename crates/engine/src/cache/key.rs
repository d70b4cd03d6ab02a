//! Names of answers: a hash of everything that an answer depends on. Two answers that differ never have one name.

use crate::tile::{TileForm, TileQuestion};
use crate::{Caller, Catalogue, PictureLayer, PictureQuestion};
use std::fmt::{self, Write};
use terrane_model::picture::PictureFormat;
use terrane_model::{Error, Result};

/// The name of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The name as it is written, 64 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name of what one text says everything about.
    #[cfg(test)]
    pub(crate) fn of_text(text: &str) -> Self {
        Self(*blake3::hash(text.as_bytes()).as_bytes())
    }
}

/// Text that is hashed as it is written.
struct Hashed(blake3::Hasher);

impl Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// What the caller may see, in a word; nothing when answers to this caller are not shared with others.
fn grants(caller: Caller) -> Option<&'static str> {
    match caller {
        Caller::Public => Some("public"),
        Caller::Operator => None,
    }
}

/// The name of a map; none when it is not for others.
pub(crate) fn map_key(
    catalogue: &Catalogue,
    caller: Caller,
    (question, format): (&PictureQuestion, PictureFormat),
    program: &str,
) -> Result<Option<Key>> {
    let PictureQuestion { layers, view, background, tiled } = question;
    let Some(mut hashed) = begin(caller, program) else { return Ok(None) };
    written(write!(hashed, "map {format:?} {view:?} {background:?} {tiled};"))?;
    write_layers(&mut hashed, catalogue, caller, (layers, false))?;
    Ok(Some(hashed.into_key()))
}

/// The name of a tile; none when it is not for others.
pub(crate) fn tile_key(
    catalogue: &Catalogue,
    caller: Caller,
    question: &TileQuestion,
    program: &str,
) -> Result<Option<Key>> {
    let TileQuestion { layers, set, tile, form, sharpness, background, columns, gzip } = question;
    let Some(mut hashed) = begin(caller, program) else { return Ok(None) };
    // What the set is called does not matter: its CRS and the matrix say which ground the tile shows.
    let matrix = set.matrices.get(tile.matrix);
    written(write!(hashed, "tile {form:?} {:?} {matrix:?} {tile:?} {sharpness} {background:?}", set.crs))?;
    // Pictures are never packed again, whoever asks.
    written(write!(hashed, " {columns:?} {};", *gzip && *form == TileForm::Vector))?;
    write_layers(&mut hashed, catalogue, caller, (layers, *form == TileForm::Vector))?;
    Ok(Some(hashed.into_key()))
}

/// Names the state of layers: the states of their data, their styles, and how they are asked for. For ETags.
pub fn layers_state(catalogue: &Catalogue, caller: Caller, layers: &[PictureLayer]) -> Result<String> {
    let mut state = String::new();
    write_layers(&mut state, catalogue, caller, (layers, true))?;
    Ok(state)
}

fn begin(caller: Caller, program: &str) -> Option<Hashed> {
    let mut hashed = Hashed(blake3::Hasher::new());
    let begun = write!(hashed, "{program:?} {};", grants(caller)?);
    begun.is_ok().then_some(hashed)
}

impl Hashed {
    fn into_key(self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }
}

/// Everything of the layers that an answer depends on; their names only where they are part of it.
fn write_layers(
    out: &mut impl Write,
    catalogue: &Catalogue,
    caller: Caller,
    (layers, named): (&[PictureLayer], bool),
) -> Result<()> {
    for layer in layers {
        let PictureLayer { name, dataset, style, own_style, filter, filter_crs, opacity, scale_min, scale_max } = layer;
        let entry = catalogue.entry(caller, dataset)?;
        let state = entry.state();
        match own_style {
            Some(own) => written(write!(out, "{dataset}@{state} own@{} {opacity}", own.digest()))?,
            None => {
                let style = entry.style(style.as_deref())?;
                written(write!(out, "{dataset}@{state} {:?}@{} {opacity}", style.name, style.digest))?;
            }
        }
        written(write!(out, " {scale_min:?} {scale_max:?} {filter:?}"))?;
        if filter.is_some() {
            written(write!(out, " {filter_crs:?}"))?;
        }
        written(if named { write!(out, " {name:?};") } else { out.write_char(';') })?;
    }
    Ok(())
}

fn written(outcome: fmt::Result) -> Result<()> {
    outcome.map_err(Error::internal)
}

//! Vector tiles: opens each layer, reads what lies in the tile, writes it as fine as the limits let it. How shapes are made is
//! `drawing::tile`'s concern, how they are written `formats::tile`'s.

mod coarse;
mod columns;
pub use columns::tile_columns;
mod layer;
mod quick;

use crate::Engine;
use crate::caller::Caller;
use crate::picture::{OpenLayer, open_layers};
use crate::pool::Cancel;
use crate::tile::{Encoded, Task, TileQuestion};
use flate2::Compression;
use flate2::write::GzEncoder;
use layer::Share;
use std::io::Write as _;
use terrane_drawing::tile::{Frame, Grain};
use terrane_drawing::view::View;
use terrane_formats::tile::mvt::{LayerWriter, MEDIA_TYPE};
use terrane_model::{Error, Result};

/// How hard tiles are compressed. Of 36 tiles of the race's polygons zlib makes 3 % fewer bytes at 4 than at 1 in 1.4 times the time, and
/// at 6 another 1 % in 1.7 times.
const GZIP_LEVEL: u32 = 4;

/// What a tile is asked for, beside its layers.
pub(crate) struct Ask {
    pub view: View,
    pub frame: Frame,
    pub columns: Option<Vec<String>>,
}

/// The task that builds a tile.
pub(crate) fn task(engine: &Engine, caller: Caller, question: TileQuestion) -> Result<Task> {
    let limits = engine.limits().clone();
    if question.layers.len() > limits.picture_layers_max {
        let say = format!("A tile has at most {} layers.", limits.picture_layers_max);
        return Err(Error::too_large(say).at("layers"));
    }
    let view = TileQuestion { sharpness: 1, layers: Vec::new(), ..question.clone() }.view()?;
    let layers = open_layers(&engine.catalogue(), caller, question.layers)?;
    if let [only] = layers.as_slice()
        && only.dataset.features.is_none()
    {
        let say = format!("“{}” is a grid; ask for its tiles as pictures.", only.dataset.about.id);
        return Err(Error::unsupported(say));
    }
    let ask = Ask { frame: Frame::new(view.bbox), view, columns: question.columns };
    let count = layers.len().max(1);
    let share = Share { bytes: limits.tile_bytes_max / count, features: limits.tile_features_max / count };
    Ok(Box::new(move |cancel: &Cancel| {
        let (bytes, coarsened) = build(&layers, &ask, share, cancel)?;
        encoded(bytes, coarsened, question.gzip)
    }))
}

/// The bytes of a tile, and how many steps coarser than the finest it had to be.
fn build(layers: &[OpenLayer], ask: &Ask, share: Share, cancel: &Cancel) -> Result<(Vec<u8>, u8)> {
    let (mut tile, mut coarsened) = (Vec::new(), 0);
    for open in layers {
        cancel.check()?;
        let Some((writer, grain)) = finest(open, ask, share, cancel)? else { continue };
        coarsened = coarsened.max(grain.step());
        writer.finish(&mut tile);
    }
    Ok((tile, coarsened))
}

/// The layer as fine as fits into its share; nothing for one without a place.
fn finest(open: &OpenLayer, ask: &Ask, share: Share, cancel: &Cancel) -> Result<Option<(LayerWriter, Grain)>> {
    let Some(source) = open.dataset.features.as_deref().filter(|_| is_shown(open, &ask.view)) else { return Ok(None) };
    let Some(crs) = source.schema().crs() else { return Ok(None) };
    let reader = layer::Reader::new(open, source, crs, ask)?;
    let mut grain = Grain::FINEST;
    loop {
        let next = grain.coarser();
        // The coarsest is cut short rather than refused.
        if let Some(writer) = reader.write(grain, share, next.is_none(), cancel)? {
            return Ok(Some((writer, grain)));
        }
        grain = next.unwrap_or(grain);
    }
}

/// Scales at which a tile is drawn, as shares of its own: clients show a tile of 256 pixels over 512, and larger until the next is due.
const SCALE_SHARES: [f64; 3] = [1.0, 0.5, 0.25];

fn is_shown(open: &OpenLayer, view: &View) -> bool {
    SCALE_SHARES.iter().any(|share| open.layer.is_drawn_at(view.scale_denominator * share))
}

fn encoded(bytes: Vec<u8>, coarsened: u8, gzip: bool) -> Result<Encoded> {
    let gzip = gzip && !bytes.is_empty();
    let bytes = if gzip { compressed(&bytes)? } else { bytes };
    Ok(Encoded { bytes: bytes.into(), media_type: MEDIA_TYPE, gzip, coarsened })
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(Error::internal)
}

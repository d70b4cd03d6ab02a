//! Pictures and tiles as they are sent: drawn and written in one task of the pool, ready for whoever asks.

use crate::Engine;
use crate::caller::Caller;
use crate::picture::{PictureLayer, PictureQuestion};
use crate::vector_tile;
use bytes::Bytes;
use std::sync::Arc;
use terrane_drawing::view::{PIXEL_MM, View};
use terrane_formats::picture;
use terrane_model::picture::PictureFormat;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Error, Result};

/// What a tile is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileForm {
    /// Mapbox Vector Tile 2.1.
    Vector,
    /// A picture.
    Picture(PictureFormat),
}

/// A tile that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct TileQuestion {
    /// The layers, bottom first; in a vector tile each is a layer of its name.
    pub layers: Vec<PictureLayer>,
    /// The set that the tile is of.
    pub set: Arc<TileMatrixSet>,
    /// Which tile.
    pub tile: TileAddress,
    /// What it is made of.
    pub form: TileForm,
    /// Device pixels for each standard pixel, 1, 2 or 4: pictures have so many times the set's pixels on a side.
    pub sharpness: u32,
    /// Red, green, blue, alpha behind a picture.
    pub background: [u8; 4],
    /// The columns that features of a vector tile have; those that the style reads, and the one that identifies rows, when not said.
    pub columns: Option<Vec<String>>,
    /// Whether a vector tile is to be gzipped.
    pub gzip: bool,
}

/// An answer as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Its bytes, gzipped when `gzip` says so; none when there is nothing in a vector tile.
    pub bytes: Bytes,
    /// As HTTP names its form.
    pub media_type: &'static str,
    /// Whether the bytes are gzipped.
    pub gzip: bool,
    /// How many steps coarser than the finest a vector tile had to be so that it keeps the limits: small areas were gathered by class,
    /// points and short lines by cell. 0 for pictures.
    pub coarsened: u8,
}

impl TileQuestion {
    /// The view that a picture of the tile shows; an error when there is no such tile.
    pub fn view(&self) -> Result<View> {
        let (Some(bbox), Some(matrix)) = (self.set.bbox(self.tile), self.set.matrices.get(self.tile.matrix)) else {
            return Err(Error::not_found(format!("There is no such tile in {}.", self.set.id)));
        };
        let [width_px, height_px] = matrix.tile_px.map(|side| side * self.sharpness);
        Ok(View {
            crs: self.set.crs.clone(),
            bbox,
            width_px,
            height_px,
            pixel_mm: PIXEL_MM / f64::from(self.sharpness),
            scale_denominator: matrix.scale_denominator,
        })
    }
}

impl Engine {
    /// A picture in a form.
    pub async fn map(&self, caller: Caller, question: PictureQuestion, format: PictureFormat) -> Result<Encoded> {
        let picture = self.picture(caller, question).await?;
        let bytes = self.pool().run(move |_| picture::write(&picture, format)).await?;
        Ok(Encoded { bytes: bytes.into(), media_type: format.media_type(), gzip: false, coarsened: 0 })
    }

    /// A tile.
    pub async fn tile(&self, caller: Caller, question: TileQuestion) -> Result<Encoded> {
        let TileForm::Picture(format) = question.form else {
            return vector_tile::tile(self, caller, question).await;
        };
        let view = question.view()?;
        let picture = PictureQuestion { layers: question.layers, view, background: question.background, tiled: true };
        self.map(caller, picture, format).await
    }
}

//! Pictures and tiles as they are sent: drawn and written in one task of the pool, ready for whoever asks.

use crate::cache::{Key, Shelf, map_key, tile_key};
use crate::caller::Caller;
use crate::picture::{PictureLayer, PictureQuestion, pixels};
use crate::pool::Cancel;
use crate::{Catalogue, Engine, vector_tile};
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

impl TileForm {
    /// What is behind a tile of which nothing is said: nothing, but white where it must be opaque.
    pub fn background(self) -> [u8; 4] {
        let opaque = self == Self::Picture(PictureFormat::Jpeg);
        [255, 255, 255, if opaque { 255 } else { 0 }]
    }

    /// As HTTP names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Vector => "application/vnd.mapbox-vector-tile",
            Self::Picture(format) => format.media_type(),
        }
    }
}

/// What a vector tile counts for among pictures that wait to be drawn.
const VECTOR_TILE_PIXELS: u64 = 65_536;

/// What makes an answer, in the pool: everything is opened and checked, nothing is read yet.
pub(crate) type Task = Box<dyn FnOnce(&Cancel) -> Result<Encoded> + Send>;

/// What became of a tile that was to be made ahead of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmed {
    /// It was kept already.
    Kept,
    /// It was made.
    Made,
}

impl Engine {
    /// A picture in a form, drawn and written in one task: what is begun under load is finished.
    pub async fn map(&self, caller: Caller, question: PictureQuestion, format: PictureFormat) -> Result<Encoded> {
        let (pixels, catalogue) = (pixels(&question.view), self.catalogue());
        let key = match self.cache().keeps(Shelf::Map) {
            true => map_key(&catalogue, caller, (&question, format), self.cache().program())?,
            false => None,
        };
        let make = || async { self.pool().run_sized(pixels, self.map_task(caller, question, format)?).await };
        self.cached(Shelf::Map, (key, format.media_type()), &catalogue, make).await
    }

    /// A tile.
    pub async fn tile(&self, caller: Caller, question: TileQuestion) -> Result<Encoded> {
        let catalogue = self.catalogue();
        let (key, media_type) = (self.key_of(&catalogue, caller, &question)?, question.form.media_type());
        let make = || async {
            let (pixels, task) = self.tile_task(caller, question)?;
            self.pool().run_sized(pixels, task).await
        };
        self.cached(Shelf::Tile, (key, media_type), &catalogue, make).await
    }

    /// Makes a tile that nobody waits for, so that it is kept on the disk when somebody asks.
    pub async fn warm_tile(&self, caller: Caller, question: TileQuestion) -> Result<Warmed> {
        let catalogue = self.catalogue();
        let (key, media_type) = (self.key_of(&catalogue, caller, &question)?, question.form.media_type());
        if key.is_some_and(|key| self.cache().is_on_disk(&key)) {
            return Ok(Warmed::Kept);
        }
        let make = || async {
            let (_, task) = self.tile_task(caller, question)?;
            self.pool().run_aside(task).await
        };
        self.cached(Shelf::Tile, (key, media_type), &catalogue, make).await.map(|_| Warmed::Made)
    }

    fn key_of(&self, catalogue: &Catalogue, caller: Caller, question: &TileQuestion) -> Result<Option<Key>> {
        match self.cache().keeps(Shelf::Tile) {
            true => tile_key(catalogue, caller, question, self.cache().program()),
            false => Ok(None),
        }
    }

    /// What is kept under a key, else what is made. Without a key nothing is kept.
    async fn cached<F>(
        &self,
        shelf: Shelf,
        (key, media_type): (Option<Key>, &'static str),
        catalogue: &Arc<Catalogue>,
        make: impl FnOnce() -> F,
    ) -> Result<Encoded>
    where
        F: Future<Output = Result<Encoded>>,
    {
        let Some(key) = key else { return make().await };
        // A catalogue that was swapped meanwhile may have been opened for this answer: it is not kept under the older one's name.
        let is_current = || Arc::ptr_eq(catalogue, &self.catalogue());
        self.cache().answer((shelf, key, media_type), self.pool(), is_current, make).await
    }

    /// The task that makes a tile, and about how many pixels it is.
    fn tile_task(&self, caller: Caller, question: TileQuestion) -> Result<(u64, Task)> {
        let TileForm::Picture(format) = question.form else {
            return Ok((VECTOR_TILE_PIXELS, vector_tile::task(self, caller, question)?));
        };
        let view = question.view()?;
        let pixels = pixels(&view);
        let picture = PictureQuestion { layers: question.layers, view, background: question.background, tiled: true };
        Ok((pixels, self.map_task(caller, picture, format)?))
    }

    fn map_task(&self, caller: Caller, question: PictureQuestion, format: PictureFormat) -> Result<Task> {
        let draw = self.picture_task(caller, question)?;
        Ok(Box::new(move |cancel| {
            let bytes = picture::write(&draw(cancel)?, format)?;
            Ok(Encoded { bytes: bytes.into(), media_type: format.media_type(), gzip: false, coarsened: 0 })
        }))
    }
}

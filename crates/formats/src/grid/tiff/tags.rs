//! The numbers of the tags, as TIFF 6.0, GeoTIFF 1.1 and GDAL name them.

#![allow(missing_docs)]

pub(in crate::grid) const SUBFILE_TYPE: u16 = 254;
pub(in crate::grid) const WIDTH: u16 = 256;
pub(in crate::grid) const HEIGHT: u16 = 257;
pub(in crate::grid) const BITS_PER_SAMPLE: u16 = 258;
pub(in crate::grid) const COMPRESSION: u16 = 259;
pub(in crate::grid) const PHOTOMETRIC: u16 = 262;
pub(in crate::grid) const FILL_ORDER: u16 = 266;
pub(in crate::grid) const STRIP_OFFSETS: u16 = 273;
pub(in crate::grid) const SAMPLES_PER_PIXEL: u16 = 277;
pub(in crate::grid) const ROWS_PER_STRIP: u16 = 278;
pub(in crate::grid) const STRIP_BYTE_COUNTS: u16 = 279;
pub(in crate::grid) const PLANAR_CONFIGURATION: u16 = 284;
pub(in crate::grid) const PREDICTOR: u16 = 317;
pub(in crate::grid) const COLOUR_MAP: u16 = 320;
pub(in crate::grid) const TILE_WIDTH: u16 = 322;
pub(in crate::grid) const TILE_HEIGHT: u16 = 323;
pub(in crate::grid) const TILE_OFFSETS: u16 = 324;
pub(in crate::grid) const TILE_BYTE_COUNTS: u16 = 325;
pub(in crate::grid) const EXTRA_SAMPLES: u16 = 338;
pub(in crate::grid) const SAMPLE_FORMAT: u16 = 339;
pub(in crate::grid) const MODEL_PIXEL_SCALE: u16 = 33550;
pub(in crate::grid) const MODEL_TIEPOINT: u16 = 33922;
pub(in crate::grid) const MODEL_TRANSFORMATION: u16 = 34264;
pub(in crate::grid) const GEO_KEY_DIRECTORY: u16 = 34735;
pub(in crate::grid) const GEO_DOUBLES: u16 = 34736;
pub(in crate::grid) const GEO_TEXTS: u16 = 34737;
pub(in crate::grid) const GDAL_METADATA: u16 = 42112;
pub(in crate::grid) const GDAL_NO_DATA: u16 = 42113;

//! What a file is, by its first bytes; its name only decides between kinds of plain text and tables.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use terrane_formats::events;
use terrane_formats::features::encoding::{self, Charset};
use terrane_formats::grid::geotiff::looks_like_tiff;
use terrane_model::{Error, Result};

const HEAD_BYTES: usize = 8_192;

/// What a file was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A GeoPackage (or another SQLite database, which its reader refuses).
    GeoPackage,
    /// A zip archive.
    Archive,
    /// GeoJSON (or other JSON, which its reader refuses).
    GeoJson,
    /// A part of a shapefile, or a dBASE table.
    Shapefile,
    /// A table as text.
    Csv,
    /// A GeoTIFF.
    Tiff,
    /// A file of events.
    Events(events::Format),
    /// Something else: what it is and what could be done.
    Other(String),
}

/// First bytes of what is known but not read, and what to do about it.
const KNOWN: [(&[u8], &str); 16] = [
    (b"fgb\x03", "This is FlatGeobuf, which is not supported yet; convert it with ogr2ogr -f GPKG out.gpkg in.fgb."),
    (b"PAR1", "This is Parquet, which is not supported yet; convert it with ogr2ogr -f GPKG out.gpkg in.parquet."),
    (
        b"\x89HDF",
        "This is HDF5 or NetCDF-4, which is not supported yet; convert a layer with gdal_translate -of COG in.nc out.tif.",
    ),
    (b"CDF", "This is NetCDF, which is not supported yet; convert a layer with gdal_translate -of COG in.nc out.tif."),
    (
        b"DSBB",
        "This is a Surfer grid, which is not supported yet; convert it with gdal_translate -of COG in.grd out.tif.",
    ),
    (
        b"DSAA",
        "This is a Surfer grid, which is not supported yet; convert it with gdal_translate -of COG in.grd out.tif.",
    ),
    (
        b"DSRB",
        "This is a Surfer grid, which is not supported yet; convert it with gdal_translate -of COG in.grd out.tif.",
    ),
    (b"\x1f\x8b", "This is packed with gzip; unpack it first."),
    (b"\xfd7zXZ", "This is packed with xz; unpack it first."),
    (b"7z\xbc\xaf", "This is packed with 7-Zip; unpack it first, or pack it as zip."),
    (b"Rar!", "This is packed with RAR; unpack it first, or pack it as zip."),
    (b"%PDF", "This is a PDF, which holds no data that could be published as a map; add the file it was made from."),
    (b"\x89PNG", "This is a PNG picture without a place; add a GeoTIFF (gdal_translate -of COG)."),
    (b"\xff\xd8\xff", "This is a JPEG picture without a place; add a GeoTIFF (gdal_translate -of COG)."),
    (b"LASF", "This is a LAS point cloud, which is not supported."),
    (
        b"\x00\x00\x27\x0d",
        "This is something of an Esri geodatabase; convert it with ogr2ogr -f GPKG out.gpkg folder.gdb.",
    ),
];

/// Looks at the beginning of a file.
pub fn kind(path: &Path) -> Result<Kind> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head))
        .map_err(|error| Error::invalid("The file cannot be opened for reading.").because(error))?;
    if head.is_empty() {
        return Err(Error::invalid("The file is empty."));
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if matches!(ending.as_str(), "prj" | "cpg" | "qpj" | "tfw" | "qmd") {
        return Ok(Kind::Other(
            "This belongs to another file beside it, such as a .shp or .tif; add that one.".to_owned(),
        ));
    }
    Ok(by_magic(&head, &ending).unwrap_or_else(|| by_text(&head, &ending)))
}

/// Parts of a shapefile that are not opened on their own, and files that other programs leave beside data.
pub fn is_companion(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let endings = [
        ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".shp.xml", ".qpj", ".qmd", ".tfw", ".aux.xml", ".ovr",
        ".lyr", ".sld", ".qml", "-wal", "-shm", "-journal",
    ];
    let beside_shp =
        name.ends_with(".dbf") && ["shp", "SHP", "Shp"].iter().any(|ending| path.with_extension(ending).exists());
    endings.iter().any(|ending| name.ends_with(ending)) || name.starts_with('.') || beside_shp
}

fn by_magic(head: &[u8], ending: &str) -> Option<Kind> {
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Kind::GeoPackage);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Kind::Archive);
    }
    if looks_like_tiff(head) {
        return Some(Kind::Tiff);
    }
    if head.starts_with(&9994_u32.to_be_bytes()) {
        return Some(match ending {
            "shx" => Kind::Other(
                "This is the index of a shapefile; add the .shp, with the other files beside it.".to_owned(),
            ),
            _ => Kind::Shapefile,
        });
    }
    if ending == "dbf" && looks_like_dbf(head) {
        return Some(Kind::Shapefile);
    }
    KNOWN.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, say)| Kind::Other((*say).to_owned()))
}

fn looks_like_dbf(head: &[u8]) -> bool {
    let header = head.get(8..10).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    matches!(
        head.first(),
        Some(0x02..=0x05 | 0x30..=0x32 | 0x43 | 0x63 | 0x83 | 0x8b | 0x8c | 0xcb | 0xe5 | 0xf5 | 0xfb)
    ) && header >= 33
}

fn by_text(head: &[u8], ending: &str) -> Kind {
    match encoding::of_first_bytes(head) {
        Some(charset) if charset != Charset::UTF_8 => {
            let head = charset.decode(head).0.into_owned();
            by_plain_text(head.trim_start_matches('\u{feff}').as_bytes(), ending)
        }
        _ => by_plain_text(head, ending),
    }
}

fn by_plain_text(head: &[u8], ending: &str) -> Kind {
    let plain: Vec<u8> = head.iter().copied().filter(|&byte| byte != 0).collect();
    let start = plain.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain);
    let first = start.iter().copied().find(|byte| !byte.is_ascii_whitespace() && *byte != 0x1e);
    let is_text = (head.len() - plain.len()) * 20 < head.len();
    if let Some(format) = events::Format::of(start).filter(|_| is_text) {
        return Kind::Events(format);
    }
    let is_table = matches!(ending, "csv" | "tsv" | "tab" | "psv");
    match first {
        Some(b'{' | b'[') if ending != "csv" => Kind::GeoJson,
        Some(b'<') => Kind::Other(markup(start)),
        _ if starts_with_any(start, &[b"ncols", b"NCOLS"]) => Kind::Other(
            "This is an Esri ASCII grid, which is not supported yet; convert it with gdal_translate -of COG in.asc out.tif.".to_owned(),
        ),
        Some(_) if is_text && (is_table || has_delimiters(start)) && is_printable(start) => Kind::Csv,
        _ => Kind::Other(
            "The file is none that is known here: GeoPackage, GeoJSON, Shapefile (zip), CSV, QuakeML or GeoTIFF; convert it with ogr2ogr -f GPKG out.gpkg in, or gdal_translate -of COG in out.tif.".to_owned(),
        ),
    }
}

fn starts_with_any(text: &[u8], starts: &[&[u8]]) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}

fn has_delimiters(text: &[u8]) -> bool {
    let first_line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first_line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))
}

/// Whether bytes are those of a text in any encoding: few control characters.
fn is_printable(text: &[u8]) -> bool {
    let control = text.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    control * 100 <= text.len()
}

/// Marks of XML and HTML, in lower case, and what to say of them.
const MARKUP: [(&str, &str); 11] = [
    ("<kml", "This is KML, which is not supported yet; convert it with ogr2ogr -f GPKG out.gpkg in.kml."),
    ("<gpx", "This is GPX, which is not supported yet; convert it with ogr2ogr -f GPKG out.gpkg in.gpx."),
    (
        "<vrtdataset",
        "This is a GDAL virtual dataset, which may point anywhere; make a file of it with gdal_translate -of COG in.vrt out.tif.",
    ),
    (
        "<ogrvrt",
        "This is a GDAL virtual dataset, which may point anywhere; make a file of it with ogr2ogr -f GPKG out.gpkg in.vrt.",
    ),
    ("<gdal_wms", "This is the description of a service, not data; no address is called for a file."),
    ("<qgis", "This is a QGIS style or project, not data."),
    ("styledlayerdescriptor", "This is an SLD style, not data."),
    ("<svg", "This is an SVG picture, not data."),
    ("<html", "This is a web page, perhaps an error page that was saved instead of the data."),
    ("<!doctype html", "This is a web page, perhaps an error page that was saved instead of the data."),
    ("opengis.net/gml", "This is GML, which is not supported yet; convert it with ogr2ogr -f GPKG out.gpkg in.gml."),
];

/// A sentence on a file that begins like XML or HTML.
fn markup(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let known = MARKUP.iter().find(|(mark, _)| text.contains(mark)).map(|(_, say)| *say);
    let other = "This is XML of a kind that is not supported; convert it with ogr2ogr -f GPKG out.gpkg in.xml.";
    known.unwrap_or(other).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, by_magic, by_text};

    fn kind(head: &[u8], ending: &str) -> Kind {
        by_magic(head, ending).unwrap_or_else(|| by_text(head, ending))
    }

    #[test]
    fn content_decides_and_not_the_name() {
        assert_eq!(kind(b"SQLite format 3\0...", "zip"), Kind::GeoPackage);
        assert_eq!(kind(b"\x1e{\"type\":\"Feature\"}", "txt"), Kind::GeoJson);
        assert_eq!(kind(b"\xef\xbb\xbf  {", "csv.geojson"), Kind::GeoJson);
        assert_eq!(kind(b"a,b\n1,2\n", "gpkg"), Kind::Csv);
        assert_eq!(
            kind(&"id;名\n1;x\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), "csv"),
            Kind::Csv
        );
        assert_eq!(kind(b"II*\0\x08\0\0\0", "csv"), Kind::Tiff);
        assert_eq!(kind(b"\0\0\x27\x0a\0\0\0\0", "shp"), Kind::Shapefile);
    }

    #[test]
    fn what_is_not_read_gets_a_sentence() {
        for (head, word) in [
            (&b"<?xml version=\"1.0\"?><kml xmlns=\"x\">"[..], "KML"),
            (b"<!DOCTYPE html><html>", "web page"),
            (b"\x89PNG\r\n", "PNG"),
            (b"\x89HDF\r\n", "NetCDF"),
            (b"GIF89a\x01\0\x01\0\x80\0\0", "none that is known"),
            (b"ncols 10\nnrows 10\n", "gdal_translate"),
        ] {
            let Kind::Other(say) = kind(head, "") else { panic!("{head:?} was taken for data") };
            assert!(say.contains(word), "{say}");
        }
    }
}

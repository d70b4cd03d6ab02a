//! A file is a store of its layers: files and folders of strangers are judged by their content and opened for reading.
//!
//! It **is not** a keeper of data: nothing is written but what an archive is unpacked to, in a temporary folder that lasts as long
//! as its layers are read.

mod archive;
mod kept;
mod sniff;

use sniff::Kind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::events;
use terrane_formats::features::{csv, geojson, geopackage, shapefile};
use terrane_formats::grid::geotiff;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::store::{OpenOptions, Opened, Opener, Views};
use terrane_model::{Error, GridSource, Result};

/// Opens GeoPackage, GeoJSON, Shapefile, CSV and GeoTIFF files and files of events, zip archives of them, and folders of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileOpener;

impl Opener for FileOpener {
    fn open(&self, path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
        if path.is_dir() {
            return open_all(files_in(path)?, options);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let opened = sniff::kind(path).and_then(|kind| match kind {
            Kind::Archive => open_archive(path, options),
            kind => open_file(path, kind, options),
        });
        opened.map_err(|error| if error.place().is_some() { error } else { error.at(name) })
    }
}

/// Opens one file that is no archive.
fn open_file(path: &Path, kind: Kind, options: &OpenOptions) -> Result<Vec<Opened>> {
    match kind {
        Kind::GeoPackage => geopackage::open(path, options),
        Kind::GeoJson => geojson::open(path, options).map(|layer| vec![layer]),
        Kind::Csv => csv::open(path, options).map(|layer| vec![layer]),
        Kind::Shapefile => shapefile::open(&shapefile::FileSet::around(path), options).map(|layer| vec![layer]),
        Kind::Events(format) => events::open(path, format, options).map(|layer| vec![layer]),
        Kind::Tiff => open_tiff(path, options).map(|layer| vec![layer]),
        Kind::Archive => Err(Error::unsupported("An archive within an archive is not unpacked; unpack it first.")),
        Kind::Other(say) => Err(Error::unsupported(say)),
    }
}

fn open_tiff(path: &Path, options: &OpenOptions) -> Result<Opened> {
    let source = geotiff::open_with(path, options.crs.clone())?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let how = if options.crs.is_some() { "as asked" } else { "the keys of the GeoTIFF" };
    let mut report = Report {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        layer: stem.clone(),
        format: "GeoTIFF".to_owned(),
        crs: Some((source.schema().crs.clone(), how.to_owned())),
        ..Report::default()
    };
    source.remarks().iter().cloned().for_each(|finding| report.add(finding));
    Ok(Opened {
        name: stem,
        views: Views { grid: Some(Arc::new(source)), ..Views::default() },
        report,
        findings: Arc::default(),
        rows_expected: None,
        files: vec![path.to_owned()],
    })
}

/// The files of a folder, in the order of their names; folders within it are not looked into.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Error::invalid("The folder cannot be read.").because(error))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// Opens what can be opened of some files; the rest is named in every layer's report. An error when there is nothing.
fn open_all(files: Vec<PathBuf>, options: &OpenOptions) -> Result<Vec<Opened>> {
    let mut layers: Vec<Opened> = Vec::new();
    let mut refused: Vec<(String, Error)> = Vec::new();
    for path in files {
        let used = layers.iter().any(|layer| layer.files.contains(&path));
        if used || sniff::is_companion(&path) {
            continue;
        }
        match sniff::kind(&path).and_then(|kind| open_file(&path, kind, options)) {
            Ok(opened) => layers.extend(opened),
            Err(error) => refused.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), error)),
        }
    }
    if layers.is_empty() {
        let none = || Error::invalid("There is no file here that could be opened.");
        return Err(refused.into_iter().next().map_or_else(none, |(name, error)| error.at(name)));
    }
    for (name, error) in &refused {
        let what = format!("{name} was left out: {}", error.say());
        layers.iter_mut().for_each(|layer| layer.report.add(Finding::new(Severity::Note, what.clone(), "")));
    }
    Ok(layers)
}

fn open_archive(path: &Path, options: &OpenOptions) -> Result<Vec<Opened>> {
    let folder = Arc::new(archive::unpack(path)?);
    let mut files = Vec::new();
    for part in archive::folders(folder.path())? {
        files.extend(files_in(&part)?);
    }
    let mut layers = open_all(files, options)?;
    for layer in &mut layers {
        // The archive is what was given, and it is kept as it was given.
        layer.files = vec![path.to_owned()];
        kept::keep(&mut layer.views, &folder);
    }
    Ok(layers)
}

//! Where tiles go: a PMTiles file or a folder. Both are written under another name and take theirs when they are whole.

use super::describe::Description;
use std::path::{Path, PathBuf};
use terrane_engine::TileForm;
use terrane_formats::tile::pmtiles::{ArchiveWriter, TileType};
use terrane_model::picture::PictureFormat;
use terrane_model::{Error, Kind, Result};

/// An export that is being written.
pub struct Sink {
    to: PathBuf,
    form: TileForm,
    place: Place,
}

enum Place {
    Archive(Box<ArchiveWriter>),
    Folder,
}

/// How files of a form end.
fn ending(form: TileForm) -> &'static str {
    super::FORMS.iter().find(|(_, known)| *known == form).map_or("mvt", |(name, _)| name)
}

/// The name while it is not whole.
fn part_of(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}

/// The style beside a PMTiles file.
fn style_beside(to: &Path) -> PathBuf {
    to.with_extension("style.json")
}

fn cannot(path: &Path, error: std::io::Error) -> Error {
    Error::new(Kind::Internal, format!("“{}” cannot be written: {error}.", path.display())).because(error)
}

impl Sink {
    /// Begins an export; `Conflict` when something is there already.
    pub fn create(to: &Path, form: TileForm) -> Result<Self> {
        let is_archive = to.extension().is_some_and(|extension| extension == "pmtiles");
        let part = part_of(to);
        let beside = is_archive.then(|| style_beside(to));
        if let Some(there) = [Some(to), Some(&part), beside.as_deref()].into_iter().flatten().find(|path| path.exists())
        {
            return Err(Error::conflict(format!("“{}” is there already; name a new one.", there.display())));
        }
        let place = match is_archive {
            true => Place::Archive(Box::new(ArchiveWriter::create(&part)?)),
            false => {
                std::fs::create_dir(&part).map_err(|error| cannot(&part, error))?;
                Place::Folder
            }
        };
        Ok(Self { to: to.to_owned(), form, place })
    }

    /// Adds a tile; one without bytes is left out.
    pub fn add(&mut self, tile: [u64; 3], bytes: &[u8]) -> Result<()> {
        match &mut self.place {
            Place::Archive(writer) => writer.add(tile, bytes),
            Place::Folder if bytes.is_empty() => Ok(()),
            Place::Folder => {
                let [zoom, column, row] = tile;
                let name = format!("{zoom}/{column}/{row}.{}", ending(self.form));
                put(&part_of(&self.to).join(name), bytes)
            }
        }
    }

    /// Writes what describes the tiles, and gives all of it its name. Tells which files there are, the tiles first.
    pub fn finish(self, about: &Description, url: Option<&str>) -> Result<Vec<PathBuf>> {
        let (part, to) = (part_of(&self.to), self.to);
        let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut files = vec![to.clone()];
        match self.place {
            Place::Archive(writer) => {
                let tileset = &about.tileset;
                let bbox = tileset.bbox.unwrap_or(terrane_model::Bbox { min: [-180.0, -85.0], max: [180.0, 85.0] });
                writer.finish(tile_type(self.form), tileset.zooms, bbox, &tileset.metadata().to_string())?;
                let style = style_beside(&to);
                put(&style, format!("{:#}\n", about.style_of_archive(&name)).as_bytes())?;
                files.push(style);
            }
            Place::Folder => {
                let address = format!("{{z}}/{{x}}/{{y}}.{}", ending(self.form));
                let address = url.map_or(address.clone(), |url| format!("{}/{address}", url.trim_end_matches('/')));
                let texts = [
                    ("tilejson.json", format!("{:#}\n", about.tileset.tilejson(&address))),
                    ("style.json", format!("{:#}\n", about.style_of_folder(&address))),
                    ("README.txt", about.readme(&address)),
                ];
                for (name, text) in texts {
                    put(&part.join(name), text.as_bytes())?;
                    files.push(to.join(name));
                }
            }
        }
        std::fs::rename(&part, &to).map_err(|error| cannot(&to, error))?;
        Ok(files)
    }

    /// Takes away what was begun.
    pub fn discard(to: &Path) {
        let part = part_of(to);
        // One of the two is there.
        let _ = std::fs::remove_file(&part);
        let _ = std::fs::remove_dir_all(&part);
        if to.extension().is_some_and(|extension| extension == "pmtiles") {
            let _ = std::fs::remove_file(style_beside(to));
        }
    }
}

fn tile_type(form: TileForm) -> TileType {
    match form {
        TileForm::Picture(PictureFormat::Webp) => TileType::WebP,
        TileForm::Picture(PictureFormat::Jpeg) => TileType::Jpeg,
        TileForm::Picture(_) => TileType::Png,
        TileForm::Vector => TileType::Vector,
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| cannot(path, error))
}

//! Reads an archive: its header, its metadata, and one tile at a time.

use super::directory::{self, Entry};
use super::header::{GZIP, HEADER_BYTES, Header, Stretch};
use super::{damaged, hilbert};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use terrane_model::limits::ARCHIVE_DIRECTORY_BYTES_MAX;
use terrane_model::{Error, Result};

/// Directories within each other; writers make two.
const DEPTH_MAX: usize = 4;

/// An archive that is open.
#[derive(Debug)]
pub struct Archive {
    file: File,
    header: Header,
    root: Vec<Entry>,
}

impl Archive {
    /// Opens an archive.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| damaged("the file cannot be opened").because(error))?;
        let mut bytes = [0; HEADER_BYTES];
        file.read_exact_at(&mut bytes, 0).map_err(|error| damaged("it is too short").because(error))?;
        let header = Header::from_bytes(&bytes)?;
        let root = read_directory(&file, &header, header.root)?;
        Ok(Self { file, header, root })
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// JSON about the tiles.
    pub fn metadata(&self) -> Result<String> {
        let bytes = unpacked(&self.header, read(&self.file, self.header.metadata)?)?;
        String::from_utf8(bytes).map_err(|_| damaged("its metadata is not UTF-8"))
    }

    /// The bytes of a tile as they are kept; `None` when there is no such tile.
    pub fn tile(&self, zoom: u8, column: u64, row: u64) -> Result<Option<Vec<u8>>> {
        let Some(number) = hilbert::number(zoom, column, row) else { return Ok(None) };
        let mut below: Vec<Entry>;
        let mut entries = self.root.as_slice();
        for _depth in 0..DEPTH_MAX {
            let after = entries.partition_point(|entry| entry.number <= number);
            let Some(entry) = after.checked_sub(1).map(|place| entries[place]) else { return Ok(None) };
            let stretch = |whole: Stretch| Stretch {
                offset: whole.offset.saturating_add(entry.offset),
                length: u64::from(entry.length),
            };
            if entry.run > 0 {
                let there = number - entry.number < u64::from(entry.run);
                return there.then(|| read(&self.file, stretch(self.header.tiles))).transpose();
            }
            below = read_directory(&self.file, &self.header, stretch(self.header.leaves))?;
            entries = &below;
        }
        Err(damaged("its directories lie too deep"))
    }
}

fn read_directory(file: &File, header: &Header, stretch: Stretch) -> Result<Vec<Entry>> {
    directory::from_bytes(&unpacked(header, read(file, stretch)?)?)
}

fn unpacked(header: &Header, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if header.internal_compression == GZIP { directory::unpacked(&bytes) } else { Ok(bytes) }
}

fn read(file: &File, stretch: Stretch) -> Result<Vec<u8>> {
    let there = file.metadata().map_err(Error::internal)?.len();
    let end = stretch.offset.checked_add(stretch.length).filter(|&end| end <= there);
    if end.is_none() || stretch.length > ARCHIVE_DIRECTORY_BYTES_MAX {
        return Err(damaged("something lies beyond its end"));
    }
    let mut bytes = vec![0; stretch.length as usize];
    file.read_exact_at(&mut bytes, stretch.offset).map_err(Error::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{ArchiveWriter, TileType, place};
    use super::*;
    use terrane_model::Bbox;

    fn written(path: &Path, tiles: u64) {
        let mut writer = ArchiveWriter::create(path).expect("made");
        for number in 0..tiles {
            let (zoom, column, row) = place(number).expect("there");
            let own = format!("tile {number}");
            // Every fifth is missing, many are alike.
            let bytes = if number % 5 == 4 {
                ""
            } else if number % 3 == 0 {
                "sea"
            } else {
                &own
            };
            writer.add([u64::from(zoom), column, row], bytes.as_bytes()).expect("added");
        }
        let bbox = Bbox { min: [-180.0, -85.0], max: [180.0, 85.0] };
        writer.finish(TileType::Png, [0, 9], bbox, r#"{"name": "test"}"#).expect("written");
    }

    #[test]
    fn every_tile_is_found_again_with_and_without_directories_below_the_root() {
        let folder = tempfile::tempdir().expect("a folder");
        for tiles in [0, 1, 300, 60_000] {
            let path = folder.path().join(format!("{tiles}.pmtiles"));
            written(&path, tiles);
            let archive = Archive::open(&path).expect("opened");
            assert_eq!(archive.metadata().expect("read"), r#"{"name": "test"}"#);
            assert_eq!(archive.header().leaves.length > 0, tiles == 60_000);
            for number in (0..tiles + 10).step_by(7) {
                let (zoom, column, row) = place(number).expect("there");
                let tile =
                    archive.tile(zoom, column, row).expect("read").map(|tile| String::from_utf8(tile).expect("text"));
                let expected = match number {
                    _ if number >= tiles || number % 5 == 4 => None,
                    _ if number % 3 == 0 => Some("sea".to_owned()),
                    _ => Some(format!("tile {number}")),
                };
                assert_eq!(tile, expected, "{number} of {tiles}");
            }
        }
    }

    #[test]
    fn tiles_out_of_order_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = ArchiveWriter::create(&folder.path().join("a.pmtiles")).expect("made");
        writer.add([1, 1, 1], b"a").expect("added");
        assert!(writer.add([1, 0, 0], b"b").is_err());
        assert!(writer.add([1, 1, 1], b"b").is_err());
        assert!(writer.add([1, 2, 0], b"b").is_err());
    }

    #[test]
    fn a_file_cut_short_or_with_other_bytes_is_refused_or_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.pmtiles");
        written(&path, 300);
        let whole = std::fs::read(&path).expect("read");
        let other = folder.path().join("b.pmtiles");
        for at in (0..whole.len()).step_by(11) {
            for bytes in
                [whole[..at].to_vec(), [&whole[..at], &[0xff; 4], &whole[(at + 4).min(whole.len())..]].concat()]
            {
                std::fs::write(&other, bytes).expect("written");
                if let Ok(archive) = Archive::open(&other) {
                    let _ = (archive.metadata(), archive.tile(3, 1, 1));
                }
            }
        }
        std::fs::write(&other, &whole[..100]).expect("written");
        assert!(Archive::open(&other).is_err());
    }
}

//! Writes an archive in one go: tiles as they come, what says where they are at the end.

use super::directory::{self, Entry};
use super::header::{GZIP, HEADER_BYTES, Header, PLAIN, ROOT_END, Stretch, TileType};
use super::hilbert;
use foldhash::{HashMap, HashMapExt as _};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use terrane_model::{Bbox, Error, Result};

/// Different tiles that are remembered, to be written once: half a gigabyte of memory at most.
const REMEMBERED_MAX: usize = 4_000_000;
/// Entries of a directory below the root, to begin with.
const LEAF_ENTRIES: usize = 4_096;

/// An archive that is being written.
#[derive(Debug)]
pub struct ArchiveWriter {
    file: BufWriter<File>,
    entries: Vec<Entry>,
    /// Where contents lie, by the first half of their SHA-256.
    known: HashMap<[u8; 16], (u64, u32)>,
    /// Bytes of tiles so far.
    end: u64,
    addressed: u64,
    contents: u64,
}

impl ArchiveWriter {
    /// Makes the file, over one that is there.
    pub fn create(path: &Path) -> Result<Self> {
        let mut file = File::create(path).map_err(Error::internal)?;
        file.seek(SeekFrom::Start(ROOT_END)).map_err(Error::internal)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 20, file),
            entries: Vec::new(),
            known: HashMap::new(),
            end: 0,
            addressed: 0,
            contents: 0,
        })
    }

    /// Adds a tile. Tiles must come in the order of their numbers; one without bytes is left out.
    pub fn add(&mut self, [zoom, column, row]: [u64; 3], bytes: &[u8]) -> Result<()> {
        let number = u8::try_from(zoom).ok().and_then(|zoom| hilbert::number(zoom, column, row));
        let number = number.ok_or_else(|| Error::internal("a tile that PMTiles has no number for"))?;
        if self.entries.last().is_some_and(|last| number < last.number + u64::from(last.run)) {
            return Err(Error::internal("tiles of an archive must come in order"));
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let (offset, length) = self.content(bytes)?;
        self.addressed += 1;
        match self.entries.last_mut() {
            Some(last) if last.offset == offset && number == last.number + u64::from(last.run) => last.run += 1,
            _ => self.entries.push(Entry { number, run: 1, length, offset }),
        }
        Ok(())
    }

    /// Where a content lies; it is written when it is new.
    fn content(&mut self, bytes: &[u8]) -> Result<(u64, u32)> {
        let digest = Sha256::digest(bytes);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let length = u32::try_from(bytes.len()).map_err(Error::internal)?;
        self.file.write_all(bytes).map_err(Error::internal)?;
        let place = (self.end, length);
        self.end += u64::from(length);
        self.contents += 1;
        if self.known.len() < REMEMBERED_MAX {
            self.known.insert(key, place);
        }
        Ok(place)
    }

    /// Bytes of tiles so far.
    pub fn bytes(&self) -> u64 {
        self.end
    }

    /// Tiles so far.
    pub fn tiles(&self) -> u64 {
        self.addressed
    }

    /// Writes what says where everything is, and makes sure that it is on the disk. `metadata` is JSON; `bbox` in degrees.
    pub fn finish(mut self, tile_type: TileType, zooms: [u8; 2], bbox: Bbox, metadata: &str) -> Result<()> {
        let (root, leaves) = directories(&self.entries)?;
        let metadata = directory::compressed(metadata.as_bytes())?;
        let stretch = |offset: u64, length: usize| Stretch { offset, length: length as u64 };
        let after_tiles = ROOT_END + self.end;
        let header = Header {
            root: stretch(HEADER_BYTES as u64, root.len()),
            metadata: stretch(after_tiles, metadata.len()),
            leaves: stretch(after_tiles + metadata.len() as u64, leaves.len()),
            tiles: Stretch { offset: ROOT_END, length: self.end },
            counts: [self.addressed, self.entries.len() as u64, self.contents],
            clustered: true,
            internal_compression: GZIP,
            tile_compression: if tile_type == TileType::Vector { GZIP } else { PLAIN },
            tile_type: tile_type as u8,
            zooms,
            bbox,
        };
        let written = (|| {
            self.file.write_all(&metadata)?;
            self.file.write_all(&leaves)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&header.to_bytes())?;
            self.file.write_all(&root)?;
            self.file.flush()?;
            self.file.get_ref().sync_all()
        })();
        written.map_err(Error::internal)
    }
}

/// The root directory and those below it: none when the root has room for all.
fn directories(entries: &[Entry]) -> Result<(Vec<u8>, Vec<u8>)> {
    let room = ROOT_END as usize - HEADER_BYTES;
    if entries.len() <= room {
        let root = directory::to_bytes(entries)?;
        if root.len() <= room {
            return Ok((root, Vec::new()));
        }
    }
    let mut size = LEAF_ENTRIES;
    loop {
        let (mut pointers, mut leaves) = (Vec::new(), Vec::new());
        for chunk in entries.chunks(size) {
            let leaf = directory::to_bytes(chunk)?;
            let length = u32::try_from(leaf.len()).map_err(Error::internal)?;
            pointers.push(Entry { number: chunk[0].number, run: 0, length, offset: leaves.len() as u64 });
            leaves.extend(leaf);
        }
        let root = directory::to_bytes(&pointers)?;
        if root.len() <= room {
            return Ok((root, leaves));
        }
        size *= 2;
    }
}

//! Files that lie, burst, loop or reach out, made on the spot: each with what must become of it.

mod archives;
mod databases;
mod pictures;
mod shapefiles;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};

/// What must become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is refused with a sentence that has these words, when it is opened or while it is read.
    Refused(&'static str),
    /// It is read, and a remark has these words.
    Told(&'static str),
    /// It is read, and nothing need be said.
    Read,
    /// Either, as long as it ends well: cut and changed files.
    Either,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where it is; for a shapefile that is not packed, the `.shp` or `.dbf`.
    pub path: PathBuf,
    /// What must become of it.
    pub fate: Fate,
}

/// Gathers files in a folder.
pub struct Corpus {
    folder: PathBuf,
    cases: Vec<Case>,
}

impl Corpus {
    /// A path for a file that is written elsewhere.
    fn place(&mut self, name: &str, fate: Fate) -> PathBuf {
        let path = self.folder.join(name);
        self.cases.push(Case { path: path.clone(), fate });
        path
    }

    fn add(&mut self, name: &str, bytes: impl AsRef<[u8]>, fate: Fate) {
        let path = self.place(name, fate);
        fs::write(path, bytes).unwrap();
    }

    /// A file beside another one, that is no case of its own.
    fn beside(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), bytes).unwrap();
    }

    /// The beginnings of a file, cut at many lengths, and copies with a byte changed.
    fn cut_and_change(&mut self, stem: &str, ending: &str, bytes: &[u8]) {
        let mut cut = 1;
        while cut < bytes.len() {
            self.add(&format!("{stem}_cut_{cut}.{ending}"), &bytes[..cut], Fate::Either);
            cut += 1 + cut / 2;
        }
        let mut at = 5;
        while at < bytes.len() {
            let mut changed = bytes.to_vec();
            changed[at] ^= 0xa5;
            self.add(&format!("{stem}_changed_{at}.{ending}"), changed, Fate::Either);
            at += 7 + at / 3;
        }
    }
}

/// Writes all files to a folder.
pub fn write(folder: &Path) -> Vec<Case> {
    let mut corpus = Corpus { folder: folder.to_owned(), cases: Vec::new() };
    archives::add(&mut corpus);
    texts::add(&mut corpus);
    pictures::add(&mut corpus);
    shapefiles::add(&mut corpus);
    databases::add(&mut corpus);
    mislabelled(&mut corpus);
    corpus.cases
}

/// Files whose names say something else: the content decides.
fn mislabelled(corpus: &mut Corpus) {
    let points = b"name,lon,lat\na,1,2\nb,3,4\n";
    corpus.add("table.gpkg", points, Fate::Read);
    corpus.add("table.tif", points, Fate::Read);
    corpus.add("table.zip", points, Fate::Read);
    corpus.add("page.csv", "<html><body>404 Not Found</body></html>", Fate::Refused("web page"));
    corpus.add("table.shp", points, Fate::Read);
    corpus.add("archive.csv", archives::pack(&[("a.csv", points)]), Fate::Read);
    corpus.add("geojson.csv", "{\"type\":\"FeatureCollection\",\"features\":[]}", Fate::Either);
    corpus.add("zeros.csv", vec![0; 10_000], Fate::Refused("none that is known"));
    corpus.add("noise.bin", noise(20_000), Fate::Refused("none that is known"));
    for ending in ["csv", "gpkg", "geojson", "tif", "zip", "shp", "dbf"] {
        corpus.add(&format!("empty_file.{ending}"), b"", Fate::Refused("empty"));
        corpus.add(&format!("one_byte.{ending}"), b"x", Fate::Either);
        corpus.add(&format!("noise.{ending}"), noise(5_000), Fate::Either);
    }
}

/// Bytes without order, the same each time.
pub fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

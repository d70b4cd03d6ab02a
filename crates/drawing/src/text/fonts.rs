//! Where fonts come from: folders given, then those that are built in, then the system's.
//!
//! Built-in fonts come before the system's so that the same text looks the same on every machine, and because looking for a
//! character in hundreds of files is slow.

use skrifa::Font;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use terrane_model::limits::{FONT_BYTES_MAX, FONT_FILES_MAX};

/// Where Linux distributions keep fonts.
const SYSTEM: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// Folders in folders, this deep.
const DEPTH_MAX: usize = 6;

/// Noto Sans and its sisters for scripts that few systems have, under the SIL Open Font License.
const BUILT_IN: [&[u8]; 5] = [
    include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansThai-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansLao-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansKhmer-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansMyanmar-Regular.ttf"),
];

/// The languages of the faces in Noto's collection for Chinese, Japanese and Korean, in the order of the faces.
const CJK: [&[&str]; 5] =
    [&["ja"], &["ko"], &["zh", "zh-Hans", "zh-CN", "zh-SG"], &["zh-Hant", "zh-TW"], &["zh-HK", "zh-MO"]];

/// The fonts that text may use, in order of preference. Files are read when a character first needs them.
pub struct Fonts {
    faces: Vec<Face>,
}

/// One face.
pub(super) struct Face {
    source: Source,
    index: u32,
    /// The languages it is made for, when it is for some and not for others that write the same characters.
    languages: &'static [&'static str],
    font: OnceLock<Option<Font>>,
    characters: OnceLock<Vec<[u32; 2]>>,
}

enum Source {
    BuiltIn(&'static [u8]),
    File(PathBuf),
}

impl Fonts {
    /// The fonts of some folders (and the folders in them), then those built in, then the system's.
    pub fn new(folders: &[PathBuf]) -> Self {
        let mut faces: Vec<Face> = Vec::new();
        for folder in folders {
            faces.extend(faces_in(folder, |_| Some(0)));
        }
        faces.extend(built_in());
        for folder in SYSTEM {
            faces.extend(faces_in(Path::new(folder), system_rank));
        }
        Self { faces }
    }

    /// Only the fonts that are built in: Latin, Greek, Cyrillic, Thai, Lao, Khmer and Burmese.
    pub fn built_in() -> Self {
        Self { faces: built_in().collect() }
    }

    /// The characters of a text that no font has; they are drawn as boxes.
    pub fn missing(&self, text: &str) -> Vec<char> {
        let distinct: BTreeSet<char> = text.chars().filter(|character| !character.is_control()).collect();
        distinct.into_iter().filter(|&character| self.face_of(character, None).is_none()).collect()
    }

    /// The first face that has a character and is not made for another language.
    pub(super) fn face_of(&self, character: char, language: Option<&str>) -> Option<usize> {
        let suits = |face: &Face| face.suits(language);
        self.faces.iter().position(|face| suits(face) && face.has(character))
    }

    /// A face by its place.
    pub(super) fn face(&self, place: usize) -> Option<&Face> {
        self.faces.get(place)
    }
}

fn built_in() -> impl Iterator<Item = Face> {
    BUILT_IN.into_iter().map(|bytes| Face::new(Source::BuiltIn(bytes), 0, &[]))
}

/// The faces of the font files below a folder, by rank and then by name; files without a rank are left out.
fn faces_in(folder: &Path, rank: impl Fn(&str) -> Option<u8>) -> Vec<Face> {
    let mut paths = Vec::new();
    font_files(folder, 0, &mut paths);
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut ranked: Vec<(u8, String, PathBuf)> =
        paths.into_iter().filter_map(|path| Some((rank(&name(&path))?, name(&path), path))).collect();
    ranked.sort();
    ranked.dedup_by(|a, b| a.1 == b.1);
    ranked.truncate(FONT_FILES_MAX);
    ranked.into_iter().flat_map(|(_, name, path)| faces_of(&name, &path)).collect()
}

/// One face, or the five of Noto's collection for Chinese, Japanese and Korean.
fn faces_of(name: &str, path: &Path) -> Vec<Face> {
    let face = |index: u32, languages| Face::new(Source::File(path.to_owned()), index, languages);
    if name.contains("CJK") && name.ends_with(".ttc") {
        return (0..).zip(CJK).map(|(index, languages)| face(index, languages)).collect();
    }
    vec![face(0, &[])]
}

fn font_files(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && depth < DEPTH_MAX {
            font_files(&path, depth + 1, found);
        } else if path.extension().is_some_and(|ext| ["ttf", "otf", "ttc"].iter().any(|known| ext == *known)) {
            found.push(path);
        }
    }
}

/// Noto Sans before all, upright and of regular weight; then its sisters; then what else there is. Others of Noto are the same
/// characters in other dress.
fn system_rank(name: &str) -> Option<u8> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem {
        "NotoSans-Regular" => Some(0),
        "NotoSansCJK-Regular" => Some(1),
        _ if stem.starts_with("NotoSans") && stem.ends_with("-Regular") && !stem.contains("Mono") => Some(2),
        "DejaVuSans" | "LiberationSans-Regular" => Some(3),
        _ if stem.starts_with("Noto") => None,
        _ if stem.ends_with("-Regular") || !stem.contains('-') => Some(4),
        _ => None,
    }
}

impl Face {
    fn new(source: Source, index: u32, languages: &'static [&'static str]) -> Self {
        Self { source, index, languages, font: OnceLock::new(), characters: OnceLock::new() }
    }

    /// The font; `None` when the file cannot be read.
    pub(super) fn font(&self) -> Option<&Font> {
        self.font.get_or_init(|| self.load()).as_ref()
    }

    fn load(&self) -> Option<Font> {
        match &self.source {
            Source::BuiltIn(bytes) => Font::new(*bytes, self.index),
            Source::File(path) => {
                let small = std::fs::metadata(path).is_ok_and(|about| about.len() <= FONT_BYTES_MAX);
                let bytes = if small { std::fs::read(path).ok()? } else { return None };
                Font::new(bytes, self.index)
            }
        }
    }

    /// Whether it is for a language, or none is asked for.
    fn suits(&self, language: Option<&str>) -> bool {
        let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_owned();
        let Some(language) = language.filter(|_| !self.languages.is_empty()) else { return true };
        let exact = |tags: &[&str]| tags.iter().any(|tag| tag.eq_ignore_ascii_case(language));
        match CJK.iter().find(|tags| exact(tags)) {
            Some(tags) => self.languages == *tags,
            None => match CJK.iter().find(|tags| primary(tags[0]) == primary(language)) {
                Some(tags) => self.languages == *tags,
                None => true,
            },
        }
    }

    /// Whether it has a character. Read once from the file, which is not kept for that.
    fn has(&self, character: char) -> bool {
        let ranges = self.characters.get_or_init(|| {
            let font = self.font.get().cloned().unwrap_or_else(|| self.load());
            font.map(|font| ranges(font.charmap().unicodes().map(|(code, _)| code))).unwrap_or_default()
        });
        let code = u32::from(character);
        let after = ranges.partition_point(|range| range[0] <= code);
        after > 0 && code <= ranges[after - 1][1]
    }
}

/// Runs of numbers that follow each other.
fn ranges(codes: impl Iterator<Item = u32>) -> Vec<[u32; 2]> {
    let sorted: BTreeSet<u32> = codes.collect();
    let mut ranges: Vec<[u32; 2]> = Vec::new();
    for code in sorted {
        match ranges.last_mut() {
            Some(range) if range[1] + 1 == code => range[1] = code,
            _ => ranges.push([code, code]),
        }
    }
    ranges
}

//! Zip archives: unpacked into a temporary folder under names of our own making, within limits, or refused whole.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use terrane_formats::features::encoding;
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};
use zip::ZipArchive;

/// Packed members may be small beyond any ratio; up to this many bytes nobody minds.
const ALWAYS_ALLOWED_BYTES: u64 = 1_048_576;

/// A member that is unpacked.
struct Member {
    index: usize,
    target: PathBuf,
    packed: u64,
    claimed: u64,
}

/// Unpacks an archive. Refused whole: members whose names lead elsewhere, links, encryption, two of one name, and more members, bytes
/// or compression than the limits allow.
pub fn unpack(path: &Path) -> Result<TempDir> {
    let file = File::open(path).map_err(|error| damaged(error.into()))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let limits = Limits::default();
    if archive.len() > limits.archive_members_max {
        let say = format!("The archive has {} members; {} are the limit.", archive.len(), limits.archive_members_max);
        return Err(Error::too_large(say));
    }
    refuse_office(&archive)?;
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let members = plan(&mut archive, folder.path(), &limits)?;
    let mut budget = limits.archive_bytes_max;
    for member in &members {
        budget -= copy(&mut archive, member, &limits, budget)?;
    }
    Ok(folder)
}

fn damaged(error: zip::result::ZipError) -> Error {
    Error::invalid("The zip archive is damaged or cut short; pack or copy it again.").because(error)
}

/// Office documents and projects are zip archives as well; they get a sentence of their own.
fn refuse_office<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Result<()> {
    let names: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    let any = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    let say = if any(&|name| name == "[content_types].xml") {
        "This is an Excel or other Office document; save the sheet as CSV (UTF-8) and add that."
    } else if any(&|name| name == "mimetype") && any(&|name| name == "content.xml") {
        "This is an OpenDocument file; save the sheet as CSV (UTF-8) and add that."
    } else if any(&|name| name.ends_with(".kml")) && !any(&|name| name.ends_with(".shp")) {
        "This is a KMZ archive, which is not supported; convert it with ogr2ogr -f GPKG out.gpkg in.kmz."
    } else if any(&|name| name.ends_with(".qgs")) {
        "This is a QGIS project; add the layers' own files."
    } else {
        return Ok(());
    };
    Err(Error::unsupported(say))
}

fn plan<R: Read + std::io::Seek>(archive: &mut ZipArchive<R>, folder: &Path, limits: &Limits) -> Result<Vec<Member>> {
    if archive.has_duplicate_names() {
        return Err(Error::invalid("Two members of the archive have one name; pack it again."));
    }
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    let mut targets: HashSet<String> = HashSet::new();
    let mut members = Vec::new();
    let mut sum: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = readable(entry.name_raw());
        if entry.is_symlink() || entry.encrypted() || !is_inside(&name) {
            let say = match (entry.encrypted(), entry.is_symlink()) {
                (true, _) => "is encrypted; pack it without a password",
                (false, true) => "is a link, which is not followed; pack the file itself",
                (false, false) => "has a name that leads out of the archive",
            };
            return Err(Error::invalid(format!("A member of the archive {say}: {}.", name.escape_debug())));
        }
        let (parent, file) = name.rsplit_once('/').unwrap_or(("", &name));
        if entry.is_dir() || file.is_empty() || file.starts_with('.') || parent.starts_with("__MACOSX") {
            continue;
        }
        let (packed, claimed) = (entry.compressed_size(), entry.size());
        sum = sum.saturating_add(claimed);
        check_size(packed, claimed, limits)?;
        if sum > limits.archive_bytes_max {
            return Err(too_many_bytes(limits));
        }
        let next = folders.len();
        let place = *folders.entry(parent.to_owned()).or_insert(next);
        let clean = clean_name(file);
        if !targets.insert(format!("{place}/{}", clean.to_lowercase())) {
            return Err(Error::invalid(format!("Two members of the archive have one name: {}.", file.escape_debug())));
        }
        members.push(Member { index, target: folder.join(place.to_string()).join(clean), packed, claimed });
    }
    Ok(members)
}

/// Names are UTF-8, or what the packer's system had.
fn readable(name: &[u8]) -> String {
    let decided = encoding::detect(&[name]);
    decided.charset.decode(name).0.replace('\\', "/")
}

/// Whether a name stays within the folder that it is relative to.
fn is_inside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    !name.starts_with('/') && !drive && !name.contains('\0') && name.split('/').all(|part| part != "..")
}

/// Letters, digits and a few marks; everything else becomes `_`. At most 100 characters, the ending kept.
fn clean_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .map(|character| if character.is_alphanumeric() || "._- ()".contains(character) { character } else { '_' })
        .collect();
    let count = clean.chars().count();
    if count <= 100 { clean } else { clean.chars().take(60).chain(clean.chars().skip(count - 40)).collect() }
}

fn check_size(packed: u64, unpacked: u64, limits: &Limits) -> Result<()> {
    if unpacked > ALWAYS_ALLOWED_BYTES && unpacked / packed.max(1) >= limits.archive_ratio_max {
        return Err(Error::too_large(format!(
            "A member of the archive unpacks to {} or more times its size, which is the limit.",
            limits.archive_ratio_max
        )));
    }
    Ok(())
}

fn too_many_bytes(limits: &Limits) -> Error {
    Error::too_large(format!(
        "The archive unpacks to more than {} bytes, which is the limit.",
        limits.archive_bytes_max
    ))
}

/// Unpacks one member and returns its bytes; what the archive claims is not believed.
fn copy<R: Read + std::io::Seek>(
    archive: &mut ZipArchive<R>,
    member: &Member,
    limits: &Limits,
    budget: u64,
) -> Result<u64> {
    let mut entry = archive.by_index(member.index).map_err(damaged)?;
    if let Some(parent) = member.target.parent() {
        std::fs::create_dir_all(parent).map_err(Error::internal)?;
    }
    let mut out = BufWriter::new(File::create_new(&member.target).map_err(Error::internal)?);
    let by_ratio = member.packed.saturating_mul(limits.archive_ratio_max).max(ALWAYS_ALLOWED_BYTES);
    let most = member.claimed.min(by_ratio).min(budget);
    let mut buffer = vec![0; 65_536];
    let mut bytes = 0;
    loop {
        let read = entry.read(&mut buffer).map_err(|error| damaged(error.into()))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        if bytes > most {
            return Err(Error::too_large(
                "A member of the archive unpacks to more bytes than it says or than the limit.",
            ));
        }
        out.write_all(&buffer[..read]).map_err(Error::internal)?;
    }
    out.flush().map_err(Error::internal)?;
    Ok(bytes)
}

/// The folders of an unpacked archive.
pub fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(root).map_err(Error::internal)?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::{clean_name, is_inside};

    #[test]
    fn names_that_lead_elsewhere_are_told() {
        for name in ["../x", "a/../../x", "/etc/passwd", "C:/x", "a/..", "x\0y"] {
            assert!(!is_inside(name), "{name:?}");
        }
        for name in ["a/b.shp", "..a", "a..b/c"] {
            assert!(is_inside(name), "{name:?}");
        }
    }

    #[test]
    fn clean_names_keep_letters_of_every_script() {
        assert_eq!(clean_name("地質図 (1).shp"), "地質図 (1).shp");
        assert_eq!(clean_name("a<b>|c;.shp"), "a_b__c_.shp");
        assert!(clean_name(&format!("{}.shp", "x".repeat(300))).ends_with(".shp"));
    }
}

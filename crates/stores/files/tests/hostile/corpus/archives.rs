//! Zip archives that reach out of their folder, burst, or name things twice.

use super::{Corpus, Fate};
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const POINTS: &[u8] = b"name,lon,lat\na,1,2\n";

/// An archive of some members.
pub fn pack(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub fn add(corpus: &mut Corpus) {
    let slips = ["../evil.csv", "a/../../evil.csv", "/evil.csv", "C:\\evil.csv", "..\\evil.csv"];
    for (at, name) in slips.into_iter().enumerate() {
        corpus.add(
            &format!("zip_slip_{at}.zip"),
            pack(&[("a.csv", POINTS), (name, POINTS)]),
            Fate::Refused("leads out"),
        );
    }
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("a.csv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    corpus.add("zip_symlink.zip", link.finish().unwrap().into_inner(), Fate::Refused("link"));
    bombs(corpus);
    let inner = pack(&[("a.csv", POINTS)]);
    corpus.add("zip_nested.zip", pack(&[("inner.zip", &inner)]), Fate::Refused("within an archive"));
    let names: Vec<String> = (0..10_001).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"a"[..])).collect();
    corpus.add("zip_many.zip", pack(&many), Fate::Refused("members"));
    corpus.add("zip_truncated.zip", &inner[..inner.len() - 7], Fate::Refused("damaged"));
    let mut twice = pack(&[("ax.csv", POINTS), ("bx.csv", POINTS)]);
    rename(&mut twice, b"bx.csv", b"ax.csv");
    corpus.add("zip_dup_names.zip", twice, Fate::Refused(""));
    let mut case = pack(&[("ax.csv", POINTS), ("bx.csv", POINTS)]);
    rename(&mut case, b"bx.csv", b"AX.CSV");
    corpus.add("zip_dup_case.zip", case, Fate::Refused("one name"));
    corpus.add("zip_empty.zip", pack(&[]), Fate::Refused("no file"));
    corpus.add("zip_only_folder.zip", pack(&[("folder/", b"")]), Fate::Refused("no file"));
    corpus.add("zip_nul_name.zip", pack(&[("a\0b.csv", POINTS)]), Fate::Refused("leads out"));
    corpus.cut_and_change("zip", "zip", &inner);
}

/// Writes another name over every place of a name.
fn rename(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
}

fn bombs(corpus: &mut Corpus) {
    let path = corpus.place("zip_bomb.zip", Fate::Refused("limit"));
    let mut archive = ZipWriter::new(std::fs::File::create(path).unwrap());
    archive.start_file("a.csv", SimpleFileOptions::default()).unwrap();
    let zeros = vec![b'0'; 1_048_576];
    for _ in 0..256 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap();
    // The sizes in the directory and before the member say 100 bytes, the member unpacks to ten megabytes.
    let mut lying = pack(&[("a.csv", &[b'0'; 10_485_760])]);
    rename(&mut lying, &10_485_760_u32.to_le_bytes(), &100_u32.to_le_bytes());
    corpus.add("zip_bomb_lying.zip", lying, Fate::Refused(""));
    // And the other way round: four gigabytes are claimed.
    let mut boasting = pack(&[("a.csv", &[b'0'; 123_456])]);
    rename(&mut boasting, &123_456_u32.to_le_bytes(), &0xffff_fff0_u32.to_le_bytes());
    corpus.add("zip_claims_4g.zip", boasting, Fate::Refused(""));
}

//! Writes the hostile files of the tests to a folder, for programs that feed them to the whole of Terrane:
//! `cargo run -p terrane-store-files --example hostile_corpus -- FOLDER`. Prints each name with what must become of it.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs)]

#[path = "../tests/hostile/corpus/mod.rs"]
mod corpus;

use corpus::Fate;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(std::path::PathBuf::from) else {
        println!("Name the folder to write to.");
        return Ok(());
    };
    std::fs::create_dir_all(&folder)?;
    for case in corpus::write(&folder) {
        let fate = match case.fate {
            Fate::Refused(words) => format!("refused\t{words}"),
            Fate::Told(words) => format!("told\t{words}"),
            Fate::Read => "read\t".to_owned(),
            Fate::Either => "either\t".to_owned(),
        };
        println!("{fate}\t{}", case.path.file_name().unwrap_or_default().to_string_lossy());
    }
    Ok(())
}

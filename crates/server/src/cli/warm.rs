//! `terrane warm`: makes tiles ahead of time.

use crate::commands::{self, Command, WarmOptions};
use crate::output::{self, Terminal};
use std::path::PathBuf;
use terrane_model::Result;

/// Which tiles.
#[derive(clap::Args)]
pub struct Warm {
    /// The data folder
    folder: PathBuf,
    /// The datasets and maps
    #[arg(required_unless_present = "all")]
    ids: Vec<String>,
    /// All datasets and maps
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// The tile matrix set
    #[arg(long, value_name = "NAME", default_value = "WebMercatorQuad")]
    set: String,
    /// The zooms, such as 5 or 0-8
    #[arg(long, value_name = "FROM-TO", default_value = "0-8", value_parser = zooms)]
    zoom: Zooms,
    /// Forms of tiles: png, png8, webp, jpg, mvt
    #[arg(long, value_name = "FORM", value_delimiter = ',', default_value = "png")]
    format: Vec<String>,
}

/// The first and the last zoom.
#[derive(Clone, Copy)]
struct Zooms([usize; 2]);

/// `5`, or `0-8`.
fn zooms(text: &str) -> std::result::Result<Zooms, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.parse().map_err(|_| "write it like 5, or 0-8".to_owned());
    Ok(Zooms([number(first)?, number(last)?]))
}

/// Makes them.
pub fn run(warm: &Warm, json: bool) -> Result<u8> {
    let (ids, set, forms) = (warm.ids.clone(), warm.set.clone(), warm.format.clone());
    let command = Command::Warm { options: WarmOptions { ids, set, zoom: warm.zoom.0, forms } };
    let terminal = Terminal::new("making tiles");
    let outcome = commands::run(&warm.folder, &command, &terminal);
    terminal.clear();
    let value = outcome?.value;
    if json {
        output::json(&value);
        return Ok(0);
    }
    let count = |key: &str| value[key].as_u64().unwrap_or(0);
    let (made, kept) = (count("made"), count("tiles").saturating_sub(count("made") + count("failed")));
    output::line(&format!(
        "{} tiles made, {} were there; all tiles take {} of {} on the disk.",
        output::number(made),
        output::number(kept),
        output::bytes(count("disk_bytes")),
        output::bytes(count("disk_bytes_max"))
    ));
    if let Some(why) = value["why"].as_str() {
        output::complaint(&format!("{} could not be made: {why}", output::number(count("failed"))));
    }
    if count("disk_bytes") * 10 > count("disk_bytes_max") * 9 {
        output::complaint(
            "There is no room for more: the oldest went. Set “disk” in [cache] higher, or name fewer zooms.",
        );
    }
    Ok(0)
}

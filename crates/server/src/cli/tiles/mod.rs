//! `terrane tiles`: all tiles of a dataset or a map as one PMTiles file or a folder, with a style, for maps that need no server.

mod describe;
mod plan;
mod sink;
mod subject;

use crate::http::told_to_stop;
use crate::output::{self, Terminal};
use crate::stores;
use futures_util::stream::{self, StreamExt as _};
use plan::Plan;
use serde_json::json;
use sink::Sink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use subject::Subject;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Encoded, Engine, TileForm, TileQuestion};
use terrane_model::picture::PictureFormat;
use terrane_model::store::Progress as _;
use terrane_model::tiling::{TileAddress, TileMatrixSet};
use terrane_model::{Bbox, Error, Kind, Result};

/// What is typed.
#[derive(clap::Args)]
pub struct Tiles {
    /// The data folder
    folder: PathBuf,
    /// The dataset or map
    id: String,
    /// The file (.pmtiles) or the folder to make
    #[arg(long, value_name = "FILE|FOLDER")]
    to: PathBuf,
    /// First and last zoom
    #[arg(long, default_value = "0-8", value_name = "FROM-TO")]
    zoom: String,
    /// What tiles are: mvt, png, webp or jpg
    #[arg(long, default_value = "mvt")]
    format: String,
    /// The tile matrix set: WebMercatorQuad or WorldCRS84Quad; a PMTiles file has the first
    #[arg(long, default_value = "WebMercatorQuad")]
    set: String,
    /// A style of the dataset other than its default
    #[arg(long, value_name = "NAME")]
    style: Option<String>,
    /// Columns of vector tiles; those that the style reads without it
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// Only tiles that meet this box, degrees; all that meet the extent without it
    #[arg(long, value_name = "W,S,E,N", value_delimiter = ',', allow_hyphen_values = true)]
    bbox: Option<Vec<f64>>,
    /// Where the tiles will be served, for the style and TileJSON of a folder
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// What a tile can be, and how its file ends.
const FORMS: [(&str, TileForm); 4] = [
    ("mvt", TileForm::Vector),
    ("png", TileForm::Picture(PictureFormat::Png)),
    ("webp", TileForm::Picture(PictureFormat::Webp)),
    ("jpg", TileForm::Picture(PictureFormat::Jpeg)),
];

/// Tiles that are asked for at once: enough for all processors, few enough to stop soon.
const AT_ONCE: usize = 64;

impl Tiles {
    fn form(&self) -> Result<TileForm> {
        let found = FORMS.iter().find(|(name, _)| *name == self.format);
        let say = || format!("“{}” is not a form of tiles; use mvt, png, webp or jpg.", self.format);
        found.map(|(_, form)| *form).ok_or_else(|| Error::invalid(say()).at("--format"))
    }

    fn set(&self) -> Result<Arc<TileMatrixSet>> {
        let known = [TileMatrixSet::web_mercator_quad(), TileMatrixSet::world_crs84_quad()];
        let found = known.into_iter().find(|set| set.id == self.set);
        let say = || format!("“{}” is not a set; use WebMercatorQuad or WorldCRS84Quad.", self.set);
        let set = found.ok_or_else(|| Error::invalid(say()).at("--set"))?;
        if self.is_archive() && set.id != "WebMercatorQuad" {
            let say = "A PMTiles file can only have WebMercatorQuad; name a folder for other sets.";
            return Err(Error::invalid(say).at("--set"));
        }
        Ok(Arc::new(set))
    }

    fn is_archive(&self) -> bool {
        self.to.extension().is_some_and(|extension| extension == "pmtiles")
    }

    fn zooms(&self, set: &TileMatrixSet) -> Result<[u8; 2]> {
        let (first, last) = self.zoom.split_once('-').unwrap_or((&self.zoom, &self.zoom));
        let most = set.matrices.len().saturating_sub(1) as u8;
        let zooms = [first, last].map(|text| text.trim().parse::<u8>().ok().filter(|zoom| *zoom <= most));
        match zooms {
            [Some(first), Some(last)] if first <= last => Ok([first, last]),
            _ => {
                let say = format!("“{}” are no zooms; say the first and the last, 0 to {most}: 0-8.", self.zoom);
                Err(Error::invalid(say).at("--zoom"))
            }
        }
    }
}

/// Writes all tiles.
pub fn run(arguments: &Tiles, json: bool) -> Result<u8> {
    let (form, set) = (arguments.form()?, arguments.set()?);
    let zooms = arguments.zooms(&set)?;
    let engine = stores::engine_reading(&arguments.folder)?;
    let mut subject = Subject::of(&engine, &arguments.id, arguments.style.as_deref())?;
    subject.check(form)?;
    if let Some(numbers) = &arguments.bbox {
        subject.bbox = bbox_of(numbers)?;
    }
    let plan = Plan::new(&subject, &set, zooms)?;
    let stop = stop_flag()?;
    let sink = Sink::create(&arguments.to, form)?;
    let export = Export { engine: &engine, subject: &subject, plan: &plan, arguments, form, stop };
    let terminal = Terminal::new(&format!("writing tiles of {}", arguments.id));
    let outcome = export.write(sink, &terminal);
    terminal.clear();
    let done = outcome?;
    tell(&arguments.to, &done, json);
    Ok(0)
}

fn bbox_of(numbers: &[f64]) -> Result<Bbox> {
    let [west, south, east, north] = numbers else {
        return Err(Error::invalid("A box is four numbers: west, south, east, north.").at("--bbox"));
    };
    Bbox::geographic([*west, *south], [*east, *north]).map_err(|error| error.at("--bbox"))
}

/// Becomes true when Ctrl-C is pressed.
fn stop_flag() -> Result<Arc<AtomicBool>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(Error::internal)?;
    let mut stops = {
        let _inside = runtime.enter();
        told_to_stop()?
    };
    let flag = Arc::<AtomicBool>::default();
    let raised = Arc::clone(&flag);
    let watch = move || {
        runtime.block_on(stops.recv());
        raised.store(true, Ordering::Relaxed);
    };
    std::thread::Builder::new().name("stop".to_owned()).spawn(watch).map_err(Error::internal)?;
    Ok(flag)
}

/// What an export came to.
struct Done {
    tiles: u64,
    empty: u64,
    bytes: u64,
    /// Tiles written coarser than the finest.
    coarsened: u64,
    files: Vec<PathBuf>,
    remarks: Vec<String>,
}

struct Export<'a> {
    engine: &'a Engine,
    subject: &'a Subject,
    plan: &'a Plan,
    arguments: &'a Tiles,
    form: TileForm,
    stop: Arc<AtomicBool>,
}

impl Export<'_> {
    /// Writes all tiles and what describes them; nothing stays when that fails or is stopped.
    fn write(&self, mut sink: Sink, terminal: &Terminal) -> Result<Done> {
        let outcome = self.fill(&mut sink, terminal).and_then(|counts| {
            let about =
                describe::Description::of(self.subject, self.plan, self.form, self.arguments.columns.as_deref())?;
            let files = sink.finish(&about, self.arguments.url.as_deref())?;
            Ok(Done { files, remarks: about.remarks, ..counts })
        });
        if outcome.is_err() {
            Sink::discard(&self.arguments.to);
        }
        outcome
    }

    fn fill(&self, sink: &mut Sink, terminal: &Terminal) -> Result<Done> {
        let mut done = Done { tiles: 0, empty: 0, bytes: 0, coarsened: 0, files: Vec::new(), remarks: Vec::new() };
        let mut asked = 0;
        for zoom in self.plan.zooms[0]..=self.plan.zooms[1] {
            for tiles in self.plan.tiles(zoom).chunks(AT_ONCE) {
                if self.stop.load(Ordering::Relaxed) {
                    return Err(Error::new(Kind::Conflict, "Stopped; nothing was written."));
                }
                let asked_of = tiles.iter().map(|tile| self.engine.tile(Caller::Operator, self.ask(*tile)));
                // So many never wait longer than the pool lets a question wait.
                let at_once = std::thread::available_parallelism().map_or(1, usize::from) * 2;
                let answers: Vec<Result<Encoded>> = wait(stream::iter(asked_of).buffered(at_once).collect());
                for (tile, answer) in tiles.iter().zip(answers) {
                    let answer = answer?;
                    done.empty += u64::from(answer.bytes.is_empty());
                    done.tiles += u64::from(!answer.bytes.is_empty());
                    done.bytes += answer.bytes.len() as u64;
                    done.coarsened += u64::from(answer.coarsened > 0);
                    sink.add([tile.matrix as u64, tile.column, tile.row], &answer.bytes)?;
                }
                asked += tiles.len() as u64;
                terminal.step("tiles", asked, self.plan.count);
            }
        }
        Ok(done)
    }

    fn ask(&self, tile: TileAddress) -> TileQuestion {
        TileQuestion {
            layers: self.subject.layers(),
            set: Arc::clone(&self.plan.set),
            tile,
            form: self.form,
            sharpness: 1,
            background: self.form.background(),
            columns: self.arguments.columns.clone(),
            gzip: self.arguments.is_archive(),
        }
    }
}

fn tell(to: &Path, done: &Done, json: bool) {
    if json {
        let files: Vec<String> = done.files.iter().map(|path| path.display().to_string()).collect();
        return output::json(&json!({
            "to": to.display().to_string(),
            "tiles": done.tiles,
            "empty": done.empty,
            "bytes": done.bytes,
            "coarsened": done.coarsened,
            "files": files,
            "remarks": done.remarks,
        }));
    }
    let (tiles, bytes) = (output::number(done.tiles), output::bytes(done.bytes));
    output::line(&format!("“{}” holds {tiles} tiles, {bytes}.", to.display()));
    if done.coarsened > 0 {
        let count = output::number(done.coarsened);
        output::line(&format!(
            "{count} of them would have been too great: what is smaller than a pixel is gathered there."
        ));
    }
    done.files.iter().skip(1).for_each(|path| output::line(&format!("  {}", path.display())));
    done.remarks.iter().for_each(|remark| output::paragraph("  ", remark));
}

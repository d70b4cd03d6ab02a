//! Measures the whole program as people meet it: a built `terrane serve` on a data folder, asked over HTTP.
//!
//! What counts is the processor time of the server's process tree for each request (user and system, from `/proc`), which other load
//! on the machine disturbs least; latency is told beside it. It measures and does not judge: races against other servers are in
//! `race.sh`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod measure;
mod processes;
mod questions;
mod report;

use clap::Parser;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What can go wrong here, as a sentence.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// Measures processor time and latency of a built server
#[derive(Parser)]
#[command(name = "terrane-bench")]
struct Arguments {
    /// The data folder to serve [default: the demo, made anew]
    data: Option<PathBuf>,
    /// The built program
    #[arg(long, default_value = "target/release/terrane")]
    program: PathBuf,
    /// A running server instead of a data folder, such as http://127.0.0.1:8080
    #[arg(long, requires = "pid")]
    url: Option<String>,
    /// The process of that server
    #[arg(long)]
    pid: Option<u32>,
    /// Questions: lines of a name, a tab and a path with query; lines of the same name are one job
    #[arg(long, value_name = "FILE")]
    questions: Option<PathBuf>,
    /// Only jobs whose name holds this text
    #[arg(long, default_value = "")]
    only: String,
    /// Seconds for each job
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Questions asked at the same time
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Write the figures here as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// The program.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run(&Arguments::parse_from(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(say) => {
            eprintln!("{say}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let scratch = tempfile::tempdir().map_err(|error| format!("No temporary folder: {error}"))?;
    let server = match &arguments.url {
        Some(url) => processes::Server::running(url, arguments.pid.unwrap_or(0))?,
        None => {
            let data = arguments.data.clone().map_or_else(|| demo(&program(arguments)?, scratch.path()), Ok)?;
            processes::Server::start(&program(arguments)?, &data, scratch.path())?
        }
    };
    let mut jobs = match &arguments.questions {
        Some(file) => questions::from_file(file)?,
        None => questions::from_catalogue(&server)?,
    };
    jobs.retain(|job| job.name.contains(&arguments.only));
    let mut figures = Vec::new();
    for job in &jobs {
        let figure = measure::measure(&server, job, arguments.seconds, arguments.connections)?;
        println!("{}", report::line(&figure));
        figures.push(figure);
    }
    println!("{}", report::memory(&server));
    match &arguments.json {
        Some(file) => {
            std::fs::write(file, report::json(&figures, &server).to_string()).map_err(|error| error.to_string())
        }
        None => Ok(()),
    }
}

/// The program, also when cargo runs us in the folder of this package.
fn program(arguments: &Arguments) -> Result<PathBuf> {
    let above = Path::new("..").join(&arguments.program);
    [arguments.program.clone(), above].into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let name = arguments.program.display();
        format!("There is no program {name}; build it with “cargo build --release -p terrane-server”.")
    })
}

/// Makes the demo's data folder.
fn demo(program: &Path, scratch: &Path) -> Result<PathBuf> {
    let data = scratch.join("demo");
    let made = Command::new(program).args(["demo", "--no-serve", "--data"]).arg(&data).output();
    let made = made.map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
    match made.status.success() {
        true => Ok(data),
        false => Err(format!("The demo cannot be made: {}", String::from_utf8_lossy(&made.stderr))),
    }
}

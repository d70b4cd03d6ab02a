//! `terrane-fuzz`: feeds all targets, each in a process of its own, and keeps what broke one. See the library.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use cap::Cap;
use clap::Parser;
use std::alloc::System;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use terrane_fuzz::targets::{TARGETS, by_name};
use terrane_fuzz::{Fuzzer, Target};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that reading one input may hold.
const INPUT_BYTES_MAX: usize = 512 << 20;
/// Seconds that one input may take.
const INPUT_SECONDS_MAX: u64 = 20;

#[derive(Parser)]
#[command(about = "Feeds what reads strangers' bytes with bytes changed by chance.")]
struct Options {
    /// Only this target.
    #[arg(long)]
    target: Option<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// What chance starts from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first input.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// So many inputs at most.
    #[arg(long, default_value_t = u64::MAX)]
    count: u64,
    /// Where inputs that broke something are kept.
    #[arg(long, default_value = "fuzz/found")]
    found: PathBuf,
    /// Feeds this file instead.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Names the targets.
    #[arg(long)]
    list: bool,
    /// Feeds in this process; the number of the input is kept in this file.
    #[arg(long, hide = true)]
    inner: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    if options.list {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        return ExitCode::SUCCESS;
    }
    let targets: Vec<&'static Target> = match &options.target {
        Some(name) => by_name(name).into_iter().collect(),
        None => TARGETS.iter().collect(),
    };
    match (&options.inner, targets[..].first()) {
        (_, None) => {
            eprintln!("There is no such target; see --list.");
            ExitCode::from(2)
        }
        (Some(note), Some(target)) => inner(target, &options, note),
        (None, _) => match targets.iter().filter(|target| !outer(target, &options)).count() {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        },
    }
}

/// Feeds a target in a process of its own; whether nothing broke.
fn outer(target: &'static Target, options: &Options) -> bool {
    let note = std::env::temp_dir().join(format!("terrane-fuzz-{}-{}", std::process::id(), target.name));
    let Ok(program) = std::env::current_exe() else { return false };
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).args(["--target", target.name]).arg("--inner").arg(&note);
    if options.target.is_some() {
        command = Command::new(command.get_program());
        command.args(std::env::args_os().skip(1)).arg("--inner").arg(&note);
    }
    let ended = command.status();
    let number = std::fs::read(&note).ok().and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    let _ = std::fs::remove_file(&note);
    let well = ended.as_ref().is_ok_and(std::process::ExitStatus::success);
    if !well {
        let kept =
            keep(&options.found, target.name, options.seed, number, &Fuzzer::new(target).input(options.seed, number));
        println!(
            "FOUND {}: seed {}, input {number}, kept in {} ({ended:?})",
            target.name,
            options.seed,
            kept.display()
        );
    }
    well
}

fn keep(folder: &Path, name: &str, seed: u64, number: u64, input: &[u8]) -> PathBuf {
    let path = folder.join(format!("{name}-{seed}-{number}"));
    if let Err(error) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, input)) {
        eprintln!("{}: {error}", path.display());
    }
    path
}

fn inner(target: &'static Target, options: &Options, note: &Path) -> ExitCode {
    let fuzzer = Fuzzer::new(target);
    if let Some(file) = &options.file {
        let input = std::fs::read(file).unwrap_or_default();
        return fuzzer.feed(&input).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let began = Instant::now();
    let watch = watch(began);
    let (mut number, mut slowest) = (options.from, Duration::ZERO);
    while began.elapsed().as_secs() < options.seconds && number - options.from < options.count {
        let input = fuzzer.input(options.seed, number);
        let _ = std::fs::write(note, number.to_le_bytes());
        let _ = ALLOCATOR.set_limit(ALLOCATOR.allocated() + INPUT_BYTES_MAX);
        let started = Instant::now();
        watch.store(began.elapsed().as_secs() + 1, Ordering::Relaxed);
        let fed = fuzzer.feed(&input);
        watch.store(0, Ordering::Relaxed);
        slowest = slowest.max(started.elapsed());
        if fed.is_err() {
            return ExitCode::FAILURE;
        }
        number += 1;
    }
    println!("{}\t{} inputs\t{} ms the slowest", target.name, number - options.from, slowest.as_millis());
    ExitCode::SUCCESS
}

/// Ends the process when an input takes too long; it is to be set to the second in which one began, plus one, and to 0 after it.
fn watch(began: Instant) -> Arc<AtomicU64> {
    let second = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&second);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let started = seen.load(Ordering::Relaxed);
            if started > 0 && began.elapsed().as_secs() > started + INPUT_SECONDS_MAX {
                eprintln!("an input takes more than {INPUT_SECONDS_MAX} s");
                std::process::abort();
            }
        }
    });
    second
}

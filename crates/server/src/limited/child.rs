//! The process that reads a file: it takes its request, gives up what it does not need, reads, and answers.

use super::confine;
use super::wire::{Line, Request};
use crate::stores;
use std::io::Write as _;
use std::sync::Mutex;
use terrane_engine::import::{Prepared, Reading, prepare};
use terrane_model::store::Progress;
use terrane_model::{Error, Result};
use terrane_store_embedded::FolderDraft;

/// Bytes of a request.
const REQUEST_BYTES_MAX: u64 = 16_777_216;

/// Reads a request, does it, and returns the exit code.
pub fn run() -> Result<u8> {
    let answer = Answer(Mutex::new(std::io::stdout()));
    let outcome = request().and_then(|request| read(&request, &answer));
    let line = match &outcome {
        Ok(()) => Line::Done,
        Err(error) => Line::failed(error),
    };
    answer.write(&line).map_err(Error::internal)?;
    Ok(u8::from(outcome.is_err()))
}

fn request() -> Result<Request> {
    let input = std::io::Read::take(std::io::stdin(), REQUEST_BYTES_MAX);
    let text = std::io::read_to_string(input).map_err(Error::internal)?;
    serde_json::from_str(&text).map_err(|error| {
        let say = "This command reads a file for the program itself; add files with “terrane add”.";
        Error::invalid(say).because(error)
    })
}

fn read(request: &Request, answer: &Answer) -> Result<()> {
    // While the process may still read its own files: whether coordinate systems are to be had at all.
    terrane_projection::init(None)?;
    confine::confine(request)?;
    let open = request.open();
    let reading = Reading {
        path: &request.path,
        open: &open,
        repair: request.repair,
        originals: request.originals.as_deref(),
        one_layer: request.one_layer,
    };
    let begin = || FolderDraft::in_room(&request.room).map(Box::new);
    for Prepared { draft, found } in prepare(&stores::openers(), &reading, begin, answer)? {
        let found = terrane_formats::about::found_to_json(&found);
        let line = Line::Prepared { draft: draft.close()?, found };
        answer.write(&line).map_err(Error::internal)?;
    }
    Ok(())
}

struct Answer(Mutex<std::io::Stdout>);

impl Answer {
    fn write(&self, line: &Line) -> std::io::Result<()> {
        let text = serde_json::to_string(line).map_err(std::io::Error::other)?;
        let mut out = self.0.lock().map_err(|_| std::io::Error::other("a writer panicked"))?;
        writeln!(out, "{text}")?;
        out.flush()
    }
}

impl Progress for Answer {
    /// Nobody who listens is a reason to stop.
    fn step(&self, what: &str, done: u64, of: u64) -> bool {
        self.write(&Line::Step { what: what.to_owned(), done, of }).is_ok()
    }
}

//! `terrane amend`, `compact`: rows of a published dataset changed one by one, and written anew.

use crate::commands::{self, AmendOptions, Command, ReadingOptions};
use crate::output::{self, Terminal};
use std::path::PathBuf;
use terrane_model::{Error, Result};

/// What is to be changed.
#[derive(clap::Args)]
pub struct Amend {
    /// The data folder
    folder: PathBuf,
    /// The dataset
    id: String,
    /// Rows to put, in any format that can be added: each takes the place of the row with its identity (its value in the dataset's
    /// own key column unless --key says another), or is added
    file: Option<PathBuf>,
    /// The identity of a row that goes away; may be repeated
    #[arg(long, value_name = "ID")]
    delete: Vec<String>,
    /// Only if amendment N changed this row last (0 when none did), or, with “none”, only if there is no such row
    #[arg(long, value_name = "ID=N", value_parser = expectation)]
    expect: Vec<(String, Option<u64>)>,
    #[command(flatten)]
    reading: ReadingOptions,
}

/// `us7000abcd=3`, or `us7000abcd=none`.
fn expectation(text: &str) -> std::result::Result<(String, Option<u64>), String> {
    let wrong = || "write it like us7000abcd=3, or us7000abcd=none".to_owned();
    let (id, number) = text.rsplit_once('=').ok_or_else(wrong)?;
    match number {
        "none" => Ok((id.to_owned(), None)),
        number => number.parse().map(|number| (id.to_owned(), Some(number))).map_err(|_| wrong()),
    }
}

impl Amend {
    fn options(&self) -> Result<AmendOptions> {
        if self.file.is_none() && self.delete.is_empty() {
            let say = "There is nothing to change; name a file with rows to put, or rows that go with --delete.";
            return Err(Error::invalid(say).at("--delete"));
        }
        Ok(AmendOptions {
            path: self.file.as_deref().map(super::add::found).transpose()?,
            deletes: self.delete.clone(),
            expect: self.expect.clone(),
            reading: self.reading.clone(),
        })
    }
}

/// Changes rows.
pub fn run(amend: &Amend, json: bool) -> Result<u8> {
    let command = Command::Amend { id: amend.id.clone(), options: Box::new(amend.options()?) };
    let terminal = Terminal::new(&format!("changing {}", amend.id));
    let outcome = commands::run(&amend.folder, &command, &terminal);
    terminal.clear();
    let value = outcome?.value;
    if json {
        output::json(&value);
        return Ok(0);
    }
    let number = |key: &str| output::number(value[key].as_u64().unwrap_or(0));
    output::line(&format!("{}: {} rows put, {} taken away.", amend.id, number("put"), number("deleted")));
    value["findings"].as_array().into_iter().flatten().for_each(super::add::print_finding);
    Ok(0)
}

/// Writes an amended dataset anew.
pub fn compact(folder: &std::path::Path, id: &str, json: bool) -> Result<u8> {
    let terminal = Terminal::new(&format!("writing {id} anew"));
    let outcome = commands::run(folder, &Command::Compact { id: id.to_owned() }, &terminal);
    terminal.clear();
    let value = outcome?.value;
    match (json, value["compacted"] == true) {
        (true, _) => output::json(&value),
        (false, true) => output::line(&format!("The changes of {id} are part of its revision now.")),
        (false, false) => output::line(&format!("{id} has no changes that wait.")),
    }
    Ok(0)
}

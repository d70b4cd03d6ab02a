//! `terrane merge`: one table of earthquakes out of several.

use crate::commands::{self, AddOptions, Command, MergeOptions, Words};
use crate::output::{self, Terminal};
use serde_json::Value as Json;
use std::path::PathBuf;
use terrane_hazard::association::AssociationRules;
use terrane_model::Result;

/// Which tables, and by which rules.
#[derive(clap::Args)]
pub struct Merge {
    /// The data folder
    folder: PathBuf,
    /// The tables of earthquakes, the most preferred first
    #[arg(required = true, num_args = 2..)]
    catalogs: Vec<String>,
    /// The name of the merged dataset in addresses
    #[arg(long)]
    id: String,
    #[command(flatten)]
    words: Words,
    /// Publish over a dataset with the same id, as its next edition
    #[arg(long)]
    replace: bool,
    /// Seconds that two solutions of one event may differ by
    #[arg(long, value_name = "S", default_value_t = 16.0)]
    seconds: f64,
    /// Kilometres that two solutions of one event may differ by
    #[arg(long, value_name = "KM", default_value_t = 100.0)]
    kilometres: f64,
    /// How much two magnitudes of one event may differ by, after conversion to Mw
    #[arg(long, value_name = "M", default_value_t = 1.0)]
    magnitude: f64,
    /// Show so many of the pairs, spread over all
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pairs: usize,
    /// Say what would be matched, and publish nothing
    #[arg(long)]
    dry_run: bool,
}

impl Merge {
    /// The merged table stands for those that it is made of, unless something else is said.
    fn stood_for(&self) -> Vec<String> {
        match self.words.stands_for.is_empty() {
            true => self.catalogs.clone(),
            false => self.words.stands_for.clone(),
        }
    }

    fn command(&self) -> Command {
        let rules = AssociationRules {
            time_s: self.seconds,
            distance_km: self.kilometres,
            magnitude: self.magnitude,
            ..AssociationRules::default()
        };
        let add = AddOptions {
            id: Some(self.id.clone()),
            words: Words { stands_for: self.stood_for(), ..self.words.clone() },
            replace: self.replace,
            ..AddOptions::default()
        };
        let options = MergeOptions { rules, add, dry_run: self.dry_run, pairs: self.pairs };
        Command::Merge { catalogs: self.catalogs.clone(), options: Box::new(options) }
    }
}

/// Merges and says what was matched.
pub fn run(arguments: &Merge, json: bool) -> Result<u8> {
    let terminal = Terminal::new("matching");
    let outcome = commands::run(&arguments.folder, &arguments.command(), &terminal);
    terminal.clear();
    let outcome = outcome?;
    match json {
        true => output::json(&outcome.value),
        false => print(&outcome.value, arguments),
    }
    Ok(outcome.code)
}

fn print(value: &Json, arguments: &Merge) {
    let number = |value: &Json| output::number(value.as_u64().unwrap_or(0));
    for (table, read) in value["read"].as_object().into_iter().flatten() {
        let left_out = value["left_out"][table].as_u64().unwrap_or(0);
        let without = if left_out > 0 {
            format!(", {} without a time or a place", output::number(left_out))
        } else {
            String::new()
        };
        output::line(&format!("{table}: {} rows{without}", number(read)));
    }
    output::line(&format!("{} events, {} pairs of solutions", number(&value["events"]), number(&value["pairs"])));
    let rows = value["told_by"].as_array().into_iter().flatten().map(|row| {
        let tables: Vec<&str> = row["tables"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        vec![number(&row["events"]), tables.join(" + ")]
    });
    output::table(&["EVENTS", "TOLD BY"], &rows.collect::<Vec<_>>());
    let shown = value["shown"].as_array().into_iter().flatten().map(|pair| {
        let side = |side: &Json| {
            let magnitude = side["magnitude"].as_f64().map_or_else(String::new, |it| format!(" M {it}"));
            format!("{}/{}{magnitude}", text(&side["catalog"]), text(&side["id"]))
        };
        let told = |key: &str| pair[key].as_f64().map_or_else(|| "—".to_owned(), |it| format!("{it:.1}"));
        vec![
            text(&pair["time"]).to_owned(),
            told("seconds"),
            told("kilometres"),
            told("magnitude"),
            side(&pair["one"]),
            side(&pair["other"]),
        ]
    });
    let shown: Vec<Vec<String>> = shown.collect();
    if !shown.is_empty() {
        output::table(&["TIME", "S", "KM", "M", "ONE", "OTHER"], &shown);
    }
    if value["published"]["datasets"][0]["published"] == true {
        output::line(&format!("“{}” is published.", arguments.id));
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

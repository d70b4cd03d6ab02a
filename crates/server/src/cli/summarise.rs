//! `terrane summarise`: rows in groups, and numbers of each.

use crate::commands::{self, Command};
use crate::output;
use serde_json::Value as Json;
use std::path::PathBuf;
use terrane_model::Result;
use terrane_model::store::Silent;
use terrane_protocols::common::values::figures;

/// Which rows, in which groups, and what is told of them.
#[derive(clap::Args)]
pub struct Summarise {
    /// The data folder
    folder: PathBuf,
    /// The dataset
    id: String,
    /// What rows are put into groups by: a column, COLUMN:WIDTH, COLUMN:decade (hour, day, month, year, century), geometry:DEGREES;
    /// several with commas
    #[arg(long, value_name = "BY")]
    by: Option<String>,
    /// What is told of each group: count, min(COLUMN), max, sum, mean, stddev, median, distinct, mc, complete, b, b_error, a,
    /// weichert_b, per_year, return_years and more; several with commas
    #[arg(long, value_name = "MEASURES")]
    aggregates: Option<String>,
    /// Only rows for which this is true, in CQL2
    #[arg(long, value_name = "CONDITION")]
    filter: Option<String>,
    /// Only rows of a period: 1990/2010, ../1950-06
    #[arg(long, value_name = "PERIOD")]
    datetime: Option<String>,
    /// Only rows in a box: west,south,east,north in degrees
    #[arg(long, value_name = "BOX", allow_hyphen_values = true)]
    bbox: Option<String>,
    /// Columns of the answer to order groups by, each with - for descending
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
    sortby: Option<String>,
    /// Groups at most
    #[arg(long, value_name = "GROUPS")]
    limit: Option<usize>,
    /// Leave fore- and aftershocks out: gardner-knopoff, uhrhammer, gruenthal
    #[arg(long, value_name = "WINDOWS")]
    decluster: Option<String>,
    /// The magnitude from which earthquakes are complete; found by maximum curvature without it
    #[arg(long, value_name = "MAGNITUDE", allow_hyphen_values = true)]
    mc: Option<String>,
    /// Since which year which magnitude is complete, for Weichert's b: 1965:5.2,1985:4.6
    #[arg(long, value_name = "STEPS")]
    completeness: Option<String>,
}

impl Summarise {
    fn command(&self) -> Command {
        let limit = self.limit.map(|limit| limit.to_string());
        let all = [
            ("by", &self.by),
            ("aggregates", &self.aggregates),
            ("filter", &self.filter),
            ("datetime", &self.datetime),
            ("bbox", &self.bbox),
            ("sortby", &self.sortby),
            ("limit", &limit),
            ("decluster", &self.decluster),
            ("mc", &self.mc),
            ("completeness", &self.completeness),
        ];
        let given = all.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
        Command::Summarise { id: self.id.clone(), pairs: given.collect() }
    }
}

/// Summarises.
pub fn run(arguments: &Summarise, json: bool) -> Result<u8> {
    let value = commands::run(&arguments.folder, &arguments.command(), &Silent)?.value;
    match json {
        true => output::json(&value),
        false => print(&value),
    }
    Ok(0)
}

fn print(value: &Json) {
    let columns: Vec<&str> = listed(&value["columns"]).filter_map(|column| column["name"].as_str()).collect();
    let cell = |group: &Json, name: &&str| match &group[*name] {
        Json::Null => "–".to_owned(),
        Json::String(text) => text.clone(),
        Json::Number(number) if number.is_f64() => figures(number.as_f64().unwrap_or(0.0)),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> =
        listed(&value["groups"]).map(|group| columns.iter().map(|name| cell(group, name)).collect()).collect();
    output::table(&columns, &rows);
    let number = |key: &str| output::number(value[key].as_u64().unwrap_or(0));
    let told = [number("numberReturned"), number("numberOfGroups"), number("numberOfRows")];
    output::line(&format!("{} of {} groups of {} rows", told[0], told[1], told[2]));
    if value["leftOut"].is_u64() {
        output::line(&format!(
            "{} fore- and aftershocks, or rows without time, place or magnitude, left out",
            number("leftOut")
        ));
    }
}

fn listed(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

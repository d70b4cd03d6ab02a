//! `terrane subscription`: who is told of changes of events.

use crate::commands::{self, Command, SubscriptionTask};
use crate::output::{self, Terminal};
use clap::Subcommand;
use serde_json::Value as Json;
use std::path::PathBuf;
use terrane_formats::about::Subscription as Record;
use terrane_model::Result;

/// What is to be done with subscriptions.
#[derive(Subcommand)]
pub enum Subscription {
    /// Add a subscriber, or change one; it is told of what changes from now on
    #[command(before_help = "Examples:
  terrane subscription add survey alarm --url https://alarm.example.org/hook --secret-file secret.txt --minmag 5
  terrane subscription add survey coast --url https://coast.example.org/hook --secret-file secret.txt --polygon 'POLYGON((120 5, 127 5, 127 19, 120 19, 120 5))'")]
    Add(Box<Add>),
    /// List all subscribers and how they do
    #[command(before_help = "Example:
  terrane subscription list survey")]
    List {
        /// The data folder
        folder: PathBuf,
    },
    /// Take a subscriber away
    #[command(before_help = "Example:
  terrane subscription remove survey alarm")]
    Remove(One),
    /// Send a subscriber a signed message without events
    #[command(before_help = "Example:
  terrane subscription test survey alarm")]
    Test(One),
}

/// A subscriber of a data folder.
#[derive(clap::Args)]
pub struct One {
    /// The data folder
    folder: PathBuf,
    /// The subscription
    id: String,
}

/// A subscriber to be added.
#[derive(clap::Args)]
pub struct Add {
    #[command(flatten)]
    one: One,
    /// The address that is told
    #[arg(long)]
    url: String,
    /// A file with the secret that messages are signed with
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// The least magnitude
    #[arg(long)]
    minmag: Option<f64>,
    /// Only these kinds of events, by commas
    #[arg(long, value_delimiter = ',')]
    kind: Vec<String>,
    /// Only these datasets, by commas
    #[arg(long, value_delimiter = ',')]
    catalog: Vec<String>,
    /// Only in this area: WKT, longitude before latitude
    #[arg(long, value_name = "WKT", default_value = "", hide_default_value = true)]
    polygon: String,
}

/// Does it.
pub fn run(subscription: &Subscription, json: bool) -> Result<u8> {
    let (folder, task) = match subscription {
        Subscription::Add(add) => {
            let record = Record {
                id: add.one.id.clone(),
                address: add.url.clone(),
                minmag: add.minmag,
                kinds: add.kind.clone(),
                catalogs: add.catalog.clone(),
                polygon: add.polygon.clone(),
            };
            (&add.one.folder, SubscriptionTask::Put(Box::new(record), super::feed::secret(&add.secret_file)?))
        }
        Subscription::List { folder } => (folder, SubscriptionTask::List),
        Subscription::Remove(one) => (&one.folder, SubscriptionTask::Remove(one.id.clone())),
        Subscription::Test(one) => (&one.folder, SubscriptionTask::Test(one.id.clone())),
    };
    let terminal = Terminal::new("subscriptions");
    let outcome = commands::run(folder, &Command::Subscription { task }, &terminal);
    terminal.clear();
    let value = outcome?.value;
    match (json, subscription) {
        (true, _) => output::json(&value),
        (false, Subscription::List { .. }) => list(&value),
        (false, Subscription::Add(add)) => {
            output::line(&format!("“{}” is told of what changes from now on, at {}.", add.one.id, add.url));
        }
        (false, Subscription::Remove(one)) => output::line(&format!("“{}” is told no more.", one.id)),
        (false, Subscription::Test(one)) => output::line(&format!("“{}” has taken a message.", one.id)),
    }
    Ok(0)
}

fn list(value: &Json) {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let row = |it: &Json| {
        let state = &it["state"];
        let failures = state["failures"].as_u64().unwrap_or(0);
        let health = match (state["dead"] == true, failures) {
            (true, _) => "dead".to_owned(),
            (false, 0) => "well".to_owned(),
            (false, failures) => format!("failed {failures} times"),
        };
        vec![
            text(&it["id"]),
            text(&it["address"]),
            state["told"].as_u64().unwrap_or(0).to_string(),
            health,
            text(&state["error"]),
        ]
    };
    let rows: Vec<Vec<String>> = value["subscriptions"].as_array().into_iter().flatten().map(row).collect();
    match rows.is_empty() {
        true => output::line("Nobody is told of changes; “terrane subscription add” adds somebody."),
        false => output::table(&["SUBSCRIPTION", "ADDRESS", "TOLD", "STATE", "LAST ERROR"], &rows),
    }
}

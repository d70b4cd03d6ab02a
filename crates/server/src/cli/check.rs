//! `terrane check`: asks a service what its users would, and says how good it is and what to put right.

use crate::output::{self, Terminal};
use crate::stores;
use std::io::IsTerminal as _;
use std::net::ToSocketAddrs as _;
use terrane_model::{Error, Result};
use terrane_protocols::check::describe::{Criterion, Source};
use terrane_protocols::check::report::{Finding, Verdict};
use terrane_protocols::check::{Report, Target, check};

/// What to check.
#[derive(clap::Args)]
pub struct Check {
    /// The address of a WMS or WFS
    url: String,
    /// The WFS that belongs to the WMS, when it is at another address
    #[arg(long, value_name = "URL")]
    wfs: Option<String>,
    /// The service is on this machine or in this network
    #[arg(long)]
    local: bool,
    /// Servers that may be asked although they are not public, by commas
    #[arg(long, value_name = "SERVERS", default_value = "", hide_default_value = true)]
    allow: String,
    /// End with the code 3 when the service has fewer stars
    #[arg(long, value_name = "STARS", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=5))]
    stars: u8,
    /// Show also what is good
    #[arg(long)]
    all: bool,
}

/// Checks and tells.
pub fn run(task: &Check, json: bool) -> Result<u8> {
    let target = Target::parse(&task.url, task.wfs.as_deref())?;
    let allowed = if task.local { format!("{},{}", task.allow, local(&target.base)?) } else { task.allow.clone() };
    let outgoing = stores::outgoing(&allowed)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Error::internal)?;
    let terminal = Terminal::new(&format!("Asking {}", target.base.trim_end_matches('?')));
    let report = runtime.block_on(check(&outgoing, &target, "https://portal.example.org"));
    terminal.clear();
    if json {
        output::json(&report.json());
    } else {
        tell(&report, task.all);
    }
    Ok(if report.stars < task.stars { output::REFUSED } else { 0 })
}

/// The addresses of a server that was named, with its port: what a person types here may be asked, and nothing else that is local.
fn local(base: &str) -> Result<String> {
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let server = rest.split(['/', '?']).next().unwrap_or("");
    let has_port = server.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|it| it.is_ascii_digit()));
    let usual = if scheme == "http" { 80 } else { 443 };
    let whole = if has_port { server.to_owned() } else { format!("{server}:{usual}") };
    let found = whole.to_socket_addrs().map_err(|error| {
        Error::invalid(format!("“{server}” has no address; look how it is spelled.")).because(error).at("URL")
    })?;
    Ok(found.map(|address| address.to_string()).collect::<Vec<_>>().join(","))
}

fn tell(report: &Report, all: bool) {
    let title = if report.title.is_empty() { &report.url } else { &report.title };
    output::line(title);
    let stars: String = (0..5).map(|place| if place < report.stars { '★' } else { '☆' }).collect();
    output::line(&format!("{stars}  {} of 5 stars{}", report.stars, about(report)));
    if report.is_cut_short {
        output::line("The time for one check ran out; what was not asked is told as not seen.");
    }
    for star in [1, 2, 3, 4, 5, 0] {
        group(report, star, all);
    }
    steps(report);
    output::line("");
    output::line("“ours”: not published by OneGeology. “advice”: costs no star.");
}

fn about(report: &Report) -> String {
    let Some(service) = report.service else { return String::new() };
    let judged = if report.judged == report.layers { String::new() } else { format!(", {} judged", report.judged) };
    let time = report.middle_ms().map_or_else(String::new, |ms| format!(", {ms} ms for an answer"));
    format!(" · {service} with {} layers{judged}{time}", report.layers)
}

const GROUPS: [&str; 6] = [
    "How it is reached",
    "Star 1: it works",
    "Star 2: it says what it is",
    "Star 3: it may be used",
    "Star 4: it can be asked about geology",
    "Star 5: its data speak GeoSciML",
];

fn group(report: &Report, star: u8, all: bool) {
    let of_star = report
        .findings
        .iter()
        .filter(|(criterion, finding)| criterion.star == star && finding.verdict != Verdict::Without);
    let findings: Vec<_> = of_star.collect();
    if findings.is_empty() {
        return;
    }
    let good = findings.iter().filter(|(_, finding)| finding.verdict == Verdict::Good).count();
    output::line("");
    output::line(&format!("{} ({good} of {})", GROUPS[usize::from(star)], findings.len()));
    for (criterion, finding) in findings {
        if all || finding.verdict != Verdict::Good {
            one(criterion, finding);
        }
    }
}

fn one(criterion: &Criterion, finding: &Finding) {
    let sign = match finding.verdict {
        Verdict::Good => coloured("good  ", "32"),
        Verdict::Partly => coloured("partly", "33"),
        Verdict::Bad => coloured("to do ", "31"),
        Verdict::Unknown | Verdict::Without => coloured("unseen", "2"),
    };
    let marks = [(criterion.source == Source::Ours, "ours"), (!criterion.is_needed, "advice")];
    let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    output::raw(format!("  {sign}  ").as_bytes());
    output::line(&format!("{}{marks}", criterion.says));
    output::paragraph("          ", &finding.seen);
    if !finding.remedy.is_empty() {
        output::paragraph("        → ", &finding.remedy);
    }
}

/// A word in a colour on a terminal; the word says it too.
fn coloured(word: &str, code: &str) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain { word.to_owned() } else { format!("\u{1b}[{code}m{word}\u{1b}[0m") }
}

fn steps(report: &Report) {
    let steps = report.next_steps();
    if steps.is_empty() {
        return;
    }
    output::line("");
    output::line(&format!("For star {}:", report.stars + 1));
    for (place, (criterion, finding)) in steps.into_iter().enumerate() {
        let say = if finding.remedy.is_empty() { criterion.says } else { &finding.remedy };
        output::paragraph(&format!("  {}. ", place + 1), say);
    }
}

//! Report → page or JSON.

use super::ask::Target;
use super::describe::{Criterion, Source};
use super::report::{Finding, Report, Verdict};
use crate::common::negotiate::{HTML, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::pages::render::{Page, render};
use crate::pages::words::Words;
use serde_json::{Value, json};
use std::net::IpAddr;
use terrane_model::{Error, Result};

/// The form, or the report on the address that was asked about.
pub async fn check(site: Site, request: Request, client: Option<IpAddr>) -> Result<Reply> {
    request.query.only(&["url", "wfs", "f", "lang"])?;
    let form = request.form(&[HTML, JSON])?;
    let checker = site.checker.clone().filter(|checker| checker.is_open());
    let checker = checker.ok_or_else(|| {
        Error::not_found("This node checks no services for others; “terrane check URL” does it anywhere.")
    })?;
    let typed = request.query.once("url")?.unwrap_or("").trim().to_owned();
    if typed.is_empty() && form == HTML {
        return page(&site, &request, None);
    }
    let target = Target::parse(&typed, request.query.once("wfs")?)?;
    let report = checker.check(client, &target, &site.about.public_url).await?;
    match form == JSON {
        true => Ok(Reply::ok("application/json", format!("{:#}\n", report.json()))),
        false => page(&site, &request, Some(&report)),
    }
}

fn page(site: &Site, request: &Request, report: Option<&Report>) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let asked = |key: &str| request.query.once(key).ok().flatten().unwrap_or("").to_owned();
    let shows = json!({
        "url": asked("url"),
        "wfs": asked("wfs"),
        "report": report.map(|report| shown(&words, report)),
    });
    render(site, request, Page { template: "check.html", title: words.say("check"), above: Vec::new(), shows })
}

fn shown(words: &Words, report: &Report) -> Value {
    let groups: Vec<Value> = (0..=5).map(|place| (place + 1) % 6).map(|star| group(words, report, star)).collect();
    let steps: Vec<Value> =
        report.next_steps().into_iter().map(|(criterion, finding)| one(words, criterion, finding)).collect();
    json!({
        "title": if report.title.is_empty() { &report.url } else { &report.title },
        "service": report.service,
        "stars": report.stars,
        "stars_said": words.fill("check_stars", &[("stars", &report.stars.to_string())]),
        "layers": report.layers,
        "judged": report.judged,
        "middle_ms": report.middle_ms(),
        "questions": report.questions.len(),
        "cut_short": report.is_cut_short,
        "next": report.stars + 1,
        "steps": steps,
        "groups": groups,
        "asked": report.questions.iter().map(|question| json!({
            "what": question.what, "url": question.url, "status": question.status, "bytes": question.bytes, "ms": question.took_ms,
        })).collect::<Vec<_>>(),
    })
}

fn group(words: &Words, report: &Report, star: u8) -> Value {
    let title = words.say(
        ["check_reach", "check_star_1", "check_star_2", "check_star_3", "check_star_4", "check_star_5"]
            [usize::from(star.min(5))],
    );
    let findings: Vec<Value> = report
        .findings
        .iter()
        .filter(|(criterion, finding)| criterion.star == star && finding.verdict != Verdict::Without)
        .map(|(criterion, finding)| one(words, criterion, finding))
        .collect();
    json!({"star": star, "title": title, "has": star > 0 && star <= report.stars, "findings": findings})
}

fn one(words: &Words, criterion: &Criterion, finding: &Finding) -> Value {
    let verdict = finding.verdict.name();
    json!({
        "says": criterion.says,
        "verdict": verdict,
        "verdict_said": words.say(match finding.verdict {
            Verdict::Good => "check_good",
            Verdict::Partly => "check_partly",
            Verdict::Bad => "check_bad",
            Verdict::Unknown | Verdict::Without => "check_unknown",
        }),
        "needed": criterion.is_needed,
        "ours": criterion.source == Source::Ours,
        "seen": finding.seen,
        "remedy": finding.remedy,
        "layers": finding.layers,
    })
}

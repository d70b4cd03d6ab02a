//! The outcome of a check: findings, stars, what to do next. Pure.

use super::describe::{CRITERIA, Criterion, Source};
use super::evidence::{Evidence, Question};
use super::rules;
use serde_json::{Value, json};

/// How a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Met.
    Good,
    /// Met in part.
    Partly,
    /// Not met.
    Bad,
    /// It could not be seen.
    Unknown,
    /// It does not concern this service.
    Without,
}

impl Verdict {
    /// For machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Partly => "partly",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
            Self::Without => "does-not-apply",
        }
    }
}

/// What was found on one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The criterion.
    pub id: &'static str,
    /// How it is met.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do, when there is something to do.
    pub remedy: String,
    /// Layers that are meant; all when there are none.
    pub layers: Vec<String>,
}

impl Finding {
    /// Met, with what was seen.
    pub fn good(id: &'static str, seen: impl Into<String>) -> Self {
        Self::of(id, Verdict::Good, seen, "")
    }

    /// Not met, with what to do.
    pub fn bad(id: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::of(id, Verdict::Bad, seen, remedy)
    }

    /// It could not be seen, and why.
    pub fn unknown(id: &'static str, why: impl Into<String>) -> Self {
        Self::of(id, Verdict::Unknown, why, "")
    }

    /// It does not concern this service.
    pub fn without(id: &'static str, why: impl Into<String>) -> Self {
        Self::of(id, Verdict::Without, why, "")
    }

    /// Any finding.
    pub fn of(id: &'static str, verdict: Verdict, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { id, verdict, seen: seen.into(), remedy: remedy.into(), layers: Vec::new() }
    }

    /// The same about some layers.
    #[must_use]
    pub fn about(self, layers: Vec<String>) -> Self {
        Self { layers, ..self }
    }
}

/// The outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The address that was typed.
    pub url: String,
    /// `WMS` or `WFS`; nothing when it is neither.
    pub service: Option<&'static str>,
    /// The title of the service.
    pub title: String,
    /// Layers or feature types that it has.
    pub layers: usize,
    /// Layers whose words were judged: those of OneGeology, or all when none is.
    pub judged: usize,
    /// Stars, 0 to 5.
    pub stars: u8,
    /// Findings with their criteria, in the order of the table.
    pub findings: Vec<(&'static Criterion, Finding)>,
    /// The questions that were asked.
    pub questions: Vec<Question>,
    /// Whether time or questions ran out.
    pub is_cut_short: bool,
}

impl Report {
    /// Judges what was seen.
    pub fn of(evidence: &Evidence) -> Self {
        let found = rules::judge(evidence);
        let service = evidence.service("WMS").or_else(|| evidence.service("WFS"));
        let one = |criterion: &'static Criterion| {
            let finding = found.iter().find(|finding| finding.id == criterion.id).cloned();
            let not_seen = || match service {
                Some(_) => Finding::unknown(criterion.id, "It was not looked at."),
                None => Finding::without(criterion.id, "There is no service to look at."),
            };
            (criterion, finding.unwrap_or_else(not_seen))
        };
        let findings: Vec<_> = CRITERIA.iter().map(one).collect();
        Self {
            url: evidence.url.clone(),
            service: service.map(|service| service.kind.name()),
            title: service.map(|service| service.title.clone()).unwrap_or_default(),
            layers: service.map_or(0, |service| service.layers.len()),
            judged: service.map_or(0, |service| rules::judged(service).len()),
            stars: service.map_or(0, |_| stars(&findings)),
            findings,
            questions: evidence.questions.clone(),
            is_cut_short: evidence.is_cut_short,
        }
    }

    /// What stands between the service and its next star.
    pub fn next_steps(&self) -> Vec<&(&'static Criterion, Finding)> {
        let next = self.stars + 1;
        self.findings
            .iter()
            .filter(|(criterion, finding)| criterion.star == next && hinders(criterion, finding))
            .collect()
    }

    /// The middle of the times that answers took, milliseconds.
    pub fn middle_ms(&self) -> Option<u64> {
        let mut times: Vec<u64> = self
            .questions
            .iter()
            .filter(|question| question.status.is_some())
            .map(|question| question.took_ms)
            .collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let finding = |(criterion, finding): &(&'static Criterion, Finding)| {
            json!({
                "criterion": criterion.id, "says": criterion.says, "star": criterion.star,
                "source": if criterion.source == Source::OneGeology { "OneGeology" } else { "Terrane" },
                "needed": criterion.is_needed, "verdict": finding.verdict.name(), "seen": finding.seen,
                "remedy": finding.remedy, "layers": finding.layers,
            })
        };
        let question = |question: &Question| json!({"for": question.what, "url": question.url, "status": question.status, "bytes": question.bytes, "milliseconds": question.took_ms});
        json!({
            "url": self.url, "service": self.service, "title": self.title, "stars": self.stars, "layers": self.layers,
            "layersJudged": self.judged, "middleMilliseconds": self.middle_ms(), "cutShort": self.is_cut_short,
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "questions": self.questions.iter().map(question).collect::<Vec<_>>(),
        })
    }
}

/// A star is had when everything that it needs is met, and all stars before it are had.
fn stars(findings: &[(&'static Criterion, Finding)]) -> u8 {
    let has =
        |star: u8| !findings.iter().any(|(criterion, finding)| criterion.star == star && hinders(criterion, finding));
    (1..=5).take_while(|star| has(*star)).last().unwrap_or(0)
}

fn hinders(criterion: &Criterion, finding: &Finding) -> bool {
    criterion.is_needed && !matches!(finding.verdict, Verdict::Good | Verdict::Without)
}

//! What was found in a file, as JSON: for commands that print it, and for the process that reads strangers' files.

use super::dataset::{CoverageAbout, read_coverage, write_coverage};
use super::json::{self, Members, Node, Object};
use super::parts;
use serde_json::{Value, json};
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::time::Interval;
use terrane_model::{Bbox, Crs, Result};

/// A layer that was read, checked and written, and what was found on the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerFound {
    /// The layer's name; the file's stem when it has but one.
    pub name: String,
    /// What was found and done.
    pub report: Report,
    /// Rows that were written, when it has rows.
    pub rows: Option<u64>,
    /// Where it is, in degrees.
    pub extent: Option<Bbox>,
    /// When it is of.
    pub period: Option<Interval>,
    /// How well its areas cover the ground together, when it has areas.
    pub coverage: Option<CoverageAbout>,
    /// A style that suits it, as JSON.
    pub style: String,
}

/// The layer as JSON.
pub fn found_to_json(found: &LayerFound) -> String {
    Object::default()
        .with("name", found.name.as_str())
        .with("report", write_report(&found.report))
        .maybe("rows", found.rows)
        .maybe("extent", found.extent.as_ref().and_then(parts::write_bbox))
        .maybe("period", found.period.as_ref().map(parts::write_period))
        .maybe("coverage", found.coverage.as_ref().map(write_coverage))
        .with("style", found.style.as_str())
        .into_text()
}

/// The layer of a JSON text.
pub fn found_from_json(text: &str) -> Result<LayerFound> {
    let document = json::parse(text)?;
    let mut members = Node::root(&document).members()?;
    let found = LayerFound {
        name: members.required("name")?.text()?.to_owned(),
        report: read_report(&members.required("report")?)?,
        rows: members.read("rows", Node::count)?,
        extent: members.read("extent", parts::read_bbox)?,
        period: members.read("period", parts::read_period)?,
        coverage: members.read("coverage", read_coverage)?,
        style: members.required("style")?.text()?.to_owned(),
    };
    members.finish().map(|()| found)
}

fn write_report(report: &Report) -> Value {
    let pair = |(name, how): &(String, String)| json!([name, how]);
    Object::default()
        .with("file", report.file.as_str())
        .with("layer", report.layer.as_str())
        .with("format", report.format.as_str())
        .maybe("crs", report.crs.as_ref().map(|(crs, how)| json!([crs.name(), how])))
        .maybe("encoding", report.encoding.as_ref().map(pair))
        .with("samples", report.samples.clone())
        .with("rows_read", report.rows_read)
        .with("rows_kept", report.rows_kept)
        .with("findings", report.findings.iter().map(write_finding).collect::<Vec<_>>())
        .into()
}

fn read_report(node: &Node<'_>) -> Result<Report> {
    let mut members = node.members()?;
    let report = Report {
        file: required_text(&mut members, "file")?,
        layer: required_text(&mut members, "layer")?,
        format: required_text(&mut members, "format")?,
        crs: members.read("crs", read_pair)?.map(|(name, how)| (Crs::new(name), how)),
        encoding: members.read("encoding", read_pair)?,
        samples: members.read("samples", parts::read_texts)?.unwrap_or_default(),
        rows_read: members.required("rows_read")?.count()?,
        rows_kept: members.required("rows_kept")?.count()?,
        findings: members.list("findings")?.iter().map(read_finding).collect::<Result<_>>()?,
    };
    members.finish().map(|()| report)
}

fn required_text(members: &mut Members<'_>, name: &'static str) -> Result<String> {
    members.required(name)?.text().map(str::to_owned)
}

fn read_pair(node: &Node<'_>) -> Result<(String, String)> {
    match node.list()?.as_slice() {
        [name, how] => Ok((name.text()?.to_owned(), how.text()?.to_owned())),
        _ => Err(node.wrong("a name, and how it is known")),
    }
}

const SEVERITIES: [(Severity, &str); 3] =
    [(Severity::Note, "note"), (Severity::Warning, "warning"), (Severity::Refusal, "refusal")];

/// A remark as JSON.
pub fn write_finding(finding: &Finding) -> Value {
    let severity = SEVERITIES.iter().find(|(known, _)| *known == finding.severity).map_or("note", |(_, name)| name);
    json!({
        "severity": severity, "row": finding.row, "field": finding.field,
        "what": finding.what, "remedy": finding.remedy, "count": finding.count,
    })
}

fn read_finding(node: &Node<'_>) -> Result<Finding> {
    let mut members = node.members()?;
    let name = members.required("severity")?;
    let severity = SEVERITIES.iter().find(|(_, known)| Some(*known) == name.value.as_str());
    let finding = Finding {
        severity: severity.ok_or_else(|| name.wrong("note, warning or refusal"))?.0,
        row: members.read("row", Node::count)?,
        field: members.text("field")?,
        what: required_text(&mut members, "what")?,
        remedy: required_text(&mut members, "remedy")?,
        count: members.required("count")?.count()?,
    };
    members.finish().map(|()| finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::Instant;

    #[test]
    fn what_was_found_comes_back_as_it_was() {
        let remark = Finding::new(Severity::Warning, "“名” is odd.", "Use --encoding.").at_row(7).in_field("名");
        let mut report = Report { file: "a.csv".to_owned(), layer: "a".to_owned(), ..Report::default() };
        report.crs = Some((Crs::epsg(4326), "as asked".to_owned()));
        report.encoding = Some(("Shift_JIS".to_owned(), "guessed".to_owned()));
        report.samples = vec!["地質".to_owned()];
        (report.rows_read, report.rows_kept) = (3, 2);
        report.add(remark);
        let found = LayerFound {
            name: "a".to_owned(),
            report,
            rows: Some(2),
            extent: Some(Bbox { min: [170.0, -10.0], max: [-170.0, 10.0] }),
            period: Some(Interval { start: Some(Instant(5)), end: None }),
            coverage: Some(CoverageAbout { overlap_share: Some(0.25), gap_share: None, shared_border_share: 0.5 }),
            style: "{}".to_owned(),
        };
        assert_eq!(found_from_json(&found_to_json(&found)).expect("it is read"), found);
        assert_eq!(found_from_json(&found_to_json(&LayerFound::default())).expect("read"), LayerFound::default());
    }
}

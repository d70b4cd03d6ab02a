//! Feature collections of WFS 2.0 (GML 3.2.1) and 1.1.0 (GML 3.1.1).

use super::{Answering, Frame, Part, Totals, comment};
use crate::common::xml::escape;
use crate::ows::wfs::ask::{Plan, Planned};
use crate::ows::wfs::describe::schema_url;
use crate::ows::wfs::types::FeatureType;
use std::fmt::Write as _;
use std::sync::Arc;
use terrane_formats::features::geojson::{DEGREE_DECIMALS, METRE_DECIMALS};
use terrane_formats::features::gml::{CoordinateForm, CrsName, FeatureWriter, Version as Gml};
use terrane_model::{Batch, Crs, Error, Result, Schema};

/// A collection being written.
pub struct Collection {
    gml: Gml,
    frame: Frame,
    totals: Totals,
    types: Vec<FeatureType>,
    /// Whether the only query's features stand in the collection itself.
    single: bool,
    /// Whether only the number of features is asked for.
    hits: bool,
    writer: Option<FeatureWriter>,
}

impl Collection {
    /// The collection that answers a plan.
    pub fn new(plan: &Plan, gml: Gml, frame: Frame, totals: Totals) -> Self {
        let types = plan.queries.iter().map(|query| query.feature_type.clone()).collect();
        Self { gml, frame, totals, types, single: plan.single, hits: plan.hits, writer: None }
    }

    /// The numbers that a collection begins with.
    fn numbers(&self, totals: &Totals) -> String {
        let Totals { matched, returned } = totals;
        let time = &self.frame.time;
        match self.gml {
            Gml::V321 => {
                format!("timeStamp=\"{time}\" numberMatched=\"{matched}\" numberReturned=\"{returned}\"")
            }
            // WFS 1.1.0 has one number for both.
            Gml::V311 => {
                let number = if self.hits { matched } else { returned };
                format!("timeStamp=\"{time}\" numberOfFeatures=\"{number}\"")
            }
        }
    }

    /// What stands around each feature.
    fn member(&self) -> [&'static str; 2] {
        match self.gml {
            Gml::V321 => ["<wfs:member>", "</wfs:member>\n"],
            Gml::V311 => ["<gml:featureMember>", "</gml:featureMember>\n"],
        }
    }

    /// Whether the features of each query stand in a collection of their own.
    fn nests(&self) -> bool {
        self.gml == Gml::V321 && !self.single
    }

    /// The collection for a request that only asks how many there are.
    pub fn hits(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.head(&mut out);
        out.extend_from_slice(b"</wfs:FeatureCollection>\n");
        out
    }

    fn head(&self, out: &mut Vec<u8>) {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let mut abouts: Vec<_> = self.types.iter().map(|known| known.entry.about()).collect();
        abouts.dedup_by_key(|about| &about.id);
        text.push_str(&comment(abouts.into_iter()));
        let _ = write!(text, "<wfs:FeatureCollection {}", self.numbers(&self.totals));
        if self.gml == Gml::V321 {
            for (name, address) in [("next", &self.frame.next), ("previous", &self.frame.previous)] {
                if let Some(address) = address {
                    let _ = write!(text, " {name}=\"{}\"", escape(address));
                }
            }
        }
        let types: Vec<&FeatureType> = self.types.iter().collect();
        let _ = writeln!(text, " {}>", namespaces(&self.frame, self.gml, &types));
        out.extend_from_slice(text.as_bytes());
    }
}

impl Answering for Collection {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.head(out);
        Ok(())
    }

    fn open(&mut self, part: &Part, _: &Arc<Schema>, out: &mut Vec<u8>) -> Result<()> {
        if self.nests() {
            let head = format!("<wfs:member><wfs:FeatureCollection {}>\n", self.numbers(&part.totals));
            out.extend_from_slice(head.as_bytes());
        }
        self.writer = Some(writer(&part.planned, self.gml)?);
        Ok(())
    }

    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
        let around = self.member();
        if let Some(writer) = &mut self.writer {
            writer.rows(batch, around, out);
        }
        Ok(())
    }

    fn close(&mut self, out: &mut Vec<u8>) -> Result<()> {
        if self.nests() {
            out.extend_from_slice(b"</wfs:FeatureCollection></wfs:member>\n");
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"</wfs:FeatureCollection>\n");
        Ok(())
    }
}

/// How the features of a query are written.
pub(super) fn writer(planned: &Planned, gml: Gml) -> Result<FeatureWriter> {
    let form = form(planned, planned.feature_type.gml.unwrap_or(gml))?;
    Ok(FeatureWriter::new(planned.feature_type.plan(planned.chosen.as_deref()), form))
}

pub(super) fn form(planned: &Planned, gml: Gml) -> Result<CoordinateForm> {
    let crs = planned.crs.clone().map_or_else(|| CrsName::urn(&Crs::crs84()), Ok)?;
    let geographic = terrane_projection::info(&crs.crs)?.geographic;
    Ok(CoordinateForm { version: gml, crs, decimals: if geographic { DEGREE_DECIMALS } else { METRE_DECIMALS } })
}

/// Namespaces and schema locations of a document of these types.
pub(super) fn namespaces(frame: &Frame, gml: Gml, types: &[&FeatureType]) -> String {
    let (wfs, wfs_schema) = match gml {
        Gml::V321 => ("http://www.opengis.net/wfs/2.0", "http://schemas.opengis.net/wfs/2.0/wfs.xsd"),
        Gml::V311 => ("http://www.opengis.net/wfs", "http://schemas.opengis.net/wfs/1.1.0/wfs.xsd"),
    };
    let mut text = format!(
        "xmlns:wfs=\"{wfs}\" xmlns:gml=\"{}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
        gml.namespace()
    );
    if types.iter().any(|known| known.is_built()) {
        // Categories and quantities within what is made of several columns.
        text.push_str(" xmlns:swe=\"http://www.opengis.net/swe/2.0\"");
    }
    let mut locations =
        vec![wfs.to_owned(), wfs_schema.to_owned(), gml.namespace().to_owned(), gml.schema().to_owned()];
    let mut seen: Vec<&str> = Vec::new();
    for known in types {
        let namespace = &known.namespace;
        if seen.contains(&namespace.uri.as_str()) {
            continue;
        }
        seen.push(&namespace.uri);
        let _ = write!(text, " xmlns:{}=\"{}\"", namespace.prefix, escape(&namespace.uri));
        let of_one: Vec<&FeatureType> = types.iter().copied().filter(|other| other.namespace == *namespace).collect();
        let mut unlike = of_one.clone();
        unlike.dedup_by_key(|known| &known.name);
        locations.push(namespace.uri.clone());
        locations.push(known.schema_location.map_or_else(|| schema_url(&frame.site, &unlike, gml), str::to_owned));
    }
    let _ = write!(text, " xsi:schemaLocation=\"{}\"", escape(&locations.join(" ")));
    text
}

/// One feature as a document of its own.
pub fn by_id(planned: &Planned, gml: Gml, frame: &Frame, batch: &Batch) -> Result<Vec<u8>> {
    let mut feature = Vec::new();
    writer(planned, gml)?.rows(batch, ["", ""], &mut feature);
    let element = format!("<{}", planned.feature_type.qualified());
    let plan = planned.feature_type.plan(None);
    let begin = format!("{element}{}", plan.attributes);
    let rest = feature.strip_prefix(begin.as_bytes()).ok_or_else(|| Error::internal("a feature has another name"))?;
    let gml = planned.feature_type.gml.unwrap_or(gml);
    let mut out = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec();
    out.extend_from_slice(comment([planned.feature_type.entry.about()].into_iter()).as_bytes());
    out.extend_from_slice(element.as_bytes());
    out.push(b' ');
    out.extend_from_slice(namespaces(frame, gml, &[&planned.feature_type]).as_bytes());
    out.extend_from_slice(rest);
    out.push(b'\n');
    Ok(out)
}

//! Values of one property: the collection that GetPropertyValue answers with.

use super::gml::{namespaces, writer};
use super::{Answering, Frame, Part, Totals, comment};
use crate::common::xml::escape;
use crate::ows::wfs::ask::Plan;
use crate::ows::wfs::types::FeatureType;
use std::fmt::Write as _;
use std::sync::Arc;
use terrane_formats::features::gml::{FeatureWriter, Version as Gml};
use terrane_formats::xml::write_escaped;
use terrane_model::{Batch, Result, Schema};

/// Which values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those of the property; it is the only one that is chosen.
    Property,
    /// The ids of features.
    Identity,
}

/// A collection of values being written.
pub struct Values {
    gml: Gml,
    frame: Frame,
    totals: Totals,
    types: Vec<FeatureType>,
    wanted: Wanted,
    writer: Option<FeatureWriter>,
}

impl Values {
    /// The collection that answers a plan whose queries choose one property.
    pub fn new(plan: &Plan, gml: Gml, frame: Frame, totals: Totals, of_identity: bool) -> Self {
        let types = plan.queries.iter().map(|query| query.feature_type.clone()).collect();
        let wanted = if of_identity { Wanted::Identity } else { Wanted::Property };
        Self { gml, frame, totals, types, wanted, writer: None }
    }

    /// The collection for a request that only asks how many there are.
    pub fn hits(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.head(&mut out);
        out.extend_from_slice(b"</wfs:ValueCollection>\n");
        out
    }

    fn head(&self, out: &mut Vec<u8>) {
        let types: Vec<&FeatureType> = self.types.iter().collect();
        let Totals { matched, returned } = self.totals;
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        text.push_str(&comment(types.iter().map(|known| known.entry.about())));
        let _ = write!(
            text,
            "<wfs:ValueCollection timeStamp=\"{}\" numberMatched=\"{matched}\" numberReturned=\"{returned}\"",
            self.frame.time
        );
        for (name, address) in [("next", &self.frame.next), ("previous", &self.frame.previous)] {
            if let Some(address) = address {
                let _ = write!(text, " {name}=\"{}\"", escape(address));
            }
        }
        let _ = writeln!(text, " {}>", namespaces(&self.frame, self.gml, &types));
        out.extend_from_slice(text.as_bytes());
    }
}

const MEMBER: [&str; 2] = ["<wfs:member>", "</wfs:member>\n"];

impl Answering for Values {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        self.head(out);
        Ok(())
    }

    fn open(&mut self, part: &Part, _: &Arc<Schema>, _: &mut Vec<u8>) -> Result<()> {
        self.writer = Some(writer(&part.planned, self.gml)?);
        Ok(())
    }

    fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        if self.wanted == Wanted::Property {
            writer.values(batch, 0, MEMBER, out);
            return Ok(());
        }
        for feature in batch.features() {
            out.extend_from_slice(MEMBER[0].as_bytes());
            write_escaped(&writer.id(&feature), out);
            out.extend_from_slice(MEMBER[1].as_bytes());
        }
        Ok(())
    }

    fn close(&mut self, _: &mut Vec<u8>) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(b"</wfs:ValueCollection>\n");
        Ok(())
    }
}

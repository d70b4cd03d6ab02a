//! GeoSciML 4.1 Basic (OGC 16-008), built from the columns of a view.
//!
//! The feature itself is written as any other in [`super::gml`]; here are the properties that are more than one value. Documents declare
//! the prefixes `gsmlb`, `swe` and `xlink`.

use super::gml::{Builder, CoordinateForm, write_geometry};
use crate::xml::write_escaped;
use serde_json::Value as Json;
use terrane_model::Feature;
use terrane_model::batch::Value;

/// The XML namespace.
pub const NAMESPACE: &str = "http://www.opengis.net/gsml/4.1/GeoSciML-Basic";
/// Where its schema is published.
pub const SCHEMA: &str = "http://schemas.opengis.net/gsml/4.1/geoSciMLBasic.xsd";
/// Where the vocabularies that terms are of begin.
const CGI: &str = "http://resource.geosciml.org/classifier/cgi/";

const fn builder(
    name: &'static str,
    columns: &'static [&'static str],
    geometry: bool,
    write: fn(&Feature<'_>, &str, &CoordinateForm, &mut Vec<u8>),
) -> Builder {
    Builder { name, columns, geometry, write }
}

/// What a mapped feature of a geologic unit specifies: the unit with its history and composition.
pub const GEOLOGIC_UNIT: Builder = builder("specification", &UNIT_COLUMNS, false, |row, id, _, out| {
    let mut xml = Xml { out, id };
    xml.put("<gsmlb:specification>");
    xml.open("gsmlb:GeologicUnit", "unit");
    xml.described(row);
    xml.put(PURPOSE);
    xml.history(row);
    xml.reference("gsmlb:geologicUnitType", &text(row, "geologicUnitType_uri"), &text(row, "geologicUnitType"));
    xml.term("gsmlb:rank", "stratigraphicrank", &text(row, "rank"));
    xml.composition(row);
    xml.close("gsmlb:GeologicUnit");
    xml.put("</gsmlb:specification>");
});

/// Description, identifier and name of a feature.
pub const IDENTITY: Builder =
    builder("identifier", &["identifier", "name", "description"], false, |row, id, _, out| {
        Xml { out, id }.described(row);
    });

/// Where a feature occurs on the map.
pub const OCCURRENCE: Builder = builder("occurrence", &[], true, |row, id, form, out| {
    let Some(geometry) = row.geometry().filter(|geometry| !geometry.is_empty()) else { return };
    let mut xml = Xml { out, id };
    xml.put("<gsmlb:occurrence>");
    xml.open("gsmlb:MappedFeature", "occurrence");
    xml.put("<gsmlb:shape>");
    write_geometry(&geometry, form, &format!("{id}.g"), xml.out);
    xml.put("</gsmlb:shape></gsmlb:MappedFeature></gsmlb:occurrence>");
});

/// The purpose of a feature, and its history.
pub const HISTORY: Builder = builder("geologicHistory", &["events"], false, |row, id, _, out| {
    let mut xml = Xml { out, id };
    xml.put(PURPOSE);
    xml.history(row);
});

/// The kind of a fault.
pub const FAULT_TYPE: Builder = builder("faultType", &["faultType", "faultType_uri"], false, |row, id, _, out| {
    Xml { out, id }.reference("gsmlb:faultType", &text(row, "faultType_uri"), &text(row, "faultType"));
});

/// The kind of a contact.
pub const CONTACT_TYPE: Builder =
    builder("contactType", &["contactType", "contactType_uri"], false, |row, id, _, out| {
        Xml { out, id }.reference("gsmlb:contactType", &text(row, "contactType_uri"), &text(row, "contactType"));
    });

/// How a feature was observed, as a category of SWE Common; nothing when that is not known.
pub const OBSERVATION_METHOD: Builder =
    builder("observationMethod", &["observationMethod"], false, |row, id, _, out| {
        let label = text(row, "observationMethod");
        if label.is_empty() {
            return;
        }
        let mut xml = Xml { out, id };
        xml.put("<gsmlb:observationMethod><swe:Category><swe:identifier>");
        xml.text(&format!("{CGI}mappedfeatureobservationmethod/{}", term_id(&label)));
        xml.put("</swe:identifier><swe:label>");
        xml.text(&label);
        xml.put("</swe:label></swe:Category></gsmlb:observationMethod>");
    });

const UNIT_COLUMNS: [&str; 8] =
    ["identifier", "name", "description", "geologicUnitType", "geologicUnitType_uri", "rank", "composition", "events"];
/// Features on a map are instances, not norms.
const PURPOSE: &str = "<gsmlb:purpose>instance</gsmlb:purpose>";

/// Appends GeoSciML being written.
struct Xml<'a> {
    out: &'a mut Vec<u8>,
    /// What the `gml:id`s of parts begin with.
    id: &'a str,
}

impl Xml<'_> {
    fn put(&mut self, xml: &str) {
        self.out.extend_from_slice(xml.as_bytes());
    }

    fn text(&mut self, text: &str) {
        write_escaped(text, self.out);
    }

    fn open(&mut self, element: &str, part: &str) {
        self.put(&format!("<{element} gml:id=\""));
        self.text(&format!("{}.{part}", self.id));
        self.put("\">");
    }

    fn close(&mut self, element: &str) {
        self.put(&format!("</{element}>"));
    }

    /// What every GML object may say of itself, in the order of its schema.
    fn described(&mut self, row: &Feature<'_>) {
        self.element("gml:description", "", &text(row, "description"));
        self.element("gml:identifier", " codeSpace=\"http://www.ietf.org/rfc/rfc2616\"", &text(row, "identifier"));
        self.element("gml:name", "", &text(row, "name"));
    }

    fn element(&mut self, element: &str, attributes: &str, content: &str) {
        if content.is_empty() {
            return;
        }
        self.put(&format!("<{element}{attributes}>"));
        self.text(content);
        self.close(element);
    }

    /// A reference to a term; nothing when there is none.
    fn reference(&mut self, element: &str, href: &str, title: &str) {
        if href.is_empty() {
            return;
        }
        self.put(&format!("<{element} xlink:href=\""));
        self.text(href);
        if !title.is_empty() {
            self.put("\" xlink:title=\"");
            self.text(title);
        }
        self.put("\"/>");
    }

    /// A reference to a term of which only the English label is known.
    fn term(&mut self, element: &str, vocabulary: &str, label: &str) {
        if !label.is_empty() {
            self.reference(element, &format!("{CGI}{vocabulary}/{}", term_id(label)), label);
        }
    }

    fn history(&mut self, row: &Feature<'_>) {
        for (number, event) in list(row, "events").iter().enumerate() {
            self.put("<gsmlb:geologicHistory>");
            self.open("gsmlb:GeologicEvent", &format!("event.{}", number + 1));
            let reference = |xml: &mut Self, element: &str, name: &str| {
                xml.reference(element, said(event, name), said(event, &format!("{name}Label")));
            };
            reference(self, "gsmlb:eventProcess", "process");
            self.numeric_age(event);
            reference(self, "gsmlb:olderNamedAge", "older");
            reference(self, "gsmlb:youngerNamedAge", "younger");
            self.close("gsmlb:GeologicEvent");
            self.put("</gsmlb:geologicHistory>");
        }
    }

    fn numeric_age(&mut self, event: &Json) {
        let (Some(older), Some(younger)) = (event["older_ma"].as_f64(), event["younger_ma"].as_f64()) else { return };
        self.put("<gsmlb:numericAge><gsmlb:NumericAgeRange>");
        for (element, age) in [("gsmlb:olderBoundDate", older), ("gsmlb:youngerBoundDate", younger)] {
            self.put(&format!(
                "<{element}><swe:Quantity><swe:uom code=\"Ma\"/><swe:value>{age}</swe:value></swe:Quantity></{element}>"
            ));
        }
        self.put("</gsmlb:NumericAgeRange></gsmlb:numericAge>");
    }

    fn composition(&mut self, row: &Feature<'_>) {
        for (number, part) in list(row, "composition").iter().enumerate() {
            self.put("<gsmlb:composition><gsmlb:CompositionPart>");
            let role = Some(said(part, "role")).filter(|role| !role.is_empty());
            let unspecified = format!("{CGI}geologicunitpartrole/unspecified_part_role");
            self.reference("gsmlb:role", role.unwrap_or(&unspecified), "");
            self.put("<gsmlb:material>");
            self.open("gsmlb:RockMaterial", &format!("rock.{}", number + 1));
            self.put("<gsmlb:purpose>instance</gsmlb:purpose>");
            self.reference("gsmlb:lithology", said(part, "lithology"), said(part, "label"));
            self.close("gsmlb:RockMaterial");
            self.put("</gsmlb:material></gsmlb:CompositionPart></gsmlb:composition>");
        }
    }
}

fn text(row: &Feature<'_>, column: &str) -> String {
    match row.get(column) {
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// A list that a column holds as JSON.
fn list(row: &Feature<'_>, column: &str) -> Vec<Json> {
    match row.get(column) {
        Value::Text(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn said<'v>(value: &'v Json, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The identifier of a term as CGI makes it of the English label.
fn term_id(label: &str) -> String {
    label.to_lowercase().replace([' ', '-'], "_")
}

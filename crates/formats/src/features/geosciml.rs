//! GeoSciML 4.1 Basic (OGC 16-008): what a mapped feature specifies, built from the columns of a view.
//!
//! The geometry and the feature itself are written as any other in [`super::gml`]; here is what stands inside a property.

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

/// The columns that a geologic unit is built from.
pub const UNIT_COLUMNS: [&str; 9] = [
    "identifier",
    "name",
    "description",
    "geologicUnitType",
    "geologicUnitType_uri",
    "rank",
    "composition",
    "events",
    "observationMethod",
];
/// The columns that a fault is built from.
pub const FAULT_COLUMNS: [&str; 7] =
    ["identifier", "name", "description", "faultType", "faultType_uri", "events", "observationMethod"];
/// The columns that a contact is built from.
pub const CONTACT_COLUMNS: [&str; 6] =
    ["identifier", "name", "description", "contactType", "contactType_uri", "observationMethod"];

/// Appends `gsmlb:GeologicUnit` with its history and composition.
pub fn geologic_unit(row: &Feature<'_>, id: &str, out: &mut Vec<u8>) {
    let mut xml = Xml { out, id };
    xml.open("gsmlb:GeologicUnit", "unit");
    xml.described(row);
    xml.purpose();
    xml.history(row);
    xml.reference("gsmlb:geologicUnitType", &text(row, "geologicUnitType_uri"), &text(row, "geologicUnitType"));
    xml.term("gsmlb:rank", "stratigraphicrank", &text(row, "rank"));
    xml.composition(row);
    xml.close("gsmlb:GeologicUnit");
}

/// Appends `gsmlb:ShearDisplacementStructure` with its history.
pub fn shear_displacement_structure(row: &Feature<'_>, id: &str, out: &mut Vec<u8>) {
    let mut xml = Xml { out, id };
    xml.open("gsmlb:ShearDisplacementStructure", "structure");
    xml.described(row);
    xml.purpose();
    xml.history(row);
    xml.reference("gsmlb:faultType", &text(row, "faultType_uri"), &text(row, "faultType"));
    xml.close("gsmlb:ShearDisplacementStructure");
}

/// Appends `gsmlb:Contact`.
pub fn contact(row: &Feature<'_>, id: &str, out: &mut Vec<u8>) {
    let mut xml = Xml { out, id };
    xml.open("gsmlb:Contact", "contact");
    xml.described(row);
    xml.purpose();
    xml.reference("gsmlb:contactType", &text(row, "contactType_uri"), &text(row, "contactType"));
    xml.close("gsmlb:Contact");
}

/// Appends how a feature was observed, as a category of SWE Common; nothing when that is not known.
pub fn observation_method(row: &Feature<'_>, id: &str, out: &mut Vec<u8>) {
    let label = text(row, "observationMethod");
    if label.is_empty() {
        return;
    }
    let mut xml = Xml { out, id };
    xml.put("<swe:Category><swe:identifier>");
    xml.text(&format!("{CGI}mappedfeatureobservationmethod/{}", term_id(&label)));
    xml.put("</swe:identifier><swe:label>");
    xml.text(&label);
    xml.put("</swe:label></swe:Category>");
}

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

    fn purpose(&mut self) {
        self.put("<gsmlb:purpose>instance</gsmlb:purpose>");
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
            self.put(&format!("<{element}><swe:Quantity><swe:uom code=\"Ma\"/><swe:value>{age}</swe:value></swe:Quantity></{element}>"));
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

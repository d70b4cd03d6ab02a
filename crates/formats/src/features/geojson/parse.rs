//! Features out of a run of tokens, one at a time, whatever order their members come in.

use super::lexer::{Lexer, Token};
use super::shape::{Members, Shape};
use std::io::Read;
use std::ops::Range;
use terrane_model::{Error, Result};

/// A feature as it stands in the file; reused from feature to feature.
#[derive(Debug, Default)]
pub struct RawFeature {
    /// Names and values of properties and the texts of both.
    texts: String,
    /// Names with their values, in the order of the file.
    pub properties: Vec<(Range<usize>, RawValue)>,
    /// The `id` member.
    pub id: Option<RawValue>,
    /// The geometry, when there is one.
    pub shape: Shape,
    /// Whether there is a geometry that is not null.
    pub placed: bool,
}

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue {
    Null,
    Bool(bool),
    Number(Range<usize>),
    Text(Range<usize>),
    /// Compact JSON.
    Nested(Range<usize>),
}

impl RawFeature {
    /// The text of a name or value.
    pub fn text(&self, range: &Range<usize>) -> &str {
        &self.texts[range.clone()]
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.properties.clear();
        self.id = None;
        self.shape.clear();
        self.placed = false;
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let from = self.texts.len();
        self.texts.push_str(text);
        from..self.texts.len()
    }

    fn value<R: Read>(&mut self, lexer: &mut Lexer<R>) -> Result<RawValue> {
        Ok(match lexer.next()? {
            Token::True => RawValue::Bool(true),
            Token::False => RawValue::Bool(false),
            Token::Number => RawValue::Number(self.keep(lexer.text())),
            Token::Text => RawValue::Text(self.keep(lexer.text())),
            token @ (Token::BeginObject | Token::BeginArray) => {
                let from = self.texts.len();
                let mut json = std::mem::take(&mut self.texts);
                let outcome = lexer.rest_of_nested(token, &mut json);
                self.texts = json;
                outcome?;
                RawValue::Nested(from..self.texts.len())
            }
            _ => RawValue::Null,
        })
    }

    fn read_properties<R: Read>(&mut self, lexer: &mut Lexer<R>) -> Result<()> {
        while lexer.next()? == Token::Key {
            let name = self.keep(lexer.text());
            let value = self.value(lexer)?;
            self.properties.push((name, value));
        }
        Ok(())
    }

    /// Reads one member of a feature object; `false` when the name means nothing in a feature.
    fn member<R: Read>(&mut self, name: &str, lexer: &mut Lexer<R>) -> Result<bool> {
        match name {
            "id" => self.id = Some(self.value(lexer)?),
            "geometry" => match lexer.next()? {
                Token::BeginObject => {
                    self.placed = true;
                    self.shape.read(lexer, 0)?;
                }
                other => lexer.rest_of_value(other, None)?,
            },
            "properties" => match lexer.next()? {
                Token::BeginObject => self.read_properties(lexer)?,
                other => lexer.rest_of_value(other, None)?,
            },
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Where reading stands.
enum Place {
    Between,
    InFeatures,
    AfterFeatures,
}

/// Reads features from collections, single features, bare geometries, and any run of those.
pub struct Features<R> {
    lexer: Lexer<R>,
    place: Place,
    /// Members of the document that may be a bare geometry.
    document: Members,
    /// Members that only Esri's JSON has.
    esri: bool,
    /// The `crs` member of GeoJSON before RFC 7946, as JSON.
    pub crs: Option<String>,
    /// Members of documents that GeoJSON does not define, each name once, a few at most.
    pub foreign: Vec<String>,
    /// Features read.
    pub count: u64,
}

const FOREIGN_MAX: usize = 50;

impl<R: Read> Features<R> {
    /// Begins at the beginning.
    pub fn new(input: R) -> Self {
        Self {
            lexer: Lexer::new(input),
            place: Place::Between,
            document: Members::default(),
            esri: false,
            crs: None,
            foreign: Vec::new(),
            count: 0,
        }
    }

    /// Reads the next feature; `false` when there is none.
    pub fn next(&mut self, feature: &mut RawFeature) -> Result<bool> {
        let row = self.count + 1;
        let found = self.advance(feature).map_err(|error| match error.place() {
            None if matches!(self.place, Place::InFeatures) => error.at(format!("row {row}")),
            _ => error,
        })?;
        self.count += u64::from(found);
        Ok(found)
    }

    fn advance(&mut self, feature: &mut RawFeature) -> Result<bool> {
        feature.clear();
        loop {
            match self.place {
                Place::Between => match self.lexer.next()? {
                    Token::End if self.count == 0 && self.document.kind().is_none() => {
                        return Err(Error::invalid("The file holds no GeoJSON object."));
                    }
                    Token::End => return Ok(false),
                    Token::BeginObject => {
                        self.document = Members::default();
                        if self.document(feature)? {
                            return Ok(true);
                        }
                    }
                    _ => {
                        return Err(Error::invalid(
                            "GeoJSON is an object, such as a FeatureCollection; this file is something else.",
                        ));
                    }
                },
                Place::AfterFeatures => {
                    if self.document(feature)? {
                        return Ok(true);
                    }
                }
                Place::InFeatures => match self.lexer.next()? {
                    Token::BeginObject => {
                        self.feature(feature)?;
                        return Ok(true);
                    }
                    Token::EndArray => self.place = Place::AfterFeatures,
                    other => {
                        self.lexer.rest_of_value(other, None)?;
                        return Err(Error::invalid("The list “features” holds something that is not a feature."));
                    }
                },
            }
        }
    }

    /// Reads a feature of a collection after its opening brace.
    fn feature(&mut self, feature: &mut RawFeature) -> Result<()> {
        while self.lexer.next()? == Token::Key {
            let name = self.lexer.text().to_owned();
            if !feature.member(&name, &mut self.lexer)? {
                self.other(&name)?;
            }
        }
        if self.esri { Err(esri()) } else { Ok(()) }
    }

    fn other(&mut self, name: &str) -> Result<()> {
        self.esri |= matches!(name, "attributes" | "spatialReference" | "geometryType");
        if !matches!(name, "type" | "bbox")
            && self.foreign.len() < FOREIGN_MAX
            && !self.foreign.iter().any(|known| known == name)
        {
            self.foreign.push(name.to_owned());
        }
        let token = self.lexer.next()?;
        self.lexer.rest_of_value(token, None)
    }

    /// Reads members of a document until its features begin or it ends; `true` when the document itself is a feature.
    fn document(&mut self, feature: &mut RawFeature) -> Result<bool> {
        let mut is_feature = false;
        loop {
            if self.lexer.next()? != Token::Key {
                break;
            }
            let name = self.lexer.text().to_owned();
            match name.as_str() {
                "features" if self.begins_list()? => {
                    self.place = Place::InFeatures;
                    return Ok(false);
                }
                "features" => {}
                "crs" => self.read_crs()?,
                "type" | "coordinates" | "geometries" => {
                    feature.shape.member(&name, &mut self.lexer, &mut self.document, 0)?;
                }
                name => {
                    if feature.member(name, &mut self.lexer)? {
                        is_feature = true;
                    } else {
                        self.other(name)?;
                    }
                }
            }
        }
        let after_features = matches!(self.place, Place::AfterFeatures);
        self.place = Place::Between;
        match self.document.kind() {
            _ if self.esri => Err(esri()),
            Some("Topology") => Err(Error::unsupported(
                "This is TopoJSON, which is not supported; convert it to GeoJSON first (topo2geo, or QGIS: Export → Save Features As…).",
            )),
            Some("FeatureCollection") => Ok(false),
            _ if after_features => Ok(false),
            Some("Feature") => Ok(true),
            None if !is_feature => {
                Err(Error::invalid("The file is JSON but not GeoJSON: no member “type” says what it is."))
            }
            None => Err(Error::invalid("A feature has no member “type”.")),
            Some(_) => {
                feature.placed = true;
                feature.shape.finish(&self.document);
                Ok(true)
            }
        }
    }

    fn begins_list(&mut self) -> Result<bool> {
        match self.lexer.next()? {
            Token::BeginArray => Ok(true),
            other => self.lexer.rest_of_value(other, None).map(|()| false),
        }
    }

    fn read_crs(&mut self) -> Result<()> {
        let token = self.lexer.next()?;
        let mut json = String::new();
        self.lexer.rest_of_value(token, Some(&mut json))?;
        self.crs = Some(json);
        Ok(())
    }
}

fn esri() -> Error {
    Error::unsupported(
        "This is Esri's JSON, not GeoJSON; ask the service for f=geojson, or convert it (ogr2ogr -f GeoJSON out.geojson in.json).",
    )
}

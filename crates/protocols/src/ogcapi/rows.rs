//! Pages of rows as documents that are written while they are read: what is not known before the last row stands at the end.

use super::answer::{decimals, next_href, ordered, with_crs, writer};
use super::links::{self, below, link};
use crate::common::crs;
use crate::common::flow::{Begun, Flow, PIECE_BYTES, Piecewise, begun};
use crate::common::http::Answer;
use crate::common::negotiate::{Form, KML, KMZ};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use serde_json::{Map, Value};
use std::sync::Arc;
use terrane_engine::catalogue::StyleEntry;
use terrane_engine::looks::{LOOK_SCALE_DENOMINATOR, Looks};
use terrane_engine::{Caller, Cancel, FeatureQuestion, FeatureStream, publish};
use terrane_formats::features::csv::CsvWriter;
use terrane_formats::features::geojson::GeoJsonWriter;
use terrane_formats::features::kml::{KmlHead, KmlWriter, kmz};
use terrane_model::query::Columns;
use terrane_model::schema::ColumnKind;
use terrane_model::{Crs, Error, Instant, Result};

/// A page of rows as a GeoJSON FeatureCollection.
pub async fn collection(
    site: Site,
    request: Request,
    question: FeatureQuestion,
    forms: &'static [Form],
) -> Result<Answer> {
    let head = with_crs(Reply::ok(links::GEOJSON, ""), &question.crs);
    let asked = (site.clone(), request);
    written(&site, question, head, move |stream| Collection::new(stream, asked, forms, publish::now())).await
}

/// A page of rows as comma-separated values.
pub async fn table(site: &Site, question: FeatureQuestion) -> Result<Answer> {
    let head = with_crs(Reply::ok("text/csv; charset=utf-8; header=present", ""), &question.crs);
    written(site, question, head, |stream| Ok(Table::new(stream))).await
}

/// A page of rows as KML with the looks of a style, packed when it is KMZ.
pub async fn kml(
    site: Site,
    request: Request,
    mut question: FeatureQuestion,
    style: StyleEntry,
    packed: bool,
) -> Result<Answer> {
    if question.crs != Crs::crs84() {
        return Err(Error::unsupported("KML is written in degrees; leave “crs” out.").at("crs"));
    }
    let id = question.dataset.to_string();
    let schema =
        site.engine.catalogue().open(Caller::Public, &question.dataset)?.features.map(|rows| rows.schema().clone());
    question.query.columns = schema.map_or(Columns::All, |schema| columns_for(&style, &schema));
    let (media_type, extension) = if packed { (KMZ.media_type, "kmz") } else { (KML.media_type, "kml") };
    let head =
        Reply::ok(media_type, "").with_header("content-disposition", format!("inline; filename=\"{id}.{extension}\""));
    let asked = (site.clone(), request);
    written(&site, question, head, move |stream| Placemarks::new(stream, &asked, &style, packed)).await
}

/// A page of rows as a document: whole when it is small, else written while it is sent.
async fn written<T: Piecewise>(
    site: &Site,
    question: FeatureQuestion,
    head: Reply,
    writing: impl FnOnce(FeatureStream) -> Result<T> + Send + 'static,
) -> Result<Answer> {
    let begin = move |stream, cancel: &Cancel| begun(writing(stream)?, cancel);
    Ok(match site.engine.feature_stream(Caller::Public, question, begin).await? {
        Begun::Whole(body) => Answer::Whole(Reply { body, ..head }),
        Begun::Part(first, rest) => Answer::Flowing(head, Flow::new(Arc::clone(&site.engine), first, rest)),
    })
}

/// A page of rows being written as a GeoJSON FeatureCollection.
struct Collection {
    stream: FeatureStream,
    writer: GeoJsonWriter,
    begun: bool,
    /// The time of the answer.
    now: Instant,
    /// For the links, which are known when the last row is.
    site: Site,
    request: Request,
    forms: &'static [Form],
}

impl Collection {
    /// Writes a page that was just opened. `now` is the time of the answer.
    fn new(
        stream: FeatureStream,
        (site, request): (Site, Request),
        forms: &'static [Form],
        now: Instant,
    ) -> Result<Self> {
        let writer = writer(&stream.crs)?;
        Ok(Self { stream, writer, begun: false, now, site, request, forms })
    }

    fn end(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<()> {
        let mut members = Map::new();
        if let Some(matched) = self.stream.matched(cancel)? {
            members.insert("numberMatched".to_owned(), matched.into());
        }
        members.insert("numberReturned".to_owned(), self.stream.returned().into());
        members.insert("links".to_owned(), self.links().into());
        self.writer.end(&members, out);
        Ok(())
    }

    /// Itself, its other forms, the collection, the next page.
    fn links(&self) -> Vec<Value> {
        let (site, request, stream) = (&self.site, &self.request, &self.stream);
        let mut all = links::own(site, request, self.forms);
        let id = stream.about.id.as_str();
        all.push(link("collection", links::JSON, "The collection", &site.url(&below(id, &[]))));
        if let Some(href) = next_href(site, request, &stream.revision, stream.next()) {
            all.push(link("next", self.forms.first().map_or("", |form| form.media_type), "Next page", &href));
        }
        all
    }
}

impl Piecewise for Collection {
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        if !std::mem::replace(&mut self.begun, true) {
            let time = Map::from_iter([("timeStamp".to_owned(), self.now.to_string().into())]);
            self.writer.begin(&time, out);
        }
        while out.len() < PIECE_BYTES {
            let Some(batch) = self.stream.batch(cancel)? else {
                self.end(cancel, out)?;
                return Ok(false);
            };
            self.writer.rows(&ordered(&batch, &self.stream.crs)?, out);
        }
        Ok(true)
    }
}

/// A page of rows being written as KML. Packed, it is one piece: what is packed has to be whole.
struct Placemarks {
    stream: FeatureStream,
    writer: KmlWriter,
    style: StyleEntry,
    looks: Option<Looks>,
    head: Option<KmlHead>,
    packed: bool,
}

/// All columns, and those that the style computes.
fn columns_for(style: &StyleEntry, schema: &terrane_model::Schema) -> Columns {
    let needed = style.style.columns_at(LOOK_SCALE_DENOMINATOR);
    let kept = |column: &&terrane_model::schema::Column| !column.derived || needed.contains(&column.name);
    let names: Vec<String> = schema.columns.iter().filter(kept).map(|column| column.name.clone()).collect();
    match schema.columns.iter().any(|column| column.derived) {
        true => Columns::These { names, geometry: true },
        false => Columns::All,
    }
}

impl Placemarks {
    fn new(stream: FeatureStream, (site, request): &(Site, Request), style: &StyleEntry, packed: bool) -> Result<Self> {
        let about = &stream.about;
        let licence = about.licence.title.as_str();
        let source = [about.attribution.as_str(), licence].into_iter().filter(|text| !text.is_empty());
        let legend = site.url(&below(about.id.as_str(), &["styles", &style.name, "legend"]));
        let head = KmlHead {
            title: request.say(&about.title).to_owned(),
            source: source.collect::<Vec<_>>().join(" · "),
            page: site.page_url(&about.id),
            legend: Some(format!("{legend}?f=png")),
        };
        Ok(Self { stream, writer: KmlWriter::default(), style: style.clone(), looks: None, head: Some(head), packed })
    }

    fn write_piece(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        if let Some(head) = self.head.take() {
            self.writer.begin(&head, out);
        }
        let Some(batch) = self.stream.batch(cancel)? else {
            self.writer.end(out);
            return Ok(false);
        };
        // Columns are where the first batch has them.
        let looks = match self.looks.take() {
            Some(looks) => looks,
            None => {
                let schema = &batch.schema;
                let time = schema.columns.iter().position(|column| column.kind == ColumnKind::Time);
                self.writer = KmlWriter { name: naming_column(schema), time };
                Looks::new(&self.style.style, schema)?
            }
        };
        self.writer.rows(&batch, &looks.of(&batch), out);
        self.looks = Some(looks);
        Ok(true)
    }
}

/// The column that names a row for people: one called so, else the first of texts.
fn naming_column(schema: &terrane_model::Schema) -> Option<usize> {
    let is_text = |column: &&terrane_model::schema::Column| column.kind == ColumnKind::Text;
    let called = |column: &terrane_model::schema::Column| {
        let name = column.name.to_lowercase();
        ["name", "title", "label", "unit_name"].contains(&name.as_str()) || name.starts_with("name_")
    };
    let place = |wanted: &dyn Fn(&terrane_model::schema::Column) -> bool| {
        schema.columns.iter().position(|column| is_text(&column) && wanted(column))
    };
    place(&called).or_else(|| place(&|_| true))
}

impl Piecewise for Placemarks {
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        if self.packed {
            let mut whole = Vec::new();
            while self.write_piece(cancel, &mut whole)? {}
            out.extend_from_slice(&kmz(&whole)?);
            return Ok(false);
        }
        while out.len() < PIECE_BYTES {
            if !self.write_piece(cancel, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A page of rows being written as comma-separated values; points are two columns called after what they hold.
struct Table {
    stream: FeatureStream,
    writer: Option<CsvWriter>,
}

impl Table {
    /// Writes a page that was just opened.
    fn new(stream: FeatureStream) -> Self {
        Self { stream, writer: None }
    }

    fn begin(&self, schema: &terrane_model::Schema, out: &mut Vec<u8>) -> Result<CsvWriter> {
        let crs = &self.stream.crs;
        let degrees = terrane_projection::info(crs)?.geographic;
        let names = match (degrees, crs::y_first(crs)?) {
            (true, false) => ["longitude", "latitude"],
            (true, true) => ["latitude", "longitude"],
            (false, false) => ["x", "y"],
            (false, true) => ["y", "x"],
        };
        let mut writer = CsvWriter::new(schema, decimals(degrees));
        writer.begin(schema, names, out);
        Ok(writer)
    }
}

impl Piecewise for Table {
    fn write_on(&mut self, cancel: &Cancel, out: &mut Vec<u8>) -> Result<bool> {
        while out.len() < PIECE_BYTES {
            let batch = self.stream.batch(cancel)?;
            let mut writer = match self.writer.take() {
                Some(writer) => writer,
                None => self.begin(batch.as_ref().map_or(&self.stream.schema, |batch| &batch.schema), out)?,
            };
            let Some(batch) = batch else { return Ok(false) };
            writer.rows(&ordered(&batch, &self.stream.crs)?, out);
            self.writer = Some(writer);
        }
        Ok(true)
    }
}

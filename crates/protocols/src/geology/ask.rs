//! Parameters become questions. What is not given has a default, and the answer says so.

use crate::common::kvp::shortened;
use crate::common::request::Request;
use crate::ogcapi::ask::{bbox, truth};
use std::sync::Arc;
use terrane_engine::geology::{AreaQuestion, TreeQuestion, understood, within_feature};
use terrane_engine::{Caller, Catalogue};
use terrane_formats::filter::{cql2_text, wkt};
use terrane_geology::ask::{self, AgeRelation};
use terrane_geology::reading::Role;
use terrane_geology::time::Age;
use terrane_geology::vocabulary::Concept;
use terrane_model::limits::Limits;
use terrane_model::{Crs, Dataset, DatasetId, Error, FeatureId, Filter, Result, Schema};

/// Parameters that say which ages and rocks are meant.
const OF_WORDS: [&str; 8] = ["collection", "age", "relation", "role", "lithology", "main", "f", "lang"];
/// Parameters of trees.
const OF_TREES: [&str; 3] = ["by", "bbox", "filter"];
/// Parameters of areas.
const OF_AREAS: [&str; 4] = ["by", "rank", "filter", "within"];
/// The dataset that is asked when none is named: all geologic units.
const COLLECTION: &str = "geologic-unit-view";

/// Which ages and rocks are meant.
pub struct Words {
    /// The dataset.
    pub collection: DatasetId,
    /// The age as it was written, and what it is.
    pub age: Option<(String, Age)>,
    /// How ages relate.
    pub relation: &'static str,
    /// Which age of a unit is meant; the one that represents it when absent.
    pub role: Option<&'static Role>,
    /// The rock.
    pub lithology: Option<&'static Concept>,
    /// Whether only the main rock of a unit counts.
    pub main: bool,
    /// What was not given.
    pub defaults: Vec<&'static str>,
}

/// The names of relations, the default first.
pub const RELATIONS: [&str; 3] = ["overlaps", "within", "contains"];
/// The default role.
pub const REPRESENTATIVE: &str = "representative";

/// Reads which ages and rocks are meant.
pub fn words(request: &Request) -> Result<Words> {
    let age = given(request, "age")?.map(|text| ask::age_named(text).map(|age| (text.to_owned(), age)));
    let lithology = given(request, "lithology")?.map(ask::rock);
    let main = given(request, "main")?.map(truth).transpose().map_err(|error| error.at("main"))?;
    let absent = |name: &&'static str| matches!(given(request, name), Ok(None));
    Ok(Words {
        collection: collection(request)?,
        age: age.transpose().map_err(|error| error.at("age"))?,
        relation: relation(request)?,
        role: role(request)?,
        lithology: lithology.transpose().map_err(|error| error.at("lithology"))?,
        main: main.unwrap_or(false),
        defaults: ["collection", "relation", "role", "main"].into_iter().filter(absent).collect(),
    })
}

fn given<'r>(request: &'r Request, name: &str) -> Result<Option<&'r str>> {
    Ok(request.query.once(name)?.map(str::trim).filter(|text| !text.is_empty()))
}

fn collection(request: &Request) -> Result<DatasetId> {
    DatasetId::new(given(request, "collection")?.unwrap_or(COLLECTION)).map_err(|error| error.at("collection"))
}

fn relation(request: &Request) -> Result<&'static str> {
    let Some(text) = given(request, "relation")? else { return Ok(RELATIONS[0]) };
    RELATIONS.into_iter().find(|known| *known == text).ok_or_else(|| {
        Error::invalid(format!("“{}” is no relation; use {}.", shortened(text), RELATIONS.join(", "))).at("relation")
    })
}

fn role(request: &Request) -> Result<Option<&'static Role>> {
    let Some(text) = given(request, "role")?.filter(|text| *text != REPRESENTATIVE) else { return Ok(None) };
    Role::named(text).map(Some).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.name).collect();
        let say = format!("“{}” is no role of an age; use {REPRESENTATIVE}, {}.", shortened(text), known.join(", "));
        Error::invalid(say).at("role")
    })
}

impl Words {
    /// The condition as people write it in filters.
    pub fn filter_text(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let age = self.age.as_ref().map(|(text, _)| {
            let role = self.role.map_or_else(String::new, |role| format!(", {}", quoted(role.name)));
            format!("age_{}({}{role})", self.relation, quoted(text))
        });
        let rock = self.lithology.map(|rock| {
            let function = if self.main { "main_lithology" } else { "lithology" };
            format!("{function}({})", quoted(&rock.id))
        });
        age.into_iter().chain(rock).collect::<Vec<_>>().join(" AND ")
    }

    /// The condition itself.
    fn filter(&self) -> Result<Option<Filter>> {
        let relation = AgeRelation::named(self.relation).unwrap_or(AgeRelation::Overlaps);
        let age = self.age.as_ref().map(|(_, age)| ask::age(age, relation, Some(self.role))).transpose()?;
        let rock = self.lithology.map(|rock| ask::lithology(rock, self.main)).transpose()?;
        let all: Vec<Filter> = age.into_iter().chain(rock).collect();
        Ok((!all.is_empty()).then(|| Filter::all(all)))
    }
}

/// Checks the names of the parameters of an explanation.
pub fn check_words(request: &Request) -> Result<()> {
    request.query.only(&OF_WORDS)
}

/// A question for a tree.
pub fn tree(request: &Request, catalogue: &Catalogue, limits: &Limits) -> Result<TreeQuestion> {
    request.query.only(&[&OF_WORDS[..], &OF_TREES].concat())?;
    let words = words(request)?;
    let dataset = catalogue.open(Caller::Public, &words.collection).map_err(|error| no_geology(&error, &words))?;
    let bbox = given(request, "bbox")?.map(|text| bbox::parse(text, &Crs::crs84())).transpose();
    Ok(TreeQuestion {
        by: by(request)?,
        bbox: bbox.map_err(|error| error.at("bbox"))?,
        filter: filter(request, &words, &dataset, limits)?,
        dataset: words.collection,
    })
}

/// Where areas are measured.
pub enum Within {
    /// Everywhere.
    Everywhere,
    /// Within this.
    Geometry(Arc<geo_types::Geometry<f64>>),
    /// Within a feature of a dataset.
    Feature(DatasetId, FeatureId),
}

/// A question for areas, without the ground that a feature gives.
pub fn areas(request: &Request, catalogue: &Catalogue, limits: &Limits) -> Result<(AreaQuestion, Within)> {
    request.query.only(&[&OF_WORDS[..], &OF_AREAS].concat())?;
    let words = words(request)?;
    let dataset = catalogue.open(Caller::Public, &words.collection).map_err(|error| no_geology(&error, &words))?;
    let question = AreaQuestion {
        by: by(request)?,
        rank: given(request, "rank")?.map(str::to_owned),
        filter: filter(request, &words, &dataset, limits)?,
        within: None,
        dataset: words.collection,
    };
    Ok((question, within(request, limits)?))
}

fn within(request: &Request, limits: &Limits) -> Result<Within> {
    let Some(text) = given(request, "within")? else { return Ok(Within::Everywhere) };
    if let Some((dataset, feature)) = within_feature(text) {
        return Ok(Within::Feature(dataset, feature));
    }
    let geometry = wkt::read(text, limits).map_err(|error| {
        let say = format!("“within” is an area as WKT in degrees, or a feature as COLLECTION/ID. {}", error.say());
        Error::invalid(say).at("within")
    })?;
    match geometry {
        geo_types::Geometry::Polygon(_) | geo_types::Geometry::MultiPolygon(_) => {
            Ok(Within::Geometry(Arc::new(geometry)))
        }
        _ => Err(Error::invalid("“within” is a POLYGON or a MULTIPOLYGON.").at("within")),
    }
}

/// A node without mapped geology has no such collection, and the answer says what to do.
fn no_geology(error: &Error, words: &Words) -> Error {
    match words.defaults.contains(&"collection") {
        true => {
            Error::not_found("No dataset of this node has a mapping yet; “terrane geology” makes one.").at("collection")
        }
        false => Error::new(error.kind(), error.say()).at("collection"),
    }
}

fn by(request: &Request) -> Result<String> {
    Ok(given(request, "by")?.unwrap_or(terrane_geology::view::AGE).to_owned())
}

/// The words and the filter together.
fn filter(request: &Request, words: &Words, dataset: &Dataset, limits: &Limits) -> Result<Option<Filter>> {
    let written = |text: &str, schema: &Schema| understood(&cql2_text::parse(text, limits)?, schema);
    let Some(source) = &dataset.features else { return words.filter() };
    let own = given(request, "filter")?.map(|text| written(text, source.schema())).transpose();
    let own = own.map_err(|error| error.at("filter"))?;
    let all: Vec<Filter> = own.into_iter().chain(words.filter()?).collect();
    Ok((!all.is_empty()).then(|| Filter::all(all)))
}

/// The dataset whose mapping is looked through.
pub fn mapping(request: &Request) -> Result<DatasetId> {
    request.query.only(&["collection", "f", "lang"])?;
    let Some(text) = given(request, "collection")? else {
        return Err(Error::invalid("Name a dataset: ?collection=…").at("collection"));
    };
    DatasetId::new(text).map_err(|error| error.at("collection"))
}

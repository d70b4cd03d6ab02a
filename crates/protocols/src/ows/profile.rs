//! The profile of OneGeology for our own maps: names, titles and keywords made of what is known, at an address of their own
//! (`/onegeology/wms`), so that ordinary names stay as they are.

use crate::common::kvp::{Pairs, encode};
use crate::common::places;
use crate::common::reply::Reply;
use crate::common::site::Site;
use crate::ows::describe::Description;
use crate::ows::serve::{self, Client};
use std::collections::BTreeSet;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_engine::{Caller, geology};
use terrane_geology::view::{AGE, LITHOLOGY};
use terrane_model::about::SurveyMap;
use terrane_model::{About, DatasetId};

/// The datasets that have a name in the profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    layers: Vec<(String, DatasetId)>,
    /// Country and owner, when all have the same.
    common: Option<String>,
}

/// The answer to a query in the names of the profile.
pub async fn answer(site: &Site, query: &str, client: &Client<'_>) -> Reply {
    let profile = Profile::of(&site.engine.catalogue());
    serve::answer_as(site, &profile.in_own_names(query), client, Some(&profile)).await
}

impl Profile {
    /// The datasets of a catalogue of which country, owner, scale and theme are said.
    pub fn of(catalogue: &Catalogue) -> Self {
        let placed = catalogue.entries(Caller::Public).filter(|entry| entry.crs().is_some());
        let abouts = placed.map(|entry| entry.about()).filter(|about| about.survey_map.is_whole());
        let mut profile = Self::default();
        let mut owners = BTreeSet::new();
        for about in abouts {
            owners.insert(beginning(&about.survey_map));
            let name = profile.free_name(&name(&about.survey_map));
            profile.layers.push((name, about.id.clone()));
        }
        profile.common = owners.pop_first().filter(|_| owners.is_empty());
        profile
    }

    fn free_name(&self, name: &str) -> String {
        let is_free = |name: &String| !self.layers.iter().any(|(known, _)| known == name);
        let others = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.to_owned()).chain(others).find(is_free).unwrap_or_default()
    }

    /// Names with their datasets.
    pub fn layers(&self) -> &[(String, DatasetId)] {
        &self.layers
    }

    /// The name of a dataset.
    pub fn name_of(&self, id: &DatasetId) -> Option<&str> {
        self.layers.iter().find(|(_, known)| known == id).map(|(name, _)| name.as_str())
    }

    /// A query with names of the profile put into our own.
    fn in_own_names(&self, query: &str) -> String {
        let Ok(pairs) = Pairs::parse(query) else { return query.to_owned() };
        let own = |name: &str| {
            self.layers.iter().find(|(known, _)| known == name).map_or(name, |(_, id)| id.as_str()).to_owned()
        };
        let one = |(key, value): (&str, &str)| {
            let names_layers = ["layers", "query_layers", "layer"].iter().any(|known| key.eq_ignore_ascii_case(known));
            let value = match () {
                () if names_layers => value.split(',').map(own).collect::<Vec<_>>().join(","),
                () if key.eq_ignore_ascii_case("sld_body") => self.styled_in_own_names(value),
                () => value.to_owned(),
            };
            format!("{}={}", encode(key), encode(&value))
        };
        pairs.iter().map(one).collect::<Vec<_>>().join("&")
    }

    /// A style that is sent along, with the names of its layers put into our own. Names of the profile have no letters that XML escapes.
    fn styled_in_own_names(&self, body: &str) -> String {
        let put =
            |body: String, (name, id): &(String, DatasetId)| body.replace(&format!(">{name}<"), &format!(">{id}<"));
        self.layers.iter().fold(body.to_owned(), put)
    }

    /// The title of the service: country and owner in front, when all layers have the same.
    pub fn service_title(&self, title: &str) -> String {
        self.common.as_ref().map_or_else(|| title.to_owned(), |common| format!("{common} {title}"))
    }

    /// Keywords of the service: that it is meant for OneGeology, when it last changed, in which language it speaks.
    pub fn service_keywords(&self, description: &Description<'_>) -> Vec<String> {
        let changed = description.site.changed().to_string();
        let date = changed.split('T').next().unwrap_or("").to_owned();
        let title = &description.site.about.title;
        let shown = title.get(description.languages);
        let language = title.iter().find(|(_, text)| *text == shown).map_or("en", |(tag, _)| tag);
        vec!["OneGeology".to_owned(), format!("MD_DATE@{date}"), format!("MD_LANG@{}", iso_639_3(language))]
    }

    /// On what conditions the layers may be used: their licences, each once.
    pub fn constraints(&self, catalogue: &Catalogue) -> String {
        let entries = self.layers.iter().filter_map(|(_, id)| catalogue.entry(Caller::Public, id).ok());
        let licences: BTreeSet<String> = entries
            .map(|entry| &entry.about().licence)
            .filter(|it| !it.title.is_empty())
            .map(|it| it.title.clone())
            .collect();
        match licences.is_empty() {
            true => "none".to_owned(),
            false => licences.into_iter().collect::<Vec<_>>().join("; "),
        }
    }
}

/// `JPN_GSJ_200k_BA`.
fn name(map: &SurveyMap) -> String {
    let parts = [&map.country, &map.owner_code].into_iter().flatten().cloned();
    let language = map.language.as_ref().map(|language| language.to_uppercase());
    let scale = map.scale_denominator.map(scale);
    parts.chain(language).chain(scale).chain(map.theme.clone()).collect::<Vec<_>>().join("_")
}

/// `JPN GSJ 1:200k Bedrock Age`.
pub fn title(about: &About) -> String {
    let map = &about.survey_map;
    let scale = map.scale_denominator.map(scale).unwrap_or_default();
    let theme = map.theme.as_deref().unwrap_or("");
    let said = THEMES.iter().find(|(code, _)| *code == theme).map_or(theme, |(_, said)| said);
    let language = map.language.as_ref().map_or_else(String::new, |language| format!(" {}", language.to_uppercase()));
    format!("{}{language} 1:{scale} {said}", beginning(map))
}

fn beginning(map: &SurveyMap) -> String {
    [&map.country, &map.owner_code].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

/// Themes that the profile has letters for.
const THEMES: [(&str, &str); 6] = [
    ("BA", "Bedrock Age"),
    ("BLT", "Bedrock Lithology"),
    ("BLS", "Bedrock Lithostratigraphy"),
    ("SLT", "Superficial Lithology"),
    ("SLS", "Superficial Lithostratigraphy"),
    ("MSF", "Major Structural Features"),
];

/// `1M`, `200k`, `1500k`; a denominator that is no whole thousand keeps a fraction.
fn scale(denominator: u64) -> String {
    match denominator {
        whole if whole % 1_000_000 == 0 => format!("{}M", whole / 1_000_000),
        whole if whole % 1_000 == 0 => format!("{}k", whole / 1_000),
        other => format!("{}k", other as f64 / 1_000.0),
    }
}

/// The words of a layer, its own first, then those by which catalogues sort it.
pub fn keywords(entry: &Entry, description: &Description<'_>) -> Vec<String> {
    let about = entry.about();
    let mut words = vec!["OneGeology".to_owned()];
    words.extend(about.keywords.iter().cloned());
    if let Some(place) = about.survey_map.country.as_deref().and_then(places::country) {
        words.extend([place.name.to_owned(), format!("continent@{}", place.continent())]);
        words.extend(place.subcontinent().map(|part| format!("subcontinent@{part}")));
        words.push(format!("geographicarea@{}", place.name));
    }
    let owner = about.owner.as_ref().map_or("", |owner| owner.name.get(description.languages));
    let operator = description.site.about.operator.name.get(description.languages);
    // Who serves their own data is both.
    let operator = if operator.is_empty() { owner } else { operator };
    let people = [("dataprovider", owner), ("serviceprovider", operator)];
    words.extend(people.iter().filter(|(_, name)| !name.is_empty()).map(|(key, name)| format!("{key}@{name}")));
    if let Some(updated) = about.updated {
        words.push(format!("DS_DATE@{}", updated.to_string().split('T').next().unwrap_or("")));
    }
    words.extend(["DS_TOPIC@geoscientificinformation".to_owned(), "thematic@geology".to_owned()]);
    // What is mapped can be asked and drawn by terms, here by SLD and by WFS.
    if geology::colourings(entry).iter().any(|colouring| matches!(colouring.by, AGE | LITHOLOGY)) {
        words.extend(QUERYABLE.map(str::to_owned));
    }
    words
}

/// By these words the portal of OneGeology knows layers that it can ask by age and rock.
const QUERYABLE: [&str; 2] = ["Geosciml_portrayal_age_or_litho_queryable", "GeoSciML4_wfs_age_or_litho_queryable"];

/// The code of three letters that the profile wants of a language; the tag itself when it is not in the list.
fn iso_639_3(tag: &str) -> String {
    let primary = tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    // What nobody has said is English: the words of the document itself are.
    let primary = if primary == "und" { "en".to_owned() } else { primary };
    let known = LANGUAGES.iter().find(|(two, _)| *two == primary).map_or(primary.as_str(), |(_, three)| three);
    known.to_ascii_uppercase()
}

/// ISO 639-1 and 639-3 of languages that surveys write in.
const LANGUAGES: [(&str, &str); 20] = [
    ("en", "eng"),
    ("fr", "fra"),
    ("es", "spa"),
    ("pt", "por"),
    ("de", "deu"),
    ("it", "ita"),
    ("ru", "rus"),
    ("ar", "ara"),
    ("zh", "zho"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("vi", "vie"),
    ("th", "tha"),
    ("lo", "lao"),
    ("km", "khm"),
    ("my", "mya"),
    ("id", "ind"),
    ("ms", "msa"),
    ("tl", "tgl"),
    ("mn", "mon"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn map(scale: u64, theme: &str) -> SurveyMap {
        let some = |text: &str| Some(text.to_owned());
        SurveyMap {
            country: some("JPN"),
            owner_code: some("GSJ"),
            scale_denominator: Some(scale),
            theme: some(theme),
            language: None,
        }
    }

    #[test]
    fn names_and_titles_are_those_of_the_profile() {
        let mut about = About::new(DatasetId::from_name("geology"));
        about.survey_map = map(200_000, "BA");
        assert_eq!(
            (name(&about.survey_map).as_str(), title(&about).as_str()),
            ("JPN_GSJ_200k_BA", "JPN GSJ 1:200k Bedrock Age")
        );
        about.survey_map = SurveyMap { language: Some("ja".to_owned()), ..map(1_000_000, "Faults") };
        assert_eq!(
            (name(&about.survey_map).as_str(), title(&about).as_str()),
            ("JPN_GSJ_JA_1M_Faults", "JPN GSJ JA 1:1M Faults")
        );
        assert_eq!([scale(1_500_000), scale(63_360), scale(25_000)], ["1500k", "63.36k", "25k"]);
        assert_eq!((iso_639_3("ja-JP"), iso_639_3("und")), ("JPN".to_owned(), "ENG".to_owned()));
    }

    #[test]
    fn queries_are_put_into_our_own_names() {
        let layers = vec![("JPN_GSJ_200k_BA".to_owned(), DatasetId::from_name("geology"))];
        let profile = Profile { layers, common: None };
        assert_eq!(profile.in_own_names("LAYERS=JPN_GSJ_200k_BA,x&Styles=a%2Cb"), "LAYERS=geology,x&Styles=a,b");
        assert_eq!(
            profile.styled_in_own_names("<NamedLayer><Name>JPN_GSJ_200k_BA</Name></NamedLayer>"),
            "<NamedLayer><Name>geology</Name></NamedLayer>"
        );
        assert_eq!(profile.free_name("JPN_GSJ_200k_BA"), "JPN_GSJ_200k_BA-2");
    }
}

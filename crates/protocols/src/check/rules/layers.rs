//! What a service says of its layers.

use super::{each, judged, keyword_value};
use crate::check::names;
use crate::check::report::Finding;
use crate::common::places;
use terrane_formats::services::{Layer, Service, ServiceKind};

pub(super) fn words(service: &Service) -> Vec<Finding> {
    let layers = judged(service);
    let mut found = vec![
        abstracts(&layers),
        places_of(&layers),
        people(&layers),
        data(&layers),
        extent(&layers),
        crs(&layers),
        metadata(&layers),
    ];
    match service.kind {
        ServiceKind::Wms => found.extend([titles(&layers), layer_names(&layers), mercator(&layers)]),
        // Names of feature types follow the schemas that they are of.
        ServiceKind::Wfs => found.extend(
            ["layer-titles", "layer-names", "crs-mercator"]
                .map(|id| Finding::without(id, "The profile names layers of maps, not feature types.")),
        ),
    }
    found
}

fn titles(layers: &[&Layer]) -> Finding {
    let remedy = "Write titles such as “JPN GSJ 1:200k Bedrock Age”: country or region, owner, language when there are several, scale, theme.";
    each("layer-titles", layers, "all titles follow it", remedy, |layer| {
        names::wrong_title(&layer.title).map(|why| format!("is titled “{}”, which {why}", layer.title))
    })
}

fn layer_names(layers: &[&Layer]) -> Finding {
    let remedy = "Write names such as JPN_GSJ_200k_BA; the themes are BA, BLT, BLS, SLT, SLS, MSF, or your own.";
    each("layer-names", layers, "all names follow it", remedy, |layer| names::wrong_name(&layer.name))
}

fn abstracts(layers: &[&Layer]) -> Finding {
    let remedy = "Say in a few sentences what the layer shows, from what it was made, and for what it may be used.";
    each("layer-abstracts", layers, "all have one", remedy, |layer| {
        layer.description.trim().is_empty().then(|| "has none".to_owned())
    })
}

fn places_of(layers: &[&Layer]) -> Finding {
    let remedy = "Add the keywords continent@ and geographicarea@ with names as M49 writes them, such as continent@Asia and geographicarea@Viet Nam, and subcontinent@ where there is one.";
    each("keywords-place", layers, "all name them", remedy, wrong_place)
}

fn wrong_place(layer: &Layer) -> Option<String> {
    let value = |prefix: &str| keyword_value(&layer.keywords, prefix);
    let (Some(continent), Some(area)) = (value("continent"), value("geographicarea")) else {
        let lacks = ["continent", "geographicarea"].into_iter().filter(|prefix| value(prefix).is_none());
        return Some(format!("lacks {}", lacks.map(|prefix| format!("{prefix}@")).collect::<Vec<_>>().join(" and ")));
    };
    let is_region = |name: &str| {
        places::named(name).is_some_and(places::Place::is_region) || name.eq_ignore_ascii_case("Antarctica")
    };
    let known = |name: &str| is_region(name) || places::named(name).is_some() || name.eq_ignore_ascii_case("World");
    match () {
        () if !is_region(continent) && !continent.eq_ignore_ascii_case("World") => {
            Some(format!("has continent@{continent}, which M49 does not know"))
        }
        () if !known(area) => Some(match places::begun(area) {
            Some(place) => format!("has geographicarea@{area}; M49 writes “{}”", place.name),
            None => format!("has geographicarea@{area}, which M49 does not know"),
        }),
        () => elsewhere(continent, area).or_else(|| wrong_part(value("subcontinent")?, is_region)),
    }
}

/// A country in another continent than its own.
fn elsewhere(continent: &str, area: &str) -> Option<String> {
    let place = places::named(area).filter(|place| !place.is_region())?;
    let mut within = place.regions().into_iter().map(|region| region.name).chain([place.name]);
    (!within.any(|name| name.eq_ignore_ascii_case(continent)))
        .then(|| format!("has continent@{continent}, but {} lies in {}", place.name, place.continent()))
}

fn wrong_part(part: &str, is_region: impl Fn(&str) -> bool) -> Option<String> {
    (!is_region(part)).then(|| format!("has subcontinent@{part}, which M49 does not know"))
}

fn people(layers: &[&Layer]) -> Finding {
    let remedy =
        "Add the keywords dataprovider@ (who owns the data) and serviceprovider@ (who serves it) with full names.";
    each("keywords-people", layers, "all name them", remedy, |layer| {
        lacking(layer, &["dataprovider", "serviceprovider"])
    })
}

fn lacking(layer: &Layer, prefixes: &[&str]) -> Option<String> {
    let lacks = prefixes.iter().filter(|prefix| keyword_value(&layer.keywords, prefix).is_none());
    let lacks: Vec<String> = lacks.map(|prefix| format!("{prefix}@")).collect();
    (!lacks.is_empty()).then(|| format!("lacks {}", lacks.join(" and ")))
}

fn data(layers: &[&Layer]) -> Finding {
    let remedy = "Add the keywords DS_DATE@ (a date such as 2026-11-26), DS_TOPIC@geoscientificinformation and thematic@ (such as thematic@geology).";
    each("keywords-data", layers, "all have them", remedy, |layer| {
        let topic = keyword_value(&layer.keywords, "DS_TOPIC");
        let wrong = topic.filter(|topic| !topic.eq_ignore_ascii_case("geoscientificinformation"));
        lacking(layer, &["DS_DATE", "DS_TOPIC", "thematic"])
            .or_else(|| wrong.map(|topic| format!("has DS_TOPIC@{topic}")))
            .or_else(|| {
                keyword_value(&layer.keywords, "DS_DATE")
                    .filter(|it| !is_date(it))
                    .map(|it| format!("has DS_DATE@{it}, which is no date"))
            })
    })
}

/// A year, perhaps with month and day.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('T').next().unwrap_or("").split('-').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    parts.len() <= 3 && parts[0].len() == 4 && parts.iter().all(digits)
}

fn extent(layers: &[&Layer]) -> Finding {
    let remedy = "Give each layer its box in degrees: west, south, east, north.";
    each("extent", layers, "all have one", remedy, |layer| match layer.degrees {
        None => Some("has none".to_owned()),
        Some([west, south, east, north]) => {
            let inside = [west, east].iter().all(|it| it.abs() <= 360.0)
                && [south, north].iter().all(|it| it.abs() <= 90.0 + 1e-6);
            let wrong = !inside || south >= north || west == east;
            wrong.then(|| format!("has the box {west} {south} {east} {north}, which is none"))
        }
    })
}

/// Whether a CRS is in a list, however it is spelled.
fn has_crs(layer: &Layer, code: &str) -> bool {
    layer
        .crs
        .iter()
        .any(|crs| crs.rsplit([':', '/', '#']).next() == Some(code) && crs.to_ascii_uppercase().contains("EPSG"))
}

fn crs(layers: &[&Layer]) -> Finding {
    each("crs", layers, "all can", "Offer EPSG:4326 for every layer.", |layer| {
        (!has_crs(layer, "4326")).then(|| "does not list it".to_owned())
    })
}

fn mercator(layers: &[&Layer]) -> Finding {
    each("crs-mercator", layers, "all can", "Offer EPSG:3857 too; most web maps ask for nothing else.", |layer| {
        (!has_crs(layer, "3857")).then(|| "does not list it".to_owned())
    })
}

fn metadata(layers: &[&Layer]) -> Finding {
    let remedy = "Give each layer a MetadataURL (type ISO 19115:2003 in 1.3.0, TC211 in 1.1.1), or a DataURL.";
    each("metadata", layers, "all have one", remedy, |layer| {
        layer.metadata.iter().all(|(_, url)| url.is_empty()).then(|| "has none".to_owned())
    })
}

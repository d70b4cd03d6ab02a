//! GetMap as KML: a document that lays the same map, as a picture, upon the ground.

use crate::common::kvp::{Pairs, encode};
use crate::common::negotiate::{KML, KMZ};
use crate::common::reply::Reply;
use crate::common::site::Site;
use crate::ows::ask::{self, Version};
use crate::ows::profile::Profile;
use std::collections::BTreeSet;
use terrane_engine::Caller;
use terrane_formats::features::kml::{KmlHead, kmz, overlay};
use terrane_model::{Error, Result};

/// Whether KML is asked for, and whether packed.
pub(super) fn packed(pairs: &Pairs) -> Option<bool> {
    let format = pairs.any_case("format")?.to_ascii_lowercase();
    match format.split(';').next().unwrap_or("").trim() {
        "application/vnd.google-earth.kml+xml" | "application/vnd.google-earth.kml xml" | "kml" => Some(false),
        "application/vnd.google-earth.kmz" | "kmz" => Some(true),
        _ => None,
    }
}

/// The document. The map is asked for as a picture first, so that what is wrong with it is told now.
pub(super) fn reply(site: &Site, pairs: &Pairs, version: Version, profile: Option<&Profile>) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let query = as_picture(pairs);
    let asked = ask::map(&Pairs::parse(&query)?, version, &catalogue, site.engine.limits())?;
    let view = &asked.picture.view;
    if !terrane_projection::info(&view.crs)?.geographic {
        let say = "KML lays pictures upon degrees; ask for the map in EPSG:4326 or CRS:84.";
        return Err(Error::unsupported(say).at(version.crs_key()));
    }
    let entries = asked.picture.layers.iter().filter_map(|layer| catalogue.entry(Caller::Public, &layer.dataset).ok());
    let (mut titles, mut sources) = (Vec::new(), BTreeSet::new());
    for entry in entries {
        let about = entry.about();
        titles.push(about.title.get(&[]).to_owned());
        sources.extend([&about.attribution, &about.licence.title].into_iter().filter(|text| !text.is_empty()).cloned());
    }
    let head = KmlHead {
        title: titles.join(", "),
        source: sources.into_iter().collect::<Vec<_>>().join(" · "),
        page: site.url("/"),
        legend: None,
    };
    let path = if profile.is_some() { "/onegeology/wms" } else { "/wms" };
    let [west, south] = view.bbox.min;
    let [east, north] = view.bbox.max;
    let kml = overlay(&head, &site.url(&format!("{path}?{query}")), [west, south, east, north]);
    Ok(match packed(pairs) {
        Some(true) => Reply::ok(KMZ.media_type, kmz(&kml)?),
        _ => Reply::ok(KML.media_type, kml),
    })
}

/// The same query for a picture that shows what lies below.
fn as_picture(pairs: &Pairs) -> String {
    let kept =
        pairs.iter().filter(|(key, _)| !["format", "transparent"].iter().any(|known| key.eq_ignore_ascii_case(known)));
    let own = [("FORMAT", "image/png"), ("TRANSPARENT", "TRUE")];
    let all: Vec<String> = kept.chain(own).map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    all.join("&")
}

//! What is behind the map: answers to clicks, GeoSciML, styles that are sent along.

use super::has_keyword;
use crate::check::evidence::{Drawn, Evidence, Info};
use crate::check::pictures::holds;
use crate::check::report::{Finding, Verdict};
use crate::check::sld::PAINTED;
use terrane_formats::services::{Service, ServiceKind};
use terrane_formats::xml::tree::{self as xml, Doctype};

/// Beginnings of the namespaces of GeoSciML-Lite, as it is now and as it was called before.
const LITE: [&str; 2] = ["http://xmlns.geosciml.org/geosciml-lite/", "http://xmlns.geosciml.org/geosciml-portrayal/"];
/// The beginnings of the namespaces of GeoSciML 4: Basic, Extended and so on, before and since OGC publishes it; 4.1-Lite among them.
const GEOSCIML: [&str; 2] = ["http://xmlns.geosciml.org/GeoSciML-", "http://www.opengis.net/gsml/"];
/// Columns of GeoSciML-Lite that hold terms.
const TERMS: [&str; 3] = ["representativeAge_uri", "representativeLithology_uri", "faultType_uri"];
/// Where terms of CGI and of the chart of ages are, and their twins of INSPIRE.
const VOCABULARIES: [&str; 3] =
    ["resource.geosciml.org/classifier/", "resource.geosciml.org/vocabulary/", "inspire.ec.europa.eu/codelist/"];

pub(super) fn judge(evidence: &Evidence, service: &Service) -> Vec<Finding> {
    let mut found = vec![wfs(evidence)];
    let flags = [
        ("keyword-lite", "Geosciml_portrayal_age_or_litho_queryable", 4),
        ("keyword-wfs", "GeoSciML4_wfs_age_or_litho_queryable", 5),
    ];
    found.extend(flags.map(|(id, flag, _)| keyword(service, id, flag)));
    match service.kind {
        ServiceKind::Wms => found.extend([info(evidence), info_both(evidence), lite(evidence), sld(evidence, service)]),
        ServiceKind::Wfs => found.extend(
            ["info", "info-both", "lite", "sld"].map(|id| Finding::without(id, "A WFS has no clicks and no styles.")),
        ),
    }
    found
}

fn keyword(service: &Service, id: &'static str, flag: &str) -> Finding {
    let there = service.layers.iter().any(|layer| has_keyword(&layer.keywords, flag));
    match there {
        true => Finding::good(id, "a layer has it"),
        false => Finding::bad(id, "no layer has it", format!("Add the keyword {flag} to layers for which it is true.")),
    }
}

/// Forms in which a click was answered with something.
fn answered<'e>(evidence: &'e Evidence, format: &'static str) -> impl Iterator<Item = &'e Info> {
    let infos = evidence.layers.iter().flat_map(|layer| &layer.info);
    infos.filter(move |info| {
        info.format == format && info.outcome.as_ref().is_ok_and(|(_, text)| !text.trim().is_empty())
    })
}

fn why_not(evidence: &Evidence) -> String {
    let mut infos = evidence.layers.iter().flat_map(|layer| &layer.info);
    let why = infos.find_map(|info| info.outcome.as_ref().err());
    why.map_or_else(|| "no layer that was drawn can be asked".to_owned(), Clone::clone)
}

fn info(evidence: &Evidence) -> Finding {
    let forms: Vec<&str> =
        ["text/html", "text/plain"].into_iter().filter(|form| answered(evidence, form).next().is_some()).collect();
    match forms.is_empty() {
        false => Finding::good("info", forms.join(" and ")),
        true => Finding::bad(
            "info",
            why_not(evidence),
            "Make the layer queryable and offer GetFeatureInfo as text/html and text/plain.",
        ),
    }
}

fn info_both(evidence: &Evidence) -> Finding {
    let lacks: Vec<&str> =
        ["text/html", "text/plain"].into_iter().filter(|form| answered(evidence, form).next().is_none()).collect();
    match lacks.len() {
        0 => Finding::good("info-both", "both"),
        1 => Finding::of("info-both", Verdict::Partly, format!("{} is missing", lacks[0]), "Offer both."),
        _ => Finding::bad("info-both", "neither", "Offer both."),
    }
}

fn lite(evidence: &Evidence) -> Finding {
    let infos = evidence.layers.iter().flat_map(|layer| &layer.info);
    let documents = infos
        .filter_map(|info| info.outcome.as_ref().ok())
        .filter(|(kind, _)| kind.contains("xml") || kind.contains("gml"));
    let mut best = Geosciml::None;
    for (_, text) in documents {
        best = best.max(geosciml(text));
    }
    let remedy = "Publish the layer with the columns of GeoSciML-Lite and answer clicks as application/xml with GeologicUnitView, whose *_uri columns hold terms of CGI.";
    match best {
        Geosciml::Terms => Finding::good("lite", "with terms"),
        Geosciml::Named => {
            Finding::of("lite", Verdict::Partly, "GeoSciML-Lite without terms of CGI or of the chart of ages", remedy)
        }
        Geosciml::None => Finding::bad("lite", "no click is answered so", remedy),
    }
}

/// How much of GeoSciML a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Geosciml {
    None,
    Named,
    Terms,
}

fn geosciml(text: &str) -> Geosciml {
    let looked = xml::read(text.as_bytes(), Doctype::PassedOver, |root| {
        let of = |namespace: Option<&str>| {
            namespace.is_some_and(|it| GEOSCIML.iter().chain(&LITE).any(|known| it.starts_with(known)))
        };
        let mut elements = root.descendants().filter(|node| node.is_element() && of(node.tag_name().namespace()));
        let named = elements.clone().next().is_some();
        let is_term = |text: &str| VOCABULARIES.iter().any(|vocabulary| text.contains(vocabulary));
        let terms = elements.any(|node| {
            let text = TERMS.contains(&node.tag_name().name()) && is_term(node.text().unwrap_or(""));
            text || node.descendants().any(|inner| xml::attribute(inner, "href").is_some_and(is_term))
        });
        Ok(if terms {
            Geosciml::Terms
        } else if named {
            Geosciml::Named
        } else {
            Geosciml::None
        })
    });
    looked.unwrap_or(Geosciml::None)
}

fn sld(evidence: &Evidence, service: &Service) -> Finding {
    let styled: Vec<&Drawn> =
        evidence.layers.iter().map(|layer| &layer.styled).filter(|it| !matches!(it, Drawn::NotAsked)).collect();
    let remedy = "Let the server take SLD_BODY, and give the layer the column representativeAge_uri, so that portals can colour it by age.";
    let painted = styled.iter().any(|drawn| drawn.picture().is_some_and(|picture| holds(picture, PAINTED)));
    let refused = styled.iter().find_map(|drawn| match drawn {
        Drawn::Refused(why) => Some(why.clone()),
        _ => None,
    });
    match (painted, refused) {
        (true, _) => Finding::good("sld", "what has an age was painted as the style said"),
        (false, Some(why)) => Finding::bad("sld", why, remedy),
        (false, None) if styled.is_empty() => Finding::unknown("sld", "No map was drawn to try it on."),
        (false, None) => {
            let also = if service.takes_styles { ", although it says that it takes styles" } else { "" };
            Finding::bad("sld", format!("the style was passed over{also}"), remedy)
        }
    }
}

fn wfs(evidence: &Evidence) -> Finding {
    let remedy =
        "Offer a WFS with the feature types of GeoSciML-Lite or GeoSciML 4.1 (Basic is enough) beside the WMS.";
    let best =
        evidence.features.asked.iter().filter_map(|seen| seen.outcome.as_ref().ok()).map(|text| geosciml(text)).max();
    match (best, evidence.service("WFS")) {
        (Some(Geosciml::Terms), _) => Finding::good("wfs", "with terms"),
        (Some(Geosciml::Named), _) => {
            Finding::of("wfs", Verdict::Partly, "GeoSciML without terms of CGI or of the chart of ages", remedy)
        }
        (_, Some(service)) => Finding::bad(
            "wfs",
            format!(
                "a WFS is there; of its feature types ({}) none that was looked at is GeoSciML",
                service.layers.len()
            ),
            remedy,
        ),
        (_, None) => Finding::bad("wfs", "no WFS was found at this address or beside it", remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geosciml_is_known_by_its_namespace_and_its_terms() {
        let lite = |uri: &str| {
            format!(
                "<c xmlns:g='http://xmlns.geosciml.org/geosciml-lite/4.1'><g:GeologicUnitView><g:representativeAge_uri>{uri}</g:representativeAge_uri></g:GeologicUnitView></c>"
            )
        };
        assert_eq!(geosciml(&lite("http://resource.geosciml.org/classifier/ics/ischart/Jurassic")), Geosciml::Terms);
        assert_eq!(geosciml(&lite("Jurassic")), Geosciml::Named);
        let basic = "<f xmlns:g='http://xmlns.geosciml.org/GeoSciML-Basic/4.1' xmlns:x='http://www.w3.org/1999/xlink'><g:GeologicUnit><g:geologicUnitType x:href='http://inspire.ec.europa.eu/codelist/GeologicUnitTypeValue/x'/></g:GeologicUnit></f>";
        assert_eq!(geosciml(basic), Geosciml::Terms);
        assert_eq!((geosciml("<a/>"), geosciml("no xml")), (Geosciml::None, Geosciml::None));
    }
}

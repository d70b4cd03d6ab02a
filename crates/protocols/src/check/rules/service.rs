//! What a service says of itself, and how it is reached.

use super::{has_keyword, judged, keyword_value};
use crate::check::ask::server_of;
use crate::check::evidence::Evidence;
use crate::check::report::{Finding, Verdict};
use terrane_formats::services::{Service, ServiceKind};

/// Words that servers write when nobody has written any.
const PLACEHOLDERS: [&str; 9] = [
    "wms",
    "wfs",
    "geoserver web map service",
    "mapserver wms",
    "untitled",
    "qgis mapserver",
    "my wms",
    "title",
    "onlineresource",
];

pub(super) fn unreadable(evidence: &Evidence) -> Finding {
    let why = evidence.described.iter().find_map(|it| it.outcome.as_ref().err());
    let why = why.map_or("It was not asked.", String::as_str);
    Finding::bad(
        "capabilities",
        why,
        "Look whether the address is that of a WMS or WFS, and whether a browser shows it with ?SERVICE=WMS&REQUEST=GetCapabilities.",
    )
}

pub(super) fn reach(evidence: &Evidence) -> Vec<Finding> {
    let https = match evidence.is_secure {
        true => Finding::good("https", "https"),
        false => Finding::bad(
            "https",
            "http: portals that are reached through https cannot show it",
            "Offer the service through https, with a certificate that browsers know.",
        ),
    };
    let cors = match evidence.shared_with.as_deref() {
        Some("*") => Finding::good("cors", "Access-Control-Allow-Origin: *"),
        Some(origin) => Finding::of(
            "cors",
            Verdict::Partly,
            format!("only {origin} may read it"),
            "Send Access-Control-Allow-Origin: * for data that is open.",
        ),
        None => Finding::bad(
            "cors",
            "no Access-Control-Allow-Origin is sent, so that maps of others cannot read legends, clicks and features",
            "Send Access-Control-Allow-Origin: * for data that is open.",
        ),
    };
    vec![https, cors]
}

pub(super) fn words(evidence: &Evidence, service: &Service) -> Vec<Finding> {
    vec![
        capabilities(service),
        versions(evidence, service),
        own_addresses(evidence, service),
        title(service),
        described(service),
        contact(service),
        keyword_onegeology(service),
        keywords_metadata(service),
        stated("fees", &service.fees, "what the use costs", "Fees"),
        stated("constraints", &service.constraints, "on what conditions it may be used", "AccessConstraints"),
    ]
}

fn capabilities(service: &Service) -> Finding {
    let named = match service.kind {
        ServiceKind::Wms => matches!(service.name.as_str(), "WMS" | "OGC:WMS"),
        ServiceKind::Wfs => service.name.to_ascii_uppercase().contains("WFS"),
    };
    let needed = if service.kind == ServiceKind::Wms { "GetMap" } else { "GetFeature" };
    let has_operation = service.operation(needed).is_some();
    let seen = format!("{} {} with {} layers", service.kind.name(), service.version, service.layers.len());
    match (named, has_operation, service.layers.is_empty()) {
        (true, true, false) => Finding::good("capabilities", seen),
        (_, false, _) => Finding::bad(
            "capabilities",
            format!("{seen}, but without {needed}"),
            format!("Offer {needed} in the capabilities."),
        ),
        (_, _, true) => Finding::bad("capabilities", seen, "Publish a layer with a name."),
        (false, ..) => Finding::of(
            "capabilities",
            Verdict::Partly,
            format!("{seen}, which calls itself “{}”", service.name),
            "Write WMS (1.3.0) or OGC:WMS (1.1.1) as the name of the service.",
        ),
    }
}

fn versions(evidence: &Evidence, service: &Service) -> Finding {
    let kind = service.kind.name();
    let asked: Vec<_> = evidence.described.iter().filter(|it| it.service == kind).collect();
    let spoken = |it: &&&crate::check::evidence::Described| {
        it.outcome.as_ref().is_ok_and(|service| service.version.starts_with(&it.version[..3]))
    };
    let good: Vec<&str> = asked.iter().filter(spoken).map(|it| it.version).collect();
    let bad: Vec<&str> = asked.iter().filter(|it| !spoken(it)).map(|it| it.version).collect();
    match (good.is_empty(), bad.is_empty()) {
        (false, true) => Finding::good("versions", good.join(", ")),
        (false, false) => Finding::of(
            "versions",
            Verdict::Partly,
            format!("{} is spoken, {} is not", good.join(", "), bad.join(", ")),
            "Offer both; clients of the field ask for either.",
        ),
        (true, _) => Finding::bad(
            "versions",
            format!("asked for {}, it answers in {}", bad.join(" and "), service.version),
            "Answer in the version that is asked for.",
        ),
    }
}

/// What a service calls its own address must be reachable for others: an inner name, or http where it is https, is not.
fn own_addresses(evidence: &Evidence, service: &Service) -> Finding {
    let from = server_of(&evidence.url).to_ascii_lowercase();
    let from = if from.contains("://") { from } else { format!("https://{from}") };
    let foreign = service.operations.iter().map(|it| it.url.as_str()).find(|url| {
        !url.is_empty() && !server_of(url).trim_end_matches(":80").trim_end_matches(":443").eq_ignore_ascii_case(&from)
    });
    match foreign {
        None => Finding::good("own-addresses", "the same server"),
        Some(url) => Finding::of(
            "own-addresses",
            Verdict::Partly,
            format!("the capabilities send clients to {}", server_of(url)),
            "Set the public address of the server (OnlineResource), so that clients come back by the way that they came.",
        ),
    }
}

fn title(service: &Service) -> Finding {
    let title = service.title.trim();
    let lacks = title.is_empty() || PLACEHOLDERS.contains(&title.to_ascii_lowercase().as_str());
    match lacks {
        false => Finding::good("service-title", format!("“{title}”")),
        true => Finding::bad(
            "service-title",
            format!("the title is “{title}”"),
            "Write a title such as “GBR BGS Bedrock and Superficial Geology”.",
        ),
    }
}

fn described(service: &Service) -> Finding {
    let length = service.description.chars().count();
    match length {
        0 => Finding::bad(
            "service-abstract",
            "there is none",
            "Write two or three sentences: what is shown, whose it is, at what scale.",
        ),
        1..=29 => Finding::of(
            "service-abstract",
            Verdict::Partly,
            format!("“{}” is all", service.description),
            "Write two or three sentences: what is shown, whose it is, at what scale.",
        ),
        _ => Finding::good("service-abstract", format!("{length} characters")),
    }
}

fn contact(service: &Service) -> Finding {
    let contact = &service.contact;
    let ways = [
        ("mail", &contact.email),
        ("telephone", &contact.telephone),
        ("address", &contact.address),
        ("person", &contact.person),
    ];
    let there: Vec<&str> = ways.iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| *name).collect();
    let remedy =
        "Name the organisation that owns the data, and a mail address or telephone number with the country's code.";
    match (contact.organisation.is_empty(), there.is_empty()) {
        (false, false) => Finding::good("contact", format!("{} ({})", contact.organisation, there.join(", "))),
        (true, true) => Finding::bad("contact", "there is none", remedy),
        (false, true) => {
            Finding::of("contact", Verdict::Partly, format!("{}, but no way to reach it", contact.organisation), remedy)
        }
        (true, false) => Finding::of("contact", Verdict::Partly, "there is no organisation", remedy),
    }
}

fn keyword_onegeology(service: &Service) -> Finding {
    let at_service = has_keyword(&service.keywords, "OneGeology");
    let layers = judged(service);
    let at_layers = layers.iter().filter(|layer| has_keyword(&layer.keywords, "OneGeology")).count();
    let remedy = "Add the keyword OneGeology to the service and to each layer that is meant for its portal.";
    match (at_service, at_layers) {
        (true, 1..) => Finding::good("keyword-onegeology", format!("the service and {at_layers} layers")),
        (false, 1..) => Finding::of(
            "keyword-onegeology",
            Verdict::Partly,
            format!("{at_layers} layers, but not the service"),
            remedy,
        ),
        (true, 0) => Finding::of("keyword-onegeology", Verdict::Partly, "the service, but no layer", remedy),
        (false, 0) => Finding::bad("keyword-onegeology", "nowhere", remedy),
    }
}

fn keywords_metadata(service: &Service) -> Finding {
    let lacking: Vec<&str> =
        ["MD_DATE", "MD_LANG"].into_iter().filter(|name| keyword_value(&service.keywords, name).is_none()).collect();
    let remedy = "Add the keywords MD_DATE@2026-11-26 (when the description last changed) and MD_LANG@ENG (ISO 639-3) to the service.";
    match lacking.len() {
        0 => Finding::good("keywords-metadata", "both"),
        1 => Finding::of("keywords-metadata", Verdict::Partly, format!("{}@ is missing", lacking[0]), remedy),
        _ => Finding::bad("keywords-metadata", "neither", remedy),
    }
}

fn stated(id: &'static str, text: &str, what: &str, element: &str) -> Finding {
    match text.is_empty() {
        false => Finding::good(id, format!("“{}”", text.chars().take(120).collect::<String>())),
        true => Finding::bad(
            id,
            format!("it does not say {what}"),
            format!("Fill in {element}; write “none” when there is nothing to say."),
        ),
    }
}

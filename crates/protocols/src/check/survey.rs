//! Asks a service what its users would, one question after another, and writes down what was seen. It judges nothing.

use super::ask::{Dialect, HEIGHT_PX, Target, WIDTH_PX, ground, server_of, with};
use super::evidence::{Described, Drawn, Evidence, FeatureSeen, Info, LayerSeen, Question};
use super::pictures::{difference, drawn_pixel};
use super::report::Report;
use super::rules::judged;
use super::sld;
use std::time::{Duration, Instant};
use terrane_formats::picture::png;
use terrane_formats::services::{self, Layer, Service};
use terrane_model::limits::{CHECK_LAYERS_DRAWN_MAX, CHECK_QUESTIONS_MAX, CHECK_SECONDS_MAX, Limits};
use terrane_model::outgoing::{Fetch, Fetched, Outgoing};

/// Checks a service.
pub async fn check(outgoing: &dyn Outgoing, target: &Target, page: &str) -> Report {
    let evidence =
        Evidence { url: target.url.clone(), is_secure: target.base.starts_with("https:"), ..Evidence::default() };
    let until = Instant::now() + Duration::from_secs(CHECK_SECONDS_MAX);
    let mut survey = Survey { outgoing, target, page, until, seen: evidence };
    if target.is_wfs {
        survey.features(std::slice::from_ref(&target.base)).await;
    } else {
        survey.maps().await;
        survey.features(&target.feature_bases()).await;
    }
    Report::of(&survey.seen)
}

struct Survey<'a> {
    outgoing: &'a dyn Outgoing,
    target: &'a Target,
    /// The page that asks, as browsers tell it.
    page: &'a str,
    until: Instant,
    seen: Evidence,
}

/// Bytes of a picture or an answer that are taken.
const ANSWER_BYTES_MAX: usize = 8_388_608;
/// Bytes of capabilities that are taken.
const CAPABILITIES_BYTES_MAX: usize = 33_554_432;

impl Survey<'_> {
    /// Asks, and writes down that it was asked.
    async fn ask(&mut self, what: &str, url: String, bytes_max: usize) -> Result<Fetched, String> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() || self.seen.questions.len() >= CHECK_QUESTIONS_MAX {
            self.seen.is_cut_short = true;
            return Err("it was not asked: the time for one check was over".to_owned());
        }
        let question = Fetch { origin: Some(server_of(self.page).to_owned()), bytes_max, ..Fetch::new(url.clone()) };
        let began = Instant::now();
        let outcome = match tokio::time::timeout(left, self.outgoing.fetch(question)).await {
            Ok(outcome) => outcome.map_err(|error| error.say().to_owned()),
            Err(_) => Err("it did not answer in the time of this check".to_owned()),
        };
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, bytes) = outcome.as_ref().map_or((None, 0), |it| (Some(it.status), it.body.len()));
        self.seen.questions.push(Question { what: what.to_owned(), url, status, bytes, took_ms });
        outcome
    }

    async fn describe(&mut self, base: &str, service: &'static str, version: &'static str) {
        let mut pairs = vec![("SERVICE", service), ("REQUEST", "GetCapabilities"), ("VERSION", version)];
        if service == "WFS" {
            pairs.push(("ACCEPTVERSIONS", version));
        }
        let answer =
            self.ask(&format!("what {service} {version} offers"), with(base, &pairs), CAPABILITIES_BYTES_MAX).await;
        if let Ok(answer) = &answer {
            self.seen.is_secure = answer.url.starts_with("https:");
            self.seen.shared_with = answer.header("access-control-allow-origin").map(str::to_owned);
        }
        let outcome = answer.and_then(|answer| match answer.status {
            200 => services::read(&answer.body).map(Box::new).map_err(|error| error.say().to_owned()),
            status => Err(format!("the server answered with the status {status}")),
        });
        let outcome = outcome.and_then(|found| match found.kind.name() == service {
            true => Ok(found),
            false => Err(format!("asked for {service}, it describes a {}", found.kind.name())),
        });
        self.seen.described.push(Described { service, version, outcome });
    }

    async fn maps(&mut self) {
        for version in ["1.1.1", "1.3.0"] {
            self.describe(&self.target.base.clone(), "WMS", version).await;
        }
        let Some(service) = self.seen.service("WMS").cloned() else { return };
        let speaks = |version: &str| {
            let described = self.seen.version("WMS", version).and_then(|it| it.outcome.as_ref().ok());
            described.is_some_and(|service| service.version.starts_with(&version[..3]))
        };
        let (old, new) = (speaks("1.1.1"), speaks("1.3.0"));
        let chosen = judged(&service).into_iter().filter(|layer| layer.degrees.is_some());
        let chosen: Vec<Layer> = chosen.take(CHECK_LAYERS_DRAWN_MAX).cloned().collect();
        for (place, layer) in chosen.iter().enumerate() {
            let mut seen = self.draw(&service, layer, [old, new]).await;
            self.look_closer(&service, layer, &mut seen, place == 0).await;
            self.seen.layers.push(seen);
        }
    }

    /// The maps of a layer in every way to ask.
    async fn draw(&mut self, service: &Service, layer: &Layer, [old, new]: [bool; 2]) -> LayerSeen {
        let mut seen = LayerSeen { name: layer.name.clone(), ground: drawable(layer), ..LayerSeen::default() };
        if old || !new {
            seen.old = self.map(service, layer, (Dialect::Old, seen.ground), None).await;
        }
        if new {
            seen.new = self.map(service, layer, (Dialect::New, seen.ground), None).await;
            if layer.crs.iter().any(|crs| crs == "CRS:84") {
                seen.lon_lat = self.map(service, layer, (Dialect::LonLat, seen.ground), None).await;
            }
            if doubtful(&seen) {
                seen.swapped = self.map(service, layer, (Dialect::Swapped, seen.ground), None).await;
            }
        }
        let dialect = if old || !new { Dialect::Old } else { Dialect::New };
        if let Some(wider) = wider(seen.ground) {
            seen.wider = self.map(service, layer, (dialect, wider), None).await;
        }
        seen
    }

    /// The legend, and for one layer what a click and a style bring.
    async fn look_closer(&mut self, service: &Service, layer: &Layer, seen: &mut LayerSeen, is_first: bool) {
        if let Some(url) = layer.styles.iter().find_map(|style| style.legend.clone()) {
            seen.legend = self.legend(&url).await;
        }
        let dialect = if seen.old.picture().is_some() { Dialect::Old } else { Dialect::New };
        let map = if dialect == Dialect::Old { &seen.old } else { &seen.new };
        let at = map.picture().and_then(drawn_pixel);
        if is_first {
            seen.styled = self.map(service, layer, (dialect, seen.ground), Some(&sld::by_age(&layer.name))).await;
        }
        if let Some(at) = at.filter(|_| layer.is_queryable && seen_nothing_yet(&self.seen)) {
            seen.info = self.click(service, layer, (dialect, seen.ground), at).await;
        }
    }

    fn map_pairs(&self, layer: &Layer, dialect: Dialect, box_deg: [f64; 4]) -> Vec<(&'static str, String)> {
        let first = [("SERVICE", "WMS".to_owned()), ("REQUEST", "GetMap".to_owned()), ("LAYERS", layer.name.clone())];
        first.into_iter().chain([("STYLES", String::new())]).chain(ground(dialect, box_deg)).collect()
    }

    async fn map(
        &mut self,
        service: &Service,
        layer: &Layer,
        (dialect, box_deg): (Dialect, [f64; 4]),
        style: Option<&str>,
    ) -> Drawn {
        let mut pairs = self.map_pairs(layer, dialect, box_deg);
        pairs.extend([("FORMAT", picture_form(service)), ("TRANSPARENT", "TRUE".to_owned())]);
        pairs.extend(style.map(|style| ("SLD_BODY", style.to_owned())));
        let what =
            format!("a map of {} ({dialect:?}{})", layer.name, if style.is_some() { ", with a style" } else { "" });
        let url = with(&self.target.base, &borrowed(&pairs));
        let answer = self.ask(&what, url, ANSWER_BYTES_MAX).await;
        answer.map_or_else(Drawn::Refused, |answer| drawn(&answer))
    }

    /// A legend is asked for at the server that was typed alone: what a document names must not send us elsewhere.
    async fn legend(&mut self, url: &str) -> Drawn {
        if !server_of(url).eq_ignore_ascii_case(server_of(&self.target.base)) {
            return Drawn::Refused(format!("it is at another server ({}), which was not asked", server_of(url)));
        }
        let answer = self.ask("a legend", url.to_owned(), ANSWER_BYTES_MAX).await;
        answer.map_or_else(Drawn::Refused, |answer| drawn(&answer))
    }

    async fn click(
        &mut self,
        service: &Service,
        layer: &Layer,
        map: (Dialect, [f64; 4]),
        [x, y]: [u32; 2],
    ) -> Vec<Info> {
        let keys = if map.0 == Dialect::New { ["I", "J"] } else { ["X", "Y"] };
        let offered = service.operation("GetFeatureInfo").map(|it| it.formats.clone()).unwrap_or_default();
        let mut infos = Vec::new();
        for format in forms_of_clicks(&offered) {
            let mut pairs = self.map_pairs(layer, map.0, map.1);
            pairs.retain(|(key, _)| *key != "REQUEST");
            pairs.extend([
                ("REQUEST", "GetFeatureInfo".to_owned()),
                ("QUERY_LAYERS", layer.name.clone()),
                ("FORMAT", picture_form(service)),
            ]);
            pairs.extend([("INFO_FORMAT", format.clone()), (keys[0], x.to_string()), (keys[1], y.to_string())]);
            let url = with(&self.target.base, &borrowed(&pairs));
            let answer = self.ask(&format!("what is there, as {format}"), url, ANSWER_BYTES_MAX).await;
            infos.push(Info { outcome: answer.and_then(|answer| told(&answer)), format });
        }
        infos
    }

    async fn features(&mut self, bases: &[String]) {
        for base in bases {
            self.describe(base, "WFS", "2.0.0").await;
            if let Some(service) = self.seen.service("WFS").cloned() {
                self.describe(base, "WFS", "1.1.0").await;
                for layer in likely_geology(&service) {
                    let outcome = self.feature(base, &layer).await;
                    self.seen.features.asked.push(FeatureSeen { name: layer.name, outcome });
                }
                return;
            }
        }
    }

    async fn feature(&mut self, base: &str, layer: &Layer) -> Result<String, String> {
        let pairs = [
            ("SERVICE", "WFS"),
            ("VERSION", "2.0.0"),
            ("REQUEST", "GetFeature"),
            ("TYPENAMES", layer.name.as_str()),
            ("COUNT", "1"),
        ];
        let answer = self.ask(&format!("a feature of {}", layer.name), with(base, &pairs), ANSWER_BYTES_MAX).await?;
        told(&answer).map(|(_, text)| text)
    }
}

/// Whether no click has been answered yet: one layer is enough.
fn seen_nothing_yet(seen: &Evidence) -> bool {
    seen.layers.iter().all(|layer| layer.info.iter().all(|info| info.outcome.is_err()))
}

fn borrowed<'p>(pairs: &'p [(&'static str, String)]) -> Vec<(&'static str, &'p str)> {
    pairs.iter().map(|(key, value)| (*key, value.as_str())).collect()
}

/// The box of a layer, within the world. Of one that crosses the antimeridian the greater part is drawn.
fn drawable(layer: &Layer) -> [f64; 4] {
    let [west, south, east, north] = layer.degrees.unwrap_or([-180.0, -90.0, 180.0, 90.0]);
    let (south, north) = (south.max(-90.0), north.min(90.0));
    let east = match (west < east, 180.0 - west > east + 180.0) {
        (true, _) => east,
        (false, true) => 180.0,
        (false, false) => return [-180.0, south, east, north],
    };
    // A point has no box; something around it has.
    let widen = |low: f64, high: f64| if high - low < 1e-4 { (low - 0.05, high + 0.05) } else { (low, high) };
    let ((west, east), (south, north)) = (widen(west, east), widen(south, north));
    [west.max(-180.0), south, east.min(180.0), north]
}

/// An area three times as wide and high, where the world has room for it.
fn wider([west, south, east, north]: [f64; 4]) -> Option<[f64; 4]> {
    let (width, height) = (east - west, north - south);
    let area = [west - width, south - height, east + width, north + height];
    (area[0] >= -180.0 && area[2] <= 180.0 && area[1] >= -90.0 && area[3] <= 90.0).then_some(area)
}

/// Whether the axes have to be looked at once more.
fn doubtful(seen: &LayerSeen) -> bool {
    let held_to = seen.old.picture().or(seen.lon_lat.picture());
    match (seen.new.picture(), held_to) {
        (Some(new), Some(other)) => difference(new, other) > 0.02,
        (None, Some(_)) => true,
        _ => false,
    }
}

/// PNG, by the name that the service has for it.
fn picture_form(service: &Service) -> String {
    let offered = service.operation("GetMap").map(|it| it.formats.as_slice()).unwrap_or_default();
    let png = offered
        .iter()
        .find(|it| it.eq_ignore_ascii_case("image/png"))
        .or_else(|| offered.iter().find(|it| it.starts_with("image/png")));
    png.map_or_else(|| "image/png".to_owned(), Clone::clone)
}

/// What came instead of a picture, or the picture.
fn drawn(answer: &Fetched) -> Drawn {
    let kind = answer.media_type();
    if let Ok(picture) = png::read(&answer.body, &picture_limits()) {
        return Drawn::Picture(picture);
    }
    match (answer.status, kind.starts_with("image/"), services::exception(&answer.body)) {
        (200, true, None) => Drawn::Unread(kind),
        (_, _, Some(said)) => Drawn::Refused(format!("“{said}”")),
        (200, false, None) => {
            Drawn::Refused(format!("the answer is {}", if kind.is_empty() { "of no media type" } else { &kind }))
        }
        (status, ..) => Drawn::Refused(format!("the server answered with the status {status}")),
    }
}

/// Pictures that are larger than what was asked for, legends among them, up to a size.
fn picture_limits() -> Limits {
    Limits {
        picture_side_px_max: 16_384,
        picture_pixels_max: u64::from(WIDTH_PX) * u64::from(HEIGHT_PX) * 200,
        ..Limits::default()
    }
}

/// The text of an answer, when it is one.
fn told(answer: &Fetched) -> Result<(String, String), String> {
    match (answer.status, services::exception(&answer.body)) {
        (_, Some(said)) => Err(format!("“{said}”")),
        (200, None) => Ok((answer.media_type(), String::from_utf8_lossy(&answer.body).into_owned())),
        (status, None) => Err(format!("the server answered with the status {status}")),
    }
}

/// Forms to ask for: those for people always, one for programs when it is offered.
fn forms_of_clicks(offered: &[String]) -> Vec<String> {
    let xml = ["geosciml", "application/xml", "text/xml", "gml"]
        .into_iter()
        .find_map(|part| offered.iter().find(|form| form.to_ascii_lowercase().contains(part)));
    ["text/html", "text/plain"].into_iter().map(str::to_owned).chain(xml.cloned()).collect()
}

/// Feature types that are likely to be GeoSciML, else the first.
fn likely_geology(service: &Service) -> Vec<Layer> {
    let likely = |layer: &&Layer| {
        let name = layer.name.to_ascii_lowercase();
        ["gsml", "geosciml", "geologicunit", "mappedfeature", "sheardisplacement"]
            .iter()
            .any(|part| name.contains(part))
    };
    let found: Vec<Layer> = service.layers.iter().filter(likely).take(FEATURE_TYPES_MAX).cloned().collect();
    if found.is_empty() { service.layers.iter().take(1).cloned().collect() } else { found }
}

/// Feature types that are asked for.
const FEATURE_TYPES_MAX: usize = 3;

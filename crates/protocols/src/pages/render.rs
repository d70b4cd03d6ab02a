//! Templates → pages. What strangers wrote is escaped by the template engine, always.

use super::moments::text_in_words;
use super::words::{LANGUAGES, Language, Words};
use crate::common::kvp::encode;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value as Shown, context};
use serde_json::{Value, json};
use std::sync::OnceLock;
use terrane_engine::Caller;
use terrane_model::{Error, Result};

const TEMPLATES: [(&str, &str); 29] = [
    ("base.html", include_str!("templates/base.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("landing.html", include_str!("templates/landing.html")),
    ("collections.html", include_str!("templates/collections.html")),
    ("dataset.html", include_str!("templates/dataset.html")),
    ("items.html", include_str!("templates/items.html")),
    ("item.html", include_str!("templates/item.html")),
    ("summary.html", include_str!("templates/summary.html")),
    ("columns.html", include_str!("templates/columns.html")),
    ("styles.html", include_str!("templates/styles.html")),
    ("maps.html", include_str!("templates/maps.html")),
    ("map.html", include_str!("templates/map.html")),
    ("tilesets.html", include_str!("templates/tilesets.html")),
    ("sets.html", include_str!("templates/sets.html")),
    ("conformance.html", include_str!("templates/conformance.html")),
    ("api.html", include_str!("templates/api.html")),
    ("check.html", include_str!("templates/check.html")),
    ("event.html", include_str!("templates/event.html")),
    ("hazards.html", include_str!("templates/hazards.html")),
    ("hazard.html", include_str!("templates/hazard.html")),
    ("place.html", include_str!("templates/place.html")),
    ("fdsn.html", include_str!("templates/fdsn.html")),
    ("failure.html", include_str!("templates/failure.html")),
    ("terms.html", include_str!("templates/terms.html")),
    ("vocabularies.html", include_str!("templates/vocabularies.html")),
    ("vocabulary.html", include_str!("templates/vocabulary.html")),
    ("term.html", include_str!("templates/term.html")),
    ("unit.html", include_str!("templates/unit.html")),
    ("timescale.html", include_str!("templates/timescale.html")),
];

/// The one style sheet.
pub const STYLE_SHEET: &str = include_str!("templates/site.css");

/// A page: what it is called, where it stands, what it shows.
pub struct Page<'a> {
    /// The template.
    pub template: &'a str,
    /// The title of the page.
    pub title: &'a str,
    /// Pages above this one: title and path.
    pub above: Vec<(String, String)>,
    /// What the template shows.
    pub shows: Value,
}

/// The page as an answer.
pub fn render(site: &Site, request: &Request, page: Page<'_>) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let mut context = frame(site, request, &words, &page);
    if let (Value::Object(context), Value::Object(shows)) = (&mut context, page.shows) {
        context.extend(shows);
    }
    let template = environment().get_template(page.template).map_err(Error::internal)?;
    let go = Shown::from_function(go(site, request));
    let when = Shown::from_function(move |text: &str, to_the_day: Option<bool>| {
        text_in_words(text, &words, to_the_day.unwrap_or(false))
    });
    let text = template.render(context! { go, when, ..Shown::from(Serde(context)) }).map_err(Error::internal)?;
    Ok(Reply::ok("text/html; charset=utf-8", text).with_header("content-language", words.language))
}

/// What every page shows around its content.
fn frame(site: &Site, request: &Request, words: &Words, page: &Page<'_>) -> Value {
    let languages: Vec<Value> = LANGUAGES
        .iter()
        .map(|Language { tag, name, .. }| {
            let href = format!("{}{}{}", root(site), request.path, request.query_with("lang", Some(tag)));
            json!({"tag": tag, "name": name, "href": href, "current": *tag == words.language})
        })
        .collect();
    let above: Vec<Value> = page.above.iter().map(|(title, path)| json!({"title": title, "path": path})).collect();
    json!({
        "w": words.texts(),
        "lang": words.language,
        "lang_name": words.name(),
        "lang_asked": language_asked(request),
        "languages": languages,
        "root": root(site),
        "public_url": site.about.public_url,
        "site_title": request.say(&site.about.title),
        "operator": request.say(&site.about.operator.name),
        "operator_url": site.about.operator.url.as_deref().filter(|url| crate::ogcapi::describe::is_web(url)),
        "checks": site.checker.is_some(),
        "has_events": !site.engine.event_sources(Caller::Public).is_empty(),
        "title": page.title,
        "above": above,
        "style_sheet": format!("/assets/site.css?v={}", style_version()),
        "as_json": format!("{}{}{}", root(site), request.path, request.query_with("f", Some("json"))),
    })
}

/// The path part of the site's own address: links within pages work under whatever name the site is reached.
pub fn root(site: &Site) -> &str {
    let after_scheme = site.about.public_url.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.find('/').map_or("", |at| &after_scheme[at..])
}

/// Changes with the style sheet, so that it can be kept for ever.
pub fn style_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| blake3::hash(STYLE_SHEET.as_bytes()).to_hex()[..8].to_owned())
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        for (name, text) in TEMPLATES {
            // A template that cannot be read is missing when it is asked for, and a test renders them all.
            drop(environment.add_template(name, text));
        }
        environment
    })
}

/// Makes addresses of pages of this site, in the language that was asked for by address.
fn go(site: &Site, request: &Request) -> impl Fn(&str) -> String + Send + Sync + 'static {
    let root = root(site).to_owned();
    let lang = language_asked(request).map(encode);
    move |path| match &lang {
        Some(lang) => {
            let joint = if path.contains('?') { '&' } else { '?' };
            format!("{root}{path}{joint}lang={lang}")
        }
        None => format!("{root}{path}"),
    }
}

/// The language that the address names.
fn language_asked(request: &Request) -> Option<&str> {
    request.query.once("lang").ok().flatten().filter(|lang| !lang.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        for (name, text) in TEMPLATES {
            let mut environment = Environment::new();
            if let Err(error) = environment.add_template(name, text) {
                panic!("{name}: {error:#}");
            }
        }
    }
}

//! Vocabularies as pages: lists, trees, the chart in its colours, and everything that is known of a term.

mod chart;

use super::ask::{self, CHART, Part, Subject};
use crate::common::kvp::encode;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::pages::{Page, Words, render};
use serde_json::{Value, json};
use std::collections::HashSet;
use terrane_geology::time::{Unit, chart as the_chart};
use terrane_geology::vocabulary::{Concept, Vocabulary, all};
use terrane_model::Result;

/// Terms that a search shows.
const HITS_MAX: usize = 40;
/// Languages of labels that a page offers, with their names in themselves.
const LANGUAGES: [(&str, &str); 29] = [
    ("en", "English"),
    ("ja", "日本語"),
    ("zh", "中文"),
    ("ko", "한국어"),
    ("th", "ไทย"),
    ("vi", "Tiếng Việt"),
    ("id", "Bahasa Indonesia"),
    ("ms", "Bahasa Melayu"),
    ("ru", "Русский"),
    ("fr", "Français"),
    ("es", "Español"),
    ("pt", "Português"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("sv", "Svenska"),
    ("no", "Norsk"),
    ("fi", "Suomi"),
    ("pl", "Polski"),
    ("cs", "Čeština"),
    ("sk", "Slovenčina"),
    ("hu", "Magyar"),
    ("lt", "Lietuvių"),
    ("ca", "Català"),
    ("eu", "Euskara"),
    ("az", "Azərbaycanca"),
    ("tr", "Türkçe"),
    ("mn", "Монгол"),
    ("ru-Latn", "Русский (Latin)"),
];

/// All vocabularies, or those with a term that answers to a word.
pub fn list(site: &Site, request: &Request) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let language = ask::language(request);
    let word = ask::word(request)?;
    let mut groups: Vec<(&Vocabulary, Vec<Value>)> = Vec::new();
    for vocabulary in all() {
        let one = json!({"id": vocabulary.id, "title": vocabulary.title(language), "terms": vocabulary.concepts().len(), "about": vocabulary.definition});
        match groups.iter_mut().find(|(first, _)| first.collection == vocabulary.collection) {
            Some((_, list)) => list.push(one),
            None => groups.push((vocabulary, vec![one])),
        }
    }
    let group = |(first, list): (&Vocabulary, Vec<Value>)| json!({"title": first.collection, "attribution": first.attribution, "list": list});
    let groups: Vec<Value> = groups.into_iter().map(group).collect();
    let shows = json!({
        "q": word,
        "hits": hits_everywhere(word, language),
        "chart": {"id": CHART, "units": the_chart().units().len(), "version": the_chart().version(), "attribution": the_chart().attribution()},
        "groups": groups,
    });
    render(
        site,
        request,
        Page { template: "vocabularies.html", title: words.say("vocabularies"), above: Vec::new(), shows },
    )
}

/// The best terms of all vocabularies for a word.
fn hits_everywhere(word: &str, language: &str) -> Vec<Value> {
    if word.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<(f32, Value)> = chart::hits(word, language);
    for vocabulary in all() {
        let found = vocabulary.find(word, 3).into_iter().filter(|found| found.score >= 0.6);
        hits.extend(found.map(|found| (found.score, hit(vocabulary, found.concept, language))));
    }
    hits.sort_by(|a, b| b.0.total_cmp(&a.0));
    hits.truncate(HITS_MAX);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

fn hit(vocabulary: &Vocabulary, concept: &Concept, language: &str) -> Value {
    let mut shown = short(vocabulary, concept, language);
    shown["of"] = vocabulary.title(language).into();
    shown["definition"] = concept.definition.as_str().into();
    shown
}

/// One vocabulary: its facts, its terms as a tree, or those that answer to a word.
pub fn vocabulary(site: &Site, request: &Request, subject: Subject) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let above = vec![(words.say("vocabularies").to_owned(), "/vocabularies".to_owned())];
    match subject {
        Subject::Chart(of) => {
            let shows = chart::shows(&words, request, of)?;
            render(site, request, Page { template: "timescale.html", title: words.say("time_scale"), above, shows })
        }
        Subject::Terms(vocabulary) => {
            let shows = terms(request, vocabulary)?;
            let title = vocabulary.title(ask::language(request));
            render(site, request, Page { template: "vocabulary.html", title, above, shows })
        }
    }
}

fn terms(request: &Request, vocabulary: &'static Vocabulary) -> Result<Value> {
    let language = ask::language(request);
    let word = ask::word(request)?;
    let found = if word.is_empty() { Vec::new() } else { vocabulary.find(word, HITS_MAX) };
    let hits: Vec<Value> = found.iter().map(|found| hit(vocabulary, found.concept, language)).collect();
    let mut seen = HashSet::new();
    let mut tops = vocabulary.tops();
    tops.sort_by_key(|concept| concept.label(language).to_lowercase());
    let tree: Vec<Value> = tops.into_iter().map(|top| branch(vocabulary, top, language, &mut seen)).collect();
    Ok(json!({
        "id": vocabulary.id,
        "uri": vocabulary.uri,
        "about": vocabulary.definition,
        "version": vocabulary.version,
        "licence": vocabulary.licence,
        "attribution": vocabulary.attribution,
        "source": vocabulary.source,
        "number": vocabulary.concepts().len(),
        "q": word,
        "hits": hits,
        "tree": tree,
        "is_flat": vocabulary.concepts().iter().all(|concept| concept.broader.is_empty()),
        "label_languages": label_languages(request, vocabulary.concepts().iter().flat_map(Concept::languages)),
        "path": format!("/vocabularies/{}", vocabulary.id),
    }))
}

/// A term and those below it; one that stands in several places is opened at the first.
fn branch(
    vocabulary: &'static Vocabulary,
    concept: &'static Concept,
    language: &str,
    seen: &mut HashSet<&'static str>,
) -> Value {
    let mut node = short(vocabulary, concept, language);
    if !seen.insert(&concept.id) {
        node["again"] = (!concept.narrower.is_empty()).into();
        return node;
    }
    let mut below: Vec<&'static Concept> = concept.narrower.iter().filter_map(|id| vocabulary.concept(id)).collect();
    below.sort_by_key(|concept| concept.label(language).to_lowercase());
    node["below"] = below.into_iter().map(|concept| branch(vocabulary, concept, language, seen)).collect();
    node
}

/// What a list shows of a term: its label, the English one beside it where that is another, its page.
fn short(vocabulary: &Vocabulary, concept: &Concept, language: &str) -> Value {
    let (label, english) = (concept.label(language), concept.label("en"));
    json!({
        "id": concept.id,
        "label": label,
        "lang": label_language(concept, language),
        "second": (label != english).then_some(english),
        "path": format!("/vocabularies/{}/{}", vocabulary.id, encode(&concept.id)),
    })
}

fn label_language(concept: &Concept, language: &str) -> String {
    if concept.label_in(language).is_some() { language.to_owned() } else { "en".to_owned() }
}

/// Languages to choose labels in, of those that labels are in.
fn label_languages<'a>(request: &Request, used: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let used: HashSet<&str> = used.collect();
    let current = ask::language(request).split('-').next().unwrap_or("en").to_owned();
    let offered = LANGUAGES.iter().filter(|(tag, _)| used.contains(tag) && *tag != "ru-Latn");
    let one = |(tag, name): &(&str, &str)| json!({"tag": tag, "name": name, "current": *tag == current, "query": request.query_with("lang", Some(tag))});
    offered.map(one).collect()
}

/// One term with everything that is known of it.
pub fn term(site: &Site, request: &Request, part: Part) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let language = ask::language(request);
    let mut above = vec![(words.say("vocabularies").to_owned(), "/vocabularies".to_owned())];
    match part {
        Part::Unit(unit) => {
            above.push((words.say("time_scale").to_owned(), format!("/vocabularies/{CHART}")));
            let shows = chart::unit(&words, unit, language);
            render(site, request, Page { template: "unit.html", title: unit.label(language), above, shows })
        }
        Part::Concept(vocabulary, concept) => {
            above.push((vocabulary.title(language).to_owned(), format!("/vocabularies/{}", vocabulary.id)));
            let shows = facts(vocabulary, concept, language);
            render(site, request, Page { template: "term.html", title: concept.label(language), above, shows })
        }
    }
}

fn facts(vocabulary: &Vocabulary, concept: &Concept, language: &str) -> Value {
    let list = |ids: &[String]| -> Vec<Value> {
        let mut found: Vec<Value> = ids
            .iter()
            .filter_map(|id| vocabulary.concept(id))
            .map(|concept| short(vocabulary, concept, language))
            .collect();
        found.sort_by_key(|one| one["label"].as_str().unwrap_or_default().to_lowercase());
        found
    };
    json!({
        "second": (concept.label(language) != concept.label("en")).then(|| concept.label("en")),
        "label_lang": label_language(concept, language),
        "definition": concept.definition,
        "reference": concept.reference,
        "notation": concept.notation,
        "uri": concept.uri,
        "inspire": concept.inspire,
        "broader": list(&concept.broader),
        "narrower": list(&concept.narrower),
        "related": list(&concept.related),
        "names": names(concept),
        "path": format!("/vocabularies/{}/{}", vocabulary.id, encode(&concept.id)),
        "licence": vocabulary.licence,
        "attribution": vocabulary.attribution,
    })
}

/// Names by language: the label, and other words after it.
fn names(concept: &Concept) -> Vec<Value> {
    let mut tags: Vec<&str> = concept.languages().collect();
    tags.sort_unstable();
    tags.dedup();
    let one = |tag: &str| {
        let of = |list: &[(String, String)]| {
            list.iter().filter(|(language, _)| language == tag).map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        let own = concept.label_in(tag).filter(|_| tag != "ru-Latn");
        let mut texts: Vec<String> = own.map(str::to_owned).into_iter().collect();
        let more = [of(&concept.labels), of(&concept.alternatives), of(&concept.synonyms)].concat();
        for text in more {
            if !texts.contains(&text) && !concept.is_mistaken(tag, &text) {
                texts.push(text);
            }
        }
        let (label, others) =
            texts.split_first().map_or((String::new(), Vec::new()), |(first, rest)| (first.clone(), rest.to_vec()));
        json!({"tag": tag, "language": language_name(tag), "label": label, "others": others})
    };
    tags.into_iter().map(one).filter(|names| names["label"] != "").collect()
}

fn language_name(tag: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}

/// The names of a unit by language.
fn unit_names(unit: &Unit) -> Vec<Value> {
    let one = |(tag, text): &(String, String)| {
        let stated = unit.stated_label(tag).filter(|stated| stated != text);
        json!({"tag": tag, "language": language_name(tag), "label": text, "others": stated})
    };
    unit.labels().iter().map(one).collect()
}

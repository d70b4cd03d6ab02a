//! Styles that mapped geology has without anybody making them: by age in the colours of the CGMW, by lithology, by the kind of fault
//! or contact.

use super::MappingEntry;
use crate::catalogue::{Entry, StyleEntry};
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_drawing::style::Style;
use terrane_geology::legend::{self, Class};
use terrane_geology::view::{AGE, LITHOLOGY, View};

/// A symbol for one class, as style JSON.
type Symbol = fn(&str) -> String;

/// The styles of a view over some mappings, by name.
pub(crate) fn styles(view: &View, mappings: &[&MappingEntry]) -> BTreeMap<String, StyleEntry> {
    let layers: Vec<_> =
        mappings.iter().flat_map(|mapping| &mapping.layers).filter(|layer| layer.view == view.name).collect();
    let version = mappings.iter().map(|mapping| mapping.version).sum();
    let made = view.terms().filter_map(|kind| {
        let name = name_of(kind.name)?;
        let classes = legend::classes(kind, layers.iter().copied());
        let symbol = symbol_of(view);
        // What tells rows of the view is known of each of them; other rows of the table are not drawn.
        let unknown = (kind.name != view.told_by).then_some(UNKNOWN);
        (!classes.is_empty()).then(|| json((name, kind.name), &classes, symbol, unknown))
    });
    let entry = |text: String| {
        let style = Style::from_json(&text).ok()?;
        let name = style.name.clone()?;
        let digest = blake3::hash(text.as_bytes());
        Some((name.clone(), StyleEntry { name, style: Arc::new(style), version, digest, derived: true }))
    };
    let mut styles: BTreeMap<String, StyleEntry> = made.filter_map(entry).collect();
    if styles.is_empty() {
        styles.extend(entry(plain(symbol_of(view))));
    }
    styles
}

/// What a mapped dataset, or a view over all, can be coloured by.
pub struct Colouring<'a> {
    /// The kind of terms: `age`, `lithology`, …
    pub by: &'static str,
    /// The derived column that tells its classes.
    pub column: &'static str,
    /// The style that does.
    pub style: &'a StyleEntry,
}

/// What an entry can be coloured by; nothing where no mapping is laid over it.
pub fn colourings(entry: &Entry) -> Vec<Colouring<'_>> {
    let views = entry.view().into_iter().chain(entry.mapping().into_iter().flat_map(MappingEntry::views));
    let mut found: Vec<Colouring<'_>> = Vec::new();
    for kind in views.flat_map(View::terms) {
        let named = |name: &str| entry.style(Some(name)).ok().filter(|style| style.derived);
        let style = name_of(kind.name).and_then(|name| named(name).or_else(|| named(&beside(name))));
        if let Some(style) = style.filter(|_| found.iter().all(|known| known.by != kind.name)) {
            let column = kind.column();
            found.push(Colouring { by: kind.name, column, style });
        }
    }
    found
}

/// Adds a style that a mapping makes. Where the dataset has one of its own of that name, both are kept; of two that mappings make, the
/// first.
pub(crate) fn add_derived(styles: &mut BTreeMap<String, StyleEntry>, style: StyleEntry) {
    let name = match styles.get(&style.name) {
        Some(known) if !known.derived => beside(&style.name),
        _ => style.name.clone(),
    };
    styles.entry(name.clone()).or_insert(StyleEntry { name, ..style });
}

/// The name of a style that a mapping makes beside a dataset's own.
fn beside(name: &str) -> String {
    format!("{name}-mapped")
}

/// The name of the style by a kind of term, for the kinds that tell how a map looks.
fn name_of(kind: &str) -> Option<&'static str> {
    match kind {
        AGE => Some("age"),
        LITHOLOGY => Some("lithology"),
        "faultType" => Some("fault-type"),
        "contactType" => Some("contact-type"),
        "commodity" => Some("commodity"),
        "mineStatus" => Some("status"),
        _ => None,
    }
}

fn symbol_of(view: &View) -> Symbol {
    match view.name {
        "ShearDisplacementStructureView" => {
            |colour| format!(r#"{{"type":"line","colour":"{colour}","width":"0.5 mm","cap":"round","join":"round"}}"#)
        }
        "ContactView" => {
            |colour| format!(r#"{{"type":"line","colour":"{colour}","width":"0.2 mm","cap":"round","join":"round"}}"#)
        }
        "GeologicUnitView" | "GeomorphologicUnitView" => |colour| {
            format!(r##"{{"type":"fill","colour":"{colour}","outline":{{"colour":"#4a4a4a","width":"0.13 mm"}}}}"##)
        },
        _ => |colour| {
            format!(
                r##"{{"type":"mark","shape":"circle","size":"2.4 mm","fill":"{colour}","stroke":{{"colour":"#ffffff","width":"0.2 mm"}}}}"##
            )
        },
    }
}

/// What is drawn where no term is known.
const UNKNOWN: &str = "#e4e4e4";
/// What is drawn where nothing tells classes apart.
const PLAIN: &str = "#4a4a4a";

fn json((name, kind): (&str, &str), classes: &[Class], symbol: Symbol, unknown: Option<&str>) -> String {
    let title = match kind {
        AGE => {
            r#"{"en":"Age, in the colours of the CGMW","ja":"年代（CGMW の配色）","zh":"年代（CGMW 配色）","ko":"연대(CGMW 색상)"}"#
        }
        LITHOLOGY => r#"{"en":"Lithology","ja":"岩相","zh":"岩性","ko":"암상","th":"ลักษณะหิน","vi":"Thạch học"}"#,
        _ => r#"{"en":"Kinds","ja":"種類","zh":"类型","ko":"종류"}"#,
    };
    let mut rules: Vec<String> = classes.iter().map(|class| rule(class, symbol)).collect();
    rules.extend(unknown.map(|colour| {
        format!(
            r#"{{"title":{{"en":"Not known","ja":"不明","zh":"未知","ko":"미상","th":"ไม่ทราบ","vi":"Không rõ"}},"else":true,"symbolizers":[{}]}}"#,
            symbol(colour)
        )
    }));
    let is_coverage = matches!(kind, AGE | LITHOLOGY);
    format!(r#"{{"name":"{name}","title":{title},"coverage":{is_coverage},"rules":[{}]}}"#, rules.join(","))
}

fn rule(class: &Class, symbol: Symbol) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let titles: Vec<String> =
        class.titles.iter().map(|(language, text)| format!("{}:{}", quoted(language), quoted(text))).collect();
    let filter = format!("{} = '{}'", class.column, class.uri.replace('\'', "''"));
    let [red, green, blue] = class.colour;
    format!(
        r#"{{"title":{{{}}},"filter":{},"symbolizers":[{}]}}"#,
        titles.join(","),
        quoted(&filter),
        symbol(&format!("#{red:02x}{green:02x}{blue:02x}"))
    )
}

fn plain(symbol: Symbol) -> String {
    format!(r#"{{"name":"default","title":{{"en":"Plain"}},"rules":[{{"symbolizers":[{}]}}]}}"#, symbol(PLAIN))
}

//! Legends that follow from terms: the classes that a mapped table has, in order, with colours, and the tree above them.

use crate::mapping::{Entry, Layer};
use crate::meaning;
use crate::time;
use crate::view::{AGE, LITHOLOGY, TermKind};
use crate::vocabulary::{self, Concept};

/// One class of a legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The derived column that tells it.
    pub column: &'static str,
    /// The address of the term, which is the value of the column.
    pub uri: String,
    /// The identifier of the term.
    pub id: String,
    /// Its name by language.
    pub titles: Vec<(String, String)>,
    /// Its colour.
    pub colour: [u8; 3],
}

/// Languages that legends are written in.
pub const LANGUAGES: [&str; 12] = ["en", "ja", "zh", "ko", "th", "vi", "id", "ms", "fr", "es", "ru", "de"];

/// The classes of a kind of term that layers name, each once: ages from young to old, others in the order of their vocabulary.
pub fn classes<'a>(kind: &'static TermKind, layers: impl Iterator<Item = &'a Layer>) -> Vec<Class> {
    let entries = layers.filter_map(|layer| layer.terms.get(kind.name)).flat_map(|table| &table.values);
    let mut found: Vec<(usize, Class)> = Vec::new();
    for (order, class) in entries.filter_map(|entry| class(kind, entry)) {
        if !found.iter().any(|(_, known)| known.uri == class.uri) {
            found.push((order, class));
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, class)| class).collect()
}

fn class(kind: &'static TermKind, entry: &Entry) -> Option<(usize, Class)> {
    match kind.name {
        AGE => {
            let unit = meaning::age(entry.events.first()?).ok()?.representative();
            Some((unit.order as usize, class_of_unit(unit)))
        }
        _ => {
            let term = if kind.name == LITHOLOGY { &entry.parts.first()?.lithology } else { entry.term.as_ref()? };
            let concept = meaning::concept(kind, term).ok()?;
            let order = vocabulary::named(kind.vocabulary)?.concepts().iter().position(|one| one.id == concept.id)?;
            let titles = titles(|language| concept.label(language));
            let colour = if kind.name == LITHOLOGY { lithology_colour(concept) } else { kind_colour(order) };
            let column = kind.column();
            Some((order, Class { column, uri: concept.uri.clone(), id: concept.id.clone(), titles, colour }))
        }
    }
}

/// The class of a unit of the chart, in the colour of the CGMW.
pub fn class_of_unit(unit: &'static time::Unit) -> Class {
    Class {
        column: "representativeAge_uri",
        uri: unit.uri(),
        id: unit.id.to_string(),
        titles: titles(|language| unit.label(language)),
        colour: unit.colour,
    }
}

/// A name in every language that has one of its own.
fn titles<'a>(label: impl Fn(&str) -> &'a str) -> Vec<(String, String)> {
    let english = label("en");
    let own = LANGUAGES.iter().filter(|language| **language == "en" || label(language) != english);
    own.map(|language| ((*language).to_owned(), label(language).to_owned())).collect()
}

/// Colours of rocks: what is told nearest above a rock counts. Sediments are yellow and grey, carbonates blue, acid rocks red, basic
/// rocks green, metamorphic rocks violet, as geological maps have long been coloured; no body fixes them.
const ROCKS: [(&str, [u8; 3]); 49] = [
    ("material_formed_in_surficial_environment", [232, 220, 160]),
    ("anthropogenic_material", [190, 190, 190]),
    ("breccia", [214, 190, 140]),
    ("composite_genesis_material", [205, 190, 214]),
    ("composite_genesis_rock", [198, 180, 210]),
    ("metamorphic_rock", [186, 160, 205]),
    ("hornfels", [160, 130, 185]),
    ("schist", [176, 140, 200]),
    ("gneiss", [206, 150, 195]),
    ("amphibolite", [110, 150, 120]),
    ("serpentinite", [80, 140, 90]),
    ("quartzite", [222, 205, 235]),
    ("phyllite", [170, 165, 205]),
    ("slate", [150, 150, 185]),
    ("marble", [140, 170, 225]),
    ("fault_related_material", [150, 130, 120]),
    ("igneous_material", [235, 140, 120]),
    ("igneous_rock", [235, 140, 120]),
    ("acidic_igneous_rock", [244, 130, 120]),
    ("granitoid", [244, 124, 128]),
    ("granite", [238, 98, 112]),
    ("tonalite", [236, 150, 140]),
    ("rhyolitoid", [250, 170, 120]),
    ("rhyolite", [252, 180, 126]),
    ("dacite", [240, 160, 110]),
    ("andesite", [196, 170, 110]),
    ("dioritoid", [214, 120, 150]),
    ("basic_igneous_rock", [96, 150, 96]),
    ("basalt", [84, 140, 84]),
    ("gabbroid", [70, 118, 92]),
    ("ultramafic_igneous_rock", [70, 90, 130]),
    ("peridotite", [84, 100, 150]),
    ("tuffite", [246, 206, 176]),
    ("pyroclastic_material", [250, 200, 165]),
    ("sedimentary_material", [222, 214, 170]),
    ("sedimentary_rock", [222, 214, 170]),
    ("clastic_sediment", [250, 244, 180]),
    ("sediment", [250, 244, 190]),
    ("clastic_sandstone", [248, 222, 118]),
    ("generic_sandstone", [248, 222, 118]),
    ("clastic_conglomerate", [232, 178, 92]),
    ("generic_conglomerate", [232, 178, 92]),
    ("clastic_mudstone", [168, 182, 150]),
    ("generic_mudstone", [168, 182, 150]),
    ("shale", [150, 168, 140]),
    ("coal", [70, 70, 70]),
    ("evaporite", [240, 190, 220]),
    ("carbonate_sedimentary_rock", [110, 170, 222]),
    ("non_clastic_siliceous_sedimentary_rock", [214, 150, 100]),
];

/// The colour of the nearest rock above that has one.
pub fn lithology_colour(concept: &'static Concept) -> [u8; 3] {
    let lithologies = vocabulary::named("simplelithology");
    let mut level: Vec<&str> = vec![&concept.id];
    for _ in 0..DEPTH_MAX {
        if let Some((_, colour)) = ROCKS.iter().rev().find(|(id, _)| level.contains(id)) {
            return *colour;
        }
        let above = |id: &&str| {
            lithologies.and_then(|all| all.concept(id)).map(|concept| concept.broader.iter().map(String::as_str))
        };
        level = level.iter().filter_map(above).flatten().collect();
    }
    [205, 205, 205]
}

/// No vocabulary is deeper.
const DEPTH_MAX: usize = 20;

/// Colours that can be told apart, for kinds that have none of their own.
fn kind_colour(order: usize) -> [u8; 3] {
    const COLOURS: [[u8; 3]; 10] = [
        [27, 27, 27],
        [192, 57, 43],
        [31, 119, 180],
        [44, 140, 60],
        [148, 103, 189],
        [214, 137, 16],
        [23, 150, 160],
        [140, 86, 75],
        [200, 80, 150],
        [110, 110, 30],
    ];
    COLOURS[order % COLOURS.len()]
}

/// A node of a tree of terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The identifier of the term.
    pub id: String,
    /// Its address.
    pub uri: String,
    /// Its name by language.
    pub titles: Vec<(String, String)>,
    /// Its colour.
    pub colour: [u8; 3],
    /// Whether a class of the legend is just this term; else it only stands above classes.
    pub is_class: bool,
    /// What is below, in order.
    pub below: Vec<Branch>,
}

/// Classes of ages or lithologies as the tree of their vocabulary: only branches that lead to a class.
pub fn tree(kind: &'static TermKind, classes: &[Class]) -> Vec<Branch> {
    match kind.name {
        AGE => {
            let tops = time::chart().units().iter().filter(|unit| unit.parent.is_none());
            tops.filter_map(|unit| age_branch(unit, classes)).collect()
        }
        _ => {
            let Some(terms) = vocabulary::named(kind.vocabulary) else { return Vec::new() };
            let mut seen = Vec::new();
            terms.tops().into_iter().filter_map(|top| term_branch(kind, top, classes, &mut seen)).collect()
        }
    }
}

fn age_branch(unit: &'static time::Unit, classes: &[Class]) -> Option<Branch> {
    let below: Vec<Branch> = unit.children().filter_map(|child| age_branch(child, classes)).collect();
    let is_class = classes.iter().any(|class| class.id == unit.id);
    (is_class || !below.is_empty()).then(|| Branch {
        id: unit.id.to_string(),
        uri: unit.uri(),
        titles: titles(|language| unit.label(language)),
        colour: unit.colour,
        is_class,
        below,
    })
}

/// A term with more than one above stands where it is met first.
fn term_branch(
    kind: &'static TermKind,
    concept: &'static Concept,
    classes: &[Class],
    seen: &mut Vec<&'static str>,
) -> Option<Branch> {
    if seen.contains(&concept.id.as_str()) {
        return None;
    }
    seen.push(&concept.id);
    let terms = vocabulary::named(kind.vocabulary)?;
    let children: Vec<&'static Concept> = concept.narrower.iter().filter_map(|id| terms.concept(id)).collect();
    let below: Vec<Branch> = children.into_iter().filter_map(|child| term_branch(kind, child, classes, seen)).collect();
    let class = classes.iter().find(|class| class.id == concept.id);
    (class.is_some() || !below.is_empty()).then(|| Branch {
        id: concept.id.clone(),
        uri: concept.uri.clone(),
        titles: titles(|language| concept.label(language)),
        colour: class.map_or_else(|| colour_above(kind, concept), |class| class.colour),
        is_class: class.is_some(),
        below,
    })
}

fn colour_above(kind: &TermKind, concept: &'static Concept) -> [u8; 3] {
    if kind.name == LITHOLOGY { lithology_colour(concept) } else { [205, 205, 205] }
}

//! The words that QuakeML's Basic Event Description 1.2 allows, and others that mean the same.

pub(super) static ORIGIN_UNCERTAINTY_DESCRIPTION: &[&str] =
    &["horizontal uncertainty", "uncertainty ellipse", "confidence ellipsoid"];
pub(super) static AMPLITUDE_CATEGORY: &[&str] = &["point", "mean", "duration", "period", "integral", "other"];
pub(super) static ORIGIN_DEPTH_TYPE: &[&str] = &[
    "from location",
    "from moment tensor inversion",
    "from modeling of broad-band P waveforms",
    "constrained by depth phases",
    "constrained by direct phases",
    "constrained by depth and direct phases",
    "operator assigned",
    "other",
];
pub(super) static ORIGIN_TYPE: &[&str] =
    &["hypocenter", "centroid", "amplitude", "macroseismic", "rupture start", "rupture end"];
pub(super) static MT_INVERSION_TYPE: &[&str] = &["general", "zero trace", "double couple"];
pub(super) static EVALUATION_MODE: &[&str] = &["manual", "automatic"];
pub(super) static EVALUATION_STATUS: &[&str] = &["preliminary", "confirmed", "reviewed", "final", "rejected"];
pub(super) static PICK_ONSET: &[&str] = &["emergent", "impulsive", "questionable"];
pub(super) static EVENT_TYPE: &[&str] = &[
    "not existing",
    "not reported",
    "earthquake",
    "anthropogenic event",
    "collapse",
    "cavity collapse",
    "mine collapse",
    "building collapse",
    "explosion",
    "accidental explosion",
    "chemical explosion",
    "controlled explosion",
    "experimental explosion",
    "industrial explosion",
    "mining explosion",
    "quarry blast",
    "road cut",
    "blasting levee",
    "nuclear explosion",
    "induced or triggered event",
    "rock burst",
    "reservoir loading",
    "fluid injection",
    "fluid extraction",
    "crash",
    "plane crash",
    "train crash",
    "boat crash",
    "other event",
    "atmospheric event",
    "sonic boom",
    "sonic blast",
    "acoustic noise",
    "thunder",
    "avalanche",
    "snow avalanche",
    "debris avalanche",
    "hydroacoustic event",
    "ice quake",
    "slide",
    "landslide",
    "rockslide",
    "meteorite",
    "volcanic eruption",
];
pub(super) static DATA_USED_WAVE_TYPE: &[&str] =
    &["P waves", "body waves", "surface waves", "mantle waves", "combined", "unknown"];
pub(super) static AMPLITUDE_UNIT: &[&str] = &["m", "s", "m/s", "m/(s*s)", "m*s", "dimensionless", "other"];
pub(super) static EVENT_DESCRIPTION_TYPE: &[&str] = &[
    "felt report",
    "Flinn-Engdahl region",
    "local time",
    "tectonic summary",
    "nearest cities",
    "earthquake name",
    "region name",
];
pub(super) static MOMENT_TENSOR_CATEGORY: &[&str] = &["teleseismic", "regional"];
pub(super) static EVENT_TYPE_CERTAINTY: &[&str] = &["known", "suspected"];
pub(super) static SOURCE_TIME_FUNCTION_TYPE: &[&str] = &["box car", "triangle", "trapezoid", "unknown"];
pub(super) static PICK_POLARITY: &[&str] = &["positive", "negative", "undecidable"];

/// Words of older versions and of other programs, lower case, with the word of version 1.2.
const SYNONYMS: &[(&str, &str)] = &[
    ("induced earthquake", "induced or triggered event"),
    ("triggered event", "induced or triggered event"),
    ("known earthquake", "earthquake"),
    ("eq", "earthquake"),
    ("quarry", "quarry blast"),
    ("quarry_blast", "quarry blast"),
    ("mining_explosion", "mining explosion"),
    ("mine blast", "mining explosion"),
    ("chemical_explosion", "chemical explosion"),
    ("nuclear", "nuclear explosion"),
    ("nuclear_explosion", "nuclear explosion"),
    ("mine_collapse", "mine collapse"),
    ("rock_burst", "rock burst"),
    ("rockburst", "rock burst"),
    ("rock slide", "rockslide"),
    ("sonic_boom", "sonic boom"),
    ("ice_quake", "ice quake"),
    ("icequake", "ice quake"),
    ("snow_avalanche", "snow avalanche"),
    ("acoustic_noise", "acoustic noise"),
    ("volcanic_eruption", "volcanic eruption"),
    ("volcanic", "volcanic eruption"),
    ("eruption", "volcanic eruption"),
    ("induced_or_triggered_event", "induced or triggered event"),
    ("other_event", "other event"),
    ("other", "other event"),
    ("not locatable", "other event"),
    ("outside of network interest", "other event"),
    ("duplicate", "not existing"),
    ("not_existing", "not existing"),
    ("not_reported", "not reported"),
    ("unknown", "not reported"),
    ("meteor", "meteorite"),
    ("building_collapse", "building collapse"),
    ("experimental_explosion", "experimental explosion"),
    ("up", "positive"),
    ("down", "negative"),
    ("compression", "positive"),
    ("dilatation", "negative"),
    ("region", "region name"),
    ("from modeling of broad-band p waveforms", "from modeling of broad-band P waveforms"),
    ("from modelling of broad-band p waveforms", "from modeling of broad-band P waveforms"),
];

/// The word of QuakeML 1.2 for a word; `None` when there is none.
pub fn word_of(allowed: &'static [&'static str], given: &str) -> Option<&'static str> {
    let given = given.trim();
    let exactly = allowed.iter().find(|word| **word == given);
    exactly.or_else(|| allowed.iter().find(|word| word.eq_ignore_ascii_case(given))).copied().or_else(|| {
        let lower = given.to_lowercase();
        let meant = SYNONYMS.iter().find(|(known, word)| *known == lower && allowed.contains(word));
        meant.map(|(_, word)| *word)
    })
}

/// The type of event in QuakeML for a word of any catalogue.
pub fn event_type_of(given: &str) -> Option<&'static str> {
    word_of(EVENT_TYPE, given)
}

/// The status of an evaluation in QuakeML for a word of any catalogue: `automatic` is `preliminary`.
pub fn status_of(given: &str) -> Option<&'static str> {
    word_of(EVALUATION_STATUS, given).or_else(|| given.eq_ignore_ascii_case("automatic").then_some("preliminary"))
}

/// The mode of an evaluation in QuakeML for the word that a catalogue has for its status.
pub fn mode_of(given: &str) -> Option<&'static str> {
    match given.trim().to_lowercase().as_str() {
        "automatic" | "a" => Some("automatic"),
        "manual" | "reviewed" | "final" | "confirmed" | "m" => Some("manual"),
        _ => None,
    }
}

//! Types of magnitude under one name each, and their conversion to moment magnitude by published relations.

use serde::{Deserialize, Serialize};

/// A type of magnitude, whatever the spelling of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MagnitudeType {
    /// Moment magnitude, from whatever waves: `mw`, `mww`, `mwc`, `mwb`, `mwr`, `mwp`, …
    #[serde(rename = "Mw")]
    Moment,
    /// From short-period body waves: `mb`.
    #[serde(rename = "mb")]
    Body,
    /// From broad-band body waves: `mB`.
    #[serde(rename = "mB")]
    BroadBody,
    /// From the regional phase Lg: `mb_Lg`, `mbLg`, `MN`.
    #[serde(rename = "mb_Lg")]
    Lg,
    /// From surface waves: `Ms`, `Ms_20`, `Ms_BB`, `MSZ`.
    #[serde(rename = "Ms")]
    Surface,
    /// Local (Richter): `ML`, `MLv`, `MLh`, …
    #[serde(rename = "ML")]
    Local,
    /// From duration or coda: `Md`, `Mc`.
    #[serde(rename = "Md")]
    Duration,
    /// From the integrated P wave: `Mi`.
    #[serde(rename = "Mi")]
    Integrated,
    /// From radiated energy: `Me`.
    #[serde(rename = "Me")]
    Energy,
    /// Of the Japan Meteorological Agency: `Mj`, `MJMA`.
    #[serde(rename = "Mj")]
    Japan,
    /// From tsunamis: `Mt`.
    #[serde(rename = "Mt")]
    Tsunami,
    /// Not told, or of no known type.
    #[serde(rename = "M")]
    Unknown,
}

impl MagnitudeType {
    /// The type that a catalogue's spelling stands for. Only `mb` and `mB` differ by their case.
    pub fn named(spelling: &str) -> Self {
        let plain: String = spelling.chars().filter(char::is_ascii_alphanumeric).collect();
        if plain == "mB" || plain.eq_ignore_ascii_case("mbbb") {
            return Self::BroadBody;
        }
        let lower = plain.to_ascii_lowercase();
        match lower.as_str() {
            "mblg" | "mlg" | "mn" | "mbn" => Self::Lg,
            "mjma" | "mj" | "jma" => Self::Japan,
            "mi" => Self::Integrated,
            "me" => Self::Energy,
            "mt" => Self::Tsunami,
            "md" | "mc" | "mcd" | "mdl" => Self::Duration,
            name if name.starts_with("mw") => Self::Moment,
            name if name.starts_with("mb") => Self::Body,
            name if name.starts_with("ms") => Self::Surface,
            name if name.starts_with("ml") => Self::Local,
            _ => Self::Unknown,
        }
    }

    /// The name that this program writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moment => "Mw",
            Self::Body => "mb",
            Self::BroadBody => "mB",
            Self::Lg => "mb_Lg",
            Self::Surface => "Ms",
            Self::Local => "ML",
            Self::Duration => "Md",
            Self::Integrated => "Mi",
            Self::Energy => "Me",
            Self::Japan => "Mj",
            Self::Tsunami => "Mt",
            Self::Unknown => "M",
        }
    }
}

/// The relation that a magnitude was converted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It is a moment magnitude.
    Identity,
    /// Mw = 0.85 mb + 1.03.
    ScordilisBody,
    /// Mw = 0.67 Ms + 2.07.
    ScordilisSurfaceSmall,
    /// Mw = 0.99 Ms + 0.08.
    ScordilisSurfaceGreat,
    /// Mw ≈ ML.
    LocalAsMoment,
    /// Mi estimates the moment magnitude.
    IntegratedAsMoment,
}

/// What is known of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RelationFacts {
    /// The relation as a formula.
    pub formula: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// The least and the greatest magnitude, of the type converted, for which it is accepted.
    pub range: (f64, f64),
    /// The standard deviation of Mw; none was published where it is `None`.
    pub sigma: Option<f64>,
}

const SCORDILIS: &str = "Scordilis (2006), J. Seismol. 10, 225-236, doi:10.1007/s10950-006-9012-4";

impl Relation {
    /// The formula, its source, its range and its scatter.
    pub fn facts(self) -> RelationFacts {
        let facts = |formula, source, range, sigma| RelationFacts { formula, source, range, sigma };
        match self {
            Self::Identity => facts("Mw = Mw", "a moment magnitude already", (f64::NEG_INFINITY, f64::INFINITY), None),
            Self::ScordilisBody => facts("Mw = 0.85 mb + 1.03", SCORDILIS, (3.5, 6.2), Some(0.29)),
            Self::ScordilisSurfaceSmall => facts("Mw = 0.67 Ms + 2.07", SCORDILIS, (3.0, 6.1), Some(0.17)),
            Self::ScordilisSurfaceGreat => facts("Mw = 0.99 Ms + 0.08", SCORDILIS, (6.2, 8.2), Some(0.20)),
            Self::LocalAsMoment => facts(
                "Mw = ML",
                "accepted between 3 and 6.5: Hanks & Boore (1984), J. Geophys. Res. 89, 6229-6235; Heaton, Tajima & Mori (1986), \
                 Surv. Geophys. 8, 25-83",
                (3.0, 6.5),
                None,
            ),
            Self::IntegratedAsMoment => facts(
                "Mw = Mi",
                "an estimate of the moment magnitude: Tsuboi et al. (1995), Bull. Seismol. Soc. Am. 85, 606-613",
                (5.0, 8.0),
                None,
            ),
        }
    }

    fn of(kind: MagnitudeType, value: f64) -> Option<Self> {
        match kind {
            MagnitudeType::Moment => Some(Self::Identity),
            MagnitudeType::Body => Some(Self::ScordilisBody),
            // The two lines meet between 6.1 and 6.2; magnitudes are given to a tenth.
            MagnitudeType::Surface if value < 6.15 => Some(Self::ScordilisSurfaceSmall),
            MagnitudeType::Surface => Some(Self::ScordilisSurfaceGreat),
            MagnitudeType::Local => Some(Self::LocalAsMoment),
            MagnitudeType::Integrated => Some(Self::IntegratedAsMoment),
            _ => None,
        }
    }

    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Identity | Self::LocalAsMoment | Self::IntegratedAsMoment => value,
            Self::ScordilisBody => 0.85 * value + 1.03,
            Self::ScordilisSurfaceSmall => 0.67 * value + 2.07,
            Self::ScordilisSurfaceGreat => 0.99 * value + 0.08,
        }
    }
}

/// A moment magnitude and how it was come by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Converted {
    /// The moment magnitude.
    pub mw: f64,
    /// The relation used.
    pub relation: Relation,
    /// Whether the magnitude was in the range for which the relation is accepted.
    pub in_range: bool,
}

/// The moment magnitude for one of another type; `None` where no relation for the world is accepted (`Md`, `Me`, `mB`, `mb_Lg`, `Mj`,
/// `Mt`, unknown): those relations are of regions and networks.
pub fn moment_magnitude(value: f64, kind: MagnitudeType) -> Option<Converted> {
    let relation = Relation::of(kind, value).filter(|_| value.is_finite())?;
    let (least, greatest) = relation.facts().range;
    // A tenth given in binary shall not fall out of its range.
    let in_range = (least - 1e-6..=greatest + 1e-6).contains(&value);
    Some(Converted { mw: relation.apply(value), relation, in_range })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_catalogues_are_one_type_each() {
        use MagnitudeType as Type;
        for (spelling, kind) in [
            ("mww", Type::Moment),
            ("Mwc", Type::Moment),
            ("MW", Type::Moment),
            ("Mw(mB)", Type::Moment),
            ("mb", Type::Body),
            ("MB", Type::Body),
            ("mB", Type::BroadBody),
            ("mB_BB", Type::BroadBody),
            ("mb_lg", Type::Lg),
            ("mbLg", Type::Lg),
            ("Ms_20", Type::Surface),
            ("MS", Type::Surface),
            ("ms_bb", Type::Surface),
            ("MLv", Type::Local),
            ("ml", Type::Local),
            ("Md", Type::Duration),
            ("Mc", Type::Duration),
            ("Mi", Type::Integrated),
            ("Me", Type::Energy),
            ("MJMA", Type::Japan),
            ("", Type::Unknown),
            ("uk", Type::Unknown),
            ("Mh", Type::Unknown),
        ] {
            assert_eq!(MagnitudeType::named(spelling), kind, "{spelling}");
        }
        for kind in [Type::Moment, Type::Body, Type::BroadBody, Type::Lg, Type::Surface, Type::Local, Type::Unknown] {
            assert_eq!(MagnitudeType::named(kind.name()), kind);
        }
    }

    #[test]
    fn relations_hold_in_their_ranges() {
        let converted = |value, kind| moment_magnitude(value, kind).expect("a relation");
        let mb = converted(5.0, MagnitudeType::Body);
        assert!((mb.mw - 5.28).abs() < 1e-9 && mb.in_range);
        assert!(!converted(6.5, MagnitudeType::Body).in_range);
        assert!((converted(6.1, MagnitudeType::Surface).mw - 6.157).abs() < 1e-9);
        assert!((converted(6.2, MagnitudeType::Surface).mw - 6.218).abs() < 1e-9);
        assert!(!converted(8.5, MagnitudeType::Surface).in_range);
        assert!(!converted(2.0, MagnitudeType::Local).in_range && converted(4.0, MagnitudeType::Local).in_range);
        assert_eq!(converted(9.1, MagnitudeType::Moment).relation, Relation::Identity);
        assert_eq!(moment_magnitude(5.0, MagnitudeType::Duration), None);
        assert_eq!(moment_magnitude(f64::NAN, MagnitudeType::Moment), None);
    }
}

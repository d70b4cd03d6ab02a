//! The views that geological surveys exchange: GeoSciML-Lite 4.1 and EarthResourceML-Lite 2.0.1, field by field.
//!
//! Names, order and necessity are those of the schemas `geosciml-lite.xsd` (OGC 16-008) and `erml-lite.xsd` 2.0.1 (CGI).

/// A feature type of a Lite schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Its name in the schema, `GeologicUnitView`.
    pub name: &'static str,
    /// The identifier of the dataset that gathers all rows of the node in this view.
    pub id: &'static str,
    /// What it is called for people, in English.
    pub title: &'static str,
    /// The schema it is of.
    pub schema: LiteSchema,
    /// Its fields in the order of the schema, without the geometry.
    fields: &'static [&'static str],
    /// What its rows are told by: the terms that make a row one of this view.
    pub told_by: &'static str,
}

/// A schema of views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiteSchema {
    /// GeoSciML-Lite 4.1.
    GeoSciMl,
    /// EarthResourceML-Lite 2.0.1.
    EarthResourceMl,
}

impl LiteSchema {
    /// The usual prefix of its namespace.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::GeoSciMl => "gsmlp",
            Self::EarthResourceMl => "erl",
        }
    }

    /// Its XML namespace.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::GeoSciMl => "http://www.opengis.net/gsml/4.1/geosciml-lite",
            Self::EarthResourceMl => "http://xmlns.earthresourceml.org/earthresourceml-lite/2.0",
        }
    }

    /// Where its XML schema is published.
    pub fn location(self) -> &'static str {
        match self {
            Self::GeoSciMl => "http://schemas.opengis.net/gsml/4.1/geosciml-lite.xsd",
            Self::EarthResourceMl => "http://schemas.earthresourceml.org/earthresourceml-lite/2.0/erml-lite.xsd",
        }
    }
}

/// A field of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether the schema asks for it in every feature.
    pub required: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// The address of a term or of a document.
    Uri,
    /// A number: millions of years, metres or degrees, as its name tells.
    Number,
}

impl View {
    /// The view with a name, in any case.
    pub fn named(name: &str) -> Option<&'static Self> {
        VIEWS.iter().find(|view| view.name.eq_ignore_ascii_case(name))
    }

    /// Its fields, in order, without the geometry.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        self.fields.iter().map(|text| field(text))
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<Field> {
        self.fields().find(|field| field.name == name)
    }

    /// The kinds of terms that its fields are made of.
    pub fn terms(&self) -> impl Iterator<Item = &'static TermKind> + use<> {
        let fields = self.fields;
        TERMS.iter().filter(move |term| {
            let has = |name: &str| fields.iter().any(|text| field(text).name == name);
            // Fields of the same name mean other things in views without the address.
            let is_commodity = term.name == "commodity" && has("commodity_uri");
            is_commodity || has(term.column())
        })
    }
}

/// Reads `name*#`: `*` marks what is required, `#` a number.
fn field(text: &'static str) -> Field {
    let name = text.trim_end_matches(['*', '#']);
    let kind = match () {
        () if text.contains('#') => FieldKind::Number,
        () if name.ends_with("_uri") => FieldKind::Uri,
        () => FieldKind::Text,
    };
    Field { name, kind, required: text.contains('*') }
}

/// A kind of term: what a column of a survey's table may say, and in which vocabulary it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermKind {
    /// Its name in mappings.
    pub name: &'static str,
    /// The vocabulary; empty for ages, which are of the chronostratigraphic chart.
    pub vocabulary: &'static str,
    /// The field that holds the label.
    pub field: &'static str,
    /// The field that holds the address; empty when the views have none.
    pub uri_field: &'static str,
}

impl TermKind {
    /// The derived column that tells classes: the address, or the label where the views have no address.
    pub fn column(&self) -> &'static str {
        if self.uri_field.is_empty() { self.field } else { self.uri_field }
    }
}

/// The name of ages among the kinds of terms.
pub const AGE: &str = "age";
/// The name of lithologies among the kinds of terms.
pub const LITHOLOGY: &str = "lithology";

const fn term(name: &'static str, vocabulary: &'static str, field: &'static str, uri_field: &'static str) -> TermKind {
    TermKind { name, vocabulary, field, uri_field }
}

/// All kinds of terms.
pub const TERMS: &[TermKind] = &[
    term(AGE, "", "geologicHistory", "representativeAge_uri"),
    term(LITHOLOGY, "simplelithology", "lithology", "representativeLithology_uri"),
    term("geologicUnitType", "geologicunittype", "geologicUnitType", "geologicUnitType_uri"),
    term("rank", "stratigraphicrank", "rank", ""),
    term("observationMethod", "mappedfeatureobservationmethod", "observationMethod", ""),
    term("faultType", "faulttype", "faultType", "faultType_uri"),
    term("movementType", "faultmovementtype", "movementType", "movementType_uri"),
    term("deformationStyle", "deformationstyle", "deformationStyle", "deformationStyle_uri"),
    term("contactType", "contacttype", "contactType", "contactType_uri"),
    term("drillingMethod", "boreholedrillingmethod", "drillingMethod", ""),
    term("commodity", "CommodityCode", "commodity", "representativeCommodity_uri"),
    term("mineralOccurrenceType", "MineralOccurrenceType", "mineralOccurrenceType", "mineralOccurrenceType_uri"),
    term("mineralDepositModel", "DepositModel", "mineralDepositModel", "mineralDepositModel_uri"),
    term("explorationActivityType", "ExplorationActivityType", "explorationActivityType", ""),
    term("explorationResult", "ExplorationResult", "explorationResult", ""),
    term("mineStatus", "MineStatus", "status", "status_uri"),
    term("miningActivity", "MiningActivity", "activityType", "activityType_uri"),
    term("processingType", "ProcessingActivity", "processingPlantType", "processingPlantType_uri"),
    term("wasteStorage", "WasteStorage", "storageType", "storageType_uri"),
    term(
        "classificationMethodUsed",
        "ClassificationMethodUsed",
        "classificationMethodUsed",
        "classificationMethodUsed_uri",
    ),
];

impl TermKind {
    /// The kind with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TERMS.iter().find(|term| term.name == name)
    }
}

const GEOLOGIC_UNIT: &[&str] = &[
    "identifier*",
    "name",
    "description",
    "geologicUnitType",
    "rank",
    "lithology",
    "geologicHistory",
    "numericOlderAge#",
    "numericYoungerAge#",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "geologicUnitType_uri",
    "representativeLithology_uri",
    "representativeAge_uri",
    "representativeOlderAge_uri",
    "representativeYoungerAge_uri",
    "specification_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const SHEAR_DISPLACEMENT_STRUCTURE: &[&str] = &[
    "identifier*",
    "name",
    "description",
    "faultType",
    "movementType",
    "deformationStyle",
    "displacement",
    "geologicHistory",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "faultType_uri",
    "movementType_uri",
    "deformationStyle_uri",
    "representativeAge_uri",
    "representativeOlderAge_uri",
    "representativeYoungerAge_uri",
    "numericOlderAge#",
    "numericYoungerAge#",
    "specification_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const CONTACT: &[&str] = &[
    "identifier*",
    "name",
    "description",
    "contactType",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "contactType_uri*",
    "specification_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const BOREHOLE: &[&str] = &[
    "identifier*",
    "name",
    "description",
    "purpose",
    "status",
    "drillingMethod",
    "operator",
    "driller",
    "drillStartDate",
    "drillEndDate",
    "startPoint",
    "inclinationType",
    "boreholeMaterialCustodian",
    "boreholeLength_m#",
    "elevation_m#",
    "elevation_srs",
    "positionalAccuracy",
    "source",
    "parentBorehole_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const GEOLOGIC_SPECIMEN: &[&str] = &[
    "identifier*",
    "label",
    "description",
    "specimenType",
    "materialClass",
    "positionalAccuracy",
    "samplingTime",
    "samplingMethod",
    "currentLocation",
    "source",
    "specimenType_uri",
    "materialClass_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const GEOMORPHOLOGIC_UNIT: &[&str] = &[
    "identifier*",
    "name",
    "description",
    "activity",
    "geomorphologicFeatureType",
    "unitType",
    "lithology",
    "geologicHistory",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "activity_uri",
    "geomorphologicFeatureType_uri",
    "unitType_uri",
    "representativeLithology_uri",
    "representativeAge_uri",
    "representativeNumericAge#",
    "specification_uri",
    "metadata_uri",
    "genericSymbolizer",
];

const SITE_OBSERVATION: &[&str] = &[
    "identifier*",
    "siteName",
    "observationName",
    "label",
    "description",
    "featureOfInterest",
    "observedProperty",
    "observedValue",
    "observedValueUom",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "featureOfInterest_uri",
    "propertyType_uri",
    "metadata_uri",
    "genericSymbolizer",
    "symbolRotation#",
];

const MINERAL_OCCURRENCE: &[&str] = &[
    "identifier*",
    "name",
    "mineralOccurrenceType*",
    "commodity*",
    "mineName",
    "geologicHistory",
    "hostGeologicUnit",
    "mineralDepositModel",
    "mineralOccurrenceShape",
    "explorationActivityType",
    "explorationActivityDuration",
    "explorationResult",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "mineralOccurrenceType_uri*",
    "representativeCommodity_uri*",
    "mine_uri",
    "hostGeologicUnit_uri",
    "mineralDepositModel_uri",
    "representativeAge_uri",
    "representativeOlderAge_uri",
    "representativeYoungerAge_uri",
    "specification_uri",
];

const COMMODITY_RESOURCE: &[&str] = &[
    "identifier*",
    "commodity*",
    "commodityRank",
    "commodityImportance",
    "mineralOccurrenceName",
    "mineName",
    "oreMeasure",
    "oreMeasureType",
    "oreMeasureAssessmentCategory",
    "classificationMethodUsed",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "commodity_uri*",
    "mineralOccurrence_uri",
    "mine_uri",
    "oreMeasureType_uri",
    "oreMeasureAssessmentCategory_uri",
    "classificationMethodUsed_uri",
    "specification_uri",
];

const MINE: &[&str] = &[
    "identifier*",
    "name",
    "status*",
    "commodity",
    "owner",
    "startDate",
    "endDate",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "status_uri*",
    "representativeCommodity_uri",
    "specification_uri",
];

const MINING_ACTIVITY: &[&str] = &[
    "identifier*",
    "activityType*",
    "activityEndDate*",
    "activityStartDate*",
    "mineName",
    "commodity",
    "operator",
    "oreProcessedAmount",
    "productionGrade",
    "producedMaterial",
    "productionAmount",
    "productionRecovery",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "activityType_uri*",
    "mine_uri",
    "commodity_uri",
    "specification_uri",
];

const MINING_WASTE: &[&str] = &[
    "identifier*",
    "wasteType*",
    "storageType",
    "mineName",
    "processingPlantName",
    "processingType",
    "environmentalImpacts",
    "materials",
    "density",
    "grade",
    "volume",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "mine_uri",
    "processingPlant_uri",
    "wasteType_uri*",
    "storageType_uri",
    "specification_uri",
];

const PROCESSING_PLANT: &[&str] = &[
    "identifier*",
    "name",
    "processingPlantType*",
    "startDate",
    "endDate",
    "status*",
    "commodity",
    "inputMaterial",
    "product",
    "observationMethod",
    "positionalAccuracy",
    "source",
    "processingPlantType_uri",
    "status_uri",
    "representativeCommodity_uri",
    "specification_uri",
];

const fn geosciml(
    (name, id): (&'static str, &'static str),
    title: &'static str,
    told_by: &'static str,
    fields: &'static [&'static str],
) -> View {
    View { name, id, title, schema: LiteSchema::GeoSciMl, fields, told_by }
}

const fn earth_resource(
    (name, id): (&'static str, &'static str),
    title: &'static str,
    told_by: &'static str,
    fields: &'static [&'static str],
) -> View {
    View { name, id, title, schema: LiteSchema::EarthResourceMl, fields, told_by }
}

/// All views. One that is `told_by` nothing takes every row of its table.
pub const VIEWS: &[View] = &[
    geosciml(("GeologicUnitView", "geologic-unit-view"), "Geologic units", "", GEOLOGIC_UNIT),
    geosciml(
        ("ShearDisplacementStructureView", "shear-displacement-structure-view"),
        "Faults and shear zones",
        "faultType",
        SHEAR_DISPLACEMENT_STRUCTURE,
    ),
    geosciml(("ContactView", "contact-view"), "Geologic contacts", "contactType", CONTACT),
    geosciml(("BoreholeView", "borehole-view"), "Boreholes", "", BOREHOLE),
    geosciml(("GeologicSpecimenView", "geologic-specimen-view"), "Geologic specimens", "", GEOLOGIC_SPECIMEN),
    geosciml(("GeomorphologicUnitView", "geomorphologic-unit-view"), "Geomorphologic units", "", GEOMORPHOLOGIC_UNIT),
    geosciml(("SiteObservationView", "site-observation-view"), "Observations at sites", "", SITE_OBSERVATION),
    earth_resource(
        ("MineralOccurrenceView", "mineral-occurrence-view"),
        "Mineral occurrences",
        "commodity",
        MINERAL_OCCURRENCE,
    ),
    earth_resource(("CommodityResourceView", "commodity-resource-view"), "Resources", "commodity", COMMODITY_RESOURCE),
    earth_resource(("MineView", "mine-view"), "Mines", "mineStatus", MINE),
    earth_resource(
        ("MiningActivityView", "mining-activity-view"),
        "Mining activities",
        "miningActivity",
        MINING_ACTIVITY,
    ),
    earth_resource(("MiningWasteView", "mining-waste-view"), "Mining waste", "", MINING_WASTE),
    earth_resource(
        ("ProcessingPlantView", "processing-plant-view"),
        "Processing plants",
        "processingType",
        PROCESSING_PLANT,
    ),
];

//! QuakeML's Basic Event Description 1.2 as one table: which element has which children, of which type, how many.
//!
//! Taken from the schema `QuakeML-BED-1.2.xsd`; reading, writing and checking all follow it.

use super::words::{
    AMPLITUDE_CATEGORY, AMPLITUDE_UNIT, DATA_USED_WAVE_TYPE, EVALUATION_MODE, EVALUATION_STATUS,
    EVENT_DESCRIPTION_TYPE, EVENT_TYPE, EVENT_TYPE_CERTAINTY, MOMENT_TENSOR_CATEGORY, MT_INVERSION_TYPE,
    ORIGIN_DEPTH_TYPE, ORIGIN_TYPE, ORIGIN_UNCERTAINTY_DESCRIPTION, PICK_ONSET, PICK_POLARITY,
    SOURCE_TIME_FUNCTION_TYPE,
};

/// What the value of an element or attribute is.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A number.
    Real,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A moment, UTC.
    Time,
    /// A text of so many characters at most; 0 is as many as there are.
    Text(usize),
    /// One of some words.
    Choice(&'static [&'static str]),
    /// The name of a resource: `smi:…/…` or `quakeml:…/…`.
    Reference,
    /// An element with children.
    Tree(&'static Element),
}

/// How a child is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As an element, once.
    One,
    /// As elements, any number: a list in the tree.
    Many,
    /// As an attribute.
    Attribute,
    /// As the text of the element itself.
    Content,
}

/// One child of an element.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// Its name, in QuakeML and in the tree.
    pub name: &'static str,
    /// What its value is.
    pub kind: Type,
    /// How it is written.
    pub form: Form,
    /// Whether the element means nothing without it.
    pub required: bool,
}

/// One type of element.
#[derive(Debug)]
pub struct Element {
    /// The name of the type in the schema.
    pub name: &'static str,
    /// What it may hold.
    pub children: &'static [Child],
}

impl Element {
    /// The child of a name.
    pub fn child(&self, name: &str) -> Option<&'static Child> {
        self.children.iter().find(|child| child.name == name)
    }
}

impl Child {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

const fn child(name: &'static str, kind: Type, form: Form) -> Child {
    Child { name, kind, form, required: false }
}

const fn one(name: &'static str, kind: Type) -> Child {
    child(name, kind, Form::One)
}

const fn many(name: &'static str, kind: Type) -> Child {
    child(name, kind, Form::Many)
}

const fn attribute(name: &'static str, kind: Type) -> Child {
    child(name, kind, Form::Attribute)
}

const fn content(name: &'static str, kind: Type) -> Child {
    child(name, kind, Form::Content)
}

use Type::{Boolean, Choice, Integer, Real, Reference, Text, Time, Tree};

static TIME_QUANTITY: Element = Element {
    name: "TimeQuantity",
    children: &[
        one("value", Time).required(),
        one("uncertainty", Real),
        one("lowerUncertainty", Real),
        one("upperUncertainty", Real),
        one("confidenceLevel", Real),
    ],
};

static CREATION_INFO: Element = Element {
    name: "CreationInfo",
    children: &[
        one("agencyID", Text(64)),
        one("agencyURI", Reference),
        one("author", Text(128)),
        one("authorURI", Reference),
        one("creationTime", Time),
        one("version", Text(64)),
    ],
};

static EVENT_DESCRIPTION: Element = Element {
    name: "EventDescription",
    children: &[one("text", Text(0)).required(), one("type", Choice(EVENT_DESCRIPTION_TYPE))],
};

static COMMENT: Element = Element {
    name: "Comment",
    children: &[attribute("id", Reference), one("text", Text(0)).required(), one("creationInfo", Tree(&CREATION_INFO))],
};

static AXIS: Element = Element {
    name: "Axis",
    children: &[
        one("azimuth", Tree(&REAL_QUANTITY)).required(),
        one("plunge", Tree(&REAL_QUANTITY)).required(),
        one("length", Tree(&REAL_QUANTITY)).required(),
    ],
};

static PRINCIPAL_AXES: Element = Element {
    name: "PrincipalAxes",
    children: &[one("tAxis", Tree(&AXIS)).required(), one("pAxis", Tree(&AXIS)).required(), one("nAxis", Tree(&AXIS))],
};

static DATA_USED: Element = Element {
    name: "DataUsed",
    children: &[
        one("waveType", Choice(DATA_USED_WAVE_TYPE)).required(),
        one("stationCount", Integer),
        one("componentCount", Integer),
        one("shortestPeriod", Real),
        one("longestPeriod", Real),
    ],
};

static COMPOSITE_TIME: Element = Element {
    name: "CompositeTime",
    children: &[
        one("year", Tree(&INTEGER_QUANTITY)),
        one("month", Tree(&INTEGER_QUANTITY)),
        one("day", Tree(&INTEGER_QUANTITY)),
        one("hour", Tree(&INTEGER_QUANTITY)),
        one("minute", Tree(&INTEGER_QUANTITY)),
        one("second", Tree(&REAL_QUANTITY)),
    ],
};

static TENSOR: Element = Element {
    name: "Tensor",
    children: &[
        one("Mrr", Tree(&REAL_QUANTITY)).required(),
        one("Mtt", Tree(&REAL_QUANTITY)).required(),
        one("Mpp", Tree(&REAL_QUANTITY)).required(),
        one("Mrt", Tree(&REAL_QUANTITY)).required(),
        one("Mrp", Tree(&REAL_QUANTITY)).required(),
        one("Mtp", Tree(&REAL_QUANTITY)).required(),
    ],
};

static ORIGIN_QUALITY: Element = Element {
    name: "OriginQuality",
    children: &[
        one("associatedPhaseCount", Integer),
        one("usedPhaseCount", Integer),
        one("associatedStationCount", Integer),
        one("usedStationCount", Integer),
        one("depthPhaseCount", Integer),
        one("standardError", Real),
        one("azimuthalGap", Real),
        one("secondaryAzimuthalGap", Real),
        one("groundTruthLevel", Text(32)),
        one("maximumDistance", Real),
        one("minimumDistance", Real),
        one("medianDistance", Real),
    ],
};

static REAL_QUANTITY: Element = Element {
    name: "RealQuantity",
    children: &[
        one("value", Real).required(),
        one("uncertainty", Real),
        one("lowerUncertainty", Real),
        one("upperUncertainty", Real),
        one("confidenceLevel", Real),
    ],
};

static NODAL_PLANE: Element = Element {
    name: "NodalPlane",
    children: &[
        one("strike", Tree(&REAL_QUANTITY)).required(),
        one("dip", Tree(&REAL_QUANTITY)).required(),
        one("rake", Tree(&REAL_QUANTITY)).required(),
    ],
};

static TIME_WINDOW: Element = Element {
    name: "TimeWindow",
    children: &[one("begin", Real).required(), one("end", Real).required(), one("reference", Time).required()],
};

static WAVEFORM_STREAM_ID: Element = Element {
    name: "WaveformStreamID",
    children: &[
        attribute("networkCode", Text(8)).required(),
        attribute("stationCode", Text(8)).required(),
        attribute("channelCode", Text(8)),
        attribute("locationCode", Text(8)),
        content("resourceURI", Reference),
    ],
};

static INTEGER_QUANTITY: Element = Element {
    name: "IntegerQuantity",
    children: &[
        one("value", Integer).required(),
        one("uncertainty", Integer),
        one("lowerUncertainty", Integer),
        one("upperUncertainty", Integer),
        one("confidenceLevel", Real),
    ],
};

static SOURCE_TIME_FUNCTION: Element = Element {
    name: "SourceTimeFunction",
    children: &[
        one("type", Choice(SOURCE_TIME_FUNCTION_TYPE)).required(),
        one("duration", Real).required(),
        one("riseTime", Real),
        one("decayTime", Real),
    ],
};

static NODAL_PLANES: Element = Element {
    name: "NodalPlanes",
    children: &[
        attribute("preferredPlane", Integer),
        one("nodalPlane1", Tree(&NODAL_PLANE)),
        one("nodalPlane2", Tree(&NODAL_PLANE)),
    ],
};

static CONFIDENCE_ELLIPSOID: Element = Element {
    name: "ConfidenceEllipsoid",
    children: &[
        one("semiMajorAxisLength", Real).required(),
        one("semiMinorAxisLength", Real).required(),
        one("semiIntermediateAxisLength", Real).required(),
        one("majorAxisPlunge", Real).required(),
        one("majorAxisAzimuth", Real).required(),
        one("majorAxisRotation", Real).required(),
    ],
};

static MOMENT_TENSOR: Element = Element {
    name: "MomentTensor",
    children: &[
        attribute("publicID", Reference).required(),
        many("dataUsed", Tree(&DATA_USED)),
        many("comment", Tree(&COMMENT)),
        one("derivedOriginID", Reference).required(),
        one("momentMagnitudeID", Reference),
        one("scalarMoment", Tree(&REAL_QUANTITY)),
        one("tensor", Tree(&TENSOR)),
        one("variance", Real),
        one("varianceReduction", Real),
        one("doubleCouple", Real),
        one("clvd", Real),
        one("iso", Real),
        one("greensFunctionID", Reference),
        one("filterID", Reference),
        one("sourceTimeFunction", Tree(&SOURCE_TIME_FUNCTION)),
        one("methodID", Reference),
        one("category", Choice(MOMENT_TENSOR_CATEGORY)),
        one("inversionType", Choice(MT_INVERSION_TYPE)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static FOCAL_MECHANISM: Element = Element {
    name: "FocalMechanism",
    children: &[
        attribute("publicID", Reference).required(),
        many("waveformID", Tree(&WAVEFORM_STREAM_ID)),
        many("comment", Tree(&COMMENT)),
        many("momentTensor", Tree(&MOMENT_TENSOR)),
        one("triggeringOriginID", Reference),
        one("nodalPlanes", Tree(&NODAL_PLANES)),
        one("principalAxes", Tree(&PRINCIPAL_AXES)),
        one("azimuthalGap", Real),
        one("stationPolarityCount", Integer),
        one("misfit", Real),
        one("stationDistributionRatio", Real),
        one("methodID", Reference),
        one("evaluationMode", Choice(EVALUATION_MODE)),
        one("evaluationStatus", Choice(EVALUATION_STATUS)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static AMPLITUDE: Element = Element {
    name: "Amplitude",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        one("genericAmplitude", Tree(&REAL_QUANTITY)).required(),
        one("type", Text(32)),
        one("category", Choice(AMPLITUDE_CATEGORY)),
        one("unit", Choice(AMPLITUDE_UNIT)),
        one("methodID", Reference),
        one("period", Tree(&REAL_QUANTITY)),
        one("snr", Real),
        one("timeWindow", Tree(&TIME_WINDOW)),
        one("pickID", Reference),
        one("waveformID", Tree(&WAVEFORM_STREAM_ID)),
        one("filterID", Reference),
        one("scalingTime", Tree(&TIME_QUANTITY)),
        one("magnitudeHint", Text(32)),
        one("evaluationMode", Choice(EVALUATION_MODE)),
        one("evaluationStatus", Choice(EVALUATION_STATUS)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static STATION_MAGNITUDE_CONTRIBUTION: Element = Element {
    name: "StationMagnitudeContribution",
    children: &[one("stationMagnitudeID", Reference).required(), one("residual", Real), one("weight", Real)],
};

static MAGNITUDE: Element = Element {
    name: "Magnitude",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        many("stationMagnitudeContribution", Tree(&STATION_MAGNITUDE_CONTRIBUTION)),
        one("mag", Tree(&REAL_QUANTITY)).required(),
        one("type", Text(32)),
        one("originID", Reference),
        one("methodID", Reference),
        one("stationCount", Integer),
        one("azimuthalGap", Real),
        one("evaluationMode", Choice(EVALUATION_MODE)),
        one("evaluationStatus", Choice(EVALUATION_STATUS)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static STATION_MAGNITUDE: Element = Element {
    name: "StationMagnitude",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        one("originID", Reference).required(),
        one("mag", Tree(&REAL_QUANTITY)).required(),
        one("type", Text(32)),
        one("amplitudeID", Reference),
        one("methodID", Reference),
        one("waveformID", Tree(&WAVEFORM_STREAM_ID)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static ORIGIN_UNCERTAINTY: Element = Element {
    name: "OriginUncertainty",
    children: &[
        one("horizontalUncertainty", Real),
        one("minHorizontalUncertainty", Real),
        one("maxHorizontalUncertainty", Real),
        one("azimuthMaxHorizontalUncertainty", Real),
        one("confidenceEllipsoid", Tree(&CONFIDENCE_ELLIPSOID)),
        one("preferredDescription", Choice(ORIGIN_UNCERTAINTY_DESCRIPTION)),
        one("confidenceLevel", Real),
    ],
};

static ARRIVAL: Element = Element {
    name: "Arrival",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        one("pickID", Reference).required(),
        one("phase", Text(0)).required(),
        one("timeCorrection", Real),
        one("azimuth", Real),
        one("distance", Real),
        one("takeoffAngle", Tree(&REAL_QUANTITY)),
        one("timeResidual", Real),
        one("horizontalSlownessResidual", Real),
        one("backazimuthResidual", Real),
        one("timeWeight", Real),
        one("horizontalSlownessWeight", Real),
        one("backazimuthWeight", Real),
        one("earthModelID", Reference),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static ORIGIN: Element = Element {
    name: "Origin",
    children: &[
        attribute("publicID", Reference).required(),
        many("compositeTime", Tree(&COMPOSITE_TIME)),
        many("comment", Tree(&COMMENT)),
        many("originUncertainty", Tree(&ORIGIN_UNCERTAINTY)),
        many("arrival", Tree(&ARRIVAL)),
        one("time", Tree(&TIME_QUANTITY)).required(),
        one("longitude", Tree(&REAL_QUANTITY)).required(),
        one("latitude", Tree(&REAL_QUANTITY)).required(),
        one("depth", Tree(&REAL_QUANTITY)),
        one("depthType", Choice(ORIGIN_DEPTH_TYPE)),
        one("timeFixed", Boolean),
        one("epicenterFixed", Boolean),
        one("referenceSystemID", Reference),
        one("methodID", Reference),
        one("earthModelID", Reference),
        one("quality", Tree(&ORIGIN_QUALITY)),
        one("type", Choice(ORIGIN_TYPE)),
        one("region", Text(128)),
        one("evaluationMode", Choice(EVALUATION_MODE)),
        one("evaluationStatus", Choice(EVALUATION_STATUS)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

static PICK: Element = Element {
    name: "Pick",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        one("time", Tree(&TIME_QUANTITY)).required(),
        one("waveformID", Tree(&WAVEFORM_STREAM_ID)).required(),
        one("filterID", Reference),
        one("methodID", Reference),
        one("horizontalSlowness", Tree(&REAL_QUANTITY)),
        one("backazimuth", Tree(&REAL_QUANTITY)),
        one("slownessMethodID", Reference),
        one("onset", Choice(PICK_ONSET)),
        one("phaseHint", Text(0)),
        one("polarity", Choice(PICK_POLARITY)),
        one("evaluationMode", Choice(EVALUATION_MODE)),
        one("evaluationStatus", Choice(EVALUATION_STATUS)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

/// An event.
pub static EVENT: Element = Element {
    name: "Event",
    children: &[
        attribute("publicID", Reference).required(),
        many("description", Tree(&EVENT_DESCRIPTION)),
        many("comment", Tree(&COMMENT)),
        many("focalMechanism", Tree(&FOCAL_MECHANISM)),
        many("amplitude", Tree(&AMPLITUDE)),
        many("magnitude", Tree(&MAGNITUDE)),
        many("stationMagnitude", Tree(&STATION_MAGNITUDE)),
        many("origin", Tree(&ORIGIN)),
        many("pick", Tree(&PICK)),
        one("preferredOriginID", Reference),
        one("preferredMagnitudeID", Reference),
        one("preferredFocalMechanismID", Reference),
        one("type", Choice(EVENT_TYPE)),
        one("typeCertainty", Choice(EVENT_TYPE_CERTAINTY)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

/// What a document holds: events.
pub static EVENT_PARAMETERS: Element = Element {
    name: "EventParameters",
    children: &[
        attribute("publicID", Reference).required(),
        many("comment", Tree(&COMMENT)),
        many("event", Tree(&EVENT)),
        one("description", Text(0)),
        one("creationInfo", Tree(&CREATION_INFO)),
    ],
};

//! WMS service exceptions: which code an error has, and the document that says it.

use crate::common::problem::with_wait;
use crate::common::reply::{Reply, status};
use crate::common::xml::escape;
use crate::ows::ask::Version;
use terrane_model::{Error, Kind};

/// The code of an error, from the parameter it is about and its kind (WMS 1.3.0 table E.1, 1.1.1 table 9).
pub fn code(error: &Error, version: Version) -> &'static str {
    match (error.place().unwrap_or(""), error.kind()) {
        _ if is_missing(error) => "MissingParameterValue",
        ("time" | "elevation", _) => "InvalidDimensionValue",
        ("layers" | "layer" | "query_layers", Kind::NotFound) => "LayerNotDefined",
        ("query_layers", Kind::Unsupported) => "LayerNotQueryable",
        ("styles" | "style", Kind::NotFound | Kind::Invalid) => "StyleNotDefined",
        ("crs" | "srs", _) if version == Version::V130 => "InvalidCRS",
        ("crs" | "srs", _) => "InvalidSRS",
        ("format" | "info_format", Kind::Unsupported) => "InvalidFormat",
        ("request", Kind::Unsupported) => "OperationNotSupported",
        ("i" | "j" | "x" | "y" | "point", _) => "InvalidPoint",
        ("updatesequence", Kind::Conflict) => "CurrentUpdateSequence",
        ("updatesequence", _) => "InvalidUpdateSequence",
        (_, Kind::Internal | Kind::Busy) => "NoApplicableCode",
        _ => "InvalidParameterValue",
    }
}

/// Whether an error is that of a parameter that must be there.
pub fn is_missing(error: &Error) -> bool {
    error.say().ends_with(MISSING)
}

/// How the sentence about a parameter that is not there ends.
const MISSING: &str = "is missing.";

/// The error of a parameter that must be there.
pub fn missing(parameter: &str) -> Error {
    Error::invalid(format!("The parameter {} {MISSING}", parameter.to_uppercase())).at(parameter)
}

/// A service exception report, with the HTTP status of the error.
pub fn document(error: &Error, version: Version) -> Reply {
    let code = code(error, version);
    let locator = error.place().map_or(String::new(), |place| format!(" locator=\"{}\"", escape(place)));
    let say = escape(error.say());
    let (media_type, text) = match version {
        Version::V130 => (
            "text/xml; charset=utf-8",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <ServiceExceptionReport version=\"1.3.0\" xmlns=\"http://www.opengis.net/ogc\" \
                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.opengis.net/ogc \
                 http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd\">\n  \
                 <ServiceException code=\"{code}\"{locator}>{say}</ServiceException>\n</ServiceExceptionReport>\n"
            ),
        ),
        // The 1.1.1 document type has no locator, so the sentence names the parameter.
        Version::V111 => (
            "application/vnd.ogc.se_xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <!DOCTYPE ServiceExceptionReport SYSTEM \
                 \"http://schemas.opengis.net/wms/1.1.1/WMS_exception_1_1_1.dtd\">\n\
                 <ServiceExceptionReport version=\"1.1.1\">\n  \
                 <ServiceException code=\"{code}\">{}{say}</ServiceException>\n</ServiceExceptionReport>\n",
                error.place().map_or(String::new(), |place| format!("{}: ", escape(place)))
            ),
        ),
    };
    with_wait(Reply::ok(media_type, text).with_status(http_status(error.kind())), error)
        .with_header("cache-control", "no-store")
        .with_header("vary", "accept-encoding")
}

/// The HTTP status of a service exception. A layer that is not there is a wrong question, not a missing page: clients such as
/// OWSLib read the exception behind a 400 and not behind a 404. That a client knows the newest capabilities is no conflict either.
fn http_status(kind: Kind) -> u16 {
    match kind {
        Kind::NotFound | Kind::Conflict => 400,
        other => status(other),
    }
}

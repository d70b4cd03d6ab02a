//! OWS exceptions of WFS: codes, HTTP statuses, and the document of each version (09-025r2, 7.5 and annex D; 04-094, 7.7).

use super::ask::Version;
use crate::common::problem::with_wait;
use crate::common::reply::{Reply, status};
use crate::common::xml::escape;
use crate::ows::codes::is_missing;
use terrane_formats::filter::fes::BOUNDED_BY;
use terrane_model::{Error, Kind};

/// The code of an error, from the parameter that it is about and its kind.
pub fn code(error: &Error, version: Version) -> &'static str {
    match (error.place().unwrap_or(""), error.kind()) {
        _ if is_missing(error) => "MissingParameterValue",
        ("request", Kind::Unsupported) => "OperationNotSupported",
        ("AcceptVersions", _) => "VersionNegotiationFailed",
        ("updatesequence", Kind::Conflict) => "CurrentUpdateSequence",
        ("updatesequence", _) => "InvalidUpdateSequence",
        (_, Kind::Internal | Kind::Busy) => "NoApplicableCode",
        (BODY, _) if !version.is_old() => "OperationParsingFailed",
        // 2.0.2 has a code of its own for it (09-025r2, 11.3.5).
        ("id", Kind::NotFound) if version == Version::V202 => "NotFound",
        ("id", Kind::NotFound) | (BOUNDED_BY, _) if !version.is_old() => "OperationProcessingFailed",
        (_, Kind::Unsupported) if !version.is_old() => "OptionNotSupported",
        ("" | BODY, _) => "NoApplicableCode",
        _ => "InvalidParameterValue",
    }
}

/// The place of errors of the document that a request is.
pub const BODY: &str = "request body";

/// The exception report. A feature that is not there is not found; anything else that is not there is a wrong question.
pub fn document(error: &Error, version: Version) -> Reply {
    let status = match (error.kind(), error.place()) {
        (Kind::NotFound, Some("id")) => 404,
        (Kind::NotFound | Kind::Conflict, _) => 400,
        (other, _) => status(other),
    };
    let (number, namespace, schema) = match version {
        Version::V110 => {
            ("1.0.0", "http://www.opengis.net/ows", "http://schemas.opengis.net/ows/1.0.0/owsExceptionReport.xsd")
        }
        _ => ("2.0.0", "http://www.opengis.net/ows/1.1", "http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd"),
    };
    let language = if version.is_old() { "language=\"en\"" } else { "xml:lang=\"en\"" };
    let locator = error.place().map_or(String::new(), |place| format!(" locator=\"{}\"", escape(place)));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ows:ExceptionReport version=\"{number}\" {language} xmlns:ows=\"{namespace}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"{namespace} {schema}\">\n  \
         <ows:Exception exceptionCode=\"{}\"{locator}>\n    <ows:ExceptionText>{}</ows:ExceptionText>\n  \
         </ows:Exception>\n</ows:ExceptionReport>\n",
        code(error, version),
        escape(error.say())
    );
    with_wait(Reply::ok("text/xml; charset=utf-8", text).with_status(status), error)
        .with_header("cache-control", "no-store")
        .with_header("vary", "accept-encoding")
}

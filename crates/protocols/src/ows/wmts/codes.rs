//! OWS exceptions: which code an error has, its HTTP status, and the document that says it (OWS Common 1.1, clause 8).

use crate::common::problem::with_wait;
use crate::common::reply::{Reply, status};
use crate::common::xml::escape;
use crate::ows::codes::is_missing;
use terrane_model::{Error, Kind};

/// The code of an error, from the parameter that it is about and its kind (07-057r7, tables 20, 24 and 33).
pub fn code(error: &Error) -> &'static str {
    match (error.place().unwrap_or(""), error.kind()) {
        _ if is_missing(error) => "MissingParameterValue",
        ("TileRow" | "TileCol", Kind::NotFound) => "TileOutOfRange",
        ("I" | "J" | "point", _) => "PointIJOutOfRange",
        ("request", Kind::Unsupported) => "OperationNotSupported",
        ("AcceptVersions", _) => "VersionNegotiationFailed",
        ("updatesequence", Kind::Conflict) => "CurrentUpdateSequence",
        ("updatesequence", _) => "InvalidUpdateSequence",
        (_, Kind::Internal | Kind::Busy) => "NoApplicableCode",
        ("", _) => "NoApplicableCode",
        _ => "InvalidParameterValue",
    }
}

/// The exception report. By key-value pairs a thing that is not there is a wrong question (400); by addresses it is not found.
pub fn document(error: &Error, by_address: bool) -> Reply {
    let code = code(error);
    let status = match error.kind() {
        Kind::NotFound if by_address => 404,
        Kind::NotFound | Kind::Conflict => 400,
        Kind::Unsupported if code == "OperationNotSupported" => 501,
        other => status(other),
    };
    let locator = error.place().map_or(String::new(), |place| format!(" locator=\"{}\"", escape(place)));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ExceptionReport version=\"1.1.0\" xml:lang=\"en\" xmlns=\"http://www.opengis.net/ows/1.1\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.opengis.net/ows/1.1 \
         http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd\">\n  \
         <Exception exceptionCode=\"{code}\"{locator}>\n    <ExceptionText>{}</ExceptionText>\n  </Exception>\n</ExceptionReport>\n",
        escape(error.say())
    );
    with_wait(Reply::ok("text/xml; charset=utf-8", text).with_status(status), error)
        .with_header("cache-control", "no-store")
        .with_header("vary", "accept-encoding")
}

//! Styles as styled layer descriptors, for other programs.

use crate::common::negotiate::Form;
use crate::common::reply::Reply;
use crate::common::request::Request;
use terrane_engine::catalogue::{Entry, StyleEntry};
use terrane_engine::sld::{Described, Version};

/// SLD 1.1 with SE 1.1. Whoever accepts the media type without a version gets this.
pub const SLD11: Form = Form { name: "sld11", media_type: "application/vnd.ogc.sld+xml" };
/// SLD 1.0.
pub const SLD10: Form = Form { name: "sld10", media_type: "application/vnd.ogc.sld+xml;version=1.0" };

/// One style of a dataset.
pub fn style(request: &Request, entry: &Entry, style: &StyleEntry, form: Form) -> Reply {
    let about = entry.about();
    let languages: Vec<&str> = request.languages.iter().map(String::as_str).collect();
    let described = Described {
        layer: about.id.as_str(),
        style: &style.name,
        languages: &languages,
        attribution: &about.attribution,
    };
    let version = if form == SLD10 { Version::V100 } else { Version::V110 };
    let media_type = format!("application/vnd.ogc.sld+xml;version={}", &version.name()[..3]);
    Reply::ok(media_type, style.style.to_sld(version, &described).text)
}

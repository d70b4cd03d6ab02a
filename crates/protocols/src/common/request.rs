//! A request before any protocol has looked at it: the address taken apart, and the headers that matter.

use super::kvp::{Pairs, encode};
use super::negotiate::{self, Form, HTML, JSON};
use super::reply::{Reply, names_tag};
use terrane_model::{Error, LocalText, Result};

/// A request of an OGC API resource or a page.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The path as it was sent, below the site's own address.
    pub path: String,
    /// The parts of the path that name things, decoded, in order.
    pub names: Vec<String>,
    /// The query taken apart.
    pub query: Pairs,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// Languages wanted, best first.
    pub languages: Vec<String>,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `If-None-Match` header.
    pub if_none_match: Option<String>,
    /// The `Accept-Encoding` header.
    pub accept_encoding: Option<String>,
    /// Whether nothing has changed since the date that the client has its answer of.
    pub unchanged: bool,
}

impl Request {
    /// One of the names in the path; the route promises that it is there.
    pub fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// Languages wanted, best first, as [`LocalText::get`] takes them.
    pub fn languages(&self) -> Vec<&str> {
        self.languages.iter().map(String::as_str).collect()
    }

    /// A text in the language wanted.
    pub fn say<'t>(&self, text: &'t LocalText) -> &'t str {
        text.get(&self.languages())
    }

    /// The form of the answer: `f=` by its short name or media type, else what the Accept header likes best, else the first.
    pub fn form(&self, offered: &[Form]) -> Result<Form> {
        let Some(name) = self.query.once("f")?.filter(|name| !name.is_empty()) else {
            return Ok(negotiate::by_accept(self.accept.as_deref(), offered).unwrap_or(offered[0]));
        };
        let named = |form: &&Form| form.name.eq_ignore_ascii_case(name) || form.media_type.eq_ignore_ascii_case(name);
        offered.iter().find(named).copied().ok_or_else(|| {
            let mut names: Vec<&str> = offered.iter().map(|form| form.name).collect();
            names.dedup();
            let shown: String = name.chars().take(64).collect();
            Error::invalid(format!("“{shown}” is not a form of this answer; there are: {}.", names.join(", "))).at("f")
        })
    }

    /// Whether the client has an answer with this head already, so that nothing needs making.
    pub fn knows(&self, head: &Reply) -> bool {
        let known = self.if_none_match.as_deref().zip(head.tag.as_deref());
        self.unchanged || known.is_some_and(|(known, tag)| names_tag(known, tag))
    }

    /// Whether the client reads gzip.
    pub fn reads_gzip(&self) -> bool {
        let accepts = |entry: &str| {
            let mut parts = entry.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
            named && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
        };
        self.accept_encoding.as_deref().is_some_and(|all| all.split(',').any(accepts))
    }

    /// Whether an error is best told as a page.
    pub fn wants_page(&self) -> bool {
        match self.query.once("f") {
            Ok(Some(name)) if !name.is_empty() => name.eq_ignore_ascii_case(HTML.name),
            _ => negotiate::by_accept(self.accept.as_deref(), &[JSON, HTML]) == Some(HTML),
        }
    }

    /// The query with one key set to a value, or taken out; a question mark in front when anything is left.
    pub fn query_with(&self, key: &str, value: Option<&str>) -> String {
        let kept = self.query.iter().filter(|(known, _)| *known != key);
        let pairs: Vec<String> = kept
            .chain(value.map(|value| (key, value)))
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str, accept: Option<&str>) -> Request {
        let query = Pairs::parse(query).expect("it is well formed");
        Request { query, accept: accept.map(str::to_owned), ..Request::default() }
    }

    #[test]
    fn the_form_named_wins_over_the_accept_header() {
        assert_eq!(request("f=json", Some("text/html")).form(&[JSON, HTML]).expect("offered"), JSON);
        assert_eq!(request("f=text/html", None).form(&[JSON, HTML]).expect("offered"), HTML);
        assert_eq!(request("", Some("image/png")).form(&[JSON, HTML]).expect("the first"), JSON);
        assert_eq!(request("f=shoe", None).form(&[JSON, HTML]).expect_err("not offered").place(), Some("f"));
    }

    #[test]
    fn gzip_is_read_by_those_who_say_so() {
        let reads = |header: Option<&str>| {
            Request { accept_encoding: header.map(str::to_owned), ..Request::default() }.reads_gzip()
        };
        assert!(reads(Some("br, gzip;q=0.5")) && reads(Some("*")));
        assert!(!reads(None) && !reads(Some("br, gzip;q=0")) && !reads(Some("identity")));
    }

    #[test]
    fn a_query_keeps_its_other_pairs_when_one_is_set() {
        let request = request("limit=5&cursor=old&filter=a%26b", None);
        assert_eq!(request.query_with("cursor", Some("new")), "?limit=5&filter=a%26b&cursor=new");
        assert_eq!(request.query_with("limit", None), "?cursor=old&filter=a%26b");
    }
}

//! The address of a resource taken apart, and where a redirect leads. Pure.

use hyper::Uri;
use terrane_model::limits::OUTGOING_URL_BYTES_MAX;
use terrane_model::{Error, Result};

/// An address that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is asked through TLS.
    pub is_secure: bool,
    /// The name or number of the server, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Path and query, as they are sent.
    pub target: String,
}

impl Address {
    /// Takes an address apart. Without a fragment, which is not for the server; with a user or password it is refused.
    pub fn parse(url: &str) -> Result<Self> {
        if url.len() > OUTGOING_URL_BYTES_MAX {
            return Err(Error::too_large(format!("An address may have {OUTGOING_URL_BYTES_MAX} bytes.")));
        }
        let plain = printable(url.split('#').next().unwrap_or(""));
        let uri: Uri = plain.parse().map_err(|_| wrong(url, "it is no address of the web"))?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong(url, "it does not begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| wrong(url, "it names no server"))?;
        if authority.as_str().contains('@') {
            return Err(wrong(url, "it holds a user name or password"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        if host.is_empty() || host.contains(['%', '\\']) {
            return Err(wrong(url, "it names no server"));
        }
        let port_text = authority.as_str().rsplit_once(':').map(|(_, port)| port);
        let has_port = !authority.as_str().ends_with(']') && port_text.is_some();
        if has_port && authority.port_u16().is_none() {
            return Err(wrong(url, "its port is none"));
        }
        let port = authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Ok(Self { is_secure, host: host.to_ascii_lowercase(), port, target })
    }

    /// Scheme, server and port as they stand in front of a path; the usual port is left out.
    pub fn origin(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// Server and port as in the `Host` header.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.is_secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// The whole address.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), self.target)
    }

    /// Where a `Location` leads from here (RFC 3986, 5.2, without removing dots, which servers do themselves).
    pub fn redirect(&self, location: &str) -> Result<Self> {
        let location = location.trim();
        let path = self.target.split('?').next().unwrap_or("/");
        let scheme = if self.is_secure { "https:" } else { "http:" };
        let named = location.split(['/', '?', '#']).next().unwrap_or("").contains(':');
        let whole = match location {
            _ if named => location.to_owned(),
            _ if location.starts_with("//") => format!("{scheme}{location}"),
            _ if location.starts_with('/') => format!("{}{location}", self.origin()),
            _ if location.starts_with('?') => format!("{}{path}{location}", self.origin()),
            _ => format!("{}{}/{location}", self.origin(), path.rsplit_once('/').map_or("", |(folder, _)| folder)),
        };
        Self::parse(&whole)
    }
}

/// The address with what may not stand in one encoded: spaces, controls, letters beyond ASCII in paths and queries.
fn printable(url: &str) -> String {
    let mut plain = String::with_capacity(url.len());
    for byte in url.trim().bytes() {
        match byte {
            b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => plain.push(char::from(byte)),
            other => plain.push_str(&format!("%{other:02X}")),
        }
    }
    plain
}

fn wrong(url: &str, why: &str) -> Error {
    let shown: String = url.chars().take(100).collect();
    Error::invalid(format!("“{shown}” cannot be asked: {why}. Write an address such as https://maps.example.org/wms."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> String {
        Address::parse(text).map_or_else(|error| error.say().to_owned(), |address| address.url())
    }

    #[test]
    fn addresses_are_taken_apart_and_put_together() {
        assert_eq!(url("HTTP://Maps.Example.org:80"), "http://maps.example.org/");
        assert_eq!(url("https://example.org?a=b c#d"), "https://example.org/?a=b%20c");
        assert_eq!(url("https://[2001:db8::1]:8443/wms?x={y}"), "https://[2001:db8::1]:8443/wms?x=%7By%7D");
        assert_eq!(url("http://example.org./地"), "http://example.org/%E5%9C%B0");
    }

    #[test]
    fn odd_addresses_are_refused() {
        let odd = [
            "",
            "example.org",
            "//example.org/",
            "/etc/passwd",
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org:70/_x",
            "jar:http://example.org!/",
            "data:text/plain,x",
            "javascript:alert(1)",
            "http://",
            "http://user@example.org/",
            "http://user:word@example.org/",
            "http://example.org:0x50/",
            "http://example.org:99999/",
            "http://127.0.0.1\\@example.org/",
            "http://例え.jp/",
            "http:example.org",
            "http://exam ple.org/",
            "http://[::1",
            "http://[fe80::1%25eth0]/",
            "dict://localhost:11211/",
        ];
        for text in odd {
            assert!(Address::parse(text).is_err(), "{text}: {}", url(text));
        }
        assert!(Address::parse(&format!("http://a/{}", "x".repeat(OUTGOING_URL_BYTES_MAX))).is_err());
    }

    #[test]
    fn redirects_lead_where_they_say() {
        let from = Address::parse("https://a.org/b/c?d=e").expect("an address");
        let to = |location: &str| from.redirect(location).map(|to| to.url()).unwrap_or_default();
        assert_eq!(to("http://x.org/y"), "http://x.org/y");
        assert_eq!(to("//x.org/y"), "https://x.org/y");
        assert_eq!(
            (to("/y"), to("y?z"), to("?q")),
            ("https://a.org/y".into(), "https://a.org/b/y?z".into(), "https://a.org/b/c?q".into())
        );
        assert_eq!((to("file:///etc/passwd"), to("data:,x")), (String::new(), String::new()));
    }
}

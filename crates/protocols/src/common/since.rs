//! `Last-Modified` and `If-Modified-Since` (RFC 9110, 8.8.2 and 13.1.3): dates of HTTP, to the second.

use super::site::Site;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use terrane_model::Instant;

/// A moment as HTTP writes it; moments before 1970 are 1970.
pub fn http_date(instant: Instant) -> String {
    httpdate::fmt_http_date(time_of(instant))
}

/// Whether what a client has since a date is what is here now. What tags say goes before.
pub fn is_unchanged(site: &Site, if_none_match: Option<&str>, if_modified_since: Option<&str>) -> bool {
    let asked =
        if_modified_since.filter(|_| if_none_match.is_none()).and_then(|text| httpdate::parse_http_date(text).ok());
    asked.is_some_and(|since| since >= time_of(site.changed()))
}

/// The whole second of a moment.
fn time_of(instant: Instant) -> SystemTime {
    let seconds = u64::try_from(instant.0.div_euclid(1_000_000)).unwrap_or(0);
    // Year 9999 is as far as dates of HTTP go.
    UNIX_EPOCH + Duration::from_secs(seconds.min(253_402_300_799))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        let moment = Instant::parse("1994-11-06T08:49:37.5Z").expect("a moment");
        assert_eq!(http_date(moment), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(Instant(i64::MIN)), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(Instant(i64::MAX)), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}

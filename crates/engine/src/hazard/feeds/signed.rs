//! Messages with a signature: HMAC-SHA256 (RFC 2104) over their moment, a point and their bytes.

use super::{TakeOptions, Taken};
use crate::Engine;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use terrane_formats::about::FeedKind;
use terrane_model::limits::{SIGNATURE_SKEW_SECONDS_MAX, SIGNATURES_KEPT_MAX};
use terrane_model::outgoing::{Fetch, Post};
use terrane_model::{Error, Instant, Kind, Result};

/// The header with the moment: seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "x-terrane-timestamp";
/// The header with the signature: `sha256=` and 64 hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "x-terrane-signature";

/// What a sender says of a message.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// When it was signed, seconds since 1970.
    pub timestamp: &'a str,
    /// The signature.
    pub signature: &'a str,
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Error::internal)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac)
}

/// The signature of a message.
pub fn signature(secret: &str, timestamp: &str, body: &[u8]) -> Result<String> {
    let bytes = mac(secret, timestamp, body)?.finalize().into_bytes();
    Ok(bytes.iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

/// A signed message to somebody.
pub fn signed_post(url: &str, secret: &str, (at, body): (Instant, Vec<u8>)) -> Result<Fetch> {
    let timestamp = at.0.div_euclid(1_000_000).to_string();
    let signature = signature(secret, &timestamp, &body)?;
    let headers = vec![(TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, signature)];
    let post = Some(Post { media_type: "application/geo+json", headers, body });
    Ok(Fetch { post, bytes_max: 65_536, ..Fetch::new(url) })
}

/// Whoever has not the secret learns nothing, not even which feeds there are.
fn refused() -> Error {
    Error::new(Kind::Unauthenticated, "The signature does not belong to this message and feed.").at(SIGNATURE_HEADER)
}

impl Engine {
    /// Takes a message of the sender of a feed, when its signature is right, its moment is now and it did not come before.
    pub fn receive(&self, id: &str, signed: Signed<'_>, body: &[u8], at: Instant) -> Result<Taken> {
        // A feed that is not there is answered as a wrong signature is, and as slowly.
        let secret = self.feed_secret(id)?;
        let is_webhook = self.feed(id).is_ok_and(|feed| feed.kind == FeedKind::Webhook);
        let digits = signed.signature.strip_prefix("sha256=").and_then(unhex).unwrap_or_default();
        let right = mac(secret.as_deref().unwrap_or("nobody"), signed.timestamp, body)?.verify_slice(&digits).is_ok();
        if !right || !is_webhook || secret.is_none() {
            return Err(refused());
        }
        let told = signed.timestamp.parse::<i64>().unwrap_or(i64::MIN);
        let now_s = at.0.div_euclid(1_000_000);
        if told.saturating_sub(now_s).saturating_abs() > SIGNATURE_SKEW_SECONDS_MAX {
            let say = format!(
                "The message was signed {} seconds from now by this node's clock; at most {SIGNATURE_SKEW_SECONDS_MAX} are allowed. Set the clock right, and sign each message when it is sent.",
                told.saturating_sub(now_s)
            );
            return Err(Error::new(Kind::Unauthenticated, say).at(TIMESTAMP_HEADER));
        }
        self.remember(digits, now_s)?;
        self.take_answer(id, body, TakeOptions { at, is_accepted: false })
    }

    /// Refuses a signature that came before.
    fn remember(&self, signature: Vec<u8>, now_s: i64) -> Result<()> {
        let mut known = self.live.signatures();
        known.retain(|_, at| now_s.saturating_sub(*at) <= 2 * SIGNATURE_SKEW_SECONDS_MAX);
        if known.contains_key(&signature) {
            let say = "This message came before; sign each one anew.";
            return Err(Error::new(Kind::Unauthenticated, say).at(SIGNATURE_HEADER));
        }
        if known.len() >= SIGNATURES_KEPT_MAX {
            return Err(Error::busy("Too many messages came within a few minutes; send fewer, with more events each."));
        }
        known.insert(signature, now_s);
        Ok(())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (text.len() == 64).then(|| (0..64).step_by(2).map(pair).collect::<Option<Vec<u8>>>()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // RFC 4231, test case 2, whose data is what stands before and after our point.
        let key = "Jefe";
        let mut plain = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any key");
        plain.update(b"what do ya want for nothing?");
        let digits: String = plain.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        // Computed with Python's hmac module.
        let own = signature("a secret of the survey", "1764201600", b"{}").expect("signed");
        assert_eq!(own, "sha256=fa7a14240c0fa1f357fa66d8583d6bd2412ce6fe2f52f5209a4e73cc9bac9ec6");
    }
}

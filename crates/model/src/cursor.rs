//! Where the next page begins, as a text that cannot be forged: revision, last key, signature.

use crate::error::{Error, Result};
use crate::filter::Literal;
use crate::identity::FeatureId;
use crate::query::Position;
use crate::time::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Signs cursors; the key is the node's own.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

const SIGNATURE_BYTES: usize = 16;

impl CursorKey {
    /// From 32 random bytes that the node keeps.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A text for an address: the revision it belongs to and the last row of the page.
    pub fn seal(&self, revision: &str, position: &Position) -> String {
        let mut bytes = Vec::new();
        put_text(&mut bytes, revision);
        put_id(&mut bytes, &position.id);
        position.key.iter().for_each(|value| put_literal(&mut bytes, value));
        let signature = blake3::keyed_hash(&self.0, &bytes);
        bytes.splice(0..0, signature.as_bytes()[..SIGNATURE_BYTES].iter().copied());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The revision and position of a text made by [`CursorKey::seal`]; anything else is refused.
    pub fn open(&self, text: &str) -> Result<(String, Position)> {
        let refused = || {
            Error::invalid("This cursor was not made by this node; follow the “next” link of a page as it is.")
                .at("cursor")
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let (signature, mut rest) = bytes.split_at_checked(SIGNATURE_BYTES).ok_or_else(refused)?;
        let expected = blake3::keyed_hash(&self.0, rest);
        if !constant_time_equal(signature, &expected.as_bytes()[..SIGNATURE_BYTES]) {
            return Err(refused());
        }
        read_position(&mut rest).ok_or_else(refused)
    }
}

fn constant_time_equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn put_id(bytes: &mut Vec<u8>, id: &FeatureId) {
    match id {
        FeatureId::Number(number) => {
            bytes.push(0);
            bytes.extend(number.to_le_bytes());
        }
        FeatureId::Text(text) => {
            bytes.push(1);
            put_text(bytes, text);
        }
    }
}

/// Sort keys are scalars; days and lists do not occur and are written as nothing.
fn put_literal(bytes: &mut Vec<u8>, value: &Literal) {
    match value {
        Literal::Null | Literal::Day(_) | Literal::List(_) => bytes.push(0),
        Literal::Bool(truth) => bytes.extend([1, u8::from(*truth)]),
        Literal::Int(number) => {
            bytes.push(2);
            bytes.extend(number.to_le_bytes());
        }
        Literal::Float(number) => {
            bytes.push(3);
            bytes.extend(number.to_le_bytes());
        }
        Literal::Text(text) => {
            bytes.push(4);
            put_text(bytes, text);
        }
        Literal::Instant(instant) => {
            bytes.push(5);
            bytes.extend(instant.0.to_le_bytes());
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

fn take_eight(rest: &mut &[u8]) -> Option<[u8; 8]> {
    take(rest, 8)?.try_into().ok()
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let length = u32::from_le_bytes(take(rest, 4)?.try_into().ok()?);
    String::from_utf8(take(rest, length as usize)?.to_vec()).ok()
}

fn read_position(rest: &mut &[u8]) -> Option<(String, Position)> {
    let revision = take_text(rest)?;
    let id = match take(rest, 1)?[0] {
        0 => FeatureId::Number(i64::from_le_bytes(take_eight(rest)?)),
        _ => FeatureId::Text(take_text(rest)?),
    };
    let mut key = Vec::new();
    while !rest.is_empty() {
        key.push(read_literal(rest)?);
    }
    Some((revision, Position { key, id }))
}

fn read_literal(rest: &mut &[u8]) -> Option<Literal> {
    Some(match take(rest, 1)?[0] {
        0 => Literal::Null,
        1 => Literal::Bool(take(rest, 1)?[0] != 0),
        2 => Literal::Int(i64::from_le_bytes(take_eight(rest)?)),
        3 => Literal::Float(f64::from_le_bytes(take_eight(rest)?)),
        4 => Literal::Text(take_text(rest)?),
        5 => Literal::Instant(Instant(i64::from_le_bytes(take_eight(rest)?))),
        _ => return None,
    })
}

//! The distinct values of a layer, in the order they are first seen.

use super::protobuf::{FIXED_64, counted, key, number, zigzag};
use std::collections::HashMap;

type Hasher = foldhash::fast::RandomState;

/// Kinds of values by their field in the specification (4.4, `message Value`).
const TEXT: u32 = 1;
const DOUBLE: u32 = 3;
const INT: u32 = 4;
const SINT: u32 = 6;
const BOOL: u32 = 7;
/// A value of a layer.
const LAYER_VALUES: u32 = 4;

/// Values as they stand in a layer, each once.
#[derive(Debug, Default)]
pub struct ValueTable {
    texts: HashMap<Box<str>, u32, Hasher>,
    /// By field and bits.
    numbers: HashMap<(u32, u64), u32, Hasher>,
    count: u32,
    bytes: Vec<u8>,
    scratch: Vec<u8>,
}

impl ValueTable {
    /// The number of a text.
    pub fn text(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.texts.get(text) {
            return known;
        }
        self.scratch.clear();
        counted(&mut self.scratch, TEXT, text.as_bytes());
        let number = self.put();
        self.texts.insert(text.into(), number);
        number
    }

    /// The number of a whole number.
    pub fn int(&mut self, value: i64) -> u32 {
        match value {
            0.. => self.number(INT, value as u64),
            _ => self.number(SINT, zigzag(value)),
        }
    }

    /// The number of a truth value.
    pub fn truth(&mut self, value: bool) -> u32 {
        self.number(BOOL, u64::from(value))
    }

    /// The number of a double.
    pub fn double(&mut self, value: f64) -> u32 {
        self.number(DOUBLE, value.to_bits())
    }

    fn number(&mut self, field: u32, bits: u64) -> u32 {
        if let Some(&known) = self.numbers.get(&(field, bits)) {
            return known;
        }
        self.scratch.clear();
        if field == DOUBLE {
            key(&mut self.scratch, field, FIXED_64);
            self.scratch.extend_from_slice(&bits.to_le_bytes());
        } else {
            number(&mut self.scratch, field, bits);
        }
        let place = self.put();
        self.numbers.insert((field, bits), place);
        place
    }

    /// Adds the value that was written to `scratch`.
    fn put(&mut self) -> u32 {
        counted(&mut self.bytes, LAYER_VALUES, &self.scratch);
        self.count += 1;
        self.count - 1
    }

    /// All values as fields of a layer.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

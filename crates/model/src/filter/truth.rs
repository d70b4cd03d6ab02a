//! Answers in three values for many rows at once: one bit per row for "true", one for "false", neither for "unknown".

use super::CompareOp;
use crate::batch::Bitmap;
use std::cmp::Ordering;

/// One bit per row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    rows: usize,
}

impl Bits {
    pub(super) fn none(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)], rows }
    }

    pub(super) fn all(rows: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; rows.div_ceil(64)], rows };
        if let (Some(last), tail @ 1..) = (bits.words.last_mut(), rows % 64) {
            *last = (1 << tail) - 1;
        }
        bits
    }

    pub(super) fn set(&mut self, row: usize) {
        self.words[row / 64] |= 1 << (row % 64);
    }

    pub(super) fn get(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The numbers of the rows whose bit is set.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    pub(super) fn and(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, more)| *word &= more);
        self
    }

    pub(super) fn or(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, more)| *word |= more);
        self
    }

    pub(super) fn without(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, less)| *word &= !less);
        self
    }
}

/// What a condition is for each row; of rows that were not asked about it says "unknown".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) yes: Bits,
    pub(super) no: Bits,
}

impl Truth {
    /// The same for all rows asked about.
    pub(super) fn constant(asked: &Bits, value: Option<bool>) -> Self {
        let none = Bits::none(asked.rows());
        match value {
            Some(true) => Self { yes: asked.clone(), no: none },
            Some(false) => Self { yes: none, no: asked.clone() },
            None => Self { yes: none.clone(), no: none },
        }
    }

    /// True where the bits are set, false elsewhere.
    pub(super) fn certain(asked: &Bits, yes: Bits) -> Self {
        let yes = yes.and(asked);
        Self { no: asked.clone().without(&yes), yes }
    }

    /// Asks a test that is cheap and total, 64 rows at a time; rows without a value are unknown.
    pub(super) fn quick(asked: &Bits, validity: Option<&Bitmap>, test: impl Fn(usize) -> bool) -> Self {
        let mut truth = Self::constant(asked, None);
        for (at, &word) in asked.words.iter().enumerate() {
            if word == 0 {
                continue;
            }
            let first = at * 64;
            let rows = (asked.rows - first).min(64);
            let yes = (0..rows).fold(0_u64, |bits, bit| bits | u64::from(test(first + bit)) << bit);
            let known = word & validity.map_or(u64::MAX, |bitmap| word_of(bitmap, at));
            truth.yes.words[at] = yes & known;
            truth.no.words[at] = !yes & known;
        }
        truth
    }

    /// Asks a test only of the rows asked about.
    pub(super) fn each(asked: &Bits, mut test: impl FnMut(usize) -> Option<bool>) -> Self {
        let mut truth = Self::constant(asked, None);
        for row in asked.ones() {
            match test(row) {
                Some(true) => truth.yes.set(row),
                Some(false) => truth.no.set(row),
                None => {}
            }
        }
        truth
    }

    pub(super) fn not(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    pub(super) fn and(self, other: &Self) -> Self {
        Self { yes: self.yes.and(&other.yes), no: self.no.or(&other.no) }
    }

    pub(super) fn or(self, other: &Self) -> Self {
        Self { yes: self.yes.or(&other.yes), no: self.no.and(&other.no) }
    }

    /// Makes some rows unknown.
    pub(super) fn forgetting(self, rows: &Bits) -> Self {
        Self { yes: self.yes.without(rows), no: self.no.without(rows) }
    }
}

/// 64 bits of a bitmap; clear past its end.
fn word_of(bitmap: &Bitmap, at: usize) -> u64 {
    let bytes = bitmap.0.as_slice();
    let first = (at * 8).min(bytes.len());
    let here = &bytes[first..(first + 8).min(bytes.len())];
    here.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

impl CompareOp {
    /// Whether values in this order compare so.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// The comparison with the sides exchanged: `a < b` is `b > a`.
    #[must_use]
    pub fn exchanged(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

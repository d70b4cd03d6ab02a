//! Feeds what reads strangers' bytes with bytes that were changed by chance, and looks for panics, hangs and hunger for memory.
//!
//! A target is a function of bytes, as libFuzzer wants it. Inputs follow from the target, a seed and a number alone, so that each can be
//! made again; nothing is learned from one for the next.

mod mutate;
pub mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is fed.
pub struct Target {
    /// Its name in commands and reports.
    pub name: &'static str,
    /// Good inputs, which are changed.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words that its inputs are made of.
    pub words: &'static [&'static str],
    /// Reads an input; panics when what came of it is wrong.
    pub run: fn(&[u8]),
}

/// A target with its good inputs, ready to run.
pub struct Fuzzer {
    target: &'static Target,
    seeds: Vec<Vec<u8>>,
}

impl Fuzzer {
    /// Makes the good inputs.
    pub fn new(target: &'static Target) -> Self {
        let mut seeds = (target.seeds)();
        seeds.push(Vec::new());
        Self { target, seeds }
    }

    /// The input of a number; the first are the good ones themselves.
    pub fn input(&self, seed: u64, number: u64) -> Vec<u8> {
        match usize::try_from(number).ok().and_then(|number| self.seeds.get(number)) {
            Some(good) => good.clone(),
            None => mutate::input(&self.seeds, self.target.words, mutate::mixed(seed, number)),
        }
    }

    /// Feeds one input; an error is what a panic said.
    pub fn feed(&self, input: &[u8]) -> Result<(), String> {
        catch_unwind(AssertUnwindSafe(|| (self.target.run)(input))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
        })
    }
}

//! PROJ's own notation of an operation, taken apart: `proj=pipeline step proj=unitconvert xy_in=deg xy_out=rad step inv proj=utm …`.
//!
//! Only texts that PROJ itself wrote are read here; nothing of a stranger.

use std::fmt;

/// Steps, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pipeline {
    pub steps: Vec<Step>,
}

/// One step: parameters in order, and whether it goes backwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub inverse: bool,
    /// Key and value; the value of a flag is empty.
    pub parameters: Vec<(String, String)>,
}

impl Pipeline {
    /// Takes a text apart. Parameters before the first step hold for all steps.
    pub fn parse(text: &str) -> Self {
        let mut groups = vec![Vec::new()];
        for word in text.split_whitespace().map(|word| word.trim_start_matches('+')) {
            match word {
                "step" => groups.push(Vec::new()),
                word => groups.last_mut().expect("it begins with one group and never shrinks").push(word),
            }
        }
        let (shared, own) = match groups[0].contains(&"proj=pipeline") {
            true => (groups.remove(0), groups),
            false => (Vec::new(), groups),
        };
        let shared: Vec<&str> = shared.into_iter().filter(|word| *word != "proj=pipeline").collect();
        Self { steps: own.into_iter().map(|words| Step::of(words.into_iter().chain(shared.iter().copied()))).collect() }
    }

    /// The way back.
    pub fn inverted(&self) -> Self {
        let back = |step: &Step| Step { inverse: !step.inverse, parameters: step.parameters.clone() };
        Self { steps: self.steps.iter().rev().map(back).collect() }
    }
}

impl Step {
    fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut step = Self { inverse: false, parameters: Vec::new() };
        for word in words {
            match word.split_once('=') {
                None if word == "inv" => step.inverse = !step.inverse,
                pair => {
                    let (key, value) = pair.unwrap_or((word, ""));
                    step.parameters.push((key.to_owned(), value.to_owned()));
                }
            }
        }
        step
    }

    /// The operation's name.
    pub fn name(&self) -> &str {
        self.text("proj").unwrap_or_default()
    }

    /// A parameter as text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// A parameter as a number; `None` when it is there but not a number.
    pub fn number_or(&self, key: &str, default: f64) -> Option<f64> {
        self.text(key).map_or(Some(default), |text| text.parse().ok())
    }

    /// Whether there is nothing but these parameters: others may change what the step does.
    pub fn only(&self, keys: &[&str]) -> bool {
        self.parameters.iter().all(|(key, _)| key == "proj" || keys.contains(&key.as_str()))
    }
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("+proj=pipeline")?;
        for step in &self.steps {
            f.write_str(if step.inverse { " +step +inv" } else { " +step" })?;
            for (key, value) in &step.parameters {
                match value.as_str() {
                    "" => write!(f, " +{key}")?,
                    value => write!(f, " +{key}={value}")?,
                }
            }
        }
        Ok(())
    }
}

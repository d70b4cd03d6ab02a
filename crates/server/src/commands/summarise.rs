//! Rows in groups, and numbers of each: the question that `/collections/{id}/summary` asks, on a data folder.

use super::Here;
use serde_json::Value as Json;
use terrane_engine::{Caller, Cancel};
use terrane_model::{DatasetId, Result};
use terrane_protocols::common::request::Request;
use terrane_protocols::ogcapi::summary::{answer, ask};

/// The groups. `pairs` are the parameters of the address.
pub fn summarise(here: &Here<'_>, id: &DatasetId, pairs: &[(String, String)]) -> Result<Json> {
    let request = Request { query: pairs.iter().cloned().collect(), ..Request::default() };
    let dataset = here.engine.catalogue().open(Caller::Operator, id)?;
    let question = ask::summary(&dataset, &request, here.engine.limits())?;
    Ok(answer::described(&request, &here.engine.summary_here(Caller::Operator, &question, &Cancel::default())?))
}

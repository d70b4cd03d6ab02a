//! What protocols share: the site, key-value pairs, content negotiation, spellings of CRSs and times, answers.

pub mod crs;
pub mod flow;
pub mod http;
pub mod kept;
pub mod kvp;
pub mod layers;
pub mod negotiate;
pub mod period;
pub mod pieces;
pub mod places;
pub mod problem;
pub mod reply;
pub mod request;
pub mod since;
pub mod site;
pub mod values;
pub mod xml;

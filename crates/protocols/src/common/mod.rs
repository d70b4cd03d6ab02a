//! What protocols share: the site, key-value pairs, content negotiation, spellings of CRSs and times, answers.

pub mod crs;
pub mod http;
pub mod kvp;
pub mod more;
pub mod negotiate;
pub mod pieces;
pub mod problem;
pub mod reply;
pub mod request;
pub mod site;
pub mod xml;

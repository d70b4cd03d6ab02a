//! The only file of this folder that knows axum: maps of everything that is drawn.

use super::ask::{self, MapAsk};
use super::{answer, void};
use crate::common::http::resource;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::subject::Of;
use axum::Router;
use terrane_engine::{Caller, Encoded, PictureQuestion};
use terrane_formats::picture;
use terrane_model::Result;

/// `…/map` below all that is drawn.
pub fn routes(site: Site) -> Router {
    let add = |router: Router<Site>, (of, pattern, _): (Of, &str, usize)| {
        router.route(&format!("{pattern}/map"), resource(move |site, request| map(site, request, of)))
    };
    Of::ALL.into_iter().fold(Router::new(), add).with_state(site)
}

async fn map(site: Site, request: Request, of: Of) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let asked = ask::map(&site, &catalogue, &request, of)?;
    let head = answer::head(&asked)?;
    let Some(question) = asked.question.clone().filter(|_| !request.knows(&head)) else { return Ok(head) };
    let encoded = match asked.void {
        None => site.engine.map(Caller::Public, question, asked.format).await?,
        Some(colour) => with_void(&site, question, &asked, colour).await?,
    };
    Ok(Reply { media_type: encoded.media_type.to_owned(), body: encoded.bytes, ..head })
}

/// The map with what has no place in its CRS in a colour of its own.
async fn with_void(site: &Site, question: PictureQuestion, asked: &MapAsk, colour: [u8; 4]) -> Result<Encoded> {
    let (view, format) = (question.view.clone(), asked.format);
    void::check_size(&view)?;
    let mut drawn = site.engine.picture(Caller::Public, question).await?;
    let finish = move |_: &_| {
        void::painted(&mut drawn, &view, colour)?;
        picture::write(&drawn, format)
    };
    let bytes = site.engine.pool().run(finish).await?;
    Ok(Encoded { bytes: bytes.into(), media_type: asked.format.media_type(), gzip: false, coarsened: 0 })
}

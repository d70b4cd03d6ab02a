//! `terrane serve`: serves a data folder until it is told to stop.

use crate::config::{self, Live, Options};
use crate::feeds::{self, Asking};
use crate::http::{self, Clients, Current, Doors};
use crate::local::{self, Server};
use crate::stores::Node;
use crate::subscribers::{self, Telling};
use crate::{output, upkeep};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_engine::publish;
use terrane_model::tiling::TileSets;
use terrane_model::{Error, Result};
use terrane_protocols::Site;
use terrane_protocols::common::site::SiteAbout;
use tokio::signal::unix::Signal;

/// Where to listen and how people reach it.
#[derive(clap::Args, Default)]
pub struct Serve {
    /// The data folder
    pub folder: PathBuf,
    /// Address and port to listen at [default: 127.0.0.1:8080, or as terrane.toml says]
    #[arg(long)]
    pub listen: Option<String>,
    /// The address that people use when a proxy stands before this program, with its path
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// Serves.
pub fn run(serve: &Serve, json: bool) -> Result<u8> {
    let options = Options {
        listen: serve.listen.as_deref().map(config::listen).transpose()?,
        public_url: serve.public_url.as_deref().map(config::public_url).transpose()?,
    };
    let settings = Arc::new(Live::read(&serve.folder, options)?);
    http::open_as_many_as_possible();
    let node = Arc::new(Node::open(&serve.folder, &settings.now())?);
    node.engine.cache().settle(settings.now().cache);
    upkeep::begin(Arc::clone(&node))?;
    let runtime = tokio::runtime::Runtime::new().map_err(Error::internal)?;
    let outcome = runtime.block_on(until_told(&serve.folder, node, settings, json));
    // What is still running was given its time.
    runtime.shutdown_background();
    outcome.map(|()| 0)
}

async fn until_told(folder: &Path, node: Arc<Node>, settings: Arc<Live>, json: bool) -> Result<()> {
    let (stop, reload) = (http::told_to_stop()?, http::told_to_reload()?);
    let address = settings.now().server.listen;
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| {
        Error::conflict(format!("“{address}” cannot be listened at: {error}. Choose another port with --listen."))
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let own_url = local_url(address);
    let checker = Arc::clone(&node.checker);
    let (engine, outgoing) = (Arc::clone(&node.engine), node.outgoing());
    let server = Arc::new(Server { engine, checker, outgoing, settings, own_url });
    feeds::begin(Asking::new(Arc::clone(&server.engine), Arc::clone(&server.outgoing)))?;
    let own = Arc::clone(&server);
    subscribers::begin(Telling::new(Arc::clone(&server.outgoing), move || site(&own)))?;
    let running = local::listen(folder, Arc::clone(&server))?;
    announce(folder, &server, address, json);
    let clients = Arc::new(Clients::new(server.settings.now().clients.clone()));
    let app = Current::new(http::app(site(&server), &clients));
    let doors = Doors { listener, stop, clients: Arc::clone(&clients) };
    tokio::spawn(reload_when_told(reload, node, Arc::clone(&server), (app.clone(), clients)));
    let limits = server.engine.limits().clone();
    let others = async {
        server.engine.stop_telling();
        running.finish().await;
    };
    let outcome = doors.serve(app, &limits, others).await;
    local::close(folder);
    outcome
}

/// Reads the settings again each time that the program is told to; what is broken is logged and changes nothing.
async fn reload_when_told(
    mut told: Signal,
    node: Arc<Node>,
    server: Arc<Server>,
    (app, clients): (Current, Arc<Clients>),
) {
    while told.recv().await.is_some() {
        match server.settings.reload() {
            Ok(changes) => {
                let now = server.settings.now();
                node.settle(&now);
                node.engine.cache().settle(now.cache);
                clients.settle(now.clients.clone());
                app.swap(http::app(site(&server), &clients));
                match changes.is_empty() {
                    true => tracing::info!("the settings were read again; nothing has changed"),
                    false => changes.iter().for_each(|change| tracing::info!("setting {change}")),
                }
            }
            Err(error) => tracing::error!("the settings stay as they were: {error}"),
        }
    }
}

fn local_url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() || address.ip().is_loopback() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

fn site(server: &Server) -> Site {
    let config = server.settings.now();
    let about = SiteAbout {
        public_url: server.public_url(),
        title: config.site.title.clone(),
        description: config.site.description.clone(),
        operator: config.site.operator.clone(),
    };
    // Names that clash are refused when the settings are read.
    let sets = TileSets::new(config.tile_sets.clone()).unwrap_or_default();
    Site {
        sets: Arc::new(sets),
        checker: Some(Arc::clone(&server.checker)),
        since: publish::now(),
        ..Site::new(Arc::clone(&server.engine), about)
    }
}

fn announce(folder: &Path, server: &Server, listen: SocketAddr, json: bool) {
    let (catalogue, public_url) = (server.engine.catalogue(), server.public_url());
    let datasets = catalogue.entries(terrane_engine::Caller::Operator).count();
    let maps = catalogue.maps(terrane_engine::Caller::Operator).count();
    let left_out = catalogue.problems().len();
    if json {
        let folder = folder.display().to_string();
        return output::json(&serde_json::json!({
            "folder": folder, "url": format!("{public_url}/"), "listen": listen.to_string(),
            "datasets": datasets, "maps": maps, "problems": left_out,
        }));
    }
    output::line(&format!("Serving {} ({datasets} datasets, {maps} maps) at", folder.display()));
    output::line(&format!("  {public_url}/"));
    if left_out > 0 {
        output::line(&format!(
            "{left_out} cannot be opened and are left out; “terrane doctor {}” says why.",
            folder.display()
        ));
    }
    if listen.ip().is_unspecified() && public_url == server.own_url {
        output::line("Links say “localhost”, which is right on this machine only; --public-url says what others use.");
    }
    output::line("Stop with Ctrl-C.");
}

//! Tells subscribers of changes of events, signed, each at its own pace, on a thread of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terrane_engine::Caller;
use terrane_engine::hazard::feeds::EventWatch;
use terrane_engine::hazard::feeds::signed::signed_post;
use terrane_engine::publish::now;
use terrane_formats::about::{Subscription, SubscriptionState};
use terrane_hazard::table::Role;
use terrane_model::limits::{FEED_BACK_OFF_SECONDS_MAX, SUBSCRIPTION_FAILURES_MAX};
use terrane_model::outgoing::Outgoing;
use terrane_model::{Error, Kind, Result};
use terrane_protocols::Site;
use terrane_protocols::hazards::stream;

/// How often it is looked whether somebody has to be told something, when nothing changes.
const ROUND: Duration = Duration::from_secs(5);
/// Seconds to wait after the first failure; twice as long after each more.
const BACK_OFF_S: u64 = 5;

/// What subscribers are told with.
pub struct Telling {
    outgoing: Arc<dyn Outgoing>,
    site: Box<dyn Fn() -> Site + Send + Sync>,
}

/// How far a subscriber was told; of what was passed over, only this knows.
struct Told {
    subscription: Subscription,
    state: SubscriptionState,
    again: Option<Instant>,
}

impl Telling {
    /// Tells nobody yet.
    pub fn new(outgoing: Arc<dyn Outgoing>, site: impl Fn() -> Site + Send + Sync + 'static) -> Self {
        Self { outgoing, site: Box::new(site) }
    }

    /// Tells one subscriber all that it was not told yet, until something fails.
    async fn tell(&self, told: &mut Told) -> Result<()> {
        let site = (self.site)();
        let (id, watch) = (told.subscription.id.clone(), EventWatch::of_subscription(&told.subscription)?);
        loop {
            let changes =
                site.engine.event_changes(Caller::Public, told.state.sequence, Role::flat().collect()).await?;
            if changes.last <= told.state.sequence {
                return Ok(());
            }
            let features = stream::features(&site, &changes, &watch);
            if !features.is_empty() {
                let many = features.len() as u64;
                let features: Vec<_> = features.into_iter().map(|(.., feature)| feature).collect();
                let body = serde_json::json!({"type": "FeatureCollection", "subscription": id, "features": features});
                let secret = site.engine.subscription_secret(&id)?.unwrap_or_default();
                send(&*self.outgoing, &told.subscription.address, (&secret, body.to_string().into_bytes())).await?;
                told.state.told += many;
                (told.state.failures, told.state.error) = (0, String::new());
                told.state.sequence = changes.last;
                site.engine.put_subscription_state(&id, &told.state)?;
            }
            told.state.sequence = changes.last;
        }
    }

    async fn round(&self, all: &mut HashMap<String, Told>) -> Result<()> {
        let engine = (self.site)().engine;
        let subscriptions = engine.subscriptions()?;
        all.retain(|id, told| subscriptions.iter().any(|it| it.id == *id && *it == told.subscription));
        for subscription in subscriptions {
            let id = subscription.id.clone();
            if !all.contains_key(&id) {
                let state = engine.subscription_state(&id)?;
                all.insert(id.clone(), Told { subscription, state, again: None });
            }
            let Some(told) = all.get_mut(&id) else { continue };
            if told.state.dead || told.again.is_some_and(|again| again > Instant::now()) {
                continue;
            }
            if let Err(error) = self.tell(told).await {
                tracing::warn!(subscription = id, %error, "a subscriber cannot be told");
                failed(told, &error);
                engine.put_subscription_state(&id, &told.state)?;
            } else {
                told.again = None;
            }
        }
        Ok(())
    }
}

/// Takes note of a failure and settles when it is tried again.
fn failed(told: &mut Told, error: &Error) {
    let state = &mut told.state;
    state.failures = state.failures.saturating_add(1);
    (state.error, state.failed) = (error.to_string(), Some(now()));
    state.dead = state.failures >= SUBSCRIPTION_FAILURES_MAX;
    let seconds = (BACK_OFF_S << state.failures.min(12)).min(FEED_BACK_OFF_SECONDS_MAX);
    told.again = Some(Instant::now() + Duration::from_secs(seconds));
}

/// Sends a signed message; anything but a 2xx is a failure.
pub async fn send(outgoing: &dyn Outgoing, url: &str, (secret, body): (&str, Vec<u8>)) -> Result<()> {
    let answer = outgoing.fetch(signed_post(url, secret, (now(), body))?).await?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(Error::new(Kind::Unsupported, format!("The subscriber answered with status {status}."))),
    }
}

/// Begins, and goes on for as long as the program runs.
pub fn begin(telling: Telling) -> Result<()> {
    let work = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(rounds(telling)),
        Err(error) => tracing::error!(?error, "subscribers cannot be told"),
    };
    std::thread::Builder::new().name("subscribers".to_owned()).spawn(work).map(drop).map_err(Error::internal)
}

async fn rounds(telling: Telling) {
    let mut newest = (telling.site)().engine.watch_events();
    let mut all = HashMap::new();
    loop {
        newest.mark_unchanged();
        if let Err(error) = telling.round(&mut all).await {
            tracing::error!(?error, "the subscriptions cannot be read");
        }
        let _ = tokio::time::timeout(ROUND, newest.changed()).await;
    }
}

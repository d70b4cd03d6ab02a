//! Asks feeds of events when it is time, on threads of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use terrane_engine::Engine;
use terrane_engine::hazard::feeds::{TakeOptions, next_question};
use terrane_engine::publish::now;
use terrane_formats::about::{Feed, FeedKind};
use terrane_model::outgoing::Outgoing;
use terrane_model::{Error, Result};

/// How often it is looked which feeds are due.
const ROUND: Duration = Duration::from_secs(1);
/// Threads that ask feeds and take what they answer.
const THREADS: usize = 2;

/// What feeds are asked with.
pub struct Asking {
    /// Where answers go.
    pub engine: Arc<Engine>,
    /// The one way out.
    pub outgoing: Arc<dyn Outgoing>,
    due: Mutex<HashMap<String, Due>>,
}

/// When a feed is asked next; while it is being asked, nobody asks it again.
#[derive(Clone, Copy)]
enum Due {
    At(Instant),
    Asked,
}

impl Asking {
    /// Asks nobody yet.
    pub fn new(engine: Arc<Engine>, outgoing: Arc<dyn Outgoing>) -> Arc<Self> {
        Arc::new(Self { engine, outgoing, due: Mutex::default() })
    }

    /// The feeds that are due now; they count as being asked.
    fn due(&self) -> Result<Vec<Feed>> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let feeds = self.engine.feeds()?;
        due.retain(|id, _| feeds.iter().any(|feed| feed.id == *id));
        let is_due = |feed: &Feed| match due.get(&feed.id) {
            None => true,
            Some(Due::At(at)) => *at <= Instant::now(),
            Some(Due::Asked) => false,
        };
        let now: Vec<Feed> = feeds.into_iter().filter(|feed| feed.kind != FeedKind::Webhook && is_due(feed)).collect();
        now.iter().for_each(|feed| _ = due.insert(feed.id.clone(), Due::Asked));
        Ok(now)
    }

    /// Asks one feed and settles when it is asked again. What it answers is a stranger's: a defect in reading it ends here.
    async fn ask(self: Arc<Self>, feed: Feed) {
        let asking = Arc::clone(&self);
        let id = feed.id.clone();
        let asked = tokio::spawn(async move {
            let options = TakeOptions { at: now(), is_accepted: false };
            asking.engine.poll_feed(&*asking.outgoing, &id, options).await
        });
        match asked.await.unwrap_or_else(|error| Err(Error::internal(error))) {
            Ok(taken) if taken.news > 0 => {
                tracing::info!(feed = feed.id, news = taken.news, new = taken.new, "a feed has told something new");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(feed = feed.id, %error, "a feed is not taken"),
        }
        let failures = self.engine.feed_state(&feed.id).map_or(0, |state| state.failures);
        let again = Due::At(Instant::now() + next_question(&feed, failures));
        self.due.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.id, again);
    }
}

/// Begins, and goes on for as long as the program runs.
pub fn begin(asking: Arc<Asking>) -> Result<()> {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(rounds(asking)),
            Err(error) => tracing::error!(?error, "feeds cannot be asked"),
        }
    };
    std::thread::Builder::new().name("feeds".to_owned()).spawn(work).map(drop).map_err(Error::internal)
}

async fn rounds(asking: Arc<Asking>) {
    loop {
        match asking.due() {
            Ok(due) => due.into_iter().for_each(|feed| drop(tokio::spawn(Arc::clone(&asking).ask(feed)))),
            Err(error) => tracing::error!(?error, "the feeds cannot be read"),
        }
        tokio::time::sleep(ROUND).await;
    }
}

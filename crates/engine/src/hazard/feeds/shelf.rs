//! Feeds and subscriptions in the ledger, each with what belongs to it beside it: `ID/state`, `ID/secret`.

use crate::Engine;
use crate::publish::now;
use terrane_formats::about::{Feed, FeedState, Subscription, SubscriptionState, record_from_json, record_to_json};
use terrane_model::ledger::{Change, Commit, Expect, Record, Shelf};
use terrane_model::limits::{FEEDS_MAX, SUBSCRIPTIONS_MAX};
use terrane_model::{Error, Result};

impl Engine {
    /// All feeds, by id.
    pub fn feeds(&self) -> Result<Vec<Feed>> {
        self.main_records(Shelf::Feed)?.iter().map(|record| record_from_json(&record.body)).collect()
    }

    /// A feed.
    pub fn feed(&self, id: &str) -> Result<Feed> {
        let missing = || Error::not_found(format!("There is no feed “{id}”; “terrane feed list” shows what there is."));
        record_from_json(&self.store.ledger().read(Shelf::Feed, id)?.ok_or_else(missing)?.body)
    }

    /// Writes a feed; a new one gets its dataset when that is not there.
    pub fn put_feed(&self, feed: &Feed, secret: Option<&str>, who: &str) -> Result<()> {
        feed.check()?;
        let others = self.feeds()?.iter().filter(|it| it.id != feed.id).count();
        if others >= FEEDS_MAX {
            return Err(Error::too_large(format!("A node has at most {FEEDS_MAX} feeds.")));
        }
        self.make_target(feed, who)?;
        let mut changes = vec![change(Shelf::Feed, feed.id.clone(), Some(record_to_json(feed)?))];
        changes.extend(secret.map(|secret| change(Shelf::Feed, beside(&feed.id, SECRET), Some(secret.to_owned()))));
        self.write(changes, who, &format!("feed {}", feed.id))
    }

    /// Takes a feed away; its events stay.
    pub fn remove_feed(&self, id: &str, who: &str) -> Result<()> {
        self.feed(id)?;
        self.forget(Shelf::Feed, id, who)
    }

    /// How a feed is doing.
    pub fn feed_state(&self, id: &str) -> Result<FeedState> {
        let record = self.store.ledger().read(Shelf::Feed, &beside(id, STATE))?;
        record.map_or_else(|| Ok(FeedState::default()), |record| record_from_json(&record.body))
    }

    pub(super) fn put_feed_state(&self, id: &str, state: &FeedState) -> Result<()> {
        let body = record_to_json(state)?;
        self.write(vec![change(Shelf::Feed, beside(id, STATE), Some(body))], "terrane", &format!("feed {id}"))
    }

    /// What senders to a feed sign with.
    pub fn feed_secret(&self, id: &str) -> Result<Option<String>> {
        Ok(self.store.ledger().read(Shelf::Feed, &beside(id, SECRET))?.map(|record| record.body))
    }

    /// All subscriptions, by id.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        self.main_records(Shelf::Subscription)?.iter().map(|record| record_from_json(&record.body)).collect()
    }

    /// A subscription.
    pub fn subscription(&self, id: &str) -> Result<Subscription> {
        let say = format!("There is no subscription “{id}”; “terrane subscription list” shows what there is.");
        let record = self.store.ledger().read(Shelf::Subscription, id)?.ok_or_else(|| Error::not_found(say))?;
        record_from_json(&record.body)
    }

    /// Writes a subscription that is told of what changes from now on.
    pub fn put_subscription(&self, it: &Subscription, secret: &str, who: &str) -> Result<()> {
        super::EventWatch::of_subscription(it)?;
        terrane_model::DatasetId::new(it.id.as_str()).map_err(|error| error.at("id"))?;
        if self.subscriptions()?.iter().filter(|known| known.id != it.id).count() >= SUBSCRIPTIONS_MAX {
            return Err(Error::too_large(format!("A node tells at most {SUBSCRIPTIONS_MAX} subscribers.")));
        }
        let state = SubscriptionState { sequence: self.event_sequence()?, ..SubscriptionState::default() };
        let changes = vec![
            change(Shelf::Subscription, it.id.clone(), Some(record_to_json(it)?)),
            change(Shelf::Subscription, beside(&it.id, STATE), Some(record_to_json(&state)?)),
            change(Shelf::Subscription, beside(&it.id, SECRET), Some(secret.to_owned())),
        ];
        self.write(changes, who, &format!("subscription {}", it.id))
    }

    /// Takes a subscription away.
    pub fn remove_subscription(&self, id: &str, who: &str) -> Result<()> {
        self.subscription(id)?;
        self.forget(Shelf::Subscription, id, who)
    }

    /// How telling a subscriber goes.
    pub fn subscription_state(&self, id: &str) -> Result<SubscriptionState> {
        let record = self.store.ledger().read(Shelf::Subscription, &beside(id, STATE))?;
        record.map_or_else(|| Ok(SubscriptionState::default()), |record| record_from_json(&record.body))
    }

    /// Takes note of how telling a subscriber goes.
    pub fn put_subscription_state(&self, id: &str, state: &SubscriptionState) -> Result<()> {
        let body = record_to_json(state)?;
        self.write(
            vec![change(Shelf::Subscription, beside(id, STATE), Some(body))],
            "terrane",
            &format!("subscription {id}"),
        )
    }

    /// What a subscriber knows messages by.
    pub fn subscription_secret(&self, id: &str) -> Result<Option<String>> {
        Ok(self.store.ledger().read(Shelf::Subscription, &beside(id, SECRET))?.map(|record| record.body))
    }

    fn main_records(&self, shelf: Shelf) -> Result<Vec<Record>> {
        let mut all = self.store.ledger().list(shelf)?;
        all.retain(|record| !record.id.contains('/'));
        Ok(all)
    }

    fn forget(&self, shelf: Shelf, id: &str, who: &str) -> Result<()> {
        let names = [id.to_owned(), beside(id, STATE), beside(id, SECRET)];
        let there = |name: &String| self.store.ledger().read(shelf, name).is_ok_and(|record| record.is_some());
        let changes = names.into_iter().filter(there).map(|name| change(shelf, name, None)).collect();
        self.write(changes, who, &format!("remove {} {id}", shelf.name()))
    }

    /// Commits without showing the catalogue anew: none of this is in it.
    fn write(&self, changes: Vec<Change>, who: &str, why: &str) -> Result<()> {
        let commit = Commit { changes, who: who.to_owned(), why: why.to_owned(), at: now() };
        self.store.ledger().commit(&commit).map(drop)
    }
}

const STATE: &str = "state";
const SECRET: &str = "secret";

fn beside(id: &str, what: &str) -> String {
    format!("{id}/{what}")
}

fn change(shelf: Shelf, id: String, body: Option<String>) -> Change {
    Change { shelf, id, expect: Expect::Anything, body }
}

//! Tiles on the disk: one file each, below a folder that may be deleted at any time. One thread writes, counts, and makes room; a
//! file that is damaged is no file.

use super::key::Key;
use crate::tile::Encoded;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant, SystemTime};
use terrane_model::limits::{CACHE_ENTRY_BYTES_MAX, CACHE_WRITES_WAITING_MAX};

/// What a file begins with; another number for another form.
const MAGIC: &[u8; 8] = b"TRNTILE1";
/// Bytes of the check sum.
const SUM_BYTES: usize = 16;
/// Magic, one byte that says whether it is gzipped, the check sum.
const HEAD_BYTES: usize = MAGIC.len() + 1 + SUM_BYTES;
/// Folders that the files are spread over, by the first byte of their names.
const SHARDS: usize = 256;
/// What files take on a disk is counted in these, bytes.
const BLOCK_BYTES: u64 = 4_096;
/// A file that is read counts as fresh again, once in so long.
const FRESH: Duration = Duration::from_secs(3_600);
/// How long nothing is written after writing has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// When there is no room, the oldest go until this share of the quota is used.
const KEPT_PERCENT: u64 = 90;
/// The file that is being written.
const DRAFT: &str = "new";

/// Tiles on the disk.
#[derive(Clone)]
pub(super) struct Disk {
    folder: Arc<Path>,
    orders: SyncSender<Order>,
    bytes: Arc<AtomicU64>,
    quota: Arc<AtomicU64>,
}

enum Order {
    Keep(Key, Encoded),
    /// A file that is damaged.
    Remove(Key),
    /// The quota has changed.
    MakeRoom,
    Tell(Sender<()>),
}

impl Disk {
    /// Tiles below a folder, which is made when it is not there. Nothing when there can be no thread for it.
    pub(super) fn open(folder: &Path, quota_bytes: u64) -> Option<Self> {
        let (orders, taken) = sync_channel(CACHE_WRITES_WAITING_MAX);
        let disk = Self {
            folder: Arc::from(folder),
            orders,
            bytes: Arc::default(),
            quota: Arc::new(AtomicU64::new(quota_bytes)),
        };
        let keeper = Keeper {
            folder: Arc::clone(&disk.folder),
            bytes: Arc::clone(&disk.bytes),
            quota: Arc::clone(&disk.quota),
            failed_at: None,
        };
        let thread = std::thread::Builder::new().name("cache".to_owned()).spawn(move || keeper.work(&taken));
        thread.inspect_err(|error| tracing::warn!(?error, "tiles are not kept on the disk")).ok().map(|_| disk)
    }

    /// The same with another quota.
    pub(super) fn with_quota(&self, quota_bytes: u64) -> Self {
        self.quota.store(quota_bytes, Ordering::SeqCst);
        let _ = self.orders.try_send(Order::MakeRoom);
        self.clone()
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    /// Whether there is a file of that name, whole or not.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.path(key).is_file()
    }

    /// A tile; nothing when it is not there or not whole.
    pub(super) fn read(&self, key: &Key, media_type: &'static str) -> Option<Encoded> {
        let file = File::open(self.path(key)).ok()?;
        let about = file.metadata().ok()?;
        let most = (CACHE_ENTRY_BYTES_MAX + HEAD_BYTES) as u64;
        let mut bytes = Vec::with_capacity(about.len().min(most) as usize);
        let read = (&file).take(most).read_to_end(&mut bytes);
        let whole = read.ok().and_then(|_| unpacked(key, bytes, media_type));
        match (&whole, about.modified()) {
            (None, _) => drop(self.orders.try_send(Order::Remove(*key))),
            (Some(_), Ok(at)) if at.elapsed().is_ok_and(|age| age > FRESH) => {
                let _ = file.set_modified(SystemTime::now());
            }
            _ => {}
        }
        whole
    }

    /// Keeps a tile soon; not at all when it is very large, or when the disk does not keep up.
    pub(super) fn keep(&self, key: Key, made: Encoded) {
        if made.bytes.len() <= CACHE_ENTRY_BYTES_MAX {
            let _ = self.orders.try_send(Order::Keep(key, made));
        }
    }

    /// Waits until what was to be kept is written.
    pub(super) fn flush(&self) {
        let (tell, told) = channel();
        if self.orders.send(Order::Tell(tell)).is_ok() {
            let _ = told.recv();
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        path(&self.folder, key)
    }
}

fn path(folder: &Path, key: &Key) -> PathBuf {
    let name = key.hex();
    folder.join(&name[..2]).join(name)
}

/// Deletes everything, on a thread of its own: there may be a great many files.
pub(super) fn clear(folder: &Path) {
    if folder.is_dir() {
        let folder = folder.to_owned();
        let _ = std::thread::Builder::new().name("cache".to_owned()).spawn(move || fs::remove_dir_all(folder));
    }
}

fn sum(key: &Key, flags: u8, payload: &[u8]) -> [u8; SUM_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.bytes()).update(&[flags]).update(payload);
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..SUM_BYTES]);
    sum
}

fn packed(key: &Key, made: &Encoded) -> Vec<u8> {
    let flags = u8::from(made.gzip) | made.coarsened << 1;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + made.bytes.len());
    bytes.extend_from_slice(MAGIC);
    bytes.push(flags);
    bytes.extend_from_slice(&sum(key, flags, &made.bytes));
    bytes.extend_from_slice(&made.bytes);
    bytes
}

fn unpacked(key: &Key, bytes: Vec<u8>, media_type: &'static str) -> Option<Encoded> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&flags, rest) = rest.split_first()?;
    let (said, payload) = rest.split_at_checked(SUM_BYTES)?;
    (said == sum(key, flags, payload)).then(|| {
        let bytes = bytes::Bytes::from(bytes).slice(HEAD_BYTES..);
        Encoded { bytes, media_type, gzip: flags & 1 == 1, coarsened: flags >> 1 }
    })
}

/// The one who writes, counts and makes room.
struct Keeper {
    folder: Arc<Path>,
    bytes: Arc<AtomicU64>,
    quota: Arc<AtomicU64>,
    failed_at: Option<Instant>,
}

/// A file that is there.
struct Found {
    path: PathBuf,
    bytes: u64,
    at: SystemTime,
}

impl Keeper {
    /// Counts what is there, then does what it is told until nobody is left to tell.
    fn work(mut self, orders: &Receiver<Order>) {
        let _ = fs::remove_file(self.folder.join(DRAFT));
        let there: u64 = (0..SHARDS).flat_map(|shard| self.files(shard)).map(|file| file.bytes).sum();
        self.bytes.store(there, Ordering::SeqCst);
        let _ = self.has_room(0);
        for order in orders {
            match order {
                Order::Keep(key, made) => self.keep(&key, &made),
                Order::Remove(key) => self.remove(&path(&self.folder, &key)),
                Order::MakeRoom => {
                    let _ = self.has_room(0);
                }
                Order::Tell(tell) => drop(tell.send(())),
            }
        }
    }

    fn keep(&mut self, key: &Key, made: &Encoded) {
        if self.failed_at.is_some_and(|at| at.elapsed() < AFTER_FAILURE) {
            return;
        }
        let packed = packed(key, made);
        let bytes = on_disk(packed.len() as u64);
        if !self.has_room(bytes) {
            return;
        }
        let path = path(&self.folder, key);
        let before = fs::metadata(&path).map_or(0, |about| on_disk(about.len()));
        match self.write(&path, &packed) {
            Ok(()) => {
                self.failed_at = None;
                self.bytes.fetch_add(bytes, Ordering::SeqCst);
                self.take_off(before);
            }
            Err(error) => self.failed(&error),
        }
    }

    fn write(&self, path: &Path, packed: &[u8]) -> io::Result<()> {
        let draft = self.folder.join(DRAFT);
        if let Some(shard) = path.parent() {
            fs::create_dir_all(shard)?;
        }
        fs::write(&draft, packed)?;
        fs::rename(&draft, path)
    }

    /// Nothing is written for a while. A full disk gets back half of what is here.
    fn failed(&mut self, error: &io::Error) {
        if self.failed_at.is_none() {
            tracing::warn!(%error, "tiles cannot be kept on the disk for now");
        }
        self.failed_at = Some(Instant::now());
        let _ = fs::remove_file(self.folder.join(DRAFT));
        if error.kind() == io::ErrorKind::StorageFull {
            self.shrink(50);
        }
    }

    /// Whether there is room for so many bytes more, after the oldest have gone.
    fn has_room(&self, more: u64) -> bool {
        let quota = self.quota.load(Ordering::SeqCst);
        let wanted = |used: u64| used.saturating_add(more) <= quota;
        let used = self.bytes.load(Ordering::SeqCst);
        if !wanted(used) {
            let target = (quota / 100 * KEPT_PERCENT).min(quota.saturating_sub(more));
            // In whole percent, rounded down.
            self.shrink(target.saturating_mul(100).checked_div(used).unwrap_or(0));
        }
        wanted(self.bytes.load(Ordering::SeqCst))
    }

    /// Deletes the oldest of each folder until so much of it is left. Names are hashes, so that every folder has its share of old ones.
    fn shrink(&self, left_percent: u64) {
        for shard in 0..SHARDS {
            let mut files = self.files(shard);
            files.sort_by_key(|file| file.at);
            let mut used: u64 = files.iter().map(|file| file.bytes).sum();
            let target = used * left_percent / 100;
            for file in files {
                if used <= target {
                    break;
                }
                used -= file.bytes;
                self.remove(&file.path);
            }
        }
    }

    fn remove(&self, path: &Path) {
        let bytes = fs::metadata(path).map_or(0, |about| on_disk(about.len()));
        if fs::remove_file(path).is_ok() {
            self.take_off(bytes);
        }
    }

    /// Somebody else may have deleted files, so that less is there than was counted.
    fn take_off(&self, bytes: u64) {
        let less = self.bytes.load(Ordering::SeqCst).saturating_sub(bytes);
        self.bytes.store(less, Ordering::SeqCst);
    }

    fn files(&self, shard: usize) -> Vec<Found> {
        let entries = fs::read_dir(self.folder.join(format!("{shard:02x}"))).into_iter().flatten().flatten();
        let found = |entry: fs::DirEntry| {
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let at = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            Some(Found { path: entry.path(), bytes: on_disk(about.len()), at })
        };
        entries.filter_map(found).collect()
    }
}

fn on_disk(bytes: u64) -> u64 {
    bytes.next_multiple_of(BLOCK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    const PNG: &str = "image/png";

    fn key(number: u32) -> Key {
        Key::of_text(&number.to_string())
    }

    fn tile(number: u32, bytes: usize) -> Encoded {
        let content: Vec<u8> = (0..bytes).map(|at| (at as u32 ^ number) as u8).collect();
        Encoded { bytes: Bytes::from(content), media_type: PNG, gzip: number % 2 == 1, coarsened: (number % 5) as u8 }
    }

    fn open(folder: &tempfile::TempDir, quota_bytes: u64) -> Disk {
        Disk::open(&folder.path().join("cache"), quota_bytes).expect("a thread")
    }

    fn bytes_below(folder: &Path) -> u64 {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let bytes = |entry: fs::DirEntry| match entry.path().is_dir() {
            true => bytes_below(&entry.path()),
            false => entry.metadata().expect("there").len(),
        };
        entries.map(bytes).sum()
    }

    #[test]
    fn what_is_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = open(&folder, 1_000_000);
        (0..20).for_each(|number| disk.keep(key(number), tile(number, number as usize * 100)));
        disk.flush();
        let used = disk.bytes();
        drop(disk);
        let disk = open(&folder, 1_000_000);
        disk.flush();
        assert_eq!(disk.bytes(), used);
        for number in 0..20 {
            assert_eq!(disk.read(&key(number), PNG), Some(tile(number, number as usize * 100)));
        }
        assert!(!disk.has(&key(20)) && disk.read(&key(20), PNG).is_none());
    }

    #[test]
    fn the_quota_is_kept_and_the_oldest_go_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let quota = 2_000_000;
        let disk = open(&folder, quota);
        for number in 0..2_000 {
            disk.keep(key(number), tile(number, 3_000));
            if number % 100 == 0 {
                disk.flush();
                assert!(disk.bytes() <= quota && bytes_below(folder.path()) <= disk.bytes());
            }
        }
        disk.flush();
        let kept = |numbers: std::ops::Range<u32>| numbers.filter(|number| disk.has(&key(*number))).count();
        assert!(kept(1_900..2_000) > 90 && kept(0..1_000) < 100, "{} {}", kept(1_900..2_000), kept(0..1_000));
        let smaller = disk.with_quota(100_000);
        smaller.flush();
        assert!(bytes_below(folder.path()) <= 100_000);
        assert!(smaller.read(&key(1_999), PNG).is_none_or(|read| read == tile(1_999, 3_000)));
    }

    #[test]
    fn a_damaged_file_or_one_under_another_name_is_thrown_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = open(&folder, 1_000_000);
        let damages: [fn(&mut Vec<u8>); 6] = [
            |bytes| bytes.truncate(100),
            |bytes| bytes.truncate(3),
            Vec::clear,
            |bytes| bytes[200] ^= 1,
            |bytes| bytes[8] ^= 1,
            |bytes| bytes.push(0),
        ];
        for (number, damage) in (0..).zip(damages) {
            disk.keep(key(number), tile(number, 500));
            disk.flush();
            let path = disk.path(&key(number));
            let mut bytes = fs::read(&path).expect("there");
            damage(&mut bytes);
            fs::write(&path, bytes).expect("written");
            assert!(disk.read(&key(number), PNG).is_none(), "{number}");
            disk.flush();
            assert!(!disk.has(&key(number)), "{number}");
        }
        disk.keep(key(50), tile(50, 500));
        disk.flush();
        fs::create_dir_all(disk.path(&key(51)).parent().expect("a folder")).expect("made");
        fs::copy(disk.path(&key(50)), disk.path(&key(51))).expect("copied");
        assert!(disk.read(&key(51), PNG).is_none() && disk.read(&key(50), PNG).is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_or_is_deleted_keeps_nothing_and_hurts_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("cache"), "a file where a folder belongs").expect("written");
        let disk = open(&folder, 1_000_000);
        disk.keep(key(1), tile(1, 500));
        disk.flush();
        assert!(disk.read(&key(1), PNG).is_none() && disk.bytes() == 0);
        let other = tempfile::tempdir().expect("a folder");
        let disk = open(&other, 1_000_000);
        disk.keep(key(1), tile(1, 500));
        disk.flush();
        fs::remove_dir_all(other.path().join("cache")).expect("deleted");
        assert!(disk.read(&key(1), PNG).is_none());
        disk.keep(key(2), tile(2, 500));
        disk.flush();
        assert_eq!(disk.read(&key(2), PNG), Some(tile(2, 500)));
    }
}

//! Every setting that `terrane.toml` may hold, as one table. Its reader, its check, its JSON Schema and `terrane config show` follow
//! from it, so that no setting is described twice.

/// A setting: where it stands, what may stand there, and what holds without it.
#[derive(Debug)]
pub struct Key {
    /// The section, `[server]`.
    pub section: &'static str,
    /// The name in its section.
    pub name: &'static str,
    /// What may stand there.
    pub allowed: Allowed,
    /// What holds when it is not given.
    pub usual: Usual,
    /// What it does, in a sentence.
    pub says: &'static str,
}

/// What may stand at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// A text, or texts by language.
    Texts,
    /// A mail address.
    Email,
    /// An address of the web.
    Web,
    /// The public address of a node: no query, no fragment.
    PublicUrl,
    /// An IP address and a port.
    Listen,
    /// A whole number between two, both included.
    Whole(u64, u64),
    /// A number of bytes between two, or a text such as `"2 GB"`.
    Bytes(u64, u64),
    /// Networks in one text, by commas.
    Networks,
    /// Addresses and networks in one text, by commas, each perhaps with a port.
    Servers,
    /// Tile matrix sets, each a table of its own.
    Sets,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// Nothing.
    Nothing,
    /// A text.
    Text(&'static str),
    /// A number.
    Number(u64),
}

impl Key {
    /// `section.name`, as it is shown.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

/// The sections and what they are for.
pub const SECTIONS: [(&str, &str); 9] = [
    ("site", "Who runs the node, as its pages and services say."),
    ("server", "Where it listens and how people reach it."),
    ("editions", "How long earlier editions of a dataset stay."),
    ("quota", "How much room the data may take."),
    ("cache", "How many answers are kept so that they need not be made again. 0 keeps nothing."),
    ("clients", "How much one client may ask, so that there is room for others. 0 is no bound."),
    ("tiles", "How the ground is cut into tiles."),
    ("outgoing", "Which other servers this node asks, and how often people may have it ask them."),
    ("import", "What the process that reads strangers' files may use."),
];

const fn key(section: &'static str, name: &'static str, kind: (Allowed, Usual), says: &'static str) -> Key {
    Key { section, name, allowed: kind.0, usual: kind.1, says }
}

/// The node's title.
pub static TITLE: Key =
    key("site", "title", (Allowed::Texts, Usual::Text("Terrane")), "Title of the node, in one language or in several.");
/// What the node is for.
pub static DESCRIPTION: Key =
    key("site", "description", (Allowed::Texts, Usual::Nothing), "What the node is for, in a sentence or two.");
/// Who runs it.
pub static OPERATOR: Key =
    key("site", "operator", (Allowed::Texts, Usual::Nothing), "The organisation that runs the node.");
/// Its web site.
pub static OPERATOR_URL: Key =
    key("site", "operator_url", (Allowed::Web, Usual::Nothing), "The web site of that organisation.");
/// Its mail address.
pub static OPERATOR_EMAIL: Key =
    key("site", "operator_email", (Allowed::Email, Usual::Nothing), "Where people write to it.");
/// Where to listen.
pub static LISTEN: Key = key(
    "server",
    "listen",
    (Allowed::Listen, Usual::Text("127.0.0.1:8080")),
    "Address and port to listen at. A change needs a restart.",
);
/// How people reach the node.
pub static PUBLIC_URL: Key = key(
    "server",
    "public_url",
    (Allowed::PublicUrl, Usual::Nothing),
    "The address that people use when a proxy stands before this program, with its path: the only source of links.",
);
/// Whom to believe about who asks.
pub static TRUSTED_PROXIES: Key = key(
    "server",
    "trusted_proxies",
    (Allowed::Networks, Usual::Text("127.0.0.0/8, ::1")),
    "Networks of proxies that are believed when they say who asks (Forwarded, X-Forwarded-For), by commas. Links do not depend on it.",
);
/// Editions that are kept.
pub static EDITIONS_KEEP: Key = key(
    "editions",
    "keep",
    (Allowed::Whole(1, 1_000), Usual::Number(2)),
    "How many editions of a dataset are kept, the published one included.",
);
/// Room for all data.
pub static QUOTA_BYTES: Key = key(
    "quota",
    "bytes",
    (Allowed::Bytes(1_000_000, BYTES_MAX), Usual::Nothing),
    "What the datasets may take on the disk together. Without it there is no bound but the disk.",
);
/// Tiles in memory.
pub static CACHE_MEMORY: Key = key(
    "cache",
    "memory",
    (Allowed::Bytes(0, BYTES_MAX), Usual::Number(67_108_864)),
    "Memory for tiles that are kept.",
);
/// Maps in memory.
pub static CACHE_MAPS: Key = key(
    "cache",
    "maps",
    (Allowed::Bytes(0, BYTES_MAX), Usual::Number(16_777_216)),
    "Memory for maps of any size and place, which are seldom asked for twice; never more than for tiles.",
);
/// Tiles on the disk.
pub static CACHE_DISK: Key = key(
    "cache",
    "disk",
    (Allowed::Bytes(0, BYTES_MAX), Usual::Number(2_000_000_000)),
    "What tiles may take on the disk, in the folder “cache”, which may be deleted at any time.",
);
/// Requests of a client at once.
pub static CLIENTS_AT_ONCE: Key = key(
    "clients",
    "at_once",
    (Allowed::Whole(0, 100_000), Usual::Number(64)),
    "Requests of one address that are answered at the same time.",
);
/// Requests of a client over time.
pub static CLIENTS_PER_SECOND: Key = key(
    "clients",
    "per_second",
    (Allowed::Whole(0, 1_000_000), Usual::Number(100)),
    "Requests of one address in a second, over time.",
);
/// Requests of a client in one go.
pub static CLIENTS_BURST: Key = key(
    "clients",
    "burst",
    (Allowed::Whole(1, 1_000_000), Usual::Number(1_000)),
    "Requests that one address may make in one go, before they are counted by the second.",
);
/// Connections of a client.
pub static CLIENTS_CONNECTIONS: Key = key(
    "clients",
    "connections",
    (Allowed::Whole(0, 100_000), Usual::Number(256)),
    "Connections of one address at the same time; more are closed at once.",
);
/// Memory of the reading process.
pub static IMPORT_MEMORY: Key = key(
    "import",
    "memory",
    (Allowed::Bytes(64_000_000, BYTES_MAX), Usual::Number(2_000_000_000)),
    "Memory that reading a file may take.",
);
/// Time of the reading process.
pub static IMPORT_TIME: Key = key(
    "import",
    "time_seconds",
    (Allowed::Whole(1, 604_800), Usual::Number(3_600)),
    "Seconds that reading a file may take.",
);
/// Size of what it reads and writes.
pub static IMPORT_FILE: Key = key(
    "import",
    "file_bytes",
    (Allowed::Bytes(1_000_000, BYTES_MAX), Usual::Number(20_000_000_000)),
    "Size of a file that reading may write.",
);

/// Tile matrix sets of one's own.
pub static TILE_SETS: Key = key(
    "tiles",
    "sets",
    (Allowed::Sets, Usual::Nothing),
    "Tile matrix sets beside those of OGC's register: [tiles.sets.NAME] with crs, origin, cell_sizes or scales, and extent.",
);

/// Servers that are asked beside public ones.
pub static OUTGOING_ALLOW: Key = key(
    "outgoing",
    "allow",
    (Allowed::Servers, Usual::Text("")),
    "Servers that may be asked although they are not public, by commas: \"127.0.0.1:8081, 10.1.0.0/16\".",
);
/// Checks of one client.
pub static OUTGOING_CHECKS: Key = key(
    "outgoing",
    "checks_per_hour",
    (Allowed::Whole(0, 100_000), Usual::Number(30)),
    "Services that one client may have checked at /check in an hour; 0 closes that page.",
);

/// The largest size that can be given: what a TOML integer holds.
const BYTES_MAX: u64 = i64::MAX as u64;

/// All settings, in the order in which they are shown.
pub static ALL: [&Key; 23] = [
    &TITLE,
    &DESCRIPTION,
    &OPERATOR,
    &OPERATOR_URL,
    &OPERATOR_EMAIL,
    &LISTEN,
    &PUBLIC_URL,
    &TRUSTED_PROXIES,
    &EDITIONS_KEEP,
    &QUOTA_BYTES,
    &CACHE_MEMORY,
    &CACHE_MAPS,
    &CACHE_DISK,
    &CLIENTS_AT_ONCE,
    &CLIENTS_PER_SECOND,
    &CLIENTS_BURST,
    &CLIENTS_CONNECTIONS,
    &TILE_SETS,
    &OUTGOING_ALLOW,
    &OUTGOING_CHECKS,
    &IMPORT_MEMORY,
    &IMPORT_TIME,
    &IMPORT_FILE,
];

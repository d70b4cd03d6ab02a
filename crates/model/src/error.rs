//! One error with two faces: `say` is for the person, `cause` is for the log. Ten kinds, no more.
//!
//! An error says what is wrong, where, why, and how to fix it. It never carries a database message, a path or a
//! stack trace in `say`; those go into `cause`, which protocols do not send.

use std::fmt;

/// The result of anything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as coarse as a caller can act upon. Each protocol has one table from kind to its own dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The question is wrong: a parameter, a filter, a file. (HTTP 400)
    Invalid,
    /// The question is right but this program or dataset cannot answer it. (HTTP 400 or 501)
    Unsupported,
    /// Nobody is known to be asking. (HTTP 401)
    Unauthenticated,
    /// Somebody is asking who may not. (HTTP 403)
    Forbidden,
    /// There is no such thing, or not for this caller. (HTTP 404)
    NotFound,
    /// There was such a thing; it is gone for good. (HTTP 410)
    Gone,
    /// It clashes with what is there now. (HTTP 409 or 412)
    Conflict,
    /// A named limit would be exceeded. (HTTP 413 or 400)
    TooLarge,
    /// Not now; later. (HTTP 503 with Retry-After)
    Busy,
    /// Our fault. (HTTP 500)
    Internal,
}

/// An error; cheap to move, opaque but for its accessors.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    say: String,
    place: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of any kind with the sentence a person reads.
    pub fn new(kind: Kind, say: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, say: say.into(), place: None, cause: None }))
    }
    /// An error that another process has told of.
    pub fn told(kind: Kind, say: String, place: Option<String>, cause: Option<String>) -> Self {
        let mut error = Self::new(kind, say);
        if let Some(place) = place {
            error = error.at(place);
        }
        match cause {
            Some(cause) => error.because(cause),
            None => error,
        }
    }
    /// The question is wrong.
    pub fn invalid(say: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, say)
    }
    /// The question is right but cannot be answered here.
    pub fn unsupported(say: impl Into<String>) -> Self {
        Self::new(Kind::Unsupported, say)
    }
    /// There is no such thing.
    pub fn not_found(say: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, say)
    }
    /// It clashes with what is there.
    pub fn conflict(say: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, say)
    }
    /// A limit would be exceeded: name it, with its unit.
    pub fn too_large(say: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, say)
    }
    /// Not now; later.
    pub fn busy(say: impl Into<String>) -> Self {
        Self::new(Kind::Busy, say)
    }
    /// Our fault: the person reads a plain sentence, the log gets the cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "Something failed on this server; the log has the details.").because(cause)
    }
    /// Names where: a parameter, `row 12, field Age`, a file. Kept as first given.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place.get_or_insert(place.into());
        self
    }
    /// Adds the cause, which is logged and never sent.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }
    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    /// The sentence for the person.
    pub fn say(&self) -> &str {
        &self.0.say
    }
    /// Where: the parameter, row or field.
    pub fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }
    /// The cause for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.place {
            Some(place) => write!(f, "{place}: {}", self.0.say),
            None => f.write_str(&self.0.say),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("say", &self.0.say)
            .field("place", &self.0.place)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

//! What a request says, however it was written: still texts, not yet looked up.

use roxmltree::Node;

/// A request.
#[derive(Default)]
pub struct Form<'a> {
    /// The operation's name.
    pub request: String,
    /// The service's name.
    pub service: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// Versions that the client speaks, best first.
    pub accept_versions: Vec<String>,
    /// Sections of the capabilities that are wanted.
    pub sections: Vec<String>,
    /// The state of capabilities that the client has.
    pub update_sequence: Option<String>,
    /// Feature types to be described.
    pub types: Vec<String>,
    /// Stored queries to be described.
    pub stored_queries: Vec<String>,
    /// The form of the answer.
    pub output_format: Option<String>,
    /// `hits` or `results`.
    pub result_type: Option<String>,
    /// Features at most.
    pub count: Option<String>,
    /// Features to be passed over.
    pub start_index: Option<String>,
    /// The property whose values are wanted.
    pub value_reference: Option<String>,
    /// How references are resolved.
    pub resolve: Option<String>,
    /// What is asked.
    pub queries: Vec<QueryForm<'a>>,
}

/// One query of a request.
#[derive(Default)]
pub struct QueryForm<'a> {
    /// The feature types, as `{namespace}local` when the namespace is known.
    pub types: Vec<String>,
    /// The CRS of the answer.
    pub srs_name: Option<String>,
    /// A box with its CRS.
    pub bbox: Option<String>,
    /// Ids of features.
    pub ids: Vec<String>,
    /// A filter.
    pub filter: Option<FilterForm<'a>>,
    /// Properties wanted; all when none is named.
    pub properties: Vec<String>,
    /// The order: properties, and whether from large to small.
    pub sort: Vec<(String, bool)>,
    /// The id and the parameters of a stored query, which stands in for everything else.
    pub stored: Option<(String, Vec<(String, String)>)>,
}

/// A filter in a request.
#[derive(Clone)]
pub enum FilterForm<'a> {
    /// A document of its own.
    Text(String),
    /// A part of the document of the request.
    Node(Node<'a, 'a>),
}

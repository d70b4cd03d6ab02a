//! Every limit of the program, named with its unit, in one place.
//!
//! A limit is not a tuning knob to be guessed: each says what it protects. Nothing else in the code holds a bare bound.

/// Limits that a node enforces; `Default` is what a small machine can bear.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Features in one page when the request does not say.
    pub page_rows_default: usize,
    /// Features in one page at most; a larger request is capped, not refused (OGC API Features 7.15.2).
    pub page_rows_max: usize,
    /// Events in one answer at most; more are refused (FDSN event: 413).
    pub events_max: usize,
    /// Events that are sent to a map as points at most; the largest are.
    pub event_points_max: usize,
    /// Earthquakes that charts are made of at most.
    pub chart_events_max: usize,
    /// Earthquakes that are sorted into clusters at most.
    pub declustered_events_max: usize,
    /// Earthquakes that a section shows at most; the largest are.
    pub section_events_max: usize,
    /// Groups of one summary; more are refused.
    pub summary_groups_max: usize,
    /// Values kept for one summary: medians, different values and laws of magnitudes need them all.
    pub summary_values_max: usize,
    /// Rows kept in memory to sort one answer, pages skipped included.
    pub sort_rows_max: usize,
    /// Width or height of a picture, pixels.
    pub picture_side_px_max: u32,
    /// Width × height of a picture, pixels.
    pub picture_pixels_max: u64,
    /// Layers in one picture.
    pub picture_layers_max: usize,
    /// Bytes of a vector tile before it is compressed; a greater one is written coarser.
    pub tile_bytes_max: usize,
    /// Features of a vector tile; one with more is written coarser.
    pub tile_features_max: usize,
    /// Features that one feature-info answer returns at most.
    pub info_features_max: usize,
    /// Bytes of a filter as text.
    pub filter_bytes_max: usize,
    /// Nesting of a filter.
    pub filter_depth_max: usize,
    /// Nodes of a filter.
    pub filter_nodes_max: usize,
    /// Distinct combinations of values of a table that a mapping tells or is proposed for.
    pub mapping_values_max: usize,
    /// Vertices in a geometry literal of a filter.
    pub filter_vertices_max: usize,
    /// Bytes of a request body.
    pub request_body_bytes_max: usize,
    /// Bytes of a request's path and query.
    pub request_uri_bytes_max: usize,
    /// Seconds that one question may take.
    pub request_seconds_max: u64,
    /// Seconds in which the head of a request must arrive, also the next one of a connection that is kept open.
    pub request_head_seconds_max: u64,
    /// Seconds for which an answer may wait for its client to read on before the connection is closed.
    pub write_stall_seconds_max: u64,
    /// Connections at once; more wait to be accepted.
    pub connections_max: usize,
    /// Seconds that running answers get to finish when the program is told to stop.
    pub stopping_seconds_max: u64,
    /// Questions that are being answered or wait for a processor before new ones are answered "busy".
    pub waiting_tasks_max: usize,
    /// Pixels of pictures that wait to be drawn before new ones are answered "busy".
    pub waiting_pixels_max: u64,
    /// Samples in one window read from a grid.
    pub window_samples_max: u64,
    /// Columns of an imported table.
    pub import_columns_max: usize,
    /// Bytes of one line of an imported text file.
    pub import_line_bytes_max: usize,
    /// Bytes of one value of an imported table.
    pub import_value_bytes_max: usize,
    /// Vertices of one imported geometry.
    pub import_vertices_max: usize,
    /// Members of an imported archive.
    pub archive_members_max: usize,
    /// Bytes that an imported archive may unpack to.
    pub archive_bytes_max: u64,
    /// Unpacked bytes per packed byte of an imported archive.
    pub archive_ratio_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_rows_default: 10,
            page_rows_max: 10_000,
            events_max: 20_000,
            event_points_max: 1_000_000,
            chart_events_max: 5_000_000,
            declustered_events_max: 100_000,
            section_events_max: 20_000,
            summary_groups_max: 10_000,
            summary_values_max: 5_000_000,
            sort_rows_max: 200_000,
            picture_side_px_max: 8_192,
            picture_pixels_max: 33_554_432,
            picture_layers_max: 100,
            tile_bytes_max: 2_097_152,
            tile_features_max: 65_536,
            info_features_max: 1_000,
            filter_bytes_max: 65_536,
            filter_depth_max: 64,
            filter_nodes_max: 10_000,
            mapping_values_max: 20_000,
            filter_vertices_max: 100_000,
            request_body_bytes_max: 1_048_576,
            request_uri_bytes_max: 65_536,
            request_seconds_max: 60,
            request_head_seconds_max: 10,
            write_stall_seconds_max: 60,
            connections_max: 4_096,
            stopping_seconds_max: 30,
            waiting_tasks_max: 256,
            waiting_pixels_max: 268_435_456,
            window_samples_max: 67_108_864,
            import_columns_max: 2_000,
            import_line_bytes_max: 16_777_216,
            import_value_bytes_max: 16_777_216,
            import_vertices_max: 20_000_000,
            archive_members_max: 10_000,
            archive_bytes_max: 16_000_000_000,
            archive_ratio_max: 1_000,
        }
    }
}

/// Elements within each other in an XML document.
pub const XML_DEPTH_MAX: usize = 256;
/// Elements, texts and comments of an XML document in a request.
pub const XML_NODES_MAX: u32 = 200_000;
/// Vertices of a geometry that distances are measured from.
pub const DISTANCE_VERTICES_MAX: usize = 1_000;
/// Queries in one WFS request.
pub const WFS_QUERIES_MAX: usize = 100;
/// Rows of one WFS answer that is written while it is sent.
pub const WFS_ROWS_MAX: usize = 1_000_000;
/// Rows of one WFS answer that does not say how many it wants.
pub const WFS_PAGE_ROWS: usize = 10_000;
/// Rows of one file (GeoPackage, Shapefile) that is made for a WFS answer.
pub const WFS_FILE_ROWS_MAX: usize = 500_000;
/// Pairs of events that are compared when two catalogues become one: dates without a time would compare everything with everything.
pub const EVENT_PAIRS_MAX: usize = 5_000_000;
/// Rows in a batch that readers aim for.
pub const BATCH_ROWS: usize = 1_024;
/// Bytes in a batch that readers aim for.
pub const BATCH_BYTES: usize = 1_048_576;
/// Collections within collections of a geometry from a file.
pub const GEOMETRY_DEPTH_MAX: usize = 16;
/// Objects and lists within each other in a JSON file.
pub const JSON_DEPTH_MAX: usize = 64;
/// Steps of SQLite's machine that reading one batch of somebody else's GeoPackage may take; an honest batch needs a thousandth.
pub const SQLITE_STEPS_PER_BATCH_MAX: u64 = 400_000_000;
/// Bytes of rows kept in memory while a layer is put in order; more goes to a temporary file.
pub const SPOOL_MEMORY_BYTES_MAX: usize = 134_217_728;
/// Sample texts that a report shows.
pub const REPORT_SAMPLES_MAX: usize = 20;
/// Bytes of a style document.
pub const STYLE_BYTES_MAX: usize = 4_194_304;
/// Rules of a style.
pub const STYLE_RULES_MAX: usize = 10_000;
/// Remarks about one foreign style; the same one is made once.
pub const SLD_REMARKS_MAX: usize = 200;
/// Layers and styles that one styled layer descriptor names.
pub const PICTURE_STYLES_MAX: usize = 200;
/// Rules of a style that comes with a request.
pub const ASKED_RULES_MAX: usize = 2_500;
/// Stops and cases of one property that follows from a column in a style that comes as XML.
pub const SLD_CASES_MAX: usize = 2_500;
/// Size of a mark, width of a line or height of type as drawn, device pixels; greater ones are cut down to it.
pub const SYMBOL_PX_MAX: f64 = 1_024.0;
/// Characters of one label as drawn; longer ones are cut.
pub const LABEL_CHARACTERS_MAX: usize = 256;
/// Font files looked at in one folder.
pub const FONT_FILES_MAX: usize = 500;
/// Bytes of a font file; larger ones are passed over.
pub const FONT_BYTES_MAX: u64 = 134_217_728;
/// Entries of a legend.
pub const LEGEND_ENTRIES_MAX: usize = 2_500;
/// Images in one TIFF file; the overviews of the largest grid are about twenty.
pub const TIFF_DIRECTORIES_MAX: usize = 256;
/// Tags of one image of a TIFF file.
pub const TIFF_TAGS_MAX: u64 = 4_096;
/// Bytes of a text in a TIFF file.
pub const TIFF_TEXT_BYTES_MAX: u64 = 4_194_304;
/// Bands of a grid.
pub const GRID_BANDS_MAX: u64 = 4_096;
/// Bytes of one block of a grid file, unpacked.
pub const GRID_BLOCK_BYTES_MAX: u64 = 268_435_456;
/// Bytes of unpacked blocks that a grid keeps when it does not share a cache.
pub const GRID_CACHE_BYTES: u64 = 33_554_432;
/// Bytes of unpacked blocks that all grids of a node keep together.
pub const GRIDS_CACHE_BYTES: u64 = 134_217_728;
/// Bytes of samples held at once while a grid is written.
pub const GRID_WRITE_BYTES: usize = 67_108_864;
/// Bytes of a coordinate reference system given as WKT.
pub const CRS_WKT_BYTES_MAX: usize = 65_536;
/// Seconds that a superseded revision stays readable, so that who is in the middle of its pages can finish.
pub const SUPERSEDED_SECONDS_MAX: i64 = 3_600;
/// Rows of an edition that is compared with another.
pub const COMPARED_ROWS_MAX: usize = 5_000_000;
/// Rows put and taken away by one amendment.
pub const AMENDMENT_ROWS_MAX: usize = 10_000;
/// Changed rows of a delta from which on it should be compacted into a revision of its own.
pub const DELTA_ROWS_DUE: usize = 10_000;
/// Bytes of changed rows in memory from which on a delta should be compacted.
pub const DELTA_BYTES_DUE: usize = 33_554_432;
/// Entries in the log of a delta, superseded ones included, from which on it should be compacted.
pub const DELTA_ENTRIES_DUE: u64 = 100_000;
/// Changed rows of a delta at most; while there are more, amendments are answered "busy".
pub const DELTA_ROWS_MAX: usize = 200_000;
/// Bytes of changed rows in memory at most; while there are more, amendments are answered "busy".
pub const DELTA_BYTES_MAX: usize = 268_435_456;
/// Recent states of a delta kept in memory for those who are paging through them; older ones are read again from its log.
pub const DELTA_STATES_KEPT: usize = 32;
/// Bytes of a catalogue that is looked through whole at every start; a greater one is looked through by `doctor` only.
pub const CATALOGUE_CHECK_BYTES_MAX: u64 = 536_870_912;
/// Bytes of the list of contents of a backup.
pub const BACKUP_MANIFEST_BYTES_MAX: u64 = 268_435_456;
/// Bytes of the long name of a member of a backup.
pub const BACKUP_NAME_BYTES_MAX: u64 = 65_536;
/// Bytes of memory in which the junctions of a dataset are looked for; 50 million different positions find room.
pub const BORDERS_MEMORY_BYTES_MAX: usize = 536_870_912;
/// Positions of a stretch of border that are simplified in one go; the time for a stretch is its square at worst.
pub const LEVEL_RUN_POSITIONS_MAX: usize = 1_024;
/// Steps, for each segment, that may be spent on finding out where an area crosses itself; beyond, it is kept as it is.
pub const LEVEL_CHECK_STEPS_PER_SEGMENT_MAX: usize = 256;
/// Times that one area is simplified and checked in a round; beyond, it is kept as it is.
pub const LEVEL_TRIES_MAX: usize = 8;
/// Rounds of looking at all rows before a level of detail is settled whatever is left.
pub const LEVEL_ROUNDS_MAX: usize = 6;
/// Bytes of chunks of display copies that all datasets of a node keep together.
pub const DISPLAY_CACHE_BYTES: u64 = 268_435_456;
/// Bytes of rows of a display copy read at once when they come in another order than that of the file.
pub const DISPLAY_GATHER_BYTES: u64 = 67_108_864;
/// Rows of a picture that are drawn at once: what is kept for them stays near the processor.
pub const DRAWING_BAND_ROWS: usize = 32;
/// Levels of detail of a display copy.
pub const DISPLAY_LEVELS_MAX: usize = 10;
/// Positions of a dataset that are looked at to tell which levels of detail are worth their bytes.
pub const DISPLAY_SAMPLES_MAX: usize = 65_536;
/// Steps that checking any geometry may take.
pub const CHECK_STEPS_LEAST: u64 = 10_000_000;
/// Steps more for each of its positions; an honest one needs a tenth.
pub const CHECK_STEPS_PER_POSITION: u64 = 500;
/// Hashes of rows that are kept to find equal ones, 8 bytes each; of more rows a share is looked at.
pub const CHECK_HASHES_MAX: usize = 2_000_000;
/// Invalid areas that are repaired only to measure how they cover the ground.
pub const CHECK_REPAIRS_FOR_COVERAGE_MAX: u64 = 10_000;
/// Positions of a geometry that is repaired.
pub const REPAIR_POSITIONS_MAX: usize = 500_000;
/// Meetings of segments in a geometry that is repaired.
pub const REPAIR_MEETINGS_MAX: u64 = 500_000;
/// Edges of areas that are counted to tell shared borders, 24 bytes each; of more a share is counted.
pub const COVERAGE_EDGES_MAX: usize = 1_000_000;
/// Positions of areas that are kept to measure overlaps and gaps, 16 bytes each; of more a share of the ground is measured.
pub const COVERAGE_POSITIONS_MAX: usize = 200_000;
/// Cells of the ground that an area may lie in before it is kept whatever cells are measured.
pub const COVERAGE_CELLS_PER_POLYGON_MAX: usize = 256;
/// Crossings of borders in one cell beyond which its overlaps are not measured.
pub const COVERAGE_CROSSINGS_MAX: u64 = 1_000_000;
/// Pairs of areas that are compared to name rows that overlap.
pub const COVERAGE_PAIRS_MAX: usize = 5_000;
/// Positions of those pairs together.
pub const COVERAGE_PAIR_POSITIONS_MAX: usize = 2_000_000;
/// Pages of many tables that are kept for all who ask for them.
pub const KEPT_REPLIES_MAX: u64 = 128;
/// Bytes of a page of many tables that is kept for all who ask for it.
pub const KEPT_REPLY_BYTES_MAX: usize = 524_288;
/// Bytes of a tile that is kept on the disk; a larger one is made anew each time.
pub const CACHE_ENTRY_BYTES_MAX: usize = 8_388_608;
/// Tiles that wait to be written to the disk; while there are more, new ones are not kept.
pub const CACHE_WRITES_WAITING_MAX: usize = 256;
/// Tiles that one command makes ahead of time.
pub const WARM_TILES_MAX: u64 = 20_000_000;
/// Addresses whose requests are counted at the same time; past them, the quietest is forgotten.
pub const CLIENTS_COUNTED_MAX: u64 = 65_536;
/// Bytes of an answer that wait in the system's memory for a client to read on.
pub const UNSENT_BYTES_MAX: u32 = 131_072;
/// Bytes of a connection's own buffers: the head of a request, or the part of an answer that waits to be written.
pub const CONNECTION_BUFFER_BYTES_MAX: usize = 131_072;
/// Columns that a row in a vector tile has when none are asked for, beside those that its style reads.
pub const TILE_COLUMNS_TOLD_MAX: usize = 16;
/// Tiles of one export.
pub const EXPORT_TILES_MAX: u64 = 20_000_000;
/// Bytes of a directory or of the metadata of an archive of tiles, unpacked.
pub const ARCHIVE_DIRECTORY_BYTES_MAX: u64 = 67_108_864;
/// Seconds that one question to another server may take, redirects and body included.
pub const OUTGOING_SECONDS_MAX: u64 = 30;
/// Seconds in which another server must take a connection and shake hands.
pub const OUTGOING_CONNECT_SECONDS_MAX: u64 = 5;
/// Bytes of an answer of another server as it comes.
pub const OUTGOING_BYTES_MAX: usize = 16_777_216;
/// Bytes of an answer of another server once it is unpacked.
pub const OUTGOING_UNPACKED_BYTES_MAX: usize = 67_108_864;
/// Bytes of the head of an answer of another server.
pub const OUTGOING_HEAD_BYTES_MAX: usize = 65_536;
/// Headers of an answer of another server.
pub const OUTGOING_HEADERS_MAX: usize = 128;
/// Redirects that are followed.
pub const OUTGOING_REDIRECTS_MAX: usize = 5;
/// Questions to other servers at the same time; more wait.
pub const OUTGOING_AT_ONCE_MAX: usize = 16;
/// Bytes of the address of another server's resource.
pub const OUTGOING_URL_BYTES_MAX: usize = 16_384;
/// Addresses of one name that are tried.
pub const OUTGOING_ADDRESSES_MAX: usize = 4;
/// Bytes of an XML document that another server answers or a person uploads.
pub const XML_BYTES_MAX: usize = 33_554_432;
/// Elements, texts and comments of such a document.
pub const XML_DOCUMENT_NODES_MAX: u32 = 2_000_000;
/// Layers of another server's service that are looked at.
pub const SERVICE_LAYERS_MAX: usize = 5_000;
/// Characters of a text in the description of another server's service that are kept.
pub const SERVICE_TEXT_CHARACTERS_MAX: usize = 20_000;
/// Layers of a service that a check draws; the words of all are looked at.
pub const CHECK_LAYERS_DRAWN_MAX: usize = 3;
/// Seconds that one check of a service may take; what is not asked by then is told as not asked.
pub const CHECK_SECONDS_MAX: u64 = 45;
/// Questions that one check of a service may ask.
pub const CHECK_QUESTIONS_MAX: usize = 60;
/// Reports of checks that are kept, so that whoever is sent the address of one need not wait.
pub const CHECK_REPORTS_KEPT: u64 = 200;
/// Seconds for which the report of a check is kept.
pub const CHECK_REPORT_SECONDS: u64 = 600;
/// Checks of services at the same time, of all clients together.
pub const CHECKS_AT_ONCE_MAX: usize = 4;
/// Layers of a map that is brought from another viewer.
pub const CONTEXT_LAYERS_MAX: usize = 500;
/// Elements, attributes and texts of one event in QuakeML: one of a month of aftershocks with all its picks has a tenth.
pub const EVENT_NODES_MAX: usize = 1_000_000;
/// Bytes of one event in QuakeML, ISF and other files of events.
pub const EVENT_BYTES_MAX: usize = 67_108_864;
/// Versions of one agency's solution of an event that are kept in short; of more, the newest.
pub const FEED_VERSIONS_MAX: usize = 64;
/// Bytes of one answer of a feed of events.
pub const FEED_BYTES_MAX: usize = 33_554_432;
/// Events in one answer of a feed; a longer answer is refused whole.
pub const FEED_EVENTS_MAX: usize = 20_000;
/// Events of a feed that are put into the catalogue together; of more, each part is a state of its own.
pub const FEED_PART_EVENTS: usize = 4_000;
/// New events in one answer beyond which a feed that has been heard before is held back until a person has looked.
pub const FEED_NEW_EVENTS_MAX: usize = 2_000;
/// Known events in one answer from which on it is looked whether most of them move or are taken back.
pub const FEED_KNOWN_EVENTS_LEAST: usize = 10;
/// Failures in a row after which a feed is marked dead; it is asked on, rarely.
pub const FEED_FAILURES_MAX: u32 = 8;
/// Seconds between two questions to a feed at least.
pub const FEED_INTERVAL_SECONDS_LEAST: u64 = 10;
/// Seconds between two questions to a feed that fails, at most.
pub const FEED_BACK_OFF_SECONDS_MAX: u64 = 3_600;
/// Seconds that an event may lie in the future by clocks that differ; one later is not believed yet.
pub const FEED_SKEW_SECONDS_MAX: i64 = 300;
/// Files of one folder of QuakeML that are read in one round.
pub const FEED_FILES_MAX: usize = 1_000;
/// Feeds of one node.
pub const FEEDS_MAX: usize = 256;
/// Readers of the stream of changes at once.
pub const STREAM_READERS_MAX: usize = 256;
/// Changes that are sent to a reader of the stream, or to a subscriber, in one piece.
pub const STREAM_CHANGES_AT_ONCE: usize = 200;
/// Names of changed events that are kept in memory, so that whoever is nearly up to date need not search the tables.
pub const STREAM_RECENT_MAX: usize = 20_000;
/// Seconds between two signs of life of a stream on which nothing happens.
pub const STREAM_HEARTBEAT_SECONDS: u64 = 15;
/// Seconds by which the moment of a signed message may differ from this node's clock.
pub const SIGNATURE_SKEW_SECONDS_MAX: i64 = 300;
/// Subscribers that one node tells of changes.
pub const SUBSCRIPTIONS_MAX: usize = 256;
/// Failures in a row after which a subscriber is told no more.
pub const SUBSCRIPTION_FAILURES_MAX: u32 = 12;
/// Signatures of messages that are remembered, so that none is taken twice while its moment counts as now.
pub const SIGNATURES_KEPT_MAX: usize = 10_000;

//! Holds the place of `conformance/` in the workspace. The tests themselves are Python, because the clients are: see `run.sh`.

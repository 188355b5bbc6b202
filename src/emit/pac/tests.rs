//! Runs that events start.

//! Pipelines, tasks and runs as files.

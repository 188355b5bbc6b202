//! Diagnostics as text for people (ariadne) and as JSON, one object a line, for machines.

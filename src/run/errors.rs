//! Why a run does not begin. Whatever goes wrong later is part of its outcome.

use std::path::PathBuf;

/// Why a run does not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Nothing to run.
    #[error("there is no pipeline, task or run here")]
    Nothing,
    /// More than one thing could be meant.
    #[error("say what to run")]
    Ambiguous {
        /// What there is, by kind.
        known: Vec<String>,
    },
    /// No such thing.
    #[error("there is no pipeline, task or run `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What was likely meant.
        near: Option<String>,
        /// What there is, by kind.
        known: Vec<String>,
    },
    /// The arguments do not fit, one line each.
    #[error("{}", .0.join("\n"))]
    Arguments(Vec<String>),
    /// What this machine cannot do with plain processes, one line each.
    #[error("{}", .0.join("\n"))]
    Unable(Vec<String>),
    /// A run that is to be resumed cannot be, one line for each reason.
    #[error("{}", .0.join("\n"))]
    NotResumed(Vec<String>),
    /// The run's files.
    #[error("cannot use {}: {error}", .path.display())]
    Files {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What should never happen.
    #[error("{0}")]
    Internal(String),
}

impl RunError {
    /// What the user can do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Ambiguous { known } => Some(format!("there are {}", known.join(", "))),
            Self::Unknown { near, known, .. } => match near {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some(format!("there are {}", known.join(", "))),
            },
            Self::Nothing
            | Self::Arguments(_)
            | Self::Unable(_)
            | Self::NotResumed(_)
            | Self::Files { .. }
            | Self::Internal(_) => None,
        }
    }
}

//! What tasks do in a run that is only played: `{"tasks": {"NAME": {"fail": true, "seconds": 3}}}`.

pub(crate) mod fit;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::base::Name;
use crate::eval::from_json;
use crate::run::event::TaskId;
use crate::run::machine::Ask;
use crate::value::Value;

/// What a task may take at most, in seconds.
const LONGEST: f64 = 3_153_600_000.0;

/// How the tasks of a run behave that is only played. A task not named succeeds after one second, with a value for each result.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    tasks: IndexMap<String, Behaviour>,
    ask: Option<(u32, Ask)>,
}

/// How one task behaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    pub(crate) fail: bool,
    /// So many attempts fail.
    pub(crate) fail_attempts: u32,
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<String>,
    /// Of each attempt.
    pub(crate) seconds: Option<f64>,
    /// Exactly these.
    pub(crate) results: Option<IndexMap<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    tasks: IndexMap<String, WrittenTask>,
    #[serde(default, alias = "cancel_after_round")]
    cancel_after_round: Option<u32>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default, alias = "max_rounds")]
    max_rounds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WrittenTask {
    #[serde(default)]
    fail: bool,
    #[serde(default, alias = "fail_attempts")]
    fail_attempts: u32,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    results: Option<IndexMap<String, serde_json::Value>>,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Where it is no JSON of that form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written: Written = serde_json::from_str(text).map_err(|it| it.to_string())?;
        let _ = written.max_rounds;
        let ask = match written.status.as_deref() {
            Some("Cancelled") => Some(Ask::Cancelled),
            Some("CancelledRunFinally") => Some(Ask::CancelledRunFinally),
            Some("StoppedRunFinally") => Some(Ask::StoppedRunFinally),
            None | Some("") => None,
            Some(other) => {
                return Err(format!(
                    "`status` is Cancelled, CancelledRunFinally or StoppedRunFinally, not `{other}`"
                ));
            }
        };
        let ask = match (written.cancel_after_round, ask) {
            (Some(round), ask) => Some((round, ask.unwrap_or(Ask::Cancelled))),
            (None, _) => None,
        };
        let tasks = written.tasks.into_iter();
        let tasks = tasks.map(|(name, it)| {
            let behaviour = it.behaviour();
            behaviour
                .map(|it| (name.clone(), it))
                .map_err(|reason| format!("the task `{name}`: {reason}"))
        });
        Ok(Self {
            tasks: tasks.collect::<Result<_, _>>()?,
            ask,
        })
    }

    /// How a task behaves: said by its own run, else by its instance, else by its node.
    pub(crate) fn behaviour(&self, run: &str, id: &TaskId) -> Option<&Behaviour> {
        if self.tasks.is_empty() {
            return None;
        }
        let inner = |name: &Name| name.rsplit('/').next().unwrap_or_default().to_owned();
        let names = [
            run.to_owned(),
            id.name.to_string(),
            inner(&id.name),
            id.node.to_string(),
            inner(&id.node),
        ];
        names.iter().find_map(|it| self.tasks.get(it))
    }

    /// After which round the run is asked to stop, and how.
    pub(crate) fn ask(&self) -> Option<(u32, Ask)> {
        self.ask
    }

    /// What it says, by name.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = (&str, &Behaviour)> {
        self.tasks.iter().map(|(name, it)| (name.as_str(), it))
    }
}

impl WrittenTask {
    fn behaviour(self) -> Result<Behaviour, String> {
        if let Some(seconds) = self.seconds
            && !(0.0..=LONGEST).contains(&seconds)
        {
            return Err(format!(
                "`seconds` is from 0 to {LONGEST:.0}, which is a hundred years, and cannot be {seconds:e}"
            ));
        }
        let results = self.results.map(|all| {
            let all = all.into_iter();
            let all = all.map(|(name, it)| {
                let value = result(&it).ok_or_else(|| {
                    format!("the result `{name}` is no text, list of texts or object of texts")
                })?;
                Ok((name, value))
            });
            all.collect::<Result<IndexMap<_, _>, String>>()
        });
        Ok(Behaviour {
            fail: self.fail,
            fail_attempts: self.fail_attempts,
            reason: self.reason.filter(|it| !it.is_empty()),
            message: self.message.filter(|it| !it.is_empty()),
            seconds: self.seconds,
            results: results.transpose()?,
        })
    }
}

fn result(json: &serde_json::Value) -> Option<Value> {
    let fits = match json {
        serde_json::Value::String(_) => true,
        serde_json::Value::Array(all) => all.iter().all(serde_json::Value::is_string),
        serde_json::Value::Object(all) => all.values().all(serde_json::Value::is_string),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            false
        }
    };
    fits.then(|| from_json(json))
}

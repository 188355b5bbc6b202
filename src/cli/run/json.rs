//! Events of a run as JSON, one object a line.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::base::Name;
use crate::eval::to_json;
use crate::run::{Event, Reused, Status};
use crate::value::Value;

/// The event as a line.
pub(crate) fn line(event: &Event) -> String {
    let mut object = object(event);
    // Only a node that fans out has instances, and few attempts are made elsewhere.
    for key in ["instance", "reused"] {
        if let Some(fields) = object.as_object_mut()
            && fields.get(key).is_some_and(Json::is_null)
        {
            fields.shift_remove(key);
        }
    }
    format!("{object}\n")
}

fn object(event: &Event) -> Json {
    match event {
        Event::RunStarted {
            name,
            target,
            started,
        } => {
            let started = started.duration_since(std::time::UNIX_EPOCH);
            let started = started.unwrap_or_default().as_secs_f64();
            json!({ "event": "run-started", "name": **name, "target": **target, "started": started })
        }
        Event::TaskStarted {
            task,
            attempt,
            time,
            params,
        } => json!({
            "event": "task-started", "task": *task.node, "instance": task.instance, "attempt": attempt,
            "time": time.as_secs_f64(), "params": values(params),
        }),
        Event::StepStarted { task, step, time } => json!({
            "event": "step-started", "task": *task.node, "instance": task.instance, "step": **step,
            "time": time.as_secs_f64(),
        }),
        Event::Pulling {
            task,
            image,
            done,
            total,
            over,
            time,
        } => json!({
            "event": "pulling", "task": *task.node, "instance": task.instance, "image": image, "done": done,
            "total": total, "over": over, "time": time.as_secs_f64(),
        }),
        Event::Log {
            task,
            step,
            stream,
            line,
        } => json!({
            "event": "log", "task": *task.node, "instance": task.instance, "step": **step,
            "stream": stream.word(), "line": line,
        }),
        Event::StepFinished {
            task,
            step,
            end,
            time,
        } => {
            let (end, code) = end.words();
            json!({
                "event": "step-finished", "task": *task.node, "instance": task.instance, "step": **step, "end": end,
                "code": code, "time": time.as_secs_f64(),
            })
        }
        Event::TaskFinished {
            task,
            attempt,
            time,
            status,
            reason,
            message,
            results,
            reused,
        } => json!({
            "event": "task-finished", "task": *task.node, "instance": task.instance, "attempt": attempt,
            "time": time.as_secs_f64(), "status": condition(*status), "reason": **reason, "message": message, "results": values(results),
            "reused": reused.map(Reused::word),
        }),
        Event::TaskSkipped { task, reason } => {
            json!({ "event": "task-skipped", "task": **task, "reason": **reason })
        }
        Event::Shell { task, step, opens } => json!({
            "event": "shell", "task": *task.node, "instance": task.instance, "step": **step, "opens": opens,
        }),
        Event::FinallyStarted { time } => {
            json!({ "event": "finally-started", "time": time.as_secs_f64() })
        }
        Event::Note { task, text } => {
            json!({ "event": "note", "task": task.as_deref(), "text": text })
        }
        Event::RunFinished {
            status,
            reason,
            message,
            results,
            time,
        } => json!({
            "event": "run-finished", "status": condition(*status), "reason": **reason, "message": message,
            "results": values(results), "time": time.as_secs_f64(),
        }),
    }
}

/// What the condition `Succeeded` of a TaskRun or PipelineRun says.
fn condition(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "True",
        Status::Failed | Status::Cancelled | Status::Skipped => "False",
    }
}

fn values(values: &IndexMap<Name, Value>) -> Json {
    let values = values.iter();
    let values = values.map(|(name, it)| (name.to_string(), to_json(it).unwrap_or_default()));
    Json::Object(values.collect::<Map<_, _>>())
}

//! A run as a trace: spans of the run, its tasks and their steps, for whoever collects them by OTLP.
//!
//! It is configured as every program with OpenTelemetry is, by the environment: `OTEL_EXPORTER_OTLP_ENDPOINT` and what belongs to it.

mod send;

use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use sha2::Digest as _;

use crate::base::Name;
use crate::run::{Event, Status, StepEnd, TaskId};

/// Where spans go, and what is said of them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    endpoint: String,
    headers: Vec<(String, String)>,
    service: String,
    patience: Duration,
    /// The trace and the span in which this run happens.
    parent: Option<(String, String)>,
}

/// How long the collector may take where nobody says.
const PATIENCE: u64 = 10_000;

/// So many spans are sent at once.
const BATCH: usize = 500;

impl Settings {
    /// What the environment says; nothing where traces are not wanted, and why they cannot be had where they are.
    pub(crate) fn of(environment: &[(String, String)]) -> Result<Option<Self>, String> {
        let said = |name: &str| {
            let mut all = environment.iter().rev();
            let found = all.find(|(it, value)| it == name && !value.is_empty());
            found.map(|(_, it)| it.as_str())
        };
        let off =
            |name: &str, word: &str| said(name).is_some_and(|it| it.eq_ignore_ascii_case(word));
        if off("OTEL_SDK_DISABLED", "true") || off("OTEL_TRACES_EXPORTER", "none") {
            return Ok(None);
        }
        let whole = said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").map(str::to_owned);
        let base = said("OTEL_EXPORTER_OTLP_ENDPOINT");
        let base = base.map(|it| format!("{}/v1/traces", it.trim_end_matches('/')));
        let Some(endpoint) = whole.or(base) else {
            return Ok(None);
        };
        let either = |what: &str| {
            let own = said(&format!("OTEL_EXPORTER_OTLP_TRACES_{what}"));
            own.or_else(|| said(&format!("OTEL_EXPORTER_OTLP_{what}")))
        };
        if !endpoint.starts_with("http://") {
            return Err(format!(
                "traces are sent by plain HTTP alone, to a collector nearby, and not to `{endpoint}`"
            ));
        }
        if either("PROTOCOL") == Some("grpc") {
            return Err(
                "traces are sent by HTTP alone, mostly at port 4318, and not by gRPC".to_owned(),
            );
        }
        let headers = either("HEADERS").unwrap_or_default().split(',');
        let headers = headers.filter_map(|it| it.split_once('='));
        let headers = headers.map(|(name, it)| (name.trim().to_owned(), unescaped(it.trim())));
        let patience = either("TIMEOUT").and_then(|it| it.parse().ok());
        Ok(Some(Self {
            endpoint,
            headers: headers.collect(),
            service: said("OTEL_SERVICE_NAME").unwrap_or("wudi").to_owned(),
            patience: Duration::from_millis(patience.unwrap_or(PATIENCE)),
            parent: said("TRACEPARENT").and_then(parent),
        }))
    }
}

/// The trace and the span of a `traceparent`: `00-TRACE-SPAN-FLAGS`.
fn parent(text: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |it: &str, length: usize| {
        it.len() == length
            && it.bytes().all(|it| it.is_ascii_hexdigit())
            && it.bytes().any(|it| it != b'0')
    };
    match *parts {
        [_, trace, span, _] if is_hex(trace, 32) && is_hex(span, 16) => {
            Some((trace.to_ascii_lowercase(), span.to_ascii_lowercase()))
        }
        _ => None,
    }
}

/// With `%41` as `A`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = match (first, more) {
            (b'%', [one, two, ..]) => {
                let hex = [*one, *two];
                let hex = std::str::from_utf8(&hex).ok();
                hex.and_then(|it| u8::from_str_radix(it, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = match (code, more) {
            (Some(_), [_, _, after @ ..]) => after,
            (_, after) => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Something that took time.
#[derive(Clone, Debug)]
struct Span {
    id: String,
    parent: Option<String>,
    name: String,
    began: Duration,
    attributes: Vec<Json>,
}

/// Hears of a run and makes its trace.
#[derive(Debug)]
pub(crate) struct Trace {
    settings: Settings,
    trace: String,
    start: SystemTime,
    run: Option<Span>,
    tasks: IndexMap<Name, Span>,
    steps: IndexMap<(Name, Name), Span>,
    done: Vec<Json>,
    count: u32,
}

impl Trace {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            trace: String::new(),
            start: SystemTime::UNIX_EPOCH,
            run: None,
            tasks: IndexMap::new(),
            steps: IndexMap::new(),
            done: Vec::new(),
            count: 0,
        }
    }

    pub(crate) fn hear(&mut self, event: &Event) {
        match event {
            Event::RunStarted {
                name,
                target,
                started,
            } => self.run_started(name, target, *started),
            Event::TaskStarted {
                task,
                attempt,
                time,
                ..
            } => {
                let attributes = vec![
                    text("cicd.pipeline.task.name", &task.node),
                    text("cicd.pipeline.task.run.id", &task.name),
                    number("wudi.task.attempt", i64::from(*attempt)),
                ];
                let parent = self.run.as_ref().map(|it| it.id.clone());
                let span = self.span(parent, &task.name, *time, attributes);
                self.tasks.insert(task.name.clone(), span);
            }
            Event::TaskFinished {
                task,
                time,
                status,
                reason,
                message,
                ..
            } => {
                if let Some(mut span) = self.tasks.swap_remove(&task.name) {
                    let result = text("cicd.pipeline.task.run.result", result(*status));
                    span.attributes
                        .extend([result, text("wudi.reason", reason)]);
                    self.close(span, *time, *status == Status::Succeeded, message);
                }
            }
            Event::StepStarted { task, step, time } => {
                let parent = self.tasks.get(&task.name).map(|it| it.id.clone());
                let span = self.span(parent, step, *time, vec![text("wudi.step", step)]);
                self.steps.insert((task.name.clone(), step.clone()), span);
            }
            Event::StepFinished {
                task,
                step,
                end,
                time,
            } => self.step_finished(task, step, *end, *time),
            Event::RunFinished {
                status,
                reason,
                message,
                time,
                ..
            } => {
                if let Some(mut span) = self.run.take() {
                    let result = text("cicd.pipeline.result", result(*status));
                    span.attributes
                        .extend([result, text("wudi.reason", reason)]);
                    self.close(span, *time, *status == Status::Succeeded, message);
                }
            }
            Event::Pulling { .. }
            | Event::Log { .. }
            | Event::Shell { .. }
            | Event::TaskSkipped { .. }
            | Event::FinallyStarted { .. }
            | Event::Note { .. } => {}
        }
    }

    fn run_started(&mut self, name: &Name, target: &Name, started: SystemTime) {
        self.start = started;
        let own = format!("{name} {started:?} {}", std::process::id());
        let parent = self.settings.parent.clone();
        self.trace = match &parent {
            Some((trace, _)) => trace.clone(),
            None => hex(&own, 16),
        };
        let attributes = vec![
            text("cicd.pipeline.name", target),
            text("cicd.pipeline.run.id", name),
        ];
        let span = self.span(parent.map(|it| it.1), target, Duration::ZERO, attributes);
        self.run = Some(Span {
            id: hex(&format!("{own} run"), 8),
            ..span
        });
    }

    fn step_finished(&mut self, task: &TaskId, step: &Name, end: StepEnd, time: Duration) {
        let Some(mut span) = self.steps.swap_remove(&(task.name.clone(), step.clone())) else {
            return;
        };
        let (well, said) = match end {
            StepEnd::Exited(code) | StepEnd::Continued(code) => {
                let code = i64::from(code);
                span.attributes.push(number("process.exit.code", code));
                (code == 0, format!("exited with code {code}"))
            }
            StepEnd::Skipped => (true, String::new()),
            StepEnd::TimedOut => (false, "timed out".to_owned()),
            StepEnd::Cancelled => (false, "cancelled".to_owned()),
        };
        self.close(span, time, well, &said);
    }

    fn span(
        &mut self,
        parent: Option<String>,
        name: &str,
        began: Duration,
        attributes: Vec<Json>,
    ) -> Span {
        self.count += 1;
        Span {
            id: hex(&format!("{} {}", self.trace, self.count), 8),
            parent,
            name: name.to_owned(),
            began,
            attributes,
        }
    }

    fn close(&mut self, span: Span, ended: Duration, well: bool, message: &str) {
        let at = |it: Duration| {
            let since = (self.start + it).duration_since(SystemTime::UNIX_EPOCH);
            since.unwrap_or_default().as_nanos().to_string()
        };
        let status = match well {
            true => json!({ "code": 1 }),
            false => json!({ "code": 2, "message": message }),
        };
        self.done.push(json!({
            "traceId": self.trace, "spanId": span.id, "parentSpanId": span.parent.unwrap_or_default(), "name": span.name,
            "kind": 1, "startTimeUnixNano": at(span.began), "endTimeUnixNano": at(ended),
            "attributes": span.attributes, "status": status,
        }));
    }

    /// Sends what there is; gives why it could not.
    pub(crate) async fn send(self) -> Result<(), String> {
        for spans in self.done.chunks(BATCH) {
            let body = self.body(spans).to_string();
            send::post(
                &self.settings.endpoint,
                &self.settings.headers,
                body,
                self.settings.patience,
            )
            .await?;
        }
        Ok(())
    }

    fn body(&self, spans: &[Json]) -> Json {
        let scope = json!({ "name": "wudi", "version": env!("CARGO_PKG_VERSION") });
        json!({ "resourceSpans": [{
            "resource": { "attributes": [text("service.name", &self.settings.service)] },
            "scopeSpans": [{ "scope": scope, "spans": spans }],
        }] })
    }
}

fn result(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "success",
        Status::Failed => "failure",
        Status::Cancelled => "cancellation",
        Status::Skipped => "skip",
    }
}

fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// Whole numbers are text, as everywhere in JSON of protocol buffers.
fn number(key: &str, value: i64) -> Json {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

/// So many bytes that only this text gives.
fn hex(text: &str, bytes: usize) -> String {
    let hash = sha2::Sha256::digest(text.as_bytes());
    let bytes = hash.iter().take(bytes);
    bytes.map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Settings, Trace};
    use crate::base::Name;
    use crate::run::{Event, Status, StepEnd, TaskId};

    fn settings(all: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let all = all.iter();
        let all: Vec<(String, String)> = all
            .map(|(name, it)| ((*name).to_owned(), (*it).to_owned()))
            .collect();
        Settings::of(&all)
    }

    #[test]
    fn the_environment_says_where_traces_go() {
        assert_eq!(settings(&[]), Ok(None));
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318/");
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "a=b%20c, d = e");
        let found = settings(&[base, headers]).unwrap().unwrap();
        assert_eq!(found.endpoint, "http://localhost:4318/v1/traces");
        let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
        assert_eq!(found.headers, [pair("a", "b c"), pair("d", "e")]);
        let whole = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x/y");
        let found = settings(&[base, whole]).unwrap().unwrap();
        assert_eq!(found.endpoint, "http://x/y");
        assert_eq!(settings(&[base, ("OTEL_SDK_DISABLED", "true")]), Ok(None));
        assert!(settings(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://x")]).is_err());
        assert!(settings(&[base, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).is_err());
    }

    #[test]
    fn steps_are_within_tasks_and_tasks_within_the_run() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
        let settings = settings(&[endpoint, ("TRACEPARENT", parent)]);
        let mut trace = Trace::new(settings.unwrap().unwrap());
        let (name, step) = (Name::new("a"), Name::new("s"));
        let task = TaskId {
            name: name.clone(),
            node: name,
            instance: None,
        };
        let second = Duration::from_secs;
        for event in [
            Event::RunStarted {
                name: Name::new("run-1"),
                target: Name::new("main"),
                started: SystemTime::UNIX_EPOCH,
            },
            Event::TaskStarted {
                task: task.clone(),
                attempt: 0,
                time: second(1),
                params: indexmap::IndexMap::new(),
            },
            Event::StepStarted {
                task: task.clone(),
                step: step.clone(),
                time: second(2),
            },
            Event::StepFinished {
                task: task.clone(),
                step,
                end: StepEnd::Exited(4),
                time: second(3),
            },
            Event::TaskFinished {
                task,
                attempt: 0,
                time: second(4),
                status: Status::Failed,
                reason: Name::new("StepFailed"),
                message: "it failed".to_owned(),
                results: indexmap::IndexMap::new(),
                reused: None,
            },
            Event::RunFinished {
                status: Status::Failed,
                reason: Name::new("Failed"),
                message: String::new(),
                results: indexmap::IndexMap::new(),
                time: second(5),
            },
        ] {
            trace.hear(&event);
        }
        let body = trace.body(&trace.done);
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let (step, task, run) = (&spans[0], &spans[1], &spans[2]);
        assert_eq!(step["parentSpanId"], task["spanId"]);
        assert_eq!(task["parentSpanId"], run["spanId"]);
        assert_eq!(run["parentSpanId"], "b7ad6b7169203331");
        assert_eq!(run["traceId"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(step["startTimeUnixNano"], "2000000000");
        assert_eq!(step["endTimeUnixNano"], "3000000000");
        assert_eq!(task["status"]["message"], "it failed");
        assert_eq!(step["attributes"][1]["value"]["intValue"], "4");
    }
}

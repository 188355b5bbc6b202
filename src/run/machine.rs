//! The scheduler: a pure machine that says what starts, what is stopped and how the run ended. It knows neither clock nor processes.
//!
//! It follows Tekton's controller, which looks at all tasks anew whenever something happened. Here each look costs only what changed.

mod fate;
mod graph;
mod instance;
mod skip;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::base::Name;
use crate::plan::{Node, Pipeline};
use crate::run::event::{Reused, Status};
use crate::run::machine::fate::Fate;
use crate::run::machine::graph::Graph;
use crate::run::scope::{NodeView, Scope};
use crate::run::shared::Library;
use crate::value::Value;

pub(crate) use instance::{Instance, What, below, fill};
pub(crate) use skip::Skip;
pub(crate) use verdict::PipelineEnd;

/// How long a run and its parts may take, counted from where each begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    pub(crate) pipeline: Option<Duration>,
    pub(crate) tasks: Option<Duration>,
    pub(crate) finally: Option<Duration>,
}

/// A limit is passed beyond it, not at it.
pub(crate) const BEYOND: Duration = Duration::from_millis(1);

/// Reasons of a failure that a task may pass over; others, as that of a timeout, stay what they are.
const IGNORED: &[&str] = &["Failed", "StepFailed", "StepOOM"];

/// How a run is asked to stop, as `spec.status` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ask {
    /// What runs may end, then `finally` runs.
    StoppedRunFinally,
    /// What runs is cancelled, then `finally` runs.
    CancelledRunFinally,
    /// Everything ends now.
    Cancelled,
}

/// An instance of a node: the node's place, `finally` after the others, and the instance's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) node: usize,
    pub(crate) instance: usize,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    Start(Start),
    Stop(Place, Why),
}

/// An attempt that begins.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) place: Place,
    /// From zero.
    pub(crate) attempt: u32,
    pub(crate) instance: Arc<Instance>,
    /// It stands in `finally`.
    pub(crate) finally: bool,
}

/// Why an attempt is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Cancelled,
    /// The run, or its part, took too long.
    TimedOut,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TaskEnd {
    pub(crate) status: Status,
    pub(crate) reason: Name,
    pub(crate) message: String,
    pub(crate) results: indexmap::IndexMap<Name, crate::value::Value>,
    /// It was not reached here and now.
    pub(crate) reused: Option<Reused>,
}

/// Where a node stands.
#[derive(Debug)]
enum State {
    /// Not looked at yet, or held back because the run stops.
    Waiting,
    Skipped,
    /// What it needs of another is not there, for the reason given; the run fails.
    Invalid(String),
    Running(Vec<One>),
    Ended(Ended),
}

/// One instance that was started.
#[derive(Debug)]
struct One {
    instance: Arc<Instance>,
    attempt: u32,
    stopped: Option<Why>,
    end: Option<TaskEnd>,
}

/// A node all of whose instances are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Succeeded,
    Failed,
    /// At least one instance was cancelled, for this reason.
    Stopped(Why),
}

/// A pipeline on its way.
#[derive(Debug)]
pub(crate) struct Machine {
    pipeline: Arc<Pipeline>,
    library: Arc<Library>,
    /// As a message names the run.
    name: Name,
    graph: Graph,
    scope: Scope,
    limits: Timeouts,
    start: Duration,
    finally_start: Option<Duration>,
    states: Vec<State>,
    /// How many nodes each still waits for.
    waits: Vec<usize>,
    ready: Vec<usize>,
    /// Nodes that run, in both parts.
    running: BTreeSet<usize>,
    /// Nodes of the graph that are neither over nor passed over.
    open: usize,
    /// Nodes of the graph that failed and were to stop the run.
    failures: usize,
    invalid: usize,
    asked: Option<Ask>,
    finally_begun: bool,
    tasks_cancelled: bool,
    finally_cancelled: bool,
    /// Skips that were known before the run was cancelled at once.
    known: Vec<(Name, Skip)>,
    end: Option<PipelineEnd>,
    /// Nothing started any more when the nodes were looked at last.
    was_halted: bool,
    /// It ended while tasks run, which nobody stops.
    abandoned: bool,
    commands: Vec<Command>,
}

impl Machine {
    /// A pipeline that begins at `start`. The scope holds its parameters, workspaces and context.
    pub(crate) fn new(
        pipeline: Arc<Pipeline>,
        library: Arc<Library>,
        name: Name,
        scope: Scope,
        limits: Timeouts,
        start: Duration,
    ) -> Self {
        let graph = Graph::of(&pipeline);
        let mut scope = scope;
        let literal = Value::str("$(context.pipelineTask.retries)");
        let key = Name::new_static("pipelineTask.retries");
        scope.context.insert(key, literal);
        let count = pipeline.nodes.len();
        let all = count + pipeline.finally.len();
        let waits: Vec<usize> = (0..count).map(|it| graph.parents(it).len()).collect();
        let ready = waits.iter().enumerate();
        let ready = ready.filter(|(_, it)| **it == 0).map(|(at, _)| at);
        Self {
            ready: ready.collect(),
            pipeline,
            library,
            name,
            graph,
            scope,
            limits: limits.derived(),
            start,
            finally_start: None,
            states: std::iter::repeat_with(|| State::Waiting)
                .take(all)
                .collect(),
            waits,
            running: BTreeSet::new(),
            open: count,
            failures: 0,
            invalid: 0,
            asked: None,
            finally_begun: false,
            tasks_cancelled: false,
            finally_cancelled: false,
            known: Vec::new(),
            end: None,
            was_halted: false,
            abandoned: false,
            commands: Vec::new(),
        }
    }

    /// What the run is called.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// The node at a place.
    pub(crate) fn node(&self, at: usize) -> Option<&Node> {
        let count = self.pipeline.nodes.len();
        match at.checked_sub(count) {
            Some(at) => self.pipeline.finally.get(at),
            None => self.pipeline.nodes.get(at),
        }
    }

    fn is_finally(&self, at: usize) -> bool {
        at >= self.pipeline.nodes.len()
    }

    /// Asks the run to stop; what was asked before and is stronger stands.
    pub(crate) fn ask(&mut self, ask: Ask, now: Duration) {
        if ask == Ask::Cancelled && self.end.is_none() && self.asked != Some(Ask::Cancelled) {
            self.known = self.skips(now);
        }
        self.asked = self.asked.max(Some(ask));
    }

    /// What is to be done now that everything that happened up to `now` was told.
    /// Where nothing happened that the controller hears of, nothing but attempts that are made again begins.
    pub(crate) fn advance(&mut self, now: Duration, heard: bool) -> Vec<Command> {
        if self.end.is_none() && heard {
            self.look(now);
            self.was_halted = self.is_halted();
        }
        std::mem::take(&mut self.commands)
    }

    fn look(&mut self, now: Duration) {
        if self.asked == Some(Ask::Cancelled) {
            self.stop_all(|_| true, Why::Cancelled);
            self.end = Some(self.cancelled());
            return;
        }
        if let Some(reason) = self.out_of_bounds() {
            self.end = Some(self.unresolvable(&reason, now));
            self.abandoned = true;
            return;
        }
        let count = self.pipeline.nodes.len();
        if self.asked == Some(Ask::CancelledRunFinally) && self.running.first() < Some(&count) {
            self.stop_all(|it| it < count, Why::Cancelled);
        }
        self.time_out_parts(now);
        self.schedule(now);
        if self.dag_is_over() && !self.finally_begun {
            self.begin_finally(now);
        }
        if passed(self.limits.pipeline, self.start, now) {
            let end = self.timed_out(now);
            self.stop_all(|_| true, Why::TimedOut);
            self.end = Some(end);
        } else if self.tasks_were_late(now) || self.is_over() {
            self.end = Some(self.concluded(now));
        }
    }

    fn time_out_parts(&mut self, now: Duration) {
        let count = self.pipeline.nodes.len();
        match self.finally_start {
            None if passed(self.limits.tasks, self.start, now) && !self.tasks_cancelled => {
                self.tasks_cancelled = true;
                self.stop_all(|it| it < count, Why::TimedOut);
            }
            Some(began) if passed(self.limits.finally, began, now) && !self.finally_cancelled => {
                self.finally_cancelled = true;
                self.stop_all(|it| it >= count, Why::TimedOut);
            }
            None | Some(_) => {}
        }
    }

    fn stop_all(&mut self, which: impl Fn(usize) -> bool, why: Why) {
        for at in self.running.iter().copied().filter(|it| which(*it)) {
            let Some(State::Running(all)) = self.states.get_mut(at) else {
                continue;
            };
            for (instance, one) in all.iter_mut().enumerate() {
                if one.end.is_none() && one.stopped.is_none() {
                    one.stopped = Some(why);
                    let place = Place { node: at, instance };
                    self.commands.push(Command::Stop(place, why));
                }
            }
        }
    }

    /// Nothing of the graph starts any more.
    fn is_halted(&self) -> bool {
        self.failures + self.invalid > 0 || self.asked.is_some()
    }

    fn dag_is_over(&self) -> bool {
        let count = self.pipeline.nodes.len();
        let runs = self.running.range(..count).next().is_some();
        !runs && (self.open == 0 || self.is_halted())
    }

    fn is_over(&self) -> bool {
        self.running.is_empty() && self.dag_is_over() && self.finally_begun
    }

    /// Decides what became ready; of what one look finds, either all starts or, where a result is missing, nothing.
    fn schedule(&mut self, now: Duration) {
        if self.is_halted() {
            return;
        }
        let mut starts = Vec::new();
        let mut held = Vec::new();
        while let Some(at) = self.ready.pop() {
            match self.fate(at, now) {
                Fate::Skip(skip) => self.skipped(at, skip),
                Fate::Invalid(reason) => {
                    self.put(at, State::Invalid(reason));
                    self.open -= 1;
                    self.invalid += 1;
                }
                Fate::Run(instances) => {
                    held.push(at);
                    starts.push((at, instances));
                }
            }
        }
        if self.is_halted() {
            self.ready = held;
            return;
        }
        starts.sort_by_key(|(at, _)| *at);
        for (at, instances) in starts {
            self.start(at, instances);
        }
    }

    fn skipped(&mut self, at: usize, skip: Skip) {
        self.put(at, State::Skipped);
        self.open -= 1;
        if let Some(node) = self.node(at) {
            let name = node.name.clone();
            self.scope.nodes.insert(name, NodeView::skipped(skip));
        }
        self.release(at);
    }

    /// Those that wait for a node wait for one less.
    fn release(&mut self, at: usize) {
        for child in self.graph.children(at) {
            if let Some(waits) = self.waits.get_mut(*child) {
                *waits -= 1;
                if *waits == 0 {
                    self.ready.push(*child);
                }
            }
        }
    }

    fn put(&mut self, at: usize, state: State) {
        if let Some(place) = self.states.get_mut(at) {
            *place = state;
        }
    }

    fn start(&mut self, at: usize, instances: Vec<Instance>) {
        let finally = self.is_finally(at);
        let mut all = Vec::with_capacity(instances.len());
        for (place, instance) in instances.into_iter().enumerate() {
            let instance = Arc::new(instance);
            all.push(One {
                instance: instance.clone(),
                attempt: 0,
                stopped: None,
                end: None,
            });
            let place = Place {
                node: at,
                instance: place,
            };
            self.commands.push(Command::Start(Start {
                place,
                attempt: 0,
                instance,
                finally,
            }));
        }
        self.running.insert(at);
        self.put(at, State::Running(all));
    }

    /// All nodes of `finally` start together; there is no order among them.
    fn begin_finally(&mut self, now: Duration) {
        self.finally_begun = true;
        self.scope.tasks_status = Some(self.tasks_status(now));
        let count = self.pipeline.nodes.len();
        for at in count..count + self.pipeline.finally.len() {
            let missing = self.graph.missing(at, &self.scope).is_some();
            if !missing && self.finally_start.is_none() {
                self.finally_start = Some(now);
            }
            match self.finally_fate(at, now) {
                Fate::Skip(_) => self.put(at, State::Skipped),
                Fate::Invalid(reason) => {
                    self.put(at, State::Invalid(reason));
                }
                Fate::Run(instances) => self.start(at, instances),
            }
        }
    }

    /// An attempt ended. Gives how that is told, and whether another attempt follows.
    pub(crate) fn ended(&mut self, place: Place, mut end: TaskEnd) -> (TaskEnd, bool) {
        let Some(node) = self.node(place.node) else {
            return (end, false);
        };
        let (retries, ignores) = (node.retries, node.continue_on_error);
        let over = self.end.is_some() && !self.abandoned;
        let finally = self.is_finally(place.node);
        let Some(State::Running(all)) = self.states.get_mut(place.node) else {
            return (end, false);
        };
        let Some(one) = all.get_mut(place.instance) else {
            return (end, false);
        };
        let failed = end.status == Status::Failed;
        if failed && one.attempt < retries && one.stopped.is_none() && !over {
            end.reason = Name::new_static("ToBeRetried");
            // What an attempt gave goes with it.
            end.results.clear();
            one.attempt += 1;
            let start = Start {
                place,
                attempt: one.attempt,
                instance: one.instance.clone(),
                finally,
            };
            self.commands.push(Command::Start(start));
            return (end, true);
        }
        if failed && ignores && IGNORED.contains(&end.reason.as_str()) {
            end.reason = Name::new_static("FailureIgnored");
        }
        one.end = Some(end.clone());
        if all.iter().all(|it| it.end.is_some()) {
            self.settle(place.node);
        }
        (end, false)
    }

    /// All instances of a node are over.
    fn settle(&mut self, at: usize) {
        let Some(State::Running(all)) = self
            .states
            .get_mut(at)
            .map(|it| std::mem::replace(it, State::Waiting))
        else {
            return;
        };
        self.running.remove(&at);
        let Some(node) = self.node(at) else { return };
        let (name, ignores) = (node.name.clone(), node.continue_on_error);
        let fans_out = node.fans_out();
        let (ended, view) = merged(all, fans_out);
        self.scope.nodes.insert(name, view);
        self.put(at, State::Ended(ended));
        if self.is_finally(at) {
            return;
        }
        self.open -= 1;
        if ended != Ended::Succeeded && !ignores {
            self.failures += 1;
        }
        self.release(at);
    }

    /// When to look again though nothing happened.
    pub(crate) fn wake(&self) -> Option<Duration> {
        if self.end.is_some() {
            return None;
        }
        let pipeline = self.limits.pipeline.map(|it| self.start + it);
        let part = match self.finally_start {
            Some(began) => self.limits.finally.map(|it| began + it),
            None => self.limits.tasks.map(|it| self.start + it),
        };
        let cancelled = match self.finally_start {
            Some(_) => self.finally_cancelled,
            None => self.tasks_cancelled,
        };
        let part = part.filter(|it| !cancelled && *it > self.start);
        let first = pipeline.into_iter().chain(part).min();
        first.map(|it| it + BEYOND)
    }

    /// How the run ended; something may still be on its way to stop.
    pub(crate) fn end(&self) -> Option<&PipelineEnd> {
        self.end.as_ref()
    }

    /// The run ended and nothing runs any more.
    pub(crate) fn is_done(&self) -> bool {
        self.end.is_some() && self.running.is_empty()
    }

    /// `finally` has begun and has something to do.
    pub(crate) fn finally_started(&self) -> Option<Duration> {
        self.finally_start
    }
}

impl Timeouts {
    /// Of three limits two give the third; zero is none.
    fn derived(self) -> Self {
        let some = |it: Option<Duration>| it.filter(|it| !it.is_zero());
        let rest = |part| Some(some(self.pipeline)?.saturating_sub(some(part)?));
        Self {
            pipeline: some(self.pipeline),
            tasks: self.tasks.or_else(|| rest(self.finally)),
            finally: self.finally.or_else(|| rest(self.tasks)),
        }
    }
}

fn passed(limit: Option<Duration>, start: Duration, now: Duration) -> bool {
    limit.is_some_and(|it| !it.is_zero() && now.saturating_sub(start) > it)
}

/// What is seen of a node once all its instances are over.
fn merged(all: Vec<One>, fans_out: bool) -> (Ended, NodeView) {
    let length = all.len();
    let stopped = all.iter().find_map(|it| {
        let end = it.end.as_ref()?;
        (end.status == Status::Cancelled).then(|| it.stopped.unwrap_or(Why::Cancelled))
    });
    let timed_out = all.iter().any(|it| {
        it.stopped == Some(Why::TimedOut)
            && it
                .end
                .as_ref()
                .is_some_and(|it| it.status == Status::Cancelled)
    });
    let mut ends: Vec<(Name, TaskEnd)> = Vec::with_capacity(length);
    for one in all {
        ends.extend(one.end.map(|it| (one.instance.name.clone(), it)));
    }
    let bad = ends.iter().find(|(_, it)| it.status != Status::Succeeded);
    let ended = match (stopped, bad) {
        (Some(_), _) if timed_out => Ended::Stopped(Why::TimedOut),
        (Some(why), _) => Ended::Stopped(why),
        (None, Some(_)) => Ended::Failed,
        (None, None) => Ended::Succeeded,
    };
    let told = bad.or(ends.first());
    let reason = told.map(|(_, it)| it.reason.clone()).unwrap_or_default();
    let results = if fans_out {
        gathered(ends)
    } else {
        ends.into_iter().flat_map(|(_, it)| it.results).collect()
    };
    let view = NodeView {
        status: if ended == Ended::Succeeded {
            "Succeeded"
        } else {
            "Failed"
        },
        reason,
        results,
        length,
        skipped: false,
        skip: None,
    };
    (ended, view)
}

/// The results of instances as lists, in the order of the instances' names; only text is gathered.
fn gathered(mut ends: Vec<(Name, TaskEnd)>) -> indexmap::IndexMap<Name, crate::value::Value> {
    use crate::value::Value;
    ends.sort_by(|one, other| one.0.cmp(&other.0));
    let mut lists: indexmap::IndexMap<Name, Vec<Value>> = indexmap::IndexMap::new();
    for (name, value) in ends.into_iter().flat_map(|(_, it)| it.results) {
        let text = value.as_str().unwrap_or_default();
        lists.entry(name).or_default().push(Value::str(text));
    }
    let lists = lists.into_iter();
    lists.map(|(name, all)| (name, Value::list(all))).collect()
}

//! A pipeline on its way: starts what is ready, waits for what runs, stops where it must, then runs `finally`.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::base::Name;
use crate::plan::{Node, Pipeline};
use crate::run::attempt::{self, TaskEnd, Work};
use crate::run::cancel::{Cancel, Canceller, Urgency, cancellation};
use crate::run::decide::{self, Decision, Instance, Stop, What};
use crate::run::event::{Event, Status, TaskOutcome};
use crate::run::scope::{NodeView, Scope};
use crate::run::shared::{Message, Shared};
use crate::run::verdict::{self, Count, PipelineEnd};
use crate::value::Value;

/// A pipeline with all it takes to run it.
pub(crate) struct Drive {
    pub(crate) shared: Arc<Shared>,
    pub(crate) pipeline: Arc<Pipeline>,
    /// The names of the pipelines around, each with `/`.
    pub(crate) prefix: String,
    /// Parameters, workspaces, context.
    pub(crate) scope: Scope,
    pub(crate) timeouts: Timeouts,
    pub(crate) cancel: Cancel,
}

/// How long a run and its parts may take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    pub(crate) pipeline: Option<Duration>,
    pub(crate) tasks: Option<Duration>,
    pub(crate) finally: Option<Duration>,
}

/// Runs a pipeline.
pub(crate) fn drive(drive: Drive) -> Pin<Box<dyn Future<Output = PipelineEnd> + Send>> {
    Box::pin(async move {
        let pipeline = drive.pipeline.clone();
        let mut pass = Pass::new(drive);
        let graph = edges(&pipeline);
        pass.run(&pipeline.nodes, graph, Part::Tasks).await;
        pass.scope.tasks_status = Some(verdict::tasks_status(pass.scope.nodes.values()));
        if pass.finally_may_run() {
            if pass.drive_prefix.is_empty() && !pipeline.finally.is_empty() {
                let time = pass.shared.now();
                pass.shared.tell(Event::FinallyStarted { time });
            }
            pass.deadline = earliest(pass.pipeline_deadline, pass.timeouts.finally);
            let alone = Edges::none(pipeline.finally.len());
            pass.run(&pipeline.finally, alone, Part::Finally).await;
        }
        let within = pass.timeouts.pipeline;
        verdict::of(
            &pipeline,
            &pass.scope,
            &pass.count,
            pass.stop,
            within,
            &pass.shared,
        )
    })
}

fn earliest(one: Option<Instant>, from_now: Option<Duration>) -> Option<Instant> {
    let other = from_now.map(|it| Instant::now() + it);
    one.into_iter().chain(other).min()
}

/// Which part of a pipeline is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Tasks,
    Finally,
}

/// Who waits for whom, by place in the source.
struct Edges {
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
}

impl Edges {
    fn none(count: usize) -> Self {
        Self {
            parents: vec![Vec::new(); count],
            children: vec![Vec::new(); count],
        }
    }
}

fn edges(pipeline: &Pipeline) -> Edges {
    let places = pipeline.nodes.iter().enumerate();
    let places: IndexMap<&Name, usize> = places.map(|(at, it)| (&it.name, at)).collect();
    let graph = pipeline.graph();
    let mut edges = Edges::none(pipeline.nodes.len());
    for (at, node) in pipeline.nodes.iter().enumerate() {
        for parent in graph.parents(&node.name) {
            let Some(place) = places.get(&parent) else {
                continue;
            };
            if let Some(all) = edges.parents.get_mut(at) {
                all.push(*place);
            }
            if let Some(all) = edges.children.get_mut(*place) {
                all.push(at);
            }
        }
    }
    edges
}

/// The state of a pipeline on its way.
struct Pass {
    shared: Arc<Shared>,
    drive_prefix: String,
    scope: Scope,
    timeouts: Timeouts,
    cancel: Cancel,
    /// What was asked for so far.
    asked: Urgency,
    stop: Stop,
    count: Count,
    pipeline_deadline: Option<Instant>,
    /// Of the part that is on its way.
    deadline: Option<Instant>,
}

/// The part of a pipeline that is on its way.
struct Going<'a> {
    nodes: &'a [Node],
    edges: Edges,
    part: Part,
    /// How many nodes each still waits for.
    waits: Vec<usize>,
    ready: VecDeque<usize>,
    /// Skipped, and not by its own condition.
    dragging: Vec<bool>,
    running: IndexMap<usize, Running>,
    set: JoinSet<(usize, usize, TaskEnd)>,
    canceller: Canceller,
    cancel: Cancel,
}

/// A node whose instances run.
struct Running {
    names: Vec<Name>,
    ends: Vec<Option<TaskEnd>>,
}

impl Pass {
    fn new(drive: Drive) -> Self {
        let now = Instant::now();
        let timeouts = drive.timeouts;
        let pipeline_deadline = timeouts.pipeline.map(|it| now + it);
        let tasks = timeouts.tasks.or_else(|| {
            let (all, finally) = (timeouts.pipeline?, timeouts.finally?);
            Some(all.saturating_sub(finally))
        });
        Self {
            shared: drive.shared,
            drive_prefix: drive.prefix,
            scope: drive.scope,
            timeouts,
            cancel: drive.cancel,
            asked: Urgency::None,
            stop: Stop::No,
            count: Count::default(),
            pipeline_deadline,
            deadline: earliest(pipeline_deadline, tasks),
        }
    }

    fn finally_may_run(&self) -> bool {
        let out_of_time = self.stop == Stop::PipelineTimeout;
        !out_of_time && self.cancel.urgency() < Urgency::AtOnce
    }

    async fn run(&mut self, nodes: &[Node], edges: Edges, part: Part) {
        let mut going = Going::new(nodes, edges, part);
        loop {
            while let Some(at) = going.ready.pop_front() {
                self.start(at, &mut going);
            }
            if going.set.is_empty() {
                return;
            }
            tokio::select! { biased;
                urgency = self.cancel.beyond(self.asked) => self.cancelled(urgency, &going),
                () = until(self.deadline), if self.deadline.is_some() => self.out_of_time(&going),
                Some(ended) = going.set.join_next() => match ended {
                    Ok((at, instance, end)) => self.ended(at, instance, end, &mut going),
                    // A task of ours that panicked takes the run with it instead of hanging it.
                    Err(_) => self.cancelled(Urgency::AtOnce, &going),
                },
            }
        }
    }

    fn cancelled(&mut self, urgency: Urgency, going: &Going<'_>) {
        self.asked = urgency;
        self.stop = Stop::Cancelled;
        // Who asks gently wants `finally` to do its work.
        if going.part == Part::Tasks || urgency == Urgency::AtOnce {
            going.canceller.demand(urgency);
        }
    }

    fn out_of_time(&mut self, going: &Going<'_>) {
        let whole = self.pipeline_deadline.is_some() && self.deadline == self.pipeline_deadline;
        self.deadline = None;
        self.stop = if whole {
            Stop::PipelineTimeout
        } else {
            Stop::TasksTimeout
        };
        going.canceller.demand(Urgency::Gentle);
    }

    fn start(&mut self, at: usize, going: &mut Going<'_>) {
        let nodes = going.nodes;
        let Some(node) = nodes.get(at) else { return };
        let decision = match going.part {
            Part::Tasks => {
                let parents = going.edges.parents.get(at).into_iter().flatten();
                let mut parents = parents.filter_map(|it| going.dragging.get(*it));
                let dragged = parents.any(|it| *it);
                decide::of_task(node, self.stop, dragged, &mut self.scope, &self.shared)
            }
            Part::Finally => decide::of_finally(node, &mut self.scope, &self.shared),
        };
        match decision {
            Decision::Skip(reason) => self.skip(at, node, reason, going),
            Decision::Invalid(lack) => self.invalid(at, node, &lack.to_string(), going),
            Decision::Run(instances) => self.spawn(at, node, instances, going),
        }
    }

    fn spawn(&self, at: usize, node: &Node, instances: Vec<Instance>, going: &mut Going<'_>) {
        let mut running = Running {
            names: Vec::new(),
            ends: vec![None; instances.len()],
        };
        for (place, it) in instances.into_iter().enumerate() {
            let name = Name::new(format!("{}{}", self.drive_prefix, it.name));
            running.names.push(it.name.clone());
            match it.what {
                What::Task(task) => {
                    let work = Work {
                        shared: self.shared.clone(),
                        name,
                        task,
                        scope: it.scope,
                        retries: node.retries,
                        timeout: it.timeout,
                        continue_on_error: node.continue_on_error,
                        cancel: going.cancel.clone(),
                    };
                    let finally = going.part == Part::Finally;
                    going
                        .set
                        .spawn(async move { (at, place, one_task(work, finally).await) });
                }
                What::Pipeline(pipeline) => {
                    let drive = Drive {
                        shared: self.shared.clone(),
                        pipeline,
                        prefix: format!("{name}/"),
                        scope: it.scope,
                        timeouts: Timeouts {
                            pipeline: it.timeout,
                            ..Timeouts::default()
                        },
                        cancel: going.cancel.clone(),
                    };
                    going
                        .set
                        .spawn(async move { (at, place, one_pipeline(drive).await) });
                }
            }
        }
        going.running.insert(at, running);
    }

    fn ended(&mut self, at: usize, instance: usize, end: TaskEnd, going: &mut Going<'_>) {
        let Some(running) = going.running.get_mut(&at) else {
            return;
        };
        if let Some(place) = running.ends.get_mut(instance) {
            *place = Some(end);
        }
        if running.ends.iter().any(Option::is_none) {
            return;
        }
        let nodes = going.nodes;
        let (Some(running), Some(node)) = (going.running.swap_remove(&at), nodes.get(at)) else {
            return;
        };
        let (status, view) = merge(node, running);
        self.count.end(status, node.continue_on_error);
        if status == Status::Failed && !node.continue_on_error && self.stop == Stop::No {
            self.stop = Stop::Failure;
        }
        self.settle(at, node, view, going);
    }

    fn skip(&mut self, at: usize, node: &Node, reason: &'static str, going: &mut Going<'_>) {
        if let Some(it) = going.dragging.get_mut(at) {
            *it = reason != decide::WHEN;
        }
        self.count.skipped += 1;
        self.left_out(node, Status::Skipped, reason, "", going);
        self.settle(at, node, NodeView::skipped(reason), going);
    }

    /// The node cannot run because of what another did not give: the run fails.
    fn invalid(&mut self, at: usize, node: &Node, message: &str, going: &mut Going<'_>) {
        let reason = "InvalidTaskResultReference";
        self.count.invalid += 1;
        self.stop = Stop::Failure;
        let name = Name::new(format!("{}{}", self.drive_prefix, node.name));
        self.shared.note(&name, message);
        self.left_out(node, Status::Failed, reason, message, going);
        let view = NodeView::skipped(reason);
        self.settle(at, node, view, going);
    }

    fn left_out(
        &self,
        node: &Node,
        status: Status,
        reason: &'static str,
        message: &str,
        going: &Going<'_>,
    ) {
        let task = Name::new(format!("{}{}", self.drive_prefix, node.name));
        let reason = Name::new_static(reason);
        self.shared.tell(Event::TaskSkipped {
            task: task.clone(),
            reason: reason.clone(),
        });
        let _ = self.shared.messages.send(Message::Outcome(TaskOutcome {
            task,
            finally: going.part == Part::Finally,
            status,
            reason,
            message: self.shared.mask.hide(message),
            attempts: 0,
            took: Duration::ZERO,
            results: IndexMap::new(),
        }));
    }

    /// The node is over, one way or another: those that wait for it wait for one less.
    fn settle(&mut self, at: usize, node: &Node, view: NodeView, going: &mut Going<'_>) {
        self.scope.nodes.insert(node.name.clone(), view);
        for child in going.edges.children.get(at).into_iter().flatten() {
            if let Some(waits) = going.waits.get_mut(*child) {
                *waits -= 1;
                if *waits == 0 {
                    going.ready.push_back(*child);
                }
            }
        }
    }
}

impl<'a> Going<'a> {
    fn new(nodes: &'a [Node], edges: Edges, part: Part) -> Self {
        let waits: Vec<usize> = edges.parents.iter().map(Vec::len).collect();
        let ready = waits.iter().enumerate();
        let ready = ready
            .filter(|(_, waits)| **waits == 0)
            .map(|(at, _)| at)
            .collect();
        let (canceller, cancel) = cancellation();
        Self {
            nodes,
            edges,
            part,
            waits,
            ready,
            dragging: vec![false; nodes.len()],
            running: IndexMap::new(),
            set: JoinSet::new(),
            canceller,
            cancel,
        }
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

async fn one_task(work: Work, finally: bool) -> TaskEnd {
    let (shared, task) = (work.shared.clone(), work.name.clone());
    let end = attempt::perform(work).await;
    let _ = shared.messages.send(Message::Outcome(TaskOutcome {
        task,
        finally,
        status: end.status,
        reason: end.reason.clone(),
        message: end.message.clone(),
        attempts: end.attempts,
        took: end.took,
        results: end.results.clone(),
    }));
    end
}

async fn one_pipeline(inner: Drive) -> TaskEnd {
    let began = Instant::now();
    let end = drive(inner).await;
    TaskEnd {
        status: end.status,
        reason: end.reason,
        message: end.message,
        results: end.results,
        attempts: 1,
        took: began.elapsed(),
    }
}

/// What is seen of a node once all its instances are over.
fn merge(node: &Node, running: Running) -> (Status, NodeView) {
    let mut ends: Vec<(Name, TaskEnd)> = Vec::new();
    for (name, end) in running.names.into_iter().zip(running.ends) {
        ends.extend(end.map(|it| (name, it)));
    }
    let has = |status: Status| ends.iter().find(|(_, it)| it.status == status);
    let worst = has(Status::Cancelled)
        .or(has(Status::Failed))
        .or(ends.first());
    let status = worst.map_or(Status::Failed, |(_, it)| it.status);
    let reason = worst.map(|(_, it)| it.reason.clone()).unwrap_or_default();
    let length = ends.len();
    let fans_out = !(node.matrix.is_empty() && node.include.is_empty());
    let results = if fans_out {
        gathered(ends)
    } else {
        ends.into_iter().flat_map(|(_, it)| it.results).collect()
    };
    let view = NodeView {
        status: match status {
            Status::Succeeded | Status::Skipped => "Succeeded",
            Status::Failed | Status::Cancelled => "Failed",
        },
        reason,
        results,
        length,
        skipped: false,
    };
    (status, view)
}

/// The results of instances as lists, in the order of the instances' names.
fn gathered(mut ends: Vec<(Name, TaskEnd)>) -> IndexMap<Name, Value> {
    ends.sort_by(|one, other| one.0.cmp(&other.0));
    let mut lists: IndexMap<Name, Vec<Value>> = IndexMap::new();
    for (name, value) in ends.into_iter().flat_map(|(_, it)| it.results) {
        lists.entry(name).or_default().push(value);
    }
    let lists = lists.into_iter();
    lists.map(|(name, all)| (name, Value::list(all))).collect()
}

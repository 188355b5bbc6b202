//! A pipeline with the pipelines that it calls: a machine each, and what happens in one told to the one around it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::{Pipeline, Task};
use crate::run::event::{Status, TaskId};
use crate::run::machine::{
    Ask, Command, Instance, Machine, PipelineEnd, Place, Skip, Start, TaskEnd, Timeouts, What, Why,
};
use crate::run::scope::Scope;
use crate::run::shared::Library;
use crate::value::Value;

/// A task on its way: which pipeline, which of its nodes, which instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket {
    level: usize,
    place: Place,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Order {
    Start(Job),
    Stop(Ticket, Why),
    /// All tasks are over and `finally` begins.
    Finally,
}

/// An attempt at a task.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) ticket: Ticket,
    pub(crate) id: TaskId,
    pub(crate) task: Arc<Task>,
    pub(crate) instance: Arc<Instance>,
    pub(crate) attempt: u32,
    pub(crate) finally: bool,
}

/// A node that did not run.
#[derive(Clone, Debug)]
pub(crate) struct LeftOut {
    pub(crate) id: TaskId,
    pub(crate) finally: bool,
    pub(crate) why: NotRun,
}

#[derive(Clone, Debug)]
pub(crate) enum NotRun {
    Skipped(Skip),
    /// What it needs of another is not there.
    Invalid(String),
}

/// A pipeline and those that it calls, on their way.
#[derive(Debug)]
pub(crate) struct Schedule {
    levels: Vec<Level>,
    /// Those that are not done.
    active: Vec<usize>,
    library: Arc<Library>,
    left_out: Vec<LeftOut>,
    finally_told: bool,
}

#[derive(Debug)]
struct Level {
    machine: Machine,
    pipeline: Arc<Pipeline>,
    parent: Option<Ticket>,
    /// The names of the nodes around, each with `/`.
    prefix: String,
    children: BTreeMap<Place, usize>,
}

impl Schedule {
    pub(crate) fn new(
        pipeline: Arc<Pipeline>,
        library: Arc<Library>,
        name: Name,
        scope: Scope,
        limits: Timeouts,
    ) -> Self {
        let shared = (pipeline.clone(), library.clone());
        let machine = Machine::new(shared.0, shared.1, name, scope, limits, Duration::ZERO);
        let level = Level {
            machine,
            pipeline,
            parent: None,
            prefix: String::new(),
            children: BTreeMap::new(),
        };
        Self {
            levels: vec![level],
            active: vec![0],
            library,
            left_out: Vec::new(),
            finally_told: false,
        }
    }

    /// Asks the run to stop.
    pub(crate) fn ask(&mut self, ask: Ask, now: Duration) {
        if let Some(level) = self.levels.first_mut() {
            level.machine.ask(ask, now);
        }
    }

    /// What is to be done now.
    /// `heard`: something happened that the controller hears of.
    pub(crate) fn advance(&mut self, now: Duration, heard: bool) -> Vec<Order> {
        let mut orders = Vec::new();
        loop {
            let mut next = 0;
            while let Some(at) = self.active.get(next).copied() {
                next += 1;
                self.advance_one(at, now, heard, &mut orders);
            }
            if !self.close(now) {
                break;
            }
        }
        if !self.finally_told
            && let Some(level) = self.levels.first()
            && level.machine.finally_started().is_some()
        {
            self.finally_told = true;
            let first = orders.iter().position(|it| match it {
                Order::Start(job) => job.finally,
                Order::Stop(..) | Order::Finally => false,
            });
            orders.insert(first.unwrap_or(orders.len()), Order::Finally);
        }
        orders
    }

    fn advance_one(&mut self, at: usize, now: Duration, heard: bool, orders: &mut Vec<Order>) {
        let Some(level) = self.levels.get_mut(at) else {
            return;
        };
        for command in level.machine.advance(now, heard) {
            match command {
                Command::Start(start) => self.start(at, start, now, orders),
                Command::Stop(place, why) => {
                    let child = self.levels.get(at).and_then(|it| it.children.get(&place));
                    match child.copied().and_then(|it| self.levels.get_mut(it)) {
                        Some(child) => child.machine.ask(Ask::Cancelled, now),
                        None => orders.push(Order::Stop(Ticket { level: at, place }, why)),
                    }
                }
            }
        }
    }

    fn start(&mut self, at: usize, start: Start, now: Duration, orders: &mut Vec<Order>) {
        let ticket = Ticket {
            level: at,
            place: start.place,
        };
        let id = self.id(ticket, &start.instance);
        match &start.instance.what {
            What::Task(task) => orders.push(Order::Start(Job {
                ticket,
                id,
                task: task.clone(),
                instance: start.instance.clone(),
                attempt: start.attempt,
                finally: start.finally,
            })),
            What::Pipeline(pipeline) => {
                let limits = Timeouts {
                    pipeline: start.instance.timeout,
                    ..Timeouts::default()
                };
                // It is a run of its own.
                let around = self.levels.get(at).map(|it| it.machine.name());
                let around = around.map_or("", Name::as_str);
                let name = Name::new(format!("{around}-{}", start.instance.name));
                let mut scope = start.instance.scope.clone();
                for (key, value) in [
                    ("pipelineRun.name", name.clone()),
                    ("pipeline.name", pipeline.meta.name.clone()),
                ] {
                    scope.context.insert(Name::new(key), Value::Str(value));
                }
                let machine = Machine::new(
                    pipeline.clone(),
                    self.library.clone(),
                    name,
                    scope,
                    limits,
                    now,
                );
                let index = self.levels.len();
                self.levels.push(Level {
                    machine,
                    pipeline: pipeline.clone(),
                    parent: Some(ticket),
                    prefix: format!("{}/", id.name),
                    children: BTreeMap::new(),
                });
                self.active.push(index);
                if let Some(level) = self.levels.get_mut(at) {
                    level.children.insert(start.place, index);
                }
            }
        }
    }

    fn id(&self, ticket: Ticket, instance: &Instance) -> TaskId {
        let level = self.levels.get(ticket.level);
        let prefix = level.map_or("", |it| it.prefix.as_str());
        let node = level.and_then(|it| it.machine.node(ticket.place.node));
        let node = node.map_or("", |it| it.name.as_str());
        if prefix.is_empty() {
            return TaskId {
                name: instance.name.clone(),
                node: Name::new(node),
                instance: instance.index,
            };
        }
        TaskId {
            name: Name::new(format!("{prefix}{}", instance.name)),
            node: Name::new(format!("{prefix}{node}")),
            instance: instance.index,
        }
    }

    /// Tells the pipelines around of those that are done; gives whether there was one.
    fn close(&mut self, now: Duration) -> bool {
        let _ = now;
        let (done, active): (Vec<usize>, Vec<usize>) = self.active.iter().partition(|it| {
            let level = self.levels.get(**it);
            level.is_none_or(|it| it.machine.is_done())
        });
        self.active = active;
        let mut told = false;
        for at in done {
            self.leave_out(at);
            let Some(level) = self.levels.get(at) else {
                continue;
            };
            let (Some(parent), Some(end)) = (level.parent, level.machine.end()) else {
                continue;
            };
            let end = TaskEnd {
                status: end.status,
                reason: end.reason.clone(),
                message: end.message.clone(),
                results: end.results.clone(),
                reused: None,
            };
            told = true;
            if let Some(around) = self.levels.get_mut(parent.level) {
                around.machine.ended(parent.place, end);
            }
        }
        told
    }

    fn leave_out(&mut self, at: usize) {
        let Some(level) = self.levels.get(at) else {
            return;
        };
        let Some(end) = level.machine.end() else {
            return;
        };
        let skips = end.skips.iter();
        let skips = skips.map(|(name, it)| (name, NotRun::Skipped(*it)));
        let invalid = end.invalid.iter();
        let invalid = invalid.map(|(name, it)| (name, NotRun::Invalid(it.clone())));
        let finally: indexmap::IndexSet<&Name> =
            level.pipeline.finally.iter().map(|it| &it.name).collect();
        for (name, why) in skips.chain(invalid) {
            let full = Name::new(format!("{}{name}", level.prefix));
            self.left_out.push(LeftOut {
                id: TaskId {
                    name: full.clone(),
                    node: full,
                    instance: None,
                },
                finally: finally.contains(name),
                why,
            });
        }
    }

    /// An attempt ended. Gives how that is told, and whether another follows.
    pub(crate) fn ended(&mut self, ticket: Ticket, end: TaskEnd) -> (TaskEnd, bool) {
        match self.levels.get_mut(ticket.level) {
            Some(level) => level.machine.ended(ticket.place, end),
            None => (end, false),
        }
    }

    /// When to look again though nothing happened.
    pub(crate) fn wake(&self) -> Option<Duration> {
        let active = self.active.iter().filter_map(|it| self.levels.get(*it));
        active.filter_map(|it| it.machine.wake()).min()
    }

    /// How the run ended, once nothing of it runs any more.
    pub(crate) fn end(&self) -> Option<&PipelineEnd> {
        let level = self.levels.first()?;
        level.machine.is_done().then(|| level.machine.end())?
    }

    /// Nodes that did not run, known once the run has ended.
    pub(crate) fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

impl PipelineEnd {
    /// Of a run that cannot go on, for a reason that should never be.
    pub(crate) fn broken(message: &str) -> Self {
        Self {
            status: Status::Failed,
            reason: Name::new_static("Failed"),
            message: message.to_owned(),
            results: IndexMap::new(),
            skips: Vec::new(),
            invalid: Vec::new(),
        }
    }
}

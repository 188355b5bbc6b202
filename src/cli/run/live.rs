//! A run on a terminal: a line for each task that runs, below what the steps say.

use std::time::Duration;

use indexmap::IndexMap;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::Name;
use crate::cli::report::data;
use crate::cli::run::plain::{clean, shown, size, talk, time};
use crate::run::{Event, Status};

/// Colours that tell tasks apart, on light and on dark ground.
const COLOURS: &[u8] = &[36, 35, 34, 33, 32];

/// Shows a run while it goes on.
#[derive(Debug)]
pub(crate) struct Live {
    all: MultiProgress,
    tasks: IndexMap<Name, (ProgressBar, Duration)>,
    /// By task, so that one keeps its colour.
    colours: IndexMap<Name, u8>,
    /// When the pull of an image began.
    pulls: IndexMap<String, Duration>,
    results: Vec<(String, String)>,
    /// What happens while a shell has the terminal.
    held: Option<Vec<Event>>,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            all: MultiProgress::new(),
            tasks: IndexMap::new(),
            colours: IndexMap::new(),
            pulls: IndexMap::new(),
            results: Vec::new(),
            held: None,
        }
    }

    pub(crate) fn show(&mut self, event: &Event) {
        match (event, &mut self.held) {
            (Event::Shell { opens: false, .. }, held) => {
                let held = held.take().unwrap_or_default();
                self.all.set_draw_target(ProgressDrawTarget::stderr());
                held.iter().for_each(|it| self.show(it));
            }
            (_, Some(held)) => held.push(event.clone()),
            (_, None) => self.show_now(event),
        }
    }

    fn show_now(&mut self, event: &Event) {
        match event {
            Event::TaskStarted { task, time, .. } => self.started(&task.name, *time),
            Event::StepStarted { task, step, .. } => {
                if let Some((bar, _)) = self.tasks.get(&task.name) {
                    bar.set_message(format!("{task}: {step}"));
                }
            }
            Event::Pulling { .. } => self.pulling(event),
            Event::Log {
                task, step, line, ..
            } => {
                let colour = self.colour(&task.name);
                let line = format!(
                    "\u{1b}[{colour}m[{task} : {step}]\u{1b}[0m {}\n",
                    clean(line)
                );
                self.all.suspend(|| data(&line));
            }
            Event::TaskFinished {
                task, status, time, ..
            } => self.finished(&task.name, *status, *time),
            Event::RunFinished { results, .. } => self.results = shown(results),
            Event::Shell { .. } => {
                self.all.set_draw_target(ProgressDrawTarget::hidden());
                self.held = Some(Vec::new());
            }
            Event::RunStarted { .. }
            | Event::StepFinished { .. }
            | Event::TaskSkipped { .. }
            | Event::FinallyStarted { .. }
            | Event::Note { .. } => {}
        }
        if let Some(line) = talk(event) {
            self.say(&line);
        }
    }

    /// Takes away what is on the screen.
    pub(crate) fn close(&self) {
        let _ = self.all.clear();
    }

    pub(crate) fn results(&self) -> &[(String, String)] {
        &self.results
    }

    fn say(&self, line: &str) {
        self.all.suspend(|| anstream::eprintln!("{line}"));
    }

    fn started(&mut self, task: &Name, time: Duration) {
        let bar = self.all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(task.to_string());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.tasks.insert(task.clone(), (bar, time));
    }

    /// How far an image is, and how fast it comes.
    fn pulling(&mut self, event: &Event) {
        let Event::Pulling {
            task,
            image,
            done,
            total,
            over,
            time,
        } = event
        else {
            return;
        };
        let began = *self.pulls.entry(image.clone()).or_insert(*time);
        if *over {
            self.pulls.swap_remove(image);
        }
        if let Some((bar, _)) = self.tasks.get(&task.name) {
            let took = time.saturating_sub(began).as_secs().max(1);
            bar.set_message(match (*over, *total) {
                (true, _) => task.to_string(),
                (false, 0) => format!("{task}: pulling {image}"),
                (false, total) => format!(
                    "{task}: pulling {image}, {} of {}, {}/s",
                    size(*done),
                    size(total),
                    size(done / took)
                ),
            });
        }
    }

    fn finished(&mut self, task: &Name, status: Status, now: Duration) {
        let Some((bar, began)) = self.tasks.swap_remove(task) else {
            return;
        };
        bar.finish_and_clear();
        self.all.remove(&bar);
        if status == Status::Succeeded {
            let took = time(now.saturating_sub(began));
            self.say(&format!("\u{1b}[32m✓\u{1b}[0m {task} {took}"));
        }
    }

    fn colour(&mut self, task: &Name) -> u8 {
        let next = COLOURS.get(self.colours.len() % COLOURS.len());
        let next = next.copied().unwrap_or(36);
        *self.colours.entry(task.clone()).or_insert(next)
    }
}

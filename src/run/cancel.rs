//! How a run is told to stop: first gently, so that `finally` still runs, then at once.

use tokio::sync::watch;

/// How urgently a run is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It goes on.
    None,
    /// Running tasks are cancelled, then `finally` runs.
    Gentle,
    /// Everything is killed and nothing more starts.
    AtOnce,
}

/// The end that tells a run to stop.
#[derive(Clone, Debug)]
pub struct Canceller(watch::Sender<Urgency>);

/// The end that a run listens to.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<Urgency>);

/// Both ends.
pub fn cancellation() -> (Canceller, Cancel) {
    let (sender, receiver) = watch::channel(Urgency::None);
    (Canceller(sender), Cancel(receiver))
}

impl Canceller {
    /// Asks once more: the first time gently, then at once. Returns what is now asked for.
    pub fn press(&self) -> Urgency {
        let mut now = Urgency::AtOnce;
        self.0.send_modify(|it| {
            if *it == Urgency::None {
                *it = Urgency::Gentle;
            } else {
                *it = Urgency::AtOnce;
            }
            now = *it;
        });
        now
    }

    /// Asks for at least this much.
    pub(crate) fn demand(&self, urgency: Urgency) {
        self.0.send_modify(|it| *it = urgency.max(*it));
    }
}

impl Cancel {
    /// What is asked for now.
    pub(crate) fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Waits until more than `than` is asked for; for ever where nobody can ask any more.
    pub(crate) async fn beyond(&mut self, than: Urgency) -> Urgency {
        loop {
            let now = *self.0.borrow_and_update();
            if now > than {
                return now;
            }
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

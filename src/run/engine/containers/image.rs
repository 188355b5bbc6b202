//! Images: which one stands for which, whether it is there, and its way here.

use std::sync::Arc;
use std::time::Duration;

use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt as _;
use indexmap::IndexMap;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::run::engine::choice::{Pull, repository};
use crate::run::engine::containers::{Containers, said};

/// What became of pulling an image in this run; whoever comes second waits for the first.
pub(crate) type Pulled = Arc<OnceCell<Result<(), String>>>;

/// How often progress is told.
const PACE: Duration = Duration::from_millis(500);

/// How far a pull is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) over: bool,
}

impl Containers {
    /// The image that is run where this one is asked for.
    pub(crate) fn image(&self, asked: &str) -> String {
        self.choice.image(asked).to_owned()
    }

    /// Whether it is there.
    pub(crate) async fn has(&self, image: &str) -> bool {
        self.client.inspect_image(image).await.is_ok()
    }

    /// What an image runs that says no entrypoint: its command, before any arguments.
    pub(crate) async fn command(&self, image: &str) -> Option<Vec<String>> {
        let config = self.client.inspect_image(image).await.ok()?.config?;
        let has_entrypoint = config.entrypoint.is_some_and(|it| !it.is_empty());
        config.cmd.filter(|it| !has_entrypoint && !it.is_empty())
    }

    /// Sees to it that an image is there.
    pub(crate) async fn ensure(
        &self,
        image: &str,
        policy: Option<Pull>,
        tell: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), String> {
        let policy = policy.or(self.choice.pull);
        let there = match policy {
            Some(Pull::Always) => false,
            Some(Pull::IfNotPresent | Pull::Never) | None => self.has(image).await,
        };
        if there {
            return Ok(());
        }
        if policy == Some(Pull::Never) {
            return Err(format!(
                "the image `{image}` is not there, and its pull policy is Never"
            ));
        }
        let pulled = match self.images.lock() {
            Ok(mut all) => all.entry(image.to_owned()).or_default().clone(),
            Err(_) => Pulled::default(),
        };
        let done = pulled.get_or_init(|| self.pull(image, tell)).await;
        done.clone()
    }

    async fn pull(
        &self,
        image: &str,
        tell: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), String> {
        let options = CreateImageOptionsBuilder::default();
        // Without a tag all of them would be meant.
        let whole = match repository(image) == image {
            true => format!("{image}:latest"),
            false => image.to_owned(),
        };
        let options = options.from_image(&whole).build();
        let mut stream = self.patient.create_image(Some(options), None, None);
        let mut layers: IndexMap<String, (u64, u64)> = IndexMap::new();
        let mut next = Instant::now();
        tell(Progress::default());
        while let Some(it) = stream.next().await {
            let it = it.map_err(|it| said(&it))?;
            if let Some(error) = it.error_detail {
                return Err(error.message.unwrap_or_default().trim().to_owned());
            }
            let (Some(layer), Some(detail)) = (it.id, it.progress_detail) else {
                continue;
            };
            let number = |it: Option<i64>| it.and_then(|it| u64::try_from(it).ok());
            if let (Some(done), Some(total)) = (number(detail.current), number(detail.total)) {
                layers.insert(layer, (done, total));
            }
            if Instant::now() >= next {
                next = Instant::now() + PACE;
                tell(sum(&layers, false));
            }
        }
        tell(sum(&layers, true));
        // Some engines end the stream without a word.
        match self.has(image).await || self.has(&whole).await {
            true => Ok(()),
            false => Err("it is not there after it was pulled".to_owned()),
        }
    }
}

fn sum(layers: &IndexMap<String, (u64, u64)>, over: bool) -> Progress {
    let total = layers.values().map(|it| it.1).sum();
    let done = match over {
        true => total,
        false => layers.values().map(|it| it.0).sum(),
    };
    Progress { done, total, over }
}

//! Which engine runs which task, and which image stands for which.

use indexmap::IndexMap;

/// What runs the steps of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Processes of this machine.
    #[default]
    Processes,
    /// Containers of podman.
    Podman,
    /// Containers of docker.
    Docker,
}

impl Engine {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Processes => "processes",
            Self::Podman => "podman",
            Self::Docker => "docker",
        }
    }

    pub(crate) fn has_containers(self) -> bool {
        match self {
            Self::Processes => false,
            Self::Podman | Self::Docker => true,
        }
    }
}

/// When images are pulled, as `imagePullPolicy` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pull {
    /// Where it is not there.
    IfNotPresent,
    /// Each time a run begins to use it.
    Always,
    /// It must be there.
    Never,
}

impl Pull {
    /// The policy of that name.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "IfNotPresent" | "missing" => Some(Self::IfNotPresent),
            "Always" | "always" => Some(Self::Always),
            "Never" | "never" => Some(Self::Never),
            _ => None,
        }
    }
}

/// Which engine runs which task, and with which images.
#[derive(Clone, Debug, Default)]
pub struct Engines {
    /// Of tasks that are not named.
    pub usual: Engine,
    /// By node or task.
    pub tasks: IndexMap<String, Engine>,
    /// What stands for an image; `*` for any.
    pub images: Vec<(String, String)>,
    /// Where a step does not say.
    pub pull: Option<Pull>,
}

impl Engines {
    /// What runs a task at a node.
    pub(crate) fn of(&self, node: &str, task: &str) -> Engine {
        let inner = node.rsplit('/').next().unwrap_or(node);
        let said = [node, inner, task];
        let found = said.iter().find_map(|it| self.tasks.get(*it));
        found.copied().unwrap_or(self.usual)
    }

    /// The image that is run where this one is asked for: what is said of it as it stands, of its name without tag, of any.
    pub(crate) fn image<'a>(&'a self, image: &'a str) -> &'a str {
        let said = |wanted: &dyn Fn(&str) -> bool| {
            let found = self.images.iter().find(|(it, _)| wanted(it));
            found.map(|(_, it)| it.as_str())
        };
        let name = repository(image);
        said(&|it| it == image)
            .or_else(|| said(&|it| familiar(it) == familiar(image)))
            .or_else(|| said(&|it| repository(it) == it && familiar(it) == familiar(name)))
            .or_else(|| said(&|it| it == "*"))
            .unwrap_or(image)
    }
}

/// An image without its tag and digest.
pub(crate) fn repository(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(it, _)| it);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        Some(_) | None => image,
    }
}

/// An image of the hub as people write it.
fn familiar(image: &str) -> &str {
    let of_hub = [
        "docker.io/library/",
        "index.docker.io/library/",
        "docker.io/",
        "library/",
    ];
    let found = of_hub.iter().find_map(|it| image.strip_prefix(it));
    found.unwrap_or(image)
}

#[cfg(test)]
mod tests {
    use super::{Engine, Engines, repository};

    #[test]
    fn the_nearest_word_about_an_image_counts() {
        let pairs = [
            ("alpine", "localhost/busybox"),
            ("alpine:3.1", "old"),
            ("*", "any"),
        ];
        let images = pairs.iter();
        let images = images.map(|(one, other)| ((*one).to_owned(), (*other).to_owned()));
        let engines = Engines {
            images: images.collect(),
            ..Engines::default()
        };
        for (image, expected) in [
            ("alpine", "localhost/busybox"),
            ("alpine:3.20@sha256:00", "localhost/busybox"),
            ("docker.io/library/alpine:3.1", "old"),
            ("docker.io/library/alpine", "localhost/busybox"),
            ("example.com/alpine", "any"),
        ] {
            assert_eq!(engines.image(image), expected, "{image}");
        }
        assert_eq!(repository("localhost:5000/a/b"), "localhost:5000/a/b");
        assert_eq!(repository("localhost:5000/a/b:c"), "localhost:5000/a/b");
    }

    #[test]
    fn a_node_is_named_before_its_task() {
        let tasks = [("a", Engine::Podman), ("t", Engine::Docker)];
        let tasks = tasks.map(|(name, it)| (name.to_owned(), it));
        let engines = Engines {
            tasks: tasks.into_iter().collect(),
            ..Engines::default()
        };
        assert_eq!(engines.of("a", "t"), Engine::Podman);
        assert_eq!(engines.of("outer/b", "t"), Engine::Docker);
        assert_eq!(engines.of("outer/a", "u"), Engine::Podman);
        assert_eq!(engines.of("b", "u"), Engine::Processes);
    }
}

//! Volumes of a pod: made from what the containers mount, each once.

use indexmap::IndexMap;
use serde_json::json;

use crate::base::Name;
use crate::emit::core::Place;
use crate::emit::core::data::{self, Fields};
use crate::plan::Expr;
use crate::plan::app::{App, Container, Workload};
use crate::value::Value;
use crate::yaml::Tree;

/// The volumes of one pod, collected while its containers are written.
pub(crate) struct Volumes<'a> {
    place: Place<'a>,
    /// Names that the StatefulSet's claims give.
    claimed: Vec<Name>,
    /// By name, with the source as the API has it.
    found: IndexMap<String, Tree>,
}

impl<'a> Volumes<'a> {
    /// Those that the app declares by name.
    pub(crate) fn new(app: &App, place: Place<'a>) -> Self {
        let declared = app.volumes.iter();
        let declared = declared.map(|(name, it)| (name.to_string(), source(it, place)));
        Self {
            place,
            claimed: claims(app).into_iter().map(|(name, _)| name).collect(),
            found: declared.collect(),
        }
    }

    /// The `volumeMounts` of a container.
    pub(crate) fn mount(&mut self, container: &Container) -> Tree {
        let mounts = container.mounts.iter();
        mounts
            .map(|(path, volume)| self.mount_one(path, volume))
            .collect()
    }

    fn mount_one(&mut self, path: &str, volume: &Expr) -> Tree {
        let mut fields = Fields::default();
        fields.put("name", self.name_of(path, volume));
        fields.put("mountPath", path);
        let sub_path = volume.get("sub-path");
        fields.put_some("subPath", sub_path.as_ref().and_then(Expr::text));
        if volume.thing().is_some() {
            fields.put("readOnly", true);
        }
        fields.into()
    }

    /// The volume's name in the pod; it is added where it is new.
    fn name_of(&mut self, path: &str, volume: &Expr) -> String {
        if let Some(declared) = volume.text() {
            return declared.to_owned();
        }
        let named = volume.thing().map(|it| it.name.to_string());
        let stated = || {
            volume
                .get("name")
                .and_then(|it| it.text().map(str::to_owned))
        };
        let name = named.or_else(stated).unwrap_or_else(|| label(path));
        if self.claimed.iter().any(|it| *it == name) {
            return name;
        }
        let source = source(volume, self.place);
        let free = (0..).map(|at| match at {
            0 => name.clone(),
            more => format!("{name}-{}", more + 1),
        });
        for name in free {
            match self.found.get(&name) {
                Some(other) if *other != source => {}
                _ => {
                    self.found.insert(name.clone(), source);
                    return name;
                }
            }
        }
        name
    }

    pub(crate) fn into_list(self) -> Vec<Tree> {
        let volume = |(name, source): (String, Tree)| {
            let mut tree = json!({ "name": name });
            data::merge(&mut tree, &source);
            tree
        };
        self.found.into_iter().map(volume).collect()
    }
}

/// A volume's source: `claim(..)`, `empty()`, `config-files(..)`, `volume(..)`, a declared secret, or the API's own form.
fn source(volume: &Expr, place: Place<'_>) -> Tree {
    if let Some(secret) = volume.thing() {
        return json!({ "secret": { "secretName": secret.name.as_str() } });
    }
    let text = |field: &str| {
        volume
            .get(field)
            .and_then(|it| it.text().map(str::to_owned))
    };
    match volume.maker().map(Name::as_str) {
        Some("claim") => json!({ "persistentVolumeClaim": { "claimName": text("name") } }),
        Some("config-files") => json!({ "configMap": { "name": text("name") } }),
        Some("empty") => {
            let mut fields = Fields::default();
            fields.put_some("medium", text("medium").filter(|it| !it.is_empty()));
            fields.put_some("sizeLimit", size(volume));
            json!({ "emptyDir": Tree::from(fields) })
        }
        Some("volume") => {
            json!({ "ephemeral": { "volumeClaimTemplate": { "spec": claim_spec(volume) } } })
        }
        _ => data::tree(volume, place.plan),
    }
}

fn size(volume: &Expr) -> Option<String> {
    match volume.get("size")?.value() {
        Some(Value::Bytes(size)) => Some(data::bytes(*size)),
        _ => None,
    }
}

/// The claim of `volume(2Gi)`.
pub(crate) fn claim_spec(volume: &Expr) -> Tree {
    let text = |field: &str| {
        volume
            .get(field)
            .and_then(|it| it.text().map(str::to_owned))
    };
    let mut fields = Fields::default();
    let access = text("access").unwrap_or_else(|| "ReadWriteOnce".to_owned());
    fields.put("accessModes", json!([access]));
    fields.put_some("storageClassName", text("class"));
    fields.put(
        "resources",
        json!({ "requests": { "storage": size(volume) } }),
    );
    fields.into()
}

/// The claims of a StatefulSet with their sizes.
pub(crate) fn claims(app: &App) -> Vec<(Name, i64)> {
    let Workload::Stateful(made) = &app.workload else {
        return Vec::new();
    };
    let claims = made.get("claims");
    let claims = claims.as_ref().and_then(|it| it.value()?.as_record());
    let sized = claims.into_iter().flatten().filter_map(|(name, size)| {
        if let Value::Bytes(size) = size {
            Some((name.clone(), *size))
        } else {
            None
        }
    });
    sized.collect()
}

/// `/var/cache` as the name of a volume: `var-cache`.
fn label(path: &str) -> String {
    let words = path.to_ascii_lowercase();
    let words = words.split(|it: char| !it.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    let label: String = words.join("-").chars().take(63).collect();
    if label.is_empty() {
        "root".to_owned()
    } else {
        label
    }
}

//! One container: what of a step, its security context and its resources the engine is told.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType};
use indexmap::IndexMap;
use tokio::sync::watch;

use crate::plan::Step;
use crate::run::engine::choice::Pull;
use crate::run::engine::containers::Containers;
use crate::run::evaluate::evaluate;
use crate::run::scope::{Lack, Scope};
use crate::run::text;
use crate::run::world::Bind;
use crate::value::Value;

/// A step, sidecar or probe as a container.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) engine: Arc<Containers>,
    /// What no other container of the engine is called.
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) pull: Option<Pull>,
    /// The image's own where there is none.
    pub(crate) entrypoint: Option<Vec<String>>,
    pub(crate) args: Option<Vec<String>>,
    pub(crate) env: IndexMap<String, String>,
    pub(crate) directory: Option<String>,
    pub(crate) binds: Vec<Bind>,
    /// Where the image has no such directory, what stands there.
    pub(crate) absent: Option<Bind>,
    pub(crate) rights: Rights,
    pub(crate) limits: Limits,
    pub(crate) copies: [Option<PathBuf>; 2],
    /// Told when it runs and when it is gone.
    pub(crate) life: Option<watch::Sender<Life>>,
    /// Whose network it shares.
    pub(crate) beside: Option<watch::Receiver<Life>>,
}

/// Where a container stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    #[default]
    Coming,
    /// Under this name.
    Running(String),
    Gone,
}

/// What a container may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rights {
    user: Option<String>,
    groups: Vec<String>,
    privileged: bool,
    read_only_root: bool,
    no_new: bool,
    add: Vec<String>,
    drop: Vec<String>,
}

/// What a container may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// In bytes.
    pub(crate) memory: Option<i64>,
    /// In thousand-millionths of a core.
    pub(crate) cpu: Option<i64>,
}

impl Rights {
    /// The step's `securityContext`, what it does not say taken from the pod's.
    pub(crate) fn of(step: &Step, pod: Option<&Value>, scope: &Scope) -> Result<Self, Lack> {
        let own = step.extra.get("securityContext");
        let own = own.map(|it| evaluate(it, scope)).transpose()?;
        let said = |field: &str| {
            let of = |it: Option<&Value>| it?.get(field).filter(|it| !it.is_none()).cloned();
            of(own.as_ref()).or_else(|| of(pod))
        };
        let flag = |field: &str| said(field).and_then(|it| it.as_bool());
        let (user, group) = (said("runAsUser"), said("runAsGroup"));
        let user = match (user, group) {
            (Some(user), Some(group)) => Some(format!("{}:{}", text::of(&user), text::of(&group))),
            (Some(user), None) => Some(text::of(&user)),
            (None, Some(group)) => Some(format!("0:{}", text::of(&group))),
            (None, None) => None,
        };
        let listed = |of: Option<Value>| -> Vec<String> {
            let all = of.as_ref().and_then(Value::as_list).unwrap_or_default();
            all.iter().map(text::of).collect()
        };
        let mut groups = listed(said("supplementalGroups"));
        groups.extend(said("fsGroup").as_ref().map(text::of));
        let capabilities = |field: &str| {
            let capabilities = said("capabilities");
            listed(capabilities.and_then(|it| it.get(field).cloned()))
        };
        Ok(Self {
            user,
            groups,
            privileged: flag("privileged") == Some(true),
            read_only_root: flag("readOnlyRootFilesystem") == Some(true),
            no_new: flag("allowPrivilegeEscalation") == Some(false),
            add: capabilities("add"),
            drop: capabilities("drop"),
        })
    }
}

impl Limits {
    /// The `limits` of its `computeResources`, which a sidecar calls `resources`.
    pub(crate) fn of(step: &Step, scope: &Scope) -> Result<Self, Lack> {
        let said = { step.extra.get("computeResources") }.or_else(|| step.extra.get("resources"));
        let Some(said) = said else {
            return Ok(Self::default());
        };
        let said = evaluate(said, scope)?;
        let limit = |name: &str, unit: f64| {
            let limit = said.get("limits")?.get(name).filter(|it| !it.is_none())?;
            quantity(&text::of(limit), unit)
        };
        Ok(Self {
            memory: limit("memory", 1.0),
            cpu: limit("cpu", 1e9),
        })
    }
}

/// The suffixes of quantities, and what they stand for.
const SUFFIXES: &[(&str, f64)] = &[
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
];

/// A quantity of Kubernetes, in parts of its unit.
fn quantity(text: &str, unit: f64) -> Option<i64> {
    let known = SUFFIXES.iter().find_map(|(suffix, factor)| {
        let number = text.strip_suffix(suffix)?;
        Some((number, *factor))
    });
    let (number, factor) = known.unwrap_or((text, 1.0));
    let number: f64 = number.trim().parse().ok()?;
    let all = (number * factor * unit).round();
    #[expect(clippy::cast_possible_truncation, reason = "its bounds are checked")]
    (1.0..9e18).contains(&all).then_some(all as i64)
}

impl Container {
    /// What the engine is asked for.
    pub(crate) fn body(
        &self,
        labels: HashMap<String, String>,
        network: Option<String>,
    ) -> ContainerCreateBody {
        let some = |all: &[String]| (!all.is_empty()).then(|| all.to_vec());
        let mut security = vec!["label=disable".to_owned()];
        security.extend(self.rights.no_new.then(|| "no-new-privileges".to_owned()));
        let host = HostConfig {
            mounts: Some(self.binds.iter().map(mount).collect()),
            memory: self.limits.memory.filter(|_| self.engine.able.memory),
            nano_cpus: self.limits.cpu.filter(|_| self.engine.able.cpu),
            ulimits: Some(self.engine.ulimits.clone()).filter(|it| !it.is_empty()),
            network_mode: network.map(|it| format!("container:{it}")),
            cap_add: some(&self.rights.add),
            cap_drop: some(&self.rights.drop),
            group_add: some(&self.rights.groups),
            privileged: self.rights.privileged.then_some(true),
            readonly_rootfs: self.rights.read_only_root.then_some(true),
            security_opt: Some(security),
            ..HostConfig::default()
        };
        let env = self.env.iter();
        ContainerCreateBody {
            image: Some(self.image.clone()),
            entrypoint: self.entrypoint.clone(),
            cmd: self.args.clone(),
            env: Some(env.map(|(name, it)| format!("{name}={it}")).collect()),
            working_dir: self.directory.clone(),
            user: self.rights.user.clone(),
            labels: Some(labels),
            host_config: Some(host),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..ContainerCreateBody::default()
        }
    }
}

fn mount(bind: &Bind) -> Mount {
    Mount {
        target: Some(bind.target.to_string_lossy().into_owned()),
        source: Some(bind.source.to_string_lossy().into_owned()),
        typ: Some(MountType::BIND),
        read_only: Some(bind.read_only),
        ..Mount::default()
    }
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_are_counted_in_parts_of_their_unit() {
        for (text, unit, expected) in [
            ("64Mi", 1.0, Some(67_108_864)),
            ("1G", 1.0, Some(1_000_000_000)),
            ("500m", 1e9, Some(500_000_000)),
            ("2", 1e9, Some(2_000_000_000)),
            ("0.5", 1e9, Some(500_000_000)),
            ("1e3", 1.0, Some(1000)),
            ("-1", 1.0, None),
            ("much", 1.0, None),
        ] {
            assert_eq!(quantity(text, unit), expected, "{text}");
        }
    }
}

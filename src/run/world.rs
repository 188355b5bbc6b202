//! Paths as a container has them: a mount namespace of its own for a process, where this machine grants one without more rights.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use indexmap::IndexSet;

use crate::host::scratch;
use crate::plan::{Expr, ExprKind, Part};
use crate::run::process::Launch;
use crate::value::Value;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bind {
    pub(crate) source: PathBuf,
    /// From the root.
    pub(crate) target: PathBuf,
    pub(crate) read_only: bool,
}

/// The programs that make namespaces here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct World {
    unshare: PathBuf,
    mount: PathBuf,
    umount: PathBuf,
    pivot: PathBuf,
}

/// Where those programs may be beside `PATH`.
const PLACES: &[&str] = &["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

const NAMESPACE: &[&str] = &["-rm", "--propagation", "private"];

impl World {
    /// What this machine has; `None` where it grants no namespaces.
    pub(crate) fn find() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let program = |name: &str| {
            let places = PLACES.iter().map(|it| Path::new(it).join(name));
            { places }.find(|it| scratch::is_file(it))
        };
        let world = Self {
            unshare: program("unshare")?,
            mount: program("mount")?,
            umount: program("umount")?,
            pivot: program("pivot_root")?,
        };
        let mut probe = Command::new(&world.unshare);
        probe.args(NAMESPACE).arg(&world.mount);
        probe.args(["-t", "tmpfs", "none", "/"]);
        { &mut probe }.stdin(Stdio::null()).stdout(Stdio::null());
        let granted = probe.stderr(Stdio::null()).status();
        granted.is_ok_and(|it| it.success()).then_some(world)
    }

    /// The same process with these things at their paths, in `directory` as it is called there. `file` is where the
    /// commands that lay it out are written.
    pub(crate) fn enter(
        &self,
        launch: Launch,
        binds: &[Bind],
        directory: &Path,
        file: &Path,
    ) -> std::io::Result<Launch> {
        let root = file.with_extension("root");
        scratch::make(&root)?;
        scratch::write(file, self.script(&root, binds).as_bytes())?;
        let text = |it: &Path| it.to_string_lossy().into_owned();
        let mut command = vec![text(&self.unshare)];
        command.extend(NAMESPACE.iter().map(|it| (*it).to_owned()));
        command.extend(["/bin/sh".to_owned(), text(file), text(directory)]);
        command.extend(launch.command);
        Ok(Launch { command, ..launch })
    }

    /// The commands that make a root of all that is in the one around, with the things at their paths.
    fn script(&self, root: &Path, binds: &[Bind]) -> String {
        let binds: Vec<Bind> = binds.iter().map(settled).collect();
        let above: IndexSet<PathBuf> = { binds.iter() }
            .flat_map(|it| it.target.ancestors().skip(1))
            .filter(|it| it.parent().is_some())
            .map(Path::to_owned)
            .collect();
        let targets = binds.iter().map(|it| it.target.clone());
        let targets: IndexSet<PathBuf> = targets.collect();
        let pattern = |all: &mut dyn Iterator<Item = &PathBuf>| {
            let quoted: Vec<String> = all.map(|it| quoted(it)).collect();
            quoted.join("|")
        };
        let own = pattern(&mut targets.iter());
        let parents = above.iter().filter(|it| !targets.contains(*it));
        let parents = pattern(&mut { parents });
        let parents = match parents.is_empty() {
            true => String::new(),
            false => format!("{parents}) mkdir \"$root$it\"; lay \"$it\"; continue ;;\n"),
        };
        let (mount, umount) = (quoted(&self.mount), quoted(&self.umount));
        let (pivot, root) = (quoted(&self.pivot), quoted(root));
        let mut script = format!(
            "set -e\nroot={root}\n{mount} -t tmpfs -o mode=755 none \"$root\"\nlay() {{\n\
             for it in \"$1\"/* \"$1\"/.[!.]*; do\n[ -e \"$it\" ] || [ -L \"$it\" ] || continue\n\
             case \"$it\" in\n{own}) continue ;;\n{parents}esac\n\
             if [ -L \"$it\" ]; then cp -P \"$it\" \"$root$it\"\n\
             elif [ -d \"$it\" ]; then mkdir \"$root$it\"; {mount} --rbind \"$it\" \"$root$it\" || :\n\
             else : > \"$root$it\"; {mount} --bind \"$it\" \"$root$it\" || :\nfi\ndone\n}}\nlay ''\n"
        );
        let mut ordered = binds;
        ordered.sort_by_key(|it| it.target.components().count());
        for it in &ordered {
            let (source, target) = (quoted(&it.source), quoted(&it.target));
            let made = match (scratch::is_file(&it.source), it.target.parent()) {
                (true, Some(parent)) => {
                    let parent = quoted(parent);
                    format!("mkdir -p \"$root\"{parent}\n: > \"$root\"{target}\n")
                }
                (_, _) => format!("mkdir -p \"$root\"{target}\n"),
            };
            script += &made;
            script += &format!("{mount} --bind {source} \"$root\"{target}\n");
            if it.read_only {
                // What is mounted with less rights may only be mounted again with as few.
                script += &format!(
                    "for with in ro ro,nosuid,nodev ro,nosuid,nodev,noexec; do\n\
                     {mount} -o \"remount,bind,$with\" \"$root\"{target} 2> /dev/null && with= && break\ndone\n\
                     [ -z \"$with\" ]\n"
                );
            }
        }
        script += &format!(
            "cd \"$root\"\nmkdir .old\n{pivot} . .old\ncd /\n{umount} -l /.old\nrmdir /.old\ncd \"$1\"\nshift\nexec \"$@\"\n"
        );
        script
    }
}

/// With the links in the part of the target's path that is there followed, so that nothing is made through them.
fn settled(bind: &Bind) -> Bind {
    let own = ["/workspace", "/tekton"];
    let mut bind = bind.clone();
    bind.target = plain(&bind.target);
    if own.iter().any(|it| bind.target.starts_with(it)) {
        return bind;
    }
    for above in bind.target.ancestors().skip(1) {
        if let Ok(whole) = scratch::whole(above)
            && let Ok(rest) = bind.target.strip_prefix(above)
        {
            bind.target = whole.join(rest);
            break;
        }
    }
    bind
}

/// A path from the root without `.` and `..`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(it) => plain.push(it),
            Component::ParentDir => {
                plain.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    plain
}

/// As one word for a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// Where on this machine a path leads that is meant for a process with these things at their paths.
pub(crate) fn outside(path: &Path, binds: &[Bind]) -> PathBuf {
    let path = plain(path);
    let fits = binds.iter().filter(|it| path.starts_with(&it.target));
    let nearest = fits.max_by_key(|it| it.target.components().count());
    let below = nearest.and_then(|it| Some((it, path.strip_prefix(&it.target).ok()?)));
    match below {
        Some((bind, rest)) if rest.as_os_str().is_empty() => bind.source.clone(),
        Some((bind, rest)) => bind.source.join(rest),
        None => path,
    }
}

/// Whether the text of an expression names a path that only a container has.
pub(crate) fn names_a_path(expr: &Expr) -> bool {
    let names = |text: &str| text.contains("/tekton") || text.contains("/workspace");
    match &expr.kind {
        ExprKind::Const(value) => in_value(value, &names),
        ExprKind::Text(parts) => parts.iter().any(|it| match it {
            Part::Text(it) => names(it),
            Part::Hole(it) => names_a_path(it),
        }),
        ExprKind::List(all) | ExprKind::Call(_, all) => all.iter().any(names_a_path),
        ExprKind::Record(fields) | ExprKind::Make(_, fields) => fields.values().any(names_a_path),
        ExprKind::If(three) => names_a_path(&three.1) || names_a_path(&three.2),
        ExprKind::Binary(_, two) | ExprKind::Index(two) => {
            names_a_path(&two.0) || names_a_path(&two.1)
        }
        ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Each(of) => names_a_path(of),
        ExprKind::Ref(_) | ExprKind::Error => false,
    }
}

/// The same of a value.
pub(crate) fn value_names_a_path(value: &Value) -> bool {
    in_value(value, &|text: &str| {
        text.contains("/tekton") || text.contains("/workspace")
    })
}

fn in_value(value: &Value, names: &dyn Fn(&str) -> bool) -> bool {
    if let Some(text) = value.as_str() {
        return names(text);
    }
    if let Some(all) = value.as_list() {
        return all.iter().any(|it| in_value(it, names));
    }
    let fields = value.as_record().into_iter().flatten();
    { fields }.any(|(_, it)| in_value(it, names))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Bind, outside, plain};

    #[test]
    fn paths_lead_to_where_they_are_kept() {
        let bind = |source: &str, target: &str| Bind {
            source: PathBuf::from(source),
            target: PathBuf::from(target),
            read_only: false,
        };
        let binds = [bind("/h", "/workspace"), bind("/h/w", "/workspace/src")];
        let at = |path: &str| outside(Path::new(path), &binds);
        assert_eq!(at("/workspace/src/a"), PathBuf::from("/h/w/a"));
        assert_eq!(at("/workspace/srcs"), PathBuf::from("/h/srcs"));
        assert_eq!(at("/etc/hosts"), PathBuf::from("/etc/hosts"));
        assert_eq!(plain(Path::new("/a/./b/../c/")), PathBuf::from("/a/c"));
    }
}

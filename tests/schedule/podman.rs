//! Tasks in containers: what images, users, mounts, limits and pulls mean there, and that nothing stays behind.
//!
//! The image is made here, of a busybox that needs no libraries: nothing is fetched.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::tool;

/// What stands for every image. It says something by itself, starts in `/srv`, and knows a variable.
pub const IMAGE: &str = "localhost/wudi-test:1";

/// Whether podman runs containers here; if not, that is said.
pub fn is_there() -> bool {
    static THERE: OnceLock<Option<String>> = OnceLock::new();
    let why = THERE.get_or_init(|| {
        if !runs(Command::new("podman").arg("--version")) {
            tool::skip("no podman");
            return Some(String::new());
        }
        let busybox = ["/bin/busybox", "/usr/bin/busybox"];
        let Some(busybox) = busybox.iter().find(|it| Path::new(it).is_file()) else {
            tool::skip("no busybox");
            return Some(String::new());
        };
        made(busybox).or_else(tried)
    });
    match why.as_deref() {
        None => true,
        Some("") => false,
        Some(why) => {
            tool::tell(&format!(
                "PODMAN CANNOT RUN A CONTAINER HERE, without wudi as well: {why}"
            ));
            false
        }
    }
}

/// Makes the image; otherwise gives why it cannot be.
fn made(busybox: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    for it in ["bin", "etc", "srv", "tmp"] {
        std::fs::create_dir_all(root.join(it)).unwrap();
    }
    std::fs::copy(busybox, root.join("bin/busybox")).unwrap();
    std::fs::write(
        root.join("etc/passwd"),
        "root:x:0:0::/root:/bin/sh\nada:x:1001:1001::/home/ada:/bin/sh\n",
    )
    .unwrap();
    for it in [
        "sh", "cat", "echo", "id", "sleep", "touch", "true", "wget", "httpd", "mkdir", "pwd", "rm",
    ] {
        std::os::unix::fs::symlink("busybox", root.join("bin").join(it)).unwrap();
    }
    let archive = directory.path().join("root.tar");
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&root).arg("-cf").arg(&archive).arg(".");
    assert!(runs(&mut tar), "tar makes an archive");
    let mut import = Command::new("podman");
    import.arg("import");
    for it in [
        "ENTRYPOINT [\"/bin/echo\", \"the image says\"]",
        "CMD [\"its words\"]",
        "ENV FROM_IMAGE=yes",
        "WORKDIR /srv",
    ] {
        import.args(["--change", it]);
    }
    said(import.arg(&archive).arg(IMAGE)).err()
}

/// Runs a container without wudi.
fn tried() -> Option<String> {
    let mut run = Command::new("podman");
    run.args([
        "run",
        "--rm",
        "--ulimit=nofile=1024:1024",
        "--ulimit=nproc=1024:1024",
    ]);
    said(run.args(["--entrypoint", "/bin/true", IMAGE])).err()
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().unwrap();
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    quiet
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
}

/// What one run told.
struct Told(Vec<Value>);

impl Told {
    fn lines(&self) -> Vec<&str> {
        let logs = self.0.iter().filter(|it| it["event"] == "log");
        logs.map(|it| it["line"].as_str().unwrap()).collect()
    }

    fn end(&self, task: &str) -> &Value {
        let mut ends = self.0.iter().filter(|it| it["event"] == "task-finished");
        ends.find(|it| it["task"] == task).unwrap()
    }
}

/// Runs a task of these steps, and of what else is said of it.
fn told(steps: &str, more: &str, arguments: &[&str]) -> Told {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.yaml");
    let text = format!(
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {{ name: go }}\nspec:\n  pipelineSpec:\n    tasks:\n    - name: a\n      taskSpec:\n        steps: [{steps}]\n{more}"
    );
    std::fs::write(&file, &text).unwrap();
    let mut wudi = Command::new(env!("CARGO_BIN_EXE_wudi"));
    wudi.args(["--format", "json", "run"]).arg(&file);
    wudi.args(["--engine", "podman", "--image", &format!("busybox={IMAGE}")]);
    let output = wudi.args(arguments).stdin(Stdio::null()).output().unwrap();
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let events: Vec<Value> = { lines.lines() }
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(!events.is_empty(), "{text}\n{talk}");
    Told(events)
}

#[test]
fn a_container_is_what_its_step_says() {
    if !is_there() {
        return;
    }
    let steps = "{ name: own, image: busybox }, { name: words, image: busybox, args: [more] }, \
         { name: told, image: busybox, command: [sh, -c], args: ['pwd; echo $FROM_IMAGE; id -u'], securityContext: { runAsUser: 1001 } }, \
         { name: there, image: busybox, workingDir: sub/dir, command: [pwd] }, \
         { name: absent, image: busybox, workingDir: /not/in/it, command: [pwd] }, \
         { name: small, image: busybox, script: 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2> /tmp/no || true', computeResources: { limits: { memory: 64Mi } } }";
    let told = told(steps, "", &[]);
    let expected = [
        "the image says its words",
        "the image says more",
        "/srv",
        "yes",
        "1001",
        "/workspace/sub/dir",
        "/not/in/it",
    ];
    let lines = told.lines();
    assert_eq!(lines[..expected.len().min(lines.len())], expected);
    // Where nothing limits memory there is nothing to read.
    assert!(
        lines[expected.len()..]
            .iter()
            .all(|it| *it == "67108864" || *it == "max"),
        "{lines:?}"
    );
}

#[test]
fn what_is_to_be_read_cannot_be_written() {
    if !is_there() {
        return;
    }
    let steps = "{ name: s, image: busybox, script: 'cat /etc/own/key; echo; touch /etc/own/other || echo refused; echo x > /data/y && cat /data/y', \
         volumeMounts: [{ name: c, mountPath: /etc/own }, { name: d, mountPath: /data }], securityContext: { runAsUser: 1001 } }";
    let more = "        volumes: [{ name: c, configMap: { name: settings } }, { name: d, emptyDir: {} }]\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { key: kept }\n";
    let told = told(steps, more, &[]);
    let out: Vec<&str> = { told.lines().into_iter() }
        .filter(|it| !it.contains("Read-only"))
        .collect();
    assert_eq!(out, ["kept", "refused", "x"]);
}

#[test]
fn sidecars_share_the_network_and_are_waited_for() {
    if !is_there() {
        return;
    }
    let steps = "{ name: s, image: busybox, command: [wget, -qO-, 'http://localhost:8080/a'] }";
    let more = "        sidecars: [{ name: web, image: busybox, script: 'sleep 0.3; mkdir /tmp/w; echo served > /tmp/w/a; httpd -f -p 8080 -h /tmp/w', \
         readinessProbe: { httpGet: { port: 8080, path: /a } } }]\n";
    assert_eq!(told(steps, more, &[]).lines(), ["served"]);
}

#[test]
fn what_takes_too_long_is_killed_and_leaves_nothing() {
    if !is_there() {
        return;
    }
    let told = told(
        "{ name: s, image: busybox, script: 'echo begun; sleep 60' }",
        "      timeout: 2s\n",
        &[],
    );
    assert_eq!(told.end("a")["reason"], "TaskRunTimeout");
    assert_eq!(told.lines(), ["begun"]);
    let mut left = Command::new("podman");
    left.args(["ps", "--all", "--quiet", "--filter"]);
    let name = format!("name=wudi-{}-", told.0[0]["name"].as_str().unwrap());
    assert_eq!(said(left.arg(name)).unwrap(), "");
}

#[test]
fn an_image_that_cannot_be_had_fails_its_task() {
    if !is_there() {
        return;
    }
    let step = "{ name: s, image: 'localhost/wudi-nothing:1', script: 'true' }";
    let told = told(step, "", &["--pull", "never"]);
    let end = told.end("a");
    assert_eq!(end["reason"], "TaskRunImagePullFailed");
    assert!(
        end["message"]
            .as_str()
            .unwrap()
            .contains("its pull policy is Never"),
        "{end}"
    );
}

#[test]
fn a_program_that_is_not_there_fails_its_step() {
    if !is_there() {
        return;
    }
    let told = told(
        "{ name: s, image: busybox, command: [/bin/nothing] }",
        "",
        &[],
    );
    let end = told.end("a");
    assert_eq!(end["message"], "\"step-s\" exited with code 127");
    assert!(
        told.lines()[0].starts_with("cannot start `/bin/nothing`"),
        "{:?}",
        told.lines()
    );
}

#[test]
fn one_task_may_run_elsewhere_than_the_others() {
    if !is_there() {
        return;
    }
    let more = "    - name: b\n      runAfter: [a]\n      taskSpec:\n        steps: [{ name: s, image: busybox, script: 'echo \"here $FROM_IMAGE\"' }]\n";
    let step = "{ name: s, image: busybox, script: 'echo \"there $FROM_IMAGE\"' }";
    let told = told(step, more, &["--engine", "b=processes"]);
    assert_eq!(told.lines(), ["there yes", "here "]);
}

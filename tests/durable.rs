//! What outlives a process: runs that are killed at any moment end as if they had not been, secrets are nowhere on the disk, a disk that
//! is full or a folder that cannot be written to fails no run.
//!
//! `WUDI_KILLS=400` kills so many runs, `WUDI_SEED=17` shows one.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may"
)]

#[path = "oracle/chance.rs"]
mod chance;
#[path = "durable/kill.rs"]
mod kill;
#[path = "durable/pipelines.rs"]
mod pipelines;
#[path = "durable/wudi.rs"]
mod wudi;

use std::fs;
use std::path::Path;
use std::time::Duration;

use wudi::{Home, have};

/// So many runs are killed, some of them more than once.
const KILLS: u64 = 40;

#[test]
fn a_run_that_is_killed_ends_as_if_it_had_not_been() {
    if let Ok(seed) = std::env::var("WUDI_SEED") {
        let seen = kill::one(seed.parse().unwrap());
        return eprintln!("{seen:#?}");
    }
    let kills = std::env::var("WUDI_KILLS").map_or(KILLS, |it| it.parse().unwrap());
    let half = |odd: u64| {
        std::thread::spawn(move || {
            let seeds = (0..kills).filter(|it| it % 2 == odd);
            seeds.map(kill::one).collect::<Vec<_>>()
        })
    };
    let halves = [half(0), half(1)];
    let seen: Vec<kill::Seen> = halves
        .into_iter()
        .flat_map(|it| it.join().unwrap())
        .collect();
    let sum = |of: fn(&kill::Seen) -> usize| seen.iter().map(of).sum::<usize>();
    let (killed, finished, resumed) = (
        sum(|it| it.killed),
        sum(|it| it.finished),
        sum(|it| it.resumed),
    );
    eprintln!(
        "{killed} kills of {kills} runs: {finished} tasks had ended before, {resumed} kills were taken up again"
    );
    assert!(
        killed as u64 > kills / 2 && finished > 0 && resumed > 0,
        "the kills come too late"
    );
}

/// A process that a killed run left behind would write to what the task that runs again writes to.
#[test]
fn what_a_killed_run_left_behind_is_killed_before_it_goes_on() {
    let home = Home::new();
    home.write(
        "main.wudi",
        r#"
task linger {
  workspace files: rw
  step s {
    image: "busybox:1.37"
    script: """
      #!/bin/sh
      echo begun >> #{files.path}/log
      [ "$(wc -l < #{files.path}/log)" -gt 1 ] && exit 0
      (sleep 2; echo late >> #{files.path}/log) &
      sleep 60
      """
  }
}
pipeline p {
  workspace files
  linger = linger(files:)
}
"#,
    );
    let files = home.directory("files");
    let mut run = home.start(&[
        "run",
        "main.wudi",
        "--workspace",
        &format!("files={}", files.display()),
    ]);
    wait_for(&files.join("log"));
    run.kill();
    let resumed = home.wudi(&["run", "--resume"]);
    assert!(resumed.status.success(), "{}", resumed.shown());
    std::thread::sleep(Duration::from_millis(2500));
    let log = fs::read_to_string(files.join("log")).unwrap();
    assert_eq!(log, "begun\nbegun\n");
}

fn wait_for(path: &Path) {
    for _ in 0..600 {
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} does not come", path.display());
}

const SECRET: &str = "correct horse/battery+staple";
const OTHER: &str = "tr0ub4dor&3";

const NEEDLES: [&str; 8] = [
    SECRET,
    OTHER,
    "correct%20horse",
    "correct+horse",
    // From the middle of each of the three ways in which base64 may begin.
    "cnJlY3QgaG9yc2UvYmF0",
    "b3JyZWN0IGhvcnNlL2Jh",
    "Y29ycmVjdCBob3JzZS9i",
    "dHIwdWI0ZG9y",
];

const LEAKS: &str = r#"
extern secret pass { keys: ["word", "other"] }

task leak -> { plain: String, coded: String } {
  step s {
    image: "busybox:1.37"
    env: { WORD: pass.word, OTHER: pass.other }
    script: """
      #!/bin/sh
      for cut in 1 5 12 20; do
        printf %s "$(printf %s "$WORD" | head -c "$cut")"; sleep 0.02
        printf '%s\n' "$(printf %s "$WORD" | tail -c +"$((cut + 1))")"
      done
      for prefix in '' x xy; do printf %s "$prefix$WORD" | base64; printf %s "$prefix$WORD:more" | base64; done
      echo 'https://u:correct%20horse%2Fbattery%2Bstaple@example.com/?p=correct+horse%2Fbattery%2Bstaple'
      echo "{\"a\": \"$WORD\", \"b\": \"$OTHER\"}" >&2
      printf %s "it is $WORD" > #{results.plain.path}
      printf %s "$OTHER" | base64 > #{results.coded.path}
      """
  }
}
task use(text: String, coded: String) -> { same: String } {
  step s {
    image: "busybox:1.37"
    env: { TEXT: text, CODED: coded, WORD: pass.word }
    script: """
      [ "$TEXT" = "it is $WORD" ] || exit 7
      echo "$CODED" | base64 -d
      printf %s "$TEXT" > #{results.same.path}
      """
  }
}
task last(text: String) {
  step s { image: "busybox:1.37", env: { TEXT: text }, script: "echo \"$TEXT\"; test -e MARK" }
}
pipeline p -> { same: String } {
  leak = leak()
  use  = use(text: leak.plain, coded: leak.coded)
  last = last(text: use.same)
  results: { same: use.same }
}
"#;

/// As it is, in base64 wherever it begins, in a URL, on lines of its own, torn into pieces by how it is written.
#[test]
fn secrets_are_nowhere_on_the_disk() {
    let home = Home::new();
    home.write(
        "main.wudi",
        LEAKS
            .replace("MARK", &home.path("mark").display().to_string())
            .as_str(),
    );
    let secrets = [format!("pass/word={SECRET}"), format!("pass/other={OTHER}")];
    let secrets = ["--secret", &secrets[0], "--secret", &secrets[1]];
    let report = home.path("junit.xml").display().to_string();
    let mut shown = String::new();
    let failed = home.wudi(&[&["run", "main.wudi", "--junit", &report][..], &secrets].concat());
    assert_eq!(failed.status.code(), Some(1), "{}", failed.shown());
    shown += &failed.shown();
    home.write("mark", "");
    // Results that hold a secret come back, from nothing but what is masked.
    let resumed = [
        &["run", "--resume", "--format", "json", "--junit", &report][..],
        &secrets,
    ]
    .concat();
    let resumed = home.wudi(&resumed);
    assert!(resumed.status.success(), "{}", resumed.shown());
    assert!(
        !resumed
            .shown()
            .contains("\"event\":\"task-started\",\"task\":\"use\""),
        "{}",
        resumed.shown()
    );
    shown += &resumed.shown();
    for command in [
        &["show"][..],
        &["show", "--format", "json"],
        &["logs"],
        &["runs"],
    ] {
        shown += &home.wudi(command).shown();
    }
    shown += &fs::read_to_string(home.path("junit.xml")).unwrap();
    assert!(shown.contains("***"), "{shown}");
    for needle in NEEDLES {
        assert!(!shown.contains(needle), "`{needle}` is shown:\n{shown}");
    }
    for file in home.kept() {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for needle in NEEDLES {
            assert!(
                !text.contains(needle),
                "`{needle}` is in {}",
                file.display()
            );
        }
    }
}

const THREE: &str = r#"
task say(text: String) -> { out: String } {
  step s { image: "busybox:1.37", env: { TEXT: text }, script: "echo \"$TEXT\"; printf %s \"$TEXT.\" > #{results.out.path}" }
}
pipeline p -> { out: String } {
  a = say(text: "a")
  b = say(text: a.out)
  c = say(text: b.out)
  results: { out: c.out }
}
"#;

#[test]
fn a_folder_that_cannot_be_written_to_is_named_once_and_fails_nothing() {
    let home = Home::new();
    home.write("main.wudi", THREE);
    home.write("state", "no folder");
    let done = home.wudi(&["run", "main.wudi"]);
    assert!(done.status.success(), "{}", done.shown());
    let told = done.shown().matches("cannot keep this run").count();
    assert_eq!(told, 1, "{}", done.shown());
    assert_eq!(
        done.shown().matches("history of this run").count(),
        1,
        "{}",
        done.shown()
    );
}

#[test]
fn a_history_that_is_damaged_is_named_once_and_fails_nothing() {
    let home = Home::new();
    home.write("main.wudi", THREE);
    fs::create_dir_all(home.path("state/wudi")).unwrap();
    home.write("state/wudi/history.sqlite", &"no database ".repeat(1000));
    let done = home.wudi(&["run", "main.wudi"]);
    assert!(done.status.success(), "{}", done.shown());
    assert_eq!(
        done.shown().matches("it is damaged").count(),
        1,
        "{}",
        done.shown()
    );
}

/// On a file system of its own, so small that a task fills it.
#[test]
fn a_full_disk_loses_nothing_that_ended() {
    if !have("unshare", &["-rm", "true"]) {
        return eprintln!("this machine grants no mounts: not tried");
    }
    let home = Home::new();
    home.write(
        "main.wudi",
        r#"
task fill(how: String) -> { out: String } {
  workspace files: rw
  step s {
    image: "busybox:1.37"
    env: { HOW: how }
    script: """
      #!/bin/sh
      printf %s ok > #{results.out.path}
      case "$HOW" in full) cat /dev/zero > #{files.path}/zero 2> /dev/null; exit 0 ;; esac
      test ! -e /MARK || rm -f #{files.path}/zero
      """
  }
}
pipeline p -> { out: String } {
  workspace files
  a = fill(how: "", files:)
  b = fill(how: "full", files:) { after: [a] }
  c = fill(how: "", files:) { after: [b] }
  d = fill(how: "", files:) { after: [c] }
  results: { out: d.out }
}
"#
        .replace("/MARK", &home.path("mark").display().to_string())
        .as_str(),
    );
    fs::create_dir(home.path("state")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=2m none '{state}' || exit 9\n\
         {wudi} run main.wudi --format json\necho first $?\n\
         rm -f '{state}'/wudi/runs/*/files/workspaces/files/zero\n\
         {wudi} run --resume --format json\necho second $?\n{wudi} show\n",
        state = home.path("state").display(),
        wudi = env!("CARGO_BIN_EXE_wudi"),
    );
    let done = home.command("unshare", &["-rm", "sh", "-c", &script]);
    let shown = done.shown();
    if shown.contains("exit 9") || done.status.code() == Some(9) {
        return eprintln!("this machine grants no mounts: not tried");
    }
    assert!(shown.contains("disk is full"), "{shown}");
    let (first, second) = shown.split_once("first ").expect("the first run ends");
    // What ended is told, and is not done again by the second.
    assert!(first.contains("\"event\":\"run-finished\""), "{shown}");
    assert!(second.starts_with('1'), "{shown}");
    assert!(second.contains("second 0"), "{shown}");
    assert!(
        !second.contains("\"event\":\"task-started\",\"task\":\"a\""),
        "{shown}"
    );
}

/// The history is shared: many processes write to it at once, and each finds its own.
#[test]
fn many_processes_write_to_one_history() {
    let home = Home::new();
    home.write("main.wudi", THREE);
    let all: Vec<_> = (0..8).map(|_| home.start(&["run", "main.wudi"])).collect();
    for mut it in all {
        assert!(it.wait().success());
    }
    let listed = home.wudi(&["runs", "--format", "json"]).out;
    assert_eq!(
        listed.matches("\"status\":\"succeeded\"").count(),
        8,
        "{listed}"
    );
    for run in listed.lines() {
        let run: serde_json::Value = serde_json::from_str(run).unwrap();
        let shown = home
            .wudi(&["show", run["run"].as_str().unwrap(), "--format", "json"])
            .out;
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["tasks"].as_array().unwrap().len(), 3);
        assert_eq!(shown["results"]["out"], "a...");
    }
}

#[test]
fn what_steps_write_is_followed_to_the_end() {
    let home = Home::new();
    home.write(
        "main.wudi",
        r#"
task slow {
  step s { image: "busybox:1.37", script: "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.3; done" }
}
pipeline p { slow = slow() }
"#,
    );
    let mut run = home.start(&["run", "main.wudi"]);
    while !home.wudi(&["runs"]).out.contains("running") {
        std::thread::sleep(Duration::from_millis(50));
    }
    let followed = home.wudi(&["logs", "--follow"]).out;
    let lines: Vec<String> = (1..=6)
        .map(|it| format!("[slow : s] line {it}\n"))
        .collect();
    assert_eq!(followed, lines.concat());
    assert!(run.wait().success());
}

/// Two runs that share the cache do what each would have done alone, also while it is pruned.
#[test]
fn runs_share_a_cache() {
    let home = Home::new();
    home.write(
        "main.wudi",
        r#"
task make(text: String) -> { out: String } {
  workspace files: rw
  cache: { outputs: { files: ["*.txt"] } }
  step s {
    image: "busybox:1.37"
    env: { TEXT: text }
    script: "printf %s \"$TEXT\" > #{files.path}/\"$TEXT\".txt; printf %s \"$TEXT\" > #{results.out.path}"
  }
}
task all -> { out: String } {
  workspace files
  step s { image: "busybox:1.37", script: "cat #{files.path}/*.txt > #{results.out.path}" }
}
pipeline p -> { out: String } {
  workspace files
  a   = make(text: "a", files:)
  b   = make(text: "b", files:) { after: [a] }
  c   = make(text: "c", files:) { after: [b] }
  d   = make(text: "d", files:) { after: [c] }
  all = all(files:) { after: [d] }
  results: { out: all.out }
}
"#,
    );
    let all: Vec<_> = (0..6)
        .map(|_| home.start(&["run", "main.wudi", "--format", "json"]))
        .collect();
    for _ in 0..5 {
        home.wudi(&["cache", "--prune"]);
    }
    for mut it in all {
        assert!(it.wait().success());
        let out = it.out();
        assert!(out.contains("\"results\":{\"out\":\"abcd\"}"), "{out}");
    }
    home.wudi(&["run", "main.wudi"]);
    let done = home.wudi(&["run", "main.wudi", "--format", "json"]).out;
    assert_eq!(done.matches("\"reused\":\"cache\"").count(), 4, "{done}");
    assert!(done.contains("\"results\":{\"out\":\"abcd\"}"), "{done}");
}

#[test]
fn a_shell_is_where_the_step_failed() {
    if !have("script", &["--version"]) {
        return eprintln!("there is no `script`: not tried");
    }
    let home = Home::new();
    home.write(
        "main.wudi",
        r#"
task broken {
  step s { image: "busybox:1.37", env: { COLOUR: "teal" }, script: "pwd > here; exit 3" }
}
pipeline p { broken = broken() }
"#,
    );
    let wudi = env!("CARGO_BIN_EXE_wudi");
    let command = format!("{wudi} run main.wudi --on-failure shell");
    let typed =
        "echo \"it is $COLOUR\"; [ \"$(cat here)\" = \"$(pwd)\" ] && echo same $((40 + 2))\nexit\n";
    let done = home.typed("script", &["-qec", &command, "/dev/null"], typed);
    assert!(done.out.contains("it is teal"), "{}", done.out);
    assert!(done.out.contains("same 42"), "{}", done.out);
    assert!(done.out.contains("exited with code 3"), "{}", done.out);
    let without = home.wudi(&["run", "main.wudi", "--on-failure", "shell"]);
    assert_eq!(without.status.code(), Some(2));
}

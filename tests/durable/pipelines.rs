//! Pipelines by chance, whose outcome does not depend on which of two tasks is faster.

use std::fmt::Write as _;

use crate::chance::Chance;

/// What tasks do: a little work, each result from what was given.
const TASKS: &str = r##"
task work(name: String, text: String) -> { out: String } {
  step s {
    image: "busybox:1.37"
    env: { NAME: name, TEXT: text }
    script: """
      #!/bin/sh
      sleep 0.01
      echo "$NAME works"
      printf '%s-%s' "$NAME" "$(printf %s "$TEXT" | cksum | cut -d ' ' -f 1)" > #{results.out.path}
      """
  }
}
task keep(name: String, text: String) -> { out: String } {
  workspace files: rw
  step s {
    image: "busybox:1.37"
    env: { NAME: name, TEXT: text }
    script: """
      #!/bin/sh
      printf %s "$TEXT" > #{files.path}/"$NAME"
      sleep 0.01
      printf %s "$(cat #{files.path}/* | cksum | tr ' ' -)" > #{results.out.path}
      """
  }
}
task again(text: String) -> { out: String } {
  step s {
    image: "busybox:1.37"
    env: { TRY: context.task.retry-count, TEXT: text }
    script: "sleep 0.01; [ \"$TRY\" -ge 1 ] || exit 3; printf %s \"$TEXT\" > #{results.out.path}"
  }
}
task fail { step s { image: "busybox:1.37", script: "sleep 0.01; exit 4" } }
task two {
  step a { image: "busybox:1.37", script: "sleep 0.01" }
  step b { image: "busybox:1.37", script: "sleep 0.01" }
}

pipeline inner(text: String) -> { out: String } {
  first  = work(name: "first", text:)
  second = work(name: "second", text: first.out)
  results: { out: second.out }
}
"##;

/// A program with one pipeline, `p`.
pub(crate) fn program(seed: u64) -> String {
    let mut chance = Chance::new(seed);
    let mut nodes = String::new();
    // Nodes whose results can be used, and all nodes that end well.
    let (mut sources, mut all): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut keeper: Option<String> = None;
    for at in 0..18 {
        let name = format!("t{at}");
        let text = match sources.is_empty() || chance.percent(15) {
            true => format!("\"{at}\""),
            false => format!("{}.out", chance.pick(&sources)),
        };
        let mut after = Vec::new();
        if !all.is_empty() && chance.percent(40) {
            after.push(chance.pick(&all).clone());
        }
        let mut options = Vec::new();
        let (call, gives) = match chance.below(12) {
            0..=3 => (format!("work(name: \"{name}\", text: {text})"), true),
            4..=6 => {
                after.extend(keeper.replace(name.clone()));
                (
                    format!("keep(name: \"{name}\", text: {text}, files:)"),
                    true,
                )
            }
            7 => {
                options.push("retries: 2".to_owned());
                (format!("again(text: {text})"), true)
            }
            8 => (format!("inner(text: {text})"), true),
            9 => (
                format!("work(name: \"{name}\", text: each [\"a\", \"b\", \"c\"])"),
                false,
            ),
            10 => {
                options.push("onError: \"continue\"".to_owned());
                ("fail()".to_owned(), false)
            }
            _ => ("two()".to_owned(), false),
        };
        if gives && !sources.is_empty() && chance.percent(10) {
            // Skipped by itself; nothing uses what it would give.
            let source = chance.pick(&sources);
            options.push(format!("when: {source}.out == \"never\""));
        } else if gives {
            sources.push(name.clone());
        }
        after.sort();
        after.dedup();
        if !after.is_empty() {
            options.push(format!("after: [{}]", after.join(", ")));
        }
        let _ = writeln!(nodes, "  {name} = {call} {{ {} }}", options.join(", "));
        all.push(name);
    }
    // What fails comes last, so that it is the same whatever is faster.
    if chance.percent(30) {
        let _ = writeln!(nodes, "  broken = fail() {{ after: [{}] }}", all.join(", "));
    }
    let results: Vec<String> = sources.iter().map(|it| format!("{it}: {it}.out")).collect();
    let declared: Vec<String> = sources.iter().map(|it| format!("{it}: String")).collect();
    format!(
        "{TASKS}\npipeline p -> {{ {} }} {{\n  workspace files\n{nodes}  finally {{\n    end = keep(name: \"end\", text: \"end\", files:)\n  }}\n  results: {{ {} }}\n}}\n",
        declared.join(", "),
        results.join(", ")
    )
}

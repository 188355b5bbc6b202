//! `tests/yaml/TOPIC.yaml`: what is said about plain YAML. Comments before the first document may say what the target is:
//! `# flag: NAME=VALUE`, `# default: NAME=VALUE`, `# target: NAME=VERSION`.

use std::path::Path;

use wudi::{MemoryHost, Session, Target};

use crate::support::{self, compare};

pub fn findings(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let target = target(&text);
    let name = Path::new(path.file_name().unwrap());
    let host = MemoryHost::new().with_file(name, text);
    let mut session = Session::new(Box::new(host));
    session.open_yaml(&[name.to_owned()], Vec::new(), &target);
    let found = match session.diagnostics() {
        [] => "nothing is found\n".to_owned(),
        _ => support::findings(&session),
    };
    compare(path, &found);
    Ok(())
}

pub fn target(text: &str) -> Target {
    let mut target = Target::default();
    for line in text.lines().map_while(|it| it.strip_prefix("# ")) {
        let Some((what, pair)) = line.split_once(": ") else {
            continue;
        };
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let pair = (name.to_owned(), value.to_owned());
        match what {
            "flag" => target.flags.push(pair),
            "default" => target.defaults.push(pair),
            "target" => target.versions.push(pair),
            _ => {}
        }
    }
    target
}

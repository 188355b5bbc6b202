//! `tests/import/TOPIC.yaml`: the program that YAML becomes, and the proof that it says the same. The comments at its top say what
//! the target is, as for the suite yaml; `# rewrite-scripts` is a line of its own.

use std::path::Path;

use wudi::{MemoryHost, Session};

use crate::support::{self, compare};
use crate::yaml::target;

pub fn program(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let name = Path::new(path.file_name().unwrap());
    let (session, made) = import(name, &text);
    let findings = support::findings(&session);
    let Some(made) = made else {
        compare(path, &findings);
        return Ok(());
    };
    let (_, again) = import(name, &text);
    assert_eq!(Some(&made), again.as_ref(), "importing again");
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let laid_out = session.format(Path::new("it.wudi"), made.program.clone().into_bytes());
    assert_eq!(laid_out.unwrap(), made.program, "formatting changes it");
    compare(
        path,
        &format!("{}==> proof\n{}{findings}", made.program, made.proof),
    );
    Ok(())
}

#[derive(PartialEq, Eq, Debug)]
struct Made {
    program: String,
    proof: String,
}

fn import(name: &Path, text: &str) -> (Session, Option<Made>) {
    let host = MemoryHost::new().with_file(name, text);
    let mut session = Session::new(Box::new(host));
    let rewrite = text.lines().any(|it| it == "# rewrite-scripts");
    let made = session.import(&[name.to_owned()], Vec::new(), &target(text), rewrite);
    let made = made.map(|it| {
        let mut proof = String::new();
        for it in &it.proof {
            match it.differences.as_slice() {
                [] => proof += &format!("{}: equal\n", it.object),
                all => proof.extend(all.iter().map(|found| format!("{}: {found}\n", it.object))),
            }
        }
        Made {
            program: it.text,
            proof,
        }
    });
    (session, made)
}

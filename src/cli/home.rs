//! The folders in which wudi keeps things, and what is read from them.

use std::path::PathBuf;

use crate::host::{Host as _, OsHost};
use crate::store::Folder;
use crate::store::history::Database;
use crate::store::query::{self, Found, RunRow};

/// The folder of runs. `None` where nobody says where it is.
pub(crate) fn state() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state")
}

/// The folder of the cache.
pub(crate) fn cache() -> Option<PathBuf> {
    folder("XDG_CACHE_HOME", ".cache").map(|it| it.join("tasks"))
}

fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let said = |name: &str| {
        let path = PathBuf::from(OsHost.variable(name)?);
        path.is_absolute().then_some(path)
    };
    let base = said(variable).or_else(|| said("HOME").map(|it| it.join(below_home)))?;
    Some(base.join("wudi"))
}

/// The history, if there is one.
pub(crate) fn history() -> anyhow::Result<Option<(Database, Folder)>> {
    let Some(state) = state() else {
        return Ok(None);
    };
    let folder = Folder::new(&state);
    let path = folder.database();
    let opened = match folder.runs().is_empty() {
        true => Database::existing(&path),
        false => Database::open(&path).map(Some),
    };
    let adopted = opened.and_then(|mut found| {
        if let Some(database) = &mut found {
            query::adopt(database, &folder)?;
        }
        Ok(found)
    });
    match adopted {
        Ok(found) => Ok(found.map(|it| (it, folder))),
        Err(trouble) => Err(anyhow::anyhow!(
            "cannot read the history in `{}`: {trouble}",
            path.display()
        )),
    }
}

/// A run that is asked for by name; otherwise what is said of that.
pub(crate) fn run(name: &str) -> anyhow::Result<Result<(Database, RunRow), String>> {
    let nothing = || match name {
        "last" => "no run is kept".to_owned(),
        _ => format!("no run is called `{name}`, see `wudi runs`"),
    };
    let Some((database, folder)) = history()? else {
        return Ok(Err(nothing()));
    };
    let found = database.run(&folder, name).map_err(anyhow::Error::msg)?;
    Ok(match found {
        Found::One(run) => Ok((database, *run)),
        Found::None => Err(nothing()),
        Found::Several(names) => Err(format!("several runs begin so: {}", names.join(", "))),
    })
}

//! `wudi cache`

use serde_json::json;

use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, counted, data};
use crate::cli::{Outcome, home};
use crate::host;
use crate::store::cache::Cache;

pub(crate) fn cache(arguments: &args::Cache, printer: &Printer) -> anyhow::Result<Outcome> {
    let Some(folder) = home::cache() else {
        return Err(anyhow::anyhow!(
            "neither XDG_CACHE_HOME nor HOME says where the cache is"
        ));
    };
    let failed = |error: std::io::Error| {
        let reason = host::reason(&error);
        anyhow::anyhow!("cannot use the cache in `{}`: {reason}", folder.display())
    };
    let cache = Cache::open(&folder).map_err(failed)?;
    if let Some(size) = &arguments.prune {
        let Some(most) = bytes(size) else {
            anstream::eprintln!("error: `{size}` is no size: say 500Mi, 2Gi, or a number of bytes");
            return Ok(Outcome::Usage);
        };
        if !cache.prune(most).map_err(failed)? {
            return Err(anyhow::anyhow!("a run uses the cache: nothing was removed"));
        }
    }
    let (entries, size) = cache.size().map_err(failed)?;
    data(&match printer.format() {
        Format::Human => format!(
            "{}, {} MB in {}\n",
            counted(entries, "task"),
            size.div_ceil(1_000_000),
            folder.display()
        ),
        Format::Json => {
            let said = json!({ "tasks": entries, "bytes": size, "directory": folder.display().to_string() });
            format!("{said}\n")
        }
    });
    Ok(Outcome::Fine)
}

/// `500Mi`, or a number of bytes.
fn bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 9] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("", 1),
    ];
    let (unit, size) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    number.checked_mul(*size)
}

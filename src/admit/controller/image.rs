//! Names of images, in the form that a node takes.

/// What is wrong with the name of an image.
pub(crate) fn check(name: &str) -> Result<(), String> {
    if name.trim() != name {
        return Err("it begins or ends with a blank".to_owned());
    }
    let (rest, digest) = match name.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (name, None),
    };
    if let Some(digest) = digest {
        check_digest(digest)?;
    }
    // A colon behind the last slash begins the tag; one before it, a port.
    let (path, tag) = match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        Some(_) | None => (rest, None),
    };
    if let Some(tag) = tag {
        check_tag(tag)?;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    let first = parts.first().copied().unwrap_or("");
    let is_domain = parts.len() > 1
        && (first.contains(['.', ':'])
            || first == "localhost"
            || first.contains(char::is_uppercase));
    if is_domain {
        check_domain(first)?;
        parts.remove(0);
    }
    parts.into_iter().try_for_each(check_part)
}

fn check_digest(digest: &str) -> Result<(), String> {
    let hex = |it: &str| it.len() >= 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
    match digest.split_once(':') {
        Some((kind, sum)) if !kind.is_empty() && hex(sum) => match kind {
            "sha256" if sum.len() != 64 => Err(format!("`{digest}` does not have 64 digits")),
            _ => Ok(()),
        },
        Some(_) | None => Err(format!("`{digest}` is no digest")),
    }
}

fn check_tag(tag: &str) -> Result<(), String> {
    let fits = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-');
    let starts = tag.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
    if tag.is_empty() {
        Err("its tag is empty".to_owned())
    } else if starts && tag.len() <= 128 && tag.chars().all(fits) {
        Ok(())
    } else {
        Err(format!("`{tag}` is no tag"))
    }
}

fn check_domain(domain: &str) -> Result<(), String> {
    let (host, port) = domain.split_once(':').unwrap_or((domain, "0"));
    let is_number = !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit());
    let fits = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !it.starts_with('-')
            && !it.ends_with('-')
    };
    if is_number && host.split('.').all(fits) || domain.starts_with('[') {
        Ok(())
    } else {
        Err(format!("`{domain}` is no registry"))
    }
}

/// `name`, `my-name`, `my.name`, `my__name`: small letters and digits with one separator between them.
fn check_part(part: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err("a part of its path is empty".to_owned());
    }
    if part.contains(char::is_uppercase) {
        return Err(format!("`{part}` has capital letters"));
    }
    let is_word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let ends = part.starts_with(is_word) && part.ends_with(is_word);
    let mut separators = part.split(is_word).filter(|it| !it.is_empty());
    let fits = |it: &str| matches!(it, "." | "_" | "__") || it.bytes().all(|it| it == b'-');
    if ends && separators.all(fits) {
        Ok(())
    } else {
        Err(format!("`{part}` is no name of a repository"))
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ordinary_names_pass() {
        let names = [
            "busybox",
            "busybox:1.37",
            "docker.io/library/busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "localhost:5000/a/b:tag",
            "registry:5000/a",
            "ghcr.io/a-b/c.d/e__f:v1.2-3",
            "a/b",
        ];
        for name in names {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn others_do_not() {
        for name in [
            "Busybox",
            "a b",
            "a:",
            "a/",
            "a@sha256:12",
            "a:b c",
            "a//b",
            "a-/b",
            "a:b:c/",
        ] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}

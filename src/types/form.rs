//! Strings that must have a form.

/// The forms of the language reference, section "Types". A form is a subtype of what it refines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// An RFC 1123 label: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 bytes.
    Name,
    /// An OCI image reference, with or without tag and digest.
    Image,
    /// An OCI tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
    Tag,
    /// `sha256:` and 64 hexadecimal digits (or `sha512:` and 128).
    Digest,
    /// An absolute URL with scheme and host.
    Url,
    /// What `git clone` takes: https, ssh, git or file URL, or `user@host:path`.
    GitUrl,
    /// A branch, tag or commit, by git's rules for reference names.
    GitRef,
    /// Forty (or sixty-four) lower-case hexadecimal digits. A form of `GitRef`.
    GitSha,
    /// A path in a file system.
    Path,
    /// Five fields, as cron has them.
    Cron,
    /// A version by semver, a leading `v` allowed, missing parts allowed.
    Version,
    /// A regular expression, RE2 syntax.
    Regex,
}

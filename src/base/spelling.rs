//! "Did you mean …?"

/// `a` or `an`, by the first letter.
pub(crate) fn article(word: &str) -> &'static str {
    match word.chars().next().map(|it| it.to_ascii_lowercase()) {
        Some('a' | 'e' | 'i' | 'o' | 'u') => "an",
        Some(_) | None => "a",
    }
}

/// A suggestion is worth no more looking: a program of ten thousand misspelt names must end in time too.
const MAX_CANDIDATES: usize = 2_000;

/// The candidate nearest to `word`, if it is near enough to be a slip of the hand.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('_', "-");
    let limit = match word.chars().count() {
        // One letter is near to every other one.
        0 | 1 => 0,
        letters => (letters / 3).clamp(1, 3),
    };
    let near_in_length = |it: &&str| it.len().abs_diff(word.len()) <= 2 * limit;
    candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(|it| *it != word && near_in_length(it))
        .map(|it| {
            let near = strsim::damerau_levenshtein(&folded, &it.to_lowercase().replace('_', "-"));
            (near, it)
        })
        .filter(|(near, _)| *near <= limit)
        .min_by_key(|(near, _)| *near)
        .map(|(_, it)| it)
}

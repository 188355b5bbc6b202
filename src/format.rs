//! Tree and comments to text: one layout for every program. Knows nothing of meaning.

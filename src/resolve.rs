//! Files to one program: imports followed, packages scoped, items numbered. Names within an item are the checker's.

pub(crate) mod program;

pub(crate) use program::{Item, ItemId, Package, PackageId, Program};

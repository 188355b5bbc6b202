//! All items of a program, numbered, and the names that each package sees.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::base::{FileId, Name};
use crate::schema::kinds::Namespace;
use crate::syntax::ast;

/// An item of the program; an index into [`Program::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemId(pub(crate) u32);

/// A set of files with one scope: the user's own, the prelude, `std/git`, a dependency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PackageId(pub(crate) u32);

/// An item with where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) package: PackageId,
    /// Whose names it sees: those of its package, or of one that sees those of its base as well.
    pub(crate) scope: PackageId,
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) file: FileId,
    pub(crate) tree: Arc<ast::Item>,
}

/// The names of one scope. The prelude's names are seen everywhere, below a package's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    /// `std/git`, `prelude`; empty for the user's own.
    pub(crate) name: Name,
    /// Things and `let`s: what stands in expressions.
    pub(crate) values: IndexMap<Name, ItemId>,
    /// What is called: functions, tasks, pipelines, analyses, runs.
    pub(crate) callables: IndexMap<Name, ItemId>,
    pub(crate) types: IndexMap<Name, ItemId>,
    /// Names that an import or a broken item should have brought in and could not; that was reported, their uses are silent.
    pub(crate) broken: IndexSet<Name>,
    /// What is only an object, by kind and name.
    pub(crate) own: IndexMap<(Name, Name), ItemId>,
}

/// The whole program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) items: Vec<Item>,
    pub(crate) packages: Vec<Package>,
    /// The package of the file that was asked for.
    pub(crate) root: PackageId,
    pub(crate) prelude: PackageId,
    /// The files in the order in which they were read.
    pub(crate) trees: Vec<Arc<ast::Tree>>,
}

impl Program {
    pub(crate) fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(id.0 as usize)
    }

    pub(crate) fn package(&self, id: PackageId) -> Option<&Package> {
        self.packages.get(id.0 as usize)
    }

    /// Looks a name up in a package, then in the prelude.
    pub(crate) fn find(
        &self,
        package: PackageId,
        namespace: Namespace,
        name: &str,
    ) -> Option<ItemId> {
        let look = |id: PackageId| {
            let package = self.package(id)?;
            match namespace {
                Namespace::Value => package.values.get(name).copied(),
                Namespace::Callable => package.callables.get(name).copied(),
                Namespace::Own => None,
            }
        };
        look(package).or_else(|| look(self.prelude))
    }

    /// Whether an import should have brought the name in and could not.
    pub(crate) fn is_broken(&self, package: PackageId, name: &str) -> bool {
        let package = self.package(package);
        package.is_some_and(|it| it.broken.contains(name))
    }

    /// Looks a type up in a package, then in the prelude.
    pub(crate) fn find_type(&self, package: PackageId, name: &str) -> Option<ItemId> {
        let look = |id: PackageId| self.package(id)?.types.get(name).copied();
        look(package).or_else(|| look(self.prelude))
    }

    /// The items of the user's own package, in the order of the text.
    pub(crate) fn own_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|it| it.package == self.root)
    }
}

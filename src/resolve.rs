//! Files to one program: imports followed, packages scoped, items numbered. Names within an item are the checker's.

mod amend;
mod errors;
pub(crate) mod program;
mod scope;

pub(crate) use program::{Item, ItemId, Package, PackageId, Program};

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::syntax::ast::{self, ItemKind};

/// The files of a package by the name that imports give it; `None` where there is no such package.
pub(crate) type Load<'a> = dyn FnMut(&Name, &mut Sink) -> Option<Vec<Arc<ast::Tree>>> + 'a;

/// The name under which the prelude is loaded.
const PRELUDE: &str = "prelude";

/// Numbers all items of a program and of the packages that it uses, the prelude first, and finds the names that each sees.
pub(crate) fn resolve(root: Vec<Arc<ast::Tree>>, load: &mut Load<'_>, sink: &mut Sink) -> Program {
    let mut resolver = Resolver {
        program: Program::default(),
        known: IndexMap::new(),
        open: Vec::new(),
        load,
    };
    let prelude = Name::new(PRELUDE);
    let trees = (resolver.load)(&prelude, sink).unwrap_or_default();
    resolver.program.prelude = resolver.add_package(prelude.clone(), trees, sink);
    let prelude_id = resolver.program.prelude;
    resolver.known.insert(prelude, Some(prelude_id));
    resolver.program.root = resolver.add_package(Name::default(), root, sink);
    let root = resolver.program.root;
    resolver.follow_imports(root, sink);
    amend::expand(&mut resolver.program, sink);
    resolver.program
}

struct Resolver<'l, 'a> {
    program: Program,
    /// Packages by the name that imports give them; `None` where there is none, which is reported at each import.
    known: IndexMap<Name, Option<PackageId>>,
    /// Packages whose imports are being followed, the outermost first.
    open: Vec<PackageId>,
    load: &'l mut Load<'a>,
}

impl Resolver<'_, '_> {
    fn add_package(
        &mut self,
        name: Name,
        trees: Vec<Arc<ast::Tree>>,
        sink: &mut Sink,
    ) -> PackageId {
        let id = PackageId(number(self.program.packages.len()));
        self.program.packages.push(Package {
            name,
            ..Package::default()
        });
        for tree in trees {
            for item in &tree.items {
                self.add_item(id, tree.file, item, sink);
            }
            self.program.trees.push(tree);
        }
        id
    }

    fn add_item(
        &mut self,
        package: PackageId,
        file: crate::base::FileId,
        tree: &Arc<ast::Item>,
        sink: &mut Sink,
    ) {
        let id = ItemId(number(self.program.items.len()));
        let item = Item {
            id,
            package,
            scope: package,
            file,
            tree: Arc::clone(tree),
        };
        scope::declare(&mut self.program, &item, sink);
        self.program.items.push(item);
    }

    /// Finds what the imports of a package name, and follows those of the packages they come from.
    fn follow_imports(&mut self, package: PackageId, sink: &mut Sink) {
        self.open.push(package);
        let own = self.program.items.iter().filter(|it| it.package == package);
        let items: Vec<Arc<ast::Item>> = own.map(|it| Arc::clone(&it.tree)).collect();
        for item in items {
            if let ItemKind::Import(import) = &item.kind {
                self.follow(package, import, sink);
            }
        }
        self.open.pop();
    }

    fn follow(&mut self, into: PackageId, import: &ast::Import, sink: &mut Sink) {
        let Some(from) = self.package(&import.from, import.from_span, sink) else {
            for ident in &import.names {
                scope::broken(&mut self.program, into, ident);
            }
            return;
        };
        for ident in &import.names {
            scope::bring_in(&mut self.program, into, from, ident, sink);
        }
    }

    fn package(&mut self, name: &Name, span: Span, sink: &mut Sink) -> Option<PackageId> {
        if let Some(known) = self.known.get(name) {
            let known = *known;
            match known {
                None => sink.push(errors::unknown_package(span, name)),
                Some(id) if self.open.contains(&id) => sink.push(errors::import_cycle(span, name)),
                Some(_) => {}
            }
            return known;
        }
        let trees = (self.load)(name, sink);
        let Some(trees) = trees else {
            sink.push(errors::unknown_package(span, name));
            self.known.insert(name.clone(), None);
            return None;
        };
        let id = self.add_package(name.clone(), trees, sink);
        self.known.insert(name.clone(), Some(id));
        self.follow_imports(id, sink);
        Some(id)
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

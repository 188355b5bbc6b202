//! Environments, and what is deployed to each: the apps of the program as amended there, and what exists only there.

use indexmap::{IndexMap, IndexSet};

use crate::base::{Name, spelling};
use crate::lower::fields::Environment;
use crate::lower::kind::{gitops, items_of, members};
use crate::lower::{Fields, Layer, Lowerer, errors, thing};
use crate::plan::Expr;
use crate::plan::analysis::Analysis;
use crate::plan::app::App;
use crate::plan::env::{self, Image, Secret};
use crate::resolve::Item;
use crate::syntax::ast::{self, MemberKind};
use crate::value::Value;

/// What the blocks of an environment say of things declared elsewhere.
#[derive(Default)]
struct Changes<'a> {
    amends: IndexMap<Name, Vec<Layer<'a>>>,
    removed: IndexSet<Name>,
}

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let name = decl.head.name.name.clone();
    let layers = with_own_names(lowerer.layers(item.id));
    let named = lowerer.environment_of(decl, None);
    let mut fields = lowerer.within(named, |it| it.env_fields(decl, &layers));
    let bound = lowerer.environment_of(decl, Some(&fields));
    let changes = lowerer.within(bound.clone(), |it| it.changes(&layers));
    let set = Environment {
        amends: changes.amends,
        ..bound
    };
    let environment = lowerer.within(set, |it| {
        it.environment(decl, &layers, &changes.removed, &mut fields)
    });
    lowerer.plan.environments.insert(name, environment);
}

impl<'a> Lowerer<'a> {
    /// What `env` is: its name alone while its own fields are computed, then those too.
    fn environment_of(&mut self, decl: &'a ast::Decl, fields: Option<&Fields>) -> Environment<'a> {
        let name = &decl.head.name;
        let own = Expr::constant(name.span, Value::Str(name.name.clone()));
        let mut value = IndexMap::from([(Name::new_static("name"), own)]);
        for word in ["namespace", "cluster", "vars"] {
            if let Some(it) = fields.and_then(|it| it.get(word)) {
                value.insert(Name::new_static(word), it.clone());
            }
        }
        Environment {
            name: name.name.clone(),
            value: crate::lower::fold::record(name.span, value),
            amends: IndexMap::new(),
        }
    }

    fn env_fields(&mut self, decl: &'a ast::Decl, layers: &[Layer<'a>]) -> Fields {
        let mut fields = self.laid(decl.head.name.span, layers);
        self.fill_body(&mut fields, "EnvBody");
        fields
    }

    /// Amendments and removals, in the order in which the blocks are laid over each other.
    fn changes(&mut self, layers: &[Layer<'a>]) -> Changes<'a> {
        let mut changes = Changes::default();
        for layer in layers {
            let scope = self.with_lets(&layer.scope, layer.block);
            for member in &layer.block.members {
                match &member.kind {
                    MemberKind::Amend(amend) => {
                        let name = &amend.name.name;
                        changes.removed.shift_remove(name);
                        let (scope, block) = (scope.clone(), &amend.block);
                        let amends = changes.amends.entry(name.clone()).or_default();
                        amends.push(Layer { scope, block });
                    }
                    MemberKind::Field(field) if is_none(&field.value) => {
                        changes.amends.shift_remove(&field.key.name);
                        changes.removed.insert(field.key.name.clone());
                    }
                    MemberKind::Field(_)
                    | MemberKind::Binding(_)
                    | MemberKind::Assert(_)
                    | MemberKind::Let(_)
                    | MemberKind::Decl(_)
                    | MemberKind::Error => {}
                }
            }
        }
        self.unknown_amends(layers);
        changes
    }

    /// Reports amendments of what nothing declares.
    fn unknown_amends(&mut self, layers: &[Layer<'a>]) {
        let own = self.program.own_items();
        let mut names: IndexSet<Name> = own
            .filter_map(|it| Some(it.tree.name()?.name.clone()))
            .collect();
        for member in layers.iter().flat_map(|it| &it.block.members) {
            if let MemberKind::Decl(decl) = &member.kind {
                names.insert(decl.head.name.name.clone());
            }
        }
        for member in layers.iter().flat_map(|it| &it.block.members) {
            if let MemberKind::Amend(amend) = &member.kind
                && !names.contains(&amend.name.name)
            {
                let name = &amend.name;
                let near = spelling::nearest(&name.name, names.iter().map(Name::as_str));
                let found = errors::override_unknown(name.span, &name.name, near);
                self.sink.push(found);
            }
        }
    }

    /// Everything of the environment that is set.
    fn environment(
        &mut self,
        decl: &'a ast::Decl,
        layers: &[Layer<'a>],
        removed: &IndexSet<Name>,
        fields: &mut Fields,
    ) -> env::Environment {
        let mut apps = self.env_apps(layers, removed);
        let labels = fields.take_map("labels");
        for app in apps.values_mut() {
            app.meta.labels = with_labels(&labels, &app.meta.labels);
        }
        let mut objects = self.objects_of_env();
        for (member, layer) in members(layers, "resource") {
            objects.extend(self.inner_object(member, layer));
        }
        for object in &mut objects {
            object.meta.labels = with_labels(&labels, &object.meta.labels);
        }
        let cluster = fields.take("cluster");
        env::Environment {
            name: decl.head.name.name.clone(),
            span: decl.head.name.span,
            cluster: cluster.and_then(|it| Some(it.thing()?.name.clone())),
            namespace: fields.take_text("namespace").unwrap_or_default(),
            sync: fields.take("sync").and_then(|it| gitops::sync(&it)),
            analyses: self.env_analyses(&apps),
            images: self.env_images(),
            secrets: self.env_secrets(layers),
            apps,
            objects,
        }
    }

    fn env_apps(&mut self, layers: &[Layer<'a>], removed: &IndexSet<Name>) -> IndexMap<Name, App> {
        let mut apps = IndexMap::new();
        for (item, decl) in items_of(self.program, "app") {
            let name = &decl.head.name.name;
            if !removed.contains(name) {
                self.budget.renew(None);
                let layers = self.layers(item.id);
                let app = self.app(decl, &item.tree.docs, &layers);
                apps.insert(name.clone(), app);
            }
        }
        for (member, layer) in members(layers, "app") {
            let name = &member.decl.head.name.name;
            if !removed.contains(name) {
                self.budget.renew(None);
                let layers = self.inner_layers(member.decl, layer);
                let app = self.app(member.decl, member.docs, &layers);
                apps.insert(name.clone(), app);
            }
        }
        apps
    }

    /// The blocks of what is declared within the environment: its base's, its own, and what a derived environment amends.
    fn inner_layers(&mut self, decl: &'a ast::Decl, layer: &Layer<'a>) -> Vec<Layer<'a>> {
        let scope = self.with_lets(&layer.scope, layer.block);
        let mut layers = match self.base_of(scope.item, decl) {
            Some(base) => self.layers(base),
            None => Vec::new(),
        };
        let own = decl.block.as_ref();
        layers.extend(own.map(|block| Layer { scope, block }));
        if let Some(environment) = &self.environment {
            let amends = environment.amends.get(&decl.head.name.name);
            layers.extend(amends.into_iter().flatten().cloned());
        }
        layers
    }

    /// The analyses that rollouts of these apps name.
    fn env_analyses(&mut self, apps: &IndexMap<Name, App>) -> IndexMap<Name, Analysis> {
        let mut found = IndexMap::new();
        let used: IndexSet<&Name> = apps
            .values()
            .flat_map(|it| it.rollout.analyses())
            .map(|it| &it.analysis)
            .collect();
        for (item, decl) in items_of(self.program, "analysis") {
            if used.contains(&decl.head.name.name) {
                self.budget.renew(None);
                let analysis = self.analysis(item, decl);
                found.insert(decl.head.name.name.clone(), analysis);
            }
        }
        found
    }

    fn env_images(&mut self) -> IndexMap<Name, Image> {
        let mut images = IndexMap::new();
        for (item, decl) in items_of(self.program, "image") {
            let layers = self.layers(item.id);
            let image = self.image(decl, &layers);
            images.insert(image.name.clone(), image);
        }
        images
    }

    fn env_secrets(&mut self, layers: &[Layer<'a>]) -> IndexMap<Name, Secret> {
        let mut secrets = IndexMap::new();
        for (item, decl) in items_of(self.program, "secret") {
            let layers = self.layers(item.id);
            let secret = self.secret(decl, &layers);
            secrets.insert(secret.name.clone(), secret);
        }
        for (member, layer) in members(layers, "secret") {
            let layers = self.inner_layers(member.decl, layer);
            let secret = self.secret(member.decl, &layers);
            secrets.insert(secret.name.clone(), secret);
        }
        secrets
    }
}

/// The layers, with what they declare bound: an app of the environment may name a secret of it.
fn with_own_names(mut layers: Vec<Layer<'_>>) -> Vec<Layer<'_>> {
    let mut own = Vec::new();
    for layer in &layers {
        for member in &layer.block.members {
            if let MemberKind::Decl(decl) = &member.kind {
                let (name, kind) = (&decl.head.name, &decl.kind.name);
                let value = Expr::constant(name.span, thing(kind, &name.name));
                own.push((layer.scope.item, name.id, value));
            }
        }
    }
    for layer in &mut layers {
        let item = layer.scope.item;
        for (owner, node, value) in &own {
            layer.scope.item = *owner;
            layer.scope.bind(*node, value.clone());
        }
        layer.scope.item = item;
    }
    layers
}

/// `debug-tool: none`
fn is_none(value: &ast::Expr) -> bool {
    matches!(value.peeled().kind, ast::ExprKind::None)
}

/// Labels of the environment, below a thing's own.
fn with_labels(shared: &IndexMap<Name, Expr>, own: &IndexMap<Name, Expr>) -> IndexMap<Name, Expr> {
    let mut labels = shared.clone();
    labels.extend(own.iter().map(|(key, it)| (key.clone(), it.clone())));
    labels
}

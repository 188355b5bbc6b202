//! Images: the repositories of what is built and run.

use crate::lower::{Layer, Lowerer};
use crate::plan::env::Image;
use crate::resolve::Item;
use crate::syntax::ast;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let layers = lowerer.layers(item.id);
    let (image, _) = lowerer.shared(|it| it.image(decl, &layers));
    // One that `env` decides has a repository in each environment; what stands for it elsewhere does not matter, but it must be
    // text that no other image has.
    let image = if image.repository.is_empty() {
        Image {
            repository: image.name.clone(),
            ..image
        }
    } else {
        image
    };
    lowerer.plan.images.insert(image.name.clone(), image);
}

impl<'a> Lowerer<'a> {
    pub(crate) fn image(&mut self, decl: &'a ast::Decl, layers: &[Layer<'a>]) -> Image {
        let mut fields = self.laid(decl.head.name.span, layers);
        Image {
            name: decl.head.name.name.clone(),
            span: decl.head.name.span,
            repository: fields.take_text("repository").unwrap_or_default(),
        }
    }
}

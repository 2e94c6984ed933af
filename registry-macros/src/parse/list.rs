//! The list of a registry: `registry! { extends …; agents { mod a; } providers { … } families { … } }`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::cursor::Cursor;
use super::fields::doc;
use crate::syntax::{Cx, Diagnostic};

/// A list, read.
#[derive(Default)]
pub(crate) struct Listing {
    /// The path of the registry that is extended, without its last word, and that word.
    pub(crate) extends: Option<(TokenStream, Ident)>,
    pub(crate) groups: Vec<Group>,
}

/// Modules of one kind.
pub(crate) struct Group {
    pub(crate) kind: Ident,
    pub(crate) modules: Vec<Module>,
}

/// A module: in a file of its own, or with a body.
pub(crate) struct Module {
    pub(crate) keyword: Ident,
    pub(crate) name: Ident,
    /// The name of the entry in it, which should be the same.
    pub(crate) entry: Ident,
    pub(crate) body: Option<proc_macro2::Group>,
}

const KINDS: [&str; 3] = ["agents", "providers", "families"];

pub(crate) fn parse_registry(cx: &mut Cx<'_>, mut cursor: Cursor) -> Listing {
    let mut listing = Listing::default();
    let attributes = doc(&mut cursor);
    cx.take(attributes);
    while !cursor.is_empty() {
        let parsed = parse_item(cx, &mut listing, &mut cursor);
        if cx.take(parsed).is_none() {
            break;
        }
    }
    listing
}

fn parse_item(cx: &mut Cx<'_>, listing: &mut Listing, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let word = cursor.ident("`extends`, `agents`, `providers` or `families`")?;
    if word == "extends" {
        let extends = parse_extends(cursor)?;
        if listing.extends.replace(extends).is_some() {
            return Err(Diagnostic::new(
                word.span(),
                "a registry can extend only one registry",
                "remove one of the two; the extended registry can extend another",
            ));
        }
        return Ok(());
    }
    if !KINDS.iter().any(|kind| word == kind) {
        let help = match registry_model::names::nearest(&word.to_string(), KINDS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "expected `extends path::REGISTRY;` or `agents { mod name; }`, `providers { … }`, `families { … }`"
                .to_owned(),
        };
        return Err(Diagnostic::new(word.span(), format!("unknown part of a registry `{word}`"), help));
    }
    if listing.groups.iter().any(|group| group.kind == word) {
        return Err(Diagnostic::new(word.span(), format!("duplicate list `{word}`"), "merge the two lists"));
    }
    let braces = cursor.group(Delimiter::Brace, &format!("`{{ mod name; }}` after `{word}`"))?;
    let modules = parse_modules(cx, &word, Cursor::of(&braces))?;
    listing.groups.push(Group { kind: word, modules });
    Ok(())
}

fn parse_extends(cursor: &mut Cursor) -> Result<(TokenStream, Ident), Diagnostic> {
    let mut path: Vec<TokenTree> = Vec::new();
    let mut last: Option<Ident> = None;
    let start = cursor.span();
    while let Some(token) = cursor.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                let Some(registry) = last else { break };
                return Ok((path.into_iter().collect(), registry));
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                path.extend(last.take().map(TokenTree::Ident));
                path.push(TokenTree::Punct(punct));
            }
            TokenTree::Ident(ident) if last.is_none() => last = Some(ident),
            _ => break,
        }
    }
    Err(Diagnostic::new(start, "expected the path of a registry", "write `extends registry::REGISTRY;`"))
}

fn parse_modules(cx: &mut Cx<'_>, kind: &Ident, mut cursor: Cursor) -> Result<Vec<Module>, Diagnostic> {
    let mut modules: Vec<Module> = Vec::new();
    while !cursor.is_empty() {
        let keyword = cursor.ident("`mod`")?;
        if keyword != "mod" {
            return Err(Diagnostic::new(
                keyword.span(),
                format!("expected `mod`, found `{keyword}`"),
                "write `mod name;`",
            ));
        }
        let name = cursor.ident("the name of a module")?;
        let body = if cursor.eat(';') {
            None
        } else {
            Some(cursor.group(Delimiter::Brace, "`;` after the name of the module")?)
        };
        if modules.iter().any(|module| module.name == name) {
            cx.error(name.span(), format!("duplicate module `{name}` in the list [N002]"), "keep one of the two lines");
            continue;
        }
        if let Some(before) = modules.last()
            && kind == "agents"
            && before.name > name
        {
            let message = format!("`{name}` is listed after `{}`", before.name);
            cx.error(name.span(), message, "sort the list of agents by name");
        }
        let entry = body.as_ref().and_then(entry_name).unwrap_or_else(|| name.clone());
        if entry != name {
            let message = format!("the entry in the module `{name}` is named `{entry}` [N001]");
            cx.error(entry.span(), message, format!("name it `{name}`, or rename the module"));
        }
        modules.push(Module { keyword, name, entry, body });
    }
    Ok(modules)
}

/// The name of the entry in a module's body: `agent! { /// … name { … } }`.
fn entry_name(body: &proc_macro2::Group) -> Option<Ident> {
    let mut cursor = Cursor::of(body);
    while !cursor.is_empty() {
        let is_macro = ["agent", "provider", "family"].iter().any(|kind| cursor.eat_word(kind)) && cursor.eat('!');
        if is_macro && cursor.is_group(Delimiter::Brace) {
            let mut inner = Cursor::of(&cursor.group(Delimiter::Brace, "").ok()?);
            doc(&mut inner).ok()?;
            return inner.ident("").ok();
        }
        cursor.next();
    }
    None
}

impl Listing {
    /// The modules of one kind.
    pub(crate) fn modules(&self, kind: &str) -> &[Module] {
        self.groups.iter().find(|group| group.kind == kind).map_or(&[], |group| &group.modules)
    }
}

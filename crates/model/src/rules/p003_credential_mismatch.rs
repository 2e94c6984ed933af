//! Reports credentials that do not fit the way of authentication.

use crate::check::{Diagnostics, Rule};
use crate::model::{Auth, Credential, Provider};
use crate::place::{Field, Place};
use crate::variables::is_variable_name;

pub(super) const RULE: Rule = Rule {
    sentence: "a provider with `auth: ApiKey` names its variable, and no other provider names an API key",
    example: "auth: ApiKey   // and no credential",
    corrected: "auth: ApiKey, credential: MAKERS_API_KEY",
    help: "write `credential: SOME_API_KEY`, or another `auth`",
    incidents: &[61],
    provider: Some(check),
    ..named!()
};

fn check(provider: &Provider<'_>, report: &mut Diagnostics) {
    let name = provider.name;
    let (place, message) = match (provider.auth, provider.credential) {
        (Auth::ApiKey, Credential::AnyOf([_, ..]))
        | (Auth::Adc, Credential::File { .. })
        | (Auth::Aws, Credential::AllOf([_, ..]))
        | (Auth::None, Credential::None) => return check_names(provider, report),
        (Auth::ApiKey, Credential::None) => {
            (Field::Auth, format!("`{name}` requires an API key and does not name its variable"))
        }
        (Auth::ApiKey, _) => {
            (Field::Credential, format!("`{name}` requires an API key, which must be one variable or `any_of` several"))
        }
        (Auth::Adc, _) => (Field::Credential, format!("`{name}` authenticates with a file, not with a key")),
        (Auth::Aws, _) => (Field::Credential, format!("`{name}` authenticates with a token and a region")),
        (Auth::None, _) => (Field::Credential, format!("`{name}` does not use a credential")),
    };
    let help = match provider.auth {
        Auth::ApiKey => "write `credential: SOME_API_KEY`",
        Auth::Adc => "write `credential: file(CONTENT_VARIABLE, \"~/path\", PATH_VARIABLE)`",
        Auth::Aws => "write `credential: all_of(TOKEN, [REGION, OTHER_REGION])`",
        Auth::None => "remove the field `credential`, or write another `auth`",
    };
    report.add(&RULE, Place::field(place), message, help);
}

fn check_names(provider: &Provider<'_>, report: &mut Diagnostics) {
    let names: Vec<&str> = match provider.credential {
        Credential::None => Vec::new(),
        Credential::AnyOf(names) => names.to_vec(),
        Credential::File { content, variable, .. } => vec![content, variable],
        Credential::AllOf(groups) => groups.iter().flat_map(|group| group.iter().copied()).collect(),
    };
    for name in names.into_iter().filter(|name| !is_variable_name(name)) {
        let message = format!("`{name}` is not a variable name");
        report.add(&RULE, Place::field(Field::Credential), message, "use upper-case letters, digits and underscores");
    }
}

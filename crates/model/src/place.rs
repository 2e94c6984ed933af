//! Places in an entry that violations point at, for every front end.

/// A place in an agent, a provider or a family.
///
/// The macro turns it into a span, a parser of files into a line; a place that was not marked falls back to the one
/// around it ([`Place::around`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The field.
    pub field: Field,
    /// The item of the field's list, counted from 0.
    pub item: Option<usize>,
    /// The part of the item or field.
    pub part: Part,
    /// The value in a template, in the order of [`Value::visit`](crate::template::Value::visit).
    pub node: Option<usize>,
}

macro_rules! fields {
    ($($field:ident $word:literal)*) => {
        /// A field of an entry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is the field of its name in Agent, Provider or Family")]
        pub enum Field {
            $($field,)*
        }

        impl Field {
            /// Its word in an entry.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$field => $word,)*
                }
            }
        }
    };
}

fields! {
    Name "name"
    Description "description"
    Aliases "aliases"
    Also "also"
    Protocols "protocol"
    Install "install"
    Carries "carries"
    Runs "runs"
    NodeFloor "requires"
    Launch "launch"
    Beside "beside"
    Handshake "handshake"
    Proof "proof"
    Model "model"
    Env "env"
    Accepts "accepts"
    Withhold "withhold"
    BaseUrl "base_url"
    Config "config"
    References "references"
    Web "web"
    Hosted "hosted"
    Permission "permission"
    Effort "effort"
    Mcp "mcp"
    Home "home"
    Skills "skills"
    Login "login"
    Hosts "hosts"
    Platforms "platforms"
    Image "image"
    Timeout "timeout"
    Suite "suite"
    Allow "allow"
    Endpoints "endpoints"
    Parameters "parameters"
    Auth "auth"
    Credential "credential"
    Families "families"
    Models "models"
    Tokens "tokens"
    Namespace "namespace"
    Keys "keys"
    Excludes "excludes"
    Spellings "spellings"
}

/// A part of an item or of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All of it.
    Whole,
    /// Its name: a package, a variable, a host, a provider, the code of an `allow`.
    Name,
    /// Its value or template.
    Value,
    /// Its path.
    Path,
    /// The program it provides.
    Bin,
    /// Its script.
    Script,
    /// Its URL, one for each target.
    Url(usize),
    /// Its checksum, one for each target.
    Checksum(usize),
    /// Its commit.
    Commit,
    /// Its interpreter versions.
    Python,
    /// The way a model reaches the agent.
    Via,
    /// The form of a model id.
    Format,
    /// What happens to gateway aliases.
    Proxy,
    /// What no model id may hold.
    Refuses,
    /// The model of the suite.
    Model,
    /// Whether the suite counts usage.
    UsageTracking,
    /// The web tools.
    Tools,
    /// A switch of the web policy, of the hosted tools or of the permission.
    Off(usize),
    /// A path in such a switch.
    OffPath(usize),
    /// A reason.
    Reason,
    /// Permission bits.
    Mode,
    /// The owner of a file.
    Owner,
    /// The format of a file.
    FileFormat,
    /// The n-th of several.
    Nth(usize),
}

impl Place {
    /// A whole field.
    pub const fn field(field: Field) -> Self {
        Self { field, item: None, part: Part::Whole, node: None }
    }

    /// An item of the field.
    #[must_use]
    pub const fn item(mut self, item: usize) -> Self {
        self.item = Some(item);
        self
    }

    /// A part.
    #[must_use]
    pub const fn part(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    /// A value in the template.
    #[must_use]
    pub const fn node(mut self, node: usize) -> Self {
        self.node = Some(node);
        self
    }

    /// The next larger place; none around a field.
    pub fn around(self) -> Option<Self> {
        match self {
            Self { node: Some(_), .. } => Some(Self { node: None, ..self }),
            Self { part, .. } if part != Part::Whole => Some(Self { part: Part::Whole, ..self }),
            Self { item: Some(_), .. } => Some(Self { item: None, ..self }),
            _ => None,
        }
    }

    /// Whether another place is this one or inside it.
    pub fn holds(self, other: Self) -> bool {
        core::iter::successors(Some(other), |place| place.around()).any(|place| place == self)
    }
}

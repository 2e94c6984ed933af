//! The model that the constants written by hand are measured against: the fields of ours, with values as trees.

#![allow(dead_code, missing_docs)]

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Variable {
    Provider,
    BaseUrl,
    ApiKey,
    Model,
    Alias,
    AcpModelProvider,
    AcpModelName,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(u32),
    Text(&'static str),
    Var(Variable),
    Reference(Variable),
    Format(&'static [Json]),
    List(&'static [Json]),
    Object(&'static [(&'static str, Json)]),
    Keyed(Variable, &'static Json),
    If(Condition, &'static Json),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    Set(Variable),
    Direct,
    Proxy,
    All(&'static [Condition]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    OpenAiCompletions,
    AnthropicMessages,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Artefact {
    Npm(Npm),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Npm {
    pub package: &'static str,
    pub bin: &'static str,
    pub postinstall: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Runs {
    Node,
    Native,
    Python,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Info {
    Fields { name: &'static str, title: &'static str, version_is_pinned: bool },
    None(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Session {
    Ok,
    Refused(i32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exit {
    EndOfInput,
    Signal,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Handshake {
    pub info: Info,
    pub env: &'static [Mapping],
    pub session: Session,
    pub exit: Exit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Proof {
    Acp,
    Version { bin: &'static str, args: &'static [&'static str], output: &'static str },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelIdFormat {
    Bare,
    RegisteredProvider,
    ModelsDev,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Via {
    SetModel,
    Env,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProxyMode {
    AsIs,
    RegisterProvider,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelDelivery {
    pub format: ModelIdFormat,
    pub via: Via,
    pub proxy: ProxyMode,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mapping {
    pub name: &'static str,
    pub value: Json,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FileFormat {
    Json,
    Toml,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Owner {
    Keys,
    Whole,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfigFile {
    pub path: &'static str,
    pub format: FileFormat,
    pub owner: Owner,
    pub mode: u32,
    pub body: Json,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Semantics {
    Textual,
    Parsed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct References {
    pub form: &'static str,
    pub semantics: Semantics,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WebPolicy {
    Switch { tools: &'static [&'static str], off: &'static [Off] },
    NoTools(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Off {
    File { path: &'static str, format: FileFormat, owner: Owner, body: Json },
    Env(&'static [Mapping]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelReference {
    pub provider: &'static str,
    pub id: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suite {
    pub model: ModelReference,
    pub usage_tracking: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agent {
    pub name: &'static str,
    pub description: &'static str,
    pub aliases: &'static [&'static str],
    pub protocols: &'static [Protocol],
    pub install: &'static [Artefact],
    pub runs: Runs,
    pub launch: &'static [Json],
    pub handshake: Handshake,
    pub proof: &'static [Proof],
    pub model: ModelDelivery,
    pub env: &'static [Mapping],
    pub accepts: &'static [&'static str],
    pub config: &'static [ConfigFile],
    pub references: Option<References>,
    pub web: Option<WebPolicy>,
    pub home: &'static [&'static str],
    pub skills: &'static [&'static str],
    pub install_timeout: u32,
    pub suite: Option<Suite>,
    pub lock: &'static str,
}

impl Agent {
    pub const EMPTY: Agent = Agent {
        name: "",
        description: "",
        aliases: &[],
        protocols: &[],
        install: &[],
        runs: Runs::Node,
        launch: &[],
        handshake: Handshake { info: Info::None(""), env: &[], session: Session::Ok, exit: Exit::Eof },
        proof: &[],
        model: ModelDelivery { format: ModelIdFormat::Bare, via: Via::SetModel, proxy: ProxyMode::AsIs },
        env: &[],
        accepts: &[],
        config: &[],
        references: None,
        web: None,
        home: &[],
        skills: &[],
        install_timeout: 900,
        suite: None,
        lock: "",
    };
}

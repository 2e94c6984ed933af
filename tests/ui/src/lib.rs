//! Shared by the compile-fail cases: an agent that breaks no rule, so that a case has only the fields it is about.
//!
//! ```
//! # mod case {
//! registry_ui::agents! {
//!     fixture {
//!         launch: ["fixture"],
//!     }
//! }
//! # }
//! assert_eq!(case::agents::FIXTURE.launch.len(), 1);
//! assert_eq!(case::agents::FIXTURE.home, [".fixture"]);
//! ```
//!
//! A case is a separate program, and errors point at its own tokens: the macros pass on every token with its span.

/// A registry of agents that extends ours, and a program. Each agent is the one of [`agent!`].
#[macro_export]
macro_rules! agents {
    ($($name:ident $(without $missing:ident)* { $($fields:tt)* })*) => {
        registry::registry! {
            extends registry::REGISTRY;
            agents {
                $(mod $name {
                    $crate::agent! {
                        /// A fixture.
                        $name $(without $missing)* { $($fields)* }
                    }
                })*
            }
        }

        fn main() {}
    };
}

/// A registry of providers alone, and a program.
#[macro_export]
macro_rules! providers {
    ($($name:ident $fields:tt)*) => {
        registry::registry! {
            providers {
                $(mod $name {
                    registry::provider! {
                        /// A fixture.
                        $name $fields
                    }
                })*
            }
        }

        fn main() {}
    };
}

/// A registry of families alone, and a program.
#[macro_export]
macro_rules! families {
    ($($name:ident $fields:tt)*) => {
        registry::registry! {
            families {
                $(mod $name {
                    registry::family! {
                        /// A fixture.
                        $name $fields
                    }
                })*
            }
        }

        fn main() {}
    };
}

/// An agent that breaks no rule, except by the given fields; `without FIELD` omits one more.
#[macro_export]
macro_rules! agent {
    // Each given field removes its default. The fields are read token by token.
    (@ $all:tt $_:tt $i:tt $r:tt $l:tt $s:tt $m:tt $e:tt $w:tt $h:tt; protocol: $($more:tt)*) => {
        $crate::agent! { @ $all [] $i $r $l $s $m $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $_:tt $r:tt $l:tt $s:tt $m:tt $e:tt $w:tt $h:tt; install: $($more:tt)*) => {
        $crate::agent! { @ $all $p [] $r $l $s $m $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $_:tt $l:tt $s:tt $m:tt $e:tt $w:tt $h:tt; runs: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i [] $l $s $m $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $_:tt $s:tt $m:tt $e:tt $w:tt $h:tt; launch: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r [] $s $m $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $_:tt $m:tt $e:tt $w:tt $h:tt; handshake: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l [] $m $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $s:tt $_:tt $e:tt $w:tt $h:tt; model: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l $s [] $e $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $s:tt $m:tt $_:tt $w:tt $h:tt; env: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l $s $m [] $w $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $s:tt $m:tt $e:tt $_:tt $h:tt; web: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l $s $m $e [] $h; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $s:tt $m:tt $e:tt $w:tt $_:tt; home: $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l $s $m $e $w []; $($more)* }
    };
    (@ $all:tt $p:tt $i:tt $r:tt $l:tt $s:tt $m:tt $e:tt $w:tt $h:tt; $_:tt $($more:tt)*) => {
        $crate::agent! { @ $all $p $i $r $l $s $m $e $w $h; $($more)* }
    };
    (@ { [$($head:tt)*] $($fields:tt)* } $([$($default:tt)*])*;) => {
        registry::agent! { $($head)* { $($fields)* $($($default)*)* } }
    };
    ($(#[$doc:meta])* $name:ident $(without $missing:ident)* { $($fields:tt)* }) => {
        $crate::agent! {
            @ { [$(#[$doc])* $name] $($fields)* }
            [protocol: OpenAiCompletions,]
            [install: [archive("fixture", { LinuxX64: url(
                "https://example.org/fixture.tar.gz",
                sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            ) })],]
            [runs: native,]
            [launch: ["fixture", "acp"],]
            [handshake: { name: "fixture", session: ok, exit: eof },]
            [model: { format: Bare, via: SetModel, proxy: AsIs },]
            [env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },]
            [web: NoTools("its tool list was read"),]
            [home: [".fixture"],];
            $($missing:)* $($fields)*
        }
    };
}

//! Tests of the module as its users see it.

mod dialect;
mod reader;
mod syntax;

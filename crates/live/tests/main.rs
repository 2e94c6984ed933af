//! What real processes and sockets can say of this package, linked once.

mod dialogue;
mod model_server;
mod modules;

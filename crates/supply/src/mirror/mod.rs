//! Everything that installs need, in one folder, with the site file that names it.

mod checksum;
mod collect;
mod folder;
pub mod make;
pub(crate) mod pack;
mod pages;
mod places;
pub mod request;
mod runtimes;
pub mod wanted;

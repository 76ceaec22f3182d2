//! The example `pipe` as its users have it: the real program, real files, bytes compared.

mod bytes;
mod demo;
mod endings;
mod losses;
mod tool;

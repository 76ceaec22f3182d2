//! The example `pipe` as its users have it: the real program, real files, bytes compared.

mod bytes;
mod control;
mod demo;
mod endings;
mod inputs;
mod losses;
mod tool;

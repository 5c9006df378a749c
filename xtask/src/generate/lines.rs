//! How lines of a template are written.

/// Lines of a template, indented as they stand.
macro_rules! lines {
    ($text:expr, $($line:literal)+) => {{ $(let _ = writeln!($text, $line);)+ }};
}
pub(super) use lines;

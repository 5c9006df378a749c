//! A logo: a picture that is what it says, and no larger than a letterhead needs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::invalid::Check;

/// Most bytes of a picture. It is kept with the settings, whose item may have 400 KB.
pub const MOST_BYTES: usize = 100 * 1024;
/// Most pixels along a side: what is small on the disk and huge on the page is an attack.
pub const MOST_PIXELS: u32 = 2_000;
/// Most characters of base64 that [`MOST_BYTES`] take.
const MOST_CHARACTERS: usize = MOST_BYTES.div_ceil(3) * 4;

/// A picture in the letterhead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Logo {
    /// What it is.
    pub format: LogoFormat,
    /// Its bytes in base64 (RFC 4648, section 4), at most 100 KiB of them, and at most 2,000 pixels along a side.
    #[cfg_attr(feature = "schema", schema(max_length = 136536))]
    pub data: String,
}

/// What a logo may be. Neither format can hold a script or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LogoFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl Logo {
    /// Its bytes; none when they are not base64.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.data).ok()
    }

    /// The rules for saved logos.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when it is too large, or not what it says.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        if self.data.len() > MOST_CHARACTERS {
            check.fault("/data", "too_long", "is larger than 100 KiB; make it smaller");
        }
        check.done()?;
        let bytes = self.bytes().filter(|bytes| bytes.len() <= MOST_BYTES);
        let size = bytes.as_deref().and_then(|bytes| match self.format {
            LogoFormat::Png => png_size(bytes),
            LogoFormat::Jpeg => jpeg_size(bytes),
        });
        match size {
            None => check_one("must be the base64 of a picture in this format, of at most 100 KiB"),
            Some((wide, high)) if !(1..=MOST_PIXELS).contains(&wide) || !(1..=MOST_PIXELS).contains(&high) => {
                check_one("must be from 1 to 2000 pixels wide and high; scale it")
            }
            Some(_) => Ok(()),
        }
    }
}

fn check_one(detail: &str) -> Result<(), Refusal> {
    Err(Refusal::invalid("/data", "not_a_logo", detail))
}

/// Width and height of a PNG: signature, then the chunk IHDR (PNG specification, third edition, sections 5.2 and 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.strip_prefix(&[0, 0, 0, 13])?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// Width and height of a JPEG: those of its first frame (ITU-T T.81, sections B.1.1 and B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        rest = rest.strip_prefix(&[0xff])?;
        let (marker, after) = rest.split_first()?;
        let length = usize::from(u16::from_be_bytes(after.get(..2)?.try_into().ok()?));
        let segment = after.get(2..length.max(2))?;
        match marker {
            // A frame begins, of whatever coding; C4, C8 and CC are tables and not frames.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let side = |at: usize| Some(u32::from(u16::from_be_bytes(segment.get(at..at + 2)?.try_into().ok()?)));
                return Some((side(3)?, side(1)?));
            }
            // Entropy-coded data before any frame is no picture.
            0xda | 0xd9 => return None,
            _ => rest = after.get(length..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(format: LogoFormat, bytes: &[u8]) -> Logo {
        Logo { format, data: STANDARD.encode(bytes) }
    }

    fn png(wide: u32, high: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(wide.to_be_bytes());
        bytes.extend(high.to_be_bytes());
        bytes
    }

    fn jpeg(wide: u16, high: u16) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F', 0xff, 0xc2, 0, 11, 8];
        bytes.extend(high.to_be_bytes());
        bytes.extend(wide.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0]);
        bytes
    }

    #[test]
    fn a_logo_is_what_it_says_and_not_huge() {
        assert_eq!((png_size(&png(7, 9)), jpeg_size(&jpeg(7, 9))), (Some((7, 9)), Some((7, 9))));
        assert!(logo(LogoFormat::Png, &png(2_000, 2_000)).check().is_ok());
        assert!(logo(LogoFormat::Jpeg, &jpeg(300, 80)).check().is_ok());
        let mut large = png(10, 10);
        large.resize(MOST_BYTES + 1, 0);
        for (format, bytes) in [
            (LogoFormat::Png, jpeg(300, 80)),
            (LogoFormat::Jpeg, png(10, 10)),
            (LogoFormat::Png, b"<svg onload='alert(1)'/>".to_vec()),
            (LogoFormat::Png, png(2_001, 10)),
            (LogoFormat::Png, png(10, 0)),
            (LogoFormat::Jpeg, vec![0xff, 0xd8, 0xff, 0xda, 0, 2]),
            (LogoFormat::Jpeg, vec![0xff, 0xd8, 0xff, 0xe0, 0, 0]),
            (LogoFormat::Png, large),
        ] {
            assert!(logo(format, &bytes).check().is_err(), "{format:?} {:?}", bytes.get(..20));
        }
        assert!(Logo { format: LogoFormat::Png, data: "not base64".into() }.check().is_err());
    }
}

//! From a document to a PDF, by Typst: a template each, fonts in the binary, no files, no network, no clock.
//!
//! What the document says reaches the template as data (`sys.inputs`), never as its text, so nothing that somebody wrote
//! can be markup. The same document gives the same bytes: the only date in the file is the document's own.

use std::sync::LazyLock;

use domain::billing::documents::facts::Document;
use domain::billing::documents::printed::{Printed, print};
use domain::ids::LicenceAuditId;
use domain::licences::audit::PrintedAudit;
use runtime::{Error, Result};
use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Smart, Value};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// The templates. Changing one changes the documents to come, never one that was made.
const INVOICE: &str = include_str!("invoice.typ");
const AUDIT: &str = include_str!("audit.typ");

/// Inter, under the SIL Open Font License 1.1 (fonts/OFL.txt): Latin, Greek and Cyrillic, and the signs of currencies.
const FONTS: [&[u8]; 2] = [include_bytes!("../fonts/Inter-Regular.ttf"), include_bytes!("../fonts/Inter-SemiBold.ttf")];

/// From so many lines on a file has no tags for screen readers: they would make up most of it.
const MOST_TAGGED_LINES: usize = 400;

/// How many renderings Typst's memory of what it has laid out survives. Invoices have little in common.
const REMEMBERED: usize = 1;

static LETTERS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.into_iter().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// A PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: u32,
    /// The characters that it was to print and has no letters for, each once; at most [`MOST_NAMED`].
    pub missing: String,
}

/// Most characters without a letter that are named.
const MOST_NAMED: usize = 40;

/// Turns the direction of what is written behind it, so that something else is read than what was written: never printed.
const fn turns_the_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Has nothing to print: places at which words may break or are joined, and marks that choose how a letter looks.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The characters of a text that the fonts have no letter for, each once.
fn missing(text: &str) -> String {
    let (_, fonts) = &*LETTERS;
    let mut missing = String::new();
    for c in text.chars().filter(|c| !c.is_ascii() && !c.is_whitespace() && !is_invisible(*c)) {
        let printed = fonts.iter().all(|font| font.info().coverage.contains(u32::from(c)));
        if !printed && !missing.contains(c) {
            missing.push(c);
        }
        if missing.chars().count() == MOST_NAMED {
            break;
        }
    }
    missing
}

/// Sets a document and writes it as a PDF.
///
/// # Errors
/// When the document's lines do not add up; a defect when the template does not compile.
pub fn pdf(document: &Document) -> Result<Pdf> {
    let name = format!("{} {}", document.id, document.look.name());
    let (says, logo) = said_by(document)?;
    let missing = missing(&says);
    written(&compile(INVOICE, says, logo)?, name, document.lines.len() <= MOST_TAGGED_LINES, missing)
}

/// Sets a report of licences and writes it as a PDF.
///
/// # Errors
/// A defect when the template does not compile.
pub fn audit_pdf(id: LicenceAuditId, audit: &PrintedAudit) -> Result<Pdf> {
    let rows: usize = audit.sections.iter().map(|section| section.rows.len()).sum();
    let says = text_of(audit)?;
    let missing = missing(&says);
    written(&compile(AUDIT, says, None)?, id.to_string(), rows <= MOST_TAGGED_LINES, missing)
}

fn written(pages: &PagedDocument, name: String, tagged: bool, missing: String) -> Result<Pdf> {
    let options = PdfOptions {
        ident: Smart::Custom(name),
        creator: Smart::Custom(Some("Steward".to_owned())),
        tagged,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(pages, &options).map_err(|errors| said(&errors))?;
    typst::comemo::evict(REMEMBERED);
    Ok(Pdf { bytes, pages: u32::try_from(pages.pages().len()).unwrap_or(u32::MAX), missing })
}

/// Sets a document on pages.
///
/// # Errors
/// As [`pdf`].
pub fn lay_out(document: &Document) -> Result<PagedDocument> {
    let (says, logo) = said_by(document)?;
    compile(INVOICE, says, logo)
}

/// What a document says, and its logo.
fn said_by(document: &Document) -> Result<(String, Option<Vec<u8>>)> {
    let logo = document.issuer.letterhead.logo.as_ref().and_then(|logo| logo.bytes());
    let printed = Printed { logo: logo.is_some(), ..print(document)? };
    Ok((text_of(&printed)?, logo))
}

/// What a template is given to say, in the direction in which it is read.
fn text_of(says: &impl Serialize) -> Result<String> {
    let mut json = serde_json::to_string(says).map_err(|e| Error::Internal(e.to_string()))?;
    json.retain(|c| !turns_the_direction(c));
    Ok(json)
}

/// Sets what a template is given to say.
fn compile(template: &str, json: String, logo: Option<Vec<u8>>) -> Result<PagedDocument> {
    let mut inputs = Dict::new();
    inputs.insert("document".into(), Value::Str(json.into()));
    if let Some(logo) = logo {
        inputs.insert("logo".into(), Value::Bytes(Bytes::new(logo)));
    }
    let library = LazyHash::new(Library::builder().with_inputs(inputs).build());
    let desk = Desk { library, template: Source::detached(template) };
    typst::compile::<PagedDocument>(&desk).output.map_err(|errors| said(&errors))
}

fn said(errors: &[SourceDiagnostic]) -> Error {
    let said: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    Error::Internal(format!("the template: {}", said.join("; ")))
}

/// All that the template may see: itself, its fonts, and its inputs.
struct Desk {
    library: LazyHash<Library>,
    template: Source,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &LETTERS.0
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        LETTERS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

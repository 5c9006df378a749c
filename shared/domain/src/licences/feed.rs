//! Renewals as a calendar: iCalendar (RFC 5545) with a day for each renewal and one for each last day of notice.
//!
//! A calendar program reads the feed again and again. What is one thing has one `UID` for ever, so that a date which moves
//! moves in the reader's calendar and makes no second entry; `DTSTAMP` is when the licence last changed, so that the feed
//! is the same as long as nothing changed.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::renewal::{Coming, ComingKind};
use crate::ids::LicenceId;

/// Octets of a line, its end excluded (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// A licence of which something comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which licence.
    pub licence: LicenceId,
    /// What people call it by.
    pub name: String,
    /// Whose it is.
    pub client: String,
    /// What comes.
    pub coming: Coming,
    /// When the licence last changed.
    pub updated_at: Timestamp,
}

/// The calendar, by this name. `app_url` is where people look at a licence.
pub fn calendar(name: &str, entries: &[Entry], app_url: &str) -> String {
    let mut out = Lines::default();
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Steward//Licence renewals//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    // RFC 7986, 5.1 and 5.7; the X- properties are what programs read that do not know it.
    out.text("NAME", name);
    out.text("X-WR-CALNAME", name);
    out.line("REFRESH-INTERVAL;VALUE=DURATION:PT12H");
    out.line("X-PUBLISHED-TTL:PT12H");
    for entry in entries {
        let what = match entry.coming.what {
            ComingKind::Terminates => "ends",
            ComingKind::Expires => "expires",
            ComingKind::Renews => "renews by itself",
            ComingKind::RenewalDue => "is to be renewed",
            ComingKind::Lapsed => "was to be renewed",
        };
        out.day(entry, "", entry.coming.on, &format!("{} ({}) {what}", entry.name, entry.client), app_url);
        if let Some(by) = entry.coming.notice_by.filter(|by| *by < entry.coming.on) {
            let summary = format!("Last day of notice: {} ({})", entry.name, entry.client);
            out.day(entry, "-notice", by, &summary, app_url);
        }
    }
    out.line("END:VCALENDAR");
    out.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn day(&mut self, entry: &Entry, which: &str, on: Date, summary: &str, app_url: &str) {
        let licence = entry.licence;
        let compact = |day: Date| day.strftime("%Y%m%d").to_string();
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{licence}{which}@steward"));
        self.line(&format!("DTSTAMP:{}", entry.updated_at.strftime("%Y%m%dT%H%M%SZ")));
        self.line(&format!("DTSTART;VALUE=DATE:{}", compact(on)));
        self.line(&format!("DTEND;VALUE=DATE:{}", compact(on.saturating_add(1.day()))));
        self.text("SUMMARY", summary);
        self.line(&format!("URL:{app_url}/licences/{licence}"));
        // It takes nobody's time.
        self.line("TRANSP:TRANSPARENT");
        self.line("END:VEVENT");
    }

    /// A property whose value is somebody's words (RFC 5545, 3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.line(&format!("{name}:{escaped}"));
    }

    /// A line, folded where it is too long, never inside a character.
    fn line(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > LONGEST_LINE {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

//! The letters: short, plain, and with a link to where the rest is.

use domain::events::{Event, TicketRef};
use domain::sla::ClockKind;
use domain::tenants::Tenant;
use domain::tickets::Priority;
use domain::users::INVITATION_LASTS_HOURS;
use domain::zone::Zone;
use jiff::Timestamp;
use runtime::mail::Letter;
use runtime::{ReactionCx, Result, invitations};

use crate::people::Person;

/// What somebody is told of the event, if they are told anything. An invitation's secret is in its letter only.
pub(crate) fn letter(cx: &ReactionCx, tenant: &Tenant, to: &Person) -> Result<Option<Letter>> {
    let app = &cx.world.config.app_url;
    let zone = to.zone.as_ref().unwrap_or(&tenant.zone);
    let words = match &cx.envelope.event {
        Event::UserInvited { .. } => match &to.user {
            Some(user) => invitation(app, tenant, &invitations::token(cx.world.secrets()?, user)),
            None => return Ok(None),
        },
        Event::TicketAssigned { at, .. } => about(app, at, "is yours now", "is yours now."),
        Event::TicketReplied { at, by_client: true, .. } => {
            about(app, at, "the customer replied", "has a new reply from the customer.")
        }
        Event::TicketReplied { at, .. } => about(app, at, "we replied", "has a new reply from us."),
        Event::SlaBreached { at, clock, since } => {
            let said = format!("missed its {} target on {}.", words_of(*clock), local(*since, zone));
            about(app, at, "target missed", &said)
        }
        Event::SlaEscalated { at, clock, since, .. } => {
            let said = format!("was escalated on {}: its {} target needs you.", local(*since, zone), words_of(*clock));
            about(app, at, "escalated", &said)
        }
        _ => return Ok(None),
    };
    let text = format!("Hello {},\n\n{}\n\n{}\n", to.name, words.said, tenant.name);
    Ok(Some(Letter { to: to.email.to_string(), subject: words.subject, text, ..Letter::default() }))
}

struct Words {
    subject: String,
    said: String,
}

fn invitation(app: &str, tenant: &Tenant, token: &str) -> Words {
    let days = INVITATION_LASTS_HOURS / 24;
    // Behind the #, so that the secret stays in the browser and out of every server's log.
    let said = format!(
        "you are invited to work with {}. Choose a password here within {days} days:\n\n{app}/invitation#{token}",
        tenant.name
    );
    Words { subject: format!("Your invitation to {}", tenant.name), said }
}

fn about(app: &str, at: &TicketRef, headline: &str, said: &str) -> Words {
    let TicketRef { ticket, number, subject, priority, .. } = at;
    let priority = match priority {
        Priority::P1 => "P1",
        Priority::P2 => "P2",
        Priority::P3 => "P3",
        Priority::P4 => "P4",
    };
    Words {
        subject: format!("[#{number}] {subject}: {headline}"),
        said: format!("ticket #{number} ({priority}), \"{subject}\", {said}\n\n{app}/tickets/{ticket}"),
    }
}

fn words_of(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::FirstResponse => "first response",
        ClockKind::NextReply => "next reply",
        ClockKind::Resolution => "resolution",
    }
}

/// An instant on the reader's clock.
fn local(at: Timestamp, zone: &Zone) -> String {
    at.to_zoned(zone.rules().clone()).strftime("%-d %B %Y at %H:%M %Z").to_string()
}

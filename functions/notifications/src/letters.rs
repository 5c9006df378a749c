//! The letters: short, plain, and with a link to where the rest is.

use domain::billing::dunning::StepKind;
use domain::billing::hours::on_the_clock;
use domain::billing::refunds::{DisputeState, TakenBack};
use domain::billing::reports::Month;
use domain::budgets::{Threshold, Warning};
use domain::events::{Event, TicketRef};
use domain::ids::{ClientId, PaymentId};
use domain::insights::{Amount, People};
use domain::licences::ComingKind;
use domain::money::Money;
use domain::sla::ClockKind;
use domain::tenants::Tenant;
use domain::tickets::Priority;
use domain::users::INVITATION_LASTS_HOURS;
use domain::zone::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use runtime::mail::Letter;
use runtime::{ReactionCx, Result, invitations};
use rust_decimal::Decimal;

use crate::people::Person;

/// Whose something is that is told of a client's things: of several clients a letter that does not name one says little.
pub(crate) const fn client_of(event: &Event) -> Option<ClientId> {
    match event {
        Event::HoursRunLow { client, .. }
        | Event::AnomalyFound { client, .. }
        | Event::AccessAnomalyFound { client, .. }
        | Event::BudgetWarned { client, .. }
        | Event::LicenceRenewalNear { client, .. } => Some(*client),
        _ => None,
    }
}

/// What somebody is told of the event, if they are told anything; `client` is the name of [`client_of`] it. An invitation's
/// secret is in its letter only.
pub(crate) fn letter(cx: &ReactionCx, tenant: &Tenant, client: &str, to: &Person) -> Result<Option<Letter>> {
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
        Event::ChargeFailed { invoice, number, amount, next, .. } => Words {
            subject: format!("Invoice {number}: the charge was declined"),
            said: format!(
                "{amount} for invoice {number} could not be charged. {}\n\n{app}/invoices/{invoice}",
                after_decline(next.map(|next| local(next, zone)))
            ),
        },
        Event::ChargeRefused { invoice, number, amount, said, .. } => Words {
            subject: format!("Invoice {number}: the payment provider does not take the charge"),
            said: format!(
                "{amount} for invoice {number} cannot be charged, by whatever way to pay. The payment provider said:\n\n\
                 {said}\n\nIt is not tried again by itself, and the client was told nothing. Let the client pay by a bank \
                 transfer, or mend the cause and charge it by hand:\n\n{app}/invoices/{invoice}"
            ),
        },
        Event::PaymentDisputed { payment, amount, stands, taken, .. } => {
            disputed(app, payment, *amount, *stands, *taken)
        }
        Event::PaymentRefundFailed { payment, amount, .. } => Words {
            subject: format!("A refund of {amount} failed"),
            said: format!(
                "the payer's bank did not take the refund of {amount}, and the payment provider has the money again. It pays the \
                 invoice again that it was taken from, as far as that is open; the rest is the client's credit. Ask the \
                 client how to pay it back:\n\n{app}/payments/{payment}"
            ),
        },
        Event::PaymentMissing { payment, amount, missing, .. } => Words {
            subject: format!("{missing} is missing in the books"),
            said: format!(
                "{amount} of a payment went back at the payment provider, which is more than the books have of it. {missing} of \
                 that is in no account here: the provider took more than was left of the payment, or the client's credit has \
                 paid something else since. Bill it to the client or book it as a loss in your \
                 accounts:\n\n{app}/payments/{payment}"
            ),
        },
        Event::HoursRunLow { client: id, name, month, percent, used, of, .. } => {
            run_low(app, (id, client), (name.as_deref(), *month), *percent, (*used, *of))
        }
        Event::AnomalyFound { anomaly, sentence, excess, .. } => Words {
            subject: match excess {
                Amount::Money(_) => format!("Unusual costs: {excess} ({client})"),
                Amount::People(People { people }) => format!("Unusual use: {people} people-days ({client})"),
                Amount::Series(_) => format!("Costs are missing ({client})"),
            },
            said: format!(
                "something at {client} is unusual.\n\n{sentence}\n\nSay whether it was expected, and it is \
                 looked at accordingly from now on:\n\n{app}/anomalies/{anomaly}"
            ),
        },
        Event::BudgetWarned { budget, client: id, name, warnings, whole, spent, expected, until } => {
            let said = warned((name, client), warnings, *whole, *spent, *expected, *until);
            let of =
                |(what, word): (Threshold, &str)| highest(warnings, what).map(|percent| format!("{percent} % {word}"));
            let reached: Vec<String> =
                [(Threshold::Actual, "spent"), (Threshold::Forecast, "expected")].into_iter().filter_map(of).collect();
            Words {
                subject: format!("Budget {name}: {} ({client})", reached.join(", ")),
                said: format!("{said}\n\n{app}/clients/{id}/budgets/{budget}"),
            }
        }
        Event::AccessAnomalyFound { anomaly, sentence, .. } => Words {
            subject: format!("Unusual use of a product ({client})"),
            said: format!(
                "somebody's use of a product at {client} is unusual.\n\n{sentence}\n\nSay whether it was expected; an hour \
                 that was is usual for that person from now on:\n\n{app}/access-anomalies/{anomaly}"
            ),
        },
        Event::LedgerDamaged { found } => Words {
            subject: "The books do not add up".to_owned(),
            said: format!(
                "the nightly check of the books found {found} things that are wrong. Nothing was changed. What they are, and of \
                 which invoices and postings:\n\n{app}/ledger/check"
            ),
        },
        Event::DunningStepTaken { invoice, number, step, balance, due_on, .. } => {
            let Some((headline, todo)) = dunned(*step) else { return Ok(None) };
            let due_on = due_on.strftime("%-d %B %Y");
            Words {
                subject: format!("Invoice {number}: {headline}"),
                said: format!("{balance} of invoice {number} was due on {due_on}: {todo}\n\n{app}/invoices/{invoice}"),
            }
        }
        Event::LicenceRenewalNear { licence, name, on, days, what, notice_by, .. } => {
            let said = coming((name, client), *on, *days, *what, *notice_by);
            Words {
                subject: format!("{name}: {} {} ({client})", comes(*what), within(*days)),
                said: format!("{said}\n\n{app}/licences/{licence}"),
            }
        }
        _ => return Ok(None),
    };
    let text = format!("Hello {},\n\n{}\n\n{}\n", to.name, words.said, tenant.name);
    Ok(Some(Letter { to: to.email.to_string(), subject: words.subject, text, ..Letter::default() }))
}

/// What comes of a licence, in a word.
fn comes(what: ComingKind) -> &'static str {
    match what {
        ComingKind::Terminates => "ends",
        ComingKind::Expires => "expires",
        ComingKind::Renews => "renews by itself",
        ComingKind::RenewalDue => "is to be renewed",
        ComingKind::Lapsed => "was to be renewed",
    }
}

/// What comes of a licence, and what there is to do.
fn coming((name, client): (&str, &str), on: Date, days: u32, what: ComingKind, notice_by: Option<Date>) -> String {
    let day = |day: Date| day.strftime("%-d %B %Y").to_string();
    let todo = match (what, notice_by) {
        (ComingKind::Renews, Some(by)) if by < on.saturating_sub(i64::from(days).days()) => {
            format!("The last day of notice was {}. Look at how many seats are used before.", day(by))
        }
        (ComingKind::Renews, Some(by)) => {
            format!("Whoever does not want that gives notice by {}. Look at how many seats are used before.", day(by))
        }
        (ComingKind::Terminates, _) => "Make sure that nobody needs it any more by then.".to_owned(),
        _ => "Renew it by then, or move those who use it.".to_owned(),
    };
    format!("the licence {name} of {client} {} on {}, {}. {todo}", comes(what), day(on), within(days))
}

/// In how many days something comes, in words.
fn within(days: u32) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => format!("in {days} days"),
    }
}

/// The highest threshold of a kind that is told of.
fn highest(warnings: &[Warning], what: Threshold) -> Option<u16> {
    warnings.iter().filter(|warning| warning.what == what).map(|warning| warning.percent).max()
}

/// What is reached of a budget, and what by.
fn warned(
    (name, client): (&str, &str),
    warnings: &[Warning],
    whole: Money,
    spent: Money,
    expected: Option<Money>,
    until: Month,
) -> String {
    let by_spent = highest(warnings, Threshold::Actual)
        .map(|percent| format!("{spent} of it is spent, which is {percent} % or more."));
    let by_forecast = highest(warnings, Threshold::Forecast).zip(expected).map(|(percent, expected)| {
        format!("{expected} is expected to be spent by the end of {until}, which is {percent} % or more.")
    });
    let said: Vec<String> = by_spent.into_iter().chain(by_forecast).collect();
    format!("the budget {name} of {client} has {whole} until {until}. {}", said.join(" "))
}

fn disputed(app: &str, payment: &PaymentId, amount: Money, stands: DisputeState, taken: Option<TakenBack>) -> Words {
    let (headline, said) = match stands {
        DisputeState::Open => (
            "is disputed",
            "the payer's bank disputes it. Answer with evidence at the payment provider, in the days that it gives you. Until \
             it is decided, nobody is dunned for what it paid."
                .to_owned(),
        ),
        DisputeState::Won => ("stays", "the dispute was decided for you: the money stays.".to_owned()),
        DisputeState::Lost => ("went back", lost(taken)),
    };
    let said = format!("of a payment by the payment provider, {amount}: {said}\n\n{app}/payments/{payment}");
    Words { subject: format!("A payment of {amount} {headline}"), said }
}

/// What a dispute that was lost came to.
fn lost(taken: Option<TakenBack>) -> String {
    let mut said = "the dispute was decided for the payer, and the bank took the money back.".to_owned();
    let Some(TakenBack { opened, lost, of_credit, missing }) = taken else { return said };
    let parts = [
        (opened, "is open again on the invoices that it paid; their dunning waits until you let it go on."),
        (lost, "had paid invoices that were written off, and is lost as well."),
        (of_credit, "came from the client's credit."),
        (missing, "is missing in the books; a letter of its own says more."),
    ];
    for (part, words) in parts.into_iter().filter(|(part, _)| part.minor() > 0) {
        said.push_str(&format!(" {part} {words}"));
    }
    said
}

fn run_low(
    app: &str,
    (id, client): (&ClientId, &str),
    (name, month): (Option<&str>, Option<Date>),
    percent: u8,
    (used, of): (Decimal, Decimal),
) -> Words {
    let which = match (name, month) {
        (Some(name), Some(month)) => format!(" of {name} for the month from {}", month.strftime("%-d %B %Y")),
        (Some(name), None) => format!(" of the block \"{name}\""),
        (None, _) => String::new(),
    };
    let said = format!(
        "{} of {} prepaid hours{which} are used at {client}, which is {percent} % or more:\n\n{app}/clients/{id}",
        on_the_clock(used),
        on_the_clock(of),
    );
    let of = name.map_or_else(|| "are used".to_owned(), |name| format!("of {name} are used"));
    Words { subject: format!("Prepaid hours: {percent} % {of} ({client})"), said }
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

/// What the MSP's own people are told of a step of dunning; of the others the client alone is told.
const fn dunned(step: StepKind) -> Option<(&'static str, &'static str)> {
    match step {
        StepKind::Suspend => Some(("the client is flagged", "the client is flagged.")),
        StepKind::Collection => Some(("for collection", "hand it to collection.")),
        StepKind::Reminder | StepKind::Overdue1 | StepKind::Overdue2 | StepKind::Overdue3 => None,
    }
}

/// What happens next.
fn after_decline(next: Option<String>) -> String {
    match next {
        Some(next) => format!("It is tried again on {next}."),
        None => "It is not tried again by itself before the client confirms it or gives another way to pay.".to_owned(),
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

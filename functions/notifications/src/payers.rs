//! What whoever pays is written of an invoice: by the MSP's own messages, or ours in the language of its letterhead.

use domain::billing::documents::facts::{Look, file_name};
use domain::billing::documents::words::Language;
use domain::billing::invoice::{Invoice, InvoiceKind};
use domain::billing::messages::{Facts, Message, News};
use domain::events::Event;
use domain::ids::{ClientId, InvoiceId};
use domain::money::Money;
use domain::tenants::Tenant;
use domain::zone::Zone;
use runtime::mail::{Enclosure, Letter};
use runtime::paying::pay_at;
use runtime::{ReactionCx, Result};

use crate::people::{Person, known};

/// A letter to who pays, but for their name and address.
pub(crate) struct PayersLetter {
    /// Whose letter it is.
    pub(crate) client: ClientId,
    message: Message,
    news: News,
    number: String,
    company: String,
    pay_link: String,
    language: Language,
    zone: Zone,
    pdf: Option<Enclosure>,
}

impl PayersLetter {
    /// What the payers are told of the event, if they are told anything.
    pub(crate) async fn of(cx: &ReactionCx, tenant: &Tenant) -> Result<Option<Self>> {
        let Some((invoice, number, client, news)) = news(cx, &tenant.zone).await? else { return Ok(None) };
        let letterhead = cx.store.document_settings().await?.value.letterhead;
        let settings = cx.store.billing_settings().await?.value;
        let Some(message) = settings.message(&news, letterhead.language) else { return Ok(None) };
        let pdf = match news {
            News::Dunned { .. } => pdf(cx, invoice, &number).await?,
            News::Declined { .. } | News::Received { .. } | News::Voided { .. } => None,
        };
        Ok(Some(PayersLetter {
            client,
            message,
            news,
            number,
            company: letterhead.name.unwrap_or_else(|| tenant.name.clone()),
            // Who pays has no account: the link that was signed for them leads to the invoice, and to where it is paid.
            pay_link: pay_at(&cx.world, tenant.id, invoice)?,
            language: letterhead.language,
            zone: tenant.zone.clone(),
            pdf,
        }))
    }

    /// The letter to one of them.
    pub(crate) fn to(&self, person: &Person) -> Letter {
        let facts = Facts {
            client: &person.name,
            company: &self.company,
            number: &self.number,
            pay_link: &self.pay_link,
            news: self.news,
            language: self.language,
            zone: &self.zone,
        };
        let Message { subject, text } = self.message.filled(&facts);
        let attachments = self.pdf.iter().cloned().collect();
        Letter { to: person.email.to_string(), subject, text, attachments, ..Letter::default() }
    }
}

/// The invoice that the event is about, its number and whose it is, and what is told of it.
async fn news(cx: &ReactionCx, zone: &Zone) -> Result<Option<(InvoiceId, String, ClientId, News)>> {
    let (invoice, number, client, news) = match &cx.envelope.event {
        Event::DunningStepTaken { invoice, number, client, step, balance, due_on, late_fee } => {
            let (step, balance, due_on, late_fee) = (*step, *balance, *due_on, *late_fee);
            let on = zone.date(cx.envelope.at);
            (invoice, number, client, News::Dunned { step, balance, due_on, late_fee, on })
        }
        Event::ChargeFailed { invoice, number, client, amount, class, next } => {
            (invoice, number, client, News::Declined { amount: *amount, class: *class, next: *next })
        }
        Event::ChargeSucceeded { invoice, number, client, amount } => {
            (invoice, number, client, News::Received { amount: *amount })
        }
        Event::InvoiceVoided { invoice, client, .. } => {
            let gone = voided(cx, *invoice).await?;
            return Ok(gone.map(|(number, amount)| (*invoice, number, *client, News::Voided { amount })));
        }
        _ => return Ok(None),
    };
    Ok(Some((*invoice, number.clone(), *client, news)))
}

/// The number of an invoice that is void and what was to pay of it, if it had gone to the client: of what nobody got, nobody is
/// told.
async fn voided(cx: &ReactionCx, id: InvoiceId) -> Result<Option<(String, Money)>> {
    let Some(kept) = known(cx.store.invoice(id).await)? else { return Ok(None) };
    let Invoice { number, sent_at, totals, .. } = kept.invoice;
    Ok(sent_at.and(number).map(|number| (number.to_string(), totals.total)))
}

/// The invoice's PDF, if it was made: a letter without it is better than none.
async fn pdf(cx: &ReactionCx, invoice: InvoiceId, number: &str) -> Result<Option<Enclosure>> {
    let Some(kept) = cx.store.document(invoice, Look::Issued).await? else { return Ok(None) };
    let data = match cx.store.kept_file(&kept.value.pdf).await {
        Err(error) if !error.is_passing() => {
            tracing::error!(%invoice, %error, "a PDF cannot be read; the letter goes without it");
            return Ok(None);
        }
        read => read?,
    };
    let name = format!("{}.pdf", file_name(InvoiceKind::Recurring, Some(number)));
    Ok(Some(Enclosure { name, media_type: "application/pdf".to_owned(), data }))
}

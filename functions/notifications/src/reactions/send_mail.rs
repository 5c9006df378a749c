//! Tell people by mail what concerns them.

use contract::notifications::SEND_MAIL;
use domain::notices::{Recipient, instead_of, recipients};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

use crate::letters::{client_of, letter};
use crate::payers::PayersLetter;
use crate::people::{known, people};

/// What a client is called that is not there any more.
const GONE: &str = "a client";

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(SEND_MAIL, send_mail)
}

async fn send_mail(cx: ReactionCx) -> Result<Commit> {
    let recipients = recipients(&cx.envelope.event);
    if recipients.is_empty() {
        return Ok(cx.store.commit());
    }
    let tenant = cx.store.tenant_record().await?.value;
    let mut failed = None;
    let mut told = people(&cx, &recipients).await?;
    // Whoever pays does not stand in for the MSP's own people.
    if told.iter().all(|person| person.pays) {
        let mut instead = people(&cx, &instead_of(&cx.envelope.event)).await?;
        instead.retain(|person| told.iter().all(|known| known.email != person.email));
        told.extend(instead);
    }
    let to_payers = PayersLetter::of(&cx, &tenant).await?;
    // Of some steps of dunning the payers are told as well, if the MSP has written what.
    let also = to_payers.as_ref().map(|letter| Recipient::Payer(letter.client));
    if let Some(also) = also.filter(|payers| !recipients.contains(payers)) {
        told.extend(people(&cx, &[also]).await?);
    }
    let client = match client_of(&cx.envelope.event) {
        Some(id) if !told.is_empty() => known(cx.store.client(id).await)?.map(|client| client.name),
        _ => None,
    };
    let client = client.unwrap_or_else(|| GONE.to_owned());
    for person in told {
        let letter = match &to_payers {
            Some(letter) if person.pays => Some(letter.to(&person)),
            _ => letter(&cx, &tenant, &client, &person)?,
        };
        if let Some(letter) = letter {
            // One bad address keeps no letter from the others; the bus brings the event again for those that failed.
            failed = cx.world.mail.send(&letter).await.err().or(failed);
        }
    }
    failed.map_or_else(|| Ok(cx.store.commit()), |error| Err(error.into()))
}

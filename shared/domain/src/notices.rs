//! Who is told of what happened.

use crate::access::Role;
use crate::billing::dunning::step::StepKind;
use crate::events::{Event, TicketRef};
use crate::ids::{ClientId, ContactId, UserId};
use crate::licences::Owner;

/// Somebody to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// One person with a sign-in.
    User(UserId),
    /// A client's person without one.
    Contact(ClientId, ContactId),
    /// Where a client's invoices go.
    Payer(ClientId),
    /// Everybody who has this role.
    Everybody(Role),
    /// Everybody at a client who has this role.
    EverybodyAt(ClientId, Role),
}

/// Who is told of an event. Nobody is told of what they did themselves.
pub fn recipients(event: &Event) -> Vec<Recipient> {
    match event {
        Event::UserInvited { user, .. } => vec![Recipient::User(*user)],
        Event::TicketAssigned { at, by, .. } => {
            at.assignee.filter(|owner| Some(*owner) != *by).map(Recipient::User).into_iter().collect()
        }
        Event::TicketReplied { at, by, by_client } => {
            let whom = if *by_client { at.assignee.map(Recipient::User) } else { asker(at) };
            whom.filter(|whom| *whom != Recipient::User(*by)).into_iter().collect()
        }
        Event::SlaBreached { at, .. } => at.assignee.map(Recipient::User).into_iter().collect(),
        Event::SlaEscalated { notify_roles, notify_users, .. } => {
            let people = notify_users.iter().copied().map(Recipient::User);
            people.chain(notify_roles.iter().copied().map(Recipient::Everybody)).collect()
        }
        // Whether it had gone to them says the invoice.
        Event::ChargeSucceeded { client, .. } | Event::InvoiceVoided { client, .. } => vec![Recipient::Payer(*client)],
        Event::ChargeFailed { client, .. } => vec![Recipient::Payer(*client), Recipient::Everybody(Role::Billing)],
        // The client can do nothing about it.
        Event::ChargeRefused { .. } => vec![Recipient::Everybody(Role::Billing)],
        // Whoever sells the client its next hours, and whoever answers for the desk that runs out of them.
        Event::HoursRunLow { .. } => [Role::Owner, Role::Manager, Role::Billing].map(Recipient::Everybody).to_vec(),
        Event::AnomalyFound { .. } | Event::AccessAnomalyFound { .. } => vec![Recipient::Everybody(Role::Owner)],
        Event::LedgerDamaged { .. } => [Role::Owner, Role::Billing].map(Recipient::Everybody).to_vec(),
        Event::PaymentDisputed { .. } => [Role::Owner, Role::Billing].map(Recipient::Everybody).to_vec(),
        Event::PaymentRefundFailed { .. } => [Role::Owner, Role::Billing].map(Recipient::Everybody).to_vec(),
        Event::PaymentMissing { .. } => [Role::Owner, Role::Billing].map(Recipient::Everybody).to_vec(),
        Event::BudgetWarned { client, .. } => vec![Recipient::EverybodyAt(*client, Role::ClientAdmin)],
        Event::DunningStepTaken { client, step, .. } => match step {
            StepKind::Suspend => vec![Recipient::Everybody(Role::Dispatcher), Recipient::Everybody(Role::Billing)],
            StepKind::Collection => vec![Recipient::Everybody(Role::Owner), Recipient::Everybody(Role::Billing)],
            _ => vec![Recipient::Payer(*client)],
        },
        Event::LicenceRenewalNear { client, owner, .. } => match owner {
            Some(Owner::User { user }) => vec![Recipient::User(*user)],
            Some(Owner::Contact { contact }) => vec![Recipient::Contact(*client, *contact)],
            None => instead_of(event),
        },
        _ => Vec::new(),
    }
}

/// Who is told of an event where nobody of its [`recipients`] can be reached any more; of those who pay it is not asked.
pub fn instead_of(event: &Event) -> Vec<Recipient> {
    match event {
        Event::LicenceRenewalNear { .. }
        | Event::BudgetWarned { .. }
        | Event::ChargeFailed { .. }
        | Event::ChargeRefused { .. }
        | Event::DunningStepTaken { step: StepKind::Suspend, .. } => vec![Recipient::Everybody(Role::Owner)],
        _ => Vec::new(),
    }
}

/// Who asked: with their sign-in if they have one.
fn asker(at: &TicketRef) -> Option<Recipient> {
    at.requester.map(Recipient::User).or_else(|| at.contact.map(|contact| Recipient::Contact(at.client, contact)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::Priority;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn ticket() -> TicketRef {
        let id = uuid::Uuid::from_u128;
        TicketRef {
            ticket: crate::ids::TicketId::from_uuid(id(1)),
            number: 1,
            subject: "The printer is on fire".to_owned(),
            client: ClientId::from_uuid(id(2)),
            priority: Priority::P1,
            department: None,
            assignee: Some(user(10)),
            requester: Some(user(20)),
            contact: Some(ContactId::from_uuid(id(3))),
        }
    }

    #[test]
    fn a_reply_goes_to_the_other_side() {
        let by_staff = Event::TicketReplied { at: ticket(), by: user(10), by_client: false };
        assert_eq!(recipients(&by_staff), [Recipient::User(user(20))]);
        let by_client = Event::TicketReplied { at: ticket(), by: user(20), by_client: true };
        assert_eq!(recipients(&by_client), [Recipient::User(user(10))]);
    }

    #[test]
    fn whoever_has_no_sign_in_is_told_as_a_contact() {
        let at = TicketRef { requester: None, ..ticket() };
        let told = recipients(&Event::TicketReplied { at: at.clone(), by: user(10), by_client: false });
        assert_eq!(
            told,
            at.contact.map(|contact| Recipient::Contact(at.client, contact)).into_iter().collect::<Vec<_>>()
        );
    }

    #[test]
    fn nobody_is_told_of_the_ticket_that_they_took() {
        let taken = Event::TicketAssigned { at: ticket(), from: None, by: Some(user(10)) };
        assert_eq!(recipients(&taken), []);
        let given = Event::TicketAssigned { at: ticket(), from: None, by: Some(user(11)) };
        assert_eq!(recipients(&given), [Recipient::User(user(10))]);
    }

    #[test]
    fn of_a_decline_the_owner_hears_where_nobody_keeps_the_books() {
        let failed = Event::ChargeFailed {
            invoice: crate::ids::InvoiceId::from_uuid(uuid::Uuid::from_u128(4)),
            number: "INV-000001".to_owned(),
            client: ticket().client,
            amount: crate::money::Money::new(10_000, iso_currency::Currency::EUR),
            class: crate::billing::retry::DeclineClass::Hard,
            next: None,
        };
        let told = [Recipient::Payer(ticket().client), Recipient::Everybody(Role::Billing)];
        assert_eq!(recipients(&failed), told);
        assert_eq!(instead_of(&failed), [Recipient::Everybody(Role::Owner)]);
    }
}

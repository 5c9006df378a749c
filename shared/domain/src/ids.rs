//! Typed ids: a prefix that says the kind, and a UUID (version 7, so ids sort by the time they were made).

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::text::travels_as_text;

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {prefix} and 32 lower-case hexadecimal digits")]
pub struct NotAnId {
    /// The prefix that the id should have had.
    pub prefix: &'static str,
}

/// Strict: exactly 32 lower-case digits, so that one id has one spelling.
fn parse(text: &str, prefix: &'static str) -> Result<Uuid, NotAnId> {
    let digits = text.strip_prefix(prefix).ok_or(NotAnId { prefix })?;
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digits.len() != 32 || !digits.bytes().all(lower_hex) {
        return Err(NotAnId { prefix });
    }
    Uuid::try_parse(digits).map_err(|_| NotAnId { prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this UUID; making UUIDs is not the domain's business.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID behind the prefix.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text, $prefix).map(Self)
            }
        }

        travels_as_text!(
            $name,
            Some(concat!("^", $prefix, "[0-9a-f]{32}$")),
            concat!($prefix, " and 32 lower-case hexadecimal digits")
        );
    )+};
}

ids! {
    /// An MSP.
    TenantId "ten_";
    /// Somebody who signs in.
    UserId "usr_";
    /// A customer of an MSP.
    ClientId "cli_";
    /// A person at a client.
    ContactId "con_";
    /// A department of the MSP, which works on tickets.
    DepartmentId "dep_";
    /// A business calendar.
    CalendarId "cal_";
    /// An SLA policy.
    PolicyId "pol_";
    /// A ticket.
    TicketId "tkt_";
    /// An entry of a ticket's timeline.
    MessageId "msg_";
    /// Something that happened.
    EventId "evt_";
    /// A sign-in with its refresh tokens.
    SessionId "ses_";
    /// A place where a client works.
    SiteId "sit_";
    /// A department of a client.
    UnitId "unt_";
    /// A contract with a client.
    ContractId "ctr_";
    /// A line of a contract.
    LineId "lin_";
    /// An amendment of a contract.
    AmendmentId "amd_";
    /// An invoice or a credit note.
    InvoiceId "inv_";
    /// A one-off charge, billed with the next invoice.
    ChargeId "chg_";
    /// A record of use, priced by a contract's line.
    UsageId "usg_";
    /// A time entry on a ticket.
    TimeEntryId "tim_";
    /// A block of prepaid hours.
    BlockId "blk_";
    /// A payment.
    PaymentId "pay_";
    /// A client's budget.
    BudgetId "bdg_";
    /// A way to pay that a client saved.
    PaymentMethodId "pym_";
    /// A posting of the ledger.
    PostingId "pst_";
    /// A product of the software catalogue.
    ProductId "prd_";
    /// What a client is licensed for.
    LicenceId "lic_";
    /// A paper of a licence that is kept as a file.
    LicenceFileId "lfi_";
    /// Something about a client's licences that costs money for nothing, or is not licensed.
    FindingId "fnd_";
    /// A report of what a client is licensed for, holds and uses.
    LicenceAuditId "lau_";
    /// A series of a client's daily costs.
    SeriesId "ser_";
    /// Something unusual in a series.
    AnomalyId "anm_";
    /// Something unusual about somebody's use of products.
    AccessAnomalyId "axs_";
    /// A file of costs.
    ImportId "imp_";
    /// Something that somebody has announced at a client, such as a migration.
    KnownEventId "kev_";
}

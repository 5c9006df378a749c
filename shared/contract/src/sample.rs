//! What samples name: records that the demo tenant of the local stack really has, so that a sample event finds
//! something to work on. Those that it has not yet answer 404.

/// Ids of the demo tenant. Each kind counts from 1, see `local/src/demo`.
pub mod demo_ids {
    /// The demo tenant, Nordlicht IT.
    pub const TENANT: &str = "ten_01970000000070008000000000000001";
    /// Its owner.
    pub const OWNER: &str = "usr_01970000000070008000000000000001";
    /// A technician, who owns [`TICKET`].
    pub const TECHNICIAN: &str = "usr_01970000000070008000000000000002";
    /// A client.
    pub const CLIENT: &str = "cli_01970000000070008000000000000001";
    /// A contact of [`CLIENT`].
    pub const CONTACT: &str = "con_01970000000070008000000000000001";
    /// A department.
    pub const DEPARTMENT: &str = "dep_01970000000070008000000000000001";
    /// A calendar.
    pub const CALENDAR: &str = "cal_01970000000070008000000000000001";
    /// An SLA policy.
    pub const POLICY: &str = "pol_01970000000070008000000000000001";
    /// Ticket number 1: of [`CLIENT`], owned by [`TECHNICIAN`], and never done.
    pub const TICKET: &str = "tkt_01970000000070008000000000000001";
    /// The first contract.
    pub const CONTRACT: &str = "ctr_01970000000070008000000000000001";
    /// The first invoice.
    pub const INVOICE: &str = "inv_01970000000070008000000000000001";
    /// The first way to pay of [`CLIENT`].
    pub const METHOD: &str = "pym_01970000000070008000000000000001";
    /// The first product.
    pub const PRODUCT: &str = "prd_01970000000070008000000000000001";
    /// The first licence of [`CLIENT`].
    pub const LICENCE: &str = "lic_01970000000070008000000000000001";
    /// The first finding at [`CLIENT`].
    pub const FINDING: &str = "fnd_01970000000070008000000000000001";
    /// The budget of [`CLIENT`].
    pub const BUDGET: &str = "bdg_01970000000070008000000000000001";
    /// The first charge of [`CLIENT`].
    pub const CHARGE: &str = "chg_01970000000070008000000000000001";
}

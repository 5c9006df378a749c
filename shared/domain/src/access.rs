//! Who may do what: roles, permissions, and the one table between them.

use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, TenantId, UserId};

/// What somebody is to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Role {
    /// Runs the MSP; there is always at least one.
    Owner,
    /// Runs the desk.
    Manager,
    /// Hands out the work.
    Dispatcher,
    /// Does the work.
    Technician,
    /// Keeps the books.
    Billing,
    /// Reads everything, changes nothing.
    Auditor,
    /// The client's own IT team.
    ClientAdmin,
    /// Anybody at a client.
    ClientUser,
}

/// One thing that a route may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Permission {
    /// Read one's own profile and sign out.
    MeRead,
    /// Read the tenant's settings.
    TenantRead,
    /// Change the tenant's settings.
    TenantManage,
    /// Read users.
    UserRead,
    /// Invite, change and deactivate users.
    UserManage,
    /// Read clients.
    ClientRead,
    /// Add and change clients.
    ClientManage,
    /// Read contacts.
    ContactRead,
    /// Add and change contacts.
    ContactManage,
    /// Read departments.
    DepartmentRead,
    /// Add and change departments.
    DepartmentManage,
    /// Read calendars and policies, and preview them.
    SlaRead,
    /// Add and change calendars and policies.
    SlaManage,
    /// Read tickets and their timelines.
    TicketRead,
    /// Open tickets.
    TicketOpen,
    /// Reply in public.
    TicketReply,
    /// Change, set the status, note inside, take.
    TicketWork,
    /// Give a ticket to somebody else.
    TicketAssign,
    /// Run a job by hand.
    JobRun,
    /// Read contracts, and simulate them.
    ContractRead,
    /// Draw up, sign, amend and end contracts.
    ContractManage,
    /// Read time entries.
    TimeRead,
    /// Log one's own time.
    TimeLog,
    /// Change anybody's time, and the rates.
    TimeManage,
    /// Read invoices and credit notes.
    InvoiceRead,
    /// Preview, approve, issue, void, credit and write off invoices; charge and one-offs.
    InvoiceManage,
    /// Read payments and ways to pay.
    PaymentRead,
    /// Record, allocate and refund payments; charge a saved method.
    PaymentManage,
    /// Change how the tenant bills: taxes, numbers, terms, dunning.
    BillingManage,
    /// Read the ledger, its check, and the reports.
    LedgerRead,
    /// Read the software catalogue.
    ProductRead,
    /// Read licences, their seats and their renewals.
    LicenceRead,
    /// Add and change products and licences.
    LicenceManage,
    /// Give and take back seats, and report what is used.
    SeatManage,
    /// Read who did what.
    AuditRead,
    /// Read series of costs, their anomalies and imports.
    InsightRead,
    /// Import costs, judge anomalies, announce events, change how anomalies are looked for.
    InsightManage,
    /// Read what a client spends, its budgets and where they lead.
    BudgetRead,
    /// Add, change and close budgets, and say which department carries what.
    BudgetManage,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Role; 8] = [
        Role::Owner,
        Role::Manager,
        Role::Dispatcher,
        Role::Technician,
        Role::Billing,
        Role::Auditor,
        Role::ClientAdmin,
        Role::ClientUser,
    ];

    /// What the role may do. This is the one table; routes name the permission that they need.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::*;
        match self {
            Role::Owner => &Permission::ALL,
            Role::Manager => &[
                MeRead,
                TenantRead,
                UserRead,
                UserManage,
                ClientRead,
                ClientManage,
                ContactRead,
                ContactManage,
                DepartmentRead,
                DepartmentManage,
                SlaRead,
                SlaManage,
                TicketRead,
                TicketOpen,
                TicketReply,
                TicketWork,
                TicketAssign,
                JobRun,
                ContractRead,
                ContractManage,
                TimeRead,
                TimeLog,
                TimeManage,
                InvoiceRead,
                PaymentRead,
                LedgerRead,
                ProductRead,
                LicenceRead,
                LicenceManage,
                SeatManage,
                AuditRead,
                InsightRead,
                InsightManage,
                BudgetRead,
                BudgetManage,
            ],
            Role::Dispatcher => &[
                MeRead,
                TenantRead,
                UserRead,
                ClientRead,
                ContactRead,
                ContactManage,
                DepartmentRead,
                SlaRead,
                TicketRead,
                TicketOpen,
                TicketReply,
                TicketWork,
                TicketAssign,
                ContractRead,
                TimeRead,
                TimeLog,
                ProductRead,
                LicenceRead,
                SeatManage,
            ],
            Role::Technician => &[
                MeRead,
                TenantRead,
                UserRead,
                ClientRead,
                ContactRead,
                ContactManage,
                DepartmentRead,
                SlaRead,
                TicketRead,
                TicketOpen,
                TicketReply,
                TicketWork,
                TimeRead,
                TimeLog,
                ProductRead,
                LicenceRead,
                SeatManage,
            ],
            Role::Billing => &[
                MeRead,
                TenantRead,
                ClientRead,
                ClientManage,
                ContactRead,
                ContactManage,
                DepartmentRead,
                SlaRead,
                TicketRead,
                ContractRead,
                ContractManage,
                TimeRead,
                TimeLog,
                TimeManage,
                InvoiceRead,
                InvoiceManage,
                PaymentRead,
                PaymentManage,
                BillingManage,
                LedgerRead,
                ProductRead,
                LicenceRead,
                LicenceManage,
                SeatManage,
                InsightRead,
                InsightManage,
                BudgetRead,
                BudgetManage,
            ],
            Role::Auditor => &[
                MeRead,
                TenantRead,
                UserRead,
                ClientRead,
                ContactRead,
                DepartmentRead,
                SlaRead,
                TicketRead,
                ContractRead,
                TimeRead,
                InvoiceRead,
                PaymentRead,
                LedgerRead,
                ProductRead,
                LicenceRead,
                AuditRead,
                InsightRead,
                BudgetRead,
            ],
            Role::ClientAdmin => &[
                MeRead,
                UserRead,
                UserManage,
                ClientRead,
                ContactRead,
                ContactManage,
                TicketRead,
                TicketOpen,
                TicketReply,
                ContractRead,
                InvoiceRead,
                PaymentRead,
                LicenceRead,
                SeatManage,
                InsightRead,
                BudgetRead,
                BudgetManage,
            ],
            Role::ClientUser => &[MeRead, ClientRead, TicketRead, TicketOpen, TicketReply],
        }
    }

    /// Whether the role has the permission.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether this is somebody at a client rather than at the MSP.
    pub const fn is_client_side(self) -> bool {
        matches!(self, Role::ClientAdmin | Role::ClientUser)
    }

    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Dispatcher => "dispatcher",
            Role::Technician => "technician",
            Role::Billing => "billing",
            Role::Auditor => "auditor",
            Role::ClientAdmin => "client_admin",
            Role::ClientUser => "client_user",
        }
    }

    /// Whether the role may work on tickets, and so be given one.
    pub fn works_tickets(self) -> bool {
        self.may(Permission::TicketWork)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Role::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownRole)
    }
}

/// The text is not the name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role; use one of owner, manager, dispatcher, technician, billing, auditor, client_admin, client_user")]
pub struct UnknownRole;

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 39] = [
        Permission::MeRead,
        Permission::TenantRead,
        Permission::TenantManage,
        Permission::UserRead,
        Permission::UserManage,
        Permission::ClientRead,
        Permission::ClientManage,
        Permission::ContactRead,
        Permission::ContactManage,
        Permission::DepartmentRead,
        Permission::DepartmentManage,
        Permission::SlaRead,
        Permission::SlaManage,
        Permission::TicketRead,
        Permission::TicketOpen,
        Permission::TicketReply,
        Permission::TicketWork,
        Permission::TicketAssign,
        Permission::JobRun,
        Permission::ContractRead,
        Permission::ContractManage,
        Permission::TimeRead,
        Permission::TimeLog,
        Permission::TimeManage,
        Permission::InvoiceRead,
        Permission::InvoiceManage,
        Permission::PaymentRead,
        Permission::PaymentManage,
        Permission::BillingManage,
        Permission::LedgerRead,
        Permission::ProductRead,
        Permission::LicenceRead,
        Permission::LicenceManage,
        Permission::SeatManage,
        Permission::AuditRead,
        Permission::InsightRead,
        Permission::InsightManage,
        Permission::BudgetRead,
        Permission::BudgetManage,
    ];
}

/// Who is asking, as the verified token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The MSP that they belong to or are served by.
    pub tenant: TenantId,
    /// Who they are.
    pub user: UserId,
    /// What they are to the desk.
    pub role: Role,
    /// Their client; present exactly for client-side roles.
    pub client: Option<ClientId>,
    /// Their name, for timelines.
    pub name: String,
}

impl Actor {
    /// The MSP's side sees every client, the client's side its own only.
    pub fn sees_client(&self, client: ClientId) -> bool {
        !self.role.is_client_side() || self.client == Some(client)
    }

    /// Whether the caller has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}

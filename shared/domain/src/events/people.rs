//! What happens to tenants, people, clients and what a desk is set up with.

macro_rules! people {
    ($areas:tt $($listed:tt)*) => {
        events! { $areas $($listed)*
            /// An MSP signed up.
            TenantSignedUp = "tenant.signed_up" {
                /// The new tenant.
                tenant: TenantId,
                /// Its name.
                name: String,
                /// Its first owner.
                owner: UserId,
            }
            /// A tenant's settings changed.
            TenantChanged = "tenant.changed" {
                /// Which tenant.
                tenant: TenantId,
            }
            /// Somebody was invited. The invitation itself is a secret and not in here.
            UserInvited = "user.invited" {
                /// The new user.
                user: UserId,
                /// Where the invitation goes.
                email: String,
                /// Their name.
                name: String,
                /// Their role.
                role: Role,
                /// Their client, for client-side roles.
                client: Option<ClientId>,
                /// Who invited them.
                by: UserId,
            }
            /// An invitation was accepted.
            UserJoined = "user.joined" {
                /// Who joined.
                user: UserId,
                /// In which role.
                role: Role,
            }
            /// A user changed.
            UserChanged = "user.changed" {
                /// Which user.
                user: UserId,
            }
            /// A user can no longer sign in.
            UserDeactivated = "user.deactivated" {
                /// Which user.
                user: UserId,
            }
            /// A client was added.
            ClientAdded = "client.added" {
                /// Which client.
                client: ClientId,
                /// Its name.
                name: String,
            }
            /// A client changed.
            ClientChanged = "client.changed" {
                /// Which client.
                client: ClientId,
            }
            /// A contact was added.
            ContactAdded = "contact.added" {
                /// Which contact.
                contact: ContactId,
                /// At which client.
                client: ClientId,
            }
            /// A contact changed.
            ContactChanged = "contact.changed" {
                /// Which contact.
                contact: ContactId,
                /// At which client.
                client: ClientId,
            }
            /// A department was added.
            DepartmentAdded = "department.added" {
                /// Which department.
                department: DepartmentId,
                /// Its name.
                name: String,
            }
            /// A department changed.
            DepartmentChanged = "department.changed" {
                /// Which department.
                department: DepartmentId,
            }
            /// A calendar was added.
            CalendarAdded = "calendar.added" {
                /// Which calendar.
                calendar: CalendarId,
            }
            /// A calendar changed; open tickets are recomputed.
            CalendarChanged = "calendar.changed" {
                /// Which calendar.
                calendar: CalendarId,
            }
            /// A policy was added.
            PolicyAdded = "policy.added" {
                /// Which policy.
                policy: PolicyId,
            }
            /// A policy changed; open tickets are recomputed.
            PolicyChanged = "policy.changed" {
                /// Which policy.
                policy: PolicyId,
            }
        }
    };
}

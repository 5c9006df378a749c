//! What happens to licences, anomalies and budgets.

macro_rules! licences {
    ($areas:tt $($listed:tt)*) => {
        events! { $areas $($listed)*
            /// How many of a client's licences contracts bill is another number from a day on.
            LicencesChanged = "licences.changed" {
                /// Whose.
                client: ClientId,
                /// Of which product; of any, where it is not said.
                product: Option<ProductId>,
                /// From which local day on.
                on: Date,
            }
            /// A licence renewed by itself.
            LicenceRenewed = "licence.renewed" {
                /// Which licence.
                licence: LicenceId,
                /// Whose.
                client: ClientId,
                /// The first day of the new term.
                on: Date,
                /// The first day of the term after it.
                until: Date,
            }
            /// The end of a licence's term is near.
            LicenceRenewalNear = "licence.renewal_near" {
                /// Which licence.
                licence: LicenceId,
                /// Whose.
                client: ClientId,
                /// What people call it by.
                name: String,
                /// On which local day it comes.
                on: Date,
                /// In how many days.
                days: u32,
                /// What comes.
                what: ComingKind,
                /// The last day on which notice may be given.
                notice_by: Option<Date>,
                /// Who is told.
                owner: Option<Owner>,
            }
            /// Somebody wants a report of what a client is licensed for.
            LicenceAuditWanted = "licence.audit_wanted" {
                /// Which report.
                audit: LicenceAuditId,
                /// Of which client.
                client: ClientId,
            }
            /// What a report of licences says is known, and its workbook is made.
            LicenceAuditMade = "licence.audit_made" {
                /// Which report.
                audit: LicenceAuditId,
                /// Of which client.
                client: ClientId,
            }
            /// Something unusual was found in a series of costs or of use, and comes to enough to be told.
            AnomalyFound = "anomaly.found" {
                /// Which anomaly.
                anomaly: AnomalyId,
                /// Whose costs.
                client: ClientId,
                /// What is unusual, in plain words.
                sentence: String,
                /// How much more than expected it came to by then; negative for less. Of use, people-days.
                excess: Amount,
            }
            /// Somebody's use of a product is unusual.
            AccessAnomalyFound = "access_anomaly.found" {
                /// What.
                anomaly: AccessAnomalyId,
                /// At which client.
                client: ClientId,
                /// What is unusual, in plain words.
                sentence: String,
            }
            /// Thresholds of a budget were reached, each for the first time.
            BudgetWarned = "budget.warned" {
                /// Which budget.
                budget: BudgetId,
                /// Whose.
                client: ClientId,
                /// What people call it.
                name: String,
                /// Which thresholds.
                warnings: Vec<Warning>,
                /// Its whole amount.
                whole: Money,
                /// What is spent of it.
                spent: Money,
                /// What is expected by its end, where that can be told.
                expected: Option<Money>,
                /// Its last month.
                until: Month,
            }
        }
    };
}

//! What was done about the invoices that are not paid.

use domain::billing::dunning::{Dunning, DunningPolicy, StepKind};
use domain::billing::invoice::Invoice;
use domain::ids::InvoiceId;
use domain::money::Money;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::Result;
use store::dunning::KeptDunning;

use super::past::Past;
use crate::demo::wrong;

impl Past<'_> {
    /// Notes that an invoice went out and, past its due date, that it is overdue and what was done about that until
    /// yesterday. What is not due yet has its dunning planned like any other.
    pub(super) async fn left_open(&self, id: InvoiceId, due_on: Date) -> Result<()> {
        let kept = self.store.invoice(id).await?;
        let invoice = self.sent(&kept.value)?.overdue(self.today, self.world.now())?;
        let mut commit = self.store.commit().update_invoice(&kept, &invoice);
        if due_on < self.today {
            let dunned = self.dunned(&invoice, due_on)?;
            let flagged = dunned.dunning.taken.iter().find(|taken| taken.kind == StepKind::Suspend);
            if let Some(flagged) = flagged {
                let client = self.store.client_billing(invoice.client).await?;
                commit = commit.update(&client.value.suspended(id, flagged.on), client.rev);
            }
            commit = commit.create(&dunned);
        }
        self.write(commit).await
    }

    fn dunned(&self, invoice: &Invoice, due_on: Date) -> Result<KeptDunning> {
        let calendar = self.house.calendar(self.house.tenant.calendar).ok_or_else(|| wrong("no calendar"))?;
        let (policy, days) = (DunningPolicy::default(), calendar.days());
        let from = invoice.issued_on.unwrap_or(due_on);
        let mut dunning = Dunning::default();
        let mut day = from;
        while day < self.today {
            if let Some(kind) = dunning.due(&policy, due_on, &days, day).map(|step| step.kind) {
                dunning = dunning.take(kind, &policy, due_on, &days, day)?;
            }
            day = day.saturating_add(1.day());
        }
        Ok(KeptDunning {
            invoice: invoice.id,
            client: invoice.client,
            dunning,
            interest: Money::zero(invoice.currency),
            // The next run looks at once, and finds the step of today, if there is one.
            due_at: Some(self.world.now()),
            disputes: None,
            charges: Vec::new(),
        })
    }
}

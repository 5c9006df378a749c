//! Tell people by mail what concerns them: invitations, replies, new work, missed targets, dunning with its invoice, charges, invoices that are void, disputes, refunds that failed, low hours, licences that renew, anomalies, budgets, books that do not add up.

fn main() -> runtime::Exit {
    runtime::serve_reaction(notifications::reactions::send_mail::reaction())
}

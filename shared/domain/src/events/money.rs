//! What happens to contracts, work, invoices, payments and what is sent of them.

macro_rules! money {
    ($areas:tt $($listed:tt)*) => {
        events! { $areas $($listed)*
            /// A contract was signed: it is billed from now on, and its SLA holds.
            ContractSigned = "contract.signed" {
                /// Which contract.
                contract: ContractId,
                /// With which client.
                client: ClientId,
            }
            /// A contract was amended, notice and its end included.
            ContractAmended = "contract.amended" {
                /// Which contract.
                contract: ContractId,
                /// With which client.
                client: ClientId,
            }
            /// A contract is over: its last bill is written.
            ContractEnded = "contract.ended" {
                /// Which contract.
                contract: ContractId,
                /// With which client.
                client: ClientId,
            }
            /// The invoice run leaves a contract alone until somebody has looked at it.
            ContractParked = "contract.parked" {
                /// Which contract.
                contract: ContractId,
                /// With which client.
                client: ClientId,
                /// What stands in the way.
                reason: String,
            }
            /// An invoice was drafted, and waits to be issued.
            InvoiceDrafted = "invoice.drafted" {
                /// Which invoice.
                invoice: InvoiceId,
                /// To whom.
                client: ClientId,
                /// What would be to pay.
                total: Money,
            }
            /// An invoice was issued.
            InvoiceIssued = "invoice.issued" {
                /// Which invoice.
                invoice: InvoiceId,
                /// To whom.
                client: ClientId,
                /// Its number, as it is printed.
                number: String,
                /// What is to pay.
                total: Money,
            }
            /// An invoice turned out never to have been owed.
            InvoiceVoided = "invoice.voided" {
                /// Which invoice.
                invoice: InvoiceId,
                /// To whom it was.
                client: ClientId,
                /// Whether what was agreed for its period is to be billed again.
                #[serde(default)]
                bill_again: bool,
                /// Who voided it.
                by: UserId,
            }
            /// Work was logged on a ticket.
            TimeLogged = "time.logged" {
                /// The entry.
                time: TimeEntryId,
                /// On which ticket.
                ticket: TicketId,
                /// For whom.
                client: ClientId,
            }
            /// Logged work was changed before it was billed.
            TimeChanged = "time.changed" {
                /// The entry.
                time: TimeEntryId,
                /// On which ticket.
                ticket: TicketId,
                /// For whom.
                client: ClientId,
            }
            /// Something is charged once, with the client's next bill.
            ChargeAdded = "charge.added" {
                /// To whom.
                client: ClientId,
                /// Which charge.
                charge: ChargeId,
            }
            /// A client bought prepaid hours.
            BlockSold = "block.sold" {
                /// Who.
                client: ClientId,
                /// Which block.
                block: BlockId,
            }
            /// Prepaid hours of a client run out.
            HoursRunLow = "hours.run_low" {
                /// Whose.
                client: ClientId,
                /// The contract whose work drew them last, and whose month it is when there is no block.
                contract: ContractId,
                /// The block; none for the hours that the contract includes in a month.
                block: Option<BlockId>,
                /// What people call it: the block's text, or the contract's number and name.
                name: Option<String>,
                /// The first day of the month whose hours they are; none of a block.
                month: Option<Date>,
                /// Per cent that is drawn: 80 or 95.
                percent: u8,
                /// Minutes drawn so far.
                used: Decimal,
                /// Of how many.
                of: Decimal,
            }
            /// What was left to pay of an invoice is not expected any more.
            InvoiceWrittenOff = "invoice.written_off" {
                /// Which invoice.
                invoice: InvoiceId,
                /// Who was to pay.
                client: ClientId,
            }
            /// A credit note was issued.
            InvoiceCredited = "invoice.credited" {
                /// The invoice that it takes back, in whole or in part.
                invoice: InvoiceId,
                /// The note.
                note: InvoiceId,
                /// To whom.
                client: ClientId,
                /// The note's number, as it is printed.
                number: String,
                /// What it takes back.
                total: Money,
            }
            /// Nothing is left to pay of an invoice: it was paid.
            InvoicePaid = "invoice.paid" {
                /// Which invoice.
                invoice: InvoiceId,
                /// Who paid.
                client: ClientId,
            }
            /// Money came in, or a client's credit was used.
            PaymentReceived = "payment.received" {
                /// Which payment.
                payment: PaymentId,
                /// Who paid.
                client: ClientId,
                /// How much.
                amount: Money,
            }
            /// Money of a payment went back, or some of a client's credit was paid out.
            PaymentRefunded = "payment.refunded" {
                /// Which payment.
                payment: PaymentId,
                /// To whom.
                client: ClientId,
                /// How much.
                amount: Money,
            }
            /// What a payment had paid on an invoice became the client's credit, and the invoice is open again.
            PaymentReleased = "payment.released" {
                /// Which payment.
                payment: PaymentId,
                /// Whose.
                client: ClientId,
                /// Off which invoice.
                invoice: InvoiceId,
                /// How much.
                amount: Money,
            }
            /// The payer's bank disputes a payment by the provider, or that was decided.
            PaymentDisputed = "payment.disputed" {
                /// Which payment.
                payment: PaymentId,
                /// Who paid.
                client: ClientId,
                /// How much of it.
                amount: Money,
                /// Where the dispute stands.
                stands: DisputeState,
                /// What became of the money, of one that was lost.
                #[serde(default)]
                taken: Option<TakenBack>,
            }
            /// Money of a payment that had gone back came in again: the payer's bank did not take the refund.
            PaymentRefundFailed = "payment.refund_failed" {
                /// Which payment.
                payment: PaymentId,
                /// Who did not get it.
                client: ClientId,
                /// How much.
                amount: Money,
            }
            /// More of a payment went back at the provider than the books have of it: somebody has to book the rest.
            PaymentMissing = "payment.missing" {
                /// Which payment.
                payment: PaymentId,
                /// Who paid.
                client: ClientId,
                /// How much went back.
                amount: Money,
                /// What of it is not in the books.
                missing: Money,
            }
            /// A client's way to pay was saved.
            PaymentMethodAdded = "payment_method.added" {
                /// Whose.
                client: ClientId,
                /// Which one.
                method: PaymentMethodId,
            }
            /// A saved way to pay was charged for an invoice.
            ChargeSucceeded = "charge.succeeded" {
                /// For which invoice.
                invoice: InvoiceId,
                /// Its number, as it is printed.
                number: String,
                /// Whose.
                client: ClientId,
                /// How much.
                amount: Money,
            }
            /// A saved way to pay was declined.
            ChargeFailed = "charge.failed" {
                /// For which invoice.
                invoice: InvoiceId,
                /// Its number, as it is printed.
                number: String,
                /// Whose.
                client: ClientId,
                /// How much.
                amount: Money,
                /// Why.
                class: DeclineClass,
                /// When it is tried again; none when it is not, until somebody does something.
                next: Option<Timestamp>,
            }
            /// The payment provider takes no such charge, of its amount or in its currency: no way to pay is at fault.
            ChargeRefused = "charge.refused" {
                /// For which invoice.
                invoice: InvoiceId,
                /// Its number, as it is printed.
                number: String,
                /// Whose.
                client: ClientId,
                /// How much.
                amount: Money,
                /// What the provider said.
                said: String,
            }
            /// The last day on which paying was in time is over, and something is left to pay.
            InvoiceOverdue = "invoice.overdue" {
                /// Which invoice.
                invoice: InvoiceId,
                /// Its number, as it is printed.
                number: String,
                /// Who is to pay.
                client: ClientId,
                /// What is left to pay.
                balance: Money,
            }
            /// A step of dunning was taken.
            DunningStepTaken = "dunning.step_taken" {
                /// For which invoice.
                invoice: InvoiceId,
                /// Its number, as it is printed.
                number: String,
                /// Who is to pay.
                client: ClientId,
                /// Which step.
                step: StepKind,
                /// What is left to pay.
                balance: Money,
                /// The last day on which paying is in time.
                due_on: Date,
                /// What is charged with it, on the client's next invoice.
                #[serde(default)]
                late_fee: Option<Money>,
            }
            /// The check of the books found something that is wrong, or something else than before.
            LedgerDamaged = "ledger.damaged" {
                /// How much it found.
                found: u64,
            }
            /// Somebody waits for a document that is not made yet.
            InvoiceDocumentWanted = "invoice.document_wanted" {
                /// Of which invoice.
                invoice: InvoiceId,
                /// To whom it is.
                client: ClientId,
                /// Whether it is to be sent as soon as it is made.
                #[serde(default)]
                send: bool,
            }
            /// A document was made, and can be fetched and sent.
            InvoiceDocumentMade = "invoice.document_made" {
                /// Of which invoice.
                invoice: InvoiceId,
                /// To whom it is.
                client: ClientId,
                /// What it stands for.
                look: Look,
                /// Whether somebody waits for it to be sent.
                #[serde(default)]
                send: bool,
            }
            /// What a void invoice took up is open again.
            InvoiceReleased = "invoice.released" {
                /// Which invoice.
                invoice: InvoiceId,
                /// Whose.
                client: ClientId,
            }
            /// Somebody wants an invoice to be sent, whether it was before or not.
            InvoiceSendWanted = "invoice.send_wanted" {
                /// Which invoice or credit note.
                invoice: InvoiceId,
                /// To whom.
                client: ClientId,
            }
            /// An invoice or a credit note went to the client.
            InvoiceSent = "invoice.sent" {
                /// Which one.
                invoice: InvoiceId,
                /// To whom.
                client: ClientId,
                /// To how many addresses.
                addresses: u32,
            }
        }
    };
}

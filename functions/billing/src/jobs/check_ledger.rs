//! Prove the books, each tenant's in its own night.
//!
//! Records are read first and postings last: whatever moved money while they were read has a posting of that time. So
//! what was found counts only if no posting is as young as the reading; otherwise it is read again, and in an hour.

use std::collections::BTreeMap;

use contract::ledger::CHECK;
use domain::billing::checker::{Checker, Finding, is_news};
use domain::billing::ledger::Posting;
use domain::billing::number::SeriesKind;
use domain::events::Event;
use domain::tenants::Tenant;
use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::TenantStore;
use store::books::{LedgerCheck, MOST_FINDINGS};
use store::due::Due;

/// Readings in a row while money moves.
const MOST_READINGS: usize = 3;
/// A posting has the time at which its request began, which writes some seconds later; an index may be seconds behind.
const STILL_MOVING: SignedDuration = SignedDuration::from_secs(60);
/// In the tenant's zone: after the invoice run, before anybody works.
const AT: Time = time(2, 30, 0, 0);
/// Months in a row without a posting after which older ones are not looked for, before the one of the sign-up. Running
/// contracts bring days that were served before it: these are posted month by month up to it, and only less than a minor
/// unit a month leaves months out. So a night costs this many queries for each currency that find nothing.
const MOST_QUIET_MONTHS: usize = 12;
/// When the books are looked at again that would not keep still.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(CHECK, check)
}

async fn check(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let tenant = store.tenant_record().await?.value;
    let mut reading = Reading::of(cx, &store, &tenant).await?;
    for _ in 1..MOST_READINGS {
        if reading.counts() {
            break;
        }
        reading = Reading::of(cx, &store, &tenant).await?;
    }
    let reading = &reading;
    cx.reconcile(|| async {
        let before = store.ledger_check().await?;
        if before.value.due_at > cx.now {
            return Ok((Step::Skipped, None));
        }
        if cx.dry_run {
            return Ok((Step::Would(json!({ "tenant": tenant.id, "findings": reading.findings })), None));
        }
        let after = next(&before.value, reading, &tenant, cx.now);
        let known = (before.value.found, before.value.findings.as_slice());
        let news = reading.counts() && is_news(known, &reading.findings);
        if news {
            tracing::error!(tenant = %tenant.id, found = after.found, "the books do not add up");
        }
        let alert = news.then_some(Event::LedgerDamaged { found: after.found });
        Ok((Step::Done, Some(store.commit().update(&after, before.rev).emit(alert))))
    })
    .await
}

/// What is kept of a check, and when the next one is due.
fn next(before: &LedgerCheck, reading: &Reading, tenant: &Tenant, now: Timestamp) -> LedgerCheck {
    if !reading.counts() {
        return LedgerCheck { due_at: now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX), ..before.clone() };
    }
    LedgerCheck {
        checked_at: Some(now),
        records: reading.records,
        found: reading.findings.len() as u64,
        findings: reading.findings.iter().take(MOST_FINDINGS).cloned().collect(),
        due_at: tenant.zone.next(AT, now),
    }
}

/// All of a tenant's records, looked at once.
struct Reading {
    findings: Vec<Finding>,
    records: u64,
    /// Whether money moved while they were read.
    moving: bool,
}

impl Reading {
    async fn of(cx: &JobCx, store: &TenantStore, tenant: &Tenant) -> Result<Self> {
        let began = cx.world.now();
        let (mut checker, mut records, mut newest) = (Checker::new(), 0, Timestamp::MIN);
        let mut currencies = BTreeMap::from([(tenant.currency.code(), tenant.currency)]);
        store
            .each_invoice(|kept| {
                checker.invoice(&kept.invoice);
                currencies.insert(kept.invoice.currency.code(), kept.invoice.currency);
                records += 1;
            })
            .await?;
        store
            .each_payment(|payment| {
                checker.payment(&payment);
                currencies.insert(payment.amount.currency().code(), payment.amount.currency());
                records += 1;
            })
            .await?;
        store
            .each_credit(|credit| {
                checker.credit(&credit);
                currencies.insert(credit.balance.currency().code(), credit.balance.currency());
                records += 1;
            })
            .await?;
        store
            .each_recognition(|kept| {
                checker.recognition(&kept.recognition);
                records += 1;
            })
            .await?;
        for kind in [SeriesKind::Invoice, SeriesKind::CreditNote] {
            checker.series(&store.series(kind).await?.value);
        }
        let mut look = |posting: Posting| {
            checker.posting(&posting);
            newest = newest.max(posting.at);
            records += 1;
        };
        let (first, last) = months(tenant, began);
        for currency in currencies.into_values() {
            for month in (0..).map(|n: i64| first.saturating_add(n.months())).take_while(|month| *month <= last) {
                store.each_posting(currency, month, &mut look).await?;
            }
            let mut quiet = 0;
            let earlier = (1..).map_while(|n: i64| first.checked_sub(n.months()).ok());
            for month in earlier {
                let mut found = false;
                let look = |posting: Posting| {
                    found = true;
                    look(posting);
                };
                store.each_posting(currency, month, look).await?;
                quiet = if found { 0 } else { quiet + 1 };
                if quiet == MOST_QUIET_MONTHS {
                    break;
                }
            }
        }
        let moving = began.duration_since(newest) < STILL_MOVING;
        Ok(Reading { findings: checker.done(), records, moving })
    }

    /// Books that are right are right, whatever moved; what was found wrong may only have moved.
    fn counts(&self) -> bool {
        self.findings.is_empty() || !self.moving
    }
}

/// The first of the month in which the tenant signed up, and a day in this one. A day is spared on both sides for tenants
/// that moved to another zone.
fn months(tenant: &Tenant, now: Timestamp) -> (Date, Date) {
    let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    (day(tenant.created_at).saturating_sub(1.day()).first_of_month(), day(now).saturating_add(1.day()))
}

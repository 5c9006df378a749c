//! What the reports have in common: which day it is, in which currency, and which months were asked for.

use contract::reports::MOST_MONTHS;
use domain::billing::reports::Month;
use domain::error::Refusal;
use domain::zone::Zone;
use iso_currency::Currency;
use jiff::civil::Date;
use runtime::{Cx, Result};

/// Where and in what a report is.
pub(crate) struct Frame {
    pub(crate) zone: Zone,
    /// The tenant's local date.
    pub(crate) today: Date,
    pub(crate) currency: Currency,
}

impl Frame {
    /// Of a report in a currency, or in the tenant's.
    pub(crate) async fn of(cx: &Cx, currency: Option<Currency>) -> Result<Self> {
        let tenant = cx.store.tenant_record().await?.value;
        let today = tenant.zone.date(cx.now);
        Ok(Frame { zone: tenant.zone, today, currency: currency.unwrap_or(tenant.currency) })
    }

    /// The present month.
    pub(crate) fn month(&self) -> Month {
        Month::of(self.today)
    }

    /// The months that were asked for, or the last `usual` ones.
    pub(crate) fn months(&self, from: Option<Month>, until: Option<Month>, usual: i32) -> Result<(Month, Month)> {
        let until = until.unwrap_or_else(|| from.map_or(self.month(), |from| self.month().max(from)));
        let from = from.unwrap_or_else(|| until.plus(1 - usual));
        let months = until.since(from) + 1;
        if !(1..=MOST_MONTHS).contains(&months) {
            let detail = format!("must be from 1 to {MOST_MONTHS} months; {from} to {until} are {months}");
            return Err(Refusal::invalid("?from", "out_of_range", detail).into());
        }
        Ok((from, until))
    }
}

//! Business calendars.

use domain::calendar::Calendar;
use domain::ids::CalendarId;

use crate::item::{Place, Record};
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for Calendar {
    fn place(&self) -> Place {
        let list = (keys::list::CALENDARS.to_owned(), keys::list::by_name(&self.name, self.id));
        Place { list: Some(list), ..Place::at(keys::calendar(self.id)) }
    }
}

impl TenantStore {
    /// A calendar.
    pub async fn calendar(&self, id: CalendarId) -> Result<Versioned<Calendar>> {
        self.get(&keys::calendar(id)).await
    }

    /// A page of the calendars, by name.
    pub async fn calendars(&self, page: &PageRequest) -> Result<Slice<Versioned<Calendar>>> {
        self.page(&Listing::by_name(keys::list::CALENDARS), page, |_| true).await
    }
}

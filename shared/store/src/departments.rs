//! Departments, and whose turn it is in them.

use domain::departments::Department;
use domain::ids::{DepartmentId, UserId};
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for Department {
    fn place(&self) -> Place {
        let list = (keys::list::DEPARTMENTS.to_owned(), keys::list::by_name(&self.name, self.id));
        Place { list: Some(list), ..Place::at(keys::department(self.id)) }
    }
}

/// Whose turn it was last in a department. Apart from the department, so that handing out work moves no `ETag` of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rotation {
    /// In which department.
    pub department: DepartmentId,
    /// Who was given the last ticket; nobody before the first.
    pub last: Option<UserId>,
}

impl Record for Rotation {
    fn place(&self) -> Place {
        Place::at(keys::rotation(self.department))
    }
}

impl TenantStore {
    /// A department.
    pub async fn department(&self, id: DepartmentId) -> Result<Versioned<Department>> {
        self.get(&keys::department(id)).await
    }

    /// A page of the departments, by name.
    pub async fn departments(&self, page: &PageRequest) -> Result<Slice<Versioned<Department>>> {
        self.page(&Listing::by_name(keys::list::DEPARTMENTS), page, |_| true).await
    }

    /// Whose turn it was last; revision 0 before the first turn, which makes the next update create it.
    pub async fn rotation(&self, department: DepartmentId) -> Result<Versioned<Rotation>> {
        let found = self.find(&keys::rotation(department)).await?;
        Ok(found.unwrap_or(Versioned { value: Rotation { department, last: None }, rev: 0 }))
    }
}

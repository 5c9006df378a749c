//! How use is shown.

use contract::utilisation::DepartmentUse;
use domain::licences::utilisation::DayOfUse;

/// A day's use in the departments.
pub(crate) fn departments(day: &DayOfUse) -> Vec<DepartmentUse> {
    day.units.iter().map(|(unit, cell)| DepartmentUse { department: *unit, used: (*cell).into() }).collect()
}

//! What is unusual in a client's costs: files of costs come in, series are watched day by day, people say what they think.

mod house;
mod reading;
mod writing;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_import;
    pub mod add_known_event;
    pub mod change_series;
    pub mod change_settings;
    pub mod get_anomaly;
    pub mod get_import;
    pub mod get_series;
    pub mod get_settings;
    pub mod judge_access_anomaly;
    pub mod judge_anomaly;
    pub mod list_access_anomalies;
    pub mod list_anomalies;
    pub mod list_imports;
    pub mod list_known_events;
    pub mod list_series;
    pub mod read_import;
    pub mod withdraw_known_event;
}

/// What a schedule starts.
pub mod jobs {
    pub mod anomaly_detection;
    pub mod read_costs;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        add_import::route(),
        list_imports::route(),
        get_import::route(),
        read_import::route(),
        list_series::route(),
        get_series::route(),
        change_series::route(),
        list_anomalies::route(),
        get_anomaly::route(),
        judge_anomaly::route(),
        add_known_event::route(),
        list_known_events::route(),
        withdraw_known_event::route(),
        get_settings::route(),
        change_settings::route(),
        list_access_anomalies::route(),
        judge_access_anomaly::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![jobs::read_costs::job(), jobs::anomaly_detection::job()]
}

//! Ask for a report of a client's licences.

use contract::clients::AtClient;
use contract::licence_audits::{ADD, LicenceAuditView};
use contract::{NoBody, NoQuery};
use domain::events::Event;
use domain::ids::LicenceAuditId;
use domain::licences::audit::LicenceAudit;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_audit)
}

async fn add_audit(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<LicenceAuditView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let audit = LicenceAudit::wanted(LicenceAuditId::from_uuid(cx.id()), client, cx.actor.user, cx.now);
    let wanted = Event::LicenceAuditWanted { audit: audit.id, client };
    let commit = cx.store.commit().create(&audit).emit([wanted]);
    Ok(Answer::after(commit, audit.into()).rev(1))
}

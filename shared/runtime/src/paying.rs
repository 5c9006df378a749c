//! Links to pay: what an invoice's letter and its document lead to. A link names an invoice and proves that the server made
//! it; it is kept nowhere, and good for as long as there is something to pay.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{InvoiceId, TenantId};
use uuid::Uuid;

use crate::error::Result;
use crate::secrets::{Secrets, same};
use crate::world::World;

/// Bytes of each of the two ids.
const ID_BYTES: usize = 16;
/// Characters of the proof: 132 bits, of which none can be guessed.
const PROOF_CHARACTERS: usize = 22;

/// Where an invoice of a tenant is paid.
///
/// # Errors
/// A defect: the function did not declare `Need::Secret`.
pub fn pay_at(world: &World, tenant: TenantId, invoice: InvoiceId) -> Result<String> {
    Ok(format!("{}/v1/pay/{}", world.config.app_url, link(world.secrets()?, tenant, invoice)))
}

/// The end of that address.
fn link(secrets: &Secrets, tenant: TenantId, invoice: InvoiceId) -> String {
    let ids = [tenant.uuid().into_bytes(), invoice.uuid().into_bytes()].concat();
    let mut proof = secrets.secret_for("links to pay", &[&tenant.to_string(), &invoice.to_string()]);
    proof.truncate(PROOF_CHARACTERS);
    format!("{}.{proof}", URL_SAFE_NO_PAD.encode(ids))
}

/// What a link names, if the server made it.
pub fn named_by(secrets: &Secrets, presented: &str) -> Option<(TenantId, InvoiceId)> {
    let bytes = URL_SAFE_NO_PAD.decode(presented.split_once('.')?.0).ok()?;
    let (tenant, invoice) = bytes.split_at_checked(ID_BYTES)?;
    let (tenant, invoice) = (Uuid::from_slice(tenant).ok()?, Uuid::from_slice(invoice).ok()?);
    let (tenant, invoice) = (TenantId::from_uuid(tenant), InvoiceId::from_uuid(invoice));
    same(presented, &link(secrets, tenant, invoice)).then_some((tenant, invoice))
}

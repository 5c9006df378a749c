//! A file of costs, read piece by piece to what its days come to.

use domain::insights::focus::{FileFault, Progress, Reader};
use domain::insights::imports::CostImport;
use domain::zone::Zone;
use runtime::{Error, JobCx, Result};
use store::{TenantStore, Versioned};

/// How much is asked of S3 at once, bytes: few requests, and little to hold.
const PIECE: u64 = 8 * 1024 * 1024;
/// Pieces after which what was added up is kept: a run that dies loses at most these.
const PIECES_AT_RISK: usize = 32;
/// Media type of what was added up.
const JSON: &str = "application/json";

/// Where a reading stands.
enum Stands {
    /// It rests.
    Rests(Progress),
    /// It is at the end.
    Ends(Progress),
    /// It cannot go on.
    Fails(String),
}

/// Reads until the end of the file, or until time is over. Whoever else reads the same file does no harm: who comes first
/// writes what it came to.
pub(crate) async fn read(cx: &JobCx, store: &TenantStore, read: Versioned<CostImport>) -> Result<()> {
    let import = read.value.clone();
    let rules = store.insight_settings(Some(import.client)).await?.value.units;
    let announced = Zone::utc().date(import.created_at);
    let reader = match kept(store, &import).await? {
        Some(progress) => Reader::going_on(progress, rules, announced),
        None => Reader::new(rules, announced),
    };
    let mut version = import.version.clone();
    let stands = go_on(cx, store, &import, reader, &mut version).await?;
    let import = CostImport { version, ..import };
    let next = match stands {
        Stands::Rests(progress) => import.rested(&progress, keep(store, &progress).await?, cx.now),
        Stands::Ends(progress) => import.read(&progress, keep(store, &progress).await?, cx.now),
        Stands::Fails(why) => import.failed(why, cx.now),
    };
    cx.reconcile(|| async {
        let unchanged = store.cost_import(next.id).await?.rev == read.rev;
        Ok(((), unchanged.then(|| store.commit().update(&next, read.rev))))
    })
    .await
}

async fn go_on(
    cx: &JobCx,
    store: &TenantStore,
    import: &CostImport,
    mut reader: Reader,
    version: &mut Option<String>,
) -> Result<Stands> {
    let mut at = import.offset;
    for _ in 0..PIECES_AT_RISK {
        if at >= import.bytes {
            return Ok(reader.finish().map_or_else(fails, Stands::Ends));
        }
        if cx.is_out_of_time() {
            break;
        }
        let length = PIECE.min(import.bytes - at);
        let piece = match store.uploaded(import.id, at, length, version.as_deref()).await {
            Ok(piece) => piece,
            Err(store::Error::NotFound) => {
                return Ok(Stands::Fails("nothing was uploaded; announce the file again".to_owned()));
            }
            Err(store::Error::Taken(_)) => {
                let why = "another file was uploaded while this one was read; announce it again";
                return Ok(Stands::Fails(why.to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        version.get_or_insert(piece.version);
        if piece.bytes.is_empty() {
            return Ok(Stands::Fails("it is shorter than announced; announce it again".to_owned()));
        }
        at += piece.bytes.len() as u64;
        if let Err(fault) = reader.feed(&piece.bytes) {
            return Ok(fails(fault));
        }
    }
    Ok(Stands::Rests(reader.progress()))
}

fn fails(fault: FileFault) -> Stands {
    Stands::Fails(fault.to_string())
}

/// What was added up of a file so far.
pub(crate) async fn kept(store: &TenantStore, import: &CostImport) -> Result<Option<Progress>> {
    let Some(name) = &import.kept else { return Ok(None) };
    let bytes = store.kept_file(name).await?;
    serde_json::from_slice(&bytes).map(Some).map_err(|e| Error::Internal(format!("the sums of {}: {e}", import.id)))
}

async fn keep(store: &TenantStore, progress: &Progress) -> Result<String> {
    let bytes = serde_json::to_vec(progress).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(store.keep_file(JSON, bytes).await?)
}

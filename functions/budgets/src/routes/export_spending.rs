//! Export what a client spends.

use contract::NoBody;
use contract::clients::AtClient;
use contract::documents::FileView;
use contract::spending::{EXPORT, ExportQuery, TableFormat};
use runtime::files::{CSV, made};
use runtime::{Answer, Cx, Error, Handler, In, Result};
use sheets::{XLSX, workbook};
use store::blobs::FileLabel;

use crate::costs::{Asked, currencies};
use crate::spending::{Names, months, tables};

/// The route.
pub fn route() -> Handler {
    Handler::new(EXPORT, export_spending)
}

async fn export_spending(cx: Cx, input: In<AtClient, ExportQuery, NoBody>) -> Result<Answer<FileView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let here = cx.here().await?;
    let (from, to) = months(input.query.from, input.query.to, here.today)?;
    let asked = Asked::of(client.id, (from, to), currencies(&cx.store).await?, &here);
    let costs = asked.read(&cx.store).await?;
    let names = Names::of(&cx.store, &client, &costs).await?;
    let tables = tables(&costs, &names)?;
    let (ending, media_type, bytes) = match input.query.format {
        TableFormat::Csv => ("csv", CSV, tables[0].csv().into_bytes()),
        TableFormat::Xlsx => {
            let title = format!("IT spending of {}, {from} to {to}", client.name);
            let book = workbook(&title, cx.now, &tables).map_err(|error| Error::Internal(error.to_string()))?;
            ("xlsx", XLSX, book)
        }
    };
    let name = format!("spending-{from}-{to}.{ending}");
    Ok(Answer::of(made(&cx, FileLabel { name: &name, media_type }, bytes).await?))
}

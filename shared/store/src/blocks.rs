//! Blocks of prepaid hours.

use domain::billing::blocks::SoldBlock;
use domain::ids::{BlockId, ClientId};

use crate::item::{Place, Record, text};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Most blocks of a client that a bill looks at.
const MOST_BLOCKS: usize = 2_000;

impl Record for SoldBlock {
    fn place(&self) -> Place {
        Place::at(keys::block(self.block.client, self.block.id))
    }
}

impl TenantStore {
    /// A block of a client.
    pub async fn block(&self, client: ClientId, id: BlockId) -> Result<Versioned<SoldBlock>> {
        self.get(&keys::block(client, id)).await
    }

    /// All blocks of a client that were ever sold, as they are at this moment: what a bill draws on and takes up. A block a
    /// month for fifteen years is a page.
    pub async fn all_blocks(&self, client: ClientId) -> Result<Vec<Versioned<SoldBlock>>> {
        self.children(&keys::client(client).pk, text("BLOCK#"), text("BLOCK#~"), true, MOST_BLOCKS).await
    }

    /// A page of a client's blocks, oldest first.
    pub async fn blocks(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<SoldBlock>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#BLOCKS");
        let listing = Listing { by: By::Children("BLOCK#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }
}

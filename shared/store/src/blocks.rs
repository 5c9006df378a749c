//! Blocks of prepaid hours.

use domain::billing::blocks::SoldBlock;
use domain::ids::{BlockId, ClientId};

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for SoldBlock {
    fn place(&self) -> Place {
        let (client, id) = (self.block.client, self.block.id);
        let refers = self.is_unbilled().then(|| (keys::refers::client_blocks(client), id.to_string()));
        Place { refers, ..Place::at(keys::block(client, id)) }
    }
}

impl TenantStore {
    /// A block of a client.
    pub async fn block(&self, client: ClientId, id: BlockId) -> Result<Versioned<SoldBlock>> {
        self.get(&keys::block(client, id)).await
    }

    /// A page of a client's blocks, oldest first.
    pub async fn blocks(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<SoldBlock>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#BLOCKS");
        let listing = Listing { by: By::Children("BLOCK#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// A page of a client's blocks that no invoice has taken up, oldest first. It may be a moment behind: read the block
    /// itself before it is billed.
    pub async fn unbilled_blocks(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<SoldBlock>>> {
        let partition = keys::refers::client_blocks(client);
        let query = partition.clone();
        let listing = Listing { by: By::Ref, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }
}

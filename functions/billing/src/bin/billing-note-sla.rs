//! Notes at the client which SLA its contract gives it; its open tickets are then recomputed.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::note_sla::reaction())
}

//! What a function may touch. The generated IAM policies are exactly these; the tests compare them with what was touched.

use std::collections::BTreeSet;

/// An index of the main table, or the table itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// The table's own key: an item and its children.
    Main,
    /// `by_list`: what there is of a kind, in order.
    ByList,
    /// `by_ref`: what refers to something.
    ByRef,
    /// `by_due`: what a job has to look at next. Only jobs may query it.
    ByDue,
}

impl Index {
    /// The index's name in the table definition; `None` for the table itself.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Index::Main => None,
            Index::ByList => Some("by_list"),
            Index::ByRef => Some("by_ref"),
            Index::ByDue => Some("by_due"),
        }
    }
}

/// One right that a function uses, as IAM names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// `dynamodb:GetItem` on the main table.
    Get,
    /// `dynamodb:PutItem` on the main table, alone or in a transaction.
    Put,
    /// `dynamodb:UpdateItem` on the main table.
    Update,
    /// `dynamodb:DeleteItem` on the main table.
    Delete,
    /// `dynamodb:ConditionCheckItem` on the main table.
    Check,
    /// `dynamodb:Query` on the main table or one of its indexes.
    Query(Index),
    /// `dynamodb:PutItem` on the audit table, which nobody may change.
    Audit,
    /// `dynamodb:Query` on the audit table.
    AuditQuery,
    /// `s3:GetObject` on the blobs bucket.
    BlobGet,
    /// `s3:PutObject` on the blobs bucket.
    BlobPut,
    /// `s3:DeleteObject` on the blobs bucket, which keeps what was deleted for some more days.
    BlobDelete,
    /// `s3:GetObject` on the blobs bucket, by whoever follows a link that the function has signed.
    BlobLink,
    /// `s3:PutObject` on the blobs bucket, by whoever follows a link that the function has signed.
    BlobUpload,
    /// `events:PutEvents` on the bus.
    PutEvents,
    /// `ses:SendEmail` and `ses:SendRawEmail` from the stage's sender: SES makes a raw message of a letter with attachments,
    /// and asks for the right to that too (as the AWS CDK's `EmailIdentity.grantSendEmail`, which grants both).
    SendEmail,
    /// `secretsmanager:GetSecretValue` on the master secret.
    Secret,
    /// `secretsmanager:GetSecretValue` on the payment provider's keys: the function may move money.
    Provider,
}

impl Need {
    /// The IAM actions.
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Need::Get => &["dynamodb:GetItem"],
            Need::Put | Need::Audit => &["dynamodb:PutItem"],
            Need::Update => &["dynamodb:UpdateItem"],
            Need::Delete => &["dynamodb:DeleteItem"],
            Need::Check => &["dynamodb:ConditionCheckItem"],
            Need::Query(_) | Need::AuditQuery => &["dynamodb:Query"],
            Need::BlobGet | Need::BlobLink => &["s3:GetObject"],
            Need::BlobPut | Need::BlobUpload => &["s3:PutObject"],
            Need::BlobDelete => &["s3:DeleteObject"],
            Need::PutEvents => &["events:PutEvents"],
            Need::SendEmail => &["ses:SendEmail", "ses:SendRawEmail"],
            Need::Secret | Need::Provider => &["secretsmanager:GetSecretValue"],
        }
    }
}

/// A set of rights, in a fixed order so that what is generated from it is always the same.
pub type Needs = BTreeSet<Need>;

/// What a commit takes besides the items it updates or deletes: new items and events are put, and audited.
pub const COMMIT: &[Need] = &[Need::Put, Need::Audit];

//! AWS on one machine, in this process: DynamoDB, S3 and EventBridge, and the seam through which
//! the SDKs reach them without a socket.

pub mod dynamo;

//! Mail to people.

use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Attachment, Body, Content, Destination, EmailContent, Message};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// A mail to one person, and to whoever gets a copy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Address of the one who gets it.
    pub to: String,
    /// Addresses of those who get a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// What is attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Enclosure>,
}

/// A file that is attached to a letter.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Enclosure {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes; in base64 where the letter is written down.
    #[serde(with = "in_base64")]
    pub data: Vec<u8>,
}

impl std::fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.name, self.media_type, self.data.len())
    }
}

mod in_base64 {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// Sends mail. At least once: a reaction that dies between sending and noting it sends again.
pub trait Mail: Send + Sync {
    /// Sends one letter.
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), MailError>>;
}

/// The letter did not go out; it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not sent: {0}")]
pub struct MailError(pub String);

impl From<MailError> for crate::Error {
    fn from(error: MailError) -> Self {
        crate::Error::Store(store::Error::Busy(error.to_string()))
    }
}

/// Amazon SES.
pub struct SesMail {
    ses: aws_sdk_sesv2::Client,
    from: String,
}

impl SesMail {
    /// Sends from this address.
    #[allow(clippy::disallowed_methods, reason = "this is what everybody else uses instead")]
    pub fn new(aws: &aws_config::SdkConfig, from: String) -> Self {
        SesMail { ses: aws_sdk_sesv2::Client::new(aws), from }
    }
}

impl Mail for SesMail {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            let content = |text: &str| {
                Content::builder().data(text).charset("UTF-8").build().map_err(|e| MailError(e.to_string()))
            };
            let attached = letter.attachments.iter().map(|file| {
                let attachment = Attachment::builder().file_name(&file.name).content_type(&file.media_type);
                let attachment = attachment.raw_content(Blob::new(file.data.clone())).build();
                attachment.map_err(|e| MailError(e.to_string()))
            });
            let attached = attached.collect::<Result<Vec<_>, _>>()?;
            let message = Message::builder()
                .subject(content(&letter.subject)?)
                .body(Body::builder().text(content(&letter.text)?).build())
                .set_attachments((!attached.is_empty()).then_some(attached))
                .build();
            let to = Destination::builder().to_addresses(&letter.to);
            let to = to.set_cc_addresses((!letter.cc.is_empty()).then(|| letter.cc.clone()));
            self.ses
                .send_email()
                .from_email_address(&self.from)
                .destination(to.build())
                .content(EmailContent::builder().simple(message).build())
                .send()
                .await
                .map(|_| ())
                .map_err(|e| MailError(format!("{e:?}").chars().take(300).collect()))
        })
    }
}

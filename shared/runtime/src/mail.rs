//! Mail to people.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// A mail to one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Address of the one who gets it.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
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
            let message = Message::builder()
                .subject(content(&letter.subject)?)
                .body(Body::builder().text(content(&letter.text)?).build())
                .build();
            self.ses
                .send_email()
                .from_email_address(&self.from)
                .destination(Destination::builder().to_addresses(&letter.to).build())
                .content(EmailContent::builder().simple(message).build())
                .send()
                .await
                .map(|_| ())
                .map_err(|e| MailError(format!("{e:?}").chars().take(300).collect()))
        })
    }
}

//! Browsers that a person has signed in with: each keeps a token, by which it is known at later sign-ins.

use crate::{ManagementError, SignIn};
use domain::{
    id::PersonId,
    time::{DAY, Timestamp},
};
use verification::random_token;

/// How long a browser is known after its person's last sign-in, in milliseconds.
pub const DEVICE_LIFETIME: i64 = 365 * DAY;

impl SignIn<'_> {
    /// Whether a browser with this token has signed the person in before. The token no longer counts after [`DEVICE_LIFETIME`],
    /// a change of the password, the end of all sessions, or once the person was disabled.
    pub(crate) async fn knows_device(
        self,
        device: Option<&str>,
        person: PersonId,
    ) -> Result<bool, ManagementError> {
        let Some(made_at) = device.and_then(|device| self.made_at(device, person)) else {
            return Ok(false);
        };
        if self.keyring.now().since(made_at) > DEVICE_LIFETIME {
            return Ok(false);
        }
        let since = self.keyring.store().devices_since(person).await?;
        Ok(since.is_some_and(|since| made_at >= since))
    }

    /// Returns when the token of a person's browser was made; `None` if it is not such a token.
    fn made_at(self, device: &str, person: PersonId) -> Option<Timestamp> {
        let (device, signature) = device.rsplit_once('.')?;
        let (_, made_at) = device.split_once('.')?;
        let genuine = self
            .keyring
            .hasher()
            .verify_device(device, person, signature);
        genuine.then(|| made_at.parse().ok().map(Timestamp))?
    }

    /// Creates the token of a person's browser: 16 random bytes, the time, and a MAC over them and the person's id.
    pub(super) fn new_device(self, person: PersonId, now: Timestamp) -> String {
        let nonce = &random_token(self.keyring.entropy())[..32];
        let device = format!("{nonce}.{}", now.0);
        let signature = self.keyring.hasher().sign_device(&device, person);
        format!("{device}.{}", hex::encode(signature))
    }
}

//! Xiaomi.

use crate::provider;

provider! {
    /// Xiaomi's MiMo API, at `XIAOMI_BASE_URL`: the endpoint depends on the region and the plan of the key.
    xiaomi {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = XIAOMI_BASE_URL },
        auth: ApiKey,
        credential: XIAOMI_API_KEY,
        families: ["xiaomi", "mimo"],
    }
}

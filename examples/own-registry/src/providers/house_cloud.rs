//! The model server of the house.

use coding_agents::provider;

provider! {
    /// The house's own model server, one host for each site.
    house_cloud {
        endpoints: { OpenAiCompletions = "https://models.{site}.example.org/v1" },
        parameters: { site = HOUSE_SITE or "north" },
        auth: ApiKey,
        credential: HOUSE_API_KEY,
        families: ["house"],
    }
}

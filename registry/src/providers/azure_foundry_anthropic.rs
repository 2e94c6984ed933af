//! Anthropic models on Azure.

use crate::provider;

provider! {
    /// Anthropic's models deployed in Azure AI Foundry, over Anthropic's own protocol.
    ///
    /// The resource is the first label of its host, so `AZURE_API_ENDPOINT` says as much as `AZURE_RESOURCE`.
    azure_foundry_anthropic {
        endpoints: { AnthropicMessages = "https://{resource}.services.ai.azure.com/anthropic" },
        parameters: { resource = AZURE_RESOURCE or host_of(AZURE_API_ENDPOINT) },
        auth: ApiKey,
        credential: AZURE_API_KEY,
        spellings: ["azure", "azure_ai", "azure-cognitive-services"],
    }
}

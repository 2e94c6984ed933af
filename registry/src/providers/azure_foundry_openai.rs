//! OpenAI models on Azure.

use crate::provider;

provider! {
    /// OpenAI's models deployed in Azure AI Foundry.
    ///
    /// The resource is the first label of its host, so `AZURE_API_ENDPOINT` says as much as `AZURE_RESOURCE`.
    azure_foundry_openai {
        endpoints: {
            OpenAiCompletions = "https://{resource}.openai.azure.com/openai/v1",
            OpenAiResponses = "https://{resource}.openai.azure.com/openai/v1",
        },
        parameters: { resource = AZURE_RESOURCE or host_of(AZURE_API_ENDPOINT) },
        auth: ApiKey,
        credential: AZURE_API_KEY,
        spellings: ["azure", "azure_ai", "azure-cognitive-services"],
    }
}

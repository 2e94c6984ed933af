//! Vertex AI, over the protocol of OpenAI.

use crate::provider;

provider! {
    /// Vertex AI's endpoint for chat completions in a region, with an access token in the place of a key.
    ///
    /// Model ids begin with the vendor: `google-vertex-openai/google/gemini-2.5-flash`. A token is good for an hour.
    /// The variable is the one that the `gcloud` program reads.
    ///
    /// Source: <https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/auth-and-credentials> and
    /// <https://cloud.google.com/sdk/docs/authorizing>, read 2026-11-29.
    google_vertex_openai {
        endpoints: {
            OpenAiCompletions = "https://{location}-aiplatform.googleapis.com/v1/projects/{project_id}/locations/\
                                 {location}/endpoints/openapi",
        },
        parameters: { project_id = GOOGLE_CLOUD_PROJECT, location = GOOGLE_CLOUD_LOCATION },
        auth: ApiKey,
        credential: CLOUDSDK_AUTH_ACCESS_TOKEN,
        spellings: ["vertex_ai", "vertex"],
    }
}

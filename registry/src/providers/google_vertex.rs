//! Vertex AI.

use crate::provider;

provider! {
    /// Google Cloud's Vertex AI, through its OpenAI-compatible endpoint.
    ///
    /// It takes application default credentials instead of a key, and a project and location in its URL.
    google_vertex {
        endpoints: {
            OpenAiCompletions =
                "https://aiplatform.googleapis.com/v1/projects/{project_id}/locations/{location}",
        },
        parameters: { project_id = GOOGLE_CLOUD_PROJECT, location = GOOGLE_CLOUD_LOCATION },
        auth: Adc,
        credential: file(
            GOOGLE_APPLICATION_CREDENTIALS_JSON,
            "~/.config/gcloud/application_default_credentials.json",
            GOOGLE_APPLICATION_CREDENTIALS
        ),
        spellings: ["vertex_ai", "vertex", "vertex_ai_beta"],
    }
}

//! Amazon Bedrock, over the protocols of OpenAI.

use crate::provider;

provider! {
    /// Amazon Bedrock's own endpoint for chat completions and responses, with a Bedrock API key.
    ///
    /// Source: <https://raw.githubusercontent.com/openai/openai-node/HEAD/docs/bedrock.md> and
    /// <https://docs.aws.amazon.com/bedrock/latest/userguide/endpoints.html>, read 2026-11-29.
    aws_bedrock_openai {
        endpoints: {
            OpenAiCompletions = "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
            OpenAiResponses = "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        },
        parameters: { region = AWS_REGION },
        auth: ApiKey,
        credential: AWS_BEARER_TOKEN_BEDROCK,
        spellings: ["bedrock", "amazon-bedrock"],
    }
}

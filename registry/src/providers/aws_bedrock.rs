//! Amazon Bedrock.

use crate::provider;

provider! {
    /// Amazon Bedrock, reached through the gateway, which gives the base URL.
    ///
    /// It takes a bearer token and a region; either variable of the region sets the other.
    aws_bedrock {
        endpoints: {
            OpenAiResponses = "",
            AnthropicMessages = "",
        },
        auth: Aws,
        credential: all_of(AWS_BEARER_TOKEN_BEDROCK, [AWS_REGION, AWS_DEFAULT_REGION]),
        spellings: ["bedrock", "amazon-bedrock", "bedrock_converse"],
    }
}

"""One conversation of the OpenHands SDK with an agent: openhands_run.py AGENT MODEL URL FOLDER, URL may be empty."""

import sys

from benchflow_openhands import settings
from openhands.sdk import Conversation

agent, model, url, folder = sys.argv[1:]
conversation = Conversation(
    agent=settings(agent, model, base_url=url, api_key="probe-key").create_agent(), workspace=folder
)
try:
    conversation.send_message("Run the command. PROBE-SHELL")
    conversation.run()
finally:
    conversation.close()

"""A model that an agent can use at a base URL that is given, by its routes (`gen-harbor`, `gen-openhands`).

harness_route.py FOLDER URL KEY
                    prints the model, and the launcher's variables for it, NAME=VALUE, a line each
"""

import json
import sys
from pathlib import Path


def usable(folder):
    """The model, its row, and the variables of its key. The vendors of families come first, then OpenAI."""
    routes = json.loads((Path(folder) / "routes.json").read_text())
    found = [
        (not it["words"], name != "openai", name)
        for name, it in routes.items()
        if it["keys"] and isinstance(it["given"], dict)
    ]
    _, _, prefix = min(found)
    route = routes[prefix]
    model = f"{(route['words'] or ['gpt'])[0]}-probe"
    row = {name: value.replace("MODEL-ID", model) for name, value in route["given"].items()}
    return f"{prefix}/{model}", row, route["keys"]


if __name__ == "__main__":
    folder, url, key = sys.argv[1:]
    model, row, _ = usable(folder)
    print(model)
    for name, value in {**row, "BENCHFLOW_PROVIDER_BASE_URL": url, "BENCHFLOW_PROVIDER_API_KEY": key}.items():
        print(f"{name}={value}")

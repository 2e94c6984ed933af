_BASE_URL = "BENCHFLOW_PROVIDER_BASE_URL"
_API_KEY = "BENCHFLOW_PROVIDER_API_KEY"


def _route(folder, model_name, look_up, base_url=None, key_name=None):
    """The provider, the model, the launcher's variables, and the names of the variables that give key and base URL.

    `folder` has the routes of an agent; `look_up` gives the value of a variable, or nothing. A `ValueError` says why
    the agent cannot use the model.
    """
    routes = json.loads((folder / "routes.json").read_text())
    prefix, slash, model = model_name.partition("/")
    if not slash:
        prefix, model, route = "", model_name, routes[""]
    else:
        route = routes.get(prefix.lower(), routes["*"])
        if route["words"] and not any(word in model.lower() for word in route["words"]):
            route = routes["*"]

    def first(names):
        return next((name for name in names if (look_up(name) or "").strip()), None)

    key_name = first([key_name] if key_name else [_API_KEY, *route["keys"]])
    url_name = None if base_url else first([_BASE_URL, *route["base_urls"]])
    base_url = look_up(url_name) if url_name else base_url
    row = route["given" if base_url else "direct"]
    known = (("PREFIX-ID", prefix), ("MODEL-ID", model))
    if isinstance(row, str):
        raise ValueError(f"{folder.name}: {_replaced(row, known)}")
    if route["keys"] and not key_name:
        names = " or ".join(f"`{name}`" for name in route["keys"])
        raise ValueError(f"{folder.name}: no credential for `{prefix}`: {names} is not set\nhelp: set {names}")
    variables = {name: _replaced(value, known) for name, value in row.items()}
    given = {_BASE_URL: base_url, _API_KEY: look_up(key_name) if key_name else None}
    variables.update({name: value for name, value in given.items() if value})
    return prefix, model, variables, key_name, url_name


def _replaced(text, known):
    for placeholder, value in known:
        text = text.replace(placeholder, value)
    return text

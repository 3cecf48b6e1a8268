"""How Celery reaches the messages that wake its workers."""


def broker(url: str) -> tuple[str, dict]:
    """Address and transport options; filesystem:// is the demo on a platform without a Redis wheel."""
    if url.startswith("filesystem:"):
        folder = url.removeprefix("filesystem://")
        options = {f"data_folder_{end}": folder for end in ("in", "out")}
        return "filesystem://", options | {"control_folder": f"{folder}/control"}
    return url, {"socket_timeout": 2, "socket_connect_timeout": 2}

"""What the main job must come to: the figures that two independent implementations give."""

COUNTS = {"contacts": 2357, "orders": 6919, "scored": 2357}
MODEL = {"r": (0.2425945, 5e-6), "alpha": (4.4136020, 5e-5), "a": (0.7929220, 1e-3), "b": (2.4259068, 5e-3),
         "log_likelihood": (-9582.429207, 1e-5)}
HOLDOUT = {"weeks": 39, "predicted": 1653.4, "actual": 1882}
SEGMENT = {"name": "worth-winning-back", "size": 393}
MESSAGES = {"requested": 393, "accepted": 314, "delivered": 300, "bounced": 14, "unknown": 0,
            "refused": {"NO_CONSENT": 40, "CONSENT_WITHDRAWN": 39}}
TOPICS = ("vefa.contact.v1", "vefa.interaction.v1", "vefa.campaign.v1", "vefa.notification.v1")
SECONDS = ("install", "build", "engines", "import", "score", "send", "total")


def differences(summary, messages=None):
    """Every figure of a summary that is not what it must be, in words."""
    messages = messages or MESSAGES
    wrong = []

    def same(name, value, wanted):
        if value != wanted:
            wrong.append(f"{name} is {value!r}, not {wanted!r}")

    for name, wanted in COUNTS.items():
        same(name, summary.get(name), wanted)
    model = summary.get("model", {})
    same("model.name", model.get("name"), "bg_nbd")
    for name, (wanted, tolerance) in MODEL.items():
        if abs(model.get(name, 0) - wanted) > tolerance:
            wrong.append(f"model.{name} is {model.get(name)}, not {wanted} within {tolerance}")
    same("holdout", summary.get("holdout"), HOLDOUT)
    same("segment", summary.get("segment"), SEGMENT)
    same("messages", summary.get("messages"), messages)
    events = summary.get("events", {})
    same("topics", sorted(events), sorted(TOPICS))
    for topic, counts in events.items():
        if counts["recorded"] == 0 or counts["published"] != counts["recorded"]:
            wrong.append(f"{topic}: {counts}")
    return wrong


def without_seconds(summary):
    return {name: value for name, value in summary.items() if name != "seconds"}

"""The page of troubleshooting: every topic of `geosocial.messages`, with its anchor, which is its code."""

from __future__ import annotations

from geosocial.i18n import Words
from geosocial.messages import Topic, blank, families, row_sentence, topics
from scripts.docs.marks import quoted
from scripts.docs.phrases import phrases


def page(words: Words) -> str:
    """Return the page in one language."""
    say = phrases("messages", words.lang)
    out = [f"# {say['title']}", "", say["lead"], ""]
    for family, title in families().items():
        out += [f"## {title[words.lang]}", ""]
        for topic in topics().values():
            if topic.family == family:
                out += _topic(topic, words, say)
    return "\n".join(out) + "\n"


def _topic(topic: Topic, words: Words, say: dict[str, str]) -> list[str]:
    lang = words.lang
    out = [f"({topic.code})=", f"### {topic.title[lang]} [`{topic.code}`]", "", topic.why[lang], ""]
    out += [f"**{say['do']}.** {topic.do[lang]}", ""]
    if topic.messages:
        out += [f"{say['said']}", "", *(f"- {quoted(blank(words.t(one)))}" for one in topic.messages), ""]
    if topic.rows:
        out += [
            say["rows"],
            "",
            *(f"- `{row}`: {quoted(row_sentence(row, words))}" for row in topic.rows),
            "",
        ]
    return out

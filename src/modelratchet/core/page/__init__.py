"""The page that a reviewer decides from: verdict first, why in one sentence, then only what differs and what was measured.

`building.page_of` makes a `model.Page` of records; `markdown.markdown` and `markdown.note`, `html_page.html_page` and the record's own JSON
(`core.formats`) show it. All texts come from data, settings and the registry: they are escaped by the renderers, by nobody else.
"""

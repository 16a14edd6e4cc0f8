"""Reads catalogues from YAML files, a language each; reports all problems at once, with file and line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel import Locale, UnknownLocaleError

from graph_models.customer_message import MessageForm
from impactgraph.errors import BadInputError, Problem
from impactgraph.messages.catalogue import SECTIONS, Catalogue, Catalogues, Texts
from impactgraph.messages.template import OTHER, Template, TemplateError, parse_template
from impactgraph.topology.document import Items, Map, Node, parse_document
from impactgraph.topology.fields import display_text, source_text
from impactgraph.topology.locale_fields import as_language
from impactgraph.topology.near import did_you_mean

STANDARD = "impactgraph.messages.texts"
"""Package with the standard catalogues."""
_YAML = (".yaml", ".yml")
_FIELDS = ("language", "dates", "brand", "time_words")
_SINGLE = "text"
"""Name of the text of a section that has only one."""


@cache
def standard_catalogues() -> Catalogues:
    """Those that the program comes with."""
    texts = {each.name: each.read_text("utf-8") for each in files(STANDARD).iterdir() if _is_yaml(each.name)}
    return read_catalogues(texts, Catalogues({}))


def catalogues_in(folder: Path) -> Catalogues:
    """The standard catalogues with what the files of a folder replace or add.

    Raises BadInputError with all problems.
    """
    if not folder.is_dir():
        raise BadInputError(
            f"There is no folder {folder} of messages: give a folder with a YAML file for each language."
        )
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for file in sorted(each for each in folder.iterdir() if _is_yaml(each.name)):
        try:
            texts[file.name] = file.read_text("utf-8-sig")
        except UnicodeDecodeError:
            problems.append(Problem(f"{file.name} is not text in UTF-8: save it in UTF-8.", file.name))
        except OSError as error:
            problems.append(Problem(f"{file.name} cannot be read: {error.strerror or error}.", file.name))
    if not texts and not problems:
        problems.append(Problem(f"There is no file *.yaml or *.yml in the folder {folder}."))
    if problems:
        raise BadInputError(*problems)
    return read_catalogues(texts, standard_catalogues())


def read_catalogues(texts: Mapping[str, str], base: Catalogues) -> Catalogues:
    """`base`, with what the texts (by file name) replace or add. Raises BadInputError with all problems."""
    by_language = dict(base.by_language)
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for file, text in texts.items():
        reader = _Reader(file, base)
        catalogue = reader.catalogue(text)
        problems += reader.problems
        if catalogue is None:
            continue
        if catalogue.language in places:
            first = places[catalogue.language]
            problems.append(
                Problem(f"The language {catalogue.language} is in two files: {first} and this one.", file, 1)
            )
        places[catalogue.language] = file
        by_language[catalogue.language] = catalogue
    if problems:
        raise BadInputError(*problems)
    return Catalogues(by_language)


def _is_yaml(name: str) -> bool:
    return name.endswith(_YAML) and not name.startswith(".")


@dataclass
class _Reader:
    """Reads one file; `base` has the texts that it may leave out."""

    file: str
    base: Catalogues
    problems: list[Problem] = field(default_factory=list[Problem])

    def wrong(self, message: str, line: int | None) -> None:
        self.problems.append(Problem(message, self.file, line))

    def catalogue(self, text: str) -> Catalogue | None:
        """None where there is a problem."""
        document = parse_document(text, self.file)
        self.problems += document.problems
        root = document.root
        if not isinstance(root, Map):
            if not document.problems:
                self.wrong(
                    "A catalogue of messages is a map with `language` and sections such as `kinds`.", 1
                )
            return None
        self._unknown_names(root, (*_FIELDS, *SECTIONS), "field")
        language = self._language(root)
        if language is None:
            return None
        base = self.base.by_language.get(language)
        sections = {
            name: self._section(root.get(name), name, base, root.lines.get(name, root.line))
            for name in SECTIONS
        }
        catalogue = Catalogue(
            language=language,
            dates=self._dates(root, base.dates if base else language),
            brand=self._plain(root, "brand", base.brand if base else ""),
            time_words=self._words(root, base.time_words if base else ()),
            sections=sections,
        )
        return None if self.problems else catalogue

    def _language(self, root: Map) -> str | None:
        text = root.get("language")
        line = root.lines.get("language", root.line)
        if text is None:
            self.wrong("`language` is missing, such as `language: de`.", line)
            return None
        language = as_language(text) if isinstance(text, str) else None
        if language is None:
            self.wrong(f"`language` must be a language such as en or pt-BR, not {display_text(text)}.", line)
        return language

    def _dates(self, root: Map, default: str) -> str:
        dates = self._plain(root, "dates", default)
        try:
            Locale.parse(dates, sep="-")
        except (UnknownLocaleError, ValueError):
            self.wrong(
                f"`dates` must be a locale of CLDR such as de or en-GB, not {dates!r}.",
                root.lines.get("dates"),
            )
        return dates

    def _plain(self, root: Map, name: str, default: str) -> str:
        node = root.get(name)
        if node is None:
            return default
        text = source_text(node)
        if text is None:
            self.wrong(f"`{name}` must be text, not {display_text(node)}.", root.lines[name])
        return text or ""

    def _words(self, root: Map, default: tuple[str, ...]) -> tuple[str, ...]:
        node = root.get("time_words")
        if node is None:
            return default
        words = [source_text(each) for each in node] if isinstance(node, Items) else [None]
        if None in words:
            self.wrong("`time_words` must be a list of words.", root.lines["time_words"])
        return tuple(word.casefold() for word in words if word)

    # ---- texts

    def _section(self, node: Node, name: str, base: Catalogue | None, line: int) -> Mapping[str, Texts]:
        """The texts of a section by name, those that the file leaves out from `base`."""
        names = SECTIONS[name]
        texts = dict(base.sections[name]) if base else {}
        if tuple(names) == (_SINGLE,) and node is not None:
            entry = self._texts(node, name, names[_SINGLE], texts.get(_SINGLE), line)
            texts |= {_SINGLE: entry} if entry else {}
        elif isinstance(node, Map):
            self._unknown_names(node, tuple(names), f"text of `{name}`")
            for key in node.keys() & names.keys():
                item = node[key]
                path = f"{name}.{key}"
                if item is None:
                    continue
                entry = self._texts(item, path, names[key], texts.get(key), node.lines[key])
                texts |= {key: entry} if entry else {}
        elif node is not None:
            self.wrong(f"`{name}` must be a map from name to text, not {display_text(node)}.", line)
        self._missing(name, texts, node, line)
        return texts

    def _missing(self, name: str, texts: Mapping[str, Texts], node: Node, line: int) -> None:
        """A problem for each text that neither the file nor the standard catalogue has, or that is wrong."""
        section = node if isinstance(node, Map) else Map(line)
        for key in SECTIONS[name]:
            if key not in texts and section.get(key) is None and not (key == _SINGLE and node is not None):
                path = name if key == _SINGLE else f"{name}.{key}"
                self.wrong(f"`{path}` is missing: this language has no standard text.", line)

    def _texts(
        self, node: Node, path: str, names: frozenset[str], base: Texts | None, line: int
    ) -> Texts | None:
        """A text for both forms, or a map with one for each; a form that is left out comes from `base`."""
        if not isinstance(node, Map):
            template = self._template(node, path, names, line)
            return Texts(template, template) if template else None
        forms = tuple(form.value.lower() for form in MessageForm)
        self._unknown_names(node, forms, f"form of `{path}`")
        templates = {
            form: self._template(node[form], f"{path}.{form}", names, node.lines[form])
            for form in forms
            if node.get(form) is not None
        }
        if base is not None:
            templates = {form: base.of(MessageForm(form.upper())) for form in forms} | templates
        for form in forms:
            if form not in templates:
                self.wrong(f"`{path}.{form}` is missing.", line)
        short, normal = (templates.get(form) for form in forms)
        return Texts(short, normal) if short and normal else None

    def _template(self, node: Node, path: str, names: frozenset[str], line: int) -> Template | None:
        text = source_text(node)
        if text is None:
            self.wrong(f"`{path}` must be text, not {display_text(node)}.", line)
            return None
        try:
            template = parse_template(text.strip())
        except TemplateError as error:
            self.wrong(f"`{path}`: {error}.", line)
            return None
        before = len(self.problems)
        for name in sorted(template.names - names):
            placeholders = ", ".join(f"{{{each}}}" for each in sorted(names)) or "none"
            self.wrong(
                f"`{path}`: there is no placeholder {{{name}}} here.{did_you_mean(name, names)} "
                f"Known: {placeholders}.",
                line,
            )
        self._check_choices(template, path, line)
        return template if len(self.problems) == before else None

    def _check_choices(self, template: Template, path: str, line: int) -> None:
        """Branches that are never taken: plurals know CLDR's categories and numbers."""
        for choice in template.choices():
            if not choice.is_plural:
                continue
            for branch in choice.branches:
                if branch not in _CATEGORIES and not branch.startswith("="):
                    self.wrong(
                        f"`{path}`: a plural has no branch `{branch}`; it may have =N, "
                        f"{', '.join(_CATEGORIES)}.",
                        line,
                    )

    def _unknown_names(self, node: Map, known: Iterable[str], what: str) -> None:
        names = tuple(known)
        for name in node:
            if name not in names:
                self.wrong(f"There is no {what} `{name}`.{did_you_mean(name, names)}", node.lines[name])


_CATEGORIES = ("zero", "one", "two", "few", "many", OTHER)
"""CLDR's plural categories."""

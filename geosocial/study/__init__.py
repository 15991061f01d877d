"""A study: which zones, which demand, which lists, which standards. Read from ``study.toml``, then frozen.

A study never computes. Paths are relative to the folder of the file. Each standard and norm carries its
source, or the word *assumption*. Every fault of the file is found at once and named by its key.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from geosocial.errors import N_, MissingFileError, Said, StudyError
from geosocial.study.directory import DirectorySpec
from geosocial.study.equity import EquityGroup, EquitySpec
from geosocial.study.followup import (
    ContractsSpec,
    FollowupSpec,
    ListingsSpec,
    ProjectsSpec,
    SupportSpec,
)
from geosocial.study.minutes import in_metres
from geosocial.study.parts import (
    AncillarySpec,
    AtlasSpec,
    ClustersSpec,
    ContextSpec,
    DemandColumn,
    DemandSpec,
    GeocodingSpec,
    NetworkSpec,
    Part,
    PlacesSpec,
    Robustness,
    Service,
    Source,
    SphereSpec,
    StatusRules,
    Text,
    ZonesSpec,
)
from geosocial.study.siting import CandidatesSpec, SitingSpec
from geosocial.vocabulary import fold, kinds, spheres, terms

__all__ = [
    "AncillarySpec",
    "AtlasSpec",
    "CandidatesSpec",
    "ClustersSpec",
    "ContextSpec",
    "ContractsSpec",
    "DemandColumn",
    "DemandSpec",
    "DirectorySpec",
    "EquityGroup",
    "EquitySpec",
    "FollowupSpec",
    "GeocodingSpec",
    "ListingsSpec",
    "NetworkSpec",
    "PlacesSpec",
    "ProjectsSpec",
    "Robustness",
    "Service",
    "SitingSpec",
    "Source",
    "SphereSpec",
    "StatusRules",
    "Study",
    "SupportSpec",
    "ZonesSpec",
    "embedded_study",
    "read_study",
]


class Study(Part):
    """A frozen study. See ``data/montreal/study.toml`` for one that is commented line by line."""

    format: Literal[1]
    id: str
    name: Text
    #: The date of the edition, ISO 8601.
    edition: dt.date
    crs: str
    #: Straight-line metres are multiplied by this to stand for walking distance.
    detour: float = Field(ge=1)
    detour_source: Text
    #: Walking speed, by which a standard in minutes becomes metres.
    walk_kmh: float = Field(default=4.8, gt=0, allow_inf_nan=False)
    snap_m: float = Field(default=250, ge=0)
    sources: dict[str, Source]
    zones: ZonesSpec
    context: tuple[ContextSpec, ...] = ()
    demand: DemandSpec
    places: tuple[PlacesSpec, ...]
    #: Without it, distances are straight lines × detour.
    network: NetworkSpec | None = None
    geocoding: GeocodingSpec | None = None
    spheres: dict[str, SphereSpec]
    robustness: Robustness = Robustness()
    status: StatusRules = StatusRules()
    atlas: AtlasSpec = AtlasSpec()
    #: Without it, no clusters are looked for.
    clusters: ClustersSpec | None = None
    #: Without it, no disparity, inequality, hub or need is told.
    equity: EquitySpec | None = None
    #: Without these, no plan is followed, no project, contract or listing looked at.
    followup: FollowupSpec | None = None
    projects: ProjectsSpec | None = None
    contracts: ContractsSpec | None = None
    listings: ListingsSpec | None = None
    #: Without it, a run proposes no sites.
    siting: SitingSpec | None = None
    #: Without it, no public directory is written.
    directory: DirectorySpec | None = None
    #: Folder of the run of an earlier edition: what changed since is then told.
    since: Path | None = None
    #: Folder of study.toml; not a key of the file.
    folder: Path = Path()

    def path(self, file: Path) -> Path:
        """Return `file` resolved against the folder of the study."""
        return file if file.is_absolute() else self.folder / file

    def services(self) -> list[tuple[str, Service]]:
        """Return every (sphere, service), in the order of the file."""
        return [(sphere, service) for sphere, spec in self.spheres.items() for service in spec.services]

    @property
    def followed(self) -> bool:
        """Return whether any part of the follow-up is asked for."""
        return any((self.followup, self.projects, self.contracts, self.listings))

    @property
    def earlier(self) -> Path | None:
        """Return the folder of the run of the earlier edition; None where the study names none."""
        named = self.since or (self.followup.previous if self.followup is not None else None)
        return None if named is None else self.path(named)

    @property
    def moved_m(self) -> float:
        """Return the metres from which a changed position is a move."""
        return (
            FollowupSpec.model_fields["moved_m"].default if self.followup is None else self.followup.moved_m
        )

    @property
    def published(self) -> tuple[str, ...]:
        """Return the keys of the lists of the public directory, in the order of the file."""
        if self.directory is None:
            return ()
        asked = self.directory.lists
        return tuple(p.key for p in self.places if p.shown and (p.key in asked or not asked))

    @property
    def stretch(self) -> tuple[float, float]:
        """Return the two factors on costs that the detour range stands for; 1 along streets."""
        if self.network is not None:
            return 1.0, 1.0
        least, most = self.robustness.detour_range
        return least / self.detour, most / self.detour

    @model_validator(mode="before")
    @classmethod
    def _minutes(cls, data: Any) -> Any:
        """Turn each standard in minutes into metres: minutes · 1000 · km/h / 60."""
        return in_metres(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _references(self) -> Study:
        bad: list[str] = []
        columns = {c.key for c in self.demand.columns}
        for sphere, service in self.services():
            where = f"spheres.{sphere}.{service.key}"
            if sphere not in spheres():
                bad.append(f"spheres.{sphere}")
            bad += [f"{where}.kinds: {k}{_like(k)}" for k in service.kinds if k not in kinds()]
            bad += [
                f"{where}.demand: {d}"
                for d in (service.demand, *service.alternative_demand)
                if d not in columns
            ]
        for spec in self.places:
            where = f"places.{spec.key}"
            strange = [k for k in dict.fromkeys(spec.kind_words.values()) if k not in {"", *kinds()}]
            bad += [f"{where}.kind_words: {k}{_like(k)}" for k in strange]
            bad += [
                f"{where}.status_words: {s}" for s in spec.status_words.values() if s not in terms("statuses")
            ]
        used = {
            self.zones.source,
            self.demand.source,
            *(p.source for p in self.places),
            *(c.source for c in self.context),
            *(
                part.source
                for part in (self.geocoding, self.network, self.followup, self.projects, self.contracts)
                if part is not None
            ),
            *([] if self.demand.ancillary is None else [self.demand.ancillary.source]),
        }
        if self.siting is not None:
            used |= set() if self.siting.candidates is None else {self.siting.candidates.source}
            bad += [f"siting.spheres: {s}" for s in self.siting.spheres if s not in self.spheres]
        bad += [f"sources.{s}" for s in sorted(used - self.sources.keys())]
        if self.equity is not None:
            named = [self.equity.people, *(c for g in self.equity.groups for c in (g.column, g.of))]
            bad += [f"equity: {c}" for c in dict.fromkeys(named) if c not in columns]
        bad += [*self._followed(columns), *self._published()]
        if bad:
            raise ValueError("; ".join(bad))
        return self

    def _followed(self, columns: set[str]) -> list[str]:
        """Return what the parts of the follow-up name and the study does not have."""
        lists, bad = {p.key for p in self.places}, []
        if self.followup is not None:
            support = self.followup.support
            asked = [*self.followup.enterprises, *([support.list] if support else [])]
            bad += [f"followup: {key}" for key in asked if key not in lists]
            bad += [] if self.followup.people in columns else [f"followup.people: {self.followup.people}"]
        if self.listings is not None and self.listings.list not in lists:
            bad.append(f"listings.list: {self.listings.list}")
        return bad

    def _published(self) -> list[str]:
        """Return the lists that the directory names and that are not, or are not shown by name."""
        if self.directory is None:
            return []
        bad = [f"directory.lists: {key}" for key in self.directory.lists if key not in self.published]
        named = self.directory.home_based
        return bad + [f"directory.home_based: {key}" for key in named if key not in self.published]


def _like(word: str) -> str:
    """Return the kind that is meant, to be put behind its wrong name; ``""`` where none is like it.

    Examples
    --------
    >>> _like("écocentre"), _like("librairy"), _like("x")
    (' (recycling_centre?)', ' (library?)', '')
    """
    known = {
        fold(text): key
        for key, kind in kinds().items()
        for text in (key, kind.one.fr, kind.one.en, kind.many.fr, kind.many.en)
    }
    found = get_close_matches(fold(word), known, 1)
    return f" ({known[found[0]]}?)" if found else ""


def embedded_study() -> Path:
    """Return the path of the embedded Montréal study, in a wheel or in a checkout.

    Examples
    --------
    >>> embedded_study().name
    'study.toml'
    """
    here = Path(__file__).parents[1]
    for folder in (here / "data" / "montreal", here.parent / "data" / "montreal"):
        if (folder / "study.toml").is_file():
            return folder / "study.toml"
    raise MissingFileError(
        N_("The embedded study is not in this installation ({folder})."),
        hint=N_("Install geosocial again, or name a study: geosocial run STUDY."),
        folder=here,
    )


def read_study(path: Path | str | None = None) -> Study:
    """Read a study from its folder or its ``study.toml``; without `path`, the embedded one.

    Raises
    ------
    MissingFileError
        When there is no such file.
    StudyError
        When the file is not TOML, or a key is missing, unknown or contradictory: every fault at once.

    Examples
    --------
    >>> study = read_study()  # the embedded study of Montréal
    >>> list(study.spheres), study.crs
    (['housing', 'culture', 'recreation', 'sustainable_development', 'tourism'], 'EPSG:32188')
    """
    file = Path(path) if path is not None else embedded_study()
    if file.is_dir():
        file = file / "study.toml"
    try:
        data: dict[str, Any] = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(
            N_("{file}: there is no such file."),
            hint=N_("Check the name of the study folder or of its study.toml."),
            file=file,
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise StudyError(
            N_("{file}: this is not a readable TOML file ({reason})."),
            hint=N_("Correct the line that is named, or start from the embedded study."),
            file=file,
            reason=error,
        ) from error
    try:
        study = Study.model_validate({**data, "folder": file.parent})
    except ValidationError as error:
        raise StudyError(
            N_("{file}: the study cannot be used: {faults}."),
            hint=N_("Correct these keys; geosocial new writes a study.toml that explains each."),
            file=file,
            faults=tuple(_said(dict(fault)) for fault in error.errors()),
        ) from error
    parts = {"demand.columns": study.demand.columns, "places": study.places, "spheres": study.spheres}
    if empty := [key for key, part in parts.items() if not part]:
        raise StudyError(
            N_("{file}: the study cannot be used: {faults}."),
            hint=N_("Correct these keys; geosocial new writes a study.toml that explains each."),
            file=file,
            faults=tuple(Said(N_("{key} is empty: it needs at least one entry"), {"key": k}) for k in empty),
        )
    return study


def _said(fault: dict[str, Any]) -> Said:
    """Return a fault of pydantic in words that are in the catalogue."""
    key = ".".join(str(part) for part in fault["loc"]) or str(fault.get("ctx", {}).get("error", ""))
    if fault["type"] == "missing":
        return Said(N_("{key} is missing"), {"key": key})
    if fault["type"] == "extra_forbidden":
        return Said(N_("{key} is not a known key"), {"key": key})
    if fault["type"] == "value_error" and isinstance(fault["input"], dict | list):
        inner = str(fault["ctx"]["error"])
        return Said(N_("{key} does not fit the rest"), {"key": key if key == inner else f"{key}: {inner}"})
    return Said(N_("{key} cannot be “{value}”"), {"key": key, "value": str(fault["input"])[:60]})

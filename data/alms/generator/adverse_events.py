"""Adverse events around every course: who had which kind is exact, the rest is drawn."""

from dataclasses import dataclass

import numpy as np

from trialbook.synthesis.targets import Published

from .courses import END, LAST_DOSE
from .spec import ARMS, EVENTS, NEVER
from .structure import Structure

INFECTIONS = "INFECTIONS AND INFESTATIONS"
GASTRO = "GASTROINTESTINAL DISORDERS"
BLOOD = "BLOOD AND LYMPHATIC SYSTEM DISORDERS"
MUSCULOSKELETAL = "MUSCULOSKELETAL AND CONNECTIVE TISSUE DISORDERS"
RENAL = "RENAL AND URINARY DISORDERS"
GENERAL = "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS"
NEOPLASMS = "NEOPLASMS BENIGN, MALIGNANT AND UNSPECIFIED (INCL CYSTS AND POLYPS)"
REPRODUCTIVE = "REPRODUCTIVE SYSTEM AND BREAST DISORDERS"  # of its terms all are of women here
INJURY = "INJURY, POISONING AND PROCEDURAL COMPLICATIONS"

COMMON_INFECTIONS = {
    "UPPER RESPIRATORY TRACT INFECTION": 22,
    "URINARY TRACT INFECTION": 16,
    "NASOPHARYNGITIS": 16,
    "BRONCHITIS": 9,
    "INFLUENZA": 9,
    "GASTROENTERITIS": 8,
    "SINUSITIS": 7,
    "HERPES ZOSTER": 7,
    "PHARYNGITIS": 6,
}
COMMON_EVENTS = {
    ("DIARRHOEA", GASTRO): 12,
    ("NAUSEA", GASTRO): 9,
    ("VOMITING", GASTRO): 7,
    ("ABDOMINAL PAIN", GASTRO): 7,
    ("HEADACHE", "NERVOUS SYSTEM DISORDERS"): 10,
    ("ARTHRALGIA", MUSCULOSKELETAL): 9,
    ("BACK PAIN", MUSCULOSKELETAL): 5,
    ("COUGH", "RESPIRATORY, THORACIC AND MEDIASTINAL DISORDERS"): 6,
    ("RASH", "SKIN AND SUBCUTANEOUS TISSUE DISORDERS"): 6,
    ("ALOPECIA", "SKIN AND SUBCUTANEOUS TISSUE DISORDERS"): 4,
    ("HYPERTENSION", "VASCULAR DISORDERS"): 6,
    ("PYREXIA", GENERAL): 5,
    ("OEDEMA PERIPHERAL", GENERAL): 7,
    ("ANAEMIA", BLOOD): 5,
    ("LEUKOPENIA", BLOOD): 6,
}
SERIOUS_INFECTIONS = (
    "CELLULITIS", "HERPES ZOSTER", "GASTROENTERITIS", "PYELONEPHRITIS", "SEPSIS", "BRONCHITIS",
    "URINARY TRACT INFECTION", "VARICELLA", "SINUSITIS", "PULMONARY TUBERCULOSIS",
)  # fmt: skip
OTHER_SERIOUS = (
    ("HYPERTENSIVE CRISIS", "VASCULAR DISORDERS"),
    ("DEEP VEIN THROMBOSIS", "VASCULAR DISORDERS"),
    ("CHOLELITHIASIS", "HEPATOBILIARY DISORDERS"),
    ("ANAEMIA", BLOOD),
    ("GASTRITIS", GASTRO),
    ("OSTEONECROSIS", MUSCULOSKELETAL),
    ("PLEURAL EFFUSION", "RESPIRATORY, THORACIC AND MEDIASTINAL DISORDERS"),
    ("PERICARDITIS", "CARDIAC DISORDERS"),
    ("CONVULSION", "NERVOUS SYSTEM DISORDERS"),
    ("OVARIAN CYST", REPRODUCTIVE),
    ("CHEST PAIN", GENERAL),
    ("ANKLE FRACTURE", INJURY),
)
NAMED_SERIOUS = {
    "serious_pneumonia": ("PNEUMONIA", INFECTIONS),
    "serious_appendicitis": ("APPENDICITIS", INFECTIONS),
    "serious_leukopenia": ("LEUKOPENIA", BLOOD),
    "serious_lupus": ("SYSTEMIC LUPUS ERYTHEMATOSUS", MUSCULOSKELETAL),
    "serious_nephritis": ("LUPUS NEPHRITIS", RENAL),
    "malignant": ("UTERINE CARCINOMA IN SITU", NEOPLASMS),
    "fatal": ("ROAD TRAFFIC ACCIDENT", INJURY),
}
CAUSES_OF_STOPPING = {
    ("LEUKOPENIA", BLOOD): {"MMF": 1, "AZA": 6},
    ("NAUSEA", GASTRO): {"MMF": 2, "AZA": 3},
    ("DIARRHOEA", GASTRO): {"MMF": 4, "AZA": 1},
    ("HEPATIC ENZYME INCREASED", "INVESTIGATIONS"): {"MMF": 1, "AZA": 3},
    ("ARTHRALGIA", MUSCULOSKELETAL): {"MMF": 2, "AZA": 2},
    ("PROTEINURIA", RENAL): {"MMF": 2, "AZA": 2},
}
EVENTS_PER_PATIENT = 5.0
BEFORE_TREATMENT = 24
"""Events of the weeks before randomization, which are not treatment-emergent."""


@dataclass(frozen=True)
class Event:
    """One adverse event; days count from randomization, `end` is None while it lasts."""

    patient: int
    term: str
    body_system: str
    start: int
    end: int | None = None
    serious: bool = False
    severity: str = "MILD"
    withdrawn: bool = False
    outcome: str = "RECOVERED/RESOLVED"
    related: bool = False
    emergent: bool = True


def draw_adverse_events(
    structure: Structure, days: np.ndarray, first_dose: np.ndarray, female: np.ndarray,
    published: Published, rng: np.random.Generator,
) -> list[Event]:  # fmt: skip
    """Return every adverse event, with the printed number of patients in each kind."""
    events = []
    for arm in ARMS:
        patients = np.flatnonzero((structure.arm == arm) & structure.treated)
        writer = _Arm(arm, patients, structure, days, first_dose, female, published, rng)
        events += writer.events()
    for patient in rng.choice(np.flatnonzero(structure.treated), BEFORE_TREATMENT, replace=False):
        term, body_system = _weighted(COMMON_EVENTS, rng)
        start = int(rng.integers(-60, -3))
        end = start + int(rng.integers(1, 50))
        events.append(Event(int(patient), term, body_system, start, end, emergent=False))
    return sorted(events, key=lambda e: (e.patient, e.start, e.term, e.serious))


class _Arm:
    """Draws one arm's events; each method adds one kind and its patients."""

    def __init__(self, arm, patients, structure, days, first_dose, female, published, rng):
        self.arm, self.patients, self.structure, self.days = arm, patients, structure, days
        self.first_dose, self.female = first_dose, female
        self.n = lambda group: published.count("adverse_events", group, arm)
        self.rng = rng
        self.written = []
        self.serious = set()

    def events(self):
        self._serious_named()
        infected = self._serious_infections()
        self._other_serious()
        self._stopping()
        self._common(infected)
        return self.written

    def _having(self, event):
        return [p for p in self.patients if self.structure.has[p, EVENTS.index(event)]]

    def _pick(self, candidates, n, exclude):
        free = [p for p in candidates if p not in exclude]
        return [int(p) for p in self.rng.choice(free, n, replace=False)]

    def _any_day(self, patient):
        return int(self.rng.integers(self.first_dose[patient], self.days[patient, LAST_DOSE] + 1))

    def _add(self, patient, term, body_system, start, *, length=None, **more):
        length = int(self.rng.geometric(0.06)) if length is None else length
        end = start + length
        if end > self.days[patient, END]:
            more = {"outcome": "NOT RECOVERED/NOT RESOLVED"} | more
            end = None
        self.written.append(Event(patient, term, body_system, start, end, **more))

    def _add_serious(self, patient, named, start=None, **more):
        self.serious.add(patient)
        start = self._any_day(patient) if start is None else int(start)
        self._add(patient, *named, start, serious=True, severity="SEVERE", **more)

    def _serious_named(self):
        for patient in self._having("DEATH"):
            day = int(self.days[patient, EVENTS.index("DEATH")])
            self._add_serious(patient, NAMED_SERIOUS["fatal"], day, length=0, outcome="FATAL",
                              withdrawn=True)  # fmt: skip
        flares = {"serious_nephritis": "RENFLARE", "serious_lupus": "EXTRFL"}
        for group, event in flares.items():
            for patient in self._pick(self._having(event), self.n(group), self.serious):
                day = self.days[patient, EVENTS.index(event)]
                day = min(day, self.days[patient, LAST_DOSE])
                self._add_serious(patient, NAMED_SERIOUS[group], day)
        women = [p for p in self.patients if self.female[p]]
        for group, among in (("malignant", women), ("serious_leukopenia", self.patients)):
            for patient in self._pick(among, self.n(group), self.serious):
                self._add_serious(patient, NAMED_SERIOUS[group], related=True)

    def _serious_infections(self):
        n = self.n("serious_infections")
        named = ["serious_pneumonia"] * self.n("serious_pneumonia")
        named += ["serious_appendicitis"] * self.n("serious_appendicitis")
        other = self.rng.permutation(SERIOUS_INFECTIONS)[: n - len(named)]
        terms = [NAMED_SERIOUS[name] for name in named] + [(str(t), INFECTIONS) for t in other]
        infected = self._pick(self.patients, n, self.serious)
        for patient, term in zip(infected, terms, strict=True):
            self._add_serious(patient, term, related=True)
        return set(infected)

    def _other_serious(self):
        n = self.n("serious") - len(self.serious)
        terms = [OTHER_SERIOUS[i] for i in self.rng.permutation(len(OTHER_SERIOUS))[:n]]
        patients = self._pick(self.patients, n, self.serious)
        for patient, term in zip(patients, self._fit_for(patients, terms), strict=True):
            self._add_serious(patient, term)

    def _fit_for(self, patients, terms):
        """Return the terms with a woman's condition, should a man have drawn it, at a woman's."""
        terms, women = list(terms), [i for i, p in enumerate(patients) if self.female[p]]
        for i, (_, body_system) in enumerate(terms):
            if body_system == REPRODUCTIVE and not self.female[patients[i]]:
                other = women[0]
                terms[i], terms[other] = terms[other], terms[i]
        return terms

    def _stopping(self):
        for patient in self.patients[self.structure.outcome[self.patients] == "ADVERSE EVENT"]:
            last = int(self.days[patient, LAST_DOSE])
            start = max(int(self.first_dose[patient]), last - int(self.rng.integers(0, 15)))
            flare = int(self.days[patient, EVENTS.index("RENFLSUS")])
            extrarenal = int(self.days[patient, EVENTS.index("EXTRFL")])
            more = {"severity": "MODERATE", "withdrawn": True}
            if flare != NEVER:
                start, term = flare, NAMED_SERIOUS["serious_nephritis"]
            elif extrarenal != NEVER:
                start, term = min(extrarenal, last), NAMED_SERIOUS["serious_lupus"]
            else:
                term = _weighted({t: w[self.arm] for t, w in CAUSES_OF_STOPPING.items()}, self.rng)
                more["related"] = True
            self._add(int(patient), *term, start, **more)

    def _common(self, infected):
        needed = {event.patient for event in self.written}
        spared = self._pick(self.patients, len(self.patients) - self.n("any"), needed)
        affected = [int(p) for p in self.patients if p not in spared]
        infected |= set(self._pick(affected, self.n("infections") - len(infected), infected))
        for patient in affected:
            treated = int(self.days[patient, LAST_DOSE] - self.first_dose[patient]) + 1
            mean = EVENTS_PER_PATIENT * (0.25 + 0.75 * treated / 1096)
            has_any = patient in needed
            if patient in infected:
                for _ in range(1 + self.rng.poisson(0.4 * mean)):
                    term = _weighted(COMMON_INFECTIONS, self.rng)
                    self._common_event(patient, term, INFECTIONS)
                has_any = True
            for _ in range(max(self.rng.poisson(0.6 * mean), 0 if has_any else 1)):
                self._common_event(patient, *_weighted(COMMON_EVENTS, self.rng))

    def _common_event(self, patient, term, body_system):
        severity = str(self.rng.choice(["MILD", "MODERATE", "SEVERE"], p=[0.62, 0.33, 0.05]))
        related = bool(self.rng.random() < 0.3)
        day = self._any_day(patient)
        self._add(patient, term, body_system, day, severity=severity, related=related)


def _weighted(choices: dict, rng):
    weights = np.array(list(choices.values()), dtype=float)
    return list(choices)[int(rng.choice(len(weights), p=weights / weights.sum()))]

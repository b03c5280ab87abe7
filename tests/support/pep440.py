#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what entrepot makes of Python's versions with what `packaging` does.

  pep440.py [--seed N] [--count N] READER WHAT
                        COUNT random questions about WHAT (versions, order,
                        specifiers, wishes, matches, choices, requirements,
                        names) to READER, the program of tests/e2e/pep440.c;
                        the same seed asks the same

Entrepot does what packaging 26 does. Where older ones answer otherwise, and
where entrepot is stricter on purpose, a function marked as a corner says so: an
answer that differs fails unless its question lies in a corner.
"""

import argparse
import collections
import functools
import itertools
import random
import re
import subprocess
import sys

import packaging
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

OLD = int(packaging.__version__.split(".")[0]) < 26

# ---- what is asked ----

class Texts:
    """Random texts: mostly valid, in every spelling, often close to each other."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.choice = self.random.choice

    def chance(self, share):
        return self.random.random() < share

    def number(self):
        if self.chance(0.02):
            return str(self.random.getrandbits(80))
        return self.choice(["", "", "", "", "0", "00"]) + str(self.choice([0, 0, 1, 1, 1, 2, 2, 3, 9, 10, 11, 2024]))

    def case(self, text):
        return "".join(self.choice([c, c.upper()]) for c in text) if self.chance(0.1) else text

    def release(self):
        epoch = self.number() + "!" if self.chance(0.06) else ""
        return epoch + ".".join(self.number() for _ in range(self.choice([1, 1, 2, 2, 2, 3, 3, 4])))

    def tag(self, words):
        word = self.case(self.choice(words))
        separator = self.choice(["", "", ".", "-", "_"])
        return separator + word + self.choice(["", "", "", ".", "-", "_"]) + self.choice([self.number(), self.number(), ""])

    def segments(self):
        text = ""
        if self.chance(0.25):
            text += self.tag(["a", "b", "rc", "alpha", "beta", "c", "pre", "preview"])
        if self.chance(0.2):
            text += self.tag(["post", "post", "rev", "r"]) if self.chance(0.8) else "-" + self.number()
        if self.chance(0.2):
            text += self.tag(["dev"])
        return text

    def local(self):
        parts = [self.choice([self.number(), "abc", "ABC", "ab", "0a1", "x"]) for _ in range(self.choice([1, 1, 2, 3]))]
        return "+" + self.choice([".", "-", "_"]).join(parts)

    def version(self):
        text = self.release()
        if self.chance(0.5):
            text += self.segments()
        if self.chance(0.12):
            text += self.local()
        return self.choice(["v", "V"]) + text if self.chance(0.04) else text

    def public(self):
        return self.release() + (self.segments() if self.chance(0.4) else "")

    def clause(self):
        operator = self.choice(["==", "!=", "~=", "<=", ">=", "<", ">", "==", "<", ">", ">=", "==="])
        if operator in ("==", "!=") and self.chance(0.35):
            version = self.release() + ".*"
        elif operator in ("==", "!="):
            version = self.version()
        elif operator == "~=":
            version = self.release() + "." + self.number() + (self.segments() if self.chance(0.3) else "")
        elif operator == "===":
            version = self.version() if self.chance(0.9) else "any-text_0"
        else:
            version = self.public()
        return operator + self.choice(["", "", "", " "]) + version

    def clauses(self, most):
        glue = self.choice([",", ",", ", ", " , "])
        return glue.join(self.clause() for _ in range(self.random.randint(1, most)))

    def near(self, clauses):
        """A version of the release that one of the clauses names."""
        release = re.match("[0-9!.]*[0-9]|", self.choice(re.split("[<>=!~v, ]+", clauses)[1:]))[0]
        text = (release or self.release()) + (self.segments() if self.chance(0.6) else "")
        return text + self.local() if self.chance(0.2) else text

    def name(self):
        return self.choice(["foo", "Foo_Bar", "zope.interface", "a", "A1", "foo-bar", "b--c", "x._-y", "7zip"])

    def extras(self):
        names = [self.choice(["dev", "Dev_X", "a.b", "test", "DOC"]) for _ in range(self.random.randint(0, 3))]
        return "[" + self.choice([",", ", ", " , "]).join(names) + "]"

    def comparison(self):
        variable = self.choice([
            "python_version", "python_full_version", "os_name", "os.name", "sys_platform", "platform_system",
            "platform.machine", "platform_release", "python_implementation", "platform_python_implementation",
            "implementation_name", "implementation_version", "extra", "extra"])
        value = self.choice(["3.8", "linux", "win32", "CPython", "", "Dev_X", "a b", "x'y", 'x"y', "3.*"])
        quote = '"' if "'" in value else "'" if '"' in value else self.choice("'\"")
        sides = [variable, quote + value + quote]
        if self.chance(0.2):
            sides.reverse()
        operator = self.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "===", " in ", " not in ", " not  in "])
        gap = self.choice(["", " "])
        return sides[0] + gap + operator + gap + sides[1]

    def marker(self, depth=0):
        count = self.choice([1, 1, 2, 3])
        parts = []
        for _ in range(count):
            if depth < 4 and self.chance(0.25):
                parts.append("(" + self.marker(depth + 1) + ")")
            else:
                parts.append(self.comparison())
        text = parts[0]
        for part in parts[1:]:
            text += self.choice([" and ", " or "]) + part
        return text

    def requirement(self):
        text = self.name() + self.choice(["", "", " "])
        if self.chance(0.25):
            text += self.extras() + self.choice(["", " "])
        if self.chance(0.06):
            text += "@ https://registry.example/foo.whl" + self.choice(["", " "])
        elif self.chance(0.7):
            clauses = self.clauses(3)
            text += "(" + clauses + ")" if self.chance(0.2) else clauses
        if self.chance(0.5):
            text += self.choice(["; ", " ; ", ";"]) + self.marker()
        return text

    def damaged(self, text, alphabet):
        """The text with a few changes, as people and attackers make them."""
        for _ in range(self.choice([1, 1, 2])):
            at = self.random.randint(0, len(text))
            change = self.random.randint(0, 3)
            if change == 0:
                text = text[:at] + self.choice(alphabet) + text[at:]
            elif change == 1:
                text = text[:at] + text[at + 1:]
            elif change == 2:
                text = text[:at] + self.choice(alphabet) + text[at + 1:]
            else:
                end = self.random.randint(at, min(len(text), at + 4))
                text = text[:end] + text[at:]
        return text


# ---- where they may differ ----

corners = collections.defaultdict(list)


def corner(*topics):
    """Mark a function that tells whether a question lies in the corner that its text describes."""
    def register(function):
        for topic in topics:
            corners[topic].append(function)
        return function
    return register


def old_corner(*topics):
    return corner(*topics) if OLD else lambda function: function


def split(clauses):
    return [clause.strip() for clause in clauses.split(",") if clause.strip()]


@old_corner("specifiers")
def nothing_behind_the_sign(text):
    """Before 26 "===" was a specifier without anything behind it."""
    return "===" in split(text)


@old_corner("specifiers")
def first_of_equals(text):
    """Before 26 the first written of equal specifiers was kept, and "===1" equalled "===1.0"."""
    return len({str(SpecifierSet(clause)) for clause in split(text)}) > len(SpecifierSet(text))


@old_corner("wishes", "choices")
def wanted_prereleases(text, *_):
    """Before 26 "<" and ">" before a pre-release did not ask for any, and "===" had to name a version."""
    return any(spec.operator in ("<", ">", "===") for spec in SpecifierSet(text))


@old_corner("choices")
def nothing_but_prereleases(text, *versions):
    """Before 26 a set took no pre-releases even when nothing else matched."""
    matching = [Version(v) for v in versions if SpecifierSet(text).contains(Version(v), prereleases=True)]
    return bool(matching) and all(v.is_prerelease for v in matching)


def some_pair(function):
    """From a specifier and a version to all of a question."""
    def check(text, *versions):
        return any(function(spec, Version(v)) for spec in SpecifierSet(text) for v in versions)
    check.__name__ = function.__name__
    return check


def same_base(a, b):
    return Version(a.base_version) == Version(b.base_version)


@old_corner("matches", "choices")
@some_pair
def greater_than_a_prerelease(spec, version):
    """Before 26 ">1.0a1" left out 1.0.post1 and 1.0+x, and ">1.0.post1" left out 1.0.post2+x."""
    if spec.operator != ">":
        return False
    bound = Version(spec.version)
    return same_base(bound, version) and (bound.is_prerelease or bound.is_postrelease) and \
        (version.is_postrelease or version.local is not None)


@old_corner("matches", "choices")
@some_pair
def less_than_a_postrelease(spec, version):
    """Before 26 "<1.0.post1" left out the pre-releases of 1.0."""
    if spec.operator != "<":
        return False
    bound = Version(spec.version)
    return same_base(bound, version) and bound.is_postrelease and not bound.is_prerelease and version.is_prerelease


@old_corner("matches", "choices")
@some_pair
def series_of_an_epoch(spec, version):
    """Before 26 the first number of "1!2" was none when a series was looked for."""
    return version.epoch != 0 and (spec.operator == "~=" or spec.version.endswith(".*"))


@old_corner("matches", "choices")
@some_pair
def series_of_a_text(spec, version):
    """Before 26 "~=" took its series from the text, where "1.0.c1" has three numbers."""
    return spec.operator == "~=" and spec.version != str(Version(spec.version))


@corner("requirements")
def underscore_at_the_end(text):
    """Names end with a letter or a digit; packaging lets an underscore pass."""
    requirement = Requirement(text)
    return any(name.endswith("_") for name in [requirement.name, *requirement.extras])


def versions_of(text):
    """The specifiers of a requirement as they are written."""
    return re.match(r"[ \t]*[A-Za-z0-9._-]*[ \t]*(?:\[[^]]*\])?[ \t(]*([^;]*)", text)[1].rstrip(") \t")


@old_corner("requirements")
def specifiers_in_it(text):
    """What goes for specifiers alone."""
    return nothing_behind_the_sign(versions_of(text)) or first_of_equals(versions_of(text))


@corner("requirements")
def commas_behind_the_sign(text):
    """For packaging what follows "===" in a requirement goes on to the next blank, and is cut at commas only then."""
    return "," in versions_of(text).partition("===")[2]


def nested(markers):
    return [part for part in markers if isinstance(part, list)]


def comparisons(markers):
    return sum([[part] if isinstance(part, tuple) else comparisons(part)
                for part in markers if not isinstance(part, str)], [])


@old_corner("requirements")
def doubled_parentheses(text):
    """Before 26 parentheses directly in parentheses were lost, the inner as well as the outer."""
    def doubled(markers):
        return any((len(group) == 1 and nested(group)) or doubled(group) for group in nested(markers))
    return doubled(Requirement(text).marker._markers)


@old_corner("requirements")
def quotes_in_values(text):
    """Before 26 values were put in double quotes even when they held one."""
    return any('"' in str(side) for item in comparisons(Requirement(text).marker._markers) for side in item)


@old_corner("requirements")
def later_extras(text):
    """Before 26 extras were normalized only in the first comparison, and not in parentheses."""
    markers = Requirement(text).marker._markers
    later = comparisons(markers[0 if isinstance(markers[0], list) else 1:])
    return any("extra" in (str(left), str(right)) for left, _, right in later)


@old_corner("requirements")
def direct_urls(text):
    """Before 24 a URL had to have a scheme and a host. Entrepot stores no requirement that has a URL."""
    return "@" in text


# ---- what is asked and answered ----

def of_version(text):
    version = Version(text)
    return "\t".join([str(version), canonicalize_version(version), version.public,
                      "pre" if version.is_prerelease else "final"])


@functools.lru_cache(maxsize=20000)
def parsed(text):
    return Version(text)


def of_order(a, b):
    a, b = parsed(a), parsed(b)
    order = (a > b) - (a < b)
    return f"{order}\t{order}"


def of_specifiers(text):
    return str(SpecifierSet(text))


def of_wishes(text):
    specifiers = SpecifierSet(text)
    try:
        return "01"[bool(specifiers.prereleases)]
    except InvalidVersion:  # of "===", before 26
        return "0"


def of_matches(text, *versions):
    specifiers = SpecifierSet(text)
    return "".join("01"[specifiers.contains(parsed(v), prereleases=True)] for v in versions)


def of_choices(text, *versions):
    versions = [Version(v) for v in versions]
    chosen = {id(v) for v in SpecifierSet(text).filter(versions)}
    return "".join("01"[id(v) in chosen] for v in versions)


def of_requirement(text):
    written = str(Requirement(text))
    # Before 24 no blank stood before the sign.
    return written.replace("@ ", " @ ", 1) if OLD and "@ " in written.split(";")[0] else written


def of_name(text):
    return canonicalize_name(text) if re.fullmatch("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", text) else "invalid"


def sometimes_damaged(texts, make, alphabet):
    text = make()
    return texts.damaged(text, alphabet) if texts.chance(0.4) else text


def ask_versions(texts, count):
    alphabet = "0123.-_+!vabcrcdevpostalhw *\r\f\v"
    return [[sometimes_damaged(texts, texts.version, alphabet)] for _ in range(count)]


def ask_order(texts, count):
    versions = [texts.version() for _ in range(count // 10 + 2)]
    return [[texts.choice(versions), texts.choice(versions)] for _ in range(count)]


def ask_specifiers(texts, count):
    alphabet = "0123.-_+!vabcrcdevpost<>=~!,;()* "
    return [[sometimes_damaged(texts, lambda: texts.clauses(4), alphabet)] for _ in range(count)]


def ask_wishes(texts, count):
    return [[texts.clauses(3)] for _ in range(count)]


def with_versions(texts, near, far):
    """Sets of specifiers without end, each with NEAR versions around it and FAR others."""
    versions = [texts.version() for _ in range(1000)]
    while True:
        clauses = texts.clauses(2)
        yield [clauses, *(texts.near(clauses) for _ in range(near)), *(texts.choice(versions) for _ in range(far))]


def ask_matches(texts, count):
    """As many pairs of specifiers and a version, ten to a question."""
    return list(itertools.islice(with_versions(texts, 4, 6), count // 10))


def ask_choices(texts, count):
    return list(itertools.islice(with_versions(texts, 3, 2), count))


def ask_requirements(texts, count):
    alphabet = "01.-_+!avr<>=~!,;()[]@*'\" ino"
    return [[sometimes_damaged(texts, texts.requirement, alphabet)] for _ in range(count)]


def ask_names(texts, count):
    return [["".join(texts.choice("abcXYZ019.-_") for _ in range(texts.random.randint(0, 8)))] for _ in range(count)]


Topic = collections.namedtuple("Topic", "verb questions answer")
topics = {
    "versions": Topic("version", ask_versions, of_version),
    "order": Topic("order", ask_order, of_order),
    "specifiers": Topic("specifiers", ask_specifiers, of_specifiers),
    "wishes": Topic("wanted", ask_wishes, of_wishes),
    "matches": Topic("match", ask_matches, of_matches),
    "choices": Topic("choose", ask_choices, of_choices),
    "requirements": Topic("requirement", ask_requirements, of_requirement),
    "names": Topic("name", ask_names, of_name),
}


# ---- the comparison ----

def wanted_answer(topic, question):
    try:
        return topics[topic].answer(*question)
    except ValueError:  # of which all refusals are a kind
        return "invalid"


def lies_in(function, question):
    try:
        return function(*question)
    except (AttributeError, ValueError):  # what is invalid, or has no marker, has no such corner
        return False


def read(reader, topic, questions):
    """The reader's answers, a line each."""
    lines = "".join("\t".join([topics[topic].verb, *question]) + "\n" for question in questions)
    done = subprocess.run([reader], input=lines.encode("ascii"), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode("ascii").split("\n")[:-1]


def compare(reader, topic, questions):
    """How many answers there are of each kind."""
    kinds = collections.Counter()
    for question, got in zip(questions, read(reader, topic, questions), strict=True):
        wanted = wanted_answer(topic, question)
        excuse = next((f for f in corners[topic] if lies_in(f, question)), None) if got != wanted else None
        if got != wanted and not excuse:
            sys.exit(f"{topic} {question}: got {got!r}, wanted {wanted!r}")
        kinds[excuse.__name__ if excuse else "invalid" if got == "invalid" else "alike"] += 1
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=440)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("reader")
    parser.add_argument("topic", choices=topics)
    options = parser.parse_args()
    questions = topics[options.topic].questions(Texts(options.seed), options.count)
    print(f"packaging {packaging.__version__}, seed {options.seed}, {len(questions)} questions about {options.topic}")
    kinds = compare(options.reader, options.topic, questions)
    print(*[f"{kind} {count}" for kind, count in kinds.most_common()], sep=", ")
    if kinds["alike"] < len(questions) / 2:
        sys.exit("too few of them are valid and alike")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes data/chart.txt and data/{geosciml,earthresourceml,ihfc}.txt from the Turtle files of ICS, CGI and IHFC.

    python -m venv venv && venv/bin/pip install rdflib
    venv/bin/python prepare/tables.py CHART.ttl VOCAB_FOLDER

VOCAB_FOLDER holds geosciml/, earthresourceml/ and ihfc/ as the publishers keep them (data/README.md says where they are from).
The same input gives the same bytes. What is left out or changed is listed in data/README.md, and counted on standard output.
"""
import collections
import pathlib
import re
import sys

import rdflib
from rdflib.namespace import DCTERMS, RDF, SKOS

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
ICS = "http://resource.geosciml.org/classifier/ics/ischart/"
GTS = rdflib.Namespace("http://resource.geosciml.org/ontology/timescale/gts#")
TIME = rdflib.Namespace("http://www.w3.org/2006/time#")
SDO = rdflib.Namespace("https://schema.org/")
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
# A label in one of these languages that has no letter of its script is in a font's private encoding, which nothing reads today.
SCRIPTS = {"km": "\u1780-\u17ff", "lo": "\u0e80-\u0eff"}
LANGUAGES = {"es-a": "es-419", "us": "en-US"}
counts = collections.Counter()


def words(text):
    return re.sub(r"\s+", " ", str(text)).strip()


def local(uri):
    return re.split(r"[/#]", str(uri))[-1]


def language(label):
    """The language of a label, or None for a label that cannot be read."""
    tag = LANGUAGES.get(label.language, label.language)
    text = str(label)
    if tag in SCRIPTS and not re.search(f"[{SCRIPTS[tag]}]", text) or text.startswith("?"):
        counts[f"left out: {tag}"] += 1
        return None
    if tag == "ru" and not re.search("[\u0400-\u04ff]", text):
        counts["ru in Latin letters, marked ru-Latn"] += 1
        return "ru-Latn"
    return tag


def labels(graph, concept, predicate):
    found = {(language(label), words(label)) for label in graph.objects(concept, predicate)}
    return sorted((tag, text) for tag, text in found if tag)


def number(text):
    return "" if text is None else repr(float(text))


def moment(graph, unit, predicate):
    node = graph.value(unit, predicate)
    return number(graph.value(node, rdflib.URIRef(ICS + "inMYA"))), number(graph.value(node, SDO.marginOfError))


def unit(graph, concept):
    ranks = sorted((local(rank) for rank in graph.objects(concept, GTS.rank)), key=["Age", "Epoch"].index) \
        if len(list(graph.objects(concept, GTS.rank))) > 1 else [local(graph.value(concept, GTS.rank))]
    kind = "GSSP" if graph.value(concept, GTS.ratifiedGSSP) else "GSSA" if graph.value(concept, GTS.ratifiedGSSA) else ""
    parent = graph.value(concept, SKOS.broader)
    row = [local(concept), "+".join(ranks), *moment(graph, concept, TIME.hasBeginning), *moment(graph, concept, TIME.hasEnd),
           str(graph.value(concept, SDO.color)), str(graph.value(concept, SH.order)), local(parent) if parent else "", kind,
           str(graph.value(concept, SKOS.notation))]
    lines = ["U\t" + "\t".join(row)]
    return lines + [f"l\t{tag}\t{text}" for tag, text in labels(graph, concept, SKOS.prefLabel)]


def chart(path):
    graph = rdflib.Graph().parse(path)
    scheme = rdflib.URIRef(ICS.rstrip("/"))
    order = sorted(graph.subjects(RDF.type, SKOS.Concept), key=lambda c: int(graph.value(c, SH.order)))
    version = graph.value(scheme, rdflib.OWL.versionInfo)
    lines = [f"V\t{version}"]
    for concept in order:
        lines += unit(graph, concept)
    write("chart.txt", lines)


def concept_lines(graph, concept):
    lines = [f"C\t{local(concept)}"]
    for tag, predicate in (("d", SKOS.definition), ("s", DCTERMS.provenance)):
        lines += [f"{tag}\t{text}" for text in sorted(words(o) for o in graph.objects(concept, predicate))]
    for tag, predicate in (("b", SKOS.broader), ("r", SKOS.related), ("i", SKOS.exactMatch)):
        lines += [f"{tag}\t{local(o)}" for o in sorted(graph.objects(concept, predicate))]
    notations = sorted(words(o) for o in graph.objects(concept, SKOS.notation))
    lines += [f"n\t{text}" for text in notations]
    lines += [f"l\t{tag}\t{text}" for tag, text in labels(graph, concept, SKOS.prefLabel)]
    return lines + [f"a\t{tag}\t{text}" for tag, text in labels(graph, concept, SKOS.altLabel)]


def vocabulary(path):
    graph = rdflib.Graph().parse(path)
    scheme = graph.value(None, RDF.type, SKOS.ConceptScheme)
    concepts = sorted(graph.subjects(RDF.type, SKOS.Concept))
    prefix = str(concepts[0])[:-len(local(concepts[0]))]
    assert all(str(c) == prefix + local(c) for c in concepts), path
    matches = {str(o).rsplit("/", 1)[0] + "/" for c in concepts for o in graph.objects(c, SKOS.exactMatch)}
    assert len(matches) <= 1, matches
    version = str(graph.value(scheme, DCTERMS.modified) or "")
    lines = ["\t".join(["V", local(scheme), path.stem, str(scheme), prefix, version, *matches])]
    lines += [f"t\t{label.language}\t{words(label)}" for label in sorted(graph.objects(scheme, SKOS.prefLabel))]
    lines += [f"d\t{words(o)}" for o in graph.objects(scheme, SKOS.definition)]
    for concept in concepts:
        lines += concept_lines(graph, concept)
    return lines


def write(name, lines):
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(name, len(lines), "lines", (DATA / name).stat().st_size, "bytes")


def main(chart_path, folder):
    chart(chart_path)
    for package in ("geosciml", "earthresourceml", "ihfc"):
        lines = []
        for path in sorted(pathlib.Path(folder, package).glob("*.ttl")):
            lines += vocabulary(path)
        write(package + ".txt", lines)
    for reason, count in sorted(counts.items()):
        print(count, reason)


main(*sys.argv[1:])

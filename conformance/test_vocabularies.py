"""Vocabularies as others read them: rdflib finds in our Turtle and JSON-LD what the publishers say in their own files."""
import html
import os
import pathlib

import pytest

rdflib = pytest.importorskip("rdflib")
import rdflib.compare  # noqa: E402
from rdflib.namespace import RDF, SKOS  # noqa: E402

ISCHART = rdflib.Namespace("http://resource.geosciml.org/classifier/ics/ischart/")
TIME = rdflib.Namespace("http://www.w3.org/2006/time#")
SDO = rdflib.Namespace("https://schema.org/")
# Languages whose labels are in the encodings of old fonts, or tagged anew (see crates/science/geology/data/README.md).
LEFT_OUT = {"km", "lo"}


def graph(server, path, form, media_type):
    answer = server.get(path, f=form)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(media_type), answer.text[:300]
    return rdflib.Graph().parse(data=answer.text, format="turtle" if form == "ttl" else "json-ld")


def labels(graph, predicate):
    tag = {"es-a": "es-419", "us": "en-us"}
    found = set()
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        for label in graph.objects(concept, predicate):
            language = tag.get(label.language, label.language.lower())
            text = " ".join(str(label).split())
            if language in LEFT_OUT or text.startswith("?"):
                continue
            if language == "ru" and not any("\u0400" <= letter <= "\u04ff" for letter in text):
                language = "ru-latn"
            found.add((str(concept), language, text))
    return found


@pytest.mark.parametrize("name", ["simplelithology", "faulttype", "commodity-code", "eventprocess", "heat-flow-method", "ischart"])
def test_turtle_and_json_ld_say_the_same(server, name):
    turtle = graph(server, f"/vocabularies/{name}", "ttl", "text/turtle")
    linked = graph(server, f"/vocabularies/{name}", "jsonld", "application/ld+json")
    concepts = set(turtle.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) > 5
    for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.broader, SKOS.narrower, SKOS.exactMatch, SKOS.definition, SKOS.inScheme,
                      SDO.color, SKOS.notation):
        assert set(turtle.subject_objects(predicate)) == set(linked.subject_objects(predicate)), predicate
    assert rdflib.compare.isomorphic(turtle, linked) if len(turtle) < 800 else len(turtle) == len(linked)


SOURCES = os.environ.get("TERRANE_VOCABULARIES")


@pytest.mark.skipif(not SOURCES, reason="TERRANE_VOCABULARIES names no folder with the publishers' files")
def test_nothing_of_the_publishers_is_lost(server):
    folder = pathlib.Path(SOURCES)
    files = sorted(folder.glob("vocab/*/*.ttl")) + [folder / "chronostrat/chart.ttl"]
    assert len(files) == 72
    for path in files:
        theirs = rdflib.Graph().parse(path)
        name = "ischart" if path.stem == "chart" else path.stem
        ours = graph(server, f"/vocabularies/{name}", "ttl", "text/turtle")
        concepts = set(theirs.subjects(RDF.type, SKOS.Concept))
        assert set(ours.subjects(RDF.type, SKOS.Concept)) == concepts, name
        broader = {pair for pair in theirs.subject_objects(SKOS.broader) if pair[0] in concepts}
        assert set(ours.subject_objects(SKOS.broader)) == broader, name
        exact = {pair for pair in theirs.subject_objects(SKOS.exactMatch) if pair[0] in concepts}
        assert set(ours.subject_objects(SKOS.exactMatch)) == exact, name
        made = {label for label in labels(ours, SKOS.prefLabel) if name == "ischart" and label[0].rsplit("/", 1)[1].startswith(("Upper", "Middle", "Lower", "Cambrian"))}
        named = labels(theirs, SKOS.prefLabel)
        assert labels(ours, SKOS.prefLabel) - made == named - made, name
        assert labels(ours, SKOS.altLabel) == labels(theirs, SKOS.altLabel), name


def test_units_of_the_chart_have_ages_and_colours(server):
    ours = graph(server, "/vocabularies/ischart", "ttl", "text/turtle")
    jurassic = ISCHART.Jurassic
    begin = ours.value(jurassic, TIME.hasBeginning)
    assert float(ours.value(begin, ISCHART.inMYA)) == 201.4 and float(ours.value(begin, SDO.marginOfError)) == 0.2
    assert str(ours.value(jurassic, SDO.color)) == "#34B2C9"


def test_terms_are_found_and_errors_say_why(server):
    page = server.get("/vocabularies/simplelithology", q="花岗岩", f="html")
    assert page.status_code == 200 and "/vocabularies/simplelithology/granite" in html.unescape(page.text)
    chart = server.get("/vocabularies", q="後期白亜紀", f="html")
    assert "/vocabularies/ischart/UpperCretaceous" in html.unescape(chart.text)
    one = server.get("/vocabularies/simplelithology/granite", f="ttl")
    assert "exactMatch <http://inspire.ec.europa.eu/codelist/LithologyValue/granite>" in one.text
    for path, status in (("/vocabularies/no-such", 404), ("/vocabularies/faulttype/no-such", 404), ("/vocabularies/faulttype?f=shoe", 400),
                         ("/vocabularies/ischart?f=cpt&rank=Shoe", 400), ("/vocabularies/faulttype?shoe=1", 400)):
        answer = server.session.get(server.url + path, headers={"Accept": "application/json"}, timeout=30)
        assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json", path
        assert len(answer.json()["detail"]) > 20


def test_colours_are_read_by_gmt_rules(server):
    rows = [line.split("\t") for line in server.get("/vocabularies/ischart", f="cpt", rank="Period").text.splitlines() if line[:1].isdigit()]
    assert rows[0][0] == "0" and rows[-1][2] == "4567"
    assert all(before[2] == after[0] for before, after in zip(rows, rows[1:]))

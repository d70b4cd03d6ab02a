"""The figures of a report of TestNG: each conformance class with what passed, failed and was left out."""
import collections
import pathlib
import sys
import xml.etree.ElementTree as tree

report = next(pathlib.Path(sys.argv[1]).rglob("testng-results.xml"))
counts, told = collections.defaultdict(collections.Counter), []
for test in tree.parse(report).iter("test"):
    for method in test.iter("test-method"):
        if method.get("is-config") == "true":
            continue
        status = method.get("status")
        counts[test.get("name")][status] += 1
        if status != "PASS":
            message = method.find(".//message")
            words = " ".join((message.text or "").split())[:260] if message is not None else ""
            told.append(f"{status} {test.get('name')}: {method.get('signature').split('(')[0]}: {words}")
for name, count in counts.items():
    print(f"{name:32} passed {count['PASS']:4}  failed {count['FAIL']:3}  left out {count['SKIP']:3}")
print("\n".join(sorted(set(told))))

"""The JSON Schema of terrane.toml says of every file what the program says of it; the validator is not ours."""
import json
import subprocess
import tomllib

import jsonschema
import pytest

from server import ROOT, program, run

RIGHT = [
    '', '[site]\ntitle = "地質"\n', '[site]\ntitle = { en = "Geology", ja = "地質", zh-Hant = "地質" }\n',
    '[site]\noperator_email = "a@b.example"\noperator_url = "https://b.example/x?y#z"\n',
    '[server]\nlisten = "[::1]:80"\npublic_url = "https://maps.example.org/geo"\n', '[server]\nlisten = "localhost:8080"\n',
    '[editions]\nkeep = 1000\n', '[quota]\nbytes = "1.5 TiB"\n', '[quota]\nbytes = 1000000\n',
    '[cache]\nmemory = 0\ndisk = "20 GB"\n', '[server]\ntrusted_proxies = "127.0.0.1, 10.0.0.0/8,::1"\n', '[server]\ntrusted_proxies = ""\n',
    '[clients]\nat_once = 0\nper_second = 5\nburst = 10\n',
    '[import]\nmemory = "2 GB"\ntime_seconds = 60\nfile_bytes = "500MB"\n',
]
WRONG = [
    'title = "x"\n', '[sites]\n', '[site]\ntitel = "x"\n', '[site]\ntitle = 1\n', '[site]\ntitle = {}\n', '[site]\ntitle = { English = "x" }\n',
    '[site]\ntitle = "a\\u0007"\n', '[site]\noperator_email = "x"\n', '[site]\noperator_url = "ftp://x"\n', '[server]\nlisten = "8080"\n',
    '[server]\nlisten = "example.org:80"\n', '[server]\npublic_url = "https://a.example/?x"\n', '[server]\npublic_url = "https://u@a.example"\n',
    '[editions]\nkeep = 0\n', '[editions]\nkeep = 1001\n', '[editions]\nkeep = "2"\n', '[editions]\nkeep = 1.5\n', '[quota]\nbytes = "much"\n',
    '[server]\ntrusted_proxies = "localhost"\n', '[server]\ntrusted_proxies = ["::1"]\n', '[clients]\nburst = 0\n', '[cache]\ndisk = -1\n',
    '[quota]\nbytes = 1\n', '[quota]\nbytes = "5 PB"\n', '[import]\nmemory = true\n', '[import]\ntime_seconds = -1\n', 'server = 1\n',
]


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Both verdicts of a file: the schema's and the program's."""
    folder = tmp_path_factory.mktemp("settings") / "data"
    run("init", folder)
    schema = json.loads(run("config", "schema"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)

    def both(text):
        (folder / "terrane.toml").write_text(text, encoding="utf-8")
        ours = subprocess.run([program(), "config", "check", folder], capture_output=True, timeout=60).returncode == 0
        return validator.is_valid(tomllib.loads(text)), ours
    return both


def test_the_published_schema_is_the_one_that_the_program_prints():
    published = (ROOT / "docs" / "reference" / "terrane.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == json.loads(run("config", "schema"))


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_right_for_both(check, text):
    assert check(text) == (True, True)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_wrong_for_both(check, text):
    assert check(text) == (False, False)

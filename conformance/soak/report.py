"""The last figures, as a table in docs/reliability.md: a run replaces the rows of the scenarios that it ran, the others stay."""
import datetime
import subprocess

BEGIN, END = "<!-- figures: written by make soak -->", "<!-- end of figures -->"
HEAD = ["| scenario | what is done | counts | seconds | run |", "|---|---|---|--:|---|"]


def rows(results, run):
    """A row for each scenario, by its name."""
    made = {}
    for result, seconds in results:
        notes = "".join(f"<br>{remark}" for remark in result.remarks)
        cells = [result.name, result.what, result.line() + notes, f"{seconds:.0f}", run]
        made[result.name] = "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
    return made


def write(root, results, seed, options):
    """Puts the rows between the two marks."""
    page = root / "docs" / "reliability.md"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False).stdout.strip()
    run = f"{datetime.date.today()}, commit {commit or 'unknown'}, {'quick, ' if options.quick else ''}seed {seed}"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    old, after = rest.split(END)
    table = {line.split("|")[1].strip(): line for line in old.splitlines() if line.startswith("| ") and line not in HEAD}
    table.update(rows(results, run))
    page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(HEAD + list(table.values())) + f"\n\n{END}{after}", encoding="utf-8")
